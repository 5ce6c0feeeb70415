"""Days, months and amounts as people write them: read where they are sure, else refused with what to write."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Literal

import pytest

import shibie
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell
from shibie.ruleset.loader import load
from support.books import as_export, book

PACK, AS_OF = load("bazhong-2015"), date(2015, 12, 20)
SPECS = {spec.name: spec for spec in (*PACK.vocabulary.household, *PACK.vocabulary.member)}


def refused(name: str, written: str) -> str:
    with pytest.raises(CellError) as error:
        read_cell(written, SPECS[name], AS_OF)
    return error.value.reason.zh


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("二〇一四年十二月一日", date(2014, 12, 1)), ("二零一四年十二月三十一日", date(2014, 12, 31)),
        ("二\u25cb一四年12月1日", date(2014, 12, 1)), ("2014年十二月1日", date(2014, 12, 1)),
        ("2014年12月1号", date(2014, 12, 1)), ("2014年 十一月 二十号", date(2014, 11, 20)),
        ("2014\u201412\u201401", date(2014, 12, 1)), ("2014.12.1.", date(2014, 12, 1)),
        ("'2014-12-01", date(2014, 12, 1)), ("2014年12月1日\u3002", date(2014, 12, 1)),
    ],
)  # fmt: skip
def test_days(written: str, day: date) -> None:
    assert read_cell(written, SPECS["exited_on"], AS_OF) == day


@pytest.mark.parametrize(
    "written", ["14.12.1", "14-12-01", "14年12月1日", "14年12月", "14年", "'14/12/1"]
)
def test_a_year_of_two_digits(written: str) -> None:
    assert refused("exited_on", written) == "年份只有两位，请写四位，如 2014-12-01"


@pytest.mark.parametrize("written", ["二〇一四年十二月", "2014-12月"])
def test_a_month_without_a_day(written: str) -> None:
    assert refused("exited_on", written) == "缺少日，请写完整的日期，如 2014-12-31"


@pytest.mark.parametrize(
    "written", ["2014年底", "2014年度", "2014年上半年", "2014年三季度", "2014年春节"]
)
def test_a_part_of_a_year(written: str) -> None:
    assert refused("exited_on", written) == "缺少月、日，请写完整的日期，如 2014-12-31"


@pytest.mark.parametrize(
    "written", ["一四年十二月一日", "1/12/2014", "二〇一四年十三日", "2014年十二月三十二日"]
)
def test_what_is_no_day(written: str) -> None:
    assert refused("exited_on", written) in ("应为日期，如 2015-07-01", "没有这一天")


@pytest.mark.parametrize(
    ("written", "months"),
    [
        ("六个月", 6), ("两个月", 2), ("十二个月", 12), ("半年", 6), ("一年", 12), ("1 年", 12),
        ("全年", 12), ("3个月", 3), ("零", 0), ("'6", 6),
    ],
)  # fmt: skip
def test_months(written: str, months: int) -> None:
    assert read_cell(written, SPECS["work_months"], AS_OF) == months


@pytest.mark.parametrize("written", ["常年", "两年", "180天", "一个半年"])
def test_what_is_no_number_of_months(written: str) -> None:
    assert refused("work_months", written) == "应为月数，如 6"


@pytest.mark.parametrize("name", ["work_months", "wage_income"])
@pytest.mark.parametrize("written", ["无", "没有", "無"])
def test_none_is_no_number(name: str, written: str) -> None:
    """Who has none is not told from who has said nothing."""
    assert refused(name, written) == "应为数字；没有请填 0，不知道请留空"


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("3w", "30000"), ("1.2W", "12000"), ("3k", "3000"), ("三千", "3000"), ("三千元", "3000"),
        ("叁仟元整", "3000"), ("两万五千", "25000"), ("3000元整", "3000"), ("人民币3000元", "3000"),
        ("3000块钱", "3000"), ("RMB3000", "3000"), ("3000¥", "3000"), ("3000/年", "3000"), ("'3000", "3000"),
        ("3000.000", "3000"), ("0.000", "0"), ("零", "0"),
    ],
)  # fmt: skip
def test_amounts(written: str, yuan: str) -> None:
    assert read_cell(written, SPECS["wage_income"], AS_OF) == Decimal(yuan)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("3.000", "分不清是 3 还是 3000，请写整数或两位小数"),
        ("12.500", "分不清是 12.5 还是 12500，请写整数或两位小数"),
        ("1,2000", "逗号的位置不对，请不带逗号重写，如 12000"),
        ("12,00元", "逗号的位置不对，请不带逗号重写，如 12000"),
        ("一万二", "请写出整个数，不用“万”"),
        ("250/月", "这里应填每年的数（元/年），写的是每月的，请换算"),
        ("三千五", "应为数字"),
        ("3000+2000", "应为数字"),
        ("3kw", "应为数字"),
        ("w", "应为数字"),
    ],
)
def test_amounts_that_are_not_sure(written: str, reason: str) -> None:
    assert refused("wage_income", written) == reason


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_by_either_path(tmp_path: Path, engine: Literal["interpreter", "duckdb"]) -> None:
    """90,000 of one person is above the line; 3,000 of two is below it, and waits for registers."""
    rows = as_export(book())["一人一行"]
    wage = rows[0].index("工资性收入")
    rows[0] += ["脱贫日期", "务工月数"]
    for row, amount, day, months in zip(
        rows[1:],
        ("3k", "三千", "9w", "3.000", "3000"),
        ("二〇一四年十二月一日", "2014-12-01", "14.12.1", "", ""),
        ("半年", "6个月", "无", "", "全年"),
        strict=True,
    ):
        row[wage] = amount
        row += [day, months]
    path = tmp_path / "held.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(rows)
    with shibie.check(PACK, path, AS_OF, engine=engine, trust_declarations=True) as result:
        assert {each["household_id"]: each["eligibility"] for each in result.decisions} == {
            "001": "pending"
        }
        assert [
            (each["row"], each["field"], each["value"], each["reason"]) for each in result.rejected
        ] == [
            (4, "exited_on", "14.12.1", "年份只有两位，请写四位，如 2014-12-01"),
            (4, "work_months", "无", "应为数字；没有请填 0，不知道请留空"),
            (5, "wage_income", "3.000", "分不清是 3 还是 3000，请写整数或两位小数"),
        ]
