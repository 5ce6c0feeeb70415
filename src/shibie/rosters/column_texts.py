"""The texts of one column: by a database where it reads the file by itself, else cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shibie.duckdb_tables import quoted_name
from shibie.rosters.cells import Cell, is_blank
from shibie.rosters.headers import Header
from shibie.rosters.parquet import cell_sql, only
from shibie.rosters.sheets import Sheet


@dataclass(frozen=True)
class FileColumn:
    """A column of a file that a database reads by itself.

    Attributes:
        path: of Parquet, or of CSV in UTF-8.
        at: its place, from 0.
        above: how many rows of CSV stand above.
        width: how many columns CSV has.
        delimiter: of CSV; None for Parquet.
    """

    path: Path
    at: int
    above: int
    width: int
    delimiter: str | None

    def found(self, query: str) -> list[tuple[Any, Any]] | None:
        """What a query finds in the texts `t` of the view `texts`; None where it cannot be read so."""
        import duckdb

        try:
            with duckdb.connect() as connection:
                connection.execute("SET enable_progress_bar = false")
                if self.delimiter is None:
                    file = connection.read_parquet(only(self.path), hive_partitioning=False)
                    cell = cell_sql(quoted_name(file.columns[self.at]), str(file.types[self.at]))
                else:
                    columns = ", ".join(f"c{index}: 'VARCHAR'" for index in range(self.width))
                    escaped = only(self.path).replace("'", "''")
                    cell = f"c{self.at}"
                    file = connection.sql(
                        f"SELECT {cell} FROM read_csv('{escaped}', header = false,"
                        f" skip = {self.above}, auto_detect = false, delim = '{self.delimiter}',"
                        f" quote = '\"', escape = '\"', null_padding = true,"
                        f" columns = {{{columns}}})"
                    )
                file.project(f"CAST({cell} AS VARCHAR) AS t").create_view("texts")
                return [(row[0], row[1]) for row in connection.execute(query).fetchall()]
        except (duckdb.Error, UnicodeError, RuntimeError, IndexError):
            return None


def file_column(sheet: Sheet, header: Header, at: int) -> FileColumn | None:
    """A column of a sheet where a database reads its file; None where it does not."""
    file = sheet.file
    if file is None or file.elsewhere is not None:
        return None
    if file.text is not None and file.text.encoding != "utf-8":
        return None
    width = max(map(len, sheet.head), default=0)
    mark = file.text.delimiter if file.text else None
    return FileColumn(Path(file.path), at, header.row, width, mark)


def cells_below(sheet: Sheet, header: Header, at: int) -> Iterator[Cell]:
    """The cells of a column below its header that are not blank."""
    for row in sheet.rows[header.row :]:
        if at < len(row) and not is_blank(row[at]):
            yield row[at]
