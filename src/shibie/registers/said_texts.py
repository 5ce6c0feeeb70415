"""Texts as `or_match` compares them: whole, or as far as they are shown.

Registers hide names as they hide numbers (`赵*强`, `赵某某`), name several people in one cell, and
put remarks behind a name. What is not said of a name is unknown: it never tells that a row is
about somebody else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shibie.case import Value
from shibie.plain_text import plain
from shibie.registers.masked_numbers import tells_apart
from shibie.registers.same_values import SaidValue, said_value
from shibie.ruleset.model import Register
from shibie.vocabulary import folded

# The field of a person's name: names are written in ways in which villages and streets are not.
NAME: Final = "name"

# What stands for letters that are not shown; an X may be a letter, but then it tells less.
SIGNS: Final = "*#?_×xX●○■□△某"
# Behind these stands a remark or how many others.
_REMARK: Final = re.compile(rf"[{re.escape(SIGNS)}(\[【〔{{<《]|等\d*[人户]?$")
# Between several names.
_SEVERAL: Final = re.compile(r"[、,;/&+|\n]")
# How somebody is addressed of whom no more than the surname is told.
ADDRESSED: Final = "(?:先生|女士|小姐|同志|师傅|老板)$"
# No part of a name: that, a number in a list, a telephone, a plate from the next column. A digit
# or two behind a name tell one person from another of that name.
_NO_NAME: Final = re.compile(rf"^\d+(?:[^\w]|$)|(?<=[^\w])\d|\d{{5,}}|{ADDRESSED}")
# Several names with spaces between them; of a name and a surname that are set apart one is one letter.
_SPACED_NAMES: Final = re.compile(r"[\u4e00-\u9fff]{2,4}(?: +[\u4e00-\u9fff]{2,4})+")
# A name in the cell of the number, where the cells of a row have slipped or were exchanged; words
# for why there is no number are none.
_LIKE_NAME: Final = re.compile(r"[\u4e00-\u9fff]{2,4}")
_WHY_NONE: Final = re.compile(r"[无未没不丢失缺空证待查籍补]")


# How much of a value is known: all of it, nothing, or so many letters of its beginning.
WHOLE: Final = -1
NOTHING: Final = 0


@dataclass(frozen=True)
class SaidText:
    """What a row says in a column.

    Attributes:
        text: the value as it is compared, or what is shown of its beginning; None for nothing.
        known: WHOLE, NOTHING, or how many letters of the beginning are shown.
    """

    text: Value = None
    known: int = NOTHING

    def fits(self, mine: Value) -> bool:
        """Whether it does not speak against what a person says (None: nothing)."""
        if mine is None or self.known == NOTHING:
            return True
        return self.text == (mine if self.known == WHOLE else str(mine)[: self.known])


def tells_nobody_apart(shown: str, said: Iterable[SaidText]) -> bool:
    """Whether a row may be about anybody whom its number fits: nothing else that it says tells.

    Args:
        shown: what it shows of a number (`masked_numbers.visible`), empty for nothing.
        said: what it says for each pair of `or_match`; a beginning alone does not count.
    """
    whole = any(text.known == WHOLE for text in said)
    return not whole and not (shown and tells_apart(shown))


def alike(value: Value) -> Value:
    """A value as it is compared: of a text its letters and digits alone.

    >>> alike("阿依古丽· 买买提") == alike("阿依古丽•买买提")
    True
    """
    if not isinstance(value, str):
        return value
    return "".join(char for char in folded(value) if char.isalnum()) or None


def said_by_row(value: Value, of_name: bool = False) -> SaidText:
    """What a row says; nothing where it may name any of several.

    Args:
        value: of a column.
        of_name: whether it is to be a person's name.

    >>> said_by_row("赵国强"), said_by_row("赵*强")
    (SaidText(text='赵国强', known=-1), SaidText(text='赵', known=1))
    >>> said_by_row("***"), said_by_row("赵国强、钱秀英")
    (SaidText(text=None, known=0), SaidText(text=None, known=0))
    >>> said_by_row("赵国强 13900000000", of_name=True), said_by_row("3组")
    (SaidText(text='赵国强', known=3), SaidText(text='3组', known=-1))
    """
    if of_name and isinstance(value, str) and _SPACED_NAMES.fullmatch(plain(value)):
        return SaidText()
    said = _said(value, of_name)
    if of_name and said.known == WHOLE and len(str(said.text)) == 1:
        return SaidText(said.text, 1)  # A surname alone is the beginning of a name.
    return said


def said_by_register(
    register: Register, values: Mapping[str, Value], written: str
) -> dict[str, SaidText]:
    """What a row of a register says for each pair of `or_match`, by the person's field.

    Args:
        register: says which columns are held against which fields.
        values: of the row.
        written: what stands in the cell of the number where that is no usable number.
    """
    slipped = looks_like_name(written)
    return {
        field: SaidText()
        if slipped and field == NAME
        else said_by_row(values.get(column), of_name=field == NAME)
        for field, column in register.or_match
    }


def looks_like_name(written: str) -> bool:
    """Whether a name stands where a citizen number should: then what is in its own column is none.

    >>> looks_like_name("赵国强"), looks_like_name("无证件"), looks_like_name("5119")
    (True, False, False)
    """
    text = plain(written)
    return bool(_LIKE_NAME.fullmatch(text)) and not _WHY_NONE.search(text)


def _said(value: Value, of_name: bool) -> SaidText:
    if not isinstance(value, str):
        return SaidText() if value is None else SaidText(value, WHOLE)
    written = plain(value)
    if _SEVERAL.search(written):
        return SaidText()
    cuts = [each.search(written) for each in ((_REMARK, _NO_NAME) if of_name else (_REMARK,))]
    shown = min((cut.start() for cut in cuts if cut), default=None)
    text = alike(written if shown is None else written[:shown])
    if text is None:
        return SaidText()
    return SaidText(text, WHOLE if shown is None else len(str(text)))


@lru_cache(maxsize=4096)
def said_as_shown(value: Value) -> SaidValue | None:
    """How what a row says is compared with what another one says; None for a blank.

    Two that are written alike are one; others may be one unless what both show differs.

    >>> said_as_shown("赵国强").same_as(said_as_shown("赵国强等2人")) is None
    True
    >>> said_as_shown("赵国强(户主)").same_as(said_as_shown("钱秀英"))
    False
    >>> said_as_shown("赵*强").same_as(said_as_shown("赵国明"))
    False
    """
    said = said_value(value)
    if said is None or said_by_row(value).known == WHOLE:
        return said
    written = plain(str(value))
    marks = [] if _SEVERAL.search(written) else list(_REMARK.finditer(written))
    first = said_value(written[: marks[0].start()]) if marks else None
    # Signs hide the middle of a name; behind brackets and `等` nothing of it is shown.
    hidden = all(mark[0] in SIGNS for mark in marks) and not _REMARK.search(said.last)
    last = said.last if marks and hidden and not said.whole else ""
    return SaidValue(said.exact, first.first if first else "", last, whole=False, of_name=True)


def said_by_person(value: Value, of_name: bool = False) -> Value:
    """What a person or household says, as it is compared; None where it is not all shown.

    >>> said_by_person("赵 国强"), said_by_person("赵*强"), said_by_person("赵国强2", of_name=True)
    ('赵国强', None, '赵国强2')
    """
    said = _said(value, of_name)
    return said.text if said.known == WHOLE else None
