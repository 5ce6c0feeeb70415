"""`shibie helpers` 谁帮扶谁: households without a helper, load, visits, plans, a list for each helper."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    FontsOption,
    FormOption,
    JsonOption,
    LangOption,
    MaybeTrustOption,
    PaperFormat,
    RegisterOption,
    RosterArgument,
    RulesOption,
    SetAsideOption,
    TablesOption,
    app,
    tell_written,
    told,
    warned,
    xlsx_or_folder,
)  # fmt: skip
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.task import task_of
from shibie.cli.terminal import marked, tell_data
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from shibie.cli.task import Task
    from shibie.papers.helping.figures import HelpingFigures
    from shibie.papers.helping.limits import Limits
    from shibie.papers.notice.write import LetterFormat
    from shibie.ruleset.model import RuleSet

# So many helpers are shown on the terminal.
_SHOWN = 10


VisitDaysOption = Annotated[
    int | None,
    typer.Option(
        "--visit-days",
        metavar="N",
        help="多少天应走访一次；不给出就不判断是否按期 Days between visits; else lateness is not judged.",
    ),
]
MostOption = Annotated[
    int | None,
    typer.Option(
        "--most-households",
        metavar="N",
        help="一人至多帮扶多少户；不给出就不判断 Households a helper may have; else not judged.",
    ),
]


@app.command()
def helpers(
    roster: RosterArgument = None,
    rules: RulesOption = "",
    as_of: AsOfOption = "",
    out: TablesOption = None,
    visit_days: VisitDaysOption = None,
    most_households: MostOption = None,
    no_lists: Annotated[
        bool,
        typer.Option(
            "--no-lists", help="文件夹里不写每人的名单 No list for each helper in a folder."
        ),
    ] = False,
    list_form: Annotated[
        list[PaperFormat] | None,
        typer.Option("--format", help="名单的格式，默认都写 Word or PDF; both if not given."),
    ] = None,
    fonts: FontsOption = None,
    as_json: JsonOption = False,
    trust_declarations: MaybeTrustOption = None,
    set_aside: SetAsideOption = None,
    register: RegisterOption = None,
    form: FormOption = None,
    lang: LangOption = None,
) -> None:
    """谁帮扶谁：没有责任人的户、每人的户数、走访、规划，每人一份名单 Who helps whom, who was visited, a list for each helper."""
    from shibie.checking_in_parts import checked_parts
    from shibie.checking_in_python import caveats_of
    from shibie.papers.helping.figures import helping_figures
    from shibie.papers.helping.gathering import Gathering
    from shibie.papers.helping.lists import helper_lists
    from shibie.papers.helping.said import remarks
    from shibie.papers.helping.write import (
        ListPress,
        write_helping_book,
        write_helping_folder,
    )
    from shibie.results.said_of_rejected import said_of_rejected
    from shibie.results.tables import caveats_tables
    from shibie.scratch_database import scratch_database

    gc.disable()
    task = task_of(roster, rules, as_of, trust_declarations, set_aside, lang, register, form=form)
    language = task.lang
    targets = [xlsx_or_folder(path) for path in map(Path, task.outs("helpers", out))]
    keep_inputs(targets, task.inputs)
    given = task.given()
    limits = asked_limits(task, given.ruleset, visit_days, most_households)
    asked = dict.fromkeys(each.value for each in list_form or PaperFormat)
    formats = cast("tuple[LetterFormat, ...]", tuple(asked))
    in_folders = any(path.suffix == "" for path in targets) and not no_lists
    press = ListPress(formats, given.as_of, language, fonts) if in_folders else None
    with (
        checked_parts(given, task.trust_declarations, set_aside=task.set_aside) as checked,
        scratch_database() as (kept, _),
    ):
        gathering = Gathering(kept, checked, given.layout, language)
        for part in checked.parts():
            gathering.add(part)
        tables = gathering.tables(limits)
        figures = helping_figures(tables)
        caveats = caveats_of(checked, language)
        written = (*tables.all(), *caveats_tables([*caveats, *remarks(tables)]))
        lists = list(helper_lists(tables)) if targets else []
        for path in targets:
            if path.suffix.lower() == ".xlsx":
                write_helping_book(path, written, lists, tables.book.speaker)
            else:
                write_helping_folder(path, written, lists, press, language)
        notes = [note.say(language) for note in given.layout.notes if _is_ours(note)]
        if as_json:
            tell_data(_data(figures, [*caveats, *notes]))
        else:
            _print(figures, [*caveats, *notes], targets)
            lost = said_of_rejected(given.ruleset, tables.rejected_rows(), language)
            told(lost.first if lost else ())
        rejects = any(tables.rejected.values()) or checked.roster.rejected_rows
        doubtful = warned(given.ruleset, checked.roster.matches(), language)
    raise typer.Exit(REJECTED if rejects or doubtful else 0)


def asked_limits(
    task: Task, ruleset: RuleSet, visit_days: int | None, most_households: int | None
) -> Limits:
    """The limits of an option, else of the project, else of the pack's parameters.

    Raises:
        InputError: when a number is below one.
    """
    from shibie.papers.helping.limits import limits_of

    for option, value in (("--visit-days", visit_days), ("--most-households", most_households)):
        if value is not None and value < 1:
            raise InputError(
                Problem(option, Words(f"应至少为 1：{value}", f"at least 1 expected: {value}"))
            )
    project = task.project
    if project is not None:
        visit_days = project.visit_days if visit_days is None else visit_days
        most = project.most_households
        most_households = most if most_households is None else most_households
    return limits_of(ruleset, task.day, visit_days, most_households)


def _is_ours(note: Words) -> bool:
    """Whether a note says why a sheet is not used."""
    return note.en.startswith("table not used")


def _data(figures: HelpingFigures, caveats: Sequence[str]) -> dict[str, Any]:
    from shibie.papers.helping.said import as_data

    return {**as_data(figures), "caveats": list(caveats)}


def _print(figures: HelpingFigures, caveats: Sequence[str], targets: Sequence[Path]) -> None:
    from rich.console import Console
    from rich.table import Table

    from shibie.papers.helping.said import sentences
    from shibie.papers.helping.tables import TITLES

    lang = figures.tables.lang
    console = Console(width=None if sys.stdout.isatty() else 120, highlight=False)
    for said in (*caveats, *sentences(figures)):
        console.print(marked(said), soft_wrap=True)
    load = figures.tables.helpers
    if len(load.rows):
        names = ("helper", "employer", "households", "persons", "not_seen", "late")
        at = [load.columns.index(name) for name in names]
        shown = Table(title=TITLES["helpers"].say(lang), title_justify="left")
        for name in names:
            right = "left" if name in ("helper", "employer") else "right"
            shown.add_column(TITLES[name].say(lang), justify=right)  # type: ignore[arg-type]
        for row in list(load.rows)[:_SHOWN]:
            shown.add_row(*(marked(str(row[place])) for place in at))
        console.print(shown)
    tell_written(targets, lang)
