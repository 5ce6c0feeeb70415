"""A roster of any size, decided by SQL: validated, decided, named and counted set-wise."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Set
from datetime import date
from typing import Any

from shibie.engines.sql.compiling import RunSettings
from shibie.engines.sql.outcome import NUMBER_OF, Outcomes, planned_outcomes, planned_unknowns
from shibie.engines.sql.plan import HID, KEY, MID
from shibie.errors import Lang, Words
from shibie.results.counts import Counted, summary
from shibie.results.digest import lines_query, of_lines
from shibie.results.files import Format, Writing
from shibie.results.name_results import NamedResults
from shibie.results.rejected_households import Fault
from shibie.results.sql_counts import tally_of
from shibie.results.sql_uncounted import UncountedResults, asked_of_members
from shibie.results.sql_unmatched import held_up_twice, unmatched
from shibie.results.table import StreamedRows, Table, streamed
from shibie.results.tables import (
    COLUMNS,
    UnknownWord,
    acts_table,
    lists_of,
    unrecognised_table,
)
from shibie.rosters.layout import Layout
from shibie.rosters.row_counts import rows_by_sql
from shibie.rosters.sql_host import Host, Output
from shibie.rosters.sql_matches import matches
from shibie.rosters.sql_members import FOUND_TWICE
from shibie.rosters.sql_rejected import REJECTED_ROWS
from shibie.rosters.sql_sources import Loader
from shibie.rosters.sql_tables import open_tables
from shibie.rosters.sql_validation import PASSED
from shibie.rosters.unrecognised import WORD_CODES, unknown_columns
from shibie.ruleset.model import RuleSet

Progress = Callable[[str], None]


class Run:
    """One run: validate, load, decide, name, count.

    Attributes:
        summary: as in `summary.json`; there once the run is made.
        notes: what was normalised, ignored or not found.
        loader: has loaded the roster.
        rows: of each table, how many rows are not blank throughout.
        more: further tables of the result.
    """

    def __init__(
        self, host: Host, layout: Layout, ruleset: RuleSet, as_of: date,
        trust_declarations: bool = False, progress: Progress | None = None,
        set_aside: Set[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.host, self.layout, self.ruleset, self.as_of = host, layout, ruleset, as_of
        self.trust, self.set_aside, self.progress = trust_declarations, set_aside, progress
        self.started = time.monotonic()
        self.supplied = frozenset(layout.registers)
        trusted = frozenset(ruleset.registers) - self.supplied if trust_declarations else ()
        self.asked = RunSettings(as_of, frozenset(trusted))
        self.notes: list[Words] = []
        self.outputs: tuple[Output, ...] = ()
        self.more: list[Table] = []
        self.uncounted = UncountedResults(host, ruleset) if ruleset.persons else None
        self.summary: dict[str, Any] = self._run()

    def say(self, what: str) -> None:
        """Tell whoever asked how far it is."""
        if self.progress:
            self.progress(f"[{time.monotonic() - self.started:6.1f} s] {what}")

    def _run(self) -> dict[str, Any]:
        self.say("reading")
        tables = open_tables(self.host, self.layout, self.ruleset, self.as_of)
        self.procedure = bool(self.ruleset.procedure) and tables.has_steps
        outcomes, needed = self._compiled()
        columns: dict[str, set[str]] = {"h": set(), "m": set()}
        for each in (outcomes, needed):
            for relation, names in each.sources.items():
                columns.setdefault(relation, set()).update(names)
        columns["m"] |= asked_of_members(self.ruleset)
        self.say("validating")
        self.loader = loader = Loader(
            self.host,
            tables,
            self.ruleset,
            self.as_of,
            columns,
            self.layout.places,
            self.set_aside,
        )
        loader.load()
        self.rows = rows_by_sql(self.host, tables, self.layout, self.ruleset, self.as_of)
        self.notes = [*self.layout.notes, *loader.notes]
        self.unknown_columns = unknown_columns(self.layout, self.host)
        found = loader.registers.settings(self.asked)
        if found != self.asked:
            # What is not sure of the registers is known only now, and costs where there is any.
            self.asked = found
            outcomes, needed = self._compiled()
        self.say("deciding")
        self.host.steps(outcomes.steps, self.say)
        self._judged()
        self._needed(needed.steps)
        self._duplicates()
        self.say("naming")
        named = NamedResults(self.host, self.ruleset, self.procedure)
        named.prepare()
        self.outputs = named.outputs()
        if self.uncounted is not None:
            self.uncounted.prepare()
        return summary(
            Counted(
                self.ruleset, self.as_of, self.trust, tally_of(self.host, self.ruleset, self.as_of),
                loader.rejected.households, loader.rejected.rows,
                matches(self.host, self.ruleset, self.supplied),
                held_up_twice(self.host, self.ruleset), self._crowds(),
                self._digest(), self.set_aside,
            )
        )  # fmt: skip

    # --- deciding -----------------------------------------------------------------------

    def _compiled(self) -> tuple[Outcomes, Outcomes]:
        """The plans of the decisions, and of what is not known of those that are pending."""
        asked = (self.ruleset, self.asked, self.host.dialect)
        return (
            planned_outcomes(*asked, ("ord_", *PASSED), self.procedure),
            planned_unknowns(*asked),
        )

    def _judged(self) -> None:
        """Fill `decided` and `people`."""
        run = self.host.run
        run("CREATE TABLE decided AS SELECT * FROM h_out")
        more = "".join(f", s.{name}" for name in sorted(asked_of_members(self.ruleset)))
        run(
            f"CREATE TABLE people AS SELECT o.*, d.ord_, s.member_id{more} FROM m_out AS o"
            " JOIN decided AS d ON o.hid = d.hid JOIN m_src AS s ON o.mid = s.mid"
        )

    def _needed(self, steps: Any) -> None:
        """Fill `needed`: of households that are pending, the facts that are not known."""
        run = self.host.run
        pending = f"SELECT hid FROM decided WHERE judged = {NUMBER_OF['pending']}"
        if not self.host.rows(f"{pending} LIMIT 1"):
            nothing = "SELECT hid, CAST([] AS VARCHAR[]) AS unknown FROM decided WHERE false"
            run(f"CREATE TABLE needed AS {nothing}")
            return
        run(f"CREATE TABLE pending AS {pending}")
        run("CREATE VIEW u_h_src AS SELECT * FROM h_src SEMI JOIN pending USING (hid)")
        run("CREATE VIEW u_m_src AS SELECT * FROM m_src SEMI JOIN pending USING (hid)")
        for index in range(len(self.ruleset.registers)):
            run(
                f"CREATE VIEW u_r{index}_src AS SELECT * FROM r{index}_src"
                f" WHERE {KEY} IN (SELECT {KEY} FROM u_m_src)"
            )
            if index in self.loader.registers.perhaps.crowds:
                run(f"CREATE VIEW u_r{index}_crowd AS SELECT * FROM r{index}_crowd")
                run(
                    f"CREATE VIEW u_r{index}_fits AS SELECT * FROM r{index}_fits"
                    f" WHERE {KEY} IN (SELECT {KEY} FROM u_m_src)"
                )
        self.say("unknown facts")
        self.host.steps(steps, self.say)
        run(
            "CREATE TABLE needed AS SELECT hid, unknown FROM u_h_out WHERE array_length(unknown) > 0"
        )

    def _duplicates(self) -> None:
        """Fill `twice`: the persons who are in several decided households, at each."""
        self.host.run(
            f"CREATE TABLE twice AS SELECT d.ord_, d.hid, m.{MID} AS mid, m.member_id"
            f" FROM {FOUND_TWICE} AS m JOIN decided AS d ON m.{HID} = d.hid"
        )

    def _crowds(self) -> dict[str, int]:
        """Of registers with rows that tell nobody apart, how many these are."""
        names = list(self.ruleset.registers)
        return {
            names[index]: int(self.host.rows(f"SELECT count(*) FROM r{index}_crowd")[0][0])
            for index in self.loader.registers.perhaps.crowds
        }

    def _digest(self) -> str:
        self.say("digest")
        lines = [
            lines_query(each.name, each.columns, each.lists, each.query) for each in self.outputs
        ]
        return of_lines(self.host.sorted_lines(" UNION ALL ".join(lines)))

    # --- results ------------------------------------------------------------------------

    def rejected_whole(self, lang: Lang) -> Table:
        """The rejected rows, with what was found whole: for a file that is asked to show it."""
        output = self.rejected(lang, "written")
        return Table(output.name, output.columns, self._rows(output), output.lists)

    def rejected(self, lang: Lang, value: str = "value") -> Output:
        """The rejected rows with their reasons."""
        return Output(
            "rejected",
            COLUMNS["rejected"],
            lists_of("rejected"),
            f"SELECT shown AS source, row_ AS row, field, {value} AS value, {lang} AS reason, code, place, seq"
            f" FROM {REJECTED_ROWS}",
            "place, row, seq",
        )

    def faults(self, lang: Lang) -> Iterator[Fault]:
        """The rejected rows with the households that they are about."""
        query = (
            f"SELECT source, row_, field, {lang}, {HID} FROM {REJECTED_ROWS}"
            " ORDER BY place, row_, seq"
        )
        for source, row, field, reason, household_id in self.host.stream(query):
            yield Fault(source, int(row), field, reason, household_id)

    def unmatched(self) -> Output:
        """The rows of registers that are not surely about anybody."""
        return unmatched(self.ruleset, self.supplied)

    def listed(self, lang: Lang) -> list[Output]:
        """What may hold anything that people wrote: rejected, unmatched, and who does not count."""
        listed = [self.rejected(lang), self.unmatched()]
        return [*listed, self.uncounted.output(lang)] if self.uncounted is not None else listed

    def unrecognised(self, lang: Lang) -> Table:
        """The columns that no field answers to, and the words that stand for no code."""
        codes = ", ".join(f"'{code}'" for code in WORD_CODES)
        words = self.host.rows(
            f"SELECT place, source, field, value, zh, en, count(*) FROM {REJECTED_ROWS}"
            f" WHERE code IN ({codes}) GROUP BY place, source, field, value, zh, en"
        )
        found = [
            UnknownWord(int(place), source, field, value, Words(zh, en), int(rows))
            for place, source, field, value, zh, en, rows in words
        ]
        return unrecognised_table(self.unknown_columns, found, lang)

    def held_tables(self, lang: Lang) -> list[Table]:
        """The tables that memory holds: they are small beside the roster."""
        return [acts_table(self.loader.acts), self.unrecognised(lang), *self.more]

    def tables(self, lang: Lang) -> dict[str, Table]:
        """The result tables, each streamed when it is gone through."""
        return {
            output.name: Table(output.name, output.columns, self._rows(output), output.lists)
            for output in (*self.outputs, *self.listed(lang))
        } | {table.name: table for table in self.held_tables(lang)}

    def _rows(self, output: Output) -> StreamedRows:
        query = output.sorted(output.columns)
        return streamed(self.host.stream, query, output.query, self.host.arrow(query))

    def write(self, outs: Mapping[str, Format], lang: Lang, writing: Writing = Writing()) -> None:
        """Write folders of results."""
        outputs, plain, held = self.outputs, self.listed(lang), self.held_tables(lang)
        style = writing.style
        for out, form in outs.items():
            self.say(f"writing {out}")
            texts = {"summary.json": writing.summary(out, self.summary)}
            gone = writing.gone(form)
            # What people wrote may hold anything: Python's writer of CSV is the measure.
            if form == "csv":
                small = [Table(each.name, each.columns, self._rows(each)) for each in plain]
                self.host.write(out, form, outputs, [*small, *held], texts, style, gone)
            else:
                self.host.write(out, form, (*outputs, *plain), held, texts, gone=gone)
        self.say("done")
