"""Candidates decide nothing; filled in, they are acts, and go through the checks of acts."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import shibie
from linkage import small_set
from linkage.small_set import AS_OF, PACK
from shibie.acts import COLUMNS

SIGNED = {"证据": "入户核对行驶证", "经办人": "王某", "日期": date(2015, 12, 1)}
PENDING = {f"H{at}": "pending" for at in range(1, 8)} | {"H5": "ineligible"}
# What is answered, by kind and by whom it is about.
ANSWERS: Mapping[tuple[str, str, str], str] = {
    ("关联", "H1", "川Y1"): "是", ("关联", "H6", "1"): "是",
    ("更正", "H3", "1"): small_set.NOBODY, ("同一人", "H7", "1"): "H6/2",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_set.write(tmp_path_factory.mktemp("roster"))


@pytest.fixture(scope="module")
def given_out(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    shibie.link(PACK, folder, AS_OF).write(out / "候选.xlsx", out / "候选")
    return out


def checked(folder: Path, engine: Any, verdicts: Path | None = None) -> dict[str, Any]:
    with shibie.check(PACK, folder, AS_OF, engine=engine, verdicts=verdicts, clues=True) as result:
        return {
            "decisions": {row["household_id"]: row["eligibility"] for row in result.decisions},
            "rejected": [(row["row"], row["field"], row["code"], row["reason"]) for row in result.rejected],
            "acts": [(row["kind"], row["household_id"], row["value"]) for row in result.acts],
            "clues": [(row["household_id"], row["rule_id"], row["row_key"]) for row in result.clues
                      if row["household_id"] == "H1"],
            "duplicates": [row["household_id"] for row in result.findings if row["kind"] == "duplicate"],
            "notes": [str(note) for note in result.notes if "办理" in str(note)],
        }  # fmt: skip


def test_the_sheet_says_what_is_asked_with_lists_to_choose_from(given_out: Path) -> None:
    book = openpyxl.load_workbook(given_out / "候选.xlsx")
    assert book.sheetnames == ["办理", "识别·候选", "识别·说明"]
    sheet = book["办理"]
    titles = [cell.value for cell in sheet[1]]
    first = dict(zip(titles, (cell.value for cell in sheet[2]), strict=True))
    assert first == {
        "识别·可能程度": "很可能", "办理种类": "关联", "户编号": "H1", "户主": "张勇", "人编号": "1",
        "识别·姓名": "张勇", "识别·村": "甲村", "比对表": "车辆登记", "记录编号": "川Y1",
        "识别·对方": "章永 车辆登记第 2 行", "识别·对方的村": "甲村",
        "识别·相同": "姓名同音、出生日期相同、村相同", "识别·不同": None, "识别·现在": "按写法对不上",
        "字段": None, "原值": None, "现值": None, "证据": None, "经办人": None, "日期": None,
        "识别·怎么办": "是他的记录，现值选“是”（一条记录只归一个人）；不是，选“否”；写法不同，必须写证据",
    }  # fmt: skip
    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    kinds = {str(row): sheet.cell(row, titles.index("办理种类") + 1).value for row in range(2, 12)}
    assert list(kinds.values()) == [*["关联"] * 5, "更正", *["同一人"] * 4]
    assert (lists["Q2"], lists["Q8"], "Q7" in lists) == ('"是,否"', '"H6/3"', False)
    assert book["识别·候选"].max_row == 12


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_unanswered_candidates_change_nothing(
    folder: Path, given_out: Path, engine: str, tmp_path: Path
) -> None:
    before = checked(folder, engine)
    assert before["decisions"] == PENDING
    beside = checked(folder, engine, given_out / "候选.xlsx")
    assert beside == {**before, "notes": ["候选.xlsx/办理：10 行还没有办理"]}
    shibie.link(PACK, folder, AS_OF, lang="en").write(tmp_path / "en.xlsx")
    beside = checked(folder, engine, tmp_path / "en.xlsx")
    assert beside == {**before, "notes": ["en.xlsx/acts：10 行还没有办理"]}
    among = small_set.write(tmp_path / "r")
    acts = (given_out / "候选" / "acts.csv").read_bytes()
    (among / "acts.csv").write_bytes(acts)
    assert checked(among, engine) == {**before, "notes": ["acts.csv：10 行还没有办理"]}


def filled(
    given_out: Path, out: Path, answers: Mapping[tuple[str, str, str], str], **more: Any
) -> Path:
    """The sheet as an officer fills it in."""
    book = openpyxl.load_workbook(given_out / "候选.xlsx")
    sheet = book["办理"]
    at = {cell.value: cell.column for cell in sheet[1]}
    found = 0
    for row in range(2, sheet.max_row + 1):
        kind, household, member, key = (
            str(sheet.cell(row, at[name]).value)
            for name in ("办理种类", "户编号", "人编号", "记录编号")
        )
        answer = answers.get((kind, household, key)) or answers.get((kind, household, member))
        if answer:
            found += 1
            for name, value in {"现值": answer, **SIGNED, **more}.items():
                sheet.cell(row, at[name]).value = value
    assert found == len(answers)
    book.save(out)
    return out


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_filled_in_they_are_acts(
    folder: Path, given_out: Path, tmp_path: Path, engine: str
) -> None:
    """The car is his whose name is written otherwise; the house no longer holds up anybody else."""
    book = filled(given_out, tmp_path / "填好.xlsx", ANSWERS)
    found = checked(folder, engine, book)
    assert found["rejected"] == []
    assert found["decisions"] == {
        "H1": "ineligible", "H2": "eligible", "H3": "ineligible", "H4": "pending",
        "H5": "ineligible", "H6": "ineligible", "H7": "pending",
    }  # fmt: skip
    assert sorted(found["acts"]) == [
        ("correction", "H3", small_set.NOBODY), ("link", "H1", "yes"), ("link", "H6", "yes"),
        ("same_person", "H7", "H6/2"),
    ]  # fmt: skip
    assert found["clues"] == [("H1", "car", "川Y1")]
    assert found["duplicates"] == ["H6", "H7"]
    assert found["notes"] == ["填好.xlsx/办理：6 行还没有办理"]


def test_of_what_is_decided_nothing_is_asked_again(
    folder: Path, given_out: Path, tmp_path: Path
) -> None:
    roster = small_set.write(tmp_path / "r")
    rows = [
        {"kind": "link", "household_id": "H1", "member_id": "1", "register": "vehicles",
         "row_key": "川Y1", "value": "是", "evidence": "入户", "officer": "王", "date": "2015-12-01"},
        {"kind": "link", "register": "houses", "value": "是", "officer": "王", "date": "2015-12-01",
         "row_key": next(each.row_key for each in shibie.link(PACK, folder, AS_OF).found
                         if each.register == "houses")},
        {"kind": "same_person", "household_id": "H7", "member_id": "1", "value": "H6/2",
         "officer": "王", "date": "2015-12-01"},
    ]  # fmt: skip
    with (roster / "acts.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    left = [
        (each.kind, each.household_id, each.member_id)
        for each in shibie.link(PACK, roster, AS_OF).found
    ]
    assert left == [
        ("row", "H3", "1"), ("person", "H7", "3"), ("person", "H7", "2"), ("person", "H4", "2"),
        ("household", "H6", ""),
    ]  # fmt: skip
    # What the whole roster says of a household, it says where that alone is read, too.
    decided = checked(roster, "interpreter")["decisions"]
    assert [decided[each] for each in ("H1", "H2", "H6")] == ["ineligible", "eligible", "eligible"]
    for each in ("H1", "H2", "H6"):
        assert shibie.explain(PACK, roster, AS_OF, each).eligibility == decided[each]


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_what_cannot_be_is_refused_as_of_any_act(
    folder: Path, given_out: Path, tmp_path: Path, engine: str
) -> None:
    unfit = "记录上的姓名等与这个人的写法不同；核实过是他的（或不是），请写上证据"
    answers = {("关联", "H1", "川Y1"): "是"}
    book = filled(given_out, tmp_path / "1.xlsx", answers, 证据=None)
    found = checked(folder, engine, book)
    assert found["rejected"] == [(2, "row_key", "link_does_not_fit", unfit)]
    assert found["decisions"] == PENDING
    house = {("关联", "H6", "1"): "是", ("关联", "H6", "2"): "是"}
    found = checked(folder, engine, filled(given_out, tmp_path / "3.xlsx", house))
    assert [each[:3] for each in found["rejected"]] == [
        (3, "row_key", "bad_act"), (4, "row_key", "bad_act"),
    ]  # fmt: skip
    assert found["decisions"] == PENDING
    other = filled(given_out, tmp_path / "4.xlsx", {("同一人", "H4", "2"): "H5/1"})
    assert checked(folder, engine, other)["rejected"] == []
    wrong = {("同一人", "H4", "2"): "H5/9"}
    found = checked(folder, engine, filled(given_out, tmp_path / "5.xlsx", wrong))
    assert [each[:3] for each in found["rejected"]] == [(11, "value", "bad_act")]
