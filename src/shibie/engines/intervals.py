"""What arithmetic and comparison make of numbers that are known only between bounds.

A result is unknown where an operand is, and otherwise as narrow as its operands allow.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, cast

from shibie.bounds import INFINITE, Bounds, Numeric, bounded, least_of, most_of
from shibie.engines.exact import floor_quotient
from shibie.engines.kleene import Truth

Divided = Callable[[Decimal, Decimal, int], Decimal | None]


def hull(a: Any, b: Any) -> Any:
    """What is known of a value that is one of two: equal ones are it, numbers lie between.

    >>> hull("甲", "甲"), hull("甲", "乙"), hull(1, 3), hull(1, None)
    ('甲', None, Bounds(least=1, most=3), None)
    """
    if a is None or b is None:
        return None
    if a == b:
        return a
    if isinstance(a, Decimal | int | Bounds) and not isinstance(a, bool):
        return bounded(min(least_of(a), least_of(b)), max(most_of(a), most_of(b)))
    return None


def added(a: Numeric, b: Numeric) -> Numeric:
    """The sum of two numbers.

    >>> added(Bounds(1, 2), 3)
    Bounds(least=4, most=5)
    """
    if a is None or b is None:
        return None
    return bounded(least_of(a) + least_of(b), most_of(a) + most_of(b))


def negative(a: Numeric) -> Numeric:
    """The number with its sign changed."""
    return Bounds(-a.most, -a.least) if isinstance(a, Bounds) else None if a is None else 0 - a


def multiplied(a: Numeric, b: Numeric) -> Numeric:
    """The product of two numbers: over the four corners.

    >>> multiplied(Bounds(-1, 2), Bounds(3, INFINITE))
    >>> multiplied(Bounds(-1, 2), Bounds(3, 4))
    Bounds(least=-4, most=8)
    """
    if a is None or b is None:
        return None
    corners = [
        # Nothing of anything, however much, is nothing.
        0 if x == 0 or y == 0 else x * y
        for x in (least_of(a), most_of(a))
        for y in (least_of(b), most_of(b))
    ]
    return bounded(min(corners), max(corners))


def divided(a: Numeric, b: Numeric, places: int, way: Divided) -> Numeric:
    """The quotient, rounded; over the four corners where the divisor keeps to one side of zero.

    >>> from shibie.engines.exact import quotient
    >>> divided(Decimal(9000), Bounds(3, 4), 2, quotient)
    Bounds(least=Decimal('2250.00'), most=Decimal('3000.00'))
    >>> divided(Decimal(9000), Bounds(0, 4), 2, quotient)
    """
    if a is None or b is None:
        return None
    if not isinstance(a, Bounds) and not isinstance(b, Bounds):
        return way(Decimal(a), Decimal(b), places)
    if least_of(b) <= 0 <= most_of(b):
        return None
    corners = [
        _corner(x, y, places, way)
        for x in (least_of(a), most_of(a))
        for y in (least_of(b), most_of(b))
    ]
    return bounded(min(corners), max(corners))


def _corner(x: Any, y: Any, places: int, way: Divided) -> Decimal:
    if abs(x) == INFINITE:
        return INFINITE if (x > 0) == (y > 0) else -INFINITE
    if abs(y) == INFINITE:
        # As near to zero as may be; one unit below it where what is negative is rounded down.
        below = way is floor_quotient and x != 0 and (x > 0) != (y > 0)
        return -Decimal(1).scaleb(-places) if below else Decimal(0).scaleb(-places)
    found = way(Decimal(x), Decimal(y), places)
    assert found is not None
    return found


def each(a: Numeric, change: Callable[[Any], Any]) -> Numeric:
    """A number that never falls as its operand grows, such as a rounded one.

    >>> each(Bounds(Decimal("1.4"), INFINITE), round)
    Bounds(least=1, most=Decimal('Infinity'))
    """
    if not isinstance(a, Bounds):
        return None if a is None else cast("Numeric", change(a))
    least, most = (x if abs(x) == INFINITE else change(x) for x in (a.least, a.most))
    return bounded(least, most)


def magnitude(a: Numeric) -> Numeric:
    """The magnitude of a number.

    >>> magnitude(Bounds(-1, 5))
    Bounds(least=0, most=5)
    """
    if not isinstance(a, Bounds):
        return None if a is None else cast("Numeric", abs(a))
    if a.least >= 0:
        return a
    return bounded(max(0, -a.most), max(-a.least, a.most))


def extreme(values: list[Any], choose: Callable[..., Any]) -> Any:
    """The least or greatest of several numbers or dates; unknown if any is."""
    if any(value is None for value in values):
        return None
    if not any(type(value) is Bounds for value in values):
        return choose(values)
    return bounded(choose(map(least_of, values)), choose(map(most_of, values)))


def below(a: Any, b: Any) -> Truth:
    """Whether one number or date is below another.

    >>> below(Bounds(1, 2), 3), below(Bounds(1, 2), 1), below(Bounds(1, 2), 2)
    (True, False, None)
    """
    if a is None or b is None:
        return None
    if most_of(a) < least_of(b):
        return True
    return False if least_of(a) >= most_of(b) else None


def equal(a: Any, b: Any) -> Truth:
    """Whether two values of any type are equal.

    >>> equal("甲", "乙"), equal(Bounds(1, 2), 3), equal(Bounds(1, 2), 2)
    (False, False, None)
    """
    if a is None or b is None:
        return None
    if type(a) is not Bounds and type(b) is not Bounds:
        return bool(a == b)
    return None if least_of(a) <= most_of(b) and least_of(b) <= most_of(a) else False
