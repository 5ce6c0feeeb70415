"""Rosters: what is taken in, and every rejection with its sheet, row, field and reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from shibie.check import check
from shibie.errors import InputError
from shibie.ruleset.loader import load
from shibie.tables.roster import Roster, read_roster
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
    sheets["农户"][0] = [*HOUSEHOLD, "工资收入"]
    sheets["说明"] = [["填表说明"]]
    notes = [note.en for note in read(tmp_path, sheets).notes]
    assert notes == [
        "农户: columns not used: 工资收入 (did you mean '工资性收入'?)",
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
        (put("农户", 2, 2, "两千"), [("农户", 2, "wage_income", "两千", "expected a number")], ["001"]),
        (put("农户", 2, 11, "E"), [("农户", 2, "housing_grade", "E", "not one of: A, B, C, D")], ["001"]),
        (put("农户", 2, 2, -5), [("农户", 2, "wage_income", "-5", "must be at least 0")], ["001"]),
        (put("农户", 3, 0, None), [("农户", 3, "household_id", "", "the household number is missing"),
                                  ("成员", 4, "household_id", "002", "there is no such household in the household table")],
         ["农户!3", "002"]),
        (put("农户", 3, 0, "001"), [("农户", 3, "household_id", "001", "the same household number as row 2"),
                                   ("成员", 4, "household_id", "002", "there is no such household in the household table")],
         ["001", "002"]),
        (put("成员", 3, 3, 511921195003040105), [
            ("成员", 3, "id_number", "511*************28", "the cell is a number and has lost digits; enter it again as text"),
            ("农户", 2, "", "001", "1 member rows are rejected, so the household is not decided")], ["001"]),
        (put("成员", 3, 3, PEOPLE[0]), [
            ("成员", 2, "id_number", f"511*************{PEOPLE[0][-2:]}", "the same citizen number twice in one household"),
            ("成员", 3, "id_number", f"511*************{PEOPLE[0][-2:]}", "the same citizen number twice in one household"),
            ("农户", 2, "", "001", "2 member rows are rejected, so the household is not decided")], ["001"]),
        (put("成员", 3, 1, "1"), [("农户", 2, "member_id", "", "member ids occur twice: 1")], ["001"]),
        (put("成员", 3, 4, "户主"), [("农户", 2, "relation", "", "exactly one 户主 expected, found 2")], ["001"]),
        (put("成员", 2, 4, "其他"), [("农户", 2, "relation", "", "exactly one 户主 expected, found 0")], ["001"]),
        (put("成员", 3, 6, "残疾、疯"), [
            ("成员", 3, "health", "****", "not one of: 健康, 长期慢性病, 患有大病, 残疾"),
            ("农户", 2, "", "001", "1 member rows are rejected, so the household is not decided")], ["001"]),
        (put("成员", 4, 0, None), [("成员", 4, "household_id", "", "the household number is missing"),
                                  ("农户", 3, "members", "", "the household has no members")], ["002"]),
        (add("成员", ["009", "1", "某", PEOPLE[9], "户主", "普通劳动力", "健康"]),
         [("成员", 7, "household_id", "009", "there is no such household in the household table")], ["009"]),
        # Bad adjudications and register rows never take a household down.
        (add("核实", ["001", "vehicl", "不属实", "照片", "王", "2015-12-01"]),
         [("核实", 2, "rule_id", "vehicl", "no rule to adjudicate; did you mean 'vehicle'?")], []),
        (add("核实", ["001", "above_local", "不属实", "照片", "王", "2015-12-01"]),
         [("核实", 2, "rule_id", "above_local", "this rule cannot be refuted")], []),
        (add("核实", ["003", "vehicle", "不属实", None, "王", None]),
         [("核实", 2, "evidence", "", "a refutation needs evidence, officer and date; missing: evidence, date")], []),
        (add("核实", ["003", "vehicle", "不属实", "照片", "王", "2015-12-21"]),
         [("核实", 2, "date", "2015-12-21", "dated after the day of judgement 2015-12-20")], []),
        (add("核实", ["009", "vehicle", "不属实", "照片", "王", "2015-12-01"]),
         [("核实", 2, "household_id", "009", "no such household on the roster")], []),
        (add("核实", ["003", "vehicle", "也许", "照片", "王", "2015-12-01"]),
         [("核实", 2, "verdict", "也许", "expected upheld or refuted")], []),
        (add("核实", ["003", "vehicle", "不属实", "照片", "王", "2015-12-01"],
                    ["003", "vehicle", "属实", "照片", "李", "2015-12-01"]),
         [("核实", 2, "verdict", "refuted", "contradicts another verdict of the same day"),
          ("核实", 3, "verdict", "upheld", "contradicts another verdict of the same day")], []),
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
    assert "the folder has no CSV or Parquet table" in unusable(empty)
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
    assert "成员!1: missing columns: household_id 户编号" in found
