"""Corrections of who somebody is: every way to a decision matches registers by what they make."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from registers.test_duplicates import REVIEWED, SIGNED, X, Y, roster
from rosters.test_links_on_roster import alike
from rosters.test_perhaps_rows import AS_OF, REGISTERS, TEXT, agree_in_parts, write
from shibie.cli.app import app
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet

PACK = loads(TEXT)
COLUMNS = ("kind", "household_id", "member_id", "field", "was", "value", "evidence", "officer", "date")  # fmt: skip


def corrected(folder: Path, acts: Iterable[tuple[str, ...]]) -> Path:
    """A roster with corrections: (household, member, field, was, value)."""
    write(folder / "acts.csv", COLUMNS, [("correction", *each, *SIGNED) for each in acts])
    return folder


def every_way(ruleset: RuleSet, folder: Path) -> dict[str, str]:
    """The decisions; in parts and household by household the same as of the whole."""
    return {hid: each.eligibility for hid, each in agree_in_parts(folder, ruleset).items()}


@pytest.mark.parametrize(
    ("field", "before", "after"),
    [
        # Two cars without a number, of 孙一 and of 李怡; which of two people has which name?
        ("name", {"A1": "pending", "A2": "eligible"}, {"A1": "eligible", "A2": "pending"}),
        ("village", {"A1": "pending", "A2": "eligible"}, {"A1": "eligible", "A2": "pending"}),
    ],
)
def test_a_row_without_a_number_fits_by_what_is_corrected(
    tmp_path: Path, field: str, before: dict[str, str], after: dict[str, str]
) -> None:
    people = [("A1", "1", "孙一", X), ("A2", "1", "李仪" if field == "name" else "李怡", Y)]
    folder = roster(tmp_path, people=people)
    cars = [("", "孙一", "甲村", "是"), ("", "李怡", "甲村" if field == "name" else "乙村", "是")]
    write(folder / "registers" / "cars.csv", REGISTERS["cars"], cars)
    assert decisions(alike(folder)) == before == every_way(PACK, folder)
    acts = {
        "name": [("A1", "1", "name", "孙一", "孙二"), ("A2", "1", "name", "李仪", "李怡")],
        "village": [("A1", "", "village", "甲村", "丙村"), ("A2", "", "village", "甲村", "乙村")],
    }[field]
    corrected(folder, acts)
    assert decisions(alike(folder)) == after == every_way(PACK, folder)


def decisions(found: dict[str, Any]) -> dict[str, str]:
    return {row["household_id"]: row["eligibility"] for row in found["decisions"]}


def test_a_name_that_was_blank_is_as_if_it_stood_there(tmp_path: Path) -> None:
    folder = roster(tmp_path, people=[("A1", "1", "", X), ("A2", "1", "李四", Y)])
    write(folder / "registers" / "cars.csv", REGISTERS["cars"], [("", "李四", "", "是")])
    blank = {"A1": "pending", "A2": "pending"}
    assert decisions(alike(folder)) == blank == every_way(PACK, folder)
    corrected(folder, [("A1", "1", "name", "", "张三")])
    named = {"A1": "eligible", "A2": "pending"}
    assert decisions(alike(folder)) == named == every_way(PACK, folder)


@pytest.mark.parametrize(
    ("number", "acts", "eligibility"),
    [
        ("", [("A2", "1", "id_number", "", X)], "pending"),
        ("", [("A2", "1", "id_number", "", "511902550228001")], "pending"),
        (Y, [("A2", "1", "证件号码", Y, X)], "pending"),
        (X, [("A2", "1", "id_number", X, Y)], "eligible"),
        (Y, [("A1", "1", "id_number", X, Y)], "pending"),
    ],
)  # fmt: skip
def test_who_is_in_two_households_by_a_correction(
    tmp_path: Path, number: str, acts: list[tuple[str, ...]], eligibility: str
) -> None:
    folder = roster(tmp_path, people=[("A1", "1", "张三", X), ("A2", "1", "张三", number)])
    corrected(folder, acts)
    assert every_way(REVIEWED, folder) == {"A1": eligibility, "A2": eligibility}


def test_a_register_that_matches_by_a_correction_alone_is_no_warning(tmp_path: Path) -> None:
    """Of whichever household is asked; without the correction each is warned of."""
    (tmp_path / "pack").mkdir()
    (tmp_path / "pack" / "ruleset.yaml").write_text(TEXT, encoding="utf-8")
    people = [("A1", "1", "张三", X), ("A2", "1", "李四", "")]
    folder = roster(tmp_path / "roster", people=people)
    write(folder / "registers" / "cars.csv", REGISTERS["cars"], [(Y, "", "", "否")])
    asked = ["--rules", str(tmp_path / "pack"), "--as-of", str(AS_OF)]

    def status(command: str, *more: str) -> int:
        return CliRunner().invoke(app, [command, str(folder), *asked, *more]).exit_code

    of_both = [("check",), *(("explain", "-h", hid) for hid in ("A1", "A2"))]
    assert [status(*each) for each in of_both] == [3, 3, 3]
    corrected(folder, [("A2", "1", "id_number", "", Y)])
    with (folder / "acts.csv").open(encoding="utf-8", newline="") as lines:
        assert len(list(csv.reader(lines))) == 2
    assert [status(*each) for each in of_both] == [0, 0, 0]
