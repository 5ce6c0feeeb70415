"""Office PCs: what Windows does differently, shown here without a Windows to try it on."""

from __future__ import annotations

import ast
import codecs
import errno
import io
import json
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from types import SimpleNamespace
from zoneinfo import ZoneInfoNotFoundError

import openpyxl
import pytest

from shibie.atomic import new_files, write_text
from shibie.cli.given import given_text
from shibie.errors import InputError, RulesetError
from shibie.file_failures import file_failure
from shibie.papers.printing import fonts
from shibie.project.written import read_project
from shibie.rosters.sheets import read_sheets, unread_notes
from shibie.ruleset import loader
from support.books import Book, book, write_xlsx
from support.packs import sound
from test_cli import PACK, ROOT, rows, shibie

FIXTURES = ROOT / "fixtures"
REPLACE = os.replace
UNDER_WINDOWS = [
    sys.executable,
    "-X",
    "warn_default_encoding",
    "-W",
    "error::EncodingWarning",
    "-m",
]


class Windows:
    """Renaming as Windows does it: refused while another program has one of the files open."""

    def __init__(self, opened: dict[str, int], code: int | None = 32) -> None:
        self.opened, self.code, self.waited = opened, code, list[float]()

    def replace(self, source: Path, target: Path) -> None:
        left = self.opened.get(target.name, 0)
        if left:
            self.opened[target.name] = left - 1
            error = PermissionError(errno.EACCES, "另一个程序正在使用此文件")
            if self.code is not None:
                error.winerror = self.code  # type: ignore[attr-defined]
            raise error
        REPLACE(source, target)

    @classmethod
    def instead(
        cls, patch: pytest.MonkeyPatch, opened: dict[str, int], code: int | None
    ) -> Windows:
        made = cls(opened, code)
        patch.setattr(os, "replace", made.replace)
        patch.setattr(time, "sleep", made.waited.append)
        return made


def test_a_file_in_use_is_tried_again_and_then_named_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "名单.csv"
    scanner = Windows.instead(monkeypatch, {out.name: 2}, 5)
    write_text(out, "一")
    assert (out.read_text(encoding="utf-8"), scanner.waited) == ("一", [0.05, 0.1])

    excel = Windows.instead(monkeypatch, {out.name: 100}, 32)
    with pytest.raises(InputError) as caught:
        write_text(out, "二")
    first, advice = caught.value.render("zh").splitlines()
    assert first.startswith(f"{out}: 不能写入：")
    assert "Excel、WPS" in advice
    assert excel.waited == [0.05, 0.1, 0.2, 0.4, 0.8]
    assert [(each.name, each.read_text(encoding="utf-8")) for each in tmp_path.iterdir()] == [
        (out.name, "一")
    ]
    # Of other systems it is about rights: there is nothing to wait for.
    elsewhere = Windows.instead(monkeypatch, {out.name: 1}, None)
    with pytest.raises(InputError):
        write_text(out, "三")
    assert elsewhere.waited == []


def test_of_a_result_with_one_table_open_elsewhere_all_tables_stay_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("decisions.csv", "findings.csv", "summary.json")

    def write(text: str) -> None:
        with new_files(tmp_path / "out") as folder:
            for name in names:
                (folder / name).write_text(text, encoding="utf-8")

    write("1")
    Windows.instead(monkeypatch, {"findings.csv": 100}, 32)
    with pytest.raises(InputError, match="Excel"):
        write("2")
    found = {each.name: each.read_text(encoding="utf-8") for each in (tmp_path / "out").iterdir()}
    assert found == dict.fromkeys(names, "1")


def test_what_windows_says_by_numbers_of_its_own() -> None:
    def said(winerror: int, name: str) -> str:
        error = FileNotFoundError(errno.ENOENT, "系统找不到指定的路径", name)
        error.winerror = winerror  # type: ignore[attr-defined]
        return file_failure(error).render("zh").splitlines()[-1]

    assert "最多 259 个字" in said(206, "x")
    assert "最多 259 个字" in said(3, "D:\\" + "很长的名称" * 30)
    assert said(3, "Z:\\x") == "Z:\\x: 没有这个文件或文件夹"
    assert "始终保留在此设备上" in said(362, "C:\\OneDrive\\花名册.xlsx")


def test_a_whole_run_needs_nothing_that_windows_lacks(tmp_path: Path) -> None:
    """No fork, no fcntl, no opened folder, nothing renamed or deleted while open; GBK; no bare encoding."""
    project = tmp_path / "识别 (1)"
    project.mkdir()
    sheets: Book = book()
    sheets["农户"][1][2] = "两千五"
    sheets["办理"] = [
        ["kind", "household_id", "rule_id", "verdict", "evidence", "officer", "date"],
        ["verdict", "003", "vehicle", "upheld", "行驶证", "王某", "2015-12-01"],
    ]
    write_xlsx(project / "花名册.xlsx", sheets)
    (project / "shibie.yaml").write_text(
        "rules: bazhong-2015\nas_of: 2015-12-20\nroster: 花名册.xlsx\nacts: acts.db\nout: [结果, 结果.xlsx]\n",
        encoding="utf-8",
    )
    scratch = tmp_path / "scratch"
    scratch.mkdir()

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        done = subprocess.run(
            [*UNDER_WINDOWS, "support.windows", *map(str, arguments)],
            capture_output=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": f"src{os.pathsep}tests", "PYTHONIOENCODING": "gbk",
                 "TMPDIR": str(scratch), "TEMP": str(scratch)},
        )  # fmt: skip
        return done.returncode, done.stdout.decode("gbk"), done.stderr.decode("gbk")

    for engine in ("interpreter", "duckdb"):
        status, said, complaint = run(
            "check", project, "--engine", engine, "--annotate", project / "退还.xlsx"
        )
        assert "Traceback" not in complaint
        assert (status, "输入 3 户 = 认定 2 户 + 退回 1 户" in said) == (3, True), complaint
        assert [row["reason"] for row in rows(project / "结果" / "rejected.csv")] == ["应为数字"]
        (project / "退还.xlsx").rename(tmp_path / f"{engine}.xlsx")
    copied = tmp_path / "acts.jsonl"
    assert run("acts", project, "--copy-to", copied)[::2] == (0, "")
    assert [json.loads(line)["n"] for line in copied.read_bytes().splitlines()] == [1, 2]
    letters = tmp_path / "letters"
    status, said, complaint = run(
        "notice", FIXTURES / "monitoring-2024", "--rules", "monitoring-2024",
        "--as-of", "2024-06-30", "--format", "docx", "--out", letters,
    )  # fmt: skip
    assert (status, len(list(letters.rglob("*.docx")))) == (0, 18), complaint
    assert list(scratch.iterdir()) == []
    assert [each.name for each in project.iterdir() if each.name.startswith(".")] == [".shibie"]


def test_texts_are_opened_with_their_encoding() -> None:
    """Windows reads and writes GBK where nothing is said."""
    bare = []
    for folder in ("src", "tools", "fixtures"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and _is_bare(node):
                    bare.append(f"{file.relative_to(ROOT).as_posix()}:{node.lineno}")
    assert bare == []


def _is_bare(call: ast.Call) -> bool:
    """Whether it opens, reads or writes a text and does not say in which encoding."""
    named = {each.arg for each in call.keywords}
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant)]
    method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    if "encoding" in named:
        return False
    if method == "read_text":
        return not texts
    if method == "write_text":
        return True
    if method in ("run", "Popen", "check_output"):
        return "text" in named
    # The mode is the first thing that `Path.open` is told, and the second that `open` is.
    if isinstance(call.func, ast.Name) and call.func.id == "open":
        return len(call.args) < 2 or "b" not in ast.unparse(call.args[1])
    mode = getattr(call.args[0], "value", None) if call.args else "r"
    return method == "open" and isinstance(mode, str) and set(mode) <= set("rwaxt+")


def test_json_from_a_file_or_a_pipe_as_windows_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = '{"不愁吃": true}'
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-be", "gbk"):
        file = tmp_path / f"{encoding}.json"
        data = text.encode(encoding)
        data = codecs.BOM_UTF16_BE + data if encoding == "utf-16-be" else data
        file.write_bytes(data)
        assert given_text(f"@{file}") == text
        monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(data)))
        assert given_text("-") == text
    assert shibie("eval", "不愁吃", "--given", f"@{tmp_path / 'utf-16.json'}") == "true\n"
    with pytest.raises(InputError, match=r"the double quotes of the JSON are gone\n.*@FILE\.json"):
        given_text("{不愁吃: true}")
    with pytest.raises(InputError, match=r"nowhere\.json: cannot be read"):
        given_text(f"@{tmp_path / 'nowhere.json'}")
    file.write_bytes(b"\xff")
    with pytest.raises(InputError, match="neither UTF-8 nor GB18030"):
        given_text(f"@{file}")
    # What cmd makes of '{"不愁吃": true}', which it takes for two words.
    said = shibie("eval", "不愁吃", "--given", "'{不愁吃:", "true}'", status=2)
    assert '写作 --given "@文件.json"' in said


def test_what_programs_and_systems_leave_in_folders_is_no_roster(tmp_path: Path) -> None:
    roster = write_xlsx(tmp_path / "花名册.xlsx", book())
    for name in (
        "Thumbs.db",
        "desktop.ini",
        ".DS_Store",
        "~$花名册.xlsx",
        ".~花名册.xlsx",
        "._花名册.xlsx",
    ):
        (tmp_path / name).write_bytes(b"\x05admin")
    assert unread_notes(tmp_path) == ()
    assert [sheet.name for sheet in read_sheets(tmp_path)] == openpyxl.load_workbook(
        roster
    ).sheetnames
    for name in ("~$花名册.xlsx", ".~花名册.xlsx"):
        with pytest.raises(InputError, match="beside a workbook that is open, not a roster"):
            read_sheets(tmp_path / name)
    (tmp_path / "说明.pdf").touch()
    assert [note.en.split(" (")[0] for note in unread_notes(tmp_path)] == ["not read: 说明.pdf"]


def test_a_path_whose_backslashes_yaml_turned_into_something_else(tmp_path: Path) -> None:
    file = tmp_path / "shibie.yaml"
    file.write_text('roster: "D:\\new\\town.xlsx"\n', encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_project(file)
    assert caught.value.render("zh").endswith(
        "  → 双引号里的“\\”另有意思：路径写作 D:/资料/花名册.xlsx，或改用单引号"
    )
    file.write_text("roster: 'D:\\new\\town.xlsx'\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_project(file)
    assert caught.value.problems[0].suggestion is None


def test_without_a_table_of_time_zones_it_is_said_which_package_has_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def none(_: str) -> None:
        raise ZoneInfoNotFoundError("no tzdata")

    monkeypatch.setattr(loader, "ZoneInfo", none)
    monkeypatch.setattr(loader, "available_timezones", set)
    with pytest.raises(RulesetError, match=r"no table of time zones\n(.*\n)*.*pip install tzdata"):
        sound()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "tzdata; sys_platform == 'win32'" in project["dependencies"]


@pytest.mark.parametrize(
    ("system", "advice"),
    [("win32", "C:\\Windows\\Fonts"), ("darwin", "Font Book"), ("linux", "fonts-noto-cjk")],
)
def test_where_to_get_fonts_is_said_of_each_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str, advice: str
) -> None:
    monkeypatch.setattr(sys, "platform", system)
    with pytest.raises(InputError) as caught:
        fonts.chinese_fonts(tmp_path)
    suggestion = caught.value.problems[0].suggestion
    assert suggestion is not None
    assert advice in suggestion.en


def test_the_rosters_of_the_manual_come_with_the_installed_package(tmp_path: Path) -> None:
    out = tmp_path / "我的 示例"
    said = shibie("demo", out)
    assert f'  shibie check "{out.as_posix()}/village-60.xlsx" {" ".join(PACK)}' in said
    given = sorted(each.name for each in FIXTURES.iterdir() if each.suffix != ".py")
    given.remove("__pycache__") if "__pycache__" in given else None
    assert sorted(each.name for each in out.iterdir()) == given
    for file in (path for path in out.rglob("*") if path.is_file()):
        assert file.read_bytes() == (FIXTURES / file.relative_to(out)).read_bytes()
    assert "不覆盖" in shibie("demo", out, status=2)
    said = shibie("demo", tmp_path / "again", "--rules", "us-snap-2024")
    pack = tmp_path / "rules" / "us-snap-2024"
    assert said.endswith(f"  shibie test {pack}\n")
    own = ROOT / "rules" / "us-snap-2024"
    for file in (path for path in own.rglob("*") if path.is_file()):
        assert (pack / file.relative_to(own)).read_bytes() == file.read_bytes()
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]
    taken = wheel["build"]["targets"]["wheel"]["force-include"]
    assert {f"fixtures/{name}": f"shibie/fixtures/{name}" for name in given} | {
        "rules": "shibie/rules"
    } == taken


def test_the_lines_for_powershell_do_what_they_should(tmp_path: Path) -> None:
    pages = ("docs/install.md", "docs/install.zh.md", "README.md", "README.zh.md")
    lines: dict[str, None] = {}
    for page in pages:
        text = (ROOT / page).read_text(encoding="utf-8")
        for block in re.findall(r"```powershell\n(.*?)```", text, re.DOTALL):
            lines |= dict.fromkeys(block.splitlines())
    ran = {}
    for line in lines:
        if written := re.fullmatch("Set-Content (\\S+) '(.*)' -Encoding UTF8", line):
            (tmp_path / written[1]).write_text(written[2] + "\r\n", encoding="utf-8-sig")
        elif line.startswith("shibie ") and "township-2015.xlsx" not in line:
            done = subprocess.run(
                [sys.executable, "-m", "shibie", *shlex.split(line)[1:]],
                capture_output=True,
                encoding="utf-8",
                cwd=tmp_path,
                env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
            )
            ran[line.split()[1]] = (done.returncode, done.stdout)
    assert {name: status for name, (status, _) in ran.items()} == {
        "demo": 0, "check": 3, "explain": 0, "eval": 0,
    }  # fmt: skip
    assert ran["eval"][1] == "true\n"
    assert "输入 60 户 = 认定 34 户 + 退回 26 户" in ran["check"][1]
    assert (tmp_path / "out" / "village.xlsx").is_file()
