"""Files where Spark finds them: local, HDFS, object stores; through Hadoop's file systems."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shibie.duckdb_tables import Column
from shibie.errors import InputError, Problem, Words
from shibie.results.files import PLAIN, CsvStyle, Format, write_table
from shibie.results.table import Table
from shibie.rosters.csv_text import HEADER_DEPTH, UTF_16_MARKS, csv_text, delimiter_of, even_copy
from shibie.rosters.parquet import write_columns
from shibie.rosters.sheets import TABLES, Cells, table_of
from shibie.scratch_folders import scratch_folder

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# Headers are found in so much of a file's beginning.
BEGINNING: Final = 1 << 16
_TYPES: Final = {
    "string": "VARCHAR", "boolean": "BOOLEAN", "tinyint": "TINYINT", "smallint": "SMALLINT",
    "int": "INTEGER", "bigint": "BIGINT", "date": "DATE", "array<string>": "VARCHAR[]",
    "timestamp_ntz": "TIMESTAMP",
}  # fmt: skip


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


class Storage:
    """Reads, lists, moves and removes files by Hadoop paths."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark
        self.jvm: Any = spark.sparkContext._jvm
        self.configuration: Any = spark.sparkContext._jsc.hadoopConfiguration()

    def _at(self, path: str) -> tuple[Any, Any]:
        """A path and its file system."""
        at = self.jvm.org.apache.hadoop.fs.Path(path)
        system = at.getFileSystem(self.configuration)
        # Checksum files would lie beside the results.
        system.setWriteChecksum(False)
        return at, system

    def parent(self, path: str) -> str:
        """The folder that a path lies in."""
        above = self._at(path)[0].getParent()
        return str(above.toString()) if above is not None else path

    def home(self) -> str:
        """A folder for scratch files where no result names one."""
        return str(self.configuration.get("hadoop.tmp.dir"))

    def tables(self, folder: str) -> list[File]:
        """The tables of a folder and of its registers; a Parquet table may be a folder.

        Raises:
            InputError: when there is no such folder.
        """
        found = []
        for inside in ("", "registers/"):
            at, system = self._at(f"{folder}/{inside}")
            if not system.exists(at):
                if not inside:
                    raise InputError(
                        Problem(folder, Words("没有这个文件夹", "there is no such folder"))
                    )
                continue
            for status in sorted(system.listStatus(at), key=lambda each: each.getPath().getName()):
                name = str(status.getPath().getName())
                suffix = f".{name.rsplit('.', 1)[-1].lower()}"
                if name[0] in "._" or suffix not in TABLES:
                    continue
                parquet = suffix == ".parquet"
                if status.isFile() or parquet:
                    path = str(status.getPath().toString())
                    empty = bool(status.isFile() and status.getLen() == 0)
                    found.append(File(inside + name, path, parquet, empty))
        return found

    def _bytes(self, file: File, most: int | None = None) -> bytes:
        at, system = self._at(file.path)
        stream = system.open(at)
        try:
            return bytes(stream.readAllBytes() if most is None else stream.readNBytes(most))
        finally:
            stream.close()

    def head(self, file: File) -> tuple[list[tuple[str, ...]], dict[str, str]]:
        """The first rows of a CSV file, and how Spark is to read it.

        Raises:
            InputError: when it is not valid CSV.
        """
        data = self._bytes(file, BEGINNING)
        text, spoken = data.decode("utf-8-sig", errors="ignore"), "UTF-8"
        # A mark at the beginning and a character cut at the end are no sign of another encoding.
        if len(text.encode()) < len(data) - 6:
            # Some programs put the mark of UTF-8 before text that is GBK.
            bare = data.removeprefix(codecs.BOM_UTF8)
            text, spoken = bare.decode("gb18030", errors="ignore"), "GB18030"
        if len(data) == BEGINNING:
            text = text.rsplit("\n", 1)[0]
        delimiter = delimiter_of(io.StringIO(text))
        try:
            reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
            rows = [tuple(row) for row in itertools.islice(reader, HEADER_DEPTH)]
        except csv.Error as error:
            what = Words(f"不是合法的 CSV（{error}）", f"not valid CSV ({error})")
            raise InputError(Problem(file.path, what)) from None
        return rows, {"sep": delimiter, "encoding": spoken}

    def is_plain(self, file: File) -> bool:
        """Whether Spark counts the rows of a CSV file as they are: it skips blank lines."""
        if self._bytes(file, 2) in UTF_16_MARKS:
            return False
        blank = self.spark.read.text(file.path).where("value RLIKE '^[\\r]?$'")
        return blank.isEmpty()

    def even(self, file: File, copy: str) -> File:
        """A copy, made by the driver, whose rows Spark counts as they are."""
        with scratch_folder() as folder:
            source, even = folder / "source.csv", folder / "even.csv"
            at, system = self._at(file.path)
            system.copyToLocalFile(False, at, self._local(source), True)
            even_copy(source, csv_text(source), even)
            target, system = self._at(copy)
            system.copyFromLocalFile(self._local(even), target)
        return replace(file, path=copy)

    def _local(self, path: Path) -> Any:
        return self.jvm.org.apache.hadoop.fs.Path(path.as_uri())

    def rows(self, file: File) -> tuple[Cells, ...]:
        """All cells of a small CSV file."""
        with scratch_folder() as folder:
            copy = folder / "table.csv"
            copy.write_bytes(self._bytes(file))
            return tuple(table_of(copy, file.shown).rows)

    def put(self, path: str, columns: Mapping[str, Column]) -> None:
        """Write columns from Python as a Parquet file."""
        with scratch_folder() as folder:
            local = folder / "table.parquet"
            write_columns(local, columns)
            target, system = self._at(path)
            system.copyFromLocalFile(self._local(local), target)

    # --- results ------------------------------------------------------------------------

    def write_small(
        self, folder: str, tables: Sequence[Table], texts: Mapping[str, str], form: Format,
        style: CsvStyle = PLAIN,
    ) -> None:  # fmt: skip
        """Write small tables and texts through a local folder."""
        at, system = self._at(folder)
        system.mkdirs(at)
        with scratch_folder() as scratch:
            for table in tables:
                write_table(scratch, table, form, style)
            for name, text in texts.items():
                (scratch / name).write_text(text, encoding="utf-8")
            for local in sorted(scratch.iterdir()):
                if local.name.startswith("."):
                    continue  # the folder's own
                system.copyFromLocalFile(self._local(local), at)

    def single(self, parts: str, target: str) -> None:
        """Make the only part of a written table a file of its own."""
        at, system = self._at(parts)
        (part,) = [
            status.getPath()
            for status in system.listStatus(at)
            if str(status.getPath().getName()).startswith("part-")
        ]
        system.rename(part, self._at(target)[0])
        system.delete(at, True)

    def move(self, folder: str, out: str) -> None:
        """Move what is in a folder into another, over what is there of the same names."""
        source, system = self._at(folder)
        target, _ = self._at(out)
        system.mkdirs(target)
        for status in system.listStatus(source):
            place = self.jvm.org.apache.hadoop.fs.Path(target, status.getPath().getName())
            system.delete(place, True)
            system.rename(status.getPath(), place)

    def remove(self, folder: str) -> None:
        """Remove a folder, if it is there."""
        at, system = self._at(folder)
        system.delete(at, True)


def moments_told(table: DataFrame) -> DataFrame:
    """A table whose moments are text in universal time, which tells its zone."""
    from pyspark.sql import functions as f

    zoned = {name for name, kind in table.dtypes if kind == "timestamp"}
    return table.select(
        *(
            f.concat(f.col(f"`{name}`").cast("string"), f.lit("Z")).alias(name)
            if name in zoned
            else f.col(f"`{name}`")
            for name in table.columns
        )
    )


def type_names(table: DataFrame) -> list[tuple[str, str]]:
    """The columns with the names that DuckDB has for their types."""
    return [(name, _TYPES.get(kind, kind.upper())) for name, kind in table.dtypes]
