"""Which sheet is which table, whoever reads its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from shibie.acts import TABLE_NAMES, act_specs, row_specs
from shibie.errors import InputError, Problem, Words, listed
from shibie.household import StepRecord
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.rosters.adjudications import adjudication_specs
from shibie.rosters.cells import is_blank
from shibie.rosters.headers import Header, best_header, find_header, ignored_note
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.own_additions import COMPARED, NOT_DONE, is_own, own
from shibie.rosters.sheets import Sheet
from shibie.ruleset.model import Register, RuleSet
from shibie.vocabulary import FieldSpec, folded, specs_of

SHEET_NAMES: Mapping[str, tuple[str, ...]] = {
    "households": ("households", "农户", "农户表"),
    "members": ("members", "成员", "家庭成员", "成员表"),
    "adjudications": ("adjudications", "核实", "核实表"),
    "steps": ("steps", "程序", "程序表"),
    "acts": TABLE_NAMES,
}


@dataclass(frozen=True)
class Placed:
    """A table that was found: its sheet, and which column holds which field."""

    sheet: Sheet
    header: Header


@dataclass(frozen=True)
class Layout:
    """The tables of a roster; None where one was not supplied.

    Attributes:
        households: with the members in the same sheet where a row is a person.
        members: the members' own sheet, or None where a row is a person.
        adjudications: verdicts.
        steps: records of the procedure.
        registers: by name.
        notes: what was ignored.
        acts: whatever was decided or corrected, a row each.
    """

    households: Placed
    members: Placed | None
    adjudications: Placed | None
    steps: Placed | None
    registers: Mapping[str, Placed]
    notes: tuple[Words, ...]
    acts: Placed | None = None

    @property
    def own_tables(self) -> tuple[str, ...]:
        """The tables of the households and their members, as messages name them."""
        pair = (self.households, self.members)
        return tuple(placed.sheet.shown for placed in pair if placed is not None)

    @property
    def places(self) -> dict[str, int]:
        """The place of each table, as messages name it, in the order of rejected rows."""
        several = (
            self.households, self.members, self.adjudications, self.steps, self.acts,
            *self.registers.values(),
        )  # fmt: skip
        shown = dict.fromkeys(placed.sheet.shown for placed in several if placed is not None)
        return {name: at for at, name in enumerate(shown)}


def lay_out(sheets: Sequence[Sheet], ruleset: RuleSet) -> Layout:
    """Find the tables among the sheets by their names and their headers.

    Raises:
        InputError: when the households or members are not there, or a header is unusable.
    """
    return _Finder(sheets, ruleset).layout()


def _not_compared(placed: Placed) -> bool:
    """Whether a register is an empty form, above which it says that nothing was compared.

    An empty register that was compared clears everybody; a form that nobody filled in does not.
    """
    above = placed.sheet.head[: placed.header.row - 1]
    marked = {folded(words) for words in own(COMPARED)}
    said = [
        folded(str(after))
        for row in above
        for cell, after in pairwise(row)
        if isinstance(cell, str) and folded(cell) in marked
    ]
    if not any(word in map(folded, NOT_DONE) for word in said):
        return False
    rows = placed.sheet.rows[placed.header.row :]
    return all(is_blank(row[at]) for row in rows for at in placed.header.columns if at < len(row))


class _Finder:
    """Finds the tables among the sheets; collects what is wrong and what was ignored.

    Attributes:
        left: sheets not yet taken, by folded name.
        problems: what makes the roster unusable.
        notes: what was ignored.
    """

    def __init__(self, sheets: Sequence[Sheet], ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.sheets = sheets
        self.notes: list[Words] = []
        self.problems: list[Problem] = []
        self.left: dict[str, Sheet] = {}
        for sheet in sheets:
            if is_own(sheet.name):
                continue
            first = self.left.setdefault(folded(sheet.name), sheet)
            if first is not sheet:
                self.given_twice([first, sheet])
        vocabulary = ruleset.vocabulary
        self.household_specs = vocabulary.household
        id_spec = ruleset.field_specs(HOUSEHOLD)[HOUSEHOLD_ID]
        self.member_specs = (id_spec, *vocabulary.member)

    def layout(self) -> Layout:
        """All tables of the roster."""
        adjudications = self.optional("adjudications", (*adjudication_specs(), *row_specs()))
        steps = self.optional("steps", specs_of(StepRecord))
        acts = self.optional("acts", act_specs())
        registers = {}
        for name, register in self.ruleset.registers.items():
            table = self.register(register)
            if table is not None:
                registers[name] = table
        households, members = (
            self.take(SHEET_NAMES["households"]),
            self.take(SHEET_NAMES["members"]),
        )
        pair: tuple[Placed, Placed | None] | None = None
        if households and members:
            pair = self.two_tables(households, members)
        if pair is None and not self.problems:
            pair = self.export(households, members)
        if self.problems or pair is None:
            raise InputError(self.problems)
        for sheet in self.left.values():
            if sheet.rows:
                self.notes.append(
                    Words(f"未使用的表:{sheet.shown}", f"table not used: {sheet.shown}")
                )
        return Layout(*pair, adjudications, steps, registers, tuple(self.notes), acts)

    def take(self, names: Iterable[str]) -> Sheet | None:
        """The sheet of one of these names, with content if any has."""
        keys = dict.fromkeys(folded(name) for name in names)
        found = [self.left.pop(key) for key in keys if key in self.left]
        # An empty sheet, as new workbooks have them, competes with nothing.
        found = [sheet for sheet in found if sheet.rows] or found[:1]
        if len(found) > 1:
            self.given_twice(found)
        return found[0] if found else None

    def given_twice(self, sheets: Sequence[Sheet]) -> None:
        """Note that a table came more than once."""
        # Half of a register would pass for the whole, and clear people of what it lists.
        names = listed(sheet.shown for sheet in sheets)
        self.problems.append(
            Problem(
                names,
                Words("同一张表给了不止一次", "these are the same table, given more than once"),
                suggestion=Words("合并为一张,或只留一张", "join them into one, or keep only one"),
            )
        )

    def optional(self, table: str, specs: Sequence[FieldSpec]) -> Placed | None:
        """A table that may be missing."""
        sheet = self.take(SHEET_NAMES[table])
        required = [spec.name for spec in specs if spec.required]
        return None if sheet is None or not sheet.rows else self.table(sheet, specs, required)

    def register(self, register: Register) -> Placed | None:
        """The rows of a register, if it was supplied."""
        texts = (register.name, register.title, register.id)
        sheet = self.take(
            [f"{prefix}{text}" for prefix in ("比对-", "比对_", "registers/") for text in texts]
        )
        if sheet is None:
            return None
        # The register speaks of citizen numbers under any of their usual headers.
        number = self.ruleset.field_spec(MEMBER, "id_number")
        usual = (*number.aliases, number.title) if number else ()
        specs = [
            replace(spec, aliases=(*spec.aliases, *usual)) if spec.name == register.match else spec
            for spec in register.columns
        ]
        placed = self.table(sheet, specs, [register.match])
        if placed is None or not _not_compared(placed):
            return placed
        self.notes.append(
            Words(
                f"{sheet.shown}: 空表,按未比对处理;已经比对而没有一条记录的,把表上方的“{NOT_DONE.zh}”改为“已做”",
                f"{sheet.shown}: empty, so taken as not compared; if it was compared and there is"
                f" no row, write 'done' for '{NOT_DONE.en}' above the table",
            )
        )
        return None

    def table(
        self, sheet: Sheet, specs: Sequence[FieldSpec], required: Iterable[str]
    ) -> Placed | None:
        """A sheet with its header; None when it has none that will do."""
        try:
            header = find_header(sheet, specs, required)
        except InputError as error:
            self.problems += error.problems
            return None
        note = ignored_note(sheet, header, specs)
        if note:
            self.notes.append(note)
        return Placed(sheet, header)

    def two_tables(self, households: Sheet, members: Sheet) -> tuple[Placed, Placed] | None:
        """Households and members from a sheet each."""
        first = self.table(households, self.household_specs, [HOUSEHOLD_ID])
        second = self.table(members, self.member_specs, [HOUSEHOLD_ID])
        return (first, second) if first and second else None

    def export(self, households: Sheet | None, members: Sheet | None) -> tuple[Placed, None] | None:
        """The sheet with one row a person and the household's columns repeated."""
        specs = (*self.household_specs, *self.member_specs[1:])
        person = {spec.name for spec in self.member_specs[1:]}
        of_household = {spec.name for spec in self.household_specs} - {HOUSEHOLD_ID}
        found = []
        for sheet in (*filter(None, (households, members)), *self.left.values()):
            header = best_header(sheet, specs)
            if header is None or HOUSEHOLD_ID not in header.names or not header.names & person:
                continue
            if sheet is members and not header.names & of_household:
                continue  # the members' own table: that of the households was forgotten
            found.append((sheet, header))
        if len(found) > 1:
            self.given_twice([sheet for sheet, _ in found])
        elif not found:
            self.not_found(households, members)
        if len(found) != 1:
            return None
        sheet, _ = found[0]
        self.left = {key: other for key, other in self.left.items() if other is not sheet}
        table = self.table(sheet, specs, [HOUSEHOLD_ID])
        return (table, None) if table else None

    def not_found(self, households: Sheet | None, members: Sheet | None) -> None:
        """Note which tables are missing."""
        missing = [
            name
            for name, sheet in (("households", households), ("members", members))
            if sheet is None
        ]
        titles = "、".join(SHEET_NAMES[name][1] for name in missing)
        table = "tables" if len(missing) > 1 else "table"
        found = listed(sheet.shown for sheet in self.sheets)
        self.problems.append(
            Problem(
                "roster",
                Words(
                    f"缺少{titles}表;有的表:{found or '(无)'}",
                    f"no {table} of {' and '.join(missing)}; there are: {found or '(none)'}",
                ),
                suggestion=Words(
                    "工作表应名为 农户、成员(或一人一行的全国系统导出表,带户编号)",
                    "name the sheets 农户 and 成员, or give one sheet with one row a person",
                ),
            )
        )
