"""A log in an SQLite database: a row an entry, which no statement changes or deletes."""

from __future__ import annotations

import json
import os
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self
from urllib.parse import quote

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
from shibie.eventlog.locking import PATIENCE, sync_folder
from shibie.eventlog.plain import must_read_back
from shibie.eventlog.protocol import must_stand_at, not_recorded
from shibie.file_failures import file_failure
from shibie.scratch_folders import scratch_folder

# What marks a database as such a log: "shbl", and the version of its tables.
_APPLICATION: Final = 0x7368626C
_VERSION: Final = 1
_HEAD: Final = "SELECT number, hash FROM entries ORDER BY number DESC LIMIT 1"
_ROWS: Final = "SELECT number, before, event, hash FROM entries WHERE number > ? ORDER BY number"
_SCHEMA: Final = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
_PART: Final = 1_000
# A row that replaces another is a new one of its number; a program that does not know of the chain
# cannot put a row at its end, either.
_TABLES: Final = (
    """CREATE TABLE entries (
        number INTEGER PRIMARY KEY CHECK (number > 0),
        before TEXT NOT NULL,
        event TEXT NOT NULL,
        hash TEXT NOT NULL UNIQUE
    )""",
    """CREATE TRIGGER entries_are_not_changed BEFORE UPDATE ON entries
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    """CREATE TRIGGER entries_are_not_deleted BEFORE DELETE ON entries
        BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END""",
    f"""CREATE TRIGGER entries_follow_each_other BEFORE INSERT ON entries
        WHEN NEW.number <> (SELECT coalesce(max(number), 0) + 1 FROM entries)
        OR NEW.before <> coalesce((SELECT hash FROM entries ORDER BY number DESC LIMIT 1), '{FIRST}')
        BEGIN SELECT RAISE(ABORT, 'the entry does not follow the last one'); END""",
)
_MARKS: Final = (
    f"PRAGMA application_id = {_APPLICATION}",
    f"PRAGMA user_version = {_VERSION}",
)


class SqliteLog:
    """A log in a database file, open for appending.

    Attributes:
        path: of the file.
        notes: empty; the database itself leaves out what was not written to its end.
    """

    def __init__(self, path: Path, *, read_only: bool = False, patience: float = PATIENCE) -> None:
        """Open or create a log and check its whole chain.

        Args:
            path: of the file.
            read_only: change nothing.
            patience: how many seconds to wait for another writer.

        Raises:
            InputError: for a broken chain, with `file:entry`, or where it cannot be opened.
        """
        self.path = path
        self.notes: list[Words] = []
        self._read_only = read_only
        self._patience = patience
        self._turn = threading.RLock()
        self._count, self._last = 0, FIRST
        with self._failures_said():
            if not read_only and not path.exists():
                _make(path)
            self._database = sqlite3.connect(
                _address(path, read_only),
                uri=True,
                timeout=patience,
                isolation_level=None,
                check_same_thread=False,
            )
        try:
            with self._failures_said():
                self._prepare()
            self.verify()
        except BaseException:
            self.close()
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
        given = tuple((event, must_read_back(event).decode()) for event in events)
        if self._read_only:
            raise not_recorded(self.path.name, "read-only")
        with self._turn:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                count, last = self._head()
                must_stand_at(self.path.name, count, expected)
                hashes = []
                for event, text in given:
                    entry = sealed(event, count, last)
                    self._insert(entry, text)
                    count, last = entry.number, entry.hash
                    hashes.append(last)
                self._database.execute("COMMIT")
            except BaseException as error:
                self._take_back()
                if isinstance(error, sqlite3.Error | OSError | UnicodeDecodeError):
                    raise not_recorded(self.path.name, error) from error
                raise
            self._count, self._last = count, last
            self._put_home()
        return tuple(hashes)

    def entries(self) -> Iterator[LogEntry]:
        """Every entry, from the first, verified as it is read."""
        count, last = 0, FIRST
        while rows := self._rows(count):
            for row in rows:
                entry = self._entry(row, count, last)
                count, last = entry.number, entry.hash
                yield entry
        self._seen(count, last)

    def events(self) -> Iterator[Any]:
        """Every event, from the first."""
        for entry in self.entries():
            yield entry.event

    def verify(self) -> int:
        """Read the whole chain again; returns how many entries it has.

        Raises:
            InputError: for a broken chain, with `file:entry`.
        """
        count = 0
        for entry in self.entries():
            count = entry.number
        # What lies beside the entries: that their hashes are unique rests on it.
        with self._turn, self._failures_said():
            said = self._pragma("integrity_check(1)")
            found = {text for (text,) in self._database.execute(_SCHEMA)}
        if said != "ok":
            said = said.removeprefix("*** in database main ***").strip()
            self._refuse(f"数据库损坏：{said}", f"the database is damaged: {said}")
        if found != set(_TABLES):
            self._refuse("防改动的触发器被动过", "what guards it against changes was changed")
        return count

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _prepare(self) -> None:
        """Make the tables of a new log; refuse what is none, and leave it as it is."""
        if not self._read_only:
            # On disk before it is acknowledged, also where the power fails.
            self._database.execute("PRAGMA synchronous = FULL")
            self._database.execute("BEGIN IMMEDIATE")
            try:
                if not self._pragma("schema_version"):
                    for statement in (*_TABLES, *_MARKS):
                        self._database.execute(statement)
                self._database.execute("COMMIT")
            except BaseException:
                self._take_back()
                raise
        if self._pragma("application_id") != _APPLICATION:
            self._refuse("不是日志，是别的数据库", "another database, not a log")
        if self._pragma("user_version") != _VERSION:
            self._refuse("是更新的版本写的日志", "a log that a newer version wrote")
        if not self._read_only:
            self._write_ahead()

    def _write_ahead(self) -> None:
        """Let others read while somebody writes; the database itself does not wait for this."""
        until = time.monotonic() + self._patience
        while self._pragma("journal_mode") != "wal":
            try:
                self._database.execute("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() >= until:
                    raise
                time.sleep(0.01)
                continue
            return  # some file systems do without: then everybody waits for who writes

    def _head(self) -> tuple[int, str]:
        """The number and hash of the last entry, with whatever others wrote since verified."""
        count, last = self._count, self._last
        if count:
            known = self._database.execute(
                "SELECT hash FROM entries WHERE number = ?", (count,)
            ).fetchone()
            if known != (last,):
                broken(self.path.name, count, _GONE)
        for row in self._database.execute(_ROWS, (count,)):
            entry = self._entry(row, count, last)
            count, last = entry.number, entry.hash
        return count, last

    def _insert(self, entry: LogEntry, text: str) -> None:
        row = (entry.number, entry.before, text, entry.hash)
        self._database.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", row)
        (found,) = self._database.execute(_ROWS, (entry.number - 1,)).fetchall()
        if found != row:
            raise OSError("read back as something else")

    def _rows(self, count: int) -> list[Any]:
        """The next entries; those before a damaged place, as long as there are any."""
        rows: list[Any] = []
        with self._turn, self._failures_said(count + 1):
            try:
                rows += self._database.execute(f"{_ROWS} LIMIT {_PART}", (count,))
            except sqlite3.DatabaseError:
                if not rows:
                    raise
        return rows

    def _entry(self, row: Any, count: int, last: str) -> LogEntry:
        """A row as an entry that follows `count` others."""
        number, before, text, said = row
        try:
            entry = LogEntry(number, before, json.loads(text), said)
        except (ValueError, TypeError, RecursionError):
            broken(self.path.name, count + 1, NO_ENTRY)
        fault = fault_of(entry, count, last)
        if fault is None and canonical(entry.event).decode() != text:
            fault = REWRITTEN
        if fault is not None:
            broken(self.path.name, count + 1, fault)
        return entry

    def _seen(self, count: int, last: str) -> None:
        """Note how far the log was read; what was recorded before must still be there."""
        with self._turn:
            if count < self._count or (count == self._count and last != self._last):
                broken(self.path.name, min(count + 1, self._count), _GONE)
            self._count, self._last = count, last

    def _put_home(self) -> None:
        """Copy what was written ahead into the database: whoever copies that alone has all of it.

        The entries are on disk already; where it cannot be done now, the next time will do.
        """
        with suppress(sqlite3.Error):
            self._database.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()

    def _take_back(self) -> None:
        # Where even that fails, the next append cannot begin, and says so.
        with suppress(sqlite3.Error):
            if self._database.in_transaction:
                self._database.execute("ROLLBACK")

    def _pragma(self, name: str) -> Any:
        return self._database.execute(f"PRAGMA {name}").fetchone()[0]

    def _refuse(self, zh: str, en: str) -> None:
        raise InputError(Problem(str(self.path), Words(zh, en), code="broken_log"))

    @contextmanager
    def _failures_said(self, entry: int = 0) -> Iterator[None]:
        """Say what failed; `entry`: which one was to be read, if any was."""
        try:
            yield
        except sqlite3.Error as error:
            kind = getattr(error, "sqlite_errorcode", None)
            undecoded = kind is None and "decode" in str(error)
            # Of a table that lacks a column: its description was garbled.
            garbled = undecoded or kind == sqlite3.SQLITE_ERROR
            damaged = garbled or not isinstance(error, sqlite3.OperationalError)
            known = sqlite3.SQLITE_CORRUPT if garbled else (kind or 0) & 0xFF
            what = Words(
                f"日志用不了：{_REASONS.get(known, str(error))}", f"the log cannot be used: {error}"
            )
            where = f"{self.path}:{entry}" if entry and damaged else str(self.path)
            code = "broken_log" if damaged else "file_failure"
            raise InputError(Problem(where, what, code=code)) from error
        except OSError as error:
            doing = Words("日志用不了", "the log cannot be used")
            raise file_failure(error, str(self.path), doing) from error
        except UnicodeDecodeError as error:
            # The text of a damaged page, or the names of the tables themselves.
            what = Words(
                f"日志用不了：{_REASONS[sqlite3.SQLITE_CORRUPT]}",
                "the log cannot be used: it is damaged: not UTF-8 text",
            )
            where = f"{self.path}:{entry}" if entry else str(self.path)
            raise InputError(Problem(where, what, code="broken_log")) from error


# What the database says in English alone, by the kind of failure.
_REASONS: Final = {
    sqlite3.SQLITE_BUSY: "正被别的程序占用，请稍后再试",
    sqlite3.SQLITE_LOCKED: "正被别的程序占用，请稍后再试",
    sqlite3.SQLITE_READONLY: "文件或所在的文件夹是只读的",
    sqlite3.SQLITE_CANTOPEN: "打不开：所在的文件夹不能写入，或没有权限",
    sqlite3.SQLITE_IOERR: "读写出错，请检查磁盘",
    sqlite3.SQLITE_FULL: "磁盘满了",
    sqlite3.SQLITE_CORRUPT: "文件已损坏，请从备份恢复",
    sqlite3.SQLITE_NOTADB: "不是办理日志的文件",
}
_GONE: Final = Words("记过的条目不见了或变了", "entries that were recorded are gone or changed")


def _make(path: Path) -> None:
    """A new log, which is there whole or not at all: an empty file would be one that was emptied."""
    with scratch_folder(path.parent) as scratch:
        new = scratch / path.name
        database = sqlite3.connect(new, isolation_level=None)
        try:
            database.execute("PRAGMA synchronous = FULL")
            for statement in ("BEGIN", *_TABLES, *_MARKS, "COMMIT"):
                database.execute(statement)
        finally:
            database.close()
        # Who was faster wins: what is there is not replaced.
        with suppress(FileExistsError):
            try:
                os.link(new, path)
            except (PermissionError, NotImplementedError):
                new.rename(path) if os.name == "nt" else _copied(new, path)
    sync_folder(path.parent)


def _copied(new: Path, path: Path) -> None:
    """The same on a disk that knows no links."""
    with path.open("xb") as file:
        file.write(new.read_bytes())
        os.fsync(file.fileno())


def _address(path: Path, read_only: bool) -> str:
    """The database's address; one that is only read, and nobody has open, is touched in no way."""
    # A drive, or a server of Windows: SQLite takes what follows two bars for the name of a host.
    address = "file:///" + quote(path.absolute().as_posix()).removeprefix("/")
    if not read_only:
        return address
    still = not path.with_name(f"{path.name}-wal").exists()
    return f"{address}?mode=ro{'&immutable=1' if still else ''}"
