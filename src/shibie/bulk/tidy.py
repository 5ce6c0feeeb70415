"""CSV files that a database would read otherwise than Python: found, and copied evenly."""

from __future__ import annotations

import codecs
import csv
import itertools
from pathlib import Path
from typing import NoReturn

from shibie.bulk.host import File
from shibie.errors import InputError, Problem, Words
from shibie.tables.headers import HEADER_DEPTH
from shibie.tables.source import delimiter_of

UTF_16 = (b"\xff\xfe", b"\xfe\xff")


def unusable(file: File, zh: str, en: str) -> NoReturn:
    """Refuse a file."""
    raise InputError(Problem(file.path, Words(zh, en)))


def tidied(file: File, source: Path, copy: Path) -> Path:
    """A copy in UTF-8 whose rows all have as many cells; blank lines stay rows.

    Args:
        file: as messages name it.
        source: where it can be read.
        copy: where to write.

    Raises:
        InputError: when it is no CSV.
    """
    with source.open("rb") as data:
        utf_16 = data.read(2) in UTF_16
    for encoding in ["utf-16"] if utf_16 else ["utf-8-sig", "gb18030"]:
        try:
            with (
                source.open(encoding=encoding, newline="") as lines,
                copy.open("w", encoding="utf-8", newline="") as out,
            ):
                delimiter = delimiter_of(lines)
                lines.seek(0)
                rows = csv.reader(lines, delimiter=delimiter, strict=True)
                head = list(itertools.islice(rows, HEADER_DEPTH))
                width = max(map(len, head), default=1)
                writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
                for row in itertools.chain(head, rows):
                    writer.writerow([*row, *[""] * (width - len(row))][:width])
            return copy
        except UnicodeError:
            continue
        except csv.Error as error:
            unusable(file, f"不是合法的 CSV({error})", f"not valid CSV ({error})")
    unusable(file, "编码既不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030 text")


def plain(file: Path) -> bool:
    """Whether a file is UTF-8 without blank lines: those DuckDB would not count."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = b"\n"
    with file.open("rb") as data:
        while chunk := data.read(1 << 22):
            joined = last + chunk
            if b"\n\n" in joined or b"\n\r" in joined or b"\r\r" in joined:
                return False
            last = chunk[-1:]
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return False
    return True
