"""The log of JSON lines: damage is placed, and a disk that fails leaves it as it was."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from io import FileIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shibie.errors import InputError
from shibie.eventlog import JsonLinesLog
from shibie.eventlog.entry import canonical, entry_hash
from shibie.eventlog.locking import locked


def written(tmp_path: Path) -> Path:
    path = tmp_path / "log.jsonl"
    with JsonLinesLog(path) as log:
        log.extend([{"n": 0}, {"n": 1, "name": "户"}, {"n": 2}])
    return path


def test_every_changed_byte_is_found_in_its_entry(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    entry = 1
    for at, byte in enumerate(whole[:-1]):
        for other in (byte ^ 1, byte ^ 0x20):
            path.write_bytes(whole[:at] + bytes((other,)) + whole[at + 1 :])
            with pytest.raises(InputError) as caught:
                JsonLinesLog(path, read_only=True)
            (problem,) = caught.value.problems
            assert (problem.where, problem.code) == (f"log.jsonl:{entry}", "broken_log"), at
        entry += byte == ord("\n")
    assert entry == 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('{"before"', '{ "before"', "not written as it was recorded"),
        ('"n":1', '"n":1,"n":1', "not written as it was recorded"),
        ('"n":1', '"n":1.0', "numbered 1.0, expected 1"),
        ('"n":1', '"n":true', "numbered True, expected 1"),
        ('"n":1', '"m":0,"n":1', "not an entry of the log"),
        ("\n", "\r\n", "not written as it was recorded"),
        ("\n", "\n\n", "not an entry of the log"),
        ('"hash":"', '"hash":["', "not an entry of the log"),
    ],
)
def test_what_the_hash_does_not_cover_is_not_changed_either(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes().replace(old.encode(), new.encode(), 1))
    with pytest.raises(InputError) as caught:
        JsonLinesLog(path)
    number = 2 if new == "\n\n" else 1
    assert caught.value.render("en") == f"log.jsonl:{number}: broken chain: {message}"


def test_wherever_the_last_line_is_cut_short_it_is_dropped_and_said(tmp_path: Path) -> None:
    path = written(tmp_path)
    whole = path.read_bytes()
    begin = whole.rindex(b"\n", 0, -1) + 1
    for end in range(begin + 1, len(whole)):
        # A file system may have grown the file before it wrote into it.
        for tail in (b"", b"\x00" * 7):
            path.write_bytes(whole[:end] + tail)
            with JsonLinesLog(path) as log:
                assert log.count == 2
                assert [note.zh for note in log.notes] == [
                    "log.jsonl：末尾第 3 条没有写完，已去掉：没有确认过，除非文件后来被截短"
                ]
            assert path.read_bytes() == whole[:begin]
    path.write_bytes(whole[:-1])
    with JsonLinesLog(path, read_only=True) as log:
        assert log.notes[0].en == (
            "log.jsonl: left out entry 3, the last, which is unfinished: it was never acknowledged,"
            " unless the file was cut short later"
        )
    assert path.read_bytes() == whole[:-1]


def test_what_an_older_version_took_is_still_read(tmp_path: Path) -> None:
    """NaN is refused today, but a log that has one is sound."""
    path = tmp_path / "log.jsonl"
    event = [float("nan"), 1]
    entry = {"n": 1, "before": "0" * 64, "event": event, "hash": entry_hash(1, "0" * 64, event)}
    path.write_bytes(canonical(entry) + b"\n")
    with JsonLinesLog(path) as log:
        log.append("more")
        assert [repr(each) for each in log.events()] == ["[nan, 1]", "'more'"]


class FailingFile(FileIO):
    """A file of a disk that fails when it is told to."""

    short = False
    full = False
    stuck = False
    other = False

    def write(self, data: Any, /) -> int:
        if self.full:
            super().write(bytes(data)[:20])
            raise OSError(errno.ENOSPC, "No space left on device")
        if self.other:
            return super().write(bytes(data).replace(b"lost", b"last"))
        return super().write(bytes(data)[:3] if self.short else data)

    def truncate(self, size: int | None = None, /) -> int:
        if self.stuck:
            raise OSError(errno.EIO, "Input/output error")
        return super().truncate(size)


@pytest.fixture
def failing(tmp_path: Path) -> Iterator[tuple[JsonLinesLog, FailingFile]]:
    with JsonLinesLog(written(tmp_path)) as log:
        log.file.close()
        log.file = file = FailingFile(log.path, "a+b")
        yield log, file


def test_a_disk_that_writes_little_at_a_time(failing: tuple[JsonLinesLog, FailingFile]) -> None:
    log, file = failing
    file.short = True
    log.append("long")
    with JsonLinesLog(log.path) as again:
        assert again.count == 4


@pytest.mark.parametrize("fault", ["full", "other", "fsync"])
def test_an_entry_that_was_not_written_is_gone(
    failing: tuple[JsonLinesLog, FailingFile], monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    log, file = failing
    before = log.path.read_bytes()
    real, calls = os.fsync, []

    def failed_once(handle: int) -> None:
        calls.append(handle)
        if len(calls) == 1:
            raise OSError(errno.EIO, "Input/output error")
        real(handle)

    if fault == "fsync":
        monkeypatch.setattr(os, "fsync", failed_once)
    else:
        setattr(file, fault, True)
    with pytest.raises(InputError) as caught:
        log.append("lost")
    reason = {"full": "the disk is full", "other": "read back as something else",
              "fsync": "input/output error"}[fault]  # fmt: skip
    assert caught.value.render("en") == (
        f"log.jsonl: not recorded ({reason}); the log is as it was\n"
        "  → check the disk space and permissions, then retry"
    )
    assert (log.count, log.path.read_bytes()) == (3, before)
    file.full = file.other = False
    log.append("after")
    with JsonLinesLog(log.path) as again:
        assert list(again.events()) == [{"n": 0}, {"n": 1, "name": "户"}, {"n": 2}, "after"]


def test_where_a_failed_entry_cannot_be_removed_nothing_more_is_written(
    failing: tuple[JsonLinesLog, FailingFile],
) -> None:
    log, file = failing
    file.full = file.stuck = True
    with pytest.raises(InputError, match="the disk is full"):
        log.append("lost")
    file.full = False
    for stuck in (True, False):
        file.stuck = stuck
        with pytest.raises(InputError):
            log.append("after")
    assert log.count == 3
    # Whoever opens it next drops what is unfinished.
    with JsonLinesLog(log.path) as again:
        assert again.count == 3
        again.append("again")


def test_a_file_that_was_shortened_replaced_or_removed_is_not_written_to(tmp_path: Path) -> None:
    path = written(tmp_path)
    with JsonLinesLog(path) as log:
        os.truncate(path, 10)
        with pytest.raises(InputError) as caught:
            log.append("more")
        assert caught.value.render("en") == (
            "log.jsonl:4: broken chain: entries that were recorded are gone"
        )
        path.rename(tmp_path / "moved")
        with pytest.raises(InputError) as caught:
            log.append("more")
        assert caught.value.problems[0].code == "file_failure"
        path.touch()
        with pytest.raises(InputError, match="another file has taken its place"):
            log.append("more")
    assert path.read_bytes() == b""


def test_what_others_wrote_is_verified_before_it_is_built_upon(tmp_path: Path) -> None:
    path = written(tmp_path)
    with JsonLinesLog(path) as log:
        with path.open("ab") as file:
            file.write(b'{"half":')
        log.append("dropped what was half-written")
        with path.open("ab") as file:
            file.write(b"{}\n")
        with pytest.raises(InputError, match=r"log\.jsonl:5: broken chain: not an entry"):
            log.append("more")


def test_a_writer_waits_no_longer_than_its_patience(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("a+b", buffering=0) as one, path.open("a+b", buffering=0) as other:
        with (
            locked(one, "file"),
            pytest.raises(InputError) as caught,
            locked(other, "file", patience=0.02),
        ):
            pass
        assert caught.value.render("en").splitlines()[0] == (
            "file: another program keeps writing to it"
        )
        with locked(other, "file", patience=0):
            pass


def test_windows_locks_a_byte_behind_what_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[tuple[str, int]] = []

    def locking(handle: int, mode: str, count: int) -> None:
        assert count == 1
        calls.append((mode, os.lseek(handle, 0, os.SEEK_CUR)))
        if len(calls) == 1:
            raise PermissionError(errno.EACCES, "Permission denied")

    fake = SimpleNamespace(locking=locking, LK_NBLCK="take", LK_UNLCK="release")
    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", fake)
    with JsonLinesLog(tmp_path / "log.jsonl") as log:
        log.append("a")
        assert list(log.events()) == ["a"]
    place = 2**31 - 2
    assert calls == [("take", place), *[("take", place), ("release", place)] * 3]
