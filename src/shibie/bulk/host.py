"""What a bulk run asks of the machine that runs its SQL: DuckDB in this process, or Spark.

The statements of this package are written in DuckDB's dialect, kept to what sqlglot can say
in Spark's; the decisions' own steps are compiled for each dialect.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from shibie.columns import Column
from shibie.engine.relational.plan import Step
from shibie.engine.relational.sql import Dialect
from shibie.errors import Words
from shibie.tables.headers import Header
from shibie.tables.results import Format, Table
from shibie.tables.source import Sheet

ROW = "row_"


@dataclass(frozen=True)
class File:
    """A table of the roster's folder.

    Attributes:
        shown: its place in the folder, as messages name it: `registers/vehicles.csv`.
        path: where it is.
        parquet: whether it is Parquet; else CSV.
        empty: whether there is nothing in it, not even a header.
    """

    shown: str
    path: str
    parquet: bool
    empty: bool

    @property
    def name(self) -> str:
        """Its place without the suffix."""
        return self.shown.rsplit(".", 1)[0]


@dataclass(frozen=True)
class Relation:
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
    """Runs SQL over the files of one folder.

    Attributes:
        dialect: for which the decisions' steps are compiled.
        notes: what of the folder is not read.
    """

    dialect: Dialect
    notes: tuple[Words, ...]

    def files(self) -> Sequence[File]:
        """The tables of the folder."""
        ...

    def head(self, file: File) -> Sequence[tuple[str, ...]]:
        """The first rows of a CSV file; the column names of a Parquet file.

        Raises:
            InputError: when the file cannot be read.
        """
        ...

    def whole(self, file: File) -> Sheet:
        """All cells of a small file."""
        ...

    def relation(self, file: File, header: Header, width: int) -> Relation:
        """A file as a relation, below its header.

        Raises:
            InputError: when the file cannot be read.
        """
        ...

    def run(self, statement: str) -> None:
        """CREATE a table or a view."""
        ...

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        ...

    def keep(self, name: str, columns: Mapping[str, Column]) -> None:
        """A small table from Python, replacing one of that name."""
        ...

    def steps(self, steps: Iterable[Step], progress: Callable[[str], None]) -> None:
        """Run the steps of a plan."""
        ...

    def write(
        self,
        out: str,
        form: Format,
        outputs: Sequence[Output],
        tables: Sequence[Table],
        texts: Mapping[str, str],
    ) -> None:
        """Write a folder of results, all of it or nothing.

        Args:
            out: the folder.
            form: of the tables.
            outputs: large tables.
            tables: small ones.
            texts: other files by name.
        """
        ...
