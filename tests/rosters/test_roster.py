"""Rosters: what is taken in, and every rejection with its sheet, row, field and reason."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from pydantic import ValidationError

from shibie.checking_in_python import check
from shibie.errors import InputError
from shibie.rosters.form_faults import pydantic_faults
from shibie.rosters.roster import Roster, read_roster
from shibie.ruleset.loader import load
from shibie.vocabulary import FieldSpec, Vocabulary
from support.books import HOUSEHOLD, MEMBER, PEOPLE, Book, book, write_folder, write_xlsx

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")


def read(tmp_path: Path, sheets: Book) -> Roster:
    return read_roster(write_xlsx(tmp_path / "a.xlsx", sheets), PACK, AS_OF)


def rejections(roster: Roster) -> list[tuple[str, int, str, str, str]]:
    return [(r.source, r.row, r.field, r.value, r.reason.en) for r in roster.rejected]


def eligibilities(roster: Roster) -> dict[str, str]:
    decisions = check(PACK, roster, AS_OF).decisions
    return {decision.household_id: decision.eligibility for decision in decisions}


EXPECTED = {"001": "eligible", "002": "ineligible", "003": "ineligible"}


def test_a_good_workbook(tmp_path: Path) -> None:
    found = read(tmp_path, book())
    assert rejections(found) == []
    assert (found.given, found.rejected_households, found.notes) == (3, (), ())
    assert eligibilities(found) == EXPECTED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_folder_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    found = read_roster(write_folder(tmp_path / "r", book(), encoding), PACK, AS_OF)
    assert eligibilities(found) == EXPECTED
    assert found.households[0].village == "甲村"


def test_parquet_and_csv_are_the_same(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    folder = write_folder(tmp_path / "r", book())
    rows = book()["农户"]
    columns = {name: [row[index] for row in rows[1:]] for index, name in enumerate(rows[0])}
    parquet.write_table(pa.table(columns), folder / "households.parquet")
    (folder / "households.csv").unlink()
    assert eligibilities(read_roster(folder, PACK, AS_OF)) == EXPECTED


def test_titles_above_the_header_and_blank_rows(tmp_path: Path) -> None:
    sheets = book()
    rows = sheets["农户"]
    sheets["农户"] = [
        ["某乡农户表"],
        [None, "填报单位: 某乡"],
        *rows[:2],
        [None],
        ["  "],
        *rows[2:],
        [],
        [None, None],
    ]
    sheets["成员"].append(["", "", None])
    found = read(tmp_path, sheets)
    assert eligibilities(found) == EXPECTED
    assert rejections(found) == []


def test_headers_with_units_stars_and_aliases(tmp_path: Path) -> None:
    sheets = book()
    sheets["农户"][0] = ["*户编号", "行政村", "工资性收入\n(元)", *HOUSEHOLD[3:]]
    sheets["成员"][0] = [
        "农户编号",
        "人员编号",
        "姓名",
        "身份证号码",
        "与户主的关系",
        "劳动能力",
        "身体状况",
    ]
    assert eligibilities(read(tmp_path, sheets)) == EXPECTED


def test_what_is_not_used_is_said(tmp_path: Path) -> None:
    sheets = book()
    sheets["农户"][0] = [*HOUSEHOLD, "工资性收人"]
    sheets["说明"] = [["填表说明"]]
    notes = [note.en for note in read(tmp_path, sheets).notes]
    assert notes == [
        "农户: columns not used: 工资性收人 (did you mean '工资性收入'?)",
        "table not used: 说明",
    ]


Change = Callable[[Book], Any]


def put(sheet: str, row: int, column: int, value: Any) -> Change:
    """Put a value into a cell; the row is the one that Excel shows."""

    def change(sheets: Book) -> None:
        sheets[sheet][row - 1][column] = value

    return change


def add(sheet: str, *rows: list[Any]) -> Change:
    return lambda sheets: sheets[sheet].extend(rows)


@pytest.mark.parametrize(
    ("change", "expected", "lost"),
    [
        (put("农户", 2, 2, "两千五"), [("农户", 2, "wage_income", "两千五", "expected a number")], ["001"]),
        (put("农户", 2, 11, "E"), [("农户", 2, "housing_grade", "E", "not one of: A, B, C, D")], ["001"]),
        (put("农户", 2, 2, -5), [("农户", 2, "wage_income", "-5", "must be at least 0")], ["001"]),
        (put("农户", 3, 0, None), [("农户", 3, "household_id", "", "the household number is missing"),
                                  ("成员", 4, "household_id", "002", "there is no such household in the household table")],
         ["农户!3", "002"]),
        (put("农户", 3, 0, "001"), [("农户", 3, "household_id", "001", "the same household number as row 2"),
                                   ("成员", 4, "household_id", "002", "there is no such household in the household table")],
         ["001", "002"]),
        (put("成员", 3, 3, 511921195003040105), [
            ("农户", 2, "", "001", "1 member rows are rejected, so the household is not decided"),
            ("成员", 3, "id_number", "511*************28", "the cell is a number and has lost digits; enter it again as text")], ["001"]),
        (put("成员", 3, 3, PEOPLE[0]), [
            ("农户", 2, "", "001", "2 member rows are rejected, so the household is not decided"),
            ("成员", 2, "id_number", f"511*************{PEOPLE[0][-2:]}", "the same citizen number twice in one household"),
            ("成员", 3, "id_number", f"511*************{PEOPLE[0][-2:]}", "the same citizen number twice in one household")], ["001"]),
        (put("成员", 3, 1, "1"), [("农户", 2, "member_id", "", "member ids occur twice: 1")], ["001"]),
        (put("成员", 3, 4, "户主"), [("农户", 2, "relation", "", "exactly one 户主 expected, found 2")], ["001"]),
        (put("成员", 2, 4, "其他"), [("农户", 2, "relation", "", "exactly one 户主 expected, found 0")], ["001"]),
        (put("成员", 3, 6, "残疾、疯"), [
            ("农户", 2, "", "001", "1 member rows are rejected, so the household is not decided"),
            ("成员", 3, "health", "****", "not one of: 健康, 长期慢性病, 患有大病, 残疾")], ["001"]),
        (put("成员", 4, 0, None), [("农户", 3, "members", "", "the household has no members"),
                                  ("成员", 4, "household_id", "", "the household number is missing")], ["002"]),
        (add("成员", ["009", "1", "某", PEOPLE[9], "户主", "普通劳动力", "健康"]),
         [("成员", 7, "household_id", "009", "there is no such household in the household table")], ["009"]),
        # Bad adjudications and register rows never take a household down.
        (add("核实", ["001", "vehicl", "不属实", "照片", "王", "2015-12-01"]),
         [("核实", 2, "rule_id", "vehicl", "no rule to adjudicate; did you mean 'vehicle'?")], []),
        (add("核实", ["001", "above_local", "不属实", "照片", "王", "2015-12-01"]),
         [("核实", 2, "rule_id", "above_local", "this rule cannot be refuted; it allows only: upheld")], []),
        (add("核实", ["003", "vehicle", "不属实", None, "王", None]),
         [("核实", 2, "evidence", "", "a verdict needs evidence, officer and date; missing: evidence, date")], []),
        (add("核实", ["003", "vehicle", "不属实", "照片", "王", "2015-12-21"]),
         [("核实", 2, "date", "2015-12-21", "dated after the day of judgement 2015-12-20")], []),
        (add("核实", ["009", "vehicle", "不属实", "照片", "王", "2015-12-01"]),
         [("核实", 2, "household_id", "009", "no such household on the roster")], []),
        (add("核实", ["003", "vehicle", "也许", "照片", "王", "2015-12-01"]),
         [("核实", 2, "verdict", "也许", "expected upheld or refuted or exempt")], []),
        (add("核实", ["003", "vehicle", "不属实", "照片", "王", "2015-12-01"],
                    ["003", "vehicle", "属实", "照片", "李", "2015-12-01"]),
         [("核实", 2, "verdict", "不属实", "contradicts another verdict of the same day"),
          ("核实", 3, "verdict", "属实", "contradicts another verdict of the same day")], []),
        (add("比对-存款比对", ["x", 5]),
         [("比对-存款比对", 2, "id_number", "*", "a citizen number has 18 characters, this has 1")], []),
    ],
)  # fmt: skip
def test_rejected(
    tmp_path: Path, change: Change, expected: list[tuple[str, int, str, str, str]], lost: list[str]
) -> None:
    sheets = book()
    change(sheets)
    found = read(tmp_path, sheets)
    assert rejections(found) == expected
    assert list(found.rejected_households) == lost
    assert found.given == len(found.households) + len(lost)
    # The other households are decided as before.
    rest = {number: value for number, value in EXPECTED.items() if number not in lost}
    assert eligibilities(found) == rest


def test_a_signed_refutation_counts(tmp_path: Path) -> None:
    sheets = book()
    sheets["核实"].append(
        ["003", "有小轿车或客货运车辆的不纳入", "不属实", "行驶证照片", "王", "2015-12-01"]
    )
    assert eligibilities(read(tmp_path, sheets))["003"] == "eligible"
    # A later verdict supersedes it.
    sheets["核实"].append(["003", "vehicle", "属实", "再次核实", "李", "2015-12-10"])
    assert eligibilities(read(tmp_path, sheets))["003"] == "ineligible"


def test_a_superseded_verdict_is_noted(tmp_path: Path) -> None:
    sheets = book()
    sheets["核实"] += [
        ["003", "vehicle", "属实", "再次核实", "李", "2015-12-10"],
        ["003", "vehicle", "不属实", "照片", "王", "2015-12-01"],
    ]
    found = read(tmp_path, sheets)
    assert [each.verdict for each in found.adjudications] == ["upheld"]
    assert [note.en for note in found.notes] == [
        "核实: the verdict in row 3 is superseded by row 2"
    ]


def test_steps(tmp_path: Path) -> None:
    sheets = book()
    sheets["程序"] = [
        ["户编号", "程序", "完成日期"],
        ["001", 7, "2015-11-01"],
        ["001", None, "2015-11-02"],
        ["002", "99", None],
        ["009", "7", None],
        ["003", "7", "昨天"],
    ]
    found = read(tmp_path, sheets)
    assert [(each.household_id, each.step) for each in found.steps] == [("001", "village_notice")]
    assert [(r.row, r.field, r.value, r.reason.en, r.household_id) for r in found.rejected] == [
        (3, "step", "", "no such step in the pack", "001"),
        (4, "step", "99", "no such step in the pack", "002"),
        (5, "household_id", "009", "no such household on the roster", "009"),
        (6, "done_on", "昨天", "expected a date such as 2015-07-01", "003"),
    ]
    assert found.rejected_households == ()


def test_a_register_row_of_nobody_is_noted(tmp_path: Path) -> None:
    sheets = book()
    sheets["比对-存款比对"].append([None, 5])
    assert [note.en for note in read(tmp_path, sheets).notes] == [
        "比对-存款比对: rows without a citizen number, which match nobody: 1"
    ]


def test_an_unreadable_row_of_a_person_leaves_the_comparison_open(tmp_path: Path) -> None:
    sheets = book()
    sheets["比对-存款比对"].append([PEOPLE[0], "很多"])
    found = read(tmp_path, sheets)
    assert rejections(found) == [("比对-存款比对", 2, "balance", "很多", "expected a number")]
    decisions = {each.household_id: each for each in check(PACK, found, AS_OF).decisions}
    assert decisions["001"].eligibility == "pending"
    assert decisions["001"].unknown == ("members[1].deposits",)


def test_a_register_that_was_not_supplied_leaves_the_comparison_open(tmp_path: Path) -> None:
    sheets = book()
    del sheets["比对-财政供养比对"]
    decisions = {
        each.household_id: each for each in check(PACK, read(tmp_path, sheets), AS_OF).decisions
    }
    assert decisions["001"].unknown == ("payroll",)
    trusting = check(PACK, read(tmp_path, sheets), AS_OF, trust_declarations=True).decisions
    # Nobody declared anything of the payroll either.
    assert trusting[0].unknown == ("members[1].on_payroll", "members[2].on_payroll")


# --- the national export ------------------------------------------------------------------


def export() -> list[list[Any]]:
    header = [*HOUSEHOLD, *MEMBER[2:], "文化程度", "在校生状况"]
    home = ["001", "甲村", 2000, 0, 0, 0, 0, "是", "是", "是", "是", "B", "否", "否"]
    return [
        ["全国扶贫开发信息系统导出"],
        header,
        [*home, "张", PEOPLE[0], "户主", "普通劳动力", "健康", "小学", None],
        [*[None] * len(home), "李", PEOPLE[1], "配偶", "普通劳动力", "健康", "小学", None],
        [
            *home[:2],
            2000,
            *[None] * 11,
            "王",
            PEOPLE[2],
            "之子",
            "无劳动力",
            "健康",
            None,
            "七年级",
        ],
    ]


def test_one_row_a_person(tmp_path: Path) -> None:
    sheets = {name: rows for name, rows in book().items() if name not in ("农户", "成员")}
    sheets["导出"] = export()
    found = read(tmp_path, sheets)
    assert rejections(found) == []
    (household,) = found.households
    assert [member.member_id for member in household.members] == ["1", "2", "3"]
    assert eligibilities(found) == {"001": "eligible"}


def test_repeats_that_contradict_each_other(tmp_path: Path) -> None:
    rows = export()
    rows[4][2] = 2500
    rows[4][1] = "乙村"
    found = read(tmp_path, {"导出": rows})
    assert rejections(found) == [
        ("导出", 5, "village", "乙村", "contradicts 甲村 in row 3"),
        ("导出", 5, "wage_income", "2500.00", "contradicts 2000.00 in row 3"),
    ]
    assert found.rejected_households == ("001",)


def test_a_head_without_a_household_number_is_not_filled_down(tmp_path: Path) -> None:
    rows = export()
    rows.append(
        [*[None] * len(HOUSEHOLD), "赵", PEOPLE[3], "户主", "普通劳动力", "健康", "小学", None]
    )
    found = read(tmp_path, {"导出": rows})
    assert rejections(found) == [("导出", 6, "household_id", "", "the household number is missing")]
    assert [household.household_id for household in found.households] == ["001"]
    assert (found.given, found.rejected_households) == (2, ("导出!6",))


def test_a_numbered_head_without_a_household_number_is_a_household_of_its_own(
    tmp_path: Path,
) -> None:
    rows = export()
    rows.append([*[None] * len(HOUSEHOLD), "赵", PEOPLE[3], "01 户主", None, None, "小学", None])
    rows.append([*[None] * len(HOUSEHOLD), "钱", PEOPLE[4], "02 配偶", None, None, "小学", None])
    found = read(tmp_path, {"导出": rows})
    reason = "the household number is missing"
    assert rejections(found) == [
        ("导出", 6, "household_id", "", reason),
        ("导出", 7, "household_id", "", reason),
    ]
    assert [household.household_id for household in found.households] == ["001"]
    assert (found.given, found.rejected_households) == (2, ("导出!6",))


def test_a_dash_in_a_merged_cell_is_blank(tmp_path: Path) -> None:
    rows = export()
    rows[3][0] = rows[4][0] = "-"
    (household,) = read(tmp_path, {"导出": rows}).households
    assert len(household.members) == 3


@pytest.mark.parametrize("has_relation", [True, False])
def test_a_person_who_may_belong_to_the_household_above_takes_it_down(
    tmp_path: Path, has_relation: bool
) -> None:
    rows = export()[:4]
    at = len(HOUSEHOLD) + 2
    rows[3][at] = None
    if not has_relation:
        rows[1][at] = "栏"
    found = read(tmp_path, {"导出": rows})
    assert rejections(found) == [
        ("导出", 3, "", "001",
         "row 4 has no household number and may belong here, so the household is not decided"),
        ("导出", 4, "household_id", "", "the household number is missing"),
    ]  # fmt: skip
    assert (found.given, found.rejected_households) == (1, ("001",))


def test_a_row_of_no_person_takes_no_household_down(tmp_path: Path) -> None:
    rows = export()
    rows.append([None, "合计", 2000, *[None] * (len(rows[1]) - 3)])
    found = read(tmp_path, {"导出": rows})
    assert [household.household_id for household in found.households] == ["001"]
    assert rejections(found) == []
    assert any("合计 1 行" in note.zh for note in found.notes)


def test_a_contradiction_names_the_row_that_said_otherwise(tmp_path: Path) -> None:
    rows = export()
    rows[2][2], rows[3][2], rows[4][2] = None, 3000, 4000
    assert rejections(read(tmp_path, {"导出": rows})) == [
        ("导出", 5, "wage_income", "4000.00", "contradicts 3000.00 in row 4")
    ]


def test_a_packs_own_sensitive_fields_are_masked(tmp_path: Path) -> None:
    """Also in a contradiction, whose reason repeats the other value."""
    own = [
        FieldSpec("head_number", "户主证件号码", "citizen_id"),
        FieldSpec("account", "银行账号", "text", sensitive=True),
    ]
    pack = replace(PACK, vocabulary=Vocabulary.build(own_household=own))
    rows = export()
    rows[1] += ["户主证件号码", "银行账号"]
    rows[2] += [PEOPLE[0], "6228480001"]
    rows[3] += [PEOPLE[1], "6228480002"]
    found = read_roster(write_xlsx(tmp_path / "a.xlsx", {"导出": rows}), pack, AS_OF)
    tails = PEOPLE[0][-2:], PEOPLE[1][-2:]
    assert rejections(found) == [
        ("导出", 4, "head_number", f"511*************{tails[1]}",
         f"contradicts 511*************{tails[0]} in row 3"),
        ("导出", 4, "account", "622*****02", "contradicts 622*****01 in row 3"),
    ]  # fmt: skip


def test_a_household_whose_every_member_is_refused(tmp_path: Path) -> None:
    """The model then finds no members either; that complaint would hold all of them."""
    sheets = book()
    people = sheets["成员"]
    for row in people:
        row.insert(0, row.pop(3))  # the citizen number first, where it is not cut off
        row += ["文化程度", "在校生状况"] if row is people[0] else ["小学", None]
    people[3][-1] = "七年级"
    found = read(tmp_path, sheets)
    assert rejections(found) == [
        ("成员", 4, "education", "", "exactly one of education and school_status must be filled")
    ]
    assert found.rejected_households == ("002",)


def test_a_models_own_complaint_shows_no_number() -> None:
    """Cells are checked before the model is; what it still finds is masked all the same."""
    person = {"member_id": "1", "id_number": 51192119500304010, "work_months": "x"}
    with pytest.raises(ValidationError) as caught:
        PACK.vocabulary.household_model.model_validate({"household_id": "1", "members": [person]})
    faults = [fault[:3] for fault in pydantic_faults(caught.value, PACK)]
    assert faults == [(0, "id_number", "511************10"), (0, "work_months", "x")]
    with pytest.raises(ValidationError) as caught:
        PACK.vocabulary.household_model.model_validate({"household_id": "1", "members": []})
    assert [fault[:3] for fault in pydantic_faults(caught.value, PACK)] == [(None, "members", "")]


def test_both_or_neither_of_education_and_school(tmp_path: Path) -> None:
    rows = export()
    rows[3][-1] = "小学"
    rows[4][-1] = None
    found = read(tmp_path, {"导出": rows})
    reason = "exactly one of education and school_status must be filled"
    assert rejections(found) == [
        ("导出", 4, "education", "", reason),
        ("导出", 5, "education", "", reason),
    ]


# --- what must not be lost silently -------------------------------------------------------


@pytest.mark.parametrize("other", ["比对-vehicles", "比对_车辆登记比对"])
def test_half_a_register_never_passes_for_the_whole(tmp_path: Path, other: str) -> None:
    sheets = book()
    sheets[other] = [["证件号码", "车辆类型"], [PEOPLE[0], "小型轿车"]]
    found = unusable(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert "these are the same table, given more than once" in found
    assert other in found


def test_a_table_given_twice(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "r", book())
    (folder / "households.tsv").write_text("户编号\t村\n100\t丙\n", encoding="utf-8")
    assert unusable(folder).startswith(
        "households.csv + households.tsv: these are the same table, given more than once"
    )
    sheets = book()
    sheets["农户表"] = [["户编号"], ["777"]]
    assert "农户 + 农户表: these are the same" in unusable(write_xlsx(tmp_path / "a.xlsx", sheets))
    # A sheet without a cell competes with nothing.
    sheets["农户表"] = []
    assert eligibilities(read(tmp_path, sheets)) == EXPECTED


def test_two_exports(tmp_path: Path) -> None:
    found = unusable(write_xlsx(tmp_path / "a.xlsx", {"甲村": export(), "乙村": export()}))
    assert "甲村 + 乙村: these are the same table, given more than once" in found


@pytest.mark.parametrize(("gone", "name"), [("农户", "households"), ("成员", "members")])
def test_a_forgotten_table(tmp_path: Path, gone: str, name: str) -> None:
    sheets = book()
    del sheets[gone]
    found = unusable(write_xlsx(tmp_path / "a.xlsx", sheets))
    assert f"roster: no table of {name}; there are:" in found


def test_files_of_a_folder_that_are_not_read_are_said(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "r", book())
    write_xlsx(folder / "result.xlsx", {"认定结果": [["户编号"]], "依据": []})
    (folder / "registers" / "social_insurance.pdf").write_text("")
    (folder / "old").mkdir()
    (folder / ".DS_Store").write_text("")
    (folder / "~$households.csv.xlsx").write_text("")
    found = read_roster(folder, PACK, AS_OF)
    assert [note.en for note in found.notes] == [
        "not read: old (of a folder, only workbooks, CSV and Parquet are)",
        "not read: result.xlsx (a result, no roster)",
        "not read: registers/social_insurance.pdf (of a folder, only workbooks, CSV and Parquet are)",
    ]


def test_a_title_above_a_header_with_tabs(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "r", book())
    for file in (folder / "households.csv", folder / "members.csv"):
        text = file.read_text(encoding="utf-8").replace(",", "\t")
        file.write_text("某乡农户表\n" + text, encoding="utf-8")
    assert eligibilities(read_roster(folder, PACK, AS_OF)) == EXPECTED


# --- unusable input -----------------------------------------------------------------------


def unusable(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_roster(path, PACK, AS_OF)
    return caught.value.render("en")


def test_unusable_input(tmp_path: Path) -> None:
    junk = tmp_path / "junk.xlsx"
    junk.write_bytes(b"PK\x03\x04 not a workbook")
    assert "the workbook does not open" in unusable(junk)
    empty = tmp_path / "empty"
    empty.mkdir()
    assert "the folder has no workbook and no CSV or Parquet table" in unusable(empty)
    word = tmp_path / "a.docx"
    word.write_text("x")
    assert "not a roster that can be read" in unusable(word)
    other = write_xlsx(tmp_path / "other.xlsx", {"Sheet1": [["a", "b"], [1, 2]]})
    assert "no tables of households and members; there are: Sheet1" in unusable(other)
    sheets = book()
    sheets["成员"][0][0] = "号"
    sheets["农户"][0][3] = "工资性收入"
    found = unusable(write_xlsx(tmp_path / "b.xlsx", sheets))
    assert "农户!1: the field wage_income has two columns" in found
    assert "成员!1: missing columns: household_id 户编号; row 1 has: 号, 人编号" in found
    sheets = book()
    sheets["农户"] = [["某乡农户表"], ["编号", *HOUSEHOLD[1:]]]
    found = unusable(write_xlsx(tmp_path / "c.xlsx", sheets))
    assert "农户!2: missing columns: household_id 户编号; row 2 has: 编号, 村" in found
    broken = write_folder(tmp_path / "broken", book())
    (broken / "households.csv").write_text('户编号,村\n001,甲\n"002,乙\n', encoding="utf-8")
    assert "households.csv: not valid CSV at line 3 (unexpected end of data)" in unusable(broken)
    with pytest.raises(InputError) as caught:
        read_roster(broken, PACK, AS_OF)
    assert "第 3 行起不是合法的 CSV" in caught.value.render()


@pytest.mark.parametrize("name", ["no.xlsx", "no.csv", "no.parquet", "no"])
def test_no_such_file(tmp_path: Path, name: str) -> None:
    assert "there is no such file or folder" in unusable(tmp_path / name)


def test_a_stray_cell_in_the_far_corner(tmp_path: Path) -> None:
    """Read as it is, it would take 512 GB and kill the process."""
    with xlsxwriter.Workbook(str(tmp_path / "far.xlsx")) as out:
        sheet = out.add_worksheet("农户")
        sheet.write(0, 0, "户编号")
        sheet.write(1_048_575, 16_383, "x")
    assert "reaches to XFD1048576, and all span 17,179,869,184 cells" in unusable(
        tmp_path / "far.xlsx"
    )


def test_parquet_whose_values_python_cannot_hold(tmp_path: Path) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    folder = write_folder(tmp_path / "r", book())
    (folder / "households.csv").unlink()
    for kind in (pa.timestamp("ns"), pa.date32()):
        days = pa.array([2**30 + 1], pa.int32() if kind == pa.date32() else pa.int64()).cast(kind)
        table = pa.table({"户编号": ["001"], "脱贫日期": days})
        parquet.write_table(table, folder / "households.parquet")
        (fault, *_) = rejections(read_roster(folder, PACK, AS_OF))
        assert fault[:3] == ("households.parquet", 2, "exited_on")
        wanted = "without a time of day" if kind != pa.date32() else "such as 2015-07-01"
        assert fault[4] == f"expected a date {wanted}"
