"""Verdicts of officers: what each makes of its rule, which a rule allows, and their reasons."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shibie
from shibie.engines.decide import decide
from shibie.engines.rete.decide import decide_by_chaining
from shibie.engines.rete.live import Adjudicated, LiveHousehold
from shibie.engines.sql.cases_in_memory import decide_all
from shibie.errors import InputError
from shibie.explanations.account import account
from shibie.household import Adjudication
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import load, loads
from shibie.ruleset.model import RuleSet
from support.books import Book, book, write_folder

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
RULES = """\
ruleset: {id: v, title: 试, effective: {from: 2015-01-01, to: 2016-12-31}}
reasons: {sold: 已转让, livelihood: 唯一谋生工具}
fields:
  - {of: household, name: car, title: 有车, type: bool}
  - {of: household, name: rich, title: 富裕, type: bool}
  - {of: household, name: doubt, title: 存疑, type: bool}
poor: "true"
exclusions:
  - {id: x, title: 有车的不纳入, when: car, verdicts: [exempt, upheld]}
  - {id: y, title: 富裕的不纳入, when: rich}
  - {id: r, title: 存疑的审查, when: doubt, effect: review, verdicts: [upheld, refuted]}
tracks: [{id: t, title: 帮扶, when: "true"}]
"""
SMALL = loads(RULES)
SIGNED = {"evidence": "入户", "officer": "王", "date": "2015-12-01"}


def verdict(rule: str, said: str, **more: Any) -> Adjudication:
    return Adjudication(household_id="1", rule_id=rule, verdict=said, **{**SIGNED, **more})


def test_what_a_rule_allows() -> None:
    assert [(rule.id, rule.verdicts) for rule in (*SMALL.exclusions, *SMALL.reviews)] == [
        ("x", ("upheld", "exempt")), ("y", ("upheld",)), ("r", ("upheld", "refuted")),
    ]  # fmt: skip
    vehicle = next(rule for rule in PACK.exclusions if rule.id == "vehicle")
    assert vehicle.verdicts == ("upheld", "refuted", "exempt")


@pytest.mark.parametrize("car", [True, False, None])
@pytest.mark.parametrize("doubt", [True, False, None])
@pytest.mark.parametrize("x", ["", "upheld", "exempt"])
@pytest.mark.parametrize("r", ["", "upheld", "refuted"])
def test_every_engine_says_the_same(car: bool | None, doubt: bool | None, x: str, r: str) -> None:
    facts = {"car": car, "doubt": doubt, "rich": False}
    given = {rule: word for rule, word in (("x", x), ("r", r)) if word}
    case = case_from(SMALL, {**facts, "members": [{}], "adjudications": given}, AS_OF)
    decision = decide(SMALL, case)
    excluded = True if x == "upheld" else False if x else car
    waits = False if r else doubt
    expected = (
        "ineligible" if excluded or r == "upheld"
        else "eligible" if excluded is False and waits is False
        else "pending"
    )  # fmt: skip
    assert decision.eligibility == expected
    assert decide_by_chaining(SMALL, case) == decision
    assert decide_all(SMALL, [case]) == [decision]


def rejected(sheets: Book, tmp_path: Path, ruleset: RuleSet = PACK) -> list[tuple[str, str, str]]:
    """What is rejected of a roster, the same in Python and in SQL."""
    folder, found = write_folder(tmp_path / "roster", sheets), []
    for engine in ("interpreter", "duckdb"):
        with shibie.check(ruleset, folder, AS_OF, engine=engine) as result:
            found.append(
                [
                    (str(row["row"]), str(row["field"]), str(row["reason"]))
                    for row in result.rejected
                ]
            )
    assert found[0] == found[1]
    return found[0]


def test_upheld_excludes_where_it_is_not_known_whether_the_exclusion_holds(tmp_path: Path) -> None:
    """An officer saw the car that no register could be asked about."""
    sheets = book()
    del sheets["比对-车辆登记比对"]
    sheets["核实"].append(["001", "vehicle", "属实", "院内停有小轿车", "王", "2015-12-01"])
    folder = write_folder(tmp_path / "roster", sheets)
    for engine in ("interpreter", "duckdb"):
        with shibie.check(PACK, folder, AS_OF, engine=engine) as result:
            decisions = {row["household_id"]: row for row in result.decisions}
            outcomes = [
                (row["household_id"], row["outcome"])
                for row in result.findings
                if row["rule_id"] == "vehicle"
            ]
            summary = result.summary
        assert decisions["001"]["eligibility"] == "ineligible"
        assert decisions["001"]["grounds"] == ("vehicle",)
        assert decisions["003"]["eligibility"] == "pending"
        assert ("001", "upheld") in outcomes
        assert summary["by_rule"]["vehicle"]["upheld"] == {"households": 1, "persons": 2}


def with_reasons() -> RuleSet:
    """The shipped pack with reasons of verdicts."""
    text = (Path(str(PACK.folder)) / "ruleset.yaml").read_text(encoding="utf-8")
    parameters = (Path(str(PACK.folder)) / "parameters.yaml").read_text(encoding="utf-8")
    return loads(text + "\nreasons: {sold: 已转让, livelihood: 唯一谋生工具}\n", parameters)


def test_a_reason_is_one_of_the_pack_s(tmp_path: Path) -> None:
    sheets = book()
    sheets["核实"] = [
        ["户编号", "规则编号", "核实结论", "证据", "核实人", "核实日期", "原因"],
        ["003", "vehicle", "不属实", "过户手续", "王", "2015-12-01", "已转让"],
        ["003", "deposits", "属实但例外", "存单", "王", "2015-12-01", "sold"],
        ["003", "payroll", "不属实", "证明", "王", "2015-12-01", "已转卖"],
        ["003", "above_local", "属实但例外", "证明", "王", "2015-12-01", "sold"],
    ]
    ruleset = with_reasons()
    assert rejected(sheets, tmp_path, ruleset) == [
        ("4", "reason", "没有原因“已转卖”；是否想写“已转让”？"),
        ("5", "rule_id", "这条规则不可核实为属实但例外，只可为：属实"),
    ]
    # A pack without reasons takes any text.
    assert [row for row, *_ in rejected(sheets, tmp_path / "2")] == ["5"]


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_what_the_product_writes_with_wide_brackets_is_read_back(
    tmp_path: Path, engine: Any
) -> None:
    """Cells are read as plain text, with narrow brackets; titles, reasons and steps have wide ones."""
    (tmp_path / "pack").mkdir()
    text = RULES.replace("存疑的审查", "存疑\uff08空挂户\uff09").replace(
        "已转让", "已转让\uff08有凭证\uff09"
    )
    text += "procedure:\n  - {step: 1, id: visit, title: 入户\uff08一\uff09, actor: 村}\n"
    (tmp_path / "pack" / "ruleset.yaml").write_text(text, encoding="utf-8")
    roster = tmp_path / "roster"
    roster.mkdir()
    for name, lines in {
        "households": "household_id,car,rich,doubt\n1,否,否,是\n2,是,否,否\n",
        "members": "household_id,member_id\n1,1\n2,1\n",
        "adjudications": "household_id,rule_id,verdict,reason,evidence,officer,date\n"
        "1,存疑\uff08空挂户\uff09,不属实,唯一谋生工具,入户,王,2015-12-01\n"
        "2,有车的不纳入,属实但例外,已转让\uff08有凭证\uff09,入户,王,2015-12-01\n"
        "2,富裕的不纳入,不属实,唯一谋生工具,入户,王,2015-12-01\n",
        "steps": "household_id,step,done_on\n1,入户\uff08一\uff09,2015-11-01\n",
    }.items():
        (roster / f"{name}.csv").write_text(lines, encoding="utf-8")
    with shibie.check(tmp_path / "pack", roster, AS_OF, engine=engine) as found:
        assert [row["eligibility"] for row in found.decisions] == ["eligible", "eligible"]
        # What he wrote is shown, not an id of the pack.
        assert [(row["row"], row["value"], row["code"]) for row in found.rejected] == [
            (4, "富裕的不纳入", "verdict_not_allowed")
        ]


def test_a_live_verdict_must_be_allowed() -> None:
    live = LiveHousehold(SMALL, "1", AS_OF)
    for bad, said in (
        (verdict("y", "exempt"), "it allows only: upheld"),
        (verdict("x", "refuted"), "it allows only: upheld or exempt"),
        (verdict("x", "exempt", reason="solld"), "did you mean 'sold'?"),
    ):
        with pytest.raises(InputError) as caught:
            live.take(Adjudicated(household_id="1", adjudication=bad))
        assert said in caught.value.problems[0].what.en
    live.take(Adjudicated(household_id="1", adjudication=verdict("x", "exempt", reason="sold")))
    assert live.case().adjudications["x"].verdict == "exempt"


def test_an_explanation_says_what_the_officer_found() -> None:
    facts: dict[str, Any] = {"car": None, "rich": False, "doubt": False, "members": [{}]}

    def told(ruleset: RuleSet, **given: str) -> Any:
        signed = {"x": {**SIGNED, **given}}
        case = case_from(ruleset, {**facts, "adjudications": signed}, AS_OF)
        return account(ruleset, case, decide(ruleset, case))

    upheld = told(SMALL, verdict="upheld")
    assert [(each.rule_id, each.outcome, each.said) for each in upheld.why] == [
        ("x", "upheld", "核实为属实")
    ]
    exempt = told(SMALL, verdict="exempt", reason="livelihood")
    assert exempt.eligibility == "eligible"
    assert exempt.moved == ("“有车的不纳入”经核实属实但例外（唯一谋生工具，王，2015-12-01，入户）",)
    assert "“有车的不纳入”经核实属实但例外" in exempt.why_not[0].because
