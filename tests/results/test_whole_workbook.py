"""The result workbook: every household that came in is in it, and what is to be verified is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.errors import InputError
from support.books import PEOPLE, Book, book, write_xlsx
from test_cli import PACK


@pytest.fixture
def roster() -> Book:
    """001 waits for the vehicles, 002 has a bad member, 003 a bad cell; a row has no number."""
    sheets = book()
    del sheets["比对-车辆登记比对"]
    sheets["成员"][3][3] = PEOPLE[2][:-1] + ("0" if PEOPLE[2][-1] != "0" else "1")
    sheets["农户"][3][2] = "一千"
    sheets["农户"].append([None, *sheets["农户"][1][1:]])
    return sheets


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_in_is_decided_and_rejected(tmp_path: Path, roster: Book, engine: str) -> None:
    path, out = write_xlsx(tmp_path / "名册.xlsx", roster), tmp_path / "结果.xlsx"
    CliRunner().invoke(app, ["check", str(path), *PACK, "--out", str(out), "--engine", engine])
    workbook = openpyxl.load_workbook(out)
    header, *rows = workbook["认定结果"].iter_rows(values_only=True)
    found: list[tuple[Any, ...]] = [
        tuple(
            dict(zip(header, row, strict=True))[title] for title in ("户编号", "认定结果", "原因")
        )
        for row in rows
    ]
    assert found[0] == ("001", "待核实", "家庭人均纯收入低于贫困线")
    assert found[1][:2] == ("002", "退回")
    assert found[1][2].split("\n")[0] == "农户 第 3 行：有 1 行成员被退回，整户不予认定"
    assert found[1][2].split("\n")[1].startswith("成员 第 4 行 证件号码：校验码应为")
    assert found[2:] == [
        ("003", "退回", "农户 第 4 行 工资性收入：应为数字"),
        ("农户!5", "退回", "农户 第 5 行 户编号：缺少户编号"),
    ]
    header, *rows = workbook["核实"].iter_rows(values_only=True)
    assert rows == [
        ("001", "人0", "甲村", "有小轿车或客货运车辆的不纳入", "户中有小轿车或客货运车辆", "未知",
         *[None] * (len(header) - 6)),
    ]  # fmt: skip
    choices = {
        str(each.sqref): each.formula1 for each in workbook["核实"].data_validations.dataValidation
    }
    assert choices["G2"] == "'识别·清单'!$B$1:$B$3"


def test_answers_in_the_result_are_read_beside_the_roster(tmp_path: Path, roster: Book) -> None:
    path, out = write_xlsx(tmp_path / "名册.xlsx", roster), tmp_path / "结果.xlsx"
    arguments = ["check", str(path), *PACK]
    CliRunner().invoke(app, [*arguments, "--out", str(out)])
    workbook = openpyxl.load_workbook(out)
    page = workbook["核实"]
    header = [cell.value for cell in page[1]]
    answer = {"核实结论": "属实", "证据": "行驶证", "核实人": "王某", "核实日期": "2015-12-01"}
    for title, text in answer.items():
        page.cell(2, header.index(title) + 1, text)
    workbook.save(out)
    after, back = tmp_path / "after", tmp_path / "退还.xlsx"
    again = ["--verdicts", str(out), "--out", str(after), "--annotate", str(back)]
    # The roster has a sheet of verdicts with nothing but its header.
    assert len(roster["核实"]) == 1
    done = CliRunner().invoke(app, [*arguments, *again])
    assert done.exit_code == 3, done.output + str(done.exception)
    assert (after / "decisions.csv").read_text(encoding="utf-8-sig").splitlines()[1:] == [
        "001,ineligible,,vehicle,,,"
    ]
    assert openpyxl.load_workbook(back)["核实"].max_row == 1


def test_two_sheets_of_answers_are_no_half_of_each(tmp_path: Path, roster: Book) -> None:
    out = tmp_path / "结果.xlsx"
    CliRunner().invoke(
        app, ["check", str(write_xlsx(tmp_path / "甲.xlsx", roster)), *PACK, "--out", str(out)]
    )
    rule = "有小轿车或客货运车辆的不纳入"
    roster["核实"].append(["001", rule, "属实", "行驶证", "王某", "2015-12-01"])
    path = write_xlsx(tmp_path / "乙.xlsx", roster)
    done = CliRunner().invoke(app, ["check", str(path), *PACK, "--verdicts", str(out)])
    assert isinstance(done.exception, InputError)
    assert done.exception.render().startswith("核实 + 结果.xlsx/核实：同一张表给了不止一次")


def test_without_a_question_there_is_no_sheet_for_it(tmp_path: Path) -> None:
    path, out = write_xlsx(tmp_path / "名册.xlsx", book()), tmp_path / "结果.xlsx"
    CliRunner().invoke(app, ["check", str(path), *PACK, "--out", str(out)])
    assert "核实" not in openpyxl.load_workbook(out).sheetnames
