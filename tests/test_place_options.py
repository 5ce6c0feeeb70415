"""What a place chooses in a few lines of its own: its poverty line, its province's line; and forms of
policy that the language must be able to say, as other places wrote them."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fixtures import make_township

import shibie
from shibie.checking_in_python import check
from shibie.errors import RulesetError
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load, loads
from shibie.ruleset.model import RuleSet
from support.folders import number

AS_OF = date(2015, 12, 20)
TOWNSHIP = Path(make_township.__file__).parent / "township-2015"
HEAD = (
    "ruleset: {{id: mine, title: 我县, effective: {{from: {year}-07-01, to: {year}-12-31}},"
    " provenance: reconstructed, extends: {base}}}\n"
)


def with_line(series: str) -> RuleSet:
    """bazhong-2015 with another line, as an officer would write it."""
    return loads(
        HEAD.format(year=2015, base="bazhong-2015")
        + "replaces: [facts.line_series]\n"
        + f"facts: [{{name: line_series, title: 所用的贫困线, value: '\"{series}\"'}}]\n"
    )


def test_the_line_that_a_place_used_moves_households_of_the_township() -> None:
    """2,855 is the default; 2,736 and 2,800 move the same six, 2,968 moves ten."""
    ruleset = load("bazhong-2015")
    roster = read_roster(TOWNSHIP, ruleset, AS_OF)

    def decisions(rules: RuleSet) -> dict[str, str]:
        found = check(rules, roster, AS_OF, "interpreter").decisions
        return {each.household_id: each.eligibility for each in found}

    usual = decisions(ruleset)
    assert Counter(usual.values()) == {"ineligible": 1499, "eligible": 455}
    moved = {}
    for series in ("巴中2014年", "上年国家线", "逐年增6%"):
        now = decisions(with_line(series))
        moved[series] = Counter(
            (usual[each], now[each]) for each in now if usual[each] != now[each]
        )
    fewer = {("eligible", "ineligible"): 5, ("eligible", "pending"): 1}
    assert moved == {
        "巴中2014年": fewer, "上年国家线": fewer, "逐年增6%": {("ineligible", "eligible"): 10},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("series", "day", "line"),
    [
        ("当年国家线", date(2015, 12, 20), 2855), ("当年国家线", date(2016, 1, 1), 2952),
        ("上年国家线", date(2015, 12, 31), 2800), ("上年国家线", date(2016, 1, 1), 2855),
        ("逐年增6%", date(2015, 7, 1), 2968), ("逐年增6%", date(2016, 1, 1), 3146),
        ("巴中2014年", date(2016, 12, 31), 2736),
    ],
)  # fmt: skip
def test_the_lines_by_year(series: str, day: date, line: int) -> None:
    assert load("bazhong-2015").parameters["poverty_line"].value(day, series) == line


@pytest.mark.parametrize(
    ("series", "values"),
    [
        ("当年国家线", (2995, 3218, 4000)), ("上年国家线", (2952, 2995, 3218)),
        ("逐年增6%", (3535, 3747, 3972)),
    ],
)  # fmt: skip
def test_the_lines_of_2018_to_2020(series: str, values: tuple[int, ...]) -> None:
    line = load("ten-principles-2018").parameters["poverty_line"]
    assert tuple(line.value(date(year, 12, 31), series) for year in (2018, 2019, 2020)) == values


def test_a_line_that_is_not_there_is_refused_with_the_nearest() -> None:
    with pytest.raises(RulesetError) as error:
        with_line("上年国家")
    (problem,) = error.value.problems
    assert problem.what.zh == "“贫困线”没有“上年国家”这一组数"
    assert problem.what.en == "poverty_line has no values for '上年国家'"
    assert problem.suggestion is not None
    assert "上年国家线" in problem.suggestion.zh


MONITORED: dict[str, Any] = {
    "province": "四川", "once_poor": True, "monitored_as": "未监测", "risks": ["因病"],
    "can_cope": False, "living_hardship": False, "wage_income": 7000, "business_income": 0,
    "property_income": 0, "transfer_income": 0, "production_cost": 0, "out_of_pocket": 0,
    "prior_income": 7000, "safe_water": True, "education_secured": True, "medical_secured": True,
    "housing_grade": "B",
}  # fmt: skip


def monitored(rules: RuleSet, **facts: Any) -> tuple[str, tuple[str, ...]]:
    """How a household is decided that no register has anything about."""
    member = {"id_number": number(1), "labor": "普通劳动力", "village_cadre": False}
    given = {**MONITORED, **facts, "members": [member], **{key: [] for key in rules.registers}}
    decision = shibie.decide(rules, given, date(2024, 7, 1))
    return decision.eligibility, tuple(decision.unknown)


def test_a_province_states_its_own_monitoring_line() -> None:
    """7,500 is made up. Where no line is stated none is borrowed, and only what needs it waits."""
    shipped = load("monitoring-2024")
    assert monitored(shipped) == ("pending", ("monitoring_line",))
    assert monitored(shipped, can_cope=True) == ("ineligible", ())
    own = loads(
        HEAD.format(year=2024, base="monitoring-2024")
        + "replaces: [parameters.monitoring_line]\n"
        + "parameters: {monitoring_line: {title: 监测范围, unit: 元/人·年, by: province,"
        + " otherwise: unknown, values: {四川省: {2024-01-01: 7500}}, source: 试验}}\n"
    )
    assert monitored(own) == ("eligible", ())
    assert monitored(own, wage_income=7500.01) == ("ineligible", ())
    assert monitored(own, province="云南") == ("pending", ("monitoring_line",))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "parameters: {cap: {title: 上限, otherwise: unknown, values: {2015-01-01: 1}}}\n",
            "without `by` there are no other keys",
        ),
        (
            "parameters: {cap: {title: 上限, by: '\"甲\"', values: {乙: {2015-01-01: 1}}}}\n"
            "facts: [{name: high, title: 高, value: wage_income > cap}]\n",
            "cap has no values for '甲'",
        ),
        (
            "comparisons: [{id: c, title: 比对, register: r, match: n, columns: {n: citizen_id,"
            " role: {type: code, codes: [法人, 成员], if_absent: 法定}}}]\n",
            "'法定' is not on the list of codes",
        ),
        (
            "comparisons: [{id: c, title: 比对, register: r, match: n, columns: {n: citizen_id,"
            " role: {type: text, if_absent: 法人}}}]\n",
            "only a column of type code takes if_absent",
        ),
    ],
)
def test_what_cannot_be_said(text: str, said: str) -> None:
    head = "ruleset: {id: a, title: 甲, effective: {from: 2015-01-01, to: 2015-12-31}}\n"
    with pytest.raises(RulesetError) as error:
        loads(head + text + 'poor: "true"\n')
    assert [problem.what.en for problem in error.value.problems] == [said]


GUANGXI = """
ruleset: {id: points, title: 打分, effective: {from: 2015-10-01, to: 2016-12-31}}
parameters:
  score_line: {title: 分数线, unit: 分, by: county, values: {示例县: {2015-10-01: 60}}}
fields:
  - {of: household, name: appliances, title: 家电分, type: integer, unit: 分, minimum: 0, maximum: 20}
  - {of: household, name: land, title: 耕地, type: decimal, unit: 亩, minimum: 0}
  - {of: member, name: misconduct, title: 吸毒赌博, type: bool}
facts:
  - {name: house_points, title: 住房分, unit: 分, value: '30 if housing_grade == "A" else (20 if housing_grade == "B" else (10 if housing_grade == "C" else 0))'}
  - {name: labour_points, title: 劳力分, unit: 分, value: 'min(10 * members.count(labor in ["普通劳动力", "技能劳动力"]), 30)'}
  - {name: score, title: 得分, unit: 分, value: house_points + labour_points + appliances + (10 if land >= 2 else 5)}
criteria: [{id: low_score, title: 得分不高于分数线, when: score <= score_line}]
poor: low_score
exclusions:
  - {id: veto, title: 一票否决, when: members.any(misconduct)}
  - {id: five, title: 五保户不在识别范围, when: 'attribute == "五保户"'}
tallies:
  - {id: false_exit, title: 标注脱贫而得分低的户, among: all, when: known(exited_on) and low_score}
"""


def test_points_with_vetoes_and_the_figures_of_an_audit_can_be_said() -> None:
    """30 + 20 + 10 + 5 = 65 is above 60; one able person less gives 55. A veto stands alone."""
    rules = loads(GUANGXI)
    able = {"labor": "普通劳动力", "misconduct": False}
    given: dict[str, Any] = {
        "county": "示例县", "attribute": "一般农户", "housing_grade": "A", "appliances": 10,
        "land": 1.5, "exited_on": "2015-11-30",
    }  # fmt: skip

    def grounds(members: list[dict[str, Any]], **facts: Any) -> tuple[str, tuple[str, ...]]:
        decision = shibie.decide(rules, {**given, **facts, "members": members}, AS_OF)
        return decision.eligibility, tuple(decision.grounds)

    assert grounds([able, able]) == ("ineligible", ("not_poor",))
    assert grounds([able]) == ("eligible", ())
    assert grounds([{**able, "misconduct": True}]) == ("ineligible", ("veto",))
    assert grounds([able], attribute="五保户") == ("ineligible", ("five",))
    assert grounds([able], county="别县") == ("pending", ())
    member = {**able, "household_id": "1", "member_id": "1"}
    roster = shibie.roster(
        rules, AS_OF, households=[{"household_id": "1", **given}], members=[member]
    )
    with shibie.check(rules, roster, AS_OF, engine="interpreter") as result:
        assert result.summary["tallies"]["false_exit"] == {"households": 1, "persons": 1}
