"""A roster in parts is decided as it is as a whole, whoever lives in whichever part."""

from __future__ import annotations

import csv
import shutil
import zipfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

import shibie
from rosters.test_folder import DAMAGED, damaged_roster
from shibie import checking_in_parts
from shibie.checking_in_parts import checked_parts, roster_parts
from shibie.checking_in_python import Checked, check
from shibie.cli.app import app
from shibie.errors import InputError
from shibie.rosters import landed_parts
from shibie.rosters.given_roster import roster_of_path
from shibie.ruleset.loader import load

ROOT = Path(__file__).parents[1]
FIXTURES = ROOT / "fixtures"
BAZHONG = load("bazhong-2015")
DAY = date(2015, 12, 20)
AS_OF = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]


def read(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    return header, rows


def write(path: Path, header: list[str], rows: list[list[str]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def some_of(folder: Path, to: Path) -> Path:
    """Every seventh household of a township, its villages mixed up."""
    shutil.copytree(folder, to)
    header, rows = read(to / "households.csv")
    kept = sorted((row for row in rows if int(row[0][-3:]) % 7 == 0), key=lambda row: row[0][-3:])
    write(to / "households.csv", header, kept)
    ids = {row[0] for row in kept}
    for name in ("members", "steps", "adjudications"):
        path = to / f"{name}.csv"
        if path.exists():
            header, rows = read(path)
            write(path, header, [row for row in rows if row[0] in ids])
    return to


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A roster before, of which a household is rejected now."""
    return some_of(FIXTURES / "township-2014", tmp_path_factory.mktemp("before") / "r")


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Some of the township, where persons are in two households, and with faults of each kind."""
    to = some_of(FIXTURES / "township-2015", tmp_path_factory.mktemp("parts") / "township")
    whole = check(BAZHONG, roster_of_path(to, BAZHONG, DAY).roster, DAY)
    eligible = [
        case.household.household_id
        for case, decision in zip(whole.cases, whole.decisions, strict=True)
        if decision.eligibility == "eligible" and case.numbers[0]
    ]
    header, rows = read(to / "members.csv")
    number = header.index("id_number")
    heads = {row[0]: row for row in reversed(rows)}
    for first, last in zip(eligible[:5], eligible[-5:], strict=True):
        heads[last][number] = heads[first][number]
    heads[eligible[7]][number] = "no number"
    write(to / "members.csv", header, rows)
    header, rows = read(to / "households.csv")
    for row in rows[3:8]:
        row[header.index("village")] = ""
    write(to / "households.csv", header, [*rows, ["nobody", *[""] * (len(header) - 1)]])
    header, rows = read(to / "steps.csv")
    # One of a household that is rejected still counts in the shares; one of nobody does not.
    rows += [[eligible[7], "township_review", *[""] * (len(header) - 3), "抽查表"]]
    rows += [["nobody", "township_review", *[""] * (len(header) - 3), "照片、抽查表"]]
    rows += [["nowhere", "township_review", *[""] * (len(header) - 3), "抽查表"]]
    write(to / "steps.csv", header, rows)
    path = to / "registers" / "vehicles.csv"
    header, rows = read(path)
    owner = header.index("id_number")
    rows.append([heads[eligible[9]][number] if at == owner else "?" for at in range(len(header))])
    write(path, header, rows)
    return to


@pytest.fixture(scope="module")
def whole(roster: Path) -> Checked:
    return check(BAZHONG, roster_of_path(roster, BAZHONG, DAY).roster, DAY)


def test_the_roster_has_what_is_to_be_seen(whole: Checked) -> None:
    shared = [d for d in whole.decisions if any(f.kind == "duplicate" for f in d.findings)]
    assert len(shared) >= 6
    assert whole.registers.of["vehicles"].damaged
    assert len(whole.roster.rejected_households) == 2
    assert {each.source for each in whole.roster.rejected} >= {"households.csv", "steps.csv"}


def test_parts_are_decided_as_the_whole_is(roster: Path, whole: Checked) -> None:
    given = roster_of_path(roster, BAZHONG, DAY)
    with checked_parts(given, held_below=0, size=50) as checked:
        parts = list(checked.parts())
        assert [len(part.decisions) for part in parts[:-1]] == [50] * (len(parts) - 1)
        assert [each for part in parts for each in part.decisions] == list(whole.decisions)
        assert [each for part in parts for each in part.cases] == list(whole.cases)


def test_villages_are_decided_as_the_whole_is(roster: Path, whole: Checked) -> None:
    order = {each.household_id: nth for nth, each in enumerate(whole.decisions)}
    given = roster_of_path(roster, BAZHONG, DAY)
    with checked_parts(given, held_below=0, size=50) as checked:
        parts = list(checked.villages())
        villages = [{case.household.village for case in part.cases} for part in parts]
        assert all(len(village) == 1 for village in villages)
        assert len({name for village in villages for name in village}) == len(villages) == 8
        found = [each for part in parts for each in part.decisions]
        assert found != list(whole.decisions)
        assert sorted(found, key=lambda each: order[each.household_id]) == list(whole.decisions)
        # Each village is in the roster's order.
        assert all(
            [order[each.household_id] for each in part.decisions]
            == sorted(order[each.household_id] for each in part.decisions)
            for part in parts
        )


def test_what_is_said_of_the_whole_roster(roster: Path, whole: Checked) -> None:
    given = roster_of_path(roster, BAZHONG, DAY)
    with roster_parts(given, held_below=0) as parts, roster_parts(given) as held:
        assert parts.households == held.households == len(whole.cases)
        assert parts.rejected_rows == held.rejected_rows == len(whole.roster.rejected)
        assert set(parts.rejected_numbers()) == set(whole.roster.rejected_households)
        assert parts.rejected_households == held.rejected_households == 2
        assert parts.has_steps
        assert held.has_steps
        asked = {whole.cases[0].household.household_id, "nobody", "nowhere"}
        assert parts.decided(asked) == held.decided(asked) == {min(asked)}
        for share in BAZHONG.shares:
            found = parts.documented(share.step, share.document)
            assert found == held.documented(share.step, share.document)
            assert 0 < found[1] < found[0]
        codes = list(parts.codes("civil_registry", "status"))
        assert codes == list(held.codes("civil_registry", "status"))
        assert len({code for _, code in codes}) > 2


def test_a_small_roster_is_one_part() -> None:
    given = roster_of_path(FIXTURES / "village-60.xlsx", BAZHONG, DAY)
    with checked_parts(given) as checked:
        (part,) = checked.parts()
    assert part == check(BAZHONG, given.roster, DAY)


def same_in_parts(tmp_path: Path, seed: int) -> bool:
    """A damaged roster is decided alike in parts of one household; whether it could be used."""
    given = roster_of_damaged(tmp_path, seed)
    if given is None:
        return False
    every = check(BAZHONG, given.roster, DAY)
    with checked_parts(given, held_below=0, size=1) as checked:
        parts = list(checked.parts())
        assert [each for part in parts for each in part.decisions] == list(every.decisions), seed
        assert [each for part in parts for each in part.cases] == list(every.cases), seed
        roster = checked.roster
        assert roster.rejected_rows == len(every.roster.rejected)
        assert sorted(roster.rejected_numbers()) == sorted(every.roster.rejected_households)
    return True


def roster_of_damaged(tmp_path: Path, seed: int) -> shibie.GivenRoster | None:
    """One that can be used at all."""
    try:
        given = roster_of_path(damaged_roster(tmp_path / str(seed), seed), BAZHONG, DAY)
        _ = given.roster
    except InputError:
        return None
    return given


def test_some_damaged_rosters(tmp_path: Path) -> None:
    assert sum(same_in_parts(tmp_path, seed) for seed in DAMAGED[2::25]) > 4


@pytest.mark.slow
def test_all_damaged_rosters(tmp_path: Path) -> None:
    assert sum(same_in_parts(tmp_path, seed) for seed in DAMAGED) > 100


# --- the commands that want whole households ------------------------------------------------


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Makes every roster a large one."""

    def begin() -> None:
        monkeypatch.setattr(
            checking_in_parts, "roster_parts", lambda given, *_: roster_parts(given, 0, 40)
        )

    return begin


def contents(path: Path) -> dict[str, bytes]:
    """What is in the files of a folder; of Word files and workbooks, which bear a clock's time, their text."""
    found = {}
    for file in sorted(path.rglob("*")):
        if file.suffix == ".docx":
            with zipfile.ZipFile(file) as parts:
                found[str(file.relative_to(path))] = parts.read("word/document.xml")
        elif file.suffix == ".xlsx":
            with zipfile.ZipFile(file) as parts:
                named = ("xl/sharedStrings.xml", "xl/worksheets/sheet1.xml")
                found[str(file.relative_to(path))] = b"".join(map(parts.read, named))
        elif file.is_file():
            found[str(file.relative_to(path))] = file.read_bytes()
    return found


def run(command: list[str], out: Path) -> tuple[int, str, dict[str, bytes]]:
    done = CliRunner().invoke(app, command)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.output
    shown = done.stdout.replace(str(out), "OUT")
    files = contents(out)
    if out.exists():
        shutil.rmtree(out)
    return done.exit_code, shown, files


def test_the_workbook_of_results(
    roster: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cells(name: str, engine: Literal["interpreter", "duckdb"]) -> dict[str, list[object]]:
        with shibie.check(BAZHONG, roster, DAY, engine=engine) as result:
            result.write(tmp_path / name)
        book = load_workbook(tmp_path / name, read_only=True)
        return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}

    held = cells("held.xlsx", "interpreter")
    monkeypatch.setattr(landed_parts, "LandedParts", partial(landed_parts.LandedParts, size=40))
    assert cells("parts.xlsx", "duckdb") == held
    assert list(held)[-2:] == ["核实", "识别·清单"]
    assert {"办理", "不计入人口", "来源"} <= set(held)


def test_plans(roster: Path, tmp_path: Path, in_parts: Callable[[], None]) -> None:
    out = tmp_path / "out"
    commands = [["plan", str(roster), *AS_OF, "--json", "--out", str(out)]]
    rows = [
        "户编号,人编号,措施", "nobody,,合作社", "nowhere,1,x",
        *(f"{row[0]},1,skills" for row in read(roster / "households.csv")[1][:60]),
    ]  # fmt: skip
    plans = tmp_path / "plans.csv"
    plans.write_text("\n".join(rows), encoding="utf-8")
    commands.append(["plan", str(roster), *AS_OF, "--check", str(plans), "--out", str(out)])
    held = [run(command, out) for command in commands]
    in_parts()
    assert [run(command, out) for command in commands] == held
    assert [code for code, _, _ in held] == [3, 1]
    assert len(held[0][2]["plans.csv"].splitlines()) > 100


def test_the_procedure(roster: Path, tmp_path: Path, in_parts: Callable[[], None]) -> None:
    out = tmp_path / "out"
    commands = [
        ["procedure", str(roster), *AS_OF, *more, "--out", str(out)] for more in ([], ["--json"])
    ]
    held = [run(command, out) for command in commands]
    in_parts()
    assert [run(command, out) for command in commands] == held
    assert len(held[0][2]["standings.csv"].splitlines()) > 100


def test_recheck(roster: Path, before: Path, tmp_path: Path, in_parts: Callable[[], None]) -> None:
    out = tmp_path / "out"
    commands = [
        ["recheck", str(before), str(roster), *AS_OF, *more, "--out", str(out)]
        for more in ([], ["--json"])
    ]
    held = [run(command, out) for command in commands]
    in_parts()
    assert [run(command, out) for command in commands] == held
    assert len(held[0][2]["before.csv"].splitlines()) > 50


def test_the_report(
    roster: Path, before: Path, tmp_path: Path, in_parts: Callable[[], None]
) -> None:
    out = tmp_path / "out"
    plain = ["report", str(roster), *AS_OF, "--no-charts", "--out", str(out / "r.md"), "--json"]
    commands = [plain, [*plain, "--before", str(before)]]
    held = [run(command, out) for command in commands]
    in_parts()
    assert [run(command, out) for command in commands] == held
    assert held[0] != held[1]


def test_letters_and_lists(tmp_path: Path, in_parts: Callable[[], None]) -> None:
    out = tmp_path / "out"
    place = str(FIXTURES / "monitoring-2024")
    day = [
        "--rules",
        "monitoring-2024",
        "--as-of",
        "2024-06-30",
        "--days",
        "20",
        "--format",
        "docx",
    ]
    every = ["notice", place, *day, "--out", str(out)]
    one = read(FIXTURES / "monitoring-2024" / "households.csv")[1][2][0]
    commands = [every, [*every, "--kind", "lists", "--kind", "letters", "--household", one]]
    held = [run(command, out) for command in commands]
    in_parts()
    assert [run(command, out) for command in commands] == held
    assert [len(files) for _, _, files in held] == [20, 4]


def test_the_library(roster: Path, before: Path, in_parts: Callable[[], None]) -> None:
    def compared() -> list[object]:
        with shibie.recheck(BAZHONG, before, roster, DAY, date(2014, 12, 20)) as found:
            return [list(found.was), list(found.now), list(found.persons), found.split]

    held = compared()
    in_parts()
    assert compared() == held
