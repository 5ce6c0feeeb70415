"""Columns of a register that name further owners, who would pass for not registered.

A house of husband and wife is one row of the land registry, with both their numbers. A register is
matched by one column of numbers: whoever stands in another one is in no row of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from shibie.errors import Problem, Words
from shibie.rosters.headers import Header
from shibie.rosters.register_names import is_like_number
from shibie.rosters.sheets import Sheet
from shibie.vocabulary import folded

_NUMBERS: Final = re.compile(r"身份|证件|证号|id")
# Who is named beside the person whom a row is about, and owns nothing by it.
_OTHERS: Final = re.compile(
    r"户主|经办|代办|代理|审核|核查|联系|填表|父|母|配偶|监护|原|卖|出让|转让方"
)


def owners_unread(sheet: Sheet, header: Header) -> Iterator[Problem]:
    """The columns of a register that hold citizen numbers and are not read, as what is wrong.

    Args:
        sheet: the register.
        header: of the sheet.
    """
    columns = {
        index: text
        for index, text in zip(header.ignored_at, header.ignored, strict=True)
        if _NUMBERS.search(folded(text)) and not _OTHERS.search(folded(text))
    }
    if not columns:
        return
    for row in islice(sheet.passing(), header.row, None):
        for index in [each for each in columns if each < len(row) and is_like_number(row[each])]:
            yield _problem(sheet, header, columns.pop(index))
        if not columns:
            return


def _problem(sheet: Sheet, header: Header, text: str) -> Problem:
    return Problem(
        f"{sheet.shown}!{header.row}",
        Words(
            f"栏目“{text}”中也有证件号码，没有读：这些人会被当作没有登记",
            f"the column '{text}' has citizen numbers, too, which are not read: these persons would"
            " pass for not registered",
        ),
        suggestion=Words(
            f"几人共有的，每人写一行；“{text}”不是登记的人，删去这一栏",
            f"write a row for each of several owners, or take out '{text}' if it names no owner",
        ),
    )
