"""`shibie.yaml` as it is written, and what it says of its folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from shibie.errors import InputError, Lang, Problem, RulesetError, Words
from shibie.eventlog.opening import ACTS_FILE
from shibie.plain_day import PlainDay
from shibie.ruleset import packs
from shibie.ruleset.fingerprint import PROJECT_FILE
from shibie.ruleset.schema import Form
from shibie.ruleset.schema_validation import validated
from shibie.ruleset.yaml_source import YamlSource, read_file

Command = Literal[
    "check", "report", "notice", "plan", "procedure", "recheck", "helpers", "link",
]  # fmt: skip
Text = Annotated[str, Field(min_length=1)]
_Outs = Text | list[Text]


class RegisterForm(Form):
    """A register in a file of its own; `sheet`: which, where a workbook has several."""

    file: Text
    sheet: str = ""


class TotalForm(Form):
    """What a table must come to."""

    rows: int


class ProjectForm(Form):
    """`shibie.yaml`, key by key."""

    rules: Text | None = None
    as_of: PlainDay | None = None
    roster: Text | None = None
    registers: dict[Text, Text | RegisterForm] = {}
    form: Text | None = None
    acts: Text | None = None
    before: Text | None = None
    since: PlainDay | None = None
    out: _Outs | dict[Command, _Outs] = []
    control_totals: dict[Text, TotalForm] = {}
    trust_declarations: bool | None = None
    set_aside: list[Text] = []
    lang: Literal["zh", "en"] | None = None
    headers: Literal["zh", "en"] | None = None
    keep: bool = True
    visit_days: Annotated[int, Field(ge=1)] | None = None
    most_households: Annotated[int, Field(ge=1)] | None = None


_BY_SLASHES = Words(
    "双引号里的“\\”另有意思：路径写作 D:/资料/花名册.xlsx，或改用单引号",
    "in double quotes '\\' means something else: write D:/data/roster.xlsx, or use single quotes",
)


@dataclass(frozen=True)
class RegisterFile:
    """A file that is a register of the roster.

    Attributes:
        register: its name or title.
        path: of the file.
        sheet: which sheet of a workbook; empty: the only one that holds anything.
        where: where that is written, for messages.
    """

    register: str
    path: Path
    sheet: str = ""
    where: str = ""


@dataclass(frozen=True)
class Total:
    """How many rows a table must have.

    Attributes:
        table: its name or title.
        rows: how many.
        where: where that is written.
    """

    table: str
    rows: int
    where: str


@dataclass(frozen=True)
class Project:
    """What a `shibie.yaml` says; paths are told from its folder.

    Attributes:
        file: the `shibie.yaml`.
        rules: the name of a shipped pack, or a folder.
        roster: the roster.
        registers: further files of it.
        form: how the roster's tables are read, where shibie does not know them.
        acts: the log of acts: where one is named, or the folder has an `acts.db`.
        before: the roster before, and `since`, its day.
        outs: by command, where its results are written.
        keep: whether what is decided is kept as it was received.
        headers: the language of the columns of CSV.
        visit_days: how often a household is to be visited, if the place says so.
        most_households: how many a helper may have, likewise.
    """

    file: Path
    rules: str | None = None
    as_of: date | None = None
    roster: Path | None = None
    registers: tuple[RegisterFile, ...] = ()
    form: Path | None = None
    acts: Path | None = None
    before: Path | None = None
    since: date | None = None
    outs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    totals: tuple[Total, ...] = ()
    trust_declarations: bool | None = None
    set_aside: tuple[str, ...] = ()
    lang: Lang | None = None
    headers: Lang | None = None
    keep: bool = True
    visit_days: int | None = None
    most_households: int | None = None

    @property
    def folder(self) -> Path:
        """The project's folder."""
        return self.file.parent


def project_file(place: Path) -> Path | None:
    """The `shibie.yaml` that a path means: itself, or that of a folder; None where it means none."""
    if place.is_dir():
        file = place / PROJECT_FILE
        # One that cannot be read is no reason to go on without it, which its reader says.
        return file if file.exists() or file.is_symlink() else None
    return place if place.suffix.lower() in (".yaml", ".yml") else None


def read_project(file: Path) -> Project:
    """What a `shibie.yaml` says.

    Raises:
        InputError: with every fault, each at `file:line:column`.
    """
    try:
        source = read_file(file)
    except RulesetError as error:
        raise InputError(error.problems) from None
    form, problems = validated(ProjectForm, source)
    if form is None or problems:
        raise InputError(problems)
    folder, problems = file.parent, list(_gone(form, source, file.parent))
    if problems:
        raise InputError(problems)
    return Project(
        file=file,
        rules=None if form.rules is None else _rules(form.rules, folder),
        as_of=form.as_of,
        roster=None if form.roster is None else folder / form.roster,
        registers=tuple(
            RegisterFile(
                name,
                folder / (given if isinstance(given, str) else given.file),
                "" if isinstance(given, str) else given.sheet,
                _at(source, ("registers", name)),
            )
            for name, given in form.registers.items()
        ),
        form=None if form.form is None else folder / form.form,
        acts=_acts(form, folder),
        before=None if form.before is None else folder / form.before,
        since=form.since,
        outs=_outs(form, folder),
        totals=tuple(
            Total(name, total.rows, _at(source, ("control_totals", name, "rows")))
            for name, total in form.control_totals.items()
        ),
        trust_declarations=form.trust_declarations,
        set_aside=tuple(form.set_aside),
        lang=form.lang,
        headers=form.headers,
        keep=form.keep,
        visit_days=form.visit_days,
        most_households=form.most_households,
    )


def _gone(form: ProjectForm, source: YamlSource, folder: Path) -> Iterator[Problem]:
    """A problem for each file that is named and is not there."""
    named: list[tuple[tuple[str | int, ...], str | None]] = [
        (("roster",), form.roster), (("before",), form.before), (("form",), form.form),
    ]  # fmt: skip
    named += [
        (("registers", name), given if isinstance(given, str) else given.file)
        for name, given in form.registers.items()
    ]
    for path, text in named:
        if text is not None and not (folder / text).exists():
            what = Words("没有这个文件或文件夹", "no such file or folder")
            # In double quotes "D:\new" holds a line's end, as it does in most languages.
            turned = _BY_SLASHES if not text.isprintable() else None
            yield source.problem(source.value_span(path), what, turned)


def _acts(form: ProjectForm, folder: Path) -> Path | None:
    """The log of acts, which is made by the first table of them; none where none is kept."""
    if form.acts is not None:
        return folder / form.acts
    return folder / ACTS_FILE if (folder / ACTS_FILE).is_file() else None


def _rules(text: str, folder: Path) -> str:
    """A pack beside the project, or the name of one that is shipped."""
    beside = folder / text
    found = beside.is_file() or (beside / packs.RULESET_FILE).is_file()
    return str(beside) if found else text


def _outs(form: ProjectForm, folder: Path) -> dict[str, tuple[str, ...]]:
    """Where each command writes; what names no command is where `check` does."""
    given = form.out if isinstance(form.out, dict) else {"check": form.out}
    return {
        command: tuple(str(folder / text) for text in ([outs] if isinstance(outs, str) else outs))
        for command, outs in given.items()
    }


def _at(source: YamlSource, path: tuple[str | int, ...]) -> str:
    """`file:line:column` of what is written."""
    span = source.value_span(path)
    return f"{source.name}:{span.line}:{span.column}"
