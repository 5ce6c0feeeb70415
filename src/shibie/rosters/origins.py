"""Where the rows of a table were written that was put together from several sheets."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Origins:
    """The sheets of a table in their order.

    Attributes:
        starts: of each sheet, the row of the table that its first row became.
        sheets: how messages name them.
        rows: of each, the number of that row in the sheet itself.
        columns: of each, where its fields stand in the sheet itself.

    >>> Origins((1, 41), ("石磨村", "青杨村"), (3, 2)).of(42)
    ('青杨村', 3)
    """

    starts: tuple[int, ...]
    sheets: tuple[str, ...]
    rows: tuple[int, ...]
    columns: tuple[Mapping[str, int], ...] = field(default=(), compare=False)

    def of(self, number: int) -> tuple[str, int]:
        """The sheet and the row in it of a row of the table."""
        at = max(bisect_right(self.starts, number) - 1, 0)
        return self.sheets[at], number - self.starts[at] + self.rows[at]
