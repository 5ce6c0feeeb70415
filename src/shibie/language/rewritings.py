"""Composite operators in terms of simpler ones.

Each function takes a node and gives a tree of simpler operators that has the same value, the
same static type and the same place in the text, and that needs no more digits on the way.

The rewritings hold of numbers that are known only between two bounds as well, and are then as
narrow as the operator itself. So a count is a sum of choices (an undecided one counts for 0 to 1),
and a magnitude is the greatest of x, -x *and 0*: without the 0, an x between -1 and 5 would have a
magnitude of -1 at least.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal, cast

from shibie.language import tree
from shibie.language.tree import Node
from shibie.language.type_rules import MONTHS, YEARS
from shibie.language.types import DATE, Number


def not_equal(node: tree.Compare) -> Node:
    """`a != b` is `not a == b`."""
    return tree.Not(tree.Compare("==", node.left, node.right, at=node.at), at=node.at)


def greater(node: tree.Compare) -> Node:
    """`a > b` is `b < a`."""
    return tree.Compare("<", node.right, node.left, at=node.at)


def not_greater(node: tree.Compare) -> Node:
    """`a <= b` is `not b < a`."""
    return tree.Not(greater(node), at=node.at)


def not_less(node: tree.Compare) -> Node:
    """`a >= b` is `not a < b`."""
    return tree.Not(tree.Compare("<", node.left, node.right, at=node.at), at=node.at)


def at_least(node: tree.AtLeast) -> Node:
    """`at_least(k, c, …)` is `not (1 if c else 0) + … < k`."""
    least, *conditions = node.operands
    one, none = _whole(1, node), _whole(0, node)
    total: Node | None = None
    for each in conditions:
        counts = tree.Choose(each, one, none, type=one.type, at=node.at)
        if total is None:
            total = counts
            continue
        most = Number(0, cast("Number", total.type).limit + 1)
        total = tree.Arithmetic("+", total, counts, type=most, at=node.at)
    assert total is not None
    return tree.Not(tree.Compare("<", total, least, at=node.at), at=node.at)


def sure(node: tree.Sure) -> Node:
    """`sure(p)` is `known(p) and p`."""
    return tree.And((tree.Known(node.operand, at=node.at), node.operand), at=node.at)


def difference(node: tree.Arithmetic) -> Node:
    """`a - b` is `a + (-b)`."""
    return tree.Arithmetic("+", node.left, _negative(node.right, node), type=node.type, at=node.at)


def magnitude(node: tree.Absolute) -> Node:
    """`abs(x)` is `max(x, -x, 0)`."""
    operands = (node.operand, _negative(node.operand, node), _whole(0, node))
    return tree.Extremum("max", operands, type=node.type, at=node.at)


def rounded_up(node: tree.Round) -> Node:
    """`ceil(x, n)` is `-floor(-x, n)`."""
    below = _negative(node.operand, node)
    down = tree.Round(below, node.places, "down", type=node.type, at=node.at)
    return _negative(down, node)


def quotient_rounded_up(node: tree.RoundQuotient) -> Node:
    """`ceil(x / y, n)` is `-floor(-x / y, n)`."""
    above = _negative(node.numerator, node)
    down = tree.RoundQuotient(
        above, node.denominator, node.places, "down", type=node.type, at=node.at
    )
    return _negative(down, node)


def year_of(node: tree.DatePart) -> Node:
    """`year(d)` is `years_between(date("0001-01-01"), d) + 1`."""
    return _plus_one(_since_year_one("years", node), node)


def month_of(node: tree.DatePart) -> Node:
    """`month(d)` is `months_between(date("0001-01-01"), d) - 12 * years_between(…) + 1`."""
    years, months = _since_year_one("years", node), _since_year_one("months", node)
    of_years = Number(0, 12 * YEARS.limit)
    in_years = tree.Arithmetic("*", years, _whole(12, node), type=of_years, at=node.at)
    whole = Number(0, MONTHS.limit + of_years.limit)
    rest = tree.Arithmetic("+", months, _negative(in_years, node), type=whole, at=node.at)
    return _plus_one(rest, node)


def _since_year_one(unit: Literal["years", "months"], node: tree.DatePart) -> Node:
    first = tree.Literal(date(1, 1, 1), type=DATE, at=node.at)
    of = YEARS if unit == "years" else MONTHS
    return tree.Between(unit, first, node.day, type=of, at=node.at)


def _plus_one(number: Node, of: Node) -> Node:
    return tree.Arithmetic("+", number, _whole(1, of), type=of.type, at=of.at)


def none_of(node: tree.Quantifier) -> Node:
    """`c.none(p)` is `not c.any(p)`."""
    found = tree.Quantifier("any", node.collection, node.predicate, at=node.at)
    return tree.Not(found, at=node.at)


def all_of(node: tree.Quantifier) -> Node:
    """`c.all(p)` is `not c.any(not p)`."""
    fails = tree.Not(node.predicate, at=node.at)
    return tree.Not(tree.Quantifier("any", node.collection, fails, at=node.at), at=node.at)


def count_of(node: tree.Aggregate) -> Node:
    """`c.count(p)` is `c.sum(1 if p else 0)`, and `c.count()` is `c.sum(1)`."""
    counts: Node = _whole(1, node)
    if node.operand is not None:
        counts = tree.Choose(node.operand, counts, _whole(0, node), type=counts.type, at=node.at)
    return tree.Aggregate("sum", node.collection, counts, type=node.type, at=node.at)


def _negative(number: Node, of: Node) -> Node:
    return tree.Negate(number, type=number.type, at=of.at)


def _whole(value: int, of: Node) -> Node:
    return tree.Literal(Decimal(value), type=Number(0, value), at=of.at)
