"""One entry of a log in its canonical form, chained to the one before by a hash.

The form is the same wherever entries are kept: the event as JSON with sorted keys and nothing
between the signs, in UTF-8, and the SHA-256 of number, hash before, and event. So a log can be
copied from one store into another, and its hashes stay.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from shibie.errors import InputError, Problem, Words

FIRST: Final = "0" * 64


@dataclass(frozen=True)
class LogEntry:
    """An entry of a log.

    Attributes:
        number: its place, from 1.
        before: the hash of the entry before it; `FIRST` of the first one.
        event: plain JSON data.
        hash: of all of these.
    """

    number: int
    before: str
    event: Any
    hash: str


def canonical(value: Any) -> bytes:
    """JSON data in its one form.

    >>> canonical({"b": [1, None], "a": "户"}).decode()
    '{"a":"户","b":[1,null]}'
    """
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


def entry_hash(number: int, before: str, event: Any) -> str:
    """The hash of an entry: of its number, the hash before it, and its event.

    >>> entry_hash(1, FIRST, {"a": 1}) == entry_hash(1, FIRST, {"a": 1})
    True
    """
    return hashlib.sha256(canonical([number, before, event])).hexdigest()


def sealed(event: Any, count: int, last: str) -> LogEntry:
    """The entry of an event that follows `count` others, the last of which has the hash `last`."""
    return LogEntry(count + 1, last, event, entry_hash(count + 1, last, event))


def fault_of(entry: LogEntry, count: int, last: str) -> Words | None:
    """What keeps an entry from following `count` others; None where it fits.

    >>> entry = sealed("a", 0, FIRST)
    >>> fault_of(entry, 0, FIRST)
    >>> fault_of(entry, 1, entry.hash).en
    'numbered 1, expected 2'
    """
    if type(entry.number) is not int or entry.number != count + 1:
        return Words(
            f"编号应为 {count + 1}，实为 {entry.number}",
            f"numbered {entry.number}, expected {count + 1}",
        )
    if entry.before != last:
        return Words("与上一条接不上", "does not follow the entry before it")
    try:
        found = entry_hash(entry.number, entry.before, entry.event)
    except (ValueError, RecursionError):
        return NO_ENTRY
    if entry.hash != found:
        return Words("内容与校验值不符", "its content does not match its hash")
    return None


NO_ENTRY: Final = Words("不是一条日志", "not an entry of the log")
REWRITTEN: Final = Words("写法不是写入时的样子", "not written as it was recorded")


def broken(name: str, number: int, what: Words) -> NoReturn:
    """Say where a chain is broken.

    Raises:
        InputError: with `file:entry`.
    """
    said = Words(f"日志链断裂：{what.zh}", f"broken chain: {what.en}")
    raise InputError(Problem(f"{name}:{number}", said, code="broken_log"))
