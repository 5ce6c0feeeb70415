"""Counterfactuals: they flip the decision, none smaller exists, and nobody is told to hide a thing."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shibie.case import Case
from shibie.checking_in_python import Checked, check
from shibie.engines.decide import decide
from shibie.explanations.changeable_facts import step_of
from shibie.explanations.changed_cases import FactChange, made
from shibie.explanations.search import Counterfactual, counterfactuals
from shibie.explanations.thresholds import first_that_will_do
from shibie.explanations.trials import Trials
from shibie.rosters.household_input import case_from
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load, loads
from support import households
from support.expressions import AS_OF
from support.probe import HEAD, probe

PROBE = probe()
BAZHONG = load("bazhong-2015")
DAY = date(2015, 12, 20)
FIXTURES = Path(__file__).parents[2] / "fixtures"


def found(facts: dict[str, Any], **more: Any) -> tuple[Counterfactual, ...]:
    return counterfactuals(PROBE, case_from(PROBE, facts, AS_OF), most=99, **more)


def poor(**facts: Any) -> dict[str, Any]:
    member = {"wage": 5, "on_payroll": False, "vehicles": [], "accounts": []}
    return {
        "wage_income": 1000, "spending": 0, "housing_grade": "A", "owns_vehicle": False,
        "risks": [], "members": [member],
    } | facts  # fmt: skip


def levers(each: Counterfactual) -> set[tuple[str, str, Any]]:
    return {(c.lever.kind, c.lever.name, c.value) for c in each.changes}


# --- single cases, worked out by hand ----------------------------------------------------


def test_one_number_just_across_its_threshold() -> None:
    # Below 2855.50 a head: with one person an income of at most 2855.49, rounded to cents.
    plans = found(poor(wage_income=5000))
    assert {("field", "wage_income", Decimal("2855.49"))} in [levers(each) for each in plans]
    # Or a house that is unsafe; C and D do equally well.
    unsafe = next(each for each in plans if "housing_grade" in str(levers(each)))
    assert (unsafe.changes[0].value, unsafe.changes[0].also) == ("C", ("D",))


def test_two_persons_share_the_threshold() -> None:
    person = poor()["members"][0]
    # 2855.49 × 2 = 5710.98; 5710.98 / 2 = 2855.49, and 5710.99 / 2 = 2855.495 rounds up.
    plans = found(poor(wage_income=9000, members=[person, person]))
    assert {("field", "wage_income", Decimal("5710.98"))} in [levers(each) for each in plans]


def test_as_few_numbers_as_do_when_one_is_not_enough() -> None:
    plans = found(poor(wage_income=4000, spending=5000))
    # Neither alone can bring 9000 below 2855.50; the larger one goes to its end, which is
    # no income at all, and then the other as far as is needed.
    wanted = {("field", "spending", Decimal(0)), ("field", "wage_income", Decimal("2855.49"))}
    assert wanted in [levers(each) for each in plans]


def test_an_asset_is_an_officers_matter() -> None:
    hit = {**poor()["members"][0], "vehicles": [{"kind": "轿车", "value": 40000}]}
    plans = found(poor(members=[hit]))
    assert {each.who for each in plans} == {"officer"}
    assert levers(plans[0]) == {("verdict", "vehicle", "refuted")}
    # The row is another's, the kind is another, or the price is within the exception.
    assert {("row", "vehicles", False)} in [levers(each) for each in plans]
    assert {("column", "value", Decimal("29999.99"))} in [levers(each) for each in plans]


def test_what_cannot_be_refuted_is_not_refuted() -> None:
    paid = {**poor()["members"][0], "accounts": [{"bank": "财政", "balance": 1, "active": True}]}
    plans = found(poor(members=[paid]))
    assert not any(c.lever.kind == "verdict" for each in plans for c in each.changes)
    assert {("row", "accounts", False)} in [levers(each) for each in plans]


def test_every_ground_must_go() -> None:
    hit = {**poor()["members"][0], "vehicles": [{"kind": "轿车", "value": 40000}]}
    plans = found(poor(wage_income=5000, members=[hit]))
    assert min(len(each.changes) for each in plans) == 2
    assert {("verdict", "vehicle", "refuted"), ("field", "wage_income", Decimal("2855.49"))} in [
        levers(each) for each in plans
    ]


def test_by_rules_only() -> None:
    plans = found(poor(wage_income=5000), by="rules")
    # The line must rise above 5000.00; it is written with one decimal place.
    assert [levers(each) for each in plans] == [{("parameter", "line", Decimal("5000.1"))}]
    assert plans[0].who == "rule"


def test_an_eligible_household_is_flipped_out() -> None:
    plans = found(poor())
    assert {each.leads_to for each in plans} == {"ineligible"}
    assert {("field", "wage_income", Decimal("2855.50"))} in [levers(each) for each in plans]


def test_between_its_ends_a_constant_is_tried() -> None:
    rules = loads(
        HEAD + 'criteria: [{id: near, title: 近, when: "abs(wage_income - 500) < 2"}]\npoor: near\n'
    )
    (only,) = counterfactuals(rules, case_from(rules, {"wage_income": 0}, AS_OF))
    assert levers(only) == {("field", "wage_income", Decimal("498.01"))}


def test_another_search_may_propose() -> None:
    def stubborn(*_: Any) -> Iterator[frozenset[FactChange]]:
        from shibie.explanations.changed_cases import Lever

        yield frozenset([FactChange(Lever("field", "food_secure"), False)])  # does not help
        yield frozenset(
            [
                FactChange(Lever("field", "housing_grade"), "D"),
                FactChange(Lever("field", "rooms"), 3),
            ]
        )

    plans = found(poor(wage_income=5000), search=stubborn)
    # What does not lead there is dropped, and what is not needed is taken out.
    assert [levers(each) for each in plans] == [{("field", "housing_grade", "D")}]


def test_the_same_proposal_once() -> None:
    """An earned and an unearned cent less come to the same once the numbers are tight."""
    snap = load("us-snap-2024")
    member = {
        "born_on": "1985-05-01", "disabled": False, "receives_ssi_or_tanf": False,
        "earned_income": 1500, "unearned_income": 0, "medical_expenses": 0,
    }  # fmt: skip
    facts = {
        "shelter_costs": 0, "dependent_care": 0, "child_support_paid": 0, "homeless": False,
        "resources": 0, "liquid_resources": 0, "members": [member],
    }  # fmt: skip
    plans = counterfactuals(snap, case_from(snap, facts, date(2024, 3, 15)), most=99)
    proposals = [levers(each) for each in plans]
    assert proposals
    assert all(proposals.count(each) == 1 for each in proposals)


def test_a_search_may_not_try_more_than_it_is_allowed_to() -> None:
    facts = poor(wage_income=9000, members=[poor()["members"][0]] * 5)
    case = case_from(PROBE, facts, AS_OF)
    few, many = Trials(PROBE, case, most=3), Trials(PROBE, case)
    assert len(counterfactuals(PROBE, case, trials=few)) < len(
        counterfactuals(PROBE, case, trials=many)
    )
    assert (few.cut_short, many.cut_short) == (True, False)
    assert few.decisions < many.decisions < 20


@given(st.integers(1, 10**15), st.data())
def test_the_first_step_that_will_do(last: int, data: st.DataObject) -> None:
    """Whatever the guess, and with not many more tries than twice the halvings."""
    first = data.draw(st.integers(1, last))
    share = data.draw(st.none() | st.fractions(0, 1))
    tried: list[int] = []

    def will_do(step: int) -> bool:
        tried.append(step)
        return step >= first

    assert first_that_will_do(will_do, last, share) == first
    assert len(tried) <= 2 * last.bit_length() + 2
    assert first_that_will_do(will_do, last, Fraction(first, last)) == first


def test_a_straight_line_takes_few_tries() -> None:
    """A threshold a hundred thousand million away, to the cent."""
    case = case_from(PROBE, poor(wage_income=10**11), AS_OF)
    trials = Trials(PROBE, case)
    counterfactuals(PROBE, case, trials=trials)
    assert trials.comparisons < 60


# --- properties --------------------------------------------------------------------------


def single_edits(facts: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every household that differs in one declared fact, one row, or one verdict."""
    values: dict[str, list[Any]] = {
        "wage_income": [Decimal(0), Decimal("0.01"), Decimal(999999)],
        "spending": [Decimal(0), Decimal(999999)],
        "housing_grade": ["A", "D"],
    }
    for name, options in values.items():
        for value in options:
            yield {**facts, name: value}
    for rule in ("vehicle", "rich", "doubtful"):
        yield {**facts, "adjudications": {**facts["adjudications"], rule: "refuted"}}
    for index, member in enumerate(facts["members"]):
        for register in households.ROWS:
            for number in range(len(member.get(register, ()))):
                changed = copy.deepcopy(facts)
                del changed["members"][index][register][number]
                yield changed


@given(households.partial())
@settings(suppress_health_check=list(HealthCheck))
def test_no_smaller_one_is_missed(facts: dict[str, Any]) -> None:
    facts = {**facts, "trust_declarations": False}
    case = case_from(PROBE, facts, AS_OF)
    now = decide(PROBE, case).eligibility
    if now == "eligible":
        return
    flips = [
        edited
        for edited in single_edits(facts)
        if decide(PROBE, case_from(PROBE, edited, AS_OF)).eligibility == "eligible"
    ]
    if flips:
        plans = counterfactuals(PROBE, case)
        assert plans
        assert len(plans[0].changes) == 1


@given(households.partial())
@settings(suppress_health_check=list(HealthCheck))
def test_each_flips_the_decision_and_needs_all_its_changes(facts: dict[str, Any]) -> None:
    case = case_from(PROBE, facts, AS_OF)
    now = decide(PROBE, case).eligibility
    for by in ("facts", "rules"):
        for each in counterfactuals(PROBE, case, by=by):
            holds(PROBE, case, each)
            assert each.leads_to != now


def holds(ruleset: Any, case: Case, each: Counterfactual) -> None:
    """It leads there; without any one change, or a step short of one, it does not."""
    assert decide(*made(ruleset, case, each.changes)).eligibility == each.leads_to
    for change in each.changes:
        rest = [other for other in each.changes if other != change]
        assert decide(*made(ruleset, case, rest)).eligibility != each.leads_to, each
        if change.bound and change.before is not None and not isinstance(change.value, date):
            step: Any = step_of(ruleset, change.lever)
            back = step if change.bound == "most" else -step
            value: Any = change.value
            near = replace(change, value=type(value)(value + back))
            assert decide(*made(ruleset, case, [*rest, near])).eligibility != each.leads_to, each


@pytest.fixture(scope="module")
def township() -> Checked:
    return check(BAZHONG, read_roster(FIXTURES / "township-2015", BAZHONG, DAY), DAY)


def test_the_township(township: Checked) -> None:
    """Every 20th excluded household has one, each confirmed; assets are never the household's."""
    assets = {
        "owns_vehicle",
        "owns_commercial_housing",
        "runs_business",
        "on_payroll",
        "living_above_local",
    }
    excluded = [
        (case, decision)
        for case, decision in zip(township.cases, township.decisions, strict=True)
        if decision.eligibility == "ineligible"
    ][::20]
    assert len(excluded) > 70
    for case, decision in excluded:
        plans = counterfactuals(BAZHONG, case)
        assert plans, decision.household_id
        for each in plans:
            holds(BAZHONG, case, each)
            for change in each.changes:
                if change.lever.name in assets or change.lever.kind in ("row", "column", "rows"):
                    assert change.who == "officer"
            assert (each.who == "household") <= all(c.who == "household" for c in each.changes)
