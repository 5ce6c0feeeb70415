"""Typed registers and what Python read of them → the sources of the plan (r0_src on)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from shibie.duckdb_tables import Column, integer_column
from shibie.engines.sql.cases_in_memory import typed
from shibie.engines.sql.plan import KEY
from shibie.errors import Words
from shibie.registers.matching import key_of
from shibie.rosters.python_rows import PythonReader, unmatchable
from shibie.rosters.records import TypedRow
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_rejected import RejectedTables
from shibie.rosters.sql_tables import SqlTable, SqlTables
from shibie.rosters.sql_validation import Typed, sql_type
from shibie.ruleset.model import Register, RuleSet


class RegisterSources:
    """Loads the registers of one roster.

    Attributes:
        damaged: for each register, how many of its rows about a person cannot be read; they
            are in the table `damaged<index>`, where the register was supplied.
        notes: how many rows name nobody.
    """

    def __init__(
        self, host: Host, tables: SqlTables, ruleset: RuleSet, typed: Typed, reader: PythonReader,
        rejected: RejectedTables,
    ) -> None:  # fmt: skip
        self.host, self.tables, self.ruleset = host, tables, ruleset
        self.typed, self.reader, self.rejected = typed, reader, rejected
        self.damaged: dict[int, int] = {}
        self.notes: list[Words] = []

    def load(self) -> None:
        """Read every register once; afterwards the sources are there."""
        for index, register in enumerate(self.ruleset.registers.values()):
            source = self.tables.registers.get(register.name)
            self.damaged[index] = 0
            if source is None:
                self._nothing(index, register)
            else:
                self._load(index, register, source)

    def _columns(self, index: int) -> list[str]:
        """The fields that the rules read."""
        return sorted(self.typed.columns.get(f"r{index}", set()) - {ROW})

    def _nothing(self, index: int, register: Register) -> None:
        """Make the source of a register that was not supplied."""
        specs = self.ruleset.field_specs(register.name)
        nothing = [f"CAST(NULL AS BIGINT) AS {KEY}", f"CAST(NULL AS BIGINT) AS {ROW}"]
        for name in self._columns(index):
            nothing.append(f'CAST(NULL AS {sql_type(specs[name])}) AS "{name}"')
        self.host.run(f"CREATE VIEW r{index}_src AS SELECT {', '.join(nothing)} WHERE FALSE")

    def _load(self, index: int, register: Register, source: SqlTable) -> None:
        """Make the source of a register, of the rows that SQL read and those that Python reads."""
        self.typed.load_register(index, register, source)
        every = names_of(self._odd(index, register, []))
        self._damaged(index, register, [])
        nobody = 0
        for page in self.reader.pages(f"r{index}_typed"):
            odd = self.reader.records(source, page)
            self._odd(index, register, [record for record in odd if not record.faults])
            self._damaged(index, register, [record for record in odd if record.faults])
            self.rejected.add([fault for record in odd for fault in record.faults])
            nobody += unmatchable(odd, register.match)
        self.host.run(
            f"CREATE VIEW r{index}_src AS SELECT {every} FROM r{index}_typed"
            f" WHERE fine AND {KEY} IS NOT NULL"
            f" UNION ALL SELECT {every} FROM r{index}_odd WHERE {KEY} IS NOT NULL"
        )
        self._note_unmatchable(index, source.shown, nobody)

    def _odd(self, index: int, register: Register, good: Sequence[TypedRow]) -> list[str]:
        """Add rows that Python read to r<index>_odd; returns its columns."""
        specs = self.ruleset.field_specs(register.name)
        table = {
            KEY: keys_of([record.values.get(register.match) for record in good]),
            ROW: integer_column([record.number for record in good]),
        }
        for name in self._columns(index):
            table[name] = typed(specs[name], [record.values.get(name) for record in good])
        self.host.append(f"r{index}_odd", table)
        return list(table)

    def _damaged(self, index: int, register: Register, bad: Sequence[TypedRow]) -> None:
        """Add rows that cannot be read to damaged<index>, as far as they are about a person."""
        numbers = {
            record.number: record.values[register.match]
            for record in bad
            if record.values.get(register.match)
        }
        table = {KEY: keys_of(list(numbers.values())), ROW: integer_column(list(numbers))}
        self.host.append(f"damaged{index}", table)
        self.damaged[index] += len(numbers)

    def _note_unmatchable(self, index: int, shown: str, count: int) -> None:
        query = f"SELECT count(*) FROM r{index}_typed WHERE fine AND written_ AND {KEY} IS NULL"
        count += int(self.host.rows(query)[0][0])
        if count:
            self.notes.append(
                Words(
                    f"{shown}: {count} 行没有证件号码,无法比对",
                    f"{shown}: rows without a citizen number, which match nobody: {count}",
                )
            )


def keys_of(numbers: Sequence[Any]) -> Column:
    """Citizen numbers without their last digit, which follows from the others."""
    return integer_column([key_of(str(number)) if number else None for number in numbers])


def names_of(columns: Iterable[str]) -> str:
    """Columns, quoted."""
    return ", ".join(f'"{name}"' for name in columns)
