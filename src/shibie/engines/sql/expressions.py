"""Typed tree → SQL: one function for each operator, as in the interpreter.

A value is NULL where it is unknown; numbers are scaled integers at the scale of their
static type; sets of codes are lists of text. The place of a node is the relation over which
it is evaluated: the household, a member, or a register's row.

Logic, numbers and dates are read here, leaves and aggregates in modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, cast

from sqlglot import exp

from shibie.engines.sql import dates
from shibie.engines.sql.aggregates import Aggregates
from shibie.engines.sql.building import (
    FALSE,
    Sql,
    binary,
    both,
    case,
    either,
    is_null,
    is_true,
    negated,
    not_null,
    number,
    text,
    typed,
)
from shibie.engines.sql.leaves import Leaves
from shibie.language import tree
from shibie.language.operators import Key, Rewrite, table
from shibie.language.tree import Node
from shibie.language.types import Number, Type

# What an operator is in SQL: (compiler, node, place).
Reads = Callable[["Compiler", Any, str], Sql]


class Compiler(Leaves, Aggregates):
    """Compiles the conditions of one rule set into one plan."""

    def value(self, node: Node, place: str) -> Sql:
        """The SQL of a node at a place."""
        key = (node, place)
        if key not in self.memo:
            self.memo[key] = CASES[node.operator](self, node, place)
        return self.memo[key]

    # --- logic --------------------------------------------------------------------------

    def _not(self, node: tree.Not, place: str) -> Sql:
        return negated(self.value(node.operand, place))

    def _and(self, node: tree.And, place: str) -> Sql:
        return both(*(self.value(operand, place) for operand in node.operands))

    def _or(self, node: tree.Or, place: str) -> Sql:
        return either(*(self.value(operand, place) for operand in node.operands))

    def _in(self, node: tree.In, place: str) -> Sql:
        value, of = self.value(node.operand, place), node.operand.type
        listed = [each for each in node.values if _can_equal(each, of)]
        constants = [self.constant(each, of) for each in listed]
        if not constants:
            return case((not_null(value), FALSE), default=typed(exp.null(), "BOOLEAN"))
        return either(*(binary(exp.EQ, value, constant) for constant in constants))

    def _has_code(self, node: tree.HasCode, place: str) -> Sql:
        codes = self.value(node.operand, place)
        function = "LIST_CONTAINS" if self.dialect == "duckdb" else "ARRAY_CONTAINS"
        return exp.Anonymous(this=function, expressions=[codes, text(node.code)])

    def _known(self, node: tree.Known, place: str) -> Sql:
        if isinstance(node.operand, tree.Collection):
            return self.complete(node.operand)
        return not_null(self.value(node.operand, place))

    def _sure(self, node: tree.Sure, place: str) -> Sql:
        return is_true(self.value(node.operand, place))

    def _choose(self, node: tree.Choose, place: str) -> Sql:
        condition = self.bound(node.condition, place)
        then, otherwise = (
            self.plan.derive(place, self._typed(branch, node.type, place))
            for branch in (node.then, node.otherwise)
        )
        return case(
            (both(is_null(condition), negated(is_true(binary(exp.EQ, then, otherwise)))),
             typed(exp.null(), self.sql_type(node.type))),
            (is_true(condition), then),
            default=otherwise,
        )  # fmt: skip

    def _typed(self, node: Node, of: Type, place: str) -> Sql:
        value = self.value(node, place)
        if isinstance(of, Number):
            return self.exact(place).to(value, cast("Number", node.type), of)
        return value

    # --- numbers and dates --------------------------------------------------------------

    def _product(self, node: tree.Arithmetic, place: str) -> Sql:
        return self.exact(place).product(
            self.value(node.left, place), cast("Number", node.left.type),
            self.value(node.right, place), cast("Number", node.right.type),
            cast("Number", node.type),
        )  # fmt: skip

    def _negate(self, node: tree.Negate, place: str) -> Sql:
        return binary(exp.Sub, number(0), self.value(node.operand, place))

    def _absolute(self, node: tree.Absolute, place: str) -> Sql:
        return exp.func("ABS", self.value(node.operand, place))


# --- operators that differ in one thing, and the table ----------------------------------


def _compare(kind: type[exp.Binary]) -> Reads:
    def compare(self: Compiler, node: tree.Compare, place: str) -> Sql:
        left, right = self.value(node.left, place), self.value(node.right, place)
        of_left, of_right = node.left.type, node.right.type
        if isinstance(of_left, Number) and isinstance(of_right, Number):
            return self.exact(place).comparison(kind, left, of_left, right, of_right)
        return binary(kind, left, right)

    return compare


def _sum_of_two(kind: type[exp.Binary]) -> Reads:
    def sum_of_two(self: Compiler, node: tree.Arithmetic, place: str) -> Sql:
        return self.exact(place).sum(
            kind,
            self.value(node.left, place), cast("Number", node.left.type),
            self.value(node.right, place), cast("Number", node.right.type),
            cast("Number", node.type),
        )  # fmt: skip

    return sum_of_two


def _extremum(function: str) -> Reads:
    def extremum(self: Compiler, node: tree.Extremum, place: str) -> Sql:
        # LEAST and GREATEST skip NULLs, which must not count here.
        values = [
            self.plan.derive(place, self._typed(operand, node.type, place))
            for operand in node.operands
        ]
        return case((both(*map(not_null, values)), exp.func(function, *values)),
                    default=typed(exp.null(), self.sql_type(node.type)))  # fmt: skip

    return extremum


def _round(down: bool) -> Reads:
    def round_to(self: Compiler, node: tree.Round, place: str) -> Sql:
        of, result = cast("Number", node.operand.type), cast("Number", node.type)
        value = self.value(node.operand, place)
        return self.exact(place).rounded(value, of, node.places, result, down)

    return round_to


def _round_quotient(down: bool) -> Reads:
    def round_quotient(self: Compiler, node: tree.RoundQuotient, place: str) -> Sql:
        return self.exact(place).quotient(
            self.value(node.numerator, place), cast("Number", node.numerator.type),
            self.value(node.denominator, place), cast("Number", node.denominator.type),
            node.places, cast("Number", node.type), down,
        )  # fmt: skip

    return round_quotient


def _between(count: dates.CountBetween) -> Reads:
    def between(self: Compiler, node: tree.Between, place: str) -> Sql:
        start, end = self.bound(node.start, place), self.bound(node.end, place)
        return count(start, end, self.dialect)

    return between


def _date_part(function: str) -> Reads:
    def date_part(self: Compiler, node: tree.DatePart, place: str) -> Sql:
        return typed(exp.func(function, self.value(node.day, place)), "BIGINT")

    return date_part


def _rewritten(rewrite: Rewrite) -> Reads:
    """A composite operator by its rewriting; DuckDB and Spark make `a >= b` of `NOT a < b`."""
    return lambda self, node, place: self.value(rewrite(node), place)


def _can_equal(value: tree.Constant, of: Type) -> bool:
    """Whether a constant is a possible value of a type: 0.5 is no integer."""
    if isinstance(of, Number) and isinstance(value, Decimal):
        # The limit leaves out the places of an amount; what the type's digits hold counts.
        return value == round(value, of.scale) and abs(value) < 10 ** len(str(of.limit))
    return True


_OWN: Mapping[Key, Reads] = {
    (tree.Literal, ""): Compiler._literal,
    (tree.AsOf, ""): Compiler._as_of,
    (tree.Parameter, ""): Compiler._parameter,
    (tree.Field, ""): Compiler._field,
    (tree.Declared, ""): Compiler._declared,
    (tree.Given, "age"): Compiler._age,
    (tree.Given, "sex"): Compiler._sex,
    (tree.Given, "counted"): Compiler._counted,
    (tree.Fact, ""): Compiler._fact,
    (tree.Collection, ""): Compiler._collection,
    (tree.Not, ""): Compiler._not,
    (tree.And, ""): Compiler._and,
    (tree.Or, ""): Compiler._or,
    (tree.Compare, "<"): _compare(exp.LT),
    (tree.Compare, "=="): _compare(exp.EQ),
    (tree.In, ""): Compiler._in,
    (tree.HasCode, ""): Compiler._has_code,
    (tree.Known, ""): Compiler._known,
    (tree.Choose, ""): Compiler._choose,
    (tree.Arithmetic, "+"): _sum_of_two(exp.Add),
    (tree.Arithmetic, "*"): Compiler._product,
    (tree.Negate, ""): Compiler._negate,
    (tree.Round, "nearest"): _round(down=False),
    (tree.Round, "down"): _round(down=True),
    (tree.RoundQuotient, "nearest"): _round_quotient(down=False),
    (tree.RoundQuotient, "down"): _round_quotient(down=True),
    (tree.Extremum, "min"): _extremum("LEAST"),
    (tree.Extremum, "max"): _extremum("GREATEST"),
    (tree.Between, "years"): _between(dates.years),
    (tree.Between, "months"): _between(dates.months),
    (tree.Between, "days"): _between(dates.days),
    # For speed: one function instead of two completed differences.
    (tree.DatePart, "year"): _date_part("YEAR"),
    (tree.DatePart, "month"): _date_part("MONTH"),
    (tree.Quantifier, "any"): Compiler._any,
    (tree.Aggregate, "sum"): Compiler._sum,
    (tree.Aggregate, "min"): Compiler._min,
    (tree.Aggregate, "max"): Compiler._max,
    # Composite, for speed: one operation on each row in place of two or three, and a count
    # that needs no column of ones and noughts.
    (tree.Sure, ""): Compiler._sure,
    (tree.Arithmetic, "-"): _sum_of_two(exp.Sub),
    (tree.Absolute, ""): Compiler._absolute,
    (tree.Aggregate, "count"): Compiler._count,
}

CASES = table("sql", _OWN, _rewritten)
