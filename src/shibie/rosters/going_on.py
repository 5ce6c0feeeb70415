"""Answers that come in another file, gone on with below the roster's own table of their kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from shibie.rosters.cells import is_blank
from shibie.rosters.joined import joined
from shibie.rosters.placing import Placed
from shibie.rosters.sheets import Cells

# The column by which a row is known that stands in both: the number of an act.
_NUMBER: Final = "act_id"


def gone_on(tables: Sequence[Placed]) -> Placed:
    """One table of the rows of several, in their order.

    A result lists the acts that count, so it says again what the roster said. An act whose number
    stands in an earlier table is passed over: there it is whole, and here it may be masked.

    Args:
        tables: of one kind, at least one.
    """
    first, *more = tables
    if not more:
        return first
    said: set[str] = set()
    parts = []
    for table in tables:
        numbers = _numbers(table)
        rows = table.sheet.rows
        if said & set(numbers):
            rows = [() if each in said else row for each, row in zip(numbers, rows, strict=True)]
        parts.append((replace(table.sheet, rows=rows, file=None), table.header))
        said |= {each for each in numbers if each}
    sheet, header = joined(parts)
    return Placed(sheet, header, unread=tuple(each for table in tables for each in table.unread))


def _numbers(table: Placed) -> list[str]:
    """The number of the act in each row of a sheet; empty where there is none."""
    at = table.header.column_of(_NUMBER)
    below = table.header.row
    return [
        "" if at is None or number <= below else _text(row, at)
        for number, row in enumerate(table.sheet.rows, start=1)
    ]


def _text(row: Cells, at: int) -> str:
    return "" if at >= len(row) or is_blank(row[at]) else str(row[at]).strip()
