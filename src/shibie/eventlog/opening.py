"""Opening the log of a path, and copying one log into another."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final

from shibie.errors import InputError, Problem, Words
from shibie.eventlog.json_lines import JsonLinesLog
from shibie.eventlog.protocol import AppendOnlyLog
from shibie.eventlog.sqlite import SqliteLog

# The log of a folder.
ACTS_FILE: Final = "acts.db"
_DATABASES: Final = (".db", ".sqlite", ".sqlite3")
_PART: Final = 1_000


def place_of(path: str | Path) -> Path:
    """The file of a log: of a folder, its `acts.db`."""
    place = Path(path)
    return place / ACTS_FILE if place.is_dir() else place


def open_log(path: str | Path, *, create: bool = True, read_only: bool = False) -> AppendOnlyLog:
    """Open a log, verified from its first entry to its last.

    Args:
        path: a database (`.db`, `.sqlite`), a file of JSON lines (any other name), or a folder,
            whose log is its `acts.db`.
        create: make a new one where there is none.
        read_only: change nothing; implies that there must be one.

    Raises:
        InputError: for a broken chain, with `file:entry`, or where it cannot be opened.
    """
    place = place_of(path)
    if not place.is_file() and (read_only or not create):
        raise InputError(Problem(str(place), Words("没有这个日志", "there is no such log")))
    if place.suffix.lower() in _DATABASES:
        return SqliteLog(place, read_only=read_only)
    return JsonLinesLog(place, read_only=read_only)


def copy_log(source: AppendOnlyLog, target: AppendOnlyLog) -> int:
    """Copy a log into another, of whatever form; returns how many entries were added.

    The entries stay what they are, numbers and hashes as well. What the target has of them is
    not copied again, so it may be done as often as one likes.

    Args:
        source: what is copied.
        target: is empty, or begins as the source does.

    Raises:
        InputError: when the target has other entries than the source.
    """
    entries, count = source.entries(), 0
    for own, other in zip(target.entries(), entries, strict=False):
        if own != other:
            _differ(source, target, own.number)
        count = own.number
    if count < target.count:
        _differ(source, target, count + 1)
    added = 0
    while part := tuple(islice(entries, _PART)):
        hashes = target.extend((entry.event for entry in part), expected=count)
        if hashes != tuple(entry.hash for entry in part):
            _differ(source, target, count + 1)
        count, added = count + len(part), added + len(part)
    return added


def _differ(source: AppendOnlyLog, target: AppendOnlyLog, number: int) -> None:
    what = Words(
        f"与 {source.path.name} 从第 {number} 条起不同，不能合并",
        f"differs from {source.path.name} from entry {number} on; they cannot be joined",
    )
    raise InputError(Problem(f"{target.path.name}:{number}", what))
