"""Where people state a unit: read exactly, or refused; never passed over."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shibie.errors import InputError
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from support.books import as_export, book, write_xlsx

PACK, AS_OF = load("bazhong-2015"), date(2015, 12, 20)
Row = list[Any]
WAGE = "工资性收入"


def persons(header: str = WAGE, wage: Any = 0.2) -> list[Row]:
    """The five persons of `book`, their household's wages all the same."""
    rows = as_export(book())["一人一行"]
    at = rows[0].index(WAGE)
    rows[0][at] = header
    for row in rows[1:]:
        row[at] = wage
    return rows


def wages(tmp_path: Path, rows: list[Row]) -> set[Decimal | None]:
    path = write_xlsx(tmp_path / "held.xlsx", {"Sheet1": rows})
    return {each.wage_income for each in read_roster(path, PACK, AS_OF).households}  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "line",
    [
        "石磨村收入情况表 单位\uff1a万元", "收入情况表\uff08金额\uff1a万元\uff09", "金额单位\uff1a人民币万元",
        "单位\uff08万元\uff09", "计量单位\uff1a万元/年", "以下金额均为万元", "收入单位为万圆", "单位\uff1aW元",
    ],
)  # fmt: skip
def test_in_a_line_above(tmp_path: Path, line: str) -> None:
    assert wages(tmp_path, [[line], *persons()]) == {Decimal(2000)}


@pytest.mark.parametrize(
    "line", ["2800元以下农户", "收入超万元户名单", "0.28万元以下农户", "石磨村2015年"]
)
def test_an_amount_in_a_title_is_no_unit(tmp_path: Path, line: str) -> None:
    assert wages(tmp_path, [[line], *persons(wage=2000)]) == {Decimal(2000)}


def test_a_month_in_a_line_above(tmp_path: Path) -> None:
    assert wages(tmp_path, [["收入表\uff08单位\uff1a元/月\uff09"], *persons(wage=100)]) == {
        Decimal(1200)
    }


@pytest.mark.parametrize("line", ["单位\uff1a元/人·年", "单位\uff1a元、万元"])
def test_refused_in_a_line_above(tmp_path: Path, line: str) -> None:
    with pytest.raises(InputError):
        wages(tmp_path, [[line], *persons()])


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (f"{WAGE}\uff08仟元\uff09", 200), (f"{WAGE}(w元)", 2000), (f"{WAGE}(月均)", Decimal("2.4")),
        (f"{WAGE}(元每月)", Decimal("2.4")), (f"{WAGE}(税后)", Decimal("0.2")),
        (f"{WAGE}(2014年10月-2015年9月)", Decimal("0.2")), (f"{WAGE}(含月养老金)", Decimal("0.2")),
    ],
)  # fmt: skip
def test_in_the_header(tmp_path: Path, header: str, found: Decimal | int) -> None:
    assert wages(tmp_path, persons(header)) == {Decimal(found)}


@pytest.mark.parametrize(
    "said", ["人均", "人均\uff0c元", "前三季度", "2015年11月", "千", "月/元", "近三年合计"]
)
def test_refused_in_the_header(tmp_path: Path, said: str) -> None:
    with pytest.raises(InputError) as refused:
        wages(tmp_path, persons(f"{WAGE}\uff08{said}\uff09"))
    assert "不能准确换算为“元/年”" in refused.value.problems[0].what.zh


def grouped(group: str) -> list[Row]:
    first, *rest = persons(wage=100)
    at = first.index(WAGE)
    above = [group if index == at else None for index in range(len(first))]
    above = [
        text or (None if at <= index < at + 5 else first[index]) for index, text in enumerate(above)
    ]
    below = [text if at <= index < at + 5 else None for index, text in enumerate(first)]
    return [above, below, *rest]


def test_a_group_of_a_month(tmp_path: Path) -> None:
    assert wages(tmp_path, grouped("家庭月收入\uff08元\uff09")) == {Decimal(1200)}
    assert wages(tmp_path, grouped("家庭月收入")) == {Decimal(1200)}
    assert wages(tmp_path, grouped("家庭1-12月收入")) == {Decimal(100)}


def test_a_group_of_each_person(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="人均"):
        wages(tmp_path, grouped("家庭人均年收入\uff08元\uff09"))


def test_a_row_of_units_with_hints(tmp_path: Path) -> None:
    """A dash and words that say how to fill a column in do not make a row of units one of persons."""
    first, *rest = persons()
    units: Row = [None] * len(first)
    units[0], units[first.index("住房等级")], units[first.index("不愁吃")] = "—", "A/B/C/D", "是/否"
    units[first.index("劳动技能")] = "必填"
    units[first.index(WAGE)] = "万元"
    assert wages(tmp_path, [first, units, *rest]) == {Decimal(2000)}


def test_in_a_note_below(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        wages(tmp_path, [*persons(), ["注\uff1a以上收入单位均为万元"]])
    (problem,) = refused.value.problems
    assert problem.where == "Sheet1!7"
    assert problem.what.zh == "表下的说明写的单位是万元\uff0c而栏目“工资性收入”没有写单位"
    note = "注\uff1a以上收入单位均为元\uff0c人均2800元以下"
    assert wages(tmp_path, [*persons(wage=2000), [note]]) == {Decimal(2000)}
