"""The few lines of a large CSV text that may hold what is looked for, without its other cells.

To look for bytes is many times as fast as to take a text apart into cells. The lines that are
found are read like any others: here it is enough that none is missed. That holds where every
row is a line; a text of which this is not sure, or of which too many lines may be meant, has
to be read as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shibie.rosters.csv_text import CsvText

_QUOTE: Final = b'"'
# A text is gone through in parts that fit a processor's cache. A line is shorter than two of
# them; Python's reader takes no longer cells, either.
_PART: Final = 1 << 16
# So many lines, and of a longer text one in so many, are found sooner than all are read.
_FEW: Final = 1_000
_ONE_IN: Final = 50


class NotByLinesError(ValueError):
    """A text that has to be read as a whole."""


@dataclass(frozen=True)
class Sought:
    """What a line may hold.

    Attributes:
        texts: any of these.
        signs: or any of these bytes, which a text may be written with in another way.
        rows: or it may be one of these, counted from 1.
        letters: or any of these characters, likewise.
    """

    texts: frozenset[str] = frozenset()
    signs: bytes = b""
    rows: Set[int] = frozenset()
    letters: frozenset[str] = frozenset()


def lines_with(path: Path, text: CsvText, sought: Sought) -> Iterator[tuple[int, bytes]]:
    """The lines that may hold what is looked for, and perhaps some with quotes, in order.

    Args:
        path: of the CSV file.
        text: how it is written.
        sought: what is looked for.

    Yields:
        its number, from 1, and the line in UTF-8 without its end.

    Raises:
        NotByLinesError: when the text has to be read as a whole.
    """
    delimiter = text.delimiter.encode()
    # The lines with quotes show whether a row may go on over several lines.
    signs = {bytes((sign,)) for sign in sought.signs} | {_QUOTE}
    needles = {each.encode() for each in sought.texts | sought.letters} | signs
    needles -= {delimiter}
    whole = _row_with_quotes(delimiter)
    before = found = 0
    for part in _parts(path, text):
        starts = _starts(part, needles)
        if sought.rows:
            starts |= _starts_of(part, sought.rows, before)
        found += len(starts)
        at = 0
        for start in sorted(starts):
            before += part.count(b"\n", at, start)
            at = start
            line = part[start : _end(part, start)].removesuffix(b"\r")
            if _QUOTE in line and not whole.fullmatch(line):
                raise NotByLinesError
            yield before + 1, line
        before += part.count(b"\n", at)
        if found > _FEW + before // _ONE_IN:
            raise NotByLinesError


def _parts(path: Path, text: CsvText) -> Iterator[bytes]:
    """A text in parts of whole lines, in UTF-8."""
    rest = b""
    with path.open("rb") if text.encoding == "utf-8" else text.open(path) as file:
        if text.encoding == "utf-8":
            file.seek(text.skip)
        while chunk := file.read(_PART):
            data = chunk.encode() if isinstance(chunk, str) else chunk
            end = data.rfind(b"\n") + 1
            if end:
                yield _by_lines(rest + data[:end])
                rest = data[end:]
            else:
                rest += data
            if len(rest) > 2 * _PART:
                raise NotByLinesError
    if rest:
        yield _by_lines(rest)


def _by_lines(part: bytes) -> bytes:
    """A part, unless lines end in it that no line feed ends."""
    if b"\r" in part and part.count(b"\r") != part.count(b"\r\n"):
        raise NotByLinesError
    return part


def _starts(part: bytes, needles: Iterable[bytes]) -> set[int]:
    """Where the lines begin that hold any of some bytes."""
    found = set()
    for needle in needles:
        at = part.find(needle)
        while at >= 0:
            found.add(part.rfind(b"\n", 0, at) + 1)
            at = part.find(needle, _end(part, at))
    return found


def _starts_of(part: bytes, rows: Set[int], before: int) -> set[int]:
    """Where some lines begin that are known by number."""
    last = before + part.count(b"\n") + 1
    wanted = {row for row in rows if before < row <= last}
    found = set()
    at, row = 0, before + 1
    while wanted and at < len(part):
        if row in wanted:
            found.add(at)
            wanted.remove(row)
        at, row = _end(part, at) + 1, row + 1
    return found


def _end(part: bytes, at: int) -> int:
    """Where the line ends that holds a place."""
    end = part.find(b"\n", at)
    return end if end >= 0 else len(part)


def _row_with_quotes(delimiter: bytes) -> re.Pattern[bytes]:
    """What a line with quotes looks like that is a whole row, whoever reads it."""
    cell = rb'(?:"(?:[^"]|"")*+"|[^"%s]*+)' % delimiter
    return re.compile(rb"%s(?:%s%s)*+" % (cell, delimiter, cell))
