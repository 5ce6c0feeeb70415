"""Conditions put together: all of several, one of several, known to be true.

What is certain is folded away, so that trees made for a given household carry no more than
is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from shibie.language.tree import And, Compare, Known, Literal, Node, Not, Or, RoundQuotient, Sure
from shibie.language.types import Number

TRUE, FALSE = Literal(True), Literal(False)
_ZERO = Literal(Decimal(0), type=Number(0, 0))
# What is unknown in every reading: nothing can be divided by zero.
UNKNOWN = Compare("==", RoundQuotient(_ZERO, _ZERO, 0, type=Number(0, 0)), _ZERO)


def every(conditions: Iterable[Node]) -> Node:
    """All of them.

    >>> every([]), every([TRUE, FALSE])
    (Literal(type=Bool(), value=True), Literal(type=Bool(), value=False))
    """
    parts = tuple(each for each in conditions if each != TRUE)
    if FALSE in parts:
        return FALSE
    return parts[0] if len(parts) == 1 else And(parts) if parts else TRUE


def some(conditions: Iterable[Node]) -> Node:
    """At least one of them.

    >>> some([]), some([TRUE, FALSE])
    (Literal(type=Bool(), value=False), Literal(type=Bool(), value=True))
    """
    parts = tuple(each for each in conditions if each != FALSE)
    if TRUE in parts:
        return TRUE
    return parts[0] if len(parts) == 1 else Or(parts) if parts else FALSE


def negated(condition: Node) -> Node:
    """The negation of a condition.

    >>> negated(TRUE), negated(negated(Known(TRUE)))
    (Literal(type=Bool(), value=False), Known(type=Bool(), operand=Literal(type=Bool(), value=True)))
    """
    if condition in (TRUE, FALSE):
        return FALSE if condition == TRUE else TRUE
    return condition.operand if isinstance(condition, Not) else Not(condition)


def unknown(condition: Node) -> Node:
    """A condition that is true when the given one is unknown."""
    return Not(Known(condition))


def not_true(condition: Node) -> Node:
    """That it is false or unknown."""
    return Not(Sure(condition))


def not_false(condition: Node) -> Node:
    """That it is true or unknown."""
    return Not(Sure(Not(condition)))
