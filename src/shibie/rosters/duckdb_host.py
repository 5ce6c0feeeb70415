"""DuckDB as the host of a bulk run: local files, one process, memory bounded, spilling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from shibie.atomic import new_files
from shibie.duckdb_tables import Column, add_rows, make_table, quoted_name
from shibie.engines.sql.building import Dialect
from shibie.engines.sql.plan import QueryStep
from shibie.engines.sql.running import run_steps
from shibie.formula_cells import defused_sql
from shibie.results.files import PLAIN, CsvStyle, Format, write_table
from shibie.results.table import Table
from shibie.rosters.duckdb_files import DuckFiles
from shibie.rosters.parquet import LIST_SEPARATOR
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import Output
from shibie.scratch_database import failures_said, rows_of, scratch_database


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


class DuckHost(DuckFiles):
    """A `sql_host.Host` on one DuckDB connection."""

    dialect: Dialect = "duckdb"

    # --- SQL ----------------------------------------------------------------------------

    def run(self, statement: str) -> None:
        """CREATE a table or a view."""
        self.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.execute(query).fetchall()

    def keep(self, name: str, columns: Mapping[str, Column]) -> None:
        """A table from Python."""
        make_table(self.connection, name, columns)

    def append(self, name: str, columns: Mapping[str, Column]) -> None:
        """More rows for a table from Python."""
        add_rows(self.connection, name, columns)

    def stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query as they come, on a cursor of their own."""
        return rows_of(self.connection, query)

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
        texts: Mapping[str, str], style: CsvStyle = PLAIN, gone: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Write a folder aside, then move it to its place."""
        with failures_said(), new_files(Path(out), gone) as folder:
            for each in outputs:
                self.copy(each, folder, form, style)
            for table in tables:
                write_table(folder, table, form, style)
            for name, text in texts.items():
                (folder / name).write_text(text, encoding="utf-8")

    def copy(self, output: Output, folder: Path, form: Format, style: CsvStyle = PLAIN) -> None:
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
        titles = style.header(output.name, output.columns)
        shown = [
            f"nullif({defused_sql(value)}, '') AS {quoted_name(title)}"
            for title, value in zip(titles, barred, strict=True)
        ]
        target = quoted(str(folder / f"{output.name}.csv"))
        self.connection.execute(
            f"COPY ({output.sorted(shown)}) TO {target} (FORMAT csv, HEADER, NULLSTR '')"
        )
