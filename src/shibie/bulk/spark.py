"""Spark as the host of a bulk run: any path that Spark reads, one machine or a cluster.

Only SQL is sent: executors need Spark, and nothing of this package or of Python.
"""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlglot import exp, parse_one

from shibie.bulk.host import ROW, File, Output, Relation
from shibie.bulk.java import HOW_TO_GET_JAVA, java_for_spark
from shibie.bulk.run import Run
from shibie.bulk.sparkfiles import Storage, numbered, type_names
from shibie.check import must_be_in_force
from shibie.engine.relational.plan import Step
from shibie.engine.relational.sql import Dialect
from shibie.engine.relational.steps import read_again
from shibie.errors import InputError, Lang, MissingExtraError, Problem, Words
from shibie.ruleset.model import RuleSet
from shibie.tables.headers import Header
from shibie.tables.results import LIST_SEPARATOR, Format, Table
from shibie.tables.source import Sheet

# A query of so many characters is not left to be pushed into others: where facts rest on
# facts, a condition that Spark pushes through them doubles with each.
LONG = 5_000

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession


def run_spark(
    ruleset: RuleSet,
    folder: str,
    as_of: date,
    outs: Mapping[str, Format],
    *,
    temp: str | None = None,
    trust_declarations: bool = False,
    progress: bool = False,
    lang: Lang = "zh",
    notes: list[Words] | None = None,
    session: SparkSession | None = None,
) -> dict[str, Any]:
    """Decide every household of a folder on Spark; the result is that of `run_folder`.

    Args:
        ruleset: the rules.
        folder: households, members, registers/<name> …; any path that Spark reads.
        as_of: the day of judgement.
        outs: folders of the results, each with its format; Parquet is written in parts.
        temp: where intermediate tables lie; beside the first result by default.
        trust_declarations: take declared values where a register was not supplied.
        progress: say on stderr what is being done.
        lang: language of the reasons.
        notes: what was normalised, ignored or not found is added to it.
        session: the Spark session; the active one, or a new one, by default.

    Returns:
        The summary, as in `summary.json`.

    Raises:
        InputError: when the folder cannot be used at all.
        MissingExtraError: when PySpark is not installed.
    """
    must_be_in_force(ruleset, as_of)
    spark = _own(session or _session())
    storage = Storage(spark)
    beside = temp or next((storage.parent(out) for out in outs), storage.home())
    scratch = f"{beside}/.shibie-{uuid.uuid4().hex}"
    try:
        run = Run(
            SparkHost(spark, storage, folder, scratch), folder, ruleset, as_of,
            trust_declarations, progress,
        )  # fmt: skip
        summary = run.write(outs, lang)
    finally:
        storage.remove(scratch)
    if notes is not None:
        notes += run.notes
    return summary


def _session() -> SparkSession:
    """The session that spark-submit made, or one on this machine."""
    try:
        from pyspark.errors import PySparkRuntimeError
        from pyspark.sql import SparkSession
    except ImportError:
        raise MissingExtraError(
            Problem(
                "--engine spark",
                Words("没有安装 PySpark", "PySpark is not installed"),
                suggestion=Words("pip install 'shibie[spark]'", "pip install 'shibie[spark]'"),
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
                Problem(
                    "--engine spark",
                    Words(f"Spark 起不来:{error}", f"Spark does not start: {error}"),
                    suggestion=HOW_TO_GET_JAVA,
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
    notes: tuple[Words, ...] = ()

    def __init__(self, spark: SparkSession, storage: Storage, folder: str, scratch: str) -> None:
        self.spark, self.storage, self.folder, self.scratch = spark, storage, folder, scratch
        self.names = (f"raw{number}" for number in itertools.count())
        # CSV file → what is read in its place, and how.
        self.texts: dict[str, tuple[str, dict[str, str]]] = {}

    # --- files --------------------------------------------------------------------------

    def files(self) -> list[File]:
        """The tables of the folder and of its registers."""
        return self.storage.tables(self.folder)

    def head(self, file: File) -> list[tuple[str, ...]]:
        """The first rows, or the column names of Parquet."""
        if file.parquet:
            return [tuple(self.spark.read.parquet(file.path).columns)]
        even = file
        if not self.storage.is_plain(file):
            even = self.storage.tidied(file, f"{self.scratch}/{next(self.names)}.csv")
        rows, options = self.storage.head(even)
        self.texts[file.path] = even.path, options
        return rows

    def whole(self, file: File) -> Sheet:
        """All cells."""
        if not file.parquet:
            return self.storage.sheet(file)
        table = self.spark.read.parquet(file.path)
        rows = [tuple(row) for row in table.collect()]
        return Sheet(file.name, file.shown, (tuple(table.columns), *rows))

    def relation(self, file: File, header: Header, width: int) -> Relation:
        """The used columns with row numbers."""
        name = next(self.names)
        if file.parquet:
            table = self.spark.read.parquet(file.path)
            columns = type_names(table)
            used = {index: columns[index] for index in header.columns}
            above = 1
        else:
            schema = ", ".join(f"c{index} STRING" for index in range(width))
            path, options = self.texts[file.path]
            table = self.spark.read.schema(schema).csv(
                path, multiLine=True, quote='"', escape='"', **options
            )
            used = {index: (f"c{index}", "VARCHAR") for index in header.columns}
            above = header.row
        found = numbered(table, [column for column, _ in used.values()], ROW, file.parquet)
        if not file.parquet:
            found = found.where(f"{ROW} > {above}")
        else:
            found = found.withColumn(ROW, found[ROW] + above)
        self.show(name, found if file.parquet else self.landed(name, found))
        return Relation(name, used)

    def landed(self, name: str, table: DataFrame) -> DataFrame:
        """A table written to the scratch folder and read back."""
        path = f"{self.scratch}/{name}"
        table.write.mode("overwrite").parquet(path)
        return self.spark.read.schema(table.schema).parquet(path)

    def show(self, name: str, table: DataFrame) -> None:
        """Let SQL see a table."""
        table.createOrReplaceTempView(name)

    # --- SQL ----------------------------------------------------------------------------

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

    def keep(self, name: str, columns: Mapping[str, pa.Array]) -> None:
        """A small table from Python."""
        import pyarrow as pa

        self.show(name, self.spark.createDataFrame(pa.table(dict(columns))))

    def steps(self, steps: Iterable[Step], progress: Callable[[str], None]) -> None:
        """Run the steps of a plan."""
        several = list(steps)
        tables = read_again(several)
        for step in several:
            query = step.query.sql("spark", copy=False)
            kind = "TABLE" if step.name in tables or len(query) > LONG else "VIEW"
            if kind == "TABLE":
                progress(step.name)
            self.create(kind, step.name, query)

    # --- results ------------------------------------------------------------------------

    def write(
        self, out: str, form: Format, outputs: Sequence[Output], tables: Sequence[Table],
        texts: Mapping[str, str],
    ) -> None:  # fmt: skip
        """Write a folder aside, then move it to its place."""
        aside = f"{self.storage.parent(out)}/.shibie-{uuid.uuid4().hex}"
        try:
            for each in outputs:
                self.copy(each, aside, form)
            self.storage.write_small(aside, tables, texts, form)
            self.storage.move(aside, out)
        finally:
            self.storage.remove(aside)

    def copy(self, output: Output, folder: str, form: Format) -> None:
        """Write a query's rows in order: CSV as one file, Parquet in parts."""
        if form == "parquet":
            query = output.sorted(output.columns)
            found = self.spark.sql(spark_sql(parse_one(query, read="duckdb")))
            found.write.parquet(f"{folder}/{output.name}.parquet")
            return
        order = output.order.split(", ")
        found = self.spark.sql(spark_sql(parse_one(output.query, read="duckdb")))
        cells = [
            f"array_join({name}, '{LIST_SEPARATOR}') AS {name}" if name in output.lists else name
            for name in output.columns
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
    >>> spark_sql(parse_one("SELECT list_has_all(['a'], x) FROM t", read="duckdb"))
    "SELECT SIZE(ARRAY_EXCEPT(x, ARRAY('a'))) = 0 FROM t"
    """
    return query.transform(_said_otherwise).sql("spark")


def _said_otherwise(node: exp.Expr) -> exp.Expr:
    """What sqlglot leaves as DuckDB says it."""
    if isinstance(node, exp.RegexpFullMatch):
        pattern = exp.Literal.string(f"^(?:{node.expression.this})\\z")
        return exp.RegexpLike(this=node.this, expression=pattern)
    if isinstance(node, exp.Anonymous) and node.name.upper() == "LIST_HAS_ALL":
        every, some = node.expressions
        rest = exp.func("ARRAY_EXCEPT", some, every)
        return exp.EQ(this=exp.func("SIZE", rest), expression=exp.Literal.number(0))
    if isinstance(node, exp.Anonymous) and node.name.upper() == "LIST_UNIQUE":
        return exp.Count(this=exp.Distinct(expressions=[node.expressions[0].this]))
    return node
