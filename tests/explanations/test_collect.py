"""What to find out: the smallest sets that settle it whatever the answers are; and masking."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, product
from math import prod
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import assume, given, settings

from shibie.case import Case
from shibie.engines.decide import decide, judgement
from shibie.explanations import collect
from shibie.explanations import settling as settling_sets
from shibie.explanations.account import account
from shibie.explanations.changed_cases import FactChange, Lever, made
from shibie.explanations.collect import to_collect, to_find_out
from shibie.explanations.page import as_data, page
from shibie.explanations.possible_answers import answers
from shibie.explanations.text import short
from shibie.explanations.trials import Trials
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import load, loads
from support import households
from support.expressions import AS_OF
from support.probe import probe
from support.profiles import examples

DAY = date(2015, 12, 20)
PROBE = probe()
BAZHONG = load("bazhong-2015")
RULES = loads(
    """
ruleset: {id: small, title: 小, effective: {from: 2015-01-01, to: 2016-12-31}}
criteria: [{id: low, title: 收入低, when: wage_income < 1000}]
poor: low
exclusions: [{id: car, title: 有车, when: owns_vehicle}]
"""
)


def found(facts: dict[str, Any]) -> Any:
    return to_collect(RULES, case_from(RULES, {"members": [{}], **facts}, DAY))


def names(each: Any) -> set[str]:
    return {lever.name for lever in each.levers}


def test_one_fact_that_settles_it() -> None:
    (only,) = found({"wage_income": 500})
    assert names(only) == {"owns_vehicle"}
    assert only.settles
    assert {(a.changes[0].value, a.leads_to) for a in only.answers} == {
        (True, "ineligible"), (False, "eligible"),
    }  # fmt: skip


def test_what_lies_between_two_turns_is_said_with_both() -> None:
    """`at least 1,000` alone would be false above 3,000."""
    ruleset = loads(
        """
ruleset: {id: between, title: 间, effective: {from: 2015-01-01, to: 2016-12-31}}
criteria: [{id: middle, title: 收入居中, when: wage_income >= 1000 and wage_income < 3000}]
poor: middle
"""
    )
    case = case_from(ruleset, {"members": [{"name": "张三", "relation": "户主"}]}, DAY)
    (line,) = (
        line
        for line in short(account(ruleset, case, decide(ruleset, case), "zh"))
        if line.startswith("要查清")
    )
    assert "工资性收入在 1,000.00 元至 2,999.99 元之间 → 纳入" in line
    assert "工资性收入不高于 999.99 元 → 不纳入" in line


def test_neither_of_two_alone() -> None:
    """A high wage or a car would settle it; a low wage or no car would not."""
    (only,) = found({})
    assert names(only) == {"wage_income", "owns_vehicle"}
    assert only.settles
    assert {answer.leads_to for answer in only.answers} == {"eligible", "ineligible"}


def test_a_number_on_both_sides_of_its_threshold() -> None:
    (only,) = found({"owns_vehicle": False})
    assert {(a.changes[0].value, a.changes[0].bound, a.leads_to) for a in only.answers} == {
        (Decimal("999.99"), "most", "eligible"), (Decimal("1000.00"), "least", "ineligible"),
    }  # fmt: skip


def test_a_decided_household_needs_nothing() -> None:
    assert found({"wage_income": 5000}) == ()


@given(households.partial())
@settings(max_examples=examples(quick=30, ci=60, deep=1500))
def test_whatever_the_answers_are_it_is_settled(facts: dict[str, Any]) -> None:
    case = case_from(PROBE, facts, AS_OF)
    for each in to_collect(PROBE, case):
        if not each.settles:
            continue
        choices = [answers(PROBE, case, lever) for lever in each.levers]
        for changes in product(*choices):
            assert decide(*made(PROBE, case, changes)).eligibility != "pending"


def decided(case: Case, changes: Sequence[FactChange]) -> bool:
    """Whether answers decide a household; a verdict answers only where its rule then holds."""
    others = [change for change in changes if change.lever.kind != "verdict"]
    there = decide(*made(PROBE, case, others))
    hold = {each.rule_id for each in there.findings if each.outcome == "true"}
    signed = [each for each in changes if each.lever.name in hold and each not in others]
    return judgement(*made(PROBE, case, [*others, *signed])).eligibility != "pending"


MOST, REACH = 6, 150


def settling(case: Case, unknown: Sequence[Lever]) -> list[set[Lever]]:
    """The smallest sets of facts that settle a household, by deciding everything."""
    smallest: list[set[Lever]] = []
    for size in range(1, len(unknown) + 1):
        for levers in combinations(unknown, size):
            choices = [answers(PROBE, case, lever) for lever in levers]
            combinations_ = prod(map(len, choices))
            if any(each <= set(levers) for each in smallest) or not combinations_:
                continue
            assert combinations_ <= REACH or size > 2
            if all(decided(case, changes) for changes in product(*choices)):
                smallest.append(set(levers))
        if smallest and size >= 2:
            break
    return smallest


@pytest.mark.parametrize("in_turn", [False, True])
@given(facts=households.partial())
@settings(max_examples=examples(quick=15, ci=30, deep=1000), deadline=None)
def test_no_set_that_settles_it_is_passed_over(in_turn: bool, facts: dict[str, Any]) -> None:
    """Also where answers are given one after another, as they are to sets with very many."""
    case = case_from(PROBE, facts, AS_OF)
    unknown = [*collect.unknown_levers(PROBE, case)]
    assume(decide(PROBE, case).eligibility == "pending" and len(unknown) <= MOST)
    with (
        patch.object(collect, "MOST_SETS", 99),
        patch.object(settling_sets, "MOST_ANSWERS", 0 if in_turn else 400),
    ):
        found = to_find_out(PROBE, case)
    sets = [set(each.levers) for each in found.sets if each.settles]
    expected = settling(case, unknown)
    assert not found.cut_short
    assert len(sets) == len(expected)
    assert all(each in expected for each in sets)
    assert all(set(found.needed) <= each for each in expected)


def sparse(people: int) -> Case:
    person = {"relation": "户主", "education": "小学"}
    return case_from(BAZHONG, {"housing_grade": "D", "members": [person] * people}, DAY)


@pytest.mark.parametrize(("people", "most"), [(1, 200), (3, 300), (12, 600)])
def test_a_household_of_which_hardly_anything_is_known(people: int, most: int) -> None:
    """What to find out is every comparison; few of the millions of combinations are decided."""
    case = sparse(people)
    trials = Trials(BAZHONG, case)
    found = to_find_out(BAZHONG, case, trials)
    (only,) = found.sets
    assert only.settles
    registers = set(BAZHONG.registers) - {"civil_affairs"}
    assert {lever.name for lever in only.levers if lever.kind == "rows"} == registers
    assert set(found.needed) == set(only.levers)
    assert {answer.leads_to for answer in only.answers} == {"eligible", "ineligible"}
    assert not found.cut_short
    assert trials.decisions <= most


def test_a_search_stops_where_it_may_try_no_more_and_says_so() -> None:
    """Six persons whom nobody could match: eight registers each, and more than can be tried."""
    person: dict[str, Any] = {"relation": "户主", "id_number": None}
    person |= {register: [] for register in BAZHONG.registers}
    case = case_from(BAZHONG, {"housing_grade": "D", "members": [person] * 6}, DAY)
    trials = Trials(BAZHONG, case, most=150)
    with patch.object(collect, "MOST_FOR_SETS", 150):
        found = to_find_out(BAZHONG, case, trials)
    assert found.cut_short
    assert trials.decisions <= 150 + settling_sets.MOST_ANSWERS
    told = account(BAZHONG, case, decide(BAZHONG, case))
    assert told.cut_short
    said = "没有试遍所有可能，不一定是最少的"
    assert any(said in line for line in short(told))
    assert said in page([told], BAZHONG, DAY)
    assert as_data(told)["cut_short"] is True


def test_health_is_withheld_where_a_rule_looks_at_it() -> None:
    rules = loads(
        """
ruleset: {id: small, title: 小, effective: {from: 2015-01-01, to: 2016-12-31}}
criteria: [{id: unable, title: 需照料, when: 'members.any("残疾" in health)'}]
poor: unable
"""
    )
    case = case_from(rules, {"members": [{"health": ["残疾", "长期慢性病"]}]}, DAY)
    told = account(rules, case, decide(rules, case))
    assert told.eligibility == "eligible"
    facts = [fact.value for each in told.why for fact in each.facts]
    assert facts == ["（从略）"]
    shown = "\n".join(
        [*short(told), json.dumps(as_data(told), ensure_ascii=False), page([told], rules, DAY)]
    )
    assert "需照料：1：健康状况（从略）" in shown
    assert "长期慢性病" not in shown


def test_of_a_sensitive_leaf_only_the_value_is_withheld() -> None:
    """What decides is told: a number made of it with what it is compared with, and other leaves."""
    rules = loads(
        """
ruleset: {id: small, title: 小, effective: {from: 2015-01-01, to: 2016-12-31}}
facts:
  - {name: sick, title: 病人数, unit: 人, value: 'members.count("患有大病" in health)'}
criteria:
  - {id: care, title: 需照料, when: 'sick >= 2 and wage_income < 100 and not members.any("残疾" in health)'}
poor: care
"""
    )
    people = [{"health": ["患有大病"]}, {"health": ["患有大病"]}]
    case = case_from(rules, {"wage_income": 5, "members": people}, DAY)
    told = account(rules, case, decide(rules, case))
    (why,) = told.why
    assert why.said == (
        "病人数 （从略），不低于2 人；工资性收入 5.00 元，低于100.00 元；健康状况（从略）"
    )
    assert ("病人数", "（从略）") in [(fact.title, fact.value) for fact in why.facts]
    shown = f"{why}{told.change}{[each.effects for each in told.change]}"
    assert "病人数 2" not in shown
    assert "effects='病人数" not in shown


@pytest.mark.parametrize(
    ("when", "on", "after"),
    [
        # Whom a rule asks for by years or months is told apart on the day, of whatever unit.
        ("years_between(born, as_of) >= line", "1955-12-20", "1955-12-21"),
        ("months_between(born, as_of) >= line * 12", "1955-12-20", "1955-12-21"),
        ("days_between(born, as_of) >= line", "2015-10-21", "2015-10-22"),
        # And where it turns and turns back.
        ("years_between(born, as_of) >= line and years_between(born, as_of) < 63", "1955-12-20", "1955-12-21"),
    ],
)  # fmt: skip
def test_a_day_that_is_not_known_has_the_days_on_which_the_result_turns(
    when: str, on: str, after: str
) -> None:
    ruleset = loads(
        f"""
ruleset: {{id: days, title: 日, vocabulary: bare, effective: {{from: 2015-01-01, to: 2016-12-31}}}}
parameters: {{line: {{title: 线, values: {{2015-01-01: 60}}}}}}
fields: [{{of: household, name: born, title: 出生日期, type: date}}]
poor: {when}
"""
    )
    (only,) = to_collect(ruleset, case_from(ruleset, {"members": [{}]}, DAY))
    told = {str(answer.changes[0].value): answer.leads_to for answer in only.answers}
    assert set(told.values()) == {"eligible", "ineligible"}
    given = answers(ruleset, case_from(ruleset, {"members": [{}]}, DAY), Lever("field", "born"))
    days = [str(each.value) for each in given]
    assert on in days
    assert days[days.index(on) + 1] == after
