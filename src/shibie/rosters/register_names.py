"""Which register a sheet is, by the names that people give such sheets."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from shibie.rosters.sheets import Sheet
from shibie.ruleset.model import Register
from shibie.vocabulary import folded

_PREFIXES: Final = ("比对-", "比对_", "registers/")
# What says that a sheet is a list of something, and not of what.
_NO_SUBJECT: Final = re.compile(
    r"registers/|比对|核对|登记|信息|数据|台账|名单|名册|花名册|明细|汇总|情况|反馈|结果|部门|查询|清单|表"
    r"|全县|全乡|全镇|管理所|管理局|管理|局|所|科|年度?|[\d_\-—–/.·()()\s]"
)

# Eighteen digits, of which some may be hidden.
_LIKE_NUMBER: Final = re.compile(r"[1-8]\d{3,5}[\d*x]{11,13}[\dx*]")
# What the offices that send such lists call the same things.
_SYNONYMS: Final[Mapping[str, str]] = {
    "机动车": "车辆", "汽车": "车辆", "车管": "车辆", "不动产": "房产", "市场主体": "工商", "户口": "户籍",
}  # fmt: skip


def exact_names(register: Register) -> list[str]:
    """The names of a register's sheet in the product's own form."""
    texts = (register.name, register.title, register.id)
    return [f"{prefix}{text}" for prefix in _PREFIXES for text in texts]


def subject(name: str) -> str:
    """What a sheet is a list of, as its name has it.

    >>> subject("比对-车辆"), subject("2015年存款比对表"), subject("工商登记")
    ('车辆', '存款', '工商')
    """
    said = _NO_SUBJECT.sub("", folded(name))
    for word, usual in _SYNONYMS.items():
        said = said.replace(word, usual)
    return said


def registers_meant(name: str, registers: Iterable[Register]) -> list[Register]:
    """The registers that the name of a sheet may mean: one where it is certain."""
    said = subject(name)
    if not said:
        return []
    own = {
        each.name: {subject(each.title), folded(each.name), folded(each.id)} - {""}
        for each in registers
    }
    every = list(registers)
    exact = [each for each in every if said in own[each.name]]
    if exact:
        return exact
    return [
        each
        for each in every
        if any(
            len(text) > 1 and (text in said or (len(said) > 1 and said in text))
            for text in own[each.name]
        )
    ]


def is_like_number(cell: object) -> bool:
    """Whether a cell holds what looks like a citizen number, whole or masked.

    >>> is_like_number("511902195502280010"), is_like_number("511902********0010"), is_like_number("12")
    (True, True, False)
    """
    return isinstance(cell, str) and bool(_LIKE_NUMBER.fullmatch(folded(cell)))


def has_citizen_numbers(sheet: Sheet) -> bool:
    """Whether a column of a sheet holds citizen numbers, whole or masked, whatever its header says.

    Only the beginning is looked at.
    """
    columns: Counter[int] = Counter(
        at for row in sheet.head for at, cell in enumerate(row) if is_like_number(cell)
    )
    below = max(len(sheet.head) - 1, 1)
    return any(3 * count >= below for count in columns.values())
