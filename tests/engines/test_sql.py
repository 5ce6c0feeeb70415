"""The relational reading agrees with the interpreter on every random rule set and case."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlglot import exp

from shibie.checking_in_python import check
from shibie.engines.decide import decide
from shibie.engines.sql import decide_all, expressions
from shibie.engines.sql.building import binary, is_true, number
from shibie.language import tree
from shibie.language.operators import Key
from shibie.rosters.household_input import case_from
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from shibie.ruleset.model import RuleSet
from support.expressions import AS_OF
from support.probe import probe
from support.profiles import examples
from support.rulesets import ALIKE, POOL, fixed, rulesets

EXAMPLES = examples(quick=20, ci=40, deep=1000)
CASES = 20
relaxed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def agree(ruleset: RuleSet, given_: list[dict[str, Any]]) -> None:
    cases = [case_from(ruleset, facts, AS_OF) for facts in given_]
    found = decide_all(ruleset, cases)
    for one, by_sql in zip(cases, found, strict=True):
        assert by_sql == decide(ruleset, one)


# Mostly of those that are one run; now and then of the others, or of all together.
many = st.sampled_from([ALIKE[0], ALIKE[0], *ALIKE, POOL]).flatmap(
    lambda households: st.lists(st.sampled_from(households), min_size=CASES, max_size=CASES)
)


@relaxed
@given(rulesets(), many)
def test_random_rule_sets_and_cases(ruleset: RuleSet, given_: list[dict[str, Any]]) -> None:
    agree(ruleset, given_)


def forgetful(self: expressions.Compiler, node: tree.Quantifier, _place: str) -> Any:
    """What plain SQL does: bool_or skips NULLs, and nothing is ever unknown."""
    predicate = self.bound(node.predicate, self.items(node.collection))
    found = is_true(self.folded(node.collection, "or", predicate))
    return self.plan.derive(self.owner(node.collection), found)


def truncating(self: expressions.Compiler, node: tree.RoundQuotient, place: str) -> Any:
    above, below = self.value(node.numerator, place), self.value(node.denominator, place)
    return binary(exp.IntDiv, above, exp.Nullif(this=below, expression=number(0)))


def skipping(self: expressions.Compiler, node: tree.Extremum, place: str) -> Any:
    """GREATEST skips NULLs."""
    values = [self.value(operand, place) for operand in node.operands]
    return exp.func("GREATEST", *values)


@pytest.mark.parametrize(
    ("key", "broken", "low"),
    [
        ((tree.Quantifier, "any"), forgetful, "members.any(receives_dibao)"),
        (
            (tree.RoundQuotient, "nearest"),
            truncating,
            "round(wage_income / 3, 0) * 3 > wage_income",
        ),
        ((tree.Extremum, "max"), skipping, "max(wage_income, spending) > 2800"),
    ],
)
def test_a_broken_reading_is_caught(
    key: Key,
    broken: Callable[..., Any],
    low: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ruleset = fixed(unsafe=low, poor="unsafe")
    agree(ruleset, ALIKE[0])
    monkeypatch.setitem(expressions.CASES, key, broken)
    with pytest.raises(AssertionError):
        agree(replace(ruleset), ALIKE[0])  # for which nothing is compiled yet


REGRESSIONS = [
    # NOT before AND: sqlglot counts And among the functions, and left the brackets out.
    "flag and not (vehicles.count() > 0 and vehicles.all(value < 30000))",
    # A register not supplied goes by its own name, unmatched people by theirs.
    "members.any(on_payroll) or accounts.any(active)",
    # Facts of the household asked of its members, rows and back.
    "members.any(household.accounts.sum(balance) > wage and vehicles.any(value > household.per_head))",
    "vehicles.all(value > household.area or household.members.count(earning) == 2)",
    # A division by zero goes by the fact, or the rule, that it stands in.
    "members.all(round(wage / work_months, 2) > household.per_head)",
    "round(spending / rooms, 3) in [0.5, 2855.5, 1] or known(accounts) and regional < area",
    # A parameter by a whole number, with a value that has no series.
    "crowding > area or known(crowding) and wage_income < crowding",
    "members.min(since) < as_of and vehicles.max(value) >= 8566.5",
    "years_between(visited_on, as_of) >= 0 and members.any(age < 16 and years_between(since, as_of) < 2)",
    # Wide numbers: products that need more than 18 digits, and quotients of them.
    "round(wage_income * rooms / (area + 1), 0) > rooms * area",
    "wage_income * wage_income > spending * spending or round(wage_income * spending, 1) > 0.05",
    "round(-(wage_income * 0.005), 2) <= round(-spending * 0.5, 0)",
]


@pytest.mark.parametrize("condition", REGRESSIONS)
def test_regressions(condition: str) -> None:
    agree(fixed(unsafe=condition, poor="unsafe"), POOL)


def test_what_is_cut_off_for_a_comparison_stays_beyond_the_other_side() -> None:
    """The most that three amounts make is 2.97 more than three times the limit of their type."""
    amounts = "wage_income + wage_income + wage_income + 0.00000000000001"
    most = {"wage_income": "999999999999.99", "members": [{}]}
    given_ = [{**most, "spending": spending} for spending in ("3", "3.01", "5", "-5")]
    agree(fixed(unsafe=f"wage_income * spending > {amounts}", poor="unsafe"), given_)


def test_the_most_that_an_amount_can_be_is_found_in_a_list() -> None:
    given_: list[dict[str, Any]] = [
        {"wage_income": amount, "members": [{}]}
        for amount in ("999999999999.99", "999999999999", "100")
    ]
    for listed in ("[999999999999.99]", "[100, 999999999999.99]", "[999999999999, 1]"):
        agree(fixed(unsafe=f"wage_income in {listed}", poor="unsafe"), given_)


def test_cases_of_different_days_and_many_rules() -> None:
    """More rules than one flag word holds, and cases judged on several days."""
    rules = "criteria:\n" + "".join(
        f"  - {{id: c{n}, title: 标准{n}, when: 'wage_income < {n * 500}'}}\n" for n in range(70)
    )
    rules += "poor: c69\nexclusions:\n" + "".join(
        f"  - {{id: x{n}, title: 排除{n}, when: 'members.any(wage > {n * 1000})', refutable: true,"
        f" effect: {'review' if n % 2 else 'exclude'}}}\n"
        for n in range(130)
    )
    ruleset = probe(rules)
    cases = []
    for number_, facts in enumerate(ALIKE[0][:60]):
        verdicts = {f"x{number_}": "refuted", f"x{number_ + 1}": "exempt"}
        if number_ % 5 == 0:
            verdicts[f"x{129 - number_}"] = "upheld"
        day = [AS_OF, date(2015, 5, 31), date(2016, 2, 29)][number_ % 3]
        cases.append(case_from(ruleset, {**facts, "adjudications": verdicts}, day))
    found = decide_all(ruleset, cases)
    assert found == [decide(ruleset, one) for one in cases]
    assert len({decision.eligibility for decision in found}) == 3


def test_a_shipped_pack_on_the_township() -> None:
    ruleset = load("bazhong-2015")
    folder = Path(__file__).parents[2] / "fixtures" / "township-2015"
    day = date(2015, 12, 20)
    checked = check(ruleset, read_roster(folder, ruleset, day), day)
    found = decide_all(ruleset, checked.cases)
    assert found == [decide(ruleset, one) for one in checked.cases]
