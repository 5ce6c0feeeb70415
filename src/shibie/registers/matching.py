"""Comparisons 比对: register rows found by citizen number, put beside a household.

A row with the full number of a person is surely about him, one with another full number surely
not. A row with anything short of a full number may be about whomever it fits, however few.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from shibie import citizen_id
from shibie.case import NO_ROWS, UNKNOWN_ROWS, Case, Row, Rows
from shibie.decision import Finding
from shibie.household import Adjudication, BareHousehold
from shibie.registers.keys import Twice
from shibie.registers.links import NO_DENIALS, Denials, Links, Place, RowLink
from shibie.registers.perhaps_rows import PerhapsRows, said_by
from shibie.registers.row_key import name_of_row
from shibie.registers.rows import RegisterRow
from shibie.registers.twice import settle
from shibie.ruleset.model import Register, RuleSet


@lru_cache(maxsize=100_000)
def usable_number(text: str | None, as_of: date) -> str | None:
    """The 18-character citizen number behind what was written, or None.

    >>> usable_number("11010519491231002x", date(2015, 12, 1))
    '11010519491231002X'
    >>> usable_number("110105", date(2015, 12, 1)) is None
    True
    """
    if not text:
        return None
    try:
        return citizen_id.parse(text, as_of).number
    except citizen_id.CitizenIdError:
        return None


def key_of(number: str) -> int:
    """A citizen number without its last digit, which follows from the others.

    >>> key_of("11010519491231002X")
    11010519491231002
    """
    return int(number[:17])


@dataclass(frozen=True)
class IndexedRegister:
    """One supplied register, as persons are looked up in it.

    Attributes:
        register: what the pack says of it.
        rows: all of its rows.
        numbers: whose each row is: his usable number, also where an act links it to him, or who
            he is where he has none.
        sure: the readable rows of each number.
        damaged: the numbers of which a row was unreadable.
        perhaps: the rows without a usable number; none where these are set aside.
        denials: which rows are said not to be about somebody.
    """

    register: Register
    rows: tuple[RegisterRow, ...]
    numbers: Mapping[int, str | Place]
    sure: Mapping[str | Place, tuple[Row, ...]]
    damaged: Set[str]
    perhaps: PerhapsRows
    denials: Denials = NO_DENIALS

    @cached_property
    def _by_number(self) -> Mapping[int, RegisterRow]:
        return {row.number: row for row in self.rows}

    def name_of(self, number: int) -> str:
        """How acts and clues name a row, by its number."""
        return name_of_row(self.register, self._by_number[number])

    def of_household(
        self, household: BareHousehold, numbers: Sequence[str | None]
    ) -> tuple[tuple[Rows, ...], Mapping[int, Twice]]:
        """The rows of each member, and of which members a row came twice."""
        found = [
            self._of_unnumbered(household, index)
            if number is None
            else self._of_person(household, index, number)
            for index, number in enumerate(numbers)
        ]
        # Most people have no row in most registers, and few have two.
        if sum(len(rows.own) for rows in found) < 2:
            return tuple(found), {}
        settled, twice = settle(self.register, [rows.own for rows in found])
        return tuple(
            before if own is before.own else Rows.parted(own, before.crowd, before.complete)
            for before, own in zip(found, settled, strict=True)
        ), twice

    def _of_unnumbered(self, household: BareHousehold, index: int) -> Rows:
        """The rows of a person without a number: those that acts say are his, and maybe others."""
        place = household.household_id, household.members[index].member_id
        rows = self.sure.get(place, ())
        return Rows(rows, complete=False) if rows else UNKNOWN_ROWS

    def _of_person(self, household: BareHousehold, index: int, number: str) -> Rows:
        """The rows that are, or may be, about a person, in the order of the register."""
        found = self._by_what_rows_say(household, index, number)
        if not self.denials.rows:
            return found
        key = key_of(number)
        if not self.denials.concern(key, household.household_id):
            return found
        return self.denials.without(found, key, household.household_id)

    def _by_what_rows_say(self, household: BareHousehold, index: int, number: str) -> Rows:
        rows, complete = self.sure.get(number, ()), number not in self.damaged
        fitting = NO_ROWS
        if self.perhaps.rows:
            said = said_by(self.register, household, household.members[index])
            fitting = self.perhaps.fitting(number, said)
        if not rows:
            return fitting if complete else Rows.parted(fitting.own, fitting.crowd, complete)
        own = rows
        if fitting.own:
            own = tuple(sorted((*rows, *fitting.own), key=lambda row: row.number))
        return Rows.parted(own, fitting.crowd, complete)


@dataclass(frozen=True)
class Registers:
    """The supplied registers by name, indexed."""

    of: Mapping[str, IndexedRegister]

    @property
    def supplied(self) -> frozenset[str]:
        """The names of the registers that were supplied, even empty."""
        return frozenset(self.of)


def index(
    ruleset: RuleSet,
    tables: Mapping[str, Iterable[RegisterRow] | None],
    as_of: date,
    set_aside: Iterable[str] = (),
    links: Links | None = None,
) -> Registers:
    """Index register rows by the citizen number in their match column.

    Args:
        ruleset: says which column matches.
        tables: rows of each register; None or absent where it was not supplied.
        as_of: the day of judgement.
        set_aside: the registers of which rows without a usable number concern nobody.
        links: what acts say of whose the rows are, by register and row.
    """
    apart, said = frozenset(set_aside), links or {}
    return Registers(
        {
            name: _indexed(
                ruleset.registers[name], tuple(table), as_of, name in apart, said.get(name, {})
            )
            for name, table in tables.items()
            if table is not None
        }
    )


def _indexed(
    register: Register, rows: tuple[RegisterRow, ...], as_of: date, set_aside: bool,
    links: Mapping[int, RowLink],
) -> IndexedRegister:  # fmt: skip
    sure: defaultdict[str | Place, list[Row]] = defaultdict(list)
    damaged: set[str] = set()
    numbers: dict[int, str | Place] = {}
    perhaps: list[RegisterRow] = []
    for row in rows:
        link = links.get(row.number)
        own = number_of(register, row, as_of)
        number = own or (link.owner or link.place if link else None)
        if not number:
            if link is None or not link.nobody:
                perhaps.append(row)
            continue
        numbers[row.number] = number
        if link is not None and own and link.denies_person(key_of(own)):
            continue
        # A row that only may be somebody's counts with what can be read of it; so it does still.
        if row.readable or not own:
            sure[number].append(Row(row.number, row.values))
        else:
            damaged.add(own)
    of_numbers = {number: tuple(of_number) for number, of_number in sure.items()}
    fitted = PerhapsRows(register, () if set_aside else tuple(perhaps))
    denials = Denials.among(links) if links else NO_DENIALS
    return IndexedRegister(register, rows, numbers, of_numbers, damaged, fitted, denials)


def number_of(register: Register, row: RegisterRow, as_of: date) -> str | None:
    """The usable number of a row, or None."""
    written = row.values.get(register.match)
    return None if written is None else usable_number(str(written), as_of)


@dataclass(frozen=True)
class Matched:
    """A household with its register rows.

    Attributes:
        case: what an engine decides on.
        findings: of which members a register's row came twice.
    """

    case: Case
    findings: tuple[Finding, ...]


def matched(
    ruleset: RuleSet,
    household: BareHousehold,
    registers: Registers,
    as_of: date,
    adjudications: Mapping[str, Adjudication] | None = None,
    trust_declarations: bool = False,
) -> Matched:
    """A household with its register rows."""
    numbers = tuple(
        usable_number(getattr(member, "id_number", None), as_of) for member in household.members
    )
    rows: dict[str, tuple[Rows, ...]] = {}
    findings = []
    for name, register in ruleset.registers.items():
        if name not in registers.of:
            continue
        rows[name], twice = registers.of[name].of_household(household, numbers)
        for member in sorted(twice):
            member_id = household.members[member].member_id
            findings.append(
                Finding(
                    household.household_id, member_id, register.id, "duplicate_row", twice[member]
                )
            )
    case = Case(
        household, as_of, numbers, rows, registers.supplied, dict(adjudications or {}),
        trust_declarations,
    )  # fmt: skip
    return Matched(case, tuple(findings))
