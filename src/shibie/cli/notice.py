"""`shibie notice`: letters to households and public lists; `shibie templates` for editing them."""

from __future__ import annotations

import gc
import shutil
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    LangOption,
    RosterArgument,
    RulesOption,
    TrustOption,
    app,
    day,
    opened,
    spoken,
)  # fmt: skip
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from shibie.papers.notice.content import Setting
    from shibie.papers.notice.write import Order, PaperCount


class PaperFormat(StrEnum):
    """How papers are written."""

    docx = "docx"
    pdf = "pdf"


class PaperKind(StrEnum):
    """Which papers are written."""

    letters = "letters"
    lists = "lists"


FontsOption = Annotated[
    Path | None, typer.Option("--fonts", help="字体文件夹 A folder of fonts for PDF.")
]


@app.command()
def notice(
    roster: RosterArgument,
    rules: RulesOption,
    as_of: AsOfOption,
    out: Annotated[Path, typer.Option("--out", "-o", help="写到哪个文件夹 Where to write.")],
    household: Annotated[
        list[str] | None,
        typer.Option("--household", "-h", help="只写这些户;可多次 Only these; repeatable."),
    ] = None,
    kind: Annotated[
        list[PaperKind] | None,
        typer.Option(
            "--kind", help="告知书或公示名单,默认都写;指定了户则只写告知书 Letters or lists."
        ),
    ] = None,
    form: Annotated[
        list[PaperFormat] | None,
        typer.Option("--format", help="格式,默认都写 Word or PDF; both if not given."),
    ] = None,
    posted: Annotated[
        str,
        typer.Option(
            "--posted", metavar="DATE", help="公示第一天,默认认定日期 First day of the notice."
        ),
    ] = "",
    days: Annotated[
        int | None, typer.Option("--days", help="公示天数,默认按规则包 Days of notice.")
    ] = None,
    office: Annotated[
        str, typer.Option("--office", help="署名并受理复核的单位 Who signs and takes requests.")
    ] = "",
    templates: Annotated[
        Path | None, typer.Option("--templates", help="自己的模板文件夹 Templates of one's own.")
    ] = None,
    fonts: FontsOption = None,
    trust_declarations: TrustOption = False,
    lang: LangOption = None,
) -> None:
    """写告知书和公示名单 Write letters to households and public lists."""
    from shibie.checking_in_python import check
    from shibie.papers.notice.content import Setting
    from shibie.papers.notice.period import period
    from shibie.papers.notice.write import Order

    gc.disable()
    language = spoken(lang, rules)
    if out.is_file():
        raise InputError(
            Problem("--out", Words(f"{out} 是文件,不是文件夹", f"{out} is a file, not a folder"))
        )
    ruleset, judged, read = opened(roster, rules, as_of)
    checked = check(ruleset, read, judged, trust_declarations=trust_declarations)
    begins = day(posted, "--posted") if posted else judged
    setting = Setting(checked, period(checked, begins, days), office, language)
    kinds = kind or ([PaperKind.letters] if household else list(PaperKind))
    order = Order(
        tuple(dict.fromkeys(each.value for each in kinds)),
        tuple(dict.fromkeys(each.value for each in form or PaperFormat)),
        frozenset(household or ()), templates, fonts,
    )  # fmt: skip
    # A letter tries what would change the decision, again and again, and leaves cycles behind.
    gc.freeze()
    gc.enable()
    written = _with_bar(out, setting, order)
    rejected = len(read.rejected_households)
    print(
        Words(
            f"{written.letters} 份告知书,{written.lists} 份公示名单,{written.files} 个文件,在 {out}",
            f"{written.letters} letters and {written.lists} lists in {written.files} files in {out}",
        ).say(language)
    )
    if rejected:
        print(
            Words(
                f"退回的 {rejected} 户没有认定,没有告知书",
                f"{rejected} rejected households were not decided and have no letter",
            ).say(language)
        )
    raise typer.Exit(REJECTED if read.rejected else 0)


def _with_bar(out: Path, setting: Setting, order: Order) -> PaperCount:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    from shibie.papers.notice.write import chosen, write_notices

    total = len(chosen(setting, order))
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("", total=total)
        return write_notices(out, setting, order, lambda done: bar.advance(task, done))


@app.command()
def templates(
    folder: Annotated[Path, typer.Argument(help="复制到哪里 Where to copy them.")],
    lang: LangOption = None,
) -> None:
    """复制模板以便修改 Copy the shipped templates, to edit them."""
    from shibie.papers.notice.write import shipped

    folder.mkdir(parents=True, exist_ok=True)
    for path in shipped():
        target = folder / path.name
        if target.exists():
            raise InputError(
                Problem(
                    str(target),
                    Words("已经有了,没有覆盖", "is there already and was not overwritten"),
                )
            )
        shutil.copyfile(path, target)
        print(target)
