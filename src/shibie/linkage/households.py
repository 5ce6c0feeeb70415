"""Households of which one may be the other, entered again: under the husband and under the wife."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shibie.linkage.entries import PersonEntry
from shibie.linkage.model import Aspect, Level, Model, chance, frequencies
from shibie.linkage.scoring import Scored, scored, write_table
from shibie.vocabulary import HEAD, SPOUSE

if TYPE_CHECKING:
    import duckdb

# Of so few persons in common two families are taken for one perhaps.
_FEWEST: Final = 2
# Of a thousand households five are entered twice.
_TWICE: Final = 0.005
_COLUMNS: Final = {
    **dict.fromkeys(("unique_id", "head", "spouse", "village"), "VARCHAR"),
    "sounds": "VARCHAR[]", "size": "BIGINT", "twins": "VARCHAR[]",
}  # fmt: skip


@dataclass(frozen=True)
class SharedPersons:
    """Two households with persons in common.

    Attributes:
        one: the first in the order of the roster.
        other: the second.
        pairs: who in the first may be whom in the second; sure where both have one number.
    """

    one: str
    other: str
    pairs: tuple[tuple[PersonEntry, PersonEntry], ...]

    @property
    def certain(self) -> int:
        """How many of them are one by their numbers."""
        return sum(bool(a.entry.number and b.entry.number) for a, b in self.pairs)


def shared_persons(households: Mapping[str, Sequence[PersonEntry]]) -> Iterator[SharedPersons]:
    """The households with two persons or more in common that not all have numbers.

    Two are the same person perhaps if their names sound alike and no numbers speak against it.

    Args:
        households: their persons, in the order of the roster.
    """
    order = {number: at for at, number in enumerate(households)}
    bearers: defaultdict[str, list[PersonEntry]] = defaultdict(list)
    for each in (person for persons in households.values() for person in persons):
        if each.entry.name.sound:
            bearers[each.entry.name.sound].append(each)
    found: defaultdict[tuple[str, str], list[tuple[PersonEntry, PersonEntry]]] = defaultdict(list)
    for several in bearers.values():
        unnumbered = [each for each in several if not each.entry.number]
        for pair in _pairs(several, unnumbered):
            one, other = sorted(pair, key=lambda each: order[each.place[0]])
            if one.place[0] != other.place[0]:
                found[one.place[0], other.place[0]].append((one, other))
    for (first, second), open_pairs in sorted(found.items()):
        pairs = [*open_pairs, *_by_number(households[first], households[second])]
        persons = {one.place for one, _ in pairs}, {other.place for _, other in pairs}
        if min(map(len, persons)) >= _FEWEST:
            yield SharedPersons(first, second, tuple(pairs))


def _pairs(
    several: Sequence[PersonEntry], unnumbered: Sequence[PersonEntry]
) -> Iterator[tuple[PersonEntry, PersonEntry]]:
    """Each who has no number with each other one, once."""
    before: set[tuple[str, str]] = set()
    for one in unnumbered:
        before.add(one.place)
        for other in several:
            if other.place not in before:
                yield one, other


def _by_number(
    first: Sequence[PersonEntry], second: Sequence[PersonEntry]
) -> Iterator[tuple[PersonEntry, PersonEntry]]:
    numbers = {each.entry.number: each for each in first if each.entry.number}
    for other in second:
        if other.entry.number in numbers:
            yield numbers[other.entry.number], other


def weighed_households(
    connection: duckdb.DuckDBPyConnection, households: Mapping[str, Sequence[PersonEntry]],
    pairs: Sequence[SharedPersons], least: float,
) -> Iterator[tuple[SharedPersons, Scored]]:  # fmt: skip
    """The pairs of households that may be one, weighed.

    Args:
        connection: the database.
        households: the whole roster.
        pairs: those with persons in common.
        least: the least weight.
    """
    twins: defaultdict[str, list[str]] = defaultdict(list)
    by_twins = {}
    for at, pair in enumerate(pairs):
        by_twins[pair.one, pair.other] = by_twins[pair.other, pair.one] = pair
        for each in (pair.one, pair.other):
            twins[each].append(str(at))
    rows = [
        {
            "unique_id": number, "head": _called(persons, HEAD), "spouse": _called(persons, SPOUSE),
            "village": persons[0].entry.village, "size": len(persons),
            "sounds": [each.entry.name.sound for each in persons if each.entry.name.sound],
            "twins": twins[number],
        }
        for number, persons in households.items() if number in twins
    ]  # fmt: skip
    write_table(connection, "households_compared", rows, _COLUMNS)
    model = _model(households)
    for weighed in scored(connection, "households_compared", model, least):
        yield by_twins[weighed.one, weighed.other], weighed


def _called(persons: Sequence[PersonEntry], relation: str) -> str:
    found = (each for each in persons if each.relation == relation)
    return next((each.entry.name.sound for each in found), "")


def _model(households: Mapping[str, Sequence[PersonEntry]]) -> Model:
    """How often two families have names in common by chance is told by how frequent names are."""
    every = [person for persons in households.values() for person in persons]
    sounds = frequencies(each.entry.name.sound for each in every)
    counts = (each.entry.name.sound for each in every if each.entry.name.sound)
    alike = sum(sounds[each] for each in counts) / max(len(every), 1)
    size = len(every) / max(len(households), 1)
    expected = max(size * size * alike, 1e-6)
    village = chance(persons[0].entry.village for persons in households.values())
    common = "len(list_intersect(sounds_l, sounds_r))"
    exchanged = "coalesce(head_l = spouse_r, false) OR coalesce(spouse_l = head_r, false)"
    aspects = (
        Aspect("shared", "sounds_l IS NULL OR sounds_r IS NULL", (
            Level("three", f"{common} >= 3", 0.60, min(expected**3 / 6, 0.1)),
            Level("two", "ELSE", 0.20, min(expected**2 / 2, 0.2)),
        )),
        Aspect("covered", "sounds_l IS NULL OR sounds_r IS NULL", (
            Level("all", f"{common} >= least(size_l, size_r)", 0.75, 0.30),
            Level("part", "ELSE", 0.25, 0.70),
        )),
        Aspect("heads", "head_l IS NULL OR head_r IS NULL", (
            Level("same", "head_l = head_r", 0.50, 0.40),
            Level("exchanged", exchanged, 0.35, 0.10),
            Level("other", "ELSE", 0.15, 0.50),
        )),
        Aspect("village", "village_l IS NULL OR village_r IS NULL", (
            Level("same", "village_l = village_r", 0.60, village),
            Level("other", "ELSE", 0.40, 1 - village),
        )),
    )  # fmt: skip
    prior = min(2 * _TWICE / max(len(households), 1), 0.5)
    return Model(aspects, (("l.twins = r.twins", "twins"),), prior, {})
