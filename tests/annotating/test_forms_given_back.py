"""Tables as people hold them given back: marked on the sheets, in the columns, that they have."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
from typer.testing import CliRunner

from shibie.cli.app import app
from support.books import PEOPLE, Book, write_xlsx
from test_cli import PACK

TITLES = ["户编号", "姓名", "身份证号码", "与户主关系", "劳动技能", "健康状况", "住房等级"]
INCOME = ["工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出"]


def person(number: str, who: int, relation: str, wage: Any) -> list[Any]:
    of_person = [number, f"人{who}", PEOPLE[who], relation, "普通劳动力", "健康", "D"]
    return [*of_person, wage, 0, 0, 0, 0]


def check(path: Path, *more: str) -> Any:
    return CliRunner().invoke(app, ["check", str(path), *PACK, "--trust-declarations", *more])


def decisions(path: Path) -> str:
    out = path.parent / f"{path.stem}-d"
    check(path, "--out", str(out))
    return "".join(
        (out / f"{each}.csv").read_text() for each in ("decisions", "rejected", "unrecognised")
    )


def test_a_sheet_a_village_is_given_back_a_sheet_a_village(tmp_path: Path) -> None:
    """The second has its columns in another order, and a title above."""
    first = [[*TITLES, *INCOME], person("001", 0, "户主", 500), person("001", 1, "配偶", 500)]
    second = [row[::-1] for row in ([*TITLES, *INCOME], person("101", 2, "户主", "不少"))]
    sheets: Book = {"石磨村": first, "青杨村": [["青杨村花名册"], *second]}
    roster, out = write_xlsx(tmp_path / "名册.xlsx", sheets), tmp_path / "退还.xlsx"
    done = check(roster, "--annotate", str(out))
    assert done.exit_code == 3, done.output + str(done.exception)
    workbook = openpyxl.load_workbook(out)
    one, two = workbook["石磨村"], workbook["青杨村"]
    assert [one.cell(row, 13).value for row in (1, 2, 3)] == ["识别·认定结果", "待核实", "待核实"]
    assert [two.cell(row, 13).value for row in (1, 2, 3)] == [None, "识别·认定结果", "退回"]
    found = {cell.coordinate: cell.comment.text for row in two for cell in row if cell.comment}
    assert found == {"E3": "应为数字"}
    assert decisions(out) == decisions(roster)


def test_two_header_rows_and_families_without_numbers(tmp_path: Path) -> None:
    groups = [
        "序号",
        "户主姓名",
        "家庭成员",
        "",
        "",
        "",
        "",
        "",
        "家庭年收入(万元)",
        "",
        "",
        "",
        "",
    ]
    titles = ["", "", *TITLES[1:], *INCOME]
    rows: list[list[Any]] = [groups, titles]
    for serial, who, relation in ((1, 0, "户主"), (None, 1, "配偶"), (2, 2, "户主")):
        cells = person("", who, relation, "0.05" if who else "半万")
        rows.append([serial, f"人{who}" if serial else None, *cells[1:]])
    roster, out = write_xlsx(tmp_path / "名册.xlsx", {"名册": rows}), tmp_path / "退还.xlsx"
    done = check(roster, "--annotate", str(out))
    assert done.exit_code == 3, done.output + str(done.exception)
    page = openpyxl.load_workbook(out)["名册"]
    assert [page.cell(row, 14).value for row in range(1, 6)] == [
        None, "识别·认定结果", "退回", "退回", "待核实",
    ]  # fmt: skip
    assert [cell.coordinate for row in page for cell in row if cell.comment] == ["I3"]
    assert decisions(out) == decisions(roster)
