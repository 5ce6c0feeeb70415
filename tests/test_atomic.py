"""What is written is there whole or not at all, and what was there before stays until then."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from shibie.atomic import new_file, new_files, write_text
from shibie.errors import InputError


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
