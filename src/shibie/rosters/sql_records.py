"""Adjudications and steps, read by whomever → the sources that households are joined with."""

from __future__ import annotations

from collections.abc import Sequence, Set

from shibie.duckdb_tables import Column, integer_column, text_column
from shibie.engines.sql.building import WORD
from shibie.engines.sql.cases_in_memory import typed
from shibie.engines.sql.outcome import count_words
from shibie.engines.sql.plan import HID
from shibie.engines.sql.verdicts_and_steps import adjudicable
from shibie.household import Adjudication, StepRow
from shibie.rosters.meetings import Meeting, Meetings
from shibie.rosters.python_rows import PythonReader
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_meetings import HELD, hold
from shibie.rosters.sql_rejected import RejectedTables
from shibie.rosters.sql_tables import SqlTables
from shibie.rosters.sql_validation import STEP_SPECS, Typed
from shibie.rosters.step_counts import StepCounts
from shibie.rosters.step_rows import step_names
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import ALL_VERDICTS


class RecordSources:
    """Loads what is recorded of households beside the form.

    Attributes:
        procedure: whether any step of the pack's procedure is recorded.
        verdicts: the flag words of the table `verdicts`, once it is there.
        picked: of the table `procedure_src`, each column and what makes it.
        meetings: the records of steps that are of whole places.
        counts: how many records of steps there are.
    """

    def __init__(
        self, host: Host, tables: SqlTables, ruleset: RuleSet, typed: Typed, reader: PythonReader,
        rejected: RejectedTables,
    ) -> None:  # fmt: skip
        self.host, self.tables, self.ruleset = host, tables, ruleset
        self.typed, self.reader, self.rejected = typed, reader, rejected
        self.procedure = bool(ruleset.procedure) and tables.has_steps
        self.verdicts: list[str] = []
        self.picked: dict[str, str] = {}
        self.meetings, self.counts = Meetings(), StepCounts()

    def load_verdicts(self, adjudications: Sequence[Adjudication]) -> None:
        """A row a household, with its verdicts as flag words."""
        places = {rule.id: at for at, rule in enumerate(adjudicable(self.ruleset))}
        self.verdicts = [
            f"{verdict}{at}" for verdict in ALL_VERDICTS for at in range(count_words(len(places)))
        ]
        rows: dict[str, dict[str, int]] = {}
        for each in adjudications:
            at = places[each.rule_id]
            flags = rows.setdefault(each.household_id, dict.fromkeys(self.verdicts, 0))
            flags[f"{each.verdict}{at // WORD}"] |= 1 << at % WORD
        columns = {HID: text_column(list(rows))}
        for name in self.verdicts:
            columns[name] = integer_column([flags[name] for flags in rows.values()])
        self.host.keep("verdicts", columns)

    def load_steps(self, asked: Set[str], homes: str) -> None:
        """What is recorded of each household, a row a household.

        Args:
            asked: the columns of households that are asked for.
            homes: a query of the decided households with where they live; run only where there
                are records of whole places.
        """
        source, steps = self.tables.steps, self.ruleset.procedure
        of_acts, faults = self.reader.act_steps()
        self.rejected.add(faults)
        if source is None and not self.procedure:
            return
        self._odd_steps(of_acts)
        of_places: list[Meeting] = []
        lost = list(faults)
        if source is None:
            none = {spec.name: typed(spec, []) for spec in STEP_SPECS}
            empty = {ROW: integer_column([]), **none, "fine": Column("BOOLEAN", [])}
            self.host.append("steps_typed", empty)
        else:
            self.typed.load_steps(source, step_names(self.ruleset) or {"": ""})
            for page in self.reader.pages("steps_typed"):
                found = self.reader.steps(source, page)
                self._odd_steps([(record.number, row) for record, row in found.own])
                self.rejected.add(found.rejected)
                lost += found.rejected
                of_places += found.of_places
        if of_places:
            self.meetings = self.reader.settled(of_places)
            self.rejected.add(self.meetings.rejected)
            lost += self.meetings.rejected
        if not self.procedure:
            return
        self.counts = hold(self.host, self.ruleset, self.meetings, homes).without(lost)
        for step in steps:
            mine = f"step = {quoted(step.id)}"
            prefix = f"step{step.number}_"
            for name in sorted(asked):
                if name == f"{prefix}present":
                    self.picked[name] = f"bool_or({mine})"
                elif name.startswith(prefix):
                    field = name.removeprefix(prefix)
                    self.picked[name] = f'max(CASE WHEN {mine} THEN "{field}" END)'
        values = "".join(f', {value} AS "{name}"' for name, value in self.picked.items())
        self.host.run(
            f"CREATE TABLE procedure_src AS SELECT household_id AS hid{values}"
            f" FROM {HELD} GROUP BY household_id"
        )

    def _odd_steps(self, odd: Sequence[tuple[int, StepRow]]) -> None:
        """Add step records that Python read to steps_odd."""
        table = {
            spec.name: typed(spec, [getattr(step, spec.name) for _, step in odd])
            for spec in STEP_SPECS
        }
        self.host.append("steps_odd", {ROW: integer_column([row for row, _ in odd]), **table})
