"""The officer's own workbook given back: what he has stays, what was found is written into it."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from shibie.annotating.sheet import ORDER
from shibie.citizen_id import make
from shibie.cli.app import app
from shibie.cli.options import in_options
from shibie.errors import InputError
from support.books import PEOPLE, Book, book, write_folder, write_xlsx
from test_cli import PACK

TITLES = ["识别·认定结果", "识别·原因", "识别·待核实事项", "识别·帮扶批次"]
HOUSEHOLD = ["甲村", 1000, 0, 0, 0, 0, "是", "是", "是", "是", "B"]


def people(*households: tuple[str, Any, int, Any, Any]) -> Book:
    """A book of one-person households: number, wage, who, owns a vehicle, lives above.

    Vehicles are not compared.
    """
    sheets = book()
    del sheets["比对-车辆登记比对"]
    for name in ("农户", "成员"):
        del sheets[name][1:]
    for number, wage, who, vehicle, above in households:
        sheets["农户"].append([number, "甲村", wage, *HOUSEHOLD[2:], vehicle, above])
        sheets["成员"].append([number, "1", f"人{who}", PEOPLE[who], "户主", "普通劳动力", "健康"])
    return sheets


def rows_of(path: Path, sheet: str) -> list[list[Any]]:
    return [list(row) for row in openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)]


def comments_of(path: Path, sheet: str) -> dict[str, str]:
    page = openpyxl.load_workbook(path)[sheet]
    return {cell.coordinate: cell.comment.text for row in page for cell in row if cell.comment}


def check(path: Path, *more: str) -> Any:
    return CliRunner().invoke(app, ["check", str(path), *PACK, *more])


def decisions(path: Path, *more: str) -> str:
    out = path.parent / f"{path.stem}-decisions"
    check(path, "--out", str(out), *more)
    return "".join(
        (out / f"{each}.csv").read_text() for each in ("decisions", "findings", "rejected")
    )


PENDING = people(
    ("001", 1000, 0, "否", "否"), ("002", "很多", 1, "否", "否"), ("003", 90000, 2, "否", "否")
)


@pytest.fixture
def pending(tmp_path: Path) -> Path:
    """Household 001 waits for the vehicles, 002 cannot be read, 003 is not poor."""
    return write_xlsx(tmp_path / "名册.xlsx", PENDING)


def test_decisions_stand_beside_the_households(pending: Path, tmp_path: Path) -> None:
    out = tmp_path / "退还.xlsx"
    done = check(pending, "--annotate", str(out))
    assert done.exit_code == 3, done.output
    header, *rows = rows_of(out, "农户")
    assert header[14:] == TITLES
    assert [row[:1] + row[14:] for row in rows] == [
        ["001", "待核实", "家庭人均纯收入低于贫困线", "车辆登记比对（未做）", None],
        ["002", "退回", "农户 第 3 行 工资性收入：应为数字", None, None],
        ["003", "不纳入", "不符合识别标准", None, None],
    ]
    page = openpyxl.load_workbook(out)["农户"]
    assert comments_of(out, "农户") == {"C3": "应为数字"}
    assert page["C3"].value == "很多"
    assert (page["C3"].fill.fgColor.rgb, page["O2"].fill.fgColor.rgb) == ("FFFBD0D4", "FFFCE8B2")


def test_what_a_verdict_settles_is_asked_and_the_answer_is_read(
    pending: Path, tmp_path: Path
) -> None:
    out = tmp_path / "退还.xlsx"
    check(pending, "--annotate", str(out))
    header, *rows = rows_of(out, "核实")
    assert header == [
        "户编号", "规则编号", "核实结论", "证据", "核实人", "核实日期",
        "识别·户主", "识别·村", "识别·要核实的情况", "识别·现在",
    ]  # fmt: skip
    rule = "有小轿车或客货运车辆的不纳入"
    asked = ["001", rule, *[None] * 4, "人0", "甲村", "户中有小轿车或客货运车辆", "未知"]
    assert rows == [asked]
    workbook = openpyxl.load_workbook(out)
    lists = workbook["识别·清单"]
    assert lists.sheet_state == "hidden"
    found = {
        str(each.sqref): each.formula1 for each in workbook["核实"].data_validations.dataValidation
    }
    assert found == {
        "B2:B202": "'识别·清单'!$A$1:$A$8",
        "C3:C202": "'识别·清单'!$B$1:$B$3",
        "C2": "'识别·清单'!$B$1:$B$3",
    }
    assert [cell.value for cell in lists["B"][:3]] == ["属实", "不属实", "属实但例外"]
    # Nobody has answered yet: the decisions are the same, and it is said how many wait.
    again = check(out, "--out", str(tmp_path / "d"))
    assert "核实：1 行还没有填核实结论" in again.output
    assert "未使用" not in again.output
    assert decisions(out) == decisions(pending)
    # The officer answers in the workbook itself.
    page = workbook["核实"]
    page["C2"], page["D2"], page["E2"], page["F2"] = "不属实", "查车管所", "王某", "2015-12-01"
    answered = tmp_path / "已填.xlsx"
    workbook.save(answered)
    check(answered, "--out", str(tmp_path / "after"))
    assert (tmp_path / "after" / "decisions.csv").read_text().splitlines()[1:] == [
        "001,eligible,,,,,production,pending",
        "003,ineligible,,not_poor,,,,pending",
    ]
    # Given back once more, the answer stays and nothing is asked again.
    third = tmp_path / "再退.xlsx"
    check(answered, "--annotate", str(third))
    assert [row[:3] for row in rows_of(third, "核实")[1:]] == [["001", rule, "不属实"]]


def test_given_back_twice_nothing_is_there_twice(pending: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    check(pending, "--annotate", str(first))
    check(first, "--annotate", str(second))
    for name in ("农户", "成员", "核实", "识别·清单"):
        assert rows_of(second, name) == rows_of(first, name)
    assert comments_of(second, "农户") == {"C3": "应为数字"}
    names = zipfile.ZipFile(second).namelist()
    assert len(names) == len(set(names)) == len(zipfile.ZipFile(first).namelist())


def test_a_cell_that_was_mended_is_no_longer_marked(pending: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    check(pending, "--annotate", str(first))
    workbook = openpyxl.load_workbook(first)
    workbook["农户"]["C3"] = 1000
    workbook.save(first)
    check(first, "--annotate", str(second))
    page = openpyxl.load_workbook(second)["农户"]
    assert page["C3"].fill.fgColor.rgb == "00000000"
    assert comments_of(second, "农户") == {}
    assert page["O3"].value == "待核实"
    # Asked are both now, on the row that was asked before and on a new one.
    assert [row[0] for row in rows_of(second, "核实")[1:]] == ["001", "002"]


def test_a_sheet_of_verdicts_that_is_there_is_gone_on_with(tmp_path: Path) -> None:
    sheets = people(("001", 1000, 0, "否", "否"), ("002", 1000, 1, "否", "否"))
    rule = "有小轿车或客货运车辆的不纳入"
    sheets["核实"] = [
        ["核实登记表"],
        ["户编号", "备注", "规则", "核实结论", "证据", "核实人", "核实日期"],
        ["002", "已走访", rule, "属实", "行驶证", "王某", "2015-11-30"],
    ]
    out = tmp_path / "退还.xlsx"
    check(write_xlsx(tmp_path / "名册.xlsx", sheets), "--annotate", str(out))
    assert rows_of(out, "核实")[1:] == [
        ["户编号", "备注", "规则", "核实结论", "证据", "核实人", "核实日期",
         "识别·户主", "识别·村", "识别·要核实的情况", "识别·现在"],
        ["002", "已走访", rule, "属实", "行驶证", "王某", "2015-11-30", *[None] * 4],
        ["001", None, rule, *[None] * 4, "人0", "甲村", "户中有小轿车或客货运车辆", "未知"],
    ]  # fmt: skip


def export(path: Path) -> Path:
    """One row a person with all that people put into a workbook, merged household cells among it."""
    with xlsxwriter.Workbook(str(path)) as made:
        page = made.add_worksheet("名册")
        head = made.add_format({"bold": True, "border": 1, "bg_color": "#FFF2CC"})
        lined, money = made.add_format({"border": 1}), made.add_format({"num_format": "#,##0.00"})
        page.merge_range("A1:P1", "学堂山村花名册", head)
        titles = [
            "户编号", "村", "工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出",
            "住房等级", "姓名", "证件号码", "与户主关系", "劳动技能", "健康状况", "合计收入",
        ]  # fmt: skip
        for at, title in enumerate(titles):
            page.write(1, at, title, head)
        bad = PEOPLE[2][:-1] + ("0" if PEOPLE[2][-1] != "0" else "1")
        for at, (number, name, who, relation) in enumerate(
            [("001", "甲", PEOPLE[0], "户主"), ("", "乙", PEOPLE[1], "配偶"),
             ("002", "丙", bad, "户主"), ("003", "丁", PEOPLE[3], "户主")],
            start=2,
        ):  # fmt: skip
            if number:
                page.write_string(at, 0, number, lined)
                page.write_string(at, 1, "学堂山村", lined)
                for column in range(2, 7):
                    page.write_number(at, column, 500 if column == 2 else 0, money)
                page.write_string(at, 7, "D", lined)
            for column, text in enumerate((name, who, relation, "普通劳动力", "健康"), start=8):
                page.write_string(at, column, text, lined)
            page.write_formula(at, 13, f"=SUM(C{at + 1}:F{at + 1})", lined, 500 if number else 0)
        page.merge_range("A3:A4", "001", lined)
        page.autofilter("A2:N6")
        page.freeze_panes(2, 0)
        page.set_row(5, None, None, {"hidden": True})
        page.set_column("B:B", 20, None, {"hidden": True})
        page.set_column("P:XFD", None, None, {"hidden": True})
        page.conditional_format("C3:C6", {"type": "data_bar"})
        page.data_validation("H3:H6", {"validate": "list", "source": ["A", "B", "C", "D"]})
        page.write_comment("I3", "已走访")
        page.print_area("A1:N6")
        page.repeat_rows(1)
        page.set_landscape()
        page.insert_textbox("C10", "填表说明")
        chart = made.add_chart({"type": "column"})
        chart.add_series({"values": "=名册!$C$3:$C$6"})
        page.insert_chart("G10", chart)
        made.define_name("贫困线", "=2855")
        other = made.add_worksheet("说明")
        other.write(0, 0, "不要动")
        other.write_formula(0, 1, "=贫困线", None, 2855)
    return path


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as file:
        return {name: file.read(name) for name in file.namelist()}


def test_everything_else_stays(tmp_path: Path) -> None:
    roster, out = export(tmp_path / "名册.xlsx"), tmp_path / "退还.xlsx"
    done = check(roster, "--annotate", str(out), "--trust-declarations")
    assert done.exit_code == 3, done.output
    before, after = parts(roster), parts(out)
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed == {
        "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml",
        "xl/worksheets/sheet1.xml", "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml",
    }  # fmt: skip
    assert set(after) - set(before) == {"xl/worksheets/sheet3.xml", "xl/worksheets/sheet4.xml"}
    old, new = before["xl/worksheets/sheet1.xml"], after["xl/worksheets/sheet1.xml"]
    for said in (
        b"<f>SUM(C3:F3)</f><v>500</v>", b'<mergeCell ref="A1:P1"/>', b'<mergeCell ref="A3:A4"/>',
        b'hidden="1"', b"<dataBar>", b'<formula1>"A,B,C,D"</formula1>', b'state="frozen"',
        b'orientation="landscape"', b'<drawing r:id="rId1"/>',
    ):  # fmt: skip
        assert said in old
        assert said in new
    assert in_order(new)
    # Cached values are there for who does not calculate.
    calamine = CalamineWorkbook.from_path(str(out)).get_sheet_by_name("名册")
    assert calamine.to_python(skip_empty_area=False)[2][13] == 500


def in_order(sheet: bytes) -> bool:
    """Whether what a worksheet holds is in the order of its schema."""
    found = re.findall(
        rb"<(?:\w+:)?(\w+)",
        re.sub(
            rb"<(\w+:)?sheetData>.*</(\w+:)?sheetData>", b"<sheetData/>", sheet, flags=re.DOTALL
        ),
    )
    top = [each.decode() for each in found if each.decode() in ORDER]
    return [*dict.fromkeys(top)] == sorted(dict.fromkeys(top), key=ORDER.index)


def test_rows_of_persons_all_say_what_became_of_their_household(tmp_path: Path) -> None:
    roster, out = export(tmp_path / "名册.xlsx"), tmp_path / "退还.xlsx"
    check(roster, "--annotate", str(out), "--trust-declarations")
    workbook = openpyxl.load_workbook(out)
    page = workbook["名册"]
    assert [page.cell(2, at).value for at in range(15, 19)] == TITLES
    assert [page.cell(row, 15).value for row in range(3, 7)] == [
        "待核实",
        "待核实",
        "退回",
        "待核实",
    ]
    # What was hidden to the right of the table does not hide what was decided.
    assert not page.column_dimensions["P"].hidden
    assert not page.column_dimensions["R"].hidden
    assert page.column_dimensions["S"].hidden
    # The filter reaches over it, and so does the name that goes with the filter.
    assert page.auto_filter.ref == "A2:R6"
    assert "名册!$A$2:$R$6" in parts(out)["xl/workbook.xml"].decode()
    assert page.print_area == "'名册'!$A$1:$N$6"
    assert comments_of(out, "名册")["I3"] == "已走访"
    (mine,) = [text for place, text in comments_of(out, "名册").items() if place == "J5"]
    assert mine.startswith("校验码应为")
    assert page["J5"].border.left.style == "thin"
    assert page["O2"].font.bold
    assert decisions(out, "--trust-declarations") == decisions(roster, "--trust-declarations")


def prefixed(path: Path, to: Path) -> Path:
    """The same workbook as other programs write it: elements with a prefix, no dimension."""
    with zipfile.ZipFile(to, "w") as out:
        for name, data in parts(path).items():
            if name == "xl/worksheets/sheet1.xml":
                data = re.sub(rb"<(/?)([A-Za-z0-9]+)(?=[\s>/])", rb"<\1x:\2", data)
                data = data.replace(b"<x:worksheet xmlns=", b"<x:worksheet xmlns:x=")
                data = re.sub(rb"(<x:dimension[^>]*>)", b"", data)
            out.writestr(name, data)
    return to


def test_prefixes_are_kept(tmp_path: Path) -> None:
    roster = prefixed(export(tmp_path / "甲.xlsx"), tmp_path / "名册.xlsx")
    out = tmp_path / "退还.xlsx"
    done = check(roster, "--annotate", str(out), "--trust-declarations")
    assert done.exit_code == 3, done.output
    sheet = parts(out)["xl/worksheets/sheet1.xml"]
    assert not re.search(rb"<(?!x:|/x:|\?)", sheet)
    page = openpyxl.load_workbook(out)["名册"]
    assert [page.cell(row, 15).value for row in range(3, 7)] == [
        "待核实",
        "待核实",
        "退回",
        "待核实",
    ]
    assert decisions(out, "--trust-declarations") == decisions(roster, "--trust-declarations")


def written_again(path: Path, to: Path, changed: Any, named: Any = str) -> Path:
    """A workbook whose parts are changed, and named otherwise."""
    with zipfile.ZipFile(to, "w") as out:
        for name, data in parts(path).items():
            out.writestr(named(name), changed(data))
    return to


def test_names_of_parts_may_differ_in_case(tmp_path: Path) -> None:
    made = write_xlsx(tmp_path / "甲.xlsx", PENDING)
    roster = written_again(
        made, tmp_path / "名册.xlsx", bytes, lambda name: name.replace("sheet1.xml", "Sheet1.XML")
    )
    out = tmp_path / "退还.xlsx"
    done = check(roster, "--annotate", str(out))
    assert done.exit_code == 3, done.output + str(done.exception)
    assert [name for name in parts(out) if name.lower().endswith("/sheet1.xml")] == [
        "xl/worksheets/Sheet1.XML"
    ]
    assert decisions(out) == decisions(roster)


def test_a_strict_workbook_stays_one(tmp_path: Path) -> None:
    def strictly(data: bytes) -> bytes:
        usual = b"http://schemas.openxmlformats.org/"
        for name, strict in (
            (b"spreadsheetml/2006/main", b"spreadsheetml/main"),
            (b"officeDocument/2006/relationships", b"officeDocument/relationships"),
        ):
            data = data.replace(usual + name, b"http://purl.oclc.org/ooxml/" + strict)
        return data

    made = write_xlsx(tmp_path / "甲.xlsx", {k: v for k, v in PENDING.items() if k != "核实"})
    roster, out = written_again(made, tmp_path / "名册.xlsx", strictly), tmp_path / "退还.xlsx"
    done = check(roster, "--annotate", str(out))
    assert done.exit_code == 3, done.output + str(done.exception)
    before, after = parts(roster), parts(out)
    assert sorted(name for name in after if name not in before) == [
        "xl/comments1.xml", "xl/drawings/vmlDrawing1.vml", "xl/worksheets/_rels/sheet1.xml.rels",
        "xl/worksheets/sheet10.xml", "xl/worksheets/sheet11.xml",
    ]  # fmt: skip
    usual = re.compile(
        rb"http://schemas.openxmlformats.org/(?:spreadsheetml/2006/main|officeDocument/2006/relat)"
    )
    assert not [name for name, data in after.items() if usual.search(data)]
    assert decisions(out) == decisions(roster)


def test_given_back_twice_is_the_same_byte_for_byte(pending: Path, tmp_path: Path) -> None:
    once, twice = tmp_path / "一.xlsx", tmp_path / "二.xlsx"
    check(pending, "--annotate", str(once))
    check(once, "--annotate", str(twice))
    assert parts(twice) == parts(once)


def test_a_workbook_of_another_program(tmp_path: Path) -> None:
    """openpyxl writes texts where they stand, and comments elsewhere."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in PENDING.items():
        page = made.create_sheet(name)
        for row in rows:
            page.append(row)
    made["农户"]["A2"].comment = openpyxl.comments.Comment("已走访", "王某")
    roster, out = tmp_path / "名册.xlsx", tmp_path / "退还.xlsx"
    made.save(roster)
    check(roster, "--annotate", str(out))
    assert comments_of(out, "农户") == {"A2": "已走访", "C3": "应为数字"}
    assert decisions(out) == decisions(roster)


def test_the_large_path_writes_the_same(pending: Path, tmp_path: Path) -> None:
    small, large = tmp_path / "小.xlsx", tmp_path / "大.xlsx"
    check(pending, "--annotate", str(small), "--engine", "interpreter")
    check(pending, "--annotate", str(large), "--engine", "duckdb")
    assert parts(small) == parts(large)


def test_a_folder_comes_back_as_a_workbook(tmp_path: Path) -> None:
    folder, out = write_folder(tmp_path / "名册", PENDING), tmp_path / "退还.xlsx"
    done = check(folder, "--annotate", str(out))
    assert "名册 不是 .xlsx 工作簿，已另写成 退还.xlsx" in done.output
    rows = rows_of(out, "households")
    assert [row[0] for row in rows[1:]] == ["001", "002", "003"]
    assert [row[14] for row in rows] == ["识别·认定结果", "待核实", "退回", "不纳入"]
    assert comments_of(out, "households") == {"C3": "应为数字"}
    again = tmp_path / "again"
    check(out, "--out", str(again))
    assert (again / "decisions.csv").read_text().splitlines()[1:] == [
        "001,pending,,,,vehicles,,pending",
        "003,ineligible,,not_poor,,,,pending",
    ]


@pytest.mark.parametrize("name", ["名册.xlsx", "退还.csv", "退还.xlsm"])
def test_what_is_no_place_for_it_is_refused(pending: Path, tmp_path: Path, name: str) -> None:
    before = pending.read_bytes()
    done = check(pending, "--annotate", str(tmp_path / name))
    assert isinstance(done.exception, InputError)
    assert in_options(done.exception).render().startswith("--annotate:")
    assert pending.read_bytes() == before


def test_no_result_is_written_over_what_is_read(pending: Path, tmp_path: Path) -> None:
    before = pending.read_bytes()
    done = check(pending, "--out", str(tmp_path / "." / pending.name))
    assert isinstance(done.exception, InputError)
    assert in_options(done.exception).render().startswith("--out: ")
    assert pending.read_bytes() == before
    folder = write_folder(tmp_path / "表", PENDING)
    assert isinstance(check(folder, "--out", str(folder)).exception, InputError)
    answers = write_xlsx(tmp_path / "答.xlsx", {"核实": PENDING["核实"]})
    over = check(pending, "--verdicts", str(answers), "--annotate", str(answers))
    assert isinstance(over.exception, InputError)


def test_two_results_are_not_written_to_one_place(pending: Path, tmp_path: Path) -> None:
    out = tmp_path / "退还.xlsx"
    done = check(pending, "--annotate", str(out), "--out", str(tmp_path / "." / out.name))
    assert isinstance(done.exception, InputError)
    assert done.exception.render("zh").splitlines()[0] == f"--annotate: {out} 已用来写另一结果"
    assert not out.exists()


def test_faults_in_other_sheets_are_marked_there(tmp_path: Path) -> None:
    sheets = people(("001", 1000, 0, "否", "否"))
    sheets["比对-存款比对"].append([PEOPLE[0], "很多"])
    out = tmp_path / "退还.xlsx"
    check(write_xlsx(tmp_path / "名册.xlsx", sheets), "--annotate", str(out))
    assert comments_of(out, "比对-存款比对") == {"B2": "应为数字"}
    assert rows_of(out, "比对-存款比对") == [
        ["证件号码", "余额", "识别·退回原因"], [PEOPLE[0], "很多", "余额：应为数字"],
    ]  # fmt: skip


def test_numbers_are_shown_whole_in_his_own_file(tmp_path: Path) -> None:
    sheets = people(("001", 1000, 0, "否", "否"))
    wrong = make("511921", date(1950, 3, 4), 10)[:-1] + "7"
    sheets["成员"][1][3] = wrong
    out = tmp_path / "退还.xlsx"
    check(write_xlsx(tmp_path / "名册.xlsx", sheets), "--annotate", str(out))
    assert rows_of(out, "成员")[1][3] == wrong
