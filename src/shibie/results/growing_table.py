"""A table that grows row by row and is kept by a database: however long, little of it is held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from shibie.duckdb_tables import BATCH, Column, add_rows, make_table, quoted_name
from shibie.results.table import Cells, Table, streamed
from shibie.scratch_database import rows_of

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
        """Put rows at the end; of however many, a batch is held at a time."""
        rest = iter(rows)
        while batch := tuple(islice(rest, BATCH)):
            columns = zip(self.columns.items(), zip(*batch, strict=True), strict=True)
            given = {name: Column(kind, values) for (name, kind), values in columns}
            add_rows(self.connection, self.name, given)

    def table(self) -> Table:
        """All rows so far, in the order in which they came."""
        query = f"SELECT * FROM {quoted_name(self.name)}"
        rows = streamed(partial(rows_of, self.connection), query)
        return Table(self.name, tuple(self.columns), rows)
