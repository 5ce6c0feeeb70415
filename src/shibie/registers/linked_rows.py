"""Links held against the rows that they name: which rows these are, and whom they fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date

from shibie.acts import Link
from shibie.case import Value
from shibie.errors import Words, did_you_mean
from shibie.registers.links import RowLink
from shibie.registers.masked_numbers import shows_part_of
from shibie.registers.matching import key_of, number_of
from shibie.registers.perhaps_rows import PerhapsRows
from shibie.registers.row_key import compared, name_of_row
from shibie.registers.rows import RegisterRow
from shibie.registers.said_texts import NAME, said_by_person, said_by_register
from shibie.ruleset.model import Register, RuleSet


@dataclass(frozen=True)
class LinkedPerson:
    """A member whom a link names.

    Attributes:
        number: his usable number, if he has one.
        values: what he, or else his household, says in each field.
        row: where he stands in the table of members.
    """

    number: str | None
    values: Mapping[str, Value]
    row: int = 0


class LinkedRows:
    """Goes through the rows of registers, and says of each what links say of it.

    A link counts on each row of its key that fits whom it names, and of which no other link that
    fits says otherwise.

    Args:
        ruleset: the registers.
        as_of: the day of judgement.
        links: those in force, and what verdicts say of rows.
        people: at least the members whom they name; all of a household that they name alone.

    Attributes:
        found: what is said of the rows gone through, by register and row.
    """

    def __init__(
        self, ruleset: RuleSet, as_of: date, links: Iterable[Link],
        people: Mapping[tuple[str, str], LinkedPerson],
    ) -> None:  # fmt: skip
        self.ruleset, self.as_of, self.people = ruleset, as_of, people
        self.by_name: dict[str, dict[str, list[Link]]] = {}
        self._of_household: dict[str, list[LinkedPerson]] = {}
        for (household, _), person in people.items():
            self._of_household.setdefault(household, []).append(person)
        for link in dict.fromkeys(links):
            of_register = self.by_name.setdefault(link.register, {})
            of_register.setdefault(compared(link.row_key), []).append(link)
        self._numbers = {name: self._numbers_of(name) for name in self.by_name}
        self.found: dict[str, dict[int, RowLink]] = {}
        self._fitting: set[Link] = set()
        self._counting: set[Link] = set()
        # Those that would fit with evidence of whose the row is.
        self._unvouched: set[Link] = set()
        # The names of the rows of each person whom links of a register name.
        self._names: dict[tuple[str, str], set[str]] = {}

    def of(self, register: str) -> tuple[Link, ...]:
        """The links of a register."""
        return tuple(
            link for links in self.by_name.get(register, {}).values() for link in links
        )  # fmt: skip

    def numbers(self, register: str) -> frozenset[str]:
        """The numbers of the persons whom links of a register name, or whose household."""
        return self._numbers.get(register, frozenset())

    def add(self, name: str, row: RegisterRow) -> RowLink | None:
        """What links say of a row of a register; None where they say nothing."""
        named = self.by_name.get(name)
        if not named:
            return None
        register = self.ruleset.registers[name]
        number = number_of(register, row, self.as_of)
        # A row about somebody that cannot be read counts with none of what it says.
        if number is not None and not row.readable:
            return None
        key = name_of_row(register, row)
        if number in self._numbers[name]:
            self._names.setdefault((name, str(number)), set()).add(key)
        links = named.get(compared(key))
        if not links:
            return None
        said = self._said(register, row, number, links)
        if said == RowLink():
            return None
        self.found.setdefault(name, {})[row.number] = said
        return said

    def unfitting(self, supplied: Set[str]) -> frozenset[Link]:
        """The links without a row that fits whom they name, once all rows were seen.

        Args:
            supplied: the registers that there are; links of others cannot be judged.
        """
        return frozenset(
            link for name in self.by_name if name in supplied for link in self.of(name)
            if link not in self._fitting
        )  # fmt: skip

    def contradicting(self, supplied: Set[str]) -> frozenset[Link]:
        """The links that count on no row, for others that fit say otherwise of each.

        Args:
            supplied: the registers that there are; of others all links of one key are compared.
        """
        found = self._fitting - self._counting
        for name, keys in self.by_name.items():
            if name not in supplied:
                found |= set[Link]().union(*map(contradicted, keys.values()))
        return frozenset(found)

    def needs_evidence(self, link: Link) -> bool:
        """Whether a row of that key is written with another name or place than whom a link names.

        Nothing that its number shows speaks against him: with evidence the link counts.
        """
        return link in self._unvouched

    def meant(self, link: Link) -> Words | None:
        """The name most like a link's among the rows of whom it names, or None."""
        numbers = {person.number for person in self._people_of(link)}
        return did_you_mean(
            link.row_key,
            sorted(
                {n for each in numbers for n in self._names.get((link.register, str(each)), ())}
            ),
        )

    def _numbers_of(self, register: str) -> frozenset[str]:
        people = (person for link in self.of(register) for person in self._people_of(link))
        return frozenset(person.number for person in people if person.number)

    def _people_of(self, link: Link) -> Iterable[LinkedPerson]:
        """Whom a link names: a member, or all of a household; nobody where it names none."""
        if not link.member_id:
            return self._of_household.get(link.household_id, ())
        person = self.people.get((link.household_id, link.member_id))
        return () if person is None else (person,)

    def _said(
        self, register: Register, row: RegisterRow, number: str | None, links: Iterable[Link]
    ) -> RowLink:
        fitting = {
            link for link in links
            if not link.household_id
            or any(
                fits_person(register, row, number, person, link.vouched)
                for person in self._people_of(link)
            )
        }  # fmt: skip
        self._unvouched |= {
            link for link in links
            if link.member_id and link not in fitting
            and any(fits_person(register, row, number, each, True) for each in self._people_of(link))
        }  # fmt: skip
        counting = fitting - contradicted(fitting)
        self._fitting |= fitting
        self._counting |= counting
        owner, place, nobody = "", None, False
        persons, households = set[int](), set[str]()
        for link in counting:
            own = next((each.number for each in self._people_of(link)), None)
            if not link.household_id:
                nobody = True
            elif not link.member_id:
                households |= set() if link.yes else {link.household_id}
            elif link.yes:
                owner, place = own or "", None if own else (link.household_id, link.member_id)
            elif own is not None:
                persons.add(key_of(own))
        return RowLink(owner, place, nobody, frozenset(persons), frozenset(households))


def contradicted(links: Iterable[Link]) -> frozenset[Link]:
    """Of links of one row: two that say yes, or yes and no to the same person.

    What verdicts say of the row contradicts none of them.
    """
    acts = [link for link in links if not link.judged]
    yes = {_whose(link) for link in acts if link.yes}
    no = {_whose(link) for link in acts if not link.yes}
    denied = {who for who in yes if who in no or (who[0], "") in no}
    refused = denied | {(household, "") for household, _ in denied}
    return frozenset(
        link for link in acts if (link.yes and len(yes) > 1) or _whose(link) in refused
    )  # fmt: skip


def _whose(link: Link) -> tuple[str, str]:
    return link.household_id, link.member_id


def fits_person(
    register: Register, row: RegisterRow, number: str | None, person: LinkedPerson,
    vouched: bool = False,
) -> bool:  # fmt: skip
    """Whether a row surely is, or may be, about a person; what is blank of either fits.

    Args:
        register: of the row.
        row: as it was read.
        number: its usable number, if it has one.
        person: who.
        vouched: whether it is vouched for: only what is shown of a number can speak against it.
    """
    if number is not None:
        return number == person.number
    if vouched:
        return person.number is None or shows_part_of(row.written, person.number)
    said = tuple(
        said_by_person(person.values.get(field), field == NAME) for field, _ in register.or_match
    )
    if person.number is not None:
        return bool(PerhapsRows(register, (row,)).fitting(person.number, said).items)
    shown = said_by_register(register, row.values, row.written).values()
    return all(its.fits(mine) for its, mine in zip(shown, said, strict=True))
