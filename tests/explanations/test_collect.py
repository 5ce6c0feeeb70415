"""What to find out: the smallest sets that settle it whatever the answers are; and masking."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import combinations, product
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings

from shibie.case import Case
from shibie.engines.decide import decide, judgement
from shibie.explanations import collect, possible_answers
from shibie.explanations.account import account
from shibie.explanations.changed_cases import Lever, made
from shibie.explanations.collect import to_collect
from shibie.explanations.page import as_data, page
from shibie.explanations.possible_answers import answers
from shibie.explanations.text import short
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import load, loads
from support import households
from support.expressions import AS_OF
from support.probe import probe
from support.profiles import examples

DAY = date(2015, 12, 20)
PROBE = probe()
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


def settling(case: Case, facts: int) -> list[set[Lever]]:
    """The smallest sets of the first facts that settle a household, by deciding everything."""
    unknown = sorted(collect.unknown_levers(PROBE, case), key=collect._cost)[:facts]
    smallest: list[set[Lever]] = []
    for size in range(1, facts + 1):
        for levers in combinations(unknown, size):
            choices = [answers(PROBE, case, lever) for lever in levers]
            if any(each <= set(levers) for each in smallest) or not collect._few(choices):
                continue
            if all(
                judgement(*made(PROBE, case, changes)).eligibility != "pending"
                for changes in product(*choices)
            ):
                smallest.append(set(levers))
        if smallest and size >= 2:
            break
    return smallest


@given(households.partial())
@settings(max_examples=examples(quick=15, ci=30, deep=1000))
def test_no_set_that_settles_it_is_passed_over(facts: dict[str, Any]) -> None:
    case = case_from(PROBE, facts, AS_OF)
    with (
        patch.object(collect, "MOST_FACTS", 6),
        patch.object(collect, "MOST_ANSWERS", 150),
        patch.object(collect, "MOST_SETS", 99),
    ):
        found = to_collect(PROBE, case)
        if decide(PROBE, case).eligibility == "pending":
            sets = [set(each.levers) for each in found if each.settles]
            expected = settling(case, 6)
            assert len(sets) == len(expected)
            assert all(each in expected for each in sets)


def test_a_household_of_which_hardly_anything_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four thousand sets are tried, and hardly any needs more than one of its combinations."""
    ruleset = load("bazhong-2015")
    person = {"relation": "户主", "education": "小学"}
    case = case_from(ruleset, {"housing_grade": "D", "members": [person]}, DAY)
    decided = 0

    def counted(*given: Any) -> Any:
        nonlocal decided
        decided += 1
        return judgement(*given)

    for module in (collect, possible_answers):
        monkeypatch.setattr(module, "judgement", counted)
    assert not any(each.settles for each in to_collect(ruleset, case))
    assert 500 < decided < 5000


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
    assert facts == ["(从略)"]
    shown = "\n".join(
        [*short(told), json.dumps(as_data(told), ensure_ascii=False), page([told], rules, DAY)]
    )
    assert "需照料" in shown
    assert "长期慢性病" not in shown
