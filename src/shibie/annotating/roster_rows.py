"""Where the tables of a roster stand in its workbook: which row is about which household."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from shibie.annotating.additions import SheetAdditions
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import Cell, is_blank, read_cell
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.layout import Layout, Placed
from shibie.rosters.national_export import HOUSEHOLD_ID, filled_down
from shibie.rosters.own_additions import is_own


@dataclass(frozen=True)
class TableOnSheet:
    """A table of the roster, or a part of it, as it stands on a sheet of the workbook.

    Attributes:
        name: of the sheet.
        shown: how messages name it.
        header_row: the last row of its header, from 1.
        columns: the fields' columns, from 0.
        rows: the cells as they stand there; row 1 of the sheet is the first.
        begins: the first row of its header.
        households: of the households' table, the number of each row; empty where a row has
            something, but no number.
    """

    name: str
    shown: str
    header_row: int
    columns: Mapping[str, int]
    rows: Sequence[Sequence[Cell]] = field(repr=False)
    begins: int
    households: Mapping[int, str] = field(default_factory=dict, repr=False)

    @property
    def titles(self) -> list[str]:
        """What stands above each column; of a column that is read, at least its field."""
        above = self.rows[self.begins - 1 : self.header_row]
        fields = {at: name for name, at in self.columns.items()}
        width = max(max(map(len, above), default=0), max(fields, default=-1) + 1)
        found = []
        for at in range(width):
            texts = [str(row[at]) for row in above if at < len(row) and not is_blank(row[at])]
            found.append(texts[-1] if texts else fields.get(at, ""))
        return found

    @property
    def own(self) -> dict[str, int]:
        """The columns that the product added before, by title."""
        row = self.rows[self.header_row - 1] if self.header_row else ()
        return {str(text): at for at, text in enumerate(row) if is_own(text)}

    def column_of(self, name: str) -> int:
        """Where a field stands; where it has no column, the household's number, or the first."""
        for each in (name, HOUSEHOLD_ID):
            if each in self.columns:
                return self.columns[each]
        return min(self.columns.values(), default=0)

    def additions(self) -> SheetAdditions:
        """Nothing yet, for this sheet."""
        width = max(map(len, self.rows), default=0)
        return SheetAdditions(self.header_row, self.titles, width, own=self.own)

    def below(self) -> Iterator[tuple[int, Sequence[Cell]]]:
        """The rows below the titles, with their numbers."""
        yield from enumerate(self.rows[self.header_row :], start=self.header_row + 1)

    def text(self, row: Sequence[Cell], at: int | None) -> str:
        """What stands in a column of a row."""
        return "" if at is None or at >= len(row) or is_blank(row[at]) else str(row[at]).strip()


def household_tables(given: GivenRoster) -> list[TableOnSheet]:
    """The households' table, on each sheet that it was put together from."""
    layout = given.layout
    return _on_sheets(given, layout.households, _households(given, layout))


def other_tables(given: GivenRoster) -> list[TableOnSheet]:
    """All other tables of a roster."""
    layout = given.layout
    several = (
        layout.members, layout.adjudications, layout.steps, layout.acts,
        *layout.registers.values(), *layout.helping.values(),
    )  # fmt: skip
    return [table for each in several if each for table in _on_sheets(given, each)]


def verdict_table(given: GivenRoster) -> TableOnSheet | None:
    """The table of verdicts, if the workbook has one."""
    placed = given.layout.adjudications
    return next(iter(_on_sheets(given, placed)), None) if placed else None


def _on_sheets(
    given: GivenRoster, placed: Placed, households: Mapping[str, Mapping[int, str]] | None = None
) -> list[TableOnSheet]:
    """A table on the sheets of the workbook that it was written in."""
    sheets = {sheet.shown: sheet for sheet in given.sheets}
    header, origins = placed.header, placed.sheet.origins
    if origins is None:
        columns = {spec.name: at for at, spec in header.columns.items()}
        parts = [(placed.sheet.shown, header.row, header.begins, columns)]
    else:
        parts = [
            (shown, first - 1, first - 1, dict(columns))
            for shown, first, columns in zip(
                origins.sheets, origins.rows, origins.columns, strict=True
            )
        ]
    found = []
    for shown, row, begins, columns in parts:
        if shown in given.beside or shown not in sheets:
            continue
        sheet = sheets[shown]
        width = max(map(len, sheet.head), default=0)
        # Household numbers that were made of others have no column on the sheet.
        there = {name: at for name, at in columns.items() if at < width}
        of_row = (households or {}).get(shown, {})
        found.append(TableOnSheet(sheet.name, shown, row, there, sheet.rows, begins, of_row))
    return found


def _households(given: GivenRoster, layout: Layout) -> dict[str, dict[int, str]]:
    """The household number of each row, by sheet."""
    placed = layout.households
    sheet, header = placed.sheet, placed.header
    if layout.members is None:
        # A number may stand in the first of its rows alone, as in merged cells.
        sheet = filled_down(sheet, header.row, header.columns)
    (at,) = (at for at, spec in header.columns.items() if spec.name == HOUSEHOLD_ID)
    spec, read = header.columns[at], sorted(header.columns)
    found: dict[str, dict[int, str]] = {}
    for number, row in enumerate(sheet.rows[header.row :], start=header.row + 1):
        if all(column >= len(row) or is_blank(row[column]) for column in read):
            continue
        try:
            value = read_cell(row[at] if at < len(row) else None, spec, given.as_of)
        except CellError:
            value = None
        shown, original = placed.sheet.origin(number)
        found.setdefault(shown, {})[original] = str(value or "")
    return found
