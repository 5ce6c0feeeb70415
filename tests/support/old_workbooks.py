"""Small binary workbooks for tests: `.xls` (BIFF8 in a compound file) and `.xlsb`, byte by byte.

Nothing that is installed writes them. Only what a reader asks for is there: no fonts, no styles.
"""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path
from typing import Any, NamedTuple

Tables = dict[str, list[list[Any]]]
SECTOR, SMALL_SECTOR, CUTOFF = 512, 64, 4096
FREE, END, OF_TABLE, OF_MORE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFC


class Wrong(NamedTuple):
    """A cell that holds an error.

    Attributes:
        code: of the error: 0x2A is #N/A, 0x07 #DIV/0!.
        formula: whether a formula came to it; else it is written as it is.
    """

    code: int
    formula: bool = True


# --- .xls -----------------------------------------------------------------------------------


def write_xls(path: Path, tables: Tables) -> Path:
    path.write_bytes(compound({"Workbook": biff(tables)}))
    return path


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _begin(of: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, of, 0, 1997, 0, 6))


_ENDED = _record(0x000A, b"")


def biff(tables: Tables) -> bytes:
    """The stream Workbook: what is of the whole book, then each sheet."""
    sheets = [
        _begin(0x10)
        + b"".join(
            _xls_cell(row, column, cell)
            for row, cells in enumerate(rows)
            for column, cell in enumerate(cells)
        )
        + _ENDED
        for rows in tables.values()
    ]

    def globals_(starts: list[int]) -> bytes:
        named = (
            _record(0x85, struct.pack("<IBBBB", start, 0, 0, len(name), 1) + name.encode("utf-16-le"))
            for name, start in zip(tables, starts, strict=True)
        )  # fmt: skip
        return _begin(0x05) + _record(0x42, struct.pack("<H", 1200)) + b"".join(named) + _ENDED

    at, starts = len(globals_([0] * len(sheets))), []
    for sheet in sheets:
        starts.append(at)
        at += len(sheet)
    return globals_(starts) + b"".join(sheets)


def _xls_cell(row: int, column: int, cell: Any) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    match cell:
        case None:
            return b""
        case Wrong(code, formula=True):
            # Its value is an error; the formula itself is that error, written out.
            value = struct.pack("<BBBBHH", 2, 0, code, 0, 0, 0xFFFF)
            return _record(0x06, place + value + struct.pack("<HIH", 0, 0, 2) + bytes([0x1C, code]))
        case Wrong(code):
            return _record(0x0205, place + bytes([code, 1]))
        case bool():
            return _record(0x0205, place + bytes([cell, 0]))
        case str():
            text = struct.pack("<HB", len(cell), 1) + cell.encode("utf-16-le")
            return _record(0x0204, place + text)
    return _record(0x0203, place + struct.pack("<d", cell))


def compound(streams: dict[str, bytes]) -> bytes:
    """A compound file: a table of sectors, a directory, and streams, small ones in one of their own."""
    sectors: list[bytes] = []
    following: list[int] = []

    def put(data: bytes) -> int:
        start = len(sectors)
        pieces = [data[at : at + SECTOR] for at in range(0, len(data), SECTOR)]
        sectors.extend(piece.ljust(SECTOR, b"\0") for piece in pieces)
        following.extend([*range(start + 1, len(sectors)), END] if pieces else [])
        return start if pieces else END

    small, after, entries = b"", list[int](), []
    for name, data in streams.items():
        if len(data) < CUTOFF:
            start = len(after)
            small += data + b"\0" * (-len(data) % SMALL_SECTOR)
            after += [*range(start + 1, len(small) // SMALL_SECTOR), END]
        else:
            start = put(data)
        entries.append((name, 2, start, len(data)))
    root = ("Root Entry", 5, put(small), len(small))
    first_small = (
        put(struct.pack(f"<{len(after)}I", *after).ljust(SECTOR, b"\xff")) if after else END
    )
    directory = b"".join(
        _entry(*entry, child=1 if entry is root else FREE) for entry in (root, *entries)
    )
    first_entry = put(directory)
    # The table tells of its own sectors as well; where the header cannot name them all, one more does.
    tables = more = 0
    while 128 * tables < len(sectors) + tables + more:
        tables += 1
        more = -(-max(tables - 109, 0) // 127)
    places = list(range(len(sectors), len(sectors) + tables))
    following += [OF_TABLE] * tables + [OF_MORE] * more
    following += [FREE] * (128 * tables - len(following))
    table = struct.pack(f"<{len(following)}I", *following)
    rest, further = places[109:], b""
    for at in range(more):
        named = rest[127 * at : 127 * (at + 1)]
        last = END if at == more - 1 else places[-1] + 2 + at
        further += struct.pack("<128I", *named, *[FREE] * (127 - len(named)), last)
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0,
        tables, first_entry, 0, CUTOFF, first_small, 1 if after else 0,
        places[-1] + 1 if more else END, more,
    )  # fmt: skip
    named = places[:109]
    header += struct.pack("<109I", *named, *[FREE] * (109 - len(named)))
    return header + b"".join(sectors) + table + further


def _entry(name: str, kind: int, start: int, size: int, child: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return struct.pack(
        "<64sHBBIII36xIQ", text, len(text), kind, 1, FREE, FREE, child, start, size
    )  # fmt: skip


# --- .xlsb ----------------------------------------------------------------------------------


def write_xlsb(path: Path, tables: Tables) -> Path:
    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    packaged = "http://schemas.openxmlformats.org/package/2006/relationships"
    sheets, links = b"", ""
    with zipfile.ZipFile(path, "w") as out:
        for number, (name, rows) in enumerate(tables.items(), start=1):
            own = _text(f"rId{number}")
            sheets += _new_record(156, struct.pack("<II", 0, number) + own + _text(name))
            links += (
                f'<Relationship Id="rId{number}" Type="{relation}/worksheet"'
                f' Target="worksheets/sheet{number}.bin"/>'
            )
            out.writestr(f"xl/worksheets/sheet{number}.bin", _new_sheet(rows))
        book = _new_record(131, b"") + _new_record(143, b"") + sheets
        out.writestr("xl/workbook.bin", book + _new_record(144, b"") + _new_record(132, b""))
        out.writestr(
            "xl/_rels/workbook.bin.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{packaged}">{links}</Relationships>',
        )
        out.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types/>')
    return path


def _new_record(kind: int, data: bytes) -> bytes:
    def number(value: int) -> bytes:
        return bytes([value]) if value < 0x80 else bytes([value & 0x7F | 0x80]) + number(value >> 7)

    return number(kind) + number(len(data)) + data


def _text(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _new_sheet(rows: list[list[Any]]) -> bytes:
    width = max(map(len, rows), default=1)
    extent = struct.pack("<IIII", 0, len(rows) - 1, 0, width - 1)
    body = b""
    for at, cells in enumerate(rows):
        body += _new_record(0, struct.pack("<I", at) + bytes(13))
        body += b"".join(_new_cell(column, cell) for column, cell in enumerate(cells))
    return (
        _new_record(129, b"") + _new_record(148, extent) + _new_record(145, b"") + body
        + _new_record(146, b"") + _new_record(130, b"")
    )  # fmt: skip


def _new_cell(column: int, cell: Any) -> bytes:
    place = struct.pack("<II", column, 0)
    match cell:
        case None:
            return b""
        case Wrong(code, formula=True):
            return _new_record(
                11, place + bytes([code]) + struct.pack("<HI", 0, 2) + b"\x1c\x2a" + bytes(4)
            )
        case Wrong(code):
            return _new_record(3, place + bytes([code]))
        case str():
            return _new_record(6, place + _text(cell))
    return _new_record(5, place + struct.pack("<d", cell))
