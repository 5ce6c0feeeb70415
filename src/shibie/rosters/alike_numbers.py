"""Numbers of households that are perhaps one: `01` and `1`, `A-3` and `a-3`.

Spreadsheets take zeros away from some cells and not from others. Read as two households, each
lacks the persons of the other, and what it has is divided by too few.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from shibie.errors import Problem, Words
from shibie.plain_text import legible, unspaced
from shibie.rosters.cells import FaultyCell, as_written, is_blank
from shibie.rosters.layout import Placed
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.parquet import alike_texts

# So many pairs are named.
_NAMED: Final = 5


def alike_numbers(placed: Placed) -> Problem | None:
    """A problem that names numbers of households of a table that are perhaps one, or None.

    Args:
        placed: a table with a row for each person of a household.
    """
    sheet, header = placed.sheet, placed.header
    at = next((index for index, spec in header.columns.items() if spec.name == HOUSEHOLD_ID), None)
    if at is None:
        return None
    pairs = None
    if sheet.file is not None:
        path, text = Path(sheet.file.path), sheet.file.text
        if not path.is_file():
            return None  # it is where Spark finds it
        if text is None or text.encoding == "utf-8":
            width = max(map(len, sheet.head), default=0)
            pairs = alike_texts(path, at, header.row, width, text.delimiter if text else None)
    if pairs is None:
        cells = (row[at] for row in sheet.rows[header.row :] if at < len(row))
        pairs = alike(
            as_written(cell)
            for cell in cells
            if not is_blank(cell) and not isinstance(cell, FaultyCell)
        )
    return _problem(sheet.shown, pairs) if pairs else None


def alike(numbers: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of numbers that differ in case, a leading apostrophe or leading zeros alone.

    >>> alike(["01", "1", "a-3", "A-3", "A-03", "2"])
    [('01', '1'), ('A-3', 'a-3')]
    """
    of: dict[str, set[str]] = {}
    for number in {legible(each) for each in numbers}:
        bare = unspaced(number).lower().lstrip("'")
        of.setdefault(bare.lstrip("0") if bare.isdecimal() else bare, set()).add(number)
    return sorted((min(group), max(group)) for group in of.values() if len(group) > 1)


def _problem(shown: str, pairs: list[tuple[str, str]]) -> Problem:
    zh = "、".join(f"“{one}”与“{other}”" for one, other in pairs[:_NAMED])
    en = ", ".join(f"'{one}' and '{other}'" for one, other in pairs[:_NAMED])
    more = len(pairs) > _NAMED
    return Problem(
        shown,
        Words(
            f"户编号有两种写法，像是同一户：{zh}{'等' if more else ''}",
            f"household numbers in two spellings, perhaps of one household: {en}"
            f"{' and more' if more else ''}",
        ),
        suggestion=Words(
            "同一户的请写成一样；不是同一户的，请换一个编号",
            "write them alike for one household, or give one of two households another number",
        ),
    )
