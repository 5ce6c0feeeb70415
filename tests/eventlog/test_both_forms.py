"""What every log promises, whether it is a database or JSON lines."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from shibie.errors import InputError
from shibie.eventlog import (
    FIRST,
    AppendOnlyLog,
    JsonLinesLog,
    LogMovedError,
    SqliteLog,
    copy_log,
    entry_hash,
    open_log,
)

FORMS = ("log.jsonl", "log.db")
both = pytest.mark.parametrize("name", FORMS)

WRITER = """
import sys
from shibie.eventlog import open_log
name, most = sys.argv[2], int(sys.argv[3])
with open_log(sys.argv[1]) as log:
    print("open", flush=True)
    sys.stdin.readline()
    for number in range(most):
        log.append({"writer": name, "number": number, "text": "户" * (number % 50)})
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
"""

# A disk that takes some bytes more, and no further.
DISK_FULL = """
import os, resource, signal, sys
from pathlib import Path
from shibie.errors import InputError
from shibie.eventlog import open_log
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
path = Path(sys.argv[1])
log = open_log(path)
for number in range(3):
    log.append(number)
grows = path.with_name(path.name + "-wal") if path.suffix == ".db" else path
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
for more in (0, 50, 5000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (grows.stat().st_size + more, hard))
    try:
        log.append("x" * 9000)
    except InputError as error:
        print(error.render("en").splitlines()[0].replace("too large a file for this disk", "full"))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    log.append(f"after {more}")
print(log.count, log.verify(), list(log.events()))
"""


def writer(path: Path, name: str, most: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(path), name, str(most)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "open\n"
    return process


def start(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


@both
def test_events_come_back_in_order(tmp_path: Path, name: str) -> None:
    with open_log(tmp_path / name) as log:
        hashes = [log.append({"n": number}) for number in range(3)]
        assert log.extend([{"n": 3}, {"n": 4}])[1] == log.last
        assert hashes[0] == entry_hash(1, FIRST, {"n": 0})
    with open_log(tmp_path / name) as log:
        assert [event["n"] for event in log.events()] == [0, 1, 2, 3, 4]
        assert (log.count, log.verify(), log.notes) == (5, 5, [])
        first, second, *_ = log.entries()
        assert (first.number, first.before, second.before) == (1, FIRST, first.hash)


@both
def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path, name: str) -> None:
    acknowledged = 0
    for turn in range(3):
        with writer(tmp_path / name, str(turn), 10**6) as process:
            assert process.stdout is not None
            start(process)
            for _ in range(20 + turn):
                process.stdout.readline()
            process.kill()
            rest = process.stdout.read()
        # A number that was cut short was acknowledged before it was written.
        acknowledged += 20 + turn + rest.count("\n")
        with open_log(tmp_path / name) as log:
            own = [event["number"] for event in log.events() if event["writer"] == str(turn)]
            assert own == list(range(len(own)))
            assert log.count >= acknowledged
            acknowledged = log.count


@both
def test_two_programs_write_one_chain(tmp_path: Path, name: str) -> None:
    processes = [writer(tmp_path / name, each, 50) for each in "ab"]
    for process in processes:
        start(process)
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    with open_log(tmp_path / name) as log:
        events = list(log.events())
        assert log.verify() == len(events) == 100
    for each in "ab":
        assert [event["number"] for event in events if event["writer"] == each] == list(range(50))


@both
def test_two_that_are_open_in_one_program_go_on_from_each_other(tmp_path: Path, name: str) -> None:
    with open_log(tmp_path / name) as one, open_log(tmp_path / name) as other:
        one.append(1)
        other.append(2)
        one.append(3)
        assert list(other.events()) == [1, 2, 3]
        assert (one.count, other.count, one.last) == (3, 3, other.last)
        with pytest.raises(LogMovedError) as caught:
            other.append(4, expected=2)
        assert (
            caught.value.render("en") == f"{name}: 3 entries, not 2: another program has appended"
        )
        other.append(4, expected=3)
        assert one.verify() == 4


@both
def test_threads_share_a_log(tmp_path: Path, name: str) -> None:
    with open_log(tmp_path / name) as log:

        def write(own: str) -> None:
            for number in range(20):
                log.append([own, number])

        threads = [threading.Thread(target=write, args=(each,)) for each in "ab"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert log.verify() == 40


@both
def test_after_a_disk_was_full_the_log_is_as_it_was(tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", DISK_FULL, str(tmp_path / name)], capture_output=True, text=True
    )
    assert done.stderr == ""
    *said, last = done.stdout.splitlines()
    reason = "full" if name.endswith("jsonl") else "database or disk is full"
    assert set(said) <= {
        f"{name}: not recorded ({reason}); the log is as it was",
        f"{name}: not recorded (disk I/O error); the log is as it was",
    }
    assert len(said) == 3
    assert last == "6 6 [0, 1, 2, 'after 0', 'after 50', 'after 5000']"
    with open_log(tmp_path / name) as log:
        assert (log.count, log.notes) == (6, [])


class Word(StrEnum):
    a = "a"


@both
@pytest.mark.parametrize(
    ("event", "message"),
    [
        ({"a": [Decimal("1.10")]}, "event.a[0]: cannot be recorded as it is: Decimal is no JSON data\n  → write it as text"),
        ({"d": date(2015, 12, 1)}, "event.d: cannot be recorded as it is: date is no JSON data\n  → write it as text"),
        (float("nan"), "event: cannot be recorded as it is: nan, not a finite number"),
        ([float("-inf")], "event[0]: cannot be recorded as it is: -inf, not a finite number"),
        ({"b": (1, 2)}, "event.b: cannot be recorded as it is: tuple is no JSON data"),
        ({10: 1, 2: 2}, "event: cannot be recorded as it is: the key 10 is no text\nevent: cannot be recorded as it is: the key 2 is no text"),
        ({"1": 1, 1: 2}, "event: cannot be recorded as it is: the key 1 is no text"),
        ({"a": "户\ud800"}, "event.a: cannot be recorded as it is: halves of characters (U+D800)"),
        ({"\udfff": 1}, "event: cannot be recorded as it is: halves of characters (U+DFFF)"),
        ([10**5000], "event[0]: cannot be recorded as it is: a whole number of too many digits"),
        (b"a", "event: cannot be recorded as it is: bytes is no JSON data"),
        (Word.a, "event: cannot be recorded as it is: Word is no JSON data"),
        ({"a": {1}}, "event.a: cannot be recorded as it is: set is no JSON data"),
    ],
)  # fmt: skip
def test_what_would_not_be_read_back_is_refused(
    tmp_path: Path, name: str, event: Any, message: str
) -> None:
    with open_log(tmp_path / name) as log:
        log.append("before")
        with pytest.raises(InputError) as caught:
            log.extend(["sound", event])
        assert caught.value.render("en") == message
        assert {problem.code for problem in caught.value.problems} == {"unrecordable"}
        log.append("after")
    with open_log(tmp_path / name) as log:
        assert list(log.events()) == ["before", "after"]


@both
def test_what_is_read_counts_whatever_was_meant(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shibie.eventlog.plain.canonical", lambda event: b"[1.0]")
    with open_log(tmp_path / name) as log:
        with pytest.raises(InputError, match="it would be read back as another"):
            log.append([1])
        assert log.count == 0


def nested(levels: int) -> Any:
    event: Any = 0
    for _ in range(levels):
        event = [event]
    return event


@both
def test_what_is_nested_too_deeply_is_refused(tmp_path: Path, name: str) -> None:
    with open_log(tmp_path / name) as log:
        log.append(nested(100))
        with pytest.raises(InputError, match="nested more than 100 levels deep"):
            log.append(nested(101))
        with pytest.raises(InputError, match="nested more than 100 levels deep"):
            log.append(nested(100_000))
        assert list(log.events()) == [nested(100)]


ODD: list[Any] = [
    None, True, 0, -0.0, 0.1, 1e22, 5e-324, 2**63, -(10**3000), "", "a\nb\r\u2028\x00\x85\ufeff", "𝟐\U0010ffff",
    {"": {}, "b": [], "a": [[]], "户": None, "B": 1}, [1, 1.0, True, "1"],
]  # fmt: skip


@both
def test_what_is_odd_comes_back_exactly(tmp_path: Path, name: str) -> None:
    with open_log(tmp_path / name) as log:
        log.extend(ODD)
    with open_log(tmp_path / name) as log:
        assert [repr(event) for event in log.events()] == [
            repr(dict(sorted(each.items())) if isinstance(each, dict) else each) for each in ODD
        ]


@both
def test_a_very_large_event_comes_back(tmp_path: Path, name: str) -> None:
    event = {"text": "户" * 3_000_000, "list": list(range(100_000))}
    with open_log(tmp_path / name) as log:
        log.append(event)
        log.append("small")
    with open_log(tmp_path / name) as log:
        assert list(log.events()) == [event, "small"]


@both
def test_a_log_that_is_only_read_is_not_touched(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with open_log(path) as log:
        log.append(1)
    before = path.read_bytes(), path.stat().st_mtime_ns
    with open_log(path, read_only=True) as log:
        assert (list(log.events()), log.verify()) == ([1], 1)
        with pytest.raises(InputError, match="read-only"):
            log.append(2)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before
    assert [each.name for each in tmp_path.iterdir()] == [name]
    # What a writer has not yet put into the database itself is read, too.
    with open_log(path) as log, open_log(path, read_only=True) as reader:
        log.append(2)
        assert list(reader.events()) == [1, 2]
        with open_log(path, read_only=True) as another:
            assert another.count == 2


@pytest.mark.parametrize("ways", [{"create": False}, {"read_only": True}])
@both
def test_a_log_that_is_not_there_is_not_made(tmp_path: Path, name: str, ways: Any) -> None:
    with pytest.raises(InputError, match="there is no such log"):
        open_log(tmp_path / name, **ways)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match="there is no such log"):
        open_log(tmp_path, **ways)


@pytest.mark.parametrize("make", [JsonLinesLog, SqliteLog])
def test_a_log_in_a_folder_that_is_not_there(
    tmp_path: Path, make: Callable[[Path], AppendOnlyLog]
) -> None:
    with pytest.raises(InputError) as caught:
        make(tmp_path / "none" / "log")
    assert caught.value.problems[0].code == "file_failure"


def test_a_log_is_copied_from_one_form_into_the_other_and_back(tmp_path: Path) -> None:
    with (
        open_log(tmp_path / "a.jsonl") as lines,
        open_log(tmp_path) as database,
        open_log(tmp_path / "b.jsonl") as again,
    ):
        lines.extend([{"n": number} for number in range(2500)])
        assert copy_log(lines, database) == 2500
        assert (database.path.name, database.last) == ("acts.db", lines.last)
        assert copy_log(lines, database) == 0
        lines.append("more")
        assert copy_log(lines, database) == 1
        assert copy_log(database, again) == 2501
        assert again.path.read_bytes() == lines.path.read_bytes()


@both
def test_logs_that_differ_are_not_joined(tmp_path: Path, name: str) -> None:
    with open_log(tmp_path / "a.jsonl") as source, open_log(tmp_path / name) as target:
        source.extend([1, 2, 3])
        target.extend([1, "other"])
        with pytest.raises(InputError) as caught:
            copy_log(source, target)
        assert caught.value.render("en") == (
            f"{name}:2: differs from a.jsonl from entry 2 on; they cannot be joined"
        )
    with open_log(tmp_path / "c.jsonl") as longer:
        longer.extend([1, 2, 3, 4])
        with (
            open_log(tmp_path / "a.jsonl") as source,
            pytest.raises(InputError, match=":4: differs"),
        ):
            copy_log(source, longer)
