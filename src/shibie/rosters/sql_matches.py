"""How many rows each register has and how many surely are about persons, by SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set

from shibie.duckdb_tables import text_column
from shibie.engines.sql.plan import KEY
from shibie.registers.matching import usable_number
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import Cell, read_cell
from shibie.rosters.families import PERSON
from shibie.rosters.python_rows import PythonReader
from shibie.rosters.sql_cells import is_blank, reading
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_register_rows import UNUSABLE
from shibie.rosters.sql_tables import MatchedColumn, SqlTable
from shibie.ruleset.model import RuleSet

PEOPLE = f"(SELECT {KEY} FROM m_plain WHERE {KEY} IS NOT NULL)"
_ANYBODY = "anybody"
# So many numbers of a register are looked up, and so many at a time, before all of a roster's
# are read.
_SOME, _FEW = 64, 8


def supplied_of(ruleset: RuleSet, supplied: Iterable[str]) -> list[tuple[int, str]]:
    """The supplied registers with their places among those of the pack."""
    there = frozenset(supplied)
    return [(index, name) for index, name in enumerate(ruleset.registers) if name in there]


def numbered(index: int) -> str:
    """The rows with a usable number, unreadable ones as well."""
    return (
        f"SELECT {KEY}, {ROW} FROM r{index}_rows UNION ALL SELECT {KEY}, {ROW} FROM damaged{index}"
    )


def matches(host: Host, ruleset: RuleSet, supplied: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Of each register, how many rows it has and how many surely are about persons."""
    found = {}
    for index, name in supplied_of(ruleset, supplied):
        rows = (
            f"SELECT (SELECT count(*) FROM ({numbered(index)}))"
            f" + (SELECT count(*) FROM {UNUSABLE} WHERE register = {index}),"
            f" (SELECT count(*) FROM ({numbered(index)}) WHERE {KEY} IN {PEOPLE})"
        )
        every, matched = host.rows(rows)[0]
        found[name] = int(every), int(matched)
    return found


class Whole:
    """The registers and persons of a roster of which only some households are read.

    Whether a household of it is decided is not asked: a person on the roster is somebody.
    """

    def __init__(self, reader: PythonReader) -> None:
        self.reader, self.host, self.as_of = reader, reader.host, reader.as_of
        self.made = False

    def matching_nobody(
        self, registers: Set[str], holding: Callable[[Set[str]], Set[str]]
    ) -> dict[str, int]:
        """Those among some registers of which no row is surely about anybody, with their rows.

        Args:
            registers: that matched none of the households that were read.
            holding: the households of the roster in which any of some persons is, found by search.
        """
        found = {}
        for name in sorted(registers):
            source = self.reader.tables.registers[name]
            rows = self._rows(source)
            # Some of its numbers are looked up first, a few at a time: to read everybody's takes long.
            some = rows and any(map(holding, self._some(name, source)))
            if rows and not (some or self._matches(name, source)):
                found[name] = rows
        return found

    def _rows(self, source: SqlTable) -> int:
        """How many rows a table has that are not blank throughout."""
        columns = source.columns.values()
        cells = [is_blank(f"CAST({column.sql} AS VARCHAR)") for column in columns]
        blank = " AND ".join(cells) or "TRUE"
        ((count,),) = self.host.rows(f"SELECT count(*) FROM {source.relation} WHERE NOT ({blank})")
        return int(count)

    def _some(self, name: str, source: SqlTable) -> Iterator[frozenset[str]]:
        """Some numbers of a register's rows, a few at a time."""
        column = source.columns.get(self.reader.ruleset.registers[name].match)
        if column is None:
            return
        query = f"SELECT number FROM ({self._plain(source, column)}) ORDER BY number LIMIT {_SOME}"
        numbers = [str(number) for (number,) in self.host.rows(query)]
        numbers = numbers or self._odd(source, column)[:_SOME]
        for at in range(0, len(numbers), _FEW):
            yield frozenset(numbers[at : at + _FEW])

    def _matches(self, name: str, source: SqlTable) -> bool:
        """Whether any row of a register has the number of anybody on the roster."""
        column = source.columns.get(self.reader.ruleset.registers[name].match)
        if column is None:
            return False
        self._make_people()
        if self._any(self._plain(source, column)):
            return True
        self.host.keep("odd_numbers", {"number": text_column(self._odd(source, column))})
        return self._any("SELECT number FROM odd_numbers")

    def _any(self, numbers: str) -> bool:
        return bool(
            self.host.rows(
                f"SELECT 1 FROM ({numbers}) WHERE number IN (SELECT number FROM {_ANYBODY}) LIMIT 1"
            )
        )

    def _make_people(self) -> None:
        """The numbers of all persons on the roster."""
        if self.made:
            return
        self.made = True
        source = self.reader.tables.persons or self.reader.tables.members
        column = source.columns.get(PERSON)
        odd = [] if column is None else self._odd(source, column)
        self.host.append(_ANYBODY, {"number": text_column(odd)})
        if column is not None:
            self.host.run(f"INSERT INTO {_ANYBODY} {self._plain(source, column)}")

    def _plain(self, source: SqlTable, column: MatchedColumn) -> str:
        """The numbers of a column that SQL reads."""
        value = reading(column.sql, column.sql_type, column.spec, self.as_of).value
        return f"SELECT DISTINCT {value} AS number FROM {source.relation} WHERE {value} IS NOT NULL"

    def _odd(self, source: SqlTable, column: MatchedColumn) -> list[str]:
        """The numbers of a column that only Python reads."""
        value = reading(column.sql, column.sql_type, column.spec, self.as_of).value
        numbers: set[str] = set()

        def keep(cell: Cell) -> bool:
            try:
                read = read_cell(cell, column.spec, self.as_of)
            except CellError:
                return False
            number = None if read is None else usable_number(str(read), self.as_of)
            if number is not None:
                numbers.add(number)
            return False

        self.reader.distinct(source, column, f"{value} IS NULL", keep)
        return sorted(numbers)
