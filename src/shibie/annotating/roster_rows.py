"""Where the tables of a roster stand in its workbook: which row is about which household."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shibie.annotating.additions import SheetAdditions
from shibie.rosters.cells import Cell, CellError, is_blank, read_cell
from shibie.rosters.layout import Layout, Placed
from shibie.rosters.national_export import HOUSEHOLD_ID, filled_down
from shibie.rosters.own_additions import is_own


@dataclass(frozen=True)
class TableOnSheet:
    """A table of the roster as it stands on a sheet.

    Attributes:
        name: of the sheet.
        shown: how messages name it.
        header_row: from 1.
        columns: the fields' columns, from 0.
        rows: the cells; row 1 of the sheet is the first.
        placed: the sheet with its header.
    """

    name: str
    shown: str
    header_row: int
    columns: Mapping[str, int]
    rows: Sequence[Sequence[Cell]]
    placed: Placed

    @property
    def titles(self) -> Sequence[Cell]:
        """The row of the titles; none where the columns were named otherwise."""
        return self.rows[self.header_row - 1]

    @property
    def own(self) -> dict[str, int]:
        """The columns that the product added before, by title."""
        return {str(text): at for at, text in enumerate(self.titles) if is_own(text)}

    def column_of(self, field: str) -> int:
        """Where a field stands; where it has no column, the household's number, or the first."""
        for name in (field, HOUSEHOLD_ID):
            if name in self.columns:
                return self.columns[name]
        return min(self.columns.values(), default=0)

    def additions(self) -> SheetAdditions:
        """Nothing yet, for this sheet."""
        width = max(map(len, self.rows), default=0)
        return SheetAdditions(self.header_row, tuple(self.titles), width, own=self.own)

    def below(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows below the titles, with their numbers."""
        yield from enumerate(self.rows[self.header_row :], start=self.header_row + 1)

    def text(self, row: Sequence[Cell], at: int | None) -> str:
        """What stands in a column of a row."""
        return "" if at is None or at >= len(row) or is_blank(row[at]) else str(row[at]).strip()


def tables_of(layout: Layout) -> list[TableOnSheet]:
    """All tables of a roster, the households' first."""
    several = (
        layout.households, layout.members, layout.adjudications, layout.steps, layout.acts,
        *layout.registers.values(),
    )  # fmt: skip
    return [table_of(placed) for placed in several if placed is not None]


def table_of(placed: Placed) -> TableOnSheet:
    """One table."""
    sheet, header = placed.sheet, placed.header
    columns = {spec.name: at for at, spec in header.columns.items()}
    return TableOnSheet(sheet.name, sheet.shown, header.row, columns, sheet.rows, placed)


def households_by_row(table: TableOnSheet, is_persons: bool, as_of: date) -> dict[int, str]:
    """The household number of each row; empty where a row has something, but no number.

    Args:
        table: of households, or of persons with their households.
        is_persons: whether a number may stand in the first of its rows alone, as in merged cells.
        as_of: the day of judgement.
    """
    placed = table.placed
    sheet = placed.sheet
    if is_persons:
        sheet = filled_down(sheet, placed.header.row, placed.header.columns)
    at = table.columns[HOUSEHOLD_ID]
    spec = placed.header.columns[at]
    found = {}
    for number, row in enumerate(sheet.rows[placed.header.row :], start=placed.header.row + 1):
        if all(column >= len(row) or is_blank(row[column]) for column in table.columns.values()):
            continue
        try:
            value = read_cell(row[at] if at < len(row) else None, spec, as_of)
        except CellError:
            value = None
        found[number] = str(value or "")
    return found
