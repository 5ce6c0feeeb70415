"""Tables in which every household has one person: perhaps a list of heads alone.

Nothing but their number tells such a list from one of people who live alone. Decided as it is, the
income of a family would be that of one person; so it is said, and not refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Final

from shibie.errors import Words
from shibie.rosters.cells import as_written, is_blank
from shibie.rosters.column_texts import file_column
from shibie.rosters.layout import Placed
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.sheets import Cells

# Of fewer households it may well be so.
_FEWEST: Final = 5
# The rows if each has a number of its own, by SQL.
_LONE: Final = "SELECT count(*), count(DISTINCT nullif(trim(t), '')) FROM texts"


def lone_persons(placed: Placed) -> Words | None:
    """A note where each row of a table of persons is a household of its own, or None.

    Args:
        placed: a table with a row for each person of a household.
    """
    sheet, header = placed.sheet, placed.header
    at = header.column_of(HOUSEHOLD_ID)
    if at is None or (sheet.file is not None and sheet.file.elsewhere is not None):
        return None
    column = file_column(sheet, header, at)
    # Most tables show in their first rows that they are of families: then nothing more is read.
    if column is not None and _lone(sheet.head[header.row :], at) is None:
        return None
    counted = column.found(_LONE) if column else None
    if counted is not None:
        ((rows, each_once),) = counted
        households = each_once if rows == each_once else None
    else:
        households = _lone(islice(sheet.passing(), header.row, None), at)
    if households is None or households < _FEWEST:
        return None
    return Words(
        f"{sheet.shown}：{households} 户每户都只有一人；如果只列了户主，请补上其他成员，否则收入都按一人计算",
        f"{sheet.shown}: each of the {households} households has one person; if heads alone are listed, add"
        " the other members: incomes are divided by one",
    )


def _lone(rows: Iterable[Cells], at: int) -> int | None:
    """How many households rows have if each has one row; None as soon as one has another."""
    found: set[str] = set()
    for row in rows:
        if all(map(is_blank, row)):
            continue
        number = as_written(row[at]) if at < len(row) and not is_blank(row[at]) else ""
        if not number or number in found:
            return None
        found.add(number)
    return len(found)
