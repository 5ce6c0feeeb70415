"""The event log: nothing acknowledged is lost, and a broken chain is placed."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from shibie.errors import InputError
from shibie.eventlog import FIRST, EventLog, entry_hash

WRITER = """
import sys
from pathlib import Path
from shibie.eventlog import EventLog
with EventLog(Path(sys.argv[1])) as log:
    while True:
        number = log.count + 1
        log.append({"number": number, "text": "户" * (number % 50)})
        sys.stdout.write(f"{number}\\n")
        sys.stdout.flush()
"""


def test_events_come_back_in_order(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    with EventLog(path) as log:
        for number in range(5):
            log.append({"n": number})
    with EventLog(path) as log:
        assert [event["n"] for event in log.events()] == [0, 1, 2, 3, 4]
        log.append({"n": 5})
        assert log.count == 6
    first = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    assert first["hash"] == entry_hash(1, FIRST, {"n": 0})


@pytest.mark.parametrize("kills", [12, pytest.param(100, marks=pytest.mark.slow)])
def test_nothing_acknowledged_is_lost_by_kill_9(tmp_path: Path, kills: int) -> None:
    path = tmp_path / "log.jsonl"
    chance, acknowledged = random.Random(1), 0
    for _ in range(kills):
        command = [sys.executable, "-c", WRITER, str(path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            acknowledged = int(writer.stdout.readline())
            time.sleep(chance.random() * 0.05)
            writer.send_signal(signal.SIGKILL)
            for line in writer.stdout.read().splitlines():
                # A number that was cut short is still an acknowledged one's beginning.
                if line.isdigit() and int(line) == acknowledged + 1:
                    acknowledged += 1
        with EventLog(path) as log:
            assert log.count >= acknowledged
            assert [event["number"] for event in log.events()] == list(range(1, log.count + 1))
    assert acknowledged >= kills


def written(tmp_path: Path) -> tuple[Path, list[str]]:
    path = tmp_path / "log.jsonl"
    with EventLog(path) as log:
        for number in range(4):
            log.append({"n": number, "who": "001"})
    return path, path.read_text(encoding="utf-8").splitlines(keepends=True)


def test_an_unfinished_last_entry_is_dropped_and_said(tmp_path: Path) -> None:
    path, lines = written(tmp_path)
    path.write_text("".join(lines) + lines[-1][:20], encoding="utf-8")
    with EventLog(path) as log:
        assert log.count == 4
        assert log.notes[0].en.startswith(
            "log.jsonl: dropped entry 5, the last, which is unfinished"
        )
        log.append({"n": 4})
    with EventLog(path) as log:
        assert (log.count, log.notes) == (5, [])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda lines: [lines[0], lines[1].replace('"001"', '"002"'), *lines[2:]],
         "log.jsonl:2: broken chain: its content does not match its hash"),
        (lambda lines: [lines[0], *lines[2:]], "log.jsonl:2: broken chain: numbered 3, expected 2"),
        (lambda lines: [lines[0], lines[2], lines[1], lines[3]], "log.jsonl:2: broken chain: numbered 3, expected 2"),
        (lambda lines: [*lines[:2], "{}\n", *lines[2:]], "log.jsonl:3: broken chain: not an entry of the log"),
        (lambda lines: [lines[0], lines[1].replace(json.loads(lines[1])["before"], FIRST), *lines[2:]],
         "log.jsonl:2: broken chain: does not follow the entry before it"),
    ],
)  # fmt: skip
def test_a_broken_chain_is_placed(tmp_path: Path, change: object, message: str) -> None:
    path, lines = written(tmp_path)
    path.write_text("".join(change(lines)), encoding="utf-8")  # type: ignore[operator]
    with pytest.raises(InputError) as caught:
        EventLog(path)
    assert caught.value.render("en") == message


def test_live_state_is_rebuilt_from_the_log(tmp_path: Path) -> None:
    from datetime import date

    from shibie.engines.rete.live import FactDeclared, LiveRoster, event_from
    from shibie.ruleset.loader import load

    pack, as_of = load("bazhong-2015"), date(2015, 12, 20)
    path = tmp_path / "log.jsonl"
    live = LiveRoster(pack, as_of)
    with EventLog(path) as log:
        for number in range(30):
            event = FactDeclared(
                household_id=str(number % 5), field="wage_income", value=1000 + number, order=number
            )
            log.append(event.model_dump(mode="json"))
            live.tell(event)
        rebuilt = LiveRoster(pack, as_of)
        rebuilt.replay(event_from(event) for event in log.events())
    for number in range(5):
        assert rebuilt.decision(str(number)) == live.decision(str(number))
    live.close()
    rebuilt.close()
