"""Help in both languages: the library that writes it has its headings in English alone."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final

from typer import Typer
from typer.core import TyperCommand, TyperGroup

# What the library writes of itself; all other help is the commands' own, in both languages.
_OWN: Final = (
    (r"^Usage: ", "用法 Usage: "),
    (r"^Options:$", "选项 Options:"),
    (r"^Arguments:$", "参数 Arguments:"),
    (r"^Commands:$", "命令 Commands:"),
    (r"\bShow this message and exit\.", "显示本说明 Show this message and exit."),
    (r"\[required\]", "[必填 required]"),
    (r"\[default: ", "[默认 default: "),
)


def in_both(text: str) -> str:
    r"""A help text with the library's own words in both languages.

    >>> print(in_both("Usage: shibie check\n\nOptions:\n  --help  Show this message and exit."))
    用法 Usage: shibie check
    <BLANKLINE>
    选项 Options:
      --help  显示本说明 Show this message and exit.
    """
    for own, both in _OWN:
        text = re.sub(own, both, text, flags=re.M)
    return text


class HelpedCommand(TyperCommand):
    """A command whose help is in both languages."""

    def get_help(self, ctx: Any) -> str:
        """The help, as a text."""
        return in_both(super().get_help(ctx))


class HelpedGroup(TyperGroup):
    """The commands together, whose help is in both languages."""

    def get_help(self, ctx: Any) -> str:
        """The help, as a text."""
        return in_both(super().get_help(ctx))


class Commands(Typer):
    """The command line; its commands have help in both languages."""

    def command(self, name: str | None = None, **options: Any) -> Callable[[Any], Any]:
        """Add a function as a command."""
        return super().command(name, **{"cls": HelpedCommand, **options})
