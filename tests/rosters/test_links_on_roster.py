"""Links between register rows and persons: by SQL and rete as by the interpreter."""

from __future__ import annotations

import random
from collections.abc import Container, Sequence
from pathlib import Path
from typing import Any

import pytest

import shibie
from rosters.test_perhaps_rows import AS_OF, PACK, REGISTERS, agree_in_parts, drawn, results, write
from shibie.acts import COLUMNS
from shibie.registers.row_key import name_of_row
from shibie.rosters.roster import read_roster

A1, A2, OTHER = "511902195502280010", "511902195601190010", "511902195503010020"
MASKED = "511902********0010"
SIGNED = {"evidence": "入户", "officer": "王", "date": "2015-11-20"}
HEADER = {
    "households": ("household_id", "village", "wage_income"),
    "members": ("household_id", "member_id", "name", "id_number", "relation"),
}
Row = dict[str, Any]
Rows = dict[str, list[tuple[str, ...]]]
ENGINES: tuple[Any, ...] = ("interpreter", "duckdb", "rete")


def roster(folder: Path, *acts: Row, **rows: Sequence[tuple[str, ...]]) -> Path:
    """Three households of one person each, with rows of registers and acts."""
    people = {"A1": A1, "A2": A2, "B": OTHER}
    write(folder / "households.csv", HEADER["households"], [(h, "甲村", 2000) for h in people])
    members = [(h, "1", f"人{h}", number, "户主") for h, number in people.items()]
    write(folder / "members.csv", HEADER["members"], members)
    for name, columns in REGISTERS.items():
        write(folder / "registers" / f"{name}.csv", columns, list(rows.get(name, [])))
    if acts:
        write(folder / "acts.csv", COLUMNS, [tuple(a.get(n, "") for n in COLUMNS) for a in acts])
    return folder


def link(register: str, key: str, household: str = "", member: str = "", value: str = "是") -> Row:
    return {
        "kind": "link", "register": register, "row_key": key, "household_id": household,
        "member_id": member, "value": value, **SIGNED,
    }  # fmt: skip


def key_of(folder: Path, register: str, number: int) -> str:
    """How a row is named."""
    rows = read_roster(folder, PACK, AS_OF).registers[register] or ()
    (row,) = (row for row in rows if row.number == number)
    return name_of_row(PACK.registers[register], row)


def alike(folder: Path) -> dict[str, Any]:
    """What a check says, by every engine."""
    expected = results(folder, "interpreter")
    for engine in ENGINES[1:]:
        found = results(folder, engine)
        for name, said in expected.items():
            assert found[name] == said, (engine, name)
    tables = []
    for engine in ENGINES:
        with shibie.check(PACK, folder, AS_OF, engine=engine, clues=True) as result:
            tables.append([list(result.unmatched), list(result.acts), list(result.clues)])
    assert all(each == tables[0] for each in tables)
    return {**expected, "unmatched": tables[0][0], "acts": tables[0][1], "clues": tables[0][2]}


def eligibility(found: dict[str, Any]) -> list[str]:
    return [row["eligibility"] for row in found["decisions"]]


def refused(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(row["field"], row["code"]) for row in found["rejected"]]


CAR = (MASKED, "", "", "是")


@pytest.mark.parametrize(
    ("acts", "expected", "rejected"),
    [
        ([], ["pending", "pending", "eligible"], []),
        ([("A1", "1", "是")], ["ineligible", "eligible", "eligible"], []),
        ([("A1", "1", "否")], ["eligible", "pending", "eligible"], []),
        ([("A1", "", "否")], ["eligible", "pending", "eligible"], []),
        ([("", "", "是")], ["eligible", "eligible", "eligible"], []),
        ([("B", "1", "是")], ["pending", "pending", "eligible"], [("row_key", "link_does_not_fit")]),
        ([("A1", "1", "是"), ("A2", "1", "是")], ["pending", "pending", "eligible"],
         [("row_key", "bad_act")] * 2),
        ([("A1", "1", "是"), ("A1", "", "否")], ["pending", "pending", "eligible"],
         [("row_key", "bad_act")] * 2),
        ([("A1", "1", "是"), ("B", "9", "是")], ["ineligible", "eligible", "eligible"],
         [("member_id", "bad_act")]),
        ([("A1", "1", "是"), ("B", "1", "是")], ["ineligible", "eligible", "eligible"],
         [("row_key", "link_does_not_fit")]),
        ([("B", "1", "否"), ("B", "", "否")], ["pending", "pending", "eligible"],
         [("row_key", "link_does_not_fit")] * 2),
        ([("A1", "", "是")], ["pending", "pending", "eligible"], [("member_id", "missing")]),
        ([("", "1", "是")], ["pending", "pending", "eligible"], [("household_id", "missing")]),
        ([("", "", "否")], ["pending", "pending", "eligible"], [("value", "bad_act")]),
    ],
)  # fmt: skip
def test_a_masked_row_and_what_links_say_of_it(
    tmp_path: Path, acts: list[tuple[str, str, str]], expected: list[str], rejected: list[Any]
) -> None:
    key = key_of(roster(tmp_path / "before", cars=[CAR]), "cars", 2)
    links = [link("cars", key, *each) for each in acts]
    found = alike(roster(tmp_path / "r", *links, cars=[CAR]))
    assert eligibility(found) == expected
    assert refused(found) == rejected
    assert len(found["acts"]) == len(acts) - len(rejected)
    taken = expected[0] == "ineligible"
    assert len(found["unmatched"]) == (0 if taken else 1)
    registers = found["summary"]["registers"]
    assert registers["cars"] == {"supplied": True, "rows": 1, "matched": int(taken)}


def test_a_link_to_a_row_that_is_not_there_is_refused(tmp_path: Path) -> None:
    found = alike(roster(tmp_path, link("cars", "r-0", "A1", "1"), cars=[CAR]))
    assert refused(found) == [("row_key", "link_does_not_fit")]


def test_another_mask_is_another_row(tmp_path: Path) -> None:
    """Two rows that differ in the mask alone have two names."""
    cars = [CAR, ("511902195*********", "", "", "是")]
    folder = roster(tmp_path / "before", cars=cars)
    assert key_of(folder, "cars", 2) != key_of(folder, "cars", 3)
    link_two = link("cars", key_of(folder, "cars", 2), "A2", "1")
    found = alike(roster(tmp_path / "r", link_two, cars=cars))
    assert eligibility(found) == ["pending", "ineligible", "pending"]


def test_a_row_that_tells_nobody_apart_may_be_linked(tmp_path: Path) -> None:
    deposits = [("", "", "6000", "")]
    key = key_of(roster(tmp_path / "0", deposits=deposits), "deposits", 2)
    given: list[tuple[list[Row], list[str]]] = [
        ([], ["pending", "pending", "pending"]),
        ([link("deposits", key, "B", "1")], ["eligible", "eligible", "ineligible"]),
        ([link("deposits", key, "A2", "1", "否")], ["pending", "eligible", "pending"]),
        ([link("deposits", key, "A2", "", "否"), link("deposits", key, "B", "1", "否")],
         ["pending", "eligible", "eligible"]),
        ([link("deposits", key)], ["eligible", "eligible", "eligible"]),
    ]  # fmt: skip
    for at, (acts, expected) in enumerate(given, start=1):
        found = alike(roster(tmp_path / str(at), *acts, deposits=deposits))
        assert (eligibility(found), refused(found)) == (expected, [])


def test_a_sure_row_may_be_taken_from_a_person(tmp_path: Path) -> None:
    cars = [(A1, "", "", "是"), (OTHER, "", "", "是")]
    folder = roster(tmp_path / "0", cars=cars)
    keys = [key_of(folder, "cars", number) for number in (2, 3)]
    for at, act in enumerate((link("cars", keys[0], "A1", "1", "否"), link("cars", keys[0]))):
        found = alike(roster(tmp_path / f"r{at}", act, cars=cars))
        assert eligibility(found) == ["eligible", "eligible", "ineligible"]
    found = alike(roster(tmp_path / "yes", link("cars", keys[0], "A2", "1"), cars=cars))
    assert refused(found) == [("row_key", "link_does_not_fit")]


def test_a_key_of_the_register_names_the_row(tmp_path: Path) -> None:
    houses = [(MASKED, "", "东街", "商品房", "260")]
    found = alike(roster(tmp_path, link("houses", "商品房/东街", "A2", "1"), houses=houses))
    assert eligibility(found) == ["eligible", "ineligible", "eligible"]
    assert [(c["row_key"], c["household_id"]) for c in found["clues"] if c["register"]] == [
        ("商品房/东街", "A2")
    ]


@pytest.mark.parametrize("key", ["商品房/东街A1号", "商品房/东 街Ａ１号", " 商品房/东街a1号"])
def test_a_key_names_its_rows_in_any_spelling(tmp_path: Path, key: str) -> None:
    rows = {"houses": [
        (A1, "人A1", "东街A1号", "商品房", "260"), (A1, "人A1", "东街 A1号", "商品房", "260"),
    ]}  # fmt: skip
    assert eligibility(alike(roster(tmp_path / "0", **rows)))[0] == "ineligible"
    found = alike(roster(tmp_path / "1", link("houses", key, "A1", "1", "否"), **rows))
    assert (refused(found), eligibility(found)[0], found["clues"]) == ([], "eligible", [])


def test_a_row_of_somebody_elses_entry_is_his_wherever_he_is(tmp_path: Path) -> None:
    """The entry of whom the number is not known is one person with another one."""
    rows: Rows = {"cars": [("", "", "甲村", "是")]}
    key = key_of(unnumbered(tmp_path / "0", rows), "cars", 2)
    same = {"kind": "same_person", "household_id": "A1", "member_id": "1", "value": "B/1", **SIGNED}
    found = alike(unnumbered(tmp_path / "1", rows, link("cars", key, "B", "1"), same))
    assert (refused(found), eligibility(found)) == ([], ["ineligible", "eligible", "pending"])


@pytest.mark.parametrize("both", [False, True])
def test_of_two_cars_one_was_sold(tmp_path: Path, both: bool) -> None:
    cars = [(A1, "人A1", "甲村", "是"), (A1, "人A1", "乙村", "是")]
    folder = roster(tmp_path / "0", cars=cars)
    keys = [key_of(folder, "cars", number) for number in (2, 3)]
    acts = [
        {"kind": "verdict", "household_id": "A1", "rule_id": "car", "verdict": "不属实",
         "register": "cars", "row_key": key, **SIGNED}
        for key in keys[: 1 + both]
    ]  # fmt: skip
    ruleset = shibie.loads(
        (Path(__file__).parent / "test_perhaps_rows.py")
        .read_text(encoding="utf-8")
        .split('"""')[3]
        .replace('when: "cars.any(used)"}', 'when: "cars.any(used)", refutable: true}')
    )
    folder = roster(tmp_path / "r", *acts, cars=cars)
    said = []
    for engine in ("interpreter", "duckdb"):
        with shibie.check(ruleset, folder, AS_OF, engine=engine, clues=True) as result:
            assert list(result.rejected) == []
            clues = [(c["row_key"], c["rule_id"], c["verdict"]) for c in result.clues]
            said.append(([row["eligibility"] for row in result.decisions], clues))
    assert said[0] == said[1]
    if both:
        assert said[0][0] == ["eligible"] * 3
        assert said[0][1] == [(key, "car", "refuted") for key in keys]
    else:
        assert said[0][0] == ["ineligible", "eligible", "eligible"]
        assert said[0][1] == [(keys[1], "car", ""), (keys[0], "car", "refuted")]


# --- who has no number ----------------------------------------------------------------------


def unnumbered(folder: Path, rows: Rows, *acts: Row, bad: str = "") -> Path:
    """The same roster, where the person of B has no number, and B an income that may be wrong."""
    roster(folder, *acts, **rows)
    for name, was, becomes in (
        ("members", OTHER, ""),
        ("households", "B,甲村,2000", f"B,甲村,{bad}"),
    ):
        file = folder / f"{name}.csv"
        text = file.read_text(encoding="utf-8")
        if name == "members" or bad:
            assert was in text
            file.write_text(text.replace(was, becomes), encoding="utf-8")
    return folder


OPEN_CAR: tuple[str, ...] = ("", "人B", "", "是")


@pytest.mark.parametrize(
    ("rows", "links", "expected", "matched"),
    [
        ({"cars": [OPEN_CAR]}, [], "pending", 0),
        ({"cars": [OPEN_CAR]}, [("cars", 2)], "ineligible", 1),
        ({"cars": [("5119021955********", "人B", "", "是")]}, [("cars", 2)], "ineligible", 1),
        # It is his; whether it is used is not known, and others may be his, too.
        ({"cars": [("", "人B", "", "")]}, [("cars", 2)], "pending", 1),
        ({"cars": [("", "人B", "", "否")]}, [("cars", 2)], "pending", 1),
        # Nothing in it tells one person from another; there may be debts, which lessen the sum.
        ({"deposits": [("", "", "6000", "")]}, [("deposits", 2)], "pending", 1),
        # One of them may be the other again.
        ({"deposits": [("", "甲", "3000", ""), ("", "", "3000", "2010-01-01")]},
         [("deposits", 2), ("deposits", 3)], "pending", 2),
        ({"houses": [("", "人B", "东街", "商品房", "60"), ("", "人B", "西街", "商品房", "")]},
         [("houses", 2), ("houses", 3)], "ineligible", 2),
        # Two rows of one key are one house.
        ({"houses": [("", "人B", "东街", "商品房", "60"), ("", "人B", "东街", "商品房", "")]},
         [("houses", 2)], "pending", 2),
    ],
)  # fmt: skip
def test_a_row_linked_to_a_person_without_a_number_is_surely_his(
    tmp_path: Path, rows: Rows, links: list[tuple[str, int]],
    expected: str, matched: int,
) -> None:  # fmt: skip
    keys = [(name, key_of(unnumbered(tmp_path / f"{name}{at}", rows), name, at))
            for name, at in links]  # fmt: skip
    folder = unnumbered(tmp_path / "r", rows, *(link(*each, "B", "1") for each in keys))
    found = alike(folder)
    assert refused(found) == []
    assert eligibility(found) == ["eligible", "eligible", expected]
    (name,) = rows
    every = len(rows[name])
    assert found["summary"]["registers"][name] == {
        "supplied": True, "rows": every, "matched": matched,
    }  # fmt: skip
    assert len(found["unmatched"]) == every - matched
    agree_in_parts(folder)


def test_a_row_of_somebody_who_is_not_decided_is_nobody_elses(tmp_path: Path) -> None:
    rows: Rows = {"cars": [("", "", "甲村", "是")]}
    key = key_of(unnumbered(tmp_path / "0", rows), "cars", 2)
    before = alike(unnumbered(tmp_path / "1", rows, bad="很多"))
    found = alike(unnumbered(tmp_path / "2", rows, link("cars", key, "B", "1"), bad="很多"))
    assert [eligibility(each) for each in (before, found)] == [["pending"] * 2, ["eligible"] * 2]
    assert len(found["unmatched"]) == 1
    assert found["notes"] == []


# --- drawn ----------------------------------------------------------------------------------


def with_links(folder: Path, seed: int, only: Container[tuple[str, int]] | None = None) -> Path:
    """A drawn roster with links of rows (of these only), of which some fit."""
    drawn(folder, seed)
    rnd = random.Random(seed)
    found = read_roster(folder, PACK, AS_OF)
    rows = [(name, row) for name, table in found.registers.items() for row in table or ()]
    if only is not None:
        # What is said of a row is said of all that have its key.
        others = {
            name_of_row(PACK.registers[name], row)
            for name, row in rows
            if (name, row.number) not in only
        }
        rows = [
            (name, row)
            for name, row in rows
            if (name, row.number) in only and name_of_row(PACK.registers[name], row) not in others
        ]
    people = [(h.household_id, m.member_id) for h in found.households for m in h.members]
    acts = []
    for name, row in rnd.sample(rows, min(len(rows), 5)):
        who = rnd.choice([*people, ("", "")]) if people else ("", "")
        if rnd.random() < 0.2:
            who = (who[0], "")
        value = rnd.choice(("是", "是", "否"))
        acts.append(link(name, name_of_row(PACK.registers[name], row), *who, value))
    write(folder / "acts.csv", COLUMNS, [tuple(a.get(n, "") for n in COLUMNS) for a in acts])
    return folder


@pytest.mark.parametrize(
    "seed", [*range(300, 310), *(pytest.param(n, marks=pytest.mark.slow) for n in range(310, 330))]
)
def test_all_link_as_the_interpreter_does(tmp_path: Path, seed: int) -> None:
    alike(with_links(tmp_path, seed))


@pytest.mark.parametrize("seed", range(400, 408))
def test_a_part_knows_the_links_of_the_whole(tmp_path: Path, seed: int) -> None:
    agree_in_parts(with_links(tmp_path, seed))


def test_a_link_of_a_row_not_surely_anybodys_turns_no_decision(tmp_path: Path) -> None:
    """Whose a row is comes to be known: that decides who was open, and nobody otherwise."""
    settled = 0
    for seed in range(500, 550):
        folder = drawn(tmp_path / str(seed), seed)
        with shibie.check(PACK, folder, AS_OF) as result:
            before = {row["household_id"]: row["eligibility"] for row in result.decisions}
            open_rows = {(row["register"], row["row"]) for row in result.unmatched}
        with shibie.check(PACK, with_links(folder, seed, open_rows), AS_OF) as result:
            after = {row["household_id"]: row["eligibility"] for row in result.decisions}
        decided = {each for each, word in before.items() if word != "pending"}
        assert {each: after[each] for each in decided} == {each: before[each] for each in decided}
        settled += sum(after[each] != before[each] for each in before)
    assert settled > 3
