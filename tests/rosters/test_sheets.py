"""Workbooks: text stays text, nothing is left out, an older book stays until the new one is there."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from shibie.errors import Words
from shibie.results.table import Table
from shibie.results.workbook_sheets import (
    MOST_CHARACTERS,
    SheetColumn,
    Sheets,
    new_book,
    write_book,
)

TITLES = {"t": Words("表", "table"), "a": Words("甲", "a"), "b": Words("乙", "b")}


def written(path: Path, *rows: tuple[object, object]) -> list[tuple[object, ...]]:
    write_book(path, [Table("t", ("a", "b"), rows)], TITLES)
    sheet = openpyxl.load_workbook(path)["表"]
    assert [cell.value for cell in sheet[1]] == ["甲", "乙"]
    return list(sheet.iter_rows(min_row=2, values_only=True))


@pytest.mark.parametrize("text", ["=1+1", "+86 13", "-", "@x", "{=1}", "http://a.b", "mailto:a@b",
                                  "001", "1e5", "nan", "NaN", "inf", "TRUE", "#N/A"])  # fmt: skip
def test_text_stays_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.xlsx"
    assert written(path, (text, 1)) == [(text, 1)]
    cell = openpyxl.load_workbook(path)["表"]["A2"]
    assert cell.data_type == "s"
    assert cell.hyperlink is None


def test_numbers_lists_and_blanks(tmp_path: Path) -> None:
    rows = written(tmp_path / "t.xlsx", (0, Decimal("12.50")), (None, ("x", "y")), ("", True))
    assert rows == [(0, 12.5), (None, "x|y"), (None, True)]


def test_more_text_than_a_cell_holds_is_cut_where_it_can_be_seen(tmp_path: Path) -> None:
    ((cell, _),) = written(tmp_path / "t.xlsx", ("长" * (MOST_CHARACTERS + 1), 0))
    assert cell == "长" * (MOST_CHARACTERS - 1) + "…"


def test_columns_are_as_wide_as_their_text_and_long_text_wraps(tmp_path: Path) -> None:
    with new_book(tmp_path / "t.xlsx") as book:
        Sheets(book).add(
            "s", [SheetColumn("a"), SheetColumn("b", wrap=True, width=10)], [["四个汉字", "x" * 25]]
        )
    sheet = openpyxl.load_workbook(tmp_path / "t.xlsx")["s"]
    assert round(sheet.column_dimensions["A"].width) == 8 + 3 + 1
    assert sheet.row_dimensions[2].height == 3 * 15
    assert sheet["B2"].alignment.wrap_text
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("B2", "A1:B2")


@pytest.mark.parametrize("row_by_row", [False, True])
def test_a_full_sheet_goes_on_in_another(tmp_path: Path, row_by_row: bool) -> None:
    with new_book(tmp_path / "t.xlsx", row_by_row) as book:
        Sheets(book, most_rows=3).add("s", [SheetColumn("a")], [[n] for n in range(7)])
        Sheets(book, most_rows=3).add("full", [SheetColumn("a")], [[n] for n in range(3)])
    found = {
        sheet.title: [cell for (cell,) in sheet.iter_rows(values_only=True)]
        for sheet in openpyxl.load_workbook(tmp_path / "t.xlsx")
    }
    assert found == {
        "s": ["a", 0, 1, 2], "s (2)": ["a", 3, 4, 5], "s (3)": ["a", 6], "full": ["a", 0, 1, 2],
    }  # fmt: skip
    # As many as a sheet of Excel holds, below the header.
    assert Sheets(xlsxwriter.Workbook()).most_rows == 2**20 - 1


def test_an_older_book_stays_until_the_new_one_is_there(tmp_path: Path) -> None:
    path = tmp_path / "t.xlsx"
    written(path, ("old", 1))
    with pytest.raises(KeyError):
        write_book(path, [Table("t", ("a", "unknown"), ())], TITLES)
    assert openpyxl.load_workbook(path)["表"]["A2"].value == "old"
    assert list(tmp_path.iterdir()) == [path]
