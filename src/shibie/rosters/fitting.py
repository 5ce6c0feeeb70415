"""A sheet as people hold it → the same sheet in the product's own form, row by row.

Rows keep their numbers and columns their places, so that whatever is said of them later is
said of the file as its owner sees it. What need not be changed is not read here.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Final, overload

from shibie.errors import Words
from shibie.forms.form import Stated, TableForm
from shibie.rosters import stated
from shibie.rosters.cells import NOT_ASKED, Cell, as_written, is_blank, reads_as
from shibie.rosters.converted_cells import converted
from shibie.rosters.fitting_notes import numbered_note, places_note, unit_note, village_note
from shibie.rosters.headers import Header
from shibie.rosters.household_keys import KeyColumns, household_numbers
from shibie.rosters.left_out import LeftOut, left_out
from shibie.rosters.place_rows import PLACES, VILLAGE, Places
from shibie.rosters.sheets import Cells, Sheet
from shibie.vocabulary import HEAD, STATED, FieldSpec, folded

_NO_FORM: Final = TableForm("", "")


@dataclass(frozen=True)
class Fit:
    """How the rows of one sheet become rows of the product's own form.

    Attributes:
        header: of the sheet.
        units: column → the unit that it is in, and by what its numbers are multiplied.
        words: column → what its words mean.
        checked: column → what it states that is checked.
        unasked: sets of columns; of a person of whom all of a set are blank they are not asked.
        keys: the columns that tell households apart, where they have no numbers.
        places: the fields of a place that a row between families may name: village, group.
        place: what is known of the place of the whole sheet.
        by_title: whether that is said above the header, else by the sheet's name.
        prefix: what household numbers begin with that other sheets have, too.
        number: the field of household numbers.
        members: how many rows of members each household has, where they are in another sheet.
        lists: whether it is a list of households, persons or records, which people close with a
            total; not the product's own table of verdicts or steps.
    """

    header: Header
    units: Mapping[int, tuple[str, Fraction]] = field(default_factory=dict)
    words: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    checked: Mapping[int, Stated] = field(default_factory=dict)
    unasked: tuple[tuple[int, ...], ...] = ()
    keys: KeyColumns | None = None
    places: Mapping[str, FieldSpec] = field(default_factory=dict)
    place: Mapping[str, str] = field(default_factory=dict)
    by_title: bool = False
    prefix: str = ""
    number: FieldSpec | None = None
    members: Callable[[], Mapping[str, int]] | None = None
    lists: bool = True

    @property
    def changes(self) -> bool:
        """Whether any cell is another in the product's own form."""
        return any(
            (
                self.units,
                self.words,
                self.checked,
                self.unasked,
                self.keys,
                self.place,
                self.prefix,
            )
        )


class FittedRows(Sequence[Cells]):
    """The rows of a table in another form, made while they are gone through.

    Args:
        first: those that are known: of a sheet its header.
        length: how many there are.
        made: makes them all.
    """

    def __init__(
        self, first: Sequence[Cells], length: Callable[[], int], made: Callable[[], Iterator[Cells]]
    ) -> None:
        self._first, self._length, self._made = tuple(first), length, made

    def __iter__(self) -> Iterator[Cells]:
        return self._made()

    def __bool__(self) -> bool:
        return bool(self._first) or len(self) > 0

    def __len__(self) -> int:
        return self._length()

    @overload
    def __getitem__(self, index: int) -> Cells: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Cells]: ...
    def __getitem__(self, index: int | slice) -> Cells | Sequence[Cells]:
        if isinstance(index, slice):
            if (
                index.start is None
                and index.stop is not None
                and 0 <= index.stop <= len(self._first)
            ):
                return self._first[index]
        elif 0 <= index < len(self._first):
            return self._first[index]
        return tuple(self)[index]


def fitted(
    sheet: Sheet, fit: Fit, as_of: date, form: TableForm | None = None
) -> tuple[Sheet, Header, tuple[Words, ...], LeftOut]:
    """The sheet and its header in the product's own form, what is said of it, and what was left out.

    Args:
        sheet: as it was given.
        fit: how its rows are read.
        as_of: the day of judgement.
        form: says what further rows are left out.
    """
    header = fit.header
    leave_out = (form or _NO_FORM).leave_out
    out = left_out(sheet, header, leave_out, fit.places) if fit.lists else LeftOut({})
    notes = [note for note in (out.note(sheet),) if note]
    if not fit.changes and not out.rows:
        return sheet, header, tuple(notes), out
    columns = dict(header.columns)
    for index, kind in fit.checked.items():
        columns[index] = STATED[kind]
    width = max(map(len, sheet.head), default=0)
    if fit.keys is not None and fit.number is not None:
        columns[width] = fit.number
        notes.append(numbered_note(sheet))
    rows = _Rows(sheet, fit, out, as_of, width)
    for name, index in rows.place_columns.items():
        columns[index] = fit.places[name]
    if fit.place:
        notes.append(village_note(sheet, fit.place[VILLAGE] if fit.by_title else ""))
    for name in dict.fromkeys(each.field for each in out.places.values()):
        notes.append(places_note(sheet, fit.places[name], out.places.values()))
    for index, (unit, times) in fit.units.items():
        if times != 1:
            notes.append(unit_note(sheet, columns[index], unit, times))
    made: Sequence[Cells]
    if sheet.file is None:
        made = tuple(rows.made())
    else:
        # A file may be of any size: its rows are made each time they are gone through.
        made = FittedRows(sheet.rows[: header.row], lambda: len(sheet.rows), rows.made)
    table = replace(sheet, rows=made, file=None)
    return table, replace(header, columns=columns), tuple(notes), out


class _Rows:
    """Makes the rows of one sheet; what is told by all of them together is found once."""

    def __init__(self, sheet: Sheet, fit: Fit, out: LeftOut, as_of: date, width: int) -> None:
        self.sheet, self.fit, self.out = sheet, fit, out
        self.as_of, self.width = as_of, width
        self.of = {spec.name: index for index, spec in fit.header.columns.items()}
        self.places = Places(fit.place, out.places)
        named = {*fit.place, *(each.field for each in out.places.values())}
        # Behind the columns that the sheet has, and behind that of household numbers.
        self.place_columns = {
            name: width + 1 + at for at, name in enumerate(PLACES) if name in named
        }

    def table(self) -> Iterator[tuple[int, Cells]]:
        """The rows of the table with their numbers."""
        start = self.fit.header.row + 1
        for number, row in enumerate(self.sheet.rows[start - 1 :], start=start):
            if number not in self.out.rows:
                yield number, row

    def made(self) -> Iterator[Cells]:
        """Every row of the sheet: what is no part of the table is blank."""
        header = self.fit.header.row
        yield from self.sheet.rows[:header]
        numbers, sizes = self.numbers, self.sizes
        last: Cell = None
        for number, row in enumerate(self.sheet.rows[header:], start=header + 1):
            if number in self.out.rows:
                yield ()
                continue
            key = numbers.get(number) if self.fit.keys else _at(row, self.of.get("household_id"))
            last = last if is_blank(key) else key
            yield self._row(row, key, sizes.get(_key(last), 0), self.places.of(number))

    def _row(self, row: Cells, key: Cell, size: int, place: Mapping[str, str]) -> Cells:
        if all(map(is_blank, row)):
            return ()
        fit, cells = self.fit, [*row, *[None] * (self.width - len(row))]
        for index, (unit, times) in fit.units.items():
            cells[index] = converted(cells[index], unit, times)
        for index, words in fit.words.items():
            if not is_blank(cells[index]):
                cells[index] = words.get(folded(as_written(cells[index])), cells[index])
        for index, kind in fit.checked.items():
            cells[index] = self._checked(kind, cells[index], row, size)
        for group in fit.unasked:
            if all(is_blank(cells[index]) for index in group):
                for index in group:
                    cells[index] = NOT_ASKED
        if fit.prefix and fit.keys is None and not is_blank(key):
            cells[self.of["household_id"]] = f"{fit.prefix}-{as_written(key)}"
        if fit.keys is not None or self.place_columns:
            cells += [None] * (self.width + 1 + len(PLACES) - len(cells))
            if fit.keys is not None:
                cells[self.width] = key
            for name, index in self.place_columns.items():
                cells[index] = place.get(name)
        return tuple(cells)

    def _checked(self, kind: Stated, cell: Cell, row: Cells, size: int) -> Cell:
        if kind == "household_size":
            return stated.checked_size(cell, size)
        number = _at(row, self.of.get("id_number"))
        return stated.OF_PERSON[kind](cell, number, self.as_of)

    @cached_property
    def numbers(self) -> dict[int, Cell]:
        """The household number of each row, where the table has none."""
        keys = self.fit.keys
        if keys is None:
            return {}
        columns, prefix = self.fit.header.columns, self.fit.prefix

        def is_head(cell: Cell) -> bool:
            return keys.relation is not None and reads_as(cell, columns[keys.relation], HEAD)

        # Villages that rows name count their families anew, each for itself.
        of_village: defaultdict[str, list[tuple[int, Cells]]] = defaultdict(list)
        for number, row in self.table():
            of_village[self.places.of(number).get(VILLAGE, "")].append((number, row))
        named = {each.name for each in self.out.places.values()}
        found: dict[int, Cell] = {}
        for village, rows in of_village.items():
            parts = (prefix, village) if village in named else (prefix or village,)
            begins = "-".join(filter(None, parts))
            found |= household_numbers(rows, keys, begins, is_head)
        return found

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """How many rows of persons each household has, where a column states how many."""
        if "household_size" not in self.fit.checked.values():
            return {}
        return self.fit.members() if self.fit.members else self._counted()

    def _counted(self) -> Mapping[str, int]:
        if self.fit.keys is not None:
            return Counter(map(_key, self.numbers.values()))
        return household_sizes(self.table(), self.of["household_id"], self.of.get("relation"))


def household_sizes(
    rows: Iterable[tuple[int, Cells]], number: int, relation: int | None = None
) -> Mapping[str, int]:
    """How many rows each household number has; a blank one, of merged cells, is the one above's.

    Args:
        rows: of a table, with their numbers.
        number: the column of household numbers.
        relation: that of relations to the head, where a row without one is no person's.
    """
    counts: Counter[str] = Counter()
    last: Cell = None
    for _, row in rows:
        key = _at(row, number)
        last = last if is_blank(key) else key
        if not is_blank(key) or (relation is not None and not is_blank(_at(row, relation))):
            counts[_key(last)] += 1
    return counts


def _at(row: Cells, index: int | None) -> Cell:
    return None if index is None or index >= len(row) else row[index]


def _key(cell: Cell) -> str:
    return folded(as_written(cell))
