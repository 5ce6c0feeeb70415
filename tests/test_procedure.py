"""The procedure: each violation, what is only unknown, what comes next, shares, blocking."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest

from shibie.checking_in_python import check
from shibie.decision import Decision
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.household import StepRecord
from shibie.lower.procedure import notice_days
from shibie.procedure import Standing, documented, shares, standing, standings, with_procedure
from shibie.results.procedure_flow import AtStep, mermaid, svg
from shibie.results.procedure_tables import Progress
from shibie.rosters.household_input import case_from
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load, loads

ROOT = Path(__file__).parents[1]
AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")


def lawful() -> dict[str, dict[str, Any]]:
    """Ten steps with nothing wrong; notices of exactly seven days, both ends counted."""
    return {
        "mobilisation": {"done_on": "2015-09-01", "actor": "村委会"},
        "application": {"done_on": "2015-09-03", "actor": "农户", "signed_by": "甲", "document": "申请书"},
        "home_visit": {"done_on": "2015-09-05", "actor": "驻村工作队", "signed_by": "乙", "document": "入户调查表"},
        "data_comparison": {"done_on": "2015-09-10", "actor": "乡镇", "document": "比对结果"},
        "group_review": {"done_on": "2015-09-11", "actor": "村民小组", "signed_by": "丙", "document": "评议记录"},
        "village_vote": {"done_on": "2015-09-12", "actor": "村民代表大会", "signed_by": "丁", "document": "会议记录",
                         "eligible_voters": 45, "attendance": 30, "votes_for": 20},
        "village_notice": {"done_on": "2015-09-19", "actor": "村委会", "notice_from": "2015-09-13",
                           "notice_to": "2015-09-19", "objections": 0, "document": "公示照片"},
        "township_review": {"done_on": "2015-09-26", "actor": "乡镇", "signed_by": "戊", "notice_from": "2015-09-20",
                            "notice_to": "2015-09-26", "objections": 0, "document": "审核意见|公示照片"},
        "county_decision": {"done_on": "2015-10-01", "actor": "县扶贫移民局", "document": "公告"},
        "registration": {"done_on": "2015-10-02", "actor": "乡镇", "signed_by": "己", "document": "建档立卡表"},
    }  # fmt: skip


def judged(
    rows: dict[str, dict[str, Any]], eligibility: Any = "eligible", ruleset: Any = PACK
) -> Standing:
    records = {
        step: StepRecord.model_validate({"household_id": "1", "step": step, **row})
        for step, row in rows.items()
    }
    case = case_from(ruleset, {"members": [{}]}, AS_OF)
    return standing(ruleset, case, Decision("1", eligibility), records)


def names(found: Standing) -> list[tuple[str, bool]]:
    return [(violation.rule_id, violation.certain) for violation in found.violations]


def test_nothing_is_wrong() -> None:
    # 30 of 45 come: 30*3 = 90 >= 45*2 = 90. 20 of 30 agree: 20*3 = 60 >= 30*2 = 60.
    found = judged(lawful())
    assert names(found) == []
    assert (found.at, found.next, found.earliest) == ("registration", None, None)


@pytest.mark.parametrize(
    ("step", "change", "expected"),
    [
        ("village_vote", {"attendance": 29, "votes_for": 20}, [("village_vote.quorum", True)]),
        ("village_vote", {"votes_for": 19}, [("village_vote.majority", True), ("county_decision.follows_vote", True)]),
        ("village_vote", {"attendance": None},
         [("village_vote.quorum", False), ("village_vote.majority", False), ("county_decision.follows_vote", False)]),
        ("village_vote", {"signed_by": None}, [("village_vote.unsigned", True)]),
        ("village_vote", {"done_on": "2015-09-09"},
         [("village_vote.before_group_review", True), ("village_vote.before_data_comparison", True),
          ("village_vote.announced", True)]),
        ("village_vote", {"done_on": None},
         [("village_vote.before_group_review", False), ("village_vote.before_data_comparison", False),
          ("village_vote.announced", False), ("village_notice.before_village_vote", False)]),
        ("village_notice", {"notice_to": "2015-09-18", "done_on": "2015-09-18"}, [("village_notice.notice", True)]),
        ("village_notice", {"notice_to": None}, [("village_notice.notice", False)]),
        ("village_notice", {"objections": 1}, [("village_notice.no_objection", True)]),
        ("village_notice", {"objections": None}, [("village_notice.no_objection", False)]),
        ("village_notice", {"document": None}, [("village_notice.document", True)]),
        ("township_review", {"document": "审核意见"}, [("township_review.document", True)]),
        ("township_review", {"notice_from": "2015-09-18"}, [("township_review.before_village_notice", True)]),
        ("home_visit", {"actor": "村委会"}, [("home_visit.actor", True)]),
        ("home_visit", {"actor": None}, [("home_visit.actor", False)]),
        ("registration", {"done_on": "2015-12-21"}, [("registration.after_as_of", True)]),
        ("application", {"done_on": "2015-08-31"}, [("application.before_mobilisation", True)]),
    ],
)  # fmt: skip
def test_violation(step: str, change: dict[str, Any], expected: list[tuple[str, bool]]) -> None:
    rows = lawful()
    rows[step] |= change
    assert names(judged(rows)) == expected


def test_a_step_without_those_before_it() -> None:
    rows = lawful()
    del rows["group_review"]
    found = judged(rows)
    assert names(found) == [("village_vote.before_group_review", True)]
    assert found.next is not None
    assert found.next.id == "group_review"


def test_a_decision_against_the_vote() -> None:
    rows = lawful()
    rows["village_vote"]["votes_for"] = 5
    assert ("county_decision.follows_vote", True) in names(judged(rows))
    assert ("county_decision.follows_vote", True) not in names(judged(rows, "ineligible"))


def test_what_comes_next_and_when() -> None:
    rows = lawful()
    for step in ("village_notice", "township_review", "county_decision", "registration"):
        del rows[step]
    found = judged(rows)
    assert found.next is not None
    assert (found.next.id, found.next.actor) == ("village_notice", "村委会")
    # The vote was on the 12th; a notice put up that day has its seventh day on the 18th.
    assert (found.earliest, found.earliest_end) == (date(2015, 9, 12), date(2015, 9, 18))
    rows["village_vote"]["done_on"] = None
    assert judged(rows).earliest is None


def test_how_days_of_notice_are_counted() -> None:
    (step, *_) = PACK.procedure
    dates = {"notice_from": date(2015, 9, 13), "notice_to": date(2015, 9, 19)}
    place = Place.top(PACK, case_from(PACK, {}, AS_OF))
    place = replace(place, records={f"step:{step.id}": dates})
    assert evaluate(notice_days(replace(step, counting="inclusive")), place) == 7
    assert evaluate(notice_days(replace(step, counting="exclusive")), place) == 6
    steps = tuple(replace(step, counting="exclusive") for step in PACK.procedure)
    strict = replace(PACK, procedure=steps)
    assert names(judged(lawful(), ruleset=strict)) == [
        ("village_notice.notice", True), ("township_review.notice", True),
    ]  # fmt: skip


def test_blocking_is_the_packs_choice() -> None:
    text = (
        "ruleset: {id: p, title: p, effective: {from: 2015-01-01, to: 2015-12-31}}\n"
        'poor: "true"\n'
        "tracks: [{id: t, title: t, when: 'true'}]\n"
        "procedure: [{step: 1, id: vote, title: 评议, actor: 村, signed: true, blocking: BLOCK}]\n"
    )
    for block, expected in (("true", "pending"), ("false", "eligible")):
        pack = loads(text.replace("BLOCK", block))
        case = case_from(pack, {"members": [{}]}, AS_OF)
        record = StepRecord(household_id="1", step="vote", actor="村")
        from shibie.engines.decide import decide

        decision = decide(pack, case)
        found = standings(pack, [case], [decision], [record])
        (after,) = with_procedure(pack, [decision], found)
        assert after.eligibility == expected
        assert [(f.rule_id, f.kind, f.outcome) for f in after.findings] == [
            ("vote.unsigned", "procedure", "true")
        ]
        assert bool(after.tracks) == (expected == "eligible")


def test_shares_of_the_roster() -> None:
    case = case_from(PACK, {"members": [{}]}, AS_OF)
    records = [
        StepRecord(
            household_id=str(n), step="township_review", document="抽查表" if n < 2 else None
        )
        for n in range(10)
    ]
    (enough,) = shares(PACK, case, partial(documented, records))
    assert (enough.of, enough.having, enough.holds) == (10, 2, True)
    more = [*records, StepRecord(household_id="11", step="township_review")]
    (short,) = shares(PACK, case, partial(documented, more))
    assert (short.of, short.holds) == (11, False)
    (none,) = shares(PACK, case, partial(documented, []))
    assert none.holds is None


@pytest.fixture(scope="module")
def township() -> tuple[Any, tuple[Standing, ...]]:
    roster = read_roster(ROOT / "fixtures" / "township-2015", PACK, AS_OF)
    checked = check(PACK, roster, AS_OF)
    return checked, standings(PACK, checked.cases, checked.decisions, roster.steps)


def steps_of(found: Sequence[Standing]) -> tuple[AtStep, ...]:
    with duckdb.connect() as connection:
        progress = Progress(PACK, connection)
        progress.add(found[:500])
        progress.add(found[500:])
        return progress.steps


def test_the_township_has_the_faults_that_were_put_into_it(
    township: tuple[Any, tuple[Standing, ...]],
) -> None:
    """The numbers are those of the table in fixtures/README.md."""
    _, found = township
    kinds = Counter(
        (each.rule_id, each.certain) for standing in found for each in standing.violations
    )
    assert kinds["village_notice.notice", True] == 12
    assert kinds["township_review.notice", True] == 8
    assert [
        kinds[f"{step}.unsigned", True] for step in ("application", "home_visit", "village_vote")
    ] == [5, 4, 5]
    assert kinds["village_vote.quorum", True] == 9
    assert kinds["village_vote.majority", True] == kinds["county_decision.follows_vote", True] == 6
    assert kinds["home_visit.before_application", True] == 7
    assert (
        kinds["village_vote.before_data_comparison", True]
        == kinds["village_vote.announced", True]
        == 6
    )
    assert kinds["township_review.document", True] + kinds["home_visit.document", True] == 10
    assert kinds["village_vote.before_group_review", True] == 6
    assert kinds["village_notice.no_objection", True] == 5
    assert kinds["township_review.before_village_notice", True] == 4
    assert kinds["village_notice.before_village_vote", False] == 4
    assert kinds["village_vote.quorum", False] == 3
    assert sum(bool(standing.violations) for standing in found) == 94


def test_the_township_stands_where_its_readme_says(
    township: tuple[Any, tuple[Standing, ...]],
) -> None:
    checked, found = township
    at = {each.step.id: each.standing for each in steps_of(found) if each.standing}
    assert at == {"village_vote": 108, "village_notice": 333, "registration": 475}
    listed = {
        f.rule_id
        for decision in checked.decisions
        for f in decision.findings
        if f.kind == "procedure"
    }
    assert listed == {each.rule_id for standing in found for each in standing.violations}


def test_the_flow(township: tuple[Any, tuple[Standing, ...]]) -> None:
    _, found = township
    steps = steps_of(found)
    text = mermaid(PACK, steps)
    assert 'village_notice["7 村级公示（村委会）<br/>停在此步 333 户 · 已记录 808 户"]' in text
    assert "  group_review --> village_vote" in text
    picture = svg(PACK, steps)
    assert picture.count("<rect") == 11
    assert "停在此步 475 户" in picture
    import xml.etree.ElementTree as ElementTree

    assert ElementTree.fromstring(picture).tag.endswith("svg")


def test_the_command(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "shibie", "procedure", "fixtures/township-2015", "--rules", "bazhong-2015",
               "--as-of", "2015-12-20", "--out", str(tmp_path / "p"), "--out", str(tmp_path / "p.xlsx")]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    assert "有程序记录的 916 户" in done.stdout
    with (tmp_path / "p" / "violations.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["rule_id"] == "village_notice.notice" for row in rows) == 12
    assert {"standings.csv", "calendar.csv", "shares.csv", "flow.mmd", "flow.svg"} <= {
        file.name for file in (tmp_path / "p").iterdir()
    }
    import openpyxl

    assert openpyxl.load_workbook(tmp_path / "p.xlsx").sheetnames == [
        "程序",
        "程序问题",
        "日程",
        "抽查比例",
    ]
