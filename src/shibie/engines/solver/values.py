"""Values with their known-bits: truths, exact numbers, days, texts and codes, sets of codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import cast

from shibie.engines.solver import days, logic
from shibie.engines.solver.days import Day
from shibie.engines.solver.logic import BoolTerm, Int, TruthTerm, agree, both, choice, either, pick

# A number with so many possible values is no longer followed value by value.
MOST_VALUES = 64


@dataclass(frozen=True)
class End:
    """The least or the most that a number can be, in units of its last decimal place.

    Attributes:
        has: whether there is such a bound.
        values: all that `units` can be, where they are few; None where not.
    """

    has: BoolTerm
    units: Int
    values: frozenset[int] | None = None

    def at(self, finer: int) -> Int:
        """Its units at a scale of so many places more."""
        return self.units if finer == 0 else self.units * 10**finer

    def widened(self, finer: int) -> End:
        """The same bound at a finer scale."""
        if finer == 0:
            return self
        factor = 10**finer
        values = None if self.values is None else frozenset(each * factor for each in self.values)
        return End(self.has, self.units * factor, values)


@dataclass(frozen=True)
class NumberTerm:
    """An exact number by its two ends.

    Of a number that is known or is not, and never between bounds, both ends are one and the
    same, so that nothing is asked of it twice.
    """

    least: End
    most: End
    scale: int

    @classmethod
    def exact(
        cls, known: BoolTerm, units: Int, scale: int, values: frozenset[int] | None = None
    ) -> NumberTerm:
        """A number that has no bounds while it is not known."""
        end = End(known, units, values)
        return cls(end, end, scale)

    @classmethod
    def of(cls, value: Decimal | int, scale: int) -> NumberTerm:
        """A number that is known.

        >>> NumberTerm.of(Decimal("2855.5"), 2).units
        285550
        """
        units = int(Decimal(value).scaleb(scale))
        return cls.exact(True, units, scale, frozenset([units]))

    @property
    def is_exact(self) -> bool:
        """Whether it is known wherever it has a bound."""
        return self.least is self.most

    @property
    def units(self) -> Int:
        """What it is, where it is known."""
        return self.least.units

    @property
    def values(self) -> frozenset[int] | None:
        """All that it can be where it is known, if they are few."""
        return self.least.values

    @property
    def known(self) -> BoolTerm:
        """Whether both ends are one."""
        if self.is_exact:
            return self.least.has
        same = either(self.least.units == self.most.units)
        return both(self.least.has, self.most.has, same)

    @property
    def some(self) -> BoolTerm:
        """Whether there is a bound on either side; else it is unknown."""
        return self.least.has if self.is_exact else either(self.least.has, self.most.has)

    def at(self, scale: int) -> Int:
        """Its units at a finer scale, where it is known."""
        return self.least.at(scale - self.scale)


@dataclass(frozen=True)
class Dated:
    """A day."""

    known: BoolTerm
    day: Day


@dataclass(frozen=True)
class Word:
    """A text, or a code of a list, as its place in the table of texts or in the list."""

    known: BoolTerm
    place: Int


@dataclass(frozen=True)
class CodeSet:
    """A set of codes: for each code, whether it is in."""

    known: BoolTerm
    has: Mapping[str, BoolTerm]


ValueTerm = TruthTerm | NumberTerm | Dated | Word | CodeSet


def join(a: frozenset[int] | None, b: frozenset[int] | None) -> frozenset[int] | None:
    """All values of two numbers, where they are few."""
    if a is None or b is None or len(a | b) > MOST_VALUES:
        return None
    return a | b


def same(a: ValueTerm, b: ValueTerm) -> BoolTerm:
    """Whether two known values are equal.

    >>> same(NumberTerm.of(1, 0), NumberTerm.of(Decimal("1.00"), 2))
    True
    """
    match a, b:
        case TruthTerm(), TruthTerm():
            return either(both(a.yes, b.yes), both(a.no, b.no))
        case NumberTerm(), NumberTerm():
            scale = max(a.scale, b.scale)
            return either(a.at(scale) == b.at(scale))
        case Dated(), Dated():
            return either(a.day.key == b.day.key)
        case Word(), Word():
            return either(a.place == b.place)
        case CodeSet(), CodeSet():
            return both(*(agree(a.has[code], b.has[code]) for code in a.has))
    raise TypeError(f"{type(a).__name__} and {type(b).__name__} cannot be compared")


def chosen(condition: BoolTerm, then: ValueTerm, otherwise: ValueTerm) -> ValueTerm:
    """One of two values, with its known-bit."""
    match then, otherwise:
        case TruthTerm(), TruthTerm():
            return TruthTerm(
                choice(condition, then.yes, otherwise.yes), choice(condition, then.no, otherwise.no)
            )
        case NumberTerm(), NumberTerm():
            return ends_of(then, otherwise, lambda a, b: _end_chosen(condition, a, b))
        case Dated(), Dated():
            known = choice(condition, then.known, otherwise.known)
            return Dated(known, days.chosen(condition, then.day, otherwise.day))
        case Word(), Word():
            known = choice(condition, then.known, otherwise.known)
            return Word(known, pick(condition, then.place, otherwise.place))
    raise TypeError(f"cannot choose between {type(then).__name__} and {type(otherwise).__name__}")


def _end_chosen(condition: BoolTerm, then: End, otherwise: End) -> End:
    return End(
        choice(condition, then.has, otherwise.has), pick(condition, then.units, otherwise.units),
        join(then.values, otherwise.values),
    )  # fmt: skip


def ends_of(a: NumberTerm, b: NumberTerm, made: Callable[[End, End], End]) -> NumberTerm:
    """A number of which each end is made of those of two others, at the finer scale."""
    scale = max(a.scale, b.scale)
    more_a, more_b = scale - a.scale, scale - b.scale
    least = made(a.least.widened(more_a), b.least.widened(more_b))
    if a.is_exact and b.is_exact:
        return NumberTerm(least, least, scale)
    return NumberTerm(least, made(a.most.widened(more_a), b.most.widened(more_b)), scale)


def limited(value: ValueTerm, known: BoolTerm) -> ValueTerm:
    """The value, known only where `known` holds too."""
    match value:
        case TruthTerm():
            return TruthTerm(both(known, value.yes), both(known, value.no))
        case NumberTerm():
            least = replace(value.least, has=both(known, value.least.has))
            if value.is_exact:
                return NumberTerm(least, least, value.scale)
            most = replace(value.most, has=both(known, value.most.has))
            return NumberTerm(least, most, value.scale)
        case Dated():
            return Dated(both(known, value.known), value.day)
        case Word():
            return Word(both(known, value.known), value.place)
        case CodeSet():
            return CodeSet(both(known, value.known), value.has)


def truth(value: ValueTerm) -> TruthTerm:
    """A value that the rule language says is a truth."""
    assert isinstance(value, TruthTerm)
    return value


def less(a: ValueTerm, b: ValueTerm) -> TruthTerm:
    """Whether one is below the other; unknown where their bounds do not tell."""
    if isinstance(a, NumberTerm) and isinstance(b, NumberTerm) and not (a.is_exact and b.is_exact):
        return TruthTerm(_ends_in_order(a, b, strictly=True), _ends_in_order(b, a, strictly=False))
    left, right = _ordered(a, b)
    return logic.decided(both(a.known, b.known), either(left < right))


def equal(a: ValueTerm, b: ValueTerm) -> TruthTerm:
    """Whether two values are equal; numbers are not where their bounds do not meet."""
    if isinstance(a, NumberTerm) and isinstance(b, NumberTerm) and not (a.is_exact and b.is_exact):
        apart = (_ends_in_order(a, b, strictly=True), _ends_in_order(b, a, strictly=True))
        return TruthTerm(both(a.known, b.known, same(a, b)), either(*apart))
    return logic.decided(both(a.known, b.known), same(a, b))


def _ends_in_order(a: NumberTerm, b: NumberTerm, strictly: bool) -> BoolTerm:
    """Whether the most of one is below the least of the other, or at it."""
    scale = max(a.scale, b.scale)
    most, least = a.most.at(scale - a.scale), b.least.at(scale - b.scale)
    return both(a.most.has, b.least.has, either(most < least if strictly else most <= least))


# Whether the first of two known values comes before the second, or is equal to it.
Ordering = Callable[[ValueTerm, ValueTerm], BoolTerm]


def not_after(a: ValueTerm, b: ValueTerm) -> BoolTerm:
    """Whether one of two known values is at most the other.

    >>> not_after(NumberTerm.of(1, 0), NumberTerm.of(Decimal("0.5"), 1))
    False
    """
    left, right = _ordered(a, b)
    return either(left <= right)


def not_before(a: ValueTerm, b: ValueTerm) -> BoolTerm:
    """Whether one of two known values is at least the other."""
    return not_after(b, a)


def _ordered(a: ValueTerm, b: ValueTerm) -> tuple[Int, Int]:
    if isinstance(a, Dated):
        return a.day.key, cast("Dated", b).day.key
    left, right = cast("NumberTerm", a), cast("NumberTerm", b)
    scale = max(left.scale, right.scale)
    return left.at(scale), right.at(scale)
