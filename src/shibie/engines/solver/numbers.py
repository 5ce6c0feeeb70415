"""Exact arithmetic on units: sums, products, and rounding half away from zero, once."""

from __future__ import annotations

from collections.abc import Callable
from math import gcd

from shibie.engines.solver.logic import Int, both, either, inverse, pick
from shibie.engines.solver.values import MOST_VALUES, NumberTerm

# How one whole number is divided by a positive one.
Divide = Callable[[Int, Int], Int]


def total(a: NumberTerm, b: NumberTerm) -> NumberTerm:
    """Sum."""
    scale = max(a.scale, b.scale)
    values = _combined(a, b, lambda x, y: x + y, scale)
    return NumberTerm(both(a.known, b.known), a.at(scale) + b.at(scale), scale, values)


def product(a: NumberTerm, b: NumberTerm) -> NumberTerm:
    """Product; cut into cases where one factor has few values, so that it stays linear."""
    known, scale = both(a.known, b.known), a.scale + b.scale
    few, other = (a, b) if _few(a) <= _few(b) else (b, a)
    if isinstance(few.units, int) or few.values is None:
        units = a.units * b.units
    else:
        units = by_cases(few, lambda value: other.units * value)
    values = None
    if a.values is not None and b.values is not None:
        found = frozenset(x * y for x in a.values for y in b.values)
        values = found if len(found) <= MOST_VALUES else None
    return NumberTerm(known, units, scale, values)


def _few(number: NumberTerm) -> int:
    return MOST_VALUES + 1 if number.values is None else len(number.values)


def by_cases(number: NumberTerm, value: Callable[[int], Int]) -> Int:
    """A term for each value that a number can have."""
    assert number.values is not None
    *rest, last = sorted(number.values)
    units: Int = value(last)
    for each in rest:
        units = pick(either(number.units == each), value(each), units)
    return units


def _combined(
    a: NumberTerm, b: NumberTerm, how: Callable[[int, int], int], scale: int
) -> frozenset[int] | None:
    if a.values is None or b.values is None or len(a.values) * len(b.values) > MOST_VALUES:
        return None
    grow_a, grow_b = 10 ** (scale - a.scale), 10 ** (scale - b.scale)
    return frozenset(how(x * grow_a, y * grow_b) for x in a.values for y in b.values)


def negated(number: NumberTerm) -> NumberTerm:
    """The number with its sign changed."""
    values = None if number.values is None else frozenset(-each for each in number.values)
    return NumberTerm(number.known, -number.units, number.scale, values)


def magnitude(number: NumberTerm) -> NumberTerm:
    """The number without its sign."""
    values = None if number.values is None else frozenset(abs(each) for each in number.values)
    return NumberTerm(number.known, absolute(number.units), number.scale, values)


def absolute(units: Int) -> Int:
    """The magnitude of a whole number."""
    return abs(units) if isinstance(units, int) else pick(units < 0, -units, units)


def divided(above: Int, below: Int) -> Int:
    """`above / below` rounded half away from zero; `below` is positive.

    >>> divided(5, 2), divided(-5, 2), divided(4, 3)
    (3, -3, 1)
    """
    if isinstance(above, int) and isinstance(below, int):
        away = (2 * abs(above) + below) // (2 * below)
        return away if above >= 0 else -away
    if isinstance(below, int) and below == 1:
        return above
    # For whole numbers, half away from zero is: add half, round down; below zero mirrored.
    up = (2 * above + below) / (2 * below)
    down = -((below - 2 * above) / (2 * below))
    return pick(above >= 0, up, down)


def divided_down(above: Int, below: Int) -> Int:
    """The next whole number below `above / below`; `below` is positive.

    >>> divided_down(5, 2), divided_down(-5, 2)
    (2, -3)
    """
    if isinstance(above, int) and isinstance(below, int):
        return above // below
    if isinstance(below, int) and below == 1:
        return above
    return above / below  # the solver's division of whole numbers rounds down


def rounded(number: NumberTerm, places: int, divide: Divide = divided) -> NumberTerm:
    """Rounding to so many places."""
    if places >= number.scale:
        return NumberTerm(number.known, number.at(places), places, number.values if places == number.scale else None)  # fmt: skip
    unit = 10 ** (number.scale - places)
    values = None
    if number.values is not None:
        values = frozenset(divide(each, unit) for each in number.values)
    return NumberTerm(number.known, divide(number.units, unit), places, values)


def quotient(
    above: NumberTerm, below: NumberTerm, places: int, divide: Divide = divided
) -> NumberTerm:
    """The quotient rounded once; unknown where `below` is zero."""
    known = both(above.known, below.known, inverse(either(below.units == 0)))
    # above.units / 10**a over below.units / 10**b, in units of 10**-places
    grow, shrink = 10 ** (below.scale + places), 10**above.scale
    if below.values is None:
        sign = pick(below.units < 0, -1, 1)
        units = divide(above.units * grow * sign, absolute(below.units) * shrink)
        return NumberTerm(known, units, places)

    def over(value: int) -> Int:
        if value == 0:
            return 0
        common = gcd(grow, value * shrink)
        factor = grow // common if value > 0 else -(grow // common)
        return divide(above.units * factor, abs(value) * shrink // common)

    return NumberTerm(known, by_cases(below, over), places)
