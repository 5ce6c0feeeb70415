"""What proofs and witnesses make of register rows that may be about somebody."""

from __future__ import annotations

from datetime import date

import pytest

from shibie.engines.solver.household import Bound
from shibie.engines.solver.symbolic import Symbolic
from shibie.errors import InputError
from shibie.language.parse import parse
from shibie.proofs.derived_households import Forgotten
from shibie.proofs.loosened import LoosenedReading
from shibie.proofs.prover import Prover
from shibie.proofs.unbounded import enough, read_of_who_counts
from shibie.proofs.witness import Witness
from shibie.proofs.witness_text import shown
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import loads
from support.completions import PACK as COMPLETIONS
from support.completions import pack

AS_OF = date(2024, 6, 1)
PACK = pack("members")


def test_a_perhaps_row_is_written_and_read() -> None:
    given = {"members": [{"cars": [{"kind": "车", "perhaps": True}, {"kind": "车"}]}]}
    case = case_from(PACK, given, AS_OF)
    assert [row.sure for row in case.rows_of("cars").items] == [False, True]
    told = shown(PACK, Witness(AS_OF, (given,)))
    assert "车（可能是本人的记录） | 车" in told
    assert "(may be about this person)" in shown(PACK, Witness(AS_OF, (given,)), "en")


def test_it_is_yes_or_no() -> None:
    with pytest.raises(InputError, match="perhaps"):
        case_from(PACK, {"members": [{"cars": [{"perhaps": "也许"}]}]}, AS_OF)


def test_a_proof_looks_at_rows_that_may_be_somebodys() -> None:
    """Were every row sure, it would be known whether there is a car."""
    claim = parse("cars.any(kind == '车') or cars.none(kind == '车')", PACK.names)
    prover = Prover(PACK, Bound(1, 1))
    household, truth = prover.household, prover.outcome.reading.truth(claim)
    known = [
        household.supplied("cars"), household.complete("cars", 0), household.present(0),
        prover.outcome.reading.counts(0).yes,
        *(value.known for slot, value in household.slots.items() if slot.name == "kind"),
    ]  # fmt: skip
    assert prover.ask([truth.unknown, *known])[0] == "found"
    assert prover.ask([truth.unknown, *known, household.sure("cars", 0, 0)])[0] == "none"


@pytest.mark.parametrize(("text", "loosened", "exact"), [
    ("members.count() < 0", "none", "none"),
    ("everyone.count() < 1", "none", "none"),
    ("members.count() < 1", "found", "found"),  # nobody may count
    ("cars.count(kind == '车') > 3", "found", "none"),
    ("members.any(paid) and not everyone.any(paid)", "none", "none"),
    ("everyone.any(paid) and not members.any(paid)", "found", "found"),
])  # fmt: skip
def test_loosened_and_exact(text: str, loosened: str, exact: str) -> None:
    claim = parse(text, PACK.names)
    bound = enough(PACK, [claim])
    prover = Prover(PACK, bound, reads=LoosenedReading)
    assert prover.ask([prover.outcome.reading.truth(claim).yes])[0] == loosened
    prover = Prover(PACK, Bound(3, 1))
    assert prover.ask([prover.outcome.reading.truth(claim).yes])[0] == exact


@pytest.mark.parametrize(("counted", "kept"), [
    ("not gone", True),
    # Who does not say that he is gone counts: until he does.
    ("not known(gone)", False),
    ("gone and known(gone)", False),
        ("not gone and (known(paid) or not known(paid))", True),
    ("not gone and (known(cars) or not known(cars))", False),  # it keeps: it is not proved of rows
])  # fmt: skip
def test_who_counts_is_kept_when_more_is_known(counted: str, kept: bool) -> None:
    ruleset = loads(
        COMPLETIONS.format(whose="members").replace("counted: not gone", f"counted: {counted}")
    )
    less = Forgotten(Symbolic(ruleset, Bound(1, 1)))
    assert LoosenedReading(less)._keeps_who_counts == kept


def test_nor_is_what_a_register_that_is_not_whole_does_not_settle() -> None:
    whole = COMPLETIONS.format(whose="members")
    text = whole.replace("    of: members\n", "    of: members\n    checks: gone\n")
    assert read_of_who_counts(loads(text)) == frozenset({("member", "gone")})
    assert (
        read_of_who_counts(
            loads(text.replace("checks: gone", "checks: gone\n    absence: unknown"))
        )
        is None
    )


@pytest.mark.parametrize("counted", ["cars.max(price) > 1", "wage > 1", "paid"])
def test_what_may_lack_a_value_is_not_known_where_all_else_is(counted: str) -> None:
    ruleset = loads(
        COMPLETIONS.format(whose="members").replace("counted: not gone", f"counted: {counted}")
    )
    read = read_of_who_counts(ruleset)
    assert read == (
        None if "max" in counted else {("member", "paid" if counted == "paid" else "wage")}
    )


@pytest.mark.parametrize(("text", "people"), [
    ("everyone.any(gone) and members.any(paid) and members.any(not paid)", 2),
    ("members.any(cars.any(kind == '车') and cars.none(kind == '摩托')) and cars.any(kind == '摩托')", 2),
])  # fmt: skip
def test_who_counts_costs_people(text: str, people: int) -> None:
    claim = parse(text, PACK.names)
    assert enough(PACK, [claim]).members >= people
    found = []
    for members in range(1, people + 1):
        prover = Prover(PACK, Bound(members, 2), reads=LoosenedReading)
        found.append(prover.ask([prover.outcome.reading.truth(claim).yes])[0])
    assert found == ["none"] * (people - 1) + ["found"]
