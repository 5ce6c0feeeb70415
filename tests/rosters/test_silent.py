"""What was misread in silence: each kind is read rightly or refused, small and large alike."""

from __future__ import annotations

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

import shibie
from shibie.checking import Engine
from shibie.duckdb_tables import Column
from shibie.rosters.parquet import write_columns
from support import books

AS_OF = date(2015, 12, 20)
WAYS: tuple[Engine, ...] = ("interpreter", "duckdb")
PACK = """
ruleset:
  id: moved
  title: 试验补贴
  effective: {from: 2015-01-01, to: 2030-12-31}
  provenance: reconstructed
  %s
fields:
  - {of: household, name: remark, title: 备注类别, type: text}
  - {of: household, name: moved_on, title: 迁入日期, type: date}
parameters:
  line: {title: 线, unit: 元, by: remark, values: {移民: {2015-01-01: 5000}, 甲（乙）: {2015-01-01: 4000}}, source: 试}
criteria:
  - {id: low, title: 低于线, when: wage_income < line}
  - {id: settler, title: 移民户, when: 'remark == "移民"'}
  - {id: listed, title: 甲乙户, when: 'remark in ["甲（乙）", "丙"]'}
  - {id: late, title: 迁入晚, when: 'moved_on > date("2015-07-01")'}
poor: low or settler or listed or late
"""
TITLES = ["户编号", "村", "工资性收入", "备注类别", "迁入日期"]
PERSON = ["户编号", "人编号", "姓名", "证件号码"]
Seen = tuple[dict[str, list[str]], list[tuple[Any, ...]]]


def decided(path: Path, rules: Any, engine: Engine) -> Seen:
    """The criteria that hold of each household, and what was rejected."""
    with shibie.check(rules, path, AS_OF, engine=engine, trust_declarations=True) as result:
        held: dict[str, list[str]] = {row["household_id"]: [] for row in result.decisions}
        for row in result.findings:
            if row["kind"] == "criterion" and row["outcome"] == "true":
                held[row["household_id"]].append(row["rule_id"])
        rejected = [
            (row["row"], row["field"], row["value"], row["reason"]) for row in result.rejected
        ]
    return {each: sorted(rules) for each, rules in held.items()}, rejected


def both(path: Path, rules: Any) -> Seen:
    small, large = (decided(path, rules, way) for way in WAYS)
    assert small == large
    return small


def pack(zone: str = "") -> shibie.RuleSet:
    return shibie.loads(PACK % zone)


def roster(path: Path, *households: tuple[Any, ...]) -> Path:
    """A workbook of households: number, wage, remark, moved on."""
    rows = [[number, "甲村", wage, remark, moved] for number, wage, remark, moved in households]
    people = [[row[0], "1", f"人{at}", books.PEOPLE[at]] for at, row in enumerate(rows)]
    return books.write_xlsx(path, {"农户": [TITLES, *rows], "成员": [PERSON, *people]})


# --- text -----------------------------------------------------------------------------------


def test_what_looks_alike_is_one_text(tmp_path: Path) -> None:
    path = roster(
        tmp_path / "r.xlsx",
        ("E1", 4500, "移民", None), ("E2", 4500, "移⺠", None), ("E3", 4500, "移\u200b民 ", None),
        ("E4", 4500, "\u3000移民", None), ("E5", 3500, "甲（乙）", None), ("E6", 3500, "甲(乙)", None),
        ("Ｅ７", 4500, "移居", None),
    )  # fmt: skip
    held, rejected = both(path, pack())
    settlers = ["low", "settler"]
    assert held == {
        "E1": settlers, "E2": settlers, "E3": settlers, "E4": settlers,
        "E5": ["listed", "low"], "E6": ["listed", "low"], "E7": [],
    }  # fmt: skip
    assert rejected == []


def test_numbers_of_households_are_found_in_any_spelling(tmp_path: Path) -> None:
    sheets = books.book()
    sheets["成员"][1][0] = "\u200b００1"
    sheets["成员"][3][0] = "002\u00ad"
    folder = books.write_folder(tmp_path / "r", sheets)
    held, rejected = both(folder, "bazhong-2015")
    assert sorted(held) == ["001", "002", "003"]
    assert rejected == []
    told = shibie.explain("bazhong-2015", folder, AS_OF, "００１")
    assert "001" in str(told)


# --- numbers that have lost digits ------------------------------------------------------------

LOST = "单元格是数字格式，末位已丢失，请改为文本格式重填"


def test_rounded_numbers_of_households_are_refused(tmp_path: Path) -> None:
    sheets = books.as_export(books.book())
    rows = sheets["一人一行"]
    relation = rows[0].index("与户主关系")
    for row in rows[1:]:
        row[0] = 5.119211012070001e18
    sheets["一人一行"] = [row[:relation] + row[relation + 1 :] for row in rows]
    held, rejected = both(books.write_xlsx(tmp_path / "r.xlsx", sheets), "bazhong-2015")
    assert held == {}
    assert [row for row, _, _, reason in rejected if reason == LOST] == [2, 3, 4, 5, 6]


ROUNDED = [5.1e18, 5.2e18]


@pytest.mark.parametrize(
    ("numbers", "relation", "given", "lost"),
    [
        # Five rows of one written number are one household at least.
        ([ROUNDED[0]] * 5, None, 1, 1),
        # Another number begins another.
        ([ROUNDED[0], ROUNDED[0], ROUNDED[1], ROUNDED[1], ROUNDED[0]], None, 3, 3),
        # So does what comes after one that can be read, which may lack the person below it.
        ([ROUNDED[0], "002", "002", ROUNDED[0], ROUNDED[0]], None, 3, 3),
        # The same where it cannot be read who somebody is.
        ([ROUNDED[0], ROUNDED[0], ROUNDED[1], ROUNDED[1], ROUNDED[1]], "乱写", 2, 2),
        # A head begins a household, whatever the numbers.
        ([ROUNDED[0]] * 5, "", 3, 3),
        ([*ROUNDED, "002", "003", "003"], "", 3, 1),
        # Without a head above them the first rows are of some household.
        ([*ROUNDED, *ROUNDED, ROUNDED[0]], "之子", 1, 1),
    ],
)
def test_households_whose_numbers_cannot_be_read_are_counted(
    tmp_path: Path, numbers: list[Any], relation: str | None, given: int, lost: int
) -> None:
    """The rows are, as they stand: head and spouse, head, head and child."""
    sheets = books.as_export(books.book())
    rows = sheets["一人一行"]
    at = rows[0].index("与户主关系")
    for row, number in zip(rows[1:], numbers, strict=True):
        row[0] = number
        row[at] = relation or row[at]
    if relation is None:
        for row in rows:
            row.pop(at)
    path = books.write_xlsx(tmp_path / "r.xlsx", sheets)
    for way in WAYS:
        with shibie.check("bazhong-2015", path, AS_OF, engine=way) as result:
            summary = result.summary
            assert (summary["in"], summary["rejected"]) == (given, lost)
            assert summary["decided"] == given - lost
    both(path, "bazhong-2015")


@pytest.mark.parametrize("text", ["5.11921E+18", "5.1E+16", "5.119e17"])
def test_so_are_those_that_a_spreadsheet_wrote_as_text(tmp_path: Path, text: str) -> None:
    sheets = books.book()
    sheets["农户"][1][0] = sheets["成员"][1][0] = sheets["成员"][2][0] = text
    held, rejected = both(books.write_folder(tmp_path / "r", sheets), "bazhong-2015")
    assert sorted(held) == ["002", "003"]
    assert [(row, reason) for row, _, _, reason in rejected if reason == LOST] == [
        (2, LOST), (2, LOST), (3, LOST),
    ]  # fmt: skip


def test_whole_numbers_of_parquet_are_exact(tmp_path: Path) -> None:
    number = 511_921_101_207_000_141
    write_columns(tmp_path / "households.parquet", {
        "户编号": Column("BIGINT", [number, number + 1]), "工资性收入": Column("BIGINT", [1, 2]),
    })  # fmt: skip
    write_columns(tmp_path / "members.parquet", {
        "户编号": Column("BIGINT", [number, number + 1]), "人编号": Column("VARCHAR", ["1", "1"]),
        "证件号码": Column("VARCHAR", books.PEOPLE[:2]),
    })  # fmt: skip
    held, rejected = both(tmp_path, pack())
    assert (sorted(held), rejected) == (["511921101207000141", "511921101207000142"], [])


# --- days -----------------------------------------------------------------------------------


def test_days_in_cells(tmp_path: Path) -> None:
    path = roster(
        tmp_path / "r.xlsx",
        ("1", 9000, "x", 42187.0), ("2", 9000, "x", "42187"), ("3", 9000, "x", "20150702"),
        ("4", 9000, "x", "2015-07-02 00:00:00"), ("5", 9000, "x", "2015年7月2日"), ("6", 9000, "x", 42186.0),
        ("7", 9000, "x", "2015.12"), ("8", 9000, "x", "2015年12月"), ("9", 9000, "x", "2015"),
        ("10", 9000, "x", "2015-07-02 08:00:00"), ("11", 9000, "x", "2015-07-01T16:00:00Z"),
    )  # fmt: skip
    held, rejected = both(path, pack())
    late = {number: ["late"] for number in ("1", "2", "3", "4", "5", "11")}
    assert held == {**late, "6": []}
    assert [(row, value, reason) for row, _, value, reason in rejected] == [
        (8, "2015.12", "缺少日，请写完整的日期，如 2015-12-31"),
        (9, "2015年12月", "缺少日，请写完整的日期，如 2015-12-31"),
        (10, "2015", "缺少月、日，请写完整的日期，如 2015-12-31"),
        (11, "2015-07-02 08:00:00", "应为日期，不带时刻"),
    ]


@pytest.mark.parametrize("here", ["UTC", "Asia/Shanghai", "America/New_York"])
@pytest.mark.parametrize(
    ("zone", "late"),
    [
        ("", ["P0"]),
        ("time_zone: America/New_York", []),
        ("time_zone: Pacific/Kiritimati", ["P0", "P1"]),
    ],
)
def test_a_moment_is_a_day_in_the_time_zone_of_the_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: str, zone: str, late: list[str]
) -> None:
    monkeypatch.setenv("TZ", here)
    moments = [datetime(2015, 7, 1, 16, tzinfo=UTC), datetime(2015, 7, 1, 10, tzinfo=UTC), None]
    write_columns(tmp_path / "households.parquet", {
        "户编号": Column("VARCHAR", ["P0", "P1", "P2"]), "工资性收入": Column("BIGINT", [9000] * 3),
        "备注类别": Column("VARCHAR", ["x"] * 3), "迁入日期": Column("TIMESTAMPTZ", moments),
    })  # fmt: skip
    write_columns(tmp_path / "members.parquet", {
        "户编号": Column("VARCHAR", ["P0", "P1", "P2"]), "人编号": Column("VARCHAR", ["1"] * 3),
        "证件号码": Column("VARCHAR", books.PEOPLE[:3]),
    })  # fmt: skip
    held, rejected = both(tmp_path, pack(zone))
    assert [number for number, rules in held.items() if "late" in rules] == late
    assert rejected == []


def test_a_moment_is_refused_where_the_pack_has_no_time_zone(tmp_path: Path) -> None:
    rules = shibie.loads(PACK % "lang: en")
    path = roster(tmp_path / "r.xlsx", ("1", 9000, "x", "2015-07-01T16:00:00Z"))
    held, ((row, _, value, reason),) = both(path, rules)
    assert (held, row, value) == ({}, 2, "2015-07-01T16:00:00Z")
    assert "time_zone" in reason


def test_a_time_zone_that_is_not_known() -> None:
    with pytest.raises(shibie.RulesetError, match="Asia/Bazhong"):
        pack("time_zone: Asia/Bazhong")


# --- workbooks ------------------------------------------------------------------------------


def with_formulas(path: Path) -> Path:
    with xlsxwriter.Workbook(str(path)) as out:
        sheet = out.add_worksheet("农户")
        sheet.write_row(0, 0, TITLES)
        for row, number in enumerate(("1", "2", "3", "4"), start=1):
            sheet.write_row(row, 0, [number, "甲村", 9000, "x"])
        sheet.write_formula(1, 2, "=VLOOKUP(1,A1,2)", None, "#N/A")
        sheet.write_formula(2, 2, "=8000+1000", None, 9000)
        sheet.write_string(3, 3, "#REF!")
        sheet = out.add_worksheet("成员")
        sheet.write_row(0, 0, PERSON)
        for row in range(1, 5):
            sheet.write_row(row, 0, [str(row), "1", f"人{row}", books.PEOPLE[row]])
    return path


def test_failed_formulas_are_no_blanks(tmp_path: Path) -> None:
    held, rejected = both(with_formulas(tmp_path / "r.xlsx"), pack())
    assert sorted(held) == ["2", "4"]
    assert rejected == [
        (2, "wage_income", "#N/A", "是公式出错的结果 #N/A，请改正公式，或直接填写"),
        (4, "remark", "#REF!", "是公式出错的结果 #REF!，请改正公式，或直接填写"),
    ]


def test_formulas_that_were_never_worked_out_are_no_blanks(tmp_path: Path) -> None:
    path = roster(tmp_path / "r.xlsx", ("1", 9000, "x", None), ("2", 9000, "x", None))
    book = openpyxl.load_workbook(path)
    book["农户"]["C3"] = "=8000+1000"
    book.save(path)
    held, ((row, field, _, reason),) = both(path, pack())
    assert (sorted(held), row, field) == (["1"], 3, "wage_income")
    assert reason == "公式没有保存计算结果，请用 Excel 或 WPS 打开并保存后再用"


def test_a_sheet_of_open_document(tmp_path: Path) -> None:
    def cell(text: str, more: str = 'office:value-type="string"') -> str:
        return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"

    def table(name: str, rows: list[str]) -> str:
        lines = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows)
        return f'<table:table table:name="{name}">{lines}</table:table>'

    wrong = 'table:formula="of:=NA()" office:value-type="string" calcext:value-type="error"'
    households = [
        "".join(map(cell, TITLES)),
        "".join(map(cell, ["1", "甲村"])) + cell("#N/A", wrong) + cell("x"),
        "".join(map(cell, ["2", "甲村", "9000", "x"])),
    ]
    people = ["".join(map(cell, PERSON)), *(
        "".join(map(cell, [str(at), "1", f"人{at}", books.PEOPLE[at]])) for at in (1, 2)
    )]  # fmt: skip
    names = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{long}:1.0"'
        for short, long in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content{names}'
        ' xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
        f"<office:body><office:spreadsheet>{table('农户', households)}{table('成员', people)}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    path = tmp_path / "r.ods"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        out.writestr("META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{manifest}"/>')
        out.writestr("content.xml", content)
    held, rejected = both(path, pack())
    assert sorted(held) == ["2"]
    assert [(row, field, value) for row, field, value, _ in rejected] == [
        (2, "wage_income", "#N/A")
    ]


@pytest.mark.parametrize("name", ["r.et", "r.xls", "r.ods", "r.csv", "r"])
def test_a_workbook_is_known_by_its_content(tmp_path: Path, name: str) -> None:
    path = roster(tmp_path / "r.xlsx", ("1", 9000, "移民", None)).rename(tmp_path / name)
    held, rejected = both(path, pack())
    assert (held, rejected) == ({"1": ["settler"]}, [])


def test_text_under_the_name_of_a_workbook_is_read(tmp_path: Path) -> None:
    rows = books.as_export(books.book())["一人一行"]
    text = "\n".join("\t".join("" if cell is None else str(cell) for cell in row) for row in rows)
    path = tmp_path / "导出.xls"
    path.write_text(text, encoding="gb18030")
    held, rejected = both(path, "bazhong-2015")
    assert (sorted(held), rejected) == (["001", "002", "003"], [])


@pytest.mark.parametrize(
    "text", ["<html><table><tr><td>户编号</td></tr></table>", "\ufeff\n <?xml version='1.0'?>"]
)
def test_a_web_page_under_the_name_of_a_workbook_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "导出.xls"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(shibie.ShibieError) as caught:
        shibie.check("bazhong-2015", path, AS_OF)
    assert "另存为 .xlsx" in str(caught.value.problems[0].suggestion)


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_mark_of_utf_8_before_any_text(tmp_path: Path, encoding: str) -> None:
    folder = books.write_folder(tmp_path / "r", books.book(), encoding)
    for file in folder.rglob("*.csv"):
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
    held, rejected = both(folder, "bazhong-2015")
    assert (sorted(held), rejected) == (["001", "002", "003"], [])


# --- other documents ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number", ["H12345678", "m0123456701", "01234567", "EA1234567", "USA110158121212"]
)
def test_a_person_without_a_citizen_number_is_a_person(tmp_path: Path, number: str) -> None:
    sheets = books.book()
    sheets["成员"][4][3] = number
    path = books.write_xlsx(tmp_path / "r.xlsx", sheets)
    held, rejected = both(path, "bazhong-2015")
    assert (sorted(held), rejected) == (["001", "002", "003"], [])
    for way in WAYS:
        with shibie.check("bazhong-2015", path, AS_OF, engine=way) as result:
            ways = {row["household_id"]: row["eligibility"] for row in result.decisions}
        # Whether a register has him is not known: the car of his child excludes them anyway.
        assert ways["003"] == "ineligible"


@pytest.mark.parametrize("kind", ["sheets", "persons"])
def test_what_documents_people_have_is_said(tmp_path: Path, kind: str) -> None:
    sheets = books.book()
    for row, number in ((1, "H12345678"), (2, "m0123456701"), (4, "EA1234567")):
        sheets["成员"][row][3] = number
    # Of a household that is rejected nobody is counted.
    sheets["成员"][3][3] = "EA1234568"
    sheets["农户"][2][2] = "很多"
    if kind == "persons":
        sheets = books.as_export(sheets)
    path = books.write_xlsx(tmp_path / "r.xlsx", sheets)
    for way in WAYS:
        with shibie.check("bazhong-2015", path, AS_OF, engine=way) as result:
            assert list(result.notes) == [
                "3 人没有公民身份号码（港澳居民来往内地通行证 2 人、护照 1 人），"
                "比对表按号码查不到他们，要比对的按未知"
            ]
    said = "用护照，比对表按号码查不到，要比对的按未知"
    told = shibie.explain("bazhong-2015", path, AS_OF, "003")
    assert [each for each in told.caveats if "护照" in each] == [f"人3{said}"]
    assert "EA1234567" not in str(told)


@pytest.mark.parametrize("number", ["19600304", "511921196003", "1234567", "号码"])
def test_what_is_no_document_is_refused(tmp_path: Path, number: str) -> None:
    sheets = books.book()
    sheets["成员"][4][3] = number
    held, rejected = both(books.write_xlsx(tmp_path / "r.xlsx", sheets), "bazhong-2015")
    assert sorted(held) == ["001", "002"]
    assert (5, "id_number") in [(row, field) for row, field, _, _ in rejected]


# --- villages -------------------------------------------------------------------------------


def in_villages(*villages: str) -> books.Book:
    """Households of these villages, a person each, and one more in the second household."""
    sheets = books.book()
    sheets["农户"] = [sheets["农户"][0], *(
        [f"00{at}", village, *sheets["农户"][1][2:]] for at, village in enumerate(villages, start=1)
    )]  # fmt: skip
    sheets["成员"] = [sheets["成员"][0], *(
        [f"00{at}", "1", f"人{at}", books.PEOPLE[at], "户主", "普通劳动力", "健康"]
        for at in range(1, len(villages) + 1)
    )]  # fmt: skip
    sheets["成员"].append(["002", "2", "人9", books.PEOPLE[9], "之子", "普通劳动力", "健康"])
    return sheets


@pytest.mark.parametrize("engine", WAYS)
@pytest.mark.parametrize("kind", ["xlsx", "csv", "gbk", "parquet", "persons"])
def test_a_village_with_and_without_its_suffix_is_one(
    tmp_path: Path, engine: Engine, kind: str
) -> None:
    sheets = in_villages("石磨村", "石磨", "石磨村 ", "石磨村委会", "青山", "黑石社区")
    match kind:
        case "xlsx":
            path = books.write_xlsx(tmp_path / "r.xlsx", sheets)
        case "persons":
            path = books.write_xlsx(tmp_path / "r.xlsx", books.as_export(sheets))
        case "parquet":
            path = books.write_parquet(tmp_path / "r", sheets)
        case _:
            path = books.write_folder(
                tmp_path / "r", sheets, "gb18030" if kind == "gbk" else "utf-8"
            )
    with shibie.check("bazhong-2015", path, AS_OF, engine=engine) as result:
        villages = result.summary["by_village"]
        notes = list(result.notes)
        assert list(result.rejected) == []
    assert {name: of["all"]["households"] for name, of in villages.items()} == {
        "石磨村": 4, "青山": 1, "黑石社区": 1,
    }  # fmt: skip
    rows = 2 if kind == "persons" else 1
    said = f"同一个村有不同写法，按一个村处理：“石磨”记作“石磨村”（{rows} 行）、“石磨村委会”记作“石磨村”（1 行）"
    assert said in notes


@pytest.mark.parametrize("engine", WAYS)
def test_rows_of_a_household_that_differ_by_the_suffix_agree(
    tmp_path: Path, engine: Engine
) -> None:
    sheets = books.as_export(in_villages("石磨村", "石磨村", "青山"))
    sheets["一人一行"][4][1] = "石磨"
    path = books.write_xlsx(tmp_path / "r.xlsx", sheets)
    with shibie.check("bazhong-2015", path, AS_OF, engine=engine) as result:
        assert list(result.rejected) == []
        assert set(result.summary["by_village"]) == {"石磨村", "青山"}
    told = shibie.explain("bazhong-2015", path, AS_OF, "002")
    assert told.household_id == "002"


def test_an_error_in_a_column_that_no_rule_asks_is_refused(tmp_path: Path) -> None:
    sheets = books.book()
    for row, group in zip(sheets["农户"], ["组", "#N/A", "2组", "3组"], strict=True):
        row.append(group)
    held, ((row_number, field, value, _),) = both(
        books.write_folder(tmp_path / "r", sheets), "bazhong-2015"
    )
    assert (sorted(held), row_number, field, value) == (["002", "003"], 2, "group", "#N/A")
