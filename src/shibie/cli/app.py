"""The commands and their shared options. Heavy imports happen inside the commands."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from shibie.errors import InputError, Problem, Words

app = typer.Typer(
    name="shibie",
    help="shibie 识别: decide households by rules that are data; exact, explained, three-valued.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Language(StrEnum):
    """Language of the product's own words."""

    zh = "zh"
    en = "en"


class Engine(StrEnum):
    """Which reading decides; all of them agree."""

    interpreter = "interpreter"
    duckdb = "duckdb"
    rete = "rete"


RulesOption = Annotated[
    str, typer.Option("--rules", "-r", help="规则包:名称或文件夹 Pack: a name or a folder.")
]
LangOption = Annotated[Language, typer.Option("--lang", help="输出语言 Language of outputs.")]
AsOfOption = Annotated[
    str, typer.Option("--as-of", metavar="DATE", help="认定日期,如 2015-12-20 Day of judgement.")
]
TrustOption = Annotated[
    bool,
    typer.Option(
        "--trust-declarations",
        help="未提供比对表的事项按申报认定(初筛) First screening: take declared values.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="以 JSON 输出 Print JSON.")]


def day(text: str, option: str = "--as-of") -> date:
    """A date argument, or an `InputError` that says how to write it."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            Problem(
                option,
                Words(f"不是日期:{text}", f"not a date: {text}"),
                suggestion=Words("写作 2015-12-20", "write 2015-12-20"),
            )
        ) from None


def must_exist(path: Path) -> None:
    """Refuse a roster that is not there."""
    if not path.exists():
        raise InputError(
            Problem(str(path), Words("没有这个文件或文件夹", "no such file or folder"))
        )


# The command modules register themselves on `app`.
from shibie.cli import check, procedure, rules, ruletests  # noqa: E402

__all__ = ["app", "check", "procedure", "rules", "ruletests"]
