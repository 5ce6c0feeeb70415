"""Groups of columns: a group is not its first column, and what is said in it may be of somebody else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shibie.errors import InputError
from shibie.household import Household
from shibie.rosters.roster import Roster, read_roster
from shibie.ruleset.loader import load
from support.books import as_export, book, write_xlsx

PACK, AS_OF = load("bazhong-2015"), date(2015, 12, 20)
Row = list[Any]
WAGE = "工资性收入"


def persons(*without: str) -> list[Row]:
    """The five persons of `book`: of 001 two, of 002 one, of 003 two."""
    rows = as_export(book())["一人一行"]
    at = [index for index, title in enumerate(rows[0]) if title not in without]
    return [[row[index] for index in at] for row in rows]


def grouped(
    rows: list[Row], group: list[Any], below: list[str], cells: Row, *, at_top: bool = True
) -> list[Row]:
    """The same with columns of a group, each row with the same cells in them.

    Args:
        rows: with their header.
        group: what stands above the columns.
        below: their names.
        cells: of each row.
        at_top: whether the other columns have their names beside the group, or below it.
    """
    header, *people = rows
    blank = [None] * len(header)
    head = (
        [[*header, *group], [*blank, *below]] if at_top else [[*blank, *group], [*header, *below]]
    )
    return [*head, *([*row, *cells] for row in people)]


def read(tmp_path: Path, rows: list[Row]) -> Roster:
    return read_roster(write_xlsx(tmp_path / "held.xlsx", {"Sheet1": rows}), PACK, AS_OF)


def wages(found: Roster) -> set[Decimal | None]:
    return {each.wage_income for each in found.households if isinstance(each, Household)}


@pytest.mark.parametrize(
    "group", [[WAGE, None, None], [WAGE, WAGE, WAGE], [f"{WAGE}(元)", None, None]]
)
@pytest.mark.parametrize(
    "below",
    [["务工收入", "公益性岗位", "小计"], ["本地", "外出", "合计"], ["务工", "其他", "总计"]],
)
def test_the_total_of_a_group_is_the_group(
    tmp_path: Path, group: list[Any], below: list[str]
) -> None:
    found = read(tmp_path, grouped(persons(WAGE), group, below, [1000, 2000, 3000]))
    assert wages(found) == {Decimal(3000)}
    assert found.rejected == ()
    assert len(found.households) == 3


def test_a_group_is_in_the_unit_that_it_states(tmp_path: Path) -> None:
    rows = grouped(persons(WAGE), [f"{WAGE}(万元)", None], ["本地", "小计"], [0.1, 0.3])
    assert wages(read(tmp_path, rows)) == {Decimal(3000)}


@pytest.mark.parametrize("below", [["上年", "本年"], ["人数", "金额"]])
def test_without_a_total_no_column_is_the_group(tmp_path: Path, below: list[str]) -> None:
    found = read(tmp_path, grouped(persons(WAGE), [WAGE, None], below, [1, 2000]))
    assert wages(found) == {None}
    assert any("、".join(below) in note.zh for note in found.notes)


def test_two_columns_of_a_group_that_mean_the_same_are_refused(tmp_path: Path) -> None:
    rows = grouped(persons(WAGE), [WAGE, None], ["务工收入", "工资收入"], [1000, 2000])
    with pytest.raises(InputError) as refused:
        read(tmp_path, rows)
    assert refused.value.problems[0].what.zh == f"栏目“{WAGE}”出现两次"


def test_a_group_of_yes_and_no(tmp_path: Path) -> None:
    """One person of the household receives it; that is not the answer of each."""
    found = read(tmp_path, grouped(persons(), ["低保", None], ["人数", "是否享受"], [1, "否"]))
    assert {each.receives_dibao for of in found.households for each in of.members} == {False}  # type: ignore[attr-defined]
    assert found.rejected == ()


@pytest.mark.parametrize("at_top", [True, False])
@pytest.mark.parametrize(
    ("group", "below", "cells"),
    [
        ("劳动力", ["人数", "外出务工"], [7, 1]),
        ("享受低保情况", ["人数", "金额(元)"], [7, 420]),
        ("常住", ["人口数", "时间"], [7, "常年"]),
        ("户主信息", ["性别", "出生年月"], ["女", "1950.3"]),
        ("配偶信息", ["性别", "出生日期"], ["女", "1951-03-04"]),
        ("帮扶责任人", ["姓名", "身份证号"], ["甲", "无"]),
        ("联系人", ["姓名", "性别"], ["甲", "女"]),
    ],
)
def test_what_a_group_says_of_others(
    tmp_path: Path, group: str, below: list[str], cells: Row, at_top: bool
) -> None:  # fmt: skip
    found = read(tmp_path, grouped(persons(), [group, None], below, cells, at_top=at_top))
    assert found.rejected == ()
    assert {each.name for of in found.households for each in of.members} == {  # type: ignore[attr-defined]
        "人0", "人1", "人2", "人3", "人4",
    }  # fmt: skip


@pytest.mark.parametrize("at_top", [True, False])
def test_a_household_is_counted_in_its_group(tmp_path: Path, at_top: bool) -> None:
    rows = grouped(persons(), ["家庭情况", None], ["人口数", "耕地"], [2, 1], at_top=at_top)
    found = read(tmp_path, rows)
    assert [(each.household_id, each.reason.zh) for each in found.rejected] == [
        ("002", "写的是 2 人，名册上这一户有 1 行")
    ]


def test_a_unit_alone_on_the_right_is_no_group(tmp_path: Path) -> None:
    rows = persons()
    at = rows[0].index(WAGE)
    for row in rows[1:]:
        row[at] = 0.3
    rows.insert(0, [None] * 6 + ["单位 万元"])
    assert wages(read(tmp_path, rows)) == {Decimal(3000)}


def test_a_first_row_with_a_person_is_no_header(tmp_path: Path) -> None:
    """The columns 备注 have one name for two; whoever stands below is a person."""
    rows = persons()
    rows[0] += ["备注", None]
    for row in rows[1:]:
        row += ["无", "待定"]
    assert len(read(tmp_path, rows).households) == 3
