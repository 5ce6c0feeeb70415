"""Validation set-wise: each file read once into typed tables; what is doubtful set apart.

Households of which every cell is canonical and every rule of the form holds stay in SQL.
All others, usually a few in a hundred, are suspects: `small.py` reads those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import date

from shibie.bulk.canonical import (
    Reading,
    birth_date,
    is_citizen,
    key,
    quoted,
    reading,
    sex,
    texts,
)
from shibie.bulk.files import Folder, Source
from shibie.bulk.host import ROW, Host
from shibie.bulk.small import SUSPECT
from shibie.columns import Column
from shibie.engine.relational.plan import HID, KEY, MID
from shibie.household import Household, StepRecord
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import MAX_ITEMS
from shibie.ruleset.model import Register, RuleSet
from shibie.tables.cells import BLANK
from shibie.tables.export import HOUSEHOLD_ID
from shibie.vocabulary import FieldSpec, specs_of

# What the summary needs of a household beside the decision: alias → field.
PASSED: Mapping[str, str] = {
    "village_": "village", "before_": "on_previous_roster", "exited_": "exited_on",
}  # fmt: skip


class Typed:
    """Loads the files of one folder into typed tables h_typed, m_typed and r0_typed on.

    Each has a column `fine`: whether SQL has read the row beyond doubt.

    Args:
        columns: for each relation, the fields that the rules read.
    """

    def __init__(
        self, host: Host, folder: Folder, ruleset: RuleSet, as_of: date,
        columns: Mapping[str, Set[str]],
    ) -> None:  # fmt: skip
        self.host, self.folder = host, folder
        self.ruleset, self.as_of, self.columns = ruleset, as_of, columns
        self.national = issubclass(ruleset.vocabulary.household_model, Household)

    # --- cells --------------------------------------------------------------------------

    def cell(self, source: Source, name: str) -> Reading:
        """How SQL reads a field; an absent column is unknown throughout."""
        column = source.columns[name]
        return reading(column.sql, column.sql_type, column.spec, self.as_of)

    def person(self, source: Source, name: str) -> tuple[str, Reading]:
        """The relation with a person's number taken apart: columns n_, b_ and p_.

        Returns:
            the relation, and how SQL reads the number there.
        """
        column = source.columns.get(name)
        if column is None or column.sql_type.upper() != "VARCHAR":
            nothing = "CAST(NULL AS BIGINT) AS n_, CAST(NULL AS DATE) AS b_"
            whole = f"(SELECT *, {nothing} FROM {source.relation})"
            cell = self.cell(source, name) if column else Reading("TRUE", "CAST(NULL AS VARCHAR)")
            return whole, Reading(cell.canonical, "CAST(NULL AS VARCHAR)")
        plain = is_citizen(column.sql, "d_", "b_", self.as_of)
        relation = (
            f"(SELECT *, CASE WHEN p_ THEN d_ END AS n_ FROM (SELECT *, {plain} AS p_ FROM"
            f" (SELECT *, {key(column.sql)} AS d_, {birth_date(column.sql)} AS b_"
            f" FROM {source.relation})))"
        )
        blank = f"({column.sql} IS NULL OR lower({column.sql}) IN ({texts(BLANK)}))"
        return relation, Reading(
            f"({blank} OR coalesce(p_, FALSE))", f"CASE WHEN p_ THEN {column.sql} END"
        )

    def value(self, source: Source, spec: FieldSpec) -> str:
        """The typed value of a field."""
        if spec.name not in source.columns:
            return f"CAST(NULL AS {sql_type(spec)})"
        return self.cell(source, spec.name).value

    def canonical(
        self, source: Source, needed: Set[str], done: Mapping[str, Reading] | None = None
    ) -> str:
        """Whether all cells of a row that must be read are canonical."""
        cells = dict(done or {})
        parts = [
            (cells.get(name) or self.cell(source, name)).canonical
            for name, column in source.columns.items()
            # Any text will do where nobody reads it.
            if column.spec.type != "text" or name in needed
        ]
        return " AND ".join(parts) or "TRUE"

    def number(self, source: Source) -> str:
        """The household number; NULL where SQL does not read it."""
        cell = self.cell(source, HOUSEHOLD_ID)
        return f"CASE WHEN {cell.canonical} THEN {cell.value} END"

    # --- tables -------------------------------------------------------------------------

    def load_households(self) -> None:
        """Fill h_typed."""
        source = self.folder.households
        specs = self.ruleset.field_specs(HOUSEHOLD)
        needed = {name for name in self.columns["h"] if name in specs}
        columns = {HID: self.number(source), "ord_": f"CAST({ROW} AS BIGINT)"}
        columns |= {name: self.value(source, specs[name]) for name in sorted(needed)}
        for alias, name in PASSED.items():
            columns[alias] = (
                self.value(source, specs[name]) if name in specs else "CAST(NULL AS VARCHAR)"
            )
        fine = [self.canonical(source, needed | {"village", HOUSEHOLD_ID})]
        if self.national and "other_causes" in source.columns:
            others = self.cell(source, "other_causes").value
            fine.append(f"coalesce(array_length(list_distinct({others})) <= 2, TRUE)")
            if "main_cause" in source.columns:
                main = self.cell(source, "main_cause").value
                fine.append(f"coalesce(NOT list_contains({others}, {main}), TRUE)")
        self._create("h_typed", source.relation, columns, fine)

    def load_members(self) -> None:
        """Fill m_typed."""
        source = self.folder.members
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
        self._create("m_typed", relation, columns, fine)

    def load_register(self, index: int, register: Register, source: Source) -> None:
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
        fine = [self.canonical(source, needed, {register.match: person})]
        self._create(f"r{index}_typed", relation, columns, fine)

    def load_steps(self, source: Source, ids: Mapping[str, str]) -> None:
        """Fill steps_typed; `ids` says how a step may be written."""
        specs = {spec.name: spec for spec in specs_of(StepRecord)}
        columns = {name: self.value(source, spec) for name, spec in specs.items()}
        arms = " ".join(f"WHEN {quoted(text)} THEN {quoted(step)}" for text, step in ids.items())
        step = columns["step"]
        columns["step"] = f"CASE {step} {arms} END"
        columns[HOUSEHOLD_ID] = self.number(source)
        columns[ROW] = f"CAST({ROW} AS BIGINT)"
        fine = [
            self.canonical(source, set(specs)),
            f"coalesce({step} IN ({texts(ids)}), FALSE)",
            f"coalesce({self.number(source)} IN (SELECT {HID} FROM h_typed), FALSE)",
        ]
        self._create("steps_typed", source.relation, columns, fine)

    def _create(
        self, table: str, relation: str, columns: Mapping[str, str], fine: Iterable[str]
    ) -> None:
        every = ", ".join(f'{value} AS "{name}"' for name, value in columns.items())
        holds = " AND ".join(f"({part})" for part in fine)
        self.host.run(f"CREATE TABLE {table} AS SELECT {every}, {holds} AS fine FROM {relation}")

    # --- households that do not stay in SQL ---------------------------------------------

    def suspects(self, odd: Iterable[str]) -> int:
        """Fill the table of the household numbers that are left to the small path.

        Args:
            odd: numbers that SQL could not read.
        """
        self.host.keep("odd_numbers", {"hid": Column("VARCHAR", sorted(odd))})
        self.host.run(
            f"""CREATE TABLE {SUSPECT} AS
            SELECT coalesce(h.hid, m.hid) AS hid
            FROM (
              SELECT hid, count(*) AS many, bool_and(fine) AS fine
              FROM h_typed WHERE hid IS NOT NULL GROUP BY hid
            ) AS h FULL JOIN (
              SELECT hid, bool_and(fine) AND count(*) <= {MAX_ITEMS} AND {self._family()} AS fine
              FROM m_typed WHERE hid IS NOT NULL GROUP BY hid
            ) AS m ON h.hid = m.hid
            WHERE h.hid IS NULL OR m.hid IS NULL OR h.many > 1 OR NOT h.fine OR NOT m.fine
            UNION SELECT hid FROM odd_numbers"""
        )
        return int(self.host.rows(f"SELECT count(*) FROM {SUSPECT}")[0][0])

    def _family(self) -> str:
        """What must hold of the members of a household together."""
        parts = [
            f"list_unique(list({KEY})) = count({KEY})",
            "(count(member_id) = 0 OR (count(member_id) = count(*)"
            " AND list_unique(list(member_id)) = count(*)))",
        ]
        if self.national and "relation" in self.folder.members.columns:
            parts.append("count(*) FILTER (WHERE head_) = 1")
        return " AND ".join(parts)


def sql_type(spec: FieldSpec) -> str:
    """The SQL type of a field's values."""
    return {
        "bool": "BOOLEAN", "integer": "BIGINT", "money": "BIGINT", "decimal": "BIGINT",
        "date": "DATE", "codes": "VARCHAR[]",
    }.get(spec.type, "VARCHAR")  # fmt: skip
