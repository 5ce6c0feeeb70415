"""A rule set as a network of two-input gates over leaf tests.

What is known travels as signals: `12T` says that signal 12 is known to be true, `12F`
that it is known to be false; an unknown one says nothing. A gate then needs no negation
and no absence (which durable-rules does not do safely): an `or` is known true as soon as
one input is, and known false when both are; an `and` is its dual; `not` swaps T and F.
That is Kleene's logic, and it only ever adds conclusions when facts are added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from shibie.language import tree
from shibie.language.tree import Node
from shibie.lower.decision import ADMITTED, QUALIFIED, Lowered, first


@dataclass(frozen=True)
class Wire:
    """A signal, or its negation."""

    signal: int
    positive: bool = True

    @property
    def negated(self) -> Wire:
        """The same signal with T and F swapped."""
        return Wire(self.signal, not self.positive)

    def known(self, value: bool) -> str:
        """The fact that says that this wire is known to have a value.

        >>> Wire(3, positive=False).known(True)
        '3F'
        """
        return f"{self.signal}{'T' if value is self.positive else 'F'}"


@dataclass(frozen=True)
class Gate:
    """One conclusion from two wires."""

    kind: Literal["and", "or"]
    left: Wire
    right: Wire
    out: int


@dataclass(frozen=True)
class Network:
    """The decision of a rule set, compiled.

    Attributes:
        leaves: the household tests, by signal; of an undecided one nothing is told.
        gates: in an order in which inputs come before outputs.
        wires: of every part of the decision that is chained.
        eligible: the wire of what makes a household eligible.
    """

    leaves: Mapping[int, Node]
    gates: tuple[Gate, ...]
    wires: Mapping[Node, Wire]
    eligible: Wire


def compile_network(program: Lowered) -> Network:
    """The network of a rule set's household rules and of the decision."""
    return _Compiler(program).network()


class _Compiler:
    def __init__(self, program: Lowered) -> None:
        self.program = program
        self.leaves: dict[int, Node] = {}
        self.by_node: dict[Node, Wire] = {}
        self.gates: list[Gate] = []
        self.signals = 0

    def network(self) -> Network:
        program = self.program
        outputs = (*program.grounds, *program.reviews)
        for node in (
            *(each.node for each in outputs), *(each.holds for each in program.findings),
            *(given for each in program.findings for _, given in each.verdicts),
            *(first(rule) for rule in program.ruleset.kinds), QUALIFIED, ADMITTED,
        ):  # fmt: skip
            self.wire(node)
        return Network(self.leaves, tuple(self.gates), self.by_node, self.wire(ADMITTED))

    def fresh(self) -> int:
        self.signals += 1
        return self.signals

    def always(self, value: bool) -> Wire:
        return self.wire(tree.Literal(value))

    def wire(self, node: Node) -> Wire:
        """The wire of a condition: logic becomes gates, anything else is a leaf."""
        if node not in self.by_node:
            self.by_node[node] = self.built(node)
        return self.by_node[node]

    def built(self, node: Node) -> Wire:
        match node:
            case tree.Not(operand=operand):
                return self.wire(operand).negated
            case tree.And(operands=operands):
                return self.all([self.wire(operand) for operand in operands])
            case tree.Or(operands=operands):
                return self.any([self.wire(operand) for operand in operands])
            case tree.Fact(owner="household", name=name):
                return self.wire(self.program.ruleset.facts["household", name].node)
            case tree.Field() if definition := self.program.definition(node):
                return self.wire(definition)
            case _:
                signal = self.fresh()
                self.leaves[signal] = node
                return Wire(signal)

    def any(self, wires: Iterable[Wire]) -> Wire:
        return self.folded("or", wires, empty=False)

    def all(self, wires: Iterable[Wire]) -> Wire:
        return self.folded("and", wires, empty=True)

    def folded(self, kind: Literal["and", "or"], wires: Iterable[Wire], empty: bool) -> Wire:
        """Two inputs at a time; the same wire twice is one input."""
        distinct = list(dict.fromkeys(wires))
        if not distinct:
            return self.always(empty)
        result = distinct[0]
        for wire in distinct[1:]:
            out = self.fresh()
            self.gates.append(Gate(kind, result, wire, out))
            result = Wire(out)
        return result
