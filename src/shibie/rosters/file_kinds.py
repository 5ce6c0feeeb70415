"""What a file is by its content: names lie, in both directions.

Systems give out web pages and plain text as `.xls`, people rename, and WPS has endings of its
own (`.et`) for what is a workbook like any other inside.
"""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final, Literal

from shibie.errors import InputError, Problem, Words
from shibie.rosters.compound_file import MAGIC

FileKind = Literal["workbook", "text", "parquet", "page", "zip"]

# The first records of workbooks before there were streams in them.
_BARE_BIFF: Final = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_PAGES: Final = (
    b"<!doctype",
    b"<html",
    b"<head",
    b"<meta",
    b"<table",
    b"<?xml",
    b"<style",
    b"<div",
)


def kind_of(path: Path) -> FileKind:
    """What a file holds, whatever it is called; text where nothing tells.

    Raises:
        OSError: when it cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(512)
    if start[:4] == b"PK\x03\x04":
        return "workbook" if _is_workbook(path) else "zip"
    if start.startswith(MAGIC) or (start[:2] in _BARE_BIFF and b"\0" in start[:8]):
        return "workbook"
    if start[:4] == b"PAR1":
        return "parquet"
    text = start.removeprefix(b"\xef\xbb\xbf")
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = text.replace(b"\0", b"")[2:]
    return "page" if text.lstrip().lower().startswith(_PAGES) else "text"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as parts:
            names = parts.namelist()
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, ValueError):
        # Damaged: the reader of workbooks says so.
        return True
    return any(name.startswith("xl/") or name == "content.xml" for name in names)


def refuse_page(path: Path) -> InputError:
    """The refusal of a web page, or of XML, that bears the name of a workbook."""
    return InputError(
        Problem(
            str(path),
            Words(
                "内容是网页或 XML，不是工作簿，只是用了工作簿的后缀",
                "a web page or XML inside, under the name of a workbook",
            ),
            suggestion=Words(
                "用 Excel 或 WPS 打开，另存为 .xlsx 再用",
                "open it in a spreadsheet and save it as .xlsx",
            ),
        )
    )
