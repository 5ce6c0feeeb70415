"""The table of acts: read, held against the roster, applied, and written back."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shibie
from rosters.test_folder import FILES
from shibie.acts import COLUMNS, links_of, same_persons_of
from shibie.api import explain
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from support.books import NAMES, PEOPLE, Book, as_export, book, write_folder, write_xlsx

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
SIGNED = {"evidence": "入户", "officer": "王", "date": "2015-12-01"}
Row = dict[str, Any]


def act(kind: str, household: str | None = "003", **more: Any) -> Row:
    return {"kind": kind, "household_id": household, **SIGNED, **more}


def with_acts(*acts: Row, sheets: Book | None = None) -> Book:
    """A roster with these acts."""
    found = sheets or book()
    found["acts"] = [[*COLUMNS], *([row.get(name) for name in COLUMNS] for row in acts)]
    return found


def checked(tmp_path: Path, sheets: Book, workbook: bool = False) -> dict[str, list[Row]]:
    """The result tables, which Python and SQL make alike."""
    roster = (
        write_xlsx(tmp_path / "r.xlsx", sheets)
        if workbook
        else write_folder(tmp_path / "r", sheets)
    )
    found = []
    for engine in ("interpreter", "duckdb"):
        with shibie.check(PACK, roster, AS_OF, engine=engine, lang="en") as result:
            result.write(tmp_path / engine)
            tables = (result.decisions, result.rejected, result.acts, result.findings)
            found.append({table.name: list(table) for table in tables})
    for name in (*FILES, "acts.csv"):
        texts = [(tmp_path / engine / name).read_text() for engine in ("interpreter", "duckdb")]
        assert texts[0] == texts[1], name
    assert found[0] == found[1]
    return found[0]


def eligibilities(tables: dict[str, list[Row]]) -> dict[str, str]:
    return {row["household_id"]: row["eligibility"] for row in tables["decisions"]}


def reasons(tables: dict[str, list[Row]]) -> list[tuple[int, str, str, str]]:
    return [(row["row"], row["field"], row["value"], row["reason"]) for row in tables["rejected"]]


BEFORE = {"001": "eligible", "002": "ineligible", "003": "ineligible"}


@pytest.mark.parametrize("export", [False, True])
@pytest.mark.parametrize("workbook", [False, True])
def test_every_kind_at_once(tmp_path: Path, export: bool, workbook: bool) -> None:
    sheets = book()
    # Who has no number may be one with another.
    sheets["成员"][3][3] = None
    sheets = as_export(sheets) if export else sheets
    sheets["比对-车辆登记比对"].append([None, "川Y0002", "小型轿车", None, None])
    tables = checked(
        tmp_path,
        with_acts(
            act("核实", rule_id="vehicle", verdict="不属实", head="人3"),
            act("correction", "002", field="工资性收入", was="90000", value="9000"),
            act("更正", "001", member_id="2", field="健康状况", was="健康", value="残疾"),
            act(
                "link", "003", register="车辆登记比对", row_key="川Y0001", member_id="2", value="是"
            ),
            act("关联", None, register="vehicles", row_key="川Y0002", value="yes"),
            act("同一人", "001", member_id="1", value="002/1"),
            act("verdict", "001", rule_id="deposits", verdict="属实", act_id="wrong"),
            act("undo", "001", value="wrong"),
            sheets=sheets,
        ),
        workbook,
    )
    assert reasons(tables) == []
    assert eligibilities(tables) == {**BEFORE, "003": "eligible"}
    kinds = [(row["kind"], row["household_id"]) for row in tables["acts"]]
    assert kinds == [
        ("verdict", "003"), ("correction", "002"), ("correction", "001"), ("link", "003"), ("link", ""),
        ("same_person", "001"),
    ]  # fmt: skip
    assert all(row["act_id"].startswith("a-") for row in tables["acts"])
    roster = read_roster(tmp_path / ("r.xlsx" if workbook else "r"), PACK, AS_OF)
    assert [str(h.wage_income) for h in roster.households] == ["2000.00", "9000.00", "1000.00"]  # type: ignore[attr-defined]
    assert roster.households[0].members[1].health == {"残疾"}  # type: ignore[attr-defined]
    assert [(each.row_key, each.household_id, each.yes) for each in links_of(roster.acts)] == [
        ("川Y0001", "003", True), ("川Y0002", "", True),
    ]  # fmt: skip
    (pair,) = same_persons_of(roster.acts)
    assert (pair.household_id, pair.member_id, pair.other_household_id) == ("001", "1", "002")


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    """The acts in force beside the same roster give the same result, and the same acts."""
    sheets = book()
    sheets["核实"].append(["003", "vehicle", "不属实", "照片", "王", "2015-12-01"])
    sheets = with_acts(
        act("correction", "001", field="wage_income", was="2000", value="90000"),
        act("correction", "001", field="wage_income", was="90000", value=None),
        sheets=sheets,
    )
    first = checked(tmp_path / "1", sheets)
    assert eligibilities(first) == {**BEFORE, "001": "pending", "003": "eligible"}
    again = checked(tmp_path / "2", with_acts(*first["acts"]))
    assert again == first


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (act("oops"), ("kind", "oops", "expected one of: verdict, link, same_person, correction, step, undo")),
        (act("verdict", "009", rule_id="vehicle", verdict="属实"),
         ("household_id", "009", "no such household on the roster")),
        (act("verdict", rule_id="vehicle", verdict="属实", head="人9"),
         ("head", "人9", "the roster's head of this household is 人3")),
        (act("verdict", rule_id="vehicl", verdict="属实"),
         ("rule_id", "vehicl", "no rule to adjudicate; did you mean 'vehicle'?")),
        (act("verdict", rule_id="above_local", verdict="不属实"),
         ("rule_id", "above_local", "this rule cannot be refuted; it allows only: upheld")),
        (act("verdict", rule_id="vehicle", verdict="也许"),
         ("verdict", "也许", "expected upheld or refuted or exempt")),
        (act("verdict", rule_id="vehicle", verdict="属实", evidence=None),
         ("evidence", "", "a verdict needs evidence, officer and date; missing: evidence")),
        (act("verdict", rule_id="vehicle", verdict="属实", officer=None),
         ("officer", "", "a verdict needs evidence, officer and date; missing: officer")),
        (act("verdict", rule_id="vehicle", verdict="属实", date=None),
         ("date", "", "a verdict needs evidence, officer and date; missing: date")),
        (act("verdict", rule_id="vehicle", verdict="属实但例外", register="vehicles", row_key="k"),
         ("row_key", "k", "an exemption is of the rule, not of one row")),
        (act("verdict", rule_id="vehicle", verdict="不属实", row_key="k"),
         ("register", "", "an act of kind verdict needs register")),
        (act("verdict", rule_id="vehicle", verdict="不属实", register="vehicles"),
         ("row_key", "", "an act of kind verdict needs row_key")),
        (act("verdict", rule_id="payroll", verdict="不属实", register="vehicles", row_key="川Y0001"),
         ("register", "vehicles", "rule payroll does not read this register; it reads payroll")),
        (act("verdict", rule_id="vehicle", verdict="不属实", register="vehicles", row_key="川Y0011"),
         ("row_key", "川Y0011", "the register has no row of that key that fits anybody of this household;"
          " did you mean '川Y0001'?")),
        (act("verdict", "001", rule_id="vehicle", verdict="属实", register="vehicles", row_key="川Y0001"),
         ("row_key", "川Y0001", "the register has no row of that key that fits anybody of this household")),
        (act("link", register="vehicles", row_key="川Y0011", member_id="2", value="否"),
         ("row_key", "川Y0011", "the register has no row of that key that fits this person;"
          " did you mean '川Y0001'?")),
        (act("link", register="vehicles", row_key="川Y0011", value="否"),
         ("row_key", "川Y0011", "the register has no row of that key that fits anybody of this household;"
          " did you mean '川Y0001'?")),
        (act("link", None, register="vehicles", row_key="川Y0011", value="是"),
         ("row_key", "川Y0011", "the register has no row of that key")),
        (act("correction", field="wage_income", was="999", value="5"),
         ("was", "999.00", "it says 999.00 was there; the roster has 1000.00")),
        (act("correction", field="wage_incom", was="1000", value="5"),
         ("field", "wage_incom", "no field to correct; did you mean 'wage_income'?")),
        (act("correction", field="wage_income", was="1000", value="很多"),
         ("value", "很多", "expected a number")),
        (act("correction", member_id="1", field="证件号码", was=PEOPLE[5], value=PEOPLE[6]),
         ("was", "511*************" + PEOPLE[5][-2:],
          f"it says 511*************{PEOPLE[5][-2:]} was there; the roster has 511*************{PEOPLE[3][-2:]}")),
        (act("correction", field="main_cause", was="因病", value="因灾"),
         ("was", "（健康状况，不显示）",
          "it says （健康状况，不显示） was there; the roster has (blank)")),
        (act("correction", member_id="7", field="health", value="残疾"),
         ("member_id", "7", "the household has no such member")),
        (act("correction", field="wage_income", was="1000", value="5", officer=None),
         ("officer", "", "an act of kind correction needs officer")),
        (act("correction", field="wage_income", was="1000", value="5", date="2015-12-21"),
         ("date", "2015-12-21", "dated after the day of judgement 2015-12-20")),
        (act("link", register="vehicle", row_key="k", member_id="1", value="是"),
         ("register", "vehicle", "no such register; did you mean 'vehicles'?")),
        (act("link", register="vehicles", row_key="k", member_id="1", value="也许"),
         ("value", "也许", "expected 是 or 否 (yes or no)")),
        (act("same_person", member_id="1", value="9"), ("value", "9", "expected household/member")),
        (act("same_person", member_id="1", value="H9/1"), ("value", "H9/1", "no household H9 on the roster")),
        (act("same_person", member_id="9", value="001/1"),
         ("member_id", "9", "the household has no such member")),
        (act("undo", value="nothing"), ("value", "nothing", "no act to take back")),
        (act("step", rule_id="village_votes"), ("rule_id", "village_votes", "no such step in the pack")),
        (act("step", rule_id="village_vote", field="到会人数", value="三五十"),
         ("value", "三五十", "expected a number")),
        (act("verdict", rule_id="vehicle", verdict="属实", recorded_at="昨天"),
         ("recorded_at", "昨天", "expected a time like 2015-12-01T08:30:00Z")),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_rejected(
    tmp_path: Path, given: Row, expected: tuple[str, str, str]
) -> None:
    tables = checked(tmp_path, with_acts(given))
    assert [row[1:] for row in reasons(tables)] == [expected]
    assert [row["row"] for row in tables["rejected"]] == [2]
    assert eligibilities(tables) == BEFORE
    assert tables["acts"] == []


def test_two_yes_to_one_row_are_refused(tmp_path: Path) -> None:
    sheets = book()
    sheets["比对-车辆登记比对"].append([None, "川Y0002", "小型轿车", None, None])
    row = {"register": "vehicles", "row_key": "川Y0002", "value": "是"}
    tables = checked(
        tmp_path,
        with_acts(
            act("link", "001", member_id="1", **row),
            act("link", "003", member_id="1", **row),
            act("link", "003", member_id="2", **{**row, "value": "否"}),
            sheets=sheets,
        ),
    )
    assert [row[0] for row in reasons(tables)] == [2, 3]
    assert [(row["household_id"], row["value"]) for row in tables["acts"]] == [("003", "no")]


def test_a_link_that_fits_stands_beside_one_that_does_not(tmp_path: Path) -> None:
    """Only links that are otherwise valid contradict each other."""
    row = {"register": "vehicles", "row_key": "川Y0001", "value": "是"}
    tables = checked(
        tmp_path,
        with_acts(
            act("link", "003", member_id="2", **row),
            act("link", "001", member_id="1", head="人9", **row),
            act("link", "001", member_id="9", **row),
            act("link", "001", member_id="1", **row),
        ),
    )
    assert [(row["row"], row["field"], row["code"]) for row in tables["rejected"]] == [
        (3, "head", "wrong_head"), (4, "member_id", "bad_act"), (5, "row_key", "link_does_not_fit"),
    ]  # fmt: skip
    assert [(row["household_id"], row["member_id"]) for row in tables["acts"]] == [("003", "2")]


def test_a_verdict_of_a_row_that_is_not_there_leaves_another_in_force(tmp_path: Path) -> None:
    """A later verdict that cannot be used takes nobody's place."""
    tables = checked(
        tmp_path,
        with_acts(
            act("verdict", rule_id="vehicle", verdict="不属实", date="2015-12-01"),
            act("verdict", rule_id="vehicle", verdict="属实", register="vehicles",
                row_key="川Y0011", date="2015-12-02"),
        ),
    )  # fmt: skip
    assert [(row["row"], row["field"], row["code"]) for row in tables["rejected"]] == [
        (3, "row_key", "link_does_not_fit")
    ]
    assert eligibilities(tables) == {**BEFORE, "003": "eligible"}


@pytest.mark.parametrize("name", ["测 九·甲a", "测九•甲Ａ", " 测九甲A", "测　九．甲Ａ"])
def test_a_head_is_the_same_however_it_is_written(tmp_path: Path, name: str) -> None:
    """As names are compared between registers and persons: by letters and digits alone."""
    sheets = book()
    sheets["成员"][4][2] = "测九·甲Ａ"
    verdict = act("verdict", rule_id="vehicle", verdict="不属实", head=name)
    tables = checked(tmp_path, with_acts(verdict, sheets=sheets))
    assert reasons(tables) == []
    assert eligibilities(tables) == {**BEFORE, "003": "eligible"}


EARLY, LATE = "2015-12-02T08:00:00Z", "2015-12-03T08:00:00+08:00"


@pytest.mark.parametrize(
    ("undo_first", "undone", "recorded", "taken_back"),
    [
        (False, "2015-12-01", (None, None), True),
        # Signed earlier, but put in below: only what was recorded tells which came first.
        (False, "2015-11-01", (None, None), True),
        (True, "2015-12-01", (None, None), False),
        (True, "2015-12-05", (None, None), False),
        (True, "2015-12-01", (LATE, EARLY), True),
        (False, "2015-12-01", (EARLY, LATE), False),
        (True, "2015-12-01", (EARLY, EARLY), False),
        (False, "2015-12-01", (EARLY, None), True),
        (True, "2015-12-01", (None, EARLY), False),
    ],
)
def test_nothing_is_taken_back_before_it_was_recorded(
    tmp_path: Path, undo_first: bool, undone: str, recorded: tuple[Any, Any], taken_back: bool
) -> None:
    verdict = act(
        "verdict", rule_id="vehicle", verdict="不属实", act_id="n1", recorded_at=recorded[1]
    )
    undo = act("undo", value="n1", recorded_at=recorded[0]) | {"date": undone}
    acts = (undo, verdict) if undo_first else (verdict, undo)
    tables = checked(tmp_path, with_acts(*acts))
    assert eligibilities(tables) == (BEFORE if taken_back else {**BEFORE, "003": "eligible"})
    own, other = (2, 3) if undo_first else (3, 2)
    assert reasons(tables) == (
        [] if taken_back
        else [(own, "value", "n1", f"recorded before the act that it takes back, in row {other}")]
    )  # fmt: skip


def test_the_number_of_an_act_is_used_once(tmp_path: Path) -> None:
    one = act("verdict", rule_id="vehicle", verdict="不属实", act_id="n1")
    tables = checked(
        tmp_path, with_acts(one, one, act("undo", "001", value="n1"), {**one, "officer": "李"})
    )
    assert reasons(tables) == [
        (4, "household_id", "001", "that act is about household 003"),
        (5, "act_id", "n1", "the number of the act in row 2"),
    ]
    assert len(tables["acts"]) == 1


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_a_note_names_the_table_of_the_verdict_that_counts(tmp_path: Path, engine: Any) -> None:
    older = act("verdict", rule_id="vehicle", verdict="refuted", head="人3")
    sheets = with_acts(older, older | {"verdict": "exempt", "date": "2015-12-02"})
    sheets["核实"].append(["003", "vehicle", "属实", "再次", "李", "2015-12-04"])
    roster = write_folder(tmp_path / "r", sheets)
    with shibie.check(PACK, roster, AS_OF, engine=engine) as found:
        notes = [note for note in found.notes if "取代" in note]
    assert notes == [
        "acts.csv 第 2 行的核实已被 adjudications.csv 第 2 行取代",
        "acts.csv 第 3 行的核实已被 adjudications.csv 第 2 行取代",
    ]
    with shibie.check(PACK, roster, AS_OF, engine=engine, lang="en") as found:
        assert "acts.csv: the verdict in row 3 is superseded by row 2 of adjudications.csv" in (
            found.notes
        )


def test_the_latest_verdict_counts_whichever_table_it_is_in(tmp_path: Path) -> None:
    sheets = book()
    sheets["核实"].append(["003", "vehicle", "不属实", "照片", "王", "2015-12-01"])
    later = act("verdict", rule_id="vehicle", verdict="属实", date="2015-12-10")
    tables = checked(tmp_path, with_acts(later, sheets=sheets))
    assert eligibilities(tables) == BEFORE
    assert [(row["verdict"], row["date"]) for row in tables["acts"]] == [("upheld", "2015-12-10")]


def test_a_row_refuted_alone_leaves_the_rule_to_the_others(tmp_path: Path) -> None:
    """Of two cars one was sold: that says nothing of the other."""
    sheets = book()
    sheets["比对-车辆登记比对"].append([PEOPLE[4], "川Y0003", "小型轿车", 50000, "2014-01-01"])
    row = {"register": "vehicles", "row_key": "川Y0001"}
    tables = checked(
        tmp_path,
        with_acts(
            act("verdict", rule_id="vehicle", verdict="不属实", reason="已转让", **row),
            act("verdict", rule_id="above_local", verdict="不属实", **row),
            sheets=sheets,
        ),
    )
    assert [row[:2] for row in reasons(tables)] == [(3, "rule_id")]
    assert eligibilities(tables) == BEFORE
    (kept,) = tables["acts"]
    assert (kept["verdict"], kept["row_key"], kept["reason"]) == ("refuted", "川Y0001", "已转让")
    (link,) = links_of(read_roster(tmp_path / "r", PACK, AS_OF).acts)
    assert (link.register, link.row_key, link.household_id, link.yes) == (
        "vehicles", "川Y0001", "003", False,
    )  # fmt: skip


ROW_1, ROW_3 = ({"register": "vehicles", "row_key": key} for key in ("川Y0001", "川Y0003"))
FIRST, THEN, LAST = ({"date": f"2015-12-0{day}"} for day in (1, 2, 3))
BOTH_REFUSED = [(2, "verdict", "bad_verdict"), (3, "verdict", "bad_verdict")]


def of_cars(*verdicts: Row, cars: int = 1) -> Book:
    """Household 003 with one car or two, and what was found of them."""
    sheets = book()
    if cars == 2:
        sheets["比对-车辆登记比对"].append([PEOPLE[4], "川Y0003", "小型轿车", 50000, "2014-01-01"])
    acts = [act("verdict", rule_id="vehicle", **each) for each in verdicts]
    return with_acts(*acts, sheets=sheets)


@pytest.mark.parametrize(
    ("cars", "verdicts", "becomes", "counting", "refused", "superseded"),
    [
        # The only row.
        (1, [{"verdict": "upheld", **ROW_1, **FIRST}, {"verdict": "refuted", **ROW_1, **THEN}],
         "eligible", [("川Y0001", "refuted")], [], [(2, 3)]),
        (1, [{"verdict": "refuted", **ROW_1, **THEN}, {"verdict": "upheld", **ROW_1, **FIRST}],
         "eligible", [("川Y0001", "refuted")], [], [(3, 2)]),
        (1, [{"verdict": "refuted", **ROW_1, **FIRST}, {"verdict": "upheld", **ROW_1, **THEN}],
         "ineligible", [("川Y0001", "upheld")], [], [(2, 3)]),
        # The key in another spelling is the same row.
        (1, [{"verdict": "upheld", **ROW_1, **FIRST},
             {"verdict": "refuted", **ROW_1, "row_key": "川ｙ 0001", **THEN}],
         "eligible", [("川y 0001", "refuted")], [], [(2, 3)]),
        (1, [{"verdict": "upheld", **ROW_1, **FIRST}, {"verdict": "refuted", **ROW_1, **FIRST}],
         "ineligible", [], BOTH_REFUSED, []),
        # A refuted row and a verdict on the rule are two things.
        (1, [{"verdict": "upheld", **FIRST}, {"verdict": "refuted", **ROW_1, **THEN}],
         "ineligible", [("", "upheld"), ("川Y0001", "refuted")], [], []),
        # An upheld row and a verdict on the rule are one.
        (1, [{"verdict": "upheld", **ROW_1, **FIRST}, {"verdict": "refuted", **THEN}],
         "eligible", [("", "refuted")], [], [(2, 3)]),
        (1, [{"verdict": "refuted", **FIRST}, {"verdict": "upheld", **ROW_1, **THEN}],
         "ineligible", [("川Y0001", "upheld")], [], [(2, 3)]),
        (1, [{"verdict": "refuted", **FIRST}, {"verdict": "upheld", **ROW_1, **FIRST}],
         "ineligible", [], BOTH_REFUSED, []),
        # What was found of the row is withdrawn, and the verdict on the rule is the latest again.
        (1, [{"verdict": "exempt", **FIRST}, {"verdict": "upheld", **ROW_1, **THEN},
             {"verdict": "refuted", **ROW_1, **LAST}],
         "eligible", [("", "exempt"), ("川Y0001", "refuted")], [], [(3, 4)]),
        # Of two cars: the rule stands on the other.
        (2, [{"verdict": "upheld", **ROW_1, **FIRST}, {"verdict": "refuted", **ROW_1, **THEN}],
         "ineligible", [("川Y0001", "refuted")], [], [(2, 3)]),
        (2, [{"verdict": "upheld", **ROW_1, **FIRST}, {"verdict": "refuted", **ROW_3, **THEN}],
         "ineligible", [("川Y0001", "upheld"), ("川Y0003", "refuted")], [], []),
        (2, [{"verdict": "refuted", **ROW_1, **FIRST}, {"verdict": "refuted", **ROW_3, **THEN}],
         "eligible", [("川Y0001", "refuted"), ("川Y0003", "refuted")], [], []),
        (2, [{"verdict": "upheld", **ROW_1, **THEN}, {"verdict": "upheld", **ROW_3, **FIRST}],
         "ineligible", [("川Y0001", "upheld"), ("川Y0003", "upheld")], [], []),
        # The first was superseded before the second was found.
        (2, [{"verdict": "upheld", **ROW_1, **FIRST}, {"verdict": "refuted", **THEN},
             {"verdict": "upheld", **ROW_3, **LAST}],
         "ineligible", [("川Y0003", "upheld")], [], [(3, 4), (2, 4)]),
    ],
)  # fmt: skip
def test_the_latest_verdict_on_a_row_counts(
    tmp_path: Path, cars: int, verdicts: list[Row], becomes: str,
    counting: list[tuple[str, str]], refused: list[tuple[int, str, str]],
    superseded: list[tuple[int, int]],
) -> None:  # fmt: skip
    tables = checked(tmp_path, of_cars(*verdicts, cars=cars))
    assert eligibilities(tables) == {**BEFORE, "003": becomes}
    found = sorted((row["row_key"] or "", row["verdict"]) for row in tables["acts"])
    assert found == counting
    assert [(row["row"], row["field"], row["code"]) for row in tables["rejected"]] == refused
    for engine in ("interpreter", "duckdb"):
        with shibie.check(PACK, tmp_path / "r", AS_OF, engine=engine, lang="en") as result:
            assert [note for note in result.notes if "superseded" in note] == [
                f"acts.csv: the verdict in row {older} is superseded by row {newer}"
                for older, newer in superseded
            ]


def test_a_superseded_refusal_of_a_row_does_not_take_it_from_the_other_rules(
    tmp_path: Path,
) -> None:
    """The comparison reads the same row: it is theirs again."""
    sheets = of_cars(
        {"verdict": "refuted", **ROW_1, **FIRST}, {"verdict": "upheld", **ROW_1, **THEN}
    )
    compared = [
        (row["household_id"], row["outcome"])
        for row in checked(tmp_path, sheets)["findings"]
        if row["rule_id"] == "compare_vehicles"
    ]
    assert compared == [("003", "true")]


def test_a_row_that_is_not_there_is_refused_with_every_verdict_on_it(tmp_path: Path) -> None:
    nowhere = {"register": "vehicles", "row_key": "川Y0011"}
    tables = checked(
        tmp_path,
        of_cars(
            {"verdict": "upheld", **nowhere, **FIRST}, {"verdict": "refuted", **nowhere, **THEN}
        ),
    )
    assert [(row["row"], row["field"], row["code"]) for row in tables["rejected"]] == [
        (2, "row_key", "link_does_not_fit"), (3, "row_key", "link_does_not_fit"),
    ]  # fmt: skip
    assert eligibilities(tables) == BEFORE
    assert tables["acts"] == []


# --- a row named in the verdicts' own table --------------------------------------------------


NAMING = {
    "en": ["household_id", "rule_id", "verdict", "evidence", "officer", "date", "register", "row_key"],
    "zh": ["户编号", "规则编号", "核实结论", "证据", "核实人", "核实日期", "比对表", "记录编号"],
}  # fmt: skip


def signed(*rows: tuple[str, ...], lang: str = "zh") -> Book:
    """Household 003 with two cars, and verdicts on it in their own table."""
    sheets = of_cars(cars=2)
    del sheets["acts"]
    sheets["核实"] = [
        NAMING[lang],
        *(["003", "vehicle", word, "过户凭证", "王", day, *row] for word, day, *row in rows),
    ]
    return sheets


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("workbook", [False, True])
@pytest.mark.parametrize("register", ["vehicles", "车辆登记比对"])
def test_a_verdict_in_its_own_table_may_name_a_row(
    tmp_path: Path, lang: str, workbook: bool, register: str
) -> None:
    """Of two cars one was sold: the rule stands on the other."""
    sheets = signed(("不属实", "2015-12-01", register, "川Y0001"), lang=lang)
    tables = checked(tmp_path, sheets, workbook)
    assert eligibilities(tables) == BEFORE
    assert reasons(tables) == []
    (kept,) = tables["acts"]
    assert {name: kept[name] for name in ("kind", "rule_id", "register", "row_key", "verdict")} == {
        "kind": "verdict", "rule_id": "vehicle", "register": "vehicles", "row_key": "川Y0001",
        "verdict": "refuted",
    }  # fmt: skip


def test_both_rows_refuted_in_their_own_table_leave_the_rule_without_ground(tmp_path: Path) -> None:
    tables = checked(
        tmp_path,
        signed(
            ("不属实", "2015-12-01", "vehicles", "川Y0001"),
            ("不属实", "2015-12-02", "vehicles", "川Y0003"),
        ),
    )
    assert eligibilities(tables) == {**BEFORE, "003": "eligible"}
    assert explain(PACK, tmp_path / "r", AS_OF, "003").eligibility == "eligible"
    # What is written says the same in the table of acts.
    sheets = signed()
    sheets["acts"] = [[*COLUMNS], *([row[name] for name in COLUMNS] for row in tables["acts"])]
    again = checked(tmp_path / "again", sheets)
    assert (again["decisions"], again["acts"]) == (tables["decisions"], tables["acts"])


def test_the_latest_verdict_on_a_row_counts_whichever_table_it_is_in(tmp_path: Path) -> None:
    later = act("verdict", rule_id="vehicle", verdict="属实", date="2015-12-10", **ROW_1)
    sheets = signed(
        ("不属实", "2015-12-01", "vehicles", "川Y0001"),
        ("不属实", "2015-12-01", "vehicles", "川Y0003"),
    )
    tables = checked(tmp_path, with_acts(later, sheets=sheets))
    assert eligibilities(tables) == BEFORE
    assert [(row["row_key"], row["verdict"], row["date"]) for row in tables["acts"]] == [
        ("川Y0001", "upheld", "2015-12-10"), ("川Y0003", "refuted", "2015-12-01"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("word", "register", "key", "field", "code"),
    [
        ("不属实", "vehicles", "川Y0009", "row_key", "link_does_not_fit"),
        ("不属实", "vehicles", "", "row_key", "missing"),
        ("不属实", "", "川Y0001", "register", "missing"),
        ("不属实", "cars", "川Y0001", "register", "bad_act"),
        ("不属实", "payroll", "川Y0001", "register", "bad_verdict"),
        ("属实但例外", "vehicles", "川Y0001", "row_key", "bad_act"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_in_their_own_table_as_among_acts(
    tmp_path: Path, word: str, register: str, key: str, field: str, code: str
) -> None:
    own = signed((word, "2015-12-01", register, key))
    among = of_cars({"verdict": word, "register": register, "row_key": key}, cars=2)
    found = []
    for name, sheets in (("own", own), ("acts", among)):
        tables = checked(tmp_path / name, sheets)
        assert eligibilities(tables) == BEFORE
        assert tables["acts"] == []
        (row,) = tables["rejected"]
        assert (row["row"], row["field"], row["code"]) == (2, field, code)
        found.append((row["source"], row["value"], row["reason"]))
    assert [source for source, *_ in found] == ["adjudications.csv", "acts.csv"]
    assert found[0][1:] == found[1][1:]


def test_a_frame_of_verdicts_may_name_a_row() -> None:
    sheets = signed(("refuted", "2015-12-01", "vehicles", "川Y0001"))
    tables = {
        NAMES[name].removeprefix("registers/"): [
            dict(zip(header, row, strict=True)) for row in rows
        ]
        for name, (header, *rows) in sheets.items()
    }
    roster = shibie.roster(PACK, AS_OF, **tables)
    for engine in ("interpreter", "duckdb"):
        with shibie.check(PACK, roster, AS_OF, engine=engine) as result:
            assert [note for note in result.notes if "未使用" in note] == []
            decisions = [(row["household_id"], row["eligibility"]) for row in result.decisions]
            assert decisions == list(BEFORE.items())
            assert [(row["row_key"], row["verdict"]) for row in result.acts] == [
                ("川Y0001", "refuted")
            ]


def test_a_step_is_an_act_or_several(tmp_path: Path) -> None:
    """A row says one thing more of the step; with acts alone there is a procedure, too."""
    steps = [
        act("step", "001", rule_id="village_vote", field="到会人数", value="30"),
        act("step", "001", rule_id="village_vote", field="votes_for", value="28"),
    ]
    tables = checked(tmp_path, with_acts(*steps))
    assert reasons(tables) == []
    assert any(row["kind"] == "procedure" for row in tables["findings"])
    (step,) = read_roster(tmp_path / "r", PACK, AS_OF).steps
    assert (step.step, step.attendance, step.votes_for) == ("village_vote", 30, 28)
    assert (step.done_on, step.actor, step.document) == (date(2015, 12, 1), "王", "入户")


def test_an_explanation_knows_of_the_acts(tmp_path: Path) -> None:
    folder = write_folder(
        tmp_path / "r",
        with_acts(
            act("verdict", rule_id="vehicle", verdict="不属实"),
            act("correction", "001", field="wage_income", was="2000", value="90000"),
        ),
    )
    assert explain(PACK, folder, AS_OF, "003").eligibility == "eligible"
    assert explain(PACK, folder, AS_OF, "001").eligibility == "ineligible"


def test_the_workbook_ends_with_the_acts(tmp_path: Path) -> None:
    import openpyxl

    number = PEOPLE[3]
    sheets = with_acts(
        act("correction", member_id="1", field="id_number", was=number, value=PEOPLE[8]),
        act("verdict", rule_id="vehicle", verdict="不属实"),
    )
    folder = write_folder(tmp_path / "r", sheets)
    for engine in ("interpreter", "duckdb"):
        out = tmp_path / f"{engine}.xlsx"
        with shibie.check(PACK, folder, AS_OF, engine=engine) as result:
            result.write(out)
        found = openpyxl.load_workbook(out)
        assert found.sheetnames[-3:] == ["办理", "不计入人口", "来源"]
        header, verdict, correction = found["办理"].iter_rows(values_only=True)
        rows = [dict(zip(header, row, strict=True)) for row in (verdict, correction)]
        assert [(row["办理种类"], row["核实结论"]) for row in rows] == [
            ("核实", "不属实"), ("更正", None),
        ]  # fmt: skip
        assert rows[1]["原值"] == f"511*************{number[-2:]}"
