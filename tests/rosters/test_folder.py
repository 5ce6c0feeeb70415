"""A folder decided by SQL gives the files of the small path, byte for byte."""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from rosters.test_damage import damaged
from shibie.checking import check
from shibie.errors import InputError, Problem
from shibie.rosters import duckdb_host, python_rows, sql_sources
from shibie.ruleset.loader import load
from support import books

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
TOWNSHIP = Path(__file__).parents[2] / "fixtures" / "township-2015"
FILES = ("decisions.csv", "findings.csv", "tracks.csv", "rejected.csv")


def small(folder: Path, out: Path, trust: bool = False) -> dict[str, Any]:
    with check(PACK, folder, AS_OF, engine="interpreter", trust_declarations=trust) as result:
        result.write(out)
        return result.summary


def by_sql(folder: Path, *outs: Path, memory: str | None = None) -> dict[str, Any]:
    with check(PACK, folder, AS_OF, engine="duckdb", memory=memory) as result:
        result.write(*outs)
        return result.summary


def same(folder: Path, tmp_path: Path, trust: bool = False) -> dict[str, Any]:
    expected = small(folder, tmp_path / "small", trust)
    with check(PACK, folder, AS_OF, engine="duckdb", trust_declarations=trust) as result:
        result.write(tmp_path / "set")
    for name in FILES:
        assert (tmp_path / "set" / name).read_text() == (tmp_path / "small" / name).read_text()
    assert result.summary == expected == counts(tmp_path / "set") == counts(tmp_path / "small")
    return expected


def counts(out: Path) -> dict[str, Any]:
    """What a summary holds but for what it was made from, and who made it when."""
    summary: dict[str, Any] = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary.pop("made_from")["shibie"]
    assert summary.pop("run")["engine"] in ("interpreter", "duckdb", "spark")
    return summary


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
    by_sql(tmp_path / "roster", tmp_path / "set.parquet", memory="500MB")
    for name in FILES[:3]:
        with (tmp_path / "small" / name).open(encoding="utf-8-sig", newline="") as lines:
            expected = list(csv.reader(lines))
        found = parquet.read_table((tmp_path / "set.parquet" / name).with_suffix(".parquet"))
        assert found.column_names == expected[0]
        rows = [
            ["|".join(cell) if isinstance(cell, list) else cell for cell in row.values()]
            for row in found.to_pylist()
        ]
        assert rows == expected[1:]


# Damaged rosters of six kinds of input. The everyday tests take every eleventh, from one on that
# leads to many that can be used; a step with a factor of six would leave out some of the kinds.
DAMAGED = range(300)
EVERY_DAY = DAMAGED[4::11]
AT_ONCE = 20


def damaged_roster(path: Path, seed: int) -> Path:
    """A roster with random damage: a folder of CSV or Parquet, a workbook, or a row a person."""
    chance = random.Random(5000 + seed)
    sheets = damaged(chance)
    kind = seed % 6
    if (
        kind in (4, 5)
        and {"农户", "成员"} <= sheets.keys()
        and all(sheets[n] for n in ("农户", "成员"))
    ):
        sheets = books.as_export(sheets, merged=chance.random() < 0.7)
        damage_rows(sheets["一人一行"], chance)
    match kind:
        case 2 | 4:
            return books.write_xlsx(path.with_suffix(".xlsx"), sheets)
        case 3:
            return books.write_parquet(path, sheets)
        case _:
            encoding = "gb18030" if seed % 5 == 0 else "utf-8"
            return books.write_folder(path, sheets, encoding)


def damage_rows(rows: list[list[Any]], chance: random.Random) -> None:
    """What happens to merged cells: numbers lost, heads without one, spaces, other households."""
    for _ in range(chance.randrange(4)):
        row = chance.choice(rows[1:] or rows)
        if row:
            row[0] = chance.choice([None, "", " ", "-", "\u3000", "001", " 002", "N/A", "００３"])


def compared(tmp_path: Path, seed: int) -> bool:
    """Both ways say the same of one damaged roster; whether it could be used."""
    roster = damaged_roster(tmp_path / f"roster{seed}", seed)
    here = tmp_path / f"out{seed}"
    unusable = problems_of(lambda: small(roster, here / "before"))
    if not unusable:
        same(roster, here)
        return True
    assert problems_of(lambda: by_sql(roster)) == unusable
    return False


def problems_of(decide: Callable[[], object]) -> tuple[Problem, ...]:
    """Why a roster cannot be used at all."""
    try:
        decide()
    except InputError as error:
        return error.problems
    return ()


@pytest.mark.long
@pytest.mark.parametrize("half", [0, 1])
def test_damaged_rosters(tmp_path: Path, half: int) -> None:
    """What Python takes or rejects, so does SQL, byte for byte."""
    for seed in EVERY_DAY[half::2]:
        compared(tmp_path, seed)


def test_what_sql_leaves_to_python_is_read_a_batch_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Households, numbers, register rows and steps, of which a batch holds two."""
    folder = shutil.copytree(TOWNSHIP, tmp_path / "roster")
    for name, column in (("registers/vehicles", 0), ("steps", 0), ("members", 3)):
        path = folder / f"{name}.csv"
        header, *lines = path.read_text(encoding="utf-8").splitlines()
        odd = [line.split(",") for line in lines[:7]]
        for cells in odd:
            # A sign of text, as spreadsheets write it, that SQL does not take away.
            cells[column] = f"'{cells[column]}"
        odd[4][column] = "123"
        text = "\n".join([header, *map(",".join, odd), *lines[7:]])
        path.write_text(text, encoding="utf-8")
    pages: list[str] = []
    told = python_rows.PythonReader.pages

    def counted(self: Any, *given: Any) -> Iterator[str]:
        for page in told(self, *given):
            pages.append(given[0])
            yield page

    monkeypatch.setattr(python_rows, "BATCH", 2)
    monkeypatch.setattr(sql_sources, "BATCH", 2)
    monkeypatch.setattr(python_rows.PythonReader, "pages", counted)
    assert same(folder, tmp_path)["rejected_rows"] > 2
    assert pages.count("r0_typed") >= 4
    assert pages.count("steps_typed") == 4


@pytest.mark.slow
@pytest.mark.parametrize("first", DAMAGED[::AT_ONCE])
def test_three_hundred_damaged_rosters(tmp_path: Path, first: int) -> None:
    used = sum(compared(tmp_path, seed) for seed in range(first, first + AT_ONCE))
    assert used > 0


def test_enough_of_the_damaged_rosters_are_compared(tmp_path: Path) -> None:
    used: list[int] = []
    rejected = 0
    for seed in EVERY_DAY:
        roster = damaged_roster(tmp_path / f"roster{seed}", seed)
        try:
            summary = small(roster, tmp_path / f"out{seed}")
        except InputError:
            continue
        used.append(seed)
        rejected += summary["rejected_rows"] > 0
    assert len(used) > 14
    assert rejected > 10
    assert {seed % 6 for seed in used} == set(range(6))


def test_an_interrupted_run_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "results"
    out.mkdir()
    (out / "decisions.csv").write_text("old")

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(duckdb_host, "write_table", interrupt)
    with pytest.raises(KeyboardInterrupt):
        by_sql(TOWNSHIP, out)
    assert [file.name for file in tmp_path.iterdir()] == ["results"]
    assert (out / "decisions.csv").read_text() == "old"
    assert [file.name for file in out.iterdir()] == ["decisions.csv"]


def test_progress_is_told_only_to_who_asks(capsys: pytest.CaptureFixture[str]) -> None:
    told: list[str] = []
    check(PACK, TOWNSHIP, AS_OF, engine="duckdb", progress=told.append).close()
    assert any("deciding" in each for each in told)
    assert capsys.readouterr() == ("", "")


def test_a_size_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="memory"):
        by_sql(TOWNSHIP, memory="much")


def test_too_little_memory_is_said_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="memory"):
        by_sql(TOWNSHIP, tmp_path / "out", memory="1MB")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [(duckdb.OutOfMemoryException, "no_memory"), (duckdb.IOException, "file_failure")],
)
def test_what_fails_when_a_result_is_written_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[duckdb.Error], code: str
) -> None:
    """The run is over by then; memory and disk may still not suffice."""

    def fails(*_: Any) -> None:
        raise error("there is no more")

    roster = books.write_folder(tmp_path / "roster", books.book())
    with check(PACK, roster, AS_OF, engine="duckdb") as result:
        monkeypatch.setattr(duckdb_host.DuckHost, "copy", fails)
        with pytest.raises(InputError) as caught:
            result.write(tmp_path / "out")
    assert [problem.code for problem in caught.value.problems] == [code]
    assert not (tmp_path / "out").exists()
