"""Whether two values of a column are one, however they are written and as far as they are shown.

Accounts, plates and addresses are keyed in by hand and go through spreadsheets: full-width
digits, spaces, a spreadsheet's apostrophe tell nothing. What differs in other signs (`1-2号`,
`12号`), is partly hidden (`6222****0010`) or was rounded (`6.20022E+15`) may be the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shibie.case import Value
from shibie.plain_text import legible, plain

# What stands for what is not shown, beside all symbols. One # may be a building's, one ○ a nought
# (`一○二号`), and an X a letter of a plate.
_SIGNS: Final = "*?×∗某"
_IN_RUNS: Final = "#_○·•・‧∙⋅.。~=-"
_HIDDEN: Final = re.compile(
    rf".*(?:尾号|末四位|后四位)|[{re.escape(_SIGNS)}]+|[{re.escape(_IN_RUNS)}]{{2,}}|〇{{3,}}"
    r"|(?<![a-z])x{2,}(?![a-z])|x{3,}"
)
_ROUNDED: Final = re.compile(r"(?P<whole>\d)(?:\.(?P<part>\d+))?e(?P<sign>\+)?(?P<places>\d{1,2})")
# A spreadsheet keeps fifteen digits of a number, and writes zeros for the others.
DIGITS_KEPT: Final = 15
_FLOAT: Final = re.compile(r"(\d+)\.0+")
# How a spreadsheet or a program marks that digits are text.
_MARKS: Final = "='\"`‘’“”"
# Between letters these tell nothing (`阿依·买买提`), between digits they may (`1·2`).
_DOTS: Final = re.compile(r"(?<!\d)[·•・‧∙⋅]|[·•・‧∙⋅](?!\d)")


@dataclass(frozen=True)
class SaidValue:
    """A value as it is compared with others of its column.

    Attributes:
        exact: what tells it from any other, if that is shown; values that share it are one.
        first: the letters and digits that it begins with, as far as they are shown.
        last: those that it ends with.
        whole: whether nothing is hidden between them: then both are the whole value.
        between: the least and most number that it may be, where it is digits alone.
        of_name: whether it is part of a name: no whole name is shorter than what is shown of it.
    """

    exact: Value
    first: str = ""
    last: str = ""
    whole: bool = True
    between: tuple[int, int] | None = None
    of_name: bool = False

    @property
    def letters(self) -> Value:
        """What a whole value shares with those that it may be."""
        return self.first.lstrip("0") or self.exact

    def same_as(self, other: SaidValue) -> bool | None:
        """Whether both are one value; None if nobody can tell."""
        if self.exact is not None and self.exact == other.exact:
            return True
        if self.between and other.between:
            return _overlap(self.between, other.between)
        if self.whole and other.whole:
            # Of a number or a code both say all there is to say.
            return None if self.first and self.letters == other.letters else False
        if self.whole and other.of_name:
            fits = self.first.startswith(other.first) and self.last.endswith(other.last)
        elif other.whole and self.of_name:
            fits = other.first.startswith(self.first) and other.last.endswith(self.last)
        else:
            fits = _one_of_both(self.first, other.first, str.startswith) and _one_of_both(
                self.last, other.last, str.endswith
            )
        return None if fits else False


def said_value(value: Value) -> SaidValue | None:
    """How a value is compared; None for a blank.

    >>> said_value("6200 2222").same_as(said_value("'62002222"))
    True
    >>> said_value("1-2号").same_as(said_value("12号")) is None
    True
    >>> said_value("6222****0010").same_as(said_value("6222021234560010")) is None
    True
    >>> said_value("6222****0010").same_as(said_value("6222021234560011"))
    False
    """
    if value is None:
        return None
    return _said_text(value) if isinstance(value, str) else SaidValue(value)


def one_value(
    value: Value, other: Value, said: Callable[[Value], SaidValue | None] = said_value
) -> bool | None:
    """Whether two values of a column beside the key are one; None if nobody can tell.

    What is written alike says the same, also where some of it is hidden: no item hangs on it.

    Args:
        value: one.
        other: the other one.
        said: how they are compared.
    """
    if value == other:
        return True
    mine, yours = said(value), said(other)
    return None if mine is None or yours is None else mine.same_as(yours)


@lru_cache(maxsize=4096)
def _said_text(value: str) -> SaidValue:
    text = _plain(value)
    letters = _letters(text)
    rounded = _ROUNDED.fullmatch(text)
    if rounded and (rounded["sign"] or rounded["part"]):
        return SaidValue(None, whole=False, between=_rounded(rounded))
    hidden = list(_HIDDEN.finditer(_without_symbols(text)))
    if hidden:
        first, last = text[: hidden[0].start()], text[hidden[-1].end() :]
        return SaidValue(None, _letters(first), _letters(last), whole=False)
    digits = letters.isdecimal() and letters.isascii()
    number = int(letters) if digits else 0
    lost = len(letters) - DIGITS_KEPT
    # One zero is no sign of lost digits: every tenth number ends so.
    if digits and lost > 1 and number % 10**lost == 0:
        first = letters[:DIGITS_KEPT]
        return SaidValue(None, first, "", whole=False, between=(number, number + 10**lost - 1))
    between = (number, number) if digits else None
    return SaidValue(_exact(value), letters, letters, between=between)


def _rounded(found: re.Match[str]) -> tuple[int, int]:
    """What a number may be of which only the first digits are shown: `6.20022e+15`."""
    shown = found["whole"] + (found["part"] or "")
    unit = int(found["places"]) - len(shown) + 1
    if unit < 0:
        return int(shown) // 10**-unit, int(shown) // 10**-unit
    return int(shown) * 10**unit - 10**unit // 2, int(shown) * 10**unit + 10**unit // 2


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _plain(value: str) -> str:
    """A text in narrow letters, without what cannot be seen and a spreadsheet's marks."""
    return _without_fraction(_bare(plain(value).lower()))


def _exact(value: str) -> str:
    """What tells a text from any other: a dot between digits is not nothing here."""
    return _DOTS.sub("", _without_fraction(plainly(value).lower()))


def plainly(value: str) -> str:
    """A text in narrow letters, without what cannot be seen; ① and ² stay what they are.

    >>> plainly(" 川Ｙ 0001")
    '川Y0001'
    """
    return _bare(legible(value))


def _bare(text: str) -> str:
    """A text without what cannot be seen and a spreadsheet's marks."""
    return "".join(text.split()).strip(_MARKS)


def _without_fraction(text: str) -> str:
    """A whole number without the `.0` that a program wrote behind it; any other text as it is."""
    number = _FLOAT.fullmatch(text)
    return number[1] if number else text


def _without_symbols(text: str) -> str:
    """A text with one sign for every symbol (★, ◆, ■) that may stand for a letter."""
    return "".join(
        _SIGNS[0] if unicodedata.category(char) == "So" and char not in _IN_RUNS else char
        for char in text
    )


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool | None:
    return None if one[0] <= other[1] and other[0] <= one[1] else False


def _one_of_both(one: str, other: str, fits: Callable[[str, str], bool]) -> bool:
    return fits(one, other) or fits(other, one)
