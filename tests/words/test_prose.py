"""Conditions as sentences: every kind of node, and what was found with its numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given

from shibie.engines.place import Place
from shibie.engines.trace import trace
from shibie.language.parse import parse
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import load
from shibie.words.prose import describe, state
from shibie.words.values import amount
from support import households
from support.expressions import AS_OF, Both, conditions
from support.probe import probe

PROBE = probe()


@pytest.mark.parametrize(
    ("text", "chinese", "english"),
    [
        ("per_head < line", "人均低于线", "人均 is below 线"),
        ("wage_income >= 2855.5", "工资性收入不低于2,855.50 元", "wage income is at least 2,855.50 元"),
        ("not wage_income >= 1", "工资性收入低于1.00 元", "wage income is below 1.00 元"),
        ("visited_on <= as_of", "入户日期不晚于认定日期", "visited on is not after the day of judgement"),
        ('visited_on > date("2015-07-01")', "入户日期晚于2015 年 7 月 1 日", "visited on is after 2015-07-01"),
        ('level == "甲"', "级别是“甲”", "level is “甲”"),
        ('level in ["甲", "乙"]', "级别属于甲、乙", "level is one of 甲, 乙"),
        ('level not in ["甲", "乙"]', "级别不属于甲、乙", "level is none of 甲, 乙"),
        ('"因病" in risks', "风险含因病", "risks includes 因病"),
        ('"因病" not in risks', "风险不含因病", "risks lacks 因病"),
        ("flag", "标记", "flag"),
        ("not flag", "“标记”不成立", "not (flag)"),
        ("flag and (low or food_secure)", "标记，且（低收入，或不愁吃）", "flag, and (低收入, or food secure)"),
        ("known(wage_income)", "已知工资性收入", "known: wage income"),
        ("known(vehicles)", "已知车辆比对", "known: 车辆比对"),
        ("(1 if flag else 2) > 1", "（若标记则1，否则2）高于1", "(1 if flag, otherwise 2) is above 1"),
        ("(wage_income - (spending - 1)) * 2 > 0", "（工资性收入 - （自付支出 - 1）） × 2高于0.00 元",
         "(wage income - (spending - 1)) × 2 is above 0.00 元"),
        ("-rooms < abs(area)", "-房间数低于耕地的绝对值", "-rooms is below the size of area"),
        ("round(area, 1) > 0", "耕地（保留 1 位小数）高于0 亩", "area (to 1 places) is above 0 亩"),
        ("round(wage_income / members.count(), 2) > 0", "工资性收入 ÷ 家庭人口（保留 2 位小数）高于0.00 元",
         "wage income ÷ the number of members (to 2 places) is above 0.00 元"),
        ("floor(area, 1) > ceil(area)", "耕地（向下取到 1 位小数）高于耕地（向上取到 0 位小数）",
         "area (down to 1 places) is above area (up to 0 places)"),
        ("floor(wage_income / members.count(), 2) > ceil(wage_income / 12)",
         "工资性收入 ÷ 家庭人口（向下取到 2 位小数）高于工资性收入 ÷ 12（向上取到 0 位小数）",
         "wage income ÷ the number of members (down to 2 places) is above wage income ÷ 12 (up to 0 places)"),
        ("min(rooms, 3) < max(rooms, 5)", "房间数、3中最小者低于房间数、5中最大者",
         "the least of rooms, 3 is below the greatest of rooms, 5"),
        ("months_between(visited_on, as_of) > 1", "从入户日期到认定日期的整月数高于1",
         "completed months from visited on to the day of judgement is above 1"),
        ("year(visited_on) < month(as_of)", "入户日期的年份低于认定日期的月份",
         "the year of visited on is below the month of the day of judgement"),
        ("years_between(visited_on, as_of) > 1", "从入户日期到认定日期的整年数高于1",
         "completed years from visited on to the day of judgement is above 1"),
        ("days_between(visited_on, as_of) > 1", "从入户日期到认定日期的天数高于1",
         "days from visited on to the day of judgement is above 1"),
        ("members.any(age > 60)", "家中有人：年龄高于60", "some member: age is above 60"),
        ('members.all(sex == "女")', "家中每个人：性别是“女”", "every member: sex is “女”"),
        ("members.none(earning)", "家中没有人：有收入", "no member: 有收入"),
        ("vehicles.any(value > 3)", "车辆比对中有一条记录：车价高于3", "some row of 车辆比对: value is above 3"),
        ("vehicles.any(true) or vehicles.none(true)", "车辆比对有记录，或车辆比对没有记录",
         "车辆比对 has a row, or 车辆比对 has no row"),
        ("members.count(age > 60) > 1", "年龄高于60的人数高于1", "the number of members where age is above 60 is above 1"),
        ("accounts.sum(balance) > regional", "账户比对中balance之和高于地方线",
         "the sum of balance over 账户比对 is above 地方线"),
        ("vehicles.max(value) > 1", "车辆比对中车价的最大值高于1", "the greatest value over 车辆比对 is above 1"),
    ],
)  # fmt: skip
def test_sentence(text: str, chinese: str, english: str) -> None:
    node = parse(text, PROBE.names)
    assert describe(node, PROBE) == chinese
    assert describe(node, PROBE, "en") == english


def found(text: str, facts: dict[str, Any], lang: Any = "zh") -> str:
    pack = load("bazhong-2015")
    day = date(2015, 12, 20)
    node = parse(text, pack.names)
    return state(trace(node, Place.top(pack, case_from(pack, facts, day))), pack, day, lang)


POOR = {"wage_income": 6930, "business_income": 0, "property_income": 0, "transfer_income": 0, "production_cost": 0,
        "civil_registry": [], "members": [{}, {}, {}]}  # fmt: skip


def test_what_was_found_with_its_numbers() -> None:
    # 6930 / 3 = 2310.00
    line = "per_capita_net_income < poverty_line"
    assert found(line, POOR) == "家庭人均纯收入 2,310.00 元，低于 2015 年贫困线 2,855.00 元"
    # 9000 / 3 = 3000.00: not below, so it is stated as the opposite.
    assert (
        found(line, {**POOR, "wage_income": 9000})
        == "家庭人均纯收入 3,000.00 元，不低于 2015 年贫困线 2,855.00 元"
    )
    assert found(line, {**POOR, "wage_income": None}) == "家庭人均纯收入未知"
    assert found("low_income", POOR) == (
        "家庭人均纯收入低于贫困线：家庭人均纯收入 2,310.00 元，低于 2015 年贫困线 2,855.00 元"
    )
    assert found('housing_grade in ["C", "D"]', {"housing_grade": "B"}) == "住房等级：B"
    assert found("not food_secure or not clothing_secure", {"food_secure": False}) == "不愁吃：否"


def test_amounts() -> None:
    assert amount(Decimal("1234567.80"), unit="元/年") == "1,234,567.80 元"
    assert amount(frozenset()) == "无"
    assert amount(date(2015, 7, 1)) == "2015 年 7 月 1 日"
    assert amount(False, "en") == "no"


@given(conditions(partial=True, known=True), households.partial())
def test_every_random_condition_can_be_said(both: Both, facts: households.Given) -> None:
    node = parse(both.text, PROBE.names)
    said = trace(node, Place.top(PROBE, case_from(PROBE, facts, AS_OF)))
    assert describe(node, PROBE)
    assert state(said, PROBE, AS_OF)
    assert state(said, PROBE, AS_OF, "en")
