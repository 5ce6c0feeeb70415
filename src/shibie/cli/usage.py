"""A command line that is written wrongly, said in the officer's language.

The library that reads the command line knows only English, in which it says what is wrong in one
sentence; these are the sentences that it has.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

from shibie.cli.given import BY_FILE
from shibie.errors import Lang, Problem, Words, closest

# Arguments that have no dashes, by their names in the help.
_ARGUMENTS: Final = {
    "roster": "名册", "pack": "规则包", "old": "原来的一份", "new": "现在的一份",
    "folder": "文件夹", "expression": "条件或算式", "file": "文件",
}  # fmt: skip
_TYPES: Final = {"integer": "整数", "number": "数", "int": "整数", "float": "数"}
_QUOTED: Final = re.compile(r"'([^']*)'")


def _quoted(text: str) -> list[str]:
    return _QUOTED.findall(text)


def _listed(text: str) -> str:
    return "、".join(_quoted(text))


def _option(text: str) -> str:
    long, *short = sorted(_quoted(text), key=len, reverse=True)
    return f"{long}（{'、'.join(short)}）" if short else long


def _argument(name: str) -> str:
    return f"“{_ARGUMENTS.get(name, name)}”"


_Says = Callable[[re.Match[str]], str]
# Each sentence of the library, and what it is in Chinese.
_SENTENCES: Final[Sequence[tuple[str, _Says]]] = (
    (r"Missing option (.+?)\.(?: Choose from.*)?", lambda m: f"缺少选项 {_option(m[1])}"),
    (r"Missing argument '(.+?)'\..*", lambda m: f"缺少{_argument(m[1].strip('{}[]').lower())}"),
    (r"Missing command\.", lambda _: "没有写命令"),
    (r"No such option: (\S+).*", lambda m: f"没有选项 {m[1]}"),
    (r"No such command '(.+?)'\..*", lambda m: f"没有命令“{m[1]}”"),
    (r"Option '(.+?)' requires an argument\.", lambda m: f"选项 {m[1]} 后面要写值"),
    (r"Option '(.+?)' requires (\d+) arguments\.", lambda m: f"选项 {m[1]} 后面要写 {m[2]} 个值"),
    (r"Option '(.+?)' does not take a value\.", lambda m: f"选项 {m[1]} 后面不写值"),
    (r"Got unexpected extra arguments?(?:\(s\))? \((.+)\)", lambda m: f"多写了 {m[1]}"),
    (r"Argument '(.+?)' takes (\d+) values\.", lambda m: f"{_argument(m[1])}要写 {m[2]} 个值"),
    (
        r"Invalid value for (.+?): (?:Value error, )?'(.*)' is not one of (.+)\.",
        lambda m: f"{_option(m[1])} 不能是“{m[2]}”，应为其中之一：{_listed(m[3])}",
    ),
    (
        r"Invalid value for (.+?): (?:Input should be|'.*' is not) a valid (\w+).*",
        lambda m: f"{_option(m[1])} 应是{_TYPES.get(m[2], '另一种写法')}",
    ),
    (r"Invalid value for (.+?): .*", lambda m: f"{_option(m[1])} 的值不能用"),
)


def in_chinese(sentence: str) -> str:
    """What is wrong, in Chinese; a sentence that is not known comes with what it is in English.

    >>> in_chinese("Missing option '--rules' / '-r'.")
    '缺少选项 --rules（-r）'
    >>> in_chinese("Something else.")
    '命令写得不对：Something else.'
    """
    for pattern, says in _SENTENCES:
        if found := re.fullmatch(pattern, sentence, re.S):
            return says(found)
    return f"命令写得不对：{sentence}"


def said_of_usage(error: Any, lang: Lang) -> str:
    """A wrong command line, with what was probably meant and where its help is.

    Args:
        error: what the library raised.
        lang: the language.
    """
    sentence = str(error.format_message())
    context = getattr(error, "ctx", None)
    meant = _meant(sentence, error, context)
    what = Words(
        in_chinese(sentence), re.sub(r" (\(Possible options|Did you mean).*", "", sentence)
    )
    lines = [_usage(context).say(lang)] if context is not None else []
    suggestion = Words(f"是否想写 {meant}？", f"did you mean {meant}?") if meant else None
    lines.append(Problem("shibie", what, suggestion=suggestion).render(lang))
    # JSON in single quotes, which cmd does not know: it comes in pieces.
    if sentence.startswith("Got unexpected extra") and sentence.rstrip(")'").endswith("}"):
        lines.append("  → " + BY_FILE.say(lang))
    if context is not None:
        help_ = f"{context.command_path} --help"
        lines.append("  → " + Words(f"用法见 {help_}", f"see {help_}").say(lang))
    return "\n".join(lines)


def _meant(sentence: str, error: Any, context: Any) -> str | None:
    """The option or command most like the one that there is not."""
    if context is None:
        return None
    if option := getattr(error, "option_name", None):
        # Without the dashes, which make any two options alike.
        known = {name.strip("-"): name for param in context.command.params for name in param.opts}
        near = closest(option.strip("-"), known)
        return known[near] if near and sentence.startswith("No such option") else None
    unknown = re.match(r"No such command '(.+?)'", sentence)
    if unknown is None:
        return None
    return closest(unknown[1], context.command.list_commands(context))


def _usage(context: Any) -> Words:
    """The line that says how the command is written."""
    english = str(context.get_usage())
    zh = english.replace("Usage: ", "用法：").replace("[OPTIONS]", "[选项]")
    zh = zh.replace("COMMAND [ARGS]...", "命令 [参数]…")
    for name, title in _ARGUMENTS.items():
        # An argument that may be left out stands in square brackets.
        zh = re.sub(rf"\{{{name}\}}|(?<=\[){name}(?=\])|\b{name.upper()}\b", title, zh)
    return Words(zh, english)
