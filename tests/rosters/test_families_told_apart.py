"""Families without numbers: told apart only where all that tells of them agrees."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from shibie.rosters.cells import FaultyCell
from shibie.rosters.household_keys import KeyColumns, household_numbers

Rows = Sequence[Sequence[str | None]]
# 序号, 户主姓名, 关系, 村, 姓名
NO_RELATION, WITH_RELATION = KeyColumns(0, 1, None, 3, 4), KeyColumns(0, 1, 2, 3, 4)


def numbers(rows: Rows, keys: KeyColumns) -> list[str]:
    """The number of each row; ? where it is a fault, empty where there is none."""
    found = household_numbers(enumerate(rows, 2), keys, "", lambda cell: cell == "户主")
    written = [found.get(number, "") for number in range(2, 2 + len(rows))]
    return ["?" if isinstance(each, FaultyCell) else str(each) for each in written]


def table(serials: str, heads: str, relations: str) -> Rows:
    """A row a letter: `.` is blank, H a head and m a member."""
    words = {"H": "户主", "m": "之子", ".": None}
    return [
        [None if s == "." else s, None if h == "." else h, words[r], "村", f"人{at}"]
        for at, (s, h, r) in enumerate(zip(serials, heads, relations, strict=True))
    ]


@pytest.mark.parametrize(
    ("serials", "heads", "relations", "found"),
    [
        ("1.2.3", ".....", "HmHmH", "村-1 村-1 村-2 村-2 村-3"),
        ("12345", "AABBC", "HmHmH", "村-1 村-1 村-3 村-3 村-5"),
        # Rows are counted, and one was forgotten.
        ("12.45", "AABBC", "HmHmH", "村-1 村-1 村-2 村-2 村-5"),
        # The head stands second: the first row is nobody's, and his family lacks one.
        (".....", ".....", "mHHmH", "? ? 村-2 村-2 村-3"),
        # The second head's relation is another word, or none: his family would join the first.
        ("1.2.3", ".....", "HmmmH", "? ? ? ? 村-3"),
        (".....", ".....", "Hm.mH", "? ? ? ? 村-2"),
        (".....", "AABBC", "HmmmH", "? ? ? ? 村-2"),
        # A head without a serial number among heads that have one.
        ("1...3", ".....", "HmHmH", "? ? ? ? 村-3"),
        ("11223", ".....", "HmmmH", "? ? ? ? 村-3"),
    ],
)  # fmt: skip
def test_by_relations(serials: str, heads: str, relations: str, found: str) -> None:
    assert numbers(table(serials, heads, relations), WITH_RELATION) == found.split()


@pytest.mark.parametrize(
    ("serials", "heads", "found"),
    [
        ("1.2.3", "A.B.C", "村-1 村-1 村-2 村-2 村-3"),
        # Rows are counted, and one was forgotten: names tell the families.
        ("12.45", "AABBC", "村-1 村-1 村-2 村-2 村-5"),
        # A serial number was forgotten: two families would be one.
        ("1...3", "AABBC", "? ? ? ? 村-3"),
        ("1.2.3", "AAAAC", "? ? ? ? 村-3"),
    ],
)  # fmt: skip
def test_by_serials_and_names(serials: str, heads: str, found: str) -> None:
    assert numbers(table(serials, heads, "....."), NO_RELATION) == found.split()


def test_numbers_of_rows_tell_no_families() -> None:
    assert numbers(table("12.45", ".....", "....."), NO_RELATION) == ["", "", "", "", ""]
