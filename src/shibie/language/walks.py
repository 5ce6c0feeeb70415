"""Walking a condition's tree, and rebuilding it: the one place where trees are taken apart.

Nothing else looks through the attributes of a node for its operands, and nothing else puts
other operands into it: `with_operands` does, and all that rebuilds a tree stands on it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from typing import Any, TypeVar

from shibie.language.tree import Aggregate, Constant, Literal, Node, Quantifier

N = TypeVar("N", bound=Node)
# How a changed part is put in its place: the whole tree with it.
PutBack = Callable[[Node], Node]


# --- walking ----------------------------------------------------------------------------


def children(node: Node) -> Iterator[Node]:
    """The direct operands of a node, left to right.

    >>> from shibie.language.tree import And
    >>> [child.value for child in children(And((Literal(True), Literal(False))))]
    [True, False]
    """
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, Node):
            yield value
        elif isinstance(value, tuple):
            yield from (entry for entry in value if isinstance(entry, Node))


def _always(_: Node) -> bool:
    return True


def walk(node: Node, below: Callable[[Node], bool] = _always) -> Iterator[Node]:
    """The node and everything below it, top down and left to right.

    Args:
        node: where to begin.
        below: whether to go on to the operands of a node; everywhere by default.

    >>> from shibie.language.tree import And, Not
    >>> tree = And((Not(Literal(True)), Literal(False)))
    >>> [type(part).__name__ for part in walk(tree)]
    ['And', 'Not', 'Literal', 'Literal']
    >>> [type(part).__name__ for part in walk(tree, below=lambda part: isinstance(part, And))]
    ['And', 'Not', 'Literal']
    """
    yield node
    if below(node):
        for child in children(node):
            yield from walk(child, below)


def walk_outside_items(node: Node) -> Iterator[Node]:
    """As `walk`, without what is said of the items of a collection.

    Quantifiers and aggregates come; their collections and what they ask of items do not.

    >>> from shibie.language.tree import Collection, Not, Quantifier
    >>> some = Quantifier("any", Collection("members", "household"), Literal(True))
    >>> [type(part).__name__ for part in walk_outside_items(Not(some))]
    ['Not', 'Quantifier']
    """
    return walk(node, below=lambda part: not isinstance(part, Quantifier | Aggregate))


def literal_values(nodes: Iterable[Node]) -> Iterator[Constant]:
    """The constants among nodes, in their order; those of lists and codes are no nodes.

    >>> from shibie.language.tree import And
    >>> list(literal_values(walk(And((Literal(True), Literal(False))))))
    [True, False]
    """
    return (node.value for node in nodes if isinstance(node, Literal))


# --- rebuilding -------------------------------------------------------------------------


def with_operands(node: N, operands: Iterable[Node]) -> N:
    """The node with other operands, as many as it has and in the order of `children`.

    Everything else about it stays: its type, its place in the text, its operator, its codes.
    Given its own operands it is the same object.

    >>> from shibie.language.tree import Not
    >>> with_operands(Not(Literal(True)), [Literal(False)]).operand.value
    False
    """
    left = iter(operands)
    changed: dict[str, Any] = {}
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, Node):
            other = next(left)
            if other is not value:
                changed[item.name] = other
        elif isinstance(value, tuple):
            others = tuple(next(left) if isinstance(entry, Node) else entry for entry in value)
            if any(entry is not other for entry, other in zip(value, others, strict=True)):
                changed[item.name] = others
    return replace(node, **changed) if changed else node


def mapped(node: N, change: Callable[[Node], Node]) -> N:
    """The node with each direct operand changed; the same object if none of them is.

    >>> from shibie.language.tree import And, Not
    >>> mapped(And((Literal(True), Literal(False))), Not).operands[1] == Not(Literal(False))
    True
    """
    return with_operands(node, [change(child) for child in children(node)])


def transform(node: Node, change: Callable[[Node], Node]) -> Node:
    """The tree with every part changed, from the leaves up: operands come changed already.

    Args:
        node: the tree.
        change: what stands for a part; the part itself where nothing is to change.

    >>> from shibie.language.tree import And, Not
    >>> def without_double_negation(part):
    ...     match part:
    ...         case Not(operand=Not(operand=inner)):
    ...             return inner
    ...     return part
    >>> transform(Not(Not(Not(Literal(True)))), without_double_negation) == Not(Literal(True))
    True
    """
    return change(mapped(node, lambda child: transform(child, change)))


def parts(node: Node) -> Iterator[tuple[Node, PutBack]]:
    """Every part of a tree, in the order of `walk`, and how to put another in its place.

    A part that occurs twice is two parts: each is put back where it alone stood.

    >>> from shibie.language.tree import And
    >>> for part, put_back in parts(And((Literal(True), Literal(True)))):
    ...     if isinstance(part, Literal):
    ...         print([each.value for each in put_back(Literal(False)).operands])
    [False, True]
    [True, False]
    """
    yield node, lambda other: other
    operands = tuple(children(node))
    for index, operand in enumerate(operands):
        before, after = operands[:index], operands[index + 1 :]
        for part, put_back in parts(operand):
            yield part, _within(node, before, put_back, after)


def _within(
    node: Node, before: tuple[Node, ...], put_back: PutBack, after: tuple[Node, ...]
) -> PutBack:
    return lambda other: with_operands(node, (*before, put_back(other), *after))
