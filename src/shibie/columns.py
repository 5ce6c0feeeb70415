"""Python values → a table of DuckDB, without a package for columns in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import duckdb

# So many rows go over at a time: DuckDB holds each value of a statement as an object.
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
    table = quoted_name(name)
    every = ", ".join(f"{quoted_name(each)} {column.sql_type}" for each, column in columns.items())
    connection.execute(f"CREATE OR REPLACE TABLE {table} ({every})")
    given = ", ".join(
        f"unnest(${at}::{column.sql_type}[])" for at, column in enumerate(columns.values(), 1)
    )
    (count,) = {len(column.values) for column in columns.values()}
    for start in range(0, count, BATCH):
        part = [list(column.values[start : start + BATCH]) for column in columns.values()]
        connection.execute(f"INSERT INTO {table} SELECT {given}", part)


def quoted_name(name: str) -> str:
    """A name as SQL takes it, whatever is in it.

    >>> quoted_name('the "poor" households')
    '"the ""poor"" households"'
    """
    return '"' + name.replace('"', '""') + '"'
