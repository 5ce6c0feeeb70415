"""What Parquet says in types of its own is read the same in memory and by SQL."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from rosters.test_folder import AS_OF, FILES, PACK, by_sql, small
from shibie.errors import InputError
from shibie.rosters.parquet import ParquetError, read_parquet
from shibie.rosters.roster import read_roster
from support.books import book, write_folder

DAY = datetime(2015, 7, 1)
BEYOND = [2**30 + 1, -800_000, 2**31 - 1]


def read_back(path: Path, values: pa.Array) -> list[Any]:
    parquet.write_table(pa.table({"c": values}), path / "t.parquet")
    name, *rows = read_parquet(path / "t.parquet")
    assert name == ("c",)
    return [cell for (cell,) in rows]


@pytest.mark.parametrize(
    ("values", "cells"),
    [
        (pa.array([0.1, 1234.56, None], pa.float32()), [0.1, 1234.56, None]),
        (pa.array([0.1, 1e300]), [0.1, 1e300]),
        (pa.array([2**64 - 1], pa.uint64()), [2**64 - 1]),
        (pa.array([Decimal("1.50")], pa.decimal128(38, 2)), [Decimal("1.50")]),
        (pa.array([True, None, False]), [True, None, False]),
        (pa.array(["a", None, ""]).dictionary_encode(), ["a", None, ""]),
        (pa.array([["a", None, "b"], [], None, ["c"]]), ["a|b", "", None, "c"]),
        (pa.array([[1, 2]]), ["1|2"]),
        (pa.array([date(2015, 7, 1), None]), ["2015-07-01", None]),
        (pa.array([DAY, DAY.replace(hour=9)]), ["2015-07-01", "2015-07-01 09:00:00"]),
        (pa.array([DAY.replace(tzinfo=UTC)]), ["2015-07-01 00:00:00Z"]),
        (pa.array([2**30 + 1], pa.int64()).cast(pa.timestamp("ns")), ["1970-01-01 00:00:01.073741825"]),
        (pa.array(BEYOND, pa.int32()).cast(pa.date32()), ["2941775-04-08", "0222-09-04 (BC)", "infinity"]),
    ],
    ids=lambda each: str(each.type) if isinstance(each, pa.Array) else "",
)  # fmt: skip
def test_cells(tmp_path: Path, values: pa.Array, cells: list[Any]) -> None:
    assert read_back(tmp_path, values) == cells


def test_a_moment_is_told_the_same_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zoned = pa.array([DAY], pa.timestamp("us", "Asia/Shanghai"))
    for here in ("UTC", "America/New_York", "Asia/Shanghai"):
        monkeypatch.setenv("TZ", here)
        assert read_back(tmp_path, zoned) == ["2015-07-01 00:00:00Z"]


def test_only_the_file_that_is_named(tmp_path: Path) -> None:
    for name in ("2015*", "2015b"):
        folder = tmp_path / name
        folder.mkdir()
        assert read_back(folder, pa.array([name])) == [name]


@pytest.mark.parametrize("data", [b"", b"PAR1", b"household_id\n001\n" * 50])
def test_what_is_no_parquet(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "t.parquet").write_bytes(data)
    with pytest.raises(ParquetError):
        list(read_parquet(tmp_path / "t.parquet"))


# --- both ways of reading -----------------------------------------------------------------


def households(folder: Path, columns: dict[str, pa.Array]) -> Path:
    """The good roster with some of its household columns in other types."""
    write_folder(folder, book())
    (folder / "households.csv").unlink()
    header, *rows = book()["农户"]
    table = {name: pa.array([str(row[at]) for row in rows]) for at, name in enumerate(header)}
    parquet.write_table(pa.table(table | columns), folder / "households.parquet")
    return folder


@pytest.mark.parametrize(
    ("column", "values", "refused"),
    [
        ("工资性收入", pa.array([0.1, 1234.56, 0.125], pa.float32()), ["003"]),
        ("工资性收入", pa.array([0.1, 1234.56, float("nan")]), ["003"]),
        ("other_causes", pa.array([["因病", None, "因学"], [], ["因懒"]]), ["003"]),
        ("other_causes", pa.array([[None], None, ["因病"]], pa.list_(pa.string())), []),
        ("exited_on", pa.array([None, DAY, DAY.replace(hour=9)]), ["003"]),
        ("exited_on", pa.array(BEYOND, pa.int32()).cast(pa.date32()), ["001", "002", "003"]),
        ("exited_on", pa.array([date(2015, 7, 1), None, date(1, 1, 1)]), []),
        ("村", pa.array([DAY, None, DAY.replace(hour=9)]), []),
        ("不愁吃", pa.array([True, False, None]), []),
        ("村", pa.array([[("a", 1)], [], None], pa.map_(pa.string(), pa.int64())), []),
        ("工资性收入", pa.array([Decimal("7.10"), None, Decimal(10) ** 40], pa.decimal256(60, 2)), ["003"]),
    ],
    ids=str,
)  # fmt: skip
def test_both_ways_read_the_same(
    tmp_path: Path, column: str, values: pa.Array, refused: list[str]
) -> None:
    folder = households(tmp_path / "roster", {column: values})
    summary = small(folder, tmp_path / "small")
    assert by_sql(folder, tmp_path / "set") == summary
    for name in FILES:
        assert (tmp_path / "set" / name).read_text() == (tmp_path / "small" / name).read_text()
    roster = read_roster(folder, PACK, AS_OF)
    assert {each.household_id for each in roster.households} == {"001", "002", "003"} - {*refused}
    assert not any("未" in note.zh or "忽略" in note.zh for note in roster.notes)


def test_a_damaged_file_is_named_by_both_ways(tmp_path: Path) -> None:
    folder = households(tmp_path / "roster", {})
    file = folder / "households.parquet"
    file.write_bytes(file.read_bytes()[:-20])
    for read in (
        lambda: read_roster(folder, PACK, AS_OF),
        lambda: by_sql(folder),
    ):
        with pytest.raises(InputError, match=r"households\.parquet"):
            read()


def test_columns_of_one_name(tmp_path: Path) -> None:
    """The reader makes another name of the second, which then would be a column left out."""
    folder = households(tmp_path / "roster", {})
    table = parquet.read_table(folder / "households.parquet")
    twice = table.append_column("村", table.column("村"))
    parquet.write_table(twice, folder / "households.parquet")
    for read in (lambda: read_roster(folder, PACK, AS_OF), lambda: by_sql(folder)):
        with pytest.raises(InputError) as caught:
            read()
        assert [each.what.zh for each in caught.value.problems] == ["栏目“村”出现两次"]


def test_a_column_with_the_name_of_the_readers_own(tmp_path: Path) -> None:
    """As a database exports it, or one that is no name in SQL; of its rows the numbers are told."""
    folder = households(
        tmp_path / "roster",
        {
            "工资性收入": pa.array([1.0, 2.0, 0.125]),
            "file_row_number": pa.array([7, 7, 7]),
            '"': pa.array(["a", "b", "c"]),
            'x"; --': pa.array(["a", "b", "c"]),
        },
    )
    summary = small(folder, tmp_path / "small")
    assert by_sql(folder, tmp_path / "set") == summary
    for name in FILES:
        assert (tmp_path / "set" / name).read_text() == (tmp_path / "small" / name).read_text()
    (rejected,) = read_roster(folder, PACK, AS_OF).rejected
    assert (rejected.row, rejected.value) == (4, "0.125")
