"""A household that waits for a verdict on what somebody who does not count has: why, and what settles it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shibie.case import Case
from shibie.engines.decide import decide
from shibie.explanations.account import account
from shibie.explanations.collect import to_collect
from shibie.explanations.explanation import Explanation
from shibie.explanations.page import as_data
from shibie.explanations.search import counterfactuals
from shibie.explanations.text import short
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet

DAY = date(2015, 12, 20)
PACK = """
ruleset: {id: cars, title: 车, effective: {from: 2015-01-01, to: 2016-12-31}}
fields: [{of: member, name: away, title: 不在家, type: bool}]
comparisons:
  - id: compare_cars
    title: 车辆比对
    register: cars
    columns: {id_number: citizen_id, kind: {type: code, codes: [轿车, 摩托]}}
    match: id_number
    checks: owns_vehicle
    hit: kind == "轿车"
persons: {counted: not away, uncounted: review}
criteria: [{id: low, title: 收入低, when: wage_income < 3000}]
poor: low
exclusions: [{id: car, title: 有车, when: RULE}]
"""


def pack(rule: str = "owns_vehicle, statement: 户中有轿车, refutable: true") -> RuleSet:
    return loads(PACK.replace("RULE", rule))


RULES = pack()
NOTED = loads(PACK.replace("RULE", "owns_vehicle").replace(", uncounted: review", ""))
ONLY_UPHELD = pack("owns_vehicle, verdicts: [upheld]")
TWO_CARS = pack('cars.count(kind == "轿车") > 1, refutable: true')
CAR, MOTORCYCLE = [{"kind": "轿车"}], [{"kind": "摩托"}]


def case(ruleset: RuleSet, *away: tuple[bool, list[Any] | None], **more: Any) -> Case:
    """张三 is at home; of the others whether they are away, and their cars; None: not to be matched."""
    others = [
        {"name": name, "relation": "其他", "away": gone}
        | ({"id_number": None} if cars is None else {"cars": cars})
        for name, (gone, cars) in zip(("李四", "王五", "赵六"), away, strict=False)
    ]
    members = [{"name": "张三", "relation": "户主", "away": False}, *others]
    given = {"wage_income": 2000, "owns_vehicle": False, "members": members, **more}
    return case_from(ruleset, given, DAY)


def told(ruleset: RuleSet, found: Case, lang: Any = "zh") -> Explanation:
    return account(ruleset, found, decide(ruleset, found), lang)


def reason(explained: Explanation) -> tuple[str, str]:
    """Outcome and words of the rule, among what the result rests on."""
    (found,) = (each for each in explained.why if each.rule_id == "car")
    return found.outcome, found.said


def test_it_says_of_whom_it_is_so_and_what_to_find_out() -> None:
    found = case(RULES, (True, CAR), (True, MOTORCYCLE), (False, []))
    lines = short(told(RULES, found))
    assert lines[2:4] == [
        "为什么：收入低：工资性收入 2,000.00 元，低于3,000.00 元；"
        "有车：李四如计入人口，即成立：有车辆（车辆比对第 1 行，李四）",
        "要查清：户中有轿车是否属实：户中有轿车，经核实不属实 → 纳入；户中有轿车，经核实属实 → 不纳入（有车）",
    ]  # fmt: skip
    english = short(told(RULES, found, "en"), "en")
    assert "有车: would hold if 李四 counted" in english[2]
    assert english[3].startswith("to find out: 户中有轿车: whether it is so: ")
    assert "户中有轿车' is refuted → eligible" in english[3]


def test_data_names_it_as_the_summary_does() -> None:
    found = as_data(told(RULES, case(RULES, (True, CAR))))
    (car,) = (each for each in found["why"] if each["rule"] == "car")
    assert (car["outcome"], car["facts"][0]["title"]) == ("uncounted_hit", "有车辆")
    (first, *_) = found["to_collect"]
    assert first["settles"] is True
    assert [each["leads_to"] for each in found["would_change"]][:1] == ["eligible"]


def test_each_of_whom_it_would_hold_is_named_or_else_all_together() -> None:
    assert reason(told(RULES, case(RULES, (True, CAR), (True, CAR), (True, []))))[1].startswith(
        "李四、王五如计入人口"
    )
    one_each = case(TWO_CARS, (True, CAR), (True, CAR))
    assert reason(told(TWO_CARS, one_each))[1].startswith("李四、王五如计入人口，即成立：")


def test_a_verdict_is_the_nearest_change_either_way() -> None:
    found = case(RULES, (True, CAR))
    nearest, *_ = counterfactuals(RULES, found)
    (change,) = nearest.changes
    assert (change.lever.kind, change.value, nearest.who) == ("verdict", "refuted", "officer")
    against = counterfactuals(RULES, found, target="ineligible")
    assert ("verdict", "upheld") in [
        (change.lever.kind, change.value) for each in against for change in each.changes
    ]


@pytest.mark.parametrize("verdict", ["refuted", "exempt"])
def test_an_eligible_household_says_that_it_was_verified(verdict: str) -> None:
    found = case(RULES, (True, CAR), adjudications={"car": verdict})
    explained = told(RULES, found)
    assert explained.eligibility == "eligible"
    words = {"refuted": "户中有轿车，经核实不属实", "exempt": "户中有轿车，经核实属实但例外"}
    assert words[verdict] in explained.why_not[0].because
    # The verdict says it: not once more that it is so of him.
    assert [line for line in explained.moved if "不计入人口" in line] == []


def test_only_verdicts_that_the_rule_allows_are_proposed() -> None:
    found = case(ONLY_UPHELD, (True, CAR))
    (first, *_) = to_collect(ONLY_UPHELD, found)
    assert [(a.changes[0].value, a.leads_to) for a in first.answers] == [("upheld", "ineligible")]
    assert not first.settles
    (line,) = (each for each in short(told(ONLY_UPHELD, found)) if each.startswith("要查清"))
    assert line == (
        "要查清：有车：“有车”经核实属实 → 不纳入（有车）。"
        "办法：这条规则只可核实为属实；如不属实，须更正它所依据的事实"
    )
    assert not any(
        change.lever.kind == "verdict"
        for each in counterfactuals(ONLY_UPHELD, found)
        for change in each.changes
    )


def test_a_rule_with_an_exception_only_as_well() -> None:
    ruleset = pack("owns_vehicle, verdicts: [exempt]")
    (line,) = (
        each
        for each in short(told(ruleset, case(ruleset, (True, CAR))))
        if each.startswith("要查清")
    )
    assert line.endswith("“有车”经核实属实但例外 → 纳入。办法：这条规则只可核实为属实但例外")


def test_what_is_not_known_of_him_is_to_be_found_out_with_it() -> None:
    found = case(RULES, (True, None), (False, []))
    explained = told(RULES, found)
    assert explained.eligibility == "pending"
    assert reason(explained)[0] == "unknown"
    (first, *_) = explained.collect
    assert {lever.kind for lever in first.found.levers} == {"rows", "verdict"}
    assert first.settles
    results = {(len(each.changes), each.leads_to) for each in first.found.answers}
    assert results == {(1, "eligible"), (2, "eligible"), (2, "ineligible")}


def test_a_pack_that_only_notes_it_asks_nothing() -> None:
    explained = told(NOTED, case(NOTED, (True, CAR)))
    assert (explained.eligibility, explained.collect) == ("eligible", ())
    assert [each.outcome for each in explained.others if each.rule_id == "car"] == ["false"]
    assert "不计入人口的人有此情形：有车" in explained.moved
