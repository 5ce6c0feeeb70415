"""Validation set-wise: each table read once into typed ones; what is doubtful set apart.

Households of which every cell is canonical and every rule of the form holds stay in SQL.
All others, usually a few in a hundred, are suspects: `python_rows.py` reads those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date

from shibie.engines.sql.plan import HID, KEY, MID
from shibie.household import Household, StepRow
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import MAX_ITEMS
from shibie.rosters.helping_rows import helping_specs, measure_names
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.python_rows import SUSPECT
from shibie.rosters.sql_cells import (
    ODD,
    CellReading,
    birth_date,
    is_blank,
    is_citizen,
    key,
    quoted,
    reading,
    sex,
    texts,
)
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_same_rows import SAME, same_sql, telling
from shibie.rosters.sql_tables import SqlTable, SqlTables
from shibie.ruleset.model import Register, RuleSet
from shibie.vocabulary import FieldSpec, specs_of

# What the summary needs of a household beside the decision: alias → field.
PASSED: Mapping[str, str] = {
    "village_": "village", "before_": "on_previous_roster", "exited_": "exited_on",
}  # fmt: skip
# Where a household lives, where steps may be of whole places: alias → field.
HOME: Mapping[str, str] = {
    "township_": "township", "village_": "village", "group_": "group",
}  # fmt: skip
# What a row of the steps' table says of a household, without where it lives.
STEP_SPECS: tuple[FieldSpec, ...] = tuple(
    spec for spec in specs_of(StepRow) if spec.name not in (*HOME.values(), "among")
)


class Typed:
    """Loads the tables of one roster into typed tables h_typed, m_typed and r0_typed on.

    Each has a column `fine`: whether SQL has read the row beyond doubt.

    Args:
        columns: for each relation, the fields that the rules read.
    """

    def __init__(
        self, host: Host, tables: SqlTables, ruleset: RuleSet, as_of: date,
        columns: Mapping[str, Set[str]],
    ) -> None:  # fmt: skip
        self.host, self.tables = host, tables
        self.ruleset, self.as_of, self.columns = ruleset, as_of, columns
        self.made: dict[str, list[str]] = {}
        self.national = issubclass(ruleset.vocabulary.household_model, Household)
        self.passed = {**PASSED, **(self._home() if tables.has_places_of_steps else {})}

    def _home(self) -> dict[str, str]:
        """The columns of where a household lives; a number under such a name is no place."""
        specs = self.ruleset.field_specs(HOUSEHOLD)
        return {
            alias: name if name in specs and specs[name].type in ("text", "code") else ""
            for alias, name in HOME.items()
        }

    # --- cells --------------------------------------------------------------------------

    def cell(self, source: SqlTable, name: str) -> CellReading:
        """How SQL reads a field; a column that is absent is unknown in every row."""
        column = source.columns[name]
        return reading(column.sql, column.sql_type, column.spec, self.as_of)

    def person(self, source: SqlTable, name: str) -> tuple[str, CellReading]:
        """The relation with a person's number taken apart: columns n_, b_ and p_.

        Returns:
            the relation, and how SQL reads the number there.
        """
        column = source.columns.get(name)
        if column is None or column.sql_type.upper() != "VARCHAR":
            nothing = "CAST(NULL AS BIGINT) AS n_, CAST(NULL AS DATE) AS b_"
            whole = f"(SELECT *, {nothing} FROM {source.relation})"
            cell = (
                self.cell(source, name) if column else CellReading("TRUE", "CAST(NULL AS VARCHAR)")
            )
            return whole, CellReading(cell.canonical, "CAST(NULL AS VARCHAR)")
        plain = is_citizen(column.sql, "d_", "b_", self.as_of)
        relation = (
            f"(SELECT *, CASE WHEN p_ THEN d_ END AS n_ FROM (SELECT *, {plain} AS p_ FROM"
            f" (SELECT *, {key(column.sql)} AS d_, {birth_date(column.sql)} AS b_"
            f" FROM {source.relation})))"
        )
        return relation, CellReading(
            f"CASE WHEN p_ THEN TRUE ELSE {is_blank(column.sql)} END",
            f"CASE WHEN p_ THEN {column.sql} END",
        )

    def value(self, source: SqlTable, spec: FieldSpec) -> str:
        """The typed value of a field."""
        if spec.name not in source.columns:
            code = source.supposed.get(spec.name)
            return quoted(code) if code else f"CAST(NULL AS {sql_type(spec)})"
        return self.cell(source, spec.name).value

    def canonical(
        self, source: SqlTable, needed: Set[str], done: Mapping[str, CellReading] | None = None
    ) -> str:
        """Whether all cells of a row that must be read are canonical."""
        cells = dict(done or {})
        parts = []
        for name, column in source.columns.items():
            if column.spec.type == "text" and name not in needed and column.sql_type == "VARCHAR":
                # Any text will do where nobody reads it; what is no text may have lost digits.
                if source.landed:
                    parts.append(f"NOT starts_with(coalesce({column.sql}, ''), '{ODD}')")
                # But no spreadsheet's error.
                parts.append(f"NOT regexp_matches(coalesce({column.sql}, ''), '[#\\x{{FF03}}]')")
            else:
                parts.append((cells.get(name) or self.cell(source, name)).canonical)
        return " AND ".join(parts) or "TRUE"

    def number(self, source: SqlTable) -> str:
        """The household number; NULL where SQL does not read it."""
        cell = self.cell(source, HOUSEHOLD_ID)
        return f"CASE WHEN {cell.canonical} THEN {cell.value} END"

    # --- tables -------------------------------------------------------------------------

    def load_households(self) -> None:
        """Fill h_cells, a row a household; or h_rows, where a row is a person, for `join_rows`."""
        source = self.tables.households
        specs = self.ruleset.field_specs(HOUSEHOLD)
        needed = {name for name in self.columns["h"] if name in specs}
        columns = {HID: self.number(source), "ord_": f"CAST({ROW} AS BIGINT)"}
        columns |= {name: self.value(source, specs[name]) for name in sorted(needed)}
        for alias, name in self.passed.items():
            columns[alias] = (
                self.value(source, specs[name]) if name in specs else "CAST(NULL AS VARCHAR)"
            )
        read = {*self.passed.values(), HOUSEHOLD_ID}
        fine = [self.canonical(source, needed | read)]
        causes: list[str] = [
            name for name in ("other_causes", "main_cause")
            if self.national and name in source.columns
        ]  # fmt: skip
        if self.tables.persons is None:
            values: dict[str, str] = {n: self.cell(source, n).value for n in causes}
            self._create("h_cells", source.relation, columns, fine + _rules_of_causes(values))
            return
        columns |= {name: self.value(source, specs[name]) for name in causes}
        raw = {f"raw_{name}": column.sql for name, column in source.columns.items()}
        self._create("h_rows", source.relation, columns | raw, fine)

    def join_rows(self, numbers: str) -> None:
        """Make h_cells of h_rows, where a row is a person: a row a household.

        What any row says of a household is true of it; where two say otherwise, in whatever
        way, the household is left to Python.

        Args:
            numbers: the relation of rows with their household numbers.
        """
        kept = [name for name in self.made["h_rows"] if name not in (HID, "ord_", "fine")]
        values = [name for name in kept if not name.startswith("raw_")]
        raw = [name for name in kept if name.startswith("raw_")]
        same = " AND ".join(
            f"coalesce(min({text}) = max({text}), TRUE)"
            for text in (f"nullif(CAST(\"{name}\" AS VARCHAR), '')" for name in raw)
        )
        causes: dict[str, str] = {
            name: f"max({name})" for name in ("other_causes", "main_cause") if name in values
        }
        fine = ["bool_and(r.fine)", same, *_rules_of_causes(causes)]
        columns = {HID: "n.hid", "ord_": "min(r.ord_)"}
        columns |= {name: f'max(r."{name}")' for name in values}
        self._create(
            "h_cells", f"h_rows AS r JOIN {numbers} AS n ON r.ord_ = n.mid WHERE n.hid IS NOT NULL"
            " GROUP BY n.hid", columns, fine,
        )  # fmt: skip

    def load_members(self) -> None:
        """Fill m_cells."""
        source = self.tables.members
        specs = self.ruleset.field_specs(MEMBER)
        needed = {name for name in self.columns["m"] if name in specs} | {"member_id"}
        columns = {HID: self.number(source), MID: f"CAST({ROW} AS BIGINT)"}
        columns |= {name: self.value(source, specs[name]) for name in sorted(needed)}
        relation, person = self.person(source, "id_number")
        if "id_number" in needed and "id_number" in source.columns:
            columns["id_number"] = person.value
        columns[KEY] = "n_"
        if "born_" in self.columns["m"]:
            columns["born_"] = "CASE WHEN n_ IS NOT NULL THEN b_ END"
        if "sex_" in self.columns["m"]:
            columns["sex_"] = sex("n_")
        if self.national and "relation" in source.columns:
            columns["head_"] = f"{self.cell(source, 'relation').value} = '户主'"
        fine = [self.canonical(source, needed | {HOUSEHOLD_ID}, {"id_number": person})]
        asked = [name for name in ("education", "school_status") if name in source.columns]
        if self.national and asked:
            known = [f"CAST({self.cell(source, n).value} IS NOT NULL AS INTEGER)" for n in asked]
            fine.append(f"{' + '.join(known)} = 1")
        self._create("m_cells", relation, columns, fine)

    def load_register(self, index: int, register: Register, source: SqlTable) -> None:
        """Fill r<index>_typed."""
        specs = self.ruleset.field_specs(register.name)
        needed = {name for name in self.columns.get(f"r{index}", set()) if name in specs}
        relation, person = self.person(source, register.match)
        columns = {ROW: f"CAST({ROW} AS BIGINT)", KEY: "n_"}
        columns |= {name: self.value(source, specs[name]) for name in sorted(needed)}
        if register.match in needed:
            columns[register.match] = person.value
        written = " OR ".join(f"{column.sql} IS NOT NULL" for column in source.columns.values())
        columns["written_"] = written
        values = {spec.name: self.value(source, spec) for spec in telling(register)}
        columns[SAME] = same_sql(register, values)
        fine = [self.canonical(source, needed, {register.match: person})]
        self._create(f"r{index}_typed", relation, columns, fine)

    def load_steps(self, source: SqlTable, ids: Mapping[str, str]) -> None:
        """Fill steps_typed; `ids` says how a step may be written.

        Records of whole places are left to Python.
        """
        columns = {spec.name: self.value(source, spec) for spec in STEP_SPECS}
        arms = " ".join(f"WHEN {quoted(text)} THEN {quoted(step)}" for text, step in ids.items())
        step = columns["step"]
        columns["step"] = f"CASE {step} {arms} END"
        number = self.number(source) if HOUSEHOLD_ID in source.columns else "CAST(NULL AS VARCHAR)"
        columns[HOUSEHOLD_ID] = number
        columns[ROW] = f"CAST({ROW} AS BIGINT)"
        fine = [
            self.canonical(source, {spec.name for spec in specs_of(StepRow)}),
            f"coalesce({step} IN ({texts(ids)}), FALSE)",
            f"coalesce({number} IN (SELECT {HID} FROM h_typed), FALSE)",
        ]
        # What such a row seldom says is looked at by Python, but for where the household lives.
        fine += [
            f"{self.cell(source, name).value} IS NULL"
            for name in ("among", "included")
            if name in source.columns
        ]
        for alias, name in HOME.items():
            if name in source.columns:
                place = self.cell(source, name).value
                there = f"({number}, {place}) IN (SELECT {HID}, {alias} FROM h_typed)"
                fine.append(f"{place} IS NULL OR coalesce({there}, FALSE)")
        self._create("steps_typed", source.relation, columns, fine)

    def load_helping(self, name: str, source: SqlTable, fine: Sequence[str]) -> None:
        """Fill <name>_typed with who helps whom, visits or plans.

        Args:
            name: of the table.
            source: has its rows.
            fine: what must be true of a row whose cells are beyond doubt.
        """
        specs = {spec.name: spec for spec in helping_specs(name)}
        columns = {each: self.value(source, spec) for each, spec in specs.items()}
        ids = measure_names(self.ruleset)
        if "measure" in columns and ids:
            arms = " ".join(f"WHEN {quoted(text)} THEN {quoted(of)}" for text, of in ids.items())
            columns["measure"] = f"CASE {columns['measure']} {arms} END"
        columns[ROW] = f"CAST({ROW} AS BIGINT)"
        canonical = self.canonical(source, set(specs))
        values = ", ".join(f'{value} AS "{each}"' for each, value in columns.items())
        relation = f"(SELECT {values}, ({canonical}) AS canonical_ FROM {source.relation})"
        named = {each: f'"{each}"' for each in columns}
        self._create(f"{name}_typed", relation, named, ["canonical_", *fine])

    def _create(
        self, table: str, relation: str, columns: Mapping[str, str], fine: Iterable[str]
    ) -> None:
        self.made[table] = [*columns, "fine"]
        every = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
        holds = " AND ".join(f"({part})" for part in fine)
        self.host.run(f"CREATE TABLE {table} AS SELECT {every}, {holds} AS fine FROM {relation}")

    # --- households that do not stay in SQL ---------------------------------------------

    def suspects(self, batch: int) -> int:
        """Fill the table of the household numbers that are left to Python.

        Args:
            batch: how many are read at a time.
        """
        lacking = "SELECT CAST(NULL AS VARCHAR) AS hid WHERE FALSE"
        if self.tables.persons is not None:
            # A row without a number may be one of the household above: read with it, first.
            lacking = (
                "SELECT m.hid FROM m_typed AS m JOIN (SELECT max(above) AS mid FROM ("
                "SELECT hid, max(CASE WHEN hid IS NOT NULL THEN mid END) OVER (ORDER BY mid"
                " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS above FROM m_typed)"
                " WHERE hid IS NULL GROUP BY above) AS a ON m.mid = a.mid"
            )
        self.host.run(
            f"""CREATE TABLE {SUSPECT} AS
            SELECT hid, CASE WHEN bool_or(first) THEN 0
              ELSE 1 + CAST(floor((row_number() OVER (ORDER BY hid) - 1) / {batch}) AS BIGINT)
              END AS page
            FROM (
              SELECT coalesce(h.hid, m.hid) AS hid, FALSE AS first
              FROM (
                SELECT hid, count(*) AS many, bool_and(fine) AS fine
                FROM h_typed WHERE hid IS NOT NULL GROUP BY hid
              ) AS h FULL JOIN (
                SELECT hid, bool_and(fine) AND count(*) <= {MAX_ITEMS} AND {self._family()} AS fine
                FROM m_typed WHERE hid IS NOT NULL GROUP BY hid
              ) AS m ON h.hid = m.hid
              WHERE h.hid IS NULL OR m.hid IS NULL OR h.many > 1 OR NOT h.fine OR NOT m.fine
              UNION ALL SELECT hid, TRUE AS first FROM ({lacking})
            ) GROUP BY hid"""
        )
        return int(self.host.rows(f"SELECT count(*) FROM {SUSPECT}")[0][0])

    def _family(self) -> str:
        """SQL: what must be true of the members of one household taken together."""
        parts = [
            f"list_unique(list({KEY})) = count({KEY})",
            "(count(member_id) = 0 OR (count(member_id) = count(*)"
            " AND list_unique(list(member_id)) = count(*)))",
        ]
        if self.national and "relation" in self.tables.members.columns:
            parts.append("count(*) FILTER (WHERE head_) = 1")
        return " AND ".join(parts)


def _rules_of_causes(causes: Mapping[str, str]) -> list[str]:
    """What the national form asks of the causes of poverty, where it has them."""
    others, main = causes.get("other_causes"), causes.get("main_cause")
    if others is None:
        return []
    rules = [f"coalesce(array_length(list_distinct({others})) <= 2, TRUE)"]
    if main is not None:
        rules.append(f"coalesce(NOT list_contains({others}, {main}), TRUE)")
    return rules


def sql_type(spec: FieldSpec) -> str:
    """The SQL type of a field's values."""
    return {
        "bool": "BOOLEAN", "integer": "BIGINT", "money": "BIGINT", "decimal": "BIGINT",
        "date": "DATE", "codes": "VARCHAR[]",
    }.get(spec.type, "VARCHAR")  # fmt: skip
