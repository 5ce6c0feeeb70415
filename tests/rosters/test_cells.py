"""Every kind of cell: what it means, or the reason why it is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell, shown
from shibie.vocabulary import FieldSpec, FieldType

AS_OF = date(2015, 12, 20)
NUMBER = "11010519491231002X"


def spec(kind: FieldType, **extra: Any) -> FieldSpec:
    return FieldSpec("field", "栏目", kind, **extra)


MONEY, FLAG, DAY, COUNT = spec("money"), spec("bool"), spec("date"), spec("integer")
IN_SHANGHAI = replace(DAY, time_zone="Asia/Shanghai")
NUMBER_OF_HOUSEHOLD = FieldSpec("household_id", "户编号", "text")
CAUSE = spec("code", codes=("因病", "因残", "因学"))
CAUSES = spec("codes", codes=("因病", "因残", "因学"))
MONEY_BY_YEAR = spec("money", unit="元/人·年")
KIN = spec(
    "code", codes=("户主", "配偶", "之儿媳"), words=(("本人", "户主"), ("妻子", "配偶"), ("儿媳", "之儿媳"), ("空", "")),
    unsure=(("媳妇", ("配偶", "之儿媳")),),
)  # fmt: skip
HIDDEN = replace(KIN, sensitive=True)


@pytest.mark.parametrize("cell", [None, "", "  ", "-", "—", "/", "N/A", "不详", "未知", "\u3000"])
def test_blank_is_unknown(cell: Any) -> None:
    for kind in (MONEY, FLAG, DAY, CAUSE, CAUSES, spec("text"), spec("citizen_id")):
        assert read_cell(cell, kind, AS_OF) is None


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        *((text, FLAG, True) for text in ("是", "√", "✓", "有", "Y", "TRUE", "1", 1, 1.0, True)),
        *((text, FLAG, False) for text in ("否", "×", "无", "n", "0", 0, False, "没有")),
        ("1,234.50", MONEY, Decimal("1234.50")),
        ("\uff11\uff12\uff0e\uff15", MONEY, Decimal("12.50")),
        ("3000元", MONEY, Decimal("3000.00")),
        ("¥3,000 元/年", MONEY, Decimal("3000.00")),
        ("-12.3", MONEY, Decimal("-12.30")),
        (1234.1, MONEY, Decimal("1234.10")),
        (0.1 + 0.2, MONEY, Decimal("0.30")),
        (3000, MONEY, Decimal("3000.00")),
        ("5", COUNT, 5),
        (5.0, COUNT, 5),
        ("8个月", COUNT, 8),
        ("2015-07-01", DAY, date(2015, 7, 1)),
        ("2015/7/1", DAY, date(2015, 7, 1)),
        ("2015.7.1", DAY, date(2015, 7, 1)),
        ("2015年7月1日", DAY, date(2015, 7, 1)),
        ("20150701", DAY, date(2015, 7, 1)),
        (20150701.0, DAY, date(2015, 7, 1)),
        (datetime(2015, 7, 1), DAY, date(2015, 7, 1)),
        ("20141231", DAY, date(2014, 12, 31)),
        ("2014.12.31", DAY, date(2014, 12, 31)),
        ("42004", DAY, date(2014, 12, 31)),
        (42004.0, DAY, date(2014, 12, 31)),
        (42004, DAY, date(2014, 12, 31)),
        ("2014-12-31 00:00:00", DAY, date(2014, 12, 31)),
        ("2014/12/31 0:00", DAY, date(2014, 12, 31)),
        ("2014-12-31T00:00:00.000", DAY, date(2014, 12, 31)),
        ("2014.12", replace(DAY, incomplete="last"), date(2014, 12, 31)),
        ("2014.12", replace(DAY, incomplete="first"), date(2014, 12, 1)),
        ("2015年2月", replace(DAY, incomplete="last"), date(2015, 2, 28)),
        ("201412", replace(DAY, incomplete="last"), date(2014, 12, 31)),
        ("2014", replace(DAY, incomplete="first"), date(2014, 1, 1)),
        (2014.0, replace(DAY, incomplete="last"), date(2014, 12, 31)),
        ("2014-12-31", replace(DAY, incomplete="first"), date(2014, 12, 31)),
        ("2015-06-01T00:00:00Z", IN_SHANGHAI, date(2015, 6, 1)),
        ("2015-06-30T16:00:00Z", IN_SHANGHAI, date(2015, 7, 1)),
        ("2015-06-30 15:59:59.999+00", IN_SHANGHAI, date(2015, 6, 30)),
        ("2015-07-01T00:00:00+08:00", IN_SHANGHAI, date(2015, 7, 1)),
        ("2015-06-30T12:00:00-0400", IN_SHANGHAI, date(2015, 7, 1)),
        (datetime(2015, 6, 30, 16, tzinfo=UTC), IN_SHANGHAI, date(2015, 7, 1)),
        ("\u200b移⺠ ", spec("text"), "移民"),
        ("石磨村（一社）", spec("text"), "石磨村(一社)"),
        ("1②号", spec("text"), "1②号"),
        ("⼾主", spec("code", codes=("户主",)), "户主"),
        ("5E16", NUMBER_OF_HOUSEHOLD, "5E16"),
        (51192110120700014080, NUMBER_OF_HOUSEHOLD, "51192110120700014080"),
        ("因病", CAUSE, "因病"),
        (" 01 因病 ", CAUSE, "因病"),
        ("1.因残", CAUSE, "因残"),
        ("0.3万", MONEY, Decimal(3000)),
        ("1.2万元", MONEY, Decimal(12000)),
        ("0.12345万", MONEY, Decimal("1234.5")),
        ("3万5千", MONEY, Decimal(35000)),
        ("-2百", MONEY, Decimal(-200)),
        ("1.5千万元/年", MONEY_BY_YEAR, Decimal(15000000)),
        ("2亿", MONEY, Decimal(200000000)),
        ("300元/年", MONEY_BY_YEAR, Decimal(300)),
        ("10个月", COUNT, 10),
        ("本人", KIN, "户主"),
        ("02 妻 子", KIN, "配偶"),
        ("空", KIN, None),
        ("已", FLAG, True),
        ("未", FLAG, False),
        ("因病、因残", CAUSES, frozenset(("因病", "因残"))),
        ("因病|因病", CAUSES, frozenset(("因病",))),
        ("无", CAUSES, frozenset()),
        ("无", spec("codes", codes=("无", "有")), frozenset(("无",))),
        ("01 因病、02 因残", CAUSES, frozenset(("因病", "因残"))),
        ("01 因病 02 因残", CAUSES, frozenset(("因病", "因残"))),
        ("因病  因残", CAUSES, frozenset(("因病", "因残"))),
        ("01-因病", CAUSE, "因病"),
        ("C/D级", spec("codes", codes=("A级", "C/D级")), frozenset(("C/D级",))),
        (3.0, spec("text"), "3"),
        ("无", spec("text"), "无"),
        ("11010519491231002x", spec("citizen_id"), NUMBER),
        ("110105491231002", spec("citizen_id"), NUMBER),
    ],
)
def test_read(cell: Any, kind: FieldSpec, value: Any) -> None:
    found = read_cell(cell, kind, AS_OF)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("cell", "kind", "reason"),
    [
        ("三千五", MONEY, "expected a number"),
        ("1,23", MONEY, "a comma is in the wrong place; write the number without commas, e.g. 12000"),
        ("约3000", MONEY, "write the exact number, e.g. 3000, without 约 or 左右"),
        ("3000左右", MONEY, "write the exact number, e.g. 3000, without 约 or 左右"),
        ("三万多", MONEY, "write the number in full, without 万"),
        ("1万2", MONEY, "write the number in full, without 万"),
        ("1.5万2千", MONEY, "write the number in full, without 万"),
        ("3千5万", MONEY, "write the number in full, without 万"),
        ("1.00000055万", MONEY, "at most 2 decimal places"),
        ("1万", spec("decimal"), "write the number in full, without 万"),
        ("300元/月", MONEY_BY_YEAR, "the amount is to be per 年 (元/人·年), not per 月; convert it"),
        ("300元/年", spec("money", unit="元/月"), "the amount is to be per 月 (元/月), not per 年; convert it"),
        ("伤风", KIN, "not one of: 户主, 配偶, 之儿媳"),
        ("媳妇", KIN, "not certain, may mean 配偶, 之儿媳; write which"),
        ("妻子、儿媳", KIN, "only one may be written here, found 2"),
        ("老妻", KIN, "not one of: 户主, 配偶, 之儿媳; did you mean '配偶'?"),
        ("媳妇", HIDDEN, "not one of: 户主, 配偶, 之儿媳"),
        ("老妻", HIDDEN, "not one of: 户主, 配偶, 之儿媳"),
        ("1e3", MONEY, "expected a number"),
        (True, MONEY, "expected a number"),
        (float("nan"), MONEY, "expected a number"),
        (float("inf"), MONEY, "expected a number"),
        ("12.345", MONEY, "at most 2 decimal places"),
        (12.345, MONEY, "at most 2 decimal places"),
        ("1000000000000", MONEY, "too large (must be below 1000000000000)"),
        ("-1", spec("money", minimum=0), "must be at least 0"),
        ("13", spec("integer", maximum=12), "must be at most 12"),
        ("1.5", COUNT, "expected a whole number"),
        ("2", FLAG, "expected 是/否 (yes/no)"),
        ("可能", FLAG, "expected 是/否 (yes/no)"),
        ("2015-02-30", DAY, "there is no such day"),
        ("去年", DAY, "expected a date such as 2015-07-01"),
        (datetime(2015, 7, 1, 8), DAY, "expected a date without a time of day"),
        (42186.5, DAY, "expected a date such as 2015-07-01"),
        (80001, DAY, "expected a date such as 2015-07-01"),
        ("2014.12", DAY, "it lacks the day; write the whole date, such as 2014-12-31"),
        ("2014年12月", DAY, "it lacks the day; write the whole date, such as 2014-12-31"),
        ("2015-02", DAY, "it lacks the day; write the whole date, such as 2015-02-28"),
        ("2014", DAY, "it lacks month and day; write the whole date, such as 2014-12-31"),
        ("2014.13", DAY, "there is no such day"),
        (2014.1, replace(DAY, incomplete="last"), "it may be January or October; write the whole date, such as 2014-10-31"),
        ("2014.1", replace(DAY, incomplete="first"), "it may be January or October; write the whole date, such as 2014-10-31"),
        ("2015-06-01 08:00:00", DAY, "expected a date without a time of day"),
        ("2015-06-01 00:00:00.000000001", DAY, "expected a date without a time of day"),
        ("2015-06-01 24:00:00", DAY, "there is no such moment"),
        ("2015-06-01T00:00:00Z", DAY, "a moment with a time zone is a day only in some zone, and the rule set has no time_zone; write the date"),
        ("#N/A", DAY, "a formula has failed (#N/A); mend it, or write the value"),
        ("#ref!", spec("text"), "a formula has failed (#REF!); mend it, or write the value"),
        ("5.119E+17", NUMBER_OF_HOUSEHOLD, "the cell is a number and has lost digits; enter it again as text"),
        ("5.1E16", NUMBER_OF_HOUSEHOLD, "the cell is a number and has lost digits; enter it again as text"),
        ("５.11921Ｅ+18", NUMBER_OF_HOUSEHOLD, "the cell is a number and has lost digits; enter it again as text"),
        (5.119021002003e16, NUMBER_OF_HOUSEHOLD, "the cell is a number and has lost digits; enter it again as text"),
        (time(8), MONEY, "expected a number"),
        ("因贫", CAUSE, "not one of: 因病, 因残, 因学; did you mean '因病'?"),
        ("无", CAUSE, "not one of: 因病, 因残, 因学"),
        ("、", CAUSES, "no code is written; write 无 for none"),
        (float("nan"), spec("text"), "expected text"),
        (float("-inf"), spec("text"), "expected text"),
        ("因病、懒", CAUSES, "not one of: 因病, 因残, 因学"),
        (511921196301020030, spec("citizen_id"), "the cell is a number and has lost digits; enter it again as text"),
        (5.11921e17, spec("citizen_id"), "the cell is a number and has lost digits; enter it again as text"),
        ("110105194912310021", spec("citizen_id"), "its check character is 1, expected X: some digit is wrong"),
        ("11010520151221001X", spec("citizen_id"), "it holds a birth date after 2015-12-20"),
    ],
)  # fmt: skip
def test_refused(cell: Any, kind: FieldSpec, reason: str) -> None:
    with pytest.raises(CellError) as caught:
        read_cell(cell, kind, AS_OF)
    assert caught.value.reason.en == reason


@given(
    st.one_of(st.text(max_size=20), st.integers(), st.floats(), st.booleans(), st.dates(), st.datetimes(), st.times()),
    st.sampled_from([MONEY, FLAG, DAY, COUNT, CAUSE, CAUSES, spec("decimal"), spec("text"), spec("citizen_id")]),
)  # fmt: skip
def test_any_cell_is_read_or_refused(cell: Any, kind: FieldSpec) -> None:
    try:
        found = read_cell(cell, kind, AS_OF)
    except CellError:
        return
    assert not isinstance(found, float)


@given(st.decimals(-(10**11), 10**11, places=2))
def test_amounts_are_exact_in_every_spelling(amount: Decimal) -> None:
    for cell in (amount, str(amount), f"{amount:,}", f"{amount} 元"):
        assert read_cell(cell, MONEY, AS_OF) == amount


def test_what_a_message_shows_of_a_cell() -> None:
    assert shown(NUMBER, spec("citizen_id")) == "110*************2X"
    assert shown("患有大病", spec("codes", codes=("a",), sensitive=True)) == "****"
    assert shown("长" * 80, MONEY) == "长" * 60 + "…"


def test_what_a_word_is_like_is_asked_of_its_own_field() -> None:
    """Two fields that differ in their words alone suggest each its own code."""
    cow = spec("code", codes=("牛", "羊"), words=(("大黄牛", "牛"),))
    sheep = replace(cow, words=(("大黄牛", "羊"),))
    for field, meant in ((cow, "牛"), (sheep, "羊"), (cow, "牛")):
        with pytest.raises(CellError) as refused:
            read_cell("黄牛们", field, AS_OF)
        assert refused.value.reason.zh == f"不在代码表中（应为 牛、羊），是否为“{meant}”？"
