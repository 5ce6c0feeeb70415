"""Which household of now a household of before has become: by the persons they share.

A household continues in another when more than half of the persons of either are shared
(or half of both, where neither continues elsewhere); one person who married away does not
carry a household along. Persons without a usable citizen number cannot be matched and are
listed as such.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from shibie.citizen_id import birth_date
from shibie.household import BareHousehold, BareMember
from shibie.registers.matching import usable_number


@dataclass(frozen=True)
class Link:
    """A household of before that continues in one of now, with how many persons they share."""

    before: str
    now: str
    shared: int


@dataclass(frozen=True)
class Matched:
    """Two rosters matched.

    Attributes:
        before: the households of before by id.
        now: the households of now by id.
        links: which continues in which.
        places_before: the households of before in which a number is.
        places_now: the households of now in which a number is.
    """

    before: Mapping[str, BareHousehold]
    now: Mapping[str, BareHousehold]
    links: tuple[Link, ...]
    places_before: Mapping[str, tuple[str, ...]]
    places_now: Mapping[str, tuple[str, ...]]
    as_of: date

    @cached_property
    def _by_before(self) -> Mapping[str, tuple[str, ...]]:
        return _ordered((link.before, link.now, link.shared) for link in self.links)

    @cached_property
    def _by_now(self) -> Mapping[str, tuple[str, ...]]:
        return _ordered((link.now, link.before, link.shared) for link in self.links)

    def successors(self, household_id: str) -> tuple[str, ...]:
        """The households of now in which one of before continues, the largest share first."""
        return self._by_before.get(household_id, ())

    def origins(self, household_id: str) -> tuple[str, ...]:
        """The households of before that continue in one of now, the largest share first."""
        return self._by_now.get(household_id, ())

    def number(self, member: BareMember) -> str | None:
        """A member's citizen number, if it is usable."""
        return usable_number(getattr(member, "id_number", None), self.as_of)


def match(
    before: Sequence[BareHousehold], now: Sequence[BareHousehold], as_of: date, since: date
) -> Matched:
    """Match two rosters by their persons' citizen numbers.

    Args:
        before: the households of before.
        now: the households of now.
        as_of: the day of judgement.
        since: the day of the roster before; children born after it make nobody a stranger.
    """
    people_before = {each.household_id: _numbers(each, as_of) for each in before}
    people_now = {
        each.household_id: frozenset(
            number for number in _numbers(each, as_of) if birth_date(number) <= since
        )
        for each in now
    }
    places_before, places_now = _places(people_before), _places(people_now)
    shared: dict[tuple[str, str], int] = {}
    for old, people in people_before.items():
        for number in people:
            for new in places_now.get(number, ()):
                shared[old, new] = shared.get((old, new), 0) + 1
    links = [
        Link(old, new, count)
        for (old, new), count in shared.items()
        if count * 2 > min(len(people_before[old]), len(people_now[new]))
    ]
    # Of a widow with a new-born child half of the persons are shared: it is her household
    # still, unless either side continues elsewhere by more than half.
    taken = {link.before for link in links}, {link.now for link in links}
    links += [
        Link(old, new, count)
        for (old, new), count in shared.items()
        if count * 2 == len(people_before[old]) == len(people_now[new])
        and old not in taken[0]
        and new not in taken[1]
    ]
    return Matched(
        {each.household_id: each for each in before}, {each.household_id: each for each in now},
        tuple(links), places_before, places_now, as_of,
    )  # fmt: skip


def _numbers(household: BareHousehold, as_of: date) -> frozenset[str]:
    found = (usable_number(getattr(each, "id_number", None), as_of) for each in household.members)
    return frozenset(number for number in found if number is not None)


def _places(people: Mapping[str, frozenset[str]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for household_id, numbers in people.items():
        for number in numbers:
            found[number].append(household_id)
    return {number: tuple(households) for number, households in found.items()}


def _ordered(pairs: Iterable[tuple[str, str, int]]) -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[tuple[int, str]]] = defaultdict(list)
    for one, other, shared in pairs:
        found[one].append((-shared, other))
    return {one: tuple(other for _, other in sorted(others)) for one, others in found.items()}
