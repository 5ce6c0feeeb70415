"""Several sheets of one kind, such as one a village, as one table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from shibie.rosters.cells import NOT_ASKED, Cell
from shibie.rosters.fitting import FittedRows
from shibie.rosters.headers import Header
from shibie.rosters.origins import Origins
from shibie.rosters.sheets import Cells, Sheet
from shibie.vocabulary import FieldSpec


def joined(parts: Sequence[tuple[Sheet, Header]]) -> tuple[Sheet, Header]:
    """One table of the rows of several, in their order.

    What one of them has no column for is not asked of its rows.

    Args:
        parts: the sheets with their headers.
    """
    specs: dict[str, FieldSpec] = {}
    for _, header in parts:
        for spec in header.columns.values():
            specs.setdefault(spec.name, spec)
    lengths = [len(sheet.rows) - header.row for sheet, header in parts]
    written = [
        (start + first - 1, shown, row, {spec.name: at for at, spec in header.columns.items()})
        for start, (sheet, header) in zip(accumulate(lengths[:-1], initial=1), parts, strict=True)
        for first, shown, row in _written(sheet, header)
    ]
    starts, sheets, numbers, columns = zip(*written, strict=True)
    origins = Origins(starts, sheets, numbers, columns)

    def rows() -> Iterator[Cells]:
        for sheet, header in parts:
            of = {spec.name: index for index, spec in header.columns.items()}
            places = [of.get(name) for name in specs]
            for row in sheet.rows[header.row :]:
                yield tuple(_cell(row, place) for place in places) if row else ()

    name = "、".join(sheet.name for sheet, _ in parts)
    shown = "、".join(sheet.shown for sheet, _ in parts)
    table = Sheet(name, shown, FittedRows((), lambda: sum(lengths), rows), origins=origins)
    return table, Header(0, dict(enumerate(specs.values())), ())


def _written(sheet: Sheet, header: Header) -> Iterator[tuple[int, str, int]]:
    """Where the rows below a header were written: the first of each sheet, and its row there."""
    if sheet.origins is None:
        yield 1, sheet.shown, header.row + 1
        return
    for start, shown, row in zip(
        sheet.origins.starts, sheet.origins.sheets, sheet.origins.rows, strict=True
    ):
        skipped = max(header.row + 1 - start, 0)
        yield start + skipped - header.row, shown, row + skipped


def _cell(row: Cells, place: int | None) -> Cell:
    if place is None:
        return NOT_ASKED
    return row[place] if place < len(row) else None
