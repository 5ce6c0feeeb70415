"""What agrees and what differs of a pair, in words; numbers are never shown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shibie.errors import Lang, Words
from shibie.linkage.entries import Entry
from shibie.linkage.near_names import is_near
from shibie.linkage.scoring import Scored
from shibie.words.lists import bracketed, joined

# What a level says, and whether it speaks for the pair.
_SAID: Final[Mapping[tuple[str, str], tuple[Words, bool]]] = {
    ("name", "same"): (Words("姓名相同", "same name"), True),
    ("name", "sound"): (Words("姓名同音", "name of the same sound"), True),
    ("name", "near"): (Words("姓名读音相近", "name of nearly the same sound"), True),
    ("name", "surname"): (Words("姓同、名不同", "only the family name is the same"), False),
    ("name", "other"): (Words("姓名不同", "another name"), False),
    ("shown", "fits"): (Words("姓名露出的字相同", "name the same as far as it is shown"), True),
    ("shown", "other"): (Words("姓名露出的字不同", "name differs in what is shown"), False),
    ("birth", "same"): (Words("出生日期相同", "same date of birth"), True),
    ("birth", "slip"): (
        Words("出生日期只差一个数字或两位颠倒", "date of birth differs in one digit, or two exchanged"), True
    ),
    ("birth", "year_shown"): (Words("出生年份相同", "same year of birth"), True),
    ("birth", "year"): (
        Words("出生年份相同、月日不同", "same year of birth, another day"), False
    ),
    ("birth", "other"): (Words("出生年月不同", "another date of birth"), False),
    ("last", "same"): (
        Words("证件号码末四位相同", "same last four places of the number"), True
    ),
    ("last", "other"): (
        Words("证件号码末四位不同", "other last four places of the number"), False
    ),
    ("sex", "same"): (Words("性别相同", "same sex"), True),
    ("sex", "other"): (Words("性别不同", "other sex"), False),
    ("village", "same"): (Words("村相同", "same village"), True),
    ("village", "other"): (Words("村不同", "another village"), False),
    ("grouped", "same"): (Words("组相同", "same group"), True),
    ("grouped", "other"): (Words("组不同", "another group"), False),
    ("others", "two"): (
        Words("同户另有两个以上同名的人", "two or more others of the household have the same names"), True
    ),
    ("others", "one"): (
        Words("同户另有一个同名的人", "another one of the household has the same name"), True
    ),
    ("others", "none"): (
        Words("同户没有别的同名的人", "nobody else of the household has the same name"), False
    ),
    ("roles", "married"): (
        Words("一处是女儿，一处是妻子或儿媳", "daughter in one, wife or daughter-in-law in the other"), True
    ),
    ("shared", "three"): (Words("三个以上的人同名", "three or more persons of the same names"), True),
    ("shared", "two"): (Words("两个人同名", "two persons of the same names"), True),
    ("covered", "all"): (Words("人少的一户全在另一户里", "all of the smaller one are in the other"), True),
    ("covered", "part"): (Words("两户各有别的人", "each has others, too"), False),
    ("heads", "same"): (Words("户主同名", "heads of the same name"), True),
    ("heads", "exchanged"): (
        Words("户主与配偶互换", "head and spouse are exchanged"), True
    ),
    ("heads", "other"): (Words("户主不同", "other heads"), False),
}  # fmt: skip
# In a cell with several names nobody is told to be of one household.
_IN_CELL: Final = {
    "two": Words("同一格里另有两个以上他家的人", "two or more others of the household are in the cell"),
    "one": Words("同一格里另有一个他家的人", "another one of the household is in the cell"),
    "none": Words("同一格里的别人不是他家的", "the others in the cell are not of the household"),
}  # fmt: skip
_ONE_LETTER: Final = Words("姓名一字之差", "name differs in one letter")


def agreements(
    pair: Scored, one: Entry | None, other: Entry | None, lang: Lang, in_cell: bool = False
) -> tuple[str, str]:
    """What agrees and what differs, each as a list in words.

    Args:
        pair: with its levels.
        one: what was compared; None of households.
        other: likewise.
        lang: the language.
        in_cell: whether those named with the first are in the cell of its name.
    """
    alike: list[str] = []
    unlike: list[str] = []
    for aspect, level in pair.levels.items():
        if (aspect, level) not in _SAID:
            continue
        words, speaks_for = _SAID[aspect, level]
        if aspect == "others" and in_cell:
            words = _IN_CELL[level]
        if one and other and aspect == "name" and level == "near":
            words = _ONE_LETTER if is_near(one.name.text, other.name.text) else words
        text = words.say(lang)
        if one and other and aspect == "birth" and level == "other":
            years = [each.birth[:4] for each in (one, other)]
            text += bracketed(joined(years, lang), lang) if years[0] != years[1] else ""
        (alike if speaks_for else unlike).append(text)
    return joined(alike, lang), joined(unlike, lang)
