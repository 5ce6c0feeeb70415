"""Finds the tables of a roster among the sheets of its files, and says what it could not use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from shibie.acts import act_specs, row_specs
from shibie.errors import InputError, Problem, Words
from shibie.forms.form import TableForm
from shibie.household import StepRow
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.rosters.adjudications import adjudication_specs
from shibie.rosters.alike_numbers import alike_numbers
from shibie.rosters.cells import is_blank
from shibie.rosters.csv_text import HEADER_DEPTH
from shibie.rosters.going_on import gone_on
from shibie.rosters.headers import Header, best_header, usable
from shibie.rosters.helping_rows import helping_specs
from shibie.rosters.layout import HELPING, SHEET_NAMES, Layout
from shibie.rosters.lone_persons import lone_persons
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.own_additions import is_own
from shibie.rosters.person_sheets import PersonSheets, missing_tables
from shibie.rosters.place_rows import PLACES
from shibie.rosters.placing import Placed, Placing, form_of
from shibie.rosters.register_sheets import RegisterSheets
from shibie.rosters.sheets import Sheet
from shibie.rosters.villages import one_village
from shibie.ruleset.conditions import drawn_on, fields_used
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec, folded, specs_of


def lay_out(
    sheets: Sequence[Sheet], ruleset: RuleSet, as_of: date, form: TableForm | None = None
) -> Layout:
    """Find the tables among the sheets by their names and their headers.

    Args:
        sheets: as they were given.
        ruleset: says which fields and registers there are.
        as_of: the day of judgement.
        form: how the roster's tables are to be read; without one, a shipped form that they fit.

    Raises:
        InputError: when the households or members are not there, or a header is unusable.
    """
    return Finder(sheets, ruleset, as_of, form).layout()


class Finder:
    """Finds the tables among the sheets; collects what is wrong and what was ignored.

    Attributes:
        left: sheets not yet taken, by folded name.
        problems: what makes the roster unusable.
        notes: what was ignored.
        forms: how sheets that are not in the product's own form were read.
        said_of: sheets of which it is said why they were not used.
        by_form: whether a form says how the roster is read.
    """

    def __init__(
        self, sheets: Sequence[Sheet], ruleset: RuleSet, as_of: date, form: TableForm | None = None
    ) -> None:
        self.ruleset, self.form = ruleset, form
        self.sheets = sheets
        self.notes: list[Words] = []
        self.problems: list[Problem] = []
        self.left: dict[str, Sheet] = {}
        self.by_form = False
        self.said_of: set[str] = set()
        self.forms: list[Mapping[str, Any]] = []
        for sheet in sheets:
            if is_own(sheet.name) or sheet.goes_on:
                continue
            first = self.left.setdefault(folded(sheet.name), sheet)
            if first is not sheet:
                self.given_twice([first, sheet])
        vocabulary = ruleset.vocabulary
        self.household_specs = vocabulary.household
        id_spec = ruleset.field_specs(HOUSEHOLD)[HOUSEHOLD_ID]
        self.member_specs = (id_spec, *vocabulary.member)
        found = {name: ruleset.field_spec(HOUSEHOLD, name) for name in PLACES}
        places = {name: spec for name, spec in found.items() if spec is not None}
        self.placing = Placing(as_of, places, id_spec, ruleset.time_zone)

    def layout(self) -> Layout:
        """All tables of the roster."""
        self._as_the_form_says()
        adjudications = self.optional("adjudications", (*adjudication_specs(), *row_specs()))
        steps = self.steps()
        acts = self.optional("acts", act_specs())
        helping = {name: self.optional(name, helping_specs(name), used=False) for name in HELPING}
        registers = RegisterSheets(self)
        registers.take_named()
        households, members = (
            self.take(SHEET_NAMES["households"]),
            self.take(SHEET_NAMES["members"]),
        )
        registers.take_by_subject()
        pair: tuple[Placed, Placed | None] | None = None
        if households and members:
            pair = self.two_tables(households, members)
        if pair is None and not self.problems:
            pair = self._of_persons(households, members)
        if pair is not None:
            registers.must_be_no_more()
            alike = alike_numbers(pair[1] or pair[0])
            self.problems += [alike] if alike else []
        if self.problems or pair is None:
            raise InputError(self.problems)
        if self.by_form:
            self._say_what_lacks(pair)
        self._note_empty(pair[0])
        lone = lone_persons(pair[1] or pair[0])
        self.notes += [lone] if lone else []
        for sheet in self.left.values():
            if sheet.rows and sheet.shown not in self.said_of:
                self.notes.append(
                    Words(f"未使用的表：{sheet.shown}", f"table not used: {sheet.shown}")
                )
        found, note = one_village(pair[0])
        self.notes += [note] if note else []
        return Layout(
            found,
            pair[1],
            adjudications,
            steps,
            registers.in_order,
            tuple(self.notes),
            acts,
            tuple(self.forms),
            self.form.text if self.form else "",
            {name: placed for name, placed in helping.items() if placed is not None},
        )

    def _note_empty(self, households: Placed) -> None:
        """Say that there is no household below the header, where that is seen at a glance."""
        sheet, header = households.sheet, households.header
        if sheet.file is not None and len(sheet.head) == HEADER_DEPTH:
            return
        if all(is_blank(cell) for row in sheet.rows[header.row :] for cell in row):
            self.notes.append(
                Words(f"{sheet.shown}：表中没有一户", f"{sheet.shown}: there is no household in it")
            )

    def take(self, names: Iterable[str]) -> Sheet | None:
        """The sheet of one of these names, with content if any has."""
        keys = dict.fromkeys(folded(name) for name in names)
        found = [self.left.pop(key) for key in keys if key in self.left]
        # An empty sheet, as new workbooks have them, competes with nothing.
        found = [sheet for sheet in found if sheet.rows] or found[:1]
        if len(found) > 1:
            self.given_twice(found)
        if found and found[0].hidden:
            self.notes.append(
                Words(
                    f"工作表“{found[0].shown}”是隐藏的，也读了",
                    f"the sheet {found[0].shown} is hidden, and was read",
                )
            )
        return found[0] if found else None

    def given_twice(self, sheets: Sequence[Sheet]) -> None:
        """Note that a table came more than once."""
        # Half of a register would pass for the whole, and clear people of what it lists.
        names = " + ".join(sheet.shown for sheet in sheets)
        self.problems.append(
            Problem(
                names,
                Words("同一张表给了不止一次", "these are the same table, given more than once"),
                suggestion=Words("合并为一张，或只留一张", "join them into one, or keep only one"),
            )
        )

    def optional(self, table: str, specs: Sequence[FieldSpec], used: bool = True) -> Placed | None:
        """A table that may be missing.

        Args:
            table: its name.
            specs: its fields.
            used: whether decisions rest on it. If not, one that cannot be read keeps nobody from
                being decided: it is left out, and it is said why.
        """
        own, names = self.take(SHEET_NAMES[table]), {folded(each) for each in SHEET_NAMES[table]}
        more = [each for each in self.sheets if each.goes_on and folded(each.name) in names]
        # An empty sheet of the roster for the same, as blank workbooks have it, says nothing.
        if own is not None and more and _says_nothing(own):
            own = None
        required = [spec.name for spec in specs if spec.required]
        found: list[Placed] = []
        for sheet in (own, *more):
            if sheet is None or not sheet.rows:
                continue
            before = len(self.problems)
            header = self.header(sheet, specs, required)
            placed = None if header is None else self.placed(sheet, header, specs, lists=False)
            if placed is None:
                if not used:
                    self._leave_out(sheet, before)
                return None
            found.append(placed)
        return gone_on(found) if found else None

    def steps(self) -> Placed | None:
        """The records of the procedure: each of a household, or of a place."""
        found = self.optional("steps", specs_of(StepRow))
        if found is not None and found.header.names.isdisjoint(
            (HOUSEHOLD_ID, "village", "township")
        ):
            self.problems.append(
                Problem(
                    f"{found.sheet.shown}!{found.header.row}",
                    Words(
                        "缺少栏目：household_id 户编号；整村、整组、全乡镇一次记录的，village 村 或 township 乡镇",
                        "missing columns: household_id; or for records of whole places village or"
                        " township",
                    ),
                )
            )
            return None
        return found

    def _leave_out(self, sheet: Sheet, before: int) -> None:
        """Say of a sheet that it is not used, and why, instead of refusing the roster."""
        why = self.problems[before:]
        del self.problems[before:]
        self.notes.append(
            Words(
                f"未使用的表：{sheet.shown}：" + "；".join(each.what.zh for each in why),
                f"table not used: {sheet.shown}: " + "; ".join(each.what.en for each in why),
            )
        )

    # --- households and persons ---------------------------------------------------------

    def header(
        self, sheet: Sheet, specs: Sequence[FieldSpec], required: Iterable[str],
        form: TableForm | None = None,
    ) -> Header | None:  # fmt: skip
        """The header of a sheet; None when it has none that will do."""
        return self.usable(sheet, best_header(sheet, specs, form), specs, required)

    def usable(
        self,
        sheet: Sheet,
        header: Header | None,
        specs: Sequence[FieldSpec],
        required: Iterable[str],
    ) -> Header | None:
        """A header that was found; None when it will not do."""
        try:
            return usable(sheet, header, specs, required)
        except InputError as error:
            self.problems += error.problems
            return None

    def placed(
        self, sheet: Sheet, header: Header, specs: Sequence[FieldSpec], form: TableForm | None = None,
        **how: Any,
    ) -> Placed | None:  # fmt: skip
        """A sheet in the product's own form; None where its units cannot be converted."""
        try:
            table, notes = self.placing.place(sheet, header, form, specs, **how)
        except InputError as error:
            self.problems += error.problems
            return None
        self.notes += notes
        if table.mapping is not None:
            self.forms.append(table.mapping)
        self.by_form |= form is not None
        return table

    def _say_what_lacks(self, pair: Iterable[Placed | None]) -> None:
        """Say once which fields the rules ask that a form has no columns for."""
        names = {name for placed in pair if placed is not None for name in placed.header.names}
        used = fields_used(self.ruleset, drawn_on(self.ruleset))
        lacking = [
            spec
            for owner in (HOUSEHOLD, MEMBER)
            for name, spec in self.ruleset.field_specs(owner).items()
            if (owner, name) in used and name not in names
        ]
        if lacking:
            self.notes.append(
                Words(
                    "规则要用而名册上没有的栏目，一律按未知："
                    + "、".join(each.title for each in lacking),
                    "fields that the rules ask and the roster does not have, unknown throughout: "
                    + ", ".join(each.name for each in lacking),
                )
            )

    def two_tables(self, households: Sheet, members: Sheet) -> tuple[Placed, Placed] | None:
        """Households and members from a sheet each."""
        return PersonSheets(self).two_tables(households, members)

    def _of_persons(
        self, households: Sheet | None, members: Sheet | None
    ) -> tuple[Placed, Placed | None] | None:
        """The tables of households and persons, whatever their sheets are called."""
        given = [sheet for sheet in (households, members) if sheet is not None]
        pair, taken = PersonSheets(self).found(given, members)
        self.left = {key: each for key, each in self.left.items() if each not in taken}
        if pair is None and not self.problems:
            self.problems.append(missing_tables(households, members, self.sheets))
        return pair

    def form_of(self, sheet: Sheet) -> TableForm | None:
        """The form by which a sheet is read."""
        return form_of(sheet, self.form)

    def _as_the_form_says(self) -> None:
        """Give sheets the names that a form gives them, and leave out those that are none."""
        for name, table in (self.form.sheets if self.form else {}).items():
            sheet = self.left.pop(name, None)
            if sheet is None or table == "none":
                continue
            own = table if table in ("roster", *HELPING) else f"registers/{table}"
            shown = sheet.name if table == "roster" else own
            self.left[folded(shown)] = replace(sheet, name=shown)


def _says_nothing(sheet: Sheet) -> bool:
    """Whether a sheet has at most its header."""
    return sum(any(not is_blank(cell) for cell in row) for row in sheet.rows) <= 1
