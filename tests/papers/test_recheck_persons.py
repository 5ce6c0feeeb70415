"""回头看 where a pack says who counts: heads of both sides, and who is on a form but counts no longer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

import shibie
from shibie.checking_in_parts import CheckedParts
from shibie.errors import Words
from shibie.papers.recheck.changes import Person, Recheck
from shibie.papers.recheck.comparing import recheck
from shibie.papers.recheck.figures import balance, figures
from shibie.papers.recheck.tables import tables
from shibie.rosters.parts import HeldParts
from shibie.rosters.roster import read_roster
from support.people import DAY, SINCE, pack, roster

RULES = pack()
Households = dict[str, Sequence[str]]


def compared(tmp_path: Path, old: Households, new: Households, register: bool = True) -> Recheck:
    """The old roster, with or without a register, and the new one."""
    folders = (roster(tmp_path / "old", old, wage=500, register=register),
               roster(tmp_path / "new", new, dead="B", wage=500))  # fmt: skip
    before, now = (HeldParts(read_roster(each, RULES, DAY), RULES, DAY) for each in folders)
    assert not before.rejected_rows
    assert not now.rejected_rows
    return recheck(duckdb.connect(), before, CheckedParts(RULES, DAY, False, now), SINCE)


def test_who_no_longer_counts_has_not_vanished(tmp_path: Path) -> None:
    """B has died, C has married out; D was away and counts again; E is on no form."""
    found = compared(tmp_path, {"1": ("A", "B", "C", "Dm", "E")}, {"1": ("A", "B", "Cm", "D")})
    assert list(found.persons) == [
        Person("B某", "uncounted", "1", "1", "甲村",
               uncounted=Words("户籍比对登记为已死亡", "deceased (户籍比对)")),
        Person("C某", "uncounted", "1", "1", "甲村",
               uncounted=Words("申报已外嫁", "married out (declared)")),
        Person("E某", "gone", "1", "", "甲村"),
        Person("D某", "counted", "1", "1", "甲村"),
    ]  # fmt: skip
    ((was,), (now,)) = (tuple(found.was), tuple(found.now))
    # A, B, C and E then; A and D now.
    assert (was.persons, was.persons_now, now.persons) == (4, 2, 2)
    assert balance(found) == {
        "then": 4, "gone": -1, "moved": 0, "unmatched": 0, "born": 0, "joined": 0,
        "unmatched_now": 0, "uncounted": -2, "counted": 1, "arrived": 0, "now": 2, "difference": 0,
    }  # fmt: skip
    data = figures(found)
    people = {side: {name: each["persons"] for name, each in data["people"][side].items()}
              for side in ("before", "now")}  # fmt: skip
    assert people == {
        "before": {"on_form": 5, "counted": 4, "not_counted": 1, "unknown": 0},
        "now": {"on_form": 4, "counted": 2, "not_counted": 2, "unknown": 0},
    }
    (changed,) = (each for each in tables(found, data) if each.name == "persons_changed")
    assert changed.columns[-1] == "uncounted"
    assert [row[-1] for row in changed.rows] == ["户籍比对登记为已死亡", "申报已外嫁", "", ""]


def test_where_the_old_roster_cannot_tell_he_is_a_person(tmp_path: Path) -> None:
    found = compared(tmp_path, {"1": ("A", "B", "Cm")}, {"1": ("A", "B")}, register=False)
    data = figures(found)
    assert data["before"] == {"households": 1, "persons": 2}
    assert data["people"]["before"]["unknown"] == {"households": 1, "persons": 2}
    assert data["persons"]["uncounted"] == 1


def test_who_moved_into_a_kept_household_is_no_loss_of_it(tmp_path: Path) -> None:
    """F of household 2, whose other person has gone, lives in household 1 now."""
    found = compared(
        tmp_path, {"1": ("A", "C"), "2": ("E", "F", "G")}, {"1": ("A", "C", "F"), "2": ("Em", "Gm")}
    )
    assert [each.status for each in found.was] == ["retained", "removed"]
    parts = balance(found)
    assert (parts["then"], parts["moved"], parts["arrived"], parts["now"]) == (2, 0, 1, 3)
    assert parts["difference"] == 0


def test_from_python(tmp_path: Path) -> None:
    old = roster(tmp_path / "old", {"1": ("A", "B")}, wage=500)
    new = roster(tmp_path / "new", {"1": ("A", "Bm")}, wage=500)
    with shibie.recheck(RULES, old, new, DAY, SINCE) as found:
        assert [each.kind for each in found.persons] == ["uncounted"]
