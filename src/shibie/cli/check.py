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
    LangOption,
    Language,
    RosterArgument,
    RulesOption,
    TrustOption,
    app,
    opened,
)  # fmt: skip
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from rich.table import Table

    from shibie.check import Checked
    from shibie.errors import Lang
    from shibie.ruleset.model import RuleSet


@app.command()
def check(
    roster: RosterArgument,
    rules: RulesOption,
    as_of: AsOfOption,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "--out",
            "-o",
            help="结果:.xlsx、文件夹或 .parquet 文件夹;可多次 Where to write; repeatable.",
        ),
    ] = None,
    engine: Annotated[
        Engine, typer.Option(help="引擎 Which reading decides.")
    ] = Engine.interpreter,
    trust_declarations: TrustOption = False,
    show_ids: Annotated[
        bool,
        typer.Option("--show-ids", help="工作簿中不遮盖证件号码 Do not mask identity numbers."),
    ] = False,
    lang: LangOption = Language.zh,
) -> None:
    """批量认定一份名册 Decide every household of a roster."""
    from shibie import check as checking
    from shibie.summary import summarise

    # One run over data without cycles: collecting would only walk it again and again.
    gc.disable()
    language: Lang = "en" if lang is Language.en else "zh"
    targets = [_target(path) for path in out or []]
    ruleset, judged, read = opened(roster, rules, as_of)
    checked = checking.check(ruleset, read, judged, engine.value, trust_declarations)
    summary = summarise(checked)
    for target, path in targets:
        _write(target, path, checked, summary, language, show_ids)
    report(checked.ruleset, summary, language)
    for note in read.notes:
        print(note.say(language), file=sys.stderr)
    for _, path in targets:
        print(Words(f"结果在 {path}", f"results in {path}").say(language))
    raise typer.Exit(REJECTED if read.rejected else 0)


def _target(path: Path) -> tuple[str, Path]:
    kind = {".xlsx": "workbook", ".parquet": "parquet", "": "csv"}.get(path.suffix.lower(), "csv")
    if kind == "csv" and path.suffix.lower() in (".csv", ".xls", ".json"):
        raise InputError(
            Problem(
                "--out",
                Words(f"不能写成 {path.suffix} 文件", f"cannot write a {path.suffix} file"),
                suggestion=Words("用 .xlsx 文件或一个文件夹", "name an .xlsx file or a folder"),
            )
        )
    if kind != "workbook" and path.is_file():
        raise InputError(
            Problem("--out", Words(f"{path} 是文件,不是文件夹", f"{path} is a file, not a folder"))
        )
    return kind, path


def _write(
    target: str, path: Path, checked: Checked, summary: dict[str, Any], lang: Lang, show_ids: bool
) -> None:
    if target == "workbook":
        from shibie.tables.workbook import write_workbook

        write_workbook(path, checked, summary, lang, show_ids)
        return
    from shibie.tables.results import Format, result_tables, write_folder

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
