"""The reference reading: one household at a time, exact, three-valued, with a trace.

Each node kind has one function that asks for its operands through `visit`. Evaluating
and tracing differ only in what `visit` does, so a trace can never disagree with the value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, localcontext
from itertools import chain, repeat
from typing import Any, cast

from shibie import citizen_id
from shibie.engine.case import Case, Row, Value
from shibie.engine.exact import EXACT, quotient, rounded
from shibie.engine.kleene import Truth, conjunction, disjunction, negation
from shibie.language import tree
from shibie.language.names import MEMBERS
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.ruleset.model import RuleSet

Records = Mapping[str, Mapping[str, Value]]
Definitions = Mapping[tuple[str, str], Node]


@dataclass(frozen=True, eq=False)
class Place:
    """Where a node is evaluated: the case, and the member and row at hand.

    Attributes:
        records: what is told of the household beside its form, by owner: steps, say.
        definitions: trees behind further (owner, name), all at the household.
        others: the household and its members as places, each made once.
    """

    ruleset: RuleSet
    case: Case
    memo: dict[tuple[str, str, int | None], Value]
    member: int | None = None
    row: Row | None = None
    register: str = ""
    records: Records = field(default_factory=dict)
    definitions: Definitions = field(default_factory=dict)
    others: dict[int | None, Place] = field(init=False, repr=False, default_factory=dict)

    @classmethod
    def top(cls, ruleset: RuleSet, case: Case, definitions: Definitions | None = None) -> Place:
        """The household itself."""
        return cls(ruleset, case, {}, definitions=definitions or {})

    def at_member(self, index: int | None) -> Place:
        """The same case, with a member at hand."""
        found = self.others.get(index)
        if found is None:
            found = Place(
                self.ruleset, self.case, self.memo, index,
                records=self.records, definitions=self.definitions,
            )  # fmt: skip
            object.__setattr__(found, "others", self.others)
            self.others[index] = found
        return found

    def at_household(self) -> Place:
        """The same case, with nothing but the household at hand."""
        return self.at_member(None)

    def at_row(self, register: str, row: Row, member: int | None) -> Place:
        """The same case, with a register's row at hand."""
        found = Place(
            self.ruleset, self.case, self.memo, member, row, register, self.records,
            self.definitions,
        )  # fmt: skip
        object.__setattr__(found, "others", self.others)
        return found

    def says(self, node: Node) -> Value:
        """The value of a node here."""
        return evaluate(node, self)

    def label(self) -> str:
        """Prefix of the facts at hand in lists of unknown facts."""
        if self.row is not None:
            return f"{self.register}[{self.row.number}]."
        if self.member is not None:
            return f"members[{self.case.household.members[self.member].member_id}]."
        return ""


Visit = Callable[[Node, Place], Any]


def evaluate(node: Node, place: Place) -> Value:
    """The value of a node: None where it is unknown.

    >>> from shibie.language.tree import Literal
    >>> evaluate(tree.Not(Literal(True)), cast("Place", None))
    False
    """
    return cast("Value", _CASES[type(node)](node, place, _evaluate))


def _evaluate(node: Node, place: Place) -> Any:
    return _CASES[type(node)](node, place, _evaluate)


def truth(node: Node, ruleset: RuleSet, case: Case) -> Truth:
    """The truth of a household condition."""
    with localcontext(EXACT):
        return cast("Truth", evaluate(node, Place.top(ruleset, case)))


# --- leaves -----------------------------------------------------------------------------


def _literal(node: tree.Literal, place: Place, visit: Visit) -> Value:
    return node.value


def _as_of(node: tree.AsOf, place: Place, visit: Visit) -> Value:
    return place.case.as_of


def _parameter(node: tree.Parameter, place: Place, visit: Visit) -> Value:
    parameter = place.ruleset.parameters[node.name]
    if node.key is None:
        return parameter.value(place.case.as_of)
    key = visit(node.key, place.at_household())
    return None if key is None else parameter.value(place.case.as_of, key)


def _declared(node: tree.Field | tree.Declared, place: Place, visit: Visit) -> Value:
    """What the form says, before any comparison."""
    if node.owner == HOUSEHOLD:
        return cast("Value", getattr(place.case.household, node.name))
    member = place.case.household.members[cast("int", place.member)]
    return cast("Value", getattr(member, node.name))


def _record(node: tree.Field, place: Place, visit: Visit) -> Value:
    """What is known beside the form: told of a step, a verdict, or defined from these."""
    key = (node.owner, node.name, None)
    if key in place.memo and visit is _evaluate:
        return place.memo[key]
    told = place.records.get(node.owner)
    if told is not None and node.name in told:
        return told[node.name]
    definition = place.definitions.get(key[:2])
    if definition is not None:
        place.memo[key] = value = visit(definition, place.at_household())
        return cast("Value", value)
    kind, _, rule_id = node.owner.partition(":")
    if kind != "rule":
        return None
    verdict = place.case.adjudications.get(rule_id)
    return verdict is not None and verdict.verdict == node.name


def _field(node: tree.Field, place: Place, visit: Visit) -> Value:
    if node.owner not in (HOUSEHOLD, MEMBER):
        if place.row is not None and node.owner == place.register:
            return place.row.values.get(node.name)
        return _record(node, place, visit)
    said = _declared(node, place, visit)
    hits = place.ruleset.comparison_of(node.owner, node.name)
    if hits is None or said is True:
        return said
    if place.case.trust_declarations and hits.collection.name not in place.case.supplied:
        return said
    # A declared "no" counts only once it is compared, so it adds nothing here.
    return cast("Value", visit(hits, place if node.owner == MEMBER else place.at_household()))


def _given(node: tree.Given, place: Place, visit: Visit) -> Value:
    number = place.case.numbers[cast("int", place.member)]
    if number is None:
        return None
    if node.name == "sex":
        return citizen_id.sex(number)
    return citizen_id.age(number, place.case.as_of)


def _fact(node: tree.Fact, place: Place, visit: Visit) -> Value:
    member = place.member if node.owner == MEMBER else None
    inside = place.at_household() if member is None else place.at_member(member)
    key = (node.owner, node.name, member)
    if visit is not _evaluate:  # a trace wants the whole derivation, each time
        return cast("Value", visit(place.ruleset.facts[key[:2]].node, inside))  # type: ignore[index]
    if key not in place.memo:
        place.memo[key] = visit(place.ruleset.facts[key[:2]].node, inside)  # type: ignore[index]
    return place.memo[key]


# --- logic ------------------------------------------------------------------------------


def _not(node: tree.Not, place: Place, visit: Visit) -> Truth:
    return negation(visit(node.operand, place))


def _each(visit: Visit, operands: Iterable[Node], places: Iterable[Place]) -> Iterable[Any]:
    """The values of operands: only as many as are asked for, but for a trace all of them."""
    values = map(visit, operands, places)
    return values if visit is _evaluate else list(values)


def _and(node: tree.And, place: Place, visit: Visit) -> Truth:
    return conjunction(_each(visit, node.operands, repeat(place)))


def _or(node: tree.Or, place: Place, visit: Visit) -> Truth:
    return disjunction(_each(visit, node.operands, repeat(place)))


_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip


def _compare(node: tree.Compare, place: Place, visit: Visit) -> Truth:
    left, right = visit(node.left, place), visit(node.right, place)
    return None if left is None or right is None else _ORDER[node.op](left, right)


def _in(node: tree.In, place: Place, visit: Visit) -> Truth:
    value = visit(node.operand, place)
    return None if value is None else value in node.values


def _has_code(node: tree.HasCode, place: Place, visit: Visit) -> Truth:
    codes = visit(node.operand, place)
    return None if codes is None else node.code in codes


def _known(node: tree.Known, place: Place, visit: Visit) -> Truth:
    return visit(node.operand, place) is not None


def _sure(node: tree.Sure, place: Place, visit: Visit) -> Truth:
    return visit(node.operand, place) is True


def _choose(node: tree.Choose, place: Place, visit: Visit) -> Value:
    condition = visit(node.condition, place)
    if condition is not None:
        return cast("Value", visit(node.then if condition else node.otherwise, place))
    then, otherwise = visit(node.then, place), visit(node.otherwise, place)
    return cast("Value", then) if then == otherwise else None


# --- numbers and dates ------------------------------------------------------------------


def _arithmetic(node: tree.Arithmetic, place: Place, visit: Visit) -> Value:
    left, right = visit(node.left, place), visit(node.right, place)
    if left is None or right is None:
        return None
    match node.op:
        case "+":
            return cast("Value", left + right)
        case "-":
            return cast("Value", left - right)
        case "*":
            return cast("Value", left * right)


def _negate(node: tree.Negate, place: Place, visit: Visit) -> Value:
    value = visit(node.operand, place)
    return None if value is None else 0 - value


def _round(node: tree.Round, place: Place, visit: Visit) -> Value:
    value = visit(node.operand, place)
    return None if value is None else rounded(value, node.places)


def _round_quotient(node: tree.RoundQuotient, place: Place, visit: Visit) -> Value:
    above, below = visit(node.numerator, place), visit(node.denominator, place)
    return None if above is None or below is None else quotient(above, below, node.places)


def _extremum(node: tree.Extremum, place: Place, visit: Visit) -> Value:
    values = [visit(operand, place) for operand in node.operands]
    if any(value is None for value in values):
        return None
    return cast("Value", min(values) if node.kind == "min" else max(values))


def _absolute(node: tree.Absolute, place: Place, visit: Visit) -> Value:
    value = visit(node.operand, place)
    return None if value is None else abs(value)


def _between(node: tree.Between, place: Place, visit: Visit) -> Value:
    start, end = visit(node.start, place), visit(node.end, place)
    if start is None or end is None:
        return None
    if node.unit == "days":
        return cast("int", (end - start).days)
    return citizen_id.years_between(start, end)


# --- collections ------------------------------------------------------------------------


def _collection(node: tree.Collection, place: Place, visit: Visit) -> Truth:
    """Whether the collection is completely known: True, or None.

    Where it is not, a trace goes on to whoever's rows are not: the register as a whole
    when it was not supplied, else each person who could not be matched.
    """
    case, member = place.case, place.member if node.owner == MEMBER else None
    if node.name == MEMBERS or case.rows_of(node.name, member).complete:
        return True
    if node.name not in case.supplied:
        if node.owner == MEMBER:
            visit(tree.Collection(node.name, HOUSEHOLD), place.at_household())
    elif node.owner == HOUSEHOLD:
        for index in range(len(case.household.members)):
            visit(tree.Collection(node.name, MEMBER), place.at_member(index))
    return None


def items(node: tree.Collection, place: Place) -> tuple[Place, ...]:
    """The places of a collection's known items."""
    if node.name == MEMBERS:
        return tuple(place.at_member(index) for index in range(len(place.case.household.members)))
    member = place.member if node.owner == MEMBER else None
    return tuple(
        place.at_row(node.name, row, member) for row in place.case.rows_of(node.name, member).items
    )


def _quantifier(node: tree.Quantifier, place: Place, visit: Visit) -> Truth:
    complete = visit(node.collection, place)
    values = _each(visit, repeat(node.predicate), items(node.collection, place))
    if node.kind == "all":
        return conjunction(chain(values, (complete,)))
    some = disjunction(chain(values, (False if complete else None,)))
    return some if node.kind == "any" else negation(some)


def _aggregate(node: tree.Aggregate, place: Place, visit: Visit) -> Value:
    complete = visit(node.collection, place)
    inside = items(node.collection, place)
    if node.operand is None:
        return len(inside) if complete else None
    values = [visit(node.operand, item) for item in inside]
    if not complete or any(value is None for value in values):
        return None
    match node.kind:
        case "count":
            return cast("Value", sum(values))
        case "sum":
            return cast("Value", sum(values, start=Decimal(0)))
        case "min":
            return cast("Value", min(values, default=None))
        case "max":
            return cast("Value", max(values, default=None))


_CASES: Mapping[type[Node], Callable[[Any, Place, Visit], Any]] = {
    tree.Literal: _literal, tree.AsOf: _as_of, tree.Parameter: _parameter, tree.Field: _field,
    tree.Declared: _declared, tree.Sure: _sure,
    tree.Given: _given, tree.Fact: _fact, tree.Collection: _collection, tree.Not: _not,
    tree.And: _and, tree.Or: _or, tree.Compare: _compare, tree.In: _in,
    tree.HasCode: _has_code, tree.Known: _known, tree.Choose: _choose,
    tree.Arithmetic: _arithmetic, tree.Negate: _negate, tree.Round: _round,
    tree.RoundQuotient: _round_quotient, tree.Extremum: _extremum, tree.Absolute: _absolute,
    tree.Between: _between, tree.Quantifier: _quantifier, tree.Aggregate: _aggregate,
}  # fmt: skip

SUPPORTED = frozenset(_CASES)
