"""A folder decided by SQL gives the files of the small path, byte for byte."""

from __future__ import annotations

import csv
import random
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from shibie.bulk import duck, run_folder
from shibie.check import check
from shibie.errors import InputError
from shibie.ruleset.loader import load
from shibie.summary import summarise
from shibie.tables.results import result_tables, write_folder
from shibie.tables.roster import read_roster
from support import books
from tables.test_damage import damaged

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
TOWNSHIP = Path(__file__).parents[2] / "fixtures" / "township-2015"
FILES = ("decisions.csv", "findings.csv", "tracks.csv", "rejected.csv", "summary.json")


def small(folder: Path, out: Path, trust: bool = False) -> dict[str, Any]:
    roster = read_roster(folder, PACK, AS_OF)
    checked = check(PACK, roster, AS_OF, trust_declarations=trust)
    summary = summarise(checked)
    write_folder(out, result_tables(checked), summary)
    return summary


def same(folder: Path, tmp_path: Path, trust: bool = False) -> dict[str, Any]:
    expected = small(folder, tmp_path / "small", trust)
    found = run_folder(PACK, folder, AS_OF, {tmp_path / "set": "csv"}, trust_declarations=trust)
    for name in FILES:
        assert (tmp_path / "set" / name).read_text() == (tmp_path / "small" / name).read_text()
    assert found == expected
    return found


def test_the_township(tmp_path: Path) -> None:
    summary = same(TOWNSHIP, tmp_path)
    assert summary["in"] == summary["decided"] == 1954


@pytest.mark.parametrize("trust", [False, True])
def test_registers_that_were_not_supplied(tmp_path: Path, trust: bool) -> None:
    folder = tmp_path / "roster"
    shutil.copytree(TOWNSHIP, folder)
    for name in ("vehicles", "deposits", "payroll", "civil_affairs"):
        (folder / "registers" / f"{name}.csv").unlink()
    summary = same(folder, tmp_path, trust)
    assert summary["by_eligibility"]["pending"]["households"] > 500


def as_parquet(source: Path, target: Path, typed: bool) -> None:
    """A folder of CSV as Parquet; `typed` with native types where the text is plain."""
    for file in source.rglob("*.csv"):
        with file.open(encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines)
        columns = dict(zip(header, zip(*rows, strict=True), strict=True))
        path = (target / file.relative_to(source)).with_suffix(".parquet")
        path.parent.mkdir(parents=True, exist_ok=True)
        table = {name: _array(name, cells, typed) for name, cells in columns.items()}
        parquet.write_table(pa.table(table), path)


def _array(name: str, cells: tuple[str, ...], typed: bool) -> pa.Array:
    found: list[Any] = [cell or None for cell in cells]
    if typed and name.endswith(("income", "cost", "balance", "value")):
        return pa.array(found, pa.string()).cast(pa.decimal128(14, 2))
    if typed and name == "work_months":
        return pa.array([int(cell) if cell else None for cell in found], pa.int32())
    if typed and name in ("registered_on", "moved_on", "exited_on", "since"):
        return pa.array([date.fromisoformat(cell) if cell else None for cell in found])
    if typed and set(found) <= {"是", "否", None}:
        return pa.array([None if cell is None else cell == "是" for cell in found], pa.bool_())
    if typed and name in ("health", "other_causes"):
        return pa.array([cell.split("|") if cell else None for cell in found])
    return pa.array(found, pa.string())


@pytest.mark.parametrize("typed", [False, True])
def test_parquet_in_and_out(tmp_path: Path, typed: bool) -> None:
    as_parquet(TOWNSHIP, tmp_path / "roster", typed)
    small(TOWNSHIP, tmp_path / "small")
    run_folder(
        PACK, tmp_path / "roster", AS_OF, {tmp_path / "set.parquet": "parquet"}, memory="500MB"
    )
    for name in FILES[:3]:
        with (tmp_path / "small" / name).open(encoding="utf-8", newline="") as lines:
            expected = list(csv.reader(lines))
        found = parquet.read_table((tmp_path / "set.parquet" / name).with_suffix(".parquet"))
        assert found.column_names == expected[0]
        rows = [
            ["|".join(cell) if isinstance(cell, list) else cell for cell in row.values()]
            for row in found.to_pylist()
        ]
        assert rows == expected[1:]


DAMAGED = range(150)
AT_ONCE = 15


def damaged_folder(path: Path, seed: int) -> Path:
    encoding = "gb18030" if seed % 5 == 0 else "utf-8"
    return books.write_folder(path, damaged(random.Random(5000 + seed)), encoding)


@pytest.mark.long
@pytest.mark.parametrize("first", DAMAGED[::AT_ONCE])
def test_damaged_folders(tmp_path: Path, first: int) -> None:
    """What the small path takes or rejects, so does the set-wise one; 150 damaged folders."""
    for seed in range(first, first + AT_ONCE):
        folder = damaged_folder(tmp_path / f"roster{seed}", seed)
        here = tmp_path / f"out{seed}"
        try:
            small(folder, here / "before")
        except InputError:
            with pytest.raises(InputError):
                run_folder(PACK, folder, AS_OF, {tmp_path / "never": "csv"})
            continue
        same(folder, here)


def test_enough_of_the_damaged_folders_are_compared(tmp_path: Path) -> None:
    compared = rejected = 0
    for seed in DAMAGED:
        folder = damaged_folder(tmp_path / f"roster{seed}", seed)
        try:
            summary = small(folder, tmp_path / f"out{seed}")
        except InputError:
            continue
        compared += 1
        rejected += summary["rejected_rows"] > 0
    assert compared > 60
    assert rejected > 30


def test_an_interrupted_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "results"
    out.mkdir()
    (out / "decisions.csv").write_text("old")

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(duck, "write_csv", interrupt)
    with pytest.raises(KeyboardInterrupt):
        run_folder(PACK, TOWNSHIP, AS_OF, {out: "csv"})
    assert [file.name for file in tmp_path.iterdir()] == ["results"]
    assert (out / "decisions.csv").read_text() == "old"
    assert [file.name for file in out.iterdir()] == ["decisions.csv"]


def test_progress_is_said_only_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_folder(PACK, TOWNSHIP, AS_OF, {})
    assert capsys.readouterr().err == ""
    told: list[str] = []
    run_folder(PACK, TOWNSHIP, AS_OF, {}, progress=told.append)
    assert [each for each in told if each in ("reading", "deciding", "done")] == [
        "reading",
        "deciding",
        "done",
    ]
    captured = capsys.readouterr()
    assert captured.out + captured.err == ""


def test_a_size_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="memory: not a size"):
        run_folder(PACK, TOWNSHIP, AS_OF, {}, memory="much")


def test_too_little_memory_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="give more with `memory`"):
        run_folder(PACK, TOWNSHIP, AS_OF, {tmp_path / "out": "csv"}, memory="1MB")
    assert list(tmp_path.iterdir()) == []
