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
from typing import Any, cast

from shibie.engines.solver import numbers
from shibie.engines.solver.household import Bound, SymbolicPlace
from shibie.engines.solver.logic import BoolTerm, Int, both, either, implies, inverse
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.values import End, NumberTerm, ValueTerm, limited
from shibie.engines.solver.z3lib import z3
from shibie.language import tree
from shibie.language.names import MEMBERS, PEOPLE
from shibie.language.operators import OPERATORS, Key, RegistryError, label_of, variants_of
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.types import Number as NumberType
from shibie.proofs.derived_households import DerivedHousehold, Forgotten, Grown, Stepped
from shibie.ruleset.conditions import collections_used, definition, fields_used, opened_at
from shibie.ruleset.model import Rule, RuleSet

# A household, and the same one changed.
READINGS = 2
# Each quantifier says at most two things: there is an item for which it is true, and one
# for which it is not false. An aggregate: there is an item, and one of which something is unknown,
# maybe that it belongs.
STATEMENTS = 2


class _Statements:
    """Counts what conditions say about members and rows."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.members = 0
        self.rows = dict.fromkeys(ruleset.registers, 0)
        self.of_household: set[tree.Quantifier | tree.Aggregate] = set()
        self.personal: set[str] = set()
        # Whether rows are looked at for their owners, who may count or not.
        self.by_owner = False

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
        counted = counted_behind(self.ruleset, node)
        if counted is not None:
            return counted, MEMBER
        found = definition(self.ruleset, node)
        if not isinstance(node, tree.Fact | tree.Field) or found is None:
            return None
        return found, node.owner

    def over(self, node: tree.Quantifier | tree.Aggregate) -> None:
        """Count one quantifier or aggregate."""
        name, said = node.collection.name, statements(self.ruleset, node)
        if name in PEOPLE:
            self.members += said
            return
        self.rows[name] += said
        if node.collection.owner == MEMBER:
            self.personal.add(name)
        else:
            self.of_household.add(node)
            self.by_owner |= counted_behind(self.ruleset, node.collection) is not None

    def of_people(self) -> int:
        """Counts statements about the household's rows that conditions also make for one person."""
        return sum(
            statements(self.ruleset, node)
            for node in self.of_household
            if node.collection.name in self.personal
        )


def _inside(collection: tree.Collection, _: str) -> str:
    """A condition on items speaks of a member, or of a row."""
    return MEMBER if collection.name in PEOPLE else "row"


def counted_behind(ruleset: RuleSet, node: Node) -> Node | None:
    """Who counts, where that is asked: by name, of the members, and of whose rows are looked at."""
    persons = ruleset.persons
    match node:
        case tree.Given(name="counted") | tree.Collection(name="members"):
            return persons.counted if persons else None
        case tree.Collection(owner="household", name=name) if name in ruleset.registers and persons:
            return persons.counted if ruleset.registers[name].of == MEMBERS else None
    return None


def statements(ruleset: RuleSet, node: tree.Quantifier | tree.Aggregate) -> int:
    """How many things a quantifier or aggregate says about items.

    A mere count of the people on the form says nothing: that there is one is never in question.
    """
    if isinstance(node, tree.Quantifier) or node.operand is not None:
        return STATEMENTS
    everyone = node.collection.name in PEOPLE and not counted_behind(ruleset, node.collection)
    return 0 if everyone else STATEMENTS


def enough(ruleset: RuleSet, roots: Iterable[Node]) -> Bound:
    """How many members and rows are enough for loosened conditions.

    Args:
        ruleset: the pack.
        roots: the conditions that are asked about.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> enough(ruleset, [ruleset.rule("above_local").node]).members  # it speaks of no member
    6
    """
    said = _Statements(ruleset)
    asked = list(roots)
    said.read(asked)
    people = said.members + said.of_people()
    # The first member, the one who gets one more row, and the head of the household; then in
    # each reading one without a number, and those who have the rows that are nobody's in
    # particular: one in each reading, or one for each way to count in both (not to count in both
    # is none).
    head = (MEMBER, "relation") in fields_used(ruleset, asked)
    holders = 3**READINGS - 1 if said.by_owner else READINGS
    members = 2 + head + READINGS * (1 + people) + holders
    rows = {name: 1 + READINGS * count for name, count in said.rows.items()}
    # Who is no holder has but the rows of which something is asked of him; who gets one more is
    # as a holder.
    each = tuple(
        (name, count, count if name in said.personal else 0) for name, count in rows.items()
    )
    return Bound(members, max(rows.values(), default=1), holders + 1, each)


# What the names of a household's numbers end with of which less is known.
_FORGOTTEN = " with less known"


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
        elif isinstance(facts, Forgotten):
            changed = _FORGOTTEN
        else:
            assert not isinstance(facts, Stepped)
        return f"any {node!r} at {place}{changed}"

    def _any_number(
        self, node: tree.Aggregate, place: SymbolicPlace
    ) -> tuple[NumberTerm, BoolTerm, BoolTerm]:
        """Any number; that all items and their values are known; that there may be an item.

        Where not everything is known, it is between any bounds, or unknown.
        """
        items = list(self._items(node.collection, place))
        known: BoolTerm = self._complete(node.collection, place)
        for belongs, at in items:
            known = both(known, belongs.known)
            if node.operand is not None:
                known = both(known, either(belongs.no, self.value(node.operand, at).known))
        scale = node.type.scale if isinstance(node.type, NumberType) else 0
        label = self._label(node, place)
        some = either(*(inverse(belongs.no) for belongs, _ in items))
        if known is True:
            return NumberTerm.exact(True, z3.Int(label), scale), True, some
        least, most = (
            End(either(known, z3.Bool(f"{way} of {label}")), z3.Int(f"{way} {label}"))
            for way in ("least", "most")
        )
        self.base.structure += [
            implies(both(least.has, most.has), least.units <= most.units),
            implies(known, least.units == most.units),
        ]
        found = NumberTerm(least, most, scale)
        self._no_less_known(node, found, label)
        return found, known, some

    def _no_less_known(self, node: tree.Aggregate, found: NumberTerm, label: str) -> None:
        """Of a household of which less is known, the bounds are no narrower.

        Which is so of all conditions but those that ask what is known.
        """
        before: dict[str, NumberTerm] = self.base.__dict__.setdefault("loosened", {})
        if not isinstance(self.facts, Forgotten):
            before[label] = found
            return
        more = before.get(label.removesuffix(_FORGOTTEN))
        if more is None or self._asks_what_is_known(node):
            return
        self.base.structure += [
            implies(found.least.has, both(more.least.has, found.least.units <= more.least.units)),
            implies(found.most.has, both(more.most.has, found.most.units >= more.most.units)),
        ]

    def _asks_what_is_known(self, node: Node) -> bool:
        def behind(part: Node, _: str) -> tuple[Node, str] | None:
            found = definition(self.ruleset, part) or counted_behind(self.ruleset, part)
            return None if found is None else (found, "")

        opened = opened_at([node], "", behind, lambda _, at: at)
        return any(isinstance(part, tree.Known | tree.Sure) for part, _ in opened)

    def _any_of_items(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        if not isinstance(node.type, NumberType):
            return super().value(node, place)
        found, _, some = self._any_number(node, place)
        return limited(found, some)

    def _any_sum(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        found, known, some = self._any_number(node, place)
        self.base.structure.append(implies(both(known, inverse(some)), found.units == 0))
        return found

    def _any_count(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        found, known, some = self._any_number(node, place)
        said = self.base.structure
        said.append(implies(both(known, inverse(some)), found.units == 0))
        # Whatever is not known of it, a count is at least nothing.
        said += [end.units >= 0 for end in (found.least, found.most)]
        if not found.is_exact:
            said.append(found.least.has)
        if node.operand is None:
            said.append(implies(both(known, some), found.units >= 1))
        return found

    def _any_quotient(self, node: tree.RoundQuotient, place: SymbolicPlace) -> ValueTerm:
        above, below = self.number(node.numerator, place), self.number(node.denominator, place)
        if isinstance(below.units, int) and below.is_exact:
            return super().value(node, place)
        # One function for each way of rounding: the nearest is not the next below.
        name = f"quotient {above.scale} {below.scale} {node.places} {node.way}"
        function = z3.Function(name, z3.IntSort(), z3.IntSort(), z3.IntSort())

        def over(x: End, y: End) -> Int:
            terms = (z3.IntVal(end.units) if isinstance(end.units, int) else end.units
                     for end in (x, y))  # fmt: skip
            found = function(*terms)
            self._grows_with_numerator(name, x.units, y.units, found)
            return found

        return numbers.quotient_by(above, below, node.places, over, floors=node.way == "down")

    def _grows_with_numerator(self, name: str, above: Int, below: Int, quotient: Int) -> None:
        """Adds that over the same divisor above zero, more is not less; nor over a lesser one."""
        earlier: list[tuple[Any, Any, Any]] = self.base.__dict__.setdefault(name, [])
        ways = [(each, (above, below, quotient)) for each in earlier]
        for (a, b, q), (c, d, r) in [*ways, *((two, one) for one, two in ways)]:
            nearer = either(b == d, both(c >= 0, d <= b), both(a <= 0, b <= d))
            self.base.structure.append(implies(both(b > 0, d > 0, a <= c, nearer), q <= r))
        earlier.append((above, below, quotient))


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
