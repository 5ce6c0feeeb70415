"""One stream of a compound file, the small file system that binary workbooks are kept in.

Nothing that a file says of itself is believed further than the file reaches: a chain of sectors
ends where it leaves the file, and where it comes back to itself.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER: Final = 512
# Of the sectors that hold the table of sectors, these are named in the header itself.
_IN_HEADER: Final = 109
_ENTRY: Final = 128
_ROOT, _STREAM = 5, 2


def stream_of(file: bytes, names: Sequence[str]) -> bytes | None:
    """The first stream of one of these names, or None where the file has none that can be read.

    >>> stream_of(b"no such file", ["Workbook"]) is None
    True
    """
    if not file.startswith(MAGIC) or len(file) < _HEADER:
        return None
    return _CompoundFile(file).stream(names)


def never_ends(path: Path) -> bool:
    """Whether a compound file says of itself what a reader that believes it never comes to the end of.

    The reader of workbooks follows a chain of sectors until it ends, and makes room for as many
    bytes as the file says that it has: in a damaged file that takes all memory of the machine.

    Args:
        path: of a workbook of any kind; only one in a compound file is read.
    """
    with path.open("rb") as start:
        if start.read(len(MAGIC)) != MAGIC:
            return False
    file = path.read_bytes()
    return len(file) >= _HEADER and _CompoundFile(file).never_ends()


class _CompoundFile:
    """Reads a compound file that is held whole."""

    def __init__(self, file: bytes) -> None:
        self.file = file
        shift, small_shift = struct.unpack_from("<HH", file, 30)
        # 512 and 4096 bytes are all that there is.
        self.size = 4096 if shift == 12 else 512
        self.small_size = 1 << min(small_shift, 9)
        self.first_entry, self.cutoff = struct.unpack_from("<I4xI", file, 48)
        self.first_small, _, self.first_more, _ = struct.unpack_from("<4I", file, 60)
        self.next = self._numbers(self._tables())

    def _sector(self, number: int) -> bytes:
        start = (number + 1) * self.size
        return self.file[start : start + self.size]

    def _tables(self) -> Iterator[int]:
        """The sectors that hold the table which sector comes after which."""
        yield from struct.unpack_from(f"<{_IN_HEADER}I", self.file, 76)
        number, seen = self.first_more, set[int]()
        while number not in seen and (sector := self._sector(number)):
            seen.add(number)
            *tables, number = _integers(sector) or (0xFFFFFFFF,)
            yield from tables

    def _numbers(self, sectors: Iterator[int]) -> list[int]:
        found: list[int] = []
        seen = set()
        for number in sectors:
            if number not in seen and (sector := self._sector(number)):
                seen.add(number)
                found += _integers(sector)
        return found

    def _chain(self, start: int) -> bytes:
        """What stands in a sector and in those that follow it."""
        return b"".join(map(self._sector, _followed(start, self.next)))

    def never_ends(self) -> bool:
        """Whether a chain comes back to itself, or more is said to be there than there can be."""
        sectors = len(self.file) // self.size + 1
        # Sectors of the directory, of the table, and of the table of small sectors.
        counts = (
            *struct.unpack_from("<2I", self.file, 40),
            *struct.unpack_from("<I", self.file, 64),
        )
        if max(counts) > sectors:
            return True
        number, seen = self.first_more, set[int]()
        while sector := self._sector(number):
            if number in seen:
                return True
            seen.add(number)
            number = (_integers(sector) or (0xFFFFFFFF,))[-1]
        directory, small = self._chain(self.first_entry), self._chain(self.first_small)
        starts, of_small = [self.first_entry, self.first_small], list[int]()
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            kind = directory[at + 66]
            start, size = struct.unpack_from("<IQ", directory, at + 116)
            # The upper half of the size may be anything where sectors are small.
            size &= 0xFFFFFFFF if self.size == 512 else 0xFFFFFFFFFFFFFFFF
            if kind in (_ROOT, _STREAM) and size > len(self.file) + self.size:
                return True
            inside = kind == _STREAM and size < self.cutoff
            (of_small if inside else starts).append(start)
        return any(_comes_back(start, self.next) for start in starts) or any(
            _comes_back(start, _integers(small)) for start in of_small
        )

    def stream(self, names: Sequence[str]) -> bytes | None:
        directory = self._chain(self.first_entry)
        root, found = b"", dict[str, tuple[int, int]]()
        for at in range(0, len(directory) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", directory, at + 64)
            start, size = struct.unpack_from("<II", directory, at + 116)
            name = directory[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            if kind == _ROOT and not root:
                root = self._chain(start)[:size]
            elif kind == _STREAM:
                found.setdefault(name.lower(), (start, size))
        for name in names:
            if name.lower() in found:
                start, size = found[name.lower()]
                return self._stream(start, size, root)
        return None

    def _stream(self, start: int, size: int, root: bytes) -> bytes:
        if size >= self.cutoff:
            return self._chain(start)[:size]
        following = list(_integers(self._chain(self.first_small)))
        pieces = (
            root[number * self.small_size : (number + 1) * self.small_size]
            for number in _followed(start, following)
        )
        return b"".join(pieces)[:size]


def _integers(data: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])


def _comes_back(start: int, following: Sequence[int]) -> bool:
    *_, last = (None, *_followed(start, following))
    return last is not None and following[last] < len(following)


def _followed(start: int, following: Sequence[int]) -> Iterator[int]:
    number, seen = start, set[int]()
    while number < len(following) and number not in seen:
        seen.add(number)
        yield number
        number = following[number]
