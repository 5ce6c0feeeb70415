"""Spark as the host of a bulk run: any path that Spark reads, one machine or a cluster.

Only SQL is sent: executors need Spark, and nothing of this package or of Python.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlglot import exp, parse_one

from shibie.checking_in_sql import Progress, Run
from shibie.duckdb_tables import Column
from shibie.engines.sql.building import Dialect
from shibie.engines.sql.plan import QueryStep
from shibie.engines.sql.running import read_again
from shibie.errors import InputError, MissingExtraError, Words, bad_argument
from shibie.formula_cells import defused_sql
from shibie.results.files import PLAIN, CsvStyle, Format
from shibie.results.table import Table
from shibie.rosters.finding import lay_out
from shibie.rosters.java_for_spark import java_for_spark
from shibie.rosters.layout import Placed
from shibie.rosters.parquet import LIST_SEPARATOR
from shibie.rosters.sheets import Cells, FilePlace, ReadFrom, RowsLater, Sheet
from shibie.rosters.spark_files import File, Storage, moments_told
from shibie.rosters.spark_table import SparkTable
from shibie.rosters.sql_host import ROW, FileRelation, Output
from shibie.rosters.text_search import Sought
from shibie.ruleset.model import RuleSet

# A query of so many characters is not left to be pushed into others: where facts rest on
# facts, a condition that Spark pushes through them doubles with each.
LONG = 5_000

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


@contextmanager
def spark_run(
    ruleset: RuleSet, folder: str, as_of: date, *, temp: str | None = None,
    trust_declarations: bool = False, progress: Progress | None = None,
    set_aside: Set[str] = frozenset(),
    session: SparkSession | None = None,
) -> Iterator[Run]:  # fmt: skip
    """Decide every household of a folder that Spark can read.

    Args:
        ruleset: the rules.
        folder: any path of Spark's: local, HDFS, an object store.
        as_of: the day of judgement.
        temp: a folder for scratch files; Hadoop's own by default.
        trust_declarations: take declared values where a register was not supplied.
        set_aside: registers of which rows that may be about anybody concern nobody.
        progress: is told what is being done.
        session: the Spark session; the active one, or a new one, by default.

    Yields:
        the run; its scratch files are gone afterwards.

    Raises:
        InputError: when the folder cannot be used at all.
        MissingExtraError: when PySpark is not installed.
    """
    spark = _own(session or _session())
    storage = Storage(spark)
    scratch = f"{temp or storage.home()}/.shibie-{uuid.uuid4().hex}"
    try:
        host = SparkHost(spark, storage, scratch)
        layout = lay_out(host.sheets(folder), ruleset, as_of)
        yield Run(host, layout, ruleset, as_of, trust_declarations, progress, set_aside)
    finally:
        storage.remove(scratch)


def _session() -> SparkSession:
    """The session that spark-submit made, or one on this machine."""
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise MissingExtraError(
            bad_argument(
                "engine",
                Words("没有安装 PySpark", "PySpark is not installed"),
                Words('pip install "shibie[spark]"', 'pip install "shibie[spark]"'),
                code="missing_extra",
                value="spark",
            )
        ) from None
    spark: SparkSession | None = SparkSession.getActiveSession()
    if spark is None:
        builder = SparkSession.builder.appName("shibie")
        try:
            with java_for_spark():
                spark = builder.config("spark.ui.showConsoleProgress", "false").getOrCreate()
        except PySparkRuntimeError as error:
            raise InputError(
                bad_argument(
                    "engine",
                    Words(f"Spark 起不来：{error}", f"Spark does not start: {error}"),
                    Words("原因见上面 Java 的输出", "Java said why, above"),
                    value="spark",
                )
            ) from None
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def _own(session: SparkSession) -> SparkSession:
    """A session of the same application with settings and views of its own."""
    spark = session.newSession()
    # Overflow is an error, and the size of no list is no number.
    spark.conf.set("spark.sql.ansi.enabled", "true")
    # GB18030 is not among the encodings that Spark takes otherwise.
    spark.conf.set("spark.sql.legacy.javaCharsets", "true")
    # A moment is told in universal time, wherever this runs.
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    if (spark.sparkContext.master or "").startswith("local"):
        # The default of 200 is for clusters.
        partitions = str(spark.sparkContext.defaultParallelism * 2)
        spark.conf.set("spark.sql.shuffle.partitions", partitions)
    return spark


class SparkHost:
    """A `host.Host` on a Spark session.

    Tables are Parquet in a scratch folder: they outlive an executor, and plans stay small.
    """

    dialect: Dialect = "spark"

    def __init__(self, spark: SparkSession, storage: Storage, scratch: str) -> None:
        self.spark, self.storage, self.scratch = spark, storage, scratch
        self.names = (f"raw{number}" for number in itertools.count())
        # Path → the file to read in its place, and how.
        self.files: dict[str, tuple[File, dict[str, str]]] = {}

    def new_name(self) -> str:
        """A name that no table has."""
        return next(self.names)

    # --- files --------------------------------------------------------------------------

    def sheets(self, folder: str) -> list[Sheet]:
        """The tables of a folder and of its registers, with their beginnings."""
        return [self.sheet(file) for file in self.storage.tables(folder)]

    def sheet(self, file: File) -> Sheet:
        """A table with its first rows, or with its column names."""
        options: dict[str, str] = {}
        even = file
        first: Sequence[Cells]
        if file.parquet:
            first = [tuple(self.spark.read.parquet(file.path).columns)]
        else:
            if not self.storage.is_plain(file):
                even = self.storage.even(file, f"{self.scratch}/{self.new_name()}.csv")
            first, options = self.storage.head(even)
        self.files[file.path] = even, options
        rows = RowsLater(first, lambda: self.all_rows(file))
        width = max(map(len, first), default=0)
        looked_through = SparkTable(self.spark, even, options, width)
        place = FilePlace(file.path, elsewhere=looked_through)
        return Sheet(
            file.name, file.shown, rows, file.parquet, place, read_from=ReadFrom(file.path)
        )

    def all_rows(self, file: File) -> Iterable[Cells]:
        """All cells of a small file."""
        if not file.parquet:
            return self.storage.rows(file)
        table = moments_told(self.spark.read.parquet(file.path))
        return [tuple(table.columns), *(tuple(row) for row in table.collect())]

    def relation(self, placed: Placed) -> FileRelation:
        """The used columns with row numbers."""
        name = self.new_name()
        header, place = placed.header, placed.sheet.file
        assert place is not None
        file, options = self.files[place.path]
        width = max(map(len, placed.sheet.head), default=0)
        table = SparkTable(self.spark, file, options, width)
        used, above = {index: table.columns[index] for index in header.columns}, header.row
        found = table.numbered([column for column, _ in used.values()])
        if not file.parquet:
            found = found.where(f"{ROW} > {above}")
        else:
            found = moments_told(found.withColumn(ROW, found[ROW] + above))
        self.show(name, found if file.parquet else self.landed(name, found))
        return FileRelation(name, used)

    def landed(self, name: str, table: DataFrame) -> DataFrame:
        """A table written to the scratch folder and read back."""
        path = f"{self.scratch}/{name}"
        table.write.mode("overwrite").parquet(path)
        return self.spark.read.schema(table.schema).parquet(path)

    def show(self, name: str, table: DataFrame) -> None:
        """Let SQL see a table."""
        table.createOrReplaceTempView(name)

    # --- SQL ----------------------------------------------------------------------------

    def narrowed(self, name: str, _where: str, _sought: Sought, /) -> str:
        """A table as it is."""
        return name

    def run(self, statement: str) -> None:
        """CREATE a table or a view."""
        create = parse_one(statement, read="duckdb")
        assert isinstance(create, exp.Create)
        self.create(str(create.kind), create.this.name, spark_sql(create.expression))

    def create(self, kind: str, name: str, query: str) -> None:
        """A view, or a table in the scratch folder."""
        table = self.spark.sql(query)
        self.show(name, self.landed(name, table) if kind == "TABLE" else table)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        found = self.spark.sql(spark_sql(parse_one(query, read="duckdb")))
        return [tuple(row) for row in found.collect()]

    def keep(self, name: str, columns: Mapping[str, Column]) -> None:
        """A small table from Python."""
        path = f"{self.scratch}/{next(self.names)}.parquet"
        self.storage.put(path, columns)
        self.show(name, self.spark.read.parquet(path))

    def append(self, name: str, columns: Mapping[str, Column]) -> None:
        """More rows for a table from Python: one more file of it; the first makes it."""
        if not self.spark.catalog.tableExists(name):
            self.keep(name, columns)
            return
        if not any(column.values for column in columns.values()):
            return
        before = self.spark.table(name)
        part = f"{self.scratch}/{self.new_name()}.parquet"
        self.storage.put(part, columns)
        self.show(name, before.union(self.spark.read.schema(before.schema).parquet(part)))

    def stream(self, query: str) -> Iterator[tuple[Any, ...]]:
        """The rows of a query as they come."""
        found = self.spark.sql(spark_sql(parse_one(query, read="duckdb")))
        for row in found.toLocalIterator():
            yield tuple(row)

    def arrow(self, query: str) -> None:
        """None: Spark needs pyarrow for it; its rows are handed over one by one."""

    def sorted_lines(self, query: str) -> Iterator[bytes]:
        """The lines of a query in the order of their bytes."""
        for (line,) in self.stream(f"SELECT line FROM ({query}) ORDER BY line"):
            yield f"{line}\n".encode()

    def steps(self, steps: Iterable[QueryStep], progress: Callable[[str], None]) -> None:
        """Run the steps of a plan."""
        several = list(steps)
        tables = read_again(several)
        for step in several:
            kind = "TABLE" if step.name in tables or len(step.query) > LONG else "VIEW"
            if kind == "TABLE":
                progress(step.name)
            self.create(kind, step.name, step.query)

    # --- results ------------------------------------------------------------------------

    def write(
        self, out: str, form: Format, outputs: Sequence[Output], tables: Sequence[Table],
        texts: Mapping[str, str], style: CsvStyle = PLAIN, gone: Sequence[str] = (),
    ) -> None:  # fmt: skip
        """Write a folder aside, then move it to its place."""
        aside = f"{self.storage.parent(out)}/.shibie-{uuid.uuid4().hex}"
        try:
            for each in outputs:
                self.copy(each, aside, form, style)
            self.storage.write_small(aside, tables, texts, form, style)
            self.storage.move(aside, out)
            for name in gone:
                self.storage.remove(f"{out}/{name}")
        finally:
            self.storage.remove(aside)

    def copy(self, output: Output, folder: str, form: Format, style: CsvStyle = PLAIN) -> None:
        """Write a query's rows in order: CSV as one file, Parquet in parts."""
        if form == "parquet":
            query = output.sorted(output.columns)
            found = self.spark.sql(spark_sql(parse_one(query, read="duckdb")))
            found.write.parquet(f"{folder}/{output.name}.parquet")
            return
        order = output.order.split(", ")
        found = self.spark.sql(spark_sql(parse_one(output.query, read="duckdb")))
        barred = [
            f"array_to_string({name}, '{LIST_SEPARATOR}')" if name in output.lists else name
            for name in output.columns
        ]
        titles = style.header(output.name, output.columns)
        cells = [
            f"{spark_sql(parse_one(defused_sql(value), read='duckdb'))} AS `{title}`"
            for title, value in zip(titles, barred, strict=True)
        ]
        parts = f"{folder}/{output.name}"
        found.repartition(1).sortWithinPartitions(*order).selectExpr(*cells).write.csv(
            parts, header=True, nullValue="", emptyValue="", escape='"',
            ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False,
        )  # fmt: skip
        self.storage.single(parts, f"{folder}/{output.name}.csv")


def spark_sql(query: exp.Expr) -> str:
    r"""A query of this package in Spark's dialect.

    >>> spark_sql(parse_one("SELECT regexp_full_match(x, 'a|b') FROM t", read="duckdb"))
    "SELECT x RLIKE '^(?:a|b)\\\\z' FROM t"
    >>> "FULL_MATCH" in spark_sql(parse_one(
    ...     "SELECT regexp_full_match(CASE WHEN regexp_full_match(x, 'a') THEN x END, 'b')", read="duckdb"
    ... ))
    False
    >>> spark_sql(parse_one("SELECT list_has_all(['a'], x) FROM t", read="duckdb"))
    "SELECT SIZE(ARRAY_EXCEPT(x, ARRAY('a'))) = 0 FROM t"
    """
    return query.transform(_said_otherwise).sql("spark")


def _said_otherwise(node: exp.Expr) -> exp.Expr:
    """What sqlglot leaves as DuckDB says it."""
    if isinstance(node, exp.RegexpFullMatch):
        pattern = exp.Literal.string(f"^(?:{node.expression.this})\\z")
        # What replaces a node is not looked into again: its own parts are, here.
        return exp.RegexpLike(this=node.this.transform(_said_otherwise), expression=pattern)
    if isinstance(node, exp.Anonymous) and node.name.upper() == "LIST_HAS_ALL":
        every, some = node.expressions
        rest = exp.func("ARRAY_EXCEPT", some, every)
        return exp.EQ(this=exp.func("SIZE", rest), expression=exp.Literal.number(0))
    if isinstance(node, exp.Anonymous) and node.name.upper() == "LIST_UNIQUE":
        return exp.Count(this=exp.Distinct(expressions=[node.expressions[0].this]))
    return node
