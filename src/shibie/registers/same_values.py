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
from shibie.citizen_id import INVISIBLE

# What stands for what is not shown. One # may be a building's, one ○ a nought (`一○二号`), and an X
# a letter of a plate.
_HIDDEN: Final = re.compile(r"[*?×●■□△某]+|[#_○]{2,}|(?<![a-z])x{2,}(?![a-z])|x{3,}")
_ROUNDED: Final = re.compile(r"(\d(?:\.\d+)?)e\+\d+|(\d\.\d+)e\d+")
# A spreadsheet keeps fifteen digits of a number, and writes zeros for the others.
DIGITS_KEPT: Final = 15
_FLOAT: Final = re.compile(r"(\d+)\.0+")
# How a spreadsheet or a program marks that digits are text.
_MARKS: Final = "='\"`‘’“”"
_MIDDLE_DOTS: Final = "·•・‧∙⋅"


@dataclass(frozen=True)
class SaidValue:
    """A value as it is compared with others of its column.

    Attributes:
        exact: what tells it from any other, if that is shown; values that share it are one.
        first: the letters and digits that it begins with, as far as they are shown.
        last: those that it ends with.
        whole: whether nothing is hidden between them: then both are the whole value.
    """

    exact: Value
    first: str
    last: str
    whole: bool

    def same_as(self, other: SaidValue) -> bool | None:
        """Whether both are one value; None if nobody can tell."""
        if self.exact is not None and self.exact == other.exact:
            return True
        if self.whole and other.whole:
            # Of a number or a code both say all there is to say.
            return None if self.first and self.first == other.first else False
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
    return _said_text(value) if isinstance(value, str) else SaidValue(value, "", "", whole=True)


@lru_cache(maxsize=4096)
def _said_text(value: str) -> SaidValue:
    text = _plain(value)
    letters = letters_of(text)
    rounded = _ROUNDED.fullmatch(text)
    if rounded:
        # The last digit shown may have been rounded up.
        return SaidValue(None, letters_of(rounded[1] or rounded[2])[:-1], "", whole=False)
    hidden = list(_HIDDEN.finditer(text))
    if hidden:
        first, last = text[: hidden[0].start()], text[hidden[-1].end() :]
        return SaidValue(None, letters_of(first), letters_of(last), whole=False)
    if lost_digits(letters):
        return SaidValue(text, letters[:DIGITS_KEPT], "", whole=False)
    return SaidValue(text, letters, letters, whole=True)


def letters_of(text: str) -> str:
    """The letters and digits of a text."""
    return "".join(filter(str.isalnum, text))


def lost_digits(letters: str) -> bool:
    """Whether a spreadsheet may have written zeros for the last digits of a number.

    One zero is no sign of it: every tenth number ends so.
    """
    rest = letters[DIGITS_KEPT:]
    return len(rest) > 1 and letters.isdecimal() and not rest.strip("0")


def _plain(value: str) -> str:
    """A text without what tells nothing."""
    written = unicodedata.normalize("NFKC", value).lower()
    nothing = INVISIBLE | set(_MIDDLE_DOTS)
    text = "".join(char for char in written if not char.isspace() and char not in nothing)
    number = _FLOAT.fullmatch(text := text.strip(_MARKS))
    return number[1] if number else text


def _one_of_both(one: str, other: str, fits: Callable[[str, str], bool]) -> bool:
    return fits(one, other) or fits(other, one)
