"""Adjudications and steps, read by whomever → the sources that households are joined with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set

from shibie.duckdb_tables import Column, integer_column, text_column
from shibie.engines.sql.building import WORD
from shibie.engines.sql.cases_in_memory import typed
from shibie.engines.sql.outcome import count_words
from shibie.engines.sql.plan import HID
from shibie.engines.sql.verdicts_and_steps import adjudicable
from shibie.household import Adjudication, StepRecord
from shibie.rosters.python_rows import PythonReader
from shibie.rosters.roster_builder import step_names
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_register_rows import names_of
from shibie.rosters.sql_rejected import RejectedTables
from shibie.rosters.sql_tables import SqlTables
from shibie.rosters.sql_validation import Typed
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import ALL_VERDICTS
from shibie.vocabulary import FieldSpec, specs_of


class RecordSources:
    """Loads what is recorded of households beside the form.

    Attributes:
        procedure: whether any step of the pack's procedure is recorded.
        verdicts: the flag words of the table `verdicts`, once it is there.
        picked: of the table `procedure_src`, each column and what makes it.
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

    def load_steps(self, asked: Set[str]) -> None:
        """The last record of each household and step, a row a household.

        Args:
            asked: the columns of households that are asked for.
        """
        source, steps = self.tables.steps, self.ruleset.procedure
        specs = {spec.name: spec for spec in specs_of(StepRecord)}
        of_acts, faults = self.reader.act_steps()
        self.rejected.add(faults)
        if source is None and not self.procedure:
            return
        self._odd_steps(specs, of_acts)
        if source is None:
            none = {name: typed(spec, []) for name, spec in specs.items()}
            empty = {ROW: integer_column([]), **none, "fine": Column("BOOLEAN", [])}
            self.host.append("steps_typed", empty)
        else:
            self.typed.load_steps(source, step_names(self.ruleset) or {"": ""})
            for page in self.reader.pages("steps_typed"):
                odd, faults = self.reader.steps(source, page)
                self._odd_steps(specs, odd)
                self.rejected.add(faults)
        if not self.procedure:
            return
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
        names = names_of([ROW, *specs])
        self.host.run(
            f"CREATE TABLE procedure_src AS SELECT household_id AS hid{values} FROM ("
            "SELECT *, row_number() OVER"
            f" (PARTITION BY household_id, step ORDER BY {ROW} DESC) AS back FROM ("
            f"SELECT {names} FROM steps_typed WHERE fine UNION ALL SELECT {names} FROM steps_odd"
            ")) WHERE back = 1 GROUP BY household_id"
        )

    def _odd_steps(
        self, specs: Mapping[str, FieldSpec], odd: Sequence[tuple[int, StepRecord]]
    ) -> None:
        """Add step records that Python read to steps_odd."""
        table = {
            name: typed(s, [getattr(step, name) for _, step in odd]) for name, s in specs.items()
        }
        self.host.append("steps_odd", {ROW: integer_column([row for row, _ in odd]), **table})
