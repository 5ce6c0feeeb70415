"""DuckDB as the host of a bulk run: local files, one process, memory bounded, spilling."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import duckdb

from shibie.atomic import new_files
from shibie.duckdb_tables import Column, add_rows, make_table
from shibie.engines.sql.building import Dialect
from shibie.engines.sql.plan import QueryStep
from shibie.engines.sql.running import run_steps
from shibie.errors import InputError, Problem, Words
from shibie.results.files import Format, write_table
from shibie.results.table import Table
from shibie.rosters.csv_text import CsvText, even_copy
from shibie.rosters.layout import Placed
from shibie.rosters.parquet import LIST_SEPARATOR, only
from shibie.rosters.sheets import FilePlace
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, FileRelation, Output
from shibie.scratch_database import failures_said, scratch_database

# Rows that are fetched at a time.
_PART = 10_000


@contextmanager
def duck_host(
    memory: str | None = None, temp: Path | None = None, keep: bool = True
) -> Iterator[DuckHost]:
    """A host whose scratch files are gone afterwards, however the run ends.

    Tables are held in memory; what does not fit spills.

    Args:
        memory: most memory for DuckDB, e.g. `4GB`; beyond it, it spills.
        temp: where to spill.
        keep: whether CSV is kept as a table, or read anew by each query: for few queries
            that want little of it.

    Raises:
        InputError: when memory or disk do not suffice.
    """
    with scratch_database(memory, temp) as (connection, folder):
        yield DuckHost(connection, folder, keep)


class DuckHost:
    """A `host.Host` on one DuckDB connection."""

    dialect: Dialect = "duckdb"

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, scratch: Path, keep: bool = True
    ) -> None:
        self.connection, self.scratch, self.keeps = connection, scratch, keep
        # Views of CSV, which may yet turn out to be ragged.
        self.uneven: dict[str, Placed] = {}
        self.names = (f"raw{number}" for number in itertools.count())
        # Views of files, which may turn out to be damaged only when their rows are read.
        self.views: dict[str, FilePlace] = {}

    def new_name(self) -> str:
        """A name that no table has."""
        return next(self.names)

    # --- files --------------------------------------------------------------------------

    def relation(self, placed: Placed) -> FileRelation:
        """A view of Parquet; the used columns of CSV as text, a table or a view."""
        name, file = self.new_name(), placed.sheet.file
        assert file is not None
        if file.text is None:
            return self.parquet(name, file, placed)
        if not self.keeps:
            self.uneven[name] = placed
        path = Path(file.path)
        if not file.text.even:
            path = self.even(name, file)
        try:
            self.land(name, path, file.text, placed, even=path != Path(file.path))
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            # Ragged or oddly quoted: Python's reader says what is wrong, or makes it even.
            self.read(file, f"DROP TABLE IF EXISTS {name}")
            try:
                self.land(name, self.even(name, file), file.text, placed, even=True)
            except duckdb.Error as error:
                _unreadable(file, error)
        columns = {index: (f"c{index}", "VARCHAR") for index in placed.header.columns}
        return FileRelation(name, columns)

    def parquet(self, name: str, file: FilePlace, placed: Placed) -> FileRelation:
        """A view of a Parquet file."""
        path = f"read_parquet({quoted(only(file.path))}, hive_partitioning = false"
        described = self.read(file, f"DESCRIBE SELECT * FROM {path})").fetchall()
        self.read(
            file,
            f"CREATE VIEW {name} AS SELECT *, file_row_number + 2 AS {ROW}"
            f" FROM {path}, file_row_number = true)",
        )
        self.views[name] = file
        return FileRelation(name, {index: described[index][:2] for index in placed.header.columns})

    def even(self, name: str, file: FilePlace) -> Path:
        """A copy in UTF-8 whose rows all have as many cells."""
        assert file.text is not None
        return even_copy(Path(file.path), file.text, self.scratch / f"{name}.csv")

    def land(self, name: str, path: Path, text: CsvText, placed: Placed, even: bool) -> None:
        """Load the text of the used columns, with row numbers; or make a view that does."""
        header = placed.header
        width = max(len(row) for row in placed.sheet.head)
        every = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
        used = ", ".join(f"c{index}" for index in header.columns)
        # A cell may go on over several lines; only then, all lines are read in one go.
        how = "parallel = false" if even else "null_padding = true"
        rows = (
            f"SELECT row_number() OVER () + {header.row} AS {ROW}, {used}"
            f" FROM read_csv({quoted(only(path))}, header = false, skip = {header.row},"
            f" delim = {quoted(text.delimiter)}, quote = '\"', escape = '\"', {how},"
            f" auto_detect = false, columns = {{{every}}})"
        )
        # Row numbers need the file's order; nothing after a table is made does.
        self.connection.execute("SET preserve_insertion_order = true")
        if not self.keeps:
            self.connection.execute(f"CREATE OR REPLACE VIEW {name} AS {rows}")
            return
        try:
            self.connection.execute(f"CREATE TABLE {name} AS {rows}")
        finally:
            self.connection.execute("SET preserve_insertion_order = false")

    def read(self, file: FilePlace, statement: str) -> duckdb.DuckDBPyConnection:
        """Run a statement that reads a file."""
        try:
            return self.connection.execute(statement)
        except duckdb.Error as error:
            _unreadable(file, error)

    # --- SQL ----------------------------------------------------------------------------

    def run(self, statement: str) -> None:
        """CREATE a table or a view."""
        self.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.execute(query).fetchall()

    def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        """Run a statement; a file that it cannot read is named."""
        try:
            return self.connection.execute(statement)
        except duckdb.Error as error:
            for name, file in self.views.items():
                if re.search(rf"\b{name}\b", statement):
                    _unreadable(file, error)
            if isinstance(error, duckdb.OutOfMemoryException) or not self.made_even(statement):
                raise
        return self.execute(statement)

    def made_even(self, statement: str) -> bool:
        """Make even, by a copy, the views of a statement whose CSV is ragged or oddly quoted.

        Returns:
            whether there is any.

        Raises:
            InputError: when a file cannot be read at all.
        """
        named = [name for name in self.uneven if re.search(rf"\b{name}\b", statement)]
        for name in named:
            placed = self.uneven.pop(name)
            file = placed.sheet.file
            assert file is not None
            assert file.text is not None
            self.land(name, self.even(name, file), file.text, placed, even=True)
            self.views[name] = file
        return bool(named)

    def keep(self, name: str, columns: Mapping[str, Column]) -> None:
        """A table from Python."""
        make_table(self.connection, name, columns)

    def append(self, name: str, columns: Mapping[str, Column]) -> None:
        """More rows for a table from Python."""
        add_rows(self.connection, name, columns)

    def stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query as they come, on a cursor of their own."""
        # A result is gone through and written when the run that made it is long over.
        with failures_said(), self.connection.cursor() as cursor:
            cursor.execute(query)
            while part := cursor.fetchmany(_PART):
                yield from part

    def arrow(self, query: str) -> Callable[[], object]:
        """What gives the rows of a query as a stream of Arrow, on a cursor of its own."""
        return lambda: self.connection.cursor().sql(query).__arrow_c_stream__()

    def sorted_lines(self, query: str) -> Iterator[bytes]:
        """The lines of a query in the order of their bytes, in chunks; through a file."""
        path = self.scratch / "lines"
        self.connection.execute(
            f"COPY (SELECT line FROM ({query}) ORDER BY line) TO {quoted(str(path))}"
            " (FORMAT csv, HEADER false)"
        )
        with path.open("rb") as lines:
            while chunk := lines.read(1 << 20):
                yield chunk
        path.unlink()

    def steps(self, steps: Iterable[QueryStep], progress: Callable[[str], None]) -> None:
        """Run the steps of a plan."""
        run_steps(self.connection, steps, progress)

    # --- results ------------------------------------------------------------------------

    def write(
        self, out: str, form: Format, outputs: Sequence[Output], tables: Sequence[Table],
        texts: Mapping[str, str],
    ) -> None:  # fmt: skip
        """Write a folder aside, then move it to its place."""
        with failures_said(), new_files(Path(out)) as folder:
            for each in outputs:
                self.copy(each, folder, form)
            for table in tables:
                write_table(folder, table, form)
            for name, text in texts.items():
                (folder / name).write_text(text, encoding="utf-8")

    def copy(self, output: Output, folder: Path, form: Format) -> None:
        """Stream a query into a file."""
        if form == "parquet":
            query = output.sorted(output.columns)
            target = quoted(str(folder / f"{output.name}.parquet"))
            self.connection.execute(f"COPY ({query}) TO {target} (FORMAT parquet)")
            return
        barred = [
            f"array_to_string({name}, {quoted(LIST_SEPARATOR)})" if name in output.lists else name
            for name in output.columns
        ]
        shown = [
            f"nullif({value}, '') AS {name}"
            for name, value in zip(output.columns, barred, strict=True)
        ]
        target = quoted(str(folder / f"{output.name}.csv"))
        self.connection.execute(
            f"COPY ({output.sorted(shown)}) TO {target} (FORMAT csv, HEADER, NULLSTR '')"
        )


def _unreadable(file: FilePlace, error: duckdb.Error) -> NoReturn:
    if isinstance(error, duckdb.OutOfMemoryException):
        raise error
    text = str(error).split("\n", 1)[0]
    raise InputError(
        Problem(file.path, Words(f"不可读:{text}", f"cannot be read: {text}"))
    ) from None
