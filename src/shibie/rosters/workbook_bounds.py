"""How much a workbook holds, found from its own parts before its reader opens it.

The reader holds the rectangle that the filled cells of a sheet span, so one cell in the far
corner is as much as a full sheet, and a process that has not so much memory dies without a
word. What a sheet says of its size (`<dimension>`) is not believed: its cells are looked at.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, Final, NamedTuple
from xml.etree import ElementTree
from xml.parsers import expat

from shibie.archives import SAVE_AGAIN, archive_parts, pieces_of, without_entities
from shibie.errors import InputError, Problem, Words
from shibie.limits import TABLE_COLUMNS, WORKBOOK_CELLS, WORKBOOK_SHEETS, WORKBOOK_TEXT
from shibie.rosters.binary_spans import span_of_xlsb_sheet, spans_of_xls, texts_of_xlsb
from shibie.rosters.column_letters import column_of, letters
from shibie.rosters.compound_file import MAGIC
from shibie.rosters.formula_faults import sheets_of
from shibie.rosters.sheet_span import NO_CELLS, SheetSpan

# How nearly every program writes a cell; whatever is written in another way is taken apart.
_PREFIXED: Final = re.compile(rb"<[\w.-]+:(?:c|si)[\s/>]")
_FILLED: Final = re.compile(rb"""<c r="([A-Z]{1,3})(\d{1,7})(?:"[^<>]*[^<>/]|")>(?!</c>)""")
_EMPTY: Final = re.compile(rb"""<c r="[A-Z]{1,3}\d{1,7}"[^<>]*(?:/>|></c>)""")
_SHARED: Final = re.compile(rb"""\st\s*=\s*["']s["']""")
_SHARED_TEXT: Final = re.compile(rb"""\st="s"[^<>]*>(?:<f[^<>]*/>)?<v>(\d{1,9})</v>""")
_ITEM: Final = re.compile(rb"<si[\s/>]")
_SHEET: Final = re.compile(rb"<(?:[\w.-]+:)?sheet\s")
_REFERENCE: Final = re.compile(r"\$?([A-Za-z]+)\$?(\d+)")
# A tag longer than this is no cell.
_LONGEST_TAG: Final = 1 << 22


class WorkbookSize(NamedTuple):
    """What a workbook holds.

    Attributes:
        sheets: in how many parts there are filled cells.
        most: the largest span of one sheet.
        cells: of the rectangles of all sheets together.
        text: at most so many bytes of text are in all cells.
    """

    sheets: int
    most: SheetSpan
    cells: int
    text: int


def must_fit(path: Path) -> int:
    """Refuse a workbook that is more than is read.

    Args:
        path: of a workbook of any kind.

    Returns:
        how many of its sheets have cells; a damaged file has none, which its reader says.

    Raises:
        InputError: when a bound is exceeded, saying which one and what to do.
    """
    about = path.stat()
    return _fitting(path, about.st_mtime_ns, about.st_size)


@lru_cache(maxsize=64)
def _fitting(path: Path, _changed: int, _size: int) -> int:
    # A file is asked about more than once in a run: whether it is a result, and when it is read.
    try:
        with path.open("rb") as file:
            binary = file.read(len(MAGIC)) == MAGIC
        size = _whole(spans_of_xls(path.read_bytes())) if binary else _of_archive(path)
    except (
        zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError, KeyError,
        expat.ExpatError, NotImplementedError, struct.error, LookupError,
    ) as error:  # fmt: skip
        raise does_not_open(path) from error
    _check(path, size)
    return size.sheets


def _check(path: Path, size: WorkbookSize) -> None:
    corner = f"{letters(size.most.columns - 1)}{size.most.rows}"
    zh, en = f"工作表{size.most.name}", f"the sheet {size.most.name}".rstrip()
    most = WORKBOOK_CELLS // 10_000
    if size.sheets > WORKBOOK_SHEETS:
        raise too_many_sheets(path, size.sheets)
    if size.most.columns > TABLE_COLUMNS:
        raise _beyond(
            path,
            f"{zh}用到了 {corner}，最多 {TABLE_COLUMNS} 列",
            f"{en} reaches to {corner}; {TABLE_COLUMNS} columns are the most that is read",
        )
    if size.cells > WORKBOOK_CELLS:
        raise _beyond(
            path,
            f"{zh}用到了 {corner}，全部工作表共占 {size.cells:,} 格，最多 {most} 万格",
            f"{en} reaches to {corner}, and all span {size.cells:,} cells;"
            f" {WORKBOOK_CELLS:,} are the most that is read",
        )
    if size.text > WORKBOOK_TEXT:
        raise _beyond(
            path,
            f"单元格里的文字超过 {WORKBOOK_TEXT >> 20} MB",
            f"the texts of its cells take more than {WORKBOOK_TEXT >> 20} MB",
        )


def too_many_sheets(path: Path, sheets: int) -> InputError:
    """The refusal of a workbook with too many sheets."""
    return _beyond(
        path,
        f"有 {sheets} 张工作表，最多 {WORKBOOK_SHEETS} 张",
        f"it has {sheets} sheets; {WORKBOOK_SHEETS} are the most that is read",
    )


def listed_twice(path: Path) -> InputError:
    """The refusal of a workbook that shows one sheet under several names: it is held as often."""
    what = Words("同一张工作表列出了不止一次", "one sheet of it is listed more than once")
    return InputError(Problem(str(path), what, suggestion=SAVE_AGAIN, code="beyond_bound"))


def _beyond(path: Path, zh: str, en: str) -> InputError:
    suggestion = Words(
        "删去角落里多余的单元格；确有这么多数据的，拆成几个文件，或改用 CSV、Parquet",
        "delete stray cells; if there is so much, split the file, or give CSV or Parquet",
    )
    return InputError(Problem(str(path), Words(zh, en), suggestion=suggestion, code="beyond_bound"))


def does_not_open(path: Path) -> InputError:
    """The refusal of a file that is no workbook, or a damaged one."""
    return InputError(
        Problem(
            str(path),
            Words(
                "工作簿打不开：已损坏、加了密码，或不是 Excel 文件",
                "the workbook does not open: damaged, password-protected, or no Excel file",
            ),
        )
    )


def _whole(spans: Iterable[SheetSpan], text: int = 0) -> WorkbookSize:
    spans = [span for span in spans if span.cells]
    return WorkbookSize(
        len(spans),
        max(spans, key=lambda span: (span.cells, span.columns), default=NO_CELLS),
        sum(span.cells for span in spans),
        text + sum(span.text for span in spans),
    )


# --- archives -----------------------------------------------------------------------------


def _of_archive(path: Path) -> WorkbookSize:
    parts = archive_parts(path)
    spans: list[SheetSpan] = []
    crowded: list[zipfile.ZipInfo] = []
    shared = _SharedTexts()
    with path.open("rb") as file, zipfile.ZipFile(path) as archive:
        for part in parts:
            pieces = partial(_pieces, path, file, part)
            if part.filename.lower().endswith(".xml"):
                span, listed = _of_xml(pieces, shared)
                if listed > WORKBOOK_SHEETS:
                    raise too_many_sheets(path, listed)
                spans.append(span._replace(name=part.filename))
                crowded += [part] if span.cells else []
                spans += _of_ods(pieces()) if part.filename == "content.xml" else []
            else:
                for _ in pieces():
                    pass
        # Every part is as long as it is said to be, and may be opened.
        spans += _of_xlsb(archive)
        filled = sum(span.filled for span in spans)
        text = 0
        if filled * shared.longest > WORKBOOK_TEXT:
            text = sum(shared.used(_pieces(path, file, part)) for part in crowded)
        names = _names(archive)
    return _whole((span._replace(name=names.get(span.name, span.name)) for span in spans), text)


def _names(archive: zipfile.ZipFile) -> dict[str, str]:
    """The sheets' names by their parts, where the workbook says them."""
    try:
        return {part: name for name, part in sheets_of(archive)}
    except (KeyError, ElementTree.ParseError):
        return {}


def _pieces(path: Path, file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    return without_entities(path, part, pieces_of(file, part))


def _of_xlsb(archive: zipfile.ZipFile) -> Iterator[SheetSpan]:
    names = [name for name in archive.namelist() if name.lower().endswith(".bin")]
    texts: list[int] = []
    for name in names:
        if name.lower() == "xl/sharedstrings.bin":
            with archive.open(name) as part:
                texts = texts_of_xlsb(part)
    for name in names:
        if "worksheets/" in name.lower():
            with archive.open(name) as part:
                yield span_of_xlsb_sheet(part, texts)


@dataclass
class _SharedTexts:
    """The texts that cells of a workbook share, by their length in bytes.

    Attributes:
        lengths: of each, with the tags around it.
        longest: of them.
        parts: how many parts hold such texts; there should be one.
    """

    lengths: array[int] = field(default_factory=lambda: array("Q"))
    longest: int = 0
    parts: int = 0

    def take(self, places: list[int], end: int) -> None:
        """Take the texts of one part, which begin at some places."""
        self.parts += 1
        for at, following in zip(places, [*places[1:], end], strict=True):
            self.lengths.append(following - at)
        self.longest = max(self.lengths, default=0)

    def used(self, pieces: Iterable[bytes]) -> int:
        """How many bytes of them the cells of a sheet hold at most."""
        total = 0
        for data in _by_tags(pieces):
            found = _SHARED_TEXT.findall(data) if self.parts == 1 else []
            for number in map(int, found):
                total += self.lengths[number] if number < len(self.lengths) else 0
            # What is written in another way may be any of them.
            total += max(0, len(_SHARED.findall(data)) - len(found)) * self.longest
        return total


def _by_tags(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a part, put together so that none ends within a cell's first tag."""
    rest = b""
    for piece in pieces:
        data = rest + piece
        cut = data.rfind(b"<c")
        if cut <= 0:
            cut = data.rfind(b"<")
        if cut <= 0 or len(data) - cut > _LONGEST_TAG:
            cut = len(data)
        yield data[:cut]
        rest = data[cut:]
    yield rest


def _of_xml(part: Callable[[], Iterator[bytes]], shared: _SharedTexts) -> tuple[SheetSpan, int]:
    """The span of a part's cells, and how many sheets it lists; its shared texts are taken.

    Whatever the part is called: which part is a sheet, readers find out in various ways.
    """
    columns, rows, filled, at, listed = set[bytes](), 0, 0, 0, 0
    items: list[int] = []
    for data in _by_tags(part()):
        # A count is many times as fast as an expression, and most parts are of millions of cells.
        opened = data.count(b"<c ") + data.count(b"<c>") + data.count(b"<c/")
        opened += data.count(b"<c\t") + data.count(b"<c\r") + data.count(b"<c\n")
        if b"\0" in data or ((b":c" in data or b":si" in data) and _PREFIXED.search(data)):
            return _taken_apart(part(), shared), listed
        if opened:
            found = _FILLED.findall(data)
            if len(found) < opened and len(found) + len(_EMPTY.findall(data)) < opened:
                return _taken_apart(part(), shared), listed
            filled += len(found)
            columns.update({column for column, _ in found})
            rows = max(rows, max(map(int, {row for _, row in found}), default=0))
        if b"<si" in data:
            items += [at + match.start() for match in _ITEM.finditer(data)]
        if b"sheet " in data:
            listed += len(_SHEET.findall(data))
        at += len(data)
    if items:
        shared.take(items, at)
    width = max((column_of(column.decode()) + 1 for column in columns), default=0)
    return SheetSpan(rows, width, filled), listed


def _taken_apart(pieces: Iterable[bytes], shared: _SharedTexts) -> SheetSpan:
    """The span of a part's cells however they are written."""
    reader = _CellReader()
    _parse(pieces, reader.start, reader.end, reader.text)
    if reader.items:
        shared.take([0], reader.letters)  # as if they were one
    return SheetSpan(reader.rows, reader.columns, reader.filled)


def _parse(
    pieces: Iterable[bytes], start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None], text: Callable[[str], None],
) -> None:  # fmt: skip
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    for piece in pieces:
        parser.Parse(piece, False)
    parser.Parse(b"", True)


@lru_cache(maxsize=256)
def _local(name: str) -> str:
    return name.rsplit(":", 1)[-1]


class _CellReader:
    """Goes through the cells of a worksheet.

    Attributes:
        rows, columns: how far the filled cells reach.
        filled: how many there are.
        items: how many shared texts the part has.
        letters: bytes of all text in it.
    """

    def __init__(self) -> None:
        self.rows = self.columns = self.filled = self.items = self.letters = 0
        self.row, self.column = 0, 0
        self.holds = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "row":
                self.row = int(attributes["r"]) if "r" in attributes else self.row + 1
                self.column = 0
            case "c":
                found = _REFERENCE.fullmatch(attributes.get("r", ""))
                self.column = column_of(found[1]) + 1 if found else self.column + 1
                self.row = int(found[2]) if found else self.row
                self.holds = False
            case local:
                self.holds = True
                self.items += local == "si"

    def text(self, data: str) -> None:
        self.letters += 4 * len(data)

    def end(self, name: str) -> None:
        if _local(name) == "c" and self.holds:
            self.filled += 1
            self.rows = max(self.rows, self.row)
            self.columns = max(self.columns, self.column)


# --- OpenDocument -------------------------------------------------------------------------


def _of_ods(pieces: Iterable[bytes]) -> list[SheetSpan]:
    reader = _TableReader()
    _parse(pieces, reader.start, reader.end, reader.text)
    return reader.spans


class _TableReader:
    """Goes through the tables of an OpenDocument spreadsheet, whose cells and rows may be repeated.

    Attributes:
        spans: of the tables.
    """

    def __init__(self) -> None:
        self.spans: list[SheetSpan] = []
        self.row = self.column = self.rows = self.columns = self.length = 0
        self.filled = self.letters = self.in_row = 0
        self.row_times = self.times = 1
        self.holds, self.name = False, ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match name:
            case "table:table":
                self.row = self.rows = self.columns = self.filled = self.letters = 0
                self.name = attributes.get("table:name", "")
            case "table:table-row":
                self.column = self.in_row = 0
                self.row_times = int(attributes.get("table:number-rows-repeated", 1))
            case "table:table-cell" | "table:covered-table-cell":
                self.times = int(attributes.get("table:number-columns-repeated", 1))
                self.holds = any("value" in key or "formula" in key for key in attributes)
                self.length = max((len(each) for each in attributes.values()), default=0)
            case _:
                pass

    def text(self, data: str) -> None:
        self.length += len(data)
        self.holds = self.holds or bool(data.strip())

    def end(self, name: str) -> None:
        match name:
            case "table:table-cell" | "table:covered-table-cell":
                self.column += self.times
                if self.holds:
                    self.in_row += self.times
                    self.columns = max(self.columns, self.column)
                    self.letters += 4 * self.length * self.times * self.row_times
                self.holds, self.length = False, 0
            case "table:table-row":
                self.row += self.row_times
                if self.in_row:
                    self.filled += self.in_row * self.row_times
                    self.rows = self.row
            case "table:table":
                span = SheetSpan(self.rows, self.columns, self.filled, self.letters, self.name)
                self.spans.append(span)
