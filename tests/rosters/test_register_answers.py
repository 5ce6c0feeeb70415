"""Registers of which a part, an empty file, or a list that answers of everybody was given."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shibie
from shibie.errors import InputError
from shibie.rosters.finding import lay_out
from shibie.rosters.sheets import RowsLater, read_sheets
from shibie.ruleset.loader import load
from support import books
from support.books import PEOPLE

AS_OF = date(2015, 12, 20)
ENGINES = ("interpreter", "duckdb")
CARS = [["证件号码", "号牌", "车辆类型"], [PEOPLE[4], "川Y0001", "小型轿车"]]
BIKES = [["证件号码", "号牌", "车辆类型"], [PEOPLE[0], "川Y0002", "摩托车"]]


def delivered(folder: Path, title: str, file: str, **sheets: list[list[Any]]) -> Path:
    """A roster of which one register comes as a workbook."""
    book = books.book()
    del book[f"比对-{title}"]
    roster = books.write_folder(folder / "r", book)
    books.write_xlsx(roster / "registers" / file, sheets)
    return roster


def refused(roster: Path, engine: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as error:
        shibie.check("bazhong-2015", roster, AS_OF, engine=engine)
    return [(each.where, each.what.zh) for each in error.value.problems]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_other_half_of_a_register_is_not_left_aside(tmp_path: Path, engine: Any) -> None:
    """One sheet is recognised by its name; the other one would clear whoever is in it."""
    roster = delivered(tmp_path, "车辆登记比对", "车管所.xlsx", 汽车=CARS, 二轮=BIKES)
    ((where, message),) = refused(roster, engine)
    assert where == "registers/车管所.xlsx!二轮"
    assert (
        message
        == "栏目与已认作登记表的“registers/车管所.xlsx!汽车”一样：是它的另一部分，还是又一份？"
    )


@pytest.mark.parametrize(
    "other",
    [
        [CARS[0]],  # no row
        [["证件号码", "号牌"], [PEOPLE[0], "川Y0002"]],  # lacks what the rules read
        [["姓名", "车辆类型"], ["人1", "摩托车"]],  # numbers of nobody
    ],
)
def test_a_sheet_that_is_no_other_half(tmp_path: Path, other: list[list[Any]]) -> None:
    roster = delivered(tmp_path, "车辆登记比对", "车管所.xlsx", 汽车=CARS, 说明=other)
    with shibie.check("bazhong-2015", roster, AS_OF) as found:
        held = {row["household_id"]: row["eligibility"] for row in found.decisions}
    assert held["003"] == "ineligible"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("file", ["vehicles.xlsx", "车管所.xlsx"])
def test_a_workbook_without_a_cell_is_no_register(tmp_path: Path, file: str, engine: Any) -> None:
    ((where, message),) = refused(delivered(tmp_path, "车辆登记比对", file, Sheet1=[]), engine)
    assert where == f"registers/{file}"
    assert message == "缺少栏目：id_number 证件号码；第 1 行有：（空）"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("header", "answers", "no"),
    [
        ("是否财政供养", ("否", "是"), "否"),
        ("比对结果", ("有", "未查到"), "未查到"),
        ("财政供养人员情况", ("无", "在编"), "无"),
        ("是否有记录", ("×", "√"), "×"),
        ("单位", ("县中学", "无"), "无"),
    ],
)
def test_a_list_that_answers_of_everybody_is_no_register(
    tmp_path: Path, header: str, answers: tuple[str, str], no: str, engine: Any
) -> None:
    """Of a register every row counts: 否 would exclude the family."""
    rows = [["证件号码", header], [PEOPLE[0], answers[0]], [PEOPLE[1], answers[1]]]
    ((where, message),) = refused(
        delivered(tmp_path, "财政供养比对", "财政供养.xlsx", 反馈=rows), engine
    )
    assert where == "registers/财政供养.xlsx!1"
    assert message == (
        f"栏目“{header}”中有“{no}”：像是逐人答复的反馈表；作为登记表，每一行都算有登记"
    )


@pytest.mark.parametrize(
    ("headers", "cells"),
    [
        (["是否财政供养"], ["是"]),
        (["是否退休"], ["否"]),
        (["单位", "岗位"], ["县中学", "无"]),
        (["备注"], ["无"]),
    ],
)
def test_columns_that_answer_nothing_else(
    tmp_path: Path, headers: list[str], cells: list[str]
) -> None:
    rows = [["证件号码", *headers], [PEOPLE[4], *cells]]
    with shibie.check(
        "bazhong-2015", delivered(tmp_path, "财政供养比对", "财政供养.xlsx", 名单=rows), AS_OF
    ) as found:
        held = {row["household_id"]: row["grounds"] for row in found.decisions}
    assert "payroll" in held["003"]


HOUSES = ["权利人", "证件号码", "房产类型", "坐落"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("header", ["共有人证件号码", "证件号码2", "第二权利人身份证号"])
@pytest.mark.parametrize("number", [PEOPLE[4], PEOPLE[4][:6] + "********" + PEOPLE[4][14:]])
def test_further_owners_are_not_left_unread(
    tmp_path: Path, header: str, number: str, engine: Any
) -> None:
    rows = [[*HOUSES, header], ["赵一", PEOPLE[10], "商品房", "甲", ""], ["钱二", PEOPLE[11], "商品房", "乙", number]]  # fmt: skip
    ((where, message),) = refused(
        delivered(tmp_path, "房产登记比对", "不动产.xlsx", 房产=rows), engine
    )
    assert where == "registers/不动产.xlsx!1"
    assert message == f"栏目“{header}”中也有证件号码，没有读：这些人会被当作没有登记"


@pytest.mark.parametrize(
    ("header", "cell"),
    [("共有人证件号码", ""), ("不动产权证号", "川(2015)第0001号"), ("经办人身份证号", PEOPLE[4])],
)
def test_columns_of_numbers_that_name_no_owner(tmp_path: Path, header: str, cell: str) -> None:
    rows = [[*HOUSES, header], ["赵一", PEOPLE[0], "商品房", "甲", cell]]
    roster = delivered(tmp_path, "房产登记比对", "不动产.xlsx", 房产=rows)
    with shibie.check("bazhong-2015", roster, AS_OF) as found:
        held = {row["household_id"]: row["grounds"] for row in found.decisions}
    assert "commercial_housing" in held["001"]


def test_a_register_of_any_size_is_not_held_to_be_looked_through(tmp_path: Path) -> None:
    rows = [["证件号码", "单位", "共有人身份证号"], [PEOPLE[4], "县中学", ""]]
    book = books.book() | {"比对-财政供养比对": rows}
    sheets = read_sheets(books.write_folder(tmp_path / "r", book))
    lay_out(sheets, load("bazhong-2015"), AS_OF)
    (payroll,) = (each for each in sheets if each.name == "registers/payroll")
    assert isinstance(payroll.rows, RowsLater)
    assert not payroll.rows.held
