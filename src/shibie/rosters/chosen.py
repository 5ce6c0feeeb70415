"""A few households of a roster of any size: their rows are looked for, the rest is not read.

What a household's decision and its explanation rest on are its own rows, the rows of
registers about its persons, its adjudications and steps, and whether one of its persons is
found in another household that is decided, too. Nothing else on the roster matters to them:
a pack's shares over the whole roster (`procedure.shares`) are reported, never decided by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from contextlib import suppress
from dataclasses import replace
from datetime import date
from functools import cached_property
from pathlib import Path

from shibie.errors import InputError, Problem, Words, did_you_mean
from shibie.forms.form import TableForm
from shibie.language.tree import MEMBER
from shibie.plain_text import legible
from shibie.registers.matching import number_of as register_number
from shibie.registers.matching import usable_number
from shibie.rosters.act_rows import WrittenActs, member_numbers, patched
from shibie.rosters.acts_on_roster import RosterActs, acts_on
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import read_cell
from shibie.rosters.duckdb_host import duck_host
from shibie.rosters.families import (
    PERSON,
    Families,
    families,
    of_households,
    of_no_household,
    of_register,
    person_of,
)  # fmt: skip
from shibie.rosters.finding import lay_out
from shibie.rosters.layout import Layout
from shibie.rosters.meetings import Meetings
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.python_rows import PythonReader, number_of, table_of
from shibie.rosters.records import RowTable
from shibie.rosters.roster import Roster, RosterTables, assemble, in_order
from shibie.rosters.sheets import Sheet, read_sheets
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import Host
from shibie.rosters.sql_matches import Whole
from shibie.rosters.sql_tables import SqlTable, open_table, open_tables
from shibie.rosters.step_rows import StepReader
from shibie.ruleset.model import RuleSet

# How many like it are looked at for the one that was perhaps meant.
_NEAR = 20


def read_chosen(
    roster: Path | Sequence[Sheet], ruleset: RuleSet, as_of: date, household_ids: Iterable[str],
    form: TableForm | None = None,
) -> Roster:  # fmt: skip
    """The part of a roster on which the decisions of some households rest.

    Households with which they share a person belong to it, too, but not what these rest on.

    Args:
        roster: a folder or a file, or its sheets.
        ruleset: says which fields and registers there are.
        as_of: the day of judgement.
        household_ids: which households.
        form: how the tables are read, if they are none that shibie knows.

    Raises:
        InputError: when the roster cannot be used at all, or there is no such household.
    """
    sheets = read_sheets(roster) if isinstance(roster, Path) else roster
    layout = lay_out(sheets, ruleset, as_of, form)
    # A terminal may pass on what is no text in UTF-8; no roster holds it.
    asked = frozenset(legible(number.encode(errors="replace").decode()) for number in household_ids)
    with duck_host(keep=False) as host:
        found = _Chosen(host, layout, ruleset, as_of).roster(asked)
    return replace(found, rejected=in_order(found.rejected, layout), notes=layout.notes)


class _Chosen:
    """Finds the rows of some households among the tables of one roster."""

    def __init__(self, host: Host, layout: Layout, ruleset: RuleSet, as_of: date) -> None:
        self.host, self.ruleset, self.as_of = host, ruleset, as_of
        self.tables = open_tables(host, layout, ruleset, as_of)
        self.reader = PythonReader(host, self.tables, ruleset, as_of)

    def roster(self, asked: Set[str]) -> Roster:
        """Some households, with what their decisions rest on."""
        those = families(self.reader)
        those.take(asked)
        households, members = those.found()
        records = (*households.records, *members.records)
        self._must_be_there(asked, {number_of(record) for record in records})
        linking = self._linking()
        acts = self._acts(those, linking)
        corrected = patched(members, acts.patches, of_members=True).records
        numbers = tuple(person_of(self.reader, record) for record in corrected)
        persons = frozenset(number for number in numbers if number is not None)
        # A person found twice is a finding only where the other household is decided.
        same, own = linking.same_persons, map(number_of, corrected)
        entries = zip(own, member_numbers(corrected), numbers, strict=True)
        elsewhere, borne = same.entries_of({same.person(*entry) for entry in entries})
        holders = those.holding(persons | borne) | self._corrected_to(persons | borne)
        those.take((holders | elsewhere) - asked)
        households, members = those.found()
        acts = self._acts(those, linking)
        people = (*linking.people.values(), *acts.people.values())
        named = {each.number for each in people if each.number}
        verdicts = self.tables.verdicts
        signed = open_table(self.host, verdicts, self.as_of) if verdicts else None
        tables = RosterTables(
            households,
            members,
            self._about(signed, asked),
            self._own_steps(asked),
            self._registers(persons | named, unnumbered=bool(people)),
            acts,
            linking,
            meetings=self._meetings(),
        )
        found = assemble(tables, self.ruleset, self.as_of)
        return replace(found, nobody=self._matching_nobody(found, persons, those))

    def _corrected_to(self, persons: Set[str]) -> set[str]:
        """The households of which a correction says that somebody is one of some persons."""
        return set().union(*(self.corrected.get(number, ()) for number in persons))

    @cached_property
    def corrected(self) -> dict[str, set[str]]:
        """The citizen numbers that corrections give, with the households."""
        spec = self.ruleset.field_spec(MEMBER, PERSON)
        found: defaultdict[str, set[str]] = defaultdict(set)
        if spec is None:
            return found
        for each in self.tables.acts.given:
            if each.act.kind == "correction":
                # What it cannot be read as it does not correct.
                with suppress(CellError):
                    value = read_cell(each.act.value, spec, self.as_of)
                    number = usable_number(None if value is None else str(value), self.as_of)
                    if number is not None:
                        found[number].add(each.household)
        return found

    def _matching_nobody(self, found: Roster, persons: Set[str], those: Families) -> dict[str, int]:
        """The registers of which no row, whether it was read or not, is surely about anybody."""
        left = set()
        for name in self.tables.registers:
            of_register, links = self.ruleset.registers[name], found.links.get(name, {})
            rows = found.registers[name] or ()
            numbers = {register_number(of_register, row, self.as_of) for row in rows}
            if not (numbers & persons or any(link.is_somebodys for link in links.values())):
                left.add(name)
        left -= {name for name in left if self._bears(name, self.corrected.keys())}
        return Whole(self.reader).matching_nobody(left, those.holding)

    def _bears(self, register: str, persons: Set[str]) -> bool:
        """Whether a row of a register has the number of any of some persons."""
        if not persons:
            return False
        of, source = self.ruleset.registers[register], self.tables.registers[register]
        rows = of_register(self.reader, source, of.match, persons).values()
        return any(person_of(self.reader, row, of.match) in persons for row in rows)

    def _acts(self, those: Families, linking: RosterActs) -> RosterActs:
        """The acts about the households that were found.

        Who is one person is told by all households together: of these acts only those stay that
        fit the whole, as far as both households are here.
        """
        households, members = those.found()
        here = {number_of(record) for record in households.records}
        fitting = {each.record.number for each in linking.of_kind("same_person")}
        mine, refused = [], set[tuple[str, int]]()
        for each in self.tables.acts.about(here).given:
            if each.act.kind != "same_person":
                mine.append(each)
            elif each.record.number not in fitting:
                refused.add((each.record.source, each.record.number))
            elif each.households <= here:
                mine.append(each)
        rejected = tuple(
            each for each in linking.rejected if (each.source, each.row) in refused
        )  # fmt: skip
        acts = acts_on(
            WrittenActs(tuple(mine), rejected), households, members, self.ruleset, self.as_of
        )
        return replace(acts, same_persons=linking.same_persons)

    def _linking(self) -> RosterActs:
        """All links and pairs of one person: they say of others what is so of those asked for, too."""
        others = families(self.reader)
        linked = self.tables.acts.linked_households
        if not linked:
            return RosterActs()
        others.take(linked - {""})
        return acts_on(self.tables.acts.about(linked), *others.found(), self.ruleset, self.as_of)

    def _about(self, source: SqlTable | None, asked: Set[str]) -> RowTable | None:
        """The rows about some households, where a row is about one."""
        if source is None:
            return None
        return table_of(source, list(of_households(self.reader, source, asked).values()))

    def _own_steps(self, asked: Set[str]) -> RowTable | None:
        """The steps recorded of some households each."""
        steps = self.tables.steps
        return (
            None
            if steps is None or HOUSEHOLD_ID not in steps.columns
            else self._about(steps, asked)
        )

    def _meetings(self) -> Meetings:
        """The steps recorded of whole places; whatever is wrong with them is not said here."""
        source = self.tables.steps
        if source is None or not self.tables.has_places_of_steps:
            return Meetings()
        rows = of_no_household(self.reader, source)
        read = StepReader(self.ruleset, frozenset(), {})
        read.read(table_of(source, rows))
        return self.reader.settled(read.of_places, loaded=False) if read.of_places else Meetings()

    def _registers(self, persons: Set[str], unnumbered: bool) -> dict[str, RowTable]:
        """The rows that are or may be about some persons; a register without any is supplied nevertheless.

        Args:
            persons: their numbers.
            unnumbered: whether acts may give a row without a number to somebody without one.
        """
        found = {}
        for name, source in self.tables.registers.items():
            match = self.ruleset.registers[name].match
            rows = of_register(self.reader, source, match, persons, unnumbered)
            found[name] = table_of(source, list(rows.values()))
        return found

    def _must_be_there(self, asked: Set[str], there: Set[str]) -> None:
        """Refuse numbers that no row bears, with the most like them that are there."""
        missing = sorted(asked - there)
        if not missing:
            return
        column = self.tables.households.columns[HOUSEHOLD_ID].sql
        problems = []
        for number in missing:
            like = f"jaro_winkler_similarity(number, {quoted(number)})"
            near = self.host.rows(
                f"SELECT number FROM (SELECT DISTINCT CAST({column} AS VARCHAR) AS number"
                f" FROM {self.tables.households.relation}) WHERE number IS NOT NULL"
                f" ORDER BY {like} DESC, number LIMIT {_NEAR}"
            )
            meant = did_you_mean(number, [str(each) for (each,) in near])
            what = Words("没有这一户", "there is no such household")
            problems.append(Problem(number, what, suggestion=meant))
        raise InputError(problems)
