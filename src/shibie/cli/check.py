"""`shibie check`: a roster goes in, decisions come out."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    Engine,
    FormOption,
    LangOption,
    Language,
    MaybeTrustOption,
    RegisterOption,
    RulesOption,
    SetAsideOption,
    app,
    tell_written,
)  # fmt: skip
from shibie.cli.inputs_kept import keep_inputs, must_be_apart
from shibie.cli.task import Task, task_of
from shibie.cli.terminal import marked, tell
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from rich.table import Table

    from shibie.checking import Engine as EngineName
    from shibie.errors import Lang
    from shibie.results.table import Table as Results
    from shibie.ruleset.model import RuleSet


@app.command()
def check(
    roster: Annotated[
        str | None,
        typer.Argument(
            help="名册：文件夹或 .xlsx，或有 shibie.yaml 的文件夹；用 spark 时可为其能读的任何路径"
            " Roster: a folder, an .xlsx, or a folder with a shibie.yaml; with spark, any path."
        ),
    ] = None,
    rules: RulesOption = "",
    as_of: AsOfOption = "",
    out: Annotated[
        list[str] | None,
        typer.Option(
            "--out",
            "-o",
            help="结果：.xlsx、文件夹或 .parquet 文件夹；可多次 Where to write; repeatable.",
        ),
    ] = None,
    engine: Annotated[
        Engine | None,
        typer.Option(
            help="引擎，默认按大小自选 Which reading decides; chosen by size if not given."
        ),
    ] = None,
    trust_declarations: MaybeTrustOption = None,
    set_aside: SetAsideOption = None,
    register: RegisterOption = None,
    form: FormOption = None,
    show_ids: Annotated[
        bool,
        typer.Option("--show-ids", help="工作簿中不遮盖证件号码 Do not mask identity numbers."),
    ] = False,
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="大名册最多用多少内存，如 4GB Most memory, large folders."
        ),
    ] = None,
    temp: Annotated[
        str | None, typer.Option(help="大名册的临时文件放在哪里 Where large folders spill.")
    ] = None,
    clues: Annotated[
        bool,
        typer.Option(
            "--clues",
            help="另列疑点台账 List each rule and register row that speaks against a household.",
        ),
    ] = False,
    annotate: Annotated[
        Path | None,
        typer.Option(
            "--annotate",
            metavar="FILE.xlsx",
            help="退还名册自己的工作簿：标出有错的格，写上认定结果，列出待核实的"
            " Give the roster's own workbook back with faults, decisions and questions.",
        ),
    ] = None,
    verdicts: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE.xlsx",
            help="另一工作簿中填好的核实、办理表，如上次的结果"
            " A workbook whose answered 核实 and 办理 count, too, as a result is.",
        ),
    ] = None,
    headers: Annotated[
        Language | None,
        typer.Option(help="CSV 的栏目用中文还是英文名 Above the columns of CSV: names or titles."),
    ] = None,
    lang: LangOption = None,
) -> None:
    """批量认定一份名册 Decide every household of a roster."""
    from shibie import checking
    from shibie.project.received import keep
    from shibie.registers.unmatched import matching_nobody
    from shibie.results.said_of_rejected import said_of_rejected

    # One run over data without cycles: collecting would only walk it again and again.
    gc.disable()
    task = task_of(roster, rules, as_of, trust_declarations, set_aside, lang, register, form=form)
    language, project = task.lang, task.project
    outs = task.outs("check", out)
    name: EngineName = engine.value if engine else "auto"
    checking.must_be_written_by(name, outs)
    if engine is not Engine.spark:
        keep_inputs(outs, [*task.inputs, verdicts])
        keep_inputs([annotate], [*task.inputs, verdicts], "--annotate")
    if annotate is not None:
        must_be_apart([annotate], outs, "--annotate")
    given = _for_spark(task) if engine is Engine.spark else task.given()
    if engine in (None, Engine.duckdb):
        # What does not fit into memory spills beside the result, where there is room for it.
        temp = temp or next((str(Path(text).parent) for text in outs), None)
    with checking.check(
        task.rules if isinstance(given, str) else given.ruleset, given, task.day, engine=name,
        trust_declarations=task.trust_declarations, set_aside=task.set_aside,
        lang=language, memory=memory, temp=temp, progress=_tell if sys.stderr.isatty() else None,
        clues=clues, verdicts=verdicts,
    ) as result:  # fmt: skip
        titles = headers.value if headers else project.headers if project else None
        result.write(*outs, show_ids=show_ids, headers=titles or "en")
        if project is not None and project.keep:
            keep(project.folder, result.made_from["inputs"])
        given_back = result.annotate(annotate) if annotate is not None else ()
        rejected = said_of_rejected(result.ruleset, result.rejected, language)
        report(result.ruleset, result.summary, language, rejected.counts if rejected else "")
        if rejected:
            _tell_rejected(rejected.first, bool(outs or annotate), language)
        for note in (*result.notes, *given_back):
            tell(note, error=True)
        if annotate is not None:
            tell(
                Words(f"退还的名册在 {annotate}", f"the roster is given back in {annotate}").say(
                    language
                )
            )
        _tell_unrecognised(result.unrecognised, language)
        tell_written(outs, language)
        doubtful = result.summary["rejected_rows"] or matching_nobody(result.summary["registers"])
        raise typer.Exit(REJECTED if doubtful else 0)


def _for_spark(task: Task) -> str:
    """A path that Spark reads; it reads no further files, and counts no rows before."""
    project = task.project
    if task.registers or (project and (project.totals or project.form or project.acts)):
        what = Words(
            "spark 引擎不用另给的比对表、办理日志、表格写法和控制总数",
            "the spark engine takes no further registers, log of acts, form or control totals",
        )
        raise InputError(Problem("--engine spark", what))
    return task.roster or ""


def _tell(what: str) -> None:
    """Progress, on a terminal."""
    tell(what, error=True)


def _tell_unrecognised(unrecognised: Results, lang: Lang) -> None:
    """How many columns and words were not read, and where they are listed."""
    columns, words, rows = 0, 0, 0
    for kind, _, _, _, _, of_word, _ in unrecognised.rows:
        columns += kind == "column"
        words += kind == "word"
        rows += of_word if kind == "word" else 0
    if columns or words:
        line = Words(
            f"未识别：栏目 {columns} 个，词 {words} 个（{rows} 行）；见 未识别 表",
            f"not recognised: columns {columns}, words {words} (rows {rows}); see unrecognised",
        )
        tell(line.say(lang), error=True)


def _tell_rejected(first: list[str], written: bool, lang: Lang) -> None:
    """The first rejected rows, and where all of them are to be had."""
    for line in first:
        tell(line, error=True)
    if not written:
        hint = Words(
            "没有写出结果；用 --out 写出，“退回”表中有每一行及原因",
            "no results were written; with --out, rejected lists each row and reason",
        )
        tell(hint.say(lang), error=True)


def report(ruleset: RuleSet, summary: dict[str, Any], lang: Lang, rejected: str = "") -> None:
    """Print the summary: what came in, and the counts that an officer reports.

    Args:
        ruleset: by what it was decided.
        summary: the counts.
        lang: of the words.
        rejected: how many rows of what were rejected; empty where none was.
    """
    from rich.console import Console
    from rich.table import Table

    from shibie.results.overview import blocks, heading, warnings
    from shibie.words.speaker import Speaker

    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    console.print(f"[bold]{marked(Speaker(ruleset, lang).pack())}[/bold]")
    for line in heading(ruleset, summary, lang):
        console.print(marked(line))
    if rejected:
        console.print(marked(rejected), soft_wrap=True)
    for line in warnings(ruleset, summary, lang):
        console.print(f"[bold red]{marked(line)}[/bold red]")
    for name, rows in blocks(ruleset, summary, lang):
        shown = [row for row in rows if row[1] or row[2]]
        if shown:
            console.print(_table(Table, name, shown, lang))


def _table(make: type[Table], name: str, rows: list[tuple[str, int, int]], lang: Lang) -> Table:
    table = make(title=marked(name), title_justify="left", show_header=True, header_style="bold")
    table.add_column(Words("项目", "item").say(lang), min_width=36)
    table.add_column(Words("户", "households").say(lang), justify="right")
    table.add_column(Words("人", "persons").say(lang), justify="right")
    for text, households, persons in rows:
        table.add_row(marked(text), f"{households:,}", f"{persons:,}")
    return table
