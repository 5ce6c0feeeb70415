"""Comparisons 比对: register rows found by citizen number, put beside a household."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from shibie import citizen_id
from shibie.case import NO_ROWS, UNKNOWN_ROWS, Case, Row, Rows
from shibie.household import Adjudication, BareHousehold
from shibie.ruleset.model import RuleSet


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
class Registers:
    """The supplied registers, indexed by citizen number.

    Attributes:
        rows: for each supplied register, the rows of each number.
        damaged: for each register, the numbers of which a row was unreadable.
    """

    rows: Mapping[str, Mapping[str, tuple[Row, ...]]]
    damaged: Mapping[str, frozenset[str]]

    @property
    def supplied(self) -> frozenset[str]:
        """The names of the registers that were supplied, even empty."""
        return frozenset(self.rows)


def index(
    ruleset: RuleSet,
    tables: Mapping[str, Iterable[Row] | None],
    as_of: date,
    damaged: Mapping[str, frozenset[str]] | None = None,
) -> Registers:
    """Index register rows by the citizen number in their match column.

    Args:
        ruleset: says which column matches.
        tables: rows of each register; None or absent where it was not supplied.
        as_of: the day of judgement.
        damaged: numbers whose rows could not all be read.
    """
    rows: dict[str, dict[str, tuple[Row, ...]]] = {}
    for name, table in tables.items():
        if table is None:
            continue
        match = ruleset.registers[name].match
        found: defaultdict[str, list[Row]] = defaultdict(list)
        for row in table:
            written = row.values.get(match)
            number = usable_number(str(written), as_of) if written is not None else None
            if number is not None:
                found[number].append(row)
        rows[name] = {number: tuple(of_number) for number, of_number in found.items()}
    return Registers(rows, dict(damaged or {}))


def case_of(
    ruleset: RuleSet,
    household: BareHousehold,
    registers: Registers,
    as_of: date,
    adjudications: Mapping[str, Adjudication] | None = None,
    trust_declarations: bool = False,
) -> Case:
    """A household with its register rows: what an engine decides on."""
    numbers = tuple(
        usable_number(getattr(member, "id_number", None), as_of) for member in household.members
    )
    rows = {
        name: _rows_of(registers, name, numbers)
        for name in ruleset.registers
        if name in registers.rows
    }
    return Case(
        household,
        as_of,
        numbers,
        rows,
        registers.supplied,
        dict(adjudications or {}),
        trust_declarations,
    )


def _rows_of(registers: Registers, name: str, numbers: tuple[str | None, ...]) -> tuple[Rows, ...]:
    rows, damaged = registers.rows[name], registers.damaged.get(name, frozenset())
    return tuple(
        UNKNOWN_ROWS
        if number is None
        else Rows(rows.get(number, ()), number not in damaged)
        if number in rows or number in damaged
        else NO_ROWS
        for number in numbers
    )


def unmatched(registers: Registers, cases: Iterable[Case]) -> dict[str, int]:
    """For each register, how many of its rows match nobody on the roster."""
    people = {number for case in cases for number in case.numbers if number is not None}
    return {
        name: sum(len(rows) for number, rows in of_register.items() if number not in people)
        for name, of_register in registers.rows.items()
    }
