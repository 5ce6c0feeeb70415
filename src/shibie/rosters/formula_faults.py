"""What a workbook's reader passes over in silence: failed formulas, and formulas never worked out.

The reader gives an empty cell for `#N/A`, and for a formula whose result was never saved, as
programs other than a spreadsheet write them. Here the cells of a sheet's XML that are so are
found, one after another and without a tree: neither of them is blank. In binary workbooks only
what failed can be told.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO, Any, Final
from xml.etree import ElementTree
from xml.parsers import expat

from shibie.errors import Words
from shibie.rosters.binary_errors import Errors, errors_of_xls, errors_of_xlsb, parts_by_id
from shibie.rosters.cells import FaultyCell, error_words
from shibie.rosters.column_letters import column_of
from shibie.rosters.compound_file import MAGIC

# By row and column, from 0.
Faults = Mapping[tuple[int, int], FaultyCell]

_CHUNK: Final = 1 << 20
# In most sheets there is neither: then they are not taken apart.
_MAY_BE: Final = re.compile(rb"""t\s*=\s*["']e["']|<(?:\w+:)?f[\s/>]""")
_MAY_BE_ODS: Final = re.compile(rb"""value-type\s*=\s*["']error["']|:formula\s*=""")
_CELL: Final = re.compile(r"([A-Z]+)(\d+)")
_NOT_WORKED_OUT: Final = Words(
    "公式没有保存计算结果，请用 Excel 或 WPS 打开并保存后再用",
    "the formula's result was never saved; open the workbook in a spreadsheet and save it",
)


def formula_faults(path: Path) -> Mapping[str, Faults]:
    """The cells of a workbook whose formula failed or was never worked out, by sheet.

    Args:
        path: of a workbook of any kind.
    """
    try:
        with path.open("rb") as file:
            if file.read(len(MAGIC)) == MAGIC:
                return _failed(errors_of_xls(path.read_bytes()))
        with zipfile.ZipFile(path) as parts:
            if "content.xml" in parts.namelist():
                return _of_ods(parts)
            if "xl/workbook.bin" in parts.namelist():
                return _failed(errors_of_xlsb(parts))
            return {
                name: found for name, part in sheets_of(parts) if (found := _of_sheet(parts, part))
            }
    except (
        zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError, KeyError,
        ElementTree.ParseError, expat.ExpatError, NotImplementedError, struct.error,
    ):  # fmt: skip
        return {}  # a damaged file: the reader itself says what is wrong


def _failed(sheets: Mapping[str, Errors]) -> dict[str, Faults]:
    return {
        name: {at: failed(text) for at, text in errors.items()} for name, errors in sheets.items()
    }


# A sheet has millions of elements, of a dozen names.
@lru_cache(maxsize=256)
def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1].rsplit(":", 1)[-1]


def sheets_of(parts: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    """The sheets' names with their parts."""
    of = parts_by_id(parts, "xl/_rels/workbook.xml.rels")
    for each in ElementTree.fromstring(parts.read("xl/workbook.xml")).iter():
        if _local(each.tag) != "sheet":
            continue
        ids = [value for name, value in each.attrib.items() if _local(name) == "id"]
        if ids and ids[0] in of:
            yield each.get("name", ""), of[ids[0]]


def _mentioned(part: IO[bytes], what: re.Pattern[bytes]) -> bool:
    """Whether a text has any of what is looked for."""
    last = b""
    while chunk := part.read(_CHUNK):
        if what.search(last + chunk):
            return True
        last = chunk[-32:]
    return False


def _of_sheet(parts: zipfile.ZipFile, name: str) -> dict[tuple[int, int], FaultyCell]:
    with parts.open(name) as part:
        if not _mentioned(part, _MAY_BE):
            return {}
    reader = _SheetReader()
    with parts.open(name) as part:
        _parse(reader, part)
    return reader.faults


def _of_ods(parts: zipfile.ZipFile) -> Mapping[str, Faults]:
    with parts.open("content.xml") as part:
        if not _mentioned(part, _MAY_BE_ODS):
            return {}
    reader = _OdsReader()
    with parts.open("content.xml") as part:
        _parse(reader, part)
    return {name: found for name, found in reader.sheets.items() if found}


def _parse(reader: Any, part: IO[bytes]) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.ParseFile(part)


class _SheetReader:
    """Goes through the cells of a worksheet.

    Attributes:
        faults: what was found.
    """

    def __init__(self) -> None:
        self.faults: dict[tuple[int, int], FaultyCell] = {}
        self.row = self.column = -1
        self.kind = self.inside = self.value = ""
        self.formula = self.valued = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "row":
                self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
                self.column = -1
            case "c":
                found = _CELL.fullmatch(attributes.get("r", ""))
                self.column = column_of(found[1]) if found else self.column + 1
                self.kind, self.value = attributes.get("t", ""), ""
                self.formula = self.valued = False
            case "f":
                self.formula = True
            case "v" | "is":
                self.valued, self.inside = True, "v"

    def text(self, data: str) -> None:
        if self.inside:
            self.value += data

    def end(self, name: str) -> None:
        match _local(name):
            case "v" | "is":
                self.inside = ""
            case "c":
                at = self.row, self.column
                if self.kind == "e":
                    self.faults[at] = failed(self.value.strip() or "#N/A")
                elif self.formula and not self.value and not (self.valued and self.kind == "str"):
                    self.faults[at] = FaultyCell("=", _NOT_WORKED_OUT, "formula_without_value")


class _OdsReader:
    """Goes through the tables of an OpenDocument spreadsheet.

    Attributes:
        sheets: what was found, by sheet.
    """

    def __init__(self) -> None:
        self.sheets: dict[str, dict[tuple[int, int], FaultyCell]] = {}
        self.faults: dict[tuple[int, int], FaultyCell] = {}
        self.row = self.column = 0
        self.rows = self.columns = 1
        self.failed = self.empty = False
        self.value = ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        of = {_local(each): value for each, value in attributes.items()}
        match name:
            case "table:table":
                self.faults = self.sheets[of.get("name", "")] = {}
                self.row = 0
            case "table:table-row":
                self.column, self.rows = 0, int(of.get("number-rows-repeated", 1))
            case "table:table-cell" | "table:covered-table-cell":
                self.columns = int(of.get("number-columns-repeated", 1))
                self.failed = "error" in (
                    attributes.get("calcext:value-type"), attributes.get("office:value-type")
                )  # fmt: skip
                self.empty = "formula" in of and "value-type" not in of
                self.value = ""

    def text(self, data: str) -> None:
        self.value += data

    def end(self, name: str) -> None:
        match name:
            case "table:table-cell" | "table:covered-table-cell":
                fault = None
                if self.failed:
                    fault = failed(self.value.strip() or "#N/A")
                elif self.empty and not self.value.strip():
                    fault = FaultyCell("=", _NOT_WORKED_OUT, "formula_without_value")
                if fault is not None:
                    for row in range(self.row, self.row + self.rows):
                        for column in range(self.column, self.column + self.columns):
                            self.faults[row, column] = fault
                self.column += self.columns
            case "table:table-row":
                self.row += self.rows


def failed(value: str) -> FaultyCell:
    """The cell of a formula that failed."""
    return FaultyCell(value, error_words(value), "cell_error")
