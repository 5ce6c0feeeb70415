"""Small helpers that build SQL as sqlglot trees, with every operand safely bracketed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, reduce
from typing import Final, Literal, TypeVar

from sqlglot import exp

Dialect = Literal["duckdb", "spark"]
Sql = exp.Expr
# A flag word is a non-negative BIGINT; more flags take more words.
WORD: Final = 62
_ATOMS: Final = (exp.Column, exp.Literal, exp.Paren, exp.Func, exp.Boolean, exp.Null)
BinaryT = TypeVar("BinaryT", bound=exp.Binary)

TRUE: Final = exp.true()
FALSE: Final = exp.false()


def col(name: str, table: str | None = None) -> exp.Column:
    """A quoted column."""
    return exp.column(exp.to_identifier(name, quoted=True), table=table)


def typed(value: Sql, sql_type: str) -> Sql:
    """`CAST(value AS type)`, without copying the value."""
    return exp.Cast(this=value, to=_type(sql_type))


@cache
def _type(name: str) -> exp.DataType:
    return exp.DataType.build(name)


def number(value: int) -> Sql:
    """An integer literal as BIGINT."""
    return typed(exp.Literal.number(value), "BIGINT")


def text(value: str) -> Sql:
    """A text literal."""
    return exp.Literal.string(value)


def safe(operand: Sql) -> Sql:
    """The operand, in brackets unless it needs none."""
    # sqlglot counts AND and OR among the functions.
    atom = isinstance(operand, _ATOMS) and not isinstance(operand, exp.Binary)
    return operand if atom else exp.Paren(this=operand)


def binary(kind: type[exp.Binary], left: Sql, right: Sql) -> Sql:
    """A binary operation with bracketed operands."""
    return kind(this=safe(left), expression=safe(right))


def both(*operands: Sql) -> Sql:
    """SQL's three-valued AND is Kleene's."""
    return _joined(exp.And, operands, TRUE)


def either(*operands: Sql) -> Sql:
    """SQL's three-valued OR is Kleene's."""
    return _joined(exp.Or, operands, FALSE)


def _joined(kind: type[exp.Binary], operands: Sequence[Sql], empty: Sql) -> Sql:
    """A balanced tree, so that hundreds of rules do not nest hundreds deep."""
    if not operands:
        return empty
    if len(operands) == 1:
        return operands[0]
    middle = len(operands) // 2
    return binary(
        kind, _joined(kind, operands[:middle], empty), _joined(kind, operands[middle:], empty)
    )


def negated(operand: Sql) -> Sql:
    """SQL's NOT."""
    return exp.Not(this=safe(operand))


def is_null(operand: Sql) -> Sql:
    """Whether a value is unknown."""
    return exp.Is(this=safe(operand), expression=exp.null())


def is_true(operand: Sql) -> Sql:
    """Whether a value is true: never NULL."""
    return binary_is(operand, TRUE)


def binary_is(operand: Sql, value: Sql) -> Sql:
    """`operand IS value`."""
    return exp.Is(this=safe(operand), expression=value)


def not_null(operand: Sql) -> Sql:
    """Whether a value is known."""
    return negated(is_null(operand))


def case(*arms: tuple[Sql, Sql], default: Sql | None = None) -> Sql:
    """`CASE WHEN … THEN … END`."""
    ifs = [exp.If(this=condition, true=value) for condition, value in arms]
    return exp.Case(ifs=ifs, default=default if default is not None else exp.null())


def added(operands: Iterable[Sql]) -> Sql:
    """The sum of several values, zero for none."""
    several = list(operands)
    if not several:
        return number(0)
    return reduce(lambda left, right: exp.Add(this=left, expression=safe(right)), several)


def or_zero(value: Sql) -> Sql:
    """The value, zero where it is NULL: what a sum or a count over nothing is."""
    return exp.Coalesce(this=value, expressions=[number(0)])


def word(flags: Sequence[Sql]) -> Sql:
    """Up to `WORD` conditions as the bits of one BIGINT; unknown sets no bit."""
    return added(
        case((flag, number(1 << bit)), default=number(0))
        for bit, flag in enumerate(flags)
        if flag != FALSE
    )


def words(flags: Sequence[Sql]) -> list[Sql]:
    """Any number of conditions as flag words; at least one word."""
    return [word(flags[at : at + WORD]) for at in range(0, max(len(flags), 1), WORD)]


def bit(value: Sql, at: int) -> Sql:
    """Whether a bit of a flag word is set."""
    masked = binary(exp.BitwiseAnd, value, number(1 << at))
    return binary(exp.NEQ, masked, number(0))


def no_texts() -> Sql:
    """The empty list of text."""
    return typed(exp.Array(expressions=[]), "ARRAY<TEXT>")


def one_text(value: Sql) -> Sql:
    """A list of one text."""
    return exp.Array(expressions=[value])


def concatenated(lists: Sequence[Sql]) -> Sql:
    """Several lists as one."""
    if not lists:
        return no_texts()
    if len(lists) == 1:
        return lists[0]
    return exp.ArrayConcat(this=lists[0], expressions=list(lists[1:]))


def select(columns: Iterable[Sql], source: Sql) -> exp.Select:
    """A SELECT without copying its parts."""
    return exp.Select(expressions=list(columns), **{"from_": exp.From(this=source)})


def named(value: Sql, name: str) -> Sql:
    """`value AS name`."""
    return exp.Alias(this=value, alias=exp.to_identifier(name, quoted=True))
