"""The levers below a condition, and the values that matter for each: mined from the tree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from shibie.engine.case import Value
from shibie.engine.interpreter import Place, evaluate, items
from shibie.explain.changes import Lever
from shibie.household import AMOUNT_LIMIT, COUNT_LIMIT
from shibie.language import tree
from shibie.language.names import MEMBERS
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec

_STEPS = {"money": Decimal("0.01"), "decimal": Decimal("0.0001"), "integer": Decimal(1)}
NUMERIC = frozenset(_STEPS)


def lever_of(node: tree.Field, place: Place) -> tuple[Lever, Value]:
    """The lever that a field node stands for at a place, with its present value."""
    if node.owner == HOUSEHOLD:
        return Lever("field", node.name), getattr(place.case.household, node.name)
    if node.owner == MEMBER:
        index = cast("int", place.member)
        value = getattr(place.case.household.members[index], node.name)
        return Lever("field", node.name, index), value
    row = place.row
    assert row is not None
    return (
        Lever("column", node.name, place.member, place.register, row.number),
        row.values.get(node.name),
    )


def below(node: Node, place: Place) -> Iterator[tuple[Lever, Value]]:
    """Every lever that the value of a node can depend on, once or more often."""
    match node:
        case tree.Field():
            yield lever_of(node, place)
            hits = place.ruleset.comparison_of(node.owner, node.name)
            if hits is not None:
                yield from below(hits, place if node.owner == MEMBER else place.at_household())
        case tree.Fact(owner=owner, name=name):
            inside = place if owner == MEMBER else place.at_household()
            yield from below(place.ruleset.facts[cast("Any", owner), name].node, inside)
        case tree.Given():
            index = cast("int", place.member)
            yield Lever("number", "id_number", index), place.case.numbers[index]
        case tree.Parameter(name=name, key=key):
            at = None if key is None else evaluate(key, place.at_household())
            value = evaluate(node, place)
            yield Lever("parameter", name, key=None if at is None else str(at)), value
        case tree.Collection():
            yield from unknown_rows(node, place)
        case tree.Quantifier(collection=collection, predicate=predicate):
            yield from unknown_rows(collection, place)
            for item in items(collection, place):
                yield from below(predicate, item)
        case tree.Aggregate(collection=collection, operand=operand):
            yield from unknown_rows(collection, place)
            for item in items(collection, place):
                if operand is not None:
                    yield from below(operand, item)
        case _:
            for child in tree.children(node):
                yield from below(child, place)


def unknown_rows(node: tree.Collection, place: Place) -> Iterator[tuple[Lever, Value]]:
    """The comparisons that were not done, or not for everybody, in a collection."""
    case, member = place.case, place.member if node.owner == MEMBER else None
    if node.name == MEMBERS or case.rows_of(node.name, member).complete:
        return
    if node.name not in case.supplied:
        yield Lever("rows", node.name), None
        return
    people = range(len(case.household.members)) if member is None else [member]
    for index in people:
        if not case.rows_of(node.name, index).complete:
            yield Lever("rows", node.name, index), None


def spec_of(ruleset: RuleSet, lever: Lever) -> FieldSpec | None:
    """The declaration of the field or column behind a lever."""
    if lever.kind == "field":
        owner = ruleset.vocabulary.of("household" if lever.member is None else "member")
        return next((spec for spec in owner if spec.name == lever.name), None)
    if lever.kind == "column":
        columns = ruleset.registers[lever.register].columns
        return next((spec for spec in columns if spec.name == lever.name), None)
    return None


def step_of(ruleset: RuleSet, lever: Lever) -> Decimal | None:
    """The smallest difference between two values of a numeric lever."""
    if lever.kind == "parameter":
        return Decimal(1).scaleb(-ruleset.parameters[lever.name].type.scale)
    spec = spec_of(ruleset, lever)
    return _STEPS.get(spec.type) if spec else None


def span_of(ruleset: RuleSet, lever: Lever) -> tuple[Decimal, Decimal]:
    """The least and the greatest value of a numeric lever."""
    step = step_of(ruleset, lever)
    assert step is not None
    spec = spec_of(ruleset, lever)
    limit = Decimal(COUNT_LIMIT if spec and spec.type == "integer" else AMOUNT_LIMIT) - step
    low = Decimal(spec.minimum) if spec and spec.minimum is not None else -limit
    high = Decimal(spec.maximum) if spec and spec.maximum is not None else limit
    return (Decimal(0) if lever.kind == "parameter" else low), high


def constants(node: Node, place: Place) -> list[Any]:
    """The numbers and dates that a condition compares with, facts opened."""
    found: list[Any] = []
    for each in opened(node, place.ruleset):
        if isinstance(each, tree.Literal) and isinstance(each.value, Decimal | date):
            found.append(each.value)
        elif isinstance(each, tree.Parameter) and each.key is None:
            value = place.ruleset.parameters[each.name].value(place.case.as_of)
            if value is not None:
                found.append(value)
        elif isinstance(each, tree.AsOf):
            found.append(place.case.as_of)
    return found


def opened(node: Node, ruleset: RuleSet) -> Iterator[Node]:
    """A condition's nodes, with those of the facts and comparisons that it uses."""
    yield node
    if isinstance(node, tree.Fact):
        yield from opened(ruleset.facts[cast("Any", node.owner), node.name].node, ruleset)
    elif isinstance(node, tree.Field):
        hits = ruleset.comparison_of(node.owner, node.name)
        if hits is not None:
            yield from opened(hits, ruleset)
    for child in tree.children(node):
        yield from opened(child, ruleset)


def deciding_nodes(ruleset: RuleSet) -> tuple[Node, ...]:
    """The conditions that decide eligibility."""
    return (
        ruleset.poor.node,
        *(rule.node for rule in ruleset.exclusions),
        *(rule.node for rule in ruleset.reviews),
    )


class Mined:
    """The values of each field and column at which some rule may change its mind."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.codes: dict[tuple[str, str], list[Any]] = {}
        self.numbers: list[Decimal] = []
        self.days: list[date] = []
        self.read: set[tuple[str, str]] = set()
        for root in deciding_nodes(ruleset):
            for node in opened(root, ruleset):
                self._mine(node)

    def _mine(self, node: Node) -> None:
        if isinstance(node, tree.Field):
            self.read.add((node.owner, node.name))
        match node:
            case tree.In(operand=tree.Field() as field, values=values):
                self._codes(field, values)
            case tree.HasCode(operand=tree.Field() as field, code=code):
                self._codes(field, [code])
            case tree.Compare(left=left, right=right):
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, tree.Field) and isinstance(other, tree.Literal):
                        self._codes(one, [other.value])
            case tree.Literal(value=Decimal() as number):
                self.numbers.append(number)
            case tree.Literal(value=date() as day):
                self.days.append(day)

    def _codes(self, field: tree.Field, values: Iterable[Any]) -> None:
        known = self.codes.setdefault((field.owner, field.name), [])
        known += [value for value in values if isinstance(value, str) and value not in known]

    def values(self, lever: Lever, as_of: date) -> list[Any]:
        """The answers worth telling apart for a lever that is not numeric."""
        spec = spec_of(self.ruleset, lever)
        if spec is None:
            return []
        owner = lever.register or (HOUSEHOLD if lever.member is None else MEMBER)
        named = self.codes.get((owner, lever.name), [])
        match spec.type:
            case "bool":
                return [True, False]
            case "code":
                return [*named, *(code for code in spec.codes if code not in named)]
            case "codes":
                sets = [frozenset([code]) for code in named]
                return [*sets, frozenset[str]()]
            case "text" | "citizen_id":
                return [*named, "(其他)"]
            case "date":
                near = [day + timedelta(days=d) for day in self.days for d in (-1, 0, 1)]
                return sorted({as_of, *near})
            case _:
                return []


class _Held:
    """A rule set as a cache key: by identity, since it holds mappings."""

    def __init__(self, it: RuleSet) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.it is self.it


@lru_cache(maxsize=8)
def _mined(held: _Held) -> Mined:
    return Mined(held.it)


def mined(ruleset: RuleSet) -> Mined:
    """The mined values of a rule set, once for each."""
    return _mined(_Held(ruleset))
