"""Which sheet is which table, and the national export taken apart into two."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from shibie.errors import InputError, Problem, Words, listed
from shibie.household import Adjudication, StepRecord
from shibie.ruleset.model import Register, RuleSet
from shibie.tables.cells import Cell
from shibie.tables.headers import best_header, find_header, ignored_note
from shibie.tables.records import Record, Rejection, Table, read_table
from shibie.tables.source import Sheet
from shibie.vocabulary import FieldSpec, folded, specs_of

HOUSEHOLD_ID, HEAD = "household_id", "户主"
_NAMES: Mapping[str, tuple[str, ...]] = {
    "households": ("households", "农户", "农户表"),
    "members": ("members", "成员", "家庭成员", "成员表"),
    "adjudications": ("adjudications", "核实", "核实表"),
    "steps": ("steps", "程序", "程序表"),
}


@dataclass(frozen=True)
class Layout:
    """The tables of a roster; None where one was not supplied."""

    households: Table
    members: Table
    adjudications: Table | None
    steps: Table | None
    registers: Mapping[str, Table]
    notes: tuple[Words, ...]


def lay_out(sheets: Sequence[Sheet], ruleset: RuleSet, as_of: date) -> Layout:
    """Find the tables among the sheets and read them.

    Raises:
        InputError: when the households or members are not there, or a header is unusable.
    """
    return _Reader(sheets, ruleset, as_of).layout()


class _Reader:
    def __init__(self, sheets: Sequence[Sheet], ruleset: RuleSet, as_of: date) -> None:
        self.ruleset, self.as_of = ruleset, as_of
        self.left = {folded(sheet.name): sheet for sheet in sheets}
        self.sheets = sheets
        self.notes: list[Words] = []
        self.problems: list[Problem] = []
        vocabulary = ruleset.vocabulary
        self.household_specs = vocabulary.household
        id_spec = next(spec for spec in vocabulary.household if spec.name == HOUSEHOLD_ID)
        self.member_specs = (id_spec, *vocabulary.member)

    def layout(self) -> Layout:
        # The verdict has words of its own (属实, 不属实), read with the row's other rules.
        verdicts = tuple(
            replace(spec, type="text", codes=()) if spec.name == "verdict" else spec
            for spec in specs_of(Adjudication)
        )
        adjudications = self.optional("adjudications", verdicts)
        steps = self.optional("steps", specs_of(StepRecord))
        registers = {}
        for name, register in self.ruleset.registers.items():
            table = self.register(register)
            if table is not None:
                registers[name] = table
        households, members = self.take(_NAMES["households"]), self.take(_NAMES["members"])
        pair = self.two_tables(households, members) if households and members else None
        if pair is None and not self.problems:
            pair = self.export([*filter(None, (households, members)), *self.left.values()])
        if self.problems or pair is None:
            raise InputError(self.problems)
        for sheet in self.left.values():
            if sheet.rows:
                self.notes.append(
                    Words(f"未使用的表:{sheet.shown}", f"table not used: {sheet.shown}")
                )
        return Layout(*pair, adjudications, steps, registers, tuple(self.notes))

    def take(self, names: Iterable[str]) -> Sheet | None:
        for name in names:
            sheet = self.left.pop(folded(name), None)
            if sheet is not None:
                return sheet
        return None

    def optional(self, table: str, specs: Sequence[FieldSpec]) -> Table | None:
        sheet = self.take(_NAMES[table])
        required = [spec.name for spec in specs if spec.required]
        return None if sheet is None or not sheet.rows else self.table(sheet, specs, required)

    def register(self, register: Register) -> Table | None:
        texts = (register.name, register.title, register.id)
        sheet = self.take(
            [f"{prefix}{text}" for prefix in ("比对-", "比对_", "registers/") for text in texts]
        )
        if sheet is None:
            return None
        # The register speaks of citizen numbers under any of their usual headers.
        id_specs = [spec for spec in self.member_specs if spec.name == "id_number"]
        usual = (*id_specs[0].aliases, id_specs[0].title) if id_specs else ()
        specs = [
            replace(spec, aliases=(*spec.aliases, *usual)) if spec.name == register.match else spec
            for spec in register.columns
        ]
        return self.table(sheet, specs, [register.match])

    def table(
        self, sheet: Sheet, specs: Sequence[FieldSpec], required: Iterable[str]
    ) -> Table | None:
        try:
            header = find_header(sheet, specs, required)
        except InputError as error:
            self.problems += error.problems
            return None
        note = ignored_note(sheet, header, specs)
        if note:
            self.notes.append(note)
        return read_table(sheet, header, self.as_of)

    def two_tables(self, households: Sheet, members: Sheet) -> tuple[Table, Table] | None:
        first = self.table(households, self.household_specs, [HOUSEHOLD_ID])
        second = self.table(members, self.member_specs, [HOUSEHOLD_ID])
        return (first, second) if first and second else None

    # --- the national export: one row a person --------------------------------------------

    def export(self, sheets: Sequence[Sheet]) -> tuple[Table, Table] | None:
        """The sheet with one row a person and the household's columns repeated."""
        specs = (*self.household_specs, *self.member_specs[1:])
        person = {spec.name for spec in self.member_specs[1:]}
        for sheet in sheets:
            header = best_header(sheet, specs)
            if header and HOUSEHOLD_ID in header.names and header.names & person:
                self.left = {key: other for key, other in self.left.items() if other is not sheet}
                filled = _filled_down(sheet, header.row, header.columns)
                table = self.table(filled, specs, [HOUSEHOLD_ID])
                return None if table is None else self.split(table)
        found = listed(sheet.name for sheet in self.sheets)
        where = (self.sheets[0].shown if self.sheets else "") or "roster"
        self.problems.append(
            Problem(
                where,
                Words(
                    f"找不到农户表和成员表;有的表:{found or '(无)'}",
                    f"no tables of households and members; there are: {found or '(none)'}",
                ),
                suggestion=Words(
                    "工作表应名为 农户、成员(或一人一行的全国系统导出表,带户编号)",
                    "name the sheets 农户 and 成员, or give one sheet with one row a person",
                ),
            )
        )
        return None

    def split(self, table: Table) -> tuple[Table, Table]:
        """Household columns, which must agree over a household's rows; and the persons."""
        of_household = {spec.name for spec in self.household_specs}
        firsts: dict[str, Record] = {}
        extra: dict[str, list[Rejection]] = {}
        members = []
        for record in table.records:
            own = {name: value for name, value in record.values.items() if name in of_household}
            rest = {
                name: value for name, value in record.values.items() if name not in of_household
            }
            household_id = own.get(HOUSEHOLD_ID)
            if household_id is None and rest.get("relation") == HEAD:
                # A household without its number: lost as a household, so counted as one.
                firsts[f"\0{record.number}"] = replace(record, values=own)
                continue
            members.append(replace(record, values={HOUSEHOLD_ID: household_id, **rest}))
            if household_id is None:
                continue  # a member of nobody knows whom: rejected as a member row
            key = str(household_id)
            first = firsts.setdefault(key, replace(record, values=own, faults=()))
            merged = dict(first.values)
            for name, value in own.items():
                if value is None or merged.get(name) == value:
                    continue
                if merged.get(name) is None:
                    merged[name] = value
                    continue
                extra.setdefault(key, []).append(
                    record.rejection(
                        name,
                        str(value),
                        Words(
                            f"与第 {first.number} 行的 {merged[name]} 矛盾",
                            f"contradicts {merged[name]} in row {first.number}",
                        ),
                    )
                )
            firsts[key] = replace(first, values=merged)
        households = tuple(
            replace(record, faults=(*record.faults, *extra.get(key, ())))
            for key, record in firsts.items()
        )
        names = frozenset(of_household) & table.fields
        return (
            Table(table.shown, names, households),
            Table(table.shown, (table.fields - names) | {HOUSEHOLD_ID}, tuple(members)),
        )


def _filled_down(sheet: Sheet, header_row: int, columns: Mapping[int, FieldSpec]) -> Sheet:
    """Household numbers carried into the continuation rows of merged cells.

    Only into rows that hold a person who is not the head: a head begins a household, so
    a missing number there is a fault, not a merged cell.
    """
    by_name = {spec.name: index for index, spec in columns.items()}
    at, relation = by_name[HOUSEHOLD_ID], by_name.get("relation")
    if relation is None:
        return sheet
    rows: list[tuple[Cell, ...]] = [*sheet.rows[:header_row]]
    last: Cell = None
    for row in sheet.rows[header_row:]:
        filled = row
        role = row[relation] if relation < len(row) else None
        blank = at >= len(row) or row[at] is None or not str(row[at]).strip()
        if blank and last is not None and role and str(role).strip() != "户主":
            filled = (*row[:at], last, *row[at + 1 :])
        elif not blank:
            last = row[at]
        elif role:
            last = None
        rows.append(filled)
    return replace(sheet, rows=tuple(rows))
