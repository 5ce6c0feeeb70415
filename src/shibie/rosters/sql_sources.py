"""Typed tables and what Python read → the sources of the plan (h_src, m_src, r0_src)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any, Final

from shibie import citizen_id
from shibie.acts import Act
from shibie.duckdb_tables import Column, integer_column, text_column
from shibie.engines.sql.building import WORD
from shibie.engines.sql.cases_in_memory import typed
from shibie.engines.sql.outcome import count_words
from shibie.engines.sql.plan import FOUND_ELSEWHERE, HID, KEY, MID
from shibie.engines.sql.verdicts_and_steps import adjudicable
from shibie.errors import Words
from shibie.household import Adjudication, BareHousehold, StepRecord
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.registers.matching import usable_number
from shibie.rosters.act_rows import in_force
from shibie.rosters.links_on_roster import linked_rows, verdicts_lost, without_unfitting
from shibie.rosters.person_rows import filled
from shibie.rosters.python_rows import BATCH, SUSPECT, PythonReader
from shibie.rosters.records import TypedRow
from shibie.rosters.roster_builder import step_names
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_register_rows import RegisterRows, keys_of, names_of
from shibie.rosters.sql_registers import RegisterSources
from shibie.rosters.sql_rejected import RejectedTables
from shibie.rosters.sql_tables import SqlTable, SqlTables
from shibie.rosters.sql_validation import PASSED, Typed
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import ALL_VERDICTS
from shibie.vocabulary import FieldSpec, specs_of

FOUND_TWICE: Final = "found_twice"
# A household that Python read, with its row and its members' rows.
OddHousehold = tuple[int, BareHousehold, list[int]]


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
        self.procedure = bool(ruleset.procedure) and tables.has_steps
        self.acts: tuple[Act, ...] = ()
        self.set_aside = set_aside
        self.typed = Typed(host, tables, ruleset, as_of, columns)
        self.reader = PythonReader(host, tables, ruleset, as_of)
        self.rejected = RejectedTables(host, places)
        self.notes: list[Words] = []
        self.picked: dict[str, str] = {}

    def load(self) -> None:
        """Read everything once; afterwards the sources are there."""
        # Tables that are there also where nothing is found for them.
        self._odd_households([])
        self._odd_members([])
        self._cells()
        suspects = self.typed.suspects(BATCH)
        if self.tables.acts.given or self.tables.acts.rejected:
            self.reader.read_acts()
            suspects += self._corrected()
        self.some = bool(suspects)
        for found in self.reader.read_suspects():
            self.rejected.add(found.rejected)
            self.rejected.add_households(found.rejected_households)
            self._odd_households(found.households)
            self._odd_members(found.households)
        self._steps()
        signed, builder = self.reader.adjudications()
        named = builder.named if builder is not None else ()
        links = linked_rows(self.reader.acts, named, self.ruleset, self.as_of)
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
        self._read_members()
        rows.load()
        self._plain_members()
        self._persons()
        self._found_twice()
        self.registers.match()
        supplied = frozenset(self.tables.registers)
        before, acts = self.reader.acts, without_unfitting(self.reader.acts, links, supplied)
        self.reader.acts = acts
        if verdicts_lost(before, acts):
            signed, builder = self.reader.adjudications()
        of_rows: Sequence[tuple[TypedRow, Adjudication]] = ()
        if builder is not None:
            self.rejected.add(builder.rejected)
            self.notes += builder.notes
            of_rows = builder.of_rows
        self._adjudications([adjudication for _, adjudication in signed])
        self.notes += rows.notes
        self.rejected.add(acts.rejected)
        self.acts = in_force(acts.given, (*signed, *of_rows))
        self._members(rows.damaged)
        self._households()

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
        known = {str(hid) for (hid,) in self.host.rows(f"SELECT hid FROM {SUSPECT}")}
        more = sorted(self.reader.acts.corrected - known)
        if more:
            pages = integer_column([0] * len(more))
            self.host.append(SUSPECT, {"hid": text_column(more), "page": pages})
        return len(more)

    # --- adjudications and steps --------------------------------------------------------

    def _adjudications(self, adjudications: Sequence[Adjudication]) -> None:
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

    def _steps(self) -> None:
        """The last record of each household and step, a row a household."""
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
            for name in sorted(self.columns["h"]):
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

    # --- members and households ---------------------------------------------------------

    def _odd_members(self, households: Sequence[OddHousehold]) -> None:
        """Add the members of households that Python read to m_odd."""
        specs, fields = self.ruleset.field_specs(MEMBER), self._fields_of_members()
        odd = [
            (household, member, row)
            for _, household, rows in households
            for member, row in zip(household.members, rows, strict=True)
        ]
        numbers = [usable_number(getattr(m, "id_number", None), self.as_of) for _, m, _ in odd]
        table: dict[str, Any] = {
            HID: text_column([household.household_id for household, _, _ in odd]),
            MID: integer_column([row for _, _, row in odd]),
            KEY: keys_of(numbers),
        }
        table |= {n: typed(specs[n], [getattr(m, n) for _, m, _ in odd]) for n in fields}
        table |= {name: _of_numbers(name, numbers) for name in self._given()}
        self.host.append("m_odd", table)

    def _fields_of_members(self) -> list[str]:
        names = self.columns["m"] & set(self.ruleset.field_specs(MEMBER))
        return sorted(names | {"member_id"})

    def _given(self) -> list[str]:
        """What a number tells of a person, as far as it is asked for."""
        return sorted(self.columns["m"] & {"born_", "sex_"})

    def _read_members(self) -> None:
        """Make m_read of both kinds of members."""
        own = "member_id"
        unnumbered = "SELECT count(*) FROM m_typed WHERE member_id IS NULL"
        if self.host.rows(unnumbered)[0][0]:
            # Who has no number of his own goes by his place in the household.
            place = f"row_number() OVER (PARTITION BY {HID} ORDER BY {MID})"
            own = f"coalesce(member_id, CAST({place} AS VARCHAR)) AS member_id"
        fields = [name for name in self._fields_of_members() if name != "member_id"]
        others = names_of([HID, MID, KEY, *fields, *self._given()])
        self.host.run(
            f"CREATE VIEW m_read AS SELECT {own}, {others} FROM m_typed"
            f" WHERE {HID} IS NOT NULL AND {self._trusted()}"
            f" UNION ALL SELECT member_id, {others} FROM m_odd"
        )

    def _plain_members(self) -> None:
        """Make m_plain: who has no number, but rows by acts, has a key of his own, below 0."""
        every, linked = "*", sorted(self.registers.rows.unnumbered)
        if linked:
            his = f"CASE WHEN {MID} IN ({', '.join(map(str, linked))}) THEN -{MID} END"
            every = f"* EXCLUDE ({KEY}), coalesce({KEY}, {his}) AS {KEY}"
        self.host.run(f"CREATE VIEW m_plain AS SELECT {every} FROM m_read")

    def _persons(self) -> None:
        """Make m_person: of every member who he is, by his number unless acts say it."""
        same = self.reader.acts.same_persons
        if not same.places:
            self.host.run(
                f"CREATE VIEW m_person AS SELECT {HID}, {MID}, member_id, {KEY} AS person FROM m_read"
            )
            return
        places, numbers = list(same.places), list(same.numbers)
        # No key is below 0.
        self.host.keep("same_places", {
            HID: text_column([household for household, _ in places]),
            "member_id": text_column([member for _, member in places]),
            "person": integer_column([-1 - same.places[place] for place in places]),
        })  # fmt: skip
        self.host.keep("same_numbers", {
            KEY: keys_of(numbers),
            "person": integer_column([-1 - same.numbers[number] for number in numbers]),
        })  # fmt: skip
        self.host.run(
            f"CREATE VIEW m_person AS SELECT m.{HID}, m.{MID}, m.member_id,"
            f" coalesce(p.person, n.person, m.{KEY}) AS person FROM m_read AS m"
            f" LEFT JOIN same_places AS p ON m.{HID} = p.{HID} AND m.member_id = p.member_id"
            f" LEFT JOIN same_numbers AS n ON m.{KEY} = n.{KEY}"
        )

    def _found_twice(self) -> None:
        """Make found_twice: the entries of persons who are in several decided households."""
        self.host.run(
            f"CREATE TABLE {FOUND_TWICE} AS SELECT * FROM m_person WHERE person IN ("
            "SELECT person FROM m_person WHERE person IS NOT NULL"
            f" GROUP BY person HAVING count(*) > 1 AND min({HID}) <> max({HID}))"
        )

    def _members(self, damaged: Mapping[int, int]) -> None:
        """Make m_src of m_plain; `damaged` counts the registers' unreadable rows."""
        complete = []
        for index, name in enumerate(self.ruleset.registers):
            there = "FALSE"
            if name in self.tables.registers:
                there = f"m.{KEY} IS NOT NULL"
                if self.registers.rows.unnumbered:
                    there += f" AND m.{KEY} >= 0"
                if damaged[index]:
                    there += f" AND m.{KEY} NOT IN (SELECT {KEY} FROM damaged{index})"
            complete.append(f", ({there}) AS complete_r{index}")
        if FOUND_ELSEWHERE in self.columns["m"]:
            twice = f"SELECT {MID} FROM {FOUND_TWICE}"
            complete.append(f", (m.{MID} IN ({twice})) AS {FOUND_ELSEWHERE}")
        every = "m.*"
        rows = "m_plain AS m"
        if self.registers.apart:
            every = f"m.* EXCLUDE ({KEY}), k.{KEY}"
            rows += f" JOIN keyed AS k ON m.{MID} = k.{MID}"
        self.host.run(f"CREATE VIEW m_src AS SELECT {every}{''.join(complete)} FROM {rows}")

    def _trusted(self) -> str:
        """SQL: whether a row is decided from its typed columns, not read again in Python."""
        return f"{HID} NOT IN (SELECT hid FROM {SUSPECT})" if self.some else "TRUE"

    def _odd_households(self, found: Sequence[OddHousehold]) -> None:
        """Add households that Python read to h_odd."""
        specs = self.ruleset.field_specs(HOUSEHOLD)
        households = [household for _, household, _ in found]
        table: dict[str, Any] = {
            HID: text_column([household.household_id for household in households]),
            "ord_": integer_column([row for row, _, _ in found]),
        }
        for alias, name in PASSED.items():
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
        words = "".join(f", coalesce(v.{name}, 0) AS {name}" for name in self.verdicts)
        supplied = "".join(
            f", {'TRUE' if name in self.tables.registers else 'FALSE'} AS supplied_r{index}"
            for index, name in enumerate(self.ruleset.registers)
        )
        steps = "".join(f', s."{name}"' for name in self.picked)
        join = f" LEFT JOIN procedure_src AS s ON p.{HID} = s.hid" if self.procedure else ""
        self.host.run(
            f"CREATE VIEW h_src AS SELECT p.*{words}{supplied}{steps} FROM ("
            f"SELECT {every} FROM h_typed WHERE {HID} IS NOT NULL AND {self._trusted()}"
            f" UNION ALL SELECT {every} FROM h_odd) AS p"
            f" LEFT JOIN verdicts AS v ON p.{HID} = v.hid{join}"
        )


def _of_numbers(name: str, numbers: Sequence[str | None]) -> Column:
    if name == "born_":
        return Column("DATE", [citizen_id.birth_date(n) if n else None for n in numbers])
    return Column("VARCHAR", [citizen_id.sex(n) if n else None for n in numbers])
