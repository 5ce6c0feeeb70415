"""Which column holds which field: header rows found and matched."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

from shibie.errors import InputError, Problem, Words, did_you_mean, listed
from shibie.rosters.cells import Cell
from shibie.rosters.own_additions import is_own
from shibie.rosters.sheets import Sheet
from shibie.vocabulary import FieldSpec, folded

_BRACKETS: Final = re.compile(r"[((\[【].*?[))\]】]")


@dataclass(frozen=True)
class Header:
    """A matched header.

    Attributes:
        row: its row number, from 1.
        columns: column index → field.
        ignored: header texts that no field answers to.
    """

    row: int
    columns: Mapping[int, FieldSpec]
    ignored: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """The names of the fields that have a column."""
        return frozenset(spec.name for spec in self.columns.values())


def matched(cell: Cell, specs: Sequence[FieldSpec]) -> FieldSpec | None:
    """The field a header cell names: by name, title or alias, with or without its unit.

    >>> wage = FieldSpec("wage_income", "工资性收入", "money", unit="元/年")
    >>> matched("*工资性收入(元)", [wage]) is wage
    True
    """
    if not isinstance(cell, str):
        return None
    text = folded(cell).strip("*:")
    for spelling in (text, folded(_BRACKETS.sub("", text))):
        for spec in specs:
            if spelling and spelling in _headers(spec):
                return spec
    return None


@cache
def _headers(spec: FieldSpec) -> frozenset[str]:
    return spec.headers


def find_header(sheet: Sheet, specs: Sequence[FieldSpec], required: Iterable[str]) -> Header:
    """The header of a sheet: the row that names the most fields.

    Raises:
        InputError: when there is none, a field has two columns, or a required one has none.
    """
    header = best_header(sheet, specs)
    where = f"{sheet.shown}!{header.row}" if header else sheet.shown
    titles = {spec.name: spec.title for spec in specs}
    missing = [name for name in required if header is None or name not in header.names]
    problems = []
    if missing or header is None:
        shown = listed(f"{name} {titles.get(name, '')}".strip() for name in missing)
        number = header.row if header else 1
        row = sheet.head[number - 1] if sheet.rows else ()
        found = listed(str(cell) for cell in row if cell)
        problems.append(
            Problem(
                where,
                Words(
                    f"缺少栏目:{shown};第 {number} 行有:{found or '(空)'}",
                    f"missing columns: {shown}; row {number} has: {found or '(nothing)'}",
                ),
                suggestion=Words(
                    "shibie fields 列出每个栏目可用的名称",
                    "shibie fields lists the names they may have",
                ),
            )
        )
    if header is not None:
        names = [spec.name for spec in header.columns.values()]
        for name in sorted({name for name in names if names.count(name) > 1}):
            problems.append(
                Problem(
                    where,
                    Words(f"栏目“{titles[name]}”出现两次", f"the field {name} has two columns"),
                )
            )
    if problems or header is None:
        raise InputError(problems)
    return header


def best_header(sheet: Sheet, specs: Sequence[FieldSpec]) -> Header | None:
    """The row within the first twenty that names the most fields, or None."""
    best: Header | None = None
    for number, line in enumerate(sheet.head, start=1):
        # What the product wrote beside the table when it gave the workbook back is not read.
        row = [None if is_own(cell) else cell for cell in line]
        found = {index: matched(cell, specs) for index, cell in enumerate(row)}
        columns = {index: spec for index, spec in found.items() if spec is not None}
        if columns and (best is None or len(columns) > len(best.columns)):
            ignored = tuple(
                str(cell) for index, cell in enumerate(row) if found[index] is None and cell
            )
            best = Header(number, columns, ignored)
    return best


def ignored_note(sheet: Sheet, header: Header, specs: Sequence[FieldSpec]) -> Words | None:
    """A note on the columns that were not used, with what they may have meant."""
    if not header.ignored:
        return None
    hints = []
    for text in header.ignored:
        near = did_you_mean(text, [spec.title for spec in specs])
        hints.append(
            Words(text + (near.zh if near else ""), text + (f" ({near.en})" if near else ""))
        )
    return Words(
        f"{sheet.shown}: 未使用的栏目:" + listed(hint.zh for hint in hints),
        f"{sheet.shown}: columns not used: " + listed(hint.en for hint in hints),
    )
