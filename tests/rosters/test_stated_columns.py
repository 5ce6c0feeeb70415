"""What a table states beside its fields: agreement passes, a contradiction is rejected and said."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest

import shibie
from shibie.chinese_numbers import chinese_number
from shibie.citizen_id import make
from shibie.forms.reading import read_form
from shibie.rosters.cells import FaultyCell
from shibie.rosters.roster import read_roster
from shibie.rosters.stated import checked_age
from shibie.ruleset.loader import load
from support.books import as_export, book, write_xlsx

PACK, AS_OF = load("bazhong-2015"), date(2015, 12, 20)
# A man of 45, born in March 1970, and a woman of 43, born in December 1972.
MAN, WOMAN = make("511921", date(1970, 3, 4), 11), make("511921", date(1972, 12, 4), 12)


def stating(tmp_path: Path, *columns: tuple[str, Any, Any]) -> Path:
    """A household of two with further columns: their headers, and what they say of each."""
    rows = as_export(book())["一人一行"][:3]
    at = rows[0].index("证件号码")
    rows[1][at], rows[2][at] = MAN, WOMAN
    held = [[*row, *(each[of] for each in columns)] for of, row in enumerate(rows)]
    return write_xlsx(tmp_path / "held.xlsx", {"Sheet1": held})


def rejected(tmp_path: Path, header: str, man: Any, woman: Any = None) -> list[tuple[int, str]]:
    """What is rejected of a household of two in which a column states this."""
    found = read_roster(stating(tmp_path, (header, man, woman)), PACK, AS_OF)
    return [(each.row, each.reason.zh) for each in found.rejected if each.field]


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_by_either_path(tmp_path: Path, engine: Literal["interpreter", "duckdb"]) -> None:
    path = stating(
        tmp_path,
        ("家庭人口数", "三人", ""), ("性别", "男", 1), ("出生年月", "70.04", "72.12"),
    )  # fmt: skip
    with shibie.check(PACK, path, AS_OF, engine=engine) as result:
        found = [
            (each["row"], each["field"], each["value"], each["reason"]) for each in result.rejected
        ]
    assert found == [
        (2, "stated_size", "三人", "写的是 3 人，名册上这一户有 2 行"),
        (2, "stated_birth", "*****", "与证件号码中的出生日期不符"),
        (3, "stated_sex", "1", "与证件号码不符：号码是女性的"),
    ]


# --- persons ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "家庭人口数",
        "家庭总人口数",
        "全家人口",
        "户人数",
        "总人数",
        "家庭人口(人)",
        "户内人口数",
        "家庭成员总数",
    ],
)
def test_a_size_that_contradicts(tmp_path: Path, header: str) -> None:
    said = "写的是 3 人，名册上这一户有 2 行"
    assert rejected(tmp_path, header, 3) == [(2, said)]


@pytest.mark.parametrize("header", ["常住人口", "户籍人口", "劳动力人数", "享受人数", "外出人数"])
def test_other_counts_are_no_size(tmp_path: Path, header: str) -> None:
    assert rejected(tmp_path, header, 3) == []


@pytest.mark.parametrize(
    "written", [2, "2人", "２", "两人", "二人", "2口人", "共2人", "2名", "2.0", "不详", "-", ""]
)
def test_a_size_that_agrees(tmp_path: Path, written: Any) -> None:
    assert rejected(tmp_path, "家庭人口数", written, written) == []


def test_a_size_that_is_no_number(tmp_path: Path) -> None:
    assert rejected(tmp_path, "家庭人口数", "2/1") == [(2, "应为人数")]


# --- sex --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("man", "woman"),
    [("男", "女"), (1, 2), ("01男", "2.女"), ("男性", "女性"), ("M", "F"), ("", "不详"), (0, 9)],
)
def test_a_sex_that_agrees(tmp_path: Path, man: Any, woman: Any) -> None:
    assert rejected(tmp_path, "性别(男1女2)", man, woman) == []


@pytest.mark.parametrize("woman", ["男", 1, "男1", "1男", "M", "♂"])
def test_a_sex_that_contradicts(tmp_path: Path, woman: Any) -> None:
    assert rejected(tmp_path, "性别", "男", woman) == [(3, "与证件号码不符：号码是女性的")]


@pytest.mark.parametrize("woman", ["公", "男/女", "3"])
def test_what_is_no_sex(tmp_path: Path, woman: str) -> None:
    assert rejected(tmp_path, "性别", "男", woman) == [(3, "应为 男 或 女；不知道请留空")]


# --- birth ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("man", "woman"),
    [
        ("1970-03-04", "19721204"), ("197003", 197212), ("1970.3", 1972.12), (1970, "1972年"),
        ("70.03", "72.12"), ("70年3月4日", "72-12"), ("700304", "721204"), ("1970年3月生", None),
        (date(1970, 3, 4), 26637), ("3月4日", "12月4日"), ("农历正月廿七", "阴历十月廿九"), ("", "-"),
    ],
)  # fmt: skip
def test_a_birth_that_agrees(tmp_path: Path, man: Any, woman: Any) -> None:
    assert rejected(tmp_path, "出生年月", man, woman) == []


@pytest.mark.parametrize(
    "man",
    [
        "1970-03-05",
        "1970-04-03",
        "197004",
        "1971",
        "70.04",
        "71年3月",
        "700305",
        "4月3日",
        25630,
        1970.4,
    ],
)
def test_a_birth_that_contradicts(tmp_path: Path, man: Any) -> None:
    assert rejected(tmp_path, "出生日期", man) == [(2, "与证件号码中的出生日期不符")]


def test_a_month_that_lost_its_zero_may_be_october(tmp_path: Path) -> None:
    """Neither January nor October is the month of birth here."""
    assert rejected(tmp_path, "出生年月", 1970.1) == [(2, "与证件号码中的出生日期不符")]


@pytest.mark.parametrize("man", ["abc", "1970-02-30", "属狗"])
def test_what_is_no_birth(tmp_path: Path, man: str) -> None:
    said = "应为出生日期，如 1970-03-04；不知道请留空"
    assert rejected(tmp_path, "出生日期", man) == [(2, said)]


# --- age --------------------------------------------------------------------------------------


def told_of_age(cell: Any) -> str:
    found = checked_age(cell, MAN, AS_OF)
    return found.reason.zh if isinstance(found, FaultyCell) else ""


@pytest.mark.parametrize(
    "man", [45, "45岁", "45周岁", "四十五", "４５", 44, 46, "45.8", "", "不详"]
)
def test_an_age_that_agrees(man: Any) -> None:
    """45 completed in March 2015; a year less at the last count; 46 by the years of the calendar."""
    assert told_of_age(man) == ""


@pytest.mark.parametrize("man", [43, 47, "30岁", "三十", "8个月"])
def test_an_age_that_contradicts(man: Any) -> None:
    assert told_of_age(man) == "与证件号码不符：按号码到 2015-12-20 是 45 岁"


def test_what_is_no_age() -> None:
    assert told_of_age("中年") == "应为年龄，如 45；不知道请留空"


def test_ages_of_another_day_contradict_nobody(tmp_path: Path) -> None:
    """A table of 2024 judged as of 2015 has ages of 2024; a form may say that they are compared."""
    assert rejected(tmp_path, "年龄", 54, 51) == []
    form = tmp_path / "ages.yaml"
    form.write_text(
        "form: {id: ages, title: 有年龄的名册}\ncolumns:\n  年龄: {states: age}\n", encoding="utf-8"
    )
    path = stating(tmp_path, ("年龄", 54, 43))
    found = read_roster(path, PACK, AS_OF, form=read_form(form))
    assert [(each.row, each.field) for each in found.rejected if each.field] == [(2, "stated_age")]


def test_numerals_are_read_in_full_alone() -> None:
    read = [
        "零",
        "两",
        "十五",
        "二十",
        "一百一十",
        "三百零五",
        "一千零一十",
        "十万",
        "一万零五百",
        "二十三万四千五百六十七",
    ]
    assert [chinese_number(each) for each in read] == [
        0,
        2,
        15,
        20,
        110,
        305,
        1010,
        100000,
        10500,
        234567,
    ]
    unsure = ["一万二", "三百五", "一万五百", "二两", "万", "三五", "一亿", ""]
    assert [chinese_number(each) for each in unsure] == [None] * 8
