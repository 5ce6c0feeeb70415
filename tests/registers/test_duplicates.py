"""Somebody who is in two households: told of both, and with `duplicates: review` both wait."""

from __future__ import annotations

import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import shibie
from rosters import test_perhaps_rows as perhaps_rows
from rosters.test_perhaps_rows import (
    AS_OF,
    REGISTERS,
    TEXT,
    agree_in_parts,
    decided,
    drawn,
    write,
)  # fmt: skip
from shibie.checking import Engine
from shibie.cli.app import app
from shibie.engines.decide import decide
from shibie.engines.rete.live import FactDeclared, LiveRoster, RegisterCompared
from shibie.engines.solver.answers import pins
from shibie.engines.solver.household import TOP, Bound
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.z3lib import z3
from shibie.engines.sql import decide_all
from shibie.errors import RulesetError
from shibie.explanations.text import short
from shibie.proofs.prover import Prover
from shibie.proofs.questions.properties import properties
from shibie.rosters.household_input import case_from
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet
from support.profiles import examples

NOTED, REVIEWED = loads(TEXT), loads(TEXT + "duplicates: review\n")
ENGINES: tuple[Engine, ...] = ("interpreter", "duckdb", "rete")
X, Y = "511902195502280010", "511902195503010020"
# The eligibility, its grounds, and the reviews that wait.
Outcome = tuple[str, tuple[str, ...], tuple[str, ...]]
SIGNED = ("户口簿", "王", "2015-11-20")
# 张三 is in A1 and, his number written as it was before 1999, in A2; B is a household of its own.
PEOPLE = [
    ("A1", "1", "张三", X), ("A2", "1", "李四", Y), ("A2", "2", "张三", "511902550228001"),
    ("B", "1", "王五", ""),
]  # fmt: skip


def roster(
    folder: Path,
    verdicts: Iterable[tuple[str, ...]] = (),
    people: Iterable[tuple[str, ...]] = PEOPLE,
) -> Path:
    people = list(people)
    households = dict.fromkeys(row[0] for row in people)
    write(folder / "households.csv", ("household_id", "village", "wage_income"),
          [(household, "甲村", 2000) for household in households])  # fmt: skip
    seen: set[str] = set()
    members = []
    for household, *rest in people:
        members.append((household, *rest, "其他" if household in seen else "户主"))
        seen.add(household)
    write(folder / "members.csv",
          ("household_id", "member_id", "name", "id_number", "relation"), members)  # fmt: skip
    for name, columns in REGISTERS.items():
        write(folder / "registers" / f"{name}.csv", columns, [])
    write(folder / "adjudications.csv",
          ("household_id", "rule_id", "verdict", "evidence", "officer", "date"),
          [(*row, *SIGNED) for row in verdicts])  # fmt: skip
    return folder


def said(ruleset: RuleSet, folder: Path) -> dict[str, Any]:
    """What a check says, by every engine the same."""
    told = []
    for engine in ENGINES:
        with shibie.check(ruleset, folder, AS_OF, engine=engine, clues=True) as result:
            summary = {name: each for name, each in result.summary.items() if name != "run"}
            tables = ("decisions", "findings", "rejected", "clues")
            told.append(
                {name: [dict(row) for row in getattr(result, name)] for name in tables}
                | {"summary": summary}
            )
    assert told[1] == told[0]
    assert told[2] == told[0]
    return told[0]


def decisions(found: dict[str, Any]) -> dict[str, Outcome]:
    return {
        row["household_id"]: (row["eligibility"], tuple(row["grounds"]), tuple(row["reviews"]))
        for row in found["decisions"]
        if row["household_id"] != "B"
    }


def twice(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (f["household_id"], f["member_id"]) for f in found["findings"] if f["kind"] == "duplicate"
    ]


ELIGIBLE: Outcome = ("eligible", (), ())
WAITS: Outcome = ("pending", (), ("duplicate_person",))
EXCLUDED: Outcome = ("ineligible", ("duplicate_person",), ())


@pytest.mark.parametrize(
    ("verdicts", "first", "second", "counted"),
    [
        ([], WAITS, WAITS, {"true": 2}),
        ([("A1", "duplicate_person", "refuted")], ELIGIBLE, WAITS, {"true": 1, "refuted": 1}),
        ([("A1", "duplicate_person", "属实但例外"), ("A2", "同一人出现在两户", "属实")],
         ELIGIBLE, EXCLUDED, {"exempt": 1, "upheld": 1}),
        ([("A2", "duplicate_person", "upheld")], WAITS, EXCLUDED, {"true": 1, "upheld": 1}),
    ],
)  # fmt: skip
def test_both_households_wait_for_a_verdict_on_each(
    tmp_path: Path,
    verdicts: list[tuple[str, ...]],
    first: Outcome,
    second: Outcome,
    counted: dict[str, int],
) -> None:
    found = said(REVIEWED, roster(tmp_path, verdicts))
    assert decisions(found) == {"A1": first, "A2": second}
    assert twice(found) == [("A1", "1"), ("A2", "2")]
    by_rule = found["summary"]["by_rule"]["duplicate_person"]
    assert {outcome: each["households"] for outcome, each in by_rule.items()} == counted
    assert [
        (each["household_id"], each["member_id"], each["verdict"])
        for each in found["clues"]
        if each["rule_id"] == "duplicate_person"
    ] == [
        (
            household,
            member,
            {EXCLUDED: "upheld", WAITS: ""}.get(decision, verdicts and _word(verdicts)),
        )
        for household, member, decision in (("A1", "1", first), ("A2", "2", second))
    ]


def _word(verdicts: list[tuple[str, ...]]) -> str:
    return {"属实但例外": "exempt"}.get(verdicts[0][2], verdicts[0][2])


def test_without_it_both_are_told_and_decided(tmp_path: Path) -> None:
    found = said(NOTED, roster(tmp_path))
    assert decisions(found) == {"A1": ELIGIBLE, "A2": ELIGIBLE}
    assert twice(found) == [("A1", "1"), ("A2", "2")]
    counted = found["summary"]["by_rule"]["duplicate_person"]
    assert counted == {"true": {"households": 2, "persons": 3}}
    assert loads(TEXT + "duplicates: note\n").reviews == ()


def test_a_verdict_needs_the_option(tmp_path: Path) -> None:
    found = said(NOTED, roster(tmp_path, [("A1", "duplicate_person", "refuted")]))
    assert [(row["field"], row["code"]) for row in found["rejected"]] == [
        ("rule_id", "unknown_rule")
    ]


def test_a_household_that_is_rejected_holds_nobody(tmp_path: Path) -> None:
    """Only where both are decided is somebody in two."""
    people = [*PEOPLE, ("A2", "3", "张三二", Y)]
    found = said(REVIEWED, roster(tmp_path, people=people))
    assert decisions(found) == {"A1": ELIGIBLE}
    assert twice(found) == []


def test_two_entries_that_an_act_says_are_one_wait_too(tmp_path: Path) -> None:
    folder = roster(tmp_path, people=[("A1", "1", "张三", X), ("A2", "1", "张三", "")])
    assert decisions(said(REVIEWED, folder))["A1"] == ELIGIBLE
    columns = ("kind", "household_id", "member_id", "value", "evidence", "officer", "date")
    act = ("same_person", "A2", "1", "A1/1", *SIGNED)
    write(folder / "acts.csv", columns, [act])
    found = said(REVIEWED, folder)
    assert decisions(found)["A1"] == WAITS
    # Of A2 no comparison can be done without a number, so it waits for these first.
    assert decisions(found)["A2"][0] == "pending"
    assert twice(found) == [("A1", "1"), ("A2", "1")]


def test_who_does_not_count_is_in_two_nevertheless(tmp_path: Path) -> None:
    """A conscript whom two households list: one of them must take him off."""
    ruleset = loads(TEXT + "persons: {counted: name != '张三'}\nduplicates: review\n")
    people = [*PEOPLE, ("A1", "2", "赵六", perhaps_rows.number(3))]
    assert decisions(said(ruleset, roster(tmp_path, people=people))) == {"A1": WAITS, "A2": WAITS}


# --- any roster ---------------------------------------------------------------------------


def with_verdicts(folder: Path, seed: int) -> Path:
    """A drawn roster with verdicts on some of its households, found twice or not."""
    rnd = random.Random(seed)
    words = ("upheld", "refuted", "exempt", "", "", "")
    rows = [
        (f"H{at}", "duplicate_person", word, *SIGNED)
        for at in range(4)
        if (word := rnd.choice(words))
    ]
    write(folder / "adjudications.csv",
          ("household_id", "rule_id", "verdict", "evidence", "officer", "date"), rows)  # fmt: skip
    return drawn(folder, seed)


@pytest.mark.parametrize("seed", range(200, 200 + examples(quick=16, ci=40, deep=2_000)))
def test_every_way_to_decide_says_the_same(tmp_path: Path, seed: int) -> None:
    folder = with_verdicts(tmp_path, seed)
    found = said(REVIEWED, folder)
    whole = agree_in_parts(folder, REVIEWED)
    assert [row["eligibility"] for row in found["decisions"]] == [
        each.eligibility for each in whole.values()
    ]


@pytest.mark.parametrize("seed", range(300, 300 + examples(quick=12, ci=40, deep=1_000)))
def test_the_option_makes_of_the_noted_decision_what_it_says(tmp_path: Path, seed: int) -> None:
    """Stated from without: by what a check without it decides, who is found twice, and verdicts."""
    folder = with_verdicts(tmp_path, seed)
    verdicts = {
        each.household_id: each.verdict
        for each in read_roster(folder, REVIEWED, AS_OF).adjudications
    }
    before = decided(read_roster(folder, NOTED, AS_OF), NOTED)
    after = decided(read_roster(folder, REVIEWED, AS_OF), REVIEWED)
    for hid, noted in before.items():
        shared = any(each.kind == "duplicate" for each in noted.findings)
        expected: str = noted.eligibility
        if verdicts.get(hid) == "upheld":
            expected = "ineligible"
        elif shared and hid not in verdicts and expected == "eligible":
            expected = "pending"
        assert after[hid].eligibility == expected
        waits = shared and hid not in verdicts
        assert after[hid].reviews == (("duplicate_person",) if waits else ())


# --- one household ------------------------------------------------------------------------


GIVEN = {
    "wage_income": 2000, "deposits": [], "houses": [], "cars": [],
    "members": [{"id_number": X}, {"id_number": Y, "elsewhere": True}],
}  # fmt: skip


@pytest.mark.parametrize(("elsewhere", "expected"), [(True, WAITS), (False, ELIGIBLE)])
def test_plain_data_may_say_it(elsewhere: bool, expected: Outcome) -> None:
    members = [{"id_number": X}, {"id_number": Y, "elsewhere": elsewhere}]
    case = case_from(REVIEWED, {**GIVEN, "members": members}, AS_OF)
    for found in (decide(REVIEWED, case), *decide_all(REVIEWED, [case])):
        assert (found.eligibility, found.grounds, found.reviews) == expected
        kinds = [each.kind for each in found.findings]
        assert ("duplicate" in kinds) is ("review" in kinds) is elsewhere


@pytest.mark.parametrize("elsewhere", [True, False])
def test_the_solver_reads_it_alike(elsewhere: bool) -> None:
    (rule,) = REVIEWED.reviews
    members = [{"id_number": X}, {"id_number": Y, "elsewhere": elsewhere}]
    case = case_from(REVIEWED, {**GIVEN, "members": members}, AS_OF)
    household = Symbolic(REVIEWED, Bound(3, 1))
    truth = SolverReading(household).truth(rule.node, TOP)
    for wrong in (truth.yes if not elsewhere else truth.no, z3.Not(z3.Or(truth.yes, truth.no))):
        solver = z3.Solver()
        solver.add(*household.structure, *pins(household, case), wrong)
        assert solver.check() == z3.unsat


@pytest.mark.parametrize(
    ("then", "verdict"),
    [
        # Of nobody a proof may say that he is in no other household.
        ("not duplicate_person.holds", "refuted"),
        ("not (duplicate_person.holds and eligible) or duplicate_person.refuted", "refuted"),
        ("not (duplicate_person.holds and eligible) or duplicate_person.refuted or"
         " duplicate_person.exempt", "proved"),
    ],
)  # fmt: skip
def test_what_is_proved_counts_with_it(then: str, verdict: str) -> None:
    asked = f"properties:\n  - {{id: asked, title: 问, then: {then}}}\n"
    ruleset = loads(f"{TEXT}duplicates: review\n{asked}")
    (found,) = properties(Prover(ruleset, Bound(2, 1)))
    assert found.verdict == verdict
    if found.witness is not None:
        (state,) = found.witness.states
        assert [member.get("elsewhere") for member in state["members"]] == [True]
        assert decide(ruleset, found.witness.cases(ruleset)[0]).findings


def test_live_a_person_who_comes_to_a_second_household_holds_the_first() -> None:
    live = LiveRoster(REVIEWED, AS_OF)
    try:
        for household in ("1", "2"):
            live.tell(FactDeclared(household_id=household, field="wage_income", value=2000))
            for register in REGISTERS:
                live.tell(RegisterCompared(household_id=household, register_name=register))
        first = FactDeclared(household_id="1", member_id="1", field="id_number", value=X)
        assert live.tell(first).eligibility == "eligible"
        second = FactDeclared(household_id="2", member_id="7", field="id_number", value=X, order=1)
        assert live.tell(second).reviews == ("duplicate_person",)
        assert [live.decision(each).eligibility for each in live.households] == ["pending"] * 2
        # An older event changes nothing, a correction does.
        live.tell(FactDeclared(household_id="2", member_id="7", field="id_number", value=Y))
        assert live.decision("1").eligibility == "pending"
        corrected = FactDeclared(
            household_id="2", member_id="7", field="id_number", value=Y, order=2
        )
        assert live.tell(corrected).eligibility == "eligible"
        assert live.decision("1").eligibility == "eligible"
    finally:
        live.close()


# --- what is said -------------------------------------------------------------------------


def test_an_explanation_names_the_person_the_other_household_and_what_to_do(tmp_path: Path) -> None:
    folder = roster(tmp_path)
    text = "\n".join(short(shibie.explain(REVIEWED, folder, AS_OF, "A2")))
    assert "同一人出现在两户：张三：也在另一户" in text
    assert "户中有人同时在另一户，经核实不属实 → 纳入" in text
    assert "户中有人同时在另一户，经核实属实 → 不纳入（同一人出现在两户）" in text
    assert "重复人员：同一人出现在两户（张三）；张三也在户编号 A1" in text
    english = "\n".join(short(shibie.explain(REVIEWED, folder, AS_OF, "A2", lang="en"), "en"))
    assert "张三: is in another household, too" in english
    assert "张三 is also in household A1" in english
    assert "'somebody of the household is in another one, too' is refuted → eligible" in english


def test_the_terminal_says_it(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    pack.mkdir()
    (pack / "ruleset.yaml").write_text(TEXT + "duplicates: review\n", encoding="utf-8")
    command = [
        "check",
        str(roster(tmp_path / "roster")),
        "--rules",
        str(pack),
        "--as-of",
        str(AS_OF),
    ]
    shown = CliRunner().invoke(app, command)
    assert shown.exit_code == 0
    assert "同一人出现在两户" in shown.stdout


# --- the pack -----------------------------------------------------------------------------


def test_its_id_is_taken_only_where_it_is_asked_for() -> None:
    own = TEXT.replace("{id: rich,", "{id: duplicate_person,")
    assert loads(own).rule("duplicate_person") is not None
    with pytest.raises(RulesetError, match="it is that of duplicates: review"):
        loads(own + "duplicates: review\n")


def test_a_rule_of_that_id_takes_nothing_from_what_is_found(tmp_path: Path) -> None:
    own = loads(TEXT.replace("{id: rich,", "{id: duplicate_person,"))
    found = said(own, roster(tmp_path))
    assert twice(found) == [("A1", "1"), ("A2", "2")]
    counted = found["summary"]["by_rule"]["duplicate_person"]
    assert counted["true"] == {"households": 2, "persons": 3}


@pytest.mark.parametrize("of", ["bool", "integer", "text"])
def test_a_field_may_have_the_name_that_plain_data_use(of: str) -> None:
    """The key then has `_` behind it, for persons as for register rows."""
    text = TEXT.replace(
        "facts:", f"fields:\n  - {{of: member, name: elsewhere, title: 在外, type: {of}}}\nfacts:"
    )
    text = text.replace("used: bool}", "used: bool, perhaps: bool}")
    text += "duplicates: review\nproperties:\n  - {id: asked, title: 问, then: not duplicate_person.holds}\n"
    ruleset = loads(text)
    (found,) = properties(Prover(ruleset, Bound(2, 1)))
    assert found.witness is not None
    (state,) = found.witness.states
    assert [member.get("elsewhere_") for member in state["members"]] == [True]
    car = {"used": True, "perhaps": True, "perhaps_": True}
    members = [{"id_number": X, "cars": [car]}]
    case = case_from(ruleset, {**GIVEN, "members": members}, AS_OF)
    assert decide(ruleset, case).eligibility == "pending"
    assert not case.elsewhere


def test_another_word_is_refused_at_its_place() -> None:
    with pytest.raises(RulesetError) as caught:
        loads(TEXT + "duplicates: hold\n")
    (problem,) = caught.value.problems
    assert problem.where.startswith(f"ruleset.yaml:{TEXT.count(chr(10)) + 1}:")


def test_the_drawn_rosters_of_the_probe_share_persons(tmp_path: Path) -> None:
    """Else the comparisons above would compare nothing."""
    shared = 0
    for seed in range(200, 216):
        folder = perhaps_rows.drawn(tmp_path / str(seed), seed)
        found = decided(read_roster(folder, REVIEWED, AS_OF), REVIEWED)
        shared += sum(bool(each.reviews) for each in found.values())
    assert shared >= 8
