"""What can go wrong, said so that a person can mend it.

Every failure is a list of `Problem`: where, what was found, what was expected, and a
suggestion. A function that reads input collects *all* of its problems before it raises.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

Lang = Literal["zh", "en"]
LANGS: tuple[Lang, ...] = ("zh", "en")


class Words(NamedTuple):
    """One piece of text for people, in both languages of the product.

    >>> Words("户", "household").say("en")
    'household'
    """

    zh: str
    en: str

    def say(self, lang: Lang = "zh") -> str:
        """The text in `lang`."""
        return self.en if lang == "en" else self.zh


@dataclass(frozen=True)
class Problem:
    """One fault, with its place.

    Attributes:
        where: `file:line:column`, `sheet!row:column`, or the name of an argument.
        what: what was found and what was expected.
        excerpt: the source line with the offending text underlined, or empty.
        suggestion: what the author probably meant, or None.
    """

    where: str
    what: Words
    excerpt: str = ""
    suggestion: Words | None = None

    def render(self, lang: Lang = "zh") -> str:
        """The problem as one to four lines of text.

        >>> print(Problem("a.yaml:1:2", Words("未知名称", "unknown name")).render("en"))
        a.yaml:1:2: unknown name
        """
        lines = [f"{self.where}: {self.what.say(lang)}"]
        if self.excerpt:
            lines.append(self.excerpt)
        if self.suggestion:
            lines.append("  → " + self.suggestion.say(lang))
        return "\n".join(lines)


class ShibieError(Exception):
    """Base of every error that shibie raises on purpose; carries its problems."""

    def __init__(self, problems: Iterable[Problem] | Problem) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(problem.render("en") for problem in self.problems))

    def render(self, lang: Lang = "zh") -> str:
        """All problems, one after the other."""
        return "\n".join(problem.render(lang) for problem in self.problems)


class RulesetError(ShibieError):
    """The rule set does not load: the author of the pack must mend it."""


class InputError(ShibieError):
    """The roster, a register or an argument cannot be used at all."""


class MissingExtraError(ShibieError):
    """An optional library is not installed; the problem says which extra to install."""


def cannot_load(
    where: str, library: str, error: ImportError, suggestion: Words
) -> MissingExtraError:
    """The error for an optional library, with what to install.

    >>> print(cannot_load("PDF", "typst", ImportError("no"), Words("装", "install")).render("en"))
    PDF: typst cannot be loaded (no)
      → install
    """
    what = Words(f"未能载入 {library}({error})", f"{library} cannot be loaded ({error})")
    return MissingExtraError(Problem(where, what, suggestion=suggestion))


def closest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like `name`, or None when nothing is near.

    >>> closest("wage_incone", ["wage_income", "health"])
    'wage_income'
    """
    # Chinese words are short: one character of two already makes them half alike.
    cutoff = 0.6 if name.isascii() else 0.5
    matches = difflib.get_close_matches(name, list(known), n=1, cutoff=cutoff)
    return matches[0] if matches else None


def did_you_mean(name: str, known: Iterable[str]) -> Words | None:
    """A suggestion naming the closest known name, or None."""
    match = closest(name, known)
    if match is None:
        return None
    return Words(f"是否想写“{match}”?", f"did you mean '{match}'?")


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names joined for a message, cut after `most`.

    >>> listed(["a", "b", "c"], most=2)
    'a, b, … (1 more)'
    """
    everything = list(names)
    shown = ", ".join(everything[:most])
    rest = len(everything) - most
    return f"{shown}, … ({rest} more)" if rest > 0 else shown
