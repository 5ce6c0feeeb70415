"""A value in words: truths, numbers with their units, days and codes as people write them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from shibie.case import Value
from shibie.errors import Lang, Words
from shibie.ruleset.model import RuleSet
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
        case date():
            return Words(f"{value.year} 年 {value.month} 月 {value.day} 日", value.isoformat()).say(
                lang
            )
        case frozenset():
            nothing = Words("无", "none").say(lang)
            return joined(sorted(value), lang) or nothing
        case _:
            return value


# Units of money in any pack; a pack's own money fields name others.
CURRENCIES = frozenset(("元", "$", "USD", "Rs", "INR", "R$", "BRL", "€", "EUR", "£", "GBP"))


def amount(
    value: Value, lang: Lang = "zh", unit: str = "", currencies: Collection[str] = CURRENCIES
) -> str:
    """A value as people write it; money always with its unit and two decimals at least.

    >>> amount(Decimal("2310.00"), unit="元/人·年"), amount(2855, unit="元/人·年"), amount(None)
    ('2,310.00 元', '2,855.00 元', '未知')
    >>> amount(True), amount(7, unit="日"), amount(Decimal("0.125"), unit="元")
    ('是', '7 日', '0.125 元')
    """
    text = plain(value, lang)
    shown = unit.split("/")[0]
    if not shown or isinstance(value, bool) or not isinstance(value, int | Decimal):
        return text
    if shown in currencies:
        whole, _, cents = text.partition(".")
        text = f"{whole}.{cents:0<2}"
    return f"{text} {shown}"


def currencies(ruleset: RuleSet) -> frozenset[str]:
    """The units in which a rule set speaks of money.

    >>> from shibie.ruleset.loader import load
    >>> "元" in currencies(load("bazhong-2015"))
    True
    """
    made: dict[str, frozenset[str]] = ruleset.__dict__
    if "_currencies" not in made:
        vocabulary, registers = ruleset.vocabulary, ruleset.registers.values()
        specs = (
            *vocabulary.household,
            *vocabulary.member,
            *(c for r in registers for c in r.columns),
        )
        money = {spec.unit.split("/")[0] for spec in specs if spec.type == "money"}
        made["_currencies"] = CURRENCIES | (money - {""})
    return made["_currencies"]
