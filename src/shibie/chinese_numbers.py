"""Whole numbers in Chinese numerals: read where they are written in full, as 一万二千 is and 一万二 is not."""

from __future__ import annotations

import re
from typing import Final

_DIGITS: Final = "零一二三四五六七八九"
_SMALL: Final = {"十": 10, "百": 100, "千": 1000}
# The same as they are also written, on bills and in dates.
_SPELLED: Final = str.maketrans(
    "〇○两壹贰叁肆伍陆柒捌玖拾佰仟貳參陸萬兩", "零零二一二三四五六七八九十百千二三六万二"
)
_NUMERALS: Final = re.compile("[零一二三四五六七八九十百千万]{1,16}")


def chinese_number(text: str) -> int | None:
    """The whole number that Chinese numerals say in full; None where it is not sure which they say.

    >>> [chinese_number(each) for each in ("十二", "三千", "一万二千", "两百零五")]
    [12, 3000, 12000, 205]
    >>> [chinese_number(each) for each in ("一万二", "三五", "一百五", "千", "12")]
    [None, None, None, None, None]
    """
    plain = text.translate(_SPELLED)
    if not _NUMERALS.fullmatch(plain):
        return None
    number = _read(plain)
    if number >= 10**8:
        return None
    written = _written(number)
    # Only what is written in full reads back as it is.
    return (
        number if plain in (written, f"一{written}" if written.startswith("十") else "") else None
    )


def digit_by_digit(text: str) -> str | None:
    """The digits of a number whose digits are written one by one, as years are.

    >>> digit_by_digit("二〇一四"), digit_by_digit("二零一五"), digit_by_digit("十二")
    ('2014', '2015', None)
    """
    plain = text.translate(_SPELLED)
    return (
        "".join(str(_DIGITS.index(each)) for each in plain) if set(plain) <= set(_DIGITS) else None
    )


def _read(text: str) -> int:
    total = section = digit = 0
    for each in text:
        if each in _DIGITS:
            digit = _DIGITS.index(each)
        elif each in _SMALL:
            section += (digit or 1) * _SMALL[each]
            digit = 0
        else:
            total += (section + digit) * 10**4
            section = digit = 0
    return total + section + digit


def _written(number: int) -> str:
    """A number in numerals, in full."""
    if number == 0:
        return "零"
    ten_thousands, rest = divmod(number, 10**4)
    found = _section(ten_thousands) + "万" if ten_thousands else ""
    found += ("零" if found and 0 < rest < 1000 else "") + _section(rest)
    return found[1:] if found.startswith("一十") else found


def _section(number: int) -> str:
    found, gap = "", False
    for unit, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, number = divmod(number, size)
        if digit:
            found += ("零" if gap and found else "") + _DIGITS[digit] + unit
        gap = not digit
    return found
