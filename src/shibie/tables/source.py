"""Files → sheets of raw cells: a folder of CSV or Parquet, or one workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NoReturn

from shibie.errors import InputError, Problem, Words
from shibie.tables.cells import Cell

WORKBOOKS: Final = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
TABLES: Final = (".csv", ".tsv", ".txt", ".parquet")


@dataclass(frozen=True)
class Sheet:
    """A table as it was written.

    Attributes:
        name: sheet name, or the file's name without its ending.
        shown: how messages name it: the sheet, or the file with its folder.
        rows: raw cells; row 1 of the file is rows[0].
    """

    name: str
    shown: str
    rows: tuple[tuple[Cell, ...], ...]


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Every table of a roster.

    Raises:
        InputError: when the file cannot be used at all.
    """
    if path.is_dir():
        return tuple(_folder(path))
    suffix = path.suffix.lower()
    if suffix in WORKBOOKS:
        return tuple(_workbook(path))
    if suffix in TABLES:
        return (_table(path, path.name),)
    raise InputError(
        Problem(
            str(path),
            Words("不是可读的名册", "not a roster that can be read"),
            suggestion=Words(
                "应为 .xlsx 工作簿,或放有 CSV/Parquet 的文件夹",
                "give an .xlsx workbook, or a folder of CSV or Parquet files",
            ),
        )
    )


def _folder(path: Path) -> Iterator[Sheet]:
    files = [*sorted(path.iterdir()), *sorted((path / "registers").glob("*"))]
    tables = [file for file in files if file.is_file() and file.suffix.lower() in TABLES]
    if not tables:
        raise InputError(
            Problem(
                str(path),
                Words("文件夹里没有 CSV 或 Parquet 表", "the folder has no CSV or Parquet table"),
                suggestion=Words(
                    "至少要有 households.csv 与 members.csv",
                    "at least households.csv and members.csv are needed",
                ),
            )
        )
    for file in tables:
        yield _table(file, file.relative_to(path).as_posix())


def _table(path: Path, shown: str) -> Sheet:
    # A sub-folder is part of the name, so that registers/households is no household table.
    name = shown.rsplit(".", 1)[0]
    if path.suffix.lower() == ".parquet":
        return Sheet(name, shown, tuple(_parquet(path)))
    return Sheet(name, shown, tuple(_csv(path)))


def _csv(path: Path) -> Iterator[tuple[Cell, ...]]:
    text = _decoded(path)
    first = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield tuple(row)
    except csv.Error as error:
        _unusable(path, f"不是合法的 CSV({error})", f"not valid CSV ({error})")


def _decoded(path: Path) -> str:
    data = path.read_bytes()
    encodings = ["utf-8-sig", "gb18030"]
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    _unusable(path, "编码既不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030 text")


def _parquet(path: Path) -> Iterator[tuple[Cell, ...]]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        table = parquet.read_table(path)
    except (pa.ArrowException, OSError) as error:
        _unusable(path, f"不是可读的 Parquet({error})", f"not readable Parquet ({error})")
    yield tuple(table.column_names)
    columns = [column.to_pylist() for column in table.columns]
    for row in zip(*columns, strict=True):
        yield tuple("|".join(map(str, cell)) if isinstance(cell, list) else cell for cell in row)


def _workbook(path: Path) -> Iterator[Sheet]:
    from python_calamine import CalamineWorkbook

    try:
        book = CalamineWorkbook.from_path(str(path))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            yield Sheet(name, name, tuple(tuple(row) for row in _cells(sheet)))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        if isinstance(error, GeneratorExit):
            raise
        _unusable(
            path,
            "工作簿打不开:已损坏、加了密码,或不是 Excel 文件",
            "the workbook does not open: damaged, password-protected, or no Excel file",
        )


def _cells(sheet: Any) -> Iterator[list[Cell]]:
    for row in sheet.to_python(skip_empty_area=False):
        yield [str(cell) if isinstance(cell, timedelta) else cell for cell in row]


def _unusable(path: Path, zh: str, en: str) -> NoReturn:
    raise InputError(Problem(str(path), Words(zh, en)))
