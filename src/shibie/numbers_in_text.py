"""Personal numbers in texts that people wrote: found, and masked."""

from __future__ import annotations

import re
from typing import Final

from shibie import citizen_id
from shibie.plain_text import UNSEEN_CLASS

# What people put between the digits of a number.
_BETWEEN: Final = rf"[\s{UNSEEN_CLASS}\-‐-―−－]*"
_LAST: Final = "[0-9０-９xXｘＸ]"
_DIGIT: Final = "[0-9０-９]"


def _spaced(digits: int) -> str:
    """So many digits, with what may stand between them."""
    return f"{_DIGIT}(?:{_BETWEEN}{_DIGIT}){{{digits - 1}}}"


# Fifteen digits and more in a row, or an old number, a number, or a disability card's, written
# in groups. So many digits of a day and the like are no number: a group is never cut.
_NUMBER: Final = re.compile(
    rf"(?<!{_DIGIT})(?<!{_DIGIT}\.)(?:{_DIGIT}{{15,}}[xXｘＸ]?"
    rf"|(?:{_spaced(22)}|{_spaced(20)}|{_spaced(17)}{_BETWEEN}{_LAST}|{_spaced(15)})(?!{_DIGIT}))"
)


def without_citizen_numbers(text: str) -> str:
    """A text with each citizen number in it as it may be shown; all else stays.

    >>> without_citizen_numbers("车主是11010519491231002X,又 1101 0519-4912-3100 2X")
    '车主是110*************2X,又 110*****************2X'
    >>> without_citizen_numbers("110105491231002, 2015-07-01 2015-12-01, 0.30000000000000004")
    '110**********02, 2015-07-01 2015-12-01, 0.30000000000000004'
    """
    return _NUMBER.sub(lambda found: citizen_id.mask(found[0]), text)


# Whatever looks like a citizen number of 15 or 18 characters, a mobile phone, or a bank
# account; money is written with separators and never has so many digits in a row.
_NUMBERS = re.compile(r"(?<![\dXx])(?:1[3-9]\d{9}|\d{14,17}[\dXx]|\d{12,})(?![\dXx])")


def numbers_in(text: str) -> list[str]:
    """Whatever in a text looks like a citizen number, a phone or an account.

    >>> numbers_in("一社 13800138000"), numbers_in("人均 2,855.00 元")
    (['13800138000'], [])
    """
    return _NUMBERS.findall(text)


def without_numbers(text: str) -> str:
    """A text with such numbers masked.

    >>> without_numbers("王明 11010519491231002X")
    '王明 110*************2X'
    """
    return _NUMBERS.sub(lambda found: citizen_id.mask(found[0]), without_citizen_numbers(text))
