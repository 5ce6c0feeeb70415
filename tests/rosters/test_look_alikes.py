"""Letters that look like others: in numbers of persons, grades and marks they are these."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

import pytest

import shibie
from shibie.citizen_id import CitizenIdError, make, parse
from shibie.errors import InputError
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell
from shibie.ruleset.loader import load
from shibie.vocabulary import FieldSpec
from support.books import as_export, book, write_xlsx

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
# Its check character is X.
WITH_X = make("511921", date(1970, 3, 4), 7)
CYRILLIC_X, GREEK_X, CYRILLIC_C, CYRILLIC_B, GREEK_B = (
    "\u0425",
    "\u03a7",
    "\u0421",
    "\u0412",
    "\u0392",
)


def test_the_number_ends_in_x() -> None:
    assert WITH_X == "51192119700304007X"


@pytest.mark.parametrize("last", [CYRILLIC_X, "\u0445", GREEK_X, "\u03c7", "\u2169", "\uff38", "x"])
def test_the_last_character_of_a_citizen_number(last: str) -> None:
    assert parse(WITH_X[:-1] + last).number == WITH_X


@pytest.mark.parametrize("before", ["'", "\u2019", "\u2018", "`"])
def test_an_apostrophe_before_a_citizen_number(before: str) -> None:
    assert parse(before + WITH_X).number == WITH_X


@pytest.mark.parametrize("number", [WITH_X[:-1] + "\u00d7", WITH_X[:-1] + "*", "O" + WITH_X[1:]])
def test_what_is_no_letter_x(number: str) -> None:
    with pytest.raises(CitizenIdError):
        parse(number)


@pytest.mark.parametrize(
    ("written", "grade"),
    [
        (CYRILLIC_C, "C"),
        (f"{CYRILLIC_C}级", "C"),
        (CYRILLIC_B, "B"),
        (f"{GREEK_B}级", "B"),
        ("\u0410", "A"),
    ],
)
def test_grades(written: str, grade: str) -> None:
    (spec,) = (each for each in PACK.vocabulary.household if each.name == "housing_grade")
    assert read_cell(written, spec, AS_OF) == grade


@pytest.mark.parametrize(
    ("written", "value"),
    [(CYRILLIC_X, False), ("\u2715", False), ("\u2573", False), ("V", True), ("v", True)],
)
def test_marks(written: str, value: bool) -> None:
    assert read_cell(written, FieldSpec("safe_water", "饮水安全", "bool"), AS_OF) is value


@pytest.mark.parametrize("written", ["\u25cb", "\u2610", "VX", "\u2612"])
def test_marks_that_are_not_sure(written: str) -> None:
    with pytest.raises(CellError):
        read_cell(written, FieldSpec("safe_water", "饮水安全", "bool"), AS_OF)


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_by_either_path(tmp_path: Path, engine: Literal["interpreter", "duckdb"]) -> None:
    rows = as_export(book())["一人一行"]
    grade, number = rows[0].index("住房等级"), rows[0].index("证件号码")
    for row in rows[1:]:
        row[grade] = f"{CYRILLIC_B}级"
    rows[1][number] = WITH_X[:-1] + CYRILLIC_X
    path = write_xlsx(tmp_path / "held.xlsx", {"Sheet1": rows})
    with shibie.check(PACK, path, AS_OF, engine=engine, trust_declarations=True) as result:
        assert list(result.rejected) == []
        assert {each["household_id"]: each["eligibility"] for each in result.decisions} == {
            "001": "pending", "002": "ineligible", "003": "pending",
        }  # fmt: skip


def test_a_household_is_not_cut_by_a_letter_of_another_script(tmp_path: Path) -> None:
    """Its head alone was decided, and his family rejected as one without a head."""
    rows = as_export(book())["一人一行"]
    rows[1][0], rows[2][0] = "\u0410001", "A001"
    with pytest.raises(InputError) as refused:
        shibie.check(PACK, write_xlsx(tmp_path / "held.xlsx", {"Sheet1": rows}), AS_OF)
    assert "“A001”与“\u0410001”" in refused.value.problems[0].what.zh
