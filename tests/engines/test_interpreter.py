"""The reference interpreter: against logic, and case by case; test_subtrees has it against Python."""

from __future__ import annotations

import copy
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shibie.bounds import INFINITE, Bounds
from shibie.engines import interpreter
from shibie.engines.interpreter import evaluate, truth
from shibie.engines.kleene import conjunction, disjunction, negation
from shibie.engines.place import Place
from shibie.language import tree
from shibie.language.parse import parse
from shibie.language.variants import one_key
from shibie.rosters.household_input import case_from
from support import households
from support.expressions import AS_OF, Both, conditions
from support.probe import probe

PROBE = probe()


def value_of(text: str, facts: dict[str, Any], **options: Any) -> Any:
    case = case_from(PROBE, facts, AS_OF, **options)
    return evaluate(parse(text, PROBE.names), Place.top(PROBE, case))


@given(
    conditions(partial=True),
    conditions(partial=True),
    conditions(partial=True),
    households.partial(),
)
def test_kleene_laws(a: Both, b: Both, c: Both, facts: households.Given) -> None:
    def holds(left: str, right: str) -> None:
        put = {"A": f"({a.text})", "B": f"({b.text})", "C": f"({c.text})"}
        texts = ["".join(put.get(char, char) for char in side) for side in (left, right)]
        assert value_of(texts[0], facts) is value_of(texts[1], facts), (left, right)

    holds("not (A and B)", "not A or not B")
    holds("not (A or B)", "not A and not B")
    holds("not not A", "A")
    holds("A and B", "B and A")
    holds("A or (B or C)", "(A or B) or C")
    holds("A and (B or C)", "(A and B) or (A and C)")
    holds("A or (B and C)", "(A or B) and (A or C)")
    holds("A or (A and B)", "A")
    holds("A and A", "A")


@given(conditions(partial=True), households.partial(), st.data())
def test_facts_that_become_known_never_turn_a_known_value(
    both: Both, facts: households.Given, data: st.DataObject
) -> None:
    before = value_of(both.text, facts)
    if before is None:
        return
    assert value_of(both.text, fuller(facts, data.draw(households.complete()), data)) is before


def fuller(
    facts: households.Given, source: households.Given, data: st.DataObject
) -> households.Given:
    """The same household with some facts become known, as another one has them.

    What becomes known is a blank, filled consistently with what the registers said; a register,
    supplied; a number, found. A "yes" declared where its register has said "no" is an act, as a
    new row and a verdict are, and may turn what was known: none of them is made here.
    """
    fill = data.draw(st.floats(0, 1))
    draw = st.floats(0, 1, exclude_max=True)
    out = copy.deepcopy(facts)
    for name in households.FIELDS:
        if out[name] is None and data.draw(draw) < fill:
            out[name] = source[name]
    if facts["owns_vehicle"] is None and value_of("owns_vehicle", facts) is False:
        out["owns_vehicle"] = None if out["owns_vehicle"] is None else False
    donor = source["members"][0]
    for register in households.ROWS:
        absent = all(register not in member for member in out["members"])
        if absent and not facts["trust_declarations"] and data.draw(draw) < fill:
            for member in out["members"]:
                member[register] = donor[register]
    for before, member in zip(facts["members"], out["members"], strict=True):
        for name in households.MEMBER_FIELDS:
            if member[name] is None and data.draw(draw) < fill:
                member[name] = donor[name]
        alone = {**facts, "members": [before]}
        if before["on_payroll"] is None and value_of("members.any(on_payroll)", alone) is False:
            member["on_payroll"] = None if member["on_payroll"] is None else False
        for register, columns in households.ROWS.items():
            for row in member.get(register, ()):
                for column in columns:
                    if row[column] is None and donor[register] and data.draw(draw) < fill:
                        row[column] = donor[register][0][column]
    return out


def test_kleene_tables() -> None:
    values = (True, False, None)
    assert [negation(a) for a in values] == [False, True, None]
    assert [[conjunction([a, b]) for b in values] for a in values] == [
        [True, False, None], [False, False, False], [None, False, None],
    ]  # fmt: skip
    assert [[disjunction([a, b]) for b in values] for a in values] == [
        [True, True, True], [True, False, None], [True, None, None],
    ]  # fmt: skip


PERSON: dict[str, Any] = {"wage": Decimal("5.00")}


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        # missing is unknown, never 0 and never false
        ("wage_income > 0", {}, None),
        ("wage_income == wage_income", {}, None),
        ("flag or wage_income > 0", {"flag": True}, True),
        ("flag and wage_income > 0", {"flag": False}, False),
        ("not flag", {}, None),
        ('level == "甲"', {}, None),
        ('level in ["甲", "乙"]', {"level": "丙"}, False),
        ('"因病" in risks', {"risks": []}, False),
        ('"因病" in risks', {}, None),
        # edges
        ("round(1 / 0, 2)", {}, None),
        ("round(spending / rooms, 2)", {"spending": 10, "rooms": 0}, None),
        ("round(2.345, 2)", {}, Decimal("2.35")),
        ("round(-2.345, 2)", {}, Decimal("-2.35")),
        ("round(2 / 3, 2)", {}, Decimal("0.67")),
        ("round(-1 / 8, 2)", {}, Decimal("-0.13")),
        ("0.1 + 0.2 == 0.3", {}, True),
        ("min(1, wage_income)", {}, None),
        ("max(1, wage_income)", {"wage_income": 3}, Decimal(3)),
        ("abs(wage_income)", {}, None),
        ("1 if flag else 2", {}, Bounds(1, 2)),
        ("1 if flag else 1", {}, Decimal(1)),
        ("wage_income if flag else 1", {"flag": False}, Decimal(1)),
        ('years_between(date("2000-02-29"), date("2001-02-28"))', {}, 0),
        ('days_between(date("2016-02-28"), as_of)', {}, 2),
        ("known(wage_income)", {}, False),
        ("known(wage_income)", {"wage_income": 0}, True),
        # members
        ("members.count()", {"members": [{}, {}]}, 2),
        ("members.count(wage > 1)", {"members": [PERSON, {}]}, Bounds(1, 2)),
        ("members.any(wage > 1)", {"members": [PERSON, {}]}, True),
        ("members.all(wage > 9)", {"members": [PERSON, {}]}, False),
        ("members.none(wage > 1)", {"members": [PERSON, {}]}, False),
        ("members.sum(wage)", {"members": [PERSON, {}]}, None),
        ("members.max(wage)", {"members": [PERSON, PERSON]}, Decimal("5.00")),
        ("members.any(age > 1)", {"members": [{}]}, None),
        # registers: not supplied is unknown, supplied without a row is empty
        ("vehicles.any(value > 1)", {"members": [{}]}, None),
        ("vehicles.count()", {"members": [{}]}, Bounds(0, INFINITE)),
        ("known(vehicles)", {"members": [{}]}, False),
        ("vehicles.any(value > 1)", {"members": [{"vehicles": []}]}, False),
        ("vehicles.all(value > 1)", {"members": [{"vehicles": []}]}, True),
        ("vehicles.count()", {"members": [{"vehicles": []}]}, 0),
        ("vehicles.sum(value)", {"members": [{"vehicles": []}]}, Decimal(0)),
        ("vehicles.min(value)", {"members": [{"vehicles": []}]}, None),
        # a person without a usable number
        ("vehicles.any(value > 1)", {"members": [{"id_number": None, "vehicles": []}]}, None),
        ("vehicles.any(value > 1)", {"members": [{"id_number": None}, {"vehicles": [{"value": 2}]}]}, True),
        ("vehicles.count()", {"members": [{"id_number": None}, {"vehicles": [{"value": 2}]}]},
         Bounds(1, INFINITE)),
        # one person at a time
        ("members.any(wage > 1 and vehicles.any(value > 1))",
         {"members": [{**PERSON, "vehicles": []}, {"wage": 0, "vehicles": [{"value": 2}]}]}, False),
        ("members.any(wage > 1 and household.vehicles.any(value > 1))",
         {"members": [{**PERSON, "vehicles": []}, {"wage": 0, "vehicles": [{"value": 2}]}]}, True),
        # a declared "no" counts only once it is compared
        ("owns_vehicle", {"owns_vehicle": True, "members": [{}]}, True),
        ("owns_vehicle", {"owns_vehicle": False, "members": [{}]}, None),
        ("owns_vehicle", {"owns_vehicle": False, "members": [{"vehicles": []}]}, False),
        ("owns_vehicle", {"members": [{"vehicles": []}]}, False),
        ("owns_vehicle", {"owns_vehicle": True, "members": [{"vehicles": []}]}, True),
        ("owns_vehicle", {"owns_vehicle": False, "members": [{"vehicles": [{"kind": "轿车"}]}]}, True),
        ("owns_vehicle", {"owns_vehicle": False, "members": [{"vehicles": [{"kind": "摩托"}]}]}, False),
        ("owns_vehicle", {"owns_vehicle": False, "members": [{"vehicles": [{"kind": None}]}]}, None),
        # parameters by date and by key (as of 2016-03-01)
        ("line", {}, Decimal("2855.5")),
        ("regional", {"province": "云南"}, Decimal(100)),
        ("regional", {"province": "西藏"}, None),
        ("regional", {}, None),
        # by a whole number: rooms, three and more alike; none for two
        ("crowding", {"rooms": 0}, Decimal(5)),
        ("crowding", {"rooms": 1}, Decimal("30.5")),
        ("crowding", {"rooms": 2}, None),
        ("crowding", {"rooms": 7}, Decimal(80)),
        ("crowding", {}, None),
    ],
)  # fmt: skip
def test_value(text: str, facts: dict[str, Any], expected: Any) -> None:
    found = value_of(text, facts)
    assert found == expected
    assert (found is None) == (expected is None)


def test_trusting_declarations_only_where_no_register_was_supplied() -> None:
    declared = {"owns_vehicle": False, "members": [{}]}
    assert value_of("owns_vehicle", declared, trust_declarations=True) is False
    assert value_of("owns_vehicle", {"members": [{}]}, trust_declarations=True) is None
    hit = {"owns_vehicle": False, "members": [{"vehicles": [{"kind": "货车"}]}]}
    assert value_of("owns_vehicle", hit, trust_declarations=True) is True


def test_a_parameter_changes_on_its_date() -> None:
    case = case_from(PROBE, {}, date(2015, 5, 31))
    assert truth(parse("line == 2800", PROBE.names), PROBE, case) is True
    case = case_from(PROBE, {}, date(2015, 6, 1))
    assert truth(parse("line == 2855.5", PROBE.names), PROBE, case) is True


def test_age_turns_on_the_birthday() -> None:
    facts = {"members": [{"id_number": "511921200003010012"}]}
    number = facts["members"][0]["id_number"][:17]
    from shibie.citizen_id import check_digit

    facts["members"][0]["id_number"] = number + check_digit(number)
    assert value_of("members.all(age == 16)", facts) is True


def test_a_node_without_a_case_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    # A class made here for it would stay a subclass of Node in every test that comes after.
    monkeypatch.delitem(interpreter.CASES, one_key(tree.Not, ""))
    with pytest.raises(KeyError):
        value_of("not flag", {"flag": True})
