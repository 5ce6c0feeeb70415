"""The result workbook: every household that came in is in it, and what is to be verified is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from support.books import PEOPLE, Book, book, write_folder, write_xlsx
from test_cli import PACK


@pytest.fixture
def roster() -> Book:
    """001 waits for the vehicles, 002 has a bad member, 003 a bad cell; a row has no number."""
    sheets = book()
    del sheets["比对-车辆登记比对"]
    sheets["成员"][3][3] = PEOPLE[2][:-1] + ("0" if PEOPLE[2][-1] != "0" else "1")
    sheets["农户"][3][2] = "很多"
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
        "001,ineligible,,vehicle,,,,pending"
    ]
    assert openpyxl.load_workbook(back)["核实"].max_row == 1


def answered(path: Path, rows: dict[int, dict[str, str]]) -> Path:
    """A result whose sheet 核实 has answers, by row."""
    workbook = openpyxl.load_workbook(path)
    page = workbook["核实"]
    header = [cell.value for cell in page[1]]
    for row, answer in rows.items():
        for title, text in answer.items():
            page.cell(row, header.index(title) + 1, text)
    workbook.save(path)
    return path


CAR = "有小轿车或客货运车辆的不纳入"
SIGNED = {"核实结论": "属实", "证据": "行驶证", "核实人": "王某", "核实日期": "2015-12-01"}


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
@pytest.mark.parametrize(
    ("before", "decided", "acts", "rejected"),
    [
        # The same said twice counts once.
        (["001", CAR, "属实", "行驶证", "王某", "2015-12-01"], "001,ineligible,,vehicle,,,,pending", 1, []),
        # Of two the later counts.
        (["001", CAR, "不属实", "入户", "李某", "2015-12-05"], "001,eligible,,,,,production,pending", 1, []),
        # Two of one day that contradict each other: neither counts, and each is said.
        (
            ["001", CAR, "不属实", "入户", "李某", "2015-12-01"], "001,pending,,,,vehicles,,pending", 0,
            ["核实,2,verdict", "答.xlsx/核实,2,verdict"],
        ),
    ],
)  # fmt: skip
def test_answers_count_beside_the_roster_s_own(
    tmp_path: Path, roster: Book, engine: str, before: list[str], decided: str, acts: int,
    rejected: list[str],
) -> None:  # fmt: skip
    out = tmp_path / "答.xlsx"
    arguments = [*PACK, "--engine", engine]
    CliRunner().invoke(
        app, ["check", str(write_xlsx(tmp_path / "甲.xlsx", roster)), *arguments, "--out", str(out)]
    )
    answered(out, {2: SIGNED})
    roster["核实"].append(before)
    path, after, back = write_xlsx(tmp_path / "乙.xlsx", roster), tmp_path / "after", "退还.xlsx"
    done = CliRunner().invoke(
        app,
        ["check", str(path), *arguments, "--verdicts", str(out), "--out", str(after),
         "--annotate", str(tmp_path / back)],
    )  # fmt: skip
    assert done.exit_code == 3, done.output + str(done.exception)

    def lines(name: str) -> list[str]:
        return (after / f"{name}.csv").read_text(encoding="utf-8-sig").splitlines()[1:]

    assert lines("decisions") == [decided]
    assert len(lines("acts")) == acts
    said = [",".join(line.split(",")[:3]) for line in lines("rejected") if "核实" in line]
    assert said == rejected
    # What is given back are the roster's own answers, and it is decided again as it was.
    page = openpyxl.load_workbook(tmp_path / back)["核实"]
    assert [cell.value for cell in page[2]][:6] == before
    again = CliRunner().invoke(app, ["replay", str(after)])
    assert again.exit_code == 0, again.output


def test_acts_that_a_result_lists_are_the_roster_s_own(tmp_path: Path, roster: Book) -> None:
    """A result says again what the roster said, and masks what is sensitive of it."""
    roster["办理"] = [
        [
            "办理编号",
            "办理种类",
            "户编号",
            "人编号",
            "字段",
            "原值",
            "现值",
            "证据",
            "经办人",
            "日期",
        ],
        [
            "a1",
            "更正",
            "001",
            "1",
            "证件号码",
            PEOPLE[0],
            PEOPLE[5],
            "户口簿",
            "王某",
            "2015-12-01",
        ],
    ]
    path, out = write_xlsx(tmp_path / "名册.xlsx", roster), tmp_path / "答.xlsx"
    CliRunner().invoke(app, ["check", str(path), *PACK, "--out", str(out)])
    answered(out, {2: SIGNED})
    after = tmp_path / "after"
    done = CliRunner().invoke(
        app, ["check", str(path), *PACK, "--verdicts", str(out), "--out", str(after)]
    )
    assert done.exit_code == 3, done.output + str(done.exception)
    found = (after / "acts.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert [(line.split(",")[1], line.split(",")[10]) for line in found] == [
        ("verdict", ""), ("correction", PEOPLE[5]),
    ]  # fmt: skip
    decisions = (after / "decisions.csv").read_text(encoding="utf-8-sig").splitlines()[1:]
    assert decisions == ["001,ineligible,,vehicle,,,,pending"]


def test_without_a_question_there_is_no_sheet_for_it(tmp_path: Path) -> None:
    path, out = write_xlsx(tmp_path / "名册.xlsx", book()), tmp_path / "结果.xlsx"
    CliRunner().invoke(app, ["check", str(path), *PACK, "--out", str(out)])
    assert "核实" not in openpyxl.load_workbook(out).sheetnames


def test_lists_to_fill_in_are_printed_across_all_columns_on_a_page(
    tmp_path: Path, roster: Book
) -> None:
    """In the result, in the roster given back as it was or written anew, and in the empty one."""
    del roster["核实"]
    held = write_xlsx(tmp_path / "名册.xlsx", roster)
    folder = write_folder(tmp_path / "folder", roster)

    def run(*arguments: str | Path) -> None:
        CliRunner().invoke(app, [str(each) for each in arguments])

    run("check", held, *PACK, "--out", tmp_path / "结果.xlsx", "--annotate", tmp_path / "退还.xlsx")
    run("check", folder, *PACK, "--annotate", tmp_path / "另写.xlsx")
    run("blank", "bazhong-2015", "--out", tmp_path / "空.xlsx")
    for name in ("结果.xlsx", "退还.xlsx", "另写.xlsx", "空.xlsx"):
        sheet = openpyxl.load_workbook(tmp_path / name)["核实"]
        fits = sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight
        assert (name, sheet.page_setup.orientation, *map(int, fits)) == (name, "landscape", 1, 0)
