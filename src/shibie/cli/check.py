"""`shibie check`: a roster goes in, decisions come out."""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    Engine,
    LangOption,
    RulesOption,
    TrustOption,
    app,
    day,
    must_exist,
    opened,
    spoken,
)  # fmt: skip
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

    from rich.table import Table

    from shibie.check import Checked, EngineName
    from shibie.errors import Lang
    from shibie.ruleset.model import RuleSet
    from shibie.tables.results import Format

    Outcome = tuple[RuleSet, dict[str, Any], Sequence[Words]]

# Above this many bytes of CSV, reading in Python takes longer than DuckDB to start.
IN_MEMORY = 8_000_000


@app.command()
def check(
    roster: Annotated[
        str,
        typer.Argument(
            help="名册:文件夹或 .xlsx;用 spark 时可为其能读的任何路径"
            " Roster: a folder or an .xlsx; with spark, any path that it reads."
        ),
    ],
    rules: RulesOption,
    as_of: AsOfOption,
    out: Annotated[
        list[str] | None,
        typer.Option(
            "--out",
            "-o",
            help="结果:.xlsx、文件夹或 .parquet 文件夹;可多次 Where to write; repeatable.",
        ),
    ] = None,
    engine: Annotated[
        Engine | None,
        typer.Option(
            help="引擎,默认按大小自选 Which reading decides; chosen by size if not given."
        ),
    ] = None,
    trust_declarations: TrustOption = False,
    show_ids: Annotated[
        bool,
        typer.Option("--show-ids", help="工作簿中不遮盖证件号码 Do not mask identity numbers."),
    ] = False,
    memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE", help="大名册最多用多少内存,如 4GB Most memory, large folders."
        ),
    ] = None,
    temp: Annotated[
        str | None, typer.Option(help="大名册的临时文件放在哪里 Where large folders spill.")
    ] = None,
    lang: LangOption = None,
) -> None:
    """批量认定一份名册 Decide every household of a roster."""
    # One run over data without cycles: collecting would only walk it again and again.
    gc.disable()
    language = spoken(lang, rules)
    kinds = {text: _kind(text) for text in out or []}
    if engine is Engine.spark:
        ruleset, summary, notes = _on_spark(
            roster, rules, day(as_of), kinds, memory, temp, trust_declarations, language
        )
    else:
        ruleset, summary, notes = _on_this_machine(
            Path(roster), rules, as_of, {Path(text): kind for text, kind in kinds.items()},
            engine, memory, temp, trust_declarations, show_ids, language,
        )  # fmt: skip
    report(ruleset, summary, language)
    for note in notes:
        print(note.say(language), file=sys.stderr)
    for path in kinds:
        print(Words(f"结果在 {path}", f"results in {path}").say(language))
    raise typer.Exit(REJECTED if summary["rejected_rows"] else 0)


def _on_this_machine(
    roster: Path, rules: str, as_of: str, targets: Mapping[Path, str], engine: Engine | None,
    memory: str | None, temp: str | None, trust_declarations: bool, show_ids: bool, lang: Lang,
) -> Outcome:  # fmt: skip
    for path, kind in targets.items():
        if kind != "workbook" and path.is_file():
            raise InputError(
                Problem(
                    "--out", Words(f"{path} 是文件,不是文件夹", f"{path} is a file, not a folder")
                )
            )
    settings = file_to_file(roster, engine, targets, memory, temp)
    if settings is None:
        return _in_memory(roster, rules, as_of, targets, engine, trust_declarations, show_ids, lang)
    from shibie.bulk import run_folder
    from shibie.ruleset.loader import load

    notes: list[Words] = []
    ruleset = load(rules)
    summary = run_folder(
        ruleset, roster, day(as_of), settings, memory=memory, temp=Path(temp) if temp else None,
        trust_declarations=trust_declarations, progress=_progress(), lang=lang,
        notes=notes,
    )  # fmt: skip
    return ruleset, summary, notes


def _on_spark(
    roster: str, rules: str, as_of: date, targets: Mapping[str, str], memory: str | None,
    temp: str | None, trust_declarations: bool, lang: Lang,
) -> Outcome:  # fmt: skip
    from shibie.bulk.spark import run_spark
    from shibie.ruleset.loader import load

    if memory:
        raise InputError(
            Problem(
                "--memory",
                Words("spark 的内存由它自己的设置决定", "spark has settings of its own for memory"),
                suggestion=Words(
                    "spark-submit --driver-memory 4g --executor-memory 4g",
                    "spark-submit --driver-memory 4g --executor-memory 4g",
                ),
            )
        )
    folders: dict[str, Format] = {}
    for text, kind in targets.items():
        if kind == "workbook":
            raise InputError(
                Problem(
                    "--out",
                    Words("spark 引擎只写文件夹", "the spark engine writes folders only"),
                    suggestion=Words("给一个文件夹", "name a folder"),
                )
            )
        folders[text] = "parquet" if kind == "parquet" else "csv"
    notes: list[Words] = []
    ruleset = load(rules)
    summary = run_spark(
        ruleset, roster, as_of, folders, temp=temp, trust_declarations=trust_declarations,
        progress=_progress(), lang=lang, notes=notes,
    )  # fmt: skip
    return ruleset, summary, notes


def file_to_file(
    roster: Path, engine: Engine | None, targets: Mapping[Path, str],
    memory: str | None = None, temp: str | None = None,
) -> dict[Path, Format] | None:  # fmt: skip
    """The results to write when the folder is decided file to file; None to read it in memory."""
    must_exist(roster)
    folders: dict[Path, Format] = {
        path: "parquet" if kind == "parquet" else "csv"
        for path, kind in targets.items()
        if kind != "workbook"
    }
    able = roster.is_dir() and len(folders) == len(targets) and engine in (None, Engine.duckdb)
    if (memory or temp) and not able:
        raise InputError(
            Problem(
                "--memory" if memory else "--temp",
                Words(
                    "只用于以 duckdb 引擎认定文件夹、结果也写成文件夹的时候",
                    "is for a folder decided by the duckdb engine into a folder",
                ),
            )
        )
    if not able:
        return None
    from shibie.tables.source import size_of

    asked = engine is Engine.duckdb or memory or temp
    return folders if asked or size_of(roster) > IN_MEMORY else None


def _in_memory(
    roster: Path, rules: str, as_of: str, targets: Mapping[Path, str], engine: Engine | None,
    trust_declarations: bool, show_ids: bool, lang: Lang,
) -> Outcome:  # fmt: skip
    from shibie import check as checking
    from shibie.summary import summarise

    ruleset, judged, read = opened(roster, rules, as_of)
    name = cast("EngineName", (engine or Engine.interpreter).value)
    checked = checking.check(ruleset, read, judged, name, trust_declarations)
    summary = summarise(checked)
    for path, target in targets.items():
        _write(target, path, checked, summary, lang, show_ids)
    return ruleset, summary, read.notes


def _progress() -> Callable[[str], None] | None:
    """What says on a terminal what is being done, and since when; nothing in a pipe."""
    if not sys.stderr.isatty():
        return None
    started = time.monotonic()

    def say(what: str) -> None:
        print(f"[{time.monotonic() - started:6.1f} s] {what}", file=sys.stderr, flush=True)

    return say


def _kind(text: str) -> str:
    """What a place of results is: a workbook, or a folder of Parquet or CSV."""
    suffix = PurePosixPath(text).suffix.lower()
    if suffix in (".csv", ".xls", ".json"):
        raise InputError(
            Problem(
                "--out",
                Words(f"不能写成 {suffix} 文件", f"cannot write a {suffix} file"),
                suggestion=Words("用 .xlsx 文件或一个文件夹", "name an .xlsx file or a folder"),
            )
        )
    return {".xlsx": "workbook", ".parquet": "parquet"}.get(suffix, "csv")


def _write(
    target: str, path: Path, checked: Checked, summary: dict[str, Any], lang: Lang, show_ids: bool
) -> None:
    if target == "workbook":
        from shibie.tables.workbook import write_workbook

        write_workbook(path, checked, summary, lang, show_ids)
        return
    from shibie.tables.results import result_tables, write_folder

    form: Format = "parquet" if target == "parquet" else "csv"
    write_folder(path, result_tables(checked, lang), summary, form)


def report(ruleset: RuleSet, summary: dict[str, Any], lang: Lang) -> None:
    """Print the summary: what came in, and the counts that an officer reports."""
    from rich.console import Console
    from rich.table import Table

    from shibie.tables.overview import blocks, heading

    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    console.print(f"[bold]{ruleset.title}[/bold]")
    for line in heading(summary, lang):
        console.print(line)
    for name, rows in blocks(ruleset, summary, lang):
        shown = [row for row in rows if row[1] or row[2]]
        if shown:
            console.print(_table(Table, name, shown, lang))


def _table(make: type[Table], name: str, rows: list[tuple[str, int, int]], lang: Lang) -> Table:
    table = make(title=name, title_justify="left", show_header=True, header_style="bold")
    table.add_column(Words("项目", "item").say(lang), min_width=36)
    table.add_column(Words("户", "households").say(lang), justify="right")
    table.add_column(Words("人", "persons").say(lang), justify="right")
    for text, households, persons in rows:
        table.add_row(text, f"{households:,}", f"{persons:,}")
    return table
