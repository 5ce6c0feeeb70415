"""What a command is asked to do: by its options, and for the rest by a project's `shibie.yaml`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shibie.cli.app import Language, day, must_exist, spoken
from shibie.cli.terminal import tell
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from shibie.errors import Lang
    from shibie.project.written import Project, RegisterFile
    from shibie.rosters.given_roster import GivenRoster
    from shibie.ruleset.model import RuleSet


@dataclass(frozen=True)
class Task:
    """What is asked for.

    Attributes:
        project: whose `shibie.yaml` stands in for options, if there is one.
        roster: the roster; None where the command may do without and none is said.
        rules: the pack; empty likewise.
        as_of: the day of judgement; empty likewise.
        trust_declarations: take declared values where a register was not supplied.
        set_aside: registers of which rows that cannot be matched concern nobody.
        registers: further files of the roster.
        lang: the language.
        form: the file of the form by which the roster is read.
    """

    project: Project | None
    roster: str | None
    rules: str
    as_of: str
    trust_declarations: bool
    set_aside: tuple[str, ...]
    registers: tuple[RegisterFile, ...]
    lang: Lang
    form: Path | None = None

    @property
    def day(self) -> date:
        """The day of judgement."""
        return day(self.as_of)

    @property
    def inputs(self) -> list[str | Path | None]:
        """What is read, and therefore not written."""
        acts = self.project.acts if self.project else None
        return [self.roster, *(each.path for each in self.registers), acts, self.form]

    def given(self) -> GivenRoster:
        """The roster with what lies beside it; not yet read through.

        Raises:
            ShibieError: when anything of it cannot be used.
        """
        from shibie.checking_in_python import must_be_in_force
        from shibie.ruleset.loader import load

        ruleset, judged = load(self.rules), self.day
        must_be_in_force(ruleset, judged)
        roster = Path(self.roster or "")
        must_exist(roster)
        return self.beside(roster, ruleset, judged)

    def beside(self, roster: Path, ruleset: RuleSet, as_of: date) -> GivenRoster:
        """A roster with what lies beside it, as a rule set finds it.

        Raises:
            InputError: when it cannot be used.
        """
        from shibie.forms.reading import names_of, read_form
        from shibie.project.giving import given_roster

        project = self.project
        form = read_form(self.form, names_of(ruleset)) if self.form else None
        if project is None:
            return given_roster(roster, ruleset, as_of, registers=self.registers, form=form)
        return given_roster(
            roster, ruleset, as_of, registers=self.registers, form=form,
            acts=project.acts, totals=project.totals,
        )  # fmt: skip

    def outs(self, command: str, given: Iterable[str | Path] | None) -> list[str]:
        """Where results are written: as was asked, else as the project says."""
        asked = [str(each) for each in given or ()]
        return asked or (list(self.project.outs.get(command, ())) if self.project else [])


def task_of(
    roster: str | Path | None, rules: str, as_of: str, trust_declarations: bool | None,
    set_aside: Sequence[str] | None, lang: Language | None, register: Sequence[str] | None = None,
    *, form: Path | None = None, needed: Collection[str] = ("roster", "rules", "as_of"),
) -> Task:  # fmt: skip
    """What the options ask for; what they leave out is the project's to say.

    Args:
        roster: a roster, or a project: its folder or its `shibie.yaml`.
        rules: the pack.
        as_of: the day of judgement.
        trust_declarations: whether it was asked for; None where nothing was said.
        set_aside: registers.
        lang: the language.
        register: further registers, each as `name=file`.
        form: the file of a form.
        needed: what must be said somewhere, of roster, rules and as_of.

    Raises:
        InputError: when the `shibie.yaml` is at fault, or something is said nowhere.
    """
    from shibie.project.registers import register_file
    from shibie.project.written import project_file, read_project

    meant = project_file(Path(roster)) if roster is not None else None
    file = meant or project_file(Path())
    project = read_project(file) if file else None
    place = None if meant or roster is None else str(roster)
    if project is not None:
        place = place or (str(project.roster) if project.roster else None)
        rules = rules or project.rules or ""
        as_of = as_of or (project.as_of.isoformat() if project.as_of else "")
        if trust_declarations is None:
            trust_declarations = project.trust_declarations
        if lang is None and project.lang:
            lang = Language(project.lang)
    language = spoken(lang, rules)
    if project is not None and meant is None:
        # It was not named, so it is said that it counts.
        said = Words(f"按 {project.file}", f"as {project.file} says")
        tell(said.say(language), error=True)
    said_somewhere = {"roster": place, "rules": rules, "as_of": as_of}
    _must_be_said([name for name in needed if not said_somewhere[name]], project)
    more = {each.register: each for each in project.registers} if project else {}
    more |= {
        each.register: each
        for each in (register_file(text, "--register") for text in register or ())
    }
    return Task(
        project, place, rules, as_of, bool(trust_declarations),
        tuple(set_aside or (project.set_aside if project else ())), tuple(more.values()), language,
        form or (project.form if project else None),
    )  # fmt: skip


_SAID: Final = {
    "roster": ("名册", "ROSTER", "roster: 花名册.xlsx"),
    "rules": ("规则包 --rules", "--rules", "rules: bazhong-2015"),
    "as_of": ("认定日期 --as-of", "--as-of", "as_of: 2015-12-20"),
}


def _must_be_said(unsaid: Sequence[str], project: Project | None) -> None:
    """Refuse a command of which something is said nowhere, with what to write."""
    missing = [_SAID[name] for name in unsaid]
    if not missing:
        return
    keys = "; ".join(key for *_, key in missing)
    where = str(project.file) if project else "shibie"
    raise InputError(
        Problem(
            where,
            Words("缺少：" + "、".join(zh for zh, *_ in missing),
                  "missing: " + ", ".join(en for _, en, _ in missing)),
            suggestion=Words(
                f"在命令里给出，或写在 shibie.yaml 里：{keys}",
                f"give it with the command, or write into shibie.yaml: {keys}",
            ),
        )
    )  # fmt: skip
