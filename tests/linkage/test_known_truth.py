"""Precision and recall on the committed set with known truth, and a control that must fail."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from bench import linkage, linkage_set

from shibie.linkage.candidates import Candidate


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
