"""The rows that SQL leaves to the small path: read, and where need be rejected, by `tables`.

Whatever is odd or wrong is read by the very code that reads a workbook, so that values and
rejections are the same, word for word.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from shibie.bulk.files import Folder, Source
from shibie.bulk.host import ROW, Host
from shibie.columns import Column
from shibie.errors import InputError, Words
from shibie.household import Adjudication, BareHousehold, StepRecord
from shibie.ruleset.model import RuleSet
from shibie.tables.export import HOUSEHOLD_ID
from shibie.tables.headers import Header
from shibie.tables.layout import Layout, LayoutReader
from shibie.tables.parquet import cell_sql
from shibie.tables.records import Record, Rejection, Table, read_table
from shibie.tables.roster import RosterBuilder, assemble
from shibie.tables.source import Sheet
from shibie.vocabulary import specs_of

# Household numbers of the suspects, and of all households with a canonical number.
SUSPECT, NUMBERED = "suspect", "h_typed"
BATCH = 50_000


@dataclass
class Found:
    """What the small path made of the households left to it.

    Attributes:
        households: the valid ones, each with its row and its members' rows.
        rejected: every fault.
        rejected_households: how many are not decided.
    """

    households: list[tuple[int, BareHousehold, list[int]]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    rejected_households: int = 0


class SmallPath:
    """Reads chosen rows of one folder."""

    def __init__(self, host: Host, folder: Folder, ruleset: RuleSet, as_of: date) -> None:
        self.host, self.folder = host, folder
        self.ruleset, self.as_of = ruleset, as_of
        self.notes: list[Words] = []
        self._odd: set[str] | None = None

    def records(self, source: Source, rows: str) -> list[Record]:
        """Rows of a file, as the small path reads them.

        Args:
            source: the file.
            rows: a query for their row numbers.
        """
        columns = list(source.columns.values())
        picked = ", ".join(cell_sql(column.sql, column.sql_type) for column in columns)
        chosen = self.host.rows(
            f"SELECT {ROW}, {picked} FROM {source.relation} WHERE {ROW} IN ({rows}) ORDER BY {ROW}"
        )
        header = Header(0, {at: column.spec for at, column in enumerate(columns)}, ())
        sheet = Sheet(source.shown, source.shown, tuple(row[1:] for row in chosen))
        found = []
        for record in read_table(sheet, header, self.as_of).records:
            number = int(chosen[record.number - 1][0])
            faults = tuple(replace(fault, row=number) for fault in record.faults)
            found.append(replace(record, number=number, faults=faults))
        return found

    def keep(self, name: str, numbers: Sequence[str]) -> None:
        """A table of household numbers."""
        self.host.keep(name, {"hid": Column("VARCHAR", numbers)})

    # --- households ---------------------------------------------------------------------

    def odd_numbers(self) -> set[str]:
        """Household numbers that SQL does not read, as the small path reads them."""
        if self._odd is None:
            found = set()
            for source, table, row in self._tables():
                rows = f"SELECT {row} FROM {table} WHERE hid IS NULL"
                found |= {_number(record) for record in self.records(source, rows)}
            self._odd = found - {""}
        return self._odd

    def _tables(self) -> tuple[tuple[Source, str, str], ...]:
        folder = self.folder
        return (folder.households, "h_typed", "ord_"), (folder.members, "m_typed", "mid")

    def read_suspects(self) -> Found:
        """Read the suspect households, in batches."""
        found = Found()
        first = True
        for ids in self._batches():
            self.keep("suspect_now", ids)
            now, both = set(ids), []
            for source, table, row in self._tables():
                chosen = "hid IN (SELECT hid FROM suspect_now)"
                where = f"{chosen} OR hid IS NULL" if first else chosen
                records = self.records(source, f"SELECT {row} FROM {table} WHERE {where}")
                both.append(
                    tuple(
                        record
                        for record in records
                        if (number := _number(record)) in now or (first and not number)
                    )
                )
            self._batch(found, *both)
            first = False
        return found

    def _batches(self) -> Iterator[list[str]]:
        """Suspect numbers; those that SQL does not read come with the first batch."""
        rows = self.host.rows(f"SELECT hid FROM {SUSPECT} ORDER BY hid")
        odd = self.odd_numbers()
        ids = [*sorted(odd), *(str(row[0]) for row in rows if row[0] not in odd)]
        size = max(BATCH, len(odd))
        yield ids[:size]
        for at in range(size, len(ids), size):
            yield ids[at : at + size]

    def _batch(
        self, found: Found, households: tuple[Record, ...], members: tuple[Record, ...]
    ) -> None:
        tables = [
            Table(source.shown, frozenset(source.columns), records)
            for (source, _, _), records in zip(self._tables(), (households, members), strict=True)
        ]
        layout = Layout(tables[0], tables[1], None, None, {}, ())
        roster = assemble(layout, self.ruleset, self.as_of)
        rows: dict[str, int] = {}
        people: dict[str, list[int]] = {}
        for record in households:
            rows.setdefault(_number(record), record.number)
        for record in members:
            people.setdefault(_number(record), []).append(record.number)
        for household in roster.households:
            number = household.household_id
            found.households.append((rows[number], household, people[number]))
        found.rejected += roster.rejected
        found.rejected_households += len(roster.rejected_households)

    # --- adjudications and steps --------------------------------------------------------

    def adjudications(self) -> tuple[tuple[Adjudication, ...], list[Rejection]]:
        """All adjudications: they are few beside the roster."""
        file = self.folder.adjudications
        if file is None:
            return (), []
        reader = LayoutReader([self.host.whole(file)], self.ruleset, self.as_of)
        # The verdict has words of its own, as in `tables.layout`.
        specs = tuple(
            replace(spec, type="text", codes=()) if spec.name == "verdict" else spec
            for spec in specs_of(Adjudication)
        )
        table = reader.optional("adjudications", specs)
        if reader.problems:
            raise InputError(reader.problems)
        builder = RosterBuilder(self.ruleset, self.as_of)
        builder.known = self._known(table.records if table else ())
        found = builder.adjudications(table)
        self.notes += [*reader.notes, *builder.notes]
        return found, builder.rejected

    def steps(
        self, source: Source, rows: str
    ) -> tuple[list[tuple[int, StepRecord]], list[Rejection]]:
        """Chosen step records with their rows."""
        records = self.records(source, rows)
        builder = RosterBuilder(self.ruleset, self.as_of)
        builder.known = self._known(records)
        found = []
        for record in records:
            table = Table(source.shown, frozenset(source.columns), (record,))
            found += [(record.number, step) for step in builder.steps(table)]
        return found, builder.rejected

    def _known(self, records: Sequence[Record]) -> set[str]:
        """The household numbers in some records that are on the roster."""
        asked = {_number(record) for record in records}
        self.keep("asked", sorted(asked))
        rows = self.host.rows(
            f"SELECT DISTINCT hid FROM {NUMBERED} WHERE hid IN (SELECT hid FROM asked)"
        )
        return {str(row[0]) for row in rows} | (self.odd_numbers() & asked)


def _number(record: Record) -> str:
    return str(record.values.get(HOUSEHOLD_ID) or "")


def unmatchable(records: Iterable[Record], match: str) -> int:
    """How many good rows of a register name nobody."""
    return sum(not record.faults and record.values.get(match) is None for record in records)
