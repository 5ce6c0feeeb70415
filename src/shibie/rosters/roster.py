"""Sheets → a validated roster: every household is taken in or rejected with reasons.

A bad cell rejects its row; a household with any rejected row is itself rejected, never
decided on part of its people. The rest goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from shibie.acts import ROW_NAMES, Act
from shibie.errors import Words
from shibie.forms.form import TableForm
from shibie.formula_cells import armed
from shibie.household import Adjudication, BareHousehold, StepRecord
from shibie.language.tree import HOUSEHOLD
from shibie.registers.links import Links
from shibie.registers.rows import RegisterRow
from shibie.registers.same_persons import NO_SAME_PERSONS, SamePersons
from shibie.rosters.act_rows import (
    WrittenActs,
    all_verdicts,
    in_force,
    joined,
    patched,
    step_rows,
    verdicts_as_acts,
)
from shibie.rosters.acts import written_acts
from shibie.rosters.acts_on_roster import RosterActs, acts_on
from shibie.rosters.finding import lay_out
from shibie.rosters.helping_rows import HelpingReader, HelpingRow, villages_of
from shibie.rosters.layout import Layout, Placed
from shibie.rosters.links_on_roster import linked_rows, verdicts_lost, without_unfitting
from shibie.rosters.localities import locality_of
from shibie.rosters.meetings import Meetings, held_steps, settled
from shibie.rosters.national_export import filled_down, taken_apart
from shibie.rosters.other_papers import other_papers, said_of_papers
from shibie.rosters.records import Rejection, RowTable, TypedRow, read_table
from shibie.rosters.roster_builder import RosterBuilder
from shibie.rosters.sheets import read_sheets, unread_notes
from shibie.rosters.step_counts import StepCounts, counts_of
from shibie.rosters.unrecognised import UnknownColumn, unknown_columns
from shibie.ruleset.model import RuleSet


@dataclass(frozen=True)
class Roster:
    """What was read.

    Attributes:
        households: the valid households, in the order of the input.
        registers: rows of each register; None where it was not supplied.
        adjudications: valid adjudications, one a household and rule.
        steps: what is recorded of each household: a valid record a household and step.
        rejected: every fault, in the order of the input.
        rejected_households: the households that are not decided.
        given: how many households came in.
        notes: what was normalised, ignored or not found.
        acts: what was decided and corrected, as far as it counts: verdicts, links, corrections
            and what else is in the table of acts.
        links: what acts say of whose the rows of registers are, by register and row.
        same_persons: who is one person by acts.
        nobody: of a roster of which only some rows were read, how many rows the registers have
            of which none is surely about anybody on the whole of it.
        tables: those of the households and their members, as messages name them.
        rows: of each table that was found, how many rows are not blank throughout; where a row
            is a person there is no table of households.
        unknown_columns: of its tables, those that no field answers to.
        step_counts: how many records of steps there are, of households and of whole places.
        helping: of who helps whom, visits and plans, the rows that are taken in, as far as these
            tables were supplied.
    """

    households: tuple[BareHousehold, ...]
    registers: Mapping[str, tuple[RegisterRow, ...] | None]
    adjudications: tuple[Adjudication, ...]
    steps: tuple[StepRecord, ...]
    rejected: tuple[Rejection, ...]
    rejected_households: tuple[str, ...]
    given: int
    notes: tuple[Words, ...]
    acts: tuple[Act, ...] = ()
    links: Links = field(default_factory=dict)
    same_persons: SamePersons = NO_SAME_PERSONS
    nobody: Mapping[str, int] = field(default_factory=dict)
    tables: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)
    unknown_columns: tuple[UnknownColumn, ...] = ()
    step_counts: StepCounts = field(default_factory=StepCounts)
    helping: Mapping[str, tuple[HelpingRow, ...]] = field(default_factory=dict)


def read_roster(path: Path, ruleset: RuleSet, as_of: date, form: TableForm | None = None) -> Roster:
    """Read and validate a roster: a folder of CSV/Parquet, or one workbook.

    Args:
        path: the folder or file.
        ruleset: says which fields and registers there are.
        as_of: the day of judgement.
        form: how its tables are read, if it is none that shibie knows.

    Raises:
        InputError: when the roster cannot be used at all.
    """
    layout = lay_out(read_sheets(path), ruleset, as_of, form)
    return read_laid_out(layout, ruleset, as_of, unread_notes(path))


def read_laid_out(
    layout: Layout, ruleset: RuleSet, as_of: date, notes: Iterable[Words] = ()
) -> Roster:
    """Read and validate the tables that were found.

    Args:
        layout: which sheet is which table.
        ruleset: says which fields and registers there are.
        as_of: the day of judgement.
        notes: further ones.
    """
    tables = read_tables(layout, ruleset, as_of)
    roster = assemble(tables, ruleset, as_of)
    return replace(
        roster,
        rows={**tables.rows, **few_rows(layout, as_of)},
        rejected=in_order(roster.rejected, layout),
        notes=(*layout.notes, *roster.notes, *notes),
        tables=layout.own_tables,
        unknown_columns=unknown_columns(layout),
    )


@dataclass(frozen=True)
class RosterTables:
    """The tables of a roster as typed records; None where one was not supplied.

    Attributes:
        linking: of a part of a roster, all acts that say of whom its rows are; else `acts`.
        rows: of the tables of a whole roster, how many there are; but for verdicts and acts.
        meetings: of a part of a roster, what is recorded of places on the whole of it; then there
            is no record of a place among the steps.
    """

    households: RowTable
    members: RowTable
    adjudications: RowTable | None = None
    steps: RowTable | None = None
    registers: Mapping[str, RowTable] = field(default_factory=dict)
    acts: RosterActs = field(default_factory=RosterActs)
    linking: RosterActs | None = None
    rows: Mapping[str, int] = field(default_factory=dict)
    meetings: Meetings | None = None
    helping: Mapping[str, RowTable] = field(default_factory=dict)


def read_tables(layout: Layout, ruleset: RuleSet, as_of: date) -> RosterTables:
    """The cells of all tables, read in Python."""

    def read(placed: Placed, match: str = "") -> RowTable:
        return read_table(placed.sheet, placed.header, as_of, match)

    def maybe(placed: Placed | None) -> RowTable | None:
        return None if placed is None else read(placed)

    adjudications, steps = maybe(layout.adjudications), maybe(layout.steps)
    registers = {
        name: read(placed, ruleset.registers[name].match)
        for name, placed in layout.registers.items()
    }
    first = layout.households
    if layout.members is not None:
        pair = read(first), read(layout.members)
        rows = {"households": len(pair[0].records), "members": len(pair[1].records)}
    else:
        filled = filled_down(first.sheet, first.header.row, first.header.columns)
        person_rows = read_table(filled, first.header, as_of)
        rows = {"members": len(person_rows.records)}
        pair = taken_apart(person_rows, frozenset(ruleset.field_specs(HOUSEHOLD)))
    rows |= {"steps": len(steps.records)} if steps is not None else {}
    rows |= {name: len(table.records) for name, table in registers.items()}
    helping = {name: read(placed) for name, placed in layout.helping.items()}
    rows |= {name: len(table.records) for name, table in helping.items()}
    acts = acts_on(acts_written(layout, ruleset, as_of), *pair, ruleset, as_of)
    return RosterTables(
        *pair, adjudications, steps, registers, acts, rows=rows, helping=helping
    )  # fmt: skip


def few_rows(layout: Layout, as_of: date) -> dict[str, int]:
    """How many rows the tables of verdicts and of acts have: Python reads these of any roster."""
    few = {"adjudications": layout.adjudications, "acts": layout.acts}
    return {
        name: len(read_table(placed.sheet, placed.header, as_of).records)
        for name, placed in few.items()
        if placed is not None
    }


def acts_written(layout: Layout, ruleset: RuleSet, as_of: date) -> WrittenActs:
    """The acts of the tables that were found, each read by itself.

    A verdict in its own table that names a row of a register is the same act as in the table of acts.
    """

    def read(placed: Placed) -> RowTable:
        return read_table(placed.sheet, placed.header, as_of)

    tables = []
    verdicts = layout.adjudications
    if verdicts is not None and not verdicts.header.names.isdisjoint(ROW_NAMES):
        tables.append(verdicts_as_acts(read(verdicts)))
    if layout.acts is not None:
        tables.append(read(_armed(layout.acts)))
    found = [written_acts(table, ruleset, as_of) for table in tables]
    return WrittenActs(
        tuple(given for each in found for given in each.given),
        tuple(fault for each in found for fault in each.rejected),
        tuple(note for each in found for note in each.notes),
    )


def _armed(placed: Placed) -> Placed:
    """A table as it was before it was written among the results: these are read again."""
    rows = tuple(
        tuple(armed(cell) if isinstance(cell, str) else cell for cell in row)
        for row in placed.sheet.rows
    )
    return replace(placed, sheet=replace(placed.sheet, rows=rows))


def assemble(tables: RosterTables, ruleset: RuleSet, as_of: date) -> Roster:
    """Put the records of the tables together into households; faults come as they are found."""
    builder, acts = RosterBuilder(ruleset, as_of), tables.acts
    households = builder.households(
        patched(tables.households, acts.patches, of_members=False),
        patched(tables.members, acts.patches, of_members=True),
    )
    builder.notes += said_of_papers(other_papers(households))
    verdicts, signed = _signed(tables, acts, builder)
    steps, step_counts = _steps(tables, builder, households)
    registers: dict[str, tuple[RegisterRow, ...] | None] = {}
    for name, register in ruleset.registers.items():
        table = tables.registers.get(name)
        if table is None:
            registers[name] = None
            continue
        registers[name] = tuple(register_row(record, register.match) for record in table.records)
        builder.reject(table)
    acts, links = _linked(tables, registers, verdicts, as_of)
    if verdicts_lost(tables.acts, acts):
        verdicts, signed = _signed(tables, acts, builder)
    builder.rejected += verdicts.rejected
    builder.notes += (*verdicts.notes, *tables.acts.notes)
    for name, register in ruleset.registers.items():
        if name in tables.registers:
            said = links.get(name, {})
            builder.note_unmatchable(tables.registers[name], register.match, said)
    builder.rejected += acts.rejected
    villages = villages_of(households)
    reader = HelpingReader(ruleset, as_of, builder.known, villages, frozenset(villages.values()))
    helping = {
        name: tuple(row for _, row in reader.read(name, table))
        for name, table in tables.helping.items()
    }
    builder.rejected += reader.rejected
    return Roster(
        households=households,
        registers=registers,
        adjudications=tuple(adjudication for _, adjudication in signed),
        steps=steps,
        rejected=tuple(builder.rejected),
        rejected_households=tuple(builder.rejected_households),
        given=len(households) + len(builder.rejected_households),
        notes=tuple(builder.notes),
        acts=in_force(acts.given, (*signed, *verdicts.beside)),
        links=links,
        same_persons=acts.same_persons,
        step_counts=step_counts,
        helping=helping,
    )


def _steps(
    tables: RosterTables, builder: RosterBuilder, households: Iterable[BareHousehold]
) -> tuple[tuple[StepRecord, ...], StepCounts]:
    """What is recorded of each household, by itself or with its whole village."""
    of_acts = step_rows(tables.acts.of_kind("step"), builder.as_of)
    read = builder.steps(joined(tables.steps, of_acts))
    homes = {each.household_id: locality_of(dict(each)) for each in households}
    meetings = tables.meetings
    if meetings is None:
        written = {locality_of(record.values) for record in tables.households.records}
        meetings = settled(read.of_places, written.union(homes.values()), builder.ruleset)
        builder.rejected += meetings.rejected
    own = [row for _, row in read.own]
    held = held_steps(own, meetings, homes)
    counts = counts_of(len(own), meetings, held, homes, builder.ruleset)
    builder.notes += counts.notes
    return held, counts.without((*read.rejected, *meetings.rejected))


def _signed(
    tables: RosterTables, acts: RosterActs, builder: RosterBuilder
) -> tuple[RosterBuilder, tuple[tuple[TypedRow, Adjudication], ...]]:
    """The verdicts of both tables that count, with what became of the others beside them."""
    beside = RosterBuilder(builder.ruleset, builder.as_of)
    beside.known = builder.known
    both = all_verdicts(tables.adjudications, acts.of_kind("verdict"))
    return beside, beside.adjudications(both)


def _linked(
    tables: RosterTables,
    registers: Mapping[str, tuple[RegisterRow, ...] | None],
    verdicts: RosterBuilder,
    as_of: date,
) -> tuple[RosterActs, Links]:
    """The acts without those that name a row in vain, and what the others say of rows."""
    acts = tables.acts
    if acts.links is not None:
        return acts, acts.links
    linking = tables.linking or acts
    rows = linked_rows(linking, verdicts.verdict_links, verdicts.ruleset, as_of, acts.people)
    for name in rows.by_name:
        for row in registers.get(name) or ():
            rows.add(name, row)
    supplied = frozenset(name for name, table in registers.items() if table is not None)
    return without_unfitting(acts, rows, supplied), rows.found


def register_row(record: TypedRow, match: str) -> RegisterRow:
    """A record of a register as it is matched.

    Args:
        record: the row as it was read.
        match: the column by which rows are matched.
    """
    readable = all(fault.field == match for fault in record.faults)
    return RegisterRow(record.number, record.values, record.unusable, readable)


def in_order(rejected: Iterable[Rejection], layout: Layout) -> tuple[Rejection, ...]:
    """By table, and by row within."""
    places = layout.places
    return tuple(sorted(rejected, key=lambda each: (places[each.source], each.row)))
