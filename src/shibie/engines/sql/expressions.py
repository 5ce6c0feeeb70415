"""Typed tree → SQL: one function for each operator, as in the interpreter.

A value is NULL where it is unknown; numbers are scaled integers at the scale of their
static type; sets of codes are lists of text. `Place` says over which relation a node is
evaluated: the household, a member, or a register's row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, cast

from sqlglot import exp

from shibie.engines.sql import dates
from shibie.engines.sql.arithmetic import Exact
from shibie.engines.sql.building import (
    FALSE,
    TRUE,
    Dialect,
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
    or_zero,
    text,
    typed,
)
from shibie.engines.sql.plan import HOUSEHOLDS, MEMBERS, QueryPlan
from shibie.language import names, tree
from shibie.language.operators import Key, Rewrite, table
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.types import DATE, Bool, Codes, Date, Number, Type
from shibie.ruleset.model import RuleSet

# What an operator is in SQL: (compiler, node, place).
Reads = Callable[["Compiler", Any, str], Sql]


@dataclass(frozen=True)
class RunSettings:
    """What one run asks of the tables.

    Attributes:
        as_of: the day of judgement.
        trusted: registers that were not supplied while declarations are trusted.
    """

    as_of: date
    trusted: frozenset[str] = frozenset()


class Compiler:
    """Compiles the conditions of one rule set into one plan.

    Args:
        ruleset: the pack.
        plan: collects the columns.
        asked: what the run asks of the tables.
        definitions: trees behind further (owner, name), all at the household.
        records: the SQL of what is told of a household beside its form, by (owner, name).
    """

    def __init__(
        self,
        ruleset: RuleSet,
        plan: QueryPlan,
        asked: RunSettings,
        definitions: Mapping[tuple[str, str], Node] | None = None,
        records: Callable[[str, str], Sql] | None = None,
    ) -> None:
        self.ruleset, self.plan, self.asked = ruleset, plan, asked
        self.definitions = definitions or {}
        self.records: Callable[[str, str], Sql] = records or _no_record
        self.dialect: Dialect = plan.dialect
        self.memo: dict[tuple[Node, str], Sql] = {}
        self.rows = {name: f"r{index}" for index, name in enumerate(ruleset.registers)}

    def exact(self, place: str) -> Exact:
        """Arithmetic that names its repeated values at a place."""
        return Exact(self.dialect, partial(self.plan.derive, place))

    def value(self, node: Node, place: str) -> Sql:
        """The SQL of a node at a place."""
        key = (node, place)
        if key not in self.memo:
            self.memo[key] = CASES[node.operator](self, node, place)
        return self.memo[key]

    def bound(self, node: Node, place: str) -> Sql:
        """The node's value as a column (or constant), computed once."""
        return self.plan.derive(place, self.value(node, place))

    def sql_type(self, of: Type) -> str:
        """The SQL type of values of a static type."""
        match of:
            case Bool():
                return "BOOLEAN"
            case Number():
                return self.exact(HOUSEHOLDS).sql_type(of.digits)
            case Date():
                return "DATE"
            case Codes():
                return "ARRAY<TEXT>"
            case _:
                return "TEXT"

    def constant(self, value: tree.Constant, of: Type) -> Sql:
        """A constant of a static type."""
        match value:
            case bool():
                return TRUE if value else FALSE
            case Decimal():
                return self.exact(HOUSEHOLDS).literal(value, cast("Number", of))
            case date():
                return typed(text(value.isoformat()), "DATE")
            case _:
                return text(value)

    # --- leaves -------------------------------------------------------------------------

    def _literal(self, node: tree.Literal, _place: str) -> Sql:
        return self.constant(node.value, node.type)

    def _as_of(self, node: tree.AsOf, _place: str) -> Sql:
        return self.constant(self.asked.as_of, node.type)

    def _parameter(self, node: tree.Parameter, _place: str) -> Sql:
        parameter = self.ruleset.parameters[node.name]
        of = parameter.type
        exact = self.exact(HOUSEHOLDS)
        if node.key is None:
            found = parameter.value(self.asked.as_of)
            return exact.null(of) if found is None else exact.literal(found, of)
        key = self.bound(node.key, HOUSEHOLDS)
        by = node.key.type
        arms = [
            (
                binary(
                    exp.EQ,
                    key,
                    self.constant(Decimal(name) if isinstance(by, Number) else name, by),
                ),
                exact.literal(found, of),
            )
            for name in map(str, parameter.series)
            if (found := parameter.value(self.asked.as_of, name)) is not None
        ]
        found_value = case(*arms, default=exact.null(of)) if arms else exact.null(of)
        return self.plan.derive(HOUSEHOLDS, found_value)

    def _declared(self, node: tree.Field | tree.Declared, _place: str) -> Sql:
        """What the form says, before any comparison."""
        return self.plan.source(HOUSEHOLDS if node.owner == HOUSEHOLD else MEMBERS, node.name)

    def _record(self, node: tree.Field) -> Sql:
        """The SQL of a step's record, of a verdict, or of a tree that is defined from these."""
        key = (node.owner, node.name)
        if key in self.definitions:
            return self.bound(self.definitions[key], HOUSEHOLDS)
        return self.records(*key)

    def compared(self, node: tree.Field) -> tree.Quantifier | None:
        """The comparison that a declared value must stand, unless it is trusted."""
        hits = self.ruleset.comparison_of(node.owner, node.name)
        if hits is None or hits.collection.name in self.asked.trusted:
            return None
        return hits

    def _field(self, node: tree.Field, place: str) -> Sql:
        if node.owner in self.rows:
            return self.plan.source(self.rows[node.owner], node.name)
        if node.owner not in (HOUSEHOLD, MEMBER):
            return self._record(node)
        said, hits = self._declared(node, place), self.compared(node)
        if hits is None:
            return said
        owner = MEMBERS if node.owner == MEMBER else HOUSEHOLDS
        settled = case((is_true(said), TRUE), default=self.value(hits, owner))
        return self.plan.derive(owner, settled)

    def _sex(self, _node: tree.Given, _place: str) -> Sql:
        return self.plan.source(MEMBERS, "sex_")

    def _age(self, _node: tree.Given, _place: str) -> Sql:
        born = self.plan.source(MEMBERS, "born_")
        as_of = self.constant(self.asked.as_of, DATE)
        return self.plan.derive(MEMBERS, dates.years(born, as_of, self.dialect))

    def _fact(self, node: tree.Fact, _place: str) -> Sql:
        owner = MEMBERS if node.owner == MEMBER else HOUSEHOLDS
        return self.bound(self.ruleset.facts[node.owner, node.name].node, owner)  # type: ignore[index]

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

    # --- collections --------------------------------------------------------------------

    def _collection(self, node: tree.Collection, _place: str) -> Sql:
        complete = self.complete(node)
        return case((complete, TRUE), default=typed(exp.null(), "BOOLEAN"))

    def complete(self, node: tree.Collection) -> Sql:
        """Whether there can be no further items: true or false, never NULL."""
        if node.name == names.MEMBERS:
            return TRUE
        complete = self.plan.source(MEMBERS, f"complete_{self.rows[node.name]}")
        if node.owner == MEMBER:
            return complete
        missing = self.plan.fold(MEMBERS, "or", negated(complete))
        supplied = self.plan.source(HOUSEHOLDS, f"supplied_{self.rows[node.name]}")
        # A household without members has no rows, as far as the register was supplied.
        return negated(exp.Coalesce(this=missing, expressions=[negated(supplied)]))

    def folded(self, node: tree.Collection, how: str, value: Sql) -> Sql:
        """A value of each item folded to the collection's owner."""
        plan, kind = self.plan, cast("Any", how)
        if node.name == names.MEMBERS:
            return plan.fold(MEMBERS, kind, value)
        of_member = plan.fold(self.rows[node.name], kind, value)
        if node.owner == MEMBER:
            return of_member
        again: Any = "sum" if how == "count" else kind
        return plan.fold(MEMBERS, again, of_member)

    def items(self, node: tree.Collection) -> str:
        """The relation of a collection's items."""
        return MEMBERS if node.name == names.MEMBERS else self.rows[node.name]

    def owner(self, node: tree.Collection) -> str:
        """The relation that owns a collection."""
        return MEMBERS if node.owner == MEMBER else HOUSEHOLDS

    def _any(self, node: tree.Quantifier, _place: str) -> Sql:
        of = node.collection
        predicate = self.bound(node.predicate, self.items(of))
        found = self.folded(of, "or", predicate)
        unknown = either(self.folded(of, "or", is_null(predicate)), negated(self.complete(of)))
        value = case((found, TRUE), (unknown, typed(exp.null(), "BOOLEAN")), default=FALSE)
        return self.plan.derive(self.owner(of), value)

    def _count(self, node: tree.Aggregate, _place: str) -> Sql:
        if node.operand is None:
            return self._aggregated(node, or_zero(self.folded(node.collection, "count", TRUE)))
        operand = self.bound(node.operand, self.items(node.collection))
        return self._aggregated(node, or_zero(self.folded(node.collection, "count", operand)))

    def _sum(self, node: tree.Aggregate, _place: str) -> Sql:
        item, inside = cast("Node", node.operand), self.items(node.collection)
        operand = self.bound(item, inside)
        have, want = cast("Number", item.type), cast("Number", node.type)
        wide = self.exact(inside).as_width(operand, have.digits, want.digits)
        return self._aggregated(node, or_zero(self.folded(node.collection, "sum", wide)))

    def _aggregated(self, node: tree.Aggregate, total: Sql) -> Sql:
        """The aggregate of the items; NULL when items may be missing or one of them is unknown."""
        of = node.collection
        missing = negated(self.complete(of))
        if node.operand is not None:
            operand = self.bound(node.operand, self.items(of))
            missing = either(missing, self.folded(of, "or", is_null(operand)))
        null = typed(exp.null(), self.sql_type(node.type))
        value = case((missing, null), default=typed(total, self.sql_type(node.type)))
        return self.plan.derive(self.owner(of), value)


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


def _of_items(how: str) -> Reads:
    def of_items(self: Compiler, node: tree.Aggregate, place: str) -> Sql:
        operand = self.bound(cast("Node", node.operand), self.items(node.collection))
        return self._aggregated(node, self.folded(node.collection, how, operand))

    return of_items


def _rewritten(rewrite: Rewrite) -> Reads:
    """A composite operator by its rewriting; DuckDB and Spark make `a >= b` of `NOT a < b`."""
    return lambda self, node, place: self.value(rewrite(node), place)


def _no_record(owner: str, name: str) -> Sql:
    raise KeyError(f"{owner}.{name}")


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
    (tree.Aggregate, "min"): _of_items("min"),
    (tree.Aggregate, "max"): _of_items("max"),
    # Composite, for speed: one operation on each row in place of two or three, and a count
    # that needs no column of ones and noughts.
    (tree.Sure, ""): Compiler._sure,
    (tree.Arithmetic, "-"): _sum_of_two(exp.Sub),
    (tree.Absolute, ""): Compiler._absolute,
    (tree.Aggregate, "count"): Compiler._count,
}

CASES = table("sql", _OWN, _rewritten)
