"""One table of results: held in memory, or streamed from the database that has it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from shibie.duckdb_tables import Column, make_table, quoted_name
from shibie.errors import Words, cannot_load
from shibie.shown_text import shown

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow

Cells = tuple[Any, ...]
# Columns whose cells name something, by which a table is joined to others and read again.
KEYS: Final = frozenset(
    (
        "household_id", "member_id", "row_key", "clue_id", "rule_id", "other_household_id",
        "other_member_id", "successors", "origins",
    )
)  # fmt: skip
# A table that is read again as it is, with what people wrote: acts have their numbers from it.
_AGAIN: Final = "acts"
# The columns of all result tables whose cells are whole numbers; the others are text.
_WHOLE: Final = frozenset(("row",))


class StreamedRows(Collection[Cells]):
    """Rows that a database has; each pass reads them anew, on a cursor of its own.

    Args:
        count: how many there are.
        read: the rows, in order.
        arrow: the rows as a stream of Arrow, or None where the database has no such thing.
    """

    def __init__(
        self,
        count: Callable[[], int],
        read: Callable[[], Iterator[Cells]],
        arrow: Callable[[], object] | None = None,
    ) -> None:
        self._count, self._read, self.arrow = count, read, arrow
        self._length: int | None = None

    def __len__(self) -> int:
        if self._length is None:
            self._length = self._count()
        return self._length

    def __iter__(self) -> Iterator[Cells]:
        return self._read()

    def __contains__(self, row: object) -> bool:
        return any(each == row for each in self)


def streamed(
    stream: Callable[[str], Iterator[Cells]],
    query: str,
    counted: str = "",
    arrow: Callable[[], object] | None = None,
) -> StreamedRows:
    """The rows of a query, read anew on each pass.

    Args:
        stream: gives the rows of any query, as a database has them.
        query: the rows, in order.
        counted: a query of as many rows, where these need not be put in order to be counted.
        arrow: the rows as a stream of Arrow, or None where the database has no such thing.
    """

    def read() -> Iterator[Cells]:
        for row in stream(query):
            yield tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row)

    def count() -> int:
        ((number,),) = stream(f"SELECT count(*) FROM ({counted or query})")
        return int(number)

    return StreamedRows(count, read, arrow)


class _ShownRows(Collection[Cells]):
    """Rows of which the texts of some columns are as they may be shown.

    Args:
        rows: as they are.
        free: of each column, whether it holds what people wrote.
    """

    def __init__(self, rows: Collection[Cells], free: Sequence[bool]) -> None:
        self._rows, self._free = rows, free

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Cells]:
        for row in self._rows:
            yield tuple(
                shown(cell) if may and isinstance(cell, str) else cell
                for cell, may in zip(row, self._free, strict=True)
            )

    def __contains__(self, row: object) -> bool:
        return any(each == row for each in self)


@dataclass(frozen=True)
class Table:
    """A named table: columns, and rows in the roster's order.

    Going through it gives each row as a dict; its length is the number of rows. It can be
    handed to whatever reads Arrow (DuckDB, polars, pyarrow, pandas) as it is.

    Attributes:
        name: of the table, as its file is named.
        columns: names, in order.
        rows: tuples of cells: text, a whole number (`row`), a tuple of text for a list.
        lists: the columns whose cells are lists of text.

    >>> table = Table("tracks", ("household_id", "track"), (("H1", "medical"),))
    >>> len(table), next(iter(table))
    (1, {'household_id': 'H1', 'track': 'medical'})
    """

    name: str
    columns: tuple[str, ...]
    rows: Collection[Cells]
    lists: frozenset[str] = frozenset()

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for row in self.rows:
            yield dict(zip(self.columns, row, strict=True))

    def sql_types(self) -> dict[str, str]:
        """The type of each column, as DuckDB names it."""
        return {
            name: "VARCHAR[]" if name in self.lists else "BIGINT" if name in _WHOLE else "VARCHAR"
            for name in self.columns
        }

    def as_shown(self) -> Table:
        """The table as files have it: what is no key is shown as text, without numbers of people."""
        if self.name == _AGAIN:
            return self
        return replace(
            self, rows=_ShownRows(self.rows, [each not in KEYS for each in self.columns])
        )

    def as_columns(self) -> dict[str, Column]:
        """The cells by column."""
        cells = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        kinds = self.sql_types()
        return {
            name: Column(kinds[name], column)
            for name, column in zip(self.columns, cells, strict=True)
        }

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows as a stream of Arrow batches, for whatever library asks."""
        if isinstance(self.rows, StreamedRows) and self.rows.arrow is not None:
            return self.rows.arrow()
        import duckdb

        connection = duckdb.connect()
        make_table(connection, "given", self.as_columns())
        every = ", ".join(map(quoted_name, self.columns))
        return connection.sql(f"SELECT {every} FROM given").__arrow_c_stream__(requested_schema)

    def to_pyarrow(self) -> pyarrow.Table:
        """As a pyarrow table; needs pyarrow."""
        try:
            import pyarrow
        except ImportError as error:
            raise _missing("pyarrow", error) from None
        return pyarrow.table(self)

    def to_polars(self) -> polars.DataFrame:
        """As a polars frame; needs polars."""
        try:
            import polars
        except ImportError as error:
            raise _missing("polars", error) from None
        return polars.DataFrame(self)

    def to_pandas(self) -> pandas.DataFrame:
        """As a pandas frame, lists as lists; needs pandas."""
        try:
            import pandas
        except ImportError as error:
            raise _missing("pandas", error) from None
        return pandas.DataFrame(
            [
                [list(cell) if isinstance(cell, tuple) else cell for cell in row]
                for row in self.rows
            ],
            columns=list(self.columns),
        )


def _missing(library: str, error: ImportError) -> Exception:
    advice = f"pip install {library}"
    return cannot_load("shibie.Table", library, error, Words(advice, advice))
