"""Typed tables and what Python read → the sources of the plan (h_src, m_src, r0_src)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any

from shibie.acts import Act
from shibie.duckdb_tables import integer_column, text_column
from shibie.engines.sql.cases_in_memory import typed
from shibie.engines.sql.plan import HID
from shibie.errors import Words
from shibie.household import Adjudication
from shibie.language.tree import HOUSEHOLD
from shibie.rosters.act_rows import in_force
from shibie.rosters.links_on_roster import linked_rows, verdicts_lost, without_unfitting
from shibie.rosters.other_papers import other_papers, said_of_papers
from shibie.rosters.person_rows import filled
from shibie.rosters.python_rows import BATCH, SUSPECT, PythonReader
from shibie.rosters.records import TypedRow
from shibie.rosters.sql_helping import HelpingSources
from shibie.rosters.sql_host import Host
from shibie.rosters.sql_members import MemberSources, OddHousehold
from shibie.rosters.sql_records import RecordSources
from shibie.rosters.sql_register_rows import RegisterRows, names_of
from shibie.rosters.sql_registers import RegisterSources
from shibie.rosters.sql_rejected import RejectedTables
from shibie.rosters.sql_tables import SqlTable, SqlTables
from shibie.rosters.sql_validation import HOME, Typed
from shibie.ruleset.model import RuleSet


class Loader:
    """Validates and loads one roster.

    Args:
        columns: for each relation, the fields that the rules read.
        places: of the tables, in the order of rejected rows.
        set_aside: registers of which rows that may be about anybody concern nobody.

    Attributes:
        rejected: every fault, and the households that are not decided.
        notes: what was normalised, ignored or not found.
        acts: those that count, once the roster is loaded.
    """

    def __init__(
        self, host: Host, tables: SqlTables, ruleset: RuleSet, as_of: date,
        columns: Mapping[str, Set[str]], places: Mapping[str, int],
        set_aside: Set[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.host, self.ruleset, self.as_of, self.columns = host, ruleset, as_of, columns
        self.tables = tables = filled(host, tables, ruleset, as_of)
        self.acts: tuple[Act, ...] = ()
        self.set_aside = set_aside
        self.typed = Typed(host, tables, ruleset, as_of, columns)
        self.reader = PythonReader(host, tables, ruleset, as_of)
        self.rejected = RejectedTables(host, places)
        self.records = RecordSources(host, tables, ruleset, self.typed, self.reader, self.rejected)
        self.helping = HelpingSources(tables, self.typed, self.reader, self.rejected)
        self.members = MemberSources(host, ruleset, as_of, columns["m"])
        self.notes: list[Words] = []

    @property
    def procedure(self) -> bool:
        """Whether any step of the pack's procedure is recorded."""
        return self.records.procedure

    def load(self) -> None:
        """Read everything once; afterwards the sources are there."""
        # Tables that are there also where nothing is found for them.
        self._odd_households([])
        self.members.add_odd([])
        self._cells()
        suspects = self.typed.suspects(BATCH)
        written = self.tables.acts
        if written.given or written.rejected or written.notes:
            self.reader.read_acts()
            suspects += self._corrected()
        self.some = bool(suspects)
        # A number that is no citizen's makes a household suspect: all such persons are read here.
        papers: Counter[Words] = Counter()
        for found in self.reader.read_suspects():
            self.rejected.add(found.rejected)
            self.rejected.add_households(found.rejected_households)
            self._odd_households(found.households)
            self.members.add_odd(found.households)
            papers += other_papers(household for _, household, _ in found.households)
        self.notes += said_of_papers(papers)
        self.records.load_steps(self.columns["h"], self._homes())
        self.notes += self.records.counts.notes
        signed, builder = self.reader.adjudications()
        judged = builder.verdict_links if builder is not None else ()
        links = linked_rows(self.reader.acts, judged, self.ruleset, self.as_of)
        rows = RegisterRows(
            self.host,
            self.tables,
            self.ruleset,
            self.typed,
            self.reader,
            self.rejected,
            links,
            self.set_aside,
        )
        self.registers = RegisterSources(rows)
        self.members.read(self._trusted())
        rows.load()
        self.members.make_plain(rows.unnumbered)
        self.members.make_persons(self.reader.acts.same_persons)
        self.members.find_twice()
        self.registers.match()
        supplied = frozenset(self.tables.registers)
        before, acts = self.reader.acts, without_unfitting(self.reader.acts, links, supplied)
        self.reader.acts = acts
        if verdicts_lost(before, acts):
            signed, builder = self.reader.adjudications()
        beside: Sequence[tuple[TypedRow, Adjudication]] = ()
        if builder is not None:
            self.rejected.add(builder.rejected)
            self.notes += builder.notes
            beside = builder.beside
        self.records.load_verdicts([adjudication for _, adjudication in signed])
        self.notes += (*acts.notes, *rows.notes)
        self.rejected.add(acts.rejected)
        self.acts = in_force(acts.given, (*signed, *beside))
        self.members.make_source(self.registers, rows.damaged)
        self._households()
        self.helping.load()

    def _cells(self) -> None:
        """Make h_typed and m_typed: every row with its household number, read by whomever."""
        tables, typed = self.tables, self.typed
        typed.load_members()
        self._numbered(tables.members, "m_cells", "m_typed", "mid")
        typed.load_households()
        if tables.persons is not None:
            typed.join_rows("m_typed")
            self.host.run("CREATE VIEW h_typed AS SELECT * FROM h_cells")
        else:
            self._numbered(tables.households, "h_cells", "h_typed", "ord_")

    def _numbered(self, source: SqlTable, cells: str, name: str, row: str) -> None:
        """A view of a table with the household numbers that Python had to read."""
        if not self.reader.read_numbers(source, cells, row, f"{name}_numbers"):
            self.host.run(f"CREATE VIEW {name} AS SELECT * FROM {cells}")
            return
        others = ", ".join(f'c."{column}"' for column in self.typed.made[cells] if column != HID)
        self.host.run(
            f"CREATE VIEW {name} AS SELECT coalesce(c.{HID}, n.{HID}) AS {HID}, {others}"
            f" FROM {cells} AS c LEFT JOIN {name}_numbers AS n ON c.{row} = n.{row}"
        )

    def _corrected(self) -> int:
        """Leave the households of which something is corrected to Python; how many more."""
        if not self.reader.acts.corrected:
            return 0
        # As many as there are acts: those that are left to Python already may be a million.
        corrected = sorted(self.reader.acts.corrected)
        self.host.keep("corrected_homes", {"hid": text_column(corrected)})
        asked = f"SELECT hid FROM corrected_homes WHERE hid NOT IN (SELECT hid FROM {SUSPECT})"
        more = sorted(str(hid) for (hid,) in self.host.rows(asked))
        if more:
            pages = integer_column([0] * len(more))
            self.host.append(SUSPECT, {"hid": text_column(more), "page": pages})
        return len(more)

    # --- members and households ---------------------------------------------------------

    def _trusted(self) -> str:
        """SQL: whether a row is decided from its typed columns, not read again in Python."""
        return f"{HID} NOT IN (SELECT hid FROM {SUSPECT})" if self.some else "TRUE"

    def _homes(self) -> str:
        """SQL: the decided households, with where they live."""
        home = ", ".join((HID, "ord_", *HOME))
        return (
            f"SELECT {home} FROM h_typed WHERE {HID} IS NOT NULL AND {self._trusted()}"
            f" UNION ALL SELECT {home} FROM h_odd"
        )

    def _odd_households(self, found: Sequence[OddHousehold]) -> None:
        """Add households that Python read to h_odd."""
        specs = self.ruleset.field_specs(HOUSEHOLD)
        households = [household for _, household, _ in found]
        table: dict[str, Any] = {
            HID: text_column([household.household_id for household in households]),
            "ord_": integer_column([row for row, _, _ in found]),
        }
        for alias, name in self.typed.passed.items():
            spec = specs.get(name)
            values = [getattr(h, name) for h in households] if spec else []
            table[alias] = typed(spec, values) if spec else text_column([None] * len(households))
        for name in sorted(self.columns["h"] & set(specs)):
            table[name] = typed(specs[name], [getattr(h, name) for h in households])
        self.household_columns = list(table)
        self.host.append("h_odd", table)

    def _households(self) -> None:
        """Make h_src of both kinds of households."""
        every = names_of(self.household_columns)
        words = "".join(f", coalesce(v.{name}, 0) AS {name}" for name in self.records.verdicts)
        supplied = "".join(
            f", {'TRUE' if name in self.tables.registers else 'FALSE'} AS supplied_r{index}"
            for index, name in enumerate(self.ruleset.registers)
        )
        steps = "".join(f', s."{name}"' for name in self.records.picked)
        join = f" LEFT JOIN procedure_src AS s ON p.{HID} = s.hid" if self.procedure else ""
        self.host.run(
            f"CREATE VIEW h_src AS SELECT p.*{words}{supplied}{steps} FROM ("
            f"SELECT {every} FROM h_typed WHERE {HID} IS NOT NULL AND {self._trusted()}"
            f" UNION ALL SELECT {every} FROM h_odd) AS p"
            f" LEFT JOIN verdicts AS v ON p.{HID} = v.hid{join}"
        )
