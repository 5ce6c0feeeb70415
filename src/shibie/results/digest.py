"""A fingerprint of decisions: the same for the same decisions, however they were come to.

Each row of the tables `decisions`, `findings` and `tracks`, and of `amounts` where there are
any, is a line: the table's name and the cells, a unit separator (U+001F) between them, lists joined by `|`. The digest is the SHA-256
of all lines in the order of their bytes, each with a line feed after it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from shibie.results.table import Table

BETWEEN: Final = "\x1f"
DIGESTED: Final = ("decisions", "findings", "tracks", "amounts")
# What would end a line, or be quoted where lines are written to a file.
TROUBLE: Final = '\n\r"'
_INSTEAD: Final = "\x1c\x1d\x1e"


def digest(tables: Iterable[Table]) -> str:
    """The digest of the result tables, as 64 hexadecimal digits.

    >>> one = Table("tracks", ("household_id", "track"), (("H1", "a"), ("H2", "b")))
    >>> other = Table("tracks", ("household_id", "track"), (("H2", "b"), ("H1", "a")))
    >>> digest([one]) == digest([other])
    True
    """
    spoken = str.maketrans(TROUBLE, _INSTEAD)
    lines = [
        BETWEEN.join((table.name, *map(_text, row))).translate(spoken).encode()
        for table in tables
        if table.name in DIGESTED
        for row in table.rows
    ]
    return of_lines([b"".join(line + b"\n" for line in sorted(lines))])


def of_lines(chunks: Iterable[bytes]) -> str:
    """The digest of sorted lines that come in chunks of bytes."""
    whole = hashlib.sha256()
    for chunk in chunks:
        whole.update(chunk)
    return whole.hexdigest()


def lines_query(name: str, columns: Sequence[str], lists: frozenset[str], query: str) -> str:
    """SQL for the lines of one table.

    Args:
        name: of the table.
        columns: in order.
        lists: those whose cells are lists.
        query: has the columns.
    """
    cells = [f"array_to_string({column}, '|')" if column in lists else column for column in columns]
    line = f" || '{BETWEEN}' || ".join([f"'{name}'", *(f"coalesce({c}, '')" for c in cells)])
    # Few cells hold any of it, and to look is quicker than to replace.
    trouble = " OR ".join(f"contains(line, '{each}')" for each in TROUBLE)
    replaced = f"translate(line, '{TROUBLE}', '{_INSTEAD}')"
    return (
        f"SELECT CASE WHEN {trouble} THEN {replaced} ELSE line END AS line"
        f" FROM (SELECT {line} AS line FROM ({query}))"
    )


def _text(cell: Any) -> str:
    return "|".join(cell) if isinstance(cell, tuple) else str(cell)
