"""The facts below a condition that could change, and the values at which rules tell them apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from shibie.case import Value
from shibie.engines.interpreter import evaluate, items, may_count_in
from shibie.engines.place import Place
from shibie.explanations.changed_cases import Lever, owner_of
from shibie.household import AMOUNT_LIMIT, COUNT_LIMIT
from shibie.language import tree
from shibie.language.names import PEOPLE
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.walks import children, literal_values
from shibie.ruleset.compared_values import compared_values
from shibie.ruleset.conditions import definition, drawn_on, fields_used, opened
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


def is_relevant(lever: Lever, place: Place) -> bool:
    """Whether a field may mean something of whom it is asked; where that is unknown it may.

    A pack says so under `relevant:`, so that nobody is told that it would change the result of
    a widow of 76 if she were not at school.
    """
    condition = place.ruleset.relevant.get((owner_of(lever), lever.name))
    if lever.kind != "field" or condition is None:
        return True
    return evaluate(condition, place.at_member(lever.member)) is not False


def below(node: Node, place: Place) -> Iterator[tuple[Lever, Value]]:
    """Every lever that the value of a node can depend on, once or more often."""
    match node:
        case tree.Field():
            yield lever_of(node, place)
            yield from _behind(node, place)
        case tree.Fact():
            yield from _behind(node, place)
        case tree.Given(name="counted"):
            if (persons := place.ruleset.persons) is not None:
                yield from below(persons.counted, place)
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
            for child in children(node):
                yield from below(child, place)


def _behind(node: tree.Field | tree.Fact, place: Place) -> Iterator[tuple[Lever, Value]]:
    """The levers of what a fact stands for, or of what can contradict a field."""
    behind = definition(place.ruleset, node)
    if behind is not None:
        yield from below(behind, place if node.owner == MEMBER else place.at_household())


def unknown_rows(node: tree.Collection, place: Place) -> Iterator[tuple[Lever, Value]]:
    """The comparisons that were not done, or not for everybody, in a collection."""
    case, member = place.case, place.member if node.owner == MEMBER else None
    if node.name in PEOPLE or case.rows_of(node.name, member).complete:
        return
    if node.name not in case.supplied:
        yield Lever("rows", node.name), None
        return
    if member is not None:
        yield Lever("rows", node.name, member), None
        return
    for index in range(len(case.household.members)):
        # Rows of who does not count are not asked for.
        if not case.rows_of(node.name, index).complete and may_count_in(
            node, place.at_member(index)
        ):
            yield Lever("rows", node.name, index), None


def spec_of(ruleset: RuleSet, lever: Lever) -> FieldSpec | None:
    """The declaration of the field or column behind a lever."""
    if lever.kind in ("field", "column"):
        return ruleset.field_spec(owner_of(lever), lever.name)
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
    for each in opened(place.ruleset, node):
        if isinstance(each, tree.Literal) and isinstance(each.value, Decimal | date):
            found.append(each.value)
        elif isinstance(each, tree.Parameter) and each.key is None:
            value = place.ruleset.parameters[each.name].value(place.case.as_of)
            if value is not None:
                found.append(value)
        elif isinstance(each, tree.AsOf):
            found.append(place.case.as_of)
    return found


class Mined:
    """The values of each field and column at which some rule may change its mind."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        nodes = list(opened(ruleset, *drawn_on(ruleset)))
        self.numbers = [each for each in literal_values(nodes) if isinstance(each, Decimal)]
        self.days = [each for each in literal_values(nodes) if isinstance(each, date)]
        self.read = fields_used(ruleset, drawn_on(ruleset))
        self.codes: dict[tuple[str, str], list[str]] = {}
        for compared in (each for node in nodes for each in compared_values(ruleset, node)):
            if isinstance(compared.asked, tree.Field):
                key = (compared.asked.owner, compared.asked.name)
                known = self.codes.setdefault(key, [])
                known += [
                    value
                    for value in compared.values
                    if isinstance(value, str) and value not in known
                ]

    def values(self, lever: Lever, as_of: date) -> list[Any]:
        """The answers worth telling apart for a lever that is not numeric."""
        spec = spec_of(self.ruleset, lever)
        if spec is None:
            return []
        named = self.codes.get((owner_of(lever), lever.name), [])
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


class _RulesetKey:
    """A rule set as a cache key: by identity, since it holds mappings."""

    def __init__(self, it: RuleSet) -> None:
        self.it = it

    def __hash__(self) -> int:
        return id(self.it)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _RulesetKey) and other.it is self.it


@lru_cache(maxsize=8)
def _mined(held: _RulesetKey) -> Mined:
    return Mined(held.it)


def mined(ruleset: RuleSet) -> Mined:
    """The mined values of a rule set, once for each."""
    return _mined(_RulesetKey(ruleset))
