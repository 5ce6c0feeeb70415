"""The committed rosters: what the rules make of them, and that the script still makes them.

Source of the figures: the township report (report-2015.txt); domain.md shows how they hang
together. Everything else is counted by hand from fixtures/README.md.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fixtures import make_township, verify
from fixtures.people import AS_OF
from fixtures.write import write_csv
from python_calamine import CalamineWorkbook

from shibie import citizen_id
from shibie.checking_in_python import Checked, check
from shibie.decision import Decision
from shibie.results.python_counts import summarise
from shibie.rosters.roster import Roster

HERE = Path(make_township.__file__).parent
NOW, THEN, VILLAGE = HERE / "township-2015", HERE / "township-2014", HERE / "village-60.xlsx"
EXPORT = "建档立卡导出"
EXCLUDING = {
    "commercial_housing", "vehicle", "payroll", "business", "above_local", "deposits",
    "registry_doubt", "commercial_pension",
}  # fmt: skip


@pytest.fixture(scope="module")
def roster() -> Roster:
    return verify.read(NOW)


@pytest.fixture(scope="module")
def checked(roster: Roster) -> Checked:
    return verify.decided(roster)


@pytest.fixture(scope="module")
def summary(checked: Checked) -> dict[str, Any]:
    return summarise(checked)


@pytest.fixture(scope="module")
def village() -> Roster:
    return verify.read(VILLAGE)


@pytest.fixture(scope="module")
def remade(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("remade")
    make_township.make(target)
    return target


# --- the report's figures ---------------------------------------------------------------


def test_everybody_comes_in_and_is_decided(roster: Roster, summary: dict[str, Any]) -> None:
    assert roster.rejected == ()
    assert (summary["in"], summary["decided"], summary["persons"]) == (1954, 1954, 7860)
    assert len({household.village for household in roster.households}) == 7
    places = {(each.village, each.group) for each in roster.households}  # type: ignore[attr-defined]
    assert len(places) == 43


@pytest.mark.parametrize(
    ("place", "households", "persons"),
    [
        ("by_eligibility.eligible", 455, 1347),
        ("by_eligibility.ineligible", 1499, 6513),
        ("by_eligibility.pending", 0, 0),
        ("previous_roster.removed", 333, 1019),
        ("previous_roster.retained", 148, 424),
        ("previous_roster.new", 307, 923),
        ("previous_roster.exited", 20, 55),
        ("by_standing.exited", 20, 55),
        ("by_standing.wrongly_exited", 0, 0),
        ("by_standing.pending", 0, 0),
        ("on_roster", 475, 1402),
        ("tallies.on_dibao", 206, 550),
        ("tallies.disabled", 76, 83),
        ("by_track.production", 300, 507),
        ("by_track.relocation", 242, 765),
        ("by_track.dibao", 240, 642),
        ("by_track.medical", 229, 245),
        ("by_track.reconstruction", 0, 0),
    ],
)
def test_figures_of_the_report(
    summary: dict[str, Any], place: str, households: int, persons: int
) -> None:
    assert verify.count_at(summary, place) == (households, persons)


def test_every_household_on_the_roster_has_a_track(checked: Checked) -> None:
    for decision in checked.decisions:
        on_roster = decision.eligibility == "eligible" or decision.standing == "exited"
        assert bool(decision.tracks) == on_roster
        assert all(finding.kind != "track" for finding in decision.findings)


# --- what else must occur ---------------------------------------------------------------


def test_pending_before_adjudication(roster: Roster) -> None:
    decisions = verify.without_adjudications(roster).decisions
    waiting = [decision for decision in decisions if decision.eligibility == "pending"]
    assert Counter(decision.reviews for decision in waiting) == {
        ("registry_doubt",): 185,
        ("commercial_pension",): 66,
        ("registry_doubt", "commercial_pension"): 9,
    }
    assert Counter(decision.eligibility for decision in decisions) == {
        "eligible": 298, "ineligible": 1396, "pending": 260,
    }  # fmt: skip


def test_one_two_and_three_reasons(checked: Checked) -> None:
    excluded = Counter(len(EXCLUDING & set(each.grounds)) for each in checked.decisions)
    assert excluded == {0: 1333, 1: 512, 2: 93, 3: 16}
    only_poor = sum(each.grounds == ("not_poor",) for each in checked.decisions)
    assert only_poor == 878


def test_refuted_exclusions_and_discrepancies_occur(checked: Checked) -> None:
    found = Counter(
        (finding.kind, finding.rule_id)
        for decision in checked.decisions
        if decision.eligibility == "eligible"
        for finding in decision.findings
        if finding.outcome == "refuted"
    )
    assert found["exclusion", "vehicle"] == 9
    assert found["review", "registry_doubt"] == 102
    kinds = Counter(each.kind for one in checked.decisions for each in one.findings)
    assert kinds["duplicate"] == 12
    assert kinds["discrepancy"] > 200


@pytest.mark.parametrize(
    ("per_head", "eligibility", "households"),
    [("2854.99", "eligible", 6), ("2855.00", "ineligible", 10), ("2855.00", "eligible", 3)],
)
def test_incomes_at_the_line(
    checked: Checked, per_head: str, eligibility: str, households: int
) -> None:
    found = 0
    for case, decision in zip(checked.cases, checked.decisions, strict=True):
        each: Any = case.household
        parts = (each.wage_income, each.business_income, each.property_income, each.transfer_income)
        if each.production_cost is None or None in parts or decision.eligibility != eligibility:
            continue
        cents = int((sum(parts) - each.production_cost) * 100)
        # Half a cent and more is rounded up.
        rounded = (2 * cents + len(each.members)) // (2 * len(each.members))
        found += f"{rounded // 100}.{rounded % 100:02d}" == per_head
    assert found == households


def test_numbers_are_valid_and_of_every_kind() -> None:
    written = [row["id_number"] for row in _rows(NOW / "members.csv")]
    lengths = Counter(map(len, written))
    assert lengths == {18: 7726, 15: 98, 20: 38, 0: 58}
    for text in filter(None, written):
        citizen_id.parse(text, AS_OF)
    assert any(text.endswith("x") for text in written)


def test_the_roster_alone_can_be_screened(roster: Roster) -> None:
    """No register at all: whoever declares that there is nothing to find is 纳入, for now."""
    nothing = {"has_deposits": False, "registered_elsewhere": False, "buys_pension": False}
    alone = replace(
        roster,
        households=tuple(each.model_copy(update=nothing) for each in roster.households),
        registers=dict.fromkeys(roster.registers),
        adjudications=(),
    )

    def counts(trust: bool) -> list[int]:
        found = check(verify.pack(), alone, AS_OF, trust_declarations=trust)
        seen = Counter(each.eligibility for each in found.decisions)
        return [seen[each] for each in ("eligible", "ineligible", "pending")]

    assert counts(trust=True) == [549, 1221, 184]
    assert counts(trust=False) == [0, 1221, 733]


# --- who does not count, and how registers are delivered -----------------------------------


def test_who_does_not_count(summary: dict[str, Any]) -> None:
    """7860 of 7920 on the form; of 58 without a number it is not known, so they are not left out."""
    people = {name: each["persons"] for name, each in summary["people"].items()}
    assert people == {"on_form": 7920, "counted": 7802, "not_counted": 60, "unknown": 58}
    # 49 by the registry; the daughters who married out only say so themselves.
    rows = _rows(NOW / "registers" / "civil_registry.csv")
    listed = {row["id_number"].upper() for row in _rows(NOW / "members.csv")}
    status = Counter(row["status"] for row in rows if row["id_number"].upper() in listed)
    assert [status[each] for each in ("死亡", "服役", "服刑", "失踪")] == [30, 12, 4, 3]
    assert sum(row["absent"] == "是" for row in _rows(NOW / "members.csv")) == 11


def test_what_they_have_does_not_count_but_whose_payroll_it_is(checked: Checked) -> None:
    away = {row["id_number"] for row in _rows(NOW / "registers" / "civil_registry.csv")
            if row["status"] == "服役"}  # fmt: skip
    homes = {row["id_number"]: row["household_id"] for row in _rows(NOW / "members.csv")}
    decided = {each.household_id: each for each in checked.decisions}

    def theirs(register: str) -> list[str]:
        rows = _rows(NOW / "registers" / f"{register}.csv")
        return [homes[row["id_number"]] for row in rows if row["id_number"] in away]

    assert [decided[each].eligibility for each in theirs("vehicles")] == ["eligible"] * 2
    assert [decided[each].grounds for each in theirs("payroll")] == [("payroll", "not_poor")] * 2


def test_masks_and_doubles_decide_nothing(checked: Checked, tmp_path: Path) -> None:
    clean = tmp_path / "clean"
    shutil.copytree(NOW, clean)
    masked = twice = 0
    for path in (clean / "registers").iterdir():
        rows = _rows(path)
        whole = [row for row in rows if "*" not in row["id_number"]]
        once = list({tuple(row.values()): row for row in whole}.values())
        masked, twice = masked + len(rows) - len(whole), twice + len(whole) - len(once)
        write_csv(path, tuple(rows[0]), once)
    assert (masked, twice) == (76, 60)

    def told(decisions: Iterable[Decision]) -> list[Any]:
        return [(each.household_id, each.eligibility, each.grounds) for each in decisions]

    assert told(verify.decided(verify.read(clean)).decisions) == told(checked.decisions)


# --- the year before --------------------------------------------------------------------


def test_previous_roster_by_persons(checked: Checked) -> None:
    before = verify.read(THEN)
    assert before.rejected == ()
    then = _by_number(before)
    assert (len(before.households), len(then)) == (481, 1495)
    now = _by_number(checked.roster)
    decisions = {each.household_id: each.eligibility for each in checked.decisions}
    listed = {each.household_id: each.on_previous_roster for each in checked.roster.households}  # type: ignore[attr-defined]
    fates = Counter(
        (listed[now[number]], decisions[now[number]]) if number in now else "gone"
        for number in then
    )
    # 412 of the 424 retained were there before; 8 were born and 4 married in.
    assert fates == {
        (True, "ineligible"): 1019, (True, "eligible"): 412, (False, "ineligible"): 9, "gone": 55,
    }  # fmt: skip
    removed = {now[number] for number in then if number in now and listed[now[number]]
               and decisions[now[number]] == "ineligible"}  # fmt: skip
    assert len(removed) == 333


def _by_number(roster: Roster) -> dict[str, str]:
    people: list[Any] = [(each.household_id, m) for each in roster.households for m in each.members]
    return {
        citizen_id.parse(member.id_number).number: household_id
        for household_id, member in people
        if member.id_number
    }


# --- the procedure ----------------------------------------------------------------------


def test_meetings_of_a_village_are_one_meeting(roster: Roster) -> None:
    villages = {each.household_id: each.village for each in roster.households}
    meetings = {
        (villages[step.household_id], step.done_on, step.attendance)
        for step in roster.steps
        if step.step == "village_vote" and step.done_on and step.attendance is not None
    }
    assert len(meetings) == 8  # one a village, and a second one at 石磨村 without a quorum
    assert len({step.household_id for step in roster.steps}) == 916
    assert Counter(
        step.attendance * 3 >= step.eligible_voters * 2
        for step in roster.steps
        if step.step == "village_vote" and step.attendance and step.eligible_voters
    ) == {True: 904, False: 9}


# --- the messy village ------------------------------------------------------------------


def test_village_in_is_decided_and_rejected(village: Roster) -> None:
    # One of the 60 has no number; whether it is counted by its row is the reader's affair.
    numbered = [each for each in village.rejected_households if each.startswith("0401")]
    assert (len(village.households), len(numbered)) == (34, 25)
    assert village.given == len(village.households) + len(village.rejected_households)
    decisions = verify.decided(village).decisions
    assert Counter(each.eligibility for each in decisions) == {
        "eligible": 15, "ineligible": 14, "pending": 5,
    }  # fmt: skip


# Counted from the sheet: household n begins in row 5 plus the sizes of those before it.
BAD_CELLS = [
    (EXPORT, 5, "id_number"), (EXPORT, 8, "id_number"), (EXPORT, 10, "id_number"),
    (EXPORT, 14, "id_number"), (EXPORT, 17, "id_number"), (EXPORT, 23, "wage_income"),
    (EXPORT, 25, "housing_grade"), (EXPORT, 28, "wage_income"), (EXPORT, 32, "transfer_income"),
    (EXPORT, 37, "exited_on"), (EXPORT, 39, "food_secure"),
    (EXPORT, 43, "relation"), (EXPORT, 46, "relation"), (EXPORT, 51, "education"),
    (EXPORT, 54, "education"), (EXPORT, 57, "member_id"), (EXPORT, 61, "id_number"),
    (EXPORT, 62, "id_number"), (EXPORT, 63, "other_causes"), (EXPORT, 66, "other_causes"),
    (EXPORT, 68, "work_months"), (EXPORT, 72, "wage_income"), (EXPORT, 75, "health"),
    (EXPORT, 80, "work_months"), (EXPORT, 83, "main_cause"),
    (EXPORT, 90, "exited_on"), (EXPORT, 111, "household_id"),
    ("核实", 5, "rule_id"), ("核实", 6, "rule_id"), ("核实", 7, "evidence"),
    ("核实", 8, "household_id"), ("核实", 9, "verdict"), ("核实", 10, "date"),
    ("核实", 11, "verdict"), ("核实", 12, "verdict"),
    ("程序", 5, "step"), ("程序", 6, "household_id"), ("程序", 7, "done_on"),
    ("比对-车辆登记比对", 8, "kind"), ("比对-社保公积金比对", 72, "id_number"),
    ("比对-存款比对", 61, "balance"), ("比对-存款比对", 62, "id_number"),
]  # fmt: skip


def test_village_every_bad_cell_is_found_and_no_other(village: Roster) -> None:
    found = [(each.source, each.row, each.field) for each in village.rejected if each.field]
    assert sorted(found) == sorted(BAD_CELLS)


def test_village_odd_cells_are_read(village: Roster) -> None:
    by_id: dict[str, Any] = {each.household_id: each for each in village.households}
    wages = [str(by_id[f"04010{n}"].wage_income) for n in (31, 32, 33, 34, 35)]
    assert wages == ["3456.50", "4321.00", "2000.00", "2345.00", "1999.99"]
    days = {str(by_id[f"04010{n}"].exited_on) for n in (45, 46, 48, 49)}
    assert days == {"2014-12-05"}
    assert by_id["0401041"].members[0].name == "=cmd|'/c calc'!A1"
    assert by_id["0401050"].main_cause == "因病"
    # 1.2万 is exact, and 长子 is a son.
    assert str(by_id["0401011"].business_income) == "12000.00"
    assert by_id["0401029"].members[1].relation == "之子"
    # Merged and repeated household cells; household 41 has 3 persons, 43 has 4, 44 has 3.
    sizes = [len(by_id[f"04010{n}"].members) for n in (41, 43, 44, 59)]
    assert sizes == [3, 4, 3, 4]


# --- the script -------------------------------------------------------------------------


def test_the_script_makes_the_committed_tables(remade: Path) -> None:
    committed = sorted(path.relative_to(HERE) for path in HERE.glob("township-*/**/*.csv"))
    assert len(committed) == 17
    for name in committed:
        assert (remade / name).read_bytes() == (HERE / name).read_bytes(), name


def test_the_script_makes_the_committed_workbook(remade: Path) -> None:
    # Cell by cell: another release of xlsxwriter may pack the same cells otherwise.
    assert _cells(remade / VILLAGE.name) == _cells(VILLAGE)


def _cells(path: Path) -> dict[str, Any]:
    book = CalamineWorkbook.from_path(str(path))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_fixtures_are_small() -> None:
    assert sum(path.stat().st_size for path in HERE.rglob("*") if path.is_file()) < 4_000_000


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
