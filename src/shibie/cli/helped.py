"""Help in both languages: the library that writes it has its headings in English alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
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


class FormulaCommand(HelpedCommand):
    """A command that takes a formula, which may begin with a minus: `-2.5`, `-(a + b)`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """The arguments read, with the formula behind all options, where it can be none."""
        options = {
            name: not getattr(param, "is_flag", False)
            for param in self.params
            if param.param_type_name == "option"
            for name in (*param.opts, *param.secondary_opts)
        }
        return super().parse_args(ctx, formulas_last(args, options))


def formulas_last(args: Sequence[str], options: Mapping[str, bool]) -> list[str]:
    """Arguments with what begins with a minus and is no option behind all others.

    Args:
        args: as they were written.
        options: each option, and whether a value follows it.

    >>> formulas_last(["-2.5", "--given", "{}"], {"--given": True})
    ['--given', '{}', '--', '-2.5']
    >>> formulas_last(["--given", "-2.5", "--gven", "-r", "x"], {"--given": True, "-r": True})
    ['--given', '-2.5', '--gven', '-r', 'x']
    """
    first: list[str] = []
    last: list[str] = []
    left = list(args)
    while left:
        each = left.pop(0)
        if each == "--":
            last += left
            break
        if options.get(each) and left:
            first += [each, left.pop(0)]
        elif _is_formula(each, options):
            last.append(each)
        else:
            first.append(each)
    return [*first, "--", *last] if last else first


def _is_formula(text: str, options: Mapping[str, bool]) -> bool:
    """Whether what begins with a minus is a formula: a letter alone, or two dashes and a word, are not."""
    if re.match(r"-(?!-)", text) is None:
        return re.match(r"--+[^-a-zA-Z]", text) is not None
    if text in options or len(text) < 2:
        return False
    # A value may stand right behind the letter of its option; in a formula there are signs.
    attached = text[:2] in options and re.search(r"[\s()<>=+*]", text) is None
    return not attached and not re.fullmatch(r"-[a-zA-Z]", text)


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
