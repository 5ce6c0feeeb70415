"""Personal numbers in texts that people wrote: found, and masked."""

from __future__ import annotations

import re

from shibie import citizen_id

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
    return _NUMBERS.sub(lambda found: citizen_id.mask(found[0]), text)
