"""Rows that may count: what is asked of each, with every branch, and what there is to do."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from shibie.case import Case
from shibie.cli.app import app
from shibie.engines.decide import decide, judgement
from shibie.explanations.changed_cases import FactChange, made
from shibie.explanations.collect import to_collect
from shibie.explanations.search import counterfactuals
from shibie.rosters.household_input import case_from
from support import households
from support.expressions import AS_OF
from support.folders import folder, masked, number
from support.probe import probe
from support.profiles import examples
from support.unsure import declarations, unsure

OF = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
CAR = {"kind": "小型轿车", "value": "50000", "registered_on": "2014-01-01"}
NO_CAR = "不纳入（有小轿车或客货运车辆的不纳入）"
TOO_MUCH = "不纳入（人均存款超过上限的不纳入）"


def saved(serial: int, name: str, balance: int, account: str = "", hidden: bool = False) -> Any:
    shown = masked(serial) if hidden else number(serial)
    return {
        "id_number": shown, "person_name": name, "balance": str(balance), "bank": "农行",
        "account": account,
    }  # fmt: skip


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    people = {
        "M": [("张一", "户主", 1)], "T": [("李二", "户主", 2)], "F": [("王三", "户主", 3)],
        "B": [("赵四", "户主", 4)], "S": [("周五", "户主", 5), ("周五", "之子", 6)],
        "K": [("吴六", "户主", 7)], "D": [("郑七", "户主", 8), ("郑八", "配偶", 9)],
        "P": [("冯九", "户主", 10)], "V": [("陈十", "户主", 11), ("陈云", "之子", 12)],
    }  # fmt: skip
    registers = {
        "vehicles": [
            {"id_number": masked(1), "person_name": "张一", "plate": "川1", **CAR},
            {"person_name": "周五", "plate": "川2", **CAR},
        ],
        "deposits": [
            saved(2, "李二", 2000), saved(2, "李二", 2000),
            saved(3, "王三", 2000), saved(3, "王三", 2000, hidden=True),
            saved(4, "赵四", 2000, "1"), saved(4, "赵四", 2000, "2", hidden=True),
            saved(7, "吴六", 2000), saved(7, "吴六", 2000, "1"),
            *(saved(11, "陈十", 1000, str(at), hidden=True) for at in range(12)),
        ],
        "civil_registry": [{"person_name": "郑七", "status": "死亡"}],
        "social_insurance": [
            {"id_number": masked(10), "person_name": "冯九", "scheme": "公积金", "paid_in": "9"}
        ],
    }  # fmt: skip
    to = tmp_path_factory.mktemp("roster")
    return folder(to, people, {"D": {"wage_income": "4000"}}, registers)


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A car and an account of which nobody can tell whose they are."""
    people = {"H": [("张一", "户主", 1)], "R": [("李二", "户主", 2)]}
    own = {"id_number": number(2), "person_name": "李二", "plate": "川3", "kind": "摩托车"}
    registers = {
        "vehicles": [own, {"plate": "川9", **CAR}],
        "deposits": [{"id_number": "51**************", "balance": "3000", "account": "9"}],
    }
    return folder(tmp_path_factory.mktemp("crowd"), people, registers=registers)


def told(roster: Path, household: str, *more: str) -> Any:
    done = CliRunner().invoke(app, ["explain", str(roster), *OF, "-h", household, "--json", *more])
    assert done.stdout.startswith("{"), done.output
    return json.loads(done.stdout)


def short(roster: Path, household: str, *more: str) -> str:
    return CliRunner().invoke(app, ["explain", str(roster), *OF, "-h", household, *more]).stdout


def branches(roster: Path, household: str) -> tuple[list[str], list[tuple[str, str]]]:
    """What is to be found out first, and each answer with what it leads to."""
    first = told(roster, household)["to_collect"][0]
    said = [(each["answer"], each["leads_to"]) for each in first["answers"]]
    return first["facts"], said


@pytest.mark.parametrize(
    ("household", "asked", "answers"),
    [
        # A masked number: his or not.
        ("M", "车辆登记比对第 2 行是否说的是张一", [
            ("车辆登记比对第 2 行说的不是张一", "eligible"),
            ("车辆登记比对第 2 行说的是张一", "ineligible"),
        ]),
        # Surely his, and delivered twice: 2000 or 4000.
        ("T", "存款比对第 3 行与第 2 行是一件还是两件", [
            ("存款比对第 3 行与第 2 行是一件（重复报送）", "eligible"),
            ("存款比对第 3 行与第 2 行是两件", "ineligible"),
        ]),
        # One of the two names the account.
        ("K", "存款比对第 9 行与第 8 行是一件还是两件", [
            ("存款比对第 9 行与第 8 行是一件（重复报送）", "eligible"),
            ("存款比对第 9 行与第 8 行是两件", "ineligible"),
        ]),
        # Even if it is his it may be the same again.
        ("F", "存款比对第 5 行是否说的是王三", [
            ("存款比对第 5 行说的不是王三，或与第 4 行是一件", "eligible"),
            ("存款比对第 5 行说的是王三，且与第 4 行是两件", "ineligible"),
        ]),
        # Another account: it cannot be the same.
        ("B", "存款比对第 7 行是否说的是赵四", [
            ("存款比对第 7 行说的不是赵四", "eligible"),
            ("存款比对第 7 行说的是赵四", "ineligible"),
        ]),
        # Whoever of the household it is, it is the household's.
        ("S", "车辆登记比对第 3 行是否说的是本户的人（周五）", [
            ("车辆登记比对第 3 行说的不是本户的人", "eligible"),
            ("车辆登记比对第 3 行说的是周五", "ineligible"),
        ]),
        # Whether he has died: 4000 for two or for one.
        ("D", "户籍比对第 2 行是否说的是郑七", [
            ("户籍比对第 2 行说的不是郑七", "eligible"),
            ("户籍比对第 2 行说的是郑七", "ineligible"),
        ]),
        # Twelve accounts of 1000 and two persons: none, or all.
        ("V", "存款比对第 10、11、12、13、14、15、16、17、18、19、20、21 行是否说的是陈十", [
            ("存款比对第 10、11、12、13、14、15、16、17、18、19、20、21 行说的都不是陈十", "eligible"),
            ("存款比对第 10、11、12、13、14、15、16、17、18、19、20、21 行说的都是陈十", "ineligible"),
        ]),
    ],
)  # fmt: skip
def test_every_branch_is_given(
    roster: Path, household: str, asked: str, answers: list[tuple[str, str]]
) -> None:
    assert branches(roster, household) == ([asked], answers)
    assert f"未知：{asked}" in short(roster, household) or household == "F"


def test_a_verdict_is_for_where_the_row_is_his(roster: Path) -> None:
    facts, answers = branches(roster, "P")
    assert "社保公积金比对第 2 行是否说的是冯九" in facts
    statement, row = "户中有人购买商业养老保险或缴纳公积金，经核实", "社保公积金比对第 2 行说的"
    assert answers == [
        (f"{row}不是冯九", "eligible"),
        (f"{statement}不属实，且{row}是冯九", "eligible"),
        (f"{statement}属实，且{row}是冯九", "ineligible"),
    ]


def test_what_there_is_to_do(roster: Path, crowd: Path) -> None:
    (how,) = told(roster, "T")["to_collect"][0]["how"]
    assert how == "与提供存款比对的单位核对：补上账号，或删去重复的一行"
    (how,) = told(roster, "M")["to_collect"][0]["how"]
    assert how == "在车辆登记比对中补上证件号码，或在“办理”表中写一行“关联”，写明说的是谁"
    (how,) = told(crowd, "H")["to_collect"][0]["how"]
    assert how.endswith("可将车辆登记比对、存款比对中认不出是谁的记录搁置，所有结果都会注明")
    for roster_, household in ((roster, "T"), (crowd, "H")):
        for more in ((), ("--full",)):
            assert "办法：" in short(roster_, household, *more)


def test_rows_that_may_be_about_anyone_are_asked_about(crowd: Path) -> None:
    facts, answers = branches(crowd, "H")
    assert facts == [
        "车辆登记比对第 3 行（认不出是谁，可能是任何人）说的是不是本户的人",
        "存款比对第 2 行（认不出是谁，可能是任何人）说的是不是本户的人",
    ]
    car, money = "车辆登记比对第 3 行说的", "存款比对第 2 行说的"
    assert answers == [
        (f"{car}不是本户的人，且{money}不是本户的人", "eligible"),
        (f"{money}是张一", "ineligible"),
        (f"{car}是张一", "ineligible"),
        (f"{car}是张一，且{money}是张一", "ineligible"),
    ]
    said = short(crowd, "H")
    assert said.count("可能是任何人") == 4
    assert number(1) not in said
    assert number(1)[6:14] not in said


def test_in_english(roster: Path, crowd: Path) -> None:
    def first(at: Path, household: str) -> Any:
        return told(at, household, "--lang", "en")["to_collect"][0]

    assert first(roster, "T")["facts"] == [
        "whether row 3 of 存款比对 is row 2 again or a further thing"
    ]
    answers = [each["answer"] for each in first(roster, "V")["answers"]]
    assert [each.split(" of ")[0] for each in answers] == ["none", "each"]
    assert "which may be about anyone" in first(crowd, "H")["facts"][0]


@pytest.mark.parametrize(
    ("household", "said"),
    [
        ("M", "查明车辆登记比对第 2 行说的不是张一 → 纳入 [须由工作人员凭证据核实]"),
        ("T", "查明存款比对第 3 行与第 2 行是一件（重复报送），即人均存款 2,000.00 至 4,000.00 元"),
    ],
)
def test_what_would_change_it(roster: Path, household: str, said: str) -> None:
    changes = "\n".join(
        f"{each['text']}{'，即' if each['effects'] else ''}{each['effects']} → 纳入 [须由工作人员凭证据核实]"
        for each in told(roster, household)["would_change"]
        if each["who"] == "officer"
    )
    assert said in changes


# --- numbers that mean nothing --------------------------------------------------------------


def test_no_number_at_the_end_of_its_type(tmp_path: Path) -> None:
    """Three amounts are unknown: what is said is where the result turns, 2 × 2855 less half a cent."""
    unknown = dict.fromkeys(("wage_income", "business_income", "production_cost"), "")
    people = {"A": [("张一", "户主", 1), ("张二", "配偶", 2)]}
    at = folder(tmp_path / "roster", people, {"A": unknown})
    facts, answers = branches(at, "A")
    assert len(facts) == 3
    assert [leads_to for _, leads_to in answers] == ["eligible", "ineligible"]
    assert "工资性收入不高于 5,709.98 元" in answers[0][0]
    assert "生产经营性收入不低于 5,709.99 元" in answers[1][0]
    assert "999,999,999" not in short(at, "A", "--full") + short(at, "A")


def test_a_household_of_nobody_has_no_number_of_persons(tmp_path: Path) -> None:
    """Where both of two would not count, nothing is said of one who does."""
    people = {"A": [("张一", "户主", 1), ("张二", "配偶", 2)]}
    changes = told(folder(tmp_path / "roster", people), "A")["would_change"]
    (gone,) = [each for each in changes if len(each["changes"]) == 2]
    assert gone["effects"] == "没有计入人口的成员"
    dead = [
        {"id_number": number(at), "person_name": name, "status": "死亡"}
        for at, name in ((1, "张一"), (2, "张二"))
    ]
    back = folder(
        tmp_path / "dead", people, {"A": {"wage_income": "9000"}}, {"civil_registry": dead}
    )
    for each in told(back, "A")["would_change"]:
        assert "→" not in each["effects"], each["effects"]


# --- at random ------------------------------------------------------------------------------

UNSURE = probe(declarations=declarations("not on_payroll"))


@given(households.partial(), st.integers(0, 10**6))
@settings(max_examples=examples(quick=25, ci=60, deep=1000), deadline=None)
def test_whatever_is_found_out_it_is_as_said(facts: dict[str, Any], seed: int) -> None:
    """Each answer leads to what is said, and every answer to a set that settles it decides."""
    case = unsure(case_from(UNSURE, facts, AS_OF), seed)
    for each in to_collect(UNSURE, case):
        for answer in each.answers:
            decision = judgement(*made(UNSURE, case, holding(case, answer.changes)))
            assert decision.eligibility == answer.leads_to
            assert decision.eligibility != "pending" or not each.settles
    for plan in counterfactuals(UNSURE, case):
        assert decide(*made(UNSURE, case, plan.changes)).eligibility == plan.leads_to


def holding(case: Case, changes: Sequence[FactChange]) -> list[FactChange]:
    """The changes without verdicts on what does not hold besides."""
    others = [change for change in changes if change.lever.kind != "verdict"]
    there = decide(*made(UNSURE, case, others))
    hold = {each.rule_id for each in there.findings if each.outcome == "true"}
    return [change for change in changes if change in others or change.lever.name in hold]
