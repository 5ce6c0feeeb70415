"""Exact arithmetic on units: sums, products, and rounding half away from zero, once.

A number of which only bounds are known goes by its two ends (`shibie.engines.intervals` says how);
of one that is exact nothing is computed twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from math import gcd

from shibie.engines.solver.logic import (
    BoolTerm,
    Int,
    TruthTerm,
    both,
    choice,
    either,
    inverse,
    pick,
)
from shibie.engines.solver.values import MOST_VALUES, End, NumberTerm, ends_of, join

# How one whole number is divided by a positive one.
Divide = Callable[[Int, Int], Int]


def total(a: NumberTerm, b: NumberTerm) -> NumberTerm:
    """Sum."""

    def added(x: End, y: End) -> End:
        values = _combined(x, y, lambda p, q: p + q)
        return End(both(x.has, y.has), x.units + y.units, values)

    return ends_of(a, b, added)


def product(a: NumberTerm, b: NumberTerm) -> NumberTerm:
    """Product; between bounds the least and the most of the four corners."""
    scale = a.scale + b.scale
    if a.is_exact and b.is_exact:
        end = _times(a.least, b.least)
        return NumberTerm(end, end, scale)
    known = both(a.some, b.some)
    corners = [_corner(a, b, x, y) for x in (False, True) for y in (False, True)]
    least, most = End(False, 0), End(False, 0)
    for _, _, end in corners:
        least, most = nearest((least, end), least=True), nearest((most, end), least=False)
    below, above = (either(*(corner[way] for corner in corners)) for way in (0, 1))
    return NumberTerm(
        End(both(known, inverse(below)), least.units, least.values),
        End(both(known, inverse(above)), most.units, most.values), scale,
    )  # fmt: skip


def _corner(
    a: NumberTerm, b: NumberTerm, at_most_a: bool, at_most_b: bool
) -> tuple[BoolTerm, BoolTerm, End]:
    """One end by another: whether that is without bound below, or above; and what it is if not."""
    x, y = a.most if at_most_a else a.least, b.most if at_most_b else b.least
    times = _times(x, y)
    # Nothing of anything, however much, is nothing.
    none = either(both(x.has, either(x.units == 0)), both(y.has, either(y.units == 0)))
    finite = either(times.has, none)
    up_x = choice(x.has, either(x.units > 0), at_most_a)
    up_y = choice(y.has, either(y.units > 0), at_most_b)
    up = either(both(up_x, up_y), both(inverse(up_x), inverse(up_y)))
    values = times.values if times.has is True else None
    end = End(finite, times.units if times.has is True else pick(none, 0, times.units), values)
    return both(inverse(finite), inverse(up)), both(inverse(finite), up), end


def _times(a: End, b: End) -> End:
    """The product of two ends; cut into cases where one has few values, so that it stays linear."""
    few, other = (a, b) if _few(a) <= _few(b) else (b, a)
    if isinstance(few.units, int) or few.values is None:
        units = a.units * b.units
    else:
        units = by_cases(few, lambda value: other.units * value)
    values = None
    if a.values is not None and b.values is not None:
        found = frozenset(x * y for x in a.values for y in b.values)
        values = found if len(found) <= MOST_VALUES else None
    return End(both(a.has, b.has), units, values)


def _few(end: End) -> int:
    return MOST_VALUES + 1 if end.values is None else len(end.values)


def by_cases(end: End, value: Callable[[int], Int]) -> Int:
    """A term for each value that an end can have."""
    assert end.values is not None
    *rest, last = sorted(end.values)
    units: Int = value(last)
    for each in rest:
        units = pick(either(end.units == each), value(each), units)
    return units


def _combined(a: End, b: End, how: Callable[[int, int], int]) -> frozenset[int] | None:
    if a.values is None or b.values is None or len(a.values) * len(b.values) > MOST_VALUES:
        return None
    return frozenset(how(x, y) for x in a.values for y in b.values)


def each_end(number: NumberTerm, change: Callable[[End], End], scale: int) -> NumberTerm:
    """A number that never falls as the other grows, such as a rounded one."""
    least = change(number.least)
    return NumberTerm(least, least if number.is_exact else change(number.most), scale)


def negated(number: NumberTerm) -> NumberTerm:
    """The number with its sign changed."""
    turned = each_end(number, _negative, number.scale)
    return NumberTerm(turned.most, turned.least, number.scale)


def _negative(end: End) -> End:
    values = None if end.values is None else frozenset(-each for each in end.values)
    return End(end.has, -end.units, values)


def magnitude(number: NumberTerm) -> NumberTerm:
    """The number without its sign."""
    least, most = number.least, number.most
    if number.is_exact:
        values = None if least.values is None else frozenset(abs(each) for each in least.values)
        return NumberTerm.exact(least.has, absolute(least.units), number.scale, values)
    positive = both(least.has, either(least.units >= 0))
    negative = both(most.has, either(most.units <= 0))
    near = pick(positive, least.units, pick(negative, -most.units, 0))
    far = nearest((_negative(least), most), least=False)
    return NumberTerm(
        End(number.some, near), End(both(least.has, most.has), far.units, far.values), number.scale
    )


def nearest(ends: Iterable[End], least: bool) -> End:
    """The least or the greatest of those ends that there are."""

    def nearer(a: End, b: End) -> End:
        if a.has is False or b.has is False:
            return b if a.has is False else a
        better = either(a.units <= b.units if least else a.units >= b.units)
        first = both(a.has, either(inverse(b.has), better))
        return End(either(a.has, b.has), pick(first, a.units, b.units), join(a.values, b.values))

    return reduce(nearer, ends, End(False, 0))


def extreme(a: NumberTerm, b: NumberTerm, least: bool) -> NumberTerm:
    """The less or the greater of two numbers; unknown if either is."""
    known = both(a.some, b.some)

    def every(x: End, y: End) -> End:
        found = nearest((x, y), least)
        return End(both(x.has, y.has), found.units, found.values)

    def any_(x: End, y: End) -> End:
        found = nearest((x, y), least)
        return End(both(known, found.has), found.units, found.values)

    of_all = ends_of(a, b, every)
    if of_all.is_exact:
        return of_all
    # The lesser of two is no more than the one of which a most is known, whatever the other is.
    of_any = ends_of(a, b, any_)
    if least:
        return NumberTerm(of_all.least, of_any.most, of_all.scale)
    return NumberTerm(of_any.least, of_all.most, of_all.scale)


def hull(condition: TruthTerm, then: NumberTerm, otherwise: NumberTerm) -> NumberTerm:
    """One of two numbers; with the condition unknown, what lies between them."""

    def of(least: bool) -> Callable[[End, End], End]:
        def end(a: End, b: End) -> End:
            has = choice(condition.yes, a.has, choice(condition.no, b.has, both(a.has, b.has)))
            nearer = either(a.units <= b.units if least else a.units >= b.units)
            first = either(condition.yes, both(inverse(condition.no), nearer))
            return End(has, pick(first, a.units, b.units), join(a.values, b.values))

        return end

    # Of two exact numbers there are bounds, too.
    least, most = (ends_of(then, otherwise, of(way)) for way in (True, False))
    return NumberTerm(least.least, most.most, least.scale)


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

    def to_places(end: End) -> End:
        if places >= number.scale:
            values = end.values if places == number.scale else None
            return End(end.has, end.at(places - number.scale), values)
        unit = 10 ** (number.scale - places)
        found = None
        if end.values is not None:
            found = frozenset(divide(each, unit) for each in end.values)
        return End(end.has, divide(end.units, unit), found)

    return each_end(number, to_places, places)


# A term for an end over a divisor of the other sign or the same; the divisor is not zero.
Over = Callable[[End, End], Int]


def quotient(
    above: NumberTerm, below: NumberTerm, places: int, divide: Divide = divided
) -> NumberTerm:
    """The quotient rounded once; unknown where `below` is zero, or may be on either side of it."""
    # above.units / 10**a over below.units / 10**b, in units of 10**-places
    grow, shrink = 10 ** (below.scale + places), 10**above.scale

    def over(x: End, y: End) -> Int:
        if y.values is None:
            sign = pick(y.units < 0, -1, 1)
            return divide(x.units * grow * sign, absolute(y.units) * shrink)

        def by(value: int) -> Int:
            if value == 0:
                return 0
            common = gcd(grow, value * shrink)
            factor = grow // common if value > 0 else -(grow // common)
            return divide(x.units * factor, abs(value) * shrink // common)

        return by_cases(y, by)

    return quotient_by(above, below, places, over, floors=divide is divided_down)


def quotient_by(
    above: NumberTerm, below: NumberTerm, places: int, over: Over, floors: bool
) -> NumberTerm:
    """The quotient in whatever way an end is divided by another."""
    if above.is_exact and below.is_exact:
        known = both(above.known, below.known, inverse(either(below.units == 0)))
        return NumberTerm.exact(known, over(above.least, below.least), places)
    positive = both(below.least.has, either(below.least.units > 0))
    negative = both(below.most.has, either(below.most.units < 0))
    # Over what is below zero: both with their signs changed.
    up = _over_positive(above, below, over, floors)
    down = _over_positive(negated(above), negated(below), over, floors)
    least, most = (
        End(
            either(both(positive, a.has), both(negative, b.has)),
            pick(True if _never_negative(below) else inverse(negative), a.units, b.units),
        )
        for a, b in zip(up, down, strict=True)
    )
    return NumberTerm(least, most, places)


def _never_negative(number: NumberTerm) -> bool:
    values = number.most.values
    return values is not None and min(values) >= 0


def _over_positive(
    above: NumberTerm, below: NumberTerm, over: Over, floors: bool
) -> tuple[End, End]:
    """Both ends of a quotient where the divisor is above zero.

    What is not negative is least over the most divisor, and what is negative over the least one.
    Over a divisor without a most, it comes as near to zero as may be: if it is rounded down,
    what is negative comes to one unit below it.
    """
    near, far = below.least, below.most

    def over_most(x: End) -> Int:
        beyond = pick(either(x.units < 0), -1, 0) if floors else 0
        return pick(far.has, over(x, far), beyond)

    least, most = above.least, above.most
    of_least = pick(either(least.units >= 0), over_most(least), over(least, near))
    of_most = pick(either(most.units >= 0), over(most, near), over_most(most))
    return End(least.has, of_least), End(most.has, of_most)
