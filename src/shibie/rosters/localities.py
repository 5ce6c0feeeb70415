"""Where households live, and which of them are of a village, a group or a township that is named."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from shibie.case import Value
from shibie.chinese_numbers import chinese_number
from shibie.rosters.villages import bare_village

# The fields of a locality, the wider first; each has its level.
FIELDS: Final = ("township", "village", "group")
# Whom a record may be of, from a household to the widest place.
LEVELS: Final = ("household", "group", "village", "township")
_GROUP: Final = re.compile(r"第?(\d{1,9}|[零一二三四五六七八九十百]+)(?:村民小组|小组|组|社)?")
_GROUP_SUFFIX: Final = re.compile(r"(?<=.)(?:村民小组|小组|组|社)$")


class Locality(NamedTuple):
    """A township, a village of it, a group of that; or where a household lives.

    Attributes:
        township: None where it is not known, or not named.
        village: the same.
        group: the same.
    """

    township: str | None = None
    village: str | None = None
    group: str | None = None

    @property
    def level(self) -> str:
        """The narrowest that is named."""
        named = (name for name in reversed(FIELDS) if getattr(self, name) is not None)
        return next(named, "household")

    @property
    def title(self) -> str:
        """Its name, the wider first.

        >>> Locality(village="石磨村", group="三社").title
        '石磨村三社'
        """
        return "".join(name for name in self if name is not None)

    def covers(self, home: Locality) -> bool | None:
        """Whether a household that lives somewhere is of this place; None where that is not known.

        >>> place = Locality(village="石磨", group="3组")
        >>> place.covers(Locality("示例乡", "石磨村", "第三社")), place.covers(Locality("示例乡", "石磨村"))
        (True, None)
        >>> place.covers(Locality(village="青杨村"))
        False
        """
        found: bool | None = True
        for name in FIELDS:
            mine, theirs = getattr(self, name), getattr(home, name)
            if mine is None:
                continue
            if theirs is None:
                found = None
            elif spelled_alike(name, mine) != spelled_alike(name, theirs):
                return False
        return found


@lru_cache(maxsize=100_000)
def spelled_alike(name: str, written: str) -> str:
    """What all spellings of one place have in common.

    A village is the same with and without its suffix; a group is its number, whether it is called 组
    or 社. A township is what is written: 示例乡 and 示例镇 are two.

    >>> spelled_alike("village", "石磨村委会") == spelled_alike("village", "石磨")
    True
    >>> {spelled_alike("group", text) for text in ("三组", "3组", "第三组", "三社", "03", "三")}
    {'3'}
    >>> spelled_alike("group", "大湾组"), spelled_alike("township", "示例 乡")
    ('大湾', '示例乡')
    """
    plain = "".join(written.split())
    if name == "village":
        return bare_village(plain)
    if name != "group":
        return plain
    numbered = _GROUP.fullmatch(plain)
    if numbered:
        digits = numbered[1]
        number = int(digits) if digits.isdigit() else chinese_number(digits)
        if number is not None:
            return str(number)
    return _GROUP_SUFFIX.sub("", plain)


def locality_of(values: Mapping[str, Value]) -> Locality:
    """Where a row says that a household lives, or of what place a record is.

    A pack may have a number under such a name, which is no place.
    """
    found = (values.get(name) for name in FIELDS)
    return Locality(*(value if isinstance(value, str) else None for value in found))
