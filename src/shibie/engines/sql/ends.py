"""Numbers by their two ends, the least and the most that they can be, as columns.

An end is NULL where there is no bound on that side; a number of which both are NULL is unknown.
Numbers that are always exact where they are known have one column, which is both ends.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from sqlglot import exp

from shibie.engines.sql.building import (
    Sql,
    binary,
    both,
    case,
    either,
    is_null,
    negated,
    number,
    safe,
    typed,
)
from shibie.engines.sql.compiling import Compiling
from shibie.language import tree
from shibie.language.tree import Node
from shibie.language.types import Number

Change = Callable[[Sql], Sql]


@dataclass(frozen=True)
class Ends:
    """The least and the most of a number."""

    least: Sql
    most: Sql

    @property
    def exact(self) -> bool:
        """Whether one column is both, so that the number is exact wherever it is known."""
        return self.least is self.most


def unknown(value: Ends) -> Sql:
    """Whether nothing is known of a number; never NULL."""
    return is_null(value.least) if value.exact else both(is_null(value.least), is_null(value.most))


def least_known(values: list[Sql]) -> Sql:
    """The least of those that are not NULL."""
    return exp.func("LEAST", *values) if len(values) > 1 else values[0]


def greatest_known(values: list[Sql]) -> Sql:
    """The greatest of those that are not NULL."""
    return exp.func("GREATEST", *values) if len(values) > 1 else values[0]


class Intervals(Compiling):
    """What arithmetic and comparison make of numbers by their ends."""

    def read(self, node: Node, place: str) -> Sql | Ends:
        """The SQL of a node; the ends of a number that may be bounded."""
        raise NotImplementedError

    def ends(self, node: Node, place: str) -> Ends:
        """The ends of a number."""
        found = self.read(node, place)
        return found if isinstance(found, Ends) else Ends(found, found)

    def made(self, place: str, of: Number, least: Sql, most: Sql) -> Ends:
        """Ends as columns, computed once."""
        kind = self.sql_type(of)
        return Ends(
            self.plan.derive(place, typed(least, kind)), self.plan.derive(place, typed(most, kind))
        )

    def ends_as(self, node: Node, of: Number, place: str) -> Ends:
        """The ends of a number in another number type, as columns."""
        found, have = self.ends(node, place), cast("Number", node.type)
        exact = self.exact(place)
        least = self.plan.derive(place, exact.to(found.least, have, of))
        if found.exact:
            return Ends(least, least)
        return Ends(least, self.plan.derive(place, exact.to(found.most, have, of)))

    def exactly(self, found: Ends, of: Number, place: str) -> Sql:
        """A number where it is known exactly, else NULL."""
        if found.exact:
            return found.least
        same = binary(exp.EQ, found.least, found.most)
        null = typed(exp.null(), self.sql_type(of))
        return self.plan.derive(place, case((same, found.least), default=null))

    # --- comparisons --------------------------------------------------------------------

    def less(self, left: Node, right: Node, place: str) -> Sql:
        """Whether one number is below another."""
        a, b = self.ends(left, place), self.ends(right, place)
        of_a, of_b = cast("Number", left.type), cast("Number", right.type)
        compared = self.exact(place).comparison
        surely = compared(exp.LT, a.most, of_a, b.least, of_b)
        if a.exact and b.exact:
            return surely
        never = compared(exp.GTE, a.least, of_a, b.most, of_b)
        return case((surely, exp.true()), (never, exp.false()), default=_no_truth())

    def equal(self, left: Node, right: Node, place: str) -> Sql:
        """Whether two numbers are equal."""
        a, b = self.ends(left, place), self.ends(right, place)
        of_a, of_b = cast("Number", left.type), cast("Number", right.type)
        return self.same(a, of_a, b, of_b, place)

    def same(self, a: Ends, of_a: Number, b: Ends, of_b: Number, place: str) -> Sql:
        """Whether two numbers, by their ends, are equal."""
        compared = self.exact(place).comparison
        alike = compared(exp.EQ, a.least, of_a, b.least, of_b)
        if a.exact and b.exact:
            return alike
        apart = either(
            compared(exp.LT, a.most, of_a, b.least, of_b),
            compared(exp.LT, b.most, of_b, a.least, of_a),
        )
        surely = [alike]
        surely += [] if a.exact else [binary(exp.EQ, a.least, a.most)]
        surely += [] if b.exact else [binary(exp.EQ, b.least, b.most)]
        return case((both(*surely), exp.true()), (apart, exp.false()), default=_no_truth())

    # --- arithmetic ---------------------------------------------------------------------

    def added(self, node: tree.Arithmetic, place: str, minus: bool = False) -> Sql | Ends:
        """`left + right` or `left - right`."""
        of = cast("Number", node.type)
        a, b = self.ends(node.left, place), self.ends(node.right, place)
        of_a, of_b = cast("Number", node.left.type), cast("Number", node.right.type)
        kind = exp.Sub if minus else exp.Add
        exact = self.exact(place)
        low, high = (b.most, b.least) if minus else (b.least, b.most)
        least = exact.sum(kind, a.least, of_a, low, of_b, of)
        if a.exact and b.exact:
            return least
        return self.made(place, of, least, exact.sum(kind, a.most, of_a, high, of_b, of))

    def negative(self, node: tree.Negate, place: str) -> Sql | Ends:
        """The number with its sign changed."""
        a = self.ends(node.operand, place)
        least = binary(exp.Sub, number(0), a.most)
        if a.exact:
            return least
        return self.made(
            place, cast("Number", node.type), least, binary(exp.Sub, number(0), a.least)
        )

    def magnitude(self, node: tree.Absolute, place: str) -> Sql | Ends:
        """The size of a number."""
        a = self.ends(node.operand, place)
        if a.exact:
            return exp.func("ABS", a.least)
        zero, minus_least = number(0), exp.Neg(this=safe(a.least))
        at_least = case(
            (unknown(a), exp.null()),
            (binary(exp.GTE, a.least, zero), a.least),
            (binary(exp.LTE, a.most, zero), exp.Neg(this=safe(a.most))),
            default=zero,
        )
        at_most = case(
            (either(is_null(a.least), is_null(a.most)), exp.null()),
            default=greatest_known([minus_least, a.most]),
        )
        return self.made(place, cast("Number", node.type), at_least, at_most)

    def multiplied(self, node: tree.Arithmetic, place: str) -> Sql | Ends:
        """The product: over the four corners."""
        of = cast("Number", node.type)
        of_a, of_b = cast("Number", node.left.type), cast("Number", node.right.type)
        a, b = self.ends(node.left, place), self.ends(node.right, place)
        exact = self.exact(place)

        def times(x: Sql, y: Sql) -> Sql:
            return exact.product(x, of_a, y, of_b, of)

        if a.exact and b.exact:
            return times(a.least, b.least)
        ends_a = [a.least] if a.exact else [a.least, a.most]
        ends_b = [b.least] if b.exact else [b.least, b.most]
        corners = [self.plan.derive(place, times(x, y)) for x in ends_a for y in ends_b]
        nothing = either(unknown(a), unknown(b))
        least = case(
            (either(nothing, *self._without_end(a, b, up=False)), exp.null()),
            default=least_known(corners),
        )
        most = case(
            (either(nothing, *self._without_end(a, b, up=True)), exp.null()),
            default=greatest_known(corners),
        )
        return self.made(place, of, least, most)

    def _without_end(self, a: Ends, b: Ends, up: bool) -> list[Sql]:
        """When a product has no most (`up`) or no least: an open end times what is not nought."""
        found = []
        for x, y in ((a, b), (b, a)):
            if x.exact:
                continue
            # Above all bounds times something above nought has no most; and so on by signs.
            goes_up, goes_down = (x.most, x.least) if up else (x.least, x.most)
            found.append(both(is_null(goes_up), _may_exceed(y, up=True)))
            found.append(both(is_null(goes_down), _may_exceed(y, up=False)))
        return found

    def extreme(self, node: tree.Extremum, place: str, least: bool) -> Sql | Ends:
        """The least or greatest of several numbers; unknown if any is."""
        of = cast("Number", node.type)
        values = [self.ends_as(each, of, place) for each in node.operands]
        choose = least_known if least else greatest_known
        known = both(*(negated(unknown(each)) for each in values))
        if all(each.exact for each in values):
            null = typed(exp.null(), self.sql_type(of))
            return case((known, choose([each.least for each in values])), default=null)
        # Where no end is the nearest, there is none; where it is the farthest, others count.
        far = [each.least if least else each.most for each in values]
        near = [each.most if least else each.least for each in values]
        open_ = either(*map(is_null, far))
        at_far = case((both(known, negated(open_)), choose(far)))
        at_near = case((known, choose(near)))
        ends = (at_far, at_near) if least else (at_near, at_far)
        return self.made(place, of, *ends)

    def rounded(self, node: tree.Round, place: str, down: bool) -> Sql | Ends:
        """A number to so many places; it never falls as the number grows."""
        of, have = cast("Number", node.type), cast("Number", node.operand.type)
        a, exact = self.ends(node.operand, place), self.exact(place)
        least = exact.rounded(a.least, have, node.places, of, down)
        if a.exact:
            return least
        return self.made(place, of, least, exact.rounded(a.most, have, node.places, of, down))

    def quotient(self, node: tree.RoundQuotient, place: str, down: bool) -> Sql | Ends:
        """The rounded quotient; unknown where the divisor may be nought."""
        of = cast("Number", node.type)
        of_a, of_b = cast("Number", node.numerator.type), cast("Number", node.denominator.type)
        a, b = self.ends(node.numerator, place), self.ends(node.denominator, place)
        exact = self.exact(place)

        def over(x: Sql, y: Sql) -> Sql:
            return exact.quotient(x, of_a, y, of_b, node.places, of, down)

        if a.exact and b.exact:
            return over(a.least, b.least)
        derive = self.plan.derive
        # With a divisor below nought both change their signs.
        turned = derive(place, _surely_below_nought(b))
        top = _turned(a, turned, self.sql_type(of_a), place, derive)
        under = _turned(b, turned, self.sql_type(of_b), place, derive)
        valid = binary(exp.GT, under.least, number(0))
        least = derive(place, over(top.least, _divisor(top.least, under, up=False)))
        most = derive(place, over(top.most, _divisor(top.most, under, up=True)))
        # What is divided by ever more comes as near to nought as may be: from below, rounded
        # down, one unit under it.
        near = exact.literal(0, of)
        under_it = binary(exp.Sub, near, number(1))
        at_least = case(
            (both(is_null(under.most), binary(exp.GTE, top.least, number(0))), near), default=least
        )
        at_most = case(
            (both(is_null(under.most), binary(exp.LT, top.most, number(0))),
             under_it if down else near),
            default=most,
        )  # fmt: skip
        sound = both(valid, negated(unknown(a)))
        return self.made(place, of, case((sound, at_least)), case((sound, at_most)))

    def hull(
        self, node: tree.Choose, condition: Sql, then: Ends, otherwise: Ends, place: str
    ) -> Ends:
        """One of two numbers; where it is open which, what lies between their ends."""
        open_ = is_null(condition)

        def end(a: Sql, b: Sql, kind: type[exp.Binary]) -> Sql:
            # NULL in either is no end.
            between = case(
                (binary(kind, a, b), a), (binary(kind, b, a), b), (binary(exp.EQ, a, b), a)
            )
            return case((open_, between), (condition, a), default=b)

        return self.made(
            place, cast("Number", node.type),
            end(then.least, otherwise.least, exp.LT), end(then.most, otherwise.most, exp.GT),
        )  # fmt: skip


def _no_truth() -> Sql:
    return typed(exp.null(), "BOOLEAN")


def _may_exceed(value: Ends, up: bool) -> Sql:
    """Whether a known number may be above nought (`up`), or below it; never NULL."""
    end = value.most if up else value.least
    beyond = binary(exp.GT if up else exp.LT, end, number(0))
    return exp.Coalesce(this=beyond, expressions=[exp.true()])


def _surely_below_nought(value: Ends) -> Sql:
    return exp.Coalesce(this=binary(exp.LT, value.most, number(0)), expressions=[exp.false()])


def _turned(
    value: Ends, turned: Sql, kind: str, place: str, derive: Callable[[str, Sql], Sql]
) -> Ends:
    """A number, or where `turned` its negative."""

    def one(a: Sql, b: Sql) -> Sql:
        return derive(place, typed(case((turned, exp.Neg(this=safe(b))), default=a), kind))

    if value.exact:
        least = one(value.least, value.least)
        return Ends(least, least)
    return Ends(one(value.least, value.most), one(value.most, value.least))


def _divisor(above: Sql, under: Ends, up: bool) -> Sql:
    """The end of a positive divisor that makes the quotient least, or most (`up`)."""
    if under.exact:
        return under.least
    shrinks = binary(exp.LT if up else exp.GTE, above, number(0))
    return case((shrinks, under.most), default=under.least)
