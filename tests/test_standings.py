"""状态: where a household is between two rosters, the same in every output; each case worked out by hand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import shibie
from shibie.case import Case
from shibie.cli.app import app
from shibie.engines.decide import decide
from shibie.errors import RulesetError
from shibie.household import StepRecord
from shibie.procedure import standings, with_procedure
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import load, loads

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
ENGINES = ("interpreter", "duckdb", "rete")
# Of one person each, on the roster of before but for H5; the line is 2,855.
# H1 left and is poor; H2 left and is not; H3 left, is poor and has a car; H4 stayed and is poor;
# H5 is new; H6 left and whether it has a car is not known; H7 leaves on the last day of the year.
INCOMES = {"H1": 1000, "H2": 10500, "H3": 1000, "H4": 1000, "H5": 1000, "H6": 10500, "H7": 3000}
LEFT = {
    "H1": "2014-12-31",
    "H2": "2014-12-31",
    "H3": "2014-12-31",
    "H6": "2014-12-31",
    "H7": "2015-12-31",
}
STANDINGS = {
    "H1": "wrongly_exited", "H2": "exited", "H3": "removed", "H4": "retained", "H5": "new",
    "H6": "pending", "H7": "pre_exited",
}  # fmt: skip


def people() -> dict[str, str]:
    from shibie.citizen_id import make

    return {name: make("511921", date(1974, 12, 20), at) for at, name in enumerate(INCOMES, 100)}


def write(folder: Path, declared: bool = True, exits: bool = True) -> Path:
    """The roster of now as CSV; what it says of the roster before may be left blank."""
    numbers = people()
    (folder / "registers").mkdir(parents=True)
    rows = [
        "household_id,village,on_previous_roster,exited_on,wage_income,business_income,property_income,"
        "transfer_income,production_cost,food_secure,clothing_secure,education_secured,"
        "medical_secured,housing_grade,living_above_local,safe_water,has_power,has_broadcast"
    ]
    persons = ["household_id,member_id,name,id_number,relation,education,health,labor"]
    for name, income in INCOMES.items():
        before = ("否" if name == "H5" else "是") if declared else ""
        left = LEFT.get(name, "") if exits else ""
        rows.append(f"{name},石磨村,{before},{left},{income},0,0,0,0,是,是,是,是,B,否,是,是,否")
        persons.append(f"{name},1,人{name},{numbers[name]},户主,初中,健康,普通劳动力")
    (folder / "households.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "members.csv").write_text("\n".join(persons), encoding="utf-8")
    for register in PACK.registers.values():
        columns = [spec.name for spec in register.columns]
        lines = [",".join(columns)]
        if register.name == "vehicles":
            for number, kind in ((numbers["H3"], "小型轿车"), (numbers["H6"], "")):
                row = {"id_number": number, "kind": kind, "plate": f"川Y{number[-4:]}"}
                lines.append(",".join(row.get(column, "") for column in columns))
        (folder / "registers" / f"{register.name}.csv").write_text(
            "\n".join(lines), encoding="utf-8"
        )
    return folder


def count(households: int) -> dict[str, int]:
    return {"households": households, "persons": households}


@pytest.mark.parametrize("engine", ENGINES)
def test_each_household_has_its_standing(tmp_path: Path, engine: Any) -> None:
    with shibie.check(PACK, write(tmp_path / "r"), AS_OF, engine=engine) as result:
        found = {each["household_id"]: each for each in result.decisions}
        assert {name: each["standing"] for name, each in found.items()} == STANDINGS
        assert {name: each["eligibility"] for name, each in found.items()} == {
            "H1": "eligible", "H2": "ineligible", "H3": "ineligible", "H4": "eligible",
            "H5": "eligible", "H6": "ineligible", "H7": "ineligible",
        }  # fmt: skip
        # Who left and stays on the roster is helped, and who is about to; who is removed is not.
        assert sorted({each["household_id"] for each in result.tracks}) == [
            "H1",
            "H2",
            "H4",
            "H5",
            "H7",
        ]
        exits = [
            (each["household_id"], each["rule_id"], each["outcome"])
            for each in result.findings if each["kind"] == "exit"
        ]  # fmt: skip
        # Nobody has a television; only who has left is asked.
        assert exits == [
            ("H1", "exit_income", "true"), ("H1", "exit_broadcast", "true"),
            ("H2", "exit_broadcast", "true"),
            ("H3", "exit_income", "true"), ("H3", "exit_broadcast", "true"),
            ("H6", "exit_broadcast", "true"),
        ]  # fmt: skip
        summary = result.summary
        ones = ("wrongly_exited", "exited", "pre_exited", "retained", "removed", "new", "pending")
        assert summary["by_standing"] == {"returned": count(0)} | {name: count(1) for name in ones}
        assert summary["on_roster"] == count(5)
        # On it: H4, and H7, which has not left yet; had left: H1, H2, H3, H6, of which one is open.
        previous = summary["previous_roster"]
        assert [previous[name] for name in ("before", "left", "unsettled")] == [
            count(2),
            count(4),
            count(1),
        ]
        # Before + left - removed - unsettled + new = on the roster.
        assert 2 + 4 - 1 - 1 + 1 == 5


@pytest.mark.parametrize("declared", [True, False])
def test_one_figure_for_each_standing_in_every_output(tmp_path: Path, declared: bool) -> None:
    """Whether the forms say it, or the roster before does by its persons."""
    now, old = write(tmp_path / "now", declared, declared), tmp_path / "old"
    write(old)
    rows = (old / "households.csv").read_text(encoding="utf-8").splitlines()
    (old / "households.csv").write_text(
        "\n".join(row for row in rows if not row.startswith("H5")), encoding="utf-8"
    )
    rows = (old / "members.csv").read_text(encoding="utf-8").splitlines()
    (old / "members.csv").write_text(
        "\n".join(row for row in rows if not row.startswith("H5")), encoding="utf-8"
    )
    options = ["--rules", "bazhong-2015", "--as-of", "2015-12-20", "--json"]
    done = CliRunner().invoke(app, ["recheck", str(old), str(now), *options])
    data = json.loads(done.stdout)
    assert {name: each["households"] for name, each in data["before_by_status"].items()} == {
        "retained": 1, "removed": 1, "pending": 1, "pre_exited": 1, "exited": 1, "wrongly_exited": 1,
    }  # fmt: skip
    on_roster = {"retained": 1, "new": 1, "pre_exited": 1, "exited": 1, "wrongly_exited": 1}
    assert {name: each["households"] for name, each in data["now_by_status"].items()} == {
        **on_roster, "pending": 1,
    }  # fmt: skip
    assert (data["now"], data["left_by_status"]) == (count(5), {})
    report = ["report", str(now), "--no-charts"]
    for extra in ([], ["--before", str(old)]) if declared else (["--before", str(old)],):
        done = CliRunner().invoke(app, [*report, *extra, *options])
        figures = json.loads(done.stdout)["figures"]
        for name in on_roster:
            assert figures[name]["households"] == 1, name
        assert [figures[name]["households"] for name in ("now", "eligible", "removed", "unsettled")] == [
            5, 3, 1, 1,
        ]  # fmt: skip
        # Nobody who left has a television, and two of them are poor.
        assert (figures["unmet"]["households"], figures["unmet_unknown"]["households"]) == (4, 0)
        checks = json.loads(done.stdout)["reconciliation"]
        assert not [each for each in checks if each["outcome"] == "differs"]


def test_a_sample_gives_the_three_rates(tmp_path: Path) -> None:
    """On record are all but H5; H2, H6 and H7 were not drawn."""
    old, now = write(tmp_path / "old"), write(tmp_path / "now")
    for folder, names in ((old, ("H5",)), (now, ("H2", "H6", "H7"))):
        for file in ("households.csv", "members.csv"):
            rows = (folder / file).read_text(encoding="utf-8").splitlines()
            kept = [row for row in rows if row.split(",")[0] not in names]
            (folder / file).write_text("\n".join(kept), encoding="utf-8")
    command = [
        "recheck",
        str(old),
        str(now),
        "--rules",
        "bazhong-2015",
        "--as-of",
        "2015-12-20",
        "--sample",
    ]
    data = json.loads(CliRunner().invoke(app, [*command, "--json"]).stdout)
    # Asked of H4, listed and rightly so; of H5, not listed and poor; of H1 and H3, which left.
    assert {name: (each["of"]["households"], each["found"]["households"], each["percent"]["persons"])
            for name, each in data["sample"].items()} == {
        "wrongly_listed": (1, 0, "0.00"), "missed": (1, 1, "100.00"), "wrongly_exited": (2, 1, "50.00"),
    }  # fmt: skip
    # Who was not drawn is nowhere: not gone, not removed.
    assert data["before"]["households"] == 3
    assert set(data["before_by_status"]) == {"retained", "removed", "wrongly_exited"}
    printed = CliRunner().invoke(app, command).stdout
    assert "错退率（已脱贫退出而仍该纳入）" in printed
    assert "50.00%" in printed


def test_a_household_is_told_its_standing(tmp_path: Path) -> None:
    folder = write(tmp_path / "r")
    told = {
        name: list(shibie.explain(PACK, folder, AS_OF, name).standing)
        for name in ("H1", "H2", "H3", "H7")
    }
    assert told == {
        "H1": ["错退，在册", "没有达到的脱贫退出标准：人均纯收入稳定超过贫困线、有广播电视"],
        "H2": ["脱贫，仍在册，帮扶继续", "没有达到的脱贫退出标准：有广播电视"],
        "H3": ["清退，不在册", "没有达到的脱贫退出标准：人均纯收入稳定超过贫困线、有广播电视"],
        "H7": ["预脱贫，仍在册，帮扶继续"],
    }


SMALL = """
ruleset: {id: small, title: 小, effective: {from: 2015-01-01, to: 2016-12-31}}
criteria: [{id: low, title: 收入低, when: wage_income < 1000}]
poor: low
exclusions: [{id: car, title: 有车, when: owns_vehicle, refutable: true}]
tracks: [{id: help, title: 帮, when: low}]
"""


def decided(rules: str, **given: Any) -> tuple[str, str, int]:
    pack = loads(rules)
    decision = decide(pack, case_from(pack, {"members": [{}], **given}, AS_OF))
    return decision.eligibility, decision.standing, len(decision.tracks)


def test_what_is_implied_where_a_pack_says_nothing() -> None:
    """As declared; it changes no track."""
    poor, rich = (
        {"wage_income": 5, "owns_vehicle": False},
        {"wage_income": 5000, "owns_vehicle": False},
    )
    left = {"on_previous_roster": True, "exited_on": date(2014, 12, 1)}
    assert decided(SMALL, **poor, **left) == ("eligible", "exited", 1)
    assert decided(SMALL, **rich, **left) == ("ineligible", "exited", 0)
    assert decided(SMALL, **poor, on_previous_roster=True) == ("eligible", "retained", 1)
    assert decided(SMALL, **rich, on_previous_roster=True) == ("ineligible", "removed", 0)
    assert decided(SMALL, **poor, on_previous_roster=False) == ("eligible", "new", 1)
    assert decided(SMALL, **rich, on_previous_roster=False) == ("ineligible", "", 0)
    # A day to come is no exit; what is not known is open.
    assert decided(SMALL, **poor, **left | {"exited_on": date(2015, 12, 21)})[1] == "retained"
    assert decided(SMALL, **poor)[1] == "pending"
    assert decided(SMALL, on_previous_roster=True)[:2] == ("pending", "pending")
    assert decided(SMALL + "standings: []\n", **poor, **left) == ("eligible", "", 1)


def test_the_first_that_holds_counts_and_only_when_those_before_it_are_known_not_to() -> None:
    rules = SMALL + (
        "standings:\n"
        "  - {id: a, title: 甲, when: safe_water, on_roster: yes, tracks: no}\n"
        "  - {id: b, title: 乙, when: poor or excluded, on_roster: no, tracks: yes}\n"
    )
    rich = {"wage_income": 5000, "owns_vehicle": True}
    assert decided(rules, **rich, safe_water=True) == ("ineligible", "a", 0)
    assert decided(rules, **rich, safe_water=False) == ("ineligible", "b", 0)  # no track fits it
    assert decided(rules, wage_income=5, owns_vehicle=True, safe_water=False) == (
        "ineligible",
        "b",
        1,
    )
    assert decided(rules, **rich)[1] == "pending"
    # Eligible, and the pack says that such a household is not helped.
    assert decided(rules, wage_income=5, owns_vehicle=False, safe_water=True) == (
        "eligible",
        "a",
        0,
    )


def test_a_step_that_blocks_leaves_the_standing_open_too() -> None:
    rules = SMALL + (
        "procedure: [{step: 1, id: vote, title: 评议, actor: 村, signed: true, blocking: true}]\n"
        "standings: [{id: kept, title: 保留, when: eligible, on_roster: yes, tracks: yes}]\n"
    )
    pack = loads(rules)
    case: Case = case_from(pack, {"members": [{}], "wage_income": 5, "owns_vehicle": False}, AS_OF)
    decision = decide(pack, case)
    assert (decision.eligibility, decision.standing, len(decision.tracks)) == (
        "eligible",
        "kept",
        1,
    )
    record = StepRecord(household_id=decision.household_id, step="vote", actor="村")
    found = standings(pack, [case], [decision], [record])
    (after,) = with_procedure(pack, [decision], found)
    assert (after.eligibility, after.standing, len(after.tracks)) == ("pending", "pending", 0)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("  - {id: a, title: 甲, when: eligble, on_roster: yes, tracks: yes}", "eligible"),
        ("  - {id: a, title: 甲, when: pending, on_roster: yes, tracks: yes}", "pending"),
        ("  - {id: pending, title: 甲, when: eligible, on_roster: yes, tracks: yes}", "没有定下来的户"),
        ("  - {id: a, title: 甲, when: eligible, tracks: yes}", "on_roster"),
        ("  - {id: a, title: 甲, when: eligible, on_roster: yes, tracks: yes}\n" * 2, "“a”重复"),
        ("  - {id: a, title: 甲, when: dry, on_roster: yes, tracks: yes}\n"
         "exits: {when: safe_water, criteria: [{id: low, title: 干, when: safe_water}]}", "low"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_standing_is_said_at_its_place(written: str, said: str) -> None:
    with pytest.raises(RulesetError) as raised:
        loads(SMALL + "standings:\n" + written + "\n")
    text = raised.value.render("zh")
    assert said in text
    assert "ruleset.yaml:" in text


def test_a_standing_may_ask_what_an_exit_lacks() -> None:
    rules = SMALL + (
        "standings: [{id: shaky, title: 不稳, when: not dry, on_roster: yes, tracks: yes}]\n"
        "exits: {when: on_previous_roster, criteria: [{id: dry, title: 饮水, when: safe_water}]}\n"
    )
    assert decided(rules, wage_income=5000, safe_water=False)[1] == "shaky"
    assert decided(rules, wage_income=5000, safe_water=True)[1] == ""
