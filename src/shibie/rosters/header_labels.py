"""The labels of columns, of one header row or of up to three with merged groups above them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shibie.rosters.cells import Cell, is_blank
from shibie.rosters.own_additions import is_own
from shibie.traditional import simplified
from shibie.vocabulary import folded

MOST_ROWS: Final = 3
# Of folded text, in which all brackets are those of ASCII.
BRACKETS: Final = re.compile(r"[(\[【].*?[)\]】]")
# A unit of money at the end of a header, without brackets.
UNIT_BEHIND: Final = re.compile(
    r"[/_:—-]?((?:百|千|万|十万|百万|亿)?元(?:/(?:人|户)?[·.]?(?:年|月|季度?))?)$"
)
_NUMBERED: Final = re.compile(r"^(?:其中:?|[\d一二三四五六七八九十]{1,2}[.、)])")
_OUTER: Final = "*:※·"
# What stands below a group of this name is said of the head alone, or of somebody else.
_OF_ONE: Final = re.compile(
    r"(?P<head>户主)(?:信息|情况|基本情况|基本信息)?"
    r"|(?:配偶|帮扶|结对|联系|包户|包村|包联|挂联|挂包|驻村|监护|代办|代理|代领|申请人|经办|责任人|负责人|第一书记|村干部)"
    r"[一-鿿]{0,8}"
)
# What adds up the other columns of its group says what the group is called.
TOTALS: Final = ("小计", "合计", "总计")
# Below a group that counts people these are counts too, and no field of a person.
_COUNTING: Final = re.compile(r".*(?:人口|人数)数?")
_COUNTED: Final = ("劳动力", "低保")


@dataclass(frozen=True)
class Label:
    """What a header says of a column.

    Attributes:
        text: the lowest text above the cells.
        groups: the texts above it, from the top.
    """

    text: str
    groups: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """The label as a message names it."""
        return "/".join((*self.groups, self.text))

    @property
    def spellings(self) -> tuple[str, ...]:
        """How a field may be written for the label to mean it, folded, the surest first.

        >>> Label("*工资性收入(元)").spellings
        ('工资性收入(元)', '工资性收入')
        >>> Label("姓名", ("户主信息",)).spellings
        ('户主姓名',)
        """
        return _spellings(self)


# A label is looked up for every field and form that it may be of.
@lru_cache(maxsize=4096)
def _spellings(label: Label) -> tuple[str, ...]:
    text = plain(label.text)
    above = plain(label.groups[-1]) if label.groups else ""
    if (of_one := _OF_ONE.fullmatch(simplified(above))) and not text.startswith("户主"):
        return (f"{of_one['head'] or above}{text}",)
    bare = plain(BRACKETS.sub("", folded(label.text)))
    found = [text, bare, _NUMBERED.sub("", bare), UNIT_BEHIND.sub("", bare)]
    if bare in _COUNTED and _COUNTING.fullmatch(plain(BRACKETS.sub("", above))):
        found = []
    for group in label.groups:
        above = plain(BRACKETS.sub("", folded(group)))
        found += [above + bare, bare + above] if above else []
        found += [above] if bare in TOTALS else []
    return tuple(dict.fromkeys(filter(None, (*found, *map(simplified, found)))))


def plain(text: str) -> str:
    """A header as it is compared: folded, without the signs around it.

    >>> plain(" *户 编 号: ")
    '户编号'
    """
    return folded(text).strip(_OUTER)


def text_of(cell: Cell) -> str:
    """The text of a header's cell; none where it is a number or blank, as a dash is."""
    return cell.strip() if isinstance(cell, str) and not is_blank(cell) else ""


def labels(rows: Sequence[Sequence[Cell]]) -> list[Label | None]:
    """What header rows say of each column.

    Of merged cells only the first holds the text: that of a group counts for the columns to its
    right that have a text below and none in its own row.

    >>> labels([["户编号", "家庭年收入(元)", ""], ["", "工资性收入", "财产性收入"]])[2]
    Label(text='财产性收入', groups=('家庭年收入(元)',))
    """
    width = max(map(len, rows), default=0)
    texts = [[text_of(row[at]) if at < len(row) else "" for at in range(width)] for row in rows]
    spread = [_spread(texts, level) for level in range(len(texts))]
    found: list[Label | None] = []
    for at in range(width):
        own = [text for level in spread if (text := level[at])]
        # What the product wrote beside a table when it gave the workbook back is not read, nor is
        # a group that seems to reach over it.
        if any(map(is_own, own)):
            own = []
        # A cell that is merged downwards says one thing, however many rows repeat it.
        own = list(dict.fromkeys(own))
        found.append(Label(own[-1], tuple(own[:-1])) if own else None)
    return found


def _spread(texts: list[list[str]], level: int) -> list[str]:
    """One header row, with the text of each group over all of its columns."""
    row = texts[level]
    if level + 1 == len(texts):
        return row
    below = [any(lower[at] for lower in texts[level + 1 :]) for at in range(len(row))]
    found, group = [], ""
    for at, text in enumerate(row):
        if text or not below[at]:
            group = text if below[at] else ""
        found.append(text or group)
    return found
