"""Names as registers have them, and cells that have slipped: no row is lost for how it is written."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shibie
from registers.test_delivered import HOUSEHOLDS, MEMBERS, PACK

ENGINES = ("interpreter", "duckdb")
# 90,000 yuan in the bank: whoever may have it waits, the other one is decided.
THE_FIRST = {"A1": "pending", "A2": "eligible"}
BOTH = {"A1": "pending", "A2": "pending"}
NEITHER = {"A1": "eligible", "A2": "eligible"}


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("pack")
    text = PACK.format(more="or_match: {name: owner}").replace("bank: text", "owner: text")
    (folder / "ruleset.yaml").write_text(text, encoding="utf-8")
    return str(folder)


def decided(
    folder: Path, pack: str, row: str, engine: Any, members: str = MEMBERS
) -> dict[str, str]:
    (folder / "registers").mkdir(exist_ok=True)
    (folder / "households.csv").write_text(HOUSEHOLDS, encoding="utf-8")
    (folder / "members.csv").write_text(members, encoding="utf-8")
    text = f"id_number,owner,balance,opened_on\n{row},90000,2014-01-01\n"
    (folder / "registers" / "deposits.csv").write_text(text, encoding="utf-8")
    with shibie.check(pack, folder, date(2016, 1, 1), engine=engine) as found:
        return {row["household_id"]: row["eligibility"] for row in found.decisions}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (",张三", THE_FIRST),
        (",王五", NEITHER),
        # The beginning of a name tells people apart beside a part of a number only.
        (",张", BOTH),
        ("511902********0010,张", THE_FIRST),
        ("511902********0010,李", NEITHER),
        ("511902********0010,张先生", THE_FIRST),
        ("511902********0010,李女士", NEITHER),
        ("511902********0010,张三 13900000000", THE_FIRST),
        # A number in a list before the name, or alone, tells nothing.
        (",1.张三", BOTH),
        (",１２", BOTH),
        # Two names with a space between them, and one that is set apart.
        (",王五六 张三", BOTH),
        (",张 三", THE_FIRST),
        # The number stands where the name should, and the name where the number should.
        ("张三,511902195502280010", BOTH),
        ("张三,", BOTH),
        # The cells of the row have slipped to the left.
        ("张三,外乡中心小学", BOTH),
        # Why there is no number is no name.
        ("无,张三", THE_FIRST),
        ("未提供,张三", THE_FIRST),
        ("证件遗失,张三", THE_FIRST),
        ("511902****0010,张三", THE_FIRST),
    ],
)  # fmt: skip
def test_whom_a_row_without_a_usable_number_holds_up(
    tmp_path: Path, pack: str, row: str, expected: dict[str, str], engine: Any
) -> None:
    assert decided(tmp_path, pack, row, engine) == expected


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["张先生", "张三（小）", "张三 13900000000"])
def test_a_roster_name_that_is_not_whole_fits_whatever_a_row_says(
    tmp_path: Path, pack: str, name: str, engine: Any
) -> None:
    members = MEMBERS.replace("张三", name)
    assert decided(tmp_path, pack, ",张三", engine, members) == THE_FIRST


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", ["张三2", "张"])
def test_a_roster_name_with_a_digit_behind_it_or_of_one_letter_is_whole(
    tmp_path: Path, pack: str, name: str, engine: Any
) -> None:
    members = MEMBERS.replace("张三", name)
    assert decided(tmp_path, pack, ",张三", engine, members)["A1"] == "eligible"
    assert decided(tmp_path, pack, f",{name}", engine, members)["A1"] == "pending"
