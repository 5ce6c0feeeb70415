"""Errors in the cells of `.xls` and `.xlsb`, which their reader leaves blank."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

import shibie
from shibie.rosters.binary_errors import errors_of_xls
from shibie.rosters.compound_file import stream_of
from shibie.rosters.formula_faults import formula_faults
from support import books
from support.old_workbooks import Tables, Wrong, biff, compound, write_xls, write_xlsb

AS_OF = date(2015, 12, 20)
WRITERS = [(write_xls, "r.xls"), (write_xls, "r.et"), (write_xlsb, "r.xlsb")]
Writer = Callable[[Path, Tables], Path]


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_errors_are_no_blanks(tmp_path: Path, write: Writer, name: str) -> None:
    """The income of one household is #N/A, a failed formula; another's is an error written out."""
    sheets = books.book()
    sheets["农户"][1][2] = Wrong(0x2A)
    sheets["农户"][3][3] = Wrong(0x07, formula=False)
    path = write(tmp_path / name, sheets)
    for engine in ("interpreter", "duckdb"):
        with shibie.check("bazhong-2015", path, AS_OF, engine=engine) as result:
            assert [row["household_id"] for row in result.decisions] == ["002"]
            assert [
                (row["row"], row["field"], row["value"], row["reason"]) for row in result.rejected
            ] == [
                (2, "wage_income", "#N/A", "是公式出错的结果 #N/A，请改正公式，或直接填写"),
                (4, "business_income", "#DIV/0!", "是公式出错的结果 #DIV/0!，请改正公式，或直接填写"),
            ]  # fmt: skip


@pytest.mark.parametrize(("write", "name"), WRITERS)
def test_without_errors_all_is_read(tmp_path: Path, write: Writer, name: str) -> None:
    with shibie.check("bazhong-2015", write(tmp_path / name, books.book()), AS_OF) as result:
        assert [row["household_id"] for row in result.decisions] == ["001", "002", "003"]
        assert list(result.rejected) == []


def test_where_errors_stand(tmp_path: Path) -> None:
    tables: Tables = {
        "甲": [["a", None, Wrong(0x17)], [1.5, True, None]],
        "Sheet2": [["b"]],
        "乙": [[None], [None, Wrong(0x00, formula=False)]],
    }
    found = formula_faults(write_xls(tmp_path / "a.xls", tables))
    assert {name: {at: cell.written for at, cell in of.items()} for name, of in found.items()} == {
        "甲": {(0, 2): "#REF!"}, "乙": {(1, 1): "#NULL!"},
    }  # fmt: skip
    del tables["甲"][1][1]
    again = formula_faults(write_xlsb(tmp_path / "a.xlsb", tables))
    assert again == found


@pytest.mark.parametrize("size", [0, 1, 64, 4095, 4096, 100_000, 7_200_000])
def test_streams_of_any_size(size: int) -> None:
    """Small ones lie in a stream of their own; of large ones the header cannot name all tables."""
    data = (bytes(range(251)) * (size // 251 + 1))[:size]
    file = compound({"Other": b"x" * 100, "Workbook": data, "Large": b"y" * 5000})
    assert stream_of(file, ["workbook"]) == data
    assert stream_of(file, ["Nothing", "Other"]) == b"x" * 100
    assert stream_of(file, ["Nothing"]) is None


def test_damaged_files_end_the_search() -> None:
    whole = compound({"Workbook": biff({"甲": [["a", Wrong(0x2A)]] * 300})})
    assert len(errors_of_xls(whole)["甲"]) == 300
    for end in range(0, len(whole), 97):
        # As whoever asks takes it.
        with suppress(struct.error):
            errors_of_xls(whole[:end])
    # Each sector comes after itself.
    for at in range(0, len(whole), 512):
        circle = bytearray(whole)
        circle[at : at + 512] = struct.pack("<128I", *[at // 512 - 1 & 0xFFFFFFFF] * 128)
        errors_of_xls(bytes(circle))


def test_a_damaged_file_is_said_by_the_reader(tmp_path: Path) -> None:
    path = write_xls(tmp_path / "r.xls", books.book())
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(shibie.ShibieError) as caught:
        shibie.check("bazhong-2015", path, AS_OF)
    assert "工作簿打不开" in str(caught.value.problems[0])
