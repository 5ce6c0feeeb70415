"""Tables as people hold them: each kind read, refused or left out, alike by both paths."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import xlsxwriter
from typer.testing import CliRunner

import shibie
from shibie.cli.app import app
from shibie.errors import InputError
from shibie.forms.reading import read_form, shipped_forms
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from support.books import PEOPLE, Book, as_export, book, write_xlsx

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
Row = list[Any]


class Found(NamedTuple):
    eligibility: dict[str, str]
    rejected: list[tuple[str, int, str, str]]
    notes: list[str]


def decided(path: Path) -> Found:
    """What becomes of a file, by both paths."""
    both = []
    for engine in ("interpreter", "duckdb"):
        with shibie.check(
            PACK,
            path,
            AS_OF,
            engine=engine,
            trust_declarations=True,
        ) as result:
            both.append(
                Found(
                    {str(row["household_id"]): str(row["eligibility"]) for row in result.decisions},
                    [
                        (str(row["source"]), int(row["row"]), str(row["field"]), str(row["reason"]))
                        for row in result.rejected
                    ],
                    list(result.notes),
                )
            )
    assert both[0] == both[1]
    return both[0]


def persons() -> list[Row]:
    """Five persons of three households, one row each: 001 has 2, 002 has 1, 003 has 2."""
    return as_export(book())["一人一行"]


def held(tmp_path: Path, rows: Sequence[Sequence[Any]], **more: list[Row]) -> Path:
    return write_xlsx(tmp_path / "held.xlsx", {"Sheet1": [list(row) for row in rows], **more})


def at(rows: Sequence[Row], header: str) -> int:
    return int(rows[0].index(header))


PLAIN = {"001": "pending", "002": "ineligible", "003": "pending"}


def test_the_table_itself(tmp_path: Path) -> None:
    """001 has 1,000 a head, 002 90,000, 003 500: the poor wait for registers that were not given."""
    found = decided(held(tmp_path, persons()))
    assert found.eligibility == PLAIN
    assert found.rejected == []


# --- units ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "written", "yuan"),
    [
        ("工资性收入(万元)", 0.3, 3000),
        ("工资性收入\uff08万元\uff09", "0.3", 3000),
        ("工资性收入(千元/年)", 3, 3000),
        ("工资性收入(元/月)", 250, 3000),
        ("工资性收入:万元", 0.3, 3000),
        ("工资性收入(元)", 3000, 3000),
        ("工资性收入(2015年)", 3000, 3000),
    ],
)
def test_units_of_headers(tmp_path: Path, header: str, written: Any, yuan: int) -> None:
    rows = persons()
    wage = at(rows, "工资性收入")
    rows[0][wage] = header
    for row in rows[1:]:
        row[wage] = written
    roster = read_roster(held(tmp_path, rows), PACK, AS_OF)
    assert [each.wage_income for each in roster.households] == [Decimal(yuan)] * 3  # type: ignore[attr-defined]
    # 3,000 yuan for one person is above the line of 2,855 or 2,736, and for two persons below.
    assert decided(held(tmp_path, rows)).eligibility == PLAIN


@pytest.mark.parametrize("unit", ["斤", "元/人", "元/天", "美元"])
def test_units_that_cannot_be_converted(tmp_path: Path, unit: str) -> None:
    rows = persons()
    rows[0][at(rows, "工资性收入")] = f"工资性收入({unit})"
    with pytest.raises(InputError) as refused:
        read_roster(held(tmp_path, rows), PACK, AS_OF)
    (problem,) = refused.value.problems
    assert problem.where == "Sheet1!1"
    assert f"单位“{unit}”不能准确换算为“元/年”" in problem.what.zh


def test_the_unit_of_a_title_line_is_that_of_amounts_without_their_own(tmp_path: Path) -> None:
    rows = persons()
    wage, cost = at(rows, "工资性收入"), at(rows, "生产经营性支出")
    rows[0][cost] = "生产经营性支出(元)"
    for row in rows[1:]:
        row[wage], row[cost] = 0.3, 100
    path = held(tmp_path, [["甲村花名册"], ["填报单位:样例镇", None, "单位:万元"], *rows])
    (first, *_) = read_roster(path, PACK, AS_OF).households
    assert first.wage_income == Decimal(3000)  # type: ignore[attr-defined]
    assert first.production_cost == Decimal(100)  # type: ignore[attr-defined]


def test_a_cell_with_a_unit_of_its_own_below_a_unit(tmp_path: Path) -> None:
    rows = persons()
    wage = at(rows, "工资性收入")
    rows[0][wage] = "工资性收入(万元)"
    rows[1][wage] = rows[2][wage] = "3000元"
    found = decided(held(tmp_path, rows))
    assert [each[:3] for each in found.rejected if each[2]] == [
        ("Sheet1", 2, "wage_income"),
        ("Sheet1", 3, "wage_income"),
    ]
    assert "001" not in found.eligibility


# --- header rows ------------------------------------------------------------------------------


def test_two_header_rows_with_groups(tmp_path: Path) -> None:
    rows = persons()
    incomes = range(at(rows, "工资性收入"), at(rows, "生产经营性支出") + 1)
    upper = [None if index in incomes else text for index, text in enumerate(rows[0])]
    upper[incomes[0]] = "家庭年收入(万元)"
    lower = [text if index in incomes else None for index, text in enumerate(rows[0])]
    for row in rows[1:]:
        row[incomes[0]] = 0.3
    path = held(tmp_path, [["甲村采集表"], upper, lower, *rows[1:]])
    assert decided(path).eligibility == PLAIN
    (first, *_) = read_roster(path, PACK, AS_OF).households
    assert first.wage_income == Decimal(3000)  # type: ignore[attr-defined]


def test_a_row_of_units_below_the_header(tmp_path: Path) -> None:
    rows = persons()
    wage = at(rows, "工资性收入")
    units: Row = [None] * len(rows[0])
    units[wage] = "(万元)"
    for row in rows[1:]:
        row[wage] = 0.3
    (first, *_) = read_roster(held(tmp_path, [rows[0], units, *rows[1:]]), PACK, AS_OF).households
    assert first.wage_income == Decimal(3000)  # type: ignore[attr-defined]


# --- rows that are no part of the table -------------------------------------------------------


def test_totals_footers_and_repeated_headers(tmp_path: Path) -> None:
    rows = persons()
    total: Row = ["合 计", *[None] * (len(rows[0]) - 1)]
    total[at(rows, "工资性收入")] = 95000
    numbers = list(range(1, len(rows[0]) + 1))
    path = held(
        tmp_path,
        [
            rows[0], numbers, *rows[1:3], [*rows[0]], *rows[3:], total,
            ["填表人:张三", None, None, "审核人:李四"], ["注:本表一式三份"],
        ],
    )  # fmt: skip
    found = decided(path)
    assert found.eligibility == PLAIN
    assert found.rejected == []
    (said,) = [note for note in found.notes if "已略去" in note]
    for part in ("栏次 1 行", "重复的表头 1 行", "合计 1 行", "表尾或说明 2 行"):
        assert part in said


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_sentence_alone_in_its_row_is_no_household(tmp_path: Path, ending: str) -> None:
    """Also in a file that is only searched for rows to leave out, not read cell by cell."""
    rows = persons()
    said: Row = ["以上人员情况都已核对", *[None] * (len(rows[0]) - 1)]
    table = [*rows[:3], said, *rows[3:]]
    path = tmp_path / f"held.{ending}"
    if ending == "xlsx":
        write_xlsx(path, {"Sheet1": table})
    else:
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows(table)
    found = decided(path)
    assert found.eligibility == PLAIN
    assert found.rejected == []


def test_a_person_is_no_total_whatever_the_row_says(tmp_path: Path) -> None:
    """A name that begins like a footer stays a person's."""
    rows = persons()
    rows[3][at(rows, "姓名")] = "合计"
    assert decided(held(tmp_path, rows)).eligibility == PLAIN


# --- whose rows -------------------------------------------------------------------------------


def without(rows: Sequence[Row], *headers: str) -> list[Row]:
    gone = {rows[0].index(header) for header in headers}
    return [[cell for index, cell in enumerate(row) if index not in gone] for row in rows]


def test_families_numbered_by_serial(tmp_path: Path) -> None:
    rows = without(persons(), "户编号", "人编号")
    serials = ["序号", 1, None, 2, 3, None]
    path = held(tmp_path, [[serial, *row] for serial, row in zip(serials, rows, strict=True)])
    found = decided(path)
    assert found.eligibility == {
        "甲村-1": "pending", "甲村-2": "ineligible", "甲村-3": "pending",
    }  # fmt: skip
    assert any("只在这份文件里有效" in note for note in found.notes)


def test_families_whose_rows_are_all_numbered(tmp_path: Path) -> None:
    """A serial number of rows tells no families apart: the head does."""
    rows = without(persons(), "户编号", "人编号")
    path = held(tmp_path, [[index or "序号", *row] for index, row in enumerate(rows)])
    assert decided(path).eligibility == {
        "甲村-1": "pending", "甲村-3": "ineligible", "甲村-4": "pending",
    }  # fmt: skip


def test_serials_that_begin_anew_are_no_numbers(tmp_path: Path) -> None:
    rows = without(persons(), "户编号", "人编号")
    serials = ["序号", 1, None, 1, 2, None]
    found = decided(
        held(tmp_path, [[serial, *row] for serial, row in zip(serials, rows, strict=True)])
    )
    assert found.eligibility == {"甲村-2": "pending"}
    assert {each[1] for each in found.rejected} == {2, 3, 4}
    assert "有 2 户，分不开" in found.rejected[0][3]


def test_families_told_by_the_name_of_the_head(tmp_path: Path) -> None:
    rows = without(persons(), "户编号", "人编号", "与户主关系")
    heads = ["户主姓名", "人0", "人0", "人2", "人3", "人3"]
    found = decided(held(tmp_path, [[head, *row] for head, row in zip(heads, rows, strict=True)]))
    assert list(found.eligibility.values()) == ["pending", "ineligible", "pending"]


# --- sheets -----------------------------------------------------------------------------------


def test_a_sheet_for_each_village(tmp_path: Path) -> None:
    rows = persons()
    village = at(rows, "村")
    first, second = rows[:3], [rows[0], *rows[3:]]
    for row in second[1:]:
        row[village] = "乙村"
    path = write_xlsx(tmp_path / "two.xlsx", {"甲村": first, "乙村": second})
    found = decided(path)
    assert found.eligibility == PLAIN
    assert any(note.startswith("2 张工作表合为一份名册") for note in found.notes)


def test_a_sheet_tells_its_village_however_it_is_called(tmp_path: Path) -> None:
    rows = without(persons(), "村")
    sheets: Book = {
        "甲村（1户）": rows[:3], "乙村村民委员会": [rows[0], rows[3]], "丙村花名册": [rows[0], *rows[4:]],
    }  # fmt: skip
    roster = read_roster(write_xlsx(tmp_path / "villages.xlsx", sheets), PACK, AS_OF)
    assert [each.village for each in roster.households] == ["甲村", "乙村村民委员会", "丙村"]


def test_a_fault_names_the_sheet_and_the_row_that_it_is_in(tmp_path: Path) -> None:
    rows = persons()
    rows[4][at(rows, "工资性收入")] = "许多"
    sheets: Book = {"甲村": rows[:3], "乙村": [["乙村花名册"], rows[0], *rows[3:]]}
    found = decided(write_xlsx(tmp_path / "two.xlsx", sheets))
    # Row 5 of the export is row 4 of 乙村, below its title, its header and the person of 002.
    assert found.rejected == [("乙村", 4, "wage_income", "应为数字")]
    assert found.eligibility == {"001": "pending", "002": "ineligible"}


def test_villages_that_number_their_families_anew(tmp_path: Path) -> None:
    rows = persons()
    number = at(rows, "户编号")
    second = [rows[0], *rows[3:]]
    second[1][number] = "001"
    found = decided(write_xlsx(tmp_path / "two.xlsx", {"甲村": rows[:3], "乙村": second}))
    assert found.eligibility == {
        "甲村-001": "pending", "乙村-001": "ineligible", "乙村-003": "pending",
    }  # fmt: skip


def test_a_copy_of_the_sheet_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "twice.xlsx", {"甲村": persons(), "甲村 (2)": persons()})
    with pytest.raises(InputError, match=r"given more than once|同一张表"):
        read_roster(path, PACK, AS_OF)


@pytest.mark.parametrize("name", ["比对-车辆", "车辆", "车辆登记信息", "2015年车辆比对表"])
def test_registers_by_what_people_call_them(tmp_path: Path, name: str) -> None:
    """The car of the second person of 003."""
    cars: list[Row] = [["证件号码", "号牌", "车辆类型"], [PEOPLE[4], "川Y0001", "小型轿车"]]
    found = decided(held(tmp_path, persons(), **{name: cars}))
    assert found.eligibility == {**PLAIN, "003": "ineligible"}


def test_a_sheet_like_a_register_that_is_none_by_its_name(tmp_path: Path) -> None:
    cars: list[Row] = [["证件号码", "号牌", "车辆类型"], [PEOPLE[4], "川Y0001", "小型轿车"]]
    with pytest.raises(InputError) as refused:
        read_roster(held(tmp_path, persons(), 公安反馈=cars), PACK, AS_OF)
    (problem,) = refused.value.problems
    assert problem.where == "公安反馈"
    assert problem.suggestion is not None
    assert "比对-车辆登记比对" in problem.suggestion.zh


LIST_OF_CARS: list[Row] = [
    ["全县机动车名单"],
    ["序号", "所有人", "身份证明号码", "号牌号码", "车辆类型"],
    [1, "人4", PEOPLE[4], "川Y0001", "小型轿车"],
    ["合计", None, None, None, 1],
]


@pytest.mark.parametrize("name", ["机动车登记", "车管所反馈"])
def test_a_list_as_its_office_sends_it(tmp_path: Path, name: str) -> None:
    """With a title, headers of its own, and a total that is nobody's car."""
    found = decided(held(tmp_path, persons(), **{name: LIST_OF_CARS}))
    assert found.eligibility == {**PLAIN, "003": "ineligible"}
    assert found.rejected == []


def test_a_list_of_numbers_of_nobody_knows_what(tmp_path: Path) -> None:
    """Its headers say nothing, its cells do: left aside, it would clear the owner of a car."""
    rows = [["甲", "乙"], *([number, "川Y0001"] for number in PEOPLE[:3])]
    with pytest.raises(InputError) as refused:
        read_roster(held(tmp_path, persons(), 交警队=rows), PACK, AS_OF)
    (problem,) = refused.value.problems
    assert problem.where == "交警队"
    assert "车辆登记比对" in problem.render("zh")


def test_a_register_in_another_unit_with_a_total(tmp_path: Path) -> None:
    """3 万 of 001 are 15,000 a head, above 2,800; 0.3 万 of 003 are 1,500."""
    rows: list[Row] = [["证件号码", "余额(万元)"], [PEOPLE[0], 3], [PEOPLE[3], 0.3], ["合计", 3.3]]
    found = decided(held(tmp_path, persons(), 存款=rows))
    assert found.eligibility == {**PLAIN, "001": "ineligible"}
    assert found.rejected == []


def test_a_hidden_sheet_is_no_roster(tmp_path: Path) -> None:
    path = tmp_path / "hidden.xlsx"
    with xlsxwriter.Workbook(str(path)) as out:
        for name in ("名册", "旧名册"):
            sheet = out.add_worksheet(name)
            for number, row in enumerate(persons()):
                sheet.write_row(number, 0, [cell if cell is not None else "" for cell in row])
        sheet.hide()
    found = decided(path)
    assert found.eligibility == PLAIN
    assert any("旧名册" in note and "隐藏" in note for note in found.notes)


def test_two_tables_by_any_name(tmp_path: Path) -> None:
    sheets = book()
    path = write_xlsx(tmp_path / "two.xlsx", {"贫困户": sheets["农户"], "人口": sheets["成员"]})
    assert decided(path).eligibility == PLAIN


# --- what is stated beside --------------------------------------------------------------------


def test_a_stated_number_of_persons(tmp_path: Path) -> None:
    rows = persons()
    stated: Row = ["家庭人口数", 2, 2, "2人", 2, 2]
    found = decided(held(tmp_path, [[*row, each] for row, each in zip(rows, stated, strict=True)]))
    assert found.eligibility == {"001": "pending", "003": "pending"}
    assert [each[1:3] for each in found.rejected] == [(4, "stated_size")]
    assert "写的是 2 人" in found.rejected[0][3]
    assert "有 1 行" in found.rejected[0][3]


def test_stated_sex_and_birth(tmp_path: Path) -> None:
    """The people of the book are born 1950 to 1961, the sequence 10 on: even ones are women."""
    rows = persons()
    sexes: Row = ["性别", "女", "男", "女", "男", "女"]
    births: Row = ["出生日期", "1950-03-04", "1951.3", "19520304", 1953, "1954年3月5日"]
    path = held(
        tmp_path,
        [[*row, sex, born] for row, sex, born in zip(rows, sexes, births, strict=True)],
    )
    found = decided(path)
    # The fifth person is born on the fourth.
    assert [each[1:3] for each in found.rejected if each[2]] == [(6, "stated_birth")]
    assert found.eligibility == {"001": "pending", "002": "ineligible"}


# --- forms ------------------------------------------------------------------------------------

EXPORT = [
    "序号", "数据日期", "县(市、区、旗)", "乡(镇)", "行政村", "自然村", "户编号", "人编号", "姓名", "证件号码",
    "人数", "与户主关系", "民族", "文化程度", "在校生状况", "健康状况", "劳动技能", "务工时间(月)",
    "是否参加大病保险", "致贫原因1", "危房户", "是否解决安全饮用水", "人均纯收入", "户联系电话", "人联系电话",
    "首次识别时间", "人员识别时间", "户类型", "易返贫致贫户(监测对象)类型", "风险是否消除", "风险识别时间",
    "风险消除时间",
]  # fmt: skip


def exported(*rows: tuple[str, int, str, str, int, str]) -> list[Row]:
    """Rows of the export of 已脱贫人口名单: household, person, number, relation, persons, education."""
    found: list[Row] = [["已脱贫人口名单"], ["导出时间:2024-06-30"], [*EXPORT]]
    for index, (household, person, number, relation, size, education) in enumerate(rows, start=1):
        found.append([
            index, "2024-06-30", "通江县", "样例镇", "石磨村", "1组", household, f"20000{person}", f"人{person}",
            number, size, relation, "汉族", education, None, "健康", "普通劳动力", 8, "是", "因病", "否",
            "是", 6100.5, "13800000000", None, "2014-12", "2014-12", "脱贫户", "脱贫不稳定户", "否",
            "2023-05", None,
        ])  # fmt: skip
    return found


def test_the_national_export_is_recognised(tmp_path: Path) -> None:
    rows = exported(
        ("10002109164", 1, PEOPLE[0], "户主", 2, "小学"),
        ("10002109164", 2, PEOPLE[1], "配偶", 2, ""),
        ("10002109165", 3, PEOPLE[2], "户主", 1, "初中"),
    )
    path = write_xlsx(tmp_path / "export.xlsx", {"Sheet": rows})
    found = decided(path)
    # Who has neither education nor school is unknown there, and no fault.
    assert found.eligibility == {"10002109164": "pending", "10002109165": "pending"}
    assert any("认作“已脱贫人口名单”" in note for note in found.notes)
    lacking = [note for note in found.notes if "一律按未知" in note]
    assert len(lacking) == 1
    assert "工资性收入" in lacking[0]
    (first, _) = read_roster(path, PACK, AS_OF).households
    assert (first.main_cause, first.safe_water, first.village) == ("因病", True, "石磨村")  # type: ignore[attr-defined]


def test_heads_alone_are_no_roster(tmp_path: Path) -> None:
    rows: list[Row] = [
        ["精准扶贫户花名册"],
        ["序号", "村", "组", "户主姓名", "户主身份证号", "家庭人口", "人均纯收入"],
        [1, "甲村", "1组", "人0", PEOPLE[0], 2, 2300],
    ]
    with pytest.raises(InputError) as refused:
        read_roster(write_xlsx(tmp_path / "heads.xlsx", {"Sheet": rows}), PACK, AS_OF)
    (problem,) = refused.value.problems
    assert "只有户主" in problem.what.zh
    assert problem.suggestion is not None
    assert "成员" in problem.suggestion.zh


def test_heads_alone_under_plain_headers(tmp_path: Path) -> None:
    rows: list[Row] = [
        ["序号", "村", "姓名", "身份证号", "家庭人口", "致贫原因"],
        [1, "甲村", "人0", PEOPLE[0], 2, "因病"],
    ]
    with pytest.raises(InputError, match="heads of households"):
        read_roster(write_xlsx(tmp_path / "heads.xlsx", {"Sheet": rows}), PACK, AS_OF)


def test_a_list_of_low_income_families(tmp_path: Path) -> None:
    """Continuation rows have neither serial nor village; 性别 is held against the numbers."""
    rows: list[Row] = [
        ["农村低保花名册"],
        ["序号", "村", "户主姓名", "姓名", "与户主关系", "性别", "身份证号", "家庭人口", "保障人口", "月保障金额(元)"],
        [1, "甲村", "人0", "人0", "户主", "女", PEOPLE[0], 2, 2, 300],
        [None, None, None, "人1", "配偶", "男", PEOPLE[1], None, None, None],
        [2, "甲村", "人2", "人2", "户主", "男", PEOPLE[2], 1, 1, 400],
        ["合计", None, None, None, None, None, None, 3, 3, 700],
    ]  # fmt: skip
    found = decided(write_xlsx(tmp_path / "dibao.xlsx", {"Sheet": rows}))
    assert found.eligibility == {"甲村-1": "pending"}
    assert [each[1:3] for each in found.rejected] == [(5, "stated_sex")]
    assert any("认作“低保花名册”" in note for note in found.notes)


def test_a_form_of_their_own(tmp_path: Path) -> None:
    rows = persons()
    rows[0][at(rows, "工资性收入")] = "打工钱"
    rows[0][at(rows, "住房等级")] = "房子"
    for row in rows[1:]:
        row[at(rows, "房子")] = "好的"
        row[at(rows, "打工钱")] = 0.3
    path = held(tmp_path, rows)
    form = tmp_path / "mine.yaml"
    form.write_text(
        "form: {id: mine, title: 我们的表}\n"
        "columns:\n"
        "  打工钱: {field: wage_income, unit: 万元}\n"
        "  房子: {field: housing_grade, words: {好的: A}}\n",
        encoding="utf-8",
    )
    roster = read_roster(path, PACK, AS_OF, read_form(form))
    (first, *_) = roster.households
    assert (first.wage_income, first.housing_grade) == (Decimal(3000), "A")  # type: ignore[attr-defined]


def test_a_form_that_is_wrong_says_where(tmp_path: Path) -> None:
    form = tmp_path / "mine.yaml"
    form.write_text(
        "form: {id: mine, title: 我们的表}\ncolumns:\n  打工钱: wage_incom\n  岁数: {stated: sex}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        read_form(form, ("wage_income",))
    assert any("4" in problem.where for problem in refused.value.problems)
    form.write_text(
        "form: {id: mine, title: 我们的表}\ncolumns:\n  打工钱: wage_incom\n", encoding="utf-8"
    )
    with pytest.raises(InputError) as refused:
        read_form(form, ("wage_income",))
    (problem,) = refused.value.problems
    assert problem.where.endswith("mine.yaml:3:8")
    assert "wage_income" in problem.render("zh")


def test_dates_without_a_day_as_a_form_says(tmp_path: Path) -> None:
    rows = [
        [*row, "脱贫日期" if not index else "2014年12月"] for index, row in enumerate(persons())
    ]
    path = held(tmp_path, rows)
    assert not decided(path).eligibility
    for day, expected in (("first", date(2014, 12, 1)), ("last", date(2014, 12, 31))):
        form = tmp_path / f"{day}.yaml"
        form.write_text(f"form: {{id: mine, title: 我们的表}}\nday: {day}\n", encoding="utf-8")
        (first, *_) = read_roster(path, PACK, AS_OF, read_form(form)).households
        assert first.exited_on == expected  # type: ignore[attr-defined]


def test_shipped_forms_are_well_formed() -> None:
    """They are told apart by headers that are columns of theirs."""
    titles = [form.title for form in shipped_forms()]
    assert titles == ["低保花名册", "户主花名册", "监测对象信息", "识别名册", "已脱贫人口名单"]
    for form in shipped_forms():
        assert form.recognised_by <= set(form.columns), form.id


def test_fit_proposes_a_form_that_reads_the_table(tmp_path: Path) -> None:
    rows = persons()
    rows[0][at(rows, "工资性收入")] = "工资性收入(万元)"
    rows = [[*row, "备注一" if not index else "无"] for index, row in enumerate(rows)]
    path, form = held(tmp_path, rows), tmp_path / "mine.yaml"
    told = CliRunner().invoke(
        app,
        ["fit", str(path), "--rules", "bazhong-2015", "--as-of", "2015-12-20", "--out", str(form)],
    )
    assert told.exit_code == 0, told.output
    assert "没有认出 1 栏" in told.output
    assert "备注一" in told.output
    text = form.read_text(encoding="utf-8")
    assert '"工资性收入(万元)": wage_income' in text
    assert '"备注一":  # 没有认出' in text
    read = read_form(form)
    assert (
        read_roster(path, PACK, AS_OF, read).households == read_roster(path, PACK, AS_OF).households
    )


def test_fit_counts_the_words_of_persons_and_proposes_no_hidden_sheet(tmp_path: Path) -> None:
    """A header that is repeated has no words; what is hidden is not read until it is shown."""
    rows = persons()
    rows[1][at(rows, "劳动技能")] = "能干"
    path, form = tmp_path / "held.xlsx", tmp_path / "mine.yaml"
    with xlsxwriter.Workbook(str(path)) as made:
        for name, lines in (("名册", [*rows[:3], rows[0], *rows[3:]]), ("旧表", rows)):
            page = made.add_worksheet(name)
            for number, row in enumerate(lines):
                page.write_row(number, 0, row)
        page.hide()
    told = CliRunner().invoke(
        app, ["fit", str(path), "--rules", "bazhong-2015", "--out", str(form)]
    )
    assert told.exit_code == 0, told.output
    assert [line for line in told.output.splitlines() if "读不懂" in line] == [
        "“劳动技能”有 1 个词读不懂，共 1 行"
    ]
    assert form.read_text(encoding="utf-8").splitlines()[-2:] == [
        '  "名册": roster',
        '  "旧表": none  # 隐藏的工作表，没有读；要用它，请取消隐藏，写 roster',
    ]


# --- above 8 MB ------------------------------------------------------------------------------


def test_a_large_csv_is_read_alike(tmp_path: Path) -> None:
    """Totals, a repeated header and a unit, in a file of the size that goes to the database."""
    rows = persons()
    wage = at(rows, "工资性收入")
    rows[0][wage] = "工资性收入(万元)"
    for row in rows[1:]:
        row[wage] = 0.3
    total: Row = ["合计", *[None] * (len(rows[0]) - 1)]
    path = tmp_path / "large.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerows([*rows[:4], rows[0], *rows[4:], total])
    assert decided(path).eligibility == PLAIN


def test_a_form_goes_with_the_result(tmp_path: Path) -> None:
    """`check --form`; the result says by which form it was read, and replays by it."""
    rows = persons()
    rows[0][at(rows, "工资性收入")] = "打工钱"
    for row in rows[1:]:
        row[at(rows, "打工钱")] = 0.3
    path, form, out = held(tmp_path, rows), tmp_path / "mine.yaml", tmp_path / "out"
    form.write_text(
        "form: {id: mine, title: 我们的表}\ncolumns:\n  打工钱: {field: wage_income, unit: 万元}\n",
        encoding="utf-8",
    )
    base = [str(path), "--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    told = CliRunner().invoke(app, ["check", *base, "--form", str(form), "--out", str(out)])
    assert told.exit_code == 0, told.output
    made_from = json.loads((out / "summary.json").read_text(encoding="utf-8"))["made_from"]
    assert made_from["form"] == form.read_text(encoding="utf-8")
    (said,) = made_from["forms"]
    assert said["columns"]["打工钱"] == {"field": "wage_income", "unit": "万元"}
    again = CliRunner().invoke(app, ["replay", str(out)])
    assert again.exit_code == 0, again.output
