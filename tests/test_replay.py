"""What a result was made from, and that it can be made again from it."""

from __future__ import annotations

import hashlib
import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

import shibie
from shibie.actlog import open_acts, record, with_acts
from shibie.acts import Act
from shibie.cli.app import app
from shibie.errors import InputError
from shibie.replaying import replay
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.sheets import read_sheets
from shibie.ruleset.loader import load, loads
from support.books import as_export, book, write_folder, write_parquet, write_xlsx

AS_OF = date(2015, 12, 20)
RULES = load("bazhong-2015")
ENGINES = ("interpreter", "duckdb")


def written(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return found


def decided(roster: Path, out: Path, engine: str = "auto", **options: Any) -> dict[str, Any]:
    with shibie.check(RULES, roster, AS_OF, engine=engine, **options) as result:  # type: ignore[arg-type]
        result.write(out)
    return written(out)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_summary_says_what_it_was_made_from(tmp_path: Path, engine: str) -> None:
    sheets = book()
    # Blank rows are no rows, however they are blank.
    sheets["农户"] += [[None, "  "], ["－", "/"]]
    sheets["比对-车辆登记比对"].append(["110105194912310028", "川Y0002", "小型轿车", 1, None])
    roster = write_xlsx(tmp_path / "r.xlsx", sheets)
    found = decided(roster, tmp_path / "results" / "a", engine, set_aside=["deposits"])
    made = found["made_from"]
    assert made["shibie"] == shibie.__version__
    assert made["pack"] == {"id": "bazhong-2015", "rules": "bazhong-2015", "sha256": RULES.sha256}
    assert made["options"] == {
        "as_of": "2015-12-20", "trust_declarations": False, "set_aside": ["deposits"],
        "lang": "zh", "clues": False,
    }  # fmt: skip
    assert made["forms"] == []
    (file,) = made["inputs"]
    assert file["file"] == f"../../{roster.relative_to(tmp_path).as_posix()}"
    assert file["sha256"] == hashlib.sha256(roster.read_bytes()).hexdigest()
    assert file["bytes"] == roster.stat().st_size
    sheets_of = {each.get("table"): each for each in file["sheets"]}
    assert sheets_of["households"] == {
        "name": "农户", "shown": "农户", "sheet": "农户", "table": "households", "rows": 3,
    }  # fmt: skip
    assert sheets_of["members"]["rows"] == 5
    cars = {name: sheets_of["vehicles"][name] for name in ("rows", "matched", "unmatched", "twice")}
    assert cars == {"rows": 2, "matched": 1, "unmatched": 1, "twice": 0}
    assert found["run"]["engine"] == engine
    assert found["schema"] == 2


def test_whoever_decides_it_is_made_from_the_same(tmp_path: Path) -> None:
    for name, roster in {
        "csv": write_folder(tmp_path / "csv", book()),
        "parquet": write_parquet(tmp_path / "parquet", book()),
        "export": write_xlsx(tmp_path / "export.xlsx", as_export(book(), merged=True)),
    }.items():
        one, other = (decided(roster, tmp_path / name / engine, engine) for engine in ENGINES)
        assert one["made_from"] == other["made_from"], name
        assert one["digest"] == other["digest"]
    rows = {each.get("table"): each["rows"] for each in one["made_from"]["inputs"][0]["sheets"]}
    assert rows["members"] == 5
    assert "households" not in rows


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_same_comes_out_again(tmp_path: Path, kind: str) -> None:
    sheets = book()
    roster = (
        write_folder(tmp_path / "in", sheets)
        if kind == "csv"
        else write_xlsx(tmp_path / "in.xlsx", sheets)
    )
    digest = decided(roster, tmp_path / "out", "duckdb")["digest"]
    done = CliRunner().invoke(app, ["replay", str(tmp_path / "out" / "summary.json")])
    assert (done.exit_code, done.stdout) == (0, f"相同：认定 3 户，摘要 {digest}\n")


def test_what_comes_out_otherwise_is_said(tmp_path: Path) -> None:
    roster = write_folder(tmp_path / "in", book())
    before = decided(roster, tmp_path / "out")["digest"]
    households = roster / "households.csv"
    text = households.read_text(encoding="utf-8")
    households.write_text(text.replace("001,甲村,2000", "001,甲村,200000"), encoding="utf-8")
    done = CliRunner().invoke(app, ["replay", str(tmp_path / "out")])
    lines = done.stdout.splitlines()
    assert done.exit_code == 1
    assert lines[:5] == [
        "文件变了：../in/households.csv", "不同：", "  纳入 1 户 → 0 户", "  不纳入 2 户 → 3 户",
        "  待核实 0 户 → 0 户",
    ]  # fmt: skip
    assert lines[5].startswith(f"  摘要 {before} → ")
    # A change that changes no decision is said, and is none of the decisions.
    households.write_text(text.replace("001,甲村,2000", "001,甲村,2001"), encoding="utf-8")
    done = CliRunner().invoke(app, ["replay", str(tmp_path / "out"), "--lang", "en"])
    assert (done.exit_code, done.stdout.splitlines()) == (0, [
        "the file is another now: ../in/households.csv",
        f"the same: 3 households decided, digest {before}",
    ])  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_a_log_of_acts_is_read_as_far_as_it_was(tmp_path: Path, engine: Any) -> None:
    refuted = Act(
        kind="verdict", household_id="003", rule_id="vehicle", verdict="refuted",
        evidence="入户", officer="王", date=date(2015, 12, 1),
    )  # fmt: skip
    sheets = read_sheets(write_folder(tmp_path / "in", book()))
    out = tmp_path / "out"
    with open_acts(tmp_path / "in") as log:
        (act,) = record(log, refuted)
        given = GivenRoster(RULES, AS_OF, with_acts(sheets, log, RULES)[0])
        with shibie.check(RULES, given, AS_OF, engine=engine) as result:
            result.write(out)
        file = written(out)["made_from"]["inputs"][-1]
        assert file == {
            "file": "../in/acts.db", "sha256": log.last, "bytes": None, "log": True,
            "sheets": [{"name": "acts", "shown": "acts.db", "table": "acts", "rows": 1}],
        }  # fmt: skip
        # What was recorded since is not of that result.
        record(log, Act(kind="undo", value=act.act_id, officer="李", date=date(2015, 12, 2)))
        found = replay(out)
        assert (found.same, found.changed) == (True, ())
        assert found.counts["eligible"] == (2, 2)
        # Where the other files are kept there is no copy of the log: it stays where it is.
        kept = tmp_path / "kept"
        kept.mkdir()
        for each in written(out)["made_from"]["inputs"][:-1]:
            shutil.copy(out / each["file"], kept / f"{each['sha256']}.csv")
        found = replay(out, kept)
        assert (found.same, found.changed) == (True, ())
    # Another log, of the same name, is not that one.
    (tmp_path / "in" / "acts.db").unlink()
    with open_acts(tmp_path / "in") as log:
        record(log, refuted.model_copy(update={"household_id": "002"}))
    found = replay(out)
    assert (found.same, found.changed) == (False, ("../in/acts.db",))


def test_files_that_lie_elsewhere_now(tmp_path: Path) -> None:
    roster = write_folder(tmp_path / "in", book())
    decided(roster, tmp_path / "out")
    made = written(tmp_path / "out")["made_from"]
    kept = tmp_path / "kept"
    kept.mkdir()
    for each in made["inputs"]:
        shutil.copy(tmp_path / "out" / each["file"], kept / f"{each['sha256']}.csv")
    shutil.move(roster, tmp_path / "moved")
    with pytest.raises(InputError) as error:
        replay(tmp_path / "out")
    assert error.value.problems[0].code == "file_failure"
    assert "../in/members.csv" in error.value.render("zh")
    for place in (tmp_path / "moved", kept):
        found = replay(tmp_path / "out", place)
        assert (found.same, found.changed, found.rules_changed) == (True, (), False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "不是 summary.json"),
        ("[]", "没有写明由什么得出"),
        ('{"digest": "a"}', "没有写明由什么得出"),
        ('{"digest": "a", "by_eligibility": {}, "made_from": {"shibie": "1"}}', "made_from.pack"),
    ],
)
def test_what_cannot_be_decided_again_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "summary.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as error:
        replay(tmp_path)
    assert said in error.value.render("zh")


def test_another_pack_is_said(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(str(RULES.folder), pack)
    roster = write_folder(tmp_path / "in", book())
    with shibie.check(str(pack), roster, AS_OF) as result:
        result.write(tmp_path / "out")
    assert written(tmp_path / "out")["made_from"]["pack"]["rules"] == "../pack"
    assert replay(tmp_path / "out").rules_changed is False
    file = pack / "parameters.yaml"
    text = file.read_text(encoding="utf-8")
    assert "2855" in text
    file.write_text(text.replace("2855", "500"), encoding="utf-8")
    found = replay(tmp_path / "out")
    assert (found.rules_changed, found.same, found.counts["eligible"]) == (True, False, (1, 0))


def test_a_fingerprint_of_a_pack_is_of_its_files_alone(tmp_path: Path) -> None:
    pack = tmp_path / "pack"
    shutil.copytree(str(RULES.folder), pack)
    assert load(pack).sha256 == RULES.sha256
    (pack / "roster.csv").write_text("a", encoding="utf-8")
    (pack / "shibie.yaml").write_text("rules: .", encoding="utf-8")
    source = pack / "SOURCES.md"
    source.write_bytes(source.read_bytes().replace(b"\n", b"\r\n"))
    assert load(pack).sha256 == RULES.sha256
    source.write_bytes(source.read_bytes() + b"x")
    assert load(pack).sha256 != RULES.sha256
    text = (
        'ruleset: {id: a, title: a, effective: {from: 2000-01-01, to: 2001-01-01}}\npoor: "true"\n'
    )
    assert loads(text).sha256 == loads(text).sha256 != loads(text + "\n").sha256


def test_the_workbook_says_it_too(tmp_path: Path) -> None:
    roster = write_folder(tmp_path / "in", book())
    for engine in ENGINES:
        with shibie.check(RULES, roster, AS_OF, engine=engine) as result:  # type: ignore[arg-type]
            result.write(tmp_path / f"{engine}.xlsx")
            digest = result.summary["digest"]
        sheet = openpyxl.load_workbook(tmp_path / f"{engine}.xlsx")["来源"]
        rows = [tuple(cell or "" for cell in row) for row in sheet.iter_rows(values_only=True)]
        assert rows[1][:2] == ("认定日期", "2015-12-20")
        assert rows[2] == ("认定摘要", "认定结果、依据、批次", "", "", "", "", "", digest)
        sha256 = hashlib.sha256((roster / "registers" / "vehicles.csv").read_bytes()).hexdigest()
        cars = ("文件", "in/registers/vehicles.csv", "车辆登记比对", 1, 1, "", "", sha256)
        assert cars in rows
