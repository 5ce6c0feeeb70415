"""What a log of events can do, wherever it keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Protocol, Self

from shibie.errors import InputError, Problem, Words
from shibie.eventlog.entry import LogEntry
from shibie.file_failures import reason_of


class AppendOnlyLog(Protocol):
    """A log that only grows; each entry carries the hash of the one before.

    Whoever opens one has its whole chain verified. Several programs may append to one log: they
    take turns, and each goes on from what the others wrote. An entry is acknowledged (`append`
    returns) when it is on disk and was read back; after an append that failed, the log stands
    as it was.

    Attributes:
        path: of its file.
        notes: what was dropped when it was opened.
    """

    path: Path
    notes: list[Words]

    @property
    def count(self) -> int:
        """How many entries it had when it was last read or written here."""
        ...

    @property
    def last(self) -> str:
        """The hash of the last of them."""
        ...

    def append(self, event: Any, *, expected: int | None = None) -> str:
        """Write one event; returns its hash once it is on disk.

        Args:
            event: plain JSON data.
            expected: write only if the log has this many entries; another program may have
                written since it was read.

        Raises:
            LogMovedError: when it has another number of entries.
            InputError: when the event would not be read back as it is, or was not written.
        """
        ...

    def extend(self, events: Iterable[Any], *, expected: int | None = None) -> tuple[str, ...]:
        """Write several events, all or none; returns their hashes once they are on disk."""
        ...

    def entries(self) -> Iterator[LogEntry]:
        """Every entry, from the first, verified as it is read."""
        ...

    def events(self) -> Iterator[Any]:
        """Every event, from the first."""
        ...

    def verify(self) -> int:
        """Read the whole chain again; returns how many entries it has.

        Raises:
            InputError: for a broken chain, with `file:entry`.
        """
        ...

    def close(self) -> None:
        """Close the file."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class LogMovedError(InputError):
    """Somebody else appended to the log since it was read."""


def must_stand_at(name: str, count: int, expected: int | None) -> None:
    """Refuse to append where a log has grown since it was read.

    Raises:
        LogMovedError: with both numbers.
    """
    if expected is not None and expected != count:
        what = Words(
            f"已有 {count} 条，不是 {expected} 条：别的程序写过了",
            f"{count} entries, not {expected}: another program has appended",
        )
        raise LogMovedError(Problem(name, what, code="log_moved"))


def not_recorded(name: str, error: Exception | str) -> InputError:
    """The error of an append that failed: the log stands as it was."""
    text = str(error)
    reason = reason_of(error) if isinstance(error, OSError) and error.errno else Words(text, text)
    what = Words(
        f"没有记下（{reason.zh}）；日志仍是原样",
        f"not recorded ({reason.en}); the log is as it was",
    )
    advice = Words(
        "检查磁盘空间和权限，再试一次", "check the disk space and permissions, then retry"
    )
    return InputError(Problem(name, what, suggestion=advice, code="file_failure"))
