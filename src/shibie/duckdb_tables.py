"""Python values → a table of DuckDB, without a package for columns in between."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import duckdb

# So many rows go over at a time, for DuckDB holds a statement's parameters as objects.
BATCH: Final = 50_000


@dataclass(frozen=True)
class Column:
    """A column of values, `None` where nothing is known.

    Attributes:
        sql_type: as DuckDB names it: `BIGINT`, `VARCHAR`, `DECIMAL(18,2)`, `VARCHAR[]`.
        values: a value a row.
    """

    sql_type: str
    values: Sequence[Any]


def integer_column(values: Sequence[int | None]) -> Column:
    """A column of whole numbers."""
    return Column("BIGINT", values)


def text_column(values: Sequence[str | None]) -> Column:
    """A column of texts."""
    return Column("VARCHAR", values)


def make_table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Column]
) -> None:
    """Make a table of some columns of the same length, in place of one of that name.

    >>> import duckdb
    >>> with duckdb.connect() as connection:
    ...     made = {"id": Column("BIGINT", [1, 2]), "health": Column("VARCHAR[]", [["残疾"], None])}
    ...     make_table(connection, "people", made)
    ...     connection.execute("SELECT * FROM people").fetchall()
    [(1, ['残疾']), (2, None)]
    """
    connection.execute(f"DROP TABLE IF EXISTS {quoted_name(name)}")
    add_rows(connection, name, columns)


def add_rows(
    connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, Column]
) -> None:
    """Add rows to a table that has these columns in this order; it is made if it is not there."""
    table = quoted_name(name)
    every = ", ".join(f"{quoted_name(each)} {column.sql_type}" for each, column in columns.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {table} ({every})")
    # As JSON text: the releases before 2 take a list value by value, at a millisecond each.
    given = ", ".join(
        f"unnest(from_json_strict(${at}, '{_structure(column.sql_type)}'))"
        for at, column in enumerate(columns.values(), 1)
    )
    (count,) = {len(column.values) for column in columns.values()}
    for start in range(0, count, BATCH):
        part = [_json(column.values[start : start + BATCH]) for column in columns.values()]
        connection.execute(f"INSERT INTO {table} SELECT {given}", part)


def _structure(sql_type: str) -> str:
    """The type of a list of such values, as DuckDB describes JSON."""
    item = sql_type.removesuffix("[]")
    return f'[["{item}"]]' if item != sql_type else f'["{item}"]'


def _json(values: Sequence[Any]) -> str:
    # Days and exact numbers are text there, which SQL casts without loss.
    return json.dumps(list(values), ensure_ascii=False, allow_nan=False, default=_text)


def _text(value: Any) -> str:
    if isinstance(value, date | Decimal):
        return str(value)
    raise TypeError(f"no value of a column: {type(value).__name__}")


def quoted_name(name: str) -> str:
    """A name as SQL takes it, whatever is in it.

    >>> quoted_name('the "poor" households')
    '"the ""poor"" households"'
    """
    return '"' + name.replace('"', '""') + '"'
