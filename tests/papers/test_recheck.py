"""回头看: households matched by their persons; each case worked out by hand, then the township."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from shibie.checking_in_parts import CheckedParts
from shibie.citizen_id import make
from shibie.cli.app import app
from shibie.papers.recheck.changes import Person, Recheck
from shibie.papers.recheck.comparing import recheck
from shibie.papers.recheck.figures import balance, figures
from shibie.rosters.parts import HeldParts
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import loads

ROOT = Path(__file__).parents[2]
SINCE, DAY = date(2014, 12, 20), date(2015, 12, 20)
RULES = loads(
    """
ruleset: {id: small, title: 小, effective: {from: 2015-01-01, to: 2016-12-31}}
comparisons:
  - id: compare_civil_registry
    title: 户籍比对
    register: civil_registry
    columns:
      id_number: citizen_id
      status: {type: code, title: 户籍状态, codes: [在册, 迁出, 死亡]}
    match: id_number
criteria: [{id: low, title: 收入低, when: wage_income < 1000}]
poor: low
exclusions: [{id: car, title: 有车, when: owns_vehicle}]
"""
)


def number(person: str) -> str:
    """A person is a letter; lower case was born in 2015."""
    born = date(2015, 5, 1) if person.islower() else date(1970, 1, 1)
    return make("510101", born, ord(person.upper()))


def roster(
    folder: Path, households: dict[str, tuple[str, str, str]], dead: str = "", register: bool = True
) -> Path:
    """id → (village, people, outcome); `-` is a person without a number."""
    folder.mkdir(parents=True, exist_ok=True)
    head = "household_id,village,wage_income,owns_vehicle,on_previous_roster,exited_on"
    rows, people = [head], ["household_id,member_id,name,id_number,relation,education"]
    for household_id, (village, persons, outcome) in households.items():
        wage = {"rich": "5000", "?": "", "both": "5000"}.get(outcome, "5")
        car = "是" if outcome in ("car", "both", "left with a car") else "否"
        left = "2014-12-01" if outcome.startswith("left") else ""
        rows.append(f"{household_id},{village},{wage},{car},,{left}")
        for index, person in enumerate(persons, start=1):
            relation = "户主" if index == 1 else "其他"
            written = "" if person == "-" else number(person)
            people.append(f"{household_id},{index},{person}{person},{written},{relation},小学")
    (folder / "households.csv").write_text("\n".join(rows), encoding="utf-8")
    (folder / "members.csv").write_text("\n".join(people), encoding="utf-8")
    if register:
        (folder / "registers").mkdir(exist_ok=True)
        lines = ["id_number,status", *(f"{number(each)},死亡" for each in dead)]
        path = folder / "registers" / "civil_registry.csv"
        path.write_text("\n".join(lines), encoding="utf-8")
    return folder


def compared(
    tmp_path: Path, old: dict[str, tuple[str, str, str]], new: dict[str, tuple[str, str, str]],
    **more: Any,
) -> Recheck:  # fmt: skip
    return of_folders(roster(tmp_path / "old", old), roster(tmp_path / "new", new, **more))


def of_folders(old: Path, new: Path) -> Recheck:
    before, now = (read_roster(folder, RULES, DAY) for folder in (old, new))
    assert not before.rejected
    assert not now.rejected
    checked = CheckedParts(RULES, DAY, False, HeldParts(now, RULES, DAY))
    return recheck(duckdb.connect(), HeldParts(before, RULES, DAY), checked, SINCE)


def statuses(found: Recheck) -> tuple[dict[str, str], dict[str, str]]:
    return (
        {each.household_id: each.status for each in found.was},
        {each.household_id: each.status for each in found.now},
    )


def test_by_persons_and_not_by_numbers(tmp_path: Path) -> None:
    """1 and 2 have changed numbers; 3 has another's old number."""
    old = {"1": ("甲", "AB", "in"), "2": ("甲", "CD", "in"), "3": ("乙", "EF", "in")}
    new = {"2": ("甲", "AB", "in"), "1": ("甲", "CD", "both"), "9": ("乙", "EF", "?"),
           "3": ("乙", "GH", "in")}  # fmt: skip
    found = compared(tmp_path, old, new)
    before, now = statuses(found)
    assert before == {"1": "retained", "2": "removed", "3": "pending"}
    assert now == {"2": "retained", "9": "pending", "3": "new"}
    assert {each.household_id: each.grounds for each in found.was}["2"] == ("car", "not_poor")
    assert {each.household_id: each.criteria for each in found.now}["3"] == ("low",)


def test_split_merged_moved_and_married_away(tmp_path: Path) -> None:
    old = {
        "split": ("甲", "ABCD", "in"), "one": ("甲", "EF", "in"), "two": ("甲", "G", "in"),
        "away": ("甲", "HI", "in"), "bride": ("甲", "JKL", "in"),
    }  # fmt: skip
    new = {
        "s1": ("甲", "AB", "in"), "s2": ("甲", "CD", "rich"), "merged": ("甲", "EFG", "in"),
        "there": ("乙", "HI", "in"), "home": ("甲", "JK", "in"), "groom": ("丙", "MNL", "rich"),
    }  # fmt: skip
    found = compared(tmp_path, old, new)
    assert found.split == (("split", ("s1", "s2")),)
    assert found.merged == (("merged", ("one", "two")),)
    assert found.relocated == (("away", "there"),)
    assert [each for each in found.persons if each.kind == "moved"] == [
        Person("LL", "moved", "bride", "groom", "甲")
    ]
    assert set(statuses(found)[0].values()) == {"retained"}
    # Each of now is counted at its main origin once.
    assert {each.household_id: each.persons_now for each in found.was} == {
        "split": 4, "one": 3, "two": 0, "away": 2, "bride": 2,
    }  # fmt: skip


def test_half_of_the_persons(tmp_path: Path) -> None:
    """A widow's new husband makes it no other household, unless either side goes on elsewhere."""
    widow = compared(tmp_path / "a", {"1": ("甲", "AB", "in")}, {"2": ("甲", "AX", "in")})
    assert statuses(widow) == ({"1": "retained"}, {"2": "retained"})
    old = {"1": ("甲", "AB", "in"), "2": ("甲", "X", "in")}
    his = compared(tmp_path / "b", old, {"2": ("甲", "AX", "in")})
    assert statuses(his) == ({"1": "dissolved", "2": "retained"}, {"2": "retained"})
    less = compared(tmp_path / "c", {"1": ("甲", "AB", "in")}, {"2": ("甲", "AXY", "in")})
    assert statuses(less) == ({"1": "dissolved"}, {"2": "new"})


def test_who_left_before_stays_so(tmp_path: Path) -> None:
    """On the roster before or not: where a pack says nothing else, it stays on the roster."""
    old = {"1": ("甲", "AB", "in")}
    new = {"1": ("甲", "AB", "left with a car"), "2": ("甲", "CD", "left")}
    found = compared(tmp_path, old, new)
    assert statuses(found) == ({"1": "exited"}, {"1": "exited", "2": "exited"})
    assert [(each.household_id, each.status) for each in found.left] == [("2", "exited")]
    (was,) = found.was
    assert was.grounds == ()


def test_natural_changes(tmp_path: Path) -> None:
    old = {"1": ("甲", "ABCD", "in"), "2": ("甲", "EF", "in")}
    # B died, C is not in the registry, D stayed; e was born; X joined. Of 2 only E is left,
    # with two born since: it is her household still.
    new = {"1": ("甲", "ADeX", "in"), "2": ("甲", "Egh", "in")}
    found = compared(tmp_path, old, new, dead="BF")
    kinds = sorted((each.name, each.kind, each.why) for each in found.persons)
    assert kinds == [
        ("BB", "gone", "死亡"), ("CC", "gone", ""), ("FF", "gone", "死亡"), ("XX", "joined", ""),
        ("ee", "born", ""), ("gg", "born", ""), ("hh", "born", ""),
    ]  # fmt: skip
    assert set(statuses(found)[0].values()) == {"retained"}
    assert balance(found) == {
        "then": 6, "gone": -3, "moved": 0, "unmatched": 0, "born": 3, "joined": 1,
        "unmatched_now": 0, "arrived": 0, "now": 7, "difference": 0,
    }  # fmt: skip


def test_nobody_left_nobody_known_and_left_before(tmp_path: Path) -> None:
    old = {
        "gone": ("甲", "AB", "in"), "unknown": ("甲", "--", "in"), "scattered": ("甲", "CD", "in"),
        "left": ("乙", "EF", "in"), "part": ("乙", "G-", "in"),
    }  # fmt: skip
    new = {
        "1": ("甲", "KLMC", "rich"), "2": ("甲", "NOPD", "in"), "3": ("乙", "EF", "left"),
        "4": ("乙", "G-", "in"),
    }  # fmt: skip
    found = compared(tmp_path, old, new, register=False)
    before, now = statuses(found)
    assert before == {
        "gone": "gone", "unknown": "unmatched", "scattered": "dissolved", "left": "exited",
        "part": "retained",
    }  # fmt: skip
    assert now == {"2": "new", "3": "exited", "4": "retained"}
    # Without a number nobody is said to have gone or come.
    assert {(each.kind, each.before, each.now) for each in found.persons} >= {
        ("unmatched", "part", ""), ("unmatched_now", "", "4"), ("unmatched", "unknown", ""),
    }  # fmt: skip
    assert balance(found)["difference"] == 0


def test_a_person_in_two_households(tmp_path: Path) -> None:
    # In another's household he has arrived there; in two parts of his own nothing explains it.
    old = {"1": ("甲", "AB", "in"), "2": ("甲", "CD", "in")}
    new = {"1": ("甲", "AB", "in"), "2": ("甲", "CDA", "in")}
    found = compared(tmp_path, old, new)
    parts = balance(found)
    assert (parts["then"], parts["arrived"], parts["now"], parts["difference"]) == (4, 1, 5, 0)
    parts = balance(compared(tmp_path, {"1": old["1"]}, {"1": new["1"], "2": ("甲", "A", "in")}))
    assert (parts["then"], parts["now"], parts["difference"]) == (2, 3, 1)


def test_what_the_form_says_of_the_old_roster(tmp_path: Path) -> None:
    old = {"1": ("甲", "AB", "in")}
    new = {"1": ("甲", "AB", "in"), "2": ("甲", "CD", "in"), "3": ("甲", "EF", "left")}
    folder = roster(tmp_path / "new", new)
    text = (folder / "households.csv").read_text(encoding="utf-8")
    text = text.replace("1,甲,5,否,,", "1,甲,5,否,否,").replace("2,甲,5,否,,", "2,甲,5,否,是,")
    # Of a household that left, the roster on which it was may be an older one.
    text = text.replace("3,甲,5,否,,", "3,甲,5,否,是,")
    (folder / "households.csv").write_text(text, encoding="utf-8")
    found = of_folders(roster(tmp_path / "old", old), folder)
    assert found.misdeclared == (("1", False), ("2", True))


def test_villages_and_totals_agree(tmp_path: Path) -> None:
    old = {"1": ("甲", "AB", "in"), "2": ("乙", "CDE", "in")}
    new = {"1": ("甲", "AB", "in"), "2": ("乙", "CDE", "both"), "3": ("乙", "F", "in")}
    data = figures(compared(tmp_path, old, new))
    assert data["by_village"] == {
        "甲": {
            "before": {"households": 1, "persons": 2},
            "retained_then": {"households": 1, "persons": 2},
            "retained": {"households": 1, "persons": 2},
        },
        "乙": {
            "before": {"households": 1, "persons": 3},
            "removed_then": {"households": 1, "persons": 3},
            "new": {"households": 1, "persons": 1},
        },
    }
    assert data["removed_by_ground"] == {
        "car": {"households": 1, "persons": 3}, "not_poor": {"households": 1, "persons": 3},
    }  # fmt: skip


# --- the township --------------------------------------------------------------------------------

COMMAND = ["recheck", str(ROOT / "fixtures" / "township-2014"), str(ROOT / "fixtures" / "township-2015"),
           "--rules", "bazhong-2015", "--as-of", "2015-12-20"]  # fmt: skip


@pytest.fixture(scope="module")
def township(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], Path]:
    out = tmp_path_factory.mktemp("recheck")
    targets = ["--out", str(out / "a.xlsx"), "--out", str(out / "csv")]
    done = CliRunner().invoke(app, [*COMMAND, "--json", *targets])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout), out


def test_the_township(township: tuple[dict[str, Any], Path]) -> None:
    """As the fixtures' README has it, from the fixtures' own program and not from this one."""
    data, _ = township
    assert data["before_by_status"] == {
        "retained": {"households": 148, "persons": 476, "persons_now": 424},
        "removed": {"households": 333, "persons": 1019, "persons_now": 1019},
    }
    assert data["now_by_status"] == {
        "retained": {"households": 148, "persons": 424},
        "new": {"households": 307, "persons": 923},
        "exited": {"households": 20, "persons": 55},
    }
    people = {"moved": 9, "gone": 55, "born": 8, "joined": 4, "unmatched": 0, "unmatched_now": 0,
              "counted": 0, "uncounted": 0}  # fmt: skip
    assert data["persons"] == people
    assert data["gone_by_registry"] == {"死亡": 31, "迁出": 24}
    assert (len(data["split"]), len(data["merged"]), len(data["relocated"])) == (3, 3, 2)
    assert data["misdeclared"] == {}
    assert data["balance"]["difference"] == 0
    for key, whole in (("before", 481), ("removed_then", 333), ("new", 307), ("retained", 148)):
        parts = [each.get(key, {"households": 0}) for each in data["by_village"].values()]
        assert sum(each["households"] for each in parts) == whole


def test_its_tables(township: tuple[dict[str, Any], Path]) -> None:
    _, out = township
    sheets = load_workbook(out / "a.xlsx", read_only=True)
    assert sheets.sheetnames == ["原名册", "现名册", "此前已脱贫", "人员变动", "分户合户", "分村"]
    assert sum(1 for _ in sheets["原名册"].rows) == 482
    sheets.close()
    lines = (out / "csv" / "before.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 482
    numbers = (ROOT / "fixtures" / "township-2014" / "members.csv").read_text(encoding="utf-8")
    known = [line.split(",")[3] for line in numbers.splitlines()[1:50]]
    everything = "".join(path.read_text(encoding="utf-8") for path in (out / "csv").iterdir())
    assert not [each for each in known if each in everything]


def test_what_it_prints() -> None:
    done = CliRunner().invoke(app, COMMAND)
    assert "保留户人数：476 - 55（不在名册） - 9（转到他户） + 8（新出生） + 4" in done.stdout
    english = CliRunner().invoke(app, [*COMMAND, "--lang", "en"])
    assert all(word in english.stdout for word in ("kept", "removed", "exited", "new"))
    assert "retained" not in english.stdout


@pytest.mark.parametrize("extra", [["--since", "2016-01-01"], ["--since", "x"], ["--out", "a.csv"]])
def test_bad_arguments(extra: list[str]) -> None:
    done = CliRunner().invoke(app, [*COMMAND, *extra])
    assert type(done.exception).__name__ == "InputError"
