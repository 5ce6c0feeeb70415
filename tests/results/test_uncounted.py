"""Who does not count is listed with the reason, and nowhere counted; by both engines alike."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook

import shibie
from rosters.test_folder import counts
from shibie.checking_in_parts import CheckedParts
from shibie.checking_in_python import Checked, check
from shibie.explanations.account import explain
from shibie.explanations.page import as_data, page
from shibie.explanations.text import full, short
from shibie.papers.notice.content import Setting, letter, public_lists
from shibie.papers.notice.period import period
from shibie.papers.plan.draft import drafts, given
from shibie.papers.recheck.comparing import recheck
from shibie.papers.recheck.figures import figures
from shibie.papers.report.asking import figures_of
from shibie.papers.report.data import Book
from shibie.results.overview import blocks, heading
from shibie.rosters.parts import HeldParts
from shibie.rosters.roster import read_roster
from shibie.ruleset.model import RuleSet
from support.people import DAY, PACK, SINCE, number, pack, roster

ENGINES: tuple[Any, ...] = ("interpreter", "duckdb")
RULES = pack()
BASIS = "家庭成员是共同生活的人 — 某县通知 [有据（他地公开规则）]"


def by_both(tmp_path: Path, folder: Path, ruleset: RuleSet) -> tuple[list[Any], dict[str, Any]]:
    """The table and the summary, after it is seen that both engines write the same files."""
    found = []
    for engine in ENGINES:
        with shibie.check(ruleset, folder, DAY, engine=engine) as result:
            result.write(tmp_path / engine, tmp_path / f"{engine}.parquet")
            found.append(([tuple(row.values()) for row in result.uncounted], result.summary))
    first, second = (tmp_path / engine for engine in ENGINES)
    names = sorted(path.name for path in first.iterdir())
    assert names == sorted(path.name for path in second.iterdir())
    for name in names:
        if name == "summary.json":
            assert counts(first) == counts(second)
        else:
            assert (first / name).read_bytes() == (second / name).read_bytes(), name
    assert found[0] == found[1]
    return found[0]


def held(folder: Path, ruleset: RuleSet = RULES) -> Checked:
    read = read_roster(folder, ruleset, DAY)
    assert not read.rejected
    return check(ruleset, read, DAY)


def test_the_list(tmp_path: Path) -> None:
    folder = roster(tmp_path / "r", {"H1": ("A", "B", "Cm", "Dc"), "H2": ("Ed", "Fdm", "G?")}, "B")
    rows, summary = by_both(tmp_path, folder, RULES)
    assert rows == [
        ("H1", "2", "B某", "no", "户籍比对登记为已死亡", BASIS),
        ("H1", "3", "C某", "no", "申报已外嫁", BASIS),
        ("H1", "4", "D某", "no", "在强制治疗（从略）", BASIS),
        ("H2", "1", "E某", "no", "申报已死亡", BASIS),
        ("H2", "2", "F某", "no", "申报已死亡；申报已外嫁", BASIS),
        ("H2", "3", "G某", "unknown", "未知：已外嫁", BASIS),
    ]
    assert summary["people"] == {
        "on_form": {"households": 2, "persons": 7}, "counted": {"households": 1, "persons": 1},
        "not_counted": {"households": 2, "persons": 5}, "unknown": {"households": 1, "persons": 1},
    }  # fmt: skip
    assert summary["persons"] == 2
    found = duckdb.read_parquet(str(tmp_path / "duckdb.parquet" / "uncounted.parquet"))
    assert found.project("household_id, member_id, name, counted, reason, basis").fetchall() == rows


def test_a_comparison_that_was_not_done(tmp_path: Path) -> None:
    folder = roster(tmp_path / "r", {"H1": ("A", "B?", "Cm")}, register=False)
    rows, summary = by_both(tmp_path, folder, RULES)
    assert [row[3:5] for row in rows] == [
        ("unknown", "未知：已死亡（户籍比对）"), ("unknown", "未知：已死亡（户籍比对）、已外嫁"),
        ("no", "申报已外嫁"),
    ]  # fmt: skip
    # Who is unknown is a person in figures: A and B.
    assert (summary["persons"], summary["people"]["unknown"]["persons"]) == (2, 2)
    with shibie.check(RULES, folder, DAY, trust_declarations=True, lang="en") as result:
        assert [row["reason"] for row in result.uncounted] == ["unknown: married out", "married out (declared)"]  # fmt: skip


CONDITIONS = (
    "not deceased", "not (deceased or married_out)", "married_out or not confined", "age < 40",
    "not deceased and (age >= 18 or not married_out)", "civil_registry.none(status == '死亡')",
    "sex == '女' or not deceased", "away", "deceased and household.wage_income > 3000",
    "household.everyone.count(age >= 18) < 3 and not married_out",
)  # fmt: skip


@pytest.mark.parametrize("counted", CONDITIONS)
def test_any_condition_by_both(tmp_path: Path, counted: str) -> None:
    """The truths are asked by SQL of all, by the interpreter of each: the words are the same."""
    random = Random(counted)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    people = [f"{each}{random.choice(('', 'd', 'm', 'c', 'dm', '?', 'd?'))}" for each in letters]
    random.shuffle(people)
    households = {f"H{at}": people[at : at + 4] for at in range(0, len(people), 4)}
    dead = "".join(random.sample(letters, 12))
    away = "facts: [{name: away, title: 在外, of: member, value: married_out or deceased}]\n"
    ruleset = pack(f'{{counted: "{counted}"}}\n{away}'.rstrip())
    folder = roster(tmp_path / "r", households, dead)
    rows, summary = by_both(tmp_path, folder, ruleset)
    assert rows
    counts = {name: each["persons"] for name, each in summary["people"].items()}
    assert counts["on_form"] == 52 == counts["counted"] + len(rows)
    assert summary["persons"] == counts["counted"] + counts["unknown"]


def test_one_of_four_is_dead_and_three_are_counted_everywhere(tmp_path: Path) -> None:
    households = {"H1": ("A", "B", "C", "D"), "H2": ("E", "F")}
    folder = roster(tmp_path / "r", households, dead="B", wage=6000)
    with shibie.check(RULES, folder, DAY) as result:
        summary = result.summary
        result.write(tmp_path / "out.xlsx")
    checked = held(folder)
    assert [each.eligibility for each in checked.decisions] == ["eligible", "ineligible"]
    one = {"households": 1, "persons": 3}
    assert summary["by_eligibility"]["eligible"] == one
    assert summary["by_village"]["甲村"]["eligible"] == one
    assert summary["by_track"] == {"work": one, "house": one}
    assert summary["persons"] == 5
    assert heading(RULES, summary, "zh")[2] == (
        "登记 6 人：计入人口 5 人，不计入 1 人，是否计入不明 0 人（各项人数暂计在内）"
    )
    assert ("纳入", 1, 3) in dict(blocks(RULES, summary, "zh"))["认定结果"]
    # Plans, letters and lists.
    (plan,) = drafts(checked)
    assert plan.persons == 3
    assert [each.member_id for each in plan.of("fits")] == ["1", "3", "4"]
    told = explain(checked, "H1")
    assert told.persons == 3
    setting = Setting(checked, period(RULES, checked.cases[0], DAY, 7))
    paper = letter(setting, checked.cases[0], checked.decisions[0])
    assert (paper["persons"], paper["uncounted"]) == (3, ["B某不计入人口（户籍比对登记为已死亡）"])
    assert paper["uncounted_basis"] == "家庭成员是共同生活的人 — 某县通知"
    village = public_lists(setting, checked)["甲村"]
    assert (village["persons"], village["rows"][0]["persons"]) == (3, 3)
    # The report, whose queries come to what the check counted; tallies too.
    book = Book(duckdb.connect(), RULES)
    book.add(checked, given(drafts(checked)))
    asked = figures_of(book)
    for name in ("now", "track:work", "track:house", "plans"):
        figure = asked.single[name]
        assert (figure.count.households, figure.count.persons) == (1, 3), name
        assert book.count(figure.query) == figure.count, name
    assert asked.single["tally:women"].count.persons == sum(
        each in "ACD" and is_woman(each) for each in "ABCD"
    )
    assert book.number("SELECT count(*) FROM members WHERE household_id = 'H1'") == 3
    # The re-check, as both rosters.
    parts = HeldParts(checked.roster, RULES, DAY)
    data = figures(recheck(duckdb.connect(), parts, CheckedParts(RULES, DAY, False, parts), SINCE))
    assert data["before_by_status"]["retained"] == {**one, "persons_now": 3}
    assert data["now"] == data["now_by_status"]["retained"] == one
    # The workbook.
    sheets = load_workbook(tmp_path / "out.xlsx")
    header, first, *_ = sheets["认定结果"].iter_rows(values_only=True)
    assert first[header.index("人口")] == 3
    tracks = list(sheets["批次"].iter_rows(values_only=True))
    assert [row[-1] for row in tracks[1:]] == [1, 1, 1, 3]
    assert list(sheets["不计入人口"].iter_rows(values_only=True)) == [
        ("户编号", "人编号", "姓名", "是否计入人口", "原因", "依据"),
        ("H1", "2", "B某", "不计入人口", "户籍比对登记为已死亡", BASIS),
    ]
    assert sheets.sheetnames[-2:] == ["不计入人口", "来源"]


def is_woman(person: str) -> bool:
    return ord(person) % 2 == 0


def test_explanations_say_who_and_why(tmp_path: Path) -> None:
    folder = roster(tmp_path / "r", {"H1": ("A", "B", "Dc", "E?")}, dead="B", wage=5000)
    checked = held(folder)
    told = explain(checked, "H1")
    assert short(told)[:2] == [
        "H1 A某（甲村，2 人）：待核实",
        "人口：B某不计入人口（户籍比对登记为已死亡）；D某不计入人口（在强制治疗（从略））；E某是否计入人口不明（未知：已外嫁）",
    ]  # fmt: skip
    data = as_data(told)["uncounted"]
    assert data[0] == {
        "member_id": "2", "name": "B某", "counted": "no", "said": "户籍比对登记为已死亡",
        "facts": [{"title": "B某的已死亡", "value": "是", "source": "比对", "where": "户籍比对第 2 行"}],
        "basis": {"text": "家庭成员是共同生活的人", "source": "某县通知", "provenance": "documented"},
    }  # fmt: skip
    assert data[1]["facts"] == [
        {"title": "D某的在强制治疗", "value": "（从略）", "source": "申报", "where": ""}
    ]
    assert (data[2]["counted"], data[2]["said"]) == ("unknown", "未知：已外嫁")
    english = explain(checked, "H1", "en")
    assert short(english, "en")[1].startswith(
        "persons: B某: does not count (deceased (户籍比对)); D某"
    )
    shown = page([told], RULES, DAY)
    assert "<h3>人口</h3><ul><li>B某不计入人口（户籍比对登记为已死亡）" in shown
    assert full(told).children[0].label == "[bold]人口[/bold]"


CARS = """
  - id: compare_cars
    title: 车辆比对
    register: cars
    columns: {id_number: citizen_id, kind: {type: code, codes: [轿车, 摩托]}}
    match: id_number
exclusions: [{id: car, title: 有车, when: cars.any(kind == "轿车"), refutable: true}]
persons: COUNTED
"""
WITH_CARS = PACK.replace("persons: COUNTED\n", CARS.lstrip("\n"))


@pytest.mark.parametrize(("verdict", "outcome", "counted", "eligibility"), [
    ("", [("uncounted_hit", "true")], "uncounted_hit", "pending"),
    ("refuted", [("uncounted_hit", "refuted")], "refuted", "eligible"),
    ("exempt", [("uncounted_hit", "exempt")], "exempt", "eligible"),
    ("upheld", [("exclusion", "upheld")], "upheld", "ineligible"),
])  # fmt: skip
def test_what_he_has_is_counted_by_the_verdict_on_it(
    tmp_path: Path,
    verdict: str,
    outcome: list[tuple[str, str]],
    counted: str,
    eligibility: str,
) -> None:
    ruleset = pack("{counted: not married_out, uncounted: review}", WITH_CARS)
    folder = roster(tmp_path / "r", {"H1": ("A", "Bm", "C"), "H2": ("D",)}, wage=2000)
    cars = f"id_number,kind\n{number('B')},轿车\n"
    (folder / "registers" / "cars.csv").write_text(cars, encoding="utf-8")
    if verdict:
        signed = f"household_id,rule_id,verdict,evidence,officer,date\nH1,car,{verdict},行驶证,王,{SINCE}\n"
        (folder / "adjudications.csv").write_text(signed, encoding="utf-8")
    _, summary = by_both(tmp_path, folder, ruleset)
    assert summary["by_rule"]["car"] == {counted: {"households": 1, "persons": 2}}
    with shibie.check(ruleset, folder, DAY, engine="rete") as result:
        assert result.summary["by_rule"] == summary["by_rule"]
        found = [row for row in result.findings if row["rule_id"] == "car"]
        assert [(row["kind"], row["outcome"]) for row in found] == outcome
        assert [row["eligibility"] for row in result.decisions] == [eligibility, "eligible"]


def test_a_pack_without_persons_says_nothing_of_it(tmp_path: Path) -> None:
    ruleset = pack("")
    folder = roster(tmp_path / "r", {"H1": ("A", "B", "Cm")}, dead="B")
    rows, summary = by_both(tmp_path, folder, ruleset)
    assert (rows, summary["persons"]) == ([], 3)
    assert "people" not in summary
    assert not (tmp_path / "duckdb" / "uncounted.csv").exists()
    checked = held(folder, ruleset)
    told = explain(checked, "H1")
    assert "uncounted" not in as_data(told)
    assert not any("不计入" in line or line.startswith("人口") for line in short(told))
    parts = HeldParts(checked.roster, ruleset, DAY)
    now = CheckedParts(ruleset, DAY, False, parts)
    data = figures(recheck(duckdb.connect(), parts, now, SINCE))
    assert "people" not in data
    assert not {"uncounted", "counted"} & (data["persons"].keys() | data["balance"].keys())
    with shibie.check(ruleset, folder, DAY) as result:
        result.write(tmp_path / "out.xlsx")
    assert "不计入人口" not in load_workbook(tmp_path / "out.xlsx").sheetnames


def test_the_summary_is_json_and_the_day_has_nothing_to_do_with_it(tmp_path: Path) -> None:
    folder = roster(tmp_path / "r", {"H1": ("A", "Bm")})
    with shibie.check(RULES, folder, date(2016, 1, 1)) as result:
        assert json.loads(json.dumps(result.summary))["people"]["not_counted"]["persons"] == 1
