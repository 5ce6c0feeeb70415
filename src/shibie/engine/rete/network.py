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
from shibie.ruleset.model import Rule, RuleSet


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
    """A compiled rule set.

    Attributes:
        leaves: the household tests, by signal.
        verdicts: signals of (rule id, upheld or refuted).
        gates: in an order in which inputs come before outputs.
        rules: the wire of each household rule, by id.
        kinds: for each kind, the wire that says that it is the first true one.
        poor, qualified, eligible: the wires of the conclusions.
    """

    leaves: Mapping[int, Node]
    verdicts: Mapping[tuple[str, str], int]
    gates: tuple[Gate, ...]
    rules: Mapping[str, Wire]
    kinds: Mapping[str, Wire]
    poor: Wire
    qualified: Wire
    eligible: Wire


def compile_network(ruleset: RuleSet) -> Network:
    """The network of a rule set's household rules."""
    return _Compiler(ruleset).network()


class _Compiler:
    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.leaves: dict[int, Node] = {}
        self.by_node: dict[Node, Wire] = {}
        self.verdicts: dict[tuple[str, str], int] = {}
        self.gates: list[Gate] = []
        self.signals = 0

    def network(self) -> Network:
        ruleset = self.ruleset
        household = [*ruleset.criteria, *ruleset.exclusions, *ruleset.reviews]
        rules = {rule.id: self.wire(rule.node) for rule in household}
        poor = self.wire(ruleset.poor.node)
        standing = [
            self.both(rules[r.id], self.verdict(r, "refuted").negated) for r in ruleset.exclusions
        ]
        standing += [self.both(rules[r.id], self.verdict(r, "upheld")) for r in ruleset.reviews]
        waiting = [
            self.all(
                [rules[r.id], self.verdict(r, "refuted").negated, self.verdict(r, "upheld").negated]
            )
            for r in ruleset.reviews
        ]
        qualified = self.both(poor, self.any(standing).negated)
        eligible = self.both(qualified, self.any(waiting).negated)
        kinds, none_before = {}, self.always(True)
        for rule in ruleset.kinds:
            condition = self.wire(rule.node)
            kinds[rule.id] = self.both(condition, none_before)
            none_before = self.both(none_before, condition.negated)
        return Network(
            self.leaves, self.verdicts, tuple(self.gates), rules, kinds, poor, qualified, eligible
        )

    def fresh(self) -> int:
        self.signals += 1
        return self.signals

    def verdict(self, rule: Rule, verdict: str) -> Wire:
        key = (rule.id, verdict)
        if key not in self.verdicts:
            self.verdicts[key] = self.fresh()
        return Wire(self.verdicts[key])

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
                return self.wire(self.ruleset.facts["household", name].node)
            case _:
                signal = self.fresh()
                self.leaves[signal] = node
                return Wire(signal)

    def any(self, wires: Iterable[Wire]) -> Wire:
        return self.folded("or", wires, empty=False)

    def all(self, wires: Iterable[Wire]) -> Wire:
        return self.folded("and", wires, empty=True)

    def both(self, left: Wire, right: Wire) -> Wire:
        return self.all([left, right])

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
