"""Conditions put together: all of several, one of several, known to be true."""

from __future__ import annotations

from collections.abc import Iterable

from shibie.language.tree import And, Known, Literal, Node, Not, Or, Sure


def every(conditions: Iterable[Node]) -> Node:
    """All of them.

    >>> every([])
    Literal(type=Bool(), value=True)
    """
    parts = tuple(conditions)
    return parts[0] if len(parts) == 1 else And(parts) if parts else Literal(True)


def some(conditions: Iterable[Node]) -> Node:
    """At least one of them.

    >>> some([])
    Literal(type=Bool(), value=False)
    """
    parts = tuple(conditions)
    return parts[0] if len(parts) == 1 else Or(parts) if parts else Literal(False)


def unknown(condition: Node) -> Node:
    """That it is not decided."""
    return Not(Known(condition))


def not_true(condition: Node) -> Node:
    """That it is false or unknown."""
    return Not(Sure(condition))


def not_false(condition: Node) -> Node:
    """That it is true or unknown."""
    return Not(Sure(Not(condition)))
