"""A roster that is gone through a part at a time: what a part is, and a small roster as one part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Protocol

from shibie.procedure import documented
from shibie.registers.links import Place
from shibie.registers.matching import index, key_of, number_of
from shibie.registers.rows import RegisterRow
from shibie.registers.unmatched import matches, people_of
from shibie.rosters.helping_rows import HelpingRow
from shibie.rosters.records import Rejection
from shibie.rosters.roster import Roster
from shibie.rosters.step_counts import StepCounts
from shibie.ruleset.model import RuleSet


@dataclass(frozen=True)
class RosterPart:
    """Some households, with what their decisions rest on.

    Attributes:
        roster: they, and whoever shares a person with them.
        own: which of its households are of this part.
    """

    roster: Roster
    own: Set[str]


class RosterParts(Protocol):
    """A roster of any size, validated, of which a part is held at a time."""

    @property
    def households(self) -> int:
        """How many households are to be decided."""
        ...

    @property
    def rejected_rows(self) -> int:
        """How many faults kept a row or a household out."""
        ...

    def matches(self) -> dict[str, tuple[int, int]]:
        """Of each supplied register, how many rows it has and how many surely are about persons."""
        ...

    @property
    def has_steps(self) -> bool:
        """Whether any step of the pack's procedure is recorded."""
        ...

    @property
    def step_counts(self) -> StepCounts:
        """How many records of steps there are, of households and of whole places."""
        ...

    def parts(self) -> Iterator[RosterPart]:
        """All households to be decided, each in one part, in the roster's order."""
        ...

    def villages(self) -> Iterator[RosterPart]:
        """The same, where no village is in two parts."""
        ...

    @property
    def rejected_households(self) -> int:
        """How many households are not decided."""
        ...

    def rejected_numbers(self) -> Iterable[str]:
        """The numbers of the households that are not decided."""
        ...

    def decided(self, numbers: Set[str]) -> set[str]:
        """Which of some households are to be decided."""
        ...

    def documented(self, step: str, document: str) -> tuple[int, int]:
        """How many records of a step there are, and how many of them with a document."""
        ...

    def helping(self, table: str) -> Iterator[HelpingRow] | None:
        """The rows of `helpers`, `visits` or `plans` that are taken in; None if it was not supplied."""
        ...

    def faults_in(self, sources: Set[str]) -> Iterator[Rejection]:
        """What is wrong in some tables, as messages name them, in their order."""
        ...

    def codes(self, register: str, column: str) -> Iterator[tuple[int, str]]:
        """Of each row of a register about a person: his key, and what a column says.

        The key is the number without its last digit, which follows from the others. Nothing
        where the register was not supplied.
        """
        ...

    def unsettled(self, register: str, numbered: bool) -> Iterator[RegisterRow]:
        """The rows of a register that are not surely about anybody who is decided.

        Those that acts say are about nobody are settled, too.

        Args:
            register: its name; nothing where it was not supplied.
            numbered: also those with the usable number of somebody else.
        """
        ...


class HeldParts:
    """A roster that memory holds, as one part."""

    def __init__(self, roster: Roster, ruleset: RuleSet, as_of: date) -> None:
        self.roster, self.ruleset, self.as_of = roster, ruleset, as_of

    @property
    def households(self) -> int:
        """How many households are to be decided."""
        return len(self.roster.households)

    @property
    def rejected_rows(self) -> int:
        """How many faults kept a row or a household out."""
        return len(self.roster.rejected)

    def matches(self) -> dict[str, tuple[int, int]]:
        """Of each supplied register, how many rows it has and how many surely are about persons."""
        roster = self.roster
        people = people_of(roster.households, self.as_of)
        registers = index(self.ruleset, roster.registers, self.as_of, links=roster.links)
        return {name: matches(each, people) for name, each in registers.of.items()}

    @property
    def has_steps(self) -> bool:
        """Whether any step of the pack's procedure is recorded."""
        return bool(self.ruleset.procedure) and bool(self.roster.steps)

    @property
    def step_counts(self) -> StepCounts:
        """How many records of steps there are, of households and of whole places."""
        return self.roster.step_counts

    def parts(self) -> Iterator[RosterPart]:
        """The whole roster."""
        own = frozenset(each.household_id for each in self.roster.households)
        yield RosterPart(self.roster, own)

    def villages(self) -> Iterator[RosterPart]:
        """The whole roster, which no village is divided by."""
        return self.parts()

    @property
    def rejected_households(self) -> int:
        """How many households are not decided."""
        return len(self.roster.rejected_households)

    def rejected_numbers(self) -> Iterable[str]:
        """The numbers of the households that are not decided."""
        return self.roster.rejected_households

    def decided(self, numbers: Set[str]) -> set[str]:
        """Which of some households are to be decided."""
        return {
            each.household_id for each in self.roster.households if each.household_id in numbers
        }

    def documented(self, step: str, document: str) -> tuple[int, int]:
        """How many records of a step there are, and how many of them with a document."""
        return documented(self.roster.steps, step, document)

    def helping(self, table: str) -> Iterator[HelpingRow] | None:
        """The rows of `helpers`, `visits` or `plans` that are taken in; None if it was not supplied."""
        found = self.roster.helping.get(table)
        return None if found is None else iter(found)

    def faults_in(self, sources: Set[str]) -> Iterator[Rejection]:
        """What is wrong in some tables, as messages name them, in their order."""
        return (each for each in self.roster.rejected if each.source in sources)

    def codes(self, register: str, column: str) -> Iterator[tuple[int, str]]:
        """Of each row of a register about a person: his key, and what a column says."""
        for row in self.roster.registers.get(register) or ():
            number = number_of(self.ruleset.registers[register], row, self.as_of)
            link = self.roster.links.get(register, {}).get(row.number)
            if link is not None and number is None and link.owner:
                yield key_of(link.owner), str(row.values.get(column) or "")
            elif link is not None and number is not None and link.denies_person(key_of(number)):
                continue
            elif number is not None and row.readable:
                yield key_of(number), str(row.values.get(column) or "")

    def unsettled(self, register: str, numbered: bool) -> Iterator[RegisterRow]:
        """The rows of a register that are not surely about anybody who is decided."""
        rows = self.roster.registers.get(register)
        if rows is None:
            return
        of = index(self.ruleset, {register: rows}, self.as_of, links=self.roster.links).of[register]
        links = self.roster.links.get(register, {})
        people = self._people if numbered else frozenset[str | Place]()
        for row in rows:
            number, link = of.numbers.get(row.number), links.get(row.number)
            if link is not None and link.nobody:
                continue
            if number is None or (numbered and isinstance(number, str) and number not in people):
                yield row

    @cached_property
    def _people(self) -> Set[str | Place]:
        return people_of(self.roster.households, self.as_of)
