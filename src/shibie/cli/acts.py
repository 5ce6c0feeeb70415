"""`shibie acts`: the log of acts, its chain verified; exit status 1 where the chain is broken."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shibie.cli.app import JsonOption, LangOption, Language, app
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.terminal import marked, tell, tell_data
from shibie.errors import InputError, Words

if TYPE_CHECKING:
    from shibie.errors import Lang
    from shibie.eventlog import AppendOnlyLog

BROKEN = 1


@app.command()
def acts(
    log: Annotated[
        Path,
        typer.Argument(help="文件夹，或 acts.db、.jsonl 日志 A folder, or a log."),
    ],
    verify: Annotated[
        bool, typer.Option("--verify", help="只验日志链 Only verify the chain.")
    ] = False,
    copy_to: Annotated[
        Path | None,
        typer.Option(
            "--copy-to", metavar="LOG", help="复制到另一日志（.db 或 .jsonl）Copy into another log."
        ),
    ] = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """办理日志：列出、验证、复制 The log of acts: list it, verify it, copy it."""
    from shibie.actlog.listing import TITLES, listing
    from shibie.actlog.recorded import open_acts
    from shibie.eventlog import copy_log, place_of

    language: Lang = "en" if lang is Language.en else "zh"
    if copy_to is not None:
        keep_inputs([place_of(copy_to)], [place_of(log)], "--copy-to")
    try:
        with open_acts(log, create=False, read_only=True) as opened:
            rows = [] if verify else listing(opened, language)
            said = _said(opened)
            if copy_to is not None:
                with open_acts(copy_to) as target:
                    added = copy_log(opened, target)
                zh, en = f"复制到 {copy_to}，新增 {added} 条", f"copied to {copy_to}, {added} new"
                said.append(Words(zh, en))
    except InputError as error:
        if any(problem.code == "broken_log" for problem in error.problems):
            print(error.render(language), file=sys.stderr)
            raise typer.Exit(BROKEN) from None
        raise
    if as_json:
        titles = [title.en for title in TITLES]
        listed = [dict(zip(titles, row, strict=True)) for row in rows]
        head = {"entries": opened.count, "last": opened.last, "acts": listed}
        tell_data(head)
        return
    for line in said:
        tell(line.say(language))
    if rows:
        _show([title.say(language) for title in TITLES], rows)


def _said(log: AppendOnlyLog) -> list[Words]:
    """What is said of a log that holds."""
    return [
        *log.notes,
        Words(
            f"{log.path.name}：{log.count} 条，日志链完好；末条校验值 {log.last}",
            f"{log.path.name}: {log.count} entries, the chain holds; last hash {log.last}",
        ),
    ]


def _show(titles: list[str], rows: list[tuple[str, ...]]) -> None:
    from rich.console import Console
    from rich.table import Table

    # In a pipe every cell stays in one line.
    width = None if sys.stdout.isatty() else 400
    table = Table(*titles)
    for row in rows:
        table.add_row(*map(marked, row))
    Console(width=width, highlight=False).print(table)
