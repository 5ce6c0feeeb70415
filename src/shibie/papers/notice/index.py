"""Which letters a village's folder holds: to whom, of which kind, and in which file."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import NamedTuple

from shibie.errors import Lang, Words
from shibie.results.table import Table
from shibie.results.workbook_sheets import write_book

PDF_NAMES = {
    "letter": Words("告知书", "letters"),
    "request": Words("核实通知书", "requests"),
}
_KINDS = {
    "letter": Words("认定结果告知书", "notice of decision"),
    "request": Words("核实通知书", "request for what is missing"),
}
_TITLES = {
    "index": Words("目录", "index"), "number": Words("序号", "No."),
    "household": Words("户编号", "household"), "head": Words("户主", "head"),
    "kind": Words("种类", "kind"), "file": Words("文件", "file"),
}  # fmt: skip


class Listed(NamedTuple):
    """One letter: whose, of which kind, and its file name without a suffix."""

    household: str
    head: str
    kind: str
    name: str


def index_name(lang: Lang) -> str:
    """The name of the index's file, without a suffix."""
    return _TITLES["index"].say(lang)


def write_index(
    folder: Path, entries: Sequence[Listed], formats: Collection[str], lang: Lang
) -> None:
    """Write the index of a village's letters as a workbook.

    Args:
        folder: of the village.
        entries: its letters, in their order.
        formats: in which they are written: a Word file for each, or one PDF for each kind.
        lang: the language.
    """
    rows = [
        (
            number,
            each.household,
            each.head,
            _KINDS[each.kind].say(lang),
            f"{each.name}.docx" if "docx" in formats else f"{PDF_NAMES[each.kind].say(lang)}.pdf",
        )
        for number, each in enumerate(entries, start=1)
    ]
    table = Table("index", ("number", "household", "head", "kind", "file"), rows)
    write_book(folder / f"{index_name(lang)}.xlsx", [table], _TITLES, lang)
