"""What letters offer a household and say to it: nothing about who counts, and whole sentences."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import shibie
from shibie.checking_in_python import check
from shibie.explanations.account import explain
from shibie.explanations.text import short
from shibie.papers.notice.content import Setting, letter
from shibie.papers.notice.period import Period
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from support import people
from support.folders import folder, number

DAY = date(2015, 12, 20)
RULES = load("bazhong-2015")
PAIR = {"A": [("张一", "户主", 1), ("李二", "配偶", 2)]}
SIGNED = {"evidence": "入户", "officer": "王", "date": "2015-12-01"}


def civil_registry(status: str) -> dict[str, list[dict[str, str]]]:
    return {"civil_registry": [{"id_number": number(2), "person_name": "李二", "status": status}]}


def test_dying_is_no_proposal(tmp_path: Path) -> None:
    rules = people.pack()
    roster = people.roster(tmp_path, {"1": ["A", "B", "C", "D"]})
    checked = check(rules, read_roster(roster, rules, DAY), DAY)
    (case,), (decision,) = checked.cases, checked.decisions
    # An officer is told: three persons, with the same income, are above the line.
    told = [each.text for each in explain(checked, "1").change]
    assert "D某的已死亡经核实为 是（现为 未知）" in told
    fields = letter(Setting(checked, Period(DAY, DAY, 1)), case, decision)
    assert (fields["result"], fields["changes"]) == ("纳入", [])
    asked = Setting(checked, Period(DAY, DAY, 1), ways_to_lose=True)
    assert letter(asked, case, decision)["changes"] == [
        "工资性收入不低于 11,419.98 元（现为 9,000.00 元）（农户可申报变化，经核实后算数）"
    ]


def test_who_nobody_counts_of_is_told_so(tmp_path: Path) -> None:
    roster = read_roster(
        folder(tmp_path, {"A": [("李二", "户主", 2)]}, registers=civil_registry("死亡")), RULES, DAY
    )
    checked = check(RULES, roster, DAY)
    for lang, line in (
        ("zh", "为什么：没有计入人口的成员：表上没有计入人口的成员"),
        ("en", "why: 没有计入人口的成员: nobody on the form counts"),
    ):
        assert line in short(explain(checked, "A", lang), lang)  # type: ignore[arg-type]
    told = explain(checked, "A")
    assert [each.said for each in told.why] == ["表上没有计入人口的成员"]


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_a_suggestion_stands_apart_from_the_complaint(tmp_path: Path, engine: str) -> None:
    acts = [
        {"kind": "verdict", "rule_id": "vehicel", "field": "", "was": "", "verdict": "refuted"},
        {"kind": "correction", "rule_id": "", "field": "wage_incom", "was": "1", "verdict": ""},
    ]
    roster = folder(tmp_path, PAIR, acts=[{"household_id": "A", **each, **SIGNED} for each in acts])
    with shibie.check(RULES, roster, DAY, engine=engine) as result:  # type: ignore[arg-type]
        reasons = sorted(row["reason"] for row in result.rejected)
    assert reasons == [
        "没有可更正的字段“wage_incom”，是否想写“wage_income”？",
        "没有可核实的规则“vehicel”，是否想写“vehicle”？",
    ]
