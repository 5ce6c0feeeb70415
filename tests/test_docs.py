"""What the READMEs show is what the commands print."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BLOCK = re.compile(r"```\n(\$ .*?)```", re.DOTALL)


def examples() -> list[tuple[str, str, list[str]]]:
    """(page, command, the lines that it shows) of every shell block."""
    found = []
    for page in ("README.md", "README.zh.md"):
        for block in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *shown = part.strip().splitlines()
                found.append((page, command, [line for line in shown if line.strip() != "…"]))
    return found


def by_command() -> dict[str, list[tuple[str, list[str]]]]:
    """The same commands stand on both pages: each is run once, for (page, lines) of both."""
    found: dict[str, list[tuple[str, list[str]]]] = {}
    for page, command, shown in examples():
        found.setdefault(command, []).append((page, shown))
    return found


@pytest.mark.parametrize("command", by_command())
def test_example(command: str) -> None:
    pages = by_command()[command]
    words = shlex.split(command)
    if command == "make demo":
        # As installed: this Python's own shibie, not one installed anew.
        own = f"SHIBIE={shlex.quote(sys.executable)} -m shibie"
        words = ["make", "--no-print-directory", "--assume-old=.venv/.demo", "demo", own]
    else:
        assert words[0].endswith("shibie")
        words = [sys.executable, "-m", "shibie", *words[1:]]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode in (0, 3), done.stderr
    for page, shown in pages:
        must_be_in(done.stdout, page, shown)
    if command == "make demo":
        assert len(done.stdout.splitlines()) < 40  # one screen


def must_be_in(said: str, page: str, shown: list[str]) -> None:
    # The Chinese page condenses the tables; there every word must occur, in this order.
    at = 0
    for line in shown:
        for piece in (
            re.split(r"\s{2,}|[│\s]+", line) if page == "README.zh.md" else [line.rstrip()]
        ):
            piece = piece.strip()
            if piece in ("户", "人") or not piece:
                continue
            found = said.find(piece, 0 if page == "README.zh.md" else at)
            assert found >= 0, piece
            at = found


def test_the_examples_are_found() -> None:
    assert len(examples()) >= 8


def test_the_examples_of_live_use_and_of_the_log() -> None:
    page = (ROOT / "docs" / "live.md").read_text(encoding="utf-8")
    live, log = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    *setup, last = live.strip().splitlines()
    expression, expected = last.split("#")
    space: dict[str, object] = {}
    exec("\n".join(setup), space)
    assert repr(eval(expression.strip(), space)) == expected.strip()
    # This one says by itself what must come out.
    assert log.count("assert ") == 3
    exec(log, {})
