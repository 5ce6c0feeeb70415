"""The files of a roster as relations of DuckDB: Parquet as it is, CSV as text."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

import duckdb

from shibie.errors import InputError, Problem, Words
from shibie.rosters.csv_text import CsvText, even_copy, goes_over_lines, is_even
from shibie.rosters.layout import Placed
from shibie.rosters.parquet import only
from shibie.rosters.sheets import FilePlace
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, FileRelation
from shibie.rosters.text_search import NotByLinesError, Sought, lines_with

# So many numbers are looked for in a text one by one; it is read sooner than searched for more.
_SEARCHES = 8


class DuckFiles:
    """Relations of files on one DuckDB connection.

    Attributes:
        connection: on which they are.
        scratch: a folder for copies.
        keeps: whether CSV is kept as a table, or read anew by each query.
        unread: CSV that is not kept, and was not asked for as a whole so far.
        searched: CSV of which a few lines may be looked for.
        uneven: views of CSV, which may yet turn out to be ragged.
        views: of files, which may turn out to be damaged only when their rows are read.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, scratch: Path, keep: bool = True
    ) -> None:
        self.connection, self.scratch, self.keeps = connection, scratch, keep
        self.unread: dict[str, Placed] = {}
        self.searched: dict[str, Placed] = {}
        self.uneven: dict[str, Placed] = {}
        self.views: dict[str, FilePlace] = {}
        self.names = (f"raw{number}" for number in itertools.count())

    def new_name(self) -> str:
        """A name that no table has."""
        return next(self.names)

    def relation(self, placed: Placed) -> FileRelation:
        """A view of Parquet; the used columns of CSV as text, a table or a view."""
        name, file = self.new_name(), placed.sheet.file
        assert file is not None
        if file.text is None:
            return self.parquet(name, file, placed)
        if self.keeps:
            self.csv(name, placed)
        else:
            self.unread[name] = self.searched[name] = placed
        columns = {index: (f"c{index}", "VARCHAR") for index in placed.header.columns}
        return FileRelation(name, columns)

    def csv(self, name: str, placed: Placed) -> None:
        """A table of the used columns of CSV as text, or a view."""
        file, text = _csv(placed)
        path = Path(file.path)
        even = is_even(path, text) and not goes_over_lines(path, text, placed.header.row)
        if even and not self.keeps:
            self.uneven[name] = placed
        try:
            if even:
                self.land(name, path, placed, copied=False)
            else:
                self.copied(name, placed)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            # Ragged or oddly quoted: Python's reader says what is wrong, or makes it even.
            self.read(file, f"DROP TABLE IF EXISTS {name}")
            try:
                self.copied(name, placed)
            except duckdb.Error as error:
                _unreadable(file, error)

    def copied(self, name: str, placed: Placed) -> None:
        """The same by a copy in UTF-8 whose rows all have as many cells."""
        file, text = _csv(placed)
        copy = self.scratch / f"{name}.csv"
        even_copy(Path(file.path), text, copy, placed.header.row)
        self.land(name, copy, placed, copied=True)

    def narrowed(self, name: str, where: str, sought: Sought, /) -> str:
        """Of Parquet, the rows that a condition holds of; of CSV, those of the lines found."""
        if name in self.views and self.views[name].text is None:
            # Only what the condition is of is read of the other rows.
            rows = f"SELECT file_row_number FROM {name} WHERE {where}"
            return f"(SELECT * FROM {name} WHERE file_row_number IN ({rows}))"
        placed = self.searched.get(name)
        if placed is None or len(sought.texts) > _SEARCHES:
            return name
        few = self.new_name()
        try:
            self.found(few, placed, sought)
        except (NotByLinesError, OSError, duckdb.Error):
            del self.searched[name]
            return name
        return few

    def found(self, name: str, placed: Placed, sought: Sought) -> None:
        """A table of the lines found in CSV.

        Raises:
            NotByLinesError: when it has to be read as a whole.
            duckdb.Error: likewise, when some of the lines have too many cells.
        """
        file, text = _csv(placed)
        header, delimiter = placed.header, text.delimiter
        path = self.scratch / f"{name}.csv"
        with path.open("wb") as out:
            for number, line in lines_with(Path(file.path), text, sought):
                if number > header.row:
                    out.write(b"%d%s%s\n" % (number, delimiter.encode(), line))
        used = ", ".join((ROW, *(f"c{index}" for index in header.columns)))
        columns = {ROW: "BIGINT"} | _as_text(placed)
        self.connection.execute(
            f"CREATE TABLE {name} AS SELECT {used} FROM read_csv({quoted(only(path))},"
            f" header = false, {_written(delimiter)}, null_padding = true, columns = {columns})"
        )

    def parquet(self, name: str, file: FilePlace, placed: Placed) -> FileRelation:
        """A view of a Parquet file."""
        path = f"read_parquet({quoted(only(file.path))}, hive_partitioning = false"
        described = self.read(file, f"DESCRIBE SELECT * FROM {path})").fetchall()
        if any(column[0].lower() == "file_row_number" for column in described):
            # Its own column of this name, as a database exports it, is in the way of the reader's.
            setting = "preserve_insertion_order"
            (kept,) = self.read(file, f"SELECT current_setting('{setting}')").fetchone() or (True,)
            self.connection.execute(f"SET {setting} = true")
            try:
                rows = f"SELECT *, row_number() OVER () + 1 AS {ROW} FROM {path})"
                self.read(file, f"CREATE TABLE {name} AS {rows}")
            finally:
                self.connection.execute(f"SET {setting} = {kept}")
        else:
            self.read(
                file,
                f"CREATE VIEW {name} AS SELECT *, file_row_number + 2 AS {ROW}"
                f" FROM {path}, file_row_number = true)",
            )
            self.views[name] = file
        return FileRelation(name, {index: described[index][:2] for index in placed.header.columns})

    def land(self, name: str, path: Path, placed: Placed, copied: bool) -> None:
        """Load the text of the used columns, with row numbers; or make a view that does."""
        header = placed.header
        used = ", ".join(f"c{index}" for index in header.columns)
        # A cell may go on over several lines; only then, all lines are read in one go.
        how = "parallel = false" if copied else "null_padding = true"
        rows = (
            f"SELECT row_number() OVER () + {header.row} AS {ROW}, {used}"
            f" FROM read_csv({quoted(only(path))}, header = false, skip = {header.row},"
            f" {_written(_csv(placed)[1].delimiter)}, {how}, columns = {_as_text(placed)})"
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

    def execute(self, statement: str) -> duckdb.DuckDBPyConnection:
        """Run a statement; a file that it cannot read is named."""
        for name in _named(self.unread, statement):
            self.csv(name, self.unread.pop(name))
        try:
            return self.connection.execute(statement)
        except duckdb.Error as error:
            for name in _named(self.views, statement):
                _unreadable(self.views[name], error)
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
        named = _named(self.uneven, statement)
        for name in named:
            placed = self.uneven.pop(name)
            self.copied(name, placed)
            self.views[name] = _csv(placed)[0]
        return bool(named)


def _named(names: Iterable[str], statement: str) -> list[str]:
    """Those of some names that stand in a statement."""
    return [name for name in names if re.search(rf"\b{name}\b", statement)]


def _csv(placed: Placed) -> tuple[FilePlace, CsvText]:
    """The file of a table, and how it is written."""
    file = placed.sheet.file
    assert file is not None
    assert file.text is not None
    return file, file.text


def _written(delimiter: str) -> str:
    """How CSV is written, for the function that reads it."""
    return f"delim = {quoted(delimiter)}, quote = '\"', escape = '\"', auto_detect = false"


def _as_text(placed: Placed) -> dict[str, str]:
    """All columns of CSV."""
    width = max(len(row) for row in placed.sheet.head)
    return {f"c{index}": "VARCHAR" for index in range(width)}


def _unreadable(file: FilePlace, error: duckdb.Error) -> NoReturn:
    if isinstance(error, duckdb.OutOfMemoryException):
        raise error
    text = str(error).split("\n", 1)[0]
    raise InputError(
        Problem(file.path, Words(f"不可读：{text}", f"cannot be read: {text}"))
    ) from None
