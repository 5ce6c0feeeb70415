"""Zip files from somebody else: looked through before any library opens them.

Workbooks and Word templates are zip files. What a file says of itself is not believed: every
part is unpacked here, a piece at a time, and must be as long as it is said to be; parts of one
name, and parts that share their bytes, are refused, for readers differ in which they take.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final

from shibie.errors import InputError, Problem, Words
from shibie.limits import ARCHIVE_BYTES, ARCHIVE_PARTS

_END: Final = b"PK\x05\x06"
_LONG_END: Final = b"PK\x06\x06"
_LONG_PLACE: Final = b"PK\x06\x07"
# The end of an archive, with the longest comment behind it and the longer form before it.
_TAIL: Final = 22 + 0xFFFF + 76
_LOCAL: Final = 30
_CHUNK: Final = 1 << 20
_ENTRY: Final = 46 + 1024
SAVE_AGAIN: Final = Words(
    "用 Excel、WPS 或 Word 打开，另存一次再用",
    "open it in a spreadsheet or in Word, save it again, and give that file",
)


class ArchiveError(InputError):
    """An archive that is not unpacked: too large, or not made as such files are."""


def archive_parts(path: Path, most: int = ARCHIVE_BYTES) -> list[zipfile.ZipInfo]:
    """The parts of a zip file, of which none was unpacked.

    Args:
        path: of the file.
        most: bytes that all parts together may take unpacked.

    Raises:
        ArchiveError: when there are too many, two have one name or share bytes, or they are too large.
        zipfile.BadZipFile: when it is no such file, or a damaged one.
    """
    _few(path)
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
        directory = archive.start_dir
    if len(parts) > ARCHIVE_PARTS:
        raise _too_many_parts(path, len(parts))
    # Names of parts are the same whatever the case of their letters.
    names = {part.filename.lower() for part in parts}
    if len(names) < len(parts):
        raise _refused(
            path, "压缩包里有同名的部件", "two parts of the file have one name", SAVE_AGAIN
        )
    end = 0
    for part in sorted(parts, key=lambda each: each.header_offset):
        if part.header_offset < end:
            raise _refused(path, "压缩包里的部件互相重叠", "parts of the file overlap", SAVE_AGAIN)
        end = part.header_offset + _LOCAL + part.compress_size
    if end > directory:
        raise _refused(path, "压缩包里的部件互相重叠", "parts of the file overlap", SAVE_AGAIN)
    if sum(part.file_size for part in parts) > most:
        raise _too_large(path, most)
    return parts


def pieces_of(file: IO[bytes], part: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a part holds, a megabyte at a time.

    Args:
        file: the archive.
        part: one that is stored or deflated; no others are in such files.

    Raises:
        zipfile.BadZipFile: when it is not what the archive says of it.
    """
    file.seek(part.header_offset)
    head = file.read(_LOCAL)
    if len(head) < _LOCAL or part.flag_bits & 1 or part.compress_type not in (0, 8):
        raise zipfile.BadZipFile("a part that cannot be read")
    name, extra = struct.unpack_from("<HH", head, 26)
    file.seek(name + extra, 1)
    unpacked = 0
    raw = _raw(file, part.compress_size)
    for piece in raw if part.compress_type == 0 else _inflated(raw):
        unpacked += len(piece)
        if unpacked > part.file_size:
            break
        yield piece
    if unpacked != part.file_size:
        raise zipfile.BadZipFile("a part is not as long as it is said to be")


def must_be_small(path: Path, most: int = ARCHIVE_BYTES) -> list[zipfile.ZipInfo]:
    """Refuse an archive that is too large, or has entities that unfold in its XML.

    Returns:
        its parts, each as long as it is said to be.

    Raises:
        ArchiveError: saying which bound it exceeds.
        zipfile.BadZipFile: when it is damaged.
    """
    parts = archive_parts(path, most)
    with path.open("rb") as file:
        for part in parts:
            for _ in without_entities(path, part, pieces_of(file, part)):
                pass
    return parts


def without_entities(path: Path, part: zipfile.ZipInfo, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces of a part, unless it is XML that declares a document type, and with it entities.

    Raises:
        ArchiveError: when it does.
    """
    is_xml = part.filename.lower().endswith((".xml", ".rels", ".vml"))
    last = b""
    for piece in pieces:
        # In two bytes a letter it reads so without the zeros.
        if is_xml and b"<!DOCTYPE" in (last + piece).replace(b"\0", b""):
            raise _refused(
                path,
                f"{part.filename} 里声明了实体（DOCTYPE），这类文件不该有",
                f"{part.filename} declares entities (DOCTYPE), which such files never do",
                SAVE_AGAIN,
            )
        last = piece[-64:]
        yield piece


def _raw(file: IO[bytes], size: int) -> Iterator[bytes]:
    while size > 0 and (piece := file.read(min(size, _CHUNK))):
        size -= len(piece)
        yield piece


def _inflated(raw: Iterable[bytes]) -> Iterator[bytes]:
    inflater = zlib.decompressobj(-15)
    for packed in raw:
        while packed and not inflater.eof:
            yield inflater.decompress(packed, _CHUNK)
            packed = inflater.unconsumed_tail
    # What is still inside comes in pieces, too.
    while not inflater.eof and (piece := inflater.decompress(b"", _CHUNK)):
        yield piece


def _few(path: Path) -> None:
    """Refuse an archive by the end of it alone, where its list of parts is too long to be read."""
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _TAIL))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or at + 22 > len(tail):
        return  # it is no such file, which its reader says
    entries, size = struct.unpack_from("<HI", tail, at + 10)
    long_form = tail[max(0, at - 76) : max(0, at - 20)]
    if tail[max(0, at - 20) : at][:4] == _LONG_PLACE and long_form[:4] == _LONG_END:
        entries, size = struct.unpack_from("<QQ", long_form, 32)
    if entries > ARCHIVE_PARTS or size > ARCHIVE_PARTS * _ENTRY:
        raise _too_many_parts(path, entries)


def _too_many_parts(path: Path, parts: int) -> ArchiveError:
    return _refused(
        path,
        f"压缩包里有 {parts} 个部件，最多 {ARCHIVE_PARTS} 个",
        f"the file has {parts} parts; {ARCHIVE_PARTS} are the most that is read",
        SAVE_AGAIN,
    )


def _too_large(path: Path, most: int) -> ArchiveError:
    size = f"{most >> 20} MB"
    return _refused(
        path,
        f"解压后超过 {size}，不再读取",
        f"takes more than {size} unpacked, and is not read",
        Words("拆成几个文件，或改用 CSV、Parquet", "split it, or give CSV or Parquet instead"),
    )


def _refused(path: Path, zh: str, en: str, suggestion: Words) -> ArchiveError:
    return ArchiveError(
        Problem(str(path), Words(zh, en), suggestion=suggestion, code="beyond_bound")
    )
