"""Villages and groups that a table has no column for: rows between families, and the lines above."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from rosters.test_forms import AS_OF, PACK, Row, decided
from shibie.rosters.place_rows import place_row, village_above
from shibie.rosters.roster import read_roster
from support.books import PEOPLE, write_xlsx

HEADER = ["序号", "户主姓名", "姓名", "证件号码", "与户主关系", "工资性收入", "住房等级", "健康状况", "劳动技能"]  # fmt: skip


def family(serial: int, head: str, who: int) -> list[Row]:
    """A household of two: the head and a wife."""
    rest = ["健康", "普通劳动力"]
    return [
        [serial, head, head, PEOPLE[who], "户主", 1000, "D", *rest],
        ["", "", f"{head}妻", PEOPLE[who + 1], "配偶", "", "", *rest],
    ]


def one(text: str) -> Row:
    return [text]


SECTIONS: list[Row] = [
    ["建档立卡贫困户花名册"], HEADER,
    one("一、青杨村（2户）"), *family(1, "张一", 0), *family(2, "张二", 2),
    one("二、石磨村（2户4人）"), one("第一组"), *family(1, "李三", 4),
    one("二组：1户"), *family(2, "李四", 6), ["合计", "", "4户"],
]  # fmt: skip


def places(path: Path) -> list[tuple[str, Any, Any]]:
    roster = read_roster(path, PACK, AS_OF)
    return [(e.household_id, e.village, e.group) for e in roster.households]  # type: ignore[attr-defined]


def in_csv(path: Path, rows: Sequence[Row]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_rows_between_families_name_their_place(tmp_path: Path, kind: str) -> None:
    """Rows 3, 8, 9 and 12 of the sheet name places; each village counts its families anew."""
    path = tmp_path / f"名册.{kind}"
    path = write_xlsx(path, {"Sheet1": SECTIONS}) if kind == "xlsx" else in_csv(path, SECTIONS)
    found = decided(path)
    assert found.rejected == []
    assert places(path) == [
        ("青杨村-1", "青杨村", None), ("青杨村-2", "青杨村", None),
        ("石磨村-1", "石磨村", "第一组"), ("石磨村-2", "石磨村", "二组"),
    ]  # fmt: skip
    assert [*found.eligibility] == ["青杨村-1", "青杨村-2", "石磨村-1", "石磨村-2"]
    sheet = "Sheet1" if kind == "xlsx" else "名册.csv"
    assert (
        f"{sheet}：不是名册内容，已略去：地名 4 行（3、8、9、12）、合计 1 行（15）" in found.notes
    )
    assert f"{sheet}：没有村一栏，村取户与户之间写明的：青杨村、石磨村" in found.notes
    assert f"{sheet}：没有组一栏，组取户与户之间写明的：第一组、二组" in found.notes


def test_a_family_above_the_first_village_has_none(tmp_path: Path) -> None:
    rows = [HEADER, *family(1, "张一", 0), one("石磨村"), *family(1, "李三", 4)]
    assert places(write_xlsx(tmp_path / "a.xlsx", {"Sheet1": rows})) == [
        ("1", None, None), ("石磨村-1", "石磨村", None),
    ]  # fmt: skip


def test_with_numbers_of_their_own_households_keep_them(tmp_path: Path) -> None:
    rows = [["户编号", *HEADER[2:]], one("甲村"), ["A7", *family(1, "张一", 0)[0][2:]],
            one("乙村"), ["B7", *family(1, "李三", 4)[0][2:]]]  # fmt: skip
    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet1": rows})
    assert places(path) == [("A7", "甲村", None), ("B7", "乙村", None)]
    assert decided(path).rejected == []


def test_a_column_of_villages_is_not_overruled(tmp_path: Path) -> None:
    """Where each row says its village, a row that names one is left out and says nothing else."""
    rows = [["村", *HEADER], one("甲村"), ["甲村", *family(1, "张一", 0)[0]], one("乙村"),
            ["甲村", *family(2, "李三", 4)[0]]]  # fmt: skip
    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet1": rows})
    found = decided(path)
    assert {household for household, village, _ in places(path) if village == "甲村"} == {
        "甲村-1", "甲村-2",
    }  # fmt: skip
    assert found.rejected == []
    assert found.notes[0] == "Sheet1：不是名册内容，已略去：地名 2 行（2、4）"
    assert not any("取户与户之间写明的" in note for note in found.notes)


@pytest.mark.parametrize(
    ("above", "village"),
    [
        (["学堂山村建档立卡贫困户花名册"], "学堂山村"),
        (["建档立卡贫困户花名册", "填报单位（盖章）：石磨村委会    2015年12月"], "石磨村委会"),
        (["贫困人口名单", "村名：青杨"], "青杨"),
        (["石磨村"], "石磨村"),
        (["示例县示例镇石磨村贫困户花名册"], None),
        (["全村贫困户花名册"], None),
        (["农村低保花名册"], None),
        (["甲村花名册", "填报单位：乙村"], None),
        (["建档立卡贫困户花名册", "单位：元"], None),
    ],
)  # fmt: skip
def test_the_lines_above_name_the_village(
    tmp_path: Path, above: list[str], village: str | None
) -> None:
    rows = [*map(one, above), HEADER, *family(1, "张一", 0)]
    path = write_xlsx(tmp_path / "a.xlsx", {"Sheet1": rows})
    number = f"{village}-1" if village else "1"
    assert places(path) == [(number, village, None)]
    said = f"Sheet1：没有村一栏，村取表头上方写明的：{village}"
    assert (said in decided(path).notes) == (village is not None)


def test_a_row_between_families_counts_more_than_the_title(tmp_path: Path) -> None:
    rows = [one("甲村花名册"), HEADER, *family(1, "张一", 0), one("乙村"), *family(1, "李三", 4)]
    assert places(write_xlsx(tmp_path / "a.xlsx", {"Sheet1": rows})) == [
        ("甲村-1", "甲村", None), ("乙村-1", "乙村", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text", ["张三", "李村长", "1", "合计", "一户", "组长：张三", "A-3", "石磨村张三"]
)
def test_what_names_no_place(text: str) -> None:
    assert place_row(text) is None


def test_one_of_several_villages_above_is_not_chosen() -> None:
    assert village_above(["甲村花名册", "乙村花名册"]) == ""
    assert village_above(["甲村花名册", "填报单位：甲村"]) == "甲村"
