"""`python -m support.fuzzing`: damage input for some time, and stop at the first crash."""

from __future__ import annotations

import argparse
import faulthandler
import os
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Final

from support.fuzzing.rosters import put
from support.fuzzing.targets import TARGETS

# So much address space one worker may take: beyond it, it dies, which is a crash.
MOST_BYTES: Final = 6 << 30
# Inputs of one target before the next one has its turn; rosters are decided twice and take longer.
TURN: Final = 5


def main() -> None:
    """Run the targets in turn; exit 1 at a crash, with its seed and its input."""
    asked = argparse.ArgumentParser(prog="support.fuzzing", description=__doc__)
    asked.add_argument("--seconds", type=float, default=120)
    asked.add_argument(
        "--seed", type=int, default=int(time.time()) * 1000, help="of the first input"
    )
    asked.add_argument("--target", action="append", choices=list(TARGETS), default=[])
    asked.add_argument("--count", type=int, default=0, help="so many of each, not by time")
    asked.add_argument("--out", type=Path, default=Path("out/fuzz"), help="where crashes are kept")
    asked.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    given = asked.parse_args()
    names = given.target or list(TARGETS)
    if given.worker is not None:
        _work(given.worker, names, given.seed, given.seconds, given.count)
        return
    print(f"fuzzing {', '.join(names)} from seed {given.seed}", flush=True)
    sys.exit(_watched(names, given.seed, given.seconds, given.count, given.out))


def _watched(names: list[str], seed: int, seconds: float, count: int, out: Path) -> int:
    """Work in a process of its own, for a reader of another language may end it."""
    with tempfile.TemporaryDirectory(prefix="shibie-fuzz-") as folder:
        scratch = Path(folder)
        arguments = [f"--seed={seed}", f"--seconds={seconds}", f"--count={count}"]
        arguments += [f"--target={name}" for name in names]
        command = [sys.executable, "-m", "support.fuzzing", "--worker", str(scratch), *arguments]
        status = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace")
        if status.returncode == 0:
            return 0
        name, at = (scratch / "at").read_text(encoding="utf-8").split()
        kept = out / f"{name}-{at}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(scratch / "input", kept)
        print(status.stderr[-4000:])
        print(f"crash of {name} at seed {at}, status {status.returncode}; its input is in {kept}")
        print(f"again: make fuzz FUZZ_TARGET={name} FUZZ_SEED={at} FUZZ_COUNT=1")
        return 1


def _work(scratch: Path, names: list[str], seed: int, seconds: float, count: int) -> None:
    """Try one input after another until the time is over; a crash ends it with its traceback."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    began, found, longest = time.monotonic(), {name: Counter[str]() for name in names}, 0.0
    turn = 0
    while turn * TURN < count if count else time.monotonic() < began + seconds:
        for name in names:
            for at in range(
                seed + turn * TURN, seed + min((turn + 1) * TURN, count or sys.maxsize)
            ):
                (scratch / "at").write_text(f"{name} {at}", encoding="utf-8")
                took = _one(scratch, name, at, found[name])
                longest = max(longest, took)
            if not count and time.monotonic() > began + seconds:
                break
        turn += 1
    for name, outcomes in found.items():
        told = ", ".join(f"{said} {times}" for said, times in sorted(outcomes.items()))
        print(f"  {name:12} {outcomes.total():6}: {told}")
    total = sum(each.total() for each in found.values())
    print(
        f"{total} inputs in {time.monotonic() - began:.0f} s, the longest {longest:.1f} s, no crash"
    )


def _one(scratch: Path, name: str, seed: int, found: Counter[str]) -> float:
    """Try one input; returns how long it took."""
    target, place = TARGETS[name], scratch / "input"
    put(target.made(seed, scratch), place)
    began = time.monotonic()
    # What never ends is ended, with where it is; far over the bound, as machines are busy.
    faulthandler.dump_traceback_later(4 * target.seconds, exit=True)
    try:
        found[target.run(place)] += 1
    except BaseException:
        traceback.print_exc()
        sys.stderr.flush()
        os._exit(70)
    finally:
        faulthandler.cancel_dump_traceback_later()
    took = time.monotonic() - began
    if took > target.seconds:
        print(
            f"{took:.0f} s, over the bound of {target.seconds:.0f} s", file=sys.stderr, flush=True
        )
        os._exit(71)
    return took


if __name__ == "__main__":
    main()
