"""Tables in which every household has one person: perhaps a list of heads alone.

Nothing but their number tells such a list from one of people who live alone. Decided as it is, the
income of a family would be that of one person; so it is said, and not refused.
"""

from __future__ import annotations

from typing import Final

from shibie.errors import Words
from shibie.rosters.cells import as_written, is_blank
from shibie.rosters.column_texts import cells_below, file_column
from shibie.rosters.layout import Placed
from shibie.rosters.national_export import HOUSEHOLD_ID

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
    counted = column.found(_LONE) if column else None
    if counted is not None:
        ((rows, households),) = counted
    else:
        rows = sum(not all(map(is_blank, row)) for row in sheet.rows[header.row :])
        households = len(set(map(as_written, cells_below(sheet, header, at))))
    if rows != households or households < _FEWEST:
        return None
    return Words(
        f"{sheet.shown}：{households} 户每户都只有一人；如果只列了户主，请补上其他成员，否则收入都按一人计算",
        f"{sheet.shown}: each of the {households} households has one person; if heads alone are listed, add"
        " the other members: incomes are divided by one",
    )
