"""Citizen numbers of which some places are hidden: `511902********0010`."""

from __future__ import annotations

from typing import Final

from shibie.plain_text import unspaced

LENGTH: Final = 18
HIDDEN: Final = "*"
# What stands for a place that is not shown; an X only where it cannot be the check character.
_SIGNS: Final = frozenset("*X#?_·•●○■□×")
_BIRTH: Final = slice(6, 14)
_LAST: Final = slice(14, 18)
_DIGITS: Final = frozenset("0123456789")


def visible(text: str) -> str:
    """The places of a masked number, a hidden one as `*`; empty where it is no such number.

    >>> visible("511902XXXXXXXX0010"), visible("5.11902E+17"), visible("51190219550228XXXX")
    ('511902********0010', '', '51190219550228****')
    """
    bare = unspaced(text).upper()
    if len(bare) != LENGTH or not set(bare) <= _DIGITS | _SIGNS:
        return ""
    # X is a check character behind a digit that is shown.
    checked = bare[-1] == "X" and bare[-2] in _DIGITS
    shown = "".join(char if char in _DIGITS else HIDDEN for char in bare[:-1])
    shown += bare[-1] if checked or bare[-1] in _DIGITS else HIDDEN
    return shown if HIDDEN in shown else ""


def is_masked(text: str) -> bool:
    """Whether a text is a citizen number of which some places are hidden."""
    return bool(visible(text))


def shows_part_of(written: str, number: str) -> bool:
    """Whether nothing that is shown of a number speaks against a whole one.

    >>> shows_part_of("511902********0010", "511902195502280010")
    True
    >>> shows_part_of("511902********0010", "511902195502280029"), shows_part_of("", "511902")
    (False, True)
    """
    shown = visible(written)
    return all(char in (HIDDEN, own) for char, own in zip(shown, number, strict=False))


def tells_apart(shown: str) -> bool:
    """Whether enough is shown to tell people apart: the birth date, or the last four places.

    >>> tells_apart("511902********0010"), tells_apart("5119**************")
    (True, False)
    """
    return HIDDEN not in shown[_BIRTH] or HIDDEN not in shown[_LAST]
