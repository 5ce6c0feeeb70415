"""Typed tree → terms over a symbolic household: one function for each operator, as in the interpreter.

Every value carries its known-bit, so a term says not only what a condition is but whether
it is decided; the interpreter is the reference, and a property test holds the two together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import Any, cast

from shibie.engines.solver import days, logic, numbers
from shibie.engines.solver.days import Day
from shibie.engines.solver.household import HouseholdTerms, Slot
from shibie.engines.solver.logic import (  # fmt: skip
    BoolTerm,
    Int,
    TruthTerm,
    both,
    either,
    implies,
    inverse,
    number_true,
    pick,
)
from shibie.engines.solver.values import (  # fmt: skip
    CodeSet,
    Dated,
    NumberTerm,
    ValueTerm,
    Word,
    chosen,
    less,
    limited,
    not_after,
    not_before,
    same,
    truth,
)
from shibie.language import tree, types
from shibie.language.names import MEMBERS
from shibie.language.operators import Key, Rewrite, table
from shibie.language.tree import HOUSEHOLD, MEMBER, Node


@dataclass(frozen=True)
class SymbolicPlace:
    """Where a node stands: the member and the register row at hand (member, number)."""

    member: int | None = None
    register: str = ""
    row: tuple[int, int] | None = None


TOP = SymbolicPlace()
# What an operator is to the solver: (reading, node, place).
Reads = Callable[["SolverReading", Any, SymbolicPlace], ValueTerm]


class SolverReading:
    """Reads the conditions of a rule set over one household.

    Args:
        facts: the household.
        settled: values that stand in for facts of the rule set, by (owner, name).
        definitions: trees behind further (owner, name), all at the household.
    """

    def __init__(
        self,
        facts: HouseholdTerms,
        settled: Mapping[tuple[str, str], ValueTerm] | None = None,
        definitions: Mapping[tuple[str, str], Node] | None = None,
    ) -> None:
        self.facts, self.ruleset = facts, facts.ruleset
        self.settled, self.definitions = dict(settled or {}), definitions or {}
        self.memo: dict[tuple[str, str, int | None], ValueTerm] = {}

    def value(self, node: Node, place: SymbolicPlace = TOP) -> ValueTerm:
        """The value of a node at a place."""
        return CASES[node.operator](self, node, place)

    def truth(self, node: Node, place: SymbolicPlace = TOP) -> TruthTerm:
        """The truth of a condition at a place."""
        return truth(self.value(node, place))

    def number(self, node: Node, place: SymbolicPlace) -> NumberTerm:
        """The number at a place."""
        value = self.value(node, place)
        assert isinstance(value, NumberTerm)
        return value

    def constant(self, value: tree.Constant, of: types.Type) -> ValueTerm:
        """A constant of a type."""
        match value:
            case bool():
                return logic.certain(value)
            case Decimal():
                return NumberTerm.of(value, max(0, -cast("int", value.as_tuple().exponent)))
            case date():
                return Dated(True, Day.of(value))
            case str() if isinstance(of, types.Code):
                return Word(True, of.codes.index(value))
            case _:
                return Word(True, self.facts.texts.place(value))

    # --- leaves -------------------------------------------------------------------------

    def _literal(self, node: tree.Literal, _place: SymbolicPlace) -> ValueTerm:
        return self.constant(node.value, node.type)

    def _as_of(self, _node: tree.AsOf, _place: SymbolicPlace) -> ValueTerm:
        return Dated(True, self.facts.as_of)

    def _parameter(self, node: tree.Parameter, _place: SymbolicPlace) -> ValueTerm:
        parameter = self.ruleset.parameters[node.name]
        scale = parameter.type.scale
        if node.key is None:
            return self._in_force(parameter.series.get(None, ()), scale)
        key = self.value(node.key, TOP)
        assert isinstance(key, Word | NumberTerm)
        by = node.key.type
        found = NumberTerm(False, 0, scale, frozenset([0]))
        for name, series in parameter.series.items():
            if isinstance(by, types.Code) and name not in by.codes:
                continue
            if isinstance(key, NumberTerm):
                same = key.units == int(str(name))
            else:
                here = self.constant(str(name), by)
                assert isinstance(here, Word)
                same = key.place == here.place
            value = chosen(either(same), self._in_force(series, scale), found)
            found = cast("NumberTerm", value)
        return limited(found, key.known)

    def _in_force(self, series: tuple[tuple[date, Decimal], ...], scale: int) -> NumberTerm:
        """The value in force on the day of judgement."""
        found = NumberTerm(False, 0, scale, frozenset([0]))
        for day, value in series:
            begun = either(self.facts.as_of.key >= Day.of(day).key)
            found = cast("NumberTerm", chosen(begun, NumberTerm.of(value, scale), found))
        return found

    def _field(self, node: tree.Field, place: SymbolicPlace) -> ValueTerm:
        if node.owner in self.ruleset.registers:
            member, row = cast("tuple[int, int]", place.row)
            return self.facts.fact(Slot(node.owner, node.name, member, row))
        if node.owner not in (HOUSEHOLD, MEMBER):
            return self._record(node)
        said = self._declared(node, place)
        hits = self.ruleset.comparison_of(node.owner, node.name)
        if hits is None:
            return said
        return truth(self._compared(node, hits, truth(said), place))

    def _declared(self, node: tree.Field | tree.Declared, place: SymbolicPlace) -> ValueTerm:
        """What the form says, before any comparison."""
        if node.owner == HOUSEHOLD:
            return self.facts.fact(Slot(HOUSEHOLD, node.name))
        return self.facts.fact(Slot(MEMBER, node.name, place.member))

    def _record(self, node: tree.Field) -> ValueTerm:
        """A verdict, or what is defined beside the form."""
        key = (node.owner, node.name, None)
        definition = self.definitions.get(key[:2])
        if definition is not None:
            if key not in self.memo:
                self.memo[key] = self.value(definition, TOP)
            return self.memo[key]
        rule_id = node.owner.removeprefix("rule:")
        verdicts = {"upheld": self.facts.upheld, "refuted": self.facts.refuted}
        return logic.decided(True, verdicts[node.name](rule_id))

    def _compared(
        self, node: tree.Field, hits: tree.Quantifier, said: TruthTerm, place: SymbolicPlace
    ) -> ValueTerm:
        """A declared "no" counts only once it is compared, or where declarations are trusted."""
        key = (node.owner, f"\0{node.name}", place.member if node.owner == MEMBER else None)
        if key not in self.memo:
            at = SymbolicPlace(place.member) if node.owner == MEMBER else TOP
            found = self.truth(hits, at)
            trusted = both(self.facts.trusting, inverse(self.facts.supplied(hits.collection.name)))
            self.memo[key] = TruthTerm(
                either(said.yes, both(inverse(trusted), found.yes)),
                both(inverse(said.yes), logic.choice(trusted, said.no, found.no)),
            )
        return self.memo[key]

    def _sex(self, _node: tree.Given, place: SymbolicPlace) -> ValueTerm:
        member, codes = cast("int", place.member), types.SEX.codes
        sex = pick(self.facts.male(member), codes.index("男"), codes.index("女"))
        return Word(self.facts.numbered(member), sex)

    def _age(self, _node: tree.Given, place: SymbolicPlace) -> ValueTerm:
        member = cast("int", place.member)
        years = days.years_between(self.facts.born(member), self.facts.as_of)
        return NumberTerm(self.facts.numbered(member), years, 0)

    def _fact(self, node: tree.Fact, place: SymbolicPlace) -> ValueTerm:
        member = place.member if node.owner == MEMBER else None
        key = (node.owner, node.name, member)
        if key not in self.memo:
            stands_in = self.settled.get((node.owner, node.name))
            at = SymbolicPlace(member)
            rule = self.ruleset.facts[node.owner, node.name]  # type: ignore[index]
            self.memo[key] = stands_in or self.value(rule.node, at)
        return self.memo[key]

    # --- logic --------------------------------------------------------------------------

    def _not(self, node: tree.Not, place: SymbolicPlace) -> ValueTerm:
        return logic.negation(self.truth(node.operand, place))

    def _and(self, node: tree.And, place: SymbolicPlace) -> ValueTerm:
        return logic.conjunction(self.truth(each, place) for each in node.operands)

    def _or(self, node: tree.Or, place: SymbolicPlace) -> ValueTerm:
        return logic.disjunction(self.truth(each, place) for each in node.operands)

    def _less(self, node: tree.Compare, place: SymbolicPlace) -> ValueTerm:
        return less(self.value(node.left, place), self.value(node.right, place))

    def _equal(self, node: tree.Compare, place: SymbolicPlace) -> ValueTerm:
        left, right = self.value(node.left, place), self.value(node.right, place)
        return logic.decided(both(left.known, right.known), same(left, right))

    def _in(self, node: tree.In, place: SymbolicPlace) -> ValueTerm:
        value = self.value(node.operand, place)
        constants = (self.constant(each, node.operand.type) for each in node.values)
        return logic.decided(value.known, either(*(same(value, each) for each in constants)))

    def _has_code(self, node: tree.HasCode, place: SymbolicPlace) -> ValueTerm:
        value = self.value(node.operand, place)
        assert isinstance(value, CodeSet)
        return logic.decided(value.known, value.has[node.code])

    def _known(self, node: tree.Known, place: SymbolicPlace) -> ValueTerm:
        if isinstance(node.operand, tree.Collection):
            return logic.decided(True, self._complete(node.operand, place))
        return logic.decided(True, self.value(node.operand, place).known)

    def _sure(self, node: tree.Sure, place: SymbolicPlace) -> ValueTerm:
        return logic.decided(True, self.truth(node.operand, place).yes)

    def _choose(self, node: tree.Choose, place: SymbolicPlace) -> ValueTerm:
        condition = self.truth(node.condition, place)
        then, otherwise = self.value(node.then, place), self.value(node.otherwise, place)
        # With the condition unknown, a value only where both branches agree on it.
        agreed = both(then.known, otherwise.known, same(then, otherwise))
        known = either(condition.known, agreed)
        return limited(chosen(condition.no, otherwise, then), known)

    # --- numbers and dates --------------------------------------------------------------

    def _sum_of_two(self, node: tree.Arithmetic, place: SymbolicPlace) -> ValueTerm:
        return numbers.total(self.number(node.left, place), self.number(node.right, place))

    def _product(self, node: tree.Arithmetic, place: SymbolicPlace) -> ValueTerm:
        return numbers.product(self.number(node.left, place), self.number(node.right, place))

    def _negate(self, node: tree.Negate, place: SymbolicPlace) -> ValueTerm:
        return numbers.negated(self.number(node.operand, place))

    def _absolute(self, node: tree.Absolute, place: SymbolicPlace) -> ValueTerm:
        return numbers.magnitude(self.number(node.operand, place))

    # --- collections --------------------------------------------------------------------

    def _collection(self, node: tree.Collection, place: SymbolicPlace) -> ValueTerm:
        return TruthTerm(self._complete(node, place), False)

    def _complete(self, node: tree.Collection, place: SymbolicPlace) -> BoolTerm:
        """Whether there can be no further items."""
        facts = self.facts
        if node.name == MEMBERS:
            return True
        if node.owner == MEMBER:
            return facts.complete(node.name, cast("int", place.member))
        everybody = (
            implies(facts.present(member), facts.complete(node.name, member))
            for member in range(facts.bound.members)
        )
        return both(facts.supplied(node.name), *everybody)

    def _items(
        self, node: tree.Collection, place: SymbolicPlace
    ) -> Iterator[tuple[BoolTerm, SymbolicPlace]]:
        """The items there may be, each with whether it is there."""
        facts = self.facts
        if node.name == MEMBERS:
            for member in range(facts.bound.members):
                yield facts.present(member), SymbolicPlace(member)
            return
        owners = [cast("int", place.member)] if node.owner == MEMBER else range(facts.bound.members)
        for owner in owners:
            for row in range(facts.bound.rows):
                at = SymbolicPlace(
                    place.member if node.owner == MEMBER else None, node.name, (owner, row)
                )
                yield facts.row(node.name, owner, row), at

    def _any(self, node: tree.Quantifier, place: SymbolicPlace) -> ValueTerm:
        complete = self._complete(node.collection, place)
        found = []
        for there, at in self._items(node.collection, place):
            holds = self.truth(node.predicate, at)
            found.append(TruthTerm(both(there, holds.yes), either(inverse(there), holds.no)))
        return logic.disjunction([*found, TruthTerm(False, complete)])

    def _count(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        if node.operand is None:
            there = [there for there, _ in self._items(node.collection, place)]
            return _number_of(self._complete(node.collection, place), there)
        known, values = self._values(node, place)
        return _number_of(known, [both(there, truth(value).yes) for there, value in values])

    def _sum(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        known, values = self._values(node, place)
        scale = cast("types.Number", cast("Node", node.operand).type).scale
        units: Int = 0
        for there, value in values:
            units = units + pick(there, cast("NumberTerm", value).at(scale), 0)
        return NumberTerm(known, units, scale)

    def _values(
        self, node: tree.Aggregate, place: SymbolicPlace
    ) -> tuple[BoolTerm, list[tuple[BoolTerm, ValueTerm]]]:
        """Whether all items and values are known, and for each item (is it there, its value)."""
        operand = cast("Node", node.operand)
        items = self._items(node.collection, place)
        values = [(there, self.value(operand, at)) for there, at in items]
        complete = self._complete(node.collection, place)
        return both(complete, *(implies(there, value.known) for there, value in values)), values


def _number_of(known: BoolTerm, there: list[BoolTerm]) -> NumberTerm:
    return NumberTerm(known, number_true(there), 0, frozenset(range(len(there) + 1)))


# Whether the first of two known values comes before the second, or is equal to it.
Ordering = Callable[[ValueTerm, ValueTerm], BoolTerm]


def _extremum(before: Ordering) -> Reads:
    def extremum(self: SolverReading, node: tree.Extremum, place: SymbolicPlace) -> ValueTerm:
        values = [self.value(each, place) for each in node.operands]
        known = both(*(value.known for value in values))
        return limited(reduce(lambda a, b: chosen(before(a, b), a, b), values), known)

    return extremum


def _of_items(before: Ordering) -> Reads:
    """The least or greatest of the items that are there; unknown where none is."""

    def of_items(self: SolverReading, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        known, values = self._values(node, place)
        (there, best), *others = values
        for here, value in others:
            first = chosen(before(value, best), value, best)
            better = either(inverse(there), both(here, same(first, value)))
            best = chosen(both(here, better), value, best)
            there = either(there, here)
        return limited(best, both(known, there))

    return of_items


def _round(divide: numbers.Divide) -> Reads:
    def round_to(self: SolverReading, node: tree.Round, place: SymbolicPlace) -> ValueTerm:
        return numbers.rounded(self.number(node.operand, place), node.places, divide)

    return round_to


def _round_quotient(divide: numbers.Divide) -> Reads:
    def round_quotient(
        self: SolverReading, node: tree.RoundQuotient, place: SymbolicPlace
    ) -> ValueTerm:
        above, below = self.number(node.numerator, place), self.number(node.denominator, place)
        return numbers.quotient(above, below, node.places, divide)

    return round_quotient


def _between(count: Callable[[Day, Day], Int]) -> Reads:
    def between(self: SolverReading, node: tree.Between, place: SymbolicPlace) -> ValueTerm:
        start, end = self.value(node.start, place), self.value(node.end, place)
        assert isinstance(start, Dated)
        assert isinstance(end, Dated)
        return NumberTerm(both(start.known, end.known), count(start.day, end.day), 0)

    return between


def _rewritten(rewrite: Rewrite) -> Reads:
    return lambda self, node, place: self.value(rewrite(node), place)


_OWN: Mapping[Key, Reads] = {
    (tree.Literal, ""): SolverReading._literal,
    (tree.AsOf, ""): SolverReading._as_of,
    (tree.Parameter, ""): SolverReading._parameter,
    (tree.Field, ""): SolverReading._field,
    (tree.Declared, ""): SolverReading._declared,
    (tree.Given, "age"): SolverReading._age,
    (tree.Given, "sex"): SolverReading._sex,
    (tree.Fact, ""): SolverReading._fact,
    (tree.Collection, ""): SolverReading._collection,
    (tree.Not, ""): SolverReading._not,
    (tree.And, ""): SolverReading._and,
    (tree.Or, ""): SolverReading._or,
    (tree.Compare, "<"): SolverReading._less,
    (tree.Compare, "=="): SolverReading._equal,
    (tree.In, ""): SolverReading._in,
    (tree.HasCode, ""): SolverReading._has_code,
    (tree.Known, ""): SolverReading._known,
    (tree.Choose, ""): SolverReading._choose,
    (tree.Arithmetic, "+"): SolverReading._sum_of_two,
    (tree.Arithmetic, "*"): SolverReading._product,
    (tree.Negate, ""): SolverReading._negate,
    (tree.Round, "nearest"): _round(numbers.divided),
    (tree.Round, "down"): _round(numbers.divided_down),
    (tree.RoundQuotient, "nearest"): _round_quotient(numbers.divided),
    (tree.RoundQuotient, "down"): _round_quotient(numbers.divided_down),
    (tree.Extremum, "min"): _extremum(not_after),
    (tree.Extremum, "max"): _extremum(not_before),
    (tree.Between, "years"): _between(days.years_between),
    (tree.Between, "months"): _between(days.months_between),
    (tree.Between, "days"): _between(days.days_between),
    (tree.Quantifier, "any"): SolverReading._any,
    (tree.Aggregate, "sum"): SolverReading._sum,
    (tree.Aggregate, "min"): _of_items(not_after),
    (tree.Aggregate, "max"): _of_items(not_before),
    # Composite: these two read their operand once, where nested ones would double and double,
    (tree.Sure, ""): SolverReading._sure,
    (tree.Absolute, ""): SolverReading._absolute,
    # and a count keeps the few values that it may have, which a sum does not know of.
    (tree.Aggregate, "count"): SolverReading._count,
}

CASES = table("solver", _OWN, _rewritten)
