"""What SQL makes of persons who may count and rows that may be about somebody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from shibie.case import Case, Row, Rows
from shibie.engines.decide import decide
from shibie.engines.sql import decide_all
from shibie.engines.sql.aggregates import Aggregates
from shibie.engines.sql.building import TRUE
from shibie.language import tree
from shibie.language.names import Context
from shibie.language.parse import parse
from shibie.rosters.household_input import case_from
from shibie.ruleset.model import RuleSet
from support import readings
from support.chance import BySeed
from support.parts import PERSON, Part, parts_of
from support.probe import probe
from support.profiles import examples
from support.rulesets import ruleset_by
from support.subtrees import drawn, partial
from support.unsure import COUNTED, declarations, unsure
from support.values import AS_OF
from support.ways import WAYS

CASES = 24


@cache
def pack(number: int) -> RuleSet:
    """The probe with persons, or without; and registers of several kinds."""
    return probe(declarations=_declared(number))


def _declared(number: int) -> str:
    counted = ("", *COUNTED)[number % (len(COUNTED) + 1)]
    return declarations(counted, everyone=number % 3 == 1, unknown=number % 2 == 1)


def drawn_cases(ruleset: RuleSet, chance: BySeed) -> list[Case]:
    """Cases of one run, most of them with rows that may be about somebody."""
    cases = [
        unsure(case_from(ruleset, facts, AS_OF), chance.below(2**24))
        for facts in chance.some_of(partial(), 4 * CASES)
    ]
    first = trust_of(chance.one_of(cases))
    return [case for case in cases if trust_of(case) == first][:CASES]


def trust_of(case: Case) -> tuple[bool, frozenset[str]]:
    """What the cases of one run have in common."""
    return case.trust_declarations, case.supplied if case.trust_declarations else frozenset()


@pytest.mark.parametrize("seed", range(examples(quick=10, ci=20, deep=500)))
def test_every_part_is_as_the_interpreter_has_it(seed: int) -> None:
    chance = BySeed(seed)
    ruleset = pack(seed)
    cases = drawn_cases(ruleset, chance)
    conditions = [drawn(chance), *(drawn(chance, label, depth=2) for label in WAYS)]
    nodes = [Part(tree.Given("counted"), PERSON)]
    for each in conditions:
        text = each.both.text
        if chance.below(2):
            text = text.replace("members.", "everyone.")
        nodes.append(Part(parse(text, ruleset.names, each.where.context), each.where))
    # Rows that tell nobody apart have no line for each member.
    parts = [part for part in parts_of(ruleset, nodes) if not part.where.in_rows]
    expected = readings.by_interpreter(ruleset, parts, cases)
    readings.agree(parts, cases, expected, readings.by_sql(ruleset, parts, cases))


@pytest.mark.parametrize("seed", range(examples(quick=12, ci=24, deep=500)))
def test_decisions_and_unknown_facts(seed: int) -> None:
    chance = BySeed(seed)
    ruleset = ruleset_by(chance, _declared(seed))
    cases = drawn_cases(ruleset, chance)
    for case, found in zip(cases, decide_all(ruleset, cases), strict=True):
        assert found == decide(ruleset, case)


# --- by hand ------------------------------------------------------------------------------

CAR: dict[str, Any] = {"kind": "轿车", "value": Decimal(30000)}
NO, YES, MAYBE = {"receives_dibao": True}, {"receives_dibao": False}, {"receives_dibao": None}
WITH_PERSONS = probe(declarations=declarations("not receives_dibao"))


def home(members: list[dict[str, Any]], rows: list[tuple[int, Row]], *incomplete: int) -> Case:
    """A household with vehicles: of each row whom it is or may be about."""
    case = case_from(WITH_PERSONS, {"members": members, "vehicles": []}, AS_OF)
    vehicles = tuple(
        Rows(tuple(row for owner, row in rows if owner == index), index not in incomplete)
        for index in range(len(members))
    )
    return replace(case, rows={"vehicles": vehicles})


def row(number: int, sure: bool = True, crowd: bool = False, **values: Any) -> Row:
    return Row(number, {**CAR, **values}, sure and not crowd, crowd)


# What is asked, of whom, and the value with its bounds in units; sums are in hundredths of a yuan.
BY_HAND: list[tuple[str, Case, Any]] = [
    ("members.count()", home([YES, MAYBE, NO], []), ("bounds", 1, 2)),
    ("everyone.count()", home([YES, MAYBE, NO], []), 3),
    ("members.count() >= 1", home([YES, MAYBE, NO], []), True),
    ("members.count() >= 2", home([YES, MAYBE, NO], []), None),
    ("vehicles.count()", home([YES], [(0, row(1)), (0, row(2, sure=False))]), ("bounds", 1, 2)),
    ("vehicles.sum(value)", home([YES], [(0, row(1)), (0, row(2, sure=False))]),
     ("bounds", 3000000, 6000000)),
    # What is surely about somebody who may count may be in, and of who does not nothing is.
    ("vehicles.count()", home([MAYBE, NO], [(0, row(1)), (1, row(2))]), ("bounds", 0, 1)),
    ("vehicles.any(value > 1)", home([NO], [(0, row(1))]), False),
    # One car of husband and wife, and one that may be of either.
    ("vehicles.count()", home([YES, YES], [(0, row(1)), (1, row(1))]), 1),
    ("vehicles.sum(value)", home([NO, YES], [(0, row(1)), (1, row(1, sure=False))]),
     ("bounds", 0, 3000000)),
    ("vehicles.sum(value)", home([MAYBE, YES], [(0, row(1)), (1, row(1))]), 3000000),
    ("members.sum(vehicles.count())", home([YES, YES], [(0, row(1)), (1, row(1))]), 2),
    # Nobody knows whose: once for the household, however many it fits, and for each of them.
    ("vehicles.count()", home([YES, YES], [(i, row(n, crowd=True)) for n in (1, 2) for i in (0, 1)]),
     ("bounds", 0, 2)),
    ("members.sum(vehicles.count())", home([YES, YES], [(i, row(1, crowd=True)) for i in (0, 1)]),
     ("bounds", 0, 2)),
    ("vehicles.count()", home([NO, YES], [(0, row(1, crowd=True))]), 0),
    # Only of its own columns anything is said.
    ("vehicles.any(value < 5)", home([YES], [(0, row(1, crowd=True))]), False),
    ("vehicles.any(value < household.rooms)",
     home([YES], [(0, row(1, crowd=True))]), None),
    ("vehicles.min(value)", home([YES], [(0, row(1)), (0, row(2, sure=False, value=Decimal(1)))]),
     ("bounds", 100, 3000000)),
    ("vehicles.min(value)", home([YES], [(0, row(2, sure=False))]), None),
    # More rows of who could not be matched: only where he may count.
    ("vehicles.count()", home([YES, MAYBE], [(0, row(1))], 1), ("bounds", 1, None)),
    ("vehicles.count()", home([YES, NO], [(0, row(1))], 1), 1),
]  # fmt: skip


@pytest.mark.parametrize(("text", "case", "expected"), BY_HAND)
def test_by_hand(text: str, case: Case, expected: Any) -> None:
    part = Part(parse(text, WITH_PERSONS.names, Context.household()))
    ((of_part,),) = readings.by_sql(WITH_PERSONS, [part], [case])
    assert of_part == (expected,)
    assert readings.by_interpreter(WITH_PERSONS, [part], [case]) == [[(expected,)]]


NAMED: list[tuple[str, Case, tuple[str, ...]]] = [
    ("members.count() > 1", home([YES, MAYBE], []), ("members[2].receives_dibao",)),
    # By its number, not by its columns.
    ("vehicles.any(value > 5)", home([YES], [(0, row(7, sure=False, value=None))]), ("vehicles[7]",)),
    ("vehicles.any(value > 5)", home([YES, NO], [(i, row(7, crowd=True)) for i in (0, 1)]),
     ("vehicles[*]",)),
    ("vehicles.any(value > 5)", home([YES], [(0, row(7, value=None))]), ("vehicles[7].value",)),
    ("vehicles.any(value > 5)", home([MAYBE], [(0, row(7))]), ("members[1].receives_dibao",)),
    ("vehicles.any(value > 5)", home([NO, YES], [(0, row(7)), (1, row(7, sure=False))]),
     ("vehicles[7]",)),
    ("vehicles.count() > 0", home([MAYBE], [], 0),
     ("members[1].receives_dibao", "members[1].vehicles")),
]  # fmt: skip


@pytest.mark.parametrize(("text", "case", "expected"), NAMED)
def test_what_is_still_needed_by_hand(text: str, case: Case, expected: tuple[str, ...]) -> None:
    rules = f"criteria: [{{id: c, title: 标准, when: '{text}'}}]\npoor: c\n"
    ruleset = probe(rules, declarations("not receives_dibao"))
    (found,) = decide_all(ruleset, [case])
    assert found.unknown == expected == decide(ruleset, case).unknown


@pytest.mark.parametrize("first_is_sure", [True, False])
def test_a_day_of_a_row_that_is_surely_of_one_and_perhaps_of_another(first_is_sure: bool) -> None:
    case = case_from(WITH_PERSONS, {"members": [YES, YES], "accounts": []}, AS_OF)
    rows = tuple(
        Rows((Row(1, {"opened_on": AS_OF}, sure=is_sure),))
        for is_sure in (first_is_sure, not first_is_sure)
    )
    case = replace(case, rows={"accounts": rows})
    for text in ("accounts.min(opened_on)", "accounts.max(opened_on)"):
        part = Part(parse(text, WITH_PERSONS.names, Context.household(), None))
        assert readings.by_sql(WITH_PERSONS, [part], [case]) == [[(AS_OF.isoformat(),)]]
        assert readings.by_interpreter(WITH_PERSONS, [part], [case]) == [[(AS_OF.isoformat(),)]]


# --- broken on purpose --------------------------------------------------------------------


def once_for_each_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Aggregates, "folded_once", lambda self, *adds: self.folded(*adds))


def everybody_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Aggregates, "counts_matter", lambda *_: False)


def every_row_is_sure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Aggregates, "row_is_sure", lambda *_: TRUE)


def whoever_is_asked_has_all_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Aggregates, "complete", lambda *_: TRUE)


def a_crowd_is_like_any_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Aggregates, "crowd_apart", lambda *_: False)


@pytest.mark.parametrize(
    "broken",
    [once_for_each_owner, everybody_counts, every_row_is_sure, whoever_is_asked_has_all_rows,
     a_crowd_is_like_any_rows],
)  # fmt: skip
def test_a_broken_reading_is_noticed(
    broken: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = [
        Part(parse(text, WITH_PERSONS.names, Context.household(), None)) for text, *_ in BY_HAND
    ]
    broken(monkeypatch)
    found = [
        readings.by_sql(WITH_PERSONS, [part], [case])[0][0]
        for part, (_, case, _) in zip(parts, BY_HAND, strict=True)
    ]
    assert found != [(expected,) for _, _, expected in BY_HAND]
