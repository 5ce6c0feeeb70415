"""The page "A new programme in an afternoon", followed to the letter in an empty folder."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.errors import ShibieError

PAGE = Path(__file__).parents[1] / "docs" / "new-programme.md"
BLOCK = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def run(command: str, expected: int) -> str:
    program, *arguments = shlex.split(command)
    assert program == "shibie"
    done = CliRunner().invoke(app, arguments)
    if isinstance(done.exception, ShibieError):
        assert expected == 2
        return done.exception.render("en" if "en" in arguments else "zh")
    assert done.exit_code == expected, done.output
    return done.output


def follow(info: str, text: str) -> int:
    """Does what one block says; the number of commands run."""
    words = info.split()
    if len(words) > 1:
        file = Path(words[1])
        if words[2:] == ["replace"]:
            before, after = text.split("---\n")
            there = file.read_text(encoding="utf-8")
            assert there.count(before) == 1
            file.write_text(there.replace(before, after), encoding="utf-8")
            return 0
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return 0
    expected = int(info.removeprefix("exit=") or 0)
    commands = re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]
    for each in commands:
        command, *shown = each.rstrip().splitlines()
        output, at = run(command, expected), 0
        for line in shown:
            if line != "…":
                found = output.find(line, at)
                assert found >= 0, (line, output)
                at = found
    return len(commands)


def test_the_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    assert sum(follow(info, text) for info, text in blocks) == 12
    assert (tmp_path / "out" / "rejected.csv").read_text(encoding="utf-8-sig") == (
        "source,row,field,value,reason,code\nhouseholds.csv,6,monthly_income,很多,应为数字,not_a_number\n"
    )
