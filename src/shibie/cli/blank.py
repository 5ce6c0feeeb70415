"""`shibie blank`: an empty workbook of a pack, to be filled in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from shibie.cli.app import LangOption, app, spoken
from shibie.cli.terminal import tell
from shibie.errors import InputError, Problem, Words


@app.command()
def blank(
    pack: Annotated[str, typer.Argument(help="规则包：名称或文件夹 Pack: a name or a folder.")],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="FILE.xlsx",
            help="写到哪里 Where to write; 名册-PACK.xlsx if not given.",
        ),
    ] = None,
    lang: LangOption = None,
) -> None:
    """写出规则包的空白名册 Write an empty workbook of a pack, with lists and notes."""
    from shibie.results.blank_workbook import write_blank
    from shibie.ruleset.loader import load

    language = spoken(lang, pack)
    ruleset = load(pack)
    prefix = Words("名册", "roster").say(language)
    path = out or Path(f"{prefix}-{ruleset.id}.xlsx")
    if path.suffix.lower() != ".xlsx" or path.exists():
        found = (
            Words("已有这个文件，不覆盖", "the file is there, and is not overwritten")
            if path.suffix.lower() == ".xlsx"
            else Words(f"不能写成 {path.name}", f"cannot write {path.name}")
        )
        advice = Words("换一个 .xlsx 文件名", "give another name that ends in .xlsx")
        raise InputError(Problem("--out", found, suggestion=advice))
    write_blank(path, ruleset, language)
    tell(Words(f"空白名册在 {path}", f"the empty workbook is in {path}").say(language))
