"""What a bulk run asks of the machine that runs its SQL: DuckDB in this process, or Spark.

The statements of this package are written in DuckDB's dialect, kept to what sqlglot can say
in Spark's; the decisions' own steps are compiled for each dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shibie.duckdb_tables import Column
from shibie.engines.sql.building import Dialect
from shibie.engines.sql.plan import QueryStep
from shibie.results.files import PLAIN, CsvStyle, Format
from shibie.results.table import Table
from shibie.rosters.layout import Placed
from shibie.rosters.text_search import Sought

ROW = "row_"


@dataclass(frozen=True)
class FileRelation:
    """A file as a relation, with a column `row_` of row numbers.

    Attributes:
        name: of the relation.
        columns: column index in the file → name and DuckDB type.
    """

    name: str
    columns: Mapping[int, tuple[str, str]]


@dataclass(frozen=True)
class Output:
    """A result table.

    Attributes:
        name: of the table.
        columns: in order.
        lists: those whose cells are lists of text.
        query: has the columns, and those that `order` names.
        order: the order of the rows.
    """

    name: str
    columns: tuple[str, ...]
    lists: frozenset[str]
    query: str
    order: str

    def sorted(self, values: Iterable[str]) -> str:
        """The query of some values of the columns, in order."""
        return f"SELECT {', '.join(values)} FROM ({self.query}) ORDER BY {self.order}"


class Host(Protocol):
    """Runs SQL over the tables of one roster.

    Attributes:
        dialect: for which the decisions' steps are compiled.
    """

    dialect: Dialect

    def new_name(self) -> str:
        """A name that no table has."""
        ...

    def relation(self, placed: Placed) -> FileRelation:
        """A table's file as a relation, below its header.

        Raises:
            InputError: when the file cannot be read.
        """
        ...

    def narrowed(self, name: str, where: str, sought: Sought, /) -> str:
        """A table, or what has of its rows those that a condition holds of, and is sooner read.

        Args:
            name: of the table.
            where: the condition.
            sought: what a line of text holds that it holds of.
        """
        ...

    def run(self, statement: str) -> None:
        """CREATE a table or a view."""
        ...

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        ...

    def keep(self, name: str, columns: Mapping[str, Column]) -> None:
        """A table from Python, replacing one of that name."""
        ...

    def append(self, name: str, columns: Mapping[str, Column]) -> None:
        """More rows for a table from Python; made if it is not there."""
        ...

    def stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query as they come."""
        ...

    def arrow(self, query: str) -> Callable[[], object] | None:
        """What gives the rows of a query as a stream of Arrow (its PyCapsule); None without."""
        ...

    def sorted_lines(self, query: str) -> Iterator[bytes]:
        """The lines of a query in the order of their bytes, each with a line feed; in chunks."""
        ...

    def steps(self, steps: Iterable[QueryStep], progress: Callable[[str], None]) -> None:
        """Run the steps of a plan."""
        ...

    def write(
        self,
        out: str,
        form: Format,
        outputs: Sequence[Output],
        tables: Sequence[Table],
        texts: Mapping[str, str],
        style: CsvStyle = PLAIN,
        gone: Sequence[str] = (),
    ) -> None:
        """Write a folder of results, all of it or nothing.

        Args:
            out: the folder.
            form: of the tables.
            outputs: large tables.
            tables: small ones.
            texts: other files by name.
            style: of CSV.
            gone: files of an older result that this one does not have; they are removed.
        """
        ...
