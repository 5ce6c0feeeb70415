r"""Cells that Python holds (of a workbook, of lists of dicts) as a table that SQL reads.

A cell that reads well is written as plain text of its value. Any other is written so that
it comes back as it was: after a character that no good cell begins with, for Python's own
reader to say what is wrong with it.

>>> wrap(5.1e17)
'\x01float 5.1e+17'
>>> unwrap(wrap(5.1e17))
5.1e+17
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Final

from shibie.case import Value
from shibie.duckdb_tables import BATCH, Column
from shibie.errors import Words
from shibie.rosters.cell_error import CellError
from shibie.rosters.cells import NOT_ASKED, Cell, FaultyCell, read_cell
from shibie.rosters.layout import Placed
from shibie.rosters.sql_cells import ODD
from shibie.rosters.sql_host import ROW, FileRelation, Host
from shibie.vocabulary import FieldSpec


def _faulty(text: str) -> FaultyCell:
    written, zh, en, code = json.loads(text)
    return FaultyCell(written, Words(zh, en), code)


_READERS: Final[Mapping[str, Callable[[str], Any]]] = {
    "str": str, "int": int, "float": float, "bool": lambda text: text == "True",
    "datetime": datetime.fromisoformat, "date": date.fromisoformat,
    "time": time.fromisoformat, "Decimal": Decimal, "FaultyCell": _faulty,
    "NotAsked": lambda _: NOT_ASKED,
}  # fmt: skip


def wrap(cell: Cell) -> str:
    """A cell of any type as odd text."""
    match cell:
        case date() | time():
            written = cell.isoformat()
        case FaultyCell():
            written = json.dumps([cell.written, *cell.reason, cell.code])
        case _:
            written = str(cell)
    return f"{ODD}{type(cell).__name__} {written}"


def unwrap(text: Cell) -> Cell:
    """The cell behind odd text; any other cell as it is."""
    if not isinstance(text, str) or not text.startswith(ODD):
        return text
    kind, _, written = text.removeprefix(ODD).partition(" ")
    reader = _READERS.get(kind)
    cell: Cell = reader(written) if reader else text
    return cell


def landed(host: Host, placed: Placed, as_of: date) -> FileRelation:
    """Land the used columns of a sheet below its header, with row numbers.

    Args:
        host: takes the table.
        placed: the sheet.
        as_of: the day of judgement.
    """
    columns = placed.header.columns
    name = host.new_name()
    rows = enumerate(placed.sheet.rows, start=1)
    below = itertools.islice(rows, placed.header.row, None)
    known: dict[int, dict[Cell, str | None]] = {index: {} for index in columns}
    while True:
        part = list(itertools.islice(below, BATCH))
        table = {ROW: Column("BIGINT", [number for number, _ in part])}
        for index, spec in columns.items():
            texts = [
                _text(row[index] if index < len(row) else None, spec, as_of, known[index])
                for _, row in part
            ]
            table[f"c{index}"] = Column("VARCHAR", texts)
        host.append(name, table)
        if len(part) < BATCH:
            return FileRelation(name, {index: (f"c{index}", "VARCHAR") for index in columns})


def _text(cell: Cell, spec: FieldSpec, as_of: date, known: dict[Cell, str | None]) -> str | None:
    """A cell as SQL is to see it."""
    if isinstance(cell, str):
        return wrap(cell) if cell.startswith(ODD) else cell
    if cell is NOT_ASKED:
        return wrap(cell)
    # True and 1 are the same key.
    if cell is None or isinstance(cell, bool):
        return None if cell is None else _read(cell, spec, as_of)
    if cell not in known:
        known[cell] = _read(cell, spec, as_of)
    return known[cell]


def _read(cell: Cell, spec: FieldSpec, as_of: date) -> str | None:
    try:
        return _written(read_cell(cell, spec, as_of))
    except CellError:
        return wrap(cell)


def _written(value: Value) -> str | None:
    match value:
        case None:
            return None
        case bool():
            return "是" if value else "否"
        case frozenset():
            return "|".join(sorted(value)) or "无"
        case Decimal():
            return f"{value:f}"
        case _:
            return str(value)
