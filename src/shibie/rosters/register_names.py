"""Which register a sheet is, by the names that people give such sheets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from shibie.ruleset.model import Register
from shibie.vocabulary import folded

_PREFIXES: Final = ("比对-", "比对_", "registers/")
# What says that a sheet is a list of something, and not of what.
_NO_SUBJECT: Final = re.compile(
    r"registers/|比对|核对|登记|信息|数据|台账|名单|名册|花名册|明细|汇总|情况|反馈|结果|部门|查询|清单|表"
    r"|全县|全乡|全镇|管理所|管理局|管理|局|所|科|年度?|[\d_\-—–/.·()()\s]"
)


def exact_names(register: Register) -> list[str]:
    """The names of a register's sheet in the product's own form."""
    texts = (register.name, register.title, register.id)
    return [f"{prefix}{text}" for prefix in _PREFIXES for text in texts]


def subject(name: str) -> str:
    """What a sheet is a list of, as its name has it.

    >>> subject("比对-车辆"), subject("2015年存款比对表"), subject("工商登记")
    ('车辆', '存款', '工商')
    """
    return _NO_SUBJECT.sub("", folded(name))


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
