"""Between two dates, in SQL: days, completed months, completed years."""

from __future__ import annotations

from collections.abc import Callable

from sqlglot import exp

from shibie.engines.sql.building import Dialect, Sql, added, binary, case, text, typed

CountBetween = Callable[[Sql, Sql, Dialect], Sql]


def days(start: Sql, end: Sql, dialect: Dialect) -> Sql:
    """Days from one date to another."""
    if dialect == "duckdb":
        between: Sql = exp.Anonymous(this="DATE_DIFF", expressions=[text("day"), start, end])
    else:
        between = exp.Anonymous(this="DATEDIFF", expressions=[end, start])
    return typed(between, "BIGINT")


def months(start: Sql, end: Sql, dialect: Dialect) -> Sql:
    """Completed months, negative when reversed."""
    return _either_way(_completed_months, start, end)


def years(start: Sql, end: Sql, dialect: Dialect) -> Sql:
    """Completed years, negative when reversed; 29 February is completed on 1 March."""
    return _either_way(_completed_years, start, end)


def _either_way(completed: Callable[[Sql, Sql], Sql], start: Sql, end: Sql) -> Sql:
    back = exp.Neg(this=exp.Paren(this=completed(end, start)))
    whole = case((binary(exp.LT, end, start), back), default=completed(start, end))
    return typed(whole, "BIGINT")


def _completed_months(start: Sql, end: Sql) -> Sql:
    early = binary(exp.LT, exp.func("DAY", end), exp.func("DAY", start))
    return _less_one(binary(exp.Sub, _numbered(end), _numbered(start)), early)


def _completed_years(start: Sql, end: Sql) -> Sql:
    early = binary(exp.LT, _in_year(end), _in_year(start))
    return _less_one(binary(exp.Sub, exp.func("YEAR", end), exp.func("YEAR", start)), early)


def _less_one(count: Sql, early: Sql) -> Sql:
    one = case((early, exp.Literal.number(1)), default=exp.Literal.number(0))
    return binary(exp.Sub, count, one)


def _numbered(day: Sql) -> Sql:
    """The month of a day, counted through all years."""
    return added([binary(exp.Mul, exp.func("YEAR", day), exp.Literal.number(12)), exp.func("MONTH", day)])  # fmt: skip


def _in_year(day: Sql) -> Sql:
    """Month and day as one number."""
    hundreds = binary(exp.Mul, exp.func("MONTH", day), exp.Literal.number(100))
    return added([hundreds, exp.func("DAY", day)])
