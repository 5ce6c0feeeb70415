"""What somebody who does not count has: told, and with `uncounted: review` to be adjudicated."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shibie.case import Case
from shibie.decision import Decision
from shibie.engines.decide import decide
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.engines.sql.cases_in_memory import decide_all
from shibie.household import Adjudication
from shibie.language.names import Context
from shibie.language.parse import ExpressionError, parse
from shibie.lower.uncounted_hits import over_everyone
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet
from support.completion_texts import bool_text, number_text
from support.completions import PACK, Found, Home, Person, case_of_home, drawn
from support.profiles import examples

RULES = """
exclusions:
  - {id: car, title: 有车, when: cars.any(kind == '车'), refutable: true}
  - {id: paid, title: 领工资, when: everyone.any(paid)}
"""
NOTED = loads(PACK.format(whose="members") + RULES)
REVIEWED = loads(
    PACK.format(whose="members").replace("not gone}", "not gone, uncounted: review}") + RULES
)
OF_EVERYONE = loads(PACK.format(whose="everyone") + RULES)
SIGNED = {"evidence": "行驶证", "officer": "某", "date": "2024-05-01"}
VERDICTS = (None, None, "upheld", "refuted", "exempt")
HERE, GONE = Person(True, False, 0, False), Person(True, True, 0, False)


def case(
    ruleset: RuleSet,
    *persons: Person,
    owner: int = 1,
    sure: bool = True,
    verdict: str | None = None,
) -> Case:
    """Two people, and the car of one of them."""
    return signed(
        case_of_home(ruleset, Home(0, persons, (Found((owner,), sure, "车", 1),))), verdict
    )


def signed(case: Case, verdict: str | None) -> Case:
    """The case, with a verdict on the car where there is one."""
    if verdict is None:
        return case
    said = {"household_id": "1", "rule_id": "car", "verdict": verdict, **SIGNED}
    return replace(case, adjudications={"car": Adjudication.model_validate(said)})


def told(decision: Decision) -> list[tuple[str, str]]:
    """The hits of who does not count, as findings: the rule and what came of it."""
    return [
        (each.rule_id, each.outcome) for each in decision.findings if each.kind == "uncounted_hit"
    ]


def test_the_car_of_who_does_not_count_excludes_nobody_and_is_told() -> None:
    decision = decide(NOTED, case(NOTED, HERE, GONE))
    assert (decision.eligibility, told(decision)) == ("eligible", [("car", "true")])


@pytest.mark.parametrize(("persons", "owner", "sure"), [
    ((HERE, HERE), 1, True),  # it excludes: nothing else is to be told
    ((HERE, GONE), 0, True),
    ((HERE, GONE), 1, False),  # whether it is his is not known
    ((HERE, Person(True, None, 0, False)), 1, True),  # nor whether he counts
])  # fmt: skip
def test_nothing_is_told_where_it_excludes_or_is_not_known(
    persons: tuple[Person, ...], owner: int, sure: bool
) -> None:
    assert told(decide(NOTED, case(NOTED, *persons, owner=owner, sure=sure))) == []


def test_what_is_everyones_excludes_as_it_is() -> None:
    found = decide(OF_EVERYONE, case(OF_EVERYONE, HERE, GONE))
    assert (found.grounds, told(found)) == (("car",), [])
    paid = decide(NOTED, case(NOTED, HERE, replace(GONE, paid=True), owner=0))
    assert "paid" in paid.grounds
    assert told(paid) == []


@pytest.mark.parametrize(("verdict", "eligibility", "grounds", "reviews"), [
    (None, "pending", (), ("car",)), ("refuted", "eligible", (), ()),
    ("exempt", "eligible", (), ()), ("upheld", "ineligible", ("car",), ()),
])  # fmt: skip
def test_a_pack_may_have_it_adjudicated(
    verdict: str | None, eligibility: str, grounds: tuple[str, ...], reviews: tuple[str, ...]
) -> None:
    decision = decide(REVIEWED, case(REVIEWED, HERE, GONE, verdict=verdict))
    assert (decision.eligibility, decision.grounds, decision.reviews) == (
        eligibility,
        grounds,
        reviews,
    )
    # What was upheld is the exclusion's own finding.
    words = {None: "true", "refuted": "refuted", "exempt": "exempt"}
    assert told(decision) == ([("car", words[verdict])] if verdict in words else [])
    own = [each.outcome for each in decision.findings if each.kind == "exclusion"]
    assert own == (["upheld"] if verdict == "upheld" else [])


@pytest.mark.parametrize("ruleset", [NOTED, REVIEWED])
@pytest.mark.parametrize(("verdict", "expected"), [
    (None, [("car", "true")]), ("refuted", [("car", "refuted")]), ("exempt", [("car", "exempt")]),
    ("upheld", []),
])  # fmt: skip
def test_a_verdict_is_the_outcome_of_the_finding_by_every_engine(
    ruleset: RuleSet, verdict: str | None, expected: list[tuple[str, str]]
) -> None:
    found = case(ruleset, HERE, GONE, verdict=verdict)
    for decision in (decide(ruleset, found), *decide_all(ruleset, [found])):
        assert told(decision) == expected


def test_a_verdict_on_what_is_so_of_nobody_makes_no_finding() -> None:
    assert told(decide(REVIEWED, case(REVIEWED, HERE, GONE, owner=0, verdict="refuted"))) == []
    assert told(decide(REVIEWED, case(REVIEWED, HERE, HERE, verdict="refuted"))) == []


def test_then_what_is_not_known_of_him_is_asked_for() -> None:
    decision = decide(REVIEWED, case(REVIEWED, HERE, GONE, sure=False))
    assert (decision.eligibility, decision.reviews) == ("pending", ())
    assert decision.unknown == ("cars[0]",)
    assert decide(NOTED, case(NOTED, HERE, GONE, sure=False)).eligibility == "eligible"


@given(st.integers(0, 2**40))
def test_over_everyone_is_as_if_everyone_counted(seed: int) -> None:
    """Said of the very same condition in the same pack without `persons:`."""
    random, found = Random(seed), 0
    all_count = replace(NOTED, persons=None)
    for _ in range(12):
        text = random.choice((bool_text, number_text))(random, "household", 3)
        try:
            node = parse(text, NOTED.names, Context.household(), None)
        except ExpressionError:
            continue
        changed = over_everyone(NOTED, node)
        case = case_of_home(NOTED, drawn(random))
        try:
            asked = evaluate(node, Place.top(all_count, case))
        except ExpressionError:
            continue
        found += 1
        assert evaluate(changed, Place.top(NOTED, case)) == asked
    assert found


@settings(max_examples=examples(quick=6, ci=20, deep=1_000))
@given(st.integers(0, 2**40), st.sampled_from([NOTED, REVIEWED]))
def test_sql_and_interpreter_agree(seed: int, ruleset: RuleSet) -> None:
    random = Random(seed)
    cases = [
        signed(case_of_home(ruleset, drawn(random)), random.choice(VERDICTS)) for _ in range(40)
    ]
    for case, by_sql in zip(cases, decide_all(ruleset, cases), strict=True):
        assert by_sql == decide(ruleset, case)
