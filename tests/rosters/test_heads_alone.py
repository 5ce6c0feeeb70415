"""Lists of heads alone: refused where they say so, else said; never one-person households in silence."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shibie.errors import InputError
from shibie.rosters.roster import Roster, read_roster
from shibie.ruleset.loader import load
from support.books import HOUSEHOLD, PEOPLE, as_export, book, write_xlsx

PACK, AS_OF = load("bazhong-2015"), date(2015, 12, 20)
Row = list[Any]
OWN = ["甲村", 2000, 0, 0, 0, 0, "是", "是", "是", "是", "B", "否", "否"]


def heads(count: int, *further: str, cells: Row) -> list[Row]:
    """Households with their own columns, and further ones: `#` is the number of somebody."""
    rows: list[Row] = [[*HOUSEHOLD, *further]]
    for at in range(count):
        own = [PEOPLE[at] if cell == "#" else cell for cell in cells]
        rows.append([f"00{at}", *OWN, *own])
    return rows


def read(tmp_path: Path, rows: list[Row], **more: list[Row]) -> Roster:
    return read_roster(write_xlsx(tmp_path / "held.xlsx", {"Sheet1": rows, **more}), PACK, AS_OF)


@pytest.mark.parametrize(
    ("further", "cells"),
    [
        (["户主姓名", "身份证号"], ["甲", "#"]),
        (["户主姓名", "户主身份证号"], ["甲", "#"]),
        (["户主姓名", "户主身份证号", "与户主关系"], ["甲", "#", "户主"]),
        (["申请人姓名", "申请人身份证号"], ["甲", "#"]),
        (["户主姓名", "劳动技能"], ["甲", "普通劳动力"]),
    ],
)
def test_a_list_of_heads(tmp_path: Path, further: list[str], cells: Row) -> None:
    with pytest.raises(InputError) as refused:
        read(tmp_path, heads(3, *further, cells=cells))
    (problem,) = refused.value.problems
    assert problem.what.zh == "认作“户主名单”：只有户主，没有家庭成员，而认定要按每个人比对和计算"


def test_a_list_of_a_subsidy(tmp_path: Path) -> None:
    rows: list[Row] = [
        [
            "序号",
            "村",
            "家庭编号",
            "申请人姓名",
            "申请人身份证号",
            "家庭人口",
            "保障人口",
            "月保障金额",
        ],
        [1, "甲村", "A1", "甲", PEOPLE[0], 3, 2, 420],
    ]
    with pytest.raises(InputError) as refused:
        read(tmp_path, rows)
    assert "只有户主" in refused.value.problems[0].what.zh


def test_beside_members_it_is_the_households_own_table(tmp_path: Path) -> None:
    people = book()["成员"]
    rows = heads(4, "户主姓名", "身份证号", cells=["甲", "#"])
    del rows[1]  # the members are of 001, 002 and 003
    found = read(tmp_path, rows, 人口=people)
    assert [len(each.members) for each in found.households] == [2, 1, 2]


def test_persons_without_names(tmp_path: Path) -> None:
    """Numbers that stand in several rows are of families, whose head is named beside each."""
    rows = heads(3, "户主姓名", "证件号码", cells=["甲", "#"])
    rows[2][0] = "000"
    found = read(tmp_path, rows)
    assert [len(each.members) for each in found.households] == [2, 1]


def lone(found: Roster) -> list[str]:
    return [note.zh for note in found.notes if "每户都只有一人" in note.zh]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize(("count", "said"), [(5, True), (4, False)])
def test_households_of_one_person_each(tmp_path: Path, kind: str, count: int, said: bool) -> None:
    rows = heads(count, "姓名", "证件号码", "与户主关系", cells=["甲", "#", "户主"])
    if kind == "xlsx":
        found = read(tmp_path, rows)
        where = "Sheet1"
    else:
        path = tmp_path / "held.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(rows)
        found, where = read_roster(path, PACK, AS_OF), "held.csv"
    note = (
        f"{where}：{count} 户每户都只有一人；如果只列了户主，请补上其他成员，否则收入都按一人计算"
    )
    assert lone(found) == ([note] if said else [])
    assert len(found.households) == count


@pytest.mark.parametrize("merged", [False, True])
def test_families(tmp_path: Path, merged: bool) -> None:
    """Of merged cells each number stands in one row, and yet families have more persons."""
    sheets = book()
    for number in ("004", "005", "006"):
        sheets["农户"].append([number, *OWN])
        sheets["成员"].append([number, "1", "丙", None, "户主", "普通劳动力", "健康"])
    assert lone(read(tmp_path, as_export(sheets, merged=merged)["一人一行"])) == []
