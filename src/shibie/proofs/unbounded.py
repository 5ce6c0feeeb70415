"""When a proof for a bounded number of members and rows holds for households of every size.

The argument, step by step, is in the manual (docs/verify.md). In short: let every sum and
count be any number at all, and a quotient any number that grows with its numerator. What
still cannot happen then cannot happen at all. A condition so loosened speaks of members and
rows only by saying that there is one of some sort, or none. A household that refutes it can
lose everybody but one for each such statement, and still refutes it. `enough` counts the
statements; `LoosenedReading` is the loosened reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any, cast

from shibie.engines.solver.household import Bound, SymbolicPlace
from shibie.engines.solver.logic import BoolTerm, both, either, implies, inverse
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.values import NumberTerm, ValueTerm
from shibie.engines.solver.z3lib import z3
from shibie.language import tree
from shibie.language.names import MEMBERS
from shibie.language.operators import OPERATORS, Key, RegistryError, label_of, variants_of
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.types import Number as NumberType
from shibie.proofs.derived_households import DerivedHousehold, Grown, Stepped
from shibie.ruleset.conditions import collections_used, definition, fields_used, opened_at
from shibie.ruleset.model import Rule, RuleSet

# A household, and the same one changed.
READINGS = 2
# Each quantifier says at most two things: there is an item for which it is true, and one
# for which it is not false. An aggregate: there is an item, and one that is unknown.
STATEMENTS = 2


class _Statements:
    """Counts what conditions say about members and rows."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.members = 0
        self.rows = dict.fromkeys(ruleset.registers, 0)
        self.of_household: set[tree.Quantifier | tree.Aggregate] = set()
        self.personal: set[str] = set()

    def read(self, roots: Iterable[Node]) -> None:
        """Count what conditions say, each part once for households, members and rows."""
        for node, _ in dict.fromkeys(opened_at(roots, HOUSEHOLD, self.behind, _inside)):
            if isinstance(node, tree.Quantifier | tree.Aggregate):
                self.over(node)
            elif (rule := self.asked(node)) and rule.owner == MEMBER:
                self.members += STATEMENTS

    def asked(self, node: Node) -> Rule | None:
        """The rule of which a claim asks whether it holds."""
        if isinstance(node, tree.Field) and node.owner.startswith("rule:") and node.name == "holds":
            return self.ruleset.rule(node.owner.removeprefix("rule:"))
        return None

    def behind(self, node: Node, _: str) -> tuple[Node, str] | None:
        """The definition behind a node; for a claim about a rule, that rule's condition."""
        rule = self.asked(node)
        if rule is not None:
            return rule.node, rule.owner
        found = definition(self.ruleset, node)
        if not isinstance(node, tree.Fact | tree.Field) or found is None:
            return None
        return found, node.owner

    def over(self, node: tree.Quantifier | tree.Aggregate) -> None:
        """Count one quantifier or aggregate."""
        name = node.collection.name
        if name == MEMBERS:
            self.members += statements(node)
            return
        self.rows[name] += statements(node)
        if node.collection.owner == MEMBER:
            self.personal.add(name)
        else:
            self.of_household.add(node)

    def of_people(self) -> int:
        """Counts statements about the household's rows that conditions also make for one person."""
        return sum(
            statements(node) for node in self.of_household if node.collection.name in self.personal
        )


def _inside(collection: tree.Collection, _: str) -> str:
    """A condition on items speaks of a member, or of a row."""
    return MEMBER if collection.name == MEMBERS else "row"


def statements(node: tree.Quantifier | tree.Aggregate) -> int:
    """How many things a quantifier or aggregate says about items.

    A mere count says only that there is one; of the members that is never in question.
    """
    if isinstance(node, tree.Quantifier) or node.operand is not None:
        return STATEMENTS
    return 0 if node.collection.name == MEMBERS else 1


def enough(ruleset: RuleSet, roots: Iterable[Node]) -> Bound:
    """How many members and rows are enough for loosened conditions.

    Args:
        ruleset: the pack.
        roots: the conditions that are asked about.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> enough(ruleset, [ruleset.rule("above_local").node])  # no member, no row
    Bound(members=6, rows=1)
    """
    said = _Statements(ruleset)
    asked = list(roots)
    said.read(asked)
    people = said.members + said.of_people()
    # The first member, the one who gets one more row, and the head of the household; then in
    # each reading one who has the rows that are nobody's in particular, and one without a number.
    head = (MEMBER, "relation") in fields_used(ruleset, asked)
    members = 2 + head + READINGS * (2 + people)
    return Bound(members, 1 + READINGS * max(said.rows.values(), default=0))


class LoosenedReading(SolverReading):
    """The reading in which sums, counts and quotients may be any number."""

    def value(self, node: Node, place: SymbolicPlace = SymbolicPlace()) -> ValueTerm:
        """The value of a node, loosened."""
        loosened = _LOOSENED.get(node.operator)
        return loosened(self, node, place) if loosened else super().value(node, place)

    @property
    def base(self) -> Symbolic:
        """The household from which all others are made."""
        facts = self.facts
        return facts.base if isinstance(facts, DerivedHousehold) else cast("Symbolic", facts)

    def _label(self, node: Node, place: SymbolicPlace) -> str:
        """The variable's name, the same in all households whose items are the same."""
        facts, changed = self.facts, ""
        if isinstance(facts, Grown):
            # Through facts and comparisons too: what grows may stand far below.
            collections = collections_used(self.ruleset, [node])
            used = fields_used(self.ruleset, [node])
            if facts.register in collections or used & facts.fields.keys():
                changed = f" after {facts.name}"
        else:
            assert not isinstance(facts, Stepped)
        return f"any {node!r} at {place}{changed}"

    def _any_number(
        self, node: tree.Aggregate, place: SymbolicPlace
    ) -> tuple[NumberTerm, BoolTerm, BoolTerm]:
        """Any number; that all items and their values are known; that there is an item."""
        items = list(self._items(node.collection, place))
        known = self._complete(node.collection, place)
        if node.operand is not None:
            values = [(there, self.value(node.operand, at)) for there, at in items]
            known = both(known, *(implies(there, value.known) for there, value in values))
        scale = node.type.scale if isinstance(node.type, NumberType) else 0
        found = NumberTerm(known, z3.Int(self._label(node, place)), scale)
        return found, known, either(*(there for there, _ in items))

    def _any_of_items(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        if not isinstance(node.type, NumberType):
            return super().value(node, place)
        found, known, some = self._any_number(node, place)
        return replace(found, known=both(known, some))

    def _any_sum(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        found, known, some = self._any_number(node, place)
        self.base.structure.append(implies(both(known, inverse(some)), found.units == 0))
        return found

    def _any_count(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        found, known, some = self._any_number(node, place)
        said = self.base.structure
        said.append(implies(both(known, inverse(some)), found.units == 0))
        said.append(found.units >= 0)
        if node.operand is None:
            said.append(implies(both(known, some), found.units >= 1))
        return found

    def _any_quotient(self, node: tree.RoundQuotient, place: SymbolicPlace) -> ValueTerm:
        above, below = self.number(node.numerator, place), self.number(node.denominator, place)
        if isinstance(below.units, int):
            return super().value(node, place)
        known = both(above.known, below.known, inverse(either(below.units == 0)))
        # One function for each way of rounding: the nearest is not the next below.
        name = f"quotient {above.scale} {below.scale} {node.places} {node.way}"
        units = z3.Function(name, z3.IntSort(), z3.IntSort(), z3.IntSort())(
            z3.IntVal(above.units) if isinstance(above.units, int) else above.units, below.units
        )
        earlier: list[tuple[Any, Any, Any]] = self.base.__dict__.setdefault(name, [])
        for a, b, quotient in earlier:
            same: BoolTerm = both(either(b == below.units), below.units > 0)
            self.base.structure += [
                implies(both(same, a <= above.units), quotient <= units),
                implies(both(same, a >= above.units), quotient >= units),
            ]
        earlier.append((above.units, below.units, units))
        return NumberTerm(known, units, node.places)


_LOOSENED: Mapping[Key, Callable[[LoosenedReading, Any, SymbolicPlace], ValueTerm]] = {
    (tree.Aggregate, "count"): LoosenedReading._any_count,
    (tree.Aggregate, "sum"): LoosenedReading._any_sum,
    (tree.Aggregate, "min"): LoosenedReading._any_of_items,
    (tree.Aggregate, "max"): LoosenedReading._any_of_items,
    **{
        (tree.RoundQuotient, way): LoosenedReading._any_quotient
        for way in variants_of(tree.RoundQuotient)
    },
}
for _key in OPERATORS:
    # What is said of how many items are enough holds of aggregates that are loosened here.
    if _key[0] is tree.Aggregate and _key not in _LOOSENED:
        raise RegistryError(f"proofs of any size do not know how to loosen {label_of(_key)}")
