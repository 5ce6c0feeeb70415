"""Citizen numbers and health words that stand in columns of something else are shown nowhere."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

import shibie
from shibie.cli.app import app
from support.books import PEOPLE, Book, book, write_folder, write_xlsx

DAY = date(2015, 12, 20)
NUMBER = "511921196606067779"
ACTS = ["户编号", "户主", "办理种类", "规则编号", "核实结论", "证据", "经办人", "日期"]
ENGINES = ("interpreter", "duckdb")


def misplaced() -> Book:
    """A roster with numbers, and words of health, in wrong columns."""
    sheets = book()
    sheets["农户"][3][2] = NUMBER
    sheets["成员"][1][5] = f"{NUMBER[:6]} {NUMBER[6:14]}-{NUMBER[14:]}"
    sheets["农户"].append(
        ["51192119770707776X", "甲村", 1, 0, 0, 0, 0, *["是"] * 4, "B", "否", "否"]
    )
    sheets["成员"].append(["51192119770707776X", "1", "人6", PEOPLE[6], "户主", "肺癌", "健康"])
    sheets["比对-存款比对"].append([PEOPLE[0], "患有大病"])
    sheets["比对-民政残联比对"].append([PEOPLE[0], "车主110105491231002", "2014-01-01"])
    sheets["比对-车辆登记比对"].append(["", "川Y2", "小型轿车", 1, NUMBER])
    sheets["办理"] = [
        ACTS,
        ["002", "11010519491231002X", "核实", "vehicle", "不属实", "看过", "甲", "2015-12-01"],
        ["002", "人2", "核实", "vehicle", "不属实", f"车主{NUMBER}", "甲", "2015-12-01"],
    ]
    return sheets


def by_place(rows: list[dict[str, str]]) -> list[tuple[str, str]]:
    return [(row["field"], row["value"]) for row in rows]


@pytest.mark.parametrize("engine", ENGINES)
def test_rejected_values_are_masked_by_what_they_are(tmp_path: Path, engine: str) -> None:
    given = write_folder(tmp_path / "in", misplaced())
    out, workbook = tmp_path / "out", tmp_path / "out.xlsx"
    with shibie.check("bazhong-2015", given, DAY, engine=engine) as found:  # type: ignore[arg-type]
        found.write(out, workbook)
    with (out / "rejected.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert by_place(rows) == [
        ("", "001"),
        ("wage_income", "511*************79"),
        ("", "511*************6X"),
        ("labor", "511***************79"),
        ("labor", "（健康状况，不显示）"),
        ("head", "110*************2X"),
        ("registered_on", "511*************79"),
        ("balance", "（健康状况，不显示）"),
        ("kind", "车主110**********02"),
    ]
    sheets = openpyxl.load_workbook(workbook, read_only=True)
    cells = [str(cell) for sheet in sheets for row in sheet.values for cell in row]
    assert not [cell for cell in cells if NUMBER in cell or "11010519491231002X" in cell]
    assert "车主511*************79" in cells


def test_a_workbook_for_the_office_shows_the_evidence_whole(tmp_path: Path) -> None:
    given = write_xlsx(tmp_path / "in.xlsx", misplaced())
    with shibie.check("bazhong-2015", given, DAY) as found:
        found.write(tmp_path / "out.xlsx", show_ids=True)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx", read_only=True)["办理"]
    assert f"车主{NUMBER}" in [cell for row in sheet.values for cell in row]


def test_an_explanation_masks_numbers_in_evidence(tmp_path: Path) -> None:
    given = write_folder(tmp_path / "in", misplaced())
    command = [
        "explain",
        str(given),
        "--rules",
        "bazhong-2015",
        "--as-of",
        "2015-12-20",
        "-h",
        "002",
    ]
    said = CliRunner().invoke(app, command).output
    assert "（甲，2015-12-01，车主511*************79）" in said
    assert NUMBER not in CliRunner().invoke(app, [*command, "--json"]).output


@pytest.mark.parametrize("engine", ENGINES)
def test_words_of_illness_are_shown_of_no_column(tmp_path: Path, engine: str) -> None:
    """Neither where they were found nor where a reason repeats them; names stay."""
    sheets = book()
    sheets["农户"][1][2] = "精神残疾"
    sheets["成员"][3][5] = "肺 癌"
    sheets["比对-存款比对"].append([PEOPLE[4], "尿毒症透析"])
    signed = ["看过", "甲", "2015-12-01"]
    sheets["办理"] = [
        ACTS,
        ["003", "霍去病", "核实", "vehicle", "不属实", *signed],
        ["003", "人3", "核实", "ＨＩＶ感染", "不属实", *signed],
    ]
    command = ["check", str(write_folder(tmp_path / "in", sheets)), "--rules", "bazhong-2015"]
    command += ["--as-of", "2015-12-20", "--engine", engine, "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(app, command)
    with (tmp_path / "out" / "rejected.csv").open(encoding="utf-8-sig") as file:
        rows = [row for row in csv.DictReader(file) if row["field"]]
    hidden = "（健康状况，不显示）"
    assert [(row["source"], row["row"], row["field"], row["value"]) for row in rows] == [
        ("households.csv", "2", "wage_income", hidden), ("members.csv", "4", "labor", hidden),
        ("办理.csv", "2", "head", "霍去病"), ("办理.csv", "3", "rule_id", hidden),
        ("registers/deposits.csv", "2", "balance", hidden),
    ]  # fmt: skip
    written = (tmp_path / "out" / "rejected.csv").read_text(encoding="utf-8-sig")
    for text in (done.stdout, done.stderr, written):
        assert not [word for word in ("精神残疾", "肺", "癌", "透析", "ＨＩＶ") if word in text]
    assert hidden in done.stderr
