"""CSV files as text: which encoding and delimiter they have, and their rows.

Found once for a file, whoever reads its rows: Python, or a database that wants to know
whether it counts the rows as Python does.
"""

from __future__ import annotations

import codecs
import csv
import io
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shibie.errors import InputError, Problem, Words
from shibie.limits import CSV_ROW, TABLE_COLUMNS

# Title rows, often merged, stand above the header; it is never deeper than this.
HEADER_DEPTH: Final = 20
_CHUNK: Final = 1 << 22
_UTF_8_MARK: Final = codecs.BOM_UTF8
UTF_16_MARKS: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class CsvText:
    """How the text of a CSV file is written.

    Attributes:
        encoding: its name for Python.
        skip: bytes of a mark before the text.
        delimiter: between cells.
    """

    encoding: str
    skip: int
    delimiter: str

    def open(self, path: Path) -> io.TextIOWrapper:
        """The text, with line ends as they are."""
        file = path.open("rb")
        file.seek(self.skip)
        return io.TextIOWrapper(file, encoding=self.encoding, newline="")


def csv_text(path: Path) -> CsvText:
    """How a CSV file is written: UTF-8, UTF-16 with its mark, or GB18030.

    Raises:
        InputError: when it is text in none of them.
    """
    with path.open("rb") as file:
        start = file.read(3)
    # Some programs put the mark of UTF-8 before text that is GBK.
    skip = 3 if start == _UTF_8_MARK else 0
    encodings = ["utf-16"] if start[:2] in UTF_16_MARKS else ["utf-8", "gb18030"]
    for encoding in encodings:
        try:
            _must_be(path, encoding, skip)
        except UnicodeDecodeError:
            continue
        text = CsvText(encoding, skip, ",")
        with text.open(path) as lines:
            return CsvText(encoding, skip, delimiter_of(_BoundedLines(path, lines)))
    raise InputError(
        Problem(
            str(path),
            Words("编码既不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030 text"),
        )
    )


def _must_be(path: Path, encoding: str, skip: int) -> None:
    """Decode all of a file.

    Raises:
        UnicodeDecodeError: when it is not in this encoding.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as data:
        data.seek(skip)
        while chunk := data.read(_CHUNK):
            decoder.decode(chunk)
    decoder.decode(b"", final=True)


def is_even(path: Path, text: CsvText) -> bool:
    """Whether a text is UTF-8 without blank lines, so that every reader counts its rows alike."""
    if text.encoding != "utf-8":
        return False
    last = b"\n"
    with path.open("rb") as data:
        data.seek(text.skip)
        while chunk := data.read(_CHUNK):
            if _blank(last + chunk[:1]) or _blank(chunk):
                return False
            last = chunk[-1:]
    return True


def _blank(data: bytes) -> bool:
    """Whether a line ends where it begins."""
    return b"\n\n" in data or (b"\r" in data and (b"\n\r" in data or b"\r\r" in data))


def delimiter_of(lines: Iterable[str]) -> str:
    """The delimiter of a table: the commonest one of the first line that has any.

    Title lines above the header have none.

    >>> delimiter_of(["某乡农户表", "户编号;村"])
    ';'
    """
    for line in lines:
        delimiter = max(",\t;", key=line.count)
        if delimiter in line:
            return delimiter
    return ","


def csv_rows(path: Path, text: CsvText) -> Iterator[tuple[str, ...]]:
    """The rows of a CSV file; a blank line is a row without cells.

    Raises:
        InputError: with the line at which it is no valid CSV.
    """
    with text.open(path) as lines:
        bounded = _BoundedLines(path, lines)
        reader = csv.reader(bounded, delimiter=text.delimiter, strict=True)
        try:
            for row in reader:
                bounded.letters = 0
                if len(row) > TABLE_COLUMNS:
                    raise too_many_columns(path, len(row))
                yield tuple(row)
        except (csv.Error, OSError) as error:
            line, reason = reader.line_num, str(error)
            zh = next((said for part, said in _REASONS.items() if part in reason), reason)
            what = Words(
                f"第 {line} 行起不是合法的 CSV（{zh}）", f"not valid CSV at line {line} ({reason})"
            )
            raise InputError(Problem(str(path), what)) from None


# What the reader of CSV says in English alone.
_REASONS: Final = {
    "field larger than field limit": f"一格超过 {csv.field_size_limit()} 个字符，看是否有引号没有闭合",
    "expected after": "引号之后应是分隔符",
    "unexpected end of data": "引号没有闭合",
    "new-line character": "换行不成对",
}


def too_many_columns(path: Path, columns: int) -> InputError:
    """The refusal of a table with more columns than are read."""
    return InputError(
        Problem(
            str(path),
            Words(
                f"有 {columns} 列，最多 {TABLE_COLUMNS} 列",
                f"it has {columns} columns; {TABLE_COLUMNS} are the most that is read",
            ),
            suggestion=Words("删去用不到的列", "delete the columns that are not needed"),
            code="beyond_bound",
        )
    )


class _BoundedLines:
    """The lines of a text, none of which is held whole where it has no end.

    Attributes:
        letters: of the row that is being read, which may go on over many lines.
    """

    def __init__(self, path: Path, lines: io.TextIOWrapper) -> None:
        self.path, self.lines, self.letters, self.number = path, lines, 0, 0

    def __iter__(self) -> Iterator[str]:
        while line := self.lines.readline(CSV_ROW + 1):
            self.number += 1
            self.letters += len(line)
            if self.letters > CSV_ROW or len(line) > CSV_ROW:
                raise self.too_long()
            yield line

    def too_long(self) -> InputError:
        """The refusal of a row without an end."""
        most = CSV_ROW >> 20
        return InputError(
            Problem(
                str(self.path),
                Words(
                    f"到第 {self.number} 行为止的一行数据超过 {most} 百万字符",
                    f"the row that goes on to line {self.number} is longer than {most} million"
                    " characters",
                ),
                suggestion=Words(
                    "看是否少了换行，或有引号没有闭合", "is a line end missing, or an end quote?"
                ),
                code="beyond_bound",
            )
        )


def goes_over_lines(path: Path, text: CsvText, rows: int) -> bool:
    """Whether a cell of the first rows goes on over several lines, as titles do.

    A database that leaves out the rows above a table counts lines.
    """
    with text.open(path) as lines:
        reader = csv.reader(lines, delimiter=text.delimiter, strict=True)
        try:
            return sum(1 for _ in itertools.islice(reader, rows)) != reader.line_num
        except csv.Error:
            return True


def even_copy(path: Path, text: CsvText, copy: Path, above: int = 0) -> Path:
    """A copy in UTF-8 whose rows all have as many cells; blank lines stay rows.

    Args:
        path: of the file.
        text: how it is written.
        copy: where it is written.
        above: so many rows are titles and headers: they stay rows, of one line each.

    Raises:
        InputError: when the file is no valid CSV.
    """
    rows = csv_rows(path, text)
    head = list(itertools.islice(rows, HEADER_DEPTH))
    width = max(map(len, head), default=1)
    with copy.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, delimiter=text.delimiter, quoting=csv.QUOTE_ALL)
        for number, row in enumerate(itertools.chain(head, rows)):
            cells = row if number >= above else ()
            writer.writerow([*cells, *[""] * (width - len(cells))][:width])
    return copy
