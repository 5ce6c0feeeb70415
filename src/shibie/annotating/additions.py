"""What is added to a workbook: marked cells, columns, rows, sheets and drop-down lists."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from shibie.results.questions import Choice


@dataclass(frozen=True)
class FaultMark:
    """A cell that is coloured and carries a comment.

    Attributes:
        row: from 1.
        column: from 0.
        text: the comment.
    """

    row: int
    column: int
    text: str


@dataclass(frozen=True)
class AddedColumn:
    """A column to the right of a table; one of its title that is there is written anew.

    Attributes:
        title: its header.
        cells: its texts by row.
        width: in characters.
        colors: the colour (`RRGGBB`) of the cells with some text.
    """

    title: str
    cells: Mapping[int, str]
    width: int = 14
    colors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class SheetAdditions:
    """What is added to a sheet that is there.

    Attributes:
        header_row: the row of the titles, from 1.
        titles: the texts of that row.
        width: how many columns are in use.
        marks: cells that are coloured.
        columns: at the right of the table.
        own: the columns that were added before, by title.
        rows: single texts by row and column; None empties a cell.
        choices: drop-down lists.
    """

    header_row: int
    titles: Sequence[object] = ()
    width: int = 0
    marks: Sequence[FaultMark] = ()
    columns: Sequence[AddedColumn] = ()
    own: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[int, Mapping[int, str | None]] = field(default_factory=dict)
    choices: Sequence[Choice] = ()

    @property
    def last_title(self) -> int:
        """The last column of the table itself, from 0."""
        taken = set(self.own.values())
        used = [at for at, text in enumerate(self.titles) if text and at not in taken]
        return max(used, default=0)


@dataclass(frozen=True)
class NewSheet:
    """A sheet that is added, or takes the place of one of its name that was added before.

    Attributes:
        name: of the sheet.
        rows: texts; the first row holds the titles.
        widths: of the columns, in characters.
        choices: drop-down lists.
        hidden: whether it is shown only to those who look for it.
        texts: the columns that hold text whatever is typed into them.
    """

    name: str
    rows: Sequence[Sequence[str]]
    widths: Sequence[int] = ()
    choices: Sequence[Choice] = ()
    hidden: bool = False
    texts: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Additions:
    """All that is added to a workbook.

    Attributes:
        sheets: by the name of the sheet that is there.
        new: sheets that are added.
    """

    sheets: Mapping[str, SheetAdditions]
    new: Sequence[NewSheet] = ()
