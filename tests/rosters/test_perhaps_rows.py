"""Rows that may be about somebody, and rows that came twice: by SQL as by the interpreter."""

from __future__ import annotations

import csv
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shibie
from shibie.checking_in_python import check as check_in_python
from shibie.citizen_id import check_digit
from shibie.decision import Decision
from shibie.rosters.chosen import read_chosen
from shibie.rosters.duckdb_host import duck_host
from shibie.rosters.finding import lay_out
from shibie.rosters.landed_parts import LandedParts, landed
from shibie.rosters.roster import read_roster
from shibie.rosters.sheets import read_sheets
from shibie.ruleset.model import RuleSet

AS_OF = date(2015, 12, 1)
TEXT = """
ruleset:
  id: perhaps
  title: 试验
  effective: {from: 2015-01-01, to: 2030-12-31}
  provenance: reconstructed
outcome: {eligible: 纳入, ineligible: 不纳入, pending: 待核实}
parameters:
  line: {title: 线, unit: 元, values: {2015-01-01: 3000}, source: 试}
  cap: {title: 存款上限, unit: 元, values: {2015-01-01: 5000}, source: 试}
facts:
  - {name: saved, title: 存款合计, unit: 元, value: "deposits.sum(balance)"}
comparisons:
  - id: deposits
    title: 存款比对
    register: deposits
    columns: {id_number: citizen_id, bank: text, balance: money, opened_on: date}
    match: id_number
  - id: houses
    title: 房产比对
    register: houses
    columns: {id_number: citizen_id, owner: text, place: text, kind: text, area: money}
    match: id_number
    or_match: {name: owner}
    key: [kind, place]
  - id: cars
    title: 车辆比对
    register: cars
    columns: {id_number: citizen_id, owner: text, village: text, used: bool}
    match: id_number
    or_match: {name: owner, village: village}
    rows: distinct
criteria:
  - {id: low, title: 低于线, when: wage_income < line}
poor: low
exclusions:
  - {id: rich, title: 存款超限, when: saved > cap}
  - {id: two_houses, title: 两套房, when: "houses.count(kind == '商品房') >= 2"}
  - {id: large, title: 面积大, when: "houses.sum(area) > 200"}
  - {id: car, title: 有车, when: "cars.any(used)"}
  - {id: banked, title: 户主有车有存款, when: "members.any(cars.any(used) and deposits.any(balance > 100))"}
tracks:
  - {id: t, title: 补贴, when: low}
  - {id: m, title: 有房, for: member, when: "houses.any(area > 50)"}
"""
PACK = shibie.loads(TEXT)
REGISTERS = {
    "deposits": ("id_number", "bank", "balance", "opened_on"),
    "houses": ("id_number", "owner", "place", "kind", "area"),
    "cars": ("id_number", "owner", "village", "used"),
}
NAMES = ("张三", "李四", "阿依·买买提", "Ann Lee", "张**", "")
# As a register may give out a name, where it is not said whole.
HIDDEN = ("张*", "张某某", "*三", "***", "李Ｘ", "张三等2人", "张三(户主)", "李四、张三", "阿依○")
# One thing in other spellings, and some of which nobody can tell.
PLACES = (
    "东 街",
    "东街①",
    "东街1",
    "东街１",
    "东街-1",
    "东街*",
    "*街",
    "'东街'",
    "某街",
    "東街",
    "东· 街",
    "东 x x 街",
)
BANKS = (
    "农　行",
    "农-行",
    "农##",
    "6.2E+15",
    "6200000000000000",
    "6222021234560010000",
    "62000",
    "62000.0",
    "062 000",
    "62··0",
    "62..0",
    "尾号000",
)


def number(seed: int) -> str:
    """A citizen number; few share what masks show."""
    digits = f"51190219{55 + seed % 7}0228{seed % 500:03d}"
    return digits + check_digit(digits)


def masked(text: str, rnd: random.Random) -> str:
    """A number as a register may give it out."""
    signs = rnd.choice("*X＊")
    return rnd.choice(
        (
            text[:6] + signs * 8 + text[14:], text[:10] + signs * 4 + text[14:],
            text[:14] + signs * 4, text[:4] + signs * 14, "", "无数据", "5.11902E+17",
            text[:17] + ("1" if text[17] != "1" else "2"), signs * 18, text[:-1] + "*",
        )
    )  # fmt: skip


def drawn(folder: Path, seed: int, share: float = 0.4) -> Path:
    """A small roster of masked, blank, doubled and damaged rows."""
    rnd = random.Random(seed)
    people: list[Any] = []
    households: list[Any] = []
    members: list[Any] = []
    for at in range(rnd.randint(1, 4)):
        hid = f"H{at}"
        households.append((hid, rnd.choice(("甲村", "乙村", "")), rnd.choice((2000, 2000, 9000))))
        for place in range(rnd.randint(1, 3)):
            mine = number(rnd.randrange(12)) if rnd.random() < 0.9 else ""
            taken = [row[3] for row in members if row[0] == hid]
            if mine and mine in taken:
                continue
            name = rnd.choice(NAMES)
            people.append((mine, name))
            relation = "配偶" if taken else "户主"
            members.append((hid, str(place + 1), name, mine, relation))
    write(folder / "households.csv", ("household_id", "village", "wage_income"), households)
    write(
        folder / "members.csv", ("household_id", "member_id", "name", "id_number", "relation"),
        members,
    )  # fmt: skip
    rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in REGISTERS}
    for name, found in rows.items():
        for _ in range(rnd.choice((0, 1, 2, 4, 6))):
            mine, owner = rnd.choice(people)
            mine = mine or number(rnd.randrange(12))
            if rnd.random() < share:
                mine = masked(mine, rnd)
            owner = rnd.choice(
                (owner, owner.replace("·", "• ").lower(), rnd.choice(NAMES), rnd.choice(HIDDEN))
            )
            odd = rnd.random() < 0.1
            if name == "deposits":
                row: tuple[str, ...] = (
                    mine, rnd.choice(("农行", "", *BANKS)), rnd.choice(("3000", "6000.00", "", "3000.0")),
                    "abc" if odd else rnd.choice(("2014-01-01", "2014/1/1", "")),
                )  # fmt: skip
            elif name == "houses":
                row = (
                    mine, owner, rnd.choice(("东街", "东街 ", "西街", "", *PLACES)),
                    rnd.choice(("商品房", "平房")), "x" if odd else rnd.choice(("60", "150", "")),
                )  # fmt: skip
            else:
                row = (
                    mine, owner, rnd.choice(("甲村", "乙村", "")),
                    "?" if odd else rnd.choice(("是", "否", "")),
                )  # fmt: skip
            found += [row] * rnd.choice((1, 1, 1, 2))
        write(folder / "registers" / f"{name}.csv", REGISTERS[name], found)
    return folder


def write(path: Path, header: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """A table as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def results(folder: Path, engine: Any, ruleset: RuleSet = PACK) -> dict[str, Any]:
    """All that a check says, but for its time."""
    with shibie.check(ruleset, folder, AS_OF, engine=engine) as result:
        said: dict[str, Any] = {
            name: [dict(row) for row in getattr(result, name)]
            for name in ("decisions", "findings", "tracks", "rejected")
        }
        summary = dict(result.summary)
        summary.pop("run", None)
        return said | {"summary": summary, "notes": list(map(str, result.notes))}


@pytest.mark.parametrize("seed", range(24))
def test_sql_says_what_the_interpreter_says(tmp_path: Path, seed: int) -> None:
    folder = drawn(tmp_path, seed)
    expected, found = results(folder, "interpreter"), results(folder, "duckdb")
    for name, said in expected.items():
        assert found[name] == said, name


def decided(roster: Any, ruleset: RuleSet = PACK) -> dict[str, Decision]:
    """Decisions by household."""
    return {each.household_id: each for each in check_in_python(ruleset, roster, AS_OF).decisions}


def agree_in_parts(folder: Path, ruleset: RuleSet = PACK) -> dict[str, Decision]:
    """Each part of a roster, and each household read for itself, is decided as in the whole."""
    whole = decided(read_roster(folder, ruleset, AS_OF), ruleset)
    with duck_host() as host:
        loader = landed(host, lay_out(read_sheets(folder), ruleset, AS_OF), ruleset, AS_OF)
        for part in LandedParts(loader, 1).parts():
            found = decided(part.roster, ruleset)
            assert {hid: found[hid] for hid in part.own} == {hid: whole[hid] for hid in part.own}
    for hid, expected in whole.items():
        chosen = read_chosen(folder, ruleset, AS_OF, [hid])
        assert decided(chosen, ruleset)[hid] == expected
    return whole


@pytest.mark.parametrize("seed", range(60, 68))
def test_a_part_rests_on_rows_that_may_be_about_its_persons(tmp_path: Path, seed: int) -> None:
    agree_in_parts(drawn(tmp_path, seed))


# --- by hand ----------------------------------------------------------------------------

PERSONS = {"A1": "511902195502280010", "A2": "511902195503010020"}


def by_hand(folder: Path, *deposits: tuple[str, ...]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """What SQL decides of two persons, each a household, and what it does not know."""
    households = [(hid, "甲村", 2000) for hid in PERSONS]
    members = [(hid, "1", "张三", number, "户主") for hid, number in PERSONS.items()]
    write(folder / "households.csv", ("household_id", "village", "wage_income"), households)
    header = ("household_id", "member_id", "name", "id_number", "relation")
    write(folder / "members.csv", header, members)
    for name, columns in REGISTERS.items():
        rows = list(deposits) if name == "deposits" else []
        write(folder / "registers" / f"{name}.csv", columns, rows)
    return {
        row["household_id"]: (row["eligibility"], tuple(row["unknown"]))
        for row in results(folder, "duckdb")["decisions"]
    }


def test_a_mask_fits_one_and_a_blank_number_anybody(tmp_path: Path) -> None:
    rows = [("5119021955****0010", "x", "90000", ""), ("", "x", "90000", "")]
    assert by_hand(tmp_path, *rows) == {
        "A1": ("pending", ("deposits[*]", "deposits[2]")),
        "A2": ("pending", ("deposits[*]",)),
    }


def test_a_row_that_came_twice_is_perhaps_there(tmp_path: Path) -> None:
    row = (PERSONS["A1"], "农行", "3000", "2014-01-01")
    assert by_hand(tmp_path, row, row) == {
        "A1": ("pending", ("deposits[3]",)),
        "A2": ("eligible", ()),
    }


def test_a_row_that_came_twice_below_the_limit_decides(tmp_path: Path) -> None:
    row = (PERSONS["A1"], "农行", "2500", "2014-01-01")
    assert by_hand(tmp_path, row, row)["A1"] == ("eligible", ())


def test_a_full_number_is_sure(tmp_path: Path) -> None:
    row = (PERSONS["A1"], "农行", "6000", "2014-01-01")
    assert by_hand(tmp_path, row) == {"A1": ("ineligible", ()), "A2": ("eligible", ())}


def test_a_wrong_number_shows_nothing(tmp_path: Path) -> None:
    row = (PERSONS["A1"][:-1] + "9", "农行", "6000", "2014-01-01")
    found = by_hand(tmp_path, row)
    assert found == dict.fromkeys(PERSONS, ("pending", ("deposits[*]",)))
