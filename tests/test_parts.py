"""A roster in parts is decided as it is as a whole, whoever lives in whichever part."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shibie import checking_in_parts
from shibie.checking_in_parts import RosterParts, eligible_in_parts
from shibie.checking_in_python import check
from shibie.cli.app import app
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from shibie.ruleset.model import RuleSet

ROOT = Path(__file__).parents[1]
BAZHONG = load("bazhong-2015")
DAY = date(2015, 12, 20)


@pytest.fixture(scope="module")
def doubled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The township, where the last eligible households hold persons of the first ones, too."""
    folder = tmp_path_factory.mktemp("parts") / "township"
    shutil.copytree(ROOT / "fixtures" / "township-2015", folder)
    whole = check(BAZHONG, read_roster(folder, BAZHONG, DAY), DAY)
    eligible = [
        case.household
        for case, decision in zip(whole.cases, whole.decisions, strict=True)
        if decision.eligibility == "eligible" and case.numbers[0]
    ]
    lines = (folder / "members.csv").read_text(encoding="utf-8").splitlines()
    header = lines[0].split(",")
    number, household = header.index("id_number"), header.index("household_id")
    written = {line.split(",")[household]: line.split(",")[number] for line in reversed(lines)}
    for first, last in zip(eligible[:5], eligible[-5:], strict=True):
        mine, theirs = written[first.household_id], written[last.household_id]
        lines = [
            line.replace(theirs, mine) if line.split(",")[household] == last.household_id else line
            for line in lines
        ]
    (folder / "members.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    with (folder / "households.csv").open("a", encoding="utf-8") as file:
        file.write("nobody\n")
    return folder


def test_parts_are_decided_as_the_whole_is(doubled: Path) -> None:
    whole = check(BAZHONG, read_roster(doubled, BAZHONG, DAY), DAY)
    eligible = [each for each in whole.decisions if each.eligibility == "eligible"]
    shared = [each for each in eligible if any(f.kind == "duplicate" for f in each.findings)]
    assert len(shared) >= 6
    found = eligible_in_parts(BAZHONG, doubled, DAY, held_below=0, size=100)
    parts = list(found.parts)
    assert [len(part.decisions) for part in parts[:-1]] == [100] * (len(parts) - 1)
    assert [each for part in parts for each in part.decisions] == eligible
    cases = {case.household.household_id: case for case in whole.cases}
    for part in parts:
        for case in part.cases:
            assert case.household == cases[case.household.household_id].household
    assert found.rejected_rows == len(whole.roster.rejected) > 0


def test_a_small_roster_is_one_part() -> None:
    roster = ROOT / "fixtures" / "village-60.xlsx"
    (part,) = eligible_in_parts(BAZHONG, roster, DAY).parts
    assert part == check(BAZHONG, read_roster(roster, BAZHONG, DAY), DAY)


def test_plans_are_the_same_in_parts(
    doubled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["plan", str(doubled), "--rules", "bazhong-2015", "--as-of", "2015-12-20", "--json"]
    whole = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "whole")])

    def small(rules: RuleSet, roster: Path, as_of: date, trust: bool) -> RosterParts:
        return eligible_in_parts(rules, roster, as_of, trust, held_below=0, size=150)

    monkeypatch.setattr(checking_in_parts, "eligible_in_parts", small)
    parts = CliRunner().invoke(app, [*command, "--out", str(tmp_path / "parts")])
    assert json.loads(whole.stdout)["covered"] > 400
    assert (parts.exit_code, parts.stdout) == (whole.exit_code, whole.stdout) == (3, whole.stdout)
    for name in ("plans.csv", "measures.csv"):
        assert (tmp_path / "parts" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
