"""DuckDB as the host of a bulk run: local files, one process, memory bounded, spilling."""

from __future__ import annotations

import csv
import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import duckdb

from shibie.bulk.canonical import quoted
from shibie.bulk.host import ROW, File, Output, Relation
from shibie.bulk.tidy import plain, tidied, unusable
from shibie.engine.relational.plan import Step
from shibie.engine.relational.sql import Dialect
from shibie.engine.relational.steps import run_steps
from shibie.errors import InputError, Problem, Words, bad_argument
from shibie.tables.headers import HEADER_DEPTH, Header
from shibie.tables.results import LIST_SEPARATOR, Format, Table, aside, write_csv, write_parquet
from shibie.tables.source import TABLES, Sheet, delimiter_of, table_of, unread_notes

if TYPE_CHECKING:
    import pyarrow as pa


@contextmanager
def duck_host(
    folder: Path, memory: str | None = None, temp: Path | None = None
) -> Iterator[DuckHost]:
    """A host whose scratch files are gone afterwards, however the run ends.

    Args:
        folder: the roster.
        memory: most memory for DuckDB, e.g. `4GB`; beyond it, it spills.
        temp: where to spill.

    Raises:
        InputError: when memory or disk do not suffice.
    """
    beside = temp or Path(tempfile.gettempdir())
    beside.mkdir(parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".shibie-", dir=beside))
    try:
        with duckdb.connect(str(scratch / "scratch.duckdb")) as connection:
            # It would take a script run by `python -c` for a terminal.
            connection.execute("SET enable_progress_bar = false")
            connection.execute(f"SET temp_directory = {quoted(str(scratch / 'spill'))}")
            if memory:
                _limit(connection, memory)
            yield DuckHost(connection, folder, scratch)
    except duckdb.OutOfMemoryException as error:
        raise _short(
            error,
            "no_memory",
            Words("内存不够", "not enough memory"),
            Words(
                "用 `memory` 给得更多, 或用 `temp` 指定更大的磁盘",
                "give more with `memory`, or a larger disk with `temp`",
            ),
        ) from None
    except duckdb.IOException as error:
        raise _short(
            error,
            "file_failure",
            Words("读写文件失败", "a file could not be read or written"),
            Words(
                "检查磁盘空间, 或用 `temp` 指定别处",
                "check the disk space, or name another place with `temp`",
            ),
        ) from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _limit(connection: duckdb.DuckDBPyConnection, memory: str) -> None:
    try:
        connection.execute(f"SET memory_limit = {quoted(memory)}")
    except duckdb.Error:
        raise InputError(
            bad_argument(
                "memory",
                Words(f"看不懂的大小:{memory}", f"not a size: {memory}"),
                Words("如 4GB 或 500MB", "such as 4GB or 500MB"),
                code="bad_size",
            )
        ) from None


def _short(error: Exception, code: str, what: Words, suggestion: Words) -> InputError:
    """DuckDB's complaint in one line."""
    text = str(error).split("\n", 1)[0]
    full = Words(f"{what.zh}:{text}", f"{what.en}: {text}")
    return InputError(Problem("duckdb", full, suggestion=suggestion, code=code))


class DuckHost:
    """A `host.Host` on one DuckDB connection."""

    dialect: Dialect = "duckdb"

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path, scratch: Path) -> None:
        self.connection, self.folder, self.scratch = connection, folder, scratch
        self.notes = unread_notes(folder)
        self.texts: dict[str, Path] = {}
        self.delimiters: dict[str, str] = {}
        self.names = (f"raw{number}" for number in itertools.count())

    # --- files --------------------------------------------------------------------------

    def files(self) -> list[File]:
        """The tables of the folder and of its registers."""
        entries = [*sorted(self.folder.iterdir()), *sorted((self.folder / "registers").glob("*"))]
        return [
            File(
                entry.relative_to(self.folder).as_posix(), str(entry),
                entry.suffix.lower() == ".parquet", entry.stat().st_size == 0,
            )
            for entry in entries
            if entry.is_file() and entry.suffix.lower() in TABLES
        ]  # fmt: skip

    def head(self, file: File) -> list[tuple[str, ...]]:
        """The first rows, or the column names of Parquet."""
        if file.parquet:
            return [tuple(name for name, _ in self.parquet_columns(file))]
        with self.text(file).open(encoding="utf-8-sig", newline="") as lines:
            self.delimiters[file.path] = delimiter_of(lines)
            lines.seek(0)
            try:
                reader = csv.reader(lines, delimiter=self.delimiters[file.path], strict=True)
                return [tuple(row) for row in itertools.islice(reader, HEADER_DEPTH)]
            except csv.Error as error:
                unusable(file, f"不是合法的 CSV({error})", f"not valid CSV ({error})")

    def whole(self, file: File) -> Sheet:
        """All cells."""
        return table_of(Path(file.path), file.shown)

    def relation(self, file: File, header: Header, width: int) -> Relation:
        """A view of Parquet; the used columns of CSV as a table of text."""
        name = next(self.names)
        if file.parquet:
            columns = self.parquet_columns(file)
            self.read(
                file,
                f"CREATE VIEW {name} AS SELECT *, file_row_number + 2 AS {ROW}"
                f" FROM read_parquet({quoted(file.path)}, file_row_number = true)",
            )
            return Relation(name, {index: columns[index] for index in header.columns})
        try:
            self.land(name, file, header, width)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            # Ragged or oddly quoted: Python's reader says what is wrong, or makes it even.
            self.texts[file.path] = self.tidied(file)
            self.read(file, f"DROP TABLE IF EXISTS {name}")
            try:
                self.land(name, file, header, width)
            except duckdb.Error as error:
                _unreadable(file, error)
        return Relation(name, {index: (f"c{index}", "VARCHAR") for index in header.columns})

    def parquet_columns(self, file: File) -> list[tuple[str, str]]:
        """Names and types."""
        query = f"DESCRIBE SELECT * FROM read_parquet({quoted(file.path)})"
        return [(row[0], row[1]) for row in self.read(file, query).fetchall()]

    def text(self, file: File) -> Path:
        """The file itself when DuckDB can read it as it is, else a tidy copy."""
        if file.path not in self.texts:
            is_plain = plain(Path(file.path))
            self.texts[file.path] = Path(file.path) if is_plain else self.tidied(file)
        return self.texts[file.path]

    def tidied(self, file: File) -> Path:
        """A copy that DuckDB reads row for row."""
        return tidied(file, Path(file.path), self.scratch / f"tidy{len(self.texts)}.csv")

    def land(self, name: str, file: File, header: Header, width: int) -> None:
        """Load the text of the used columns, with row numbers."""
        every = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
        used = ", ".join(f"c{index}" for index in header.columns)
        # Row numbers need the file's order; nothing after this does.
        self.connection.execute("SET preserve_insertion_order = true")
        self.connection.execute(
            f"CREATE TABLE {name} AS SELECT row_number() OVER () + {header.row} AS {ROW}, {used}"
            f" FROM read_csv({quoted(str(self.text(file)))}, header = false, skip = {header.row},"
            f" delim = {quoted(self.delimiters[file.path])}, quote = '\"', escape = '\"',"
            f" null_padding = true, auto_detect = false, columns = {{{every}}})"
        )
        self.connection.execute("SET preserve_insertion_order = false")

    def read(self, file: File, statement: str) -> duckdb.DuckDBPyConnection:
        """Run a statement that reads a file."""
        try:
            return self.connection.execute(statement)
        except duckdb.Error as error:
            _unreadable(file, error)

    # --- SQL ----------------------------------------------------------------------------

    def run(self, statement: str) -> None:
        """CREATE a table or a view."""
        self.connection.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()

    def keep(self, name: str, columns: Mapping[str, pa.Array]) -> None:
        """A small table from Python."""
        import pyarrow as pa

        self.connection.register("given_rows", pa.table(dict(columns)))
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM given_rows")
        self.connection.unregister("given_rows")

    def steps(self, steps: Iterable[Step], progress: Callable[[str], None]) -> None:
        """Run the steps of a plan."""
        run_steps(self.connection, steps, progress)

    # --- results ------------------------------------------------------------------------

    def write(
        self, out: str, form: Format, outputs: Sequence[Output], tables: Sequence[Table],
        texts: Mapping[str, str],
    ) -> None:  # fmt: skip
        """Write a folder aside, then move it to its place."""
        with aside(Path(out)) as folder:
            for each in outputs:
                self.copy(each, folder, form)
            for table in tables:
                if form == "csv":
                    write_csv(folder / f"{table.name}.csv", table)
                else:
                    write_parquet(folder / f"{table.name}.parquet", table)
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


def _unreadable(file: File, error: duckdb.Error) -> NoReturn:
    if isinstance(error, duckdb.OutOfMemoryException):
        raise error
    text = str(error).split("\n", 1)[0]
    unusable(file, f"不可读:{text}", f"cannot be read: {text}")
