"""The reference reading: one household at a time, exact, three-valued, with a trace.

A number of which only the least and the most is known is a value, too (`Bounds`).

Each node kind has one function that asks for its operands through `visit`. Evaluating
and tracing differ only in what `visit` does, so a trace can never disagree with the value.
"""

from __future__ import annotations

import operator
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal, localcontext
from itertools import chain, repeat
from typing import Any, cast

from shibie import citizen_id
from shibie.bounds import INFINITE, Bounds, bounded, is_known, least_of, most_of
from shibie.case import NO_CROWD, Case, Crowd, Row, Value
from shibie.engines.exact import EXACT, floor, floor_quotient, quotient, rounded
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
from shibie.engines.place import Place as Place
from shibie.language import tree
from shibie.language.names import EVERYONE, PEOPLE
from shibie.language.operators import Key, Rewrite, table
from shibie.language.tree import CROWD, HOUSEHOLD, MEMBER, ROW, Node
from shibie.language.types import Date
from shibie.ruleset.conditions import counts_matter, reads_row_only
from shibie.ruleset.model import RuleSet
from shibie.ruleset.number_ranges import at_least_zero, may_lack_value

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
    return parameter.value(place.case.as_of, key) if is_known(key) else None


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
    register = hits.collection.name
    if place.case.trust_declarations and register not in place.case.supplied:
        absence = said is None and (node.owner, node.name) in place.ruleset.absences
        # Who is on the form is said to be there, unless he is said to be absent.
        return False if absence else said
    # A declared "no" counts only once it is compared, so it adds nothing here.
    value: Value = visit(hits, place if node.owner == MEMBER else place.at_household())
    if value is False and place.ruleset.registers[register].absence == "unknown":
        return None
    return value


def _age(node: tree.Given, place: Place, visit: Visit) -> Value:
    number = place.case.numbers[cast("int", place.member)]
    return None if number is None else citizen_id.age(number, place.case.as_of)


def _sex(node: tree.Given, place: Place, visit: Visit) -> Value:
    number = place.case.numbers[cast("int", place.member)]
    return None if number is None else citizen_id.sex(number)


def counted_key(member: int | None) -> tuple[str, str, int | None]:
    """Under what a place remembers whether somebody counts.

    Not under MEMBER: a pack may have a fact of its own of this name.
    """
    return EVERYONE, "counted", member


def _counted(node: tree.Given, place: Place, visit: Visit) -> Truth:
    persons = place.ruleset.persons
    if persons is None:
        return True
    key = counted_key(place.member)
    if key in place.memo and visit is _evaluate:
        return cast("Truth", place.memo[key])
    place.memo[key] = value = visit(persons.counted, place.at_member(place.member))
    return cast("Truth", value)


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


# --- collections ------------------------------------------------------------------------


def _collection(node: tree.Collection, place: Place, visit: Visit) -> Truth:
    """Whether the collection is completely known: True, or None.

    Where it is not, a trace goes on to whoever's rows are not: the register as a whole
    when it was not supplied, else each person who could not be matched. Of one row: whether
    it surely belongs to it.
    """
    case, member = place.case, place.member if node.owner == MEMBER else None
    if node.owner in (ROW, CROWD):
        return True if place.row is not None and place.row.sure else None
    if node.name in PEOPLE or case.rows_of(node.name, member).complete:
        return True
    if node.name not in case.supplied:
        if node.owner == MEMBER:
            visit(tree.Collection(node.name, HOUSEHOLD, node.whole), place.at_household())
        return None
    if node.owner == MEMBER:
        return None
    result: Truth = True
    for index, rows in enumerate(case.rows[node.name]):
        at = place.at_member(index)
        # The rows of who does not count are not looked at.
        if rows.complete or (counts := _whether_counted(node, at, _evaluate)) is False:
            continue
        result = None
        visit(tree.Collection(node.name, MEMBER), at)
        if counts is None:
            _whether_counted(node, at, visit)
    return result


_COUNTED = tree.Given("counted")


def _whether_counted(node: tree.Collection, place: Place, visit: Visit) -> Truth:
    """Whether a member's rows are looked at in a collection of the household."""
    if not counts_matter(place.ruleset, node):
        return True
    return cast("Truth", visit(_COUNTED, place))


def may_count_in(node: tree.Collection, owner: Place) -> bool:
    """Whether a person's rows may have a part in a collection of the household."""
    return _whether_counted(node, owner, _evaluate) is not False


Item = tuple[Truth, Place]


def items(node: tree.Collection, place: Place) -> tuple[Place, ...]:
    """The places of a collection's known items, those that may belong too."""
    return tuple(at for _, at in memberships(node, place))


def memberships(node: tree.Collection, place: Place) -> Iterable[Item]:
    """The known items of a collection: whether each is in it (True or None), and its place.

    Rows that tell nobody apart are not among them: they are looked at together.
    """
    case = place.case
    if node.name in PEOPLE:
        for index in range(len(case.household.members)):
            at = place.at_member(index)
            counts = _whether_counted(node, at, _evaluate)
            if counts is not False:
                yield counts, at
        return
    if node.owner == MEMBER:
        for row in case.rows_of(node.name, place.member).own:
            yield row.sure or None, place.at_row(node.name, row, place.member)
        return
    if not counts_matter(place.ruleset, node):
        for row in case.rows_of(node.name).own:
            yield row.sure or None, place.at_row(node.name, row, None)
        return
    for owners in case.owners_of(node.name).values():
        found = [(_through(place.at_member(index), row), row) for index, row in owners]
        belongs = disjunction(through for through, _ in found)
        if belongs is not False:
            # As it is about an owner who counts or may: whether it is his surely or perhaps.
            row = max((row for through, row in found if through is not False), key=_is_sure)
            yield belongs, place.at_row(node.name, row, None)


def _through(owner: Place, row: Row) -> Truth:
    """Whether a row belongs to the household through one of its owners."""
    return conjunction((row.sure or None, _counted(_COUNTED, owner, _evaluate)))


def _is_sure(row: Row) -> bool:
    return row.sure


def _note_perhaps(node: tree.Collection, at: Place, visit: Visit) -> None:
    """Let a trace go on to why it is not sure that an item is in its collection."""
    if visit is _evaluate:
        return
    if node.name in PEOPLE:
        visit(_COUNTED, at)
        return
    row = cast("Row", at.row)
    if not row.sure:
        visit(tree.Collection(node.name, ROW), at)
        return
    for index, _ in at.case.owners_of(node.name)[row.number]:
        _whether_counted(node, at.at_member(index), visit)


def _of_item(
    node: tree.Quantifier | tree.Aggregate, operand: Node, item: Item, visit: Visit
) -> Any:
    """The value of what is asked of an item.

    A trace names a row that may belong as a whole, not its columns.
    """
    sure, at = item
    return _evaluate(operand, at) if sure is None and at.row is not None else visit(operand, at)


def _crowd(node: tree.Collection, place: Place) -> Crowd:
    """The rows of a collection that tell nobody apart: each may belong to it."""
    rows = place.case.rows.get(node.name, ())
    if node.owner == MEMBER:
        return rows[cast("int", place.member)].crowd if rows else NO_CROWD
    some = [index for index, each in enumerate(rows) if each.crowd.rows]
    return place.case.crowd_of(
        node.name,
        (i for i in some if may_count_in(node, place.at_member(i))),
    )


def _of_crowd(
    node: tree.Quantifier | tree.Aggregate, operand: Node, place: Place
) -> Mapping[Any, int]:
    """The values of what is asked of the rows that tell nobody apart, and how often there is each.

    Nothing but their own columns is asked of them; so the answer is the same for everybody.
    """
    crowd = _crowd(node.collection, place)
    if not crowd.rows:
        return {}
    register, as_of = node.collection.name, place.case.as_of
    key = (id(operand), as_of)
    if key not in crowd.said:
        values = Counter({None: len(crowd.rows)})
        if reads_row_only(operand, register):
            values = Counter(
                _evaluate(operand, place.at_row(register, row, None)) for row in crowd.rows
            )
        # The operand is kept: an identity is told apart only as long as it is there.
        crowd.said[key] = operand, values
    found: Mapping[Any, int] = crowd.said[key][1]
    return found


def _note_crowd(node: tree.Collection, place: Place, visit: Visit) -> None:
    """Let a trace name the rows that tell nobody apart, all in one."""
    if visit is not _evaluate:
        visit(tree.Collection(node.name, CROWD), place)


def _each_item(node: tree.Quantifier, place: Place, visit: Visit, wanted: bool) -> Iterable[Truth]:
    """Of each item, whether it is in the collection and its predicate is as wanted."""
    for item in memberships(node.collection, place):
        value = _of_item(node, node.predicate, item, visit)
        is_so = value if wanted else negation(value)
        if item[0] is None and is_so is not False:
            _note_perhaps(node.collection, item[1], visit)
            is_so = None
        yield is_so
    unwanted = not wanted
    if any(value is not unwanted for value in _of_crowd(node, node.predicate, place)):
        _note_crowd(node.collection, place, visit)
        yield None


def _some(node: tree.Quantifier, place: Place, visit: Visit, wanted: bool) -> Truth:
    complete = visit(node.collection, place)
    found = _each_item(node, place, visit, wanted)
    if visit is not _evaluate:
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
        counts = True if node.operand is None else _of_item(node, node.operand, item, visit)
        if counts is False:
            continue
        most += 1
        if item[0] is None:
            _note_perhaps(node.collection, item[1], visit)
        elif counts:
            least += 1
    said = _of_crowd(node, node.operand or _ALWAYS, place)
    if perhaps := sum(times for value, times in said.items() if value is not False):
        _note_crowd(node.collection, place, visit)
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
        value = _of_item(node, operand, item, visit)
        value = unknown if value is None else value
        known = known and value is not None
        if item[0] is None and value != 0:
            _note_perhaps(node.collection, item[1], visit)
        if value is not None:
            low, high = least_of(value), most_of(value)
            least += low if item[0] else min(low, 0)
            most += high if item[0] else max(high, 0)
    said = _of_crowd(node, operand, place)
    if any(value != 0 for value in said):
        _note_crowd(node.collection, place, visit)
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
            value = _of_item(node, operand, item, visit)
            if item[0] is None:
                _note_perhaps(node.collection, item[1], visit)
            every.append(value)
            if item[0]:
                sure.append(value)
        if said := _of_crowd(node, operand, place):
            _note_crowd(node.collection, place, visit)
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
    (tree.Given, "counted"): _counted,
    (tree.Fact, ""): _fact,
    (tree.Collection, ""): _collection,
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
    (tree.Quantifier, "any"): _any,
    (tree.Quantifier, "all"): _all,
    (tree.Quantifier, "none"): _none,
    (tree.Aggregate, "count"): _count,
    (tree.Aggregate, "sum"): _sum,
    (tree.Aggregate, "min"): _extreme_of_items(min),
    (tree.Aggregate, "max"): _extreme_of_items(max),
}

CASES = table("interpreter", _OWN, _rewritten)
