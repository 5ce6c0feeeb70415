"""Decisions: eligibility, all grounds, reviews, tracks, and the facts still needed."""

from __future__ import annotations

import gc
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shibie.case import Case, Rows
from shibie.decision import Decision
from shibie.engines.decide import Judgement, decide, judgement
from shibie.engines.kleene import Truth
from shibie.engines.place import Place
from shibie.engines.trace import trace
from shibie.language.parse import parse
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import loads
from support import households
from support.expressions import AS_OF, Both, conditions
from support.probe import probe

from .test_interpreter import fuller

PROBE = probe()


def decided(facts: dict[str, Any]) -> Decision:
    return decide(PROBE, case_from(PROBE, facts, AS_OF))


def household(**facts: Any) -> dict[str, Any]:
    """Poor (income 1000 a head), nothing excluded, everything compared."""
    member = {"wage": 5, "on_payroll": False, "vehicles": [], "accounts": []}
    return {
        "wage_income": 1000, "spending": 0, "housing_grade": "A", "owns_vehicle": False,
        "risks": [], "members": [member],
    } | facts  # fmt: skip


def person(**facts: Any) -> dict[str, Any]:
    return {**household()["members"][0], **facts}


def test_deciding_leaves_no_cycles() -> None:
    """A roster is decided with Python's collector off: what is done with must be gone."""
    case = case_from(PROBE, household(housing_grade=None, members=[person(), person()]), AS_OF)
    decide(PROBE, case)
    gc.collect()
    gc.disable()
    try:
        decide(PROBE, case)
        judgement(PROBE, case)
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_eligible() -> None:
    found = decided(household())
    assert (found.eligibility, found.kind, found.grounds, found.unknown) == (
        "eligible",
        "other",
        (),
        (),
    )
    assert [(track.member_id, track.track) for track in found.tracks] == []
    # The work track needs an age, which is not known: it is not given, and not lost.
    assert [(f.rule_id, f.kind, f.outcome) for f in found.findings] == [
        ("low", "criterion", "true"), ("work", "track", "unknown"),
    ]  # fmt: skip


def test_every_ground_is_listed() -> None:
    rich = person(
        vehicles=[{"kind": "轿车", "value": 30000}],
        on_payroll=True,
        accounts=[{"balance": 20000, "active": True, "bank": "农行"}],
    )
    found = decided(household(wage_income=5000, members=[rich]))
    assert found.eligibility == "ineligible"
    assert found.grounds == ("vehicle", "payroll", "rich", "not_poor")
    kinds = {(f.rule_id, f.kind) for f in found.findings}
    assert ("compare_vehicles", "discrepancy") in kinds


def test_a_discrepancy_needs_a_declared_no() -> None:
    hit = person(vehicles=[{"kind": "轿车", "value": 30000}])
    assert not any(
        f.kind == "discrepancy"
        for f in decided(household(owns_vehicle=None, members=[hit])).findings
    )
    assert not any(
        f.kind == "discrepancy"
        for f in decided(household(owns_vehicle=True, members=[hit])).findings
    )
    motorcycle = person(vehicles=[{"kind": "摩托", "value": 3000}])
    assert not any(
        f.kind == "discrepancy" for f in decided(household(members=[motorcycle])).findings
    )


def test_the_exception_of_an_exclusion() -> None:
    cheap = person(vehicles=[{"kind": "轿车", "value": 29999}])
    assert decided(household(members=[cheap])).eligibility == "eligible"
    dear = person(vehicles=[{"kind": "轿车", "value": 30000}])
    assert decided(household(members=[dear])).grounds == ("vehicle",)


def test_pending_for_a_missing_fact() -> None:
    found = decided(household(wage_income=None))
    assert (found.eligibility, found.unknown) == ("pending", ("wage_income",))
    # An exclusion settles it whatever the income is, and P is not a known ground.
    excluded = decided(household(wage_income=None, members=[person(on_payroll=True)]))
    assert (excluded.eligibility, excluded.grounds, excluded.unknown) == (
        "ineligible",
        ("payroll",),
        (),
    )
    # Unsafe housing settles P whatever the income is.
    assert decided(household(wage_income=None, housing_grade="D")).eligibility == "eligible"


def test_pending_for_a_comparison_not_done() -> None:
    member = {"wage": 5, "on_payroll": False, "accounts": []}
    found = decided(household(members=[member]))
    assert (found.eligibility, found.unknown) == ("pending", ("vehicles",))
    unnumbered = decided(household(members=[person(), person(id_number=None)]))
    assert unnumbered.unknown == ("members[2].accounts", "members[2].vehicles")


def test_unknown_cells_of_rows_and_of_members() -> None:
    found = decided(household(members=[person(vehicles=[{"kind": None, "value": 30000}])]))
    assert found.unknown == ("vehicles[1].kind",)
    paid = {"balance": None, "active": True, "bank": "财政"}
    on_payroll = decided(household(members=[{"accounts": [paid], "vehicles": []}]))
    # The register's row settles on_payroll; the balance no longer matters.
    assert (on_payroll.grounds, on_payroll.unknown) == (("payroll",), ())


def test_an_operation_that_is_unknown_by_itself_goes_by_its_fact() -> None:
    from shibie.engines.trace import unknown_facts

    case = case_from(PROBE, {"spending": 1, "rooms": 0}, AS_OF)
    node = parse("round(spending / rooms, 2) < 3 and wage_income > 1", PROBE.names)
    found = unknown_facts(trace(node, Place.top(PROBE, case)), "my_rule")
    assert found == {"my_rule", "wage_income"}


def test_adjudications() -> None:
    hit = household(members=[person(vehicles=[{"kind": "轿车", "value": 30000}])])
    refuted = decided({**hit, "adjudications": {"vehicle": "refuted"}})
    assert (refuted.eligibility, refuted.grounds) == ("eligible", ())
    assert ("vehicle", "refuted") in {(f.rule_id, f.outcome) for f in refuted.findings}
    upheld = decided({**hit, "adjudications": {"vehicle": "upheld"}})
    assert (upheld.eligibility, upheld.grounds) == ("ineligible", ("vehicle",))


@pytest.mark.parametrize(
    ("owns", "verdict", "outcome"),
    [
        ("是", None, "true"), (None, None, "unknown"), ("否", None, None),
        ("是", "upheld", "upheld"), (None, "upheld", "upheld"), ("否", "upheld", "upheld"),
        ("是", "refuted", "refuted"), (None, "refuted", "refuted"), ("否", "refuted", None),
        ("是", "exempt", "exempt"), (None, "exempt", "exempt"), ("否", "exempt", None),
    ],
)  # fmt: skip
def test_a_verdict_is_the_outcome_of_its_rule(
    owns: str | None, verdict: str | None, outcome: str | None
) -> None:
    """What was upheld is found whatever is known; of what is false nothing else is."""
    member = {"wage": 5, "on_payroll": False, "accounts": []}
    compared: dict[str, Any] = {} if owns is None else {"vehicles": []}
    facts = household(owns_vehicle=owns, members=[member | compared])
    found = decided({**facts, "adjudications": {"vehicle": verdict} if verdict else {}})
    assert next((f.outcome for f in found.findings if f.rule_id == "vehicle"), None) == outcome


def test_reviews_wait_for_an_adjudication() -> None:
    account = {"balance": 1, "active": False, "bank": "农行"}
    doubtful = household(members=[person(accounts=[account])])
    found = decided(doubtful)
    assert (found.eligibility, found.reviews, found.unknown) == ("pending", ("doubtful",), ())
    upheld = decided({**doubtful, "adjudications": {"doubtful": "upheld"}})
    assert (upheld.eligibility, upheld.grounds, upheld.reviews) == ("ineligible", ("doubtful",), ())
    refuted = decided({**doubtful, "adjudications": {"doubtful": "refuted"}})
    assert (refuted.eligibility, refuted.reviews) == ("eligible", ())
    unknown = household(members=[person(accounts=[{**account, "active": None}])])
    assert decided(unknown).unknown == ("accounts[1].active",)


def judged(
    poor: Truth, exclusions: dict[str, Truth], reviews: dict[str, Truth], verdicts: dict[str, str]
) -> Judgement:
    """The judgement where the rules have these truths: each rule is a field of its own."""
    values = {"p": poor, **exclusions, **reviews}
    fields = "".join(
        f"  - {{of: household, name: is_{n}, title: 是{n}, type: bool}}\n" for n in values
    )
    rules = "".join(
        f"  - {{id: {n}, title: 规则{n}, when: is_{n}, refutable: true, effect: {effect}}}\n"
        for effect, names in (("exclude", exclusions), ("review", reviews))
        for n in names
    )
    ruleset = loads(
        "ruleset: {id: j, title: J, effective: {from: 2015-01-01, to: 2016-12-31}}\n"
        f"fields:\n{fields}poor: is_p\nexclusions:\n{rules}"
    )
    facts = {f"is_{name}": value for name, value in values.items()}
    case = case_from(ruleset, {**facts, "adjudications": verdicts}, date(2015, 12, 1))
    return judgement(ruleset, case)


@pytest.mark.parametrize(
    ("poor", "exclusion", "review", "verdict", "expected", "grounds"),
    [
        (True, False, False, None, "eligible", ()),
        (True, True, False, None, "ineligible", ("x",)),
        (True, None, False, None, "pending", ()),
        (None, True, None, None, "ineligible", ("x",)),
        (False, None, True, None, "ineligible", ("not_poor",)),
        (False, True, False, None, "ineligible", ("x", "not_poor")),
        (None, False, False, None, "pending", ()),
        (True, False, True, None, "pending", ()),
        (True, False, None, None, "pending", ()),
        (True, False, True, "r+", "ineligible", ("r",)),
        # What an officer signed for decides, also where the condition is not decided, or false.
        (True, False, None, "r+", "ineligible", ("r",)),
        (True, False, False, "r+", "ineligible", ("r",)),
        (True, False, True, "r-", "eligible", ()),
        (True, False, None, "r-", "eligible", ()),
        (True, True, False, "x-", "eligible", ()),
        (True, None, False, "x-", "eligible", ()),
        (True, True, False, "x+", "ineligible", ("x",)),
        (True, None, False, "x+", "ineligible", ("x",)),
        (None, False, False, "x+", "ineligible", ("x",)),
        (True, True, False, "x*", "eligible", ()),
        (True, None, False, "x*", "eligible", ()),
        (True, False, True, "r*", "eligible", ()),
        (True, False, None, "r*", "eligible", ()),
        (False, True, False, "x*", "ineligible", ("not_poor",)),
        (True, True, True, "x*", "pending", ()),
    ],
)
def test_judge(
    poor: Any,
    exclusion: Any,
    review: Any,
    verdict: str | None,
    expected: str,
    grounds: tuple[str, ...],
) -> None:
    given = (
        {verdict[0]: {"+": "upheld", "-": "refuted", "*": "exempt"}[verdict[1]]} if verdict else {}
    )
    found = judged(poor, {"x": exclusion}, {"r": review}, given)
    assert (found.eligibility, found.grounds) == (expected, grounds)


def test_open_reviews_are_named() -> None:
    found = judged(True, {}, {"a": True, "b": None, "c": True}, {"c": "upheld"})
    assert (found.eligibility, found.grounds, found.reviews) == ("ineligible", ("c",), ("a",))


@given(households.partial(), st.data())
def test_facts_that_become_known_never_turn_a_decided_household_round(
    facts: households.Given, data: st.DataObject
) -> None:
    before = decided(facts)
    after = decided(fuller(facts, data.draw(households.complete()), data))
    assert set(before.grounds) <= set(after.grounds)
    if before.eligibility != "pending":
        assert after.eligibility == before.eligibility


@given(households.partial())
def test_what_is_needed_is_named_exactly_when_facts_keep_it_pending(
    facts: households.Given,
) -> None:
    found = decided(facts)
    if found.unknown:
        assert found.eligibility == "pending"
    elif found.eligibility == "pending":
        assert found.reviews


@given(households.complete())
def test_complete_facts_decide_but_for_reviews(facts: households.Given) -> None:
    found = decided(facts)
    assert found.unknown == ()
    assert (found.eligibility == "pending") <= bool(found.reviews)


def shape(found: Decision) -> Any:
    """A decision without the order of anything, and without places."""
    return (
        found.eligibility, found.kind, set(found.grounds), set(found.reviews),
        sorted((t.member_id, t.track) for t in found.tracks),
        sorted((f.member_id, f.rule_id, f.kind, f.outcome) for f in found.findings),
    )  # fmt: skip


@given(households.partial(), st.randoms(use_true_random=False))
def test_order_of_members_rows_and_rules_does_not_matter(
    facts: households.Given, random: Any
) -> None:
    case = case_from(PROBE, facts, AS_OF)
    order = list(range(len(case.household.members)))
    random.shuffle(order)
    members = tuple(case.household.members[index] for index in order)
    rows = {
        name: tuple(_shuffled(of_members[index], random) for index in order)
        for name, of_members in case.rows.items()
    }
    household = case.household.model_construct(**{**dict(case.household), "members": members})
    other = replace(
        case, household=household, numbers=tuple(case.numbers[i] for i in order), rows=rows
    )
    ruleset = replace(
        PROBE,
        exclusions=PROBE.exclusions[::-1], reviews=PROBE.reviews[::-1],
        criteria=PROBE.criteria[::-1], tracks=PROBE.tracks[::-1],
    )  # fmt: skip
    assert shape(decide(ruleset, other)) == shape(decide(PROBE, case))


def _shuffled(rows: Rows, random: Any) -> Rows:
    items = list(rows.items)
    random.shuffle(items)
    return Rows(tuple(items), rows.complete)


@given(conditions(partial=True), households.partial())
def test_a_trace_has_the_interpreters_value_at_every_node(
    both: Both, facts: households.Given
) -> None:
    from shibie.engines.interpreter import evaluate

    case: Case = case_from(PROBE, facts, AS_OF)
    node = parse(both.text, PROBE.names)
    place = Place.top(PROBE, case)
    found = trace(node, place)
    assert found.value == evaluate(node, place)
    assert all(child.node is not None for child in found.children)


def test_provenance_of_leaves() -> None:
    facts = household(owns_vehicle=False, members=[person(vehicles=[{"kind": "轿车", "value": 1}])])
    case = case_from(PROBE, facts, AS_OF)
    place = Place.top(PROBE, case)

    def source(text: str) -> Any:
        return trace(parse(text, PROBE.names), place).provenance

    assert (source("wage_income").source, source("line").source, source("low").source) == (
        "declared", "parameter", "derived",
    )  # fmt: skip
    compared = source("owns_vehicle")
    assert (compared.source, compared.register, compared.rows) == ("compared", "vehicles", (1,))
    declared_yes = case_from(PROBE, household(owns_vehicle=True), AS_OF)
    found = trace(parse("owns_vehicle", PROBE.names), Place.top(PROBE, declared_yes)).provenance
    assert found is not None
    assert found.source == "declared"
