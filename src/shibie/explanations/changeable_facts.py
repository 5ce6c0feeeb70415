"""The facts below a condition that could change, and the values at which rules tell them apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, cast

from shibie.case import Value
from shibie.engines.interpreter import (
    crowd_of,
    evaluate,
    items,
    may_count_in,
    values_of_crowd,
)
from shibie.engines.place import Place
from shibie.explanations.changed_cases import DOUBTFUL, Lever, owner_of
from shibie.household import AMOUNT_LIMIT, COUNT_LIMIT
from shibie.language import tree
from shibie.language.names import PEOPLE
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.walks import children, literal_values
from shibie.ruleset.compared_values import compared_values
from shibie.ruleset.conditions import (
    counts_matter,
    definition,
    drawn_on,
    fields_used,
    opened,
)
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
            yield from _who_belongs(node, place)
            for item in items(collection, place):
                yield from below(predicate, item)
        case tree.Aggregate(collection=collection, operand=operand):
            yield from _who_belongs(node, place)
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


def _who_belongs(
    node: tree.Quantifier | tree.Aggregate, place: Place
) -> Iterator[tuple[Lever, Value]]:
    """What is not known of which items a collection has: rows, whose they are, and who counts.

    Of what says who counts only the rows that may count: all of it is below nearly everything.
    """
    collection = node.collection
    yield from unknown_rows(collection, place)
    yield from doubtful_levers(node, place)
    if collection.name not in PEOPLE or not counts_matter(place.ruleset, collection):
        return
    yield from (each for each in who_counts_levers(place) if each[0].kind in DOUBTFUL)


def who_counts_levers(place: Place) -> Iterator[tuple[Lever, Value]]:
    """What the persons of whom it is unknown whether they count wait for."""
    for index in range(len(place.case.household.members)):
        at = place.at_member(index)
        if evaluate(_COUNTED, at) is None:
            yield from below(_COUNTED, at)


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


def whose_lever(place: Place) -> Lever | None:
    """That the row at hand may not count; None where it surely does, or none is at hand."""
    row = place.row
    if row is None or row.sure:
        return None
    return Lever("whose", place.register, None, place.register, row.number)


def doubtful_levers(
    node: tree.Quantifier | tree.Aggregate, place: Place
) -> Iterator[tuple[Lever, Value]]:
    """The rows of which it is not known whether they count, where that makes a difference."""
    asked = node.predicate if isinstance(node, tree.Quantifier) else node.operand
    name = node.collection.name
    if name in PEOPLE:
        return
    for item in items(node.collection, place):
        lever = whose_lever(item)
        if lever is not None and _matters(node, True if asked is None else evaluate(asked, item)):
            yield lever, None
    if crowd_of(node.collection, place).rows:
        said = values_of_crowd(node, asked or _ALWAYS, place)
        if any(_matters(node, value) for value in said):
            yield Lever("crowd", name, None, name), None


_ALWAYS, _COUNTED = tree.Literal(True), tree.Given("counted")


def _matters(node: tree.Quantifier | tree.Aggregate, value: Any) -> bool:
    """Whether an item of which this is asked makes a difference."""
    match node.kind:
        case "any" | "none" | "count":
            return value is not False
        case "all":
            return value is not True
        case "sum":
            return bool(value != 0)
        case _:
            return True


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


def in_steps(units: int, step: Decimal) -> int | Decimal:
    """A number of so many steps; a count of whole things stays one."""
    return units if step == 1 else units * step


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
                return [*named, "（其他）"]
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
