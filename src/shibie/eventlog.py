"""An append-only event log in which every entry carries the hash of the one before.

The log is the truth; live state is rebuilt from it. `append` returns only when the entry
is on disk, so whatever was acknowledged survives a kill. An entry that a crash cut short
was never acknowledged: it is dropped, with a note. Anything else that does not fit is a
broken chain, reported with its line.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from io import BufferedRandom
from pathlib import Path
from typing import Any, NoReturn

from shibie.errors import InputError, Problem, Words

FIRST = "0" * 64


def entry_hash(number: int, before: str, event: Any) -> str:
    """The hash of an entry: of its number, the hash before it, and its event.

    >>> entry_hash(1, FIRST, {"a": 1}) == entry_hash(1, FIRST, {"a": 1})
    True
    """
    return hashlib.sha256(_canonical([number, before, event])).hexdigest()


def _canonical(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode()


class EventLog:
    """A log file, open for appending.

    Attributes:
        count: how many entries it has.
        last: the hash of the last one.
        notes: what was dropped when it was opened.
    """

    def __init__(self, path: Path) -> None:
        """Open or create a log and check its whole chain.

        Raises:
            InputError: for a broken chain, with `file:line`.
        """
        self.path = path
        self.count, self.last = 0, FIRST
        self.notes: list[Words] = []
        if not path.exists():
            path.touch()
            _sync_folder(path.parent)
        end = 0
        for number, found, offset, _ in _entries(path):
            self.count, self.last, end = number, found, offset
        self.file: BufferedRandom = path.open("a+b")
        if end < path.stat().st_size:
            self.file.truncate(end)
            os.fsync(self.file.fileno())
            self.notes.append(
                Words(
                    f"{path.name}: 末尾一条没有写完(未曾确认),已去掉",
                    f"{path.name}: dropped an unfinished last entry (never acknowledged)",
                )
            )

    def append(self, event: Any) -> str:
        """Write one event; returns its hash once it is on disk.

        Args:
            event: plain JSON data.
        """
        number = self.count + 1
        found = entry_hash(number, self.last, event)
        entry = {"n": number, "before": self.last, "event": event, "hash": found}
        self.file.write(_canonical(entry) + b"\n")
        self.file.flush()
        os.fsync(self.file.fileno())
        self.count, self.last = number, found
        return found

    def events(self) -> Iterator[Any]:
        """Every event, from the first."""
        for _, _, _, event in _entries(self.path):
            yield event

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def __enter__(self) -> EventLog:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _entries(path: Path) -> Iterator[tuple[int, str, int, Any]]:
    """(number, hash, end offset, event) of every whole entry, checked one by one."""
    before, offset = FIRST, 0
    with path.open("rb") as file:
        for number, line in enumerate(file, start=1):
            if not line.endswith(b"\n"):
                return  # cut short by a crash before it was acknowledged
            try:
                entry = json.loads(line)
                event, said, link = entry["event"], entry["hash"], entry["before"]
                numbered = entry["n"]
            except (ValueError, KeyError, TypeError):
                _broken(path, number, "不是一条日志", "not an entry of the log")
            if numbered != number:
                _broken(
                    path,
                    number,
                    f"编号应为 {number},实为 {numbered}",
                    f"numbered {numbered}, expected {number}",
                )
            if link != before:
                _broken(path, number, "与上一条接不上", "does not follow the entry before it")
            if said != entry_hash(number, before, event):
                _broken(path, number, "内容与校验值不符", "its content does not match its hash")
            before, offset = said, offset + len(line)
            yield number, said, offset, event


def _broken(path: Path, line: int, zh: str, en: str) -> NoReturn:
    raise InputError(
        Problem(f"{path.name}:{line}", Words(f"日志链断裂:{zh}", f"broken chain: {en}"))
    )


def _sync_folder(folder: Path) -> None:
    """So that the new file's name is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
