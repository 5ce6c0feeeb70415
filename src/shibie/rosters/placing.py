"""One sheet as one table: its header, what a form says of it, its rows in the product's own form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from shibie.errors import InputError, Problem, Words
from shibie.forms.form import TableForm
from shibie.forms.reading import shipped_forms
from shibie.rosters.fitting import Fit, fitted
from shibie.rosters.header_labels import Label, plain, text_of
from shibie.rosters.header_units import UnitError, factor, table_wide_unit
from shibie.rosters.headers import Header, ignored_note
from shibie.rosters.household_keys import SERIALS, key_columns
from shibie.rosters.left_out import LeftOut
from shibie.rosters.mapping_said import mapping_said
from shibie.rosters.place_rows import VILLAGE, village_above
from shibie.rosters.sheets import Sheet
from shibie.rosters.stated import stated_columns
from shibie.rosters.table_names import village_of
from shibie.vocabulary import FieldSpec, folded, in_zone


@dataclass(frozen=True)
class Unread:
    """The columns of a sheet that no field answers to.

    Attributes:
        sheet: as it was given.
        header: names them.
        specs: the fields that they could have been.
    """

    sheet: Sheet
    header: Header
    specs: Sequence[FieldSpec]


@dataclass(frozen=True)
class Placed:
    """A table that was found: its sheet, and which column holds which field.

    Attributes:
        sheet: in the product's own form.
        header: which column holds which field.
        mapping: how it was read, where its own form is another.
        unread: of each sheet that it is made of, the columns that no field answers to.
    """

    sheet: Sheet
    header: Header
    mapping: Mapping[str, Any] | None = None
    unread: tuple[Unread, ...] = ()


def form_of(sheet: Sheet, given: TableForm | None) -> TableForm | None:
    """The form of a sheet: the one that was given, or a shipped one that it is recognised by.

    Args:
        sheet: is recognised by its headers.
        given: the form that was asked for.
    """
    texts = {folded(text) for row in sheet.head for cell in row if (text := text_of(cell))}
    bare = texts | {spelling for text in texts for spelling in Label(text).spellings}
    if given is not None:
        return given
    fitting = [
        each for each in shipped_forms() if each.recognised_by and each.recognised_by <= bare
    ]
    # Of two the one that is told by more headers is meant.
    return max(fitting, key=lambda form: len(form.recognised_by), default=None)


@dataclass(frozen=True)
class Placing:
    """How sheets become tables.

    Attributes:
        as_of: the day of judgement.
        places: the fields of places that a roster may have.
        number: that of household numbers.
        time_zone: in which a moment that tells its own zone is a day.
    """

    as_of: date
    places: Mapping[str, FieldSpec]
    number: FieldSpec
    time_zone: str = ""

    def place(
        self, sheet: Sheet, header: Header, form: TableForm | None, specs: Sequence[FieldSpec], *,
        persons: bool = False, prefix: str = "", lists: bool = True,
        members: Callable[[], Mapping[str, int]] | None = None,
    ) -> tuple[Placed, list[Words]]:  # fmt: skip
        """A sheet as a table of the product's own form, with what is to be said of it.

        Args:
            sheet: as it was given.
            header: its header.
            form: what says more of its columns.
            specs: the fields that it may have.
            persons: whether its rows are of households or their persons.
            prefix: what goes before household numbers that other sheets have, too.
            lists: whether it is a list that people may close with a total.
            members: of a table of households alone, how many rows of members each has.

        Raises:
            InputError: for units that cannot be converted.
        """
        header = self._dated(header, form)
        fit = Fit(
            header,
            units=self._units(sheet, header),
            words={at: use.words for at, use in header.uses.items() if use.words},
            lists=lists,
        )
        if persons:
            fit = self._of_persons(fit, sheet, form, {spec.name for spec in specs}, prefix, members)
        fitted_sheet, fitted_header, notes, out = fitted(sheet, fit, self.as_of, form)
        if out.others:
            raise InputError([_another_header(sheet, header, *each) for each in out.others.items()])
        self._unit_below(sheet, header, out)
        mapping = mapping_said(sheet, fit, form if persons else None, out)
        said = list(notes)
        if form is not None and persons:
            said.insert(0, _recognised(sheet, form, header))
        left = _left(header, fit)
        note = ignored_note(sheet, left, specs)
        unread = (Unread(sheet, left, specs),) if left.ignored else ()
        table = Placed(fitted_sheet, fitted_header, mapping, unread)
        return table, [*said, note] if note else said

    def _dated(self, header: Header, form: TableForm | None) -> Header:
        """The header with what a form says of dates without a day, and in which zone days are."""
        dated = in_zone(header.columns.values(), self.time_zone)
        day = form.day if form else None
        columns = {
            index: replace(spec, incomplete=day) if day and spec.type == "date" else spec
            for index, spec in zip(header.columns, dated, strict=True)
        }
        return replace(header, columns=columns)

    def _of_persons(
        self, fit: Fit, sheet: Sheet, form: TableForm | None, fields: Set[str], prefix: str,
        members: Callable[[], Mapping[str, int]] | None,
    ) -> Fit:  # fmt: skip
        header, names = fit.header, fit.header.names
        of = {spec.name: index for index, spec in header.columns.items()}
        of_form = {at: use.states for at, use in header.uses.items() if use.states}
        unasked = form.unasked if form else ()
        groups = (tuple(of[name] for name in group if name in of) for group in unasked)
        places = {name: spec for name, spec in self.places.items() if name in fields}
        of_sheet = of_title = ""
        if VILLAGE in places and VILLAGE not in names:
            of_sheet = village_of(sheet.name)
            above = [] if sheet.named or of_sheet else sheet.head[: header.begins - 1]
            of_title = village_above(text_of(cell) for row in above for cell in row)
        keys = None
        if self.number.name not in names:
            keys = key_columns(
                header.labels, header.columns, *((form.serial, form.head) if form else ())
            )
        return replace(
            fit,
            checked=stated_columns(header.labels, header.columns, of_form),
            unasked=tuple(group for group in groups if group),
            keys=keys,
            places=places,
            place={VILLAGE: of_sheet or of_title} if of_sheet or of_title else {},
            by_title=bool(of_title),
            prefix=prefix,
            number=self.number,
            members=members,
        )

    def _unit_below(self, sheet: Sheet, header: Header, out: LeftOut) -> None:
        """Refuse a unit that only a note below the table states.

        Raises:
            InputError: with the row of the note.
        """
        for number, row in out.notes.items():
            stated = table_wide_unit([row])
            for index, spec in header.columns.items() if stated else ():
                label = header.labels.get(index, Label(spec.title))
                try:
                    same = factor(label, spec, stated) == factor(label, spec, "元")
                except UnitError:
                    same = False
                if not same and spec.type == "money" and factor(label, spec) is None:
                    raise InputError([_said_below(sheet, number, stated, label)])

    def _units(self, sheet: Sheet, header: Header) -> dict[int, tuple[str, Fraction]]:
        wide = (
            "" if sheet.named else table_wide_unit([[sheet.name], *sheet.head[: header.begins - 1]])
        )
        found, problems = {}, []
        for index, spec in header.columns.items():
            label, use = header.labels.get(index, Label(spec.title)), header.uses.get(index)
            if use is not None and use.unit:
                label = Label(f"{label.text}({use.unit})")
            try:
                unit = factor(label, spec, wide)
            except UnitError as error:
                problems.append(
                    Problem(
                        f"{sheet.shown}!{header.row}",
                        Words(
                            f"栏目“{label.text}”：{error.reason.zh}",
                            f"column '{label.text}': {error.reason.en}",
                        ),
                        suggestion=Words(
                            f"请按“{spec.unit or '元'}”填写，或改正栏目中的单位",
                            f"write it in '{spec.unit or '元'}', or mend the unit in the header",
                        ),
                    )
                )
                continue
            if unit is not None and unit[1] != 1:
                found[index] = unit
        if problems:
            raise InputError(problems)
        return found


def _another_header(sheet: Sheet, header: Header, row: int, text: str) -> Problem:
    return Problem(
        f"{sheet.shown}!{row}",
        Words(
            f"这一行的表头与第 {header.row} 行的不同（“{text}”），下面的行不能照第 {header.row} 行读",
            f"the header here is not that of row {header.row} ('{text}'): the rows below it cannot"
            " be read by that one",
        ),
        suggestion=Words(
            "请分成两张工作表，或改成同样的栏目和单位",
            "put them on two sheets, or use the same columns and units",
        ),
    )


def _said_below(sheet: Sheet, row: int, stated: str, label: Label) -> Problem:
    return Problem(
        f"{sheet.shown}!{row}",
        Words(
            f"表下的说明写的单位是{stated}，而栏目“{label.text}”没有写单位",
            f"a note below the table says {stated}, and the column '{label.text}' states no unit",
        ),
        suggestion=Words(
            f"请把单位写进栏目，如“{label.text}（{stated}）”，或删去这条说明",
            f"write the unit in the header, such as '{label.text}({stated})', or delete the note",
        ),
    )


def _left(header: Header, fit: Fit) -> Header:
    """The header without the columns that are used for something else than a field."""
    keys = fit.keys
    used = {*fit.checked, *((keys.serial, keys.head) if keys else ())}
    texts = {header.labels[at].text for at in used if at is not None and at in header.labels}
    # A serial number of rows is on every list and means nothing.
    texts |= {label.text for label in header.labels.values() if plain(label.text) in SERIALS}
    left = [
        (at, text)
        for at, text in zip(header.ignored_at, header.ignored, strict=True)
        if text not in texts
    ]
    return replace(
        header, ignored=tuple(text for _, text in left), ignored_at=tuple(at for at, _ in left)
    )


def _recognised(sheet: Sheet, form: TableForm, header: Header) -> Words:
    unused = "、".join(
        header.labels[at].text
        for at, use in header.uses.items()
        if at not in header.columns and not use.states
    )
    rest = f"；这些栏目规则不用：{unused}" if unused else ""
    more = f"; columns that rules do not use: {unused}" if unused else ""
    return Words(
        f"{sheet.shown}：认作“{form.title}”{rest}",
        f"{sheet.shown}: read by the form '{form.id}'{more}",
    )
