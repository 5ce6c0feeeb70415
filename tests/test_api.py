"""`import shibie`: what a stranger's program uses, as the page of it says."""

from __future__ import annotations

import doctest
import importlib.util
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas
import polars
import pyarrow
import pytest

import shibie
from shibie.results.table import StreamedRows
from support.books import NAMES, as_export, book, write_folder

ROOT = Path(__file__).parents[1]
AS_OF = date(2015, 12, 20)
RULES = shibie.load("bazhong-2015")


def tables() -> dict[str, list[dict[str, Any]]]:
    """The tables of a small roster as lists of dicts, under the names of arguments."""
    return {
        NAMES[sheet].removeprefix("registers/"): [
            dict(zip(header, row, strict=True)) for row in rows
        ]
        for sheet, (header, *rows) in book().items()
    }


def decided(given: shibie.GivenRoster, engine: Any = "auto") -> dict[str, Any]:
    with shibie.check(RULES, given, AS_OF, engine=engine) as result:
        return result.summary


def test_every_public_name_is_there_and_no_submodule_hides_one() -> None:
    code = (
        "import shibie, pkgutil, importlib\n"
        "for each in pkgutil.walk_packages(shibie.__path__, 'shibie.'):\n"
        "    if each.name not in ('shibie.__main__', 'shibie.pytest_plugin'):\n"
        "        importlib.import_module(each.name)\n"
        "names = [n for n in shibie.__all__ if n != '__version__']\n"
        "print([n for n in names if not callable(getattr(shibie, n))], len(names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (done.stdout, done.stderr) == ("[] 25\n", "")
    with pytest.raises(AttributeError, match="decided"):
        _ = shibie.decided


def test_the_page_shows_what_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    found = doctest.testfile(str(ROOT / "docs" / "api.md"), module_relative=False)
    assert found.attempted > 20
    assert found.failed == 0


def test_a_strangers_program(capsys: pytest.CaptureFixture[str]) -> None:
    spec = importlib.util.spec_from_file_location(
        "county", ROOT / "docs" / "examples" / "county.py"
    )
    assert spec is not None
    assert spec.loader is not None
    county = importlib.util.module_from_spec(spec)
    sys.modules["county"] = county
    spec.loader.exec_module(county)
    county.main(300)
    said = capsys.readouterr().out
    assert "'eligible'" in said
    assert "housing_grade: not one of: A, B, C, D" in said


# --- tables that a program holds -----------------------------------------------------------


def from_duckdb(rows: list[dict[str, Any]]) -> Any:
    connection = duckdb.connect()
    connection.register("given", pyarrow.Table.from_pylist(rows))
    return connection.table("given")


FRAMES: dict[str, Callable[[list[dict[str, Any]]], Any]] = {
    "pandas": pandas.DataFrame,
    "polars": lambda rows: polars.DataFrame(rows, infer_schema_length=None),
    "lazy": lambda rows: polars.LazyFrame(rows, infer_schema_length=None),
    "pyarrow": pyarrow.Table.from_pylist,
    "duckdb": from_duckdb,
    "generator": iter,
}


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
@pytest.mark.parametrize("kind", FRAMES)
def test_frames(kind: str, engine: str, tmp_path: Path) -> None:
    with shibie.check(RULES, write_folder(tmp_path / "roster", book()), AS_OF) as result:
        expected = result.summary
    # A frame without a row has no types; an empty list will do for it.
    frames = {name: FRAMES[kind](rows) if rows else [] for name, rows in tables().items()}
    found = decided(shibie.roster(RULES, AS_OF, **frames), engine)
    assert found == expected
    assert found["by_eligibility"]["eligible"]["households"] == 1


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_one_frame_of_a_row_a_person(engine: str) -> None:
    header, *rows = as_export(book())["一人一行"]
    persons = [dict(zip(header, row, strict=True)) for row in rows]
    registers: dict[str, list[Any]] = {name: [] for name in RULES.registers}
    assert decided(shibie.roster(RULES, AS_OF, persons, **registers), engine)["in"] == 3


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_typed_cells_of_frames(engine: str) -> None:
    """Missing in any of pandas' ways is blank; lists, days and exact numbers are what they are."""
    given = tables()
    first, second, third = given["households"]
    first |= {"工资性收入": float("nan"), "脱贫日期": pandas.NaT}
    second |= {"工资性收入": 1234.5, "脱贫日期": pandas.Timestamp("2014-06-01")}
    third |= {"工资性收入": Decimal("0.1"), "脱贫日期": datetime(2014, 6, 1, 9)}
    given["members"][0]["健康状况"] = ["患有大病", "残疾"]
    frames = {name: pandas.DataFrame(rows) if rows else [] for name, rows in given.items()}
    roster = shibie.roster(RULES, AS_OF, **frames)
    assert len(roster) == 3
    incomes = {each.household_id: each.model_dump()["wage_income"] for each in roster.households}
    assert incomes == {"001": None, "002": Decimal("1234.50")}
    assert roster.households[0].members[0].model_dump()["health"] == {"患有大病", "残疾"}
    assert [row["code"] for row in roster.rejected] == ["not_a_date"]
    assert decided(roster, engine)["rejected"] == 1


def test_what_is_no_table_is_said_all_at_once() -> None:
    with pytest.raises(shibie.InputError) as caught:
        shibie.roster(RULES, AS_OF, 7, [1, 2], vehicle=[], deposits="x")
    assert [problem.where for problem in caught.value.problems] == [
        "households", "members", "vehicle", "deposits",
    ]  # fmt: skip
    assert "did you mean 'vehicles'" in caught.value.render("en")


# --- results -------------------------------------------------------------------------------


@pytest.fixture(params=["interpreter", "duckdb"])
def result(request: pytest.FixtureRequest) -> Any:
    with shibie.check(
        RULES, shibie.roster(RULES, AS_OF, **tables()), AS_OF, engine=request.param
    ) as found:
        yield found


def test_tables(result: shibie.Result) -> None:
    assert [len(table) for table in (result.decisions, result.findings, result.tracks)] == [3, 6, 2]
    assert result.decisions.columns[:2] == ("household_id", "eligibility")
    rows = list(result.decisions)
    assert [row["household_id"] for row in rows] == ["001", "002", "003"]
    assert rows[2]["grounds"] == ("vehicle",)
    # Two passes at once, and one that is given up: each is on a cursor of its own.
    assert list(zip(result.decisions, result.decisions, strict=True)) == [
        (row, row) for row in rows
    ]
    next(iter(result.findings))
    assert len(list(result.findings)) == 6


def test_tables_as_frames(result: shibie.Result) -> None:
    lists = [list(row["grounds"]) for row in result.decisions]
    assert result.decisions.to_polars()["grounds"].to_list() == lists
    assert result.decisions.to_pandas()["grounds"].to_list() == lists
    assert result.decisions.to_pyarrow()["grounds"].to_pylist() == lists
    assert polars.DataFrame(result.tracks).shape == (2, 3)
    assert duckdb.connect().from_arrow(pyarrow.table(result.findings)).shape == (6, 5)
    assert polars.DataFrame(result.rejected).columns == [
        "source", "row", "field", "value", "reason", "code",
    ]  # fmt: skip


def test_a_library_that_is_not_there_is_named(
    result: shibie.Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(shibie.MissingExtraError, match="pip install polars"):
        result.decisions.to_polars()


def test_a_large_result_is_streamed() -> None:
    given = shibie.roster(RULES, AS_OF, **tables())
    with shibie.check(RULES, given, AS_OF, engine="duckdb") as result:
        assert isinstance(result.decisions.rows, StreamedRows)
    with pytest.raises(duckdb.Error):
        list(result.decisions)


def test_written_everywhere_alike(result: shibie.Result, tmp_path: Path) -> None:
    result.write(tmp_path / "out", tmp_path / "out.parquet", tmp_path / "out.xlsx")
    written = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert written.keys() == result.summary.keys() | {"made_from", "run"}
    assert {name: written[name] for name in result.summary} == result.summary
    assert written["run"] == result.run
    assert polars.read_parquet(tmp_path / "out.parquet" / "decisions.parquet").height == 3
    assert (tmp_path / "out.xlsx").stat().st_size > 5_000
    with pytest.raises(shibie.InputError, match="csv file"):
        result.write("out.csv")


def test_the_digest_is_of_the_decisions_alone() -> None:
    given = tables()
    plain = decided(shibie.roster(RULES, AS_OF, **given))
    assert plain["schema"] == 2
    given["households"].reverse()
    assert decided(shibie.roster(RULES, AS_OF, **given))["digest"] == plain["digest"]
    given["households"][0]["工资性收入"] = 90_000
    assert decided(shibie.roster(RULES, AS_OF, **given))["digest"] != plain["digest"]


# --- the other functions -------------------------------------------------------------------


def test_explain_by_plain_data_and_by_roster() -> None:
    given = shibie.roster(RULES, AS_OF, **tables())
    told = shibie.explain(RULES, given, AS_OF, "003", lang="en")
    assert (told.eligibility, [each.rule_id for each in told.why]) == ("ineligible", ["vehicle"])
    with pytest.raises(shibie.InputError, match="no such household"):
        shibie.explain(RULES, given, AS_OF, "009")
    with pytest.raises(shibie.InputError, match="household_id"):
        shibie.explain(RULES, given, AS_OF)


def test_a_day_outside_the_effect_is_refused_everywhere() -> None:
    late = date(2020, 1, 1)
    for use in (
        lambda: shibie.decide(RULES, {}, late),
        lambda: shibie.check(RULES, "fixtures/township-2015", late),
        lambda: shibie.explain(RULES, {}, late),
        lambda: shibie.evaluate("1 + 1", {}, RULES, late),
    ):
        with pytest.raises(shibie.InputError) as caught:
            use()
        assert [problem.code for problem in caught.value.problems] == ["not_in_force"]


def test_the_rest_is_what_the_commands_do() -> None:
    assert shibie.test(RULES).failures == ()
    fixtures = ROOT / "fixtures"
    found = shibie.recheck(
        RULES, fixtures / "township-2014", fixtures / "township-2015", AS_OF, date(2014, 12, 20)
    )
    assert len(found.was) == 481
    difference = shibie.diff(RULES, RULES)
    assert (difference.written, difference.moved) == ((), ())
    assert (
        shibie.evaluate("income < 3", {"income": 2}, shibie.loads(DEMO), date(2015, 6, 1)) is True
    )
    assert shibie.verify(shibie.loads(DEMO)).findings


DEMO = """
ruleset: {id: demo, title: Demo, lang: en, vocabulary: bare, effective: {from: 2015-01-01, to: 2016-12-31}}
fields:
  - {of: household, name: income, title: Income, type: money}
criteria:
  - {id: low, title: Low income, when: "round(income / members.count(), 2) < 2855"}
poor: low
"""
