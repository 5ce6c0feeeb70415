"""A roster that is no workbook of XML sheets (.xls, .ods, .csv …) given back as a new workbook."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from shibie.annotating.additions import AddedColumn, Additions, SheetAdditions
from shibie.annotating.styles import MARKED
from shibie.results.workbook_questions import write_choice
from shibie.results.workbook_sheets import Sheets, new_book, printed_across, write_cell
from shibie.rosters.cells import Cell, is_blank
from shibie.rosters.sheets import Sheet

# What the name of a sheet may not hold, and how long it may be.
_NOT_IN_NAMES: Final = re.compile(r"[\[\]:*?/\\]")
_LONGEST: Final = 31
_WIDTH: Final = 14
# What a spreadsheet holds of a number without losing digits.
_SURE: Final = 10**15


def write_new(
    out: Path, sheets: Sequence[Sheet], names: Mapping[str, str], additions: Additions
) -> None:
    """Write the tables of a roster with what is added to them.

    Args:
        out: the .xlsx file.
        sheets: the tables, as they were read.
        names: of the new sheets, by the tables as messages name them; their own by default.
        additions: what is added.
    """
    replaced = {each.name for each in additions.new}
    with new_book(out) as book:
        looks = Sheets(book)
        for sheet in sheets:
            name = sheet_name(names.get(sheet.shown, sheet.name))
            if name not in replaced:
                added = additions.sheets.get(sheet.name, SheetAdditions(0))
                _NewSheet(book, looks, book.add_worksheet(name)).write(sheet, added)
        for new in additions.new:
            page = book.add_worksheet(sheet_name(new.name))
            text = book.add_format({"num_format": "@"})
            for at, width in enumerate(new.widths):
                page.set_column(at, at, width, text if at in new.texts else None)
            for number, row in enumerate(new.rows):
                for at, cell in enumerate(row):
                    if cell:
                        look = looks.header if number == 0 and not new.hidden else looks.plain
                        page.write_string(number, at, cell, look)
            for choice in new.choices:
                write_choice(page, choice)
            if new.hidden:
                page.hide()
            else:
                page.freeze_panes(1, 0)
                printed_across(page, header=0)


def sheet_name(text: str) -> str:
    """A name that a sheet may have.

    >>> sheet_name("registers/vehicles")
    'registers_vehicles'
    """
    return _NOT_IN_NAMES.sub("_", text).strip("'")[:_LONGEST]


class _NewSheet:
    """Writes one table."""

    def __init__(self, book: xlsxwriter.Workbook, looks: Sheets, page: Worksheet) -> None:
        self.book, self.looks, self.page = book, looks, page
        self.marked = book.add_format({"bg_color": f"#{MARKED}"})
        self.dated = book.add_format({"num_format": "yyyy-mm-dd"})
        self.marked_day = book.add_format({"bg_color": f"#{MARKED}", "num_format": "yyyy-mm-dd"})

    def write(self, sheet: Sheet, additions: SheetAdditions) -> None:
        """The cells of a table, with what is added."""
        gone = set(additions.own.values())
        comments: dict[tuple[int, int], str] = {}
        for mark in additions.marks:
            place = (mark.row - 1, mark.column)
            before = comments.get(place)
            comments[place] = f"{before}\n{mark.text}" if before else mark.text
        for number, row in enumerate(sheet.rows):
            below = number + 1 >= additions.header_row
            for at, cell in enumerate(row):
                if at not in gone or not below:
                    self.cell(number, at, cell, number + 1 == additions.header_row, comments)
        for place, text in comments.items():
            if len(sheet.rows) <= place[0] or len(sheet.rows[place[0]]) <= place[1]:
                self.page.write_blank(*place, None, self.marked)
            self.page.write_comment(*place, text, {"x_scale": 2})
        for row_number, texts in additions.rows.items():
            for at, said in texts.items():
                if said is None:
                    self.page.write_blank(row_number - 1, at, None)
                else:
                    self.page.write_string(row_number - 1, at, said)
        self.page.set_column(0, max(0, additions.width - 1), _WIDTH)
        at = max(additions.width, additions.last_title + 1)
        for column in additions.columns:
            place_of = additions.own.get(column.title)
            self.column(at if place_of is None else place_of, column, additions.header_row)
            at += place_of is None
        for choice in additions.choices:
            write_choice(self.page, choice)
        if additions.header_row:
            self.page.freeze_panes(additions.header_row, 0)

    def cell(
        self,
        number: int,
        at: int,
        cell: Cell,
        is_title: bool,
        comments: Mapping[tuple[int, int], str],
    ) -> None:
        """A cell as it was read: text stays text."""
        bad = (number, at) in comments
        look = self.looks.header if is_title else self.marked if bad else None
        if cell is None or (isinstance(cell, str) and cell == ""):
            if bad:
                self.page.write_blank(number, at, None, self.marked)
        elif isinstance(cell, date):
            self.page.write_datetime(number, at, cell, self.marked_day if bad else self.dated)
        elif isinstance(cell, bool):
            write_cell(self.page, number, at, cell, look or self.looks.plain)
        elif isinstance(cell, int | float | Decimal) and abs(float(cell)) < _SURE:
            self.page.write_number(number, at, float(cell), look)
        else:
            self.page.write_string(number, at, str(cell), look)

    def column(self, at: int, column: AddedColumn, header_row: int) -> None:
        """An added column."""
        self.page.set_column(at, at, column.width)
        self.page.write_string(header_row - 1, at, column.title, self.looks.header)
        for row, text in column.cells.items():
            color = column.colors.get(text)
            look = self.looks.filled(f"#{color}") if color else None
            if not is_blank(text):
                self.page.write_string(row - 1, at, text, look)
