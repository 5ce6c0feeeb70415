"""Names as linkage compares them: by letters, by sound, and as far as they are shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from shibie.case import Value
from shibie.plain_text import plain
from shibie.registers.said_texts import SIGNS, alike

# Family names of two letters; all others have one.
_COMPOUND: Final = re.compile(
    "欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠"
    "|公孙|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|闾丘|子车|亓官|司寇|巫马|公西|令狐|百里|呼延|东郭|南门|羊舌|微生"
    "|歐陽|司馬|東方|諸葛|長孫|鮮于"
)
# Letters that are read otherwise as family names than in most words.
_AS_SURNAME: Final[Mapping[str, str]] = {
    "曾": "zeng", "单": "shan", "單": "shan", "仇": "qiu", "解": "xie", "任": "ren", "区": "ou",
    "區": "ou", "查": "zha", "盖": "ge", "华": "hua", "朴": "piao", "冼": "xian", "覃": "qin",
    "翟": "zhai", "召": "shao", "员": "yun", "种": "chong", "繁": "po", "乐": "yue", "纪": "ji",
    "缪": "miao", "那": "na", "折": "she", "谌": "chen", "晁": "chao", "尉": "wei", "长": "zhang",
}  # fmt: skip
_HAN: Final = re.compile(r"[\u3400-\u9fff]")
# Between several names of one cell.
_SEVERAL: Final = re.compile(r"[、,;/&+|\n，；]|(?<=[\u4e00-\u9fff]{2}) +(?=[\u4e00-\u9fff]{2})")
# Behind these stands a remark, or how many others.
_REMARK: Final = re.compile(r"[(\[【〔{<《（].*|等\d*[人户]?$", re.DOTALL)
_NO_NAME: Final = re.compile(r"\d{5,}|(?:先生|女士|小姐|同志|师傅|老板)$")


@dataclass(frozen=True)
class ComparedName:
    """A name as it is compared.

    Attributes:
        text: its letters, all of them; empty where some are hidden.
        shown: of a name with hidden letters, a regular expression of what it may be; else empty.
        surname: the family name as it sounds; empty where it is not known.
    """

    text: str = ""
    shown: str = ""
    surname: str = ""

    @property
    def sound(self) -> str:
        """The whole name in pinyin without tones; empty where some letters are hidden."""
        return sound(self.text) if self.text else ""


def names_in(value: Value) -> Iterator[ComparedName]:
    """The names that a cell holds: one, or several with commas between them.

    >>> [each.text for each in names_in("赵国强、钱秀英(户主)")]
    ['赵国强', '钱秀英']
    >>> [(each.text, each.shown) for each in names_in("赵*强")]
    [('', '赵.+强')]
    """
    if not isinstance(value, str):
        return
    for part in _SEVERAL.split(plain(value)):
        name = _name(_NO_NAME.sub("", _REMARK.sub("", part)))
        if name is not None:
            yield name


def _name(written: str) -> ComparedName | None:
    signs = SIGNS if _HAN.search(written) else SIGNS.replace("x", "").replace("X", "")
    letters = "".join(
        "." if char in signs else char for char in written if char in signs or char.isalnum()
    )
    if "." not in letters:
        text = alike(letters)
        if not isinstance(text, str):
            return None
        if len(text) == 1:  # A family name alone.
            return ComparedName("", f"{text}.+", surname_sound(text))
        spaced = "" if _HAN.search(text) else written.split()[0].lower()
        return ComparedName(text, "", spaced or surname_sound(text))
    if not letters.strip("."):
        return None
    first = letters.partition(".")[0]
    return ComparedName("", re.sub(r"\.+", ".+", letters), surname_sound(first) if first else "")


@lru_cache(maxsize=200_000)
def sound(text: str) -> str:
    """A name in pinyin without tones and spaces; what is in Latin letters stays.

    >>> sound("张勇") == sound("章永") == sound("Zhang Yong"), sound("单德贵")
    (True, 'shandegui')
    """
    from shibie.linkage.libraries import pypinyin

    surname = surname_of(text)
    rest = text[len(surname) :]
    said = "".join(pypinyin.lazy_pinyin(rest))
    return "".join(char for char in (surname_sound(surname) + said).lower() if char.isalnum())


def surname_of(text: str) -> str:
    """The family name of a name in Chinese.

    >>> surname_of("鲜于德贵"), surname_of("王伟")
    ('鲜于', '王')
    """
    return text[:2] if len(text) > 2 and _COMPOUND.match(text) else text[:1]


def surname_sound(text: str) -> str:
    """How the family name of a name sounds.

    >>> surname_sound("曾国强"), surname_sound("章永")
    ('zeng', 'zhang')
    """
    return _surname_sound(surname_of(text))


@lru_cache(maxsize=10_000)
def _surname_sound(surname: str) -> str:
    from shibie.linkage.libraries import pypinyin

    return _AS_SURNAME.get(surname) or "".join(pypinyin.lazy_pinyin(surname))
