"""What is not finished is nobody else's to read, and goes with its program."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from shibie.results.workbook_sheets import Sheets, new_book
from shibie.scratch_database import scratch_database
from shibie.scratch_folders import scratch_folder

# A program that says where its scratch lies, and is killed there.
KILLED = """
import os, sys
from pathlib import Path
from shibie.scratch_folders import scratch_folder
with scratch_folder(Path(sys.argv[1])) as folder:
    (folder / "numbers.csv").write_text("511921")
    print(folder.name, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_only_its_user_enters_it_and_it_is_gone_afterwards(tmp_path: Path) -> None:
    def work() -> None:
        with scratch_folder(tmp_path) as folder:
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            (folder / "within").mkdir()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        work()
    assert list(tmp_path.iterdir()) == []


def test_whoever_comes_next_removes_what_a_killed_program_left(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], capture_output=True, text=True
    )
    left = tmp_path / done.stdout.strip()
    assert (left / "numbers.csv").read_text() == "511921"
    # What is still worked in stays; so does what is not a scratch folder, and where a link leads.
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / ".shibie-link").symlink_to(elsewhere)
    (tmp_path / ".shibie-file").touch()
    # One that was just made is not locked yet; a day later nobody is about to.
    for name in (".shibie-young", ".shibie-old"):
        (tmp_path / name).mkdir()
    os.utime(tmp_path / ".shibie-old", (0, 0))
    with scratch_folder(tmp_path) as mine:
        with scratch_folder(tmp_path):
            pass
        assert mine.is_dir()
    assert {each.name for each in tmp_path.iterdir()} == {
        "elsewhere", ".shibie-link", ".shibie-file", ".shibie-young",
    }  # fmt: skip


def test_whatever_is_written_aside_lies_in_such_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database's spill, and the rows that a workbook is made of, which are huge for a roster."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    with scratch_database() as (connection, folder):
        assert folder.parent == temporary
        (spill,) = connection.execute("SELECT current_setting('temp_directory')").fetchall()
        assert Path(spill[0]).parent == folder
    with new_book(tmp_path / "book.xlsx", row_by_row=True) as book:
        Sheets(book).add("甲", [], [])
        assert list(temporary.iterdir()) == []
        (aside,) = tmp_path.glob(".shibie-*")
        assert len(list(aside.iterdir())) > 1
    assert {each.name for each in tmp_path.iterdir()} == {"temporary", "book.xlsx"}
