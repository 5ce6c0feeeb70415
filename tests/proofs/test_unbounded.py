"""The small-model argument: what is enough is enough, and less would not be."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shibie.engines.solver.household import TOP, Bound
from shibie.engines.solver.logic import both
from shibie.language.parse import parse
from shibie.language.tree import Node
from shibie.proofs.loosened import LoosenedReading
from shibie.proofs.prover import Prover
from shibie.proofs.unbounded import enough
from shibie.ruleset.conditions import deciding_conditions
from shibie.ruleset.loader import load, loads
from shibie.ruleset.model import RuleSet
from support.completions import pack
from support.packs import sound
from support.probe import DECLARATIONS, HEAD
from support.profiles import examples

# Conditions that each say something of members and rows in a way of its own.
PIECES = [
    "members.any(role == '甲')", "members.all(role == '甲')", "members.none(wage > 5)",
    "members.any(wage > 3 and role == '乙')", "members.any(receives_dibao)",
    "members.any(vehicles.any(kind == '轿车') and role == '甲')",
    "members.all(vehicles.any(kind == '轿车') or receives_dibao)",
    "members.any(vehicles.all(kind == '摩托') and vehicles.any(value > 3))",
    "vehicles.any(kind == '轿车')", "vehicles.all(value > 3)", "vehicles.any(value > 9)",
    "vehicles.count() > 0", "vehicles.sum(value) > 10", "members.count(wage > 3) == 2",
    "accounts.any(active)", "accounts.any(not active and household.flag)",
    "accounts.all(balance > 3)", "known(accounts)", "owns_vehicle", "members.any(on_payroll)",
]  # fmt: skip
BASE = loads(HEAD + DECLARATIONS + 'poor: "true"\n')


def reply(ruleset: RuleSet, claim: Node, bound: Bound) -> str:
    """Whether the loosened claim can be true and can be unknown, up to a bound."""
    said = []
    for way in ("yes", "unknown"):
        prover = Prover(ruleset, bound, reads=LoosenedReading)
        truth = prover.outcome.reading.truth(claim)
        said.append(prover.ask([both(getattr(truth, way))])[0])
    return " ".join(said)


@st.composite
def combined(draw: st.DrawFn) -> str:
    """A conjunction in which much has to be there at once."""
    parts = draw(st.lists(st.sampled_from(PIECES), min_size=2, max_size=4, unique=True))
    return " and ".join(f"not ({part})" if draw(st.booleans()) else part for part in parts)


@settings(max_examples=examples(quick=6, ci=12, deep=300))
@given(combined())
def test_more_people_and_rows_change_nothing(text: str) -> None:
    claim = parse(text, BASE.names)
    bound = enough(BASE, [claim])
    more = Bound(bound.members + 2, bound.rows + 1)
    assert reply(BASE, claim, bound) == reply(BASE, claim, more)


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("members.any(role == '甲') and members.any(role == '乙')", 2),
        ("members.any(role == '甲') and members.any(role == '乙') and members.any(not known(role))", 3),
        ("members.any(accounts.any(active)) and members.any(accounts.any(not active) and accounts.none(active))", 2),
    ],
)  # fmt: skip
def test_fewer_would_not_be_enough(text: str, people: int) -> None:
    claim = parse(text, BASE.names)
    assert enough(BASE, [claim]).members >= people
    found = [reply(BASE, claim, Bound(members, 2)).split()[0] for members in range(1, people + 1)]
    assert found == ["none"] * (people - 1) + ["found"]


def test_rows_are_counted_by_register() -> None:
    three = "vehicles.any(value > 3) and vehicles.any(value < 2) and accounts.any(active)"
    assert enough(BASE, [parse(three, BASE.names)]).rows == 1 + 2 * 4


@pytest.mark.parametrize(
    "text",
    [
        "cars.any(kind == '车') and cars.none(kind == '摩托')",
        "cars.any(kind == '车') and members.all(paid)",
        "cars.none(kind == '车') and everyone.any(cars.any(kind == '车'))",
        "cars.any(kind == '车') and cars.none(kind == '车')",
        "known(cars) and not known(cars)",
        "members.any(paid) and members.none(paid)",
    ],
)
@pytest.mark.parametrize("of", ["members", "everyone"])
def test_rows_of_who_may_not_count(text: str, of: str) -> None:
    """Whether a row's owner counts is loosened, so one person before and one after has them all."""
    ruleset = pack(of)
    claim = parse(text, ruleset.names)
    bound = enough(ruleset, [claim])
    assert bound.holders == 3
    more = Bound(bound.members + 1, bound.rows + 1)
    assert reply(ruleset, claim, bound) == reply(ruleset, claim, more)


def test_what_rests_on_sums_is_not_claimed_for_every_size() -> None:
    claim = parse("members.count() > 40", BASE.names)
    assert reply(BASE, claim, enough(BASE, [claim])).startswith("found")


def test_the_shipped_pack_needs_few() -> None:
    ruleset = load("bazhong-2015")
    bound = enough(ruleset, deciding_conditions(ruleset))
    assert (bound.members, bound.rows, bound.holders) == (19, 13, 3)
    # Six parts speak of vehicles, each of two things, before and after; one row more may come. Whose
    # they are is not asked, as it is of the payroll, of which two things are said of a person.
    assert [bound.rows_of("vehicles", member) for member in (2, 3)] == [13, 0]
    assert [bound.rows_of("payroll", member) for member in (2, 3)] == [5, 5]
    assert enough(sound(), deciding_conditions(sound())).members <= 12


def test_a_quotient_grows_with_its_numerator_only_over_the_same_people() -> None:
    """The laws of quotients that the loosened reading keeps, and no others."""
    one = parse("round(wage_income / rooms, 2) > round(spending / rooms, 2)", BASE.names)
    prover = Prover(BASE, Bound(1, 1), reads=LoosenedReading)
    truth = prover.outcome.reading.truth(one)
    names = {slot.name: value for slot, value in prover.household.slots.items()}
    above, below, rooms = (names[each].units for each in ("wage_income", "spending", "rooms"))  # type: ignore[union-attr]
    assert prover.ask([truth.yes, above <= below, rooms > 0])[0] == "none"
    assert prover.ask([truth.yes, above > below, rooms > 0])[0] == "found"
    quotient = parse("round((wage_income - spending) / rooms, 2)", BASE.names)
    value = prover.outcome.reading.number(quotient, TOP)
    assert prover.ask([value.units < 0, above >= below, rooms > 0])[0] == "none"
    assert prover.ask([value.units < 0, above < below, rooms > 0])[0] == "found"
