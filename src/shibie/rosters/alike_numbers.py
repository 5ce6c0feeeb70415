"""Numbers of households that are perhaps one: `01` and `1`, `A-3` and `a-3`, `1` and `1.0`.

Spreadsheets take zeros away from some cells and not from others. Read as two households, each
lacks the persons of the other, and what it has is divided by too few.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from shibie.errors import Problem, Words
from shibie.plain_text import LOOK_ALIKE, latin, legible, unspaced
from shibie.rosters.cells import FaultyCell, as_written
from shibie.rosters.column_texts import cells_below, file_column
from shibie.rosters.layout import Placed
from shibie.rosters.national_export import HOUSEHOLD_ID

# So many pairs are named.
_NAMED: Final = 5
# What people leave behind a number, and spreadsheets behind a whole one.
_ENDS: Final = r"(\.0+|[.。,;、]+)$"
_OTHERS, _LATIN = LOOK_ALIKE
# What `alike` finds, by SQL: one pair more than are named.
_ALIKE: Final = f"""
    SELECT min(t), max(t)
    FROM (
        SELECT DISTINCT trim(t) AS t,
        regexp_replace(ltrim(lower(translate(trim(t), '{_OTHERS}', '{_LATIN}')), ''''), '{_ENDS}', '') AS s
        FROM texts
    )
    GROUP BY CASE WHEN regexp_full_match(s, '[0-9o]+') THEN ltrim(replace(s, 'o', '0'), '0') ELSE s END
    HAVING count(*) > 1 AND min(t) <> ''
    ORDER BY 1
    LIMIT {_NAMED + 1}
"""


def alike_numbers(placed: Placed) -> Problem | None:
    """A problem that names numbers of households of a table that are perhaps one, or None.

    Args:
        placed: a table with a row for each person of a household.
    """
    sheet, header = placed.sheet, placed.header
    at = header.column_of(HOUSEHOLD_ID)
    if at is None or (sheet.file is not None and sheet.file.elsewhere is not None):
        return None  # there are too many to be gathered from where Spark finds them
    column = file_column(sheet, header, at)
    pairs = column.found(_ALIKE) if column else None
    if pairs is None:
        cells = cells_below(sheet, header, at)
        pairs = alike(as_written(cell) for cell in cells if not isinstance(cell, FaultyCell))
    return _problem(sheet.shown, pairs) if pairs else None


def alike(numbers: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of numbers that differ in case, look-alikes, an apostrophe before or zeros around alone.

    >>> alike(["01", "1", "a-3", "A-3", "A-03", "2"])
    [('01', '1'), ('A-3', 'a-3')]
    """
    of: dict[str, set[str]] = {}
    for number in {legible(each) for each in numbers}:
        bare = re.sub(_ENDS, "", latin(unspaced(number)).lower().lstrip("'"))
        digits = bare.replace("o", "0")
        key = digits.lstrip("0") if digits.isascii() and digits.isdecimal() else bare
        of.setdefault(key, set()).add(number)
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
