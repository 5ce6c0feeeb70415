"""`shibie report`: the township's figures with their queries, and how they hold together."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from shibie.cli.app import (
    REJECTED,
    FormOption,
    JsonOption,
    LangOption,
    MaybeTrustOption,
    RegisterOption,
    SetAsideOption,
    app,
    must_exist,
    spoken,
    tell_written,
    warned,
)  # fmt: skip
from shibie.cli.helpers import MostOption, VisitDaysOption, asked_limits
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.recheck import since_of
from shibie.cli.task import task_of
from shibie.cli.terminal import marked, tell, tell_data
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from shibie.checking_in_python import Checked
    from shibie.errors import Lang
    from shibie.papers.helping.gathering import Gathering
    from shibie.papers.helping.limits import Limits
    from shibie.papers.report.charts import Chart
    from shibie.papers.report.data import Book
    from shibie.papers.report.figures import Figures
    from shibie.papers.report.identities import FigureIdentity
    from shibie.papers.report.write import WholeReport
    from shibie.rosters.given_roster import GivenRoster

DIFFERS = 1


@app.command()
def report(
    roster: Annotated[
        Path | None, typer.Argument(help="名册：文件夹或 .xlsx Roster: a folder or an .xlsx.")
    ] = None,
    rules: Annotated[str, typer.Option("--rules", "-r", help="规则包 Pack.")] = "",
    as_of: Annotated[
        str, typer.Option("--as-of", metavar="DATE", help="认定日期 Day of judgement.")
    ] = "",
    before: Annotated[
        Path | None, typer.Option("--before", help="原名册，用于回头看 The roster before.")
    ] = None,
    since: Annotated[
        str,
        typer.Option(
            "--since", metavar="DATE", help="原名册日期，默认一年前 Its day; a year before."
        ),
    ] = "",
    out: Annotated[
        list[Path] | None,
        typer.Option("--out", "-o", help="写成 .docx 或 .md；可多次 Where to write; repeatable."),
    ] = None,
    check_file: Annotated[
        Path | None,
        typer.Option(
            "--check",
            metavar="FIGURES",
            help="核对一份已公布的数字（YAML）Check published figures.",
        ),
    ] = None,
    no_charts: Annotated[bool, typer.Option("--no-charts", help="不画图 No charts.")] = False,
    fonts: Annotated[
        Path | None,
        typer.Option("--fonts", help="图用的字体文件夹 A folder of fonts for the charts."),
    ] = None,
    template: Annotated[
        Path | None,
        typer.Option("--template", help="自己的 Word 模板 A Word template of one's own."),
    ] = None,
    full: Annotated[
        bool, typer.Option("--full", help="列出相符的各项 List what holds as well.")
    ] = False,
    as_json: JsonOption = False,
    trust_declarations: MaybeTrustOption = None,
    set_aside: SetAsideOption = None,
    register: RegisterOption = None,
    form: FormOption = None,
    lang: LangOption = None,
    visit_days: VisitDaysOption = None,
    most_households: MostOption = None,
) -> None:
    """乡镇报告和数字核对 The township's report, or a check of published figures."""
    gc.disable()
    if check_file is not None:
        _refuse_both(roster)
        _check(check_file, full, as_json, spoken(lang, rules))
    task = task_of(roster, rules, as_of, trust_declarations, set_aside, lang, register, form=form)
    language, project = task.lang, task.project
    targets = [_target(Path(path)) for path in task.outs("report", out)]
    given = task.given()
    before = before or (project.before if project else None)
    since = since or (str(project.since) if project and project.since else "")
    keep_inputs(targets, [*task.inputs, before, template])
    old = None
    if before is not None:
        must_exist(before)
        old = _Before(before, since_of(since, given.as_of))
    charted = None if no_charts or not targets else (fonts,)
    limits = asked_limits(task, given.ruleset, visit_days, most_households)
    whole, doubtful = _whole(
        given, old, task.trust_declarations, task.set_aside, language, charted, limits
    )
    _write(whole, targets, template)
    if as_json:
        tell_data(_data(whole))
    else:
        _print_whole(whole, targets, full)
    raise typer.Exit(REJECTED if doubtful else 0)


def _write(whole: WholeReport, targets: Sequence[Path], template: Path | None) -> None:
    from shibie.papers.report.write import write_report

    for path in targets:
        write_report(path, whole, template)


def _print_whole(whole: WholeReport, targets: Sequence[Path], full: bool) -> None:
    from shibie.papers.report.write import sections

    for caveat in whole.caveats:
        tell(caveat)
    for heading, paragraphs in (("", whole.report.paragraphs), *sections(whole)):
        if heading:
            tell(heading)
        for paragraph in paragraphs:
            tell("".join(piece for piece in paragraph if isinstance(piece, str)))
    _print(whole.checks, full, whole.lang)
    tell_written(targets, whole.lang)


def _refuse_both(roster: Path | None) -> None:
    if roster is not None:
        raise InputError(
            Problem(
                "--check",
                Words(
                    "核对已公布的数字时不用名册", "published figures are checked without a roster"
                ),
            )
        )


def _target(path: Path) -> Path:
    if path.suffix.lower() not in (".docx", ".md"):
        raise InputError(
            Problem(
                "--out",
                Words(f"不能写成 {path}", f"cannot write {path}"),
                suggestion=Words("用 .docx 或 .md", "name a .docx or a .md"),
            )
        )
    return path


def _check(path: Path, full: bool, as_json: bool, lang: Lang) -> None:
    from shibie.papers.report.published import read_figures
    from shibie.papers.report.reconcile import failures, reconcile

    figures = read_figures(path)
    checks = reconcile(figures, lang)
    if as_json:
        tell_data([_check_data(each) for each in checks])
    else:
        tell(figures.title)
        _print(checks, full, lang)
    raise typer.Exit(DIFFERS if failures(checks) else 0)


class _Before(NamedTuple):
    """The roster before, and its day."""

    path: Path
    since: date


def _whole(
    given: GivenRoster, before: _Before | None, trust_declarations: bool, set_aside: Sequence[str], lang: Lang,
    charted: tuple[Path | None] | None, limits: Limits,
) -> tuple[WholeReport, bool]:  # fmt: skip
    """The report, and whether a row of either roster is rejected or a register matches nobody.

    Args:
        given: the roster.
        before: the roster before.
        trust_declarations: take declared values where a register was not supplied.
        set_aside: registers of which rows that cannot be matched concern nobody.
        lang: the language.
        charted: the folder of fonts for charts, if they are wanted.
        limits: what is too long without a visit, and too many households for one helper.
    """
    from shibie.checking_in_parts import checked_parts, roster_parts
    from shibie.papers.helping.figures import helping_figures
    from shibie.papers.helping.gathering import Gathering
    from shibie.papers.helping.said import as_data
    from shibie.papers.recheck.comparing import recheck
    from shibie.papers.report.asking import figures_of
    from shibie.papers.report.data import Book
    from shibie.papers.report.figures import published
    from shibie.papers.report.reconcile import reconcile
    from shibie.papers.report.text import told
    from shibie.papers.report.write import WholeReport
    from shibie.rosters.given_roster import roster_of_path
    from shibie.scratch_database import scratch_database

    ruleset = given.ruleset
    with ExitStack() as held:
        checked = held.enter_context(checked_parts(given, trust_declarations, set_aside=set_aside))
        kept, _ = held.enter_context(scratch_database())
        rejected, compared = bool(checked.roster.rejected_rows), None
        of_old = None
        book, gathering = Book(kept, ruleset), Gathering(kept, checked, given.layout, lang)
        parts = _taken_in(book, gathering, checked.parts(), lang)
        if before is not None:
            old = held.enter_context(
                roster_parts(roster_of_path(before.path, ruleset, given.as_of))
            )
            rejected = rejected or bool(old.rejected_rows)
            of_old = old.matches()
            compared = recheck(kept, old, checked, before.since, parts)
        for _ in parts:
            pass  # whatever of the roster is not gone through yet
        figures = figures_of(book, compared, lang, checked.roster.rejected_households)
        helping = helping_figures(gathering.tables(limits))
        text = told(checked, figures, lang, helping)
        checks = reconcile(published(figures, text.title, lang), lang)
        pictures = _pictures(given, figures, charted[0], lang) if charted is not None else ()
        doubtful = warned(ruleset, checked.roster.matches(), lang, of_old)
        rejected = rejected or any(helping.tables.rejected.values())
        # The database is gone when the report is written: what is told of it is told now.
        data = as_data(helping)
        return (
            WholeReport(checked, figures, text, checks, pictures, lang, data), doubtful or rejected
        )  # fmt: skip


def _taken_in(
    book: Book, gathering: Gathering, parts: Iterable[Checked], lang: Lang
) -> Iterator[Checked]:
    """The parts of the roster, each taken into the book as it goes by."""
    from shibie.papers.plan.draft import drafts, given

    for part in parts:
        book.add(part, given(drafts(part, lang)) if book.ruleset.measures else ())
        gathering.add(part)
        yield part


def _pictures(
    given: GivenRoster, figures: Figures, fonts: Path | None, lang: Lang
) -> tuple[tuple[Chart, bytes], ...]:
    """The charts, drawn."""
    from shibie.papers.printing.fonts import chinese_fonts
    from shibie.papers.report.charts import charts, drawn

    found = chinese_fonts(fonts, Words("不画图：--no-charts", "leave out the charts: --no-charts"))
    return tuple(
        (each, drawn(each, found, given.as_of)) for each in charts(given.ruleset, figures, lang)
    )


def _data(whole: WholeReport) -> dict[str, Any]:
    return {
        "title": whole.report.title,
        "caveats": whole.caveats,
        "figures": {
            name: {"title": each.title, "households": each.count.households,
                   "persons": each.count.persons, "query": each.query}
            for name, each in whole.figures.single.items()
        },
        "by": {
            name: {"title": each.title, "query": each.query, "rows": {
                label: {"households": count.households, "persons": count.persons}
                for label, count in each.rows}}
            for name, each in whole.figures.by.items()
        },
        "helping": whole.helping,
        "reconciliation": [_check_data(each) for each in whole.checks],
    }  # fmt: skip


def _check_data(check: FigureIdentity) -> dict[str, Any]:
    return {
        "title": check.title, "by": check.by, "worked": check.worked, "reported": str(check.said),
        "difference": str(check.difference), "outcome": check.outcome, "note": check.note,
    }  # fmt: skip


def _print(checks: Sequence[FigureIdentity], full: bool, lang: Lang) -> None:
    from rich.console import Console
    from rich.table import Table

    from shibie.papers.report.write import check_rows, counted

    console = Console(width=None if sys.stdout.isatty() else 150, highlight=False)
    console.print(marked(counted(checks, lang)))
    shown = [check for check in checks if full or check.outcome != "holds"]
    if not shown:
        return
    table = Table(title=Words("数字核对", "reconciliation").say(lang), title_justify="left")
    for word in (Words("核对", "identity"), Words("", ""), Words("算式", "worked"),
                 Words("报告", "reported"), Words("结果", "outcome"), Words("说明", "note")):  # fmt: skip
        table.add_column(word.say(lang), overflow="fold")
    for row in check_rows(shown, lang):
        names = ("title", "by", "worked", "said", "outcome", "note")
        table.add_row(*(marked(row[name]) for name in names))
    console.print(table)
