"""The commands and their shared options. Heavy imports happen inside the commands."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shibie import __version__
from shibie.cli.helped import Commands, HelpedGroup
from shibie.cli.terminal import tell
from shibie.errors import InputError, Problem, Words
from shibie.plain_day import plain_day

if TYPE_CHECKING:
    from shibie.errors import Lang
    from shibie.rosters.roster import Roster
    from shibie.ruleset.model import RuleSet

    Matches = Mapping[str, tuple[int, int]]

REJECTED = 3

app = Commands(
    name="shibie",
    cls=HelpedGroup,
    help="shibie 识别：decide households by rules that are data; exact, explained, three-valued.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _say_version(asked: bool) -> None:
    if asked:
        tell(f"shibie {__version__}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_say_version, is_eager=True, help="版本 Print the version."
        ),
    ] = False,
) -> None:
    """Options of the command line as a whole."""


class Language(StrEnum):
    """Language of the product's own words."""

    zh = "zh"
    en = "en"


class Engine(StrEnum):
    """Which reading decides; all of them agree."""

    interpreter = "interpreter"
    duckdb = "duckdb"
    rete = "rete"
    spark = "spark"


class PaperFormat(StrEnum):
    """How papers are written."""

    docx = "docx"
    pdf = "pdf"


RulesOption = Annotated[
    str, typer.Option("--rules", "-r", help="规则包：名称或文件夹 Pack: a name or a folder.")
]
LangOption = Annotated[
    Language | None,
    typer.Option(
        "--lang", help="输出语言，默认随规则包 Language of outputs; the pack's, if not given."
    ),
]
AsOfOption = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="认定日期，如 2015-12-20 Day of judgement.")
]
TrustOption = Annotated[
    bool,
    typer.Option(
        "--trust-declarations",
        help="未提供比对表的事项按申报认定（初筛）First screening: take declared values.",
    ),
]
SetAsideOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set-aside",
        metavar="REGISTER",
        help="此比对表中对不上人的记录当作与谁都无关；可多次"
        " Rows of it that cannot be matched concern nobody; repeatable.",
    ),
]
RosterArgument = Annotated[
    Path | None,
    typer.Argument(
        help="名册：文件夹或 .xlsx，或有 shibie.yaml 的文件夹"
        " Roster: a folder, an .xlsx, or a folder with a shibie.yaml."
    ),
]
RegisterOption = Annotated[
    list[str] | None,
    typer.Option(
        "--register",
        metavar="NAME=FILE",
        help="另给的比对表，如 vehicles=车管所.xlsx；可多次 A register in a file of its own; repeatable.",
    ),
]
FormOption = Annotated[
    Path | None,
    typer.Option(
        "--form", metavar="FILE", help="名册表格的写法（shibie fit 可拟）How its tables are read."
    ),
]
MaybeTrustOption = Annotated[
    bool | None,
    typer.Option(
        "--trust-declarations/--no-trust-declarations",
        help="未提供比对表的事项按申报认定（初筛）First screening: take declared values.",
    ),
]
TablesOption = Annotated[
    list[Path] | None,
    typer.Option("--out", "-o", help="结果：.xlsx 或文件夹；可多次 Where to write; repeatable."),
]
FontsOption = Annotated[
    Path | None, typer.Option("--fonts", help="字体文件夹 A folder of fonts for PDF.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="以 JSON 输出 Print JSON.")]


def day(text: str, option: str = "--as-of") -> date:
    """A date argument, or an `InputError` that says how to write it."""
    try:
        return plain_day(text)
    except ValueError:
        raise InputError(
            Problem(
                option,
                Words(f"不是日期：{text}", f"not a date: {text}"),
                suggestion=Words("写作 2015-12-20", "write 2015-12-20"),
            )
        ) from None


def spoken(lang: Language | None, rules: str) -> Lang:
    """The language of outputs: the one asked for, else the pack's own.

    The pack's is read without loading the pack, for messages may be needed before it loads.
    """
    if lang is not None:
        return "en" if lang is Language.en else "zh"
    from shibie.errors import ShibieError
    from shibie.ruleset import packs

    try:
        text = (packs.find(rules) / packs.RULESET_FILE).read_text(encoding="utf-8")
    except (ShibieError, OSError, UnicodeDecodeError):
        return "zh"
    head = re.search(r"^ruleset:.*?(?=^\S|\Z)", text.removeprefix("\ufeff"), re.M | re.S)
    return "en" if head and re.search(r"\blang: *en\b", head[0]) else "zh"


def xlsx_or_folder(path: Path) -> Path:
    """A place of result tables: a workbook, or a folder; anything else is refused."""
    suffix = path.suffix.lower()
    if suffix not in ("", ".xlsx") or (suffix == "" and path.is_file()):
        raise InputError(
            Problem(
                "--out",
                Words(f"不能写成 {path}", f"cannot write {path}"),
                suggestion=Words("用 .xlsx 文件或一个文件夹", "name an .xlsx file or a folder"),
            )
        )
    return path


def must_exist(path: Path) -> None:
    """Refuse a roster that is not there."""
    if not path.exists():
        raise InputError(
            Problem(str(path), Words("没有这个文件或文件夹", "no such file or folder"))
        )


def warned(ruleset: RuleSet, found: Matches, lang: Lang, before: Matches | None = None) -> bool:
    """Say on stderr which registers match nobody; returns whether any does.

    Args:
        ruleset: knows the registers.
        found: of each, how many rows it has and how many surely are about persons.
        lang: the language.
        before: the same of the roster before, where there are two: then it is said of which.
    """
    from shibie.registers.unmatched import THE_ROSTER, counted, said_of_matching_nobody

    rosters = [(found, THE_ROSTER)]
    if before is not None:
        rosters = [
            (before, Words("原名册", "the roster before")),
            (found, Words("现名册", "the roster of now")),
        ]
    return told(
        line
        for each, roster in rosters
        for line in said_of_matching_nobody(ruleset, counted(each), lang, roster=roster)
    )


def told(lines: Iterable[str]) -> bool:
    """Print lines on stderr, each once; returns whether there is any."""
    distinct = dict.fromkeys(lines)
    for line in distinct:
        tell(line, error=True)
    return bool(distinct)


def tell_written(paths: Iterable[str | Path], lang: Lang) -> None:
    """Print where each result is."""
    for path in paths:
        tell(Words(f"结果在 {path}", f"results in {path}").say(lang))


def warned_of_chosen(ruleset: RuleSet, read: Roster, lang: Lang) -> bool:
    """The same of a roster of which only some households are read."""
    return warned(ruleset, {name: (rows, 0) for name, rows in read.nobody.items()}, lang)


# The command modules register themselves on `app`.
from shibie.cli import (  # noqa: E402
    acts,
    check,
    explain,
    fit,
    helpers,
    link,
    notice,
    plan,
    procedure,
    recheck,
    replay,
    report,
    rules,
    ruletests,
)
from shibie.cli import blank as blank  # noqa: E402
from shibie.cli import demo as demo  # noqa: E402
from shibie.cli import diff as diff  # noqa: E402
from shibie.cli import verify as verify  # noqa: E402

__all__ = [
    "acts",
    "app",
    "check",
    "explain",
    "fit",
    "helpers",
    "link",
    "notice",
    "plan",
    "procedure",
    "recheck",
    "replay",
    "report",
    "rules",
    "ruletests",
]
