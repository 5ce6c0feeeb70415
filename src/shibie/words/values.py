"""A value in words: truths, numbers with their units, days and codes as people write them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import cast

from shibie.bounds import INFINITE, Bounds
from shibie.case import Value
from shibie.engines.exact import rounded
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
        case int() | Decimal() | Bounds():
            return _number(value, lang)
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
    >>> amount(Bounds(2, 3), unit="元"), amount(Bounds(Decimal("-Infinity"), 3), "en")
    ('2.00 至 3.00 元', 'at most 3')
    """
    shown = unit.split("/")[0]
    if not shown or isinstance(value, bool) or not isinstance(value, int | Decimal | Bounds):
        return plain(value, lang)
    return f"{_number(value, lang, cents=shown in currencies)} {shown}"


def reckoned(
    value: Value, lang: Lang = "zh", unit: str = "", currencies: Collection[str] = CURRENCIES
) -> str:
    """A value that was worked out, as people write it; money to two decimals, the nearest.

    >>> reckoned(Decimal("1066.005"), "en", "$/month"), reckoned(Decimal("-0.125"), unit="元")
    ('1,066.01 $', '-0.13 元')
    >>> reckoned(Decimal("0.125"), unit="亩"), reckoned(Bounds(Decimal("0.125"), 3), unit="元")
    ('0.125 亩', '0.13 至 3.00 元')
    """
    money = unit.split("/")[0] in currencies
    return amount(in_cents(value) if money else value, lang, unit, currencies)


def in_cents(value: Value) -> Value:
    """An amount to two decimals, halves away from zero; what is no number as it is.

    >>> in_cents(Decimal("2854.995")), in_cents(3), in_cents(None)
    (Decimal('2855.00'), 3, None)
    """
    match value:
        case Decimal() if value.is_finite():
            return rounded(value, 2)
        case Bounds(least, most):
            return Bounds(cast("Decimal", in_cents(least)), cast("Decimal", in_cents(most)))
        case _:
            return value


def _number(value: int | Decimal | Bounds, lang: Lang, cents: bool = False) -> str:
    """A number, or its bounds in words."""
    if not isinstance(value, Bounds):
        text = f"{Decimal(value):,f}"
        whole, _, part = text.partition(".")
        return f"{whole}.{part:0<2}" if cents else text
    if value.most == INFINITE:
        low = _number(value.least, lang, cents)
        return Words(f"不少于 {low}", f"at least {low}").say(lang)
    high = _number(value.most, lang, cents)
    if value.least == -INFINITE:
        return Words(f"不超过 {high}", f"at most {high}").say(lang)
    low = _number(value.least, lang, cents)
    return Words(f"{low} 至 {high}", f"{low} to {high}").say(lang)


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
