"""Why a value is what it is: the tree of a condition with every value and its source."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import localcontext
from typing import Any, Literal

from shibie.bounds import is_known
from shibie.case import Value
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import CASES
from shibie.engines.place import Place
from shibie.language import tree
from shibie.language.names import PEOPLE
from shibie.language.tree import CROWD, HOUSEHOLD, MEMBER, ROW, Node

Source = Literal["declared", "compared", "derived", "parameter", "constant", "as_of"]


@dataclass(frozen=True)
class ValueOrigin:
    """Where the value of a leaf comes from.

    Attributes:
        source: 申报 declared, 比对 compared, 推算 derived, or the rule set itself.
        register: the register that said so, for compared values.
        rows: the row numbers that said so.
    """

    source: Source
    register: str = ""
    rows: tuple[int, ...] = ()


@dataclass(frozen=True)
class Trace:
    """One node with its value at one place.

    Attributes:
        node: the node.
        value: its value; None is unknown.
        label: prefix of the place, e.g. `members[3].` or `vehicles[7].`.
        children: the operands that were evaluated, in order.
        provenance: for leaves.
    """

    node: Node
    value: Value
    label: str = ""
    children: tuple[Trace, ...] = ()
    provenance: ValueOrigin | None = None


def trace(node: Node, place: Place) -> Trace:
    """The value of a node together with everything that it was computed from."""
    with localcontext(EXACT):
        return _trace(node, place)


def _trace(node: Node, place: Place) -> Trace:
    below: list[Trace] = []

    def visit(operand: Node, at: Place) -> Any:
        below.append(_trace(operand, at))
        return below[-1].value

    value = CASES[node.operator](node, place, visit)
    children = tuple(below)
    return Trace(node, value, place.label(), children, _provenance(node, place, children))


def _provenance(node: Node, place: Place, children: tuple[Trace, ...]) -> ValueOrigin | None:
    match node:
        case tree.Field(owner=owner) if owner not in (HOUSEHOLD, MEMBER):
            return ValueOrigin("compared", owner, (place.row.number,) if place.row else ())
        case tree.Field() if children:
            # The declared value did not settle it, so the register did.
            (hits,) = children
            collection = hits.node
            assert isinstance(collection, tree.Quantifier)
            return ValueOrigin("compared", collection.collection.name, hit_rows(hits))
        case tree.Field():
            return ValueOrigin("declared")
        case tree.Collection(name=name) if name not in PEOPLE:
            return ValueOrigin("compared", name)
        case tree.Given() | tree.FoundElsewhere() | tree.Fact():
            return ValueOrigin("derived")
        case tree.Parameter():
            return ValueOrigin("parameter")
        case tree.Literal():
            return ValueOrigin("constant")
        case tree.AsOf():
            return ValueOrigin("as_of")
        case _:
            return None


def hit_rows(hits: Trace) -> tuple[int, ...]:
    """Row numbers of the predicates that came out true, read off their labels."""
    labels = [child.label for child in hits.children[1:] if child.value is True]
    return tuple(int(label[label.index("[") + 1 : -2]) for label in labels)


def unknown_facts(root: Trace, name: str) -> frozenset[str]:
    """The facts whose absence leaves `root` undecided.

    Walks down through undecided nodes only and takes the unknown leaves, by their path:
    `wage_income`, `members[3].health`, `vehicles[7].kind`; a register's name stands for a
    comparison that was not done, `members[3].vehicles` for a person who could not be
    matched; `vehicles[7]` alone for a row that may be about the person, `vehicles[*]` for rows
    that tell nobody apart. An operation that is unknown although its operands are known (a division by
    zero, a minimum over nothing) goes by the name of the fact or rule it stands in.

    Args:
        root: a trace.
        name: the rule that `root` belongs to.
    """
    return frozenset(_unknown(root, name))


def _unknown(at: Trace, name: str) -> Iterator[str]:
    if is_known(at.value):
        return
    inside = f"{at.label}{at.node.name}" if isinstance(at.node, tree.Fact) else name
    undecided = [child for child in at.children if not is_known(child.value)]
    if undecided:
        for child in undecided:
            yield from _unknown(child, inside)
        return
    match at.node:
        case tree.Field() | tree.Parameter():
            yield at.label + at.node.name
        case tree.Given():
            yield at.label + "id_number"
        case tree.Collection(owner=owner):
            # A row that may be about the person goes by its own name; those that tell nobody
            # apart go together.
            of_rows = {ROW: at.label.removesuffix("."), CROWD: f"{at.node.name}[*]"}
            yield of_rows.get(owner) or at.label + at.node.name
        case _:
            yield inside
