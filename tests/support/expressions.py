"""Random well-typed conditions over the probe rule set.

Each comes as a pair: the text in the rule language, and a Python expression that means
the same on complete data. The Python side shares no code with the product: collections
become generator expressions over plain dicts, rounding is done on fractions. How each operator
is drawn stands in `support.ways`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from support import values
from support.chance import ByHypothesis
from support.parts import PERSON, TOP, Where
from support.values import AS_OF as AS_OF


@dataclass(frozen=True)
class Both:
    """The same thing in the rule language and in Python.

    Attributes:
        near: of a number, the pool that its values are from.
    """

    text: str
    python: str
    near: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Made:
    """A pair that was made on the way, and where it stands."""

    both: Both
    where: Where


def _named(names: str, of: str, near: tuple[str, ...] = ()) -> list[Both]:
    return [Both(name, f"{of}['{name}']", near) for name in names.split()]


_HOUSEHOLD: dict[str, list[Both]] = {
    "number": [
        *_named("wage_income spending", "h", values.MONEY),
        *_named("rooms", "h", values.COUNTS),
        *_named("area", "h", values.AREAS),
        Both("自付支出", "h['spending']", values.MONEY),
        Both("total", "(h['wage_income'] + h['spending'])", values.MONEY),
        Both(
            "per_head", "quotient(h['wage_income'] + h['spending'], len(members), 2)", values.MONEY
        ),
        Both("earners", "sum(m['wage'] > 0 for m in members)", values.COUNTS),
        Both("line", "D('2855.5')", values.MONEY),
        Both("regional", "(D('100') if h['province'] == '云南' else D('200.25'))"),
    ],
    "bool": [
        Both("flag", "h['flag']"),
        Both("标记", "h['flag']"),
        Both("不愁吃", "h['food_secure']"),
        Both("low", "(quotient(h['wage_income'] + h['spending'], len(members), 2) < D('2855.5'))"),
        Both("owns_vehicle", "owned()"),
    ],
    "date": [Both("visited_on", "h['visited_on']"), Both("as_of", "as_of")],
    "code": _named("level province", "h"),
    "codes": _named("risks", "h"),
}
_MEMBER: dict[str, list[Both]] = {
    "number": [
        *_named("wage", "m", values.MONEY),
        *_named("work_months", "m", values.MONTHS),
        *_named("age", "m", values.AGES),
        Both("household.rooms", "h['rooms']", values.COUNTS),
        Both("户.自付支出", "h['spending']", values.MONEY),
    ],
    "bool": [
        *_named("receives_dibao", "m"),
        Both("earning", "(m['wage'] > 0)"),
        Both("on_payroll", "paid(m)"),
        Both("household.flag", "h['flag']"),
    ],
    "date": [*_named("since", "m"), Both("as_of", "as_of")],
    "code": _named("role sex", "m"),
    "codes": _named("health", "m"),
}
_VEHICLES: dict[str, list[Both]] = {
    "number": [
        *_named("value", "r", values.MONEY),
        Both("household.area", "h['area']", values.AREAS),
    ],
    "bool": [Both("household.flag", "h['flag']")],
    "date": [Both("household.visited_on", "h['visited_on']")],
    "code": [*_named("kind", "r"), Both("车型", "r['kind']")],
    "codes": [Both("household.risks", "h['risks']")],
}
_ACCOUNTS: dict[str, list[Both]] = {
    "number": _named("balance", "r", values.MONEY),
    "bool": _named("active", "r"),
    "date": [*_named("opened_on", "r"), Both("as_of", "as_of")],
    "code": _named("bank", "r"),
    "codes": [],
}  # fmt: skip
# What a row sees besides, where its register is that of the member at hand.
_OWNER: dict[str, list[Both]] = {
    "number": [
        Both("member.age", "m['age']", values.AGES), Both("本人.wage", "m['wage']", values.MONEY),
    ],
    "bool": [Both("member.earning", "(m['wage'] > 0)")],
    "date": [Both("member.since", "m['since']")],
    "code": [Both("member.role", "m['role']")],
    "codes": [Both("member.health", "m['health']")],
}  # fmt: skip


def _also(names: dict[str, list[Both]]) -> dict[str, list[Both]]:
    return {kind: [*found, *_OWNER[kind]] for kind, found in names.items()}


# What has a name in each place, by kind of value; Python sees dicts h, m, r.
NAMES: dict[Where, dict[str, list[Both]]] = {
    TOP: _HOUSEHOLD,
    PERSON: _MEMBER,
    Where("vehicles"): _VEHICLES,
    Where("accounts"): _ACCOUNTS,
    Where("vehicles", "member"): _also(_VEHICLES),
    Where("accounts", "member"): _also(_ACCOUNTS),
}
CODES = {
    "level": ("甲", "乙", "丙"), "role": ("甲", "乙"), "sex": ("男", "女"), "kind": ("轿车", "货车", "摩托"),
    "车型": ("轿车", "货车", "摩托"), "risks": ("因病", "因灾", "因学"), "province": ("云南", "四川", "贵州"),
    "health": ("健康", "长期慢性病", "患有大病", "残疾"), "bank": ("农行", "财政"),
}  # fmt: skip


@dataclass(frozen=True)
class Items:
    """A collection: its text, the Python iterable and item, and where its items are."""

    text: str
    python: str
    item: str
    where: Where


_IN_HOUSEHOLD = [
    Items("members", "members", "m", PERSON),
    Items("vehicles", "rows('vehicles')", "r", Where("vehicles")),
    Items("accounts", "rows('accounts')", "r", Where("accounts")),
]
_AROUND = [
    Items("household.members", "members", "m", PERSON),
    Items("household.accounts", "rows('accounts')", "r", Where("accounts")),
]
_OF_MEMBER = [Items("member.accounts", "m['accounts']", "r", Where("accounts", "member"))]
COLLECTIONS: dict[Where, list[Items]] = {
    TOP: _IN_HOUSEHOLD,
    PERSON: [
        Items("vehicles", "m['vehicles']", "r", Where("vehicles", "member")), *_OF_MEMBER, *_AROUND,
    ],
    Where("vehicles"): _AROUND,
    Where("accounts"): _AROUND,
    Where("vehicles", "member"): [*_AROUND, *_OF_MEMBER],
    Where("accounts", "member"): [*_AROUND, *_OF_MEMBER],
}  # fmt: skip


def conditions(
    owner: str = "household", depth: int = 3, partial: bool = False, known: bool = False
) -> st.SearchStrategy[Both]:
    """Random conditions as pairs."""
    from support.ways import Maker

    return st.composite(lambda draw: Maker(ByHypothesis(draw), partial, known).bool(owner, depth))()


# --- the Python side ----------------------------------------------------------------------


class NoValueError(Exception):
    """Python has no value for it: the least of nothing, a division by nought."""


def _exact(above: Any, below: Any) -> Fraction:
    if below == 0:
        raise NoValueError
    return Fraction(above) / Fraction(below)


def quotient(above: Any, below: Any, places: int) -> Decimal:
    """Rounding half away from zero, on exact fractions."""
    exact = _exact(above, below) * 10**places
    units = int(abs(exact) + Fraction(1, 2))
    return Decimal(units if exact >= 0 else -units).scaleb(-places)


def _floored(above: Any, below: Any, places: int) -> Decimal:
    return Decimal(math.floor(_exact(above, below) * 10**places)).scaleb(-places)


def _ceiled(above: Any, below: Any, places: int) -> Decimal:
    return Decimal(math.ceil(_exact(above, below) * 10**places)).scaleb(-places)


def whole_years(start: date, end: date) -> int:
    """Completed years, counted birthday by birthday."""
    if end < start:
        return -whole_years(end, start)
    years = 0
    while _birthday(start, years + 1) <= end:
        years += 1
    return years


def _birthday(start: date, years: int) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:
        return date(start.year + years, 3, 1)


def whole_months(start: date, end: date) -> int:
    """Completed months: on the same day of a month, or where it has none on the day after it."""
    if end < start:
        return -whole_months(end, start)
    months = 0
    while _after_months(start, months + 1) <= end:
        months += 1
    return months


def _after_months(start: date, months: int) -> date:
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    try:
        return date(year, month + 1, start.day)
    except ValueError:  # no month without that day is the last of its year
        return date(year, month + 2, 1)


def _least(found: Any) -> Any:
    several = list(found)
    if not several:
        raise NoValueError
    return min(several)


def _greatest(found: Any) -> Any:
    several = list(found)
    if not several:
        raise NoValueError
    return max(several)


def _says(value: Callable[[], Any]) -> bool:
    try:
        value()
    except NoValueError:
        return False
    return True


def python_value(
    python: str, household: dict[str, Any], members: list[dict[str, Any]], **at_hand: Any
) -> Any:
    """What Python itself makes of the pair's other half.

    Args:
        python: the expression.
        household: as `households.plain` gives it.
        members: likewise.
        at_hand: the member `m` and the row `r` at hand, if any.

    Raises:
        NoValueError: where it has none.
    """

    def rows(name: str) -> list[dict[str, Any]]:
        return [row for member in members for row in member[name]]

    def owned() -> bool:
        hit = any(row["kind"] in ("轿车", "货车") for row in rows("vehicles"))
        return household["owns_vehicle"] or hit

    def paid(member: dict[str, Any]) -> bool:
        return member["on_payroll"] or any(row["bank"] == "财政" for row in member["accounts"])

    space = {
        "h": household, "members": members, "as_of": AS_OF, "D": Decimal, "quotient": quotient,
        "roundd": quotient, "floord": _floored, "ceild": _ceiled,
        "date": date.fromisoformat, "years": whole_years, "months": whole_months, "days": lambda a, b: (b - a).days,
        "rows": rows, "least": _least, "greatest": _greatest, "says": _says, "owned": owned,
        "paid": paid, **at_hand,
    }  # fmt: skip
    return eval(python, space)
