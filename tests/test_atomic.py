"""What is written is there whole or not at all, and what was there before stays until then."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from shibie.atomic import new_file, new_files, write_text
from shibie.errors import InputError
from shibie.file_locks import take_lock


def broken(path: Path) -> None:
    path.write_text("half", encoding="utf-8")
    raise RuntimeError


def test_a_run_that_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "results" / "list.csv"
    write_text(out, "户编号")
    with pytest.raises(RuntimeError), new_file(out) as path:
        broken(path)
    assert out.read_text(encoding="utf-8") == "户编号"
    assert list(out.parent.iterdir()) == [out]
    write_text(out, "新")
    assert out.read_text(encoding="utf-8") == "新"


def test_a_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    """What lies aside is nobody else's; what is in its place is not kept from others."""
    (tmp_path / "plain").touch()
    write_text(tmp_path / "made", "")
    rights = [stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("plain", "made")]
    assert rights[0] == rights[1]


def test_a_folder_is_written_as_a_whole_and_keeps_what_else_is_in_it(tmp_path: Path) -> None:
    out = tmp_path / "results"
    out.mkdir()
    (out / "notes.txt").write_text("mine", encoding="utf-8")
    (out / "a.csv").write_text("old", encoding="utf-8")
    with pytest.raises(RuntimeError), new_files(out) as folder:
        broken(folder / "a.csv")
    assert {each.name: each.read_text() for each in out.iterdir()} == {
        "notes.txt": "mine", "a.csv": "old",
    }  # fmt: skip
    with new_files(out) as folder:
        (folder / "a.csv").write_text("new", encoding="utf-8")
    assert {each.name: each.read_text() for each in out.iterdir()} == {
        "notes.txt": "mine", "a.csv": "new",
    }  # fmt: skip
    assert list(tmp_path.iterdir()) == [out]


def test_two_at_once_do_not_write_into_each_other(tmp_path: Path) -> None:
    out = tmp_path / "list.csv"
    with new_file(out) as one, new_file(out) as other:
        assert one != other
        one.write_text("1", encoding="utf-8")
        other.write_text("2", encoding="utf-8")
    assert out.read_text(encoding="utf-8") == "1"


@pytest.mark.parametrize("name", ["file/list.csv", "folder"])
def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(InputError, match=f"{name}: cannot write"):
        write_text(tmp_path / name, "x")
    assert {each.name for each in tmp_path.iterdir()} == {"file", "folder"}


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (errno.ENOSPC, "list.csv: cannot write: the disk is full\n  → make room, or take another disk"),
        (errno.EROFS, "list.csv: cannot write: the disk is read-only\n  → name another place"),
        (errno.EACCES, "list.csv: cannot write: no permission, or in use\n"
         "  → close it where it is open, as in Excel or WPS; else look at the permissions"),
    ],
)  # fmt: skip
def test_what_the_system_says_is_said_so_that_it_helps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: int, said: str
) -> None:
    """Windows lets nobody replace a file that is open in another program."""

    def failing(_: Path, to: Path) -> None:
        raise OSError(failure, "", str(to))

    monkeypatch.setattr(os, "replace", failing)
    with pytest.raises(InputError) as caught:
        write_text(tmp_path / "new" / "list.csv", "x")
    assert caught.value.render("en") == f"{tmp_path / 'new'}/{said}"
    assert caught.value.problems[0].code == "file_failure"
    # The folder was made for it.
    assert list(tmp_path.iterdir()) == []


def test_a_name_may_be_as_long_as_the_disk_takes(tmp_path: Path) -> None:
    write_text(tmp_path / ("x" * 255), "")
    with pytest.raises(InputError, match="cannot write: the name is too long"):
        write_text(tmp_path / ("x" * 256), "")
    assert [len(each.name) for each in tmp_path.iterdir()] == [255]


def test_of_two_runs_to_one_folder_one_whole_result_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one puts its files in place nobody else may; what only the other has is removed."""
    out = tmp_path / "results"
    out.mkdir()
    (out / "clues.csv").write_text("other", encoding="utf-8")
    real, others = os.replace, []

    def watched(file: Path, to: Path) -> None:
        if file == to:  # whether it can be replaced
            return
        handle = os.open(out, os.O_RDONLY)
        others.append(take_lock(handle))
        os.close(handle)
        real(file, to)

    monkeypatch.setattr(os, "replace", watched)
    with new_files(out, gone=["clues.csv", "a.csv"]) as folder:
        for name in ("a.csv", "b.csv"):
            (folder / name).write_text("mine", encoding="utf-8")
    assert others == [False, False]
    assert {each.name: each.read_text() for each in out.iterdir()} == {
        "a.csv": "mine", "b.csv": "mine",
    }  # fmt: skip


def test_a_folder_that_is_not_whole_has_no_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "results"
    names = ("a.csv", "summary.json", "z.csv")

    def write(text: str) -> None:
        with new_files(out) as folder:
            for name in names:
                (folder / name).write_text(text, encoding="utf-8")

    write("old")
    real, moved = os.replace, []

    def killed(file: Path, to: Path) -> None:
        if file == to:  # whether it can be replaced
            return
        moved.append(to.name)
        if to.name == "z.csv":
            raise KeyboardInterrupt
        real(file, to)

    monkeypatch.setattr(os, "replace", killed)

    with pytest.raises(KeyboardInterrupt):
        write("new")
    assert moved == ["a.csv", "z.csv"]
    assert {each.name: each.read_text() for each in out.iterdir()} == {
        "a.csv": "new", "z.csv": "old",
    }  # fmt: skip
