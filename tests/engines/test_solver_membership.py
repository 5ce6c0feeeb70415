"""Rows that may be somebody's, persons who may not count and numbers between bounds, in the solver."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shibie.bounds import Bounds
from shibie.case import Case, Row, Rows
from shibie.engines.solver import aggregates, logic, numbers, reading
from shibie.engines.solver.answers import SolverModel, pins
from shibie.engines.solver.logic import TruthTerm, both
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.values import NumberTerm
from shibie.engines.solver.z3lib import z3
from shibie.language import tree
from shibie.language.names import Context
from shibie.language.operators import Key
from shibie.language.parse import ExpressionError, parse
from shibie.ruleset.model import RuleSet
from support import readings
from support.completion_texts import bool_text, number_text
from support.completions import Found, Home, Person, case_of_home, drawn, pack
from support.parts import Part, parts_of
from support.profiles import examples

PACKS = {whose: pack(whose) for whose in ("members", "everyone")}
EXAMPLES = examples(quick=12, ci=40, deep=1500)
HERE, GONE, PERHAPS = (Person(True, gone, 2, True) for gone in (False, True, None))
UNNUMBERED = Person(False, False, 1, False)
CAR, MAYBE_CAR = Found((0,), True, "车", 2), Found((0,), False, "车", 1)


def home(*persons: Person, rows: tuple[Found, ...] = (), income: int | None = 9) -> Home:
    return Home(income, persons, rows)


def one_owner_each(home: Home, random: Random) -> Home:
    """The household without rows that may be about one member or another."""
    rows = tuple(
        replace(row, owners=(random.choice(row.owners),)) for row in home.rows if row.owners
    )
    return replace(home, rows=rows)


def same_as_the_interpreter(ruleset: RuleSet, texts: list[str], cases: list[Case]) -> None:
    parts = []
    for text in texts:
        try:
            parts.append(Part(parse(text, ruleset.names, Context.household(), None)))
        except ExpressionError:  # what may need more than 28 digits
            continue
    every = parts_of(ruleset, parts)
    readings.agree(
        every, cases,
        readings.by_interpreter(ruleset, every, cases), readings.by_solver(ruleset, every, cases),
    )  # fmt: skip


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**40))
def test_every_part_of_random_conditions(seed: int) -> None:
    random = Random(seed)
    ruleset = PACKS[random.choice(("members", "everyone"))]
    texts = [random.choice((bool_text, number_text))(random, "household", 3) for _ in range(6)]
    homes = [one_owner_each(drawn(random), random) for _ in range(8)]
    same_as_the_interpreter(ruleset, texts, [case_of_home(ruleset, each) for each in homes])


# A condition or number, the household, and what it is.
LITERAL: list[tuple[str, Home, Any]] = [
    ("cars.any(kind == '车')", home(HERE, rows=(CAR,)), True),
    ("cars.any(kind == '车')", home(HERE, rows=(MAYBE_CAR,)), None),
    ("cars.any(kind == '摩托')", home(HERE, rows=(MAYBE_CAR,)), False),
    ("cars.all(kind == '车')", home(HERE, rows=(MAYBE_CAR, CAR)), True),
    ("cars.any(kind == '车')", home(HERE, PERHAPS, rows=(replace(CAR, owners=(1,)),)), None),
    ("cars.any(kind == '车')", home(HERE, GONE, rows=(replace(CAR, owners=(1,)),)), False),
    ("known(cars)", home(HERE, UNNUMBERED), False),
    ("known(cars)", home(HERE, replace(UNNUMBERED, gone=True)), True),
    ("known(cars)", home(HERE, replace(UNNUMBERED, gone=None)), False),
    ("members.count()", home(HERE, PERHAPS, GONE), Bounds(1, 2)),
    ("everyone.count()", home(HERE, PERHAPS, GONE), 3),
    ("cars.count()", home(HERE, rows=(CAR, MAYBE_CAR)), Bounds(1, 2)),
    ("cars.count() >= 1", home(HERE, rows=(CAR, MAYBE_CAR)), True),
    ("cars.count() == 3", home(HERE, rows=(CAR, MAYBE_CAR)), False),
    ("cars.count()", home(HERE, UNNUMBERED, rows=(CAR,)), Bounds(1, Decimal("Infinity"))),
    ("cars.sum(price)", home(HERE, rows=(CAR, MAYBE_CAR)), Bounds(2, 3)),
    ("cars.sum(1 - price)", home(HERE, rows=(CAR, replace(MAYBE_CAR, price=0))), Bounds(-1, 0)),
    ("cars.sum(price - 1)", home(HERE, rows=(MAYBE_CAR,)), 0),
    ("cars.sum(price)", home(HERE, rows=(replace(MAYBE_CAR, price=None),)), None),
    ("cars.sum(max(price, 0))", home(HERE, rows=(CAR, replace(CAR, price=None))),
     Bounds(2, Decimal("Infinity"))),
    ("cars.sum(max(price, 0))", home(HERE, UNNUMBERED, rows=(CAR,)), Bounds(2, Decimal("Infinity"))),
    ("cars.sum(price)", home(HERE, rows=(CAR, replace(CAR, price=None))), None),
    ("cars.max(round(price / price, 1))", home(HERE, UNNUMBERED, rows=(CAR,)), None),
    ("cars.max(price)", home(HERE, rows=(CAR, MAYBE_CAR)), 2),
    ("cars.min(price)", home(HERE, rows=(CAR, MAYBE_CAR)), Bounds(1, 2)),
    ("cars.min(price)", home(HERE, rows=(MAYBE_CAR,)), None),
    ("cars.min(price)", home(HERE, UNNUMBERED, rows=(CAR,)), Bounds(Decimal("-Infinity"), 2)),
    ("round(income / members.count(), 2)", home(HERE, PERHAPS), Bounds(Decimal("4.5"), 9)),
    ("round(income / members.count(), 2)", home(PERHAPS), None),
    ("floor(-income / (1 + cars.count()), 0)", home(UNNUMBERED), Bounds(-9, -1)),
    ("ceil(-income / (1 + cars.count()), 0)", home(UNNUMBERED), Bounds(-9, 0)),
    ("floor(income / (0 - 1 - cars.count()), 0)", home(UNNUMBERED), Bounds(-9, -1)),
    ("round(members.count() / (members.count() - 4), 1)", home(HERE, PERHAPS),
     Bounds(-1, Decimal("-0.3"))),
    ("(cars.count() - 1) * (members.count() - 2)", home(HERE, PERHAPS, rows=(MAYBE_CAR,)),
     Bounds(0, 1)),
    ("cars.count() * 0", home(UNNUMBERED), 0),
    ("abs(cars.count() - 1)", home(HERE, rows=(MAYBE_CAR,)), Bounds(0, 1)),
    ("abs(1 - cars.count())", home(UNNUMBERED), Bounds(0, Decimal("Infinity"))),
    ("min(cars.count(), 1)", home(UNNUMBERED), Bounds(0, 1)),
    ("max(1 - cars.count(), 0)", home(UNNUMBERED), Bounds(0, 1)),
    ("1 if cars.any(kind == '车') else 0", home(HERE, rows=(MAYBE_CAR,)), Bounds(0, 1)),
    ("(income if cars.any(kind == '车') else 3) < 10", home(HERE, rows=(MAYBE_CAR,)), True),
    ("known(cars.count())", home(HERE, rows=(MAYBE_CAR,)), False),
    ("members.sum(cars.count())", home(PERHAPS, rows=(CAR, MAYBE_CAR)), Bounds(0, 2)),
    ("members.any(paid and cars.any(kind == '车'))", home(PERHAPS, rows=(CAR,)), None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "facts", "expected"), LITERAL)
def test_by_hand(text: str, facts: Home, expected: Any) -> None:
    assert by_solver(text, facts) == expected


def by_solver(text: str, facts: Home) -> Any:
    ruleset = PACKS["members"]
    node = parse(text, ruleset.names, Context.household(), None)
    household = Symbolic(ruleset, readings.BOUND)
    value = SolverReading(household).value(node)
    solver = z3.Solver()
    pinned = list(pins(household, case_of_home(ruleset, facts)))
    solver.add(*household.structure, *pinned)
    assert solver.check() == z3.sat
    return SolverModel(solver.model()).value(household, value)


def test_whose_rows_a_register_holds() -> None:
    facts = home(HERE, GONE, rows=(replace(CAR, owners=(1,)),))
    text = "cars.count()"
    for ruleset in PACKS.values():
        same_as_the_interpreter(ruleset, [text], [case_of_home(ruleset, facts)])
    assert by_solver(text, facts) == 0


@pytest.mark.parametrize(("row", "owners"), [
    (Row(1, {"kind": "车"}, sure=False), (0, 1)),
    (Row(1, {"kind": "车"}, sure=False, crowd=True), (0,)),
])  # fmt: skip
def test_rows_that_no_symbolic_household_has_are_refused(row: Row, owners: tuple[int, ...]) -> None:
    case = case_of_home(PACKS["members"], home(HERE, HERE))
    rows = tuple(Rows((row,) if index in owners else ()) for index in range(2))
    household = Symbolic(PACKS["members"], readings.BOUND)
    with pytest.raises(ValueError, match=r"several members|nobody apart"):
        list(pins(household, replace(case, rows={"cars": rows})))


def test_a_number_without_bounds_is_not_computed_twice() -> None:
    ruleset = PACKS["members"]
    node = parse("round((income + 2) * 3 / (income + 1), 2) - 1", ruleset.names)
    found = SolverReading(Symbolic(ruleset, readings.BOUND)).value(node)
    assert isinstance(found, NumberTerm)
    assert found.is_exact


# --- broken readings are caught -----------------------------------------------------------


def all_sure(self: SolverReading, node: tree.Quantifier, place: Any) -> TruthTerm:
    """A row that may be somebody's read as his."""
    found = [
        TruthTerm(both(logic.inverse(belongs.no), holds.yes), holds.no)
        for belongs, at in self._items(node.collection, place)
        for holds in (self.truth(node.predicate, at),)
    ]
    return logic.disjunction(found)


def one_end(self: SolverReading, node: tree.Aggregate, place: Any) -> NumberTerm:
    """What a number is at least, read as what it is."""
    found = self._sum(node, place)
    assert isinstance(found, NumberTerm)
    return NumberTerm(found.least, found.least, found.scale)


def negative_kept(self: SolverReading, node: tree.Negate, place: Any) -> NumberTerm:
    """The ends not exchanged with the sign."""
    found = numbers.negated(self.number(node.operand, place))
    return NumberTerm(found.most, found.least, found.scale)


def near_kept(self: SolverReading, node: tree.RoundQuotient, place: Any) -> NumberTerm:
    """What is not negative, at least over the least divisor."""
    found = numbers.quotient(
        self.number(node.numerator, place), self.number(node.denominator, place), node.places
    )
    return NumberTerm(found.most, found.most, found.scale)


@pytest.mark.parametrize(
    ("key", "broken"),
    [
        ((tree.Quantifier, "any"), all_sure),
        ((tree.Aggregate, "sum"), one_end),
        ((tree.Negate, ""), negative_kept),
        ((tree.RoundQuotient, "nearest"), near_kept),
    ],
)
def test_a_broken_reading_is_caught(
    key: Key, broken: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(reading.CASES, key, broken)
    assert any(by_solver(text, facts) != expected for text, facts, expected in LITERAL)


def test_a_person_who_may_not_count_read_as_one_who_does(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        aggregates.SymbolicAggregates, "_looked_at", lambda *_: TruthTerm(True, False)
    )
    assert any(by_solver(text, facts) != expected for text, facts, expected in LITERAL)
