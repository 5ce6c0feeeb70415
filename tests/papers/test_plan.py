"""Plans: what is given, what does not fit, what is open; drafts and somebody else's."""

from __future__ import annotations

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from shibie.checking_in_python import Checked, check
from shibie.cli.app import app
from shibie.errors import InputError, RulesetError
from shibie.papers.plan.draft import HouseholdPlan, drafts
from shibie.papers.plan.review import review
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load, loads
from shibie.ruleset.packs import shipped

ROOT = Path(__file__).parents[2]
DAY = date(2015, 12, 20)
HEAD = """
ruleset: {id: small, title: 小, effective: {from: 2015-01-01, to: 2016-12-31}}
facts:
  - {name: able, title: 有劳动能力, of: member, value: 'labor in ["普通劳动力", "技能劳动力"]'}
  - {name: has_labour, title: 家庭有劳动能力, value: members.any(able)}
criteria: [{id: low, title: 收入低, when: wage_income < 1000}]
poor: low
tracks:
  - {id: work, title: 就业, for: member, when: able}
  - {id: move, title: 搬迁, when: inhospitable_location}
"""
MEASURES = """
measures:
  - {id: training, title: 培训, when: 'main_cause == "缺技术"', fits: has_labour}
  - {id: job, title: 就业介绍, for: member, when: work_months == 0, fits: able, track: work}
  - {id: house, title: 安置房, when: "true", track: move}
"""
RULES = loads(HEAD + MEASURES)
COLUMNS = "household_id,member_id,relation,education,labor,work_months,wage_income,main_cause,inhospitable_location"


def decided(tmp_path: Path, *rows: str) -> Checked:
    (tmp_path / "people.csv").write_text("\n".join([COLUMNS, *rows]), encoding="utf-8")
    roster = read_roster(tmp_path / "people.csv", RULES, DAY)
    assert not roster.rejected, roster.rejected
    return check(RULES, roster, DAY)


def row(person: str, labor: str, months: str = "", cause: str = "缺技术", wage: str = "5",
        place: str = "否", member: str = "1") -> str:  # fmt: skip
    relation = "户主" if member == "1" else "配偶"
    return f"{person},{member},{relation},小学,{labor},{months},{wage},{cause},{place}"


def shown(plans: tuple[HouseholdPlan, ...]) -> set[tuple[str, str, str, str]]:
    return {(e.household_id, e.member_id, e.measure, e.fit) for p in plans for e in p.proposed}


def test_drafts(tmp_path: Path) -> None:
    checked = decided(
        tmp_path,
        row("A", "普通劳动力", "0", place="是"),
        row("B", "无劳动力", "0"),
        row("C", "", "0"),
        row("D", "普通劳动力", "0", wage="5000"),
        row("E", "普通劳动力", "", cause=""),
    )
    plans = drafts(checked)
    assert [each.household_id for each in plans] == ["A", "B", "C", "E"]
    assert shown(plans) == {
        ("A", "", "training", "fits"), ("A", "1", "job", "fits"), ("A", "", "house", "fits"),
        # No labour: the cause calls for training, and it would be of no use.
        ("B", "", "training", "misfit"),
        # Labour not known: neither given nor dropped; nor is the track.
        ("C", "", "training", "open"), ("C", "1", "job", "open"),
        # Neither the cause nor the months are known.
        ("E", "", "training", "open"), ("E", "1", "job", "open"),
    }  # fmt: skip
    why = {(e.household_id, e.measure): e.why for p in plans for e in p.proposed}
    assert why["B", "training"] == "需要：家庭有劳动能力"
    assert why["E", "training"] == "未知：主要致贫原因"
    assert why["E", "job"].endswith("务工月数")
    assert [each.household_id for each in plans if each.of("fits")] == ["A"]


def test_what_is_not_surely_proposed_and_does_not_fit_is_not_listed(tmp_path: Path) -> None:
    plans = drafts(decided(tmp_path, row("A", "无劳动力", "0", cause="")))
    assert shown(plans) == set()


def test_each_member_has_his_own(tmp_path: Path) -> None:
    first = row("A", "普通劳动力", "0")
    second = row("A", "无劳动力", "0", member="2")
    plans = drafts(decided(tmp_path, first, second))
    assert {e for e in shown(plans) if e[2] == "job"} == {("A", "1", "job", "fits")}


# --- somebody else's plans -------------------------------------------------------------------------


def test_plans_are_reviewed_row_by_row(tmp_path: Path) -> None:
    checked = decided(
        tmp_path,
        row("A", "普通劳动力", "0"),
        row("B", "无劳动力", "0"),
        row("C", "普通劳动力", "6", cause="因病"),
        row("D", "普通劳动力", "0", wage="5000"),
        row("E", "", "0"),
    )
    lines = [
        "户编号,人编号,帮扶措施", "A,,培训", "A,1,job", "B,,training", "B,1,就业介绍", "C,,培训",
        "D,,培训", "E,,培训", "A,,安置房", "X,,培训", "A,,trainin", "A,,job", ",,培训",
    ]  # fmt: skip
    path = tmp_path / "plans.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    found = review(checked, [checked], path)
    assert [(each.row, each.verdict, each.why) for each in found.rows] == [
        (2, "fits", ""),
        (3, "fits", ""),
        (4, "misfit", "需要：家庭有劳动能力"),
        (5, "misfit", "不在“就业”"),
        (6, "unfounded", "不成立：主要致贫原因是“缺技术”"),
        (7, "misfit", "该户认定为“不纳入”"),
        (8, "open", "未知：1的劳动技能"),
        (9, "misfit", "不在“搬迁”"),
    ]
    assert [(each.row, each.field) for each in found.rejected] == [
        (10, "household_id"), (11, "measure"), (12, "member_id"), (13, "household_id"),
    ]  # fmt: skip
    assert "是否想写“training”？" in found.rejected[1].reason.zh
    # Nothing is lost: 12 rows are 8 and 4.
    assert len(found.rows) + len(found.rejected) == len(lines) - 1
    assert (found.eligible, found.planned, found.without) == (4, 4, ())


def test_a_file_that_cannot_be_used(tmp_path: Path) -> None:
    checked = decided(tmp_path, row("A", "普通劳动力"))
    with pytest.raises(InputError, match="no such file"):
        review(checked, [checked], tmp_path / "none.csv")
    (tmp_path / "x.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError):
        review(checked, [checked], tmp_path / "x.csv")


# --- the pack ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        ("when: wage_incme < 1", "ruleset.yaml:11:36: .*wage_incme.*\n(.*\n)*.*'wage_income'"),
        ("when: wage_income", "ruleset.yaml:11:36: expected a yes/no condition"),
        ("when: 'true', fits: labor == 1", "ruleset.yaml:11:50: 'labor' is a fact of each member"),
        ("when: 'true', track: wrk", "ruleset.yaml:11:51: there is no track 'wrk'\n(.*\n)*.*'work'"),
        ("when: 'true', fit: able", "unknown key 'fit'"),
    ],
)  # fmt: skip
def test_measures_are_checked_at_load(broken: str, message: str) -> None:
    with pytest.raises(RulesetError, match=message):
        loads(HEAD + f"measures: [{{id: a, title: A, {broken}}}]\n")
    with pytest.raises(RulesetError, match="'work' is used twice"):
        loads(HEAD + "measures: [{id: work, title: A, when: 'true'}]\n")


@pytest.mark.parametrize("name", sorted(shipped()))
def test_each_measure_of_a_shipped_pack_names_its_source(name: str) -> None:
    for measure in load(name).measures:
        assert measure.basis.source, measure.id
        assert measure.basis.provenance != "verbatim", measure.id
    # A pack's own page has its own measures; those that it inherits are on their pack's page.
    text = (shipped()[name] / "ruleset.yaml").read_text(encoding="utf-8")
    own = re.findall(
        r"^  - id: (\w+)", text.partition("\nmeasures:\n")[2].split("\n\n")[0], re.MULTILINE
    )
    page = (shipped()[name] / "SOURCES.md").read_text(encoding="utf-8")
    assert [measure for measure in own if measure not in page] == []
    assert own or name != "bazhong-2015"


def test_no_labour_measure_without_labour_in_the_township() -> None:
    """The report's own main problem: plans that do not fit."""
    rules = load("bazhong-2015")
    roster = read_roster(ROOT / "fixtures" / "township-2015", rules, DAY)
    checked = check(rules, roster, DAY)
    plans = drafts(checked)
    assert len(plans) == 475
    labour = {"普通劳动力", "技能劳动力"}
    able = {
        case.household.household_id
        for case in checked.cases
        if any(getattr(member, "labor", None) in labour for member in case.household.members)
    }
    for plan in plans:
        for each in plan.of("fits"):
            if each.measure in ("cooperative", "small_credit", "skills", "jobs"):
                assert each.household_id in able
    misfits = {each.measure for plan in plans for each in plan.of("misfit")}
    assert misfits >= {"cooperative", "small_credit", "skills", "housing_repair"}


# --- the command -------------------------------------------------------------------------------------

COMMAND = ["plan", str(ROOT / "fixtures" / "township-2015"), "--rules", "bazhong-2015",
           "--as-of", "2015-12-20"]  # fmt: skip


def test_the_command(tmp_path: Path) -> None:
    targets = ["--out", str(tmp_path / "p.xlsx"), "--out", str(tmp_path / "csv")]
    done = CliRunner().invoke(app, [*COMMAND, *targets, "--json"])
    assert done.exit_code == 0, done.output
    data: dict[str, Any] = json.loads(done.stdout)
    assert (data["eligible"], data["covered"]) == (475, 475 - len(data["without"]))
    assert 470 <= data["covered"] <= 475
    assert data["measures"]["resettlement"]["households"] == 242
    book = load_workbook(tmp_path / "p.xlsx", read_only=True)
    assert book.sheetnames == ["规划", "措施"]
    book.close()
    assert (tmp_path / "csv" / "measures.csv").is_file()


def test_a_plan_that_does_not_fit_fails_the_check(tmp_path: Path) -> None:
    path = tmp_path / "plans.csv"
    path.write_text("户编号,人编号,措施\nH01-01-004,,危房改造\n", encoding="utf-8")
    done = CliRunner().invoke(app, [*COMMAND, "--check", str(path)])
    assert done.exit_code == 1
    assert "不合适 1" in done.stdout
    path.write_text("户编号,人编号,措施\nH01-01-004,,易地搬迁安置\n", encoding="utf-8")
    assert CliRunner().invoke(app, [*COMMAND, "--check", str(path)]).exit_code == 0
    path.write_text("户编号,人编号,措施\nX,,易地搬迁安置\n", encoding="utf-8")
    assert CliRunner().invoke(app, [*COMMAND, "--check", str(path)]).exit_code == 3


def test_a_pack_without_measures(tmp_path: Path) -> None:
    (tmp_path / "ruleset.yaml").write_text(HEAD, encoding="utf-8")
    done = CliRunner().invoke(
        app, ["plan", COMMAND[1], "--rules", str(tmp_path), "--as-of", "2015-12-20"]
    )
    assert isinstance(done.exception, InputError)
    bad = CliRunner().invoke(app, [*COMMAND, "--out", "x.pdf"])
    assert isinstance(bad.exception, InputError)
