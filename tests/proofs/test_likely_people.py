"""Witnesses could live, where the question leaves it open; what the question says is not touched."""

from __future__ import annotations

from shibie import citizen_id
from shibie.engines.solver.household import Bound
from shibie.language.parse import parse
from shibie.proofs.prover import Prover
from shibie.proofs.witness import Given
from support.probe import probe

PROBE = probe()


def shown(claim: str, members: int) -> tuple[Given, dict[str, tuple[int, str]]]:
    """The household of which a claim is true, and of each relation the age and sex."""
    prover = Prover(PROBE, Bound(members, 1))
    witness = prover.claim(parse(claim, PROBE.names), plain=True).witness
    assert witness is not None
    (given,) = witness.states
    people: dict[str, tuple[int, str]] = {
        member["relation"]: (
            citizen_id.age(member["id_number"], witness.as_of),
            citizen_id.sex(member["id_number"]),
        )
        for member in given["members"]
    }
    assert witness.as_of == PROBE.effective_to
    return given, people


def test_a_family() -> None:
    kin = ("户主", "之女", "之父")
    claim = " and ".join(f'members.any(relation == "{each}" and age >= 0)' for each in kin)
    given, people = shown(f"{claim} and known(visited_on) and spending > 0", 3)
    head, daughter, father = (people[each] for each in kin)
    assert 18 <= head[0] <= 90
    assert daughter[0] <= head[0] - 15
    assert father[0] >= head[0] + 15
    assert (daughter[1], father[1]) == ("女", "男")
    assert given["visited_on"] <= PROBE.effective_to
    assert given["visited_on"].year >= PROBE.effective_to.year - 100
    assert given["spending"] <= 1_000_000


def test_what_is_asked_for_is_found_though_it_is_not_likely() -> None:
    claim = 'members.any(relation == "户主" and age > 100) and visited_on > as_of and spending > 900000000'
    given, people = shown(claim, 1)
    assert people["户主"][0] > 100
    assert given["visited_on"] > PROBE.effective_to
    assert given["spending"] > 900_000_000
