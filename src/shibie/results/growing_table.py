"""A table that grows row by row and is kept by a database: however long, little of it is held."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from shibie.duckdb_tables import Column, add_rows, make_table, quoted_name
from shibie.results.table import Cells, StreamedRows, Table

if TYPE_CHECKING:
    import duckdb


class GrowingTable:
    """A table of a database.

    Args:
        connection: the database; it must stay open as long as the table is read.
        name: of the table.
        columns: names in order, each with the type of its cells in SQL.

    >>> import duckdb
    >>> with duckdb.connect() as connection:
    ...     tracks = GrowingTable(connection, "tracks", {"household_id": "VARCHAR", "given": "BIGINT"})
    ...     tracks.add([("H1", 2)])
    ...     tracks.add([("H2", 1)])
    ...     list(tracks.table().rows)
    [('H1', 2), ('H2', 1)]
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, name: str, columns: Mapping[str, str]
    ) -> None:
        self.connection, self.name, self.columns = connection, name, dict(columns)
        make_table(connection, name, {each: Column(kind, ()) for each, kind in columns.items()})

    def add(self, rows: Iterable[Cells]) -> None:
        """Put rows at the end."""
        cells = list(zip(*rows, strict=True))
        if cells:
            columns = zip(self.columns.items(), cells, strict=True)
            given = {name: Column(kind, values) for (name, kind), values in columns}
            add_rows(self.connection, self.name, given)

    def table(self) -> Table:
        """All rows so far, in the order in which they came."""
        return streamed_table(
            self.connection,
            self.name,
            tuple(self.columns),
            f"SELECT * FROM {quoted_name(self.name)}",
        )


def streamed_table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], query: str
) -> Table:
    """A table whose rows are what a query of a database gives."""
    return Table(name, columns, streamed(connection, query))


def streamed(connection: duckdb.DuckDBPyConnection, query: str) -> StreamedRows:
    """The rows of a query, read anew on each pass, on a cursor of its own."""

    def read() -> Iterator[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(query)
            while part := cursor.fetchmany(10_000):
                for row in part:
                    yield tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row)

    def count() -> int:
        (row,) = connection.execute(f"SELECT count(*) FROM ({query})").fetchall()
        return int(row[0])

    return StreamedRows(count, read)
