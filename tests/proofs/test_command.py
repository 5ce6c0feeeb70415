"""`shibie verify` on the command line: the table, JSON, witnesses, exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.errors import RulesetError
from shibie.ruleset.loader import load
from shibie.ruletests import run_tests
from support.packs import SOUND

GAP = ("when: low and not members.any(able)", "when: low and rooms > 2")


def pack(folder: Path, text: str = SOUND) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "ruleset.yaml").write_text(text, encoding="utf-8")
    return folder


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["verify", *arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, done.stdout


def test_a_sound_pack(tmp_path: Path) -> None:
    code, text = run(str(pack(tmp_path)))
    assert code == 0
    assert "每户恰得一个结论" in text
    assert "任意多人、任意多行" in text
    assert "不成立" not in text.replace("可不成立", "")
    assert "界限：至多 4 人，每人每表至多 2 行" in text


def test_a_broken_pack_in_both_languages(tmp_path: Path) -> None:
    folder = pack(tmp_path, SOUND.replace(*GAP))
    code, text = run(str(folder), "--members", "2", "--rows", "1")
    assert code == 1
    assert "不成立 gap：纳入而没有任何帮扶批次的户" in text
    assert "例：认定日期 2015-12-31；" in text
    assert "房间数 0" in text
    assert text.rstrip().endswith("界限：至多 2 人，每人每表至多 1 行")
    code, text = run(str(folder), "--lang", "en")
    assert "refuted gap: an eligible household without any track" in text
    assert "e.g. day of judgement 2015-12-31; wage_income" in text


def test_json(tmp_path: Path) -> None:
    code, text = run(str(pack(tmp_path, SOUND.replace(*GAP))), "--json", "--members", "2")
    data = json.loads(text)
    assert (code, data["verdict"], data["bound"]) == (1, "refuted", {"members": 2, "rows": 2})
    (gap,) = [
        each for check in data["checks"] if check["name"] == "gap" for each in check["findings"]
    ]
    (given,) = gap["witness"]["given"]
    assert gap["verdict"] == "refuted"
    assert given["rooms"] == 0
    assert "id_number" not in json.dumps(given)


def test_witnesses_are_rule_tests_that_pass(tmp_path: Path) -> None:
    folder = pack(tmp_path / "pack", SOUND.replace(*GAP))
    run(str(folder), "--witnesses", str(folder / "tests"))
    written = {file.stem for file in (folder / "tests").glob("*.yaml")}
    assert written == {"gap", "cliff.1", "cliff.2"}
    report = run_tests(load(folder))
    assert len(report.outcomes) == 5
    assert report.failures == ()
    text = (folder / "tests" / "gap.yaml").read_text(encoding="utf-8")
    test = yaml.safe_load(text)["tests"][0]
    assert test["expect"] == {"eligibility": "eligible", "grounds": [], "reviews": [], "tracks": {}}


def test_a_stale_acceptance_is_an_error_with_its_place(tmp_path: Path) -> None:
    text = SOUND + "accepted:\n  - {finding: gap, reason: 另行安排}\n"
    code, said = run(str(pack(tmp_path, text)))
    line = len(text.splitlines())
    assert code == 1
    assert f"ruleset.yaml:{line}:15: 接受的“gap”已不存在" in said


def test_a_pack_that_does_not_load() -> None:
    with pytest.raises(RulesetError):
        run("nowhere")


def test_without_z3_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['z3'] = None; sys.argv = ['shibie', 'verify', 'bazhong-2015']\n"
        "from shibie.cli import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 2
    assert 'pip install "shibie[verify]"' in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    from shibie.errors import InputError

    (tmp_path / "file").write_text("", encoding="utf-8")
    folder = pack(tmp_path / "pack", SOUND.replace(*GAP))
    with pytest.raises(InputError, match="cannot write"):
        run(str(folder), "--witnesses", str(tmp_path / "file"))


def test_where_an_acceptance_holds_is_said(tmp_path: Path) -> None:
    where = "where: low and rooms <= 2 and members.none(able), "
    text = SOUND.replace(*GAP) + f"accepted:\n  - {{finding: gap, {where}reason: 另行安排}}\n"
    code, said = run(str(pack(tmp_path, text)), "--members", "2", "--rows", "1")
    assert code == 0, said
    assert "已接受 gap：纳入而没有任何帮扶批次的户" in said
    assert "  只限：low and rooms <= 2 and members.none(able)（别处没有，界限内）" in said
    assert "  理由：另行安排" in said
    narrow = text.replace("rooms <= 2", "rooms <= 1")
    code, said = run(str(pack(tmp_path, narrow)), "--members", "2", "--rows", "1", "--json")
    data = json.loads(said)
    (gap,) = [
        each for check in data["checks"] if check["name"] == "gap" for each in check["findings"]
    ]
    assert (code, gap["verdict"], "accepted" in gap) == (1, "refuted", False)
    assert gap["what"] == "纳入而没有任何帮扶批次的户（在所接受的范围之外）"
    assert gap["witness"]["given"][0]["rooms"] == 2
    (stale,) = json.loads(
        run(
            str(pack(tmp_path, text.replace("rooms <= 2", "rooms > 2"))), "--json", "--members", "2"
        )[1]
    )["stale"]
    line = len(text.splitlines())
    assert stale == {
        "finding": "gap",
        "where": f"ruleset.yaml:{line}:15",
        "why": "接受的“gap”在所写的范围（where）里已不存在，请删去或改写",
    }
