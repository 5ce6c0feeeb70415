"""kill -9 at any moment: results are whole, acts stay, and nobody else reads what is left."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from shibie.eventlog import open_log
from support.folders import folder

pytestmark = pytest.mark.slow

PACK = ("--rules", "bazhong-2015", "--as-of", "2015-12-20")
# More of them are tried by hand: SHIBIE_KILLS=100.
KILLS = int(os.environ.get("SHIBIE_KILLS", "6"))
FAMILIES: Mapping[str, Sequence[tuple[str, str, int]]] = {
    "H1": [("甲一", "户主", 1), ("甲二", "配偶", 2)],
    "H2": [("乙一", "户主", 3)],
}

# Runs commands by turns in a process of their own, which is killed at moments drawn by a seed.
KILLER = """
import json, os, random, sys, time
import shibie.cli, shibie.cli.app, shibie.api, shibie.checking
runs, kills = json.loads(sys.argv[1]), int(sys.argv[2])

def begun(arguments):
    child = os.fork()
    if child:
        return child
    sys.stdout = sys.stderr = open(os.devnull, "w")
    sys.argv = ["shibie", *arguments]
    status = 9
    try:
        shibie.cli.main()
    except SystemExit as end:
        status = end.code
    os._exit(status)

def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

took = []
for arguments in runs:
    start = time.monotonic()
    status = ended(begun(arguments))
    assert status in (0, 3), (arguments, status)
    took.append(time.monotonic() - start)
drawn = random.Random(20151220)
print("ready", flush=True)
for kill in range(kills):
    which = kill % len(runs)
    child = begun(runs[which])
    time.sleep(drawn.uniform(0, took[which]))
    os.kill(child, 9)
    print(ended(child), flush=True)
    sys.stdin.readline()
for arguments in runs:
    assert ended(begun(arguments)) in (0, 3)
print("done", flush=True)
"""


def whole(out: Path) -> bytes:
    """What a result of a check says of everybody; a folder without a summary is not whole."""
    if not (out / "summary.json").exists():
        return b""
    names = ("decisions.csv", "findings.csv", "tracks.csv", "rejected.csv")
    return b"\0".join((out / name).read_bytes() for name in names)


def papers(out: Path) -> bytes:
    """Which papers there are; none of them is cut short."""
    files = sorted(out.glob("[!.]*/*.docx")) if out.is_dir() else [out]
    for file in filter(Path.exists, files):
        assert file.read_bytes().rfind(b"PK\x05\x06") > 0, file
    return repr([str(file.relative_to(out.parent)) for file in files]).encode()


def readable(place: Path) -> list[Path]:
    """What lies aside and others may enter."""
    return [each for each in place.glob(".shibie-*") if stat.S_IMODE(each.stat().st_mode) != 0o700]


@pytest.mark.parametrize("command", ["check", "notice", "report", "log"])
def test_a_kill_leaves_whole_results_and_nothing_to_read(tmp_path: Path, command: str) -> None:
    acts = tmp_path / "acts"
    acts.mkdir()
    rosters = [
        folder(tmp_path / "one", FAMILIES),
        folder(tmp_path / "other", FAMILIES, {"H2": {"wage_income": "90000"}}),
    ]
    place, temporary = tmp_path / "results", tmp_path / "temporary"
    place.mkdir()
    temporary.mkdir()
    out = place / {"report": "report.docx", "log": "log.jsonl"}.get(command, "out")
    if command == "log":
        with open_log(tmp_path / "acts.db") as log:
            log.extend([{"act": {"act_id": f"A{number}", "kind": "verdict", "household_id": "H1",
                                 "rule_id": "vehicle", "verdict": "refuted"}}
                        for number in range(400)])  # fmt: skip
        runs = [["acts", str(tmp_path / "acts.db"), "--copy-to", str(place / name)]
                for name in ("log.jsonl", "log.db")]  # fmt: skip
    else:
        formats = ["--format", "docx"] if command == "notice" else []
        runs = [[command, str(each), *PACK, *formats, "--out", str(out)] for each in rosters]
    with subprocess.Popen(
        [sys.executable, "-c", KILLER, json.dumps(runs), str(KILLS)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "TMPDIR": str(temporary)},
    ) as killer:  # fmt: skip
        assert killer.stdin is not None
        assert killer.stdout is not None
        assert killer.stdout.readline() == "ready\n"
        seen, killed = set(), 0
        for kill in range(KILLS):
            status = int(killer.stdout.readline())
            assert status in (-9, 0, 3)
            killed += status == -9
            assert readable(place) == readable(temporary) == readable(out) == []
            assert [
                each.name for each in temporary.iterdir() if not each.name.startswith(".shibie-")
            ] == []
            if command == "check":
                seen.add(whole(out))
            elif command == "log":
                name = ("log.jsonl", "log.db")[kill % 2]
                if (place / name).exists():
                    with open_log(place / name) as log:
                        assert log.verify() in (0, 400)
                    (place / name).unlink()
                    for rest in place.glob(f"{name}-*"):
                        rest.unlink()
            else:
                seen.add(papers(out))
            killer.stdin.write("\n")
            killer.stdin.flush()
        assert killer.stdout.readline() == "done\n"
    assert killer.returncode == 0
    assert killed >= KILLS // 2
    # One of the two results, or a folder that says that it is none.
    assert len(seen) <= (3 if command == "check" else 2)
    assert [each.name for each in tmp_path.rglob(".shibie-*")] == []
