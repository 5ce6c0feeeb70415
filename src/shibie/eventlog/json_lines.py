"""A log as JSON lines: an entry a line, in a file that only grows."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path
from typing import Any, Final, NoReturn, Self

from shibie.errors import InputError, Problem, Words
from shibie.eventlog.entry import (
    FIRST,
    NO_ENTRY,
    REWRITTEN,
    LogEntry,
    broken,
    canonical,
    fault_of,
    sealed,
)
from shibie.eventlog.locking import locked, sync_folder
from shibie.eventlog.plain import must_read_back
from shibie.eventlog.protocol import must_stand_at, not_recorded
from shibie.file_failures import file_failure

_KEYS: Final = frozenset(("n", "before", "event", "hash"))


class JsonLinesLog:
    """A log file of JSON lines, open for appending.

    A last line that is cut short was never acknowledged: it is dropped, with a note. Anything
    else that does not fit is a broken chain.

    Attributes:
        path: of the file.
        notes: what was dropped when it was opened.
        file: the file, unbuffered, so that nothing that failed is written later.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open or create a log and check its whole chain.

        Args:
            path: of the file.
            read_only: change nothing of it, not even a last line that is cut short.

        Raises:
            InputError: for a broken chain, with `file:line`, or where it cannot be opened.
        """
        self.path = path
        self.notes: list[Words] = []
        self._read_only = read_only
        self._count, self._last, self._end = 0, FIRST, 0
        self._failed = False
        self._turn = threading.RLock()
        try:
            fresh = not read_only and not path.exists()
            self.file: FileIO = path.open("rb" if read_only else "a+b", buffering=0)
            if fresh:
                sync_folder(path.parent)
        except OSError as error:
            self._unusable(error)
        try:
            with self._alone():
                if self._catch_up():
                    zh, en = ("不算", "left out") if read_only else ("已去掉", "dropped")
                    number = self._count + 1
                    self.notes.append(
                        Words(
                            f"{path.name}：末尾第 {number} 条没有写完，{zh}：没有确认过，"
                            "除非文件后来被截短",
                            f"{path.name}: {en} entry {number}, the last, which is unfinished: it"
                            " was never acknowledged, unless the file was cut short later",
                        )
                    )
        except BaseException:
            self.file.close()
            raise

    @property
    def count(self) -> int:
        """How many entries it had when it was last read or written here."""
        return self._count

    @property
    def last(self) -> str:
        """The hash of the last of them."""
        return self._last

    def append(self, event: Any, *, expected: int | None = None) -> str:
        """Write one event; returns its hash once it is on disk.

        Args:
            event: plain JSON data.
            expected: write only if the log has this many entries.

        Raises:
            LogMovedError: when it has another number of entries.
            InputError: when the event would not be read back as it is, or was not written.
        """
        (found,) = self.extend((event,), expected=expected)
        return found

    def extend(self, events: Iterable[Any], *, expected: int | None = None) -> tuple[str, ...]:
        """Write several events, all or none; returns their hashes once they are on disk."""
        given = tuple(events)
        for event in given:
            must_read_back(event)
        if self._read_only:
            raise not_recorded(self.path.name, "read-only")
        with self._alone():
            self._catch_up()
            must_stand_at(self.path.name, self._count, expected)
            entries: list[LogEntry] = []
            count, last = self._count, self._last
            for event in given:
                entries.append(sealed(event, count, last))
                count, last = count + 1, entries[-1].hash
            data = b"".join(map(_line, entries))
            self._write(data)
            self._count, self._last, self._end = count, last, self._end + len(data)
        return tuple(entry.hash for entry in entries)

    def entries(self) -> Iterator[LogEntry]:
        """Every entry, from the first, verified as it is read."""
        with self._alone():
            self._catch_up()
            end = self._end
        with self.path.open("rb") as file:
            for entry, offset in _read(file, self.path.name, 0, FIRST):
                if offset > end:
                    return  # another program is about to write it
                yield entry

    def events(self) -> Iterator[Any]:
        """Every event, from the first."""
        for entry in self.entries():
            yield entry.event

    def verify(self) -> int:
        """Read the whole chain again; returns how many entries it has.

        Raises:
            InputError: for a broken chain, with `file:line`.
        """
        count, last = 0, FIRST
        for entry in self.entries():
            count, last = entry.number, entry.hash
        if (count, last) != (self._count, self._last):
            broken(self.path.name, count + 1, _SHORTER)
        return count

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """While nobody else writes to the file."""
        with self._turn:
            if self._read_only:
                yield
                return
            try:
                with locked(self.file, self.path.name):
                    yield
            except OSError as error:
                self._unusable(error)

    def _catch_up(self) -> bool:
        """Go on to what others wrote; returns whether an unfinished entry was dropped."""
        if not self._read_only and not os.path.samestat(
            os.fstat(self.file.fileno()), self.path.stat()
        ):
            what = Words("文件已被换掉", "another file has taken its place")
            raise InputError(Problem(self.path.name, what, code="file_failure"))
        size = os.fstat(self.file.fileno()).st_size
        if size < self._end:
            broken(self.path.name, self._count + 1, _SHORTER)
        if size == self._end:
            return False
        with self.path.open("rb") as file:
            file.seek(self._end)
            for entry, offset in _read(file, self.path.name, self._count, self._last):
                self._count, self._last = entry.number, entry.hash
                self._end = offset
        if self._end == size:
            return False
        # A program was killed while it wrote this; whoever writes now holds the lock.
        if not self._read_only:
            self.file.truncate(self._end)
            os.fsync(self.file.fileno())
        return True

    def _write(self, data: bytes) -> None:
        """Put lines on disk, all of them or nothing."""
        if self._failed:
            what = Words(
                "上次没有写完的一条去不掉，不再写入",
                "what was half-written before could not be removed",
            )
            advice = Words("检查磁盘，再重新打开日志", "check the disk, then open the log again")
            problem = Problem(self.path.name, what, suggestion=advice, code="file_failure")
            raise InputError(problem)
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[self.file.write(rest) :]
            os.fsync(self.file.fileno())
            self.file.seek(self._end)
            if self._read_back(len(data)) != data:
                raise OSError("read back as something else")
        except BaseException as error:
            self._restore()
            if isinstance(error, OSError):
                raise not_recorded(self.path.name, error) from error
            raise

    def _read_back(self, size: int) -> bytes:
        found = b""
        while len(found) < size:
            part = self.file.read(size - len(found))
            if not part:
                break
            found += part
        return found

    def _restore(self) -> None:
        """Cut off what a failed append left; if even that fails, nothing more is written."""
        self._failed = True
        try:
            self.file.truncate(self._end)
            os.fsync(self.file.fileno())
        except OSError:
            return
        self._failed = False

    def _unusable(self, error: OSError) -> NoReturn:
        doing = Words("日志用不了", "the log cannot be used")
        raise file_failure(error, str(self.path), doing) from error


_SHORTER: Final = Words("记过的条目不见了", "entries that were recorded are gone")


def _line(entry: LogEntry) -> bytes:
    fields = {"n": entry.number, "before": entry.before, "event": entry.event, "hash": entry.hash}
    return canonical(fields) + b"\n"


def _read(file: Any, name: str, count: int, last: str) -> Iterator[tuple[LogEntry, int]]:
    """Every whole entry from where a file stands, verified, with the offset of its end."""
    offset = file.tell()
    for line in file:
        if not line.endswith(b"\n"):
            return  # cut short by a crash before it was acknowledged
        entry = _entry(line)
        fault = NO_ENTRY if entry is None else fault_of(entry, count, last)
        if entry is None or fault is not None:
            broken(name, count + 1, fault or NO_ENTRY)
        # What is written between the signs is not part of the hash.
        if _line(entry) != line:
            broken(name, count + 1, REWRITTEN)
        count, last, offset = entry.number, entry.hash, offset + len(line)
        yield entry, offset


def _entry(line: bytes) -> LogEntry | None:
    """A line as an entry; None where it is none."""
    try:
        fields = json.loads(line.decode())
        if not isinstance(fields, dict) or fields.keys() != _KEYS:
            return None
        return LogEntry(fields["n"], fields["before"], fields["event"], fields["hash"])
    except (ValueError, RecursionError):
        return None
