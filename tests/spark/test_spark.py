"""On Spark every household is decided as by the interpreter, and every file is the same."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

from registers.test_duplicates import REVIEWED, with_verdicts
from rosters import test_perhaps_rows as perhaps_rows
from rosters.test_damage import damaged
from rosters.test_folder import AS_OF, FILES, PACK, TOWNSHIP, as_parquet, counts, small
from rosters.test_links_on_roster import with_links
from shibie.checking import check
from shibie.duckdb_tables import Column
from shibie.engines.decide import decide
from shibie.engines.sql import decide_all, expressions
from shibie.engines.sql.assemble import Outputs
from shibie.engines.sql.building import Dialect, is_true
from shibie.engines.sql.cases_in_memory import Database
from shibie.engines.sql.plan import QueryStep
from shibie.engines.sql.running import read_again
from shibie.errors import InputError
from shibie.language import tree
from shibie.language.operators import Key
from shibie.results.files import write_folder
from shibie.results.python_counts import summarise
from shibie.results.tables import result_tables
from shibie.rosters.household_input import case_from
from shibie.rosters.spark_files import Storage
from shibie.rosters.spark_host import SparkHost, spark_run
from shibie.rosters.sql_host import Output
from shibie.ruleset.loader import load
from shibie.ruleset.model import RuleSet
from support import books
from support import expressions as given_expressions
from support.profiles import examples
from support.rulesets import ALIKE, fixed, rulesets
from test_cli import PACK as RULES
from test_cli import shibie
from test_programmes import FIXTURES, PROGRAMMES, Programme, checked

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


# --- whole folders -----------------------------------------------------------------------


@pytest.mark.slow
def test_the_township_by_the_command(tmp_path: Path) -> None:
    summary = small(TOWNSHIP, tmp_path / "small")
    shibie("check", TOWNSHIP, *RULES, "--engine", "spark", "--out", tmp_path / "spark")
    for name in FILES:
        assert (tmp_path / "spark" / name).read_text() == (tmp_path / "small" / name).read_text()
    assert counts(tmp_path / "spark") == summary
    assert summary["decided"] == 1954
    assert sorted(path.name for path in tmp_path.iterdir()) == ["small", "spark"]


@pytest.mark.parametrize(
    ("seed", "encoding"),
    [(5084, "gb18030"), (5109, "utf-16")],
)
@pytest.mark.slow
def test_a_damaged_folder(spark: SparkSession, tmp_path: Path, seed: int, encoding: str) -> None:
    folder = books.write_folder(tmp_path / "roster", damaged(random.Random(seed)), encoding)
    expected = small(folder, tmp_path / "small")
    with spark_run(PACK, str(folder), AS_OF, session=spark) as run:
        run.write({str(tmp_path / "spark"): "csv"}, "zh")
    found = run.summary
    for name in FILES:
        # Only the command puts a mark before the text, for Excel.
        written = [tmp_path / way / name for way in ("spark", "small")]
        by_spark, by_command = (path.read_text("utf-8-sig") for path in written)
        assert by_spark == by_command
    assert found == expected
    assert found["rejected"] > 0


@pytest.mark.slow
def test_rows_are_left_out_and_villages_have_one_name(spark: SparkSession, tmp_path: Path) -> None:
    sheets = books.book()
    households, vehicles = sheets["农户"], sheets["比对-车辆登记比对"]
    at = households[0].index("村")
    households[1][at], households[2][at], households[3][at] = "石磨", "石磨村", "石磨"
    households += [households[0], ["合计", 3], ["填表人：张三"], ["以上农户均经村民代表大会评议"]]
    vehicles.append(["共计", 1])
    folder = books.write_folder(tmp_path / "roster", sheets, "utf-8")
    expected = small(folder, tmp_path / "small")
    with spark_run(PACK, str(folder), AS_OF, session=spark) as run:
        run.write({str(tmp_path / "spark"): "csv"}, "zh")
    assert run.summary == expected
    assert (expected["in"], expected["decided"], expected["rejected"]) == (3, 3, 0)
    assert set(expected["by_village"]) == {"石磨村"}
    said = {note.zh for note in run.notes}
    assert (
        "households.csv：不是名册内容，已略去：重复的表头 1 行（5）、合计 1 行（6）、表尾或说明 2 行（7、8）"
        in said
    )
    assert "registers/vehicles.csv：不是名册内容，已略去：合计 1 行（3）" in said


@pytest.mark.slow
@pytest.mark.parametrize(("drawn", "seed"), [(perhaps_rows.drawn, 3), (with_links, 301)])
def test_rows_that_may_be_about_somebody(
    spark: SparkSession, tmp_path: Path, drawn: Callable[[Path, int], Path], seed: int
) -> None:
    folder = drawn(tmp_path, seed)
    expected = perhaps_rows.results(folder, "interpreter")
    found = perhaps_rows.results(folder, "spark")
    for name, said in expected.items():
        assert found[name] == said, name


@pytest.mark.slow
def test_persons_in_two_households(spark: SparkSession, tmp_path: Path) -> None:
    folder = with_verdicts(tmp_path, 207)
    expected = perhaps_rows.results(folder, "interpreter", REVIEWED)
    assert {"duplicate_person"} in [set(each["reviews"]) for each in expected["decisions"]]
    found = perhaps_rows.results(folder, "spark", REVIEWED)
    for name, said in expected.items():
        assert found[name] == said, name


@pytest.mark.slow
@pytest.mark.parametrize("programme", PROGRAMMES, ids=lambda each: each.pack)
def test_other_programmes(spark: SparkSession, tmp_path: Path, programme: Programme) -> None:
    found = checked(programme)
    write_folder(tmp_path / "small", result_tables(found), summarise(found))
    ruleset, folder = load(programme.pack), FIXTURES / programme.pack
    out = {str(tmp_path / "spark"): "csv"}
    with spark_run(ruleset, str(folder), programme.as_of, session=spark) as run:
        run.write(out, "zh")  # type: ignore[arg-type]
    for file in sorted((tmp_path / "small").iterdir()):
        made = (tmp_path / "spark" / file.name).read_text(encoding="utf-8-sig")
        if file.name != "summary.json":
            assert made == file.read_text(encoding="utf-8-sig")
            continue
        # What it was made from is said of the one run, which was made from files.
        apart = {"made_from", "run"}
        counted = {key: value for key, value in json.loads(made).items() if key not in apart}
        assert counted == json.loads(file.read_text(encoding="utf-8"))


def in_parts(file: Path) -> None:
    """The same table as a folder of three files, as Spark and other programs write one."""
    table = parquet.read_table(file)
    file.unlink()
    file.mkdir()
    size = table.num_rows // 3
    for at in range(3):
        third = table.slice(at * size, size if at < 2 else None)
        parquet.write_table(third, file / f"part-{at}.parquet")


@pytest.mark.parametrize(
    ("roster", "pack", "as_of"),
    [
        (FIXTURES / "us-snap-2024", "us-snap-2024", date(2024, 3, 15)),
        (TOWNSHIP, "bazhong-2015", AS_OF),
    ],
    ids=["us-snap-2024", "township-2015"],
)
@pytest.mark.slow
def test_parquet_in_parts_in_and_out(
    spark: SparkSession, tmp_path: Path, roster: Path, pack: str, as_of: date
) -> None:
    as_parquet(roster, tmp_path / "roster", True)
    in_parts(tmp_path / "roster" / "members.parquet")
    with check(pack, roster, as_of, engine="interpreter") as expected:
        expected.write(tmp_path / "small")
    out = tmp_path / "out.parquet"
    with check(pack, tmp_path / "roster", as_of, engine="spark") as result:
        with pytest.raises(InputError, match="writes folders only"):
            result.write(tmp_path / "there.xlsx")
        result.write(out)
    for name in FILES[:3]:
        found = parquet.read_table(out / Path(name).with_suffix(".parquet"))
        rows = [
            ["|".join(cell) if isinstance(cell, list) else cell for cell in row.values()]
            for row in found.to_pylist()
        ]
        lines = (tmp_path / "small" / name).read_text().splitlines()
        assert [",".join(row) for row in rows] == lines[1:]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.parquet", "roster", "small"]


# --- random rule sets --------------------------------------------------------------------


ARROW = {
    "BIGINT": pa.int64(), "BOOLEAN": pa.bool_(), "DATE": pa.date32(), "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
}  # fmt: skip


class OnSpark:
    """Spark as the database of cases in memory."""

    dialect: Dialect = "spark"

    def __init__(self, session: SparkSession) -> None:
        self.session = session.newSession()
        self.session.conf.set("spark.sql.shuffle.partitions", "1")

    def register(self, name: str, columns: Mapping[str, Column]) -> None:
        table = pa.table(
            {
                each: pa.array(column.values, ARROW[column.sql_type])
                for each, column in columns.items()
            }
        )
        self.session.createDataFrame(table).createOrReplaceTempView(name)

    def steps(self, steps: Iterable[QueryStep]) -> None:
        several = list(steps)
        tables = read_again(several)
        for step in several:
            found = self.session.sql(step.query)
            if step.name in tables:
                found = self.session.createDataFrame(found.toArrow())
            found.createOrReplaceTempView(step.name)

    def rows(self, relation: str) -> Outputs:
        return [row.asDict() for row in self.session.table(relation).collect()]


def agree(spark: SparkSession, ruleset: RuleSet, given_: list[dict[str, Any]]) -> None:
    @contextmanager
    def connect(_: int) -> Iterator[Database]:
        yield OnSpark(spark)

    cases = [case_from(ruleset, facts, given_expressions.AS_OF) for facts in given_]
    found = decide_all(ruleset, cases, connect)
    for one, by_sql in zip(cases, found, strict=True):
        assert by_sql == decide(ruleset, one)


@settings(
    max_examples=examples(quick=5, ci=8, deep=60),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(rulesets(), st.randoms(use_true_random=False))
def test_random_rule_sets_and_cases(
    spark: SparkSession, ruleset: RuleSet, chance: random.Random
) -> None:
    group = chance.choice([ALIKE[0], *ALIKE])
    agree(spark, ruleset, chance.sample(group, min(60, len(group))))


def forgetful(self: expressions.Compiler, node: tree.Quantifier, _place: str) -> Any:
    predicate = self.bound(node.predicate, self.items(node.collection))
    found = is_true(self.folded(node.collection, "or", predicate))
    return self.plan.derive(self.owner(node.collection), found)


def test_a_broken_reading_is_caught(spark: SparkSession, monkeypatch: pytest.MonkeyPatch) -> None:
    ruleset = fixed(unsafe="members.any(receives_dibao)", poor="unsafe")
    agree(spark, ruleset, ALIKE[0])
    broken: Callable[..., Any] = forgetful
    key: Key = (tree.Quantifier, "any")
    monkeypatch.setitem(expressions.CASES, key, broken)
    with pytest.raises(AssertionError):
        agree(spark, replace(ruleset), ALIKE[0])  # for which nothing is compiled yet


# --- what is refused, what is left -------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        # Said before a Java machine is started; the last one starts one.
        ([TOWNSHIP, "--memory", "4GB", "--out", "there"], "spark-submit --driver-memory"),
        ([TOWNSHIP, "--out", "there.xlsx"], "writes folders only"),
        pytest.param(
            ["not-here", "--out", "there"], "there is no such folder", marks=pytest.mark.slow
        ),
    ],
)
def test_what_spark_does_not_take(arguments: list[str | Path], said: str) -> None:
    words = [*arguments, *RULES, "--engine", "spark", "--lang", "en"]
    assert said in shibie("check", *words, status=2)


def test_a_folder_that_is_not_there(spark: SparkSession, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such folder"):
        check(PACK, tmp_path / "not-here", AS_OF, engine="spark")


def test_results_are_whole_or_not_there(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    host = SparkHost(spark, Storage(spark), str(tmp_path / "scratch"))
    output = Output("a", ("x",), frozenset(), "SELECT 1 AS x, 1 AS o", "o")
    with monkeypatch.context() as patched:
        patched.setattr(Storage, "write_small", interrupted)
        with pytest.raises(KeyboardInterrupt):
            host.write(str(tmp_path / "out"), "csv", [output], [], {"summary.json": "{}"})
    assert list(tmp_path.iterdir()) == []
    host.write(str(tmp_path / "out"), "csv", [output], [], {"summary.json": "{}"})
    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["a.csv", "summary.json"]
    assert (tmp_path / "out" / "a.csv").read_text() == "x\n1\n"
