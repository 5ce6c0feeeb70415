"""Explanations as people read them: short, full, JSON and page; nobody's number in any of them."""

from __future__ import annotations

import json
import re
from datetime import date
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from shibie import citizen_id
from shibie.checking_in_python import Checked, check
from shibie.cli.app import app
from shibie.engines.decide import decide
from shibie.errors import InputError, RulesetError
from shibie.explanations.account import account, explain
from shibie.explanations.explanation import Explanation
from shibie.explanations.page import as_data, page
from shibie.explanations.text import full, short
from shibie.papers.notice.content import Setting, reasons
from shibie.papers.notice.period import Period
from shibie.rosters.household_input import case_from
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load, loads

ROOT = Path(__file__).parents[2]
BAZHONG = load("bazhong-2015")
DAY = date(2015, 12, 20)
NUMBER = re.compile(r"(?<![\d.])\d{14}[\dXx](?:\d{2}[\dXx])?(?:\d{2})?(?:\d{2})?(?![\d.])")


@pytest.fixture(scope="module")
def township() -> Checked:
    roster = read_roster(ROOT / "fixtures" / "township-2015", BAZHONG, DAY)
    return check(BAZHONG, roster, DAY)


@pytest.fixture(scope="module")
def village() -> Checked:
    roster = read_roster(ROOT / "fixtures" / "village-60.xlsx", BAZHONG, DAY)
    return check(BAZHONG, roster, DAY)


def test_excluded_for_two_reasons(township: Checked) -> None:
    told = explain(township, "H01-01-009")
    assert [each.rule_id for each in told.why if each.kind == "exclusion"] == ["vehicle"]
    lines = short(told)
    assert lines[0] == "H01-01-009 董杰福（学堂山村，4 人）：不纳入"
    # (5534 + 5431 + 5796 - 3230) / 4 = 3382.75; 4 × 2854.995 = 11419.98 rounds up, so at most
    # 11419.97 in all: 2111.03 less.
    assert "家庭人均纯收入 3,382.75 元，不低于 2015 年贫困线 2,855.00 元" in lines[1]
    assert "有车辆（申报，车辆登记比对第 391 行）" in lines[1]
    assert "转移性收入不高于 3,684.97 元（现为 5,796.00 元）" in lines[2]
    assert lines[3].startswith("经手：户中有小轿车或客货运车辆，经核实属实（核实员丙，2015-10-16")


def test_pending(village: Checked) -> None:
    told = explain(village, "0401032")
    assert told.eligibility == "pending"
    # Two persons: 2 × 2800 = 5600.00 is still within the limit, 5600.01 is 2800.01 a head. One row
    # of the register, of 12.50, tells nobody apart: with 5587.51 it would be above the limit.
    row, out = "存款比对第 62 行说的", "不纳入（人均存款超过上限的不纳入）"
    assert told.collect[0].answers == (
        ("朱涛的存款比对没有记录", "纳入"),
        (f"朱涛的存款比对有记录（余额 达到 5,587.51 元），且{row}不是本户的人", "纳入"),
        (f"朱涛的存款比对有记录（余额 达到 5,587.51 元），且{row}是朱涛", out),
        ("朱涛的存款比对有记录（余额 达到 5,600.01 元）", out),
    )
    assert "存款比对第 62 行（认不出是谁，可能是任何人）说的是不是本户的人" in every_text(told)


def test_eligible_by_deprivation_alone(township: Checked) -> None:
    told = explain(township, "H07-06-017")
    assert [each.rule_id for each in told.why] == ["housing_unsafe"]
    assert short(told)[1] == "为什么：住房安全无保障：住房等级：C"
    (first, *_) = told.change
    assert (first.found.changes[0].value, first.found.changes[0].also) == ("A", ("B",))


def test_why_not_the_others(township: Checked) -> None:
    excluded = explain(township, "H01-03-023")
    assert {each.outcome: len(each.because) for each in excluded.why_not} == {
        "纳入": 2,
        "待核实": 1,
    }
    eligible = explain(township, "H01-01-021")
    (not_out, _) = eligible.why_not
    assert not_out.because == (
        "没有已知的不纳入原因", "户中有人的户籍已迁出或是空挂户，经核实不属实",
    )  # fmt: skip


def every_text(told: Explanation) -> str:
    from rich.console import Console

    console = Console(width=300, record=True, file=StringIO())
    console.print(full(told))
    data = json.dumps(as_data(told), ensure_ascii=False)
    return "\n".join([*short(told), console.export_text(), data, page([told], BAZHONG, DAY)])


def test_nobodys_number_or_health_is_shown(township: Checked, village: Checked) -> None:
    checked = 0
    for roster in (township, village):
        for case, decision in list(zip(roster.cases, roster.decisions, strict=True))[::40]:
            text = every_text(explain(roster, decision.household_id))
            assert len(short(explain(roster, decision.household_id))) <= 5
            assert not NUMBER.search(text)
            numbers = {getattr(member, "id_number", None) for member in case.household.members}
            assert not [number for number in numbers if number and number in text]
            for word in ("长期慢性病", "患有大病"):
                assert word not in text
            checked += 1
    assert checked > 45


def test_a_masked_number_would_be_found() -> None:
    assert NUMBER.search("证件号码 511921196801011234。")
    assert NUMBER.search("511921680101123")
    assert not NUMBER.search("999999999999.99 元")


def test_unknown_and_rejected_households(village: Checked, township: Checked) -> None:
    with pytest.raises(InputError, match="did you mean 'H01-01-0"):
        explain(township, "H01-01-0O9")
    with pytest.raises(InputError, match="was rejected"):
        explain(village, "0401001")


def test_the_command(tmp_path: Path) -> None:
    base = ["explain", str(ROOT / "fixtures" / "village-60.xlsx"), "--rules", "bazhong-2015"]
    base += ["--as-of", "2015-12-20", "--household", "0401032"]
    page_file = tmp_path / "deep" / "why.html"
    shown = CliRunner().invoke(app, [*base, "--json", "--html", str(page_file)])
    # No row of the payroll is about anybody who is decided.
    assert shown.exit_code == 3, shown.output
    data = json.loads(shown.stdout)
    answers = [each["leads_to"] for each in data["to_collect"][0]["answers"]]
    assert answers == ["eligible", "eligible", "ineligible", "ineligible"]
    assert "朱涛" in page_file.read_text(encoding="utf-8")
    tree = CliRunner().invoke(app, [*base, "--full", "--lang", "en"])
    assert "what would change it" in tree.stdout


RULES = """
ruleset: {id: small, title: 小, effective: {from: 2015-01-01, to: 2016-12-31}}
relevant: {education_secured: members.any(age < 18), 健康状况: age >= 3}
criteria:
  - {id: schooling, title: 义务教育无保障, when: not education_secured}
  - {id: ill, title: 有病人, when: 'members.any("患有大病" in health)'}
poor: schooling or ill
exclusions:
  - {id: car, title: 有车的不纳入, when: owns_vehicle, refutable: true, statement: 户中有车}
  - {id: shop, title: 有店的不纳入, when: runs_business, refutable: true}
"""


def changes(born: date | None, **facts: object) -> list[str]:
    rules = loads(RULES)
    number = citizen_id.make("511902", born, 1) if born else None
    person: dict[str, object] = {"id_number": number, "health": []}
    given = {"education_secured": True, "owns_vehicle": False, "runs_business": False, **facts}
    case = case_from(rules, {"members": [person], **given}, date(2015, 12, 20))
    return [each.text for each in account(rules, case, decide(rules, case)).change]


@pytest.mark.parametrize(
    ("born", "offered"),
    [
        (date(1939, 5, 1), False),  # a widow of 76 who lives alone
        (date(2005, 5, 1), True),
        (None, True),  # whose age is not known may be at school
    ],
)
def test_what_means_nothing_for_a_household_is_not_proposed(
    born: date | None, offered: bool
) -> None:
    found = changes(born)
    assert ("义务教育有保障经核实为“否”" in found) is offered
    # Illness means something of a person of three and more, as the pack says of members.
    assert any("健康状况" in each for each in found)
    assert not any("健康状况" in each for each in changes(date(2014, 5, 1)))


def test_a_condition_of_a_field_that_is_not_there() -> None:
    with pytest.raises(RulesetError, match=r"(?s)no field 'education_secure'.*education_secured"):
        loads(RULES.replace("{education_secured:", "{education_secure:"))


def test_a_verdict_is_about_a_statement() -> None:
    """With a statement it is a sentence; without one the title stays readable."""
    ill = {"education_secured": False}
    child = date(2005, 5, 1)
    assert changes(child, **ill, owns_vehicle=True)[0] == "户中有车，经核实不属实"
    assert changes(child, **ill, runs_business=True)[0] == "“有店的不纳入”经核实不属实"


@pytest.mark.parametrize(
    "name", ["bazhong-2015", "national-2016", "monitoring-2024", "low-income-2024", "us-snap-2024"]
)
def test_whatever_an_officer_may_verify_has_a_statement(name: str) -> None:
    ruleset = load(name)
    signed = [rule for rule in (*ruleset.exclusions, *ruleset.reviews) if rule.verdicts]
    assert all(rule.statement for rule in signed)


def test_what_is_missing_is_said_together() -> None:
    """Eight comparisons that were not done are one line, and a search for none of them another."""
    ruleset = load("bazhong-2015")
    person = {"relation": "户主", "education": "小学"}
    case = case_from(ruleset, {"housing_grade": "D", "members": [person]}, date(2015, 12, 20))
    decision = decide(ruleset, case)
    told = account(ruleset, case, decision)
    seven = "七个比对尚未进行：房产登记、车辆登记、财政供养、工商登记、存款、户籍、社保公积金"
    assert told.undone == seven
    assert short(told)[1] == "人口：1是否计入人口不明（未知：已不共同生活（户籍比对））"
    assert short(told)[2] == (
        f"为什么：{seven}；住房安全无保障：住房等级：D；"
        "家庭生活明显高于当地平均水平的不纳入：未知：家庭生活明显高于当地平均水平"
    )
    five = "六个比对尚未进行：工商登记、户籍、存款、财政供养、房产登记、车辆登记"
    assert told.why_not[0].because[:2] == (five, "未知：家庭生活明显高于当地平均水平")
    (only,) = told.collect
    clean = "户籍、房产登记、车辆登记、财政供养、工商登记、存款、社保公积金七个比对都没有记录"
    assert (f"家庭生活明显高于当地平均水平为否，且{clean}", "纳入") in only.answers
    assert "七个比对都查明没有记录" in told.change[0].text
    # What machines read stays as it is.
    assert decision.unknown == (
        "business", "civil_registry", "deposits", "living_above_local", "payroll", "real_estate", "vehicles",
    )  # fmt: skip
    day = date(2015, 12, 20)
    setting = Setting(SimpleNamespace(ruleset=ruleset), Period(day, day, 1))
    letter_reasons = [each["said"] for each in reasons(told, setting)]
    assert letter_reasons == [seven, "住房等级：D", "未知：家庭生活明显高于当地平均水平"]
