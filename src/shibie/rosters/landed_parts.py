"""A roster of any size in a database, given out a part at a time.

SQL says which rows a part rests on and Python reads them, as it does those of a small roster.
Rows are laid out by part first, so that each is fetched once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from shibie.duckdb_tables import text_column
from shibie.engines.sql.plan import HID, KEY, MID
from shibie.language.tree import HOUSEHOLD
from shibie.registers.rows import RegisterRow
from shibie.rosters.helping_rows import HelpingRow
from shibie.rosters.layout import Layout
from shibie.rosters.national_export import taken_apart
from shibie.rosters.parts import RosterPart
from shibie.rosters.python_rows import number_of, table_of
from shibie.rosters.records import Rejection, RowTable, TypedRow, read_table
from shibie.rosters.roster import RosterTables, assemble, register_row
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_matches import PEOPLE, matches
from shibie.rosters.sql_matches import numbered as of_numbers
from shibie.rosters.sql_meetings import HELD, taken_in
from shibie.rosters.sql_members import FOUND_TWICE
from shibie.rosters.sql_perhaps_rows import FITS
from shibie.rosters.sql_register_rows import UNUSABLE
from shibie.rosters.sql_rejected import REJECTED_HOUSEHOLDS
from shibie.rosters.sql_sources import Loader
from shibie.rosters.sql_tables import SqlTable, open_tables
from shibie.rosters.step_counts import StepCounts
from shibie.ruleset.model import RuleSet

# Households of a part: some 20 MB.
PART: Final = 2_000
# Which household is of which part; and the same with those that share a person with one of it.
_OWN, _WITH_GUESTS = "own", "with_guests"


@dataclass(frozen=True)
class _LaidOut:
    """The tables of a roster with their rows by part.

    Attributes:
        households: None where a row is a person.
        members: or the rows of persons.
    """

    households: SqlTable | None
    members: SqlTable
    steps: SqlTable | None
    registers: dict[str, SqlTable]

    @property
    def all(self) -> list[SqlTable]:
        """Each of the tables."""
        found = (self.households, self.members, self.steps, *self.registers.values())
        return [each for each in found if each is not None]


class LandedParts:
    """A roster, validated by SQL, as parts.

    Args:
        loader: has loaded the roster; its database must stay open while parts are gone through.
        size: how many households a part has, unless a part is a village.
    """

    def __init__(self, loader: Loader, size: int = PART) -> None:
        self.loader, self.size = loader, size
        self.host, self.ruleset, self.as_of = loader.host, loader.ruleset, loader.as_of
        self.tables, self.reader = loader.tables, loader.reader
        # Adjudications are few beside the roster.
        placed = self.tables.verdicts
        self.verdicts = (
            None if placed is None else read_table(placed.sheet, placed.header, self.as_of)
        )
        self.about: defaultdict[str, list[TypedRow]] = defaultdict(list)
        for record in self.verdicts.records if self.verdicts else ():
            self.about[number_of(record)].append(record)

    # --- what is said of the whole -------------------------------------------------------

    @property
    def households(self) -> int:
        """How many households are to be decided."""
        return int(self.host.rows("SELECT count(*) FROM h_src")[0][0])

    @property
    def rejected_rows(self) -> int:
        """How many faults kept a row or a household out."""
        return self.loader.rejected.rows

    def matches(self) -> dict[str, tuple[int, int]]:
        """Of each supplied register, how many rows it has and how many surely are about persons."""
        return matches(self.host, self.ruleset, self.tables.registers)

    @property
    def has_steps(self) -> bool:
        """Whether any step of the pack's procedure is recorded."""
        return self.loader.procedure and bool(self.host.rows(f"SELECT 1 FROM {HELD} LIMIT 1"))

    @property
    def step_counts(self) -> StepCounts:
        """How many records of steps there are, of households and of whole places."""
        return self.loader.records.counts

    @property
    def rejected_households(self) -> int:
        """How many households are not decided."""
        return self.loader.rejected.households

    def rejected_numbers(self) -> Iterable[str]:
        """The numbers of the households that are not decided."""
        return (str(hid) for (hid,) in self.host.stream(f"SELECT {HID} FROM {REJECTED_HOUSEHOLDS}"))

    def decided(self, numbers: Set[str]) -> set[str]:
        """Which of some households are to be decided."""
        self.host.keep("asked", {HID: text_column(sorted(numbers))})
        found = self.host.rows(f"SELECT {HID} FROM h_src WHERE {HID} IN (SELECT {HID} FROM asked)")
        return {str(hid) for (hid,) in found}

    def documented(self, step: str, document: str) -> tuple[int, int]:
        """How many records of a step there are, and how many of them with a document."""
        if not self.loader.procedure:
            return 0, 0
        named = "string_split(replace(coalesce(document, ''), '、', '|'), '|')"
        (row,) = self.host.rows(
            f"SELECT count(*), count(*) FILTER (WHERE list_contains({named}, {quoted(document)}))"
            f" FROM {HELD} WHERE step = {quoted(step)}"
        )
        return int(row[0]), int(row[1])

    def helping(self, table: str) -> Iterator[HelpingRow] | None:
        """The rows of `helpers`, `visits` or `plans` that are taken in; None if it was not supplied."""
        return self.loader.helping.rows(table)

    def faults_in(self, sources: Set[str]) -> Iterator[Rejection]:
        """What is wrong in some tables, as messages name them, in their order."""
        return self.loader.rejected.of(sources)

    def codes(self, register: str, column: str) -> Iterator[tuple[int, str]]:
        """Of each row of a register about a person: his key, and what a column says."""
        index = list(self.ruleset.registers).index(register)
        if register not in self.tables.registers:
            return
        rows = self.loader.registers.rows.theirs(index)
        query = f'SELECT {KEY}, "{column}" FROM {rows} WHERE {KEY} >= 0 ORDER BY {ROW}'
        for key, code in self.host.stream(query):
            yield int(key), str(code or "")

    def unsettled(self, register: str, numbered: bool) -> Iterator[RegisterRow]:
        """The rows of a register that are not surely about anybody who is decided."""
        source = self.tables.registers.get(register)
        if source is None:
            return
        index = list(self.ruleset.registers).index(register)
        match = self.ruleset.registers[register].match
        links = self.loader.registers.rows.links.found.get(register, {})
        queries = [f"SELECT {ROW} FROM {UNUSABLE} WHERE register = {index}"]
        if numbered:
            queries.append(f"SELECT {ROW} FROM ({of_numbers(index)}) WHERE {KEY} NOT IN {PEOPLE}")
        for page in self.reader.pages(f"({' UNION ALL '.join(queries)})", "TRUE"):
            for record in self.reader.records(source, page, match):
                link = links.get(record.number)
                if link is None or not link.nobody:
                    yield register_row(record, match)

    # --- parts ---------------------------------------------------------------------------

    def parts(self) -> Iterator[RosterPart]:
        """All households to be decided, each in one part, in the roster's order."""
        number = f"CAST(floor((row_number() OVER (ORDER BY ord_) - 1) / {self.size}) AS BIGINT)"
        return self._gone_through(f"SELECT {HID}, {number} AS part FROM h_src")

    def villages(self) -> Iterator[RosterPart]:
        """The same, where each village is a part."""
        return self._gone_through(
            f"SELECT {HID}, dense_rank() OVER (ORDER BY first) - 1 AS part FROM (SELECT {HID},"
            " min(ord_) OVER (PARTITION BY coalesce(village_, '')) AS first FROM h_src)"
        )

    def _gone_through(self, divided: str) -> Iterator[RosterPart]:
        """The parts that a query of households and their parts makes."""
        count = self._divide(divided)
        laid_out = self._laid_out()
        for part in range(count):
            yield self._part(laid_out, part)
        for table in laid_out.all:
            self.host.run(f"DROP TABLE {table.relation}")

    def _divide(self, divided: str) -> int:
        """Say which households each part has; returns how many parts there are."""
        run = self.host.run
        run(f"CREATE OR REPLACE TABLE {_OWN} AS {divided}")
        # A person found twice is a finding only where the other household is decided, too.
        run(
            f"CREATE OR REPLACE TABLE {_WITH_GUESTS} AS WITH shared AS ("
            f" SELECT m.person, o.{HID}, o.part FROM {FOUND_TWICE} AS m"
            f" JOIN {_OWN} AS o ON m.{HID} = o.{HID})"
            f" SELECT {HID}, part FROM {_OWN} UNION"
            f" SELECT b.{HID}, a.part FROM shared AS a JOIN shared AS b ON a.person = b.person"
        )
        return int(self.host.rows(f"SELECT coalesce(max(part) + 1, 0) FROM {_OWN}")[0][0])

    def _laid_out(self) -> _LaidOut:
        """The rows of every part."""
        tables = self.tables
        households = None
        if tables.persons is None:
            households = self._by_part(tables.households, self._of("h_typed", "ord_", _WITH_GUESTS))
        members = tables.persons or tables.members
        steps = None
        if self.loader.procedure and tables.steps is not None:
            own = taken_in(f"household_id, {ROW}")
            named = f"(SELECT household_id AS {HID}, {ROW} FROM ({own}))"
            steps = self._by_part(tables.steps, self._of(named, ROW, _OWN))
        return _LaidOut(
            households,
            self._by_part(members, self._of("m_typed", MID, _WITH_GUESTS)),
            steps,
            {name: self._by_part(each, self._about(name)) for name, each in tables.registers.items()},
        )  # fmt: skip

    def _of(self, rows: str, row: str, households: str) -> str:
        """A query of the rows of the households of each part."""
        return (
            f"SELECT o.part, r.{row} AS {ROW} FROM {rows} AS r"
            f" JOIN {households} AS o ON r.{HID} = o.{HID}"
        )

    def _about(self, register: str) -> str:
        """A query of the rows of a register about the persons of each part, damaged ones as well."""
        index = list(self.ruleset.registers).index(register)
        rows = [
            f"SELECT {KEY}, {ROW} FROM {name}" for name in (f"r{index}_rows", f"damaged{index}")
        ]
        perhaps = self.loader.registers.perhaps
        if index in perhaps.registers:
            rows.append(f"SELECT {KEY}, {ROW} FROM {FITS} WHERE register = {index}")
        if index in perhaps.crowds:
            rows.append(
                f"SELECT f.{KEY}, c.{ROW} FROM r{index}_crowd AS c"
                f" JOIN r{index}_fits AS f ON c.place_ = f.place_"
            )
        return (
            f"SELECT DISTINCT o.part, r.{ROW} FROM ({' UNION ALL '.join(rows)}) AS r"
            f" JOIN m_plain AS m ON r.{KEY} = m.{KEY} JOIN {_OWN} AS o ON m.{HID} = o.{HID}"
        )

    def _by_part(self, source: SqlTable, wanted: str) -> SqlTable:
        """A copy of the rows that are wanted, with the part of each."""
        name = self.host.new_name()
        every = ", ".join(f"t.{column.sql}" for column in source.columns.values())
        self.host.run(
            f"CREATE TABLE {name} AS SELECT w.part, t.{ROW}, {every} FROM {source.relation} AS t"
            f" JOIN ({wanted}) AS w ON t.{ROW} = w.{ROW} ORDER BY w.part, t.{ROW}"
        )
        return replace(source, relation=name)

    def _part(self, laid_out: _LaidOut, part: int) -> RosterPart:
        own = {
            str(hid) for (hid,) in self.host.rows(f"SELECT {HID} FROM {_OWN} WHERE part = {part}")
        }

        def read(source: SqlTable, match: str = "") -> RowTable:
            cells = self.reader.cells(source, f"part = {part}")
            return table_of(source, self.reader.typed(source, cells, match=match))

        if laid_out.households is None:
            of_household = frozenset(self.ruleset.field_specs(HOUSEHOLD))
            households, members = taken_apart(read(laid_out.members), of_household)
        else:
            households, members = read(laid_out.households), read(laid_out.members)
        tables = RosterTables(
            households,
            members,
            self._verdicts_of(own),
            read(laid_out.steps) if laid_out.steps else None,
            {
                name: read(source, self.ruleset.registers[name].match)
                for name, source in laid_out.registers.items()
            },
            self.reader.acts.about(own),
            meetings=self.loader.records.meetings,
        )
        return RosterPart(assemble(tables, self.ruleset, self.as_of), own)

    def _verdicts_of(self, households: Set[str]) -> RowTable | None:
        """The adjudications about some households."""
        if self.verdicts is None:
            return None
        found = [each for household in households for each in self.about.get(household, ())]
        return replace(self.verdicts, records=tuple(sorted(found, key=lambda each: each.number)))


def landed(host: Host, layout: Layout, ruleset: RuleSet, as_of: date) -> Loader:
    """A roster loaded for parts: beside what every check reads, what registers say in codes.

    Args:
        host: the database.
        layout: which sheet is which table.
        ruleset: says which fields and registers there are.
        as_of: the day of judgement.

    Raises:
        InputError: when a file cannot be read.
    """
    coded = {
        f"r{index}": {each.name for each in register.columns if each.type == "code"}
        for index, register in enumerate(ruleset.registers.values())
    }
    tables = open_tables(host, layout, ruleset, as_of)
    columns = {"h": set[str](), "m": set[str](), **coded}
    loader = Loader(host, tables, ruleset, as_of, columns, layout.places)
    loader.load()
    return loader
