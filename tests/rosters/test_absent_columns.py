"""A register without a column of which the pack says what its rows then have."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shibie
from support import folders

AS_OF = date(2015, 12, 20)
HOMES = {f"H{at}": [(f"人{at}", "户主", at)] for at in range(1, 7)}
HEADER = "id_number,person_name,name,operating"
# Read in SQL; read by Python, for the blank before the word; about somebody, by a masked number.
ROWS = [
    f"{folders.number(1)},人1,甲社,是", f"{folders.number(2)},人2,乙社,是",
    f"{folders.number(3)},人3,丙社, 是", f"{folders.masked(4)},人4,丁社,是",
    f"{folders.number(5)},人5,戊社,否",
]  # fmt: skip
ENGINES = ("interpreter", "duckdb")


def decided(folder: Path, lines: list[str], engine: Any) -> tuple[dict[str, Any], list[str], Any]:
    """Each household's eligibility with what is unknown of it, the notes, and the rejected."""
    roster = folders.folder(folder, HOMES)
    (roster / "registers" / "business.csv").write_text("\n".join([*lines, ""]), encoding="utf-8")
    with shibie.check("bazhong-2015", roster, AS_OF, engine=engine, lang="zh") as result:
        found = {
            row["household_id"]: " ".join([row["eligibility"], *row["unknown"]])
            for row in result.decisions
        }
        rejected = [(row["row"], row["field"], row["value"]) for row in result.rejected]
        return found, [note for note in result.notes if "business" in note], rejected


@pytest.mark.parametrize("engine", ENGINES)
def test_without_the_column_every_row_has_what_the_pack_says(tmp_path: Path, engine: Any) -> None:
    found, notes, rejected = decided(tmp_path, [HEADER, *ROWS], engine)
    assert found == {
        "H1": "ineligible",
        "H2": "ineligible",
        "H3": "ineligible",
        "H4": "pending business[5]",
        "H5": "eligible",
        "H6": "eligible",
    }
    assert notes == [
        "registers/business.csv：没有“身份”一栏，每一行都当作“经营者”；不是的，请补上这一栏"
    ]
    assert rejected == []


@pytest.mark.parametrize("engine", ENGINES)
def test_with_the_column_a_blank_cell_is_unknown(tmp_path: Path, engine: Any) -> None:
    """A word that cannot be read is no blank, nor what the pack says: the row is incomplete."""
    roles = ["合作社成员", "理事长", "", "社员", "社长"]
    rows = [f"{row},{role}" for row, role in zip(ROWS, roles, strict=True)]
    found, notes, rejected = decided(tmp_path, [f"{HEADER},身份", *rows], engine)
    assert found == {
        "H1": "eligible",
        "H2": "ineligible",
        "H3": "pending business[4].role",
        "H4": "eligible",
        "H5": "pending members[1].business",
        "H6": "eligible",
    }
    assert notes == []
    assert rejected == [(6, "role", "社长")]


def test_an_empty_register_without_the_column_needs_no_word(tmp_path: Path) -> None:
    found, notes, _ = decided(tmp_path, [HEADER], "interpreter")
    assert set(found.values()) == {"eligible"}
    assert not any("身份" in note for note in notes)


def test_a_household_as_data_has_the_column_if_it_has_the_key() -> None:
    """A key that is not there is a column that is not there; null is a blank cell."""
    row = {"name": "甲社", "operating": True}
    rows = {
        "ineligible": row, "pending": {**row, "role": None}, "eligible": {**row, "role": "成员"},
    }  # fmt: skip
    given = {
        "wage_income": 1000, "business_income": 0, "property_income": 0, "transfer_income": 0,
        "production_cost": 0, "living_above_local": False, "members": [{"labor": "普通劳动力"}],
        **{key: [] for key in shibie.load("bazhong-2015").registers},
    }  # fmt: skip
    for expected, each in rows.items():
        member = {"id_number": folders.number(1), "name": "人1", "business": [each]}
        decision = shibie.decide("bazhong-2015", {**given, "members": [member]}, AS_OF)
        assert decision.eligibility == expected
