"""Traditional characters in headers and words: read as the simplified ones, alike by both paths."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

import shibie
from shibie.household import Member
from shibie.rosters.cells import read_cell
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from shibie.vocabulary import FieldSpec, specs_of
from support.books import as_export, book, write_xlsx

PACK, AS_OF = load("bazhong-2015"), date(2015, 12, 20)
HEADERS = {
    "户编号": "戶編號", "工资性收入": "工資性收入", "与户主关系": "與戶主關係", "证件号码": "證件號碼", "劳动技能": "勞動技能",
    "健康状况": "健康狀況", "义务教育有保障": "義務教育有保障", "基本医疗有保障": "基本醫療有保障", "有车辆": "有車輛",
    "家庭生活明显高于当地平均水平": "家庭生活明顯高於當地平均水平", "生产经营性收入": "生產經營性收入", "转移性收入": "轉移性收入",
    "财产性收入": "財產性收入", "生产经营性支出": "生產經營性支出",
}  # fmt: skip
WORDS = {"户主": "戶主", "配偶": "妻子", "之子": "長子", "普通劳动力": "普通勞動力"}


def persons() -> list[list[Any]]:
    """The persons of `book`, the household's cells merged, in traditional characters."""
    header, *rows = as_export(book(), merged=True)["一人一行"]
    return [
        [HEADERS.get(each, each) for each in header],
        *([WORDS.get(c, c) for c in r] for r in rows),
    ]


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_a_whole_table(tmp_path: Path, engine: Literal["interpreter", "duckdb"]) -> None:
    path = write_xlsx(tmp_path / "held.xlsx", {"Sheet1": persons()})
    with shibie.check(PACK, path, AS_OF, engine=engine, trust_declarations=True) as result:
        assert list(result.rejected) == []
        assert {each["household_id"]: each["eligibility"] for each in result.decisions} == {
            "001": "pending", "002": "ineligible", "003": "pending",
        }  # fmt: skip
        assert list(result.unrecognised) == []
    found = read_roster(path, PACK, AS_OF)
    assert [[each.relation for each in of.members] for of in found.households] == [  # type: ignore[attr-defined]
        ["户主", "配偶"], ["户主"], ["户主", "之子"],
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_a_head_without_a_number_begins_no_merged_cell(
    tmp_path: Path, engine: Literal["interpreter", "duckdb"]
) -> None:
    """The second head has lost his number: he is not one of the first one's family."""
    rows = persons()
    rows[3][0] = None
    path = write_xlsx(tmp_path / "held.xlsx", {"Sheet1": rows})
    with shibie.check(PACK, path, AS_OF, engine=engine) as result:
        assert {each["household_id"] for each in result.decisions} == {"001", "003"}
        assert [(each["row"], each["reason"]) for each in result.rejected] == [(4, "缺少户编号")]


@pytest.mark.parametrize(
    ("name", "written", "code"),
    [
        ("relation", "父親", "之父"), ("relation", "外孫女", "之外孙女"), ("relation", "兒媳", "之儿媳"),
        ("education", "文盲或半文盲", "文盲或半文盲"), ("education", "大專", "大专及以上"),
        ("school_status", "七年級", "七年级"), ("labor", "無勞動力", "无劳动力"),
        ("labor", "喪失勞動能力", "丧失劳动力"),
    ],
)  # fmt: skip
def test_words(name: str, written: str, code: str) -> None:
    (spec,) = (each for each in specs_of(Member) if each.name == name)
    assert read_cell(written, spec, AS_OF) == code


def test_yes_and_no() -> None:
    spec = FieldSpec("owns_vehicle", "有车辆", "bool")
    assert [read_cell(each, spec, AS_OF) for each in ("無", "沒有", "有", "是")] == [
        False,
        False,
        True,
        True,
    ]


def test_names_and_places_stay_as_they_are(tmp_path: Path) -> None:
    rows = persons()
    name, village = rows[0].index("姓名"), rows[0].index("村")
    for row in rows[1:]:
        row[name], row[village] = "張國強", "學堂山村" if row[0] else None
    (first, *_) = read_roster(
        write_xlsx(tmp_path / "held.xlsx", {"Sheet1": rows}), PACK, AS_OF
    ).households
    assert first.village == "學堂山村"
    assert {each.name for each in first.members} == {"張國強"}  # type: ignore[attr-defined]
