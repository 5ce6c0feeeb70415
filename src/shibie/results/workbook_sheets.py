"""Workbooks: how a sheet looks, how a cell is written, and a book that is there whole or not at all."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from shibie.atomic import new_file, new_files
from shibie.errors import Lang, Words
from shibie.results.files import CsvStyle, write_table
from shibie.results.table import KEYS, Table
from shibie.rosters.parquet import LIST_SEPARATOR
from shibie.shown_text import inert, shown

MAX_WIDTH, HEADER_WIDTH = 60, 14
LINE_HEIGHT = 15
A4 = 9
# What a cell of a workbook holds at most; xlsxwriter would leave a longer one out without a word.
MOST_CHARACTERS = 32_767
# And a sheet: as many rows, the header among them.
MOST_ROWS = 1_048_576 - 1


@contextmanager
def new_book(out: Path, row_by_row: bool = False) -> Iterator[xlsxwriter.Workbook]:
    """A workbook to write sheets into; it becomes `out` only if all went well.

    No text becomes a formula, a link or a number, whatever a clerk has typed.

    Args:
        out: the .xlsx file.
        row_by_row: hold one row of each sheet, for books that memory does not hold; rows must
            then be written from top to bottom.

    Raises:
        InputError: when the place cannot be written to.
    """
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with new_file(out) as path:
        # Its own scratch files hold what the sheets hold: they lie where nobody else reads.
        how = plain | {"constant_memory": row_by_row, "tmpdir": str(path.parent)}
        book = xlsxwriter.Workbook(str(path), how)
        yield book
        try:
            book.close()
        except xlsxwriter.exceptions.FileCreateError as error:
            (cause,) = error.args or (error,)
            raise (cause if isinstance(cause, OSError) else OSError(str(cause))) from error


def write_book(
    out: Path, tables: Iterable[Table], titles: Mapping[str, Words], lang: Lang = "zh"
) -> None:
    """Write tables as a workbook, a sheet a table.

    Args:
        out: the .xlsx file; an older one is replaced when the new one is complete.
        tables: what to write.
        titles: of the tables and their columns, by name.
        lang: the language of the titles.
    """
    with new_book(out) as book:
        sheets = Sheets(book)
        for table in tables:
            columns = [
                SheetColumn(titles[name].say(lang), key=name in KEYS) for name in table.columns
            ]
            rows = (
                [LIST_SEPARATOR.join(cell) if isinstance(cell, tuple) else cell for cell in row]
                for row in table.rows
            )
            sheets.add(titles[table.name].say(lang), columns, rows)


def write_tables(
    out: Path, tables: Sequence[Table], titles: Mapping[str, Words], lang: Lang,
    texts: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Write tables as a workbook (.xlsx), or as a folder of CSV.

    Args:
        out: the file or the folder.
        tables: what to write.
        titles: of the tables and their columns in a workbook, by name.
        lang: the language of the titles.
        texts: further files of the folder, by name.
    """
    if out.suffix.lower() == ".xlsx":
        write_book(out, tables, titles, lang)
        return
    with new_files(out) as folder:
        for table in tables:
            write_table(folder, table, "csv", CsvStyle(mark=lang == "zh"))
        for name, text in (texts or {}).items():
            (folder / name).write_text(text, encoding="utf-8")


@dataclass(frozen=True)
class SheetColumn:
    """A column of a sheet.

    Attributes:
        title: its header.
        wrap: whether long text goes on in a second line.
        width: in characters; 0: as wide as its text.
        key: whether its cells name something, by which the sheet is read again: they stay whole.
    """

    title: str
    wrap: bool = False
    width: int = 0
    key: bool = False


@dataclass(frozen=True)
class Cell:
    """A cell that looks other than the rest of its column."""

    value: Any
    look: Format


class Sheets:
    """The looks that all sheets of a workbook share.

    Args:
        book: the workbook.
        most_rows: how many rows a sheet has below its header.
        show_ids: show numbers of people whole.
    """

    def __init__(
        self, book: xlsxwriter.Workbook, most_rows: int = MOST_ROWS, show_ids: bool = False
    ) -> None:
        self.book, self.most_rows, self.show_ids = book, most_rows, show_ids
        top = {"valign": "top"}
        self.header = book.add_format(
            {"bold": True, "bg_color": "#DDE6F0", "border": 1, "text_wrap": True, **top}
        )
        self.plain = book.add_format(top)
        self.wrapped = book.add_format({**top, "text_wrap": True})
        self.amounts = book.add_format({**top, "num_format": "#,##0.00"})

    def filled(self, color: str) -> Format:
        """Bold on a colour."""
        return self.book.add_format({"valign": "top", "bold": True, "bg_color": color})

    def add(self, name: str, columns: Sequence[SheetColumn], rows: Iterable[Sequence[Any]]) -> None:
        """A sheet with a frozen header, filters and widths that fit its text."""
        sheet = self.begun(name, columns)
        for row in rows:
            sheet.add(row)
        sheet.end()

    def begun(self, name: str, columns: Sequence[SheetColumn]) -> GrowingSheet:
        """The same, of which the rows are added one by one."""
        return GrowingSheet(self, name, columns)


class GrowingSheet:
    """A sheet that rows are added to; where it is full, another goes on."""

    def __init__(self, sheets: Sheets, name: str, columns: Sequence[SheetColumn]) -> None:
        self.sheets, self.name, self.columns = sheets, name, columns
        self.looks = [sheets.wrapped if column.wrap else sheets.plain for column in columns]
        self.wrapping = [number for number, column in enumerate(columns) if column.wrap]
        self.pages = 0
        self.begin()

    def begin(self) -> None:
        """Begin a sheet with its header."""
        self.pages += 1
        # What goes on from an earlier sheet says so in its name.
        name = self.name if self.pages == 1 else f"{self.name} ({self.pages})"
        self.sheet, self.last = self.sheets.book.add_worksheet(name), 0
        # Headers wrap, so that a long title does not widen a column of small numbers.
        self.widths = [min(HEADER_WIDTH, text_width(column.title)) for column in self.columns]
        self.sheet.set_row(0, 2 * LINE_HEIGHT)  # room for the headers that wrap
        for number, column in enumerate(self.columns):
            self.sheet.write_string(0, number, column.title, self.sheets.header)

    def add(self, row: Sequence[Any]) -> None:
        """Write a row below the last one."""
        if self.last == self.sheets.most_rows:
            self.end()
            self.begin()
        self.last += 1
        lines = (_lines(self.columns[number], row[number]) for number in self.wrapping)
        height = max(lines, default=1)
        if height > 1:
            self.sheet.set_row(self.last, LINE_HEIGHT * height)
        for number, (cell, look) in enumerate(zip(row, self.looks, strict=True)):
            value = cell
            if isinstance(cell, Cell):
                value, look = cell.value, cell.look
            elif isinstance(cell, Decimal):
                look = self.sheets.amounts
            if value is None or value == "":
                continue
            if isinstance(value, str) and not (self.sheets.show_ids or self.columns[number].key):
                value = shown(value)
            write_cell(self.sheet, self.last, number, value, look)
            width = text_width(value)
            if width > self.widths[number]:
                self.widths[number] = width

    def end(self) -> None:
        """Set widths, filters and how it is printed."""
        sheet = self.sheet
        for number, (column, width) in enumerate(zip(self.columns, self.widths, strict=True)):
            sheet.set_column(number, number, column.width or min(MAX_WIDTH, width + 3))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, max(1, self.last), len(self.columns) - 1)
        printed_across(sheet, header=0)


def printed_across(sheet: Worksheet, header: int | None = None) -> None:
    """On A4, across, all columns on one page, the rows as far as the header on each (from 0)."""
    if header is not None:
        sheet.repeat_rows(0, header)
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)


def write_cell(sheet: Worksheet, row: int, column: int, value: Any, look: Format) -> None:
    """A number as a number; text as text, also when it starts with = + - @."""
    match value:
        case bool():
            sheet.write_boolean(row, column, value, look)
        case int() | Decimal():
            sheet.write_number(row, column, cast("float", value), look)
        case _:
            text = inert(str(value))
            if len(text) > MOST_CHARACTERS:
                text = text[: MOST_CHARACTERS - 1] + "…"
            sheet.write_string(row, column, text, look)


def _lines(column: SheetColumn, cell: Any) -> int:
    """How many lines a wrapped cell takes; not every program works it out on opening."""
    if not isinstance(cell, str):
        return 1
    width = column.width or MAX_WIDTH
    return sum(1 + max(0, text_width(line) - 1) // width for line in cell.split("\n"))


def text_width(value: Any) -> int:
    """Columns of the widest line, wide characters counting two."""
    return _text_width("" if value is None else str(value))


@lru_cache(maxsize=50_000)
def _text_width(text: str) -> int:
    if text.isascii() and "\n" not in text:
        return len(text)
    return max(
        sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in line)
        for line in text.split("\n")
    )
