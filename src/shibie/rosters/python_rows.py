"""The rows that SQL leaves to Python: read, and where need be rejected, by `tables`.

Whatever is odd or wrong is read by the very code that reads a workbook, so that values and
rejections are the same, word for word. Rows go by in batches: however many are odd, no more
than a batch is held.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date

from shibie.case import Value
from shibie.duckdb_tables import integer_column, text_column
from shibie.household import Adjudication, BareHousehold, StepRow
from shibie.language.tree import HOUSEHOLD
from shibie.rosters.act_rows import all_verdicts, step_rows
from shibie.rosters.acts_on_roster import RosterActs, acts_on
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import Cell, read_cell
from shibie.rosters.headers import Header
from shibie.rosters.helping_rows import HelpingReader, HelpingRow
from shibie.rosters.landed_cells import unwrap
from shibie.rosters.localities import FIELDS, Locality, locality_of
from shibie.rosters.meetings import Meeting, Meetings, settled
from shibie.rosters.national_export import HOUSEHOLD_ID, filled_down, taken_apart
from shibie.rosters.parquet import cell_sql
from shibie.rosters.records import Rejection, RowTable, TypedRow, read_table
from shibie.rosters.roster import RosterTables, assemble
from shibie.rosters.roster_builder import RosterBuilder
from shibie.rosters.sheets import Sheet
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_tables import MatchedColumn, SqlTable, SqlTables
from shibie.rosters.step_rows import StepReader
from shibie.rosters.text_search import Sought
from shibie.ruleset.model import RuleSet

# Suspect households: their numbers, each with the batch that it is read in.
SUSPECT = "suspect"
# The households and the members, a row each; `hid` is NULL where no number is written.
HOUSEHOLDS, MEMBERS = "h_typed", "m_typed"
BATCH = 20_000
# Steps among the acts come after every row of a table of steps.
ACT_ROWS = 10**15
CellsByRow = Mapping[int, tuple[Cell, ...]]


@dataclass
class PythonRows:
    """What Python made of some of the households left to it.

    Attributes:
        households: the valid ones, each with its row and its members' rows.
        rejected: every fault.
        rejected_households: those that are not decided.
    """

    households: list[tuple[int, BareHousehold, list[int]]] = field(default_factory=list)
    rejected: Sequence[Rejection] = ()
    rejected_households: Sequence[str] = ()


class PythonReader:
    """Reads chosen rows of one roster."""

    def __init__(self, host: Host, tables: SqlTables, ruleset: RuleSet, as_of: date) -> None:
        self.host, self.tables = host, tables
        self.ruleset, self.as_of = ruleset, as_of
        self.acts = RosterActs()

    def records(self, source: SqlTable, rows: str, match: str = "") -> list[TypedRow]:
        """Rows of a table, as Python reads them.

        Args:
            source: the table.
            rows: a query for their row numbers.
            match: of a register, the column by which its rows are matched.
        """
        return self.typed(source, self.cells(source, f"{ROW} IN ({rows})"), match=match)

    def cells(self, source: SqlTable, where: str, sought: Sought | None = None) -> CellsByRow:
        """The cells of the rows that a condition holds of, by row number.

        Args:
            source: the table.
            where: the condition.
            sought: what a line of text holds that it holds of, where that is known.
        """
        picked = ", ".join(cell_sql(each.sql, each.sql_type) for each in source.columns.values())
        relation = source.relation
        if sought is not None:
            relation = self.host.narrowed(relation, where, sought)
        rows = self.host.rows(
            f"SELECT {ROW}, {picked} FROM {relation} WHERE {where} ORDER BY {ROW}"
        )
        return {int(number): tuple(map(unwrap, row)) for number, *row in rows}

    def typed(
        self, source: SqlTable, rows: CellsByRow, fill: bool = False, match: str = ""
    ) -> list[TypedRow]:
        """Cells as Python reads them.

        Args:
            source: the table that they are of.
            rows: by row number, in their order.
            fill: whether household numbers are carried down, as in merged cells.
            match: of a register, the column by which its rows are matched.
        """
        specs = [column.spec for column in source.columns.values()]
        header = Header(0, dict(enumerate(specs)), (), supposed=source.supposed)
        numbers = list(rows)
        sheet = Sheet(source.shown, source.shown, tuple(rows.values()))
        if fill:
            sheet = filled_down(sheet, header.row, header.columns)
        found = []
        for record in read_table(sheet, header, self.as_of, match).records:
            number = numbers[record.number - 1]
            sheet_name, row = source.origin(number)
            faults = tuple(replace(fault, source=sheet_name, row=row) for fault in record.faults)
            record = replace(
                record, source=sheet_name, number=number, faults=faults, written_at=row
            )
            found.append(record)
        return found

    def distinct(
        self, source: SqlTable, column: MatchedColumn, where: str, keep: Callable[[Cell], bool]
    ) -> list[str]:
        """The different texts of a column, among those that `where` holds of, that are kept."""
        rows = self.host.rows(
            f"SELECT DISTINCT {column.sql} FROM {source.relation}"
            f" WHERE {column.sql} IS NOT NULL AND ({where})"
        )
        return sorted(str(text) for (text,) in rows if keep(unwrap(text)))

    # --- household numbers that SQL does not read ---------------------------------------

    def read_numbers(self, source: SqlTable, table: str, row: str, name: str) -> bool:
        """Read the household numbers that SQL did not, into a table of rows and numbers.

        Args:
            source: the table that they are written in.
            table: with `hid`, which is NULL for them.
            row: its column of row numbers.
            name: of the table to make.

        Returns:
            whether there are any.
        """
        number = {HOUSEHOLD_ID: source.columns[HOUSEHOLD_ID]}
        alone = replace(source, columns=number)
        any_read = False
        self.host.append(name, {row: integer_column([]), "hid": text_column([])})
        for page in self.pages(table, "hid IS NULL", row):
            records = self.records(alone, page)
            read = [(each.number, number_of(each)) for each in records if number_of(each)]
            if read:
                any_read = True
                columns = {
                    row: integer_column([at for at, _ in read]),
                    "hid": text_column([text for _, text in read]),
                }
                self.host.append(name, columns)
        return any_read

    def pages(self, table: str, where: str = "NOT fine", row: str = ROW) -> Iterator[str]:
        """Queries of row numbers that together are all that a condition holds of.

        Args:
            table: has the rows.
            where: the condition; by default that SQL has not read the row.
            row: the column of row numbers.
        """
        last = 0
        while True:
            page = f"SELECT {row} FROM {table} WHERE {where} AND {row} > {last}"
            batch = f"SELECT max({row}) FROM ({page} ORDER BY {row} LIMIT {BATCH})"
            ((until,),) = self.host.rows(batch)
            if until is None:
                return
            yield f"{page} AND {row} <= {until}"
            last = int(until)

    # --- households ---------------------------------------------------------------------

    def read_suspects(self) -> Iterator[PythonRows]:
        """Read the suspect households, batch by batch.

        With the first come the rows without a household number.
        """
        pages = self.host.rows(f"SELECT DISTINCT page FROM {SUSPECT} ORDER BY page")
        for page in dict.fromkeys([0, *(int(row[0]) for row in pages)]):
            chosen = f"hid IN (SELECT hid FROM {SUSPECT} WHERE page = {page})"
            where = f"{chosen} OR hid IS NULL" if page == 0 else chosen
            yield self._batch(*self._both(where))

    def _both(self, where: str) -> tuple[RowTable, RowTable]:
        """The households that a condition on their numbers holds of, and their members."""
        tables, rows = self.tables, f"SELECT mid FROM {MEMBERS} WHERE {where}"
        if tables.persons is not None:
            of_household = frozenset(self.ruleset.field_specs(HOUSEHOLD))
            persons = table_of(tables.persons, self.records(tables.persons, rows))
            return taken_apart(persons, of_household)
        households = self.records(tables.households, f"SELECT ord_ FROM {HOUSEHOLDS} WHERE {where}")
        members = self.records(tables.members, rows)
        return table_of(tables.households, households), table_of(tables.members, members)

    def _batch(self, households: RowTable, members: RowTable) -> PythonRows:
        # Of all acts corrections alone change what is read here.
        tables = RosterTables(households, members, acts=self.acts.about(frozenset()))
        roster = assemble(tables, self.ruleset, self.as_of)
        rows: dict[str, int] = {}
        people: dict[str, list[int]] = {}
        for record in households.records:
            rows.setdefault(number_of(record), record.number)
        for record in members.records:
            people.setdefault(number_of(record), []).append(record.number)
        found = PythonRows(rejected=roster.rejected, rejected_households=roster.rejected_households)
        for household in roster.households:
            number = household.household_id
            found.households.append((rows[number], household, people[number]))
        return found

    # --- adjudications and steps --------------------------------------------------------

    def builder(self, records: Iterable[TypedRow]) -> RosterBuilder:
        """A builder that knows which of the records' households are on the roster."""
        builder = RosterBuilder(self.ruleset, self.as_of)
        asked = sorted({number_of(record) for record in records})
        self.host.keep("asked", {"hid": text_column(asked)})
        rows = self.host.rows(
            f"SELECT DISTINCT hid FROM {HOUSEHOLDS} WHERE hid IN (SELECT hid FROM asked)"
        )
        builder.known = {str(row[0]) for row in rows}
        return builder

    def read_acts(self) -> RosterActs:
        """All acts: they are few beside the roster, and so are the households that they name."""
        written = self.tables.acts
        self.host.keep("asked", {"hid": text_column(sorted(written.households))})
        households, members = self._both("hid IN (SELECT hid FROM asked)")
        self.acts = acts_on(written, households, members, self.ruleset, self.as_of)
        return self.acts

    def adjudications(
        self,
    ) -> tuple[tuple[tuple[TypedRow, Adjudication], ...], RosterBuilder | None]:
        """All that decide about rules, with their rows: they are few beside the roster."""
        placed = self.tables.verdicts
        own = None if placed is None else read_table(placed.sheet, placed.header, self.as_of)
        table = all_verdicts(own, self.acts.of_kind("verdict"))
        if table is None:
            return (), None
        builder = self.builder(table.records)
        return builder.adjudications(table), builder

    def act_steps(self) -> tuple[list[tuple[int, StepRow]], list[Rejection]]:
        """The steps among the acts, each with a row after all rows of the steps' table."""
        rows = step_rows(self.acts.of_kind("step"), self.as_of)
        places = {id(record): ACT_ROWS + place for place, record in enumerate(rows)}
        read = self.builder(rows).steps(RowTable("", frozenset(), rows))
        return [(places[id(record)], row) for record, row in read.own], read.rejected

    def steps(self, source: SqlTable, rows: str) -> StepReader:
        """Chosen rows of the table of steps."""
        records = self.records(source, rows)
        builder = self.builder(records)
        if self.tables.has_places_of_steps:
            builder.homes = self._homes_asked()
        return builder.steps(table_of(source, records))

    def _homes_asked(self) -> dict[str, Locality]:
        """Where the households that are asked for live."""
        home = "hid, township_, village_, group_"
        found: dict[str, Locality] = {}
        # What Python read of a household counts before what SQL did.
        for table in (HOUSEHOLDS, "h_odd"):
            rows = self.host.rows(
                f"SELECT {home} FROM {table} WHERE hid IN (SELECT hid FROM asked)"
            )
            found |= {str(hid): Locality(*place) for hid, *place in rows}
        return found

    def settled(self, meetings: Sequence[Meeting], loaded: bool = True) -> Meetings:
        """The records of whole places that count.

        Args:
            meetings: as they are written.
            loaded: whether the households were read; else their table is looked through.
        """
        homes = set(self._homes_written())
        if loaded:
            home = "township_, village_, group_"
            rows = self.host.rows(
                f"SELECT DISTINCT {home} FROM {HOUSEHOLDS} WHERE fine"
                f" UNION SELECT DISTINCT {home} FROM h_odd"
            )
            homes |= {Locality(*row) for row in rows}
        return settled(meetings, homes, self.ruleset)

    def _homes_written(self) -> Iterator[Locality]:
        """The different places that the rows of households name."""
        source = self.tables.households
        there = {name: source.columns[name] for name in FIELDS if name in source.columns}
        picked = ", ".join(cell_sql(each.sql, each.sql_type) for each in there.values())
        if not picked:
            return
        for row in self.host.rows(f"SELECT DISTINCT {picked} FROM {source.relation}"):
            values: dict[str, Value] = {}
            for (name, column), cell in zip(there.items(), map(unwrap, row), strict=True):
                # What cannot be read is nobody's place: its household is rejected.
                with suppress(CellError):
                    values[name] = read_cell(cell, column.spec, self.as_of)
            yield locality_of(values)

    def helping(self, name: str, rows: str) -> tuple[list[tuple[int, HelpingRow]], list[Rejection]]:
        """Chosen rows of who helps whom, of visits or of plans, with their row numbers."""
        source = self.tables.helping[name]
        records = self.records(source, rows)
        builder = self.builder(records)
        # Of households that are not decided it is not known where they are.
        villages = {
            str(hid): str(village)
            for hid, village in self.host.rows(
                "SELECT hid, village_ FROM h_src WHERE village_ IS NOT NULL"
                " AND hid IN (SELECT hid FROM asked)"
            )
        }
        every = self.host.rows("SELECT DISTINCT village_ FROM h_src WHERE village_ IS NOT NULL")
        names = frozenset(str(village) for (village,) in every)
        reader = HelpingReader(self.ruleset, self.as_of, builder.known, villages, names)
        found = reader.read(name, table_of(source, records))
        return found, reader.rejected


def number_of(record: TypedRow) -> str:
    """The household number of a record, or empty."""
    return str(record.values.get(HOUSEHOLD_ID) or "")


def table_of(source: SqlTable, records: Sequence[TypedRow]) -> RowTable:
    """Rows as a table."""
    return RowTable(source.shown, frozenset(source.columns), tuple(records))


def unmatchable(records: Iterable[TypedRow], match: str) -> int:
    """How many good rows of a register name nobody."""
    return sum(
        not record.faults and not record.unusable and record.values.get(match) is None
        for record in records
    )
