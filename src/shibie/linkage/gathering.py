"""The entries of a roster that no usable number settles, and those that they may be."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Final

from shibie.language.tree import MEMBER
from shibie.linkage.entries import PersonEntry, RowEntry, entries_of_row, persons_of, place_key
from shibie.linkage.near_names import near_pairs
from shibie.registers.links import Links
from shibie.registers.matching import key_of
from shibie.registers.said_texts import NAME
from shibie.registers.same_persons import NO_SAME_PERSONS, SamePersons
from shibie.rosters.parts import RosterParts
from shibie.ruleset.model import RuleSet

_NO_LINKS: Final[Links] = {}


@dataclass(frozen=True)
class Gathered:
    """What is compared.

    Attributes:
        persons: everybody on the roster who is decided.
        rows: whom the rows name that are not surely anybody's. One with the usable number of
            somebody else is among them where its name is like that of a person without a number.
        unnamed: of each supplied register without a column of names, how many such rows it has;
            of any other, how many of them have no name.
        same_persons: who is one person by acts.
        links: what acts say of rows, by register and row.
    """

    persons: tuple[PersonEntry, ...]
    rows: tuple[RowEntry, ...]
    unnamed: dict[str, int]
    same_persons: SamePersons = NO_SAME_PERSONS
    links: Links = field(default_factory=dict)

    def denied(self, row: RowEntry, person: PersonEntry) -> bool:
        """Whether an act says that a row is not about a person."""
        link = self.links.get(row.register, {}).get(row.row.number)
        if link is None:
            return False
        key = key_of(person.entry.number) if person.entry.number else -1
        return link.denies(key, person.place[0])

    @property
    def unnumbered(self) -> tuple[PersonEntry, ...]:
        """The persons without a usable number."""
        return tuple(each for each in self.persons if not each.entry.number)


def gathered(parts: RosterParts, ruleset: RuleSet, as_of: date) -> Gathered:
    """Go through a roster once.

    Args:
        parts: the roster.
        ruleset: says by what registers are matched.
        as_of: the day of judgement.
    """
    fields = sorted({field for each in ruleset.registers.values() for field, _ in each.or_match})
    titles = {spec.title: spec.name for spec in ruleset.field_specs(MEMBER).values()}
    persons: list[PersonEntry] = []
    same, links = NO_SAME_PERSONS, _NO_LINKS
    for part in parts.parts():
        same, links = part.roster.same_persons, part.roster.links
        for household in part.roster.households:
            if household.household_id in part.own:
                persons += persons_of(household, as_of, fields, titles)
    villages = {place_key(each.village): each.village for each in persons if each.village}
    sounds = {each.entry.name.sound for each in persons if not each.entry.number} - {""}
    rows: list[RowEntry] = []
    unnamed: dict[str, int] = {}
    for register in ruleset.registers.values():
        for row in parts.unsettled(register.name, numbered=bool(sounds)):
            found = list(entries_of_row(register, row, as_of, villages))
            if row.values.get(register.match):
                # Somebody else's by its number: only he may be meant who has none.
                names = {each.entry.name.sound for each in found}
                found = found if names & sounds or any(near_pairs(names, sounds)) else []
            elif not found:
                unnamed[register.name] = unnamed.get(register.name, 0) + 1
            rows += found
    return Gathered(tuple(persons), tuple(rows), unnamed, same, links)


def nameless(ruleset: RuleSet, name: str) -> bool:
    """Whether a register has no column that is held against names of persons."""
    return NAME not in dict(ruleset.registers[name].or_match)
