"""The rows of chosen households, found in the tables by their numbers and their persons'."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Set
from dataclasses import replace
from typing import Protocol

from shibie.duckdb_tables import Column
from shibie.language.tree import HOUSEHOLD
from shibie.registers.matching import usable_number
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import Cell, read_cell
from shibie.rosters.national_export import HOUSEHOLD_ID, taken_apart
from shibie.rosters.python_rows import CellsByRow, PythonReader, number_of, table_of
from shibie.rosters.records import RowTable, TypedRow
from shibie.rosters.sql_cells import reading
from shibie.rosters.sql_host import ROW
from shibie.rosters.sql_tables import SqlTable
from shibie.rosters.text_search import Sought
from shibie.rosters.written import (
    lines_of_households,
    lines_of_persons,
    may_be_household,
    may_be_person,
)

PERSON = "id_number"
# So many rows around one are looked at first for the rest of its household, then this many
# times as many.
_REACH, _FURTHER = 32, 16


class Families(Protocol):
    """The households that were looked for, as far as they were found."""

    def take(self, numbers: Set[str]) -> None:
        """Look for the rows of households."""
        ...

    def found(self) -> tuple[RowTable, RowTable]:
        """The households and the members that were found, in the order of the roster."""
        ...

    def holding(self, persons: Set[str]) -> set[str]:
        """The numbers of the households that hold any of some persons."""
        ...


def families(reader: PythonReader) -> Families:
    """A reader of the households of a roster, however its tables are laid out."""
    return _TwoTables(reader) if reader.tables.persons is None else _PersonRows(reader)


def of_households(reader: PythonReader, source: SqlTable, numbers: Set[str]) -> dict[int, TypedRow]:
    """The records that bear any of some household numbers, by row number."""
    if not numbers:
        return {}
    where = may_be_household(source.columns[HOUSEHOLD_ID], numbers)
    records = reader.typed(source, reader.cells(source, where, lines_of_households(numbers)))
    return {record.number: record for record in records if number_of(record) in numbers}


def of_no_household(reader: PythonReader, source: SqlTable) -> list[TypedRow]:
    """The records that bear no household number."""
    column = source.columns.get(HOUSEHOLD_ID)
    where = "TRUE"
    if column is not None:
        cell = reading(column.sql, column.sql_type, column.spec, reader.as_of)
        where = f"CASE WHEN {cell.canonical} THEN {cell.value} IS NULL ELSE TRUE END"
    return [
        each for each in reader.typed(source, reader.cells(source, where)) if not number_of(each)
    ]


def of_persons(
    reader: PythonReader, source: SqlTable, name: str, persons: Set[str]
) -> dict[int, TypedRow]:
    """The records whose citizen number, in the column of a field, is any of some persons'."""
    column = source.columns.get(name)
    if column is None or not persons:
        return {}
    where = may_be_person(column, persons)
    records = reader.typed(source, reader.cells(source, where, lines_of_persons(persons)))
    return {each.number: each for each in records if person_of(reader, each, name) in persons}


def of_register(
    reader: PythonReader, source: SqlTable, match: str, persons: Set[str], unnumbered: bool = False
) -> dict[int, TypedRow]:
    """The records of a register that are, or may be, about any of some persons.

    Whom a record may be about that has no usable number is not asked here; without persons they
    are read only if they are asked for.
    """
    column = source.columns.get(match)
    if not persons and not unnumbered:
        return {}
    where = "TRUE"
    if column is not None:
        plain = reading(column.sql, column.sql_type, column.spec, reader.as_of)
        where = f"{plain.value} IS NULL"
        if persons:
            where = f"({may_be_person(column, persons)} OR {where})"
    records = reader.typed(source, reader.cells(source, where), match=match)
    return {
        each.number: each
        for each in records
        if each.values.get(match) is None or person_of(reader, each, match) in persons
    }


def person_of(reader: PythonReader, record: TypedRow, name: str = PERSON) -> str | None:
    """The citizen number that registers know the person of a record by."""
    written = record.values.get(name)
    return None if written is None else usable_number(str(written), reader.as_of)


def holding_rows(reader: PythonReader, rows: CellsByRow) -> list[str]:
    """The numbers of the households that some rows of persons are of, in the order of the rows.

    Args:
        reader: of the roster.
        rows: of the members' table, or of that of one row a person.
    """
    if reader.tables.persons is None:
        records = reader.typed(reader.tables.members, rows)
    else:
        records = _PersonRows(reader).around(rows)
    numbers = [number_of(each) for each in records if each.number in rows]
    return [number for number in numbers if number]


class _TwoTables:
    """Households and members in a table each."""

    def __init__(self, reader: PythonReader) -> None:
        self.reader, self.tables = reader, reader.tables
        self.households: dict[int, TypedRow] = {}
        self.members: dict[int, TypedRow] = {}

    def take(self, numbers: Set[str]) -> None:
        """Look for the rows of households."""
        self.households |= of_households(self.reader, self.tables.households, numbers)
        self.members |= of_households(self.reader, self.tables.members, numbers)

    def found(self) -> tuple[RowTable, RowTable]:
        """The households and the members that were found, in the order of the roster."""
        return (
            table_of(self.tables.households, _in_order(self.households)),
            table_of(self.tables.members, _in_order(self.members)),
        )

    def holding(self, persons: Set[str]) -> set[str]:
        """The numbers of the households that hold any of some persons."""
        found = of_persons(self.reader, self.tables.members, PERSON, persons)
        return {number_of(record) for record in found.values()} - {""}


class _PersonRows:
    """Rows of persons, of which the first of a household alone may bear its number.

    Rows without a number are read with the one above that has one: they continue its
    household, or are rejected and leave it in doubt.
    """

    def __init__(self, reader: PythonReader) -> None:
        persons = reader.tables.persons
        assert persons is not None
        self.reader, self.persons = reader, persons
        self.number = list(persons.columns).index(HOUSEHOLD_ID)
        self.rows: dict[int, tuple[Cell, ...]] = {}

    def take(self, numbers: Set[str]) -> None:
        """Look for the rows of households."""
        alone = _only(self.persons, HOUSEHOLD_ID)
        self.rows |= self._around(of_households(self.reader, alone, numbers))

    def found(self) -> tuple[RowTable, RowTable]:
        """The households and the members that were found, in the order of the roster."""
        table = table_of(self.persons, self._records(self.rows))
        return taken_apart(table, frozenset(self.reader.ruleset.field_specs(HOUSEHOLD)))

    def holding(self, persons: Set[str]) -> set[str]:
        """The numbers of the households that hold any of some persons."""
        at = of_persons(self.reader, _only(self.persons, PERSON), PERSON, persons)
        records = self._records(self._around(at))
        return {number_of(record) for record in records if record.number in at} - {""}

    def around(self, rows: CellsByRow) -> list[TypedRow]:
        """Rows, and those of their households around them, with their numbers carried down."""
        return self._records(self._around(rows))

    def _records(self, rows: CellsByRow) -> list[TypedRow]:
        return self.reader.typed(self.persons, dict(sorted(rows.items())), fill=True)

    def _around(self, at: Collection[int]) -> dict[int, tuple[Cell, ...]]:
        """Rows, and with each those from the number above it up to the next number."""
        found: dict[int, tuple[Cell, ...]] = {}
        left, reach = set(at), _REACH
        while left:
            near = {row for each in left for row in range(each - reach, each + reach + 1)}
            self.reader.host.keep("near", {ROW: Column("BIGINT", sorted(near))})
            where = f"{ROW} IN (SELECT {ROW} FROM near)"
            rows = self.reader.cells(self.persons, where, Sought(rows=near))
            for each in sorted(left):
                span = self._span(each, rows, near)
                if span is not None:
                    found |= {row: rows[row] for row in span}
                    left.remove(each)
            reach *= _FURTHER
        return found

    def _span(self, each: int, rows: CellsByRow, near: Set[int]) -> range | None:
        """The rows of one number around a row; None where they go on beyond those near it."""
        first = last = each
        while not self._numbered(rows[first]) and first - 1 in rows:
            first -= 1
        while last + 1 in rows and not self._numbered(rows[last + 1]):
            last += 1
        above = self._numbered(rows[first]) or first - 1 in near
        # What is near and yet not there lies outside the table.
        return range(first, last + 1) if above and last + 1 in near else None

    def _numbered(self, cells: tuple[Cell, ...]) -> bool:
        """Whether a row has a household number of its own that can be read."""
        spec = self.persons.columns[HOUSEHOLD_ID].spec
        try:
            return read_cell(cells[self.number], spec, self.reader.as_of) is not None
        except CellError:
            return False


def _only(source: SqlTable, *names: str) -> SqlTable:
    """A table with some of its columns, as far as it has them."""
    return replace(source, columns={n: c for n, c in source.columns.items() if n in names})


def _in_order(records: Mapping[int, TypedRow]) -> list[TypedRow]:
    return [records[row] for row in sorted(records)]
