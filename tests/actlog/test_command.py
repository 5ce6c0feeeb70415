"""`shibie acts`: the log of acts as an officer or an auditor looks at it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shibie.actlog import open_acts, record
from shibie.acts import Act
from shibie.cli.app import app
from shibie.errors import InputError
from test_cli import shibie

SIGNED = {"officer": "王 13800001111", "evidence": "患有肺癌", "date": "2015-12-01"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    acts = [
        {"act_id": "1", "kind": "verdict", "household_id": "H1", "rule_id": "vehicle", "verdict": "refuted"},
        {"act_id": "2", "kind": "link", "household_id": "H1", "member_id": "2", "register_": "vehicles",
         "row_key": "511921195003041018", "value": "yes"},
        {"act_id": "3", "kind": "correction", "household_id": "H1", "member_id": "2", "field": "health",
         "was": "健康", "value": "残疾"},
        {"act_id": "4", "kind": "undo", "value": "1"},
    ]  # fmt: skip
    with open_acts(tmp_path) as log:
        record(log, *(Act.model_validate({**SIGNED, **act}) for act in acts))
    return tmp_path


def test_acts_are_listed_without_what_is_sensitive(folder: Path) -> None:
    printed = shibie("acts", folder)
    head, *table = printed.splitlines()
    assert head.startswith("acts.db：4 条，日志链完好；末条校验值 ")
    cells = [[cell.strip() for cell in line.split("│")[1:-1]] for line in table if "│" in line]
    officer = "王 138******11"
    assert cells == [
        ["2", "1", "核实", "H1", "", "vehicle", "不属实", officer, "2015-12-01", "已撤销"],
        ["3", "2", "关联", "H1", "2", "vehicles/511*************18", "是", officer, "2015-12-01", "有效"],
        ["4", "3", "更正", "H1", "2", "health", "", officer, "2015-12-01", "有效"],
        ["5", "4", "撤销", "", "", "", "1", officer, "2015-12-01", "有效"],
    ]  # fmt: skip
    said = json.loads(shibie("acts", folder, "--json", "--lang", "en"))
    assert (said["entries"], len(said["last"])) == (4, 64)
    assert said["acts"][0] == {
        "row": "2", "act_id": "1", "kind": "verdict", "household": "H1", "member": "", "about": "vehicle",
        "says": "refuted", "officer": officer, "date": "2015-12-01", "state": "undone",
    }  # fmt: skip
    for text in (printed, json.dumps(said, ensure_ascii=False)):
        assert not any(word in text for word in ("残疾", "肺癌", "195003041018", "13800001111"))


@pytest.mark.parametrize("name", [".", "acts.db", "also.db"])
def test_a_log_is_not_copied_onto_itself(folder: Path, name: str) -> None:
    (folder / "also.db").symlink_to(folder / "acts.db")
    done = CliRunner().invoke(app, ["acts", str(folder), "--copy-to", str(folder / name)])
    assert isinstance(done.exception, InputError)
    assert done.exception.render("zh").startswith("--copy-to: ")


def test_a_broken_chain_is_said_with_its_place_and_exit_status_1(folder: Path) -> None:
    copy = folder / "acts.jsonl"
    assert shibie("acts", folder, "--verify", "--copy-to", copy, "--lang", "en").splitlines()[
        1:
    ] == [f"copied to {copy}, 4 new"]
    assert shibie("acts", copy, "--verify") == shibie("acts", folder, "--verify").replace(
        "acts.db", "acts.jsonl"
    )
    copy.write_text(copy.read_text(encoding="utf-8").replace("残疾", "健康"), encoding="utf-8")
    for arguments in (["--verify"], []):
        said = shibie("acts", copy, *arguments, status=1)
        assert said == "acts.jsonl:3: 日志链断裂：内容与校验值不符\n"


def test_a_log_that_is_not_there_or_of_something_else_is_unusable(folder: Path) -> None:
    missing = folder / "none"
    assert shibie("acts", missing, "--lang", "en", status=2) == f"{missing}: there is no such log\n"
    assert not missing.exists()
    with open_acts(folder) as log:
        log.append({"type": "other"})
    assert "acts.db:5: 不是办理" in shibie("acts", folder, status=2)
    assert "5 entries, the chain holds" in shibie("acts", folder, "--verify", "--lang", "en")
