"""What the tables of a roster are called, and what those of workbooks in a folder are."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence, Set
from typing import Final, NamedTuple

from shibie.acts import TABLE_NAMES
from shibie.vocabulary import folded

SHEET_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "households": ("households", "农户", "农户表"),
    "members": ("members", "成员", "家庭成员", "成员表"),
    "adjudications": ("adjudications", "核实", "核实表"),
    "steps": ("steps", "程序", "程序表"),
    "acts": TABLE_NAMES,
    "helpers": (
        "helpers",
        "帮扶",
        "帮扶责任人",
        "帮扶表",
        "帮扶责任人表",
        "结对帮扶",
        "结对帮扶表",
    ),
    "visits": ("visits", "走访", "入户走访", "走访表", "走访记录", "入户走访记录", "入户走访表"),
    "plans": ("plans", "规划", "帮扶规划", "帮扶计划", "一户一规划", "规划表", "帮扶规划表"),
}
# Of these, the ones that no decision rests on.
HELPING: Final = ("helpers", "visits", "plans")
REGISTERS: Final = "registers/"
_OWN: Final = frozenset(folded(name) for names in SHEET_NAMES.values() for name in names)
# Tables that say of themselves what they are; of persons there is one in every village.
_TELLING: Final = _OWN - {
    folded(name) for table in ("households", "members") for name in SHEET_NAMES[table]
}
# What a program calls a sheet that nobody named.
_UNNAMED: Final = re.compile(r"(?:sheet|工作表|tabelle|feuil)\s*\d*", re.I)
_LIST_OF_VILLAGE: Final = re.compile(
    r"(.+(?:村|社区|居委会|居民委员会|嘎查))(?:的?(?:贫困户|农户|人口))?(?:花名册|名册|名单|台账|表)"
)
_VILLAGE: Final = re.compile(
    r"(.+(?:村|社区|居委会|村委会|村民委员会|居民委员会|嘎查))\s*(?:[(（][^()（）]*[)）])?"
)
# Two of the sheets of a result, in each language.
_RESULTS: Final = ({"认定结果", "依据"}, {"decisions", "findings"})


class SheetOfBook(NamedTuple):
    """A sheet of a workbook.

    Attributes:
        name: its own.
        filled: whether it is shown and has a cell that is not blank.
    """

    name: str
    filled: bool


def are_results(names: Set[str]) -> bool:
    """Whether a workbook is one that the product wrote, by the names of its sheets.

    >>> are_results({"认定结果", "依据", "汇总"}), are_results({"农户", "成员"})
    (True, False)
    """
    return any(own <= names for own in _RESULTS)


def names_in_folder(stem: str, sheets: Sequence[SheetOfBook], prefix: str = "") -> list[str]:
    """What the sheets of a workbook are called among the tables of its folder.

    A workbook with one sheet is a table by its own name, as a file of CSV is.

    Args:
        stem: the file's name without its ending.
        sheets: of the workbook.
        prefix: of the tables in its sub-folder.

    >>> names_in_folder("车管所", [SheetOfBook("Sheet1", True), SheetOfBook("Sheet2", False)], "registers/")
    ['registers/车管所', 'registers/Sheet2']
    >>> names_in_folder("石磨村花名册", [SheetOfBook("人员", True)])
    ['石磨村']
    """
    own = stem if prefix else own_name(stem)
    alone = sum(sheet.filled for sheet in sheets) == 1
    unnamed = [sheet for sheet in sheets if sheet.filled and _UNNAMED.fullmatch(sheet.name)]
    names = []
    for sheet in sheets:
        name = sheet.name
        if not sheet.filled:
            pass
        elif alone:
            name = name if not prefix and _tells(name) else own
        elif sheet in unnamed:
            number = "".join(each for each in name if each.isdigit())
            name = own if len(unnamed) == 1 else own + number
        names.append(prefix + name)
    return names


def own_name(stem: str) -> str:
    """What a workbook is called by itself: where it lists a village's people, by the village.

    >>> own_name("石磨村贫困户花名册"), own_name("车管所")
    ('石磨村', '车管所')
    """
    found = _LIST_OF_VILLAGE.fullmatch(stem)
    return found[1] if found else stem


def village_of(name: str) -> str:
    """The village that a sheet is of, by its name; empty where it names none.

    >>> village_of("石磨村（3户）"), village_of("石磨村村民委员会"), village_of("汇总")
    ('石磨村', '石磨村村民委员会', '')
    """
    found = _VILLAGE.fullmatch(own_name(name.strip()))
    return found[1] if found else ""


def _tells(name: str) -> bool:
    return folded(name) in _TELLING or folded(name).startswith("比对")


def is_of_one_village(name: str) -> bool:
    """Whether a sheet may be in the workbook of each village of a folder, by its name.

    Of the tables that have names of their own there is one, so that two are refused.
    """
    return folded(name) not in _OWN
