"""What docs/verify.md shows is what the commands print."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.proofs.report import QUESTIONS

PAGE = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
EXAMPLES = [block.splitlines() for block in re.findall(r"```\n\$ (.*?)```", PAGE, re.DOTALL)]


@pytest.mark.slow
@pytest.mark.parametrize(("command", "shown"), [(first, rest) for first, *rest in EXAMPLES])
def test_example(command: str, shown: list[str]) -> None:
    program, *arguments = shlex.split(command)
    assert program == "shibie"
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    said = re.sub(r"\s+", " ", done.stdout)
    for line in shown:
        assert re.sub(r"\s+", " ", line.strip()) in said, line


def test_the_examples_are_found() -> None:
    assert len(EXAMPLES) == 4


def test_every_question_is_in_the_manual() -> None:
    named = set(re.findall(r"`(\w+)\b[^`]*`", PAGE.split("## What is asked")[1].split("##")[0]))
    assert {question.name for question in QUESTIONS} <= named
