"""How far the cells of binary workbooks (`.xls`, `.xlsb`) reach, and how much text they hold."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from typing import IO, Final

from shibie.rosters.binary_errors import new_records, records
from shibie.rosters.compound_file import stream_of
from shibie.rosters.sheet_span import SheetSpan

_SHEET: Final = 0x85
# Records of one filled cell; a row of numbers says in its last two bytes where it ends.
_CELLS: Final = {0x06, 0xD6, 0xFD, 0x0203, 0x0204, 0x0205, 0x0206, 0x027E, 0x0406}
_NUMBERS, _SHARED, _TEXTS, _MORE = 0xBD, 0xFD, 0xFC, 0x3C
# Of the newer binary workbook.
_NEW_ROW, _NEW_SHARED, _NEW_TEXT = 0, 7, 19
_NEW_CELLS: Final = frozenset(range(2, 12))
_WIDEST: Final = 3  # bytes of a letter of two bytes, as readers hold it


def spans_of_xls(file: bytes) -> list[SheetSpan]:
    """The span of each sheet that an `.xls` lists; one that is listed twice is held twice."""
    book = stream_of(file, ["Workbook", "Book"])
    if book is None:
        return []
    starts = []
    texts: list[int] = []
    blocks: list[bytes] = []
    for kind, data in records(book, 0):
        if kind == _SHEET and len(data) >= 4:
            starts.append(int(struct.unpack_from("<I", data)[0]))
        if kind == _TEXTS:
            blocks = [data]
        elif kind == _MORE and blocks:
            blocks.append(data)
        elif blocks:
            texts, blocks = list(_lengths(blocks)), []
    texts = list(_lengths(blocks)) if blocks else texts
    spans = {start: _of_sheet(book, start, texts) for start in set(starts)}
    return [spans[start] for start in starts]


def _of_sheet(book: bytes, at: int, texts: Sequence[int]) -> SheetSpan:
    rows = columns = filled = text = 0
    for kind, data in records(book, at):
        if kind in _CELLS and len(data) >= 4:
            row, column = struct.unpack_from("<HH", data)
        elif kind == _NUMBERS and len(data) >= 6:
            row, column = struct.unpack_from("<H", data)[0], struct.unpack("<H", data[-2:])[0]
        else:
            continue
        rows, columns, filled = max(rows, row + 1), max(columns, column + 1), filled + 1
        if kind == _SHARED and len(data) >= 10:
            (number,) = struct.unpack_from("<I", data, 6)
            text += texts[number] if number < len(texts) else 0
    return SheetSpan(rows, columns, filled, text)


def _lengths(blocks: Sequence[bytes]) -> Iterator[int]:
    """The lengths of the shared texts, which go on from one record to the next."""
    block, at = 0, 8

    def taken(size: int) -> bytes:
        nonlocal block, at
        data = b""
        while len(data) < size and block < len(blocks):
            piece = blocks[block][at : at + size - len(data)]
            data, at = data + piece, at + len(piece)
            if at >= len(blocks[block]):
                block, at = block + 1, 0
        return data

    while len(head := taken(3)) == 3:
        letters, looks = struct.unpack("<HB", head)
        runs = struct.unpack("<H", taken(2))[0] if looks & 8 else 0
        more = struct.unpack("<I", taken(4))[0] if looks & 4 else 0
        yield letters * _WIDEST
        wide, left = looks & 1, letters
        while left > 0 and block < len(blocks):
            here = min(left, (len(blocks[block]) - at) >> wide)
            before = block
            taken(here << wide)
            left -= here
            # In the next record it begins with a byte that says anew how wide its letters are.
            if left and (block == before or at == 0):
                block, at = (block + 1, 0) if block == before else (block, at)
                wide = (taken(1) or b"\0")[0] & 1
        taken(4 * runs + more)


def texts_of_xlsb(part: IO[bytes]) -> list[int]:
    """The lengths of the texts that the cells of an `.xlsb` share."""
    return [len(data) * 2 for kind, data in new_records(part) if kind == _NEW_TEXT]


def span_of_xlsb_sheet(part: IO[bytes], texts: Sequence[int]) -> SheetSpan:
    """The span of one sheet of an `.xlsb`.

    Args:
        part: the sheet.
        texts: the lengths of the workbook's shared texts.

    Raises:
        ValueError: where a cell does not say its place: the reader would take whatever stood in
            its memory before for one.
    """
    row = rows = columns = filled = text = 0
    for kind, data in new_records(part):
        if (kind == _NEW_ROW or kind in _NEW_CELLS) and len(data) < 4:
            raise ValueError("a cell without a place")
        if kind == _NEW_ROW:
            (row,) = struct.unpack_from("<I", data)
        elif kind in _NEW_CELLS:
            (column,) = struct.unpack_from("<I", data)
            rows, columns, filled = max(rows, row + 1), max(columns, column + 1), filled + 1
            if kind == _NEW_SHARED and len(data) >= 12:
                (number,) = struct.unpack_from("<I", data, 8)
                text += texts[number] if number < len(texts) else 0
    return SheetSpan(rows, columns, filled, text)
