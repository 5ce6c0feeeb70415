"""Places that a table has no column for: named in the lines above it, or in rows between families.

`学堂山村花名册` or `填报单位：学堂山村` above the header is of all rows; `一、青杨村（2户）` or
`第三组` alone in a row is of those below it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from shibie.rosters.header_labels import plain
from shibie.rosters.table_names import village_of

VILLAGE: Final = "village"
GROUP: Final = "group"
# The fields of the form that such a row may give, the wider first.
PLACES: Final = (VILLAGE, GROUP)
_DIGITS: Final = "一二三四五六七八九十百\\d"
_COUNTED: Final = re.compile(rf"^[(]?[{_DIGITS}]+[)、.]+")
_HOW_MANY: Final = re.compile(r"(?:[(][^()]*[)]|[:,]?共?\d+户(?:[,、]?共?\d+人)?)?[:]?$")
_SAID: Final = re.compile(r"(?:行政)?村(?:名|名称)?[:](.+)")
_UNIT: Final = re.compile(
    r"(?:填报|填表|上报|报送|制表)?(?:单位|村)(?:名称)?(?:[(](?:盖章|公章|签章)[)])?[:](.+)"
)
# What is set apart within one cell.
_APART: Final = re.compile(r"\s{2,}|\n")
_TITLE: Final = re.compile(
    r"(.+?(?:村|社区|居委会|居民委员会|嘎查))(?:\d{4}年度?)?[一-鿿]{0,12}(?:名册|名单|台账|表)(?:[(].*[)])?"
)
# Other places before it, several villages, or villages of a kind: `农村`, `全村`, `贫困村`.
_NO_NAME: Final = re.compile(
    r"[省市县乡镇旗州盟、,;和及与\d]|.区.*(?:村|区)$|(?:农|贫困|脱贫|全|本|各|该|我|驻|包|整|示范|出列|帮扶"
    r"|行政|自然|建制|所在|重点|城)村"
)
_GROUP: Final = re.compile(rf"第?[{_DIGITS}]+(?:组|社|村民小组|小组)")


class PlaceRow(NamedTuple):
    """What a row names.

    Attributes:
        field: `village` or `group`.
        name: of the place.
    """

    field: str
    name: str


def place_row(text: str) -> PlaceRow | None:
    """The place that a cell names which stands alone in its row, if it names one.

    Args:
        text: of the cell, without spaces, its punctuation half-width.

    >>> place_row("一、青杨村(2户)"), place_row("青杨村:共2户5人"), place_row("第三组")
    (PlaceRow(field='village', name='青杨村'), PlaceRow(field='village', name='青杨村'), PlaceRow(field='group', name='第三组'))
    >>> place_row("村名:青杨"), place_row("张三"), place_row("3")
    (PlaceRow(field='village', name='青杨'), None, None)
    """
    bare = _HOW_MANY.sub("", _COUNTED.sub("", text))
    if _GROUP.fullmatch(bare):
        return PlaceRow(GROUP, bare)
    said = _SAID.fullmatch(bare)
    name = said[1] if said else village_of(bare)
    return PlaceRow(VILLAGE, name) if name else None


def village_above(lines: Iterable[str]) -> str:
    """The village that the lines above a header name, where they name one and no other.

    Where a county or township goes before it, it is not clear where the village's name begins.

    Args:
        lines: the texts of their cells.

    >>> village_above(["学堂山村2015年贫困户花名册", "单位：元"]), village_above(["填报单位（盖章）：石磨村委会    2015年"])
    ('学堂山村', '石磨村委会')
    >>> village_above(["农村低保花名册"]), village_above(["示例县示例镇石磨村花名册"]), village_above(["甲村、乙村名单"])
    ('', '', '')
    """
    found = set()
    for part in (plain(part) for line in lines for part in _APART.split(line)):
        said = _SAID.fullmatch(part)
        told = _UNIT.fullmatch(part) or _TITLE.fullmatch(part)
        name = said[1] if said else village_of(told[1] if told else part)
        if name and not _NO_NAME.search(name):
            found.add(name)
    return found.pop() if len(found) == 1 else ""


class Places:
    """The place of each row: that of its sheet, or of the nearest row above it that names one.

    Args:
        of_sheet: what is known of all rows, by field.
        rows: the rows that name a place.

    >>> places = Places({}, {3: PlaceRow("village", "甲村"), 4: PlaceRow("group", "一组"), 9: PlaceRow("village", "乙村")})
    >>> places.of(2), places.of(5), places.of(10)
    ({}, {'village': '甲村', 'group': '一组'}, {'village': '乙村'})
    """

    def __init__(self, of_sheet: Mapping[str, str], rows: Mapping[int, PlaceRow]) -> None:
        self._rows, self._known = [0], [of_sheet]
        for row, (field, name) in sorted(rows.items()):
            # A group is of the village above it, and ends where another village begins.
            above = {} if field == VILLAGE else self._known[-1]
            self._rows.append(row)
            self._known.append({**above, field: name})

    def of(self, row: int) -> Mapping[str, str]:
        """The place of a row, by field."""
        return self._known[bisect_right(self._rows, row) - 1]
