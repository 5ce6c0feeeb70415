"""Damaged rosters of every kind, decided on both paths."""

from __future__ import annotations

import csv
import io
import random
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal
from xml.sax.saxutils import escape

from shibie.checking import check
from shibie.errors import InputError, ShibieError
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet
from support.books import Book, as_export, book, write_folder, write_parquet, write_xlsx
from support.fuzzing.damage import book_damaged, bytes_damaged, text_damaged, zip_damaged
from support.old_workbooks import write_xls, write_xlsb

AS_OF: Final = date(2015, 12, 20)
HERE: Final = Path(__file__).parent
Files = dict[str, bytes]
_KEPT: Final = ("农户", "成员", "核实", "比对-车辆登记比对", "比对-存款比对")


@cache
def pack() -> RuleSet:
    """A small pack: what is tried is how a roster is read, and SQL of many rules takes seconds."""
    return loads((HERE / "ruleset.yaml").read_text(encoding="utf-8"))


def sheets() -> Book:
    """The roster that is damaged."""
    return {name: rows for name, rows in book().items() if name in _KEPT}


# --- each kind of file ------------------------------------------------------------------------


def _text_of(rows: list[list[Any]]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue().encode("utf-8", "replace")


def _plain(made: Book) -> Book:
    """What a workbook has a place for."""

    def cell(value: Any) -> Any:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if abs(value) > 2**31 else value
        if isinstance(value, str):
            return "".join(each for each in value if each >= " " or each in "\t\n")[:2000]
        return value

    return {name: [[cell(each) for each in row] for row in rows] for name, rows in made.items()}


def write_ods(path: Path, made: Book) -> Path:
    """A small OpenDocument workbook."""
    tables = []
    for name, rows in made.items():
        lines = []
        for row in rows:
            cells = []
            for each in row:
                text = f"<text:p>{escape(str(each))}</text:p>" if each is not None else ""
                number = isinstance(each, int | float) and not isinstance(each, bool)
                kind = (
                    f'office:value-type="float" office:value="{each}"'
                    if number
                    else 'office:value-type="string"'
                )
                cells.append(f"<table:table-cell {kind if text else ''}>{text}</table:table-cell>")
            lines.append(f"<table:table-row>{''.join(cells)}</table:table-row>")
        tables.append(f'<table:table table:name="{name}">{"".join(lines)}</table:table>')
    of = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{of}:office:1.0"'
        f' xmlns:table="{of}:table:1.0" xmlns:text="{of}:text:1.0"><office:body><office:spreadsheet>'
        f"{''.join(tables)}</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        out.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", 0)
        out.writestr(
            "META-INF/manifest.xml", f'<manifest:manifest xmlns:manifest="{of}:manifest:1.0"/>'
        )
        out.writestr("content.xml", content)
    return path


Kind = Literal["xlsx", "xls", "xlsb", "ods", "csv", "parquet", "folder"]
KINDS: Final[tuple[Kind, ...]] = ("xlsx", "xls", "xlsb", "ods", "csv", "parquet", "folder")
_WRITERS: Final[Mapping[str, Callable[[Path, Book], Path]]] = {
    "xlsx": write_xlsx, "xls": write_xls, "xlsb": write_xlsb, "ods": write_ods,
}  # fmt: skip
_ZIPS: Final = ("xlsx", "xlsb", "ods")


def files_of(kind: Kind, made: Book, scratch: Path) -> Files:
    """A roster as files of a kind, by their names."""
    if kind == "csv":
        (rows, *_) = as_export(made).values()
        return {"roster.csv": _text_of(rows)}
    if kind in _WRITERS:
        path = _WRITERS[kind](scratch / f"roster.{kind}", _plain(made))
        return {path.name: path.read_bytes()}
    folder = scratch / "whole"
    shutil.rmtree(folder, ignore_errors=True)
    (write_folder if kind == "folder" else write_parquet)(folder, _plain(made))
    found = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def damaged(kind: Kind, seed: int, scratch: Path) -> Files:
    """A damaged roster: its cells, then in most cases the file itself as well or instead."""
    chance = random.Random(f"{kind} {seed}")
    how = chance.random()
    made = book_damaged(chance, sheets()) if how < 0.5 else sheets()
    try:
        files = files_of(kind, made, scratch)
    except (ValueError, KeyError, TypeError, struct.error):  # what is damaged cannot be written so
        made, how = sheets(), 1.0
        files = files_of(kind, made, scratch)
    if how < 0.35:
        return files
    name = chance.choice(list(files))
    data = files[name]
    if kind in _ZIPS and chance.random() < 0.75:
        files[name] = zip_damaged(chance, data)
    elif kind in ("csv", "folder"):
        files[name] = text_damaged(chance, data)
    else:
        files[name] = bytes_damaged(chance, data)
    if len(files) > 1 and chance.random() < 0.1:
        other = chance.choice(list(files))
        files[name], files[other] = files[other], files[name]
    return files


def put(files: Files, place: Path) -> Path:
    """Write a roster's files; returns what is given to the command."""
    shutil.rmtree(place, ignore_errors=True)
    for name, data in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return place / next(iter(files)) if len(files) == 1 else place


# --- both paths ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Outcome:
    """What came of a roster: refused as a whole, or decided and rejected."""

    refused: bool
    decisions: tuple[tuple[Any, ...], ...] = ()
    findings: tuple[tuple[Any, ...], ...] = ()
    rejected: tuple[tuple[Any, ...], ...] = ()
    counts: tuple[int, int, int] = (0, 0, 0)


class DisagreementError(Exception):
    """Both paths say different things, or a household is lost."""


def must_say_something(error: ShibieError) -> None:
    """Every refusal says in both languages what is wrong."""
    if not (error.render("zh") and error.render("en")):
        raise DisagreementError("an error without a message")


def outcome(path: Path, engine: Literal["interpreter", "duckdb"]) -> Outcome:
    """What one path makes of a roster; anything but the project's own error goes through."""
    try:
        with check(pack(), path, AS_OF, engine=engine) as result:
            summary = result.summary
            counts = summary["in"], summary["decided"], summary["rejected"]
            return Outcome(
                False,
                _rows(result.decisions),
                _rows(result.findings),
                _rows(result.rejected),
                counts,
            )
    except InputError as error:
        must_say_something(error)
        return Outcome(True)


def _rows(table: Any) -> tuple[tuple[Any, ...], ...]:
    return tuple(sorted(tuple(map(str, row)) for row in table.rows))


def same_on_both_paths(path: Path) -> Outcome:
    """Decide a roster on both paths; returns what came of it.

    Raises:
        DisagreementError: where they differ, or a household is lost.
    """
    small, bulk = outcome(path, "interpreter"), outcome(path, "duckdb")
    for found in (small, bulk):
        everybody, decided, rejected = found.counts
        if everybody != decided + rejected or decided != len(found.decisions):
            raise DisagreementError(f"{everybody} in, {decided} decided, {rejected} rejected")
    if small != bulk:
        raise DisagreementError("\n".join(_differences(small, bulk)))
    return small


def _differences(small: Outcome, bulk: Outcome) -> Iterator[str]:
    if small.refused != bulk.refused:
        yield f"refused: small {small.refused}, bulk {bulk.refused}"
        return
    for name in ("counts", "decisions", "findings", "rejected"):
        one, other = getattr(small, name), getattr(bulk, name)
        if one != other:
            yield f"{name}: only small {[x for x in one if x not in other]}"[:1500]
            yield f"{name}: only bulk {[x for x in other if x not in one]}"[:1500]
