"""Text as it is compared: one spelling for what looks alike or differs in nothing to be seen.

Text copied from PDF files, web pages and scans is full of look-alikes: `⺠` (a radical) for
`民`, full-width digits, spaces without width. Whatever two people cannot tell apart on a screen
is one text here, wherever text is read: cells, names, codes, headers, numbers of households.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby
from typing import Final

# Radicals and strokes that Unicode's own compatibility forms (NFKC) leave as they are, each before
# the character that it looks like: from Unicode's list of equivalent unified ideographs.
_RADICALS: Final = (
    "⺁厂⺂乛⺃乚⺄乙⺅亻⺆冂⺇𠘨⺈刀⺉刂⺊卜⺋㔾⺌小⺍小⺎兀⺏尣⺐尢⺑𡯂⺒巳⺓幺⺔彑⺕彐⺖忄⺗心⺘扌⺙攵⺛旡⺜日⺝月⺞歺⺠民"
    "⺡氵⺢氺⺣灬⺤爫⺥爫⺦丬⺧牛⺨犭⺩王⺪𤴔⺫目⺬示⺭礻⺮𥫗⺯糹⺰纟⺱罓⺲罒⺳㓁⺴冗⺵𦉫⺶羊⺷𦍌⺸𦍋⺹耂⺺肀⺻聿⺼肉⺽𦥑⺾艹"
    "⺿艹⻀艹⻁虎⻂衤⻃覀⻄西⻅见⻆角⻇𧢲⻈讠⻉贝⻊𧾷⻋车⻌辶⻍辶⻎辶⻏邑⻐钅⻑長⻒镸⻓长⻔门⻕𨸏⻖阝⻗雨⻘青⻙韦⻚页⻛风⻜飞"
    "⻝食⻞𩙿⻟飠⻠饣⻡𩠐⻢马⻣骨⻤鬼⻥鱼⻦鸟⻧卤⻨麦⻩黄⻪黾⻫斉⻬齐⻭歯⻮齿⻯竜⻰龙⻱龜⻲亀"
    "㇆𠃌㇏乀㇐一㇑丨㇒丿㇓丿㇔丶㇕𠃍㇖乛㇗𠃊㇘𠃎㇙𠄌㇚亅㇛𡿨㇜𠃋㇝乀㇞𠃑㇟乚㇠乙㇡𠄎"
)
# Of these, fonts of the mainland show the simplified character, not the one of Unicode's list.
_OF_THE_MAINLAND: Final = "\u2f3e户\u2fad青\u2fc8黄"
_UNSEEN: Final = (
    # Orders to terminals and printers; the first of them marks cells for SQL.
    (0x02, 0x08), (0x0E, 0x1B), (0x7F, 0x84), (0x86, 0x9F),
    (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x200B, 0x200F), (0x202A, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164),
    (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xE0100, 0xE01EF),
)  # fmt: skip
# What is not to be seen: orders, no width, directions of writing, variants of a glyph.
INVISIBLE: Final = frozenset(chr(code) for low, high in _UNSEEN for code in range(low, high + 1))
# The same as the inside of a class of a regular expression.
UNSEEN_CLASS: Final = "".join(
    f"\\u{low:04x}-\\u{high:04x}" if high < 0x10000 else f"{chr(low)}-{chr(high)}"
    for low, high in _UNSEEN
)
_LOOKS_LIKE: Final = str.maketrans(
    dict(zip(_RADICALS[::2], _RADICALS[1::2], strict=True))
    | dict(zip(_OF_THE_MAINLAND[::2], _OF_THE_MAINLAND[1::2], strict=True))
    | dict.fromkeys(INVISIBLE, "")
)
# Letters of other scripts that nobody can tell from Latin ones, and these.
_CYRILLIC: Final = ("АВСЕНІЈКМОРЅТУХаеіјорсѕхуԁԛԝ", "ABCEHIJKMOPSTYXaeijopcsxydqw")
_GREEK: Final = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονχ", "ABEZHIKMNOPTYXovx")
LOOK_ALIKE: Final = (_CYRILLIC[0] + _GREEK[0], _CYRILLIC[1] + _GREEK[1])
_LATIN: Final = str.maketrans(*LOOK_ALIKE)
# What spreadsheets and people put before a number or a day that is text.
APOSTROPHES: Final = "'’‘`"
# Most text is plain already.
_PLAIN: Final = re.compile(r"[ -~\u4e00-\u9fff]*")


def plain(text: str) -> str:
    r"""Text as it is compared: NFKC, characters for radicals, without what cannot be seen.

    Outer white space is not part of it; any inner white space that is not a line's end is a space.

    >>> plain(" 移\u2ea0\u200b ") == "移民", plain("\uff21\uff11 (甲)")
    (True, 'A1 (甲)')
    """
    if _PLAIN.fullmatch(text):
        return text.strip()
    return _normalised(text.translate(_LOOKS_LIKE)).strip()


def unspaced(text: str) -> str:
    """Plain text without white space, where that only groups what is written or sets it apart.

    >>> unspaced(" 5119 0219\u3000６ ")
    '511902196'
    """
    return "".join(plain(text).split())


def _normalised(text: str) -> str:
    # What NFKC makes may again be one of them: halves of letters, for instance.
    return unicodedata.normalize("NFKC", text).translate(_LOOKS_LIKE)


def legible(text: str) -> str:
    r"""Text as a value: as `plain`, but numbers that are written small or in rings stay.

    Nobody takes `1②号` for `12号`, nor `㈠` for `(一)`.

    >>> legible("⺠\uff12②\u200b") == "民2②"
    True
    """
    if _PLAIN.fullmatch(text):
        return text.strip()
    runs = groupby(text.translate(_LOOKS_LIKE), _is_other_number)
    parts = ["".join(run) if kept else _normalised("".join(run)) for kept, run in runs]
    return "".join(parts).strip()


def _is_other_number(char: str) -> bool:
    return unicodedata.category(char) == "No"


def latin(text: str) -> str:
    r"""Text with Latin letters for those of other scripts that look like them.

    Only for what is known to be written in Latin letters: numbers, grades, marks; names are not.

    >>> latin("\u0421\u7ea7") == "C\u7ea7"
    True
    """
    return text if text.isascii() else text.translate(_LATIN)


def seen(text: str) -> str:
    r"""Text with characters for radicals, without what cannot be seen, else as it is written.

    >>> seen("①\u200b\u2ea0") == "①民"
    True
    """
    return text if _PLAIN.fullmatch(text) else text.translate(_LOOKS_LIKE)
