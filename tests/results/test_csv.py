"""CSV that Excel opens as it is meant, and that no text turns into a formula in."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from pyarrow import parquet
from typer.testing import CliRunner

import shibie
from shibie.acts import act_specs
from shibie.cli.app import app
from shibie.results.tables import COLUMNS
from shibie.results.titles import TITLES
from support.books import Book, book, write_folder

AS_OF = date(2015, 12, 20)
ENGINES = ("interpreter", "duckdb")
Headers = Literal["en", "zh"]


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def formulas() -> Book:
    """Households whose numbers are formulas, and an act that was written as one."""
    sheets = book()
    for rows_of in (sheets["农户"], sheets["成员"]):
        for row in rows_of:
            row[0] = {"001": "=1+1", "002": "-5"}.get(row[0], row[0])
    sheets["核实"].append(
        ["003", "vehicle", "不属实", "=HYPERLINK(0)", "'@李", "2015-12-01"]
    )  # fmt: skip
    return sheets


def written(roster: Path, out: Path, engine: Any, headers: Headers = "en") -> None:
    with shibie.check("bazhong-2015", roster, AS_OF, engine=engine) as result:
        result.write(out, out.with_suffix(".parquet"), headers=headers)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_text_is_a_formula(tmp_path: Path, engine: str) -> None:
    written(write_folder(tmp_path / "in", formulas()), tmp_path / "out", engine)
    assert (tmp_path / "out" / "decisions.csv").read_bytes()[:15] == b"\xef\xbb\xbfhousehold_id"
    decided = [row[0] for row in rows(tmp_path / "out" / "decisions.csv")[1:]]
    assert decided == ["'=1+1", "-5", "003"]
    assert {row[0] for row in rows(tmp_path / "out" / "tracks.csv")[1:]} == {"'=1+1", "003"}
    (act,) = rows(tmp_path / "out" / "acts.csv")[1:]
    assert act[13:15] == ["'=HYPERLINK(0)", "''@李"]
    table = parquet.read_table(tmp_path / "out.parquet" / "decisions.parquet")
    assert table.column("household_id").to_pylist() == ["=1+1", "-5", "003"]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("headers", ["en", "zh"])
def test_acts_are_read_again_as_they_were(tmp_path: Path, engine: str, headers: Headers) -> None:
    sheets = formulas()
    written(write_folder(tmp_path / "in", sheets), tmp_path / "out", engine, headers)
    sheets["核实"] = []
    again = write_folder(tmp_path / "again", sheets)
    (again / "acts.csv").write_bytes((tmp_path / "out" / "acts.csv").read_bytes())
    with shibie.check("bazhong-2015", again, AS_OF, engine=engine) as result:  # type: ignore[arg-type]
        (act,) = result.acts
        assert (act["evidence"], act["officer"]) == ("=HYPERLINK(0)", "'@李")
        assert result.summary["by_eligibility"]["eligible"]["households"] == 2


@pytest.mark.parametrize("engine", ENGINES)
def test_chinese_titles_where_they_are_asked_for(tmp_path: Path, engine: str) -> None:
    roster = write_folder(tmp_path / "in", book())
    command = ["check", str(roster), "--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    out = tmp_path / "out"
    done = CliRunner().invoke(
        app, [*command, "-o", str(out), "--headers", "zh", "--engine", engine]
    )
    assert done.exit_code == 0, done.output
    assert rows(out / "decisions.csv")[:2] == [
        ["户编号", "认定结果", "类别", "原因", "待核实的审查", "还需查清", "帮扶批次", "状态"],
        ["001", "eligible", "", "", "", "", "production", "pending"],
    ]
    assert rows(out / "findings.csv")[0] == ["户编号", "人编号", "规则编号", "类型", "结果"]
    assert rows(out / "rejected.csv") == [["来源", "行", "栏目", "内容", "退回原因", "原因代码"]]


def test_every_column_has_a_title() -> None:
    assert {name: tuple(titles) for name, titles in TITLES.items() if name != "clues"} == COLUMNS
    assert len({spec.title for spec in act_specs()}) == len(act_specs())


def test_only_a_chinese_pack_has_the_mark(tmp_path: Path) -> None:
    text = (
        "ruleset: {id: a, title: a, lang: en, vocabulary: bare,"
        " effective: {from: 2000-01-01, to: 2030-01-01}}\n"
        'poor: "true"\n'
    )
    rules = shibie.loads(text)
    given = shibie.roster(
        rules, AS_OF, [{"household_id": "+A"}], [{"household_id": "+A", "member_id": "1"}]
    )
    with shibie.check(rules, given, AS_OF) as result:
        result.write(tmp_path / "out")
    first, second = (tmp_path / "out" / "decisions.csv").read_text(encoding="utf-8").splitlines()
    assert first.startswith("household_id,")
    assert second.startswith("'+A,")
