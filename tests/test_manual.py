"""The manual's pages on explanations and reports: every example prints what the page shows."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shibie.cli.app import app

ROOT = Path(__file__).parents[1]
PAGES = ("docs/explain.md", "docs/report.md")
BLOCK = re.compile(r"```\n(\$ .*?)```", re.DOTALL)


def examples() -> list[tuple[str, str, list[str]]]:
    """(page, command, the lines that it shows)."""
    found = []
    for page in PAGES:
        for block in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")):
            for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                command, *shown = part.strip().splitlines()
                found.append((page, command, [line for line in shown if line.strip() != "…"]))
    return found


@pytest.mark.parametrize(("page", "command", "shown"), examples())
def test_example(
    page: str, command: str, shown: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    program, *arguments = shlex.split(command)
    assert program == "shibie"
    done = CliRunner().invoke(app, arguments)
    # The village's payroll register is about nobody on its roster: each command says so.
    warned = 3 if "没有一行" in done.output else 0
    assert done.exit_code == (1 if "--check" in arguments else warned), done.output
    assert shown
    at = 0
    for line in shown:
        found = done.stdout.find(line, at)
        assert found >= 0, line
        at = found


def test_the_examples_are_found() -> None:
    assert len(examples()) >= 8


def test_every_option_on_the_pages_is_one() -> None:
    """`--word` in the text is an option of some command."""
    known = set()
    for command in app.registered_commands:
        name = command.name or (command.callback.__name__ if command.callback else "")
        known |= set(re.findall(r"--[a-z-]+", CliRunner().invoke(app, [name, "--help"]).stdout))
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        assert set(re.findall(r"(?<!\w)--[a-z][a-z-]*", text)) <= known
