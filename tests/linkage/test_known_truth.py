"""Precision and recall on the committed set with known truth, and a control that must fail."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from bench import linkage, linkage_set
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.linkage.candidates import Candidate

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def truth() -> linkage.Truth:
    return linkage.truth_of()


@pytest.fixture(scope="module")
def found() -> Sequence[Candidate]:
    return linkage.found()


def test_the_committed_set_is_what_its_seed_gives(tmp_path: Path) -> None:
    linkage_set.write(tmp_path)
    made = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.csv"))
    assert len(made) == 5
    for path in made:
        assert (tmp_path / path).read_bytes() == (linkage_set.HERE / path).read_bytes(), path


@pytest.mark.parametrize(
    ("kind", "weight", "listed", "right", "every"),
    [
        ("row", -5, 381, 274, 300), ("row", 0, 223, 219, 300), ("row", 9, 130, 130, 300),
        ("person", -5, 126, 106, 115), ("person", 0, 83, 82, 115), ("household", 0, 25, 25, 25),
    ],
)  # fmt: skip
def test_how_many_are_found_and_how_many_are_right(
    truth: linkage.Truth, found: Sequence[Candidate], kind: str, weight: float, listed: int,
    right: int, every: int,
) -> None:  # fmt: skip
    assert linkage.counted(found, truth, kind, weight) == (listed, right)
    assert len(truth.claims[kind]) == every


def test_the_best_of_a_row_is_mostly_right_and_a_shuffled_truth_is_not_found(
    truth: linkage.Truth, found: Sequence[Candidate]
) -> None:
    assert linkage.best_of_rows(found, truth) == (275, 265)
    listed, right = linkage.counted(found, linkage.shuffled(truth), "row", 0)
    assert (listed, right) == (223, 0)


def test_the_same_name_alone_finds_less_and_less_surely(truth: linkage.Truth) -> None:
    assert linkage.by_exact_name(truth) == (361, 173, 300)


def test_the_manual_shows_what_the_command_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    page = (ROOT / "docs" / "linkage.md").read_text(encoding="utf-8")
    block = re.search(r"```\n\$ (.*?)```", page, re.DOTALL)
    assert block is not None
    command, *shown = block[1].strip().splitlines()
    monkeypatch.chdir(ROOT)
    done = CliRunner().invoke(app, command.split()[1:])
    # None of the rows has a full number: that is said, and the exit status is 3.
    assert done.exit_code == 3, done.output
    at = 0
    for line in (each for each in shown if each != "…"):
        at = done.stdout.find(line, at)
        assert at >= 0, line
    options = set(re.findall(r"--[a-z]+", CliRunner().invoke(app, ["link", "--help"]).stdout))
    assert {"--out", "--least", "--most"} <= options & set(re.findall(r"--[a-z]+", page))
    table = (ROOT / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert "| row and person (300 true pairs) | -5 | 381 | 274 | 0.719 | 0.913 |" in table
