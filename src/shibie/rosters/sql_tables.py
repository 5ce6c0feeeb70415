"""The tables of a roster as relations that SQL reads: files by the host, other cells landed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from shibie.duckdb_tables import quoted_name
from shibie.language.tree import HOUSEHOLD
from shibie.rosters.act_rows import WrittenActs
from shibie.rosters.landed_cells import landed
from shibie.rosters.layout import Layout, Placed
from shibie.rosters.localities import FIELDS
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.origins import Origins
from shibie.rosters.roster import acts_written
from shibie.rosters.sql_host import Host
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec


@dataclass(frozen=True)
class MatchedColumn:
    """A matched column: its place in the file's table and its type there."""

    spec: FieldSpec
    name: str
    sql_type: str

    @property
    def sql(self) -> str:
        """The quoted column."""
        return quoted_name(self.name)


@dataclass(frozen=True)
class SqlTable:
    """One table as a relation.

    Attributes:
        shown: how messages name it.
        relation: name of the table or view; it has a column `row_`.
        columns: the matched columns by field name.
        landed: whether Python held its cells; any of them may be odd (`sql_cells.ODD`).
        origins: of a table put together from several sheets, where its rows were written.
        supposed: field → what every row has of it where the table has no column of it.
    """

    shown: str
    relation: str
    columns: Mapping[str, MatchedColumn]
    landed: bool = False
    origins: Origins | None = None
    supposed: Mapping[str, str] = field(default_factory=dict)

    def origin(self, number: int) -> tuple[str, int]:
        """The sheet and the row in it of one of its rows."""
        return self.origins.of(number) if self.origins else (self.shown, number)


@dataclass(frozen=True)
class SqlTables:
    """The tables of a roster.

    Attributes:
        persons: the table of which households and members are parts, where a row is a
            person; else None.
        verdicts: adjudications, which Python reads: they are few beside the roster.
        acts: whatever was decided or corrected; Python has read them: they are few, too.
        helping: who helps whom, visits and plans, as far as they were supplied.
    """

    households: SqlTable
    members: SqlTable
    persons: SqlTable | None
    registers: Mapping[str, SqlTable]
    verdicts: Placed | None
    steps: SqlTable | None
    acts: WrittenActs = field(default_factory=WrittenActs)
    helping: Mapping[str, SqlTable] = field(default_factory=dict)

    @property
    def has_places_of_steps(self) -> bool:
        """Whether steps may be recorded of whole places."""
        return self.steps is not None and not self.steps.columns.keys().isdisjoint(FIELDS)

    @property
    def has_steps(self) -> bool:
        """Whether steps of the procedure are recorded anywhere."""
        return self.steps is not None or self.acts.has_steps


def open_tables(host: Host, layout: Layout, ruleset: RuleSet, as_of: date) -> SqlTables:
    """Make relations of the tables that were found.

    Args:
        host: reads the files.
        layout: which sheet is which table.
        ruleset: says which columns are the household's.
        as_of: the day of judgement.

    Raises:
        InputError: when a file cannot be read.
    """

    def source(placed: Placed) -> SqlTable:
        return open_table(host, placed, as_of)

    households = source(layout.households)
    persons = None
    if layout.members is not None:
        members = source(layout.members)
    else:
        persons = households
        own = ruleset.field_specs(HOUSEHOLD)
        households, members = (
            SqlTable(
                persons.shown, persons.relation,
                {name: column for name, column in persons.columns.items() if keep(name)},
                persons.landed, persons.origins,
            )
            for keep in (lambda name: name in own,
                         lambda name: name not in own or name == HOUSEHOLD_ID)
        )  # fmt: skip
    registers = {name: source(placed) for name, placed in layout.registers.items()}
    steps = source(layout.steps) if layout.steps else None
    acts = acts_written(layout, ruleset, as_of)
    helping = {name: source(placed) for name, placed in layout.helping.items()}
    return SqlTables(
        households, members, persons, registers, layout.adjudications, steps, acts, helping
    )


def open_table(host: Host, placed: Placed, as_of: date) -> SqlTable:
    """Make a relation of one table."""
    sheet, header = placed.sheet, placed.header
    relation = host.relation(placed) if sheet.file else landed(host, placed, as_of)
    columns = {
        spec.name: MatchedColumn(spec, *relation.columns[index])
        for index, spec in header.columns.items()
    }
    landed_here = not sheet.file
    return SqlTable(
        sheet.shown, relation.name, columns, landed_here, sheet.origins, header.supposed
    )
