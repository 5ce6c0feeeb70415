"""A register that matches nobody is said by every command that reads a roster, which exits 3."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shibie.checking_in_parts import roster_parts
from shibie.cli.app import app
from shibie.rosters.chosen import read_chosen
from shibie.rosters.given_roster import roster_of_path
from shibie.ruleset.loader import load
from support.folders import folder, number

DAY = date(2015, 12, 20)
OF = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
HOUSEHOLDS = {"A": [("张一", "户主", 1)], "B": [("李二", "户主", 2)]}
WARNING = "注意：车辆登记比对的 2 行没有一行对得上名册上的人，请核对是不是给错了表；现按“都没有记录”认定\n"


def car(of: str) -> dict[str, str]:
    return {"id_number": of, "plate": f"川{of[-4:]}", "kind": "小型轿车"}


@pytest.fixture(scope="module")
def another_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cars = {"vehicles": [car(number(901)), car(number(902))]}
    roster = folder(tmp_path_factory.mktemp("roster"), HOUSEHOLDS, registers=cars)
    (roster / "steps.csv").write_text(
        "household_id,step,done_on\nA,mobilisation,2015-09-07\n", encoding="utf-8"
    )
    return roster


@pytest.fixture(scope="module")
def own_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cars = {"vehicles": [car(number(1))]}
    return folder(tmp_path_factory.mktemp("roster"), HOUSEHOLDS, registers=cars)


def run(command: str, roster: Path, *more: str | Path) -> Result:
    return CliRunner().invoke(app, [command, str(roster), *map(str, more), *OF])


@pytest.mark.parametrize(
    "command", ["explain", "explain --json", "notice", "letter", "report", "procedure", "plan"]
)
def test_every_command_warns(command: str, another_county: Path, tmp_path: Path) -> None:
    more = {
        "explain": ("-h", "A"), "explain --json": ("-h", "A", "--json"),
        "notice": ("--out", tmp_path, "--format", "docx"),
        "letter": ("--out", tmp_path, "--format", "docx", "-h", "A"),
    }.get(command, ())  # fmt: skip
    name = "notice" if command == "letter" else command.split()[0]
    done = run(name, another_county, *more)
    assert (done.exit_code, done.stderr) == (3, WARNING), done.output
    assert done.stdout


BEFORE = WARNING.replace("对得上名册", "对得上原名册")
NOW = WARNING.replace("对得上名册", "对得上现名册")


@pytest.mark.parametrize("command", ["recheck", "report"])
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("another_county", "own_county", BEFORE),
        ("own_county", "another_county", NOW),
        ("another_county", "another_county", BEFORE + NOW),
        ("own_county", "own_county", ""),
    ],
)
def test_of_two_rosters_it_says_which(
    command: str, old: str, new: str, said: str, request: pytest.FixtureRequest
) -> None:
    before, now = (request.getfixturevalue(name) for name in (old, new))
    arguments = (before, now) if command == "recheck" else (now, "--before", before)
    done = run(command, *arguments)
    assert (done.exit_code, done.stderr) == (3 if said else 0, said), done.output
    assert done.stdout


def test_in_english(another_county: Path, own_county: Path) -> None:
    done = run("recheck", another_county, own_county, "--lang", "en")
    assert done.stderr == (
        "WARNING: none of the 2 rows of 车辆登记比对 is surely about anybody on the roster before;"
        " is it the right table? It counts as compared\n"
    )


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_two_packs_say_it_once(
    form: tuple[str, ...], another_county: Path, own_county: Path
) -> None:
    def diff(roster: Path) -> Result:
        arguments = ["diff", "bazhong-2015", "bazhong-2015", "--roster", str(roster)]
        return CliRunner().invoke(app, [*arguments, *form, "--as-of", "2015-12-20"])

    done = diff(another_county)
    assert (done.exit_code, done.stderr) == (3, WARNING), done.output
    assert done.stdout
    done = diff(own_county)
    assert (done.exit_code, done.stderr) == (0, "")


def test_check_says_the_same(another_county: Path) -> None:
    done = run("check", another_county)
    assert done.exit_code == 3
    assert WARNING.strip() in done.stdout.replace("\n", "")


def test_check_names_the_registers_without_a_row(another_county: Path, tmp_path: Path) -> None:
    done = run("check", another_county)
    assert "提示：户籍比对、房产登记比对、工商登记比对" in done.stdout.replace("\n", "")
    # An office may have no record of anybody: that is no fault.
    none = run("check", folder(tmp_path, HOUSEHOLDS, registers={}))
    assert (none.exit_code, "车辆登记比对、房产登记比对" in none.stdout.replace("\n", "")) == (
        0,
        True,
    )


def test_a_number_written_oddly_is_found(tmp_path: Path) -> None:
    odd = f"{number(2)[:6]} {number(2)[6:]}"
    roster = folder(tmp_path, HOUSEHOLDS, registers={"vehicles": [car(number(901)), car(odd)]})
    done = run("explain", roster, "-h", "A")
    assert (done.exit_code, done.stderr) == (0, "")


def test_one_row_about_anybody_is_enough(tmp_path: Path) -> None:
    cars = {"vehicles": [car(number(901)), car(number(2))]}
    roster = folder(tmp_path, HOUSEHOLDS, registers=cars)
    for household in HOUSEHOLDS:
        done = run("explain", roster, "-h", household)
        assert (done.exit_code, done.stderr) == (0, "")


def test_however_it_is_read(another_county: Path) -> None:
    rules = load("bazhong-2015")
    found = []
    for held_below in (10**9, 0):
        given = roster_of_path(another_county, rules, DAY)
        with roster_parts(given, held_below) as roster:
            found.append(roster.matches())
    assert found[0] == found[1]
    assert found[0]["vehicles"] == (2, 0)
    assert found[0]["deposits"] == (0, 0)
    assert read_chosen(another_county, rules, DAY, ["A"]).nobody == {"vehicles": 2}
