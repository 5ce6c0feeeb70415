"""Files → sheets of raw cells: a folder of workbooks, CSV or Parquet, or one workbook.

Of a file only its beginning is read here; the rest when somebody asks for it, or never:
a large one is read by a database instead.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn, Protocol, overload

from shibie.errors import InputError, Problem, Words
from shibie.file_failures import named_by, reason_of
from shibie.limits import TABLE_COLUMNS
from shibie.rosters.cells import Cell, FaultyCell, is_blank
from shibie.rosters.compound_file import never_ends
from shibie.rosters.csv_text import HEADER_DEPTH, CsvText, csv_rows, csv_text, too_many_columns
from shibie.rosters.file_kinds import kind_of, refuse_page
from shibie.rosters.formula_faults import Faults, formula_faults
from shibie.rosters.origins import Origins
from shibie.rosters.parquet import ParquetError, read_parquet
from shibie.rosters.table_names import (
    REGISTERS,
    SheetOfBook,
    are_results,
    is_of_one_village,
    names_in_folder,
    own_name,
)
from shibie.rosters.workbook_bounds import does_not_open, listed_twice, must_fit
from shibie.vocabulary import folded

WORKBOOKS: Final = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods", ".et")
TABLES: Final = (".csv", ".tsv", ".txt", ".parquet")
Cells = tuple[Cell, ...]


class Elsewhere(Protocol):
    """A file that only its reader reaches, and looks through."""

    def rows_with(self, pattern: str) -> Iterator[tuple[int, Cells]]:
        """The rows of text with something that fits a pattern, or with one cell alone.

        Args:
            pattern: a regular expression without anything that is not the same everywhere.
        """
        ...

    def texts_of(self, index: int, above: int) -> Mapping[str, int]:
        """How many rows have each text in a column.

        Args:
            index: of the column.
            above: how many rows of text stand above.
        """
        ...


@dataclass(frozen=True)
class FilePlace:
    """Where a table lies that a database can read by itself.

    Attributes:
        path: of the file, as its reader takes it.
        text: how it is written, where it is CSV; None for Parquet.
        elsewhere: looks through it, where nobody else can.
    """

    path: str
    text: CsvText | None = None
    elsewhere: Elsewhere | None = None


class ReadFrom(NamedTuple):
    """From where a table was read.

    Attributes:
        path: of the file.
        sheet: its name in a workbook; empty of a file that is one table.
        head: of a log, the hash of the last entry that was read.
    """

    path: str
    sheet: str = ""
    head: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table as it was written.

    Attributes:
        name: sheet name, or the file's name without its ending.
        shown: how messages name it: the sheet, or the file with its folder.
        rows: raw cells; row 1 of the file is rows[0].
        named: whether the first row holds the names of the columns, as in Parquet; else
            the header is looked for.
        file: the file, where it is one that a database can read.
        origins: of a table put together from several sheets, where its rows were written.
        hidden: whether its workbook does not show it.
        read_from: the file from which it was read, if it was read from one.
        goes_on: whether it goes on with the roster's own table of its kind, as answers do.
    """

    name: str
    shown: str
    rows: Sequence[Cells]
    named: bool = False
    file: FilePlace | None = None
    origins: Origins | None = None
    hidden: bool = False
    read_from: ReadFrom | None = None
    goes_on: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The sheets that its rows were written in, as messages name them."""
        return self.origins.sheets if self.origins else (self.shown,)

    def origin(self, number: int) -> tuple[str, int]:
        """The sheet and the row in it of one of its rows."""
        return self.origins.of(number) if self.origins else (self.shown, number)

    def passing(self) -> Iterator[Cells]:
        """Its rows one after another; those of a file are not held."""
        return self.rows.passing() if isinstance(self.rows, RowsLater) else iter(self.rows)

    @property
    def head(self) -> Sequence[Cells]:
        """The rows among which the header is looked for."""
        return self.rows[: 1 if self.named else HEADER_DEPTH]


class RowsLater(Sequence[Cells]):
    """The rows of a file of which the first are known, and all are read when asked for.

    >>> rows = RowsLater((("a",),), lambda: [("a",), ("1",)])
    >>> rows[:1], len(list(rows.passing())), rows.held, len(rows), rows.held
    ((('a',),), 2, False, 2, True)
    """

    def __init__(self, first: Sequence[Cells], read: Callable[[], Iterable[Cells]]) -> None:
        self._first = tuple(first)
        self._read = read
        self._all: tuple[Cells, ...] | None = None

    def _rows(self) -> tuple[Cells, ...]:
        if self._all is None:
            self._all = tuple(self._read())
        return self._all

    @overload
    def __getitem__(self, index: int) -> Cells: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Cells]: ...
    def __getitem__(self, index: int | slice) -> Cells | Sequence[Cells]:
        known = len(self._first)
        if isinstance(index, slice):
            whole = index.start is None and index.stop is not None and index.step is None
            # Where fewer rows are known than a header may be deep, there are no more.
            if whole and 0 <= index.stop <= max(known, HEADER_DEPTH):
                return self._first[index]
        elif 0 <= index < known:
            return self._first[index]
        return self._rows()[index]

    def __len__(self) -> int:
        return len(self._rows())

    def __bool__(self) -> bool:
        return bool(self._first)

    def __iter__(self) -> Iterator[Cells]:
        return iter(self._rows())

    @property
    def held(self) -> bool:
        """Whether all of them are in memory."""
        return self._all is not None

    def passing(self) -> Iterator[Cells]:
        """The rows one after another, none of them held."""
        return iter(self._read() if self._all is None else self._all)


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """Every table of a roster.

    Raises:
        InputError: when the file cannot be used at all.
    """
    suffix = path.suffix.lower()
    try:
        if not path.exists():
            _unusable(path, "没有这个文件或文件夹", "there is no such file or folder")
        if path.is_dir():
            return tuple(_folder(path))
        if path.name.startswith((".", "~")) and path.with_name(path.name.lstrip(".~$")).is_file():
            _unusable(path, *_A_LOCK)
        kind = kind_of(path)
        if kind == "workbook":
            return tuple(_workbook(path))
        if kind == "page" and suffix in (*WORKBOOKS, *TABLES):
            raise refuse_page(path)
        # Text under the name of a workbook, as web systems give it out, is read as text.
        if suffix in TABLES or (kind == "text" and suffix in WORKBOOKS and path.stat().st_size):
            return (table_of(path, path.name),)
        if suffix in WORKBOOKS:
            raise does_not_open(path)
    except OSError as error:
        reason, named = reason_of(error), named_by(error)
        _unusable(
            Path(named) if named else path,
            f"读不了（{reason.zh}）",
            f"cannot be read ({reason.en})",
        )
    raise InputError(
        Problem(
            str(path),
            Words("不是可读的名册", "not a roster that can be read"),
            suggestion=Words(
                "应为 .xlsx 工作簿，或放有工作簿、CSV、Parquet 的文件夹",
                "give an .xlsx workbook, or a folder of workbooks, CSV or Parquet files",
            ),
        )
    )


_A_LOCK: Final = (
    "是 Excel 或 WPS 打开工作簿时放在旁边的标记，不是名册",
    "what Excel or WPS puts beside a workbook that is open, not a roster",
)


def unread_notes(path: Path) -> tuple[Words, ...]:
    """A note on each entry of a folder that `read_sheets` does not read.

    A register left there in a file of another kind would otherwise look like one not supplied.
    """
    if not path.is_dir():
        return ()
    notes = []
    for entry in _entries(path):
        name = entry.relative_to(path).as_posix()
        if not _is_table(entry):
            notes.append(
                Words(
                    f"未读取：{name}（文件夹中只读工作簿、CSV 与 Parquet）",
                    f"not read: {name} (of a folder, only workbooks, CSV and Parquet are)",
                )
            )
        elif _is_result(entry):
            notes.append(
                Words(
                    f"未读取：{name}（是认定结果，不是名册）",
                    f"not read: {name} (a result, no roster)",
                )
            )
    return tuple(notes)


# Above this many bytes of CSV, reading in Python takes longer than a database to start.
HELD_BELOW: Final = 8_000_000


def size_of(sheets: Iterable[Sheet]) -> int:
    """Bytes of some tables as if all were CSV: Parquet is some ten times as dense."""
    size = 0
    for sheet in sheets:
        if sheet.file is None:
            # In a roster a cell is some eight characters long.
            size += 8 * sum(len(row) for row in sheet.rows)
        else:
            size += Path(sheet.file.path).stat().st_size * (1 if sheet.file.text else 10)
    return size


# What Windows and macOS put into folders that are looked at.
_OF_SYSTEMS: Final = frozenset({"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "__macosx"})


def _entries(path: Path) -> list[Path]:
    """What lies in a folder and in that of its registers, but for what programs leave there."""
    registers = path / REGISTERS
    entries = [*sorted(path.iterdir()), *sorted(registers.glob("*"))]
    return [entry for entry in entries if entry != registers and not _is_leftover(entry.name)]


def _is_leftover(name: str) -> bool:
    """Whether a file is none of the officer's: Excel and WPS lock what is open, systems keep pictures."""
    return name.startswith((".", "~")) or name.casefold() in _OF_SYSTEMS


def _is_table(file: Path) -> bool:
    """Whether it is named as a table is; one whose link leads nowhere is refused when it is read."""
    there = file.is_file() or (file.is_symlink() and not file.is_dir())
    return there and file.suffix.lower() in (*TABLES, *WORKBOOKS)


def _is_result(file: Path) -> bool:
    """Whether a file of a folder is a workbook that the product wrote."""
    from python_calamine import CalamineWorkbook

    if kind_of(file) != "workbook":
        return False
    try:
        must_fit(file)
        with file.open("rb") as content:
            return are_results(set(CalamineWorkbook.from_filelike(content).sheet_names))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException:
        return False  # it is said when it is read


def _folder(path: Path) -> Iterator[Sheet]:
    tables = [file for file in _entries(path) if _is_table(file) and not _is_result(file)]
    if not tables:
        raise InputError(
            Problem(
                str(path),
                Words(
                    "文件夹里没有工作簿、CSV 或 Parquet 表",
                    "the folder has no workbook and no CSV or Parquet table",
                ),
                suggestion=Words(
                    "至少要有 households.csv 与 members.csv，或一个工作簿",
                    "at least households.csv and members.csv are needed, or a workbook",
                ),
            )
        )
    found: list[Sheet] = []
    for file in tables:
        shown = file.relative_to(path).as_posix()
        found += _book_in_folder(file, shown) if _is_book(file) else [table_of(file, shown)]
    yield from _told_apart(found)


def _told_apart(sheets: Sequence[Sheet]) -> Iterator[Sheet]:
    """Tables of a folder, with sheets that the workbook of each village has named by their workbook."""
    often = Counter(folded(sheet.name) for sheet in sheets)

    def must_be_told(of: ReadFrom | None, name: str) -> bool:
        own = of is not None and of.sheet == name
        return own and often[folded(name)] > 1 and is_of_one_village(name)

    told = [must_be_told(sheet.read_from, sheet.name) for sheet in sheets]
    longest: dict[str, Sheet] = {}
    for sheet, this in zip(sheets, told, strict=True):
        book = sheet.read_from.path if sheet.read_from else ""
        if this and len(sheet.rows) > len(longest[book].rows if book in longest else ()):
            longest[book] = sheet
    for sheet, this in zip(sheets, told, strict=True):
        name = sheet.name
        if this and sheet.read_from is not None:
            name = own_name(Path(sheet.read_from.path).stem)
            # The list of people goes by the workbook's name, and not what explains it.
            if sheet is not longest.get(sheet.read_from.path) or often[folded(name)]:
                name = f"{name} {sheet.name}"
        yield replace(sheet, name=name)


def _is_book(file: Path) -> bool:
    """Whether a file of a folder is a workbook; a damaged one that is called so is refused as such."""
    kind = kind_of(file)
    return kind == "workbook" or (kind == "zip" and file.suffix.lower() in WORKBOOKS)


def _book_in_folder(file: Path, shown: str) -> Iterator[Sheet]:
    """The sheets of a workbook in a folder, under the names that they have there."""
    sheets = list(_workbook(file))
    filled = [
        not sheet.hidden and any(not is_blank(cell) for row in sheet.rows for cell in row)
        for sheet in sheets
    ]
    prefix = REGISTERS if shown.startswith(REGISTERS) else ""
    if prefix and sheets and not any(filled):
        # As an empty file of CSV: it was to be a register, and is none.
        yield replace(sheets[0], name=prefix + file.stem, shown=shown, rows=())
        return
    of_book = [SheetOfBook(sheet.name, any_) for sheet, any_ in zip(sheets, filled, strict=True)]
    names = names_in_folder(file.stem, of_book, prefix)
    for sheet, any_, name in zip(sheets, filled, names, strict=True):
        alone = any_ and sum(filled) == 1
        # Sheets without a cell, as new workbooks have them, are no tables of the folder.
        if any_ or sheet.rows:
            yield replace(sheet, name=name, shown=shown if alone else f"{shown}!{sheet.name}")


def table_of(path: Path, shown: str) -> Sheet:
    """The rows of one file; `shown` is its name in messages.

    Raises:
        InputError: when it is no such table, whatever it is called.
    """
    kind = kind_of(path)
    if kind == "workbook":
        _unusable(
            path,
            "内容是工作簿，不是 CSV：请单独给出这个文件，或另存为 CSV",
            "a workbook inside, not CSV: give this file by itself, or save it as CSV",
        )
    if kind == "page":
        raise refuse_page(path)
    if path.suffix.lower() in WORKBOOKS and not path.stat().st_size:
        raise does_not_open(path)
    # A sub-folder is part of the name, so that registers/households is no household table.
    name = shown.rsplit(".", 1)[0]
    if kind == "parquet" or path.suffix.lower() == ".parquet":
        first = tuple(itertools.islice(_parquet(path), 1))
        if first and len(first[0]) > TABLE_COLUMNS:
            raise too_many_columns(path, len(first[0]))
        later = RowsLater(first, lambda: _parquet(path))
        return Sheet(name, shown, later, True, FilePlace(str(path)), read_from=ReadFrom(str(path)))
    text = csv_text(path)
    first = tuple(itertools.islice(csv_rows(path, text), HEADER_DEPTH))
    rows = RowsLater(first, lambda: csv_rows(path, text))
    return Sheet(name, shown, rows, file=FilePlace(str(path), text), read_from=ReadFrom(str(path)))


def _parquet(path: Path) -> Iterator[Cells]:
    try:
        yield from read_parquet(path)
    except ParquetError as error:
        _unusable(path, f"不是可读的 Parquet({error})", f"not readable Parquet ({error})")


def _workbook(path: Path) -> Iterator[Sheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    if never_ends(path):
        raise does_not_open(path)
    with_cells = must_fit(path)
    faults = formula_faults(path)
    try:
        # By its content: the reader goes by the name of a file that it opens itself.
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
        for about in book.sheets_metadata:
            if about.typ != SheetTypeEnum.WorkSheet:
                continue  # a page that is one chart
            sheet = book.get_sheet_by_name(about.name)
            with_cells -= sheet.end is not None
            if with_cells < 0:  # one part under the names of many sheets is held as often
                raise listed_twice(path)
            cells = _cells(sheet, faults.get(about.name, {}))
            hidden = about.visible != SheetVisibleEnum.Visible
            place = ReadFrom(str(path), about.name)
            yield Sheet(about.name, about.name, tuple(cells), hidden=hidden, read_from=place)
    except (KeyboardInterrupt, SystemExit, GeneratorExit, InputError):
        raise
    except BaseException:
        raise does_not_open(path) from None


def _cells(sheet: Any, faults: Faults) -> Iterator[Cells]:
    by_row: dict[int, dict[int, FaultyCell]] = {}
    for (row, column), fault in faults.items():
        by_row.setdefault(row, {})[column] = fault
    last = -1
    # Its rows come from the first one on, their cells from the first filled column.
    blank: list[Cell] = [""] * (sheet.start or (0, 0))[1]
    for number, row in enumerate(sheet.iter_rows()):
        cells: list[Cell] = [str(cell) if isinstance(cell, timedelta) else cell for cell in row]
        yield _with_faults(blank + cells if blank else cells, by_row.get(number, {}))
        last = number
    # The reader ends where it takes all cells for blank.
    for number in range(last + 1, max(by_row, default=-1) + 1):
        yield _with_faults([], by_row.get(number, {}))


def _with_faults(cells: list[Cell], faults: Mapping[int, FaultyCell]) -> Cells:
    for column in sorted(faults):
        cells += [None] * (column + 1 - len(cells))
        cells[column] = faults[column]
    return tuple(cells)


def _unusable(path: Path, zh: str, en: str) -> NoReturn:
    raise InputError(Problem(str(path), Words(zh, en)))
