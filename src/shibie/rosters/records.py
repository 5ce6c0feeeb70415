"""Rows of a sheet as typed records, each with its faults."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from shibie.case import Value
from shibie.citizen_id import mask
from shibie.errors import Words
from shibie.health_words import NOT_SHOWN, tells_of_health
from shibie.registers.masked_numbers import is_masked
from shibie.rosters import stated
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import NOT_ASKED, Cell, as_written, read_cell, shown
from shibie.rosters.headers import Header
from shibie.rosters.sheets import Sheet
from shibie.rosters.shown_headers import WITHHELD
from shibie.shown_text import one_line, shown_household, shown_line
from shibie.vocabulary import FieldSpec

# Columns of names: in these such signs are no words of health.
_NAMES = frozenset(("head", "name"))
# Where a household's or member's own number is told.
_NUMBERS_OF = frozenset(("", "household_id", "member_id"))


def sensitive(specs: Iterable[FieldSpec]) -> frozenset[str]:
    """The names of the fields whose values no message shows."""
    return frozenset(spec.name for spec in specs if spec.sensitive or spec.type == "citizen_id")


def as_text(value: Value) -> str:
    """A typed value as a message shows it.

    >>> as_text(frozenset(("残疾", "患有大病")))
    '患有大病|残疾'
    """
    return "|".join(sorted(value)) if isinstance(value, frozenset) else str(value)


@dataclass(frozen=True)
class Rejection:
    """One fault that kept a row, or a household, out.

    Whatever shows a fault shows it as it is held here: numbers of people are masked also where
    they stand in a column of something else, words of illness are left out, and all is one line.

    Attributes:
        source: sheet or file.
        row: row number in it, from 1.
        field: English name of the field; empty when it concerns the whole row.
        value: what was found, without identity numbers and health, in any column.
        reason: what was wrong and what was expected.
        household_id: the household it concerns, if known.
        code: what kind of fault it is: one of `errors.CODES`.
        written: what was found, whole, for a file that is asked to show numbers.
    """

    source: str
    row: int
    field: str
    value: str
    reason: Words
    household_id: str | None = None
    code: str = "invalid"
    written: str = dataclasses.field(default="", repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "written", one_line(self.written or self.value))
        safe, reason = self._shown(), self.reason
        if self.value in WITHHELD or (self.field not in _NAMES and tells_of_health(self.value)):
            safe = NOT_SHOWN
            # Some reasons repeat what was found.
            reason = Words(*(said.replace(f"“{self.value}”", NOT_SHOWN) for said in reason))
        reason = Words(*map(shown_line, reason))
        object.__setattr__(self, "value", safe)
        object.__setattr__(self, "reason", reason)

    def _shown(self) -> str:
        """What was found, as text."""
        if self.field in _NUMBERS_OF:
            return shown_household(self.value)
        return shown_line(self.value)


@dataclass(frozen=True)
class TypedRow:
    """One typed row; a field whose column is absent has no key, a blank one is None.

    Attributes:
        source: sheet or file.
        number: row number in the table, from 1.
        values: typed values by field name.
        faults: its unreadable cells.
        masked: fields whose values no message shows.
        unusable: of a register's row, what stands in place of a citizen number that could be
            matched: a masked number, which is no fault, or a wrong one, which is.
        written_at: the row of its sheet, where the table was put together from several.
    """

    source: str
    number: int
    values: Mapping[str, Value]
    faults: tuple[Rejection, ...] = ()
    masked: frozenset[str] = frozenset()
    unusable: str = ""
    written_at: int = 0

    @property
    def row(self) -> int:
        """Its row as its owner sees it: in the sheet that it was written in."""
        return self.written_at or self.number

    def rejection(self, name: str, value: str, reason: Words, code: str = "invalid") -> Rejection:
        """A fault of this row."""
        safe = mask(value) if name in self.masked else value
        household_id = self.values.get("household_id")
        return Rejection(
            self.source,
            self.row,
            name,
            safe,
            reason,
            str(household_id) if household_id else None,
            code,
            value,
        )


@dataclass(frozen=True)
class RowTable:
    """A table of typed records."""

    shown: str
    fields: frozenset[str]
    records: tuple[TypedRow, ...] = field(repr=False, default=())


def read_table(sheet: Sheet, header: Header, as_of: date, match: str = "") -> RowTable:
    """The typed records below a header; rows that are blank throughout are skipped.

    Args:
        sheet: holds them.
        header: says which column is which field.
        as_of: the day of judgement.
        match: of a register, the column by which its rows are matched.
    """
    return RowTable(sheet.shown, header.names, tuple(_records(sheet, header, as_of, match)))


def _records(sheet: Sheet, header: Header, as_of: date, match: str) -> Iterator[TypedRow]:
    # The same text occurs in a column thousands of times; each is read once.
    columns: list[tuple[int, FieldSpec, dict[str, Value | CellError]]] = [
        (index, spec, {}) for index, spec in header.columns.items()
    ]
    masked = sensitive(header.columns.values())
    supposed = {name: code for name, code in header.supposed.items() if name not in header.names}
    for number, row in enumerate(sheet.rows[header.row :], start=header.row + 1):
        values: dict[str, Value] = {}
        bad: list[tuple[FieldSpec, Cell, CellError]] = []
        unusable = ""
        for index, spec, texts in columns:
            cell = row[index] if index < len(row) else None
            if cell is NOT_ASKED:
                continue
            if type(cell) is not str:
                found = _read(cell, spec, as_of)
            elif cell in texts:
                found = texts[cell]
            else:
                found = texts[cell] = _read(cell, spec, as_of)
            if not isinstance(found, CellError):
                if spec.name not in stated.NAMES:
                    values[spec.name] = found
                continue
            if spec.name == match:
                unusable = as_written(cell)
                if is_masked(unusable):
                    # It is as it was meant to be given out.
                    values[spec.name] = None
                    continue
            bad.append((spec, cell, found))
        if not bad and not unusable and not any(value is not None for value in values.values()):
            continue
        values.update(supposed)
        household_id = values.get("household_id")
        source, written_at = sheet.origin(number)
        faults = tuple(
            Rejection(
                source, written_at, spec.name, shown(cell, spec), error.reason,
                str(household_id) if household_id else None, error.code, as_written(cell),
            )
            for spec, cell, error in bad
        )  # fmt: skip
        yield TypedRow(source, number, values, faults, masked, unusable, written_at)


def _read(cell: Cell, spec: FieldSpec, as_of: date) -> Value | CellError:
    try:
        return read_cell(cell, spec, as_of)
    except CellError as error:
        return error
