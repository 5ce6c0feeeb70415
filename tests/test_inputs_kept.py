"""No command writes over, into or around what it reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.errors import ShibieError
from support import books

COMMON = ["--rules", "bazhong-2015", "--as-of", "2015-12-20"]
COMMANDS = {
    "check": ["check", "ROSTER", *COMMON, "--out", "OUT"],
    "annotate": ["check", "ROSTER", *COMMON, "--annotate", "OUT"],
    "recheck new": ["recheck", "OTHER", "ROSTER", *COMMON, "--out", "OUT"],
    "recheck old": ["recheck", "ROSTER", "OTHER", *COMMON, "--out", "OUT"],
    "diff": ["diff", "bazhong-2015", "bazhong-2015", "--roster", "ROSTER", "--as-of", "2015-12-20", "--out", "OUT"],
    "plan": ["plan", "ROSTER", *COMMON, "--out", "OUT"],
    "procedure": ["procedure", "ROSTER", *COMMON, "--out", "OUT"],
    "fit": ["fit", "ROSTER", "--rules", "bazhong-2015", "--out", "OUT"],
}  # fmt: skip


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    books.write_xlsx(tmp_path / "other.xlsx", books.book())
    return books.write_xlsx(tmp_path / "in" / "roster.xlsx", books.book())


def run(command: str, roster: Path, out: Path, other: Path) -> str:
    """What a command says that it refuses (exit status 2); empty where it does not."""
    given = {"ROSTER": str(roster), "OUT": str(out), "OTHER": str(other)}
    result = CliRunner().invoke(app, [given.get(word, word) for word in COMMANDS[command]])
    refused = result.exception
    if isinstance(refused, ShibieError):
        return "\n".join(problem.what.zh for problem in refused.problems)
    return ""


@pytest.mark.parametrize("command", COMMANDS)
def test_an_input_is_not_written_over(command: str, roster: Path, tmp_path: Path) -> None:
    before = roster.read_bytes()
    linked = tmp_path / "linked.xlsx"
    linked.symlink_to(roster)
    for out in (roster, roster.parent / ".." / "in" / roster.name, linked):
        assert "不能写在它上面" in run(command, roster, out, tmp_path / "other.xlsx"), out
    assert roster.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "linked.xlsx", "other.xlsx"]


@pytest.mark.parametrize("command", ["check", "recheck new", "recheck old", "plan", "procedure"])
def test_results_do_not_lie_among_what_is_read_or_around_it(
    command: str, roster: Path, tmp_path: Path
) -> None:
    folder = books.write_folder(tmp_path / "tables", books.book())
    other = tmp_path / "other.xlsx"
    for place in ("registers", "registers/result", "result.xlsx"):
        assert "在要读的文件夹里" in run(command, folder, folder / place, other)
    assert run(command, roster, roster.parent, other).endswith("里面")
    assert [path.name for path in roster.parent.iterdir()] == ["roster.xlsx"]
    assert not (folder / "registers" / "result").exists()


def test_results_in_a_folder_of_their_own_are_not_read(tmp_path: Path) -> None:
    """A folder inside the roster's is none of its tables."""
    folder = books.write_folder(tmp_path / "tables", books.book())
    assert run("check", folder, folder / "result", folder) == ""
    assert (folder / "result" / "decisions.csv").is_file()


def test_results_beside_what_is_read_are_written(roster: Path, tmp_path: Path) -> None:
    assert run("check", roster, roster.parent / "result.xlsx", roster) == ""
    assert (roster.parent / "result.xlsx").is_file()
