"""How a roster was judged, where that was on other than what is known, is said in every output."""

from __future__ import annotations

import csv
import json
from collections.abc import Set
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.errors import InputError
from shibie.ruleset.loader import load
from shibie.versions.roster_moves import decided_by_both
from support.folders import folder, masked, number
from support.packs import sound

OF = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
SET_ASIDE = ["--set-aside", "vehicles"]
BOTH = [*SET_ASIDE, "--trust-declarations"]
ASIDE = "搁置：车辆登记比对中对不上人的记录，当作与名册上的人无关"
SCREENING = "初筛：未提供比对表的事项按申报认定，不是最终结果"


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    cars = [
        {"id_number": number(2), "person_name": "李二", "plate": "川1", "kind": "摩托车"},
        {"id_number": masked(1), "person_name": "张一", "plate": "川2", "kind": "小型轿车"},
    ]
    roster = folder(
        tmp_path_factory.mktemp("roster"),
        {"A": [("张一", "户主", 1)], "B": [("李二", "户主", 2)]},
        registers={"vehicles": cars},
    )
    (roster / "steps.csv").write_text(
        "household_id,step,done_on\nA,mobilisation,2015-09-07\n", encoding="utf-8"
    )
    return roster


def run(command: str, *arguments: str | Path) -> str:
    done = CliRunner().invoke(app, [command, *map(str, arguments), *OF])
    assert done.exit_code == 0, done.output
    return done.stdout


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_explanations(roster: Path, tmp_path: Path) -> None:
    page = tmp_path / "why.html"
    asked = ["explain", str(roster), "-h", "A"]
    assert run(*asked, *BOTH, "--html", str(page)).splitlines()[:3] == [
        "A 张一（甲村，1 人）：纳入", SCREENING, ASIDE,
    ]  # fmt: skip
    assert f"<p><b>{SCREENING}</b></p><p><b>{ASIDE}</b></p>" in page.read_text(encoding="utf-8")
    assert f"├── {ASIDE}\n" in run(*asked, *SET_ASIDE, "--full")
    assert json.loads(run(*asked, *BOTH, "--json"))["caveats"] == [SCREENING, ASIDE]
    assert json.loads(run(*asked, "--json"))["caveats"] == []
    assert "搁置" not in run(*asked)


def test_a_recheck(roster: Path, tmp_path: Path) -> None:
    out, book = tmp_path / "out", tmp_path / "out.xlsx"
    printed = run("recheck", roster, roster, *BOTH, "--out", out, "--out", book)
    assert printed.splitlines()[1:3] == [SCREENING, ASIDE]
    assert rows(out / "caveats.csv") == [["caveat"], [SCREENING], [ASIDE]]
    said = json.loads((out / "recheck.json").read_text(encoding="utf-8"))["caveats"]
    assert said == [SCREENING, ASIDE]
    sheet = openpyxl.load_workbook(book)["说明"]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["说明", SCREENING, ASIDE]
    assert json.loads(run("recheck", roster, roster, *SET_ASIDE, "--json"))["caveats"] == [ASIDE]
    run("recheck", roster, roster, "--out", tmp_path / "plain")
    assert not (tmp_path / "plain" / "caveats.csv").exists()


def test_a_plan(roster: Path, tmp_path: Path) -> None:
    printed = run("plan", roster, *SET_ASIDE, "--out", tmp_path / "out")
    assert printed.splitlines()[0] == ASIDE
    assert rows(tmp_path / "out" / "caveats.csv") == [["caveat"], [ASIDE]]
    assert json.loads(run("plan", roster, *SET_ASIDE, "--json"))["caveats"] == [ASIDE]
    plans = tmp_path / "plans.csv"
    plans.write_text("户编号,人编号,措施\n", encoding="utf-8")
    assert run("plan", roster, *SET_ASIDE, "--check", plans).splitlines()[0] == ASIDE


def test_a_report(roster: Path, tmp_path: Path) -> None:
    markdown = tmp_path / "report.md"
    printed = run("report", roster, *SET_ASIDE, "--out", markdown, "--no-charts")
    assert printed.splitlines()[0] == ASIDE
    assert ASIDE in markdown.read_text(encoding="utf-8")
    assert json.loads(run("report", roster, *SET_ASIDE, "--json"))["caveats"] == [ASIDE]


def test_a_procedure(roster: Path, tmp_path: Path) -> None:
    out, book = tmp_path / "out", tmp_path / "out.xlsx"
    printed = run("procedure", roster, *SET_ASIDE, "--out", out, "--out", book)
    assert printed.splitlines()[1] == ASIDE
    assert rows(out / "caveats.csv") == [["caveat"], [ASIDE]]
    sheet = openpyxl.load_workbook(book)["说明"]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["说明", ASIDE]
    assert json.loads(run("procedure", roster, *SET_ASIDE, "--json"))["caveats"] == [ASIDE]
    assert json.loads(run("procedure", roster, "--json"))["caveats"] == []
    run("procedure", roster, "--out", tmp_path / "plain")
    assert not (tmp_path / "plain" / "caveats.csv").exists()


def test_a_diff(roster: Path, tmp_path: Path) -> None:
    book = tmp_path / "out.xlsx"

    def diff(*more: str) -> str:
        same = ["diff", "bazhong-2015", "bazhong-2015", "--roster", str(roster)]
        return CliRunner().invoke(app, [*same, "--as-of", "2015-12-20", *more]).stdout

    assert diff(*SET_ASIDE, "--out", str(book)).splitlines().count(ASIDE) == 1
    sheet = openpyxl.load_workbook(book)["说明"]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["说明", ASIDE]

    def data(*more: str) -> tuple[list[str], dict[str, str]]:
        found = json.loads(diff(*more, "--json"))
        return found["caveats"], {
            each["household_id"]: each["after"] for each in found["households"]
        }

    assert data() == ([], {"A": "pending", "B": "eligible"})
    assert data(*SET_ASIDE) == ([ASIDE], {"A": "eligible", "B": "eligible"})


def test_a_register_that_one_pack_lacks_is_set_aside_in_the_other(roster: Path) -> None:
    def apart(*names: str) -> list[Set[str]]:
        packs = sound(), load("bazhong-2015")
        both = decided_by_both(*packs, roster, date(2015, 12, 20), set_aside=names)
        return [each.set_aside for each in both]

    assert apart("存款比对") == [frozenset(), {"deposits"}]
    assert apart("车辆比对", "deposits") == [{"vehicles"}, {"deposits"}]
    assert apart("vehicles") == [{"vehicles"}, {"vehicles"}]
    with pytest.raises(InputError, match="there is no register 'ships'"):
        apart("vehicles", "ships")


def test_a_check(roster: Path) -> None:
    assert ASIDE in run("check", roster, *SET_ASIDE)
