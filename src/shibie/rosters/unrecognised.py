"""What of a roster's tables is not read: columns that no field answers to, with what they hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from shibie.duckdb_tables import quoted_name
from shibie.errors import Words, closest
from shibie.limits import COLUMNS_GUESSED
from shibie.rosters.column_letters import letters
from shibie.rosters.headers import Header
from shibie.rosters.layout import Layout
from shibie.rosters.placing import Placed, Unread
from shibie.rosters.sheets import Sheet
from shibie.rosters.shown_headers import shown_header
from shibie.rosters.sql_cells import WHITE_SPACE
from shibie.rosters.sql_host import Host
from shibie.vocabulary import FieldSpec, folded

# How a cell that could not be read as a code, or as yes or no, is rejected.
WORD_CODES = ("not_a_code", "not_yes_no")
_AT_A_TIME = 500


@dataclass(frozen=True)
class UnknownColumn:
    """A column that no field answers to.

    Attributes:
        source: sheet or file.
        column: its letters, as a spreadsheet names it.
        header: as a message may show it.
        rows: how many rows have anything in it.
        suggestion: what to do about it.
    """

    source: str
    column: str
    header: str
    rows: int
    suggestion: Words


def unknown_columns(layout: Layout, host: Host | None = None) -> tuple[UnknownColumn, ...]:
    """The columns of all tables that no field answers to, in the order of the tables.

    Args:
        layout: says which tables there are.
        host: counts the rows of tables that lie in files; without it Python reads them.
    """
    found = []
    for unread in (each for placed in layout.tables.values() for each in placed.unread):
        header, of_file = unread.header, unread.sheet.file is not None
        rows = _counted_by(host, unread) if host and of_file else _counted(unread.sheet, header)
        free = _free(unread)
        for place, (index, text) in enumerate(zip(header.ignored_at, header.ignored, strict=True)):
            near = closest(folded(text), free) if place < COLUMNS_GUESSED else None
            found.append(
                UnknownColumn(
                    unread.sheet.shown, letters(index), shown_header(text.strip()),
                    rows[index], _suggestion(free[near] if near else None),
                )
            )  # fmt: skip
    return tuple(found)


def _counted(sheet: Sheet, header: Header) -> Mapping[int, int]:
    """In Python: how many rows below the header have anything in a column."""
    rows = dict.fromkeys(header.ignored_at, 0)
    for row in islice(iter(sheet.rows), header.row, None):
        for index in header.ignored_at:
            cell = row[index] if index < len(row) else None
            if cell is not None and str(cell).strip():
                rows[index] += 1
    return rows


def _counted_by(host: Host, unread: Unread) -> Mapping[int, int]:
    """The same by a database, which reads only the columns that are asked for."""
    counts: dict[int, int] = {}
    # A query of ten thousand columns takes gigabytes.
    left = list(unread.header.ignored_at)
    while left:
        counts |= _counted_of(host, unread, left[:_AT_A_TIME])
        left = left[_AT_A_TIME:]
    return counts


def _counted_of(host: Host, unread: Unread, columns: Sequence[int]) -> Mapping[int, int]:
    specs = {index: FieldSpec(f"c{index}", "", "text") for index in columns}
    relation = host.relation(Placed(unread.sheet, Header(unread.header.row, specs, ())))
    written = (
        f"count(*) FILTER (WHERE NOT regexp_full_match(CAST({quoted_name(relation.columns[index][0])}"
        f" AS VARCHAR), '[{WHITE_SPACE}]*'))"
        for index in columns
    )
    counts = host.rows(f"SELECT {', '.join(written)} FROM {relation.name}")[0]
    return dict(zip(columns, map(int, counts), strict=True))


def _suggestion(title: str | None) -> Words:
    """What a column may be, by the title of a field that has none yet."""
    if title is not None:
        return Words(
            f"是否为“{title}”？是的话，把标题改成“{title}”",
            f"is it '{title}'? If so, name the column '{title}'",
        )
    return Words("没有这一栏目，不参与认定", "there is no such field; it plays no part")


def _free(unread: Unread) -> dict[str, str]:
    """The headers of the fields without a column, folded → the field's title."""
    return {
        text: spec.title
        for spec in unread.specs
        if spec.name not in unread.header.names
        for text in sorted(spec.headers)
    }
