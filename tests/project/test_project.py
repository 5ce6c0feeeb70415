"""A project folder: `shibie.yaml` stands in for the options of every command."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from shibie.cli import main
from shibie.cli.app import app
from support.books import PEOPLE, Book, as_export, book, write_folder, write_xlsx

CARS = "比对-车辆登记比对"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, list(map(str, arguments)))


def refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> str:
    """What the command says when it refuses, as the shell would see it."""
    monkeypatch.setattr("sys.argv", ["shibie", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    return capsys.readouterr().err


def project(folder: Path, sheets: Book, text: str = "") -> Path:
    """A project whose roster is a workbook, with registers of its own but for the cars."""
    folder.mkdir()
    sheets = dict(sheets)
    cars = sheets.pop(CARS)
    write_xlsx(folder / "花名册.xlsx", sheets)
    write_xlsx(folder / "车管所.xlsx", {"登记": cars})
    (folder / "shibie.yaml").write_text(
        "rules: bazhong-2015\nas_of: 2015-12-20\nroster: 花名册.xlsx\n"
        "registers: {vehicles: 车管所.xlsx}\n" + text,
        encoding="utf-8",
    )
    return folder


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def decided(out: Path) -> Mapping[str, str]:
    return {row[0]: row[1] for row in rows(out / "decisions.csv")[1:]}


EXPECTED = {"001": "eligible", "002": "ineligible", "003": "ineligible"}


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_check_needs_no_options(tmp_path: Path, engine: str) -> None:
    place = project(tmp_path / "p", book(), "out: 结果\nheaders: zh\n")
    for named in (place, place / "shibie.yaml"):
        done = run("check", named, "--engine", engine)
        assert done.exit_code == 0, done.output
        assert decided(place / "结果") == EXPECTED
    assert rows(place / "结果" / "decisions.csv")[0][:2] == ["户编号", "认定结果"]
    summary = json.loads((place / "结果" / "summary.json").read_text(encoding="utf-8"))
    roster, cars = summary["made_from"]["inputs"]
    assert (roster["file"], cars["file"]) == ("../花名册.xlsx", "../车管所.xlsx")
    assert cars["sheets"] == [
        {"name": "registers/vehicles", "shown": "车管所.xlsx", "sheet": "登记", "table": "vehicles",
         "rows": 1, "matched": 1, "unmatched": 0, "twice": 0}
    ]  # fmt: skip
    # What was received is kept by its hash, and decides the same again.
    kept = place / ".shibie" / "received"
    sha256 = hashlib.sha256((place / "车管所.xlsx").read_bytes()).hexdigest()
    assert (kept / f"{sha256}.xlsx").read_bytes() == (place / "车管所.xlsx").read_bytes()
    assert len(list(kept.iterdir())) == 2
    assert run("replay", place / "结果").exit_code == 0
    (place / "车管所.xlsx").unlink()
    assert run("replay", place / "结果", "--inputs", kept).exit_code == 0


def test_in_the_folder_it_is_found_and_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project(tmp_path / "p", book(), "keep: false\n"))
    done = run("check", "--out", "r")
    assert done.exit_code == 0, done.output
    assert "按 shibie.yaml" in done.stderr
    assert decided(Path("r")) == EXPECTED
    assert not Path(".shibie").exists()
    done = run("explain", "-h", "003")
    assert done.exit_code == 0
    assert "小型轿车" in done.stdout


def test_a_form_is_proposed_by_the_rules_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project(tmp_path / "p", book(), "keep: false\n"))
    done = run("fit", Path("花名册.xlsx"))
    assert done.exit_code == 0, done.output
    assert "按 shibie.yaml" in done.stderr
    assert '"住房等级": housing_grade' in done.stdout


def test_options_win(tmp_path: Path) -> None:
    place = project(tmp_path / "p", book(), "trust_declarations: true\nset_aside: [deposits]\n")
    out = tmp_path / "out"
    done = run("check", place, "--out", out, "--no-trust-declarations", "--set-aside", "payroll")
    assert done.exit_code == 0, done.output
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["trust_declarations"], summary["set_aside"]) == (False, ["payroll"])
    assert run("check", place, "--out", out).exit_code == 0
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert (summary["trust_declarations"], summary["set_aside"]) == (True, ["deposits"])


def test_a_register_by_an_option(tmp_path: Path) -> None:
    sheets = book()
    cars = sheets.pop(CARS)
    roster = write_folder(tmp_path / "in", sheets)
    car_file = write_xlsx(tmp_path / "车管所.xlsx", {"登记": cars, "说明": [["无"]]})
    pack = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    out = tmp_path / "out"
    done = run("check", roster, *pack, "--register", f"车辆登记比对={car_file}!登记", "--out", out)
    assert done.exit_code == 0, done.output
    assert decided(out) == EXPECTED


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("keeps: true\n", ":5:1: 未知的键“keeps”"),
        ("keeps: true\n", "是否想写“keep”？"),
        ("set_aside: payroll\n", ":5:12: 应为列表"),
        ("before: 2014.xlsx\n", ":5:9: 没有这个文件或文件夹"),
        ("control_totals: {cars: {rows: 1}}\n", ":5:31: 没有叫“cars”的表"),
        ("control_totals: {vehicles: {row: 1}}\n", "未知的键“row”"),
    ],
)
def test_a_fault_is_said_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    more: str, said: str,
) -> None:  # fmt: skip
    place = project(tmp_path / "p", book(), more)
    assert said in refused(monkeypatch, capsys, "check", place)


def test_what_is_said_nowhere_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = refused(monkeypatch, capsys, "check")
    assert said.splitlines() == [
        "shibie: 缺少：名册、规则包 --rules、认定日期 --as-of",
        "  → 在命令里给出，或写在 shibie.yaml 里：roster: 花名册.xlsx; rules: bazhong-2015; as_of: 2015-12-20",
    ]
    (tmp_path / "shibie.yaml").write_text("rules: bazhong-2015\n", encoding="utf-8")
    said = refused(monkeypatch, capsys, "explain", "x.xlsx", "--name", "a", "--lang", "en")
    assert said.splitlines()[1] == "shibie.yaml: missing: --as-of"


@pytest.mark.parametrize("large", [False, True])
def test_half_a_register_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], large: bool
) -> None:
    if large:
        monkeypatch.setattr("shibie.project.totals.must_come_to.__defaults__", (-1,))
    sheets = book()
    sheets["农户"].append([None, " "])
    totals = "control_totals:\n  vehicles: {rows: 2}\n  households: {rows: 3}\n  成员: {rows: 5}\n"
    place = project(tmp_path / "p", sheets, totals)
    said = refused(monkeypatch, capsys, "check", place).splitlines()
    assert said[0].endswith("shibie.yaml:6:20: “vehicles”应有 2 行，实有 1 行")
    assert "可能只给了一部分" in said[1]
    assert len(said) == 2
    assert "应有 2 行" in refused(monkeypatch, capsys, "explain", place, "-h", "001")
    file = place / "shibie.yaml"
    file.write_text(file.read_text("utf-8").replace("{rows: 2}", "{rows: 1}"), encoding="utf-8")
    assert run("explain", place, "-h", "001").exit_code == 0


def test_rows_of_persons_are_counted_as_the_roster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    place = project(tmp_path / "p", as_export(book()), "control_totals: {roster: {rows: 6}}\n")
    assert "“roster”应有 6 行，实有 5 行" in refused(monkeypatch, capsys, "check", place)


def test_recheck_and_report_know_the_roster_before(tmp_path: Path) -> None:
    place = project(tmp_path / "p", book(), "before: 旧.xlsx\nsince: 2014-12-20\n")
    shutil.copy(place / "花名册.xlsx", place / "旧.xlsx")
    for command in ("recheck", "procedure", "plan"):
        done = run(command, place)
        # The steps of no household are recorded, which procedure says.
        assert done.exit_code == 0 or command == "procedure", done.output
    assert "原名册 3 户 5 人（2014-12-20）" in run("recheck", place).stdout
    done = run("diff", "bazhong-2015", "bazhong-2015", "--roster", place)
    assert done.exit_code == 0, done.output
    assert "3 户中 0 户改变" in done.stdout


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_acts_are_kept_in_the_project(tmp_path: Path, engine: str) -> None:
    place = project(tmp_path / "p", book(), "acts: acts.db\nout: 结果\n")
    acts = [["kind", "household_id", "rule_id", "verdict", "evidence", "officer", "date"],
            ["verdict", "003", "vehicle", "refuted", "已转让", "李某", "2015-12-01"]]  # fmt: skip
    sheets = {name: rows for name, rows in book().items() if name != CARS}
    write_xlsx(place / "花名册.xlsx", {**sheets, "办理": acts})
    assert run("check", place, "--engine", engine).exit_code == 0
    assert decided(place / "结果")["003"] == "eligible"
    # The table is gone, what was taken in stays.
    write_xlsx(place / "花名册.xlsx", sheets)
    assert run("check", place, "--engine", engine).exit_code == 0
    assert decided(place / "结果")["003"] == "eligible"
    assert run("replay", place / "结果").exit_code == 0


def test_a_log_that_was_emptied_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a full disk or a broken copy leaves it: read as a new one, it would lose the verdicts."""
    place = project(tmp_path / "p", book(), "acts: acts.db\nout: 结果\n")
    assert run("check", place).exit_code == 0
    (place / "acts.db").write_bytes(b"")
    said = refused(monkeypatch, capsys, "check", place)
    assert "空文件：日志里的办理丢了" in said
    (place / "acts.db").unlink()
    assert run("check", place).exit_code == 0


@pytest.mark.parametrize("kind", ["workbook", "csv", "export"])
def test_whoever_has_the_name_is_explained(tmp_path: Path, kind: str) -> None:
    sheets = book()
    sheets["成员"][5][2] = "人 2"
    if kind == "export":
        roster = write_xlsx(tmp_path / "r.xlsx", as_export(sheets, merged=True))
    elif kind == "csv":
        roster = write_folder(tmp_path / "r", sheets)
    else:
        roster = write_xlsx(tmp_path / "r.xlsx", sheets)
    pack = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    done = run("explain", roster, *pack, "--name", "人2", "--json")
    assert done.exit_code == 0, done.output
    assert [each["household_id"] for each in json.loads(done.stdout)] == ["002", "003"]
    assert not any(number in done.stdout for number in PEOPLE)


def test_a_name_that_nobody_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    roster = write_folder(tmp_path / "r", book())
    pack = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
    said = refused(monkeypatch, capsys, "explain", roster, *pack, "--name", "张三")
    assert said == "张三：名册上没有叫这个名字的人\n"
    said = refused(monkeypatch, capsys, "explain", roster, *pack, "--name", PEOPLE[2])
    assert PEOPLE[2] not in said
    said = refused(monkeypatch, capsys, "explain", roster, *pack)
    assert said.splitlines()[0] == "--household: 缺少：哪一户"
