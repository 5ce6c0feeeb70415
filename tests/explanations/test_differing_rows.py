"""Rows that are one item or may be, of one person or of two, and say different things."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from support.folders import folder, masked, number

OF = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
IN, OUT = "eligible", "ineligible"
CAR, MOTORCYCLE = "小型轿车", "摩托车"
HIDDEN, SHOWN = "6222****0010", "6222021234560010"
ONE, TWO = "第 3 行与第 2 行是一件（重复报送）", "第 3 行与第 2 行是两件"
HUSBAND, WIFE = ("张一", "户主", 1), ("李二", "配偶", 2)
WHO = {1: "张一", 2: "李二"}
APART = "（各行写的不同："


def saved(serial: int, balance: str, account: str, **more: str) -> dict[str, str]:
    return {
        "id_number": number(serial), "person_name": WHO[serial], "balance": balance,
        "bank": "农行", "account": account, **more,
    }  # fmt: skip


def car(serial: int, kind: str, plate: str, **more: str) -> dict[str, str]:
    return {
        "id_number": number(serial), "person_name": WHO[serial], "kind": kind, "plate": plate, **more
    }  # fmt: skip


def roster(to: Path, register: str, rows: Sequence[dict[str, str]]) -> Path:
    people = [HUSBAND, WIFE] if any(row["person_name"] == "李二" for row in rows) else [HUSBAND]
    return folder(to, {"A": people}, registers={register: rows})


def explained(at: Path, *more: str) -> Any:
    done = CliRunner().invoke(app, ["explain", str(at), *OF, "-h", "A", "--json", *more])
    assert done.stdout.startswith("{"), done.output
    return json.loads(done.stdout)


def decided(at: Path) -> str:
    return str(explained(at)["eligibility"])


def branches(at: Path) -> tuple[list[str], list[tuple[str, str]]]:
    """What is to be found out first, and each answer with its result, without the register's title."""
    first = explained(at)["to_collect"][0]
    said = [(each["answer"], each["leads_to"]) for each in first["answers"]]
    bare = [(bare_of(answer), result) for answer, result in said]
    return [bare_of(each) for each in first["facts"]], bare


def bare_of(text: str) -> str:
    return text.replace("存款比对", "").replace("车辆登记比对", "")


# --- of husband and wife --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("register", "rows", "how"),
    [
        ("deposits", [saved(1, "5000", HIDDEN), saved(2, "5000", SHOWN)],
         "与提供存款比对的单位核对；是一件的删去重复的一行"),
        ("deposits", [saved(1, "5000", ""), saved(2, "5000", SHOWN)],
         "与提供存款比对的单位核对：补上账号，或删去重复的一行"),
        # The later row stands with the first of the household.
        ("deposits", [saved(2, "5000", HIDDEN), saved(1, "5000", SHOWN)],
         "与提供存款比对的单位核对；是一件的删去重复的一行"),
    ],
)  # fmt: skip
def test_a_row_that_may_be_one_of_another_person_is_asked_for_that(
    tmp_path: Path, register: str, rows: list[dict[str, str]], how: str
) -> None:
    at = roster(tmp_path / "roster", register, rows)
    assert branches(at) == (["第 3 行与第 2 行是一件还是两件"], [(ONE, IN), (TWO, OUT)])
    assert explained(at)["to_collect"][0]["how"] == [how]
    for account, result in ((SHOWN, IN), (SHOWN[:-1] + "1", OUT)):
        known = [{**rows[0], "account": account}, rows[1]]
        assert decided(roster(tmp_path / account, register, known)) == result


# --- rows of one key ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "second",
    [
        saved(1, "4000", SHOWN),
        saved(1, "4000", "6222 0212 3456 0010"),
        saved(1, "4000", SHOWN, id_number=masked(1)),
    ],
)
def test_what_rows_of_one_key_say_differently_is_one_of_it(
    tmp_path: Path, second: dict[str, str]
) -> None:
    rows = [saved(1, "2000", SHOWN), second]
    at = roster(tmp_path / "roster", "deposits", rows)
    assert branches(at) == (
        [f"第 2 行的余额{APART}2,000.00 元、4,000.00 元）"],
        [("第 2 行的余额为 2,000.00 元", IN), ("第 2 行的余额为 4,000.00 元", OUT)],
    )
    first = explained(at)["to_collect"][0]
    assert first["how"] == ["与提供存款比对的单位核对，以哪一行为准"]
    (fact,) = explained(at, "--lang", "en")["to_collect"][0]["facts"]
    assert fact.endswith("in row 2 of 存款比对 (rows differ: 2,000.00 元, 4,000.00 元)")
    short = CliRunner().invoke(app, ["explain", str(at), *OF, "-h", "A"]).stdout
    assert f"未知：存款比对第 2 行的余额{APART}2,000.00 元、4,000.00 元）" in short
    for balance, result in (("2000", IN), ("4000", OUT)):
        right = [saved(1, balance, SHOWN), {**second, "balance": balance}]
        assert decided(roster(tmp_path / balance, "deposits", right)) == result


def test_only_what_was_said_is_proposed(tmp_path: Path) -> None:
    """No number at which the result turns, and no kind of vehicle that no row names."""
    balances = [saved(1, "2000", SHOWN), saved(1, "4000", SHOWN)]
    kinds = [car(1, MOTORCYCLE, "川Y12345"), car(1, CAR, "川Y12345")]
    for name, rows in (("deposits", balances), ("vehicles", kinds)):
        changes = explained(roster(tmp_path / name, name, rows))["would_change"]
        said = " ".join(each["text"] for each in changes)
        assert "经核实为 2,000.00 元" in said or "经核实为 摩托车" in said
        assert "2,800" not in said
        assert "代步车" not in said


# --- rows that may be one -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second"), [(HIDDEN, SHOWN), ("6.22202E+15", SHOWN), (SHOWN, HIDDEN)]
)
def test_of_two_each_says_what_it_says_and_of_one_it_is_either(
    tmp_path: Path, first: str, second: str
) -> None:
    at = roster(tmp_path / "may", "deposits", [saved(1, "2000", first), saved(1, "3000", second)])
    facts, answers = branches(at)
    assert facts == [
        f"第 2 行的余额{APART}2,000.00 元、3,000.00 元）", "第 3 行与第 2 行是一件还是两件",
    ]  # fmt: skip
    assert answers == [
        (f"第 2 行的余额为 2,000.00 元，且{ONE}", IN),
        ("第 2 行的余额为 3,000.00 元", OUT),
        (TWO, OUT),
    ]
    assert explained(at)["to_collect"][0]["how"] == [
        "与提供存款比对的单位核对；是一件的删去重复的一行",
        "与提供存款比对的单位核对，以哪一行为准",
    ]
    for balance, result in (("2000", IN), ("3000", OUT)):
        one = [saved(1, balance, SHOWN)] * 2
        assert decided(roster(tmp_path / balance, "deposits", one)) == result
    two = [saved(1, "2000", SHOWN), saved(1, "3000", SHOWN[:-1] + "1")]
    assert decided(roster(tmp_path / "two", "deposits", two)) == OUT


def test_of_two_that_are_poor_together(tmp_path: Path) -> None:
    """As two they are 2500; as one 500 or 2000: then nothing is in doubt. With 900 more it is."""
    rows = [saved(1, "500", HIDDEN), saved(1, "2000", SHOWN), saved(1, "900", "77")]
    facts, answers = branches(roster(tmp_path / "may", "deposits", rows))
    assert "第 3 行与第 2 行是一件还是两件" in facts
    assert all("2,300" not in answer for answer, _ in answers)
    assert (TWO, OUT) in answers
    assert (f"第 2 行的余额为 2,000.00 元，且{ONE}", OUT) not in answers


def test_kinds_of_vehicles_that_may_be_one(tmp_path: Path) -> None:
    rows = [car(1, MOTORCYCLE, "川Y1-234"), car(1, CAR, "川Y1234")]
    facts, answers = branches(roster(tmp_path / "may", "vehicles", rows))
    assert facts[0] == f"第 2 行的车辆类型{APART}摩托车、小型轿车）"
    assert answers == [
        (f"第 2 行的车辆类型为摩托车，且{ONE}", IN),
        ("第 2 行的车辆类型为小型轿车", OUT),
        (TWO, OUT),
    ]


def test_what_one_of_both_leaves_blank_the_other_says(tmp_path: Path) -> None:
    """Whether it is the same car or another, a car it is."""
    rows = [car(1, "", "川Y1-234"), car(1, CAR, "川Y1234")]
    facts, answers = branches(roster(tmp_path / "may", "vehicles", rows))
    assert facts == ["第 3 行与第 2 行是一件还是两件"]
    assert answers == [("不论结果如何", OUT)]


def test_what_a_row_leaves_blank_does_not_matter_where_it_is_another_again(tmp_path: Path) -> None:
    """The motorcycle's row has no plate, the other no kind: if they are one, it is no car."""
    rows = [car(1, MOTORCYCLE, ""), car(1, "", "川Y1234")]
    _, answers = branches(roster(tmp_path / "may", "vehicles", rows))
    assert answers == [
        (ONE, IN),
        ("第 3 行的车辆类型为残疾人代步车", IN),
        (f"第 3 行的车辆类型为小型轿车，且{TWO}", OUT),
    ]
    one = [{**rows[0], "plate": "川Y1234"}, rows[1]]
    assert decided(roster(tmp_path / "one", "vehicles", one)) == IN


def test_of_three_none_says_what_it_says_before_all_are_told_apart(tmp_path: Path) -> None:
    """The first may be either of the others: 1000 or 100 or 900, and then less or more."""
    rows = [
        saved(1, "1000", HIDDEN), saved(1, "100", SHOWN), saved(1, "900", "6222031234560010"),
        saved(1, "1500", "77"),
    ]  # fmt: skip
    first = explained(roster(tmp_path / "may", "deposits", rows))["to_collect"][0]
    assert first["settles"]
    answers = {bare_of(each["answer"]): each["leads_to"] for each in first["answers"]}
    assert all(result in (IN, OUT) for result in answers.values()), answers
    assert not any("不高于" in answer or "不低于" in answer for answer in answers)


def test_an_item_that_is_unclear_itself_settles_nothing_of_another(tmp_path: Path) -> None:
    """If the hidden account is the other, it holds 900 or 100 or 3000."""
    rows = [saved(1, "900", HIDDEN), saved(1, "100", SHOWN), saved(1, "3000", SHOWN)]
    for each in explained(roster(tmp_path / "may", "deposits", rows))["to_collect"]:
        for answer in each["answers"]:
            assert (bare_of(answer["answer"]), answer["leads_to"]) != (ONE, IN)
