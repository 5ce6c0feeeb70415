"""Letters, lists and explanations name somebody who counts; to nobody none is written."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from support.folders import folder, number

OF = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
DEAD_HEAD, NOBODY, CHILD, SPOUSE_LAST = "A", "B", "C", "D"


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dead = [(1, "张大山"), (3, "王老五"), (4, "陈一"), (7, "周一")]
    return folder(
        tmp_path_factory.mktemp("roster"),
        {
            DEAD_HEAD: [("张大山", "户主", 1), ("李小梅", "配偶", 2)],
            NOBODY: [("王老五", "户主", 3)],
            CHILD: [("陈一", "户主", 4), ("陈小二", "之子", 5), ("陈小三", "之女", 6)],
            SPOUSE_LAST: [("周一", "户主", 7), ("周小二", "之子", 8), ("吴小花", "配偶", 9)],
        },
        registers={
            "civil_registry": [
                {"id_number": number(serial), "person_name": name, "status": "死亡"}
                for serial, name in dead
            ]
        },
    )


def run(*arguments: str | Path) -> str:
    done = CliRunner().invoke(app, [*map(str, arguments), *OF])
    assert done.exit_code == 0, done.output
    return done.stdout


def text_of(path: Path) -> str:
    with zipfile.ZipFile(path) as parts:
        return re.sub(r"<[^>]+>", "", parts.read("word/document.xml").decode())


def test_letters_and_lists(roster: Path, tmp_path: Path) -> None:
    said = run("notice", roster, "--out", tmp_path, "--format", "docx")
    assert said.startswith("3 份告知书，0 份核实通知书，1 份公示名单，5 个文件，在 ")
    assert said.splitlines()[1:] == ["1 户没有计入人口的成员，没有告知书"]
    village = tmp_path / "甲村"
    assert sorted(path.name for path in village.iterdir()) == [
        "A.docx", "C.docx", "D.docx", "公示名单.docx", "目录.xlsx"
    ]  # fmt: skip
    letter = text_of(village / "A.docx")
    assert "李小梅：您户（户编号 A，" in letter
    assert "张大山（户主）" not in letter
    assert "陈小二：您户（户编号 C，" in text_of(village / "C.docx")
    assert "吴小花：您户（户编号 D，" in text_of(village / "D.docx")
    listed = text_of(village / "公示名单.docx")
    for name, there in [("李*梅", True), ("陈*二", True), ("吴*花", True), ("张*山", False), ("王*五", False)]:  # fmt: skip
        assert (name in listed) is there, name


def test_no_letter_to_nobody_where_it_is_asked_for(roster: Path, tmp_path: Path) -> None:
    said = run(
        "notice", roster, "--out", tmp_path, "--format", "docx", "-h", NOBODY, "--lang", "en"
    )
    assert "0 letters, 0 requests and 0 lists in 0 files" in said
    assert said.splitlines()[1:] == ["1 household of which nobody counts has no letter"]


def test_who_counts_as_head_is_addressed_as_one(tmp_path: Path) -> None:
    roster = folder(tmp_path / "in", {"A": [("张大山", "户主", 1), ("李小梅", "配偶", 2)]})
    said = run("notice", roster, "--out", tmp_path / "out", "--format", "docx")
    assert said.splitlines()[1:] == []
    assert "张大山（户主）：您户（户编号 A，" in text_of(tmp_path / "out" / "甲村" / "A.docx")
    assert run("explain", roster, "-h", "A").startswith("A 张大山（甲村，2 人）：纳入\n")


def test_explanations(roster: Path, tmp_path: Path) -> None:
    page = tmp_path / "why.html"
    short = run("explain", roster, "-h", "A", "-h", "B", "--html", page).splitlines()
    assert "A 李小梅（甲村，1 人，原户主 张大山）：纳入" in short
    assert "B（甲村，0 人，原户主 王老五）：不纳入" in short
    written = page.read_text(encoding="utf-8")
    assert "<h2>A 李小梅 <small>甲村，1 人，原户主 张大山</small>" in written
    assert "<h2>B <small>甲村，0 人，原户主 王老五</small>" in written
    full = run("explain", roster, "-h", "A", "--full", "--lang", "en")
    assert full.startswith("A 李小梅(甲村, 1 person, head on the form: 张大山): eligible\n")
    data = json.loads(run("explain", roster, "-h", "A", "--json"))
    assert (data["head"], data["former_head"]) == ("李小梅", "张大山")
