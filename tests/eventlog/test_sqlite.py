"""The log in a database: append-only, and whatever was changed around it is found."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from shibie.errors import InputError
from shibie.eventlog import SqliteLog, open_log
from shibie.eventlog.entry import FIRST, entry_hash

UNGUARDED = (
    "DROP TRIGGER entries_are_not_changed",
    "DROP TRIGGER entries_are_not_deleted",
    "DROP TRIGGER entries_follow_each_other",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with SqliteLog(tmp_path / "log.db") as log:
        log.extend([{"n": 0}, {"n": 1, "name": "户"}, {"n": 2}])
    return tmp_path / "log.db"


def change(path: Path, *statements: str, guarded: bool = False) -> None:
    database = sqlite3.connect(path)
    try:
        with database:
            for statement in (*(() if guarded else UNGUARDED), *statements):
                database.execute(statement)
    finally:
        database.close()


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE entries SET event = '1' WHERE number = 2", "the log is append-only"),
        ("UPDATE entries SET number = 9 WHERE number = 3", "the log is append-only"),
        ("DELETE FROM entries WHERE number = 3", "the log is append-only"),
        ("DELETE FROM entries", "the log is append-only"),
        (f"INSERT INTO entries VALUES (5, '{FIRST}', '1', 'a')", "does not follow the last one"),
        (f"INSERT INTO entries VALUES (4, '{FIRST}', '1', 'a')", "does not follow the last one"),
        (f"INSERT OR REPLACE INTO entries VALUES (1, '{FIRST}', '1', 'a')", "does not follow"),
        ("INSERT INTO entries SELECT 4, hash, event, hash FROM entries WHERE number = 3", "UNIQUE"),
    ],
)
def test_no_statement_changes_what_is_recorded(path: Path, statement: str, message: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=message):
        change(path, statement, guarded=True)
    with SqliteLog(path) as log:
        assert [event["n"] for event in log.events()] == [0, 1, 2]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE entries SET event = '{\"n\":7}' WHERE number = 2", "2: broken chain: its content does not match its hash"),
        ("UPDATE entries SET event = '{\"n\": 0}' WHERE number = 1", "1: broken chain: not written as it was recorded"),
        ("UPDATE entries SET event = 'a' WHERE number = 1", "1: broken chain: not an entry of the log"),
        ("UPDATE entries SET event = x'00ff' WHERE number = 1", "1: broken chain: not an entry of the log"),
        ("UPDATE entries SET event = CAST(event AS BLOB) WHERE number = 3", "3: broken chain: not written as it was recorded"),
        (f"UPDATE entries SET before = '{FIRST}' WHERE number = 3", "3: broken chain: does not follow the entry before it"),
        (f"UPDATE entries SET hash = '{FIRST}' WHERE number = 3", "3: broken chain: its content does not match its hash"),
        ("DELETE FROM entries WHERE number = 1", "1: broken chain: numbered 2, expected 1"),
        ("DELETE FROM entries WHERE number = 2", "2: broken chain: numbered 3, expected 2"),
        ("UPDATE entries SET number = 4 WHERE number = 3", "3: broken chain: numbered 4, expected 3"),
        (f"INSERT INTO entries VALUES (4, '{FIRST}', '1', '{entry_hash(4, FIRST, 1)}')", "4: broken chain: does not follow the entry before it"),
    ],
)  # fmt: skip
def test_whatever_is_changed_is_found_at_its_entry(
    path: Path, statement: str, message: str
) -> None:
    change(path, statement)
    with pytest.raises(InputError) as caught:
        SqliteLog(path)
    assert caught.value.render("en") == f"log.db:{message}"
    assert caught.value.problems[0].code == "broken_log"


def test_every_changed_byte_of_an_entry_is_found(path: Path) -> None:
    whole = path.read_bytes()
    with SqliteLog(path) as log:
        texts = [text for entry in log.entries() for text in (entry.hash, entry.before)]
    texts += ['{"n":0}', '{"n":1,"name":"户"}', '{"n":2}']
    tried = 0
    for text in texts:
        at = whole.find(text.encode())
        while at >= 0:
            for place in (at, at + len(text.encode()) // 2, at + len(text.encode()) - 1):
                changed = whole[:place] + bytes((whole[place] ^ 1,)) + whole[place + 1 :]
                path.write_bytes(changed)
                with pytest.raises(InputError) as caught:
                    SqliteLog(path, read_only=True)
                assert caught.value.problems[0].code == "broken_log"
                tried += 1
            at = whole.find(text.encode(), at + 1)
    # Hashes stand in their row, in the next one, and in the index; the zeros in the first row and
    # in the trigger.
    assert tried >= 3 * (3 + 2 + 3 + 1 + 3)


def test_an_entry_that_is_not_read_back_is_not_acknowledged(path: Path) -> None:
    garbling = """CREATE TRIGGER garbling AFTER INSERT ON entries
        BEGIN UPDATE entries SET event = '"other"' WHERE number = NEW.number; END"""
    with SqliteLog(path) as log:
        change(path, garbling)
        with pytest.raises(InputError) as caught:
            log.append("lost")
        assert caught.value.render("en").startswith(
            "log.db: not recorded (read back as something else); the log is as it was"
        )
        change(path, "DROP TRIGGER garbling", guarded=True)
        log.append("after")
        assert list(log.events())[-1] == "after"
        assert log.count == 4


@pytest.mark.parametrize(
    ("statement", "entry"),
    [
        ("UPDATE entries SET hash = 'a' WHERE number = 3", 3),
        ("DELETE FROM entries WHERE number = 3", 3),
        (f"INSERT INTO entries VALUES (4, '{FIRST}', '1', 'a')", 4),
    ],
)
def test_what_others_wrote_is_verified_before_it_is_built_upon(
    path: Path, statement: str, entry: int
) -> None:
    with SqliteLog(path) as log:
        change(path, statement)
        with pytest.raises(InputError, match=f"log.db:{entry}: broken chain"):
            log.append("more")
        with pytest.raises(InputError, match=f"log.db:{entry}: broken chain"):
            log.verify()


def test_a_writer_waits_for_another_and_says_so_in_the_end(path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    with SqliteLog(path, patience=0.05) as log:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(InputError, match="database is locked"):
            log.append("lost")
        assert len(list(log.events())) == 3
        other.execute("ROLLBACK")
        log.append("after")
        assert log.count == 4
    other.close()


@pytest.mark.parametrize("statement", UNGUARDED)
def test_a_log_without_its_guards_is_told_apart(path: Path, statement: str) -> None:
    change(path, statement, guarded=True)
    with pytest.raises(InputError) as caught:
        SqliteLog(path)
    assert caught.value.render("en") == f"{path}: what guards it against changes was changed"
    assert caught.value.problems[0].code == "broken_log"


def test_every_commit_waits_for_the_disk(path: Path) -> None:
    with SqliteLog(path) as log:
        pragma = log._database.execute
        assert pragma("PRAGMA journal_mode").fetchone() == ("wal",)
        assert pragma("PRAGMA synchronous").fetchone() == (2,)


def test_another_database_is_refused_and_left_alone(tmp_path: Path, path: Path) -> None:
    other = tmp_path / "other.db"
    change(other, "CREATE TABLE t (a)", guarded=True)
    before = other.read_bytes()
    for read_only in (False, True):
        with pytest.raises(InputError, match="another database, not a log"):
            SqliteLog(other, read_only=read_only)
    assert other.read_bytes() == before
    change(path, "PRAGMA user_version = 2", guarded=True)
    with pytest.raises(InputError, match="a log that a newer version wrote"):
        SqliteLog(path)
    text = tmp_path / "text.db"
    text.write_text("户编号,户主\n" * 100)
    with pytest.raises(InputError, match="file is not a database") as caught:
        SqliteLog(text)
    assert caught.value.render("zh") == f"{text}: 日志用不了：不是办理日志的文件"
    with pytest.raises(InputError):
        SqliteLog(tmp_path)


def test_a_damaged_log_is_said_in_chinese(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(InputError) as caught:
        SqliteLog(path)
    assert caught.value.problems[0].what.zh == "日志用不了：文件已损坏，请从备份恢复"


def test_a_file_that_was_begun_and_not_finished_is_a_new_log(tmp_path: Path) -> None:
    (tmp_path / "log.db").touch()
    with open_log(tmp_path / "log.db") as log:
        log.append(1)
        assert log.count == 1


def test_what_a_kill_left_beside_the_database_belongs_to_it(tmp_path: Path, path: Path) -> None:
    with SqliteLog(path) as log:
        log.append("in the write-ahead log")
        (tmp_path / "copy").mkdir()
        for name in ("log.db", "log.db-wal"):
            shutil.copy(tmp_path / name, tmp_path / "copy" / name)
    with SqliteLog(tmp_path / "copy" / "log.db") as copy:
        assert list(copy.events())[-1] == "in the write-ahead log"


def test_a_path_of_odd_signs(tmp_path: Path) -> None:
    folder = tmp_path / "学堂山乡 100%?#1"
    folder.mkdir()
    with open_log(folder) as log:
        log.append(1)
        assert [each.name for each in folder.glob("*.db")] == ["acts.db"]
    with open_log(folder, read_only=True) as log:
        assert log.count == 1


def test_a_copy_without_what_was_written_ahead_has_every_entry(tmp_path: Path, path: Path) -> None:
    """Whoever copies a folder may take the database alone, at any moment between two entries."""
    with SqliteLog(path) as log:
        for number in range(3, 6):
            log.append({"n": number})
            copy = tmp_path / f"copy-{number}.db"
            shutil.copy(path, copy)
            with SqliteLog(copy) as copied:
                assert [event["n"] for event in copied.events()] == list(range(number + 1))


def readable(path: Path) -> int:
    """How many entries of a damaged database can be read, from the first on."""
    with closing(sqlite3.connect(path)) as database:
        count = 0
        try:
            for _ in database.execute("SELECT number, before, event, hash FROM entries"):
                count += 1
        except sqlite3.DatabaseError:
            return count
        return 40


def test_a_damaged_page_is_placed_at_its_first_entry(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    with SqliteLog(path) as log:
        log.extend([{"n": number, "text": "户" * 400} for number in range(40)])
    whole = path.read_bytes()
    placed = 0
    for page in range(1, len(whole) // 4096):
        begin = page * 4096
        path.write_bytes(whole[:begin] + b"\xff" * 4096 + whole[begin + 4096 :])
        with pytest.raises(InputError) as caught:
            SqliteLog(path, read_only=True)
        (problem,) = caught.value.problems
        assert (problem.code, "\n" in problem.what.en) == ("broken_log", False)
        sound = readable(path)
        if sound < 40:
            assert problem.where == f"{path}:{sound + 1}"
            placed += 1
    # All but the first page, with the descriptions of the tables, and those of the index.
    assert placed >= 15


def test_a_new_log_is_there_whole_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(InputError, match="the log cannot be used: the disk is full") as caught:
        SqliteLog(tmp_path / "log.db")
    assert caught.value.problems[0].code == "file_failure"
    assert list(tmp_path.iterdir()) == []

    def unknown(*_: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    # Some disks know no links.
    monkeypatch.setattr(os, "link", unknown)
    with SqliteLog(tmp_path / "log.db") as log:
        log.append(1)
    with SqliteLog(tmp_path / "log.db") as log:
        assert list(log.events()) == [1]
