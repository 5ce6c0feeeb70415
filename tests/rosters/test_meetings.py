"""Steps recorded once for a whole place: what holds for whom, what is refused, on every path."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from shibie.checking import check
from shibie.checking_in_parts import roster_parts
from shibie.checking_in_python import check as decided
from shibie.cli.app import app
from shibie.duckdb_tables import integer_column, text_column
from shibie.engines.sql.cases_in_memory import typed
from shibie.engines.sql.plan import HID
from shibie.errors import InputError
from shibie.household import StepRecord, StepRow
from shibie.procedure import shares, standings
from shibie.rosters.chosen import read_chosen
from shibie.rosters.duckdb_host import duck_host
from shibie.rosters.given_roster import roster_of_path
from shibie.rosters.localities import Locality
from shibie.rosters.meetings import SAID, Meeting, held_steps, settled
from shibie.rosters.records import TypedRow
from shibie.rosters.roster import Roster, read_roster
from shibie.rosters.sql_host import ROW
from shibie.rosters.sql_meetings import HELD, hold
from shibie.rosters.sql_validation import STEP_SPECS
from shibie.rosters.step_counts import StepCounts, counts_of
from shibie.ruleset.loader import load, loads
from support.profiles import examples

ROOT = Path(__file__).parents[2]
TOWNSHIP = ROOT / "fixtures" / "township-2015"
AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
NO_PROCEDURE = loads(
    "ruleset: {id: p, title: p, effective: {from: 2015-01-01, to: 2015-12-31}}\n"
    'poor: "true"\n'
    "tracks: [{id: t, title: t, when: 'true'}]\n"
)
ENGINES: tuple[Literal["interpreter", "duckdb"], ...] = ("interpreter", "duckdb")
Row = Mapping[str, Any]


def write(path: Path, rows: Iterable[Row], columns: Iterable[str] = ()) -> None:
    rows = list(rows)
    names = tuple(columns) or tuple(dict.fromkeys(name for row in rows for name in row))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(rows)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- a small roster ----------------------------------------------------------------------------

# Two spellings of one group, a household without its group, one without its village, one rejected.
HOMES = {
    "H1": ("示例乡", "石磨村", "一社"), "H2": ("示例乡", "石磨村", "二社"), "H3": ("示例乡", "石磨村", "2组"),
    "H4": ("示例乡", "青杨村", "一社"), "H5": ("示例乡", "", ""), "H6": ("示例乡", "石磨村", ""),
    "H7": ("示例乡", "青杨村", "三社"),
}  # fmt: skip
APPLIED = {"done_on": "2015-09-05", "actor": "农户", "signed_by": "本人", "document": "申请书"}
VOTE = {
    "step": "村民代表大会评议", "done_on": "2015-09-20", "actor": "村民代表大会", "signed_by": "主任",
    "attendance": "29", "eligible_voters": "45", "votes_for": "25", "document": "会议记录",
}  # fmt: skip
NOTICE = {
    "step": "7", "notice_from": "2015-09-21", "notice_to": "2015-09-28", "actor": "村委会",
    "objections": "0", "document": "公示照片",
}  # fmt: skip
# Rows 2 to 17 of the table: what is taken in.
TAKEN: list[Row] = [
    {"step": "宣传动员", "done_on": "2015-09-01", "actor": "村委会", "township": "示例乡"},
    *({"household_id": each, "step": "农户申请", **APPLIED} for each in ("H1", "H2", "H3", "H4", "H7")),
    {"step": "村民小组评议", "done_on": "2015-09-12", "village": "石磨", "group": "第二社"},
    {"step": "4", "done_on": "2015-09-13", "township": "示例乡", "among": "农户申请"},
    {**VOTE, "village": "石磨村委会"},
    {"household_id": "H1", "step": "6", "votes_for": "10", "village": "石磨"},
    {"household_id": "H2", "step": "6", "attendance": "40"},
    {"household_id": "H3", "step": "6", "included": "否"},
    {**NOTICE, "village": "石磨村"},
    {**NOTICE, "notice_from": "2015-09-22", "township": "示例乡"},
    {"household_id": "H2", "step": "7", "done_on": "2015-10-09"},
    {"household_id": "H1", "step": "7", "done_on": "2015-10-08", "notice_from": "2015-09-30"},
]  # fmt: skip
# Rows 18 on: what is not.
REFUSED: list[Row] = [
    {"step": "农户申请", "village": "石磨村"},
    {"step": "7", "village": "石墨村"},
    {"step": "7", "village": "石磨村", "group": "一社"},
    {"step": "5", "village": "青杨村", "group": "九社"},
    {"step": "5", "group": "一社"},
    {"step": "6", "township": "示范乡"},
    {"step": "6", "done_on": "2015-09-20"},
    {"step": "6", "village": "青杨村", "among": "申请"},
    {"household_id": "H4", "step": "6", "village": "石磨村"},
    {"household_id": "H4", "step": "6", "among": "农户申请"},
    {"household_id": "H4", "step": "6", "included": "否", "votes_for": "3"},
    {"step": "8", "village": "青杨村", "done_on": "2015-10-09"},
    {"step": "8", "village": "青杨", "done_on": "2015-10-09", "actor": "乡镇"},
    {"household_id": "", "step": "村级公示", "village": "青杨村", "included": "也许"},
]
FAULTS = [
    (18, "household_id", "“农户申请”是一户一户办的，写户编号，一户一行（规则包在这一步写 of: village，才可整村记录）"),
    (19, "village", "名册上没有这个村，是否想写“石磨村”？"),
    (20, "group", "“村级公示”是整个村一次办的，不按组记；只写村"),
    (21, "group", "青杨村没有这个组，是否想写“三社”？"),
    (22, "group", "整组的记录还要写村"),
    (23, "township", "名册上没有这个乡镇，是否想写“示例乡”？"),
    (24, "household_id", "没有写户编号；整村、整组、全乡镇一次办的，写村、组、乡镇"),
    (25, "among", "“对象”应写一户一户办的步骤：农户申请、入户调查、签字确认、建档立卡录入，是否想写“农户申请”？"),
    (26, "village", "与名册不符：名册上这一户在“青杨村”；是不是写错了户编号？"),
    (27, "among", "“对象”只在整村、整组、全乡镇一次的记录上写；这一行写了户编号"),
    (28, "votes_for", "“列入”写了否，就是没有办这一步，不能再写别的"),
    (29, "actor", "“青杨村”的这一步记了不止一次，与 steps.csv 第 30 行不一致（办理主体）；留下对的一行，另一天重开的写明日期"),
    (30, "actor", "“青杨村”的这一步记了不止一次，与 steps.csv 第 29 行不一致（办理主体）；留下对的一行，另一天重开的写明日期"),
    (31, "included", "应为 是/否（或 √/×、有/无）"),
]  # fmt: skip
UNPLACED = "2 户在名册上没有写全乡镇、村、组，不知道是不是它们的整村、整组记录，没有算到：H5、H6"
UNENTERED = "整村、整组或全乡镇的记录算到了 2 户没有“农户申请”记录的户；只算办过的户，在“对象”栏写“农户申请”"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    to = tmp_path_factory.mktemp("meetings") / "roster"
    names = ("household_id", "township", "village", "group", "wage_income")
    incomes = {each: "一些" if each == "H7" else "1000" for each in HOMES}
    write(
        to / "households.csv",
        [dict(zip(names, (each, *home, incomes[each]), strict=True)) for each, home in HOMES.items()],
    )  # fmt: skip
    members = ("household_id", "name", "relation", "education")
    write(
        to / "members.csv",
        [dict(zip(members, (each, "张某", "户主", "小学"), strict=True)) for each in HOMES],
    )
    columns = [*StepRow.model_fields]
    write(to / "steps.csv", [*TAKEN, *REFUSED], columns)
    return to


def told(steps: Iterable[StepRecord], *names: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    return {
        (each.household_id, each.step): tuple(getattr(each, name, None) for name in names)
        for each in steps
    }


def test_what_holds_for_each_household_and_what_is_refused(folder: Path) -> None:
    roster = read_roster(folder, PACK, AS_OF)
    # H1 and H2 were voted on at the meeting: H1 with votes of its own; where H2 was counted apart,
    # nothing of the meeting's count is taken. H3 was left out. H6 is of the village, as is H3.
    assert told(roster.steps, "record_of", "done_on", "attendance", "votes_for", "document") == {
        **{(each, "mobilisation"): ("示例乡", date(2015, 9, 1), None, None, None)
           for each in ("H1", "H2", "H3", "H4", "H5", "H6")},
        **{(each, "application"): (None, date(2015, 9, 5), None, None, "申请书")
           for each in ("H1", "H2", "H3", "H4", "H7")},
        **{(each, "group_review"): ("石磨村第二社", date(2015, 9, 12), None, None, None)
           for each in ("H2", "H3")},
        **{(each, "data_comparison"): ("示例乡", date(2015, 9, 13), None, None, None)
           for each in ("H1", "H2", "H3", "H4")},
        ("H1", "village_vote"): ("石磨村", date(2015, 9, 20), 29, 10, "会议记录"),
        ("H2", "village_vote"): ("石磨村", date(2015, 9, 20), 40, None, "会议记录"),
        ("H6", "village_vote"): ("石磨村", date(2015, 9, 20), 29, 25, "会议记录"),
        # H1 was posted apart, later: nothing of the village's notice is taken.
        # Of H2's day the village's notice says nothing: it may be another.
        ("H1", "village_notice"): (None, date(2015, 10, 8), None, None, None),
        ("H2", "village_notice"): (None, date(2015, 10, 9), None, None, None),
        # The village's own notice holds for its households, the township's for the others.
        **{(each, "village_notice"): ("石磨村", None, None, None, "公示照片") for each in ("H3", "H6")},
        **{(each, "village_notice"): ("示例乡", None, None, None, "公示照片") for each in ("H4", "H5")},
    }  # fmt: skip
    found = told(roster.steps, "notice_to", "eligible_voters")
    assert found["H1", "village_notice"] == (None, None)
    assert found["H3", "village_notice"] == (date(2015, 9, 28), None)
    assert found["H2", "village_vote"] == (None, None)
    steps = [each for each in roster.rejected if each.source == "steps.csv"]
    assert [(each.row, each.field, each.reason.zh) for each in steps] == FAULTS
    counts = roster.step_counts
    # 10 records of households and 6 of places; each household but H7 has one of a place.
    assert (counts.records, counts.of_places, counts.households) == (16, 6, 6)
    assert (counts.rejected, counts.faults[0].row) == (14, 18)
    assert [note.zh for note in counts.notes] == [UNPLACED, UNENTERED]


def test_all_paths_agree(folder: Path, tmp_path: Path) -> None:
    """Interpreter and SQL, whole, in parts and of chosen households, as two tables and as one."""
    with check(PACK, folder, AS_OF, engine="interpreter") as small:
        small.write(tmp_path / "small")
    with check(PACK, folder, AS_OF, engine="duckdb") as large:
        large.write(tmp_path / "large")
        assert {UNPLACED, UNENTERED} <= set(large.notes)
        assert small.notes == large.notes
    for name in ("findings.csv", "decisions.csv", "rejected.csv"):
        assert (tmp_path / "small" / name).read_text() == (tmp_path / "large" / name).read_text()
    found = Counter((row["household_id"], row["rule_id"], row["outcome"])
                    for row in read(tmp_path / "small" / "findings.csv") if row["kind"] == "procedure")  # fmt: skip
    assert found["H1", "village_vote.majority", "true"] == 1
    assert found["H2", "village_vote.quorum", "unknown"] == 1
    assert found["H6", "village_vote.quorum", "true"] == 1
    assert found["H1", "village_notice.notice", "unknown"] == 1

    # A pack without a procedure has no steps to say anything of, and the same is refused.
    said = []
    for engine in ENGINES:
        with check(NO_PROCEDURE, folder, AS_OF, engine=engine) as result:
            said.append((result.notes, list(result.rejected)))
    assert said[0] == said[1]
    assert UNPLACED not in said[0][0]
    assert {"township", "among"} <= {row["field"] for row in said[0][1]}

    whole = read_roster(folder, PACK, AS_OF)
    given = roster_of_path(folder, PACK, AS_OF)
    own = {each for each in whole.steps if each.household_id != "H7"}
    with roster_parts(given, held_below=0, size=2) as parts:
        assert parts.has_steps
        assert parts.step_counts == whole.step_counts
        documents = ("village_vote", "会议记录")
        assert parts.documented(*documents) == (3, 3)
        assert {step for part in parts.parts() for step in part.roster.steps} == own
    chosen = read_chosen(folder, PACK, AS_OF, ["H2"])
    assert {each for each in chosen.steps if each.household_id == "H2"} == {
        each for each in own if each.household_id == "H2"
    }


def test_the_command_says_a_meeting_once(folder: Path, tmp_path: Path) -> None:
    given = [str(folder), "--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    done = CliRunner().invoke(app, ["procedure", *given, "--out", str(tmp_path)])
    assert done.exit_code == 3, done.output
    lines = done.output.splitlines()
    assert "程序记录 16 条，其中 6 条是整村、整组或全乡镇的，算到 6 户" in lines
    assert {UNPLACED, "退回程序记录 14 行", "另有 9 行，见 shibie check 的“退回”表"} <= set(lines)
    assert "steps.csv 第 19 行 村 “石墨村”：名册上没有这个村，是否想写“石磨村”？" in lines
    (quorum,) = (line for line in lines if "到会代表达三分之二" in line)
    cells = [cell.strip() for cell in quorum.split("│")[1:-1]]
    assert cells == ["村民代表大会评议：未做到“到会代表达三分之二”", "2", "1", "石磨村 3 户"]
    rows = read(tmp_path / "violations.csv")
    of = [(row["household_id"], row["记录属于" if "记录属于" in row else "record_of"])
          for row in rows if row["rule_id"] == "village_vote.quorum"]  # fmt: skip
    assert of == [("H1", "石磨村"), ("H2", "石磨村"), ("H6", "石磨村")]
    english = CliRunner().invoke(app, ["procedure", *given, "--lang", "en", "--json"])
    assert (
        '"records": {\n  "records": 16,\n  "of_places": 6,\n  "households": 6\n }' in english.output
    )


def test_a_table_that_names_nobody_is_refused(folder: Path, tmp_path: Path) -> None:
    for name in ("households", "members"):
        (tmp_path / f"{name}.csv").write_bytes((folder / f"{name}.csv").read_bytes())
    write(tmp_path / "steps.csv", [{"程序": "村级公示", "组": "一社", "完成日期": "2015-10-01"}])
    with pytest.raises(InputError, match=r"steps.csv!1: missing columns: household_id; or"):
        read_roster(tmp_path, PACK, AS_OF)
    # Without a column of household numbers every record is of a place.
    write(tmp_path / "steps.csv", [{"程序": "村级公示", "村": "石磨村", "完成日期": "2015-10-01"}])
    with check(PACK, tmp_path, AS_OF, engine="duckdb") as result:
        listed = {row["household_id"] for row in result.findings if row["kind"] == "procedure"}
    assert listed == {"H1", "H2", "H3", "H6"}
    assert len(read_chosen(tmp_path, PACK, AS_OF, ["H6"]).steps) == 1


# --- records of one place ------------------------------------------------------------------------


def meeting(number: int, place: Locality, **said: Any) -> Meeting:
    row = TypedRow("程序", number, {})
    return Meeting(place, StepRow(step="village_vote", **said), row)


def test_two_townships_and_meetings_held_again() -> None:
    homes = {Locality("甲乡", "石磨村"), Locality("乙乡", "石磨"), Locality("甲乡", "青杨村")}
    first, second, third = (
        meeting(2, Locality(None, "石磨村"), done_on="2015-10-01"),
        meeting(3, Locality(None, "青杨村"), done_on="2015-10-09"),
        meeting(4, Locality("甲乡", "青杨"), done_on="2015-10-01"),
    )
    found = settled((first, second, third), homes, PACK)
    # Whose row comes last counts, whether or not it names the township.
    assert [each.row.number for each in found.given] == [4]
    assert [(each.row, each.field, each.reason.zh) for each in found.rejected] == [
        (2, "township", "有几个乡镇都有“石磨村”（乙乡、甲乡），再写上乡镇")
    ]
    assert [note.zh for note in found.notes] == [
        "“甲乡青杨村”的“村民代表大会评议”记了 2 次，日期不同，以最后一行为准（程序 第 4 行）"
    ]
    assert found.of(Locality("甲乡", "青杨村"))["village_vote"][0].place.title == "甲乡青杨村"
    # Without a day it is not known that it was held again.
    unsure = settled((third, meeting(5, Locality("甲乡", "青杨村"), attendance=3)), homes, PACK)
    assert ([each.row for each in unsure.rejected], unsure.given) == ([5, 4], ())
    # The same written twice is no contradiction.
    assert len(settled((third, third), homes, PACK).given) == 1


# --- SQL and Python ------------------------------------------------------------------------------

# Of one village one in a group and one of whom it is not known; of another village; of elsewhere.
LIVING = {
    "H0": Locality("甲", "甲", "甲"), "H1": Locality("甲", "甲"), "H2": Locality("甲", "乙", "甲"),
    "H3": Locality("乙", "丙"),
}  # fmt: skip
STEPS = ("application", "village_vote")
SAYINGS = st.fixed_dictionaries({
    "done_on": st.sampled_from([None, date(2015, 9, 1), date(2015, 9, 2)]),
    "notice_to": st.sampled_from([None, None, date(2015, 9, 9)]),
    "signed_by": st.sampled_from([None, "某"]),
    "attendance": st.sampled_from([None, 5]),
    "votes_for": st.sampled_from([None, 3]),
})  # fmt: skip
PLACED = st.tuples(
    st.sampled_from(
        [("甲", None, None), (None, "甲", None), (None, "甲", "甲"), ("甲", "乙", None)]
    ),
    st.sampled_from(STEPS[1:]),
    st.sampled_from([None, "application"]),
    st.sampled_from([None, None, False]),
    SAYINGS,
)
OWN = st.tuples(
    st.integers(0, 3), st.sampled_from(STEPS), st.sampled_from([None, None, False]), SAYINGS
)


@settings(max_examples=examples(quick=25, ci=100, deep=1000))
@given(st.lists(PLACED, max_size=4), st.lists(OWN, max_size=6))
def test_sql_holds_what_python_does(placed: list[Any], mine: list[Any]) -> None:
    homes = LIVING
    given = tuple(
        Meeting(Locality(*place), StepRow(step=step, among=among, included=included,
                                          **({} if included is False else said)),
                TypedRow("程序", at, {}))
        for at, (place, step, among, included, said) in enumerate(placed)
    )  # fmt: skip
    meetings = settled(given, set(homes.values()), PACK)
    own = [
        StepRow(household_id=f"H{at}", step=step, included=included,
                **({} if included is False else said))
        for at, step, included, said in mine
    ]  # fmt: skip
    held = held_steps(own, meetings, homes)
    expected = counts_of(len(own), meetings, held, homes, PACK)
    with duck_host() as host:
        columns = {s.name: typed(s, [getattr(each, s.name) for each in own]) for s in STEP_SPECS}
        host.keep("steps_odd", {ROW: integer_column(list(range(len(own)))), **columns})
        host.run("CREATE TABLE steps_typed AS SELECT *, TRUE AS fine FROM steps_odd LIMIT 0")
        numbers = {HID: text_column(list(homes)), "ord_": integer_column(list(range(4)))}
        places = {
            f"{name}_": text_column([getattr(home, name) for home in homes.values()])
            for name in ("township", "village", "group")
        }
        host.keep("homes", numbers | places)
        assert hold(host, PACK, meetings, "SELECT * FROM homes") == expected
        names = ("household_id", "step", "record_of", *SAID)
        rows = host.rows(f"SELECT {', '.join(names)} FROM {HELD}")
    assert set(rows) == {
        (each.household_id, each.step, getattr(each, "record_of", None),
         *(getattr(each, name) for name in SAID))
        for each in held
    }  # fmt: skip


# --- the township ---------------------------------------------------------------------------------

OF = {
    "mobilisation": ("village",), "data_comparison": ("village",), "group_review": ("village", "group"),
    "village_vote": ("village",), "village_notice": ("village",), "township_review": ("village",),
    "county_decision": ("township",),
}  # fmt: skip
DAYS = ("done_on", "notice_from", "notice_to")


def of_places(steps: list[dict[str, str]], homes: Mapping[str, Row]) -> list[dict[str, str]]:
    """The steps of households as an officer would enter them: each meeting and notice once.

    Its record is what most households' records say. What one of them leaves blank that the others
    of the meeting do not is filled in in both tables: nobody's attendance is unknown at a meeting
    whose attendance is known.
    """
    applied = {row["household_id"] for row in steps if row["step"] == "application"}
    found = [dict(row) for row in steps if row["step"] not in OF]
    for step, place in OF.items():
        groups: dict[tuple[str, ...], list[str]] = {}
        for each in sorted(applied):
            groups.setdefault(tuple(str(homes[each][name]) for name in place), []).append(each)
        records = {row["household_id"]: row for row in steps if row["step"] == step}
        for where, those in groups.items():
            said = Counter(
                tuple((name, records[each][name]) for name in SAID) for each in those if each in records
            )  # fmt: skip
            ((most, _),) = said.most_common(1)
            common = dict(most)
            found.append(
                {
                    "step": step,
                    "among": "application",
                    **common,
                    **dict(zip(place, where, strict=True)),
                }
            )
            for each in those:
                if each not in records:
                    found.append({"household_id": each, "step": step, "included": "否"})
                    continue
                row = records[each]
                for name in SAID:
                    if all(row[day] in ("", common[day]) for day in DAYS) and not row[name]:
                        row[name] = common[name]
                apart = any(row[day] != common[day] for day in DAYS)
                differ = {name: row[name] for name in SAID if apart or row[name] != common[name]}
                if differ:
                    found.append({"household_id": each, "step": step, **differ})
    return found


def judged(roster: Roster) -> tuple[Any, ...]:
    checked = decided(PACK, roster, AS_OF)
    found = standings(PACK, checked.cases, checked.decisions, roster.steps)
    documented = Counter(
        (each.step, "抽查表" in (each.document or "")) for each in roster.steps
    )  # fmt: skip
    of_roster = shares(PACK, checked.cases[0], lambda step, _: (
        documented[step, True] + documented[step, False], documented[step, True]))  # fmt: skip
    told = [
        (each.household_id, each.done, each.next, each.earliest, each.earliest_end, each.blocked,
         [(violation.rule_id, violation.title, violation.certain) for violation in each.violations])
        for each in found
    ]  # fmt: skip
    return sorted(told, key=lambda each: each[0]), of_roster


def test_the_township_with_each_meeting_once(tmp_path: Path) -> None:
    """Two villages, of which one had the meeting without a quorum."""
    villages = ("石磨村", "双溪村")
    households = [r for r in read(TOWNSHIP / "households.csv") if r["village"] in villages]
    homes = {row["household_id"]: row for row in households}
    members, steps = (
        [row for row in read(TOWNSHIP / f"{name}.csv") if row["household_id"] in homes]
        for name in ("members", "steps")
    )
    placed = of_places(steps, homes)
    for name, rows in (("rows", steps), ("meetings", placed)):
        write(tmp_path / name / "households.csv", households)
        write(tmp_path / name / "members.csv", members)
        write(tmp_path / name / "steps.csv", rows, StepRow.model_fields)
    apart, meetings = (read_roster(tmp_path / name, PACK, AS_OF) for name in ("rows", "meetings"))
    assert [each for each in meetings.rejected if each.source == "steps.csv"] == []
    assert apart.step_counts == StepCounts(len(steps))
    # A mobilisation, a comparison, a vote, a notice and a second notice of each village, a review of
    # each of 12 groups, a decision of the county: for the 229 of 511 households that applied.
    assert meetings.step_counts == StepCounts(len(placed), 23, 229)
    # Most of the rest are what each household's own votes were.
    assert (len(steps), len(placed)) == (1927, 1269)
    whole, once = judged(apart), judged(meetings)
    assert len(whole[0]) == 229
    assert once == whole
