"""Truths, numbers and dates: what is made of the values of operands."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from itertools import repeat
from typing import Any, cast

from shibie import citizen_id
from shibie.bounds import Bounds, is_known
from shibie.case import Value
from shibie.engines.exact import floor, floor_quotient, quotient, rounded
from shibie.engines.interpreter.visiting import Reads, Visit, silently
from shibie.engines.intervals import (
    Divided,
    added,
    below,
    divided,
    each,
    equal,
    extreme,
    hull,
    magnitude,
    multiplied,
    negative,
)
from shibie.engines.kleene import Truth, conjunction, disjunction, negation
from shibie.engines.place import Place
from shibie.language import tree
from shibie.language.operators import Key
from shibie.language.tree import Node

# --- truths -----------------------------------------------------------------------------


def _not(node: tree.Not, place: Place, visit: Visit) -> Truth:
    return negation(visit(node.operand, place))


def _each(visit: Visit, operands: Iterable[Node], places: Iterable[Place]) -> Iterable[Any]:
    """The values of the operands, evaluated lazily; a trace evaluates all of them."""
    values = map(visit, operands, places)
    return values if visit is silently else list(values)


def _and(node: tree.And, place: Place, visit: Visit) -> Truth:
    return conjunction(_each(visit, node.operands, repeat(place)))


def _or(node: tree.Or, place: Place, visit: Visit) -> Truth:
    return disjunction(_each(visit, node.operands, repeat(place)))


def _compare(holds: Callable[[Any, Any], Truth]) -> Reads:
    def compare(node: tree.Compare, place: Place, visit: Visit) -> Truth:
        return holds(visit(node.left, place), visit(node.right, place))

    return compare


def _in(node: tree.In, place: Place, visit: Visit) -> Truth:
    value = visit(node.operand, place)
    if type(value) is Bounds:
        return disjunction(equal(value, each) for each in node.values)
    return None if value is None else value in node.values


def _has_code(node: tree.HasCode, place: Place, visit: Visit) -> Truth:
    codes = visit(node.operand, place)
    return None if codes is None else node.code in codes


def _known(node: tree.Known, place: Place, visit: Visit) -> Truth:
    return is_known(visit(node.operand, place))


def _sure(node: tree.Sure, place: Place, visit: Visit) -> Truth:
    return visit(node.operand, place) is True


def _choose(node: tree.Choose, place: Place, visit: Visit) -> Value:
    condition = visit(node.condition, place)
    if condition is not None:
        return cast("Value", visit(node.then if condition else node.otherwise, place))
    then, otherwise = visit(node.then, place), visit(node.otherwise, place)
    return cast("Value", hull(then, otherwise))


# --- numbers and dates ------------------------------------------------------------------


def _arithmetic(
    combine: Callable[[Any, Any], Any], combine_bounds: Callable[[Any, Any], Any]
) -> Reads:
    def arithmetic(node: tree.Arithmetic, place: Place, visit: Visit) -> Value:
        left, right = visit(node.left, place), visit(node.right, place)
        if left is None or right is None:
            return None
        exact = type(left) is not Bounds and type(right) is not Bounds
        return cast("Value", (combine if exact else combine_bounds)(left, right))

    return arithmetic


def _negate(node: tree.Negate, place: Place, visit: Visit) -> Value:
    return negative(visit(node.operand, place))


def _round(to_places: Callable[[Decimal, int], Decimal]) -> Reads:
    def round_to(node: tree.Round, place: Place, visit: Visit) -> Value:
        return each(visit(node.operand, place), lambda value: to_places(value, node.places))

    return round_to


def _round_quotient(way: Divided) -> Reads:
    def round_quotient(node: tree.RoundQuotient, place: Place, visit: Visit) -> Value:
        above, under = visit(node.numerator, place), visit(node.denominator, place)
        return divided(above, under, node.places, way)

    return round_quotient


def _extremum(choose: Callable[[list[Any]], Any]) -> Reads:
    def extremum(node: tree.Extremum, place: Place, visit: Visit) -> Value:
        return cast("Value", extreme([visit(each, place) for each in node.operands], choose))

    return extremum


def _absolute(node: tree.Absolute, place: Place, visit: Visit) -> Value:
    return magnitude(visit(node.operand, place))


def _between(count: Callable[[date, date], int]) -> Reads:
    def between(node: tree.Between, place: Place, visit: Visit) -> Value:
        start, end = visit(node.start, place), visit(node.end, place)
        return None if start is None or end is None else count(start, end)

    return between


# By operator.
OPERATIONS: Mapping[Key, Reads] = {
    (tree.Not, ""): _not,
    (tree.And, ""): _and,
    (tree.Or, ""): _or,
    (tree.Compare, "<"): _compare(below),
    (tree.Compare, "<="): _compare(lambda left, right: negation(below(right, left))),
    (tree.Compare, ">"): _compare(lambda left, right: below(right, left)),
    (tree.Compare, ">="): _compare(lambda left, right: negation(below(left, right))),
    (tree.Compare, "=="): _compare(equal),
    (tree.Compare, "!="): _compare(lambda left, right: negation(equal(left, right))),
    (tree.In, ""): _in,
    (tree.HasCode, ""): _has_code,
    (tree.Known, ""): _known,
    (tree.Sure, ""): _sure,
    (tree.Choose, ""): _choose,
    (tree.Arithmetic, "+"): _arithmetic(operator.add, added),
    (tree.Arithmetic, "-"): _arithmetic(operator.sub, lambda a, b: added(a, negative(b))),
    (tree.Arithmetic, "*"): _arithmetic(operator.mul, multiplied),
    (tree.Negate, ""): _negate,
    (tree.Round, "nearest"): _round(rounded),
    (tree.Round, "down"): _round(floor),
    (tree.RoundQuotient, "nearest"): _round_quotient(quotient),
    (tree.RoundQuotient, "down"): _round_quotient(floor_quotient),
    (tree.Extremum, "min"): _extremum(min),
    (tree.Extremum, "max"): _extremum(max),
    (tree.Absolute, ""): _absolute,
    (tree.Between, "years"): _between(citizen_id.years_between),
    (tree.Between, "months"): _between(citizen_id.months_between),
    (tree.Between, "days"): _between(lambda start, end: (end - start).days),
}
