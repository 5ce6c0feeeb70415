"""Arguments of the library, named as the options that the command line has for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from shibie.errors import Problem, ShibieError, Words

OPTIONS: Final[Mapping[str, str]] = {
    "as_of": "--as-of", "given": "--given", "engine": "--engine", "memory": "--memory",
    "temp": "--temp", "fonts": "--fonts", "formats": "--format", "days": "--days",
    "templates": "--templates", "households": "--household", "out": "--out",
    "set_aside": "--set-aside", "annotate": "--annotate",
    "verdicts": "--verdicts", "rules": "--rules", "inputs": "--inputs",
    "names": "--name", "most": "--most",
}  # fmt: skip
# In a message: `as_of`, or a value of an argument: `formats=docx`.
_ARGUMENT: Final = re.compile(rf"`({'|'.join(OPTIONS)})(?:=(\w+))?`")


def in_options(error: ShibieError) -> ShibieError:
    """The error with options in the place of arguments.

    >>> from shibie.errors import bad_argument
    >>> words = Words("用 `as_of`", "use `as_of`, or `engine=rete`")
    >>> print(in_options(ShibieError(bad_argument("as_of", words))).render("en"))
    --as-of: use --as-of, or --engine rete
    """
    return type(error)(map(_in_options, error.problems))


def _in_options(problem: Problem) -> Problem:
    where, suggestion = problem.where, problem.suggestion
    return replace(
        problem,
        where=_named(f"`{where}`").strip("`") if "argument" in problem.data else where,
        what=_both(problem.what),
        suggestion=suggestion and _both(suggestion),
    )


def _both(words: Words) -> Words:
    return Words(_named(words.zh), _named(words.en))


def _named(text: str) -> str:
    return _ARGUMENT.sub(lambda found: " ".join(filter(None, (OPTIONS[found[1]], found[2]))), text)
