"""Typed tree → SQL: one function for each operator, as in the interpreter.

A value is NULL where it is unknown; numbers are scaled integers at the scale of their
static type; sets of codes are lists of text. The place of a node is the relation over which
it is evaluated: the household, a member, or a register's row.

Logic, numbers and dates are read here, leaves and aggregates in modules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    text,
    typed,
)
from shibie.engines.sql.ends import Ends, unknown
from shibie.engines.sql.leaves import Leaves
from shibie.language import tree
from shibie.language.operators import Key, Rewrite, table
from shibie.language.tree import Node
from shibie.language.type_rules import type_of_constant
from shibie.language.types import Number, Type

# What an operator is in SQL: (compiler, node, place).
Reads = Callable[["Compiler", Any, str], "Sql | Ends"]


class Compiler(Leaves, Aggregates):
    """Compiles the conditions of one rule set into one plan."""

    def read(self, node: Node, place: str) -> Sql | Ends:
        """The SQL of a node at a place; the ends of a number that may be bounded."""
        key = (node, place)
        if key not in self.memo:
            self.memo[key] = CASES[node.operator](self, node, place)
        found: Sql | Ends = self.memo[key]
        return found

    def value(self, node: Node, place: str) -> Sql:
        """The SQL of a node at a place; NULL for a number that is not known exactly."""
        found = self.read(node, place)
        if isinstance(found, Ends):
            # A member's number stands in columns of the member also where a row asks for it.
            return self.exactly(found, cast("Number", node.type), place)
        return found

    # --- logic --------------------------------------------------------------------------

    def _not(self, node: tree.Not, place: str) -> Sql:
        return negated(self.value(node.operand, place))

    def _and(self, node: tree.And, place: str) -> Sql:
        return both(*(self.value(operand, place) for operand in node.operands))

    def _or(self, node: tree.Or, place: str) -> Sql:
        return either(*(self.value(operand, place) for operand in node.operands))

    def _in(self, node: tree.In, place: str) -> Sql:
        of = node.operand.type
        if isinstance(of, Number) and not (found := self.ends(node.operand, place)).exact:
            return self.one_of(found, of, node.values, place)
        listed = [each for each in node.values if _can_equal(each, of)]
        value = self.value(node.operand, place)
        constants = [self.constant(each, of) for each in listed]
        if not constants:
            return case((not_null(value), FALSE), default=typed(exp.null(), "BOOLEAN"))
        return either(*(binary(exp.EQ, value, constant) for constant in constants))

    def one_of(self, found: Ends, of: Number, values: Sequence[tree.Constant], place: str) -> Sql:
        """Whether a number that may be bounded is one of several constants."""
        types = [cast("Number", type_of_constant(each)) for each in values]
        constants = [self.constant(each, kind) for each, kind in zip(values, types, strict=True)]
        same = [
            self.same(found, of, Ends(each, each), kind, place)
            for each, kind in zip(constants, types, strict=True)
        ]
        return case((unknown(found), typed(exp.null(), "BOOLEAN")), default=either(*same))

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

    def _choose(self, node: tree.Choose, place: str) -> Sql | Ends:
        condition = self.bound(node.condition, place)
        if isinstance(of := node.type, Number):
            ends = [self.ends_as(each, of, place) for each in (node.then, node.otherwise)]
            return self.hull(node, condition, ends[0], ends[1], place)
        then, otherwise = (self.bound(branch, place) for branch in (node.then, node.otherwise))
        return case(
            (both(is_null(condition), negated(is_true(binary(exp.EQ, then, otherwise)))),
             typed(exp.null(), self.sql_type(node.type))),
            (is_true(condition), then),
            default=otherwise,
        )  # fmt: skip

    # --- numbers and dates --------------------------------------------------------------


# --- operators that differ in one thing, and the table ----------------------------------


def _less(self: Compiler, node: tree.Compare, place: str) -> Sql:
    if isinstance(node.left.type, Number):
        return self.less(node.left, node.right, place)
    return binary(exp.LT, self.value(node.left, place), self.value(node.right, place))


def _equal(self: Compiler, node: tree.Compare, place: str) -> Sql:
    if isinstance(node.left.type, Number):
        return self.equal(node.left, node.right, place)
    return binary(exp.EQ, self.value(node.left, place), self.value(node.right, place))


def _extremum(least: bool) -> Reads:
    def extremum(self: Compiler, node: tree.Extremum, place: str) -> Sql | Ends:
        if isinstance(node.type, Number):
            return self.extreme(node, place, least)
        # LEAST and GREATEST skip NULLs, which must not count here.
        values = [self.bound(operand, place) for operand in node.operands]
        chosen = exp.func("LEAST" if least else "GREATEST", *values)
        return case((both(*map(not_null, values)), chosen),
                    default=typed(exp.null(), self.sql_type(node.type)))  # fmt: skip

    return extremum


def _round(down: bool) -> Reads:
    return lambda self, node, place: self.rounded(node, place, down)


def _round_quotient(down: bool) -> Reads:
    return lambda self, node, place: self.quotient(node, place, down)


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
    return lambda self, node, place: self.read(rewrite(node), place)


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
    (tree.FoundElsewhere, ""): Compiler._found_elsewhere,
    (tree.Fact, ""): Compiler._fact,
    (tree.Collection, ""): Compiler._collection,
    (tree.Not, ""): Compiler._not,
    (tree.And, ""): Compiler._and,
    (tree.Or, ""): Compiler._or,
    (tree.Compare, "<"): _less,
    (tree.Compare, "=="): _equal,
    (tree.In, ""): Compiler._in,
    (tree.HasCode, ""): Compiler._has_code,
    (tree.Known, ""): Compiler._known,
    (tree.Choose, ""): Compiler._choose,
    (tree.Arithmetic, "+"): Compiler.added,
    (tree.Arithmetic, "*"): Compiler.multiplied,
    (tree.Negate, ""): Compiler.negative,
    (tree.Round, "nearest"): _round(down=False),
    (tree.Round, "down"): _round(down=True),
    (tree.RoundQuotient, "nearest"): _round_quotient(down=False),
    (tree.RoundQuotient, "down"): _round_quotient(down=True),
    (tree.Extremum, "min"): _extremum(least=True),
    (tree.Extremum, "max"): _extremum(least=False),
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
    (tree.Arithmetic, "-"): lambda self, node, place: self.added(node, place, minus=True),
    (tree.Absolute, ""): Compiler.magnitude,
    (tree.Aggregate, "count"): Compiler._count,
}

CASES = table("sql", _OWN, _rewritten)
