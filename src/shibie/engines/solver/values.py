"""Values with their known-bits: truths, exact numbers, days, texts and codes, sets of codes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from shibie.engines.solver import days, logic
from shibie.engines.solver.days import Day
from shibie.engines.solver.logic import BoolTerm, Int, TruthTerm, agree, both, choice, either, pick

# A number with so many possible values is no longer followed value by value.
MOST_VALUES = 64


@dataclass(frozen=True)
class NumberTerm:
    """An exact number: `units` of its last decimal place.

    Attributes:
        values: all that `units` can be, where they are few; None where not.
    """

    known: BoolTerm
    units: Int
    scale: int
    values: frozenset[int] | None = None

    @classmethod
    def of(cls, value: Decimal | int, scale: int) -> NumberTerm:
        """A number that is known.

        >>> NumberTerm.of(Decimal("2855.5"), 2).units
        285550
        """
        units = int(Decimal(value).scaleb(scale))
        return cls(True, units, scale, frozenset([units]))

    def at(self, scale: int) -> Int:
        """Its units at a finer scale."""
        return self.units if scale == self.scale else self.units * 10 ** (scale - self.scale)


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
            scale = max(then.scale, otherwise.scale)
            a, b = (widened(each, scale) for each in (then, otherwise))
            return NumberTerm(
                choice(condition, a.known, b.known), pick(condition, a.units, b.units), scale,
                join(a.values, b.values),
            )  # fmt: skip
        case Dated(), Dated():
            known = choice(condition, then.known, otherwise.known)
            return Dated(known, days.chosen(condition, then.day, otherwise.day))
        case Word(), Word():
            known = choice(condition, then.known, otherwise.known)
            return Word(known, pick(condition, then.place, otherwise.place))
    raise TypeError(f"cannot choose between {type(then).__name__} and {type(otherwise).__name__}")


def widened(value: NumberTerm, scale: int) -> NumberTerm:
    """The same number at a finer scale."""
    if scale == value.scale:
        return value
    factor = 10 ** (scale - value.scale)
    values = None if value.values is None else frozenset(each * factor for each in value.values)
    return NumberTerm(value.known, value.units * factor, scale, values)


def limited(value: ValueTerm, known: BoolTerm) -> ValueTerm:
    """The value, known only where `known` holds too."""
    match value:
        case TruthTerm():
            return TruthTerm(both(known, value.yes), both(known, value.no))
        case NumberTerm():
            return NumberTerm(both(known, value.known), value.units, value.scale, value.values)
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
    """Whether one is below the other; unknown where either is."""
    left, right = _ordered(a, b)
    return logic.decided(both(a.known, b.known), either(left < right))


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
