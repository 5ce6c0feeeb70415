"""Disks, files and pipes that fail: a message and exit status 2, never a traceback."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

import shibie
from shibie.cli import main
from shibie.errors import InputError, ShibieError
from support.folders import folder

PACK = ("--rules", "bazhong-2015", "--as-of", "2015-12-20")
LONG = "长" * 100


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    return folder(tmp_path / "roster", {"H1": [("甲一", "户主", 1)]})


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str | Path
) -> tuple[int, str]:
    """The exit status of a command, and what it says of what went wrong."""
    monkeypatch.setattr(sys, "argv", ["shibie", *map(str, arguments)])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0), capsys.readouterr().err


def test_places_that_cannot_be_are_said(
    tmp_path: Path,
    roster: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "file").touch()
    for suffix in ("xlsx", "html", "yaml", "md", "db"):
        (tmp_path / f"folder.{suffix}").mkdir()
    explain = ("explain", roster, *PACK, "--household", "H1", "--html")
    report = ("report", roster, *PACK, "--no-charts", "--out")
    cases: list[tuple[tuple[str | Path, ...], str]] = [
        (("blank", "bazhong-2015", "--out", tmp_path / f"{LONG}.xlsx"), "名称太长"),
        (("blank", "bazhong-2015", "--out", tmp_path / "folder.xlsx"), "已有这个文件，不覆盖"),
        (("blank", "bazhong-2015", "--out", tmp_path / "file" / "a.xlsx"), "路径中有一处是文件"),
        (("templates", tmp_path / "file"), "路径中有一处是文件"),
        (("templates", tmp_path / LONG), "名称太长"),
        ((*explain, tmp_path / "folder.html"), "是文件夹，不是文件"),
        ((*explain, tmp_path / f"{LONG}.html"), "名称太长"),
        ((*report, tmp_path / "folder.md"), "是文件夹，不是文件"),
        ((*report, tmp_path / f"{LONG}.md"), "名称太长"),
        (("check", tmp_path / LONG, *PACK), "名称太长"),
        (("check", roster, *PACK, "--out", tmp_path / LONG), "名称太长"),
        (("check", roster, *PACK, "--engine", "duckdb", "--out", tmp_path / "file" / "a"), "不能放临时文件"),
        (("check", roster, "--rules", LONG, "--as-of", "2015-12-20"), LONG),
        (("acts", tmp_path / f"{LONG}.db"), "名称太长"),
        (("fit", tmp_path / f"{LONG}.xlsx", "--rules", "bazhong-2015"), "名称太长"),
        (("replay", tmp_path / f"{LONG}.json"), "名称太长"),
        (("fields", "a\udcffb"), "不是 UTF-8 文字"),
    ]  # fmt: skip
    for arguments, message in cases:
        status, said = run(monkeypatch, capsys, *arguments)
        assert (status, "Traceback" in said) == (2, False), arguments
        assert message in said, (arguments, said)
    assert not list(tmp_path.rglob(".shibie-*"))


@pytest.mark.parametrize(
    ("failure", "message"),
    [(errno.ENOSPC, "磁盘满了"), (errno.EROFS, "磁盘是只读的"), (errno.EACCES, "没有权限，或正被占用")],
)  # fmt: skip
def test_a_disk_that_fails_leaves_what_was_there(
    tmp_path: Path,
    roster: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    failure: int,
    message: str,
) -> None:
    book, out = tmp_path / "a.xlsx", tmp_path / "out"
    for place in (book, out):
        command = ("check", roster, *PACK, "--engine", "interpreter", "--out", place)
        assert run(monkeypatch, capsys, *command)[0] == 0
    before = book.read_bytes(), {each.name: each.read_bytes() for each in out.iterdir()}

    def failing(*_: object) -> None:
        raise OSError(failure, os.strerror(failure))

    monkeypatch.setattr(os, "replace", failing)
    for place in (book, out / "decisions.csv"):
        command = ("check", roster, *PACK, "--engine", "interpreter", "--out", book)
        if place != book:
            command = ("explain", roster, *PACK, "--household", "H1", "--html", place)
        status, said = run(monkeypatch, capsys, *command)
        assert (status, message in said, str(place) in said) == (2, True, True), said
    assert before == (book.read_bytes(), {each.name: each.read_bytes() for each in out.iterdir()})
    assert {each.name for each in tmp_path.iterdir()} == {"roster", "a.xlsx", "out"}


def test_the_library_raises_errors_of_its_own(tmp_path: Path, roster: Path) -> None:
    day = date(2015, 12, 20)
    with pytest.raises(InputError, match="the name is too long"):
        shibie.check("bazhong-2015", tmp_path / LONG, day)
    with pytest.raises(InputError, match="the name is too long"):
        shibie.read(tmp_path / LONG, "bazhong-2015", day)
    with pytest.raises(ShibieError):
        shibie.load(LONG)
    with shibie.check("bazhong-2015", roster, day, engine="interpreter") as result:
        for place in (tmp_path / LONG, tmp_path / f"{LONG}.xlsx"):
            with pytest.raises(InputError, match="the name is too long"):
                result.write(place)


def shown(
    *arguments: str, stdout: int = subprocess.PIPE, **environment: str
) -> tuple[int, bytes, str]:
    """What a command prints where the surroundings are not as one would wish."""
    done = subprocess.run(
        [sys.executable, "-m", "shibie", *arguments], stdout=stdout, stderr=subprocess.PIPE,
        env={**os.environ, **environment},
    )  # fmt: skip
    return done.returncode, done.stdout or b"", done.stderr.decode("utf-8", "replace")


def test_what_is_there_but_cannot_be_read_is_no_table_that_is_missing(
    roster: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A register on a drive that is gone would be one that was not supplied."""
    (roster / "registers").mkdir(exist_ok=True)
    link = roster / "registers" / "vehicles.csv"
    link.unlink(missing_ok=True)
    link.symlink_to(roster / "gone.csv")
    status, said = run(monkeypatch, capsys, "check", roster, *PACK)
    assert (status, "vehicles.csv: 读不了（没有这个文件或文件夹）" in said) == (2, True)
    link.unlink()
    project = roster / "shibie.yaml"
    project.symlink_to(project)
    status, said = run(monkeypatch, capsys, "check", roster)
    assert (status, "shibie.yaml: 无法读取文件" in said) == (2, True)


def test_an_option_has_a_value(
    roster: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of no name is the folder that one is in: a script forgot to say where."""
    for command in (["--out", ""], ["--out="], ["--temp", ""]):
        _, said = run(monkeypatch, capsys, "check", roster, *PACK, *command)
        assert "后面是空的" in said
    for size in ("-1GB", "1e9GB"):
        command = ["--engine", "duckdb", "--memory", size]
        _, said = run(monkeypatch, capsys, "check", roster, *PACK, *command)
        assert "看不懂的大小" in said
    given = f'{{"wage_income": {"9" * 5000}}}'
    status, said = run(monkeypatch, capsys, "eval", "wage_income", *PACK, "--given", given)
    assert (status, "JSON" in said) == (2, False)


def test_whatever_takes_the_output_gets_it_or_it_is_said() -> None:
    whole = json.loads(shown("fields", "--json")[1])
    for encoding in ("ascii", "gbk"):
        status, printed, said = shown("fields", "--json", PYTHONIOENCODING=encoding)
        assert (status, said, json.loads(printed.decode(encoding))) == (0, "", whole)
    # In the encoding of Chinese Windows: what it lacks is escaped, in halves as JSON does.
    text = '"𠮷" if known(a) else "识别€ä"'
    status, printed, said = shown("eval", text, "--given", '{"a": 1}', PYTHONIOENCODING="gbk")
    assert "Traceback" not in said
    assert status in (0, 2)
    assert b"\\ud842\\udfb7" in printed + said.encode()

    reading, writing = os.pipe()
    os.close(reading)
    status, _, said = shown("fields", "--json", stdout=writing)
    os.close(writing)
    assert (status, said) == (2, "标准输出：没有写完：接收的程序已经关了\n")
    with Path("/dev/full").open("wb") as full:
        status, _, said = shown("fields", "--json", stdout=full.fileno())
    assert (status, "磁盘满了" in said, "Traceback" in said) == (2, True, False)
