"""The rectangle that the cells of a sheet span."""

from __future__ import annotations

from typing import Final, NamedTuple


class SheetSpan(NamedTuple):
    """How far the filled cells of a sheet reach, from its first row and column.

    Attributes:
        rows, columns: of the rectangle.
        filled: how many cells are filled.
        text: at most so many bytes of text are in them, where that was counted here.
        name: of the sheet, where it is known.
    """

    rows: int
    columns: int
    filled: int = 0
    text: int = 0
    name: str = ""

    @property
    def cells(self) -> int:
        """How many cells the rectangle has, blank or not."""
        return self.rows * self.columns


NO_CELLS: Final = SheetSpan(0, 0)
