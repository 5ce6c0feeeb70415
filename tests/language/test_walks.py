"""Walking trees and rebuilding them: what changes, and that nothing else does."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from shibie.language.parse import parse
from shibie.language.tree import (
    HOUSEHOLD,
    Aggregate,
    And,
    Collection,
    Compare,
    Field,
    HasCode,
    In,
    Literal,
    Node,
    Not,
    Or,
    Parameter,
    Quantifier,
)
from shibie.language.types import Number
from shibie.language.walks import (
    children,
    literal_values,
    mapped,
    parts,
    transform,
    walk,
    with_operands,
)
from support.probe import probe

A, B, C = (Field(HOUSEHOLD, name) for name in "abc")
TREE = And((A, Or((B, Not(C)))))


def swapped(part: Node) -> Node:
    return B if part == A else part


def test_walk_is_top_down_and_left_to_right() -> None:
    assert list(walk(TREE)) == [TREE, A, Or((B, Not(C))), B, Not(C), C]
    assert list(walk(TREE, below=lambda part: isinstance(part, And))) == [TREE, A, TREE.operands[1]]


def test_collections_and_keys_are_operands_and_constants_are_not() -> None:
    rows = Collection("rows", HOUSEHOLD)
    assert list(children(Quantifier("any", rows, A))) == [rows, A]
    assert list(children(Aggregate("count", rows))) == [rows]
    assert list(children(Parameter("line", A))) == [A]
    assert list(children(Parameter("line"))) == []
    assert list(children(In(A, ("x", "y")))) == [A]
    assert list(children(HasCode(A, "x"))) == [A]
    nodes = walk(And((Compare("<", A, Literal(Decimal(3))), In(B, ("x",)))))
    assert list(literal_values(nodes)) == [Decimal(3)]


def test_transform_rebuilds_from_the_leaves_up() -> None:
    seen: list[Node] = []

    def renamed(part: Node) -> Node:
        seen.append(part)
        return replace(part, name=part.name.upper()) if isinstance(part, Field) else part

    big = [Field(HOUSEHOLD, name) for name in "ABC"]
    assert transform(TREE, renamed) == And((big[0], Or((big[1], Not(big[2])))))
    assert seen[:4] == [A, B, C, Not(big[2])]
    assert seen[-1] == And((big[0], Or((big[1], Not(big[2])))))


def test_what_does_not_change_is_the_same_object() -> None:
    assert transform(TREE, lambda part: part) is TREE
    assert mapped(TREE, lambda part: part) is TREE
    assert with_operands(TREE, list(children(TREE))) is TREE
    changed = transform(TREE, swapped)
    assert changed == And((B, Or((B, Not(C)))))
    assert isinstance(changed, And)
    assert changed.operands[1] is TREE.operands[1]


def test_a_mapped_node_changes_its_own_operands_only() -> None:
    assert mapped(Not(And((A, C))), swapped) == Not(And((A, C)))
    assert mapped(And((A, Not(A), A)), swapped) == And((B, Not(A), B))


@pytest.mark.parametrize(
    "node",
    [
        In(A, ("x", "y"), at=(3, 4)),
        HasCode(A, "x", at=(3, 4)),
        Compare("<=", A, C, at=(3, 4)),
        Quantifier("none", Collection("rows", HOUSEHOLD), A, at=(3, 4)),
        Parameter("line", A, type=Number(2, 9), at=(3, 4)),
        Aggregate("sum", Collection("rows", HOUSEHOLD), A, type=Number(2, 9), at=(3, 4)),
    ],
)
def test_everything_but_the_operands_stays(node: Node) -> None:
    changed = mapped(node, swapped)
    assert B in list(children(changed))
    assert A not in list(children(changed))
    assert (changed.type, changed.at) == (node.type, (3, 4))
    assert mapped(changed, lambda part: A if part == B else part) == node


def test_parts_come_in_the_order_of_walk_and_are_put_back_where_they_stood() -> None:
    assert [part for part, _ in parts(TREE)] == list(walk(TREE))
    assert all(put_back(part) is TREE for part, put_back in parts(TREE))
    other = Literal(True)
    assert [put_back(other) for _, put_back in parts(TREE)] == [
        other,
        And((other, Or((B, Not(C))))),
        And((A, other)),
        And((A, Or((other, Not(C))))),
        And((A, Or((B, other)))),
        And((A, Or((B, Not(other))))),
    ]


def test_one_object_that_stands_twice_is_put_back_once() -> None:
    twice = And((A, A))
    assert [put_back(B) for _, put_back in parts(twice)] == [B, And((B, A)), And((A, B))]


def test_a_parsed_condition_keeps_its_types_and_places() -> None:
    node = parse("wage_income < 5 and 标记", probe().names)
    places = {part: (part.type, part.at) for part in walk(node)}
    negated = transform(node, lambda part: Not(part) if part.at == node.operands[1].at else part)  # type: ignore[attr-defined]
    kept = [part for part in walk(negated) if part in places and part != node]
    assert len(kept) == 4
    assert all((part.type, part.at) == places[part] for part in kept)
