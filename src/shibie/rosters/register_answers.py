"""Columns of a register in which an office answers of each person whether: its "no" is no record.

What is asked for is a list of those who have something. What often comes back is the list that was
sent, with a column 是否有车 beside everybody: read as a register, it says of everybody that he has.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import islice, pairwise
from typing import Final

from shibie.errors import Problem, Words
from shibie.rosters.cells import is_blank
from shibie.rosters.headers import Header
from shibie.rosters.register_names import subject
from shibie.rosters.sheets import Sheet
from shibie.ruleset.model import Register
from shibie.vocabulary import folded

_ASKS_ANYTHING: Final = re.compile(
    r"(?:是否|有无)(?:有|存在|登记|查到|比中|命中|匹配)|^有无$|^结果$"
    r"|(?:比对|核对|核查|核实|查询|查验|检索|筛查|反馈)(?:结果|情况|结论|意见)"
)
# These ask about the register if they name what it is about.
_ASKS: Final = re.compile(r"是否|是不是|有无|情况|结果")
# A list that answers of everybody says "none" in most of its rows.
_ENOUGH: Final = 10_000
_NO: Final = re.compile(
    r"[否无非x×✗]|no?|没有.*|不(?:是|在|属).*|未(?:查到|发现|登记|见|比中|命中|匹配).*"
    r"|无(?:记录|登记|信息|车|房|此人|结果|异常).*|查无.*|非(?:财政|在编).*"
)


def answered_no(
    sheet: Sheet, header: Header, register: Register, asked: Iterable[str]
) -> Iterator[Problem]:
    """The columns of a register that answer "no" of somebody, each as what is wrong with it.

    Beside columns that ask, rows of which every column says no more than "none" answer so, where
    a row counts whatever it says.

    Args:
        sheet: the register.
        header: of the sheet.
        register: which one it is.
        asked: the titles of the facts that it is held against.
    """
    titles = (subject(register.title), *map(folded, asked))
    about = {pair for text in titles for pair in _pairs(text)}
    asking = {
        index: text
        for index, text in zip(header.ignored_at, header.ignored, strict=True)
        if _asks(folded(text), about)
    }
    of_persons = {register.match, *register.owners}
    any_row = any(fact.hit is None for fact in register.checks)
    telling = {
        index: spec.title
        for index, spec in header.columns.items()
        if any_row and spec.name not in of_persons
    }
    if not asking and not telling:
        return
    last = None if asking else header.row + _ENOUGH
    for row in islice(sheet.passing(), header.row, last):
        said = {index: row[index] for index in telling if index < len(row)}
        said = {index: cell for index, cell in said.items() if not is_blank(cell)}
        if said and all(map(_is_no, said.values())):
            index = min(said)
            yield _problem(sheet, header, telling[index], str(said[index]).strip())
            telling = {}
        for index in [each for each in asking if each < len(row) and _is_no(row[each])]:
            yield _problem(sheet, header, asking.pop(index), str(row[index]).strip())
        if not asking and not telling:
            return


def _pairs(text: str) -> Iterator[str]:
    """Every two letters that stand side by side.

    >>> list(_pairs("有车辆"))
    ['有车', '车辆']
    """
    return (one + other for one, other in pairwise(text))


def _asks(header: str, about: set[str]) -> bool:
    """Whether a header asks of somebody whether he is in the register."""
    named = any(pair in header for pair in about)
    return bool(_ASKS_ANYTHING.search(header) or (named and _ASKS.search(header)))


def _is_no(cell: object) -> bool:
    return isinstance(cell, str) and bool(_NO.fullmatch(folded(cell)))


def _problem(sheet: Sheet, header: Header, text: str, written: str) -> Problem:
    return Problem(
        f"{sheet.shown}!{header.row}",
        Words(
            f"栏目“{text}”中有“{written}”：像是逐人答复的反馈表；作为登记表，每一行都算有登记",
            f"the column '{text}' has '{written}': it seems to answer of each person whether he is"
            " registered, and of a register every row counts",
        ),
        suggestion=Words(
            f"只留下有登记的行；“{text}”与此无关的，删去这一栏",
            f"keep only the rows of who is registered, or take out '{text}' if it asks something else",
        ),
    )
