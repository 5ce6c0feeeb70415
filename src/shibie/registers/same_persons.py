"""Entries on a roster that acts say are one person, put together."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from shibie.acts import SamePerson
from shibie.errors import Words
from shibie.registers.links import Place


@dataclass(frozen=True)
class SamePersons:
    """Whom acts join, as persons that are numbered from 0.

    Attributes:
        places: by household and member, which person he is.
        numbers: the same by his citizen number, which others may bear, too.
    """

    places: Mapping[Place, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)

    def person(self, household_id: str, member_id: str, number: str | None) -> int | str | None:
        """What is the same for every entry of a person; None of one who is nobody else.

        >>> same = SamePersons({("H1", "2"): 0}, {"11010519491231002X": 0})
        >>> same.person("H1", "2", None), same.person("H7", "1", "11010519491231002X")
        (0, 0)
        """
        found = self.places.get((household_id, member_id))
        if found is None and number is not None:
            found = self.numbers.get(number)
        return number if found is None else found

    def number(self, household_id: str, member_id: str) -> str | None:
        """The citizen number of a person that any of his entries has."""
        person = self.places.get((household_id, member_id))
        return next((number for number, at in self.numbers.items() if at == person), None)

    def entries_of(self, persons: Collection[int | str | None]) -> tuple[set[str], set[str]]:
        """The households that such persons are joined in, and the numbers that they bear."""
        return (
            {household for (household, _), at in self.places.items() if at in persons},
            {number for number, at in self.numbers.items() if at in persons},
        )


NO_SAME_PERSONS = SamePersons()


class Joining:
    """Puts entries together pair by pair, each as far as it does not contradict those before.

    Args:
        numbers: of every member of the households that pairs name, the usable number or None.
    """

    def __init__(self, numbers: Mapping[Place, str | None]) -> None:
        self.numbers = numbers
        bearers: dict[str, frozenset[Place]] = {}
        for place, number in numbers.items():
            if number is not None:
                bearers[number] = bearers.get(number, frozenset()) | {place}
        self._bearers = bearers
        self._joined: dict[Place, frozenset[Place]] = {}

    def refusal(self, pair: SamePerson) -> Words | None:
        """Why a pair cannot be one person; None where it can, and then it is joined."""
        one = pair.household_id, pair.member_id
        other = pair.other_household_id, pair.other_member_id
        if None not in (own := {self.numbers[one], self.numbers[other]}) and len(own) > 1:
            return Words("两人的证件号码不同", "their citizen numbers differ")
        together = self._entries(one) | self._entries(other)
        if len({self.numbers[place] for place in together} - {None}) > 1:
            return Words(
                "连同其他“同一人”，证件号码不同的人成了一人",
                "with the other pairs, persons whose citizen numbers differ would be one",
            )
        if len({household for household, _ in together}) < len(together):
            return Words(
                "连同其他“同一人”和相同的证件号码，一户的两个人成了一人",
                "with the other pairs and equal numbers, two members of a household would be one",
            )
        self._joined |= dict.fromkeys(together, together)
        return None

    def found(self) -> SamePersons:
        """The persons."""
        persons = tuple(dict.fromkeys(self._joined.values()))
        places = {place: at for at, person in enumerate(persons) for place in person}
        known = ((self.numbers[place], at) for place, at in places.items())
        return SamePersons(places, {number: at for number, at in known if number is not None})

    def _entries(self, place: Place) -> frozenset[Place]:
        """The entries that are one person with one so far: by pairs, or by an equal number."""
        number = self.numbers[place]
        alone = frozenset((place,))
        return self._joined.get(place) or (
            alone if number is None else self._bearers.get(number, alone)
        )
