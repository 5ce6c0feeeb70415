"""Composite operators in terms of simpler ones.

Each function takes a node and gives a tree of simpler operators that has the same value, the
same static type and the same place in the text, and that needs no more digits on the way.

The rewritings hold of numbers that are known only between two bounds as well, and are then as
narrow as the operator itself. So a count is a sum of choices (an undecided one counts for 0 to 1),
and a magnitude is the greatest of x, -x *and 0*: without the 0, an x between -1 and 5 would have a
magnitude of -1 at least.
"""

from __future__ import annotations

from decimal import Decimal

from shibie.language import tree
from shibie.language.tree import Node
from shibie.language.types import Number


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
