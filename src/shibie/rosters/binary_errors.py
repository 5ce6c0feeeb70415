"""The cells of binary workbooks (`.xls`, `.xlsb`) that hold an error, which their reader leaves blank.

Only the records that say so are looked at; a file that ends too early, or says what cannot be,
ends the search: the reader of workbooks says what is wrong with it.
"""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Iterator, Mapping
from typing import IO, Final
from xml.etree import ElementTree

from shibie.rosters.compound_file import stream_of

# The errors of a sheet, by row and column from 0.
Errors = Mapping[tuple[int, int], str]
_CODES: Final = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A", 0x2B: "#GETTING_DATA",
}  # fmt: skip
_FORMULA, _END, _CODE_PAGE, _SHEET, _CELL, _BEGIN = 0x06, 0x0A, 0x42, 0x85, 0x0205, 0x0809
# Of the newer binary workbook.
_NEW_ROW, _NEW_CELL, _NEW_FORMULA, _NEW_SHEET = 0, 3, 11, 156


def errors_of_xls(file: bytes) -> dict[str, Errors]:
    """The errors of an `.xls`, by sheet."""
    book = stream_of(file, ["Workbook", "Book"])
    if book is None:
        return {}
    # Workbooks of 1995 have letters of one byte, of some code page.
    new, encoding, found, seen = True, "cp1252", dict[str, Errors](), set[int]()
    for kind, data in records(book, 0):
        if kind == _BEGIN and len(data) >= 2:
            new = data[:2] == b"\x00\x06"
        elif kind == _CODE_PAGE and len(data) >= 2:
            encoding = f"cp{struct.unpack_from('<H', data)[0]}"
        elif kind == _SHEET and len(data) > 7:
            (start,) = struct.unpack_from("<I", data)
            # In a damaged file one place may be told as that of thousands of sheets.
            if start not in seen and (errors := _of_xls_sheet(book, start)):
                found[_sheet_name(data, new, encoding)] = errors
            seen.add(start)
    return found


def _sheet_name(data: bytes, new: bool, encoding: str) -> str:
    letters = data[6]
    if not new:
        try:
            return data[7 : 7 + letters].decode(encoding, "replace")
        except LookupError:
            return data[7 : 7 + letters].decode("cp1252", "replace")
    text = data[8:]
    name = text[: 2 * letters].decode("utf-16-le", "replace") if data[7] & 1 else (
        text[:letters].decode("latin-1")
    )  # fmt: skip
    return name.replace("\0", "")


def records(book: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    """The records from a place to the end of what begins there."""
    depth = 0
    while at + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, at)
        at += 4 + length
        # A chart in a sheet begins and ends within it.
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 0:
            return
        yield kind, book[at - length : at]


def _of_xls_sheet(book: bytes, at: int) -> Errors:
    found = {}
    for kind, data in records(book, at):
        if kind == _CELL and len(data) >= 8 and data[7] == 1:
            code = data[6]
        elif kind == _FORMULA and data[12:14] == b"\xff\xff" and data[6] == 2:
            code = data[8]
        else:
            continue
        row, column = struct.unpack_from("<HH", data)
        found[row, column] = _CODES.get(code, "#N/A")
    return found


def errors_of_xlsb(parts: zipfile.ZipFile) -> dict[str, Errors]:
    """The errors of an `.xlsb`, by sheet."""
    of, found = parts_by_id(parts, "xl/_rels/workbook.bin.rels"), {}
    for kind, data in new_records(io.BytesIO(parts.read("xl/workbook.bin"))):
        if kind != _NEW_SHEET:
            continue
        own, end = _text(data, 8)
        name, _ = _text(data, end)
        if own in of:
            with parts.open(of[own]) as sheet:
                errors = _of_xlsb_sheet(sheet)
            if errors:
                found[name] = errors
    return found


def parts_by_id(parts: zipfile.ZipFile, relations: str) -> dict[str, str]:
    """The parts of a workbook that are there, by what it calls them."""
    there, found = frozenset(parts.namelist()), {}
    for each in ElementTree.fromstring(parts.read(relations)):
        target = each.get("Target", "")
        part = target.lstrip("/") if target[:1] == "/" else f"xl/{target}"
        if part in there and "Id" in each.attrib:
            found[each.attrib["Id"]] = part
    return found


def _of_xlsb_sheet(part: IO[bytes]) -> Errors:
    found, row = {}, 0
    for kind, data in new_records(part):
        if kind == _NEW_ROW and len(data) >= 4:
            row = struct.unpack_from("<I", data)[0]
        elif kind in (_NEW_CELL, _NEW_FORMULA) and len(data) >= 9:
            column, code = struct.unpack_from("<I4xB", data)
            found[row, column] = _CODES.get(code, "#N/A")
    return found


def _text(data: bytes, at: int) -> tuple[str, int]:
    """A text with its length before it, and where it ends."""
    end = at + 4 + 2 * int(struct.unpack_from("<I", data, at)[0])
    return data[at + 4 : end].decode("utf-16-le", "replace"), end


def new_records(part: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """The records of a part of the newer binary workbook, with their kinds."""
    while (kind := _number(part, 2)) is not None and (length := _number(part, 4)) is not None:
        data = part.read(length)
        if len(data) < length:
            return
        yield kind, data


def _number(part: IO[bytes], most: int) -> int | None:
    """A number of seven bits a byte, the highest bit of which says that there is another."""
    number = 0
    for at in range(most):
        byte = part.read(1)
        if not byte:
            return None
        number |= (byte[0] & 0x7F) << 7 * at
        if byte[0] < 0x80:
            break
    return number
