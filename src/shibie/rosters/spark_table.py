"""One file as Spark reads it, with its row numbers: looked through, or read as a whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from sqlglot import exp

from shibie.rosters.spark_files import File, moments_told, type_names
from shibie.rosters.sql_host import ROW

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

    from shibie.rosters.sheets import Cells


@dataclass(frozen=True)
class SparkTable:
    """The rows of a file.

    Attributes:
        spark: reads it.
        file: where it is.
        options: how CSV is read.
        width: how many columns CSV has.
    """

    spark: SparkSession
    file: File
    options: Mapping[str, str]
    width: int

    @cached_property
    def table(self) -> DataFrame:
        """All columns: those of CSV as text, named by their places."""
        if self.file.parquet:
            return self.spark.read.parquet(self.file.path)
        schema = ", ".join(f"c{index} STRING" for index in range(self.width))
        return self.spark.read.schema(schema).csv(
            self.file.path, multiLine=True, quote='"', escape='"', **self.options
        )

    @cached_property
    def columns(self) -> Sequence[tuple[str, str]]:
        """Names and types, as DuckDB names these."""
        if self.file.parquet:
            return type_names(moments_told(self.table))
        return [(f"c{index}", "VARCHAR") for index in range(self.width)]

    def numbered(self, columns: Sequence[str]) -> DataFrame:
        """Columns with row numbers from 1, whatever the parts that the file is read in."""
        from pyspark.sql import functions as f

        parquet = self.file.parquet
        within = f.col("_metadata.row_index") if parquet else f.monotonically_increasing_id()
        quoted = [f.col(f"`{name}`") for name in columns]
        places = self.table.select(
            *quoted, f.col("_metadata.file_path").alias("part_"), within.alias("within_")
        )
        counts = places.groupBy("part_").agg(f.count("*"), f.min("within_")).collect()
        start, starts = 0, {}
        for part, count, first in sorted(tuple(each) for each in counts):
            starts[part] = start - first
            start += count
        # As SQL: rows given as Python objects would be read by a Python on the executors.
        rows = exp.values(list(starts.items()) or [("", 0)], "starts", ["part_", "offset_"])
        offsets = self.spark.sql(f"SELECT * FROM {rows.sql('spark')}")
        number = (f.col("within_") + f.col("offset_") + 1).alias(ROW)
        return places.join(f.broadcast(offsets), "part_").select(*quoted, number)

    def rows_with(self, pattern: str) -> Iterator[tuple[int, Cells]]:
        """The rows of CSV with something that fits a pattern, or with one cell alone."""
        from pyspark.sql import functions as f

        names = [name for name, _ in self.columns]
        filled = [f.when(f.length(f.trim(name)) > 0, 1).otherwise(0) for name in names]
        fits = f.concat_ws("\n", *names).rlike(pattern) | (sum(filled, start=f.lit(0)) == 1)
        # Spark reads a file of CSV in one part, where its rows are numbered from 0.
        places = self.table.select("*", f.monotonically_increasing_id().alias(ROW))
        for *cells, place in places.where(fits).toLocalIterator():
            yield place + 1, tuple(cells)

    def texts_of(self, index: int, above: int) -> Mapping[str, int]:
        """How many rows have each text in a column below those that stand above, as CSV has them."""
        name, kind = self.columns[index]
        if kind != "VARCHAR":
            return {}
        rows = self.numbered([name])
        if not self.file.parquet:
            rows = rows.where(f"{ROW} > {above}")
        counts = rows.groupBy(name).count().collect()
        return {text: count for text, count in counts if text is not None}
