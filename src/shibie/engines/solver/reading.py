"""Typed tree → terms over a symbolic household: one function for each operator, as in the interpreter.

Every value carries its known-bit, so a term says not only what a condition is but whether
it is decided; the interpreter is the reference, and a property test holds the two together.

Logic, numbers and dates are read here, leaves and aggregates in modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

from shibie.engines.solver import days, logic, numbers
from shibie.engines.solver.aggregates import SymbolicAggregates
from shibie.engines.solver.days import Day
from shibie.engines.solver.household import TOP, SymbolicPlace
from shibie.engines.solver.leaves import SymbolicLeaves
from shibie.engines.solver.logic import Int, both, either
from shibie.engines.solver.values import (
    CodeSet,
    Dated,
    NumberTerm,
    Ordering,
    ValueTerm,
    chosen,
    equal,
    less,
    limited,
    not_after,
    not_before,
    same,
)
from shibie.language import tree
from shibie.language.operators import Key, Rewrite, table
from shibie.language.tree import Node

# What an operator is to the solver: (reading, node, place).
Reads = Callable[["SolverReading", Any, SymbolicPlace], ValueTerm]


class SolverReading(SymbolicLeaves, SymbolicAggregates):
    """Reads the conditions of a rule set over one household."""

    def value(self, node: Node, place: SymbolicPlace = TOP) -> ValueTerm:
        """The value of a node at a place."""
        return CASES[node.operator](self, node, place)

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
        return equal(self.value(node.left, place), self.value(node.right, place))

    def _in(self, node: tree.In, place: SymbolicPlace) -> ValueTerm:
        value = self.value(node.operand, place)
        constants = [self.constant(each, node.operand.type) for each in node.values]
        if isinstance(value, NumberTerm) and not value.is_exact:
            return logic.disjunction(equal(value, each) for each in constants)
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
        if condition.is_settled:
            return chosen(condition.yes, then, otherwise)
        if isinstance(then, NumberTerm) and isinstance(otherwise, NumberTerm):
            return numbers.hull(condition, then, otherwise)
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


def _extremum(before: Ordering) -> Reads:
    least = before is not_after

    def extremum(self: SolverReading, node: tree.Extremum, place: SymbolicPlace) -> ValueTerm:
        values = [self.value(each, place) for each in node.operands]
        if any(isinstance(value, NumberTerm) and not value.is_exact for value in values):
            several = (value for value in values if isinstance(value, NumberTerm))
            return reduce(lambda a, b: numbers.extreme(a, b, least), several)
        known = both(*(value.known for value in values))
        return limited(reduce(lambda a, b: chosen(before(a, b), a, b), values), known)

    return extremum


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
        known = both(start.known, end.known)
        return NumberTerm.exact(known, count(start.day, end.day), 0)

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
    (tree.Given, "counted"): SolverReading._counted,
    (tree.FoundElsewhere, ""): SolverReading._found_elsewhere,
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
    (tree.Aggregate, "min"): SolverReading._min,
    (tree.Aggregate, "max"): SolverReading._max,
    # Composite: these two read their operand once, where nested ones would double and double,
    (tree.Sure, ""): SolverReading._sure,
    (tree.Absolute, ""): SolverReading._absolute,
    # and a count keeps the few values that it may have, which a sum does not know of.
    (tree.Aggregate, "count"): SolverReading._count,
}

CASES = table("solver", _OWN, _rewritten)
