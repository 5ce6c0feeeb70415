"""Clues against households, by row and by rule, and figures counted among all households."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shibie
from rosters.test_folder import FILES
from shibie.errors import InputError
from shibie.registers.row_key import row_key
from shibie.ruleset.loader import load, loads
from shibie.ruleset.model import RuleSet
from support.books import PEOPLE, Book, book, write_folder
from support.packs import sound

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
Row = dict[str, Any]


def checked(
    tmp_path: Path, sheets: Book, ruleset: RuleSet = PACK
) -> tuple[list[Row], dict[str, Any]]:
    """The clues and the summary, which Python and SQL make alike."""
    folder = write_folder(tmp_path / "r", sheets)
    found = []
    for engine in ("interpreter", "duckdb"):
        with shibie.check(ruleset, folder, AS_OF, engine=engine, clues=True) as result:
            result.write(tmp_path / engine)
            found.append((list(result.clues), result.summary))
    for name in (*FILES, "clues.csv", "acts.csv"):
        texts = [(tmp_path / engine / name).read_text() for engine in ("interpreter", "duckdb")]
        assert texts[0] == texts[1], name
    assert found[0] == found[1]
    return found[0]


def said(clues: list[Row]) -> list[tuple[str, ...]]:
    names = ("household_id", "register", "member_id", "rule_id", "verdict", "reason")
    return [tuple(str(clue[name]) for name in names) for clue in clues]


def suspects() -> Book:
    """Of household 001 the head has two cars and a flat; 002 is above the line, and said so."""
    sheets = book()
    sheets["比对-车辆登记比对"] += [
        [PEOPLE[0], "川Y0002", "小型轿车", 30000, "2014-01-01"],
        [PEOPLE[0], "川Y0003", "货运车辆", 40000, "2014-02-01"],
        [PEOPLE[1], "川Y0004", "摩托车", 4000, "2014-02-01"],
    ]
    sheets["农户"][2][-1] = "是"
    return sheets


def test_a_clue_is_a_row_or_a_rule_without_one(tmp_path: Path) -> None:
    sheets = suspects()
    sheets["核实"] += [
        ["003", "vehicle", "不属实", "过户手续", "王", "2015-12-01"],
        ["001", "vehicle", "属实", "入户", "李", "2015-12-02"],
    ]
    clues, summary = checked(tmp_path, sheets)
    assert said(clues) == [
        ("001", "vehicles", "1", "vehicle", "upheld", ""),
        ("001", "vehicles", "1", "vehicle", "upheld", ""),
        ("002", "", "", "above_local", "", ""),
        ("003", "vehicles", "2", "vehicle", "refuted", ""),
    ]
    assert [clue["person"] for clue in clues] == ["人0", "人0", "", "人4"]
    assert [clue["officer"] for clue in clues] == ["李", "李", "", "王"]
    assert len({clue["clue_id"] for clue in clues}) == len(clues)
    two = {"persons": 1, "rows": 2, "households": 1}
    assert summary["clues"] == {
        "total": {"persons": 2, "rows": 3, "households": 3},
        "by_register": {
            "declared": {"persons": 0, "rows": 0, "households": 1},
            "vehicles": {"persons": 2, "rows": 3, "households": 2},
        },
        "by_verdict": {
            "open": {"persons": 0, "rows": 0, "households": 1},
            "refuted": {"persons": 1, "rows": 1, "households": 1},
            "upheld": two,
        },
        "by_reason": {},
    }


def test_the_key_of_a_row_is_not_its_place(tmp_path: Path) -> None:
    clues, _ = checked(tmp_path / "1", suspects())
    moved = suspects()
    moved["比对-车辆登记比对"][1:] = reversed(moved["比对-车辆登记比对"][1:])
    again, _ = checked(tmp_path / "2", moved)
    assert {clue["clue_id"] for clue in clues} == {clue["clue_id"] for clue in again}
    one, other = (row_key("vehicles", {"plate": "川Y1"}, salt) for salt in ("", "secret"))
    assert one != other
    assert row_key("deposits", {"plate": "川Y1"}) != one


def test_a_verdict_on_one_row_is_that_row_s(tmp_path: Path) -> None:
    clues, _ = checked(tmp_path / "1", suspects())
    sheets = suspects()
    sheets["acts"] = [
        ["kind", "household_id", "rule_id", "verdict", "register", "row_key", "reason", "evidence", "officer", "date"],
        ["verdict", "001", "vehicle", "属实", "vehicles", clues[0]["row_key"], "在用", "入户", "李", "2015-12-02"],
    ]  # fmt: skip
    found, summary = checked(tmp_path / "2", sheets)
    assert found[0]["row_key"] == clues[0]["row_key"]
    assert (found[0]["verdict"], found[0]["reason"]) == ("upheld", "在用")
    assert summary["clues"]["by_reason"]["在用"]["households"] == 1


def test_a_row_that_no_rule_rests_on_is_a_clue_of_its_comparison() -> None:
    """A car too cheap to exclude contradicts the declaration all the same."""
    ruleset = sound()
    person = {
        "household_id": "1",
        "member_id": "7",
        "name": "甲",
        "id_number": PEOPLE[0],
        "relation": "户主",
    }
    given = shibie.roster(
        ruleset, AS_OF, [{"household_id": "1", "wage_income": 1000, "owns_vehicle": False}], [person],
        vehicles=[{"id_number": PEOPLE[0], "kind": kind, "value": 20000} for kind in ("轿车", "摩托")],
    )  # fmt: skip
    with shibie.check(ruleset, given, AS_OF, clues=True) as result:
        assert said(list(result.clues)) == [("1", "vehicles", "7", "compare_vehicles", "", "")]


def test_without_being_asked_there_are_none(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "r", suspects())
    with shibie.check(PACK, folder, AS_OF) as result:
        result.write(tmp_path / "out")
        assert (list(result.clues), "clues" in result.summary) == ([], False)
    assert not (tmp_path / "out" / "clues.csv").exists()
    with pytest.raises(InputError, match="spark"):
        shibie.check(PACK, str(folder), AS_OF, engine="spark", clues=True)


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_older_clues_do_not_stay_beside_a_newer_result(tmp_path: Path, engine: Any) -> None:
    folder, out = write_folder(tmp_path / "r", suspects()), tmp_path / "out"
    with shibie.check(PACK, folder, AS_OF, engine=engine, clues=True) as result:
        result.write(out)
    (out / "notes.txt").write_text("of the officer")
    assert (out / "clues.csv").is_file()
    with shibie.check(PACK, folder, AS_OF, engine=engine) as result:
        result.write(out)
    assert not (out / "clues.csv").exists()
    assert (out / "notes.txt").read_text() == "of the officer"


def test_the_workbook_has_the_clues(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    folder = write_folder(tmp_path / "r", suspects())
    books = []
    for engine in ("interpreter", "duckdb"):
        out = tmp_path / f"{engine}.xlsx"
        with shibie.check(PACK, folder, AS_OF, engine=engine, clues=True) as result:
            result.write(out)
        sheet = load_workbook(out)["疑点"]
        books.append(list(sheet.iter_rows(values_only=True)))
    assert books[0] == books[1]
    assert [row[6] for row in books[0]] == [
        "规则", "有小轿车或客货运车辆的不纳入", "有小轿车或客货运车辆的不纳入",
        "家庭生活明显高于当地平均水平的不纳入", "有小轿车或客货运车辆的不纳入",
    ]  # fmt: skip


# --- figures among all households -----------------------------------------------------------


def test_a_tally_may_count_all_households(tmp_path: Path) -> None:
    folder = Path(str(PACK.folder))
    text = (folder / "ruleset.yaml").read_text(encoding="utf-8")
    more = (
        "tallies:\n"
        "  - {id: anybody, title: 普通劳动力, for: member, among: all, when: 'labor == \"普通劳动力\"'}\n"
        "  - {id: some, title: 普通劳动力户, for: member, when: 'labor == \"普通劳动力\"'}\n"
        "  - {id: lacking, title: 低收入户, among: all, when: low_income}\n"
    )
    ruleset = loads(
        text.replace("tallies:\n", more, 1),
        (folder / "parameters.yaml").read_text(encoding="utf-8"),
    )
    _, summary = checked(tmp_path, book(), ruleset)
    assert {name: summary["tallies"][name] for name in ("anybody", "some", "lacking")} == {
        "anybody": {"households": 3, "persons": 5},
        "some": {"households": 1, "persons": 2},
        "lacking": {"households": 2, "persons": 4},
    }


def test_a_field_that_a_pack_calls_name_is_nobodys_name() -> None:
    ruleset = loads("""
ruleset: {id: own, title: 自定, vocabulary: bare, effective: {from: 2015-01-01, to: 2015-12-31}}
fields:
  - {of: member, name: id_number, title: 证件号码, type: citizen_id}
  - {of: member, name: name, title: 病名, type: text, sensitive: true}
comparisons:
  - {id: compare_cars, title: 车辆, register: cars, columns: {id_number: citizen_id}, match: id_number}
poor: "true"
exclusions:
  - {id: car, title: 有车, when: cars.any(true)}
""")
    person = {"household_id": "1", "member_id": "1", "id_number": PEOPLE[0], "name": "高血压"}
    roster = shibie.roster(
        ruleset, AS_OF, households=[{"household_id": "1"}], members=[person],
        cars=[{"id_number": PEOPLE[0]}],
    )  # fmt: skip
    for engine in ("interpreter", "duckdb"):
        with shibie.check(ruleset, roster, AS_OF, engine=engine, clues=True) as result:
            (clue,) = result.clues
            assert (clue["rule_id"], clue["person"]) == ("car", "")


# --- what was found is on the line of what it was found of -------------------------------------

MASKED = PEOPLE[0][:6] + "********" + PEOPLE[0][14:]


def perhaps(*verdicts: Row) -> Book:
    """A masked number that may be the head's of 001, and verdicts about 001."""
    sheets = book()
    sheets["比对-车辆登记比对"].append([MASKED, "川Y0002", "小型轿车", 30000, "2014-01-01"])
    columns = [
        "kind",
        "household_id",
        "rule_id",
        "verdict",
        "register",
        "row_key",
        "evidence",
        "officer",
        "date",
    ]
    signed = {
        "kind": "verdict",
        "household_id": "001",
        "evidence": "入户",
        "officer": "李",
        "date": "2015-12-02",
    }
    sheets["acts"] = [
        columns,
        *([(signed | row).get(name) for name in columns] for row in verdicts),
    ]
    return sheets  # fmt: skip


ROW = {"register": "vehicles", "row_key": "川Y0002"}
# That of 003, which is surely his.
OTHER = ("003", "vehicles", "2", "vehicle", "", "")


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ([], [("001", "vehicles", "1", "vehicle", "", "")]),
        ([{"rule_id": "vehicle", "verdict": "属实", **ROW}],
         [("001", "vehicles", "1", "vehicle", "upheld", "")]),
        ([{"rule_id": "vehicle", "verdict": "不属实", **ROW}],
         [("001", "vehicles", "1", "vehicle", "refuted", "")]),
        ([{"rule_id": "vehicle", "verdict": "不属实"}],
         [("001", "vehicles", "1", "vehicle", "refuted", "")]),
        ([{"rule_id": "vehicle", "verdict": "属实但例外"}],
         [("001", "vehicles", "1", "vehicle", "exempt", "")]),
        # Nothing speaks for the rule, and yet it was judged.
        ([{"rule_id": "payroll", "verdict": "不属实"}],
         [("001", "vehicles", "1", "vehicle", "", ""), ("001", "", "", "payroll", "refuted", "")]),
        ([{"rule_id": "payroll", "verdict": "属实"}],
         [("001", "vehicles", "1", "vehicle", "", ""), ("001", "", "", "payroll", "upheld", "")]),
    ],
)  # fmt: skip
def test_a_row_that_may_be_his_is_one_line_with_what_was_found(
    tmp_path: Path, verdicts: list[Row], expected: list[tuple[str, ...]]
) -> None:
    opened, _ = checked(tmp_path / "0", perhaps())
    clues, _ = checked(tmp_path / "1", perhaps(*verdicts))
    assert said(clues) == [*expected, OTHER]
    # The ledger goes on from line to line.
    assert opened[0]["clue_id"] == clues[0]["clue_id"]


def test_what_was_found_of_one_row_says_nothing_of_the_others(tmp_path: Path) -> None:
    sheets = perhaps({"rule_id": "vehicle", "verdict": "属实", **ROW})
    sheets["比对-车辆登记比对"].append([PEOPLE[0], "川Y0005", "小型轿车", 30000, "2014-01-01"])
    clues, summary = checked(tmp_path, sheets)
    assert [(clue["row_key"], clue["verdict"]) for clue in clues] == [
        ("川Y0005", ""), ("川Y0002", "upheld"), ("川Y0001", ""),
    ]  # fmt: skip
    assert summary["clues"]["by_verdict"]["upheld"] == {"persons": 1, "rows": 1, "households": 1}


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (("2015-12-01", "2015-12-02"), [("川Y0002", "upheld", "2015-12-02"), ("川Y0005", "", "")]),
        (("2015-12-02", "2015-12-01"), [("川Y0005", "", ""), ("川Y0002", "refuted", "2015-12-02")]),
        # They contradict each other, and none counts.
        (("2015-12-02", "2015-12-02"), [("川Y0002", "", ""), ("川Y0005", "", "")]),
    ],
)
def test_a_row_has_one_line_with_the_verdict_that_counts(
    tmp_path: Path, days: tuple[str, str], expected: list[tuple[str, str, str]]
) -> None:
    words = zip(("不属实", "属实"), days, strict=True)
    verdicts = ({"rule_id": "vehicle", "verdict": v, "date": day, **ROW} for v, day in words)
    sheets = perhaps(*verdicts)
    sheets["比对-车辆登记比对"][-1][0] = PEOPLE[0]
    sheets["比对-车辆登记比对"].append([PEOPLE[0], "川Y0005", "小型轿车", 30000, "2014-01-01"])
    clues, _ = checked(tmp_path, sheets)
    found = [(c["row_key"], c["verdict"], c["date"]) for c in clues if c["household_id"] == "001"]
    assert found == expected


def test_every_row_that_was_upheld_says_so(tmp_path: Path) -> None:
    found = {"rule_id": "vehicle", "verdict": "属实"}
    sheets = perhaps({**found, **ROW}, {**found, **ROW, "row_key": "川Y0005", "officer": "赵"})
    sheets["比对-车辆登记比对"].append([PEOPLE[0], "川Y0005", "小型轿车", 30000, "2014-01-01"])
    clues, _ = checked(tmp_path, sheets)
    assert [(clue["row_key"], clue["verdict"], clue["officer"]) for clue in clues] == [
        ("川Y0005", "upheld", "赵"), ("川Y0002", "upheld", "李"), ("川Y0001", "", ""),
    ]  # fmt: skip


def test_a_row_upheld_in_a_register_that_is_not_there_is_a_line_of_its_rule(tmp_path: Path) -> None:
    sheets = perhaps({"rule_id": "vehicle", "verdict": "属实", **ROW})
    del sheets["比对-车辆登记比对"]
    clues, _ = checked(tmp_path, sheets)
    assert said(clues) == [("001", "", "", "vehicle", "upheld", "")]


def test_a_verdict_of_a_row_of_many_that_it_may_be_is_on_its_line(tmp_path: Path) -> None:
    """A row without a number may be anybody's; judged of one household it is open elsewhere."""
    sheets = perhaps({"rule_id": "vehicle", "verdict": "不属实"})
    sheets["比对-车辆登记比对"][-1][0] = None
    clues, _ = checked(tmp_path, sheets)
    assert [line[:5] for line in said(clues)] == [
        ("001", "vehicles", "1", "vehicle", "refuted"),
        ("001", "vehicles", "2", "vehicle", "refuted"),
        ("002", "vehicles", "1", "vehicle", ""),
        ("003", "vehicles", "2", "vehicle", ""),
        ("003", "vehicles", "1", "compare_vehicles", ""),
        ("003", "vehicles", "2", "compare_vehicles", ""),
    ]
