"""Which events a log takes: those that are read back exactly as they were given."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import date, time
from decimal import Decimal
from typing import Any, Final

from shibie.errors import InputError, Problem, Words, listed
from shibie.eventlog.entry import canonical

# Readers of JSON give up on what is nested more deeply, each at a depth of its own.
MOST_LEVELS: Final = 100
# Python reads whole numbers of up to 4,300 digits.
MOST_DIGITS: Final = 4_000
_HALVES: Final = re.compile("[\ud800-\udfff]")
_AS_TEXT: Final = Words("请写成文字", "write it as text")


def must_read_back(event: Any) -> bytes:
    """The canonical form of an event, if it is read back as the same.

    JSON has no decimals, days or tuples, and its keys are texts; what is written of such a thing
    comes back as another. Numbers that are not finite, and halves of characters, are no JSON at all.

    Raises:
        InputError: with every place in the event that is not plain JSON data.

    >>> must_read_back({"value": True})
    b'{"value":true}'
    >>> must_read_back({"value": float("nan")})
    Traceback (most recent call last):
    shibie.errors.InputError: event.value: cannot be recorded as it is: nan, not a finite number
    """
    problems = list(_odd(event, "event", 0))
    if problems:
        raise InputError(problems)
    written = canonical(event)
    # Whatever else there may be: what is read is what counts.
    if not same(json.loads(written), event):
        raise InputError(_refused("event", "读回来不是原样", "it would be read back as another"))
    return written


def same(one: object, other: object) -> bool:
    """Whether two pieces of plain data are equal, and of the same types.

    >>> same([1], [1]), same([1], [True]), same([1], [1.0]), same([1], (1,))
    (True, False, False, False)
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        return set(one) == set(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, float) and isinstance(other, float):
        return one.hex() == other.hex()
    return one == other


def _odd(value: Any, place: str, level: int) -> Iterator[Problem]:
    """Whatever is not plain JSON data."""
    if level > MOST_LEVELS:
        yield _refused(place[:60], "嵌套太深", f"nested more than {MOST_LEVELS} levels deep")
    elif type(value) is dict:
        for key, each in value.items():
            if type(key) is not str:
                yield _refused(place, f"键 {key!r:.40} 不是文字", f"the key {key!r:.40} is no text")
            else:
                yield from _odd_text(key, place)
                yield from _odd(each, f"{place}.{_shown(key)}", level + 1)
    elif type(value) is list:
        for at, each in enumerate(value):
            yield from _odd(each, f"{place}[{at}]", level + 1)
    elif type(value) is str:
        yield from _odd_text(value, place)
    elif type(value) is float:
        if not math.isfinite(value):
            yield _refused(place, f"{value}，不是有限的数", f"{value}, not a finite number")
    elif type(value) is int:
        # A digit takes more than three bits.
        if value.bit_length() > MOST_DIGITS * 3:
            yield _refused(place, "整数太长", "a whole number of too many digits")
    elif value is not None and type(value) is not bool:
        kind = type(value).__name__
        advice = _AS_TEXT if isinstance(value, Decimal | date | time) else None
        yield _refused(place, f"{kind} 不是 JSON 数据", f"{kind} is no JSON data", advice)


def _odd_text(text: str, place: str) -> Iterator[Problem]:
    halves = sorted({f"U+{ord(sign):04X}" for sign in _HALVES.findall(text)})
    if halves:
        shown = listed(halves)
        yield _refused(place, f"文字里有半个字符（{shown}）", f"halves of characters ({shown})")


def _shown(key: str) -> str:
    return key[:40].encode(errors="replace").decode()


def _refused(place: str, zh: str, en: str, suggestion: Words | None = None) -> Problem:
    what = Words(f"不能原样记录：{zh}", f"cannot be recorded as it is: {en}")
    return Problem(place, what, suggestion=suggestion, code="unrecordable")
