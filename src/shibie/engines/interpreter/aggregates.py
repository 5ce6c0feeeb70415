"""Quantifiers and aggregates over the items of a collection, those that may be in it too."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from itertools import chain
from typing import Any, cast

from shibie.bounds import INFINITE, Bounds, bounded, least_of, most_of
from shibie.case import Value
from shibie.engines.interpreter.membership import (
    memberships,
    note_crowd,
    note_perhaps,
    value_of_item,
    values_of_crowd,
)
from shibie.engines.interpreter.visiting import Reads, Visit, silently
from shibie.engines.kleene import Truth, disjunction, negation
from shibie.engines.place import Place
from shibie.language import tree
from shibie.language.operators import Key
from shibie.language.tree import Node
from shibie.language.types import Date
from shibie.ruleset.number_ranges import at_least_zero, may_lack_value


def _each_item(node: tree.Quantifier, place: Place, visit: Visit, wanted: bool) -> Iterable[Truth]:
    """Of each item, whether it is in the collection and its predicate is as wanted."""
    for item in memberships(node.collection, place):
        value = value_of_item(node, node.predicate, item, visit)
        is_so = value if wanted else negation(value)
        if item[0] is None and is_so is not False:
            note_perhaps(node.collection, item[1], visit)
            is_so = None
        yield is_so
    unwanted = not wanted
    if any(value is not unwanted for value in values_of_crowd(node, node.predicate, place)):
        note_crowd(node.collection, place, visit)
        yield None


def _some(node: tree.Quantifier, place: Place, visit: Visit, wanted: bool) -> Truth:
    complete = visit(node.collection, place)
    found = _each_item(node, place, visit, wanted)
    if visit is not silently:
        found = list(found)
    return disjunction(chain(found, (False if complete else None,)))


def _any(node: tree.Quantifier, place: Place, visit: Visit) -> Truth:
    return _some(node, place, visit, wanted=True)


def _none(node: tree.Quantifier, place: Place, visit: Visit) -> Truth:
    return negation(_some(node, place, visit, wanted=True))


def _all(node: tree.Quantifier, place: Place, visit: Visit) -> Truth:
    return negation(_some(node, place, visit, wanted=False))


_ALWAYS = tree.Literal(True)


def _count(node: tree.Aggregate, place: Place, visit: Visit) -> Value:
    complete, least, most = visit(node.collection, place), 0, 0
    for item in memberships(node.collection, place):
        counts = True if node.operand is None else value_of_item(node, node.operand, item, visit)
        if counts is False:
            continue
        most += 1
        if item[0] is None:
            note_perhaps(node.collection, item[1], visit)
        elif counts:
            least += 1
    said = values_of_crowd(node, node.operand or _ALWAYS, place)
    if perhaps := sum(times for value, times in said.items() if value is not False):
        note_crowd(node.collection, place, visit)
        most += perhaps
    return bounded(least, most if complete else INFINITE)


# An amount that is not known and is not negative.
_SOME_AMOUNT = Bounds(0, INFINITE)


def _sum(node: tree.Aggregate, place: Place, visit: Visit) -> Value:
    complete, operand = visit(node.collection, place), cast("Node", node.operand)
    unknown = _SOME_AMOUNT if at_least_zero(place.ruleset, operand) else None
    least = most = Decimal(0)
    known = complete or not may_lack_value(place.ruleset, operand)
    for item in memberships(node.collection, place):
        value = value_of_item(node, operand, item, visit)
        value = unknown if value is None else value
        known = known and value is not None
        if item[0] is None and value != 0:
            note_perhaps(node.collection, item[1], visit)
        if value is not None:
            low, high = least_of(value), most_of(value)
            least += low if item[0] else min(low, 0)
            most += high if item[0] else max(high, 0)
    said = values_of_crowd(node, operand, place)
    if any(value != 0 for value in said):
        note_crowd(node.collection, place, visit)
    known = known and (unknown is not None or None not in said)
    for found, times in said.items():
        value = unknown if found is None else found
        least += min(least_of(value), 0) * times
        most += max(most_of(value), 0) * times
    if not known:
        return None
    if not complete:
        most = INFINITE
        if unknown is None:
            least = -INFINITE
    return bounded(least, most)


def _extreme_of_items(choose: Callable[..., Any]) -> Reads:
    """The least or greatest of the items; no bounds where it is not sure that there is one."""
    first, last = (least_of, most_of) if choose is min else (most_of, least_of)
    infinite = -INFINITE if choose is min else INFINITE

    def of_items(node: tree.Aggregate, place: Place, visit: Visit) -> Value:
        complete, operand = visit(node.collection, place), cast("Node", node.operand)
        every, sure = [], []
        for item in memberships(node.collection, place):
            value = value_of_item(node, operand, item, visit)
            if item[0] is None:
                note_perhaps(node.collection, item[1], visit)
            every.append(value)
            if item[0]:
                sure.append(value)
        if said := values_of_crowd(node, operand, place):
            note_crowd(node.collection, place, visit)
            every += said
        if isinstance(node.type, Date):
            known = complete and sure and len(sure) == len(every) and None not in every
            return choose(every) if known else None
        lacking = None in every or not complete
        if not sure or (lacking and may_lack_value(place.ruleset, operand)):
            return None
        # The far end is that of any item, the near one that of the items which surely are there.
        far = choose(map(first, every)) if complete else infinite
        near = choose(map(last, sure))
        return bounded(*((far, near) if choose is min else (near, far)))

    return of_items


# By operator.
AGGREGATES: Mapping[Key, Reads] = {
    (tree.Quantifier, "any"): _any,
    (tree.Quantifier, "all"): _all,
    (tree.Quantifier, "none"): _none,
    (tree.Aggregate, "count"): _count,
    (tree.Aggregate, "sum"): _sum,
    (tree.Aggregate, "min"): _extreme_of_items(min),
    (tree.Aggregate, "max"): _extreme_of_items(max),
}
