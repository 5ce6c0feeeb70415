"""One village under two names: `石磨` and `石磨村`, where a roster has both.

Then the one with the suffix is used, everywhere: in decisions, counts, lists and letters. Where a
roster knows a village by one name alone, that name stays, whichever it is.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from shibie.errors import Words, listed
from shibie.plain_text import legible
from shibie.rosters.cells import as_written, is_blank
from shibie.rosters.column_texts import cells_below, file_column
from shibie.rosters.headers import Header
from shibie.rosters.layout import Placed
from shibie.rosters.sheets import Sheet
from shibie.vocabulary import FieldSpec

_NAME: Final = "village"
_SUFFIX: Final = re.compile(r"(?:村?(?:村民委员会|村委会)|村)$")
# So many pairs are named; the others are counted.
_NAMED: Final = 5


def one_village(placed: Placed) -> tuple[Placed, Words | None]:
    """A table whose villages have one name each, and what is said of it.

    Args:
        placed: the table of households, or of persons with their households.
    """
    columns, at = placed.header.columns, placed.header.column_of(_NAME)
    if at is None or columns[at].type != "text":
        return placed, None
    counts = _names(placed.sheet, placed.header, at)
    known = one_name_each(counts)
    if not known:
        return placed, None
    spec: FieldSpec = replace(columns[at], spellings=tuple(sorted(known.items())))
    header = replace(placed.header, columns={**columns, at: spec})
    return Placed(placed.sheet, header), _said(known, counts)


def one_name_each(names: Iterable[str]) -> dict[str, str]:
    """The names that are other names of a village, each with the one that is used.

    >>> one_name_each(["石磨", "石磨村", "石磨村委会", "石磨村村民委员会", "青山"])
    {'石磨': '石磨村', '石磨村委会': '石磨村', '石磨村村民委员会': '石磨村'}
    """
    of: dict[str, list[str]] = {}
    for name in names:
        of.setdefault(bare_village(name), []).append(name)
    return {
        name: f"{base}村"
        for base, group in of.items()
        if len(group) > 1
        for name in group
        if name != f"{base}村"
    }


def bare_village(name: str) -> str:
    """What all names of one village have in common: the name without its suffix.

    >>> bare_village("石磨村"), bare_village("石磨村委会"), bare_village("村")
    ('石磨', '石磨', '村')
    """
    bare = "".join(name.split())
    return _SUFFIX.sub("", bare) or bare


def _names(sheet: Sheet, header: Header, at: int) -> Mapping[str, int]:
    """How many rows have each name."""
    column = file_column(sheet, header, at)
    rows = column.found("SELECT t, count(*) FROM texts GROUP BY t") if column else None
    if sheet.file is not None and sheet.file.elsewhere is not None:
        found = sheet.file.elsewhere.texts_of(at, header.row)
    elif rows is not None:
        found = {text: count for text, count in rows if text is not None}
    else:
        found = Counter(map(as_written, cells_below(sheet, header, at)))
    counts: Counter[str] = Counter()
    for written, count in found.items():
        if not is_blank(written):
            counts[legible(written)] += count
    return counts


def _said(known: Mapping[str, str], counts: Mapping[str, int]) -> Words:
    named = [
        (
            f"“{name}”记作“{used}”（{counts[name]} 行）",
            f"'{name}' as '{used}' ({counts[name]} rows)",
        )
        for name, used in sorted(known.items())
    ]
    more = len(named) - _NAMED
    tail_zh, tail_en = (f"，等 {len(named)} 个", f", and {more} more") if more > 0 else ("", "")
    return Words(
        f"同一个村有不同写法，按一个村处理：{listed((zh for zh, _ in named[:_NAMED]), lang='zh')}{tail_zh}",
        f"villages written in two ways are taken for one: {listed(en for _, en in named[:_NAMED])}"
        f"{tail_en}",
    )
