"""Two entries that acts say are one person: found in two households as one number would be."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from registers.test_matching import LI, ZHANG
from rosters.test_links_on_roster import HEADER, SIGNED, alike
from rosters.test_perhaps_rows import AS_OF, PACK, REGISTERS, write
from shibie.acts import COLUMNS, SamePerson
from shibie.checking_in_python import check as check_in_python
from shibie.registers.same_persons import Joining
from shibie.rosters.chosen import read_chosen
from shibie.rosters.duckdb_host import duck_host
from shibie.rosters.finding import lay_out
from shibie.rosters.landed_parts import LandedParts, landed
from shibie.rosters.roster import read_roster
from shibie.rosters.sheets import read_sheets

X, Y = "511902195502280010", "511902195503010020"
# Of A1 and B1 one number is not known; C1 has the number of B2, so that he is found twice anyway.
PEOPLE = {"A/1": X, "B/1": "", "B/2": Y, "C/1": Y, "D/1": "", "E/1": ""}
Row = dict[str, Any]


def same(own: str, other: str, **more: str) -> Row:
    household, member = own.split("/")
    return {
        "kind": "same_person", "household_id": household, "member_id": member, "value": other,
        **SIGNED, **more,
    }  # fmt: skip


def roster(folder: Path, acts: Sequence[Row]) -> Path:
    households = dict.fromkeys(place.split("/")[0] for place in PEOPLE)
    write(folder / "households.csv", HEADER["households"], [(h, "甲村", 2000) for h in households])
    members = [
        (*place.split("/"), f"人{place}", number, "户主" if place.endswith("1") else "之子")
        for place, number in PEOPLE.items()
    ]
    write(folder / "members.csv", HEADER["members"], members)
    for name, columns in REGISTERS.items():
        write(folder / "registers" / f"{name}.csv", columns, [])
    write(folder / "acts.csv", COLUMNS, [tuple(a.get(n, "") for n in COLUMNS) for a in acts])
    return folder


def twice(findings: Sequence[Any]) -> list[str]:
    return [f"{f['household_id']}/{f['member_id']}" for f in findings if f["kind"] == "duplicate"]


@pytest.mark.parametrize(
    ("acts", "found", "refused"),
    [
        ([], ["B/2", "C/1"], []),
        ([same("A/1", "B/1")], ["A/1", "B/2", "B/1", "C/1"], []),
        ([same("B/1", "A/1")], ["A/1", "B/2", "B/1", "C/1"], []),
        # One with a number that is borne elsewhere is that person, too.
        ([same("D/1", "C/1")], ["B/2", "C/1", "D/1"], []),
        ([same("D/1", "E/1"), same("E/1", "A/1")], ["A/1", "B/2", "C/1", "D/1", "E/1"], []),
        ([same("D/1", "E/1"), same("E/1", "D/1"), same("D/1", "E/1", officer="李")],
         ["B/2", "C/1", "D/1", "E/1"], []),
        ([same("D/1", "E/1", act_id="n"),
          {"kind": "undo", "value": "n", "officer": "王", "date": "2015-11-21"}],
         ["B/2", "C/1"], []),
        ([same("A/1", "C/1")], ["B/2", "C/1"], ["their citizen numbers differ"]),
        ([same("B/1", "B/2")], ["B/2", "C/1"], ["that is somebody of the same household"]),
        ([same("A/1", "Z/1")], ["B/2", "C/1"], ["no household Z on the roster"]),
        ([same("A/1", "B/11")], ["B/2", "C/1"],
         ["household B has no member 11; did you mean '1'?"]),
        # C1 is B2 by his number, so B1 and B2 would be one.
        ([same("B/1", "C/1")], ["B/2", "C/1"],
         ["with the other pairs and equal numbers, two members of a household would be one"]),
        ([same("D/1", "A/1"), same("D/1", "C/1")], ["A/1", "B/2", "C/1", "D/1"],
         ["with the other pairs, persons whose citizen numbers differ would be one"]),
    ],
)  # fmt: skip
def test_who_is_one_person(
    tmp_path: Path, acts: list[Row], found: list[str], refused: list[str]
) -> None:
    folder = roster(tmp_path, acts)
    said = alike(folder)
    assert sorted(twice(said["findings"])) == sorted(found)
    assert [row["field"] for row in said["rejected"]] == ["value"] * len(refused)
    undone = sum(each["kind"] == "undo" for each in acts)
    assert len(said["acts"]) == len(acts) - len(refused) - 2 * undone
    assert said["summary"]["by_rule"]["duplicate_person"]["true"]["households"] == len(
        {place[0] for place in found}
    )
    whole = read_roster(folder, PACK, AS_OF)
    assert [each.reason.en for each in whole.rejected] == refused
    decided = {d.household_id: d for d in check_in_python(PACK, whole, AS_OF).decisions}
    with duck_host() as host:
        loader = landed(host, lay_out(read_sheets(folder), PACK, AS_OF), PACK, AS_OF)
        for part in LandedParts(loader, 1).parts():
            for each in check_in_python(PACK, part.roster, AS_OF).decisions:
                if each.household_id in part.own:
                    assert set(each.findings) == set(decided[each.household_id].findings)
    for hid, expected in decided.items():
        chosen = read_chosen(folder, PACK, AS_OF, [hid])
        (own,) = (
            d for d in check_in_python(PACK, chosen, AS_OF).decisions if d.household_id == hid
        )
        assert set(own.findings) == set(expected.findings)
        mine = [each for each in whole.rejected if each.household_id == hid]
        assert [each for each in chosen.rejected if each.household_id == hid] == mine


def test_a_pair_changes_no_eligibility(tmp_path: Path) -> None:
    before, after = (
        alike(roster(tmp_path / str(len(acts)), acts)) for acts in ([], [same("A/1", "D/1")])
    )
    assert before["decisions"] == after["decisions"]


def test_a_corrected_number_is_held_against_the_other(tmp_path: Path) -> None:
    corrected = {
        "kind": "correction", "household_id": "D", "member_id": "1", "field": "id_number",
        "value": Y, **SIGNED,
    }  # fmt: skip
    said = alike(roster(tmp_path, [same("A/1", "D/1"), corrected]))
    assert [(row["row"], row["field"]) for row in said["rejected"]] == [(2, "value")]
    assert sorted(twice(said["findings"])) == ["B/2", "C/1", "D/1"]


def test_pairs_are_joined_as_far_as_they_agree() -> None:
    joining = Joining({("A", "1"): ZHANG, ("B", "1"): None, ("C", "1"): LI})
    assert joining.refusal(SamePerson("A", "1", "B", "1")) is None
    assert joining.refusal(SamePerson("B", "1", "C", "1")) is not None
    assert joining.found().places == {("A", "1"): 0, ("B", "1"): 0}
    assert joining.found().numbers == {ZHANG: 0}
