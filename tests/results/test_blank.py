"""The empty workbook of a pack: read as it is, and filled in."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.errors import InputError
from shibie.ruleset.loader import load
from support.books import PEOPLE, REGISTERS
from test_cli import PACK

TITLE = "比对-车辆登记比对"


@pytest.fixture
def blank(tmp_path: Path) -> Path:
    path = tmp_path / "空白.xlsx"
    assert run("blank", "bazhong-2015", "--out", str(path)).exit_code == 0
    return path


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, arguments)


def decisions(path: Path) -> tuple[list[list[str]], Any]:
    out = path.parent / f"{path.stem}-d"
    done = run("check", str(path), *PACK, "--out", str(out))
    with (out / "decisions.csv").open(encoding="utf-8", newline="") as file:
        return [row[:2] + row[5:6] for row in csv.reader(file)][1:], done


def test_it_has_every_table_of_the_pack(blank: Path) -> None:
    sheets = openpyxl.load_workbook(blank)
    assert [sheet.title for sheet in sheets if sheet.sheet_state == "visible"] == [
        "农户", "成员", *(f"比对-{title}" for title in REGISTERS), "核实", "程序", "帮扶", "走访", "规划",
    ]  # fmt: skip
    page = sheets["农户"]
    assert (page["A1"].value, page["I1"].value) == ("*户编号", "工资性收入（元/年）")
    assert page["I1"].comment.text == "务工、工资收入\n单位：元/年"
    assert page.column_dimensions["A"].number_format == "@"
    assert sheets["成员"].column_dimensions["D"].number_format == "@"
    choices = {
        str(each.sqref): each.formula1 for each in sheets["成员"].data_validations.dataValidation
    }
    assert choices["E2:E5001"] == "'识别·代码'!$D$1:$D$22"
    assert [cell.value for cell in sheets["识别·代码"]["D"][:3]] == ["户主", "配偶", "之子"]


def test_empty_it_says_that_nobody_is_in_it(blank: Path) -> None:
    rows, done = decisions(blank)
    assert rows == []
    assert done.exit_code == 0
    assert "农户：表中没有一户" in done.output
    assert "输入 0 户" in done.output
    assert "未使用" not in done.output


def fill(blank: Path) -> openpyxl.Workbook:
    """Two families with all that the rules ask."""
    workbook = openpyxl.load_workbook(blank)
    household = {
        "村": "甲村", "工资性收入": 1000, "生产经营性收入": 0, "财产性收入": 0, "转移性收入": 0,
        "生产经营性支出": 0, "不愁吃": "是", "不愁穿": "是", "义务教育有保障": "是",
        "基本医疗有保障": "是", "住房等级": "B", "家庭生活明显高于当地平均水平": "否", "有车辆": "否",
    }  # fmt: skip
    person = {
        "姓名": "某",
        "文化程度": "初中",
        "与户主关系": "户主",
        "劳动技能": "普通劳动力",
        "健康状况": "健康",
    }
    for number, who in (("0001", 0), ("0002", 1)):
        add(workbook["农户"], {"户编号": number, **household})
        add(workbook["成员"], {"户编号": number, "人编号": "1", "证件号码": PEOPLE[who], **person})
    return workbook


def add(page: Any, values: dict[str, Any], header: int = 1) -> None:
    titles = [str(cell.value or "").strip("*").split("（")[0] for cell in page[header]]
    row = page.max_row + 1
    for title, value in values.items():
        page.cell(row, titles.index(title) + 1, value)


def test_filled_in_it_is_decided(blank: Path) -> None:
    workbook = fill(blank)
    for title in REGISTERS:
        workbook[f"比对-{title}"]["B1"] = "已做"
    add(workbook[TITLE], {"证件号码": PEOPLE[1], "号牌": "川Y1", "车辆类型": "小型轿车"}, header=2)
    workbook.save(blank)
    rows, done = decisions(blank)
    assert rows == [["0001", "eligible", ""], ["0002", "ineligible", ""]]
    assert "未使用" not in done.output


def test_a_comparison_nobody_filled_in_clears_nobody(blank: Path) -> None:
    workbook = fill(blank)
    for title in REGISTERS:
        if f"比对-{title}" != TITLE:
            workbook[f"比对-{title}"]["B1"] = "已做"
    workbook.save(blank)
    rows, done = decisions(blank)
    assert rows == [["0001", "pending", "vehicles"], ["0002", "pending", "vehicles"]]
    assert f"{TITLE}：空表，按未比对处理" in done.output
    # A row in it says that it was compared, whatever stands above.
    add(workbook[TITLE], {"证件号码": PEOPLE[1], "号牌": "川Y1", "车辆类型": "小型轿车"}, header=2)
    workbook.save(blank)
    assert decisions(blank)[0] == [["0001", "eligible", ""], ["0002", "ineligible", ""]]


def test_it_overwrites_nothing(blank: Path) -> None:
    before = blank.read_bytes()
    assert isinstance(run("blank", "bazhong-2015", "--out", str(blank)).exception, InputError)
    assert blank.read_bytes() == before


@pytest.mark.parametrize(
    "pack", ["low-income-2024", "monitoring-2024", "national-2016", "us-snap-2024"]
)
def test_every_pack_has_one_that_is_read_as_it_is(tmp_path: Path, pack: str) -> None:
    path = tmp_path / "blank.xlsx"
    assert run("blank", pack, "-o", str(path)).exit_code == 0
    day = load(pack).effective_from.isoformat()
    done = run("check", str(path), "--rules", pack, "--as-of", day)
    assert done.exit_code == 0, done.output + str(done.exception)
    assert "未使用" not in done.output
    assert "not used" not in done.output
