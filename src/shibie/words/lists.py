"""Lists in prose, joined in one way everywhere."""

from __future__ import annotations

from collections.abc import Iterable

from shibie.errors import Lang, Words

_COMMA, _CLAUSE = Words("、", ", "), Words("；", "; ")
_AND, _OR = Words("和", " and "), Words("或", " or ")


def joined(items: Iterable[str], lang: Lang = "zh") -> str:
    """A plain list; what is empty is left out.

    >>> joined(["车辆", "", "房产"]), joined(["vehicles", "houses"], "en")
    ('车辆、房产', 'vehicles, houses')
    """
    return _COMMA.say(lang).join(filter(None, items))


def both(items: Iterable[str], lang: Lang = "zh") -> str:
    """A list of which every one is meant.

    >>> both(["甲", "乙", "丙"]), both(["a", "b", "c"], "en")
    ('甲、乙和丙', 'a, b and c')
    """
    return _ending(items, _AND, lang)


def either(items: Iterable[str], lang: Lang = "zh") -> str:
    """A list of which one is meant.

    >>> either(["C", "D"]), either(["C"], "en")
    ('C或D', 'C')
    """
    return _ending(items, _OR, lang)


def clauses(items: Iterable[str], lang: Lang = "zh") -> str:
    """Parts of a sentence that have commas of their own.

    >>> clauses(["有房，有车", "有公职"]), clauses(["a, b", "c"], "en")
    ('有房，有车；有公职', 'a, b; c')
    """
    return _CLAUSE.say(lang).join(filter(None, items))


def labelled(label: str, text: str, lang: Lang = "zh") -> str:
    """What something is said to be, after its name.

    >>> labelled("年龄", "40"), labelled("age", "40", "en")
    ('年龄：40', 'age: 40')
    """
    return f"{label}{Words('：', ': ').say(lang)}{text}"


def bracketed(text: str, lang: Lang = "zh") -> str:
    """An aside.

    >>> bracketed("从略"), bracketed("withheld", "en")
    ('（从略）', '(withheld)')
    """
    return f"（{text}）" if lang == "zh" else f"({text})"


def _ending(items: Iterable[str], word: Words, lang: Lang) -> str:
    *most, last = list(filter(None, items)) or [""]
    return f"{joined(most, lang)}{word.say(lang)}{last}" if most else last


def counted(number: int, word: str) -> str:
    """How many, as it is said in Chinese: up to ten in characters.

    >>> counted(2, "个"), counted(8, "个"), counted(12, "个")
    ('两个', '八个', '12 个')
    """
    said = "零一两三四五六七八九十"
    return f"{said[number]}{word}" if number < len(said) else f"{number} {word}"
