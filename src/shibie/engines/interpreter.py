"""The reference reading: one household at a time, exact, three-valued, with a trace.

Each node kind has one function that asks for its operands through `visit`. Evaluating
and tracing differ only in what `visit` does, so a trace can never disagree with the value.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, localcontext
from itertools import chain, repeat
from typing import Any, cast

from shibie import citizen_id
from shibie.case import Case, Value
from shibie.engines.exact import EXACT, floor, floor_quotient, quotient, rounded
from shibie.engines.kleene import Truth, conjunction, disjunction, negation
from shibie.engines.place import Place as Place
from shibie.language import tree
from shibie.language.names import MEMBERS
from shibie.language.operators import Key, Rewrite, table
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.ruleset.model import RuleSet

Visit = Callable[[Node, Place], Any]
Reads = Callable[[Any, Place, Visit], Any]


def evaluate(node: Node, place: Place) -> Value:
    """The value of a node: None where it is unknown.

    >>> from shibie.language.tree import Literal
    >>> evaluate(tree.Not(Literal(True)), cast("Place", None))
    False
    """
    value: Value = CASES[node.operator](node, place, _evaluate)
    return value


def _evaluate(node: Node, place: Place) -> Any:
    return CASES[node.operator](node, place, _evaluate)


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


_OF_THE_FORM = frozenset((HOUSEHOLD, MEMBER))


def _declared(node: tree.Field | tree.Declared, place: Place, visit: Visit) -> Value:
    """What the form says, before any comparison."""
    household = place.case.household
    whose = (
        household
        if place.member is None or node.owner == HOUSEHOLD
        else household.members[place.member]
    )
    value: Value = getattr(whose, node.name)
    return value


def _record(node: tree.Field, place: Place, visit: Visit) -> Value:
    """The value of a step's record, of a verdict, or of a tree that is defined from these."""
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
    if place.row is not None and node.owner == place.register:
        return place.row.values.get(node.name)
    if node.owner not in _OF_THE_FORM:
        return _record(node, place, visit)
    said = _declared(node, place, visit)
    hits = place.ruleset.comparison_of(node.owner, node.name)
    if hits is None or said is True:
        return said
    if place.case.trust_declarations and hits.collection.name not in place.case.supplied:
        return said
    # A declared "no" counts only once it is compared, so it adds nothing here.
    value: Value = visit(hits, place if node.owner == MEMBER else place.at_household())
    return value


def _age(node: tree.Given, place: Place, visit: Visit) -> Value:
    number = place.case.numbers[cast("int", place.member)]
    return None if number is None else citizen_id.age(number, place.case.as_of)


def _sex(node: tree.Given, place: Place, visit: Visit) -> Value:
    number = place.case.numbers[cast("int", place.member)]
    return None if number is None else citizen_id.sex(number)


def _fact(node: tree.Fact, place: Place, visit: Visit) -> Value:
    member = place.member if node.owner == MEMBER else None
    key = (node.owner, node.name, member)
    if key in place.memo and visit is _evaluate:  # a trace wants the whole derivation, each time
        return place.memo[key]
    inside = place.at_household() if member is None else place.at_member(member)
    place.memo[key] = value = visit(place.ruleset.facts[key[:2]].node, inside)  # type: ignore[index]
    return cast("Value", value)


# --- logic ------------------------------------------------------------------------------


def _not(node: tree.Not, place: Place, visit: Visit) -> Truth:
    return negation(visit(node.operand, place))


def _each(visit: Visit, operands: Iterable[Node], places: Iterable[Place]) -> Iterable[Any]:
    """The values of the operands, evaluated lazily; a trace evaluates all of them."""
    values = map(visit, operands, places)
    return values if visit is _evaluate else list(values)


def _and(node: tree.And, place: Place, visit: Visit) -> Truth:
    return conjunction(_each(visit, node.operands, repeat(place)))


def _or(node: tree.Or, place: Place, visit: Visit) -> Truth:
    return disjunction(_each(visit, node.operands, repeat(place)))


def _compare(holds: Callable[[Any, Any], bool]) -> Reads:
    def compare(node: tree.Compare, place: Place, visit: Visit) -> Truth:
        left, right = visit(node.left, place), visit(node.right, place)
        return None if left is None or right is None else holds(left, right)

    return compare


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


def _arithmetic(combine: Callable[[Any, Any], Any]) -> Reads:
    def arithmetic(node: tree.Arithmetic, place: Place, visit: Visit) -> Value:
        left, right = visit(node.left, place), visit(node.right, place)
        return None if left is None or right is None else cast("Value", combine(left, right))

    return arithmetic


def _negate(node: tree.Negate, place: Place, visit: Visit) -> Value:
    value = visit(node.operand, place)
    return None if value is None else 0 - value


def _round(to_places: Callable[[Decimal, int], Decimal]) -> Reads:
    def round_to(node: tree.Round, place: Place, visit: Visit) -> Value:
        value = visit(node.operand, place)
        return None if value is None else to_places(value, node.places)

    return round_to


def _round_quotient(divided: Callable[[Decimal, Decimal, int], Decimal | None]) -> Reads:
    def round_quotient(node: tree.RoundQuotient, place: Place, visit: Visit) -> Value:
        above, below = visit(node.numerator, place), visit(node.denominator, place)
        return None if above is None or below is None else divided(above, below, node.places)

    return round_quotient


def _extremum(choose: Callable[[list[Any]], Any]) -> Reads:
    def extremum(node: tree.Extremum, place: Place, visit: Visit) -> Value:
        values = [visit(operand, place) for operand in node.operands]
        return None if any(value is None for value in values) else cast("Value", choose(values))

    return extremum


def _absolute(node: tree.Absolute, place: Place, visit: Visit) -> Value:
    value = visit(node.operand, place)
    return None if value is None else abs(value)


def _between(count: Callable[[date, date], int]) -> Reads:
    def between(node: tree.Between, place: Place, visit: Visit) -> Value:
        start, end = visit(node.start, place), visit(node.end, place)
        return None if start is None or end is None else count(start, end)

    return between


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


def _any(node: tree.Quantifier, place: Place, visit: Visit) -> Truth:
    complete = visit(node.collection, place)
    return disjunction(chain(_of_items(node, place, visit), (False if complete else None,)))


def _none(node: tree.Quantifier, place: Place, visit: Visit) -> Truth:
    return negation(_any(node, place, visit))


def _all(node: tree.Quantifier, place: Place, visit: Visit) -> Truth:
    complete = visit(node.collection, place)
    return conjunction(chain(_of_items(node, place, visit), (complete,)))


def _of_items(node: tree.Quantifier, place: Place, visit: Visit) -> Iterable[Truth]:
    """The value of the predicate for each item."""
    return _each(visit, repeat(node.predicate), items(node.collection, place))


def _aggregate(fold: Callable[[list[Any]], Any]) -> Reads:
    """An aggregate, by what it makes of the items' values when all are known."""

    def aggregate(node: tree.Aggregate, place: Place, visit: Visit) -> Value:
        complete = visit(node.collection, place)
        operand = cast("Node", node.operand)
        values = [visit(operand, item) for item in items(node.collection, place)]
        known = complete and not any(value is None for value in values)
        return cast("Value", fold(values)) if known else None

    return aggregate


_count_where = _aggregate(sum)


def _count(node: tree.Aggregate, place: Place, visit: Visit) -> Value:
    if node.operand is not None:
        return cast("Value", _count_where(node, place, visit))
    return len(items(node.collection, place)) if visit(node.collection, place) else None


def _total(values: list[Any]) -> Any:
    return sum(values, start=Decimal(0))


def _least(values: list[Any]) -> Any:
    return min(values, default=None)


def _greatest(values: list[Any]) -> Any:
    return max(values, default=None)


def _rewritten(rewrite: Rewrite) -> Reads:
    """A composite operator by its rewriting; a trace shows the operands of what it is made of."""

    def composite(node: Node, place: Place, visit: Visit) -> Any:
        simpler = rewrite(node)
        return CASES[simpler.operator](simpler, place, visit)

    return composite


# What each operator reads as, by itself: every composite operator too, because they are asked for
# each household, and because a trace must show the operands and items that the author wrote.
_OWN: Mapping[Key, Reads] = {
    (tree.Literal, ""): _literal,
    (tree.AsOf, ""): _as_of,
    (tree.Parameter, ""): _parameter,
    (tree.Field, ""): _field,
    (tree.Declared, ""): _declared,
    (tree.Given, "age"): _age,
    (tree.Given, "sex"): _sex,
    (tree.Fact, ""): _fact,
    (tree.Collection, ""): _collection,
    (tree.Not, ""): _not,
    (tree.And, ""): _and,
    (tree.Or, ""): _or,
    (tree.Compare, "<"): _compare(operator.lt),
    (tree.Compare, "<="): _compare(operator.le),
    (tree.Compare, ">"): _compare(operator.gt),
    (tree.Compare, ">="): _compare(operator.ge),
    (tree.Compare, "=="): _compare(operator.eq),
    (tree.Compare, "!="): _compare(operator.ne),
    (tree.In, ""): _in,
    (tree.HasCode, ""): _has_code,
    (tree.Known, ""): _known,
    (tree.Sure, ""): _sure,
    (tree.Choose, ""): _choose,
    (tree.Arithmetic, "+"): _arithmetic(operator.add),
    (tree.Arithmetic, "-"): _arithmetic(operator.sub),
    (tree.Arithmetic, "*"): _arithmetic(operator.mul),
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
    (tree.Quantifier, "any"): _any,
    (tree.Quantifier, "all"): _all,
    (tree.Quantifier, "none"): _none,
    (tree.Aggregate, "count"): _count,
    (tree.Aggregate, "sum"): _aggregate(_total),
    (tree.Aggregate, "min"): _aggregate(_least),
    (tree.Aggregate, "max"): _aggregate(_greatest),
}

CASES = table("interpreter", _OWN, _rewritten)
