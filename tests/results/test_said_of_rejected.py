"""Rows that are rejected are said on the terminal, also where no household is rejected for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shibie.cli.app import app
from support.books import PEOPLE, Book, book, write_folder

ACTS = ["办理编号", "户编号", "户主", "办理种类", "规则编号", "核实结论", "证据", "经办人", "日期"]
ENGINES = ("interpreter", "duckdb")


def given(folder: Path, acts: int) -> Path:
    """A roster with acts of a head who is not there, a verdict without evidence, and a bad row."""
    sheets: Book = book()
    sheets["核实"].append(["003", "vehicle", "不属实", "", "甲", "2015-12-01"])
    sheets["比对-存款比对"].append([PEOPLE[0], "很多"])
    sheets["办理"] = [
        ACTS,
        *(
            [f"a{at}", "002", "[别人]", "核实", "vehicle", "不属实", "看过", "甲", "2015-12-01"]
            for at in range(acts)
        ),
    ]
    return write_folder(folder / "in", sheets)


def said(path: Path, engine: str, *more: str) -> Result:
    command = ["check", str(path), "--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    return CliRunner().invoke(app, [*command, "--engine", engine, *more])


@pytest.mark.parametrize("engine", ENGINES)
def test_rejected_rows_are_counted_by_table_and_the_first_are_told(
    tmp_path: Path, engine: str
) -> None:
    done = said(given(tmp_path, 4), engine)
    assert done.exit_code == 3
    assert "输入 3 户 = 认定 3 户 + 退回 0 户" in done.stdout
    counts = "退回 6 行：adjudications.csv 1、办理.csv 4、registers/deposits.csv 1\n"
    assert counts in done.stdout
    assert done.stderr.splitlines()[:7] == [
        "adjudications.csv 第 2 行 证据：核实须有证据、核实人和日期，缺 证据",
        *(f"办理.csv 第 {row} 行 户主 “[别人]”：名册中这一户的户主是 人2" for row in (2, 3, 4, 5)),
        "另有 1 行，见“退回”表",
        "没有写出结果；用 --out 写出，“退回”表中有每一行及原因",
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_where_results_are_written_there_is_no_hint(tmp_path: Path, engine: str) -> None:
    done = said(given(tmp_path, 1), engine, "--out", str(tmp_path / "out"), "--lang", "en")
    assert "rejected 3 rows: adjudications.csv 1, 办理.csv 1, registers/deposits.csv 1" in (
        done.stdout
    )
    lines = done.stderr.splitlines()
    assert lines[2] == "registers/deposits.csv row 2 balance '很多': expected a number"
    assert "--out" not in done.stderr
    assert "more, see" not in done.stderr


def test_nothing_is_said_where_nothing_is_rejected(tmp_path: Path) -> None:
    done = said(write_folder(tmp_path / "in", book()), "interpreter")
    assert done.exit_code == 0
    assert "行：" not in done.stdout
