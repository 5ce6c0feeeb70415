"""The sheet 核实 in a workbook that is written new: questions to be answered, with lists to choose from."""

from __future__ import annotations

from collections.abc import Sequence

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from shibie.results.questions import (
    SHEET,
    SPARE,
    Choice,
    ToVerify,
    choices_of,
    lists_of,
    question_columns,
    question_row,
)
from shibie.results.workbook_sheets import LINE_HEIGHT, Sheets, printed_across
from shibie.words.speaker import Speaker


def write_questions(
    sheets: Sheets, speaker: Speaker, questions: Sequence[ToVerify], name: str = ""
) -> Worksheet:
    """Write the questions, and below them rows with the same lists for what else is verified.

    The lists must be written, too (`write_lists`).

    Args:
        sheets: of the workbook.
        speaker: knows the rule set and the language.
        questions: a row each.
        name: of the sheet; its usual one by default.
    """
    book = sheets.book
    sheet = book.add_worksheet(name or SHEET.say(speaker.lang))
    columns = question_columns(speaker)
    text = book.add_format({"num_format": "@", "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd", "valign": "top"})
    asked = book.add_format({"valign": "top", "text_wrap": True})
    looks = {"household_id": text, "date": day, "": asked}
    sheet.set_row(0, 2 * LINE_HEIGHT)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width, looks.get(column.field))
        sheet.write_string(0, at, column.title, sheets.header)
    for number, question in enumerate(questions, start=1):
        for at, cell in enumerate(question_row(question, columns)):
            if cell:
                look = looks.get(columns[at].field, sheets.wrapped)
                sheet.write_string(number, at, cell, look)
    last = len(questions) + 1
    places = {column.field: at for at, column in enumerate(columns) if column.field}
    by_row = dict(enumerate(questions, start=2))
    for choice in choices_of(speaker, places, by_row, (last + 1, last + SPARE)):
        write_choice(sheet, choice)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(1, len(questions)), len(columns) - 1)
    printed_across(sheet, header=0)
    return sheet


def write_lists(book: xlsxwriter.Workbook, speaker: Speaker) -> None:
    """Write the lists that cells are chosen from, on a sheet that is not shown."""
    lists = lists_of(speaker)
    sheet = book.add_worksheet(lists.sheet)
    for number, row in enumerate(lists.rows()):
        for at, item in enumerate(row):
            if item:
                sheet.write_string(number, at, item)
    sheet.hide()


def write_choice(sheet: Worksheet, choice: Choice) -> None:
    """Let cells be chosen from a list."""
    from xlsxwriter.utility import xl_cell_to_rowcol

    ranges = [
        [*xl_cell_to_rowcol(start), *xl_cell_to_rowcol(end)]
        for start, end in (each.split(":") for each in choice.ranges)
    ]
    options = {
        "validate": "list", "source": f"={choice.items}", "other_cells": ranges[1:],
        "show_error": choice.strict,
    }  # fmt: skip
    sheet.data_validation(*ranges[0], options)
