"""A value in words: truths, numbers with their units, days and codes as people write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from shibie.bounds import INFINITE, Bounds
from shibie.case import Value
from shibie.errors import Lang, Words
from shibie.words.lists import joined
from shibie.words.terms import UNKNOWN


def plain(value: Value, lang: Lang) -> str:
    """A value as people write it, without its unit."""
    match value:
        case None:
            return UNKNOWN.say(lang)
        case bool():
            return (Words("是", "yes") if value else Words("否", "no")).say(lang)
        case int() | Decimal():
            return f"{Decimal(value):,f}"
        case Bounds(least=least, most=most):
            low, high = (plain(end, lang) for end in (least, most))
            if most == INFINITE:
                return Words(f"不少于 {low}", f"at least {low}").say(lang)
            if least == -INFINITE:
                return Words(f"不超过 {high}", f"at most {high}").say(lang)
            return Words(f"{low} 至 {high}", f"{low} to {high}").say(lang)
        case date():
            return Words(f"{value.year} 年 {value.month} 月 {value.day} 日", value.isoformat()).say(
                lang
            )
        case frozenset():
            nothing = Words("无", "none").say(lang)
            return joined(sorted(value), lang) or nothing
        case _:
            return value


def amount(value: Value, lang: Lang = "zh", unit: str = "") -> str:
    """A value as people write it.

    >>> amount(Decimal("2310.00"), unit="元/人·年"), amount(True), amount(None)
    ('2,310.00 元', '是', '未知')
    >>> amount(Bounds(2, 3), unit="人"), amount(Bounds(Decimal("-Infinity"), 3), "en")
    ('2 至 3 人', 'at most 3')
    """
    text = plain(value, lang)
    shown = unit.split("/")[0]
    known_number = isinstance(value, int | Decimal | Bounds) and not isinstance(value, bool)
    return f"{text} {shown}" if shown and known_number else text
