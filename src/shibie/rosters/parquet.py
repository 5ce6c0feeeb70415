"""Parquet files by DuckDB: read into cells that Python can hold, and written."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shibie.duckdb_tables import Column, make_table, quoted_name
from shibie.rosters.cells import Cell

if TYPE_CHECKING:
    import duckdb

LIST_SEPARATOR: Final = "|"
_AS_THEY_ARE: Final = frozenset(
    (
        "VARCHAR", "BOOLEAN", "DOUBLE", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT",
        "USMALLINT", "UINTEGER", "UBIGINT",
    )
)  # fmt: skip


class ParquetError(ValueError):
    """A file that cannot be read; its text is the reader's complaint in one line."""


def read_parquet(path: Path) -> Iterator[tuple[Cell, ...]]:
    """The names of the columns, then the rows.

    Raises:
        ParquetError: when the file is damaged, or is no Parquet.
    """
    import duckdb

    # A damaged file may open and fail only when its names or its cells are decoded.
    try:
        with duckdb.connect() as connection:
            connection.execute("SET enable_progress_bar = false")
            file = connection.read_parquet(only(path), hive_partitioning=False)
            names = tuple(file.columns)
            yield _written_names(connection, path, names)
            cells = [
                cell_sql(quoted_name(name), str(kind))
                for name, kind in zip(names, file.types, strict=True)
            ]
            rows = file.project(", ".join(cells)).fetchall()
    except duckdb.Error as error:
        raise ParquetError(str(error).split("\n", 1)[0]) from None
    except (UnicodeError, RuntimeError):
        raise ParquetError("a name in it is no UTF-8 text") from None
    yield from rows


def _written_names(
    connection: duckdb.DuckDBPyConnection, path: Path, names: tuple[str, ...]
) -> tuple[str, ...]:
    """The names of the columns as they stand in the file.

    The reader makes `n_1` of a second `n`, which would then be taken for another column.
    """
    rows = connection.execute(
        "SELECT name, num_children FROM parquet_schema(?)", [only(path)]
    ).fetchall()
    # The root first; below it each column, with what it is made of behind it.
    written, inside = [], 0
    for name, children in rows[1:]:
        if inside:
            inside -= 1
        else:
            written.append(name)
        inside += children or 0
    return tuple(written) if len(written) == len(names) else names


def only(path: Path | str) -> str:
    """A path as DuckDB takes it for that one file: a bare * or ? would be any others as well.

    >>> only("/rosters/2015*/members.parquet")
    '/rosters/2015[*]/members.parquet'
    """
    return glob.escape(str(Path(path).absolute()))


def cell_sql(column: str, sql_type: str) -> str:
    r"""How SQL gives a cell of a typed column, so that Python can hold whatever is in it.

    A list is its items, joined; one that is missing from it is not there. Days are text, for
    Python knows none beyond the year 9999. A number of 32 bits is the shortest that is it.

    Args:
        column: the quoted column.
        sql_type: its type in the file, as DuckDB names it.

    >>> cell_sql('"health"', "VARCHAR[]")
    'array_to_string("health", \'|\')'
    """
    kind = sql_type.upper()
    if kind in _AS_THEY_ARE or kind.startswith("DECIMAL"):
        return column
    if kind.endswith("[]"):
        return f"array_to_string({column}, '{LIST_SEPARATOR}')"
    if kind == "FLOAT":
        return f"CAST(CAST({column} AS VARCHAR) AS DOUBLE)"
    if kind.startswith("TIMESTAMP"):
        # A moment is told in universal time, wherever this runs.
        zoned = "ZONE" in kind or "TZ" in kind.removeprefix("TIMESTAMP_N")
        moment = f"timezone('UTC', CAST({column} AS TIMESTAMPTZ))" if zoned else column
        if zoned:
            return f"CAST({moment} AS VARCHAR) || 'Z'"
        day = f"CAST({moment} AS DATE)"
        return (
            f"CASE WHEN {moment} = {day} THEN CAST({day} AS VARCHAR)"
            f" ELSE CAST({moment} AS VARCHAR) END"
        )
    return f"CAST({column} AS VARCHAR)"


def write_columns(path: Path, columns: Mapping[str, Column]) -> None:
    """Write columns of the same length as a file.

    Raises:
        InputError: when the disk does not suffice.
    """
    import duckdb

    from shibie.scratch_database import failures_said

    with failures_said(), duckdb.connect() as connection:
        make_table(connection, "given", columns)
        connection.table("given").write_parquet(str(path))
