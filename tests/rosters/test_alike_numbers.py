"""Household numbers in two spellings, and what stands where a number was not shown."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

import shibie
from shibie.errors import InputError
from shibie.ruleset.loader import load
from support.books import as_export, book, write_parquet, write_xlsx

Engine = Literal["interpreter", "duckdb"]
PACK, AS_OF = load("bazhong-2015"), date(2015, 12, 20)


def numbered(numbers: list[Any]) -> list[list[Any]]:
    """The five persons of `book` (two, one and two of a household) with other household numbers."""
    first, *rest = as_export(book())["一人一行"]
    return [first, *([number, *row[1:]] for number, row in zip(numbers, rest, strict=True))]


def written(tmp_path: Path, kind: str, rows: list[list[Any]]) -> Path:
    if kind == "xlsx":
        return write_xlsx(tmp_path / "held.xlsx", {"Sheet1": rows})
    if kind == "parquet":
        return write_parquet(tmp_path / "folder", {"households": rows})
    path = tmp_path / "held.csv"
    with path.open("w", encoding="utf-8" if kind == "csv" else "gb18030", newline="") as out:
        csv.writer(out).writerows(rows)
    return path


@pytest.mark.parametrize("kind", ["xlsx", "csv", "gbk", "parquet"])
@pytest.mark.parametrize(
    ("numbers", "pair"),
    [
        (["01", "1", "2", "3", "3"], "“01”与“1”"),
        (["a-1", "A-1", "2", "3", "3"], "“A-1”与“a-1”"),
        (["\u0410-1", "A-1", "2", "3", "3"], "“A-1”与“\u0410-1”"),
        (["OO1", "001", "2", "3", "3"], "“001”与“OO1”"),
        (["1.0", "1", "2", "3", "3"], "“1”与“1.0”"),
        (["51", "51.", "2", "3", "3"], "“51”与“51.”"),
        (["'51", "51", "2", "3", "3"], "“'51”与“51”"),
    ],
)
def test_two_spellings(tmp_path: Path, kind: str, numbers: list[Any], pair: str) -> None:
    with pytest.raises(InputError) as refused:
        shibie.check(PACK, written(tmp_path, kind, numbered(numbers)), AS_OF)
    (problem,) = refused.value.problems
    assert problem.what.zh == f"户编号有两种写法\uff0c像是同一户\uff1a{pair}"


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_one_spelling(tmp_path: Path, kind: str) -> None:
    """Widths and spaces make no other number, nor do zeros within one."""
    rows = numbered(["01", "\uff101 ", "10", "A-01", "A-1"])
    rows[-1][rows[0].index("与户主关系")] = "户主"
    with shibie.check(PACK, written(tmp_path, kind, rows), AS_OF) as result:
        assert [row["household_id"] for row in result.decisions] == ["01", "10", "A-01", "A-1"]


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
@pytest.mark.parametrize("shown", ["#####", "Err:502", "#名称?"])
def test_what_is_no_number(tmp_path: Path, engine: Engine, shown: str) -> None:
    path = written(tmp_path, "csv", numbered([shown, shown, "2", "3", "3"]))
    with shibie.check(PACK, path, AS_OF, engine=engine) as result:
        assert [row["household_id"] for row in result.decisions] == ["2", "3"]
        first = next(iter(result.rejected))
        assert (first["row"], first["field"]) == (2, "household_id")
        assert str(first["reason"]).startswith(f"是公式出错的结果 {shown}")
