"""`shibie fit`: a form proposed for a table that people hold."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from shibie.cli.app import LangOption, RulesOption, app, day, must_exist
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.task import task_of
from shibie.cli.terminal import tell
from shibie.errors import Words, listed
from shibie.rosters.shown_headers import shown_header
from shibie.shown_text import shown


@app.command()
def fit(
    file: Annotated[Path, typer.Argument(help="要读的表 The table to be read.")],
    rules: RulesOption = "",
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="把写法存成文件 Where to write the form; else printed."),
    ] = None,
    form: Annotated[
        Path | None,
        typer.Option("--form", help="从这份写法开始 A form to begin with."),
    ] = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="DATE",
            help="认定日期，默认按 shibie.yaml 或今天 Day of judgement; that of shibie.yaml, or today.",
        ),
    ] = None,
    lang: LangOption = None,
) -> None:
    """为手上的表拟一份写法，看过改好后给 --form 用 Propose a form for a table as it is held."""
    from shibie.atomic import write_text
    from shibie.forms.reading import names_of, read_form
    from shibie.rosters.proposal import proposal
    from shibie.rosters.sheets import read_sheets
    from shibie.ruleset.loader import load

    task = task_of(None, rules, as_of or "", None, None, lang, needed=("rules",))
    must_exist(file)
    keep_inputs([out], [file, form])
    ruleset = load(task.rules)
    judged = day(task.as_of) if task.as_of else date.today()
    known = read_form(form, names_of(ruleset)) if form else None
    stem = out.stem if out else file.stem
    found = proposal(read_sheets(file), ruleset, judged, stem, known)
    if out is None:
        text = found.text
        for header in found.unsure:
            # What is no header of the form may be somebody's row.
            text = text.replace(json.dumps(header, ensure_ascii=False),
                                json.dumps(shown_header(header), ensure_ascii=False))  # fmt: skip
        print(shown(text), end="")
    else:
        write_text(out, found.text)
    said = [
        Words(
            f"认出 {found.sure} 栏，没有认出 {len(found.unsure)} 栏"
            + ("：" + "、".join(map(shown_header, found.unsure)) if found.unsure else ""),
            f"columns read: {found.sure}; not recognised: {len(found.unsure)}"
            + (
                f" ({listed(shown_header(each, 'en') for each in found.unsure)})"
                if found.unsure
                else ""
            ),
        )
    ]
    for header, words in found.words.items():
        rows = sum(count for _, count in words)
        said.append(
            Words(
                f"“{shown_header(header)}”有 {len(words)} 个词读不懂，共 {rows} 行",
                f"'{shown_header(header, 'en')}': {len(words)} words that are no codes, in {rows} rows",
            )
        )
    if out is not None:
        said.append(
            Words(f"写在 {out}；请逐行看过再用", f"written to {out}; read it before you use it")
        )
    for line in said:
        tell(line.say(task.lang), error=True)
