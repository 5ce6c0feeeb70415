"""Links held against the rows that they name: which rows these are, and whom they fit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from datetime import date

from shibie.acts import Link
from shibie.case import Value
from shibie.registers.links import RowLink
from shibie.registers.matching import key_of, number_of
from shibie.registers.perhaps_rows import PerhapsRows
from shibie.registers.row_key import name_of_row
from shibie.registers.rows import RegisterRow
from shibie.registers.said_texts import said_by_person
from shibie.ruleset.model import Register, RuleSet


@dataclass(frozen=True)
class LinkedPerson:
    """A member whom a link names.

    Attributes:
        number: his usable number; no row can be held against a person without one.
        values: what he, or else his household, says in each field.
    """

    number: str | None
    values: Mapping[str, Value]


class LinkedRows:
    """Goes through the rows of registers, and says of each what links say of it.

    Args:
        ruleset: the registers.
        as_of: the day of judgement.
        links: those in force.
        people: at least the members whom they name, by household and member.

    Attributes:
        found: what is said of the rows gone through, by register and row.
    """

    def __init__(
        self, ruleset: RuleSet, as_of: date, links: Iterable[Link],
        people: Mapping[tuple[str, str], LinkedPerson],
    ) -> None:  # fmt: skip
        self.ruleset, self.as_of, self.people = ruleset, as_of, people
        self.by_name: dict[str, dict[str, list[Link]]] = {}
        for link in links:
            self.by_name.setdefault(link.register, {}).setdefault(link.row_key, []).append(link)
        self.found: dict[str, dict[int, RowLink]] = {}
        self._fitting: set[Link] = set()

    def of(self, register: str) -> tuple[Link, ...]:
        """The links of a register."""
        return tuple(
            link for links in self.by_name.get(register, {}).values() for link in links
        )  # fmt: skip

    def numbers(self, register: str) -> frozenset[str]:
        """The numbers of the persons whom links of a register name."""
        people = (
            self.people.get((link.household_id, link.member_id)) for link in self.of(register)
        )
        return frozenset(each.number for each in people if each is not None and each.number)

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
        links = named.get(name_of_row(register, row))
        if not links:
            return None
        said = self._said(register, row, number, links)
        if said == RowLink():
            return None
        self.found.setdefault(name, {})[row.number] = said
        return said

    def _said(
        self, register: Register, row: RegisterRow, number: str | None, links: Iterable[Link]
    ) -> RowLink:
        owner, nobody = "", False
        persons, households = set[int](), set[str]()
        for link in links:
            person = self.people.get((link.household_id, link.member_id))
            if not link.member_id:
                nobody = nobody or (link.yes and not link.household_id)
                households |= {link.household_id} - {""}
            elif person is None or person.number is None:
                continue
            elif not link.yes:
                persons.add(key_of(person.number))
            elif _fits(register, row, number, person):
                self._fitting.add(link)
                owner = person.number
        return RowLink(owner, nobody, frozenset(persons), frozenset(households))

    def unfitting(self, supplied: Set[str]) -> frozenset[Link]:
        """The links that say whose a row is, without a row that fits him, once all were seen.

        Args:
            supplied: the registers that there are; links of others cannot be judged.
        """
        return frozenset(
            link for name in self.by_name if name in supplied for link in self.of(name)
            if link.yes and link.member_id and link not in self._fitting
        )  # fmt: skip


def _fits(register: Register, row: RegisterRow, number: str | None, person: LinkedPerson) -> bool:
    """Whether a row surely is, or may be, about a person with a number."""
    assert person.number is not None
    if number is not None:
        return number == person.number
    said = tuple(said_by_person(person.values.get(field)) for field, _ in register.or_match)
    return bool(PerhapsRows(register, (row,)).fitting(person.number, said).items)
