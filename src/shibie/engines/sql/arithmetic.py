"""Exact decimals as scaled integers: BIGINT up to 18 digits, wider beyond.

The loader proves that no intermediate result leaves 28 digits, so 38 are always enough;
the few comparisons and quotients that would need more are clamped, which changes nothing
in their result.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from sqlglot import exp

from shibie.engines.sql.building import (
    FALSE,
    Dialect,
    Sql,
    binary,
    both,
    case,
    number,
    safe,
    typed,
)
from shibie.language.types import Number

NARROW: Final = 18
WIDE: Final = 37
Bind = Callable[[Sql], Sql]


def digits_of(limit: int, scale: int) -> int:
    """Digits of the scaled integer."""
    return len(str(limit)) + scale


class Exact:
    """Arithmetic on scaled integers in one dialect.

    Args:
        dialect: DuckDB has HUGEINT, Spark DECIMAL(38, 0).
        bind: names a value that is used more than once.
    """

    def __init__(self, dialect: Dialect, bind: Bind) -> None:
        self.dialect, self.bind = dialect, bind

    def sql_type(self, digits: int) -> str:
        """The SQL type that holds so many digits."""
        if digits <= NARROW:
            return "BIGINT"
        return "INT128" if self.dialect == "duckdb" else "DECIMAL(38, 0)"

    def as_width(self, value: Sql, have: int, want: int) -> Sql:
        """A value of `have` digits in the type of `want` digits."""
        if self.sql_type(have) == self.sql_type(want):
            return value
        return typed(value, self.sql_type(want))

    def literal(self, value: Decimal | int, of: Number) -> Sql:
        """A constant at the scale of its type."""
        units = int(Decimal(value).scaleb(of.scale))
        return typed(exp.Literal.number(units), self.sql_type(of.digits))

    def null(self, of: Number) -> Sql:
        """Unknown, of a number type."""
        return typed(exp.null(), self.sql_type(of.digits))

    def power(self, exponent: int, digits: int) -> Sql:
        """A power of ten."""
        return typed(exp.Literal.number(10**exponent), self.sql_type(digits))

    def scaled(self, value: Sql, exponent: int, have: int) -> Sql:
        """A value times a power of ten."""
        if exponent == 0:
            return value
        want = have + exponent
        if isinstance(value, exp.Cast) and isinstance(value.this, exp.Literal):
            units = int(value.this.this) * 10**exponent
            return typed(exp.Literal.number(units), self.sql_type(want))
        return binary(exp.Mul, self.as_width(value, have, want), self.power(exponent, want))

    def to(self, value: Sql, of: Number, want: Number) -> Sql:
        """A value of one number type in another of at least its scale and limit."""
        moved = self.scaled(value, want.scale - of.scale, of.digits)
        return self.as_width(moved, of.digits + want.scale - of.scale, want.digits)

    def divided(self, above: Sql, below: Sql, digits: int) -> Sql:
        """Whole quotient of non-negative values; NULL below gives NULL."""
        if self.dialect == "duckdb" or digits <= NARROW:
            return binary(exp.IntDiv, above, below)
        # Spark's DIV gives BIGINT; an exact multiple divides exactly as a decimal.
        rest = binary(exp.Mod, above, below)
        exact = binary(exp.Div, binary(exp.Sub, above, rest), below)
        return typed(exact, self.sql_type(digits))

    # --- operations ---------------------------------------------------------------------

    def comparison(
        self, kind: type[exp.Binary], left: Sql, of_left: Number, right: Sql, of_right: Number
    ) -> Sql:
        """Compare two numbers of any scales."""
        scale = max(of_left.scale, of_right.scale)
        left, have_left = self._comparable(left, of_left, of_right, scale)
        right, have_right = self._comparable(right, of_right, of_left, scale)
        want = max(have_left, have_right)
        return binary(
            kind, self.as_width(left, have_left, want), self.as_width(right, have_right, want)
        )

    def _comparable(self, value: Sql, of: Number, other: Number, scale: int) -> tuple[Sql, int]:
        have = of.digits
        if have + scale - of.scale > WIDE:
            # Beyond what the other side's digits can hold it does not matter how far. Its limit is
            # no such bound: it leaves out the places of the amounts that the other is made of.
            beyond = 10 ** len(str(other.limit))
            edge = typed(exp.Literal.number(beyond * 10**of.scale), self.sql_type(have))
            value = exp.func("LEAST", exp.func("GREATEST", value, exp.Neg(this=safe(edge))), edge)
            have = min(have, digits_of(beyond, of.scale))
        return self.scaled(value, scale - of.scale, have), have + scale - of.scale

    def sum(self, kind: type[exp.Binary], left: Sql, a: Number, right: Sql, b: Number,
            result: Number) -> Sql:  # fmt: skip
        """`left + right` or `left - right`."""
        return binary(kind, self.to(left, a, result), self.to(right, b, result))

    def product(self, left: Sql, a: Number, right: Sql, b: Number, result: Number) -> Sql:
        """`left * right`."""
        return binary(
            exp.Mul,
            self.as_width(left, a.digits, result.digits),
            self.as_width(right, b.digits, result.digits),
        )

    def rounded(
        self, value: Sql, of: Number, places: int, result: Number, down: bool = False
    ) -> Sql:
        """To `places`, half away from zero or always down."""
        if places >= of.scale:
            return self.to(value, of, result)
        value = self.bind(value)
        unit = self.power(of.scale - places, max(of.digits, of.scale - places + 1))
        negative = _below_zero(value)
        # Whatever is added to the size before it is cut off.
        more: Sql = self._units(5 * 10 ** (of.scale - places - 1), of.digits + 1)
        if down:
            all_but_one = self._units(10 ** (of.scale - places) - 1, of.digits + 1)
            more = case((negative, all_but_one), default=self._units(0, of.digits + 1))
        size = self.as_width(exp.func("ABS", value), of.digits, of.digits + 1)
        quotient = self.divided(binary(exp.Add, size, more), unit, of.digits + 1)
        return self.as_width(self._signed(quotient, negative), of.digits + 1, result.digits)

    def _units(self, units: int, digits: int) -> Sql:
        return typed(exp.Literal.number(units), self.sql_type(digits))

    def quotient(
        self, above: Sql, a: Number, below: Sql, b: Number, places: int, result: Number,
        down: bool = False,
    ) -> Sql:  # fmt: skip
        """The exact quotient rounded once, half away from zero or down; by zero NULL."""
        above, below = self.bind(above), self.bind(below)
        shift = b.scale + places - a.scale
        have_above, have_below = a.digits + max(shift, 0), b.digits + max(-shift, 0)
        size_above = self.scaled(exp.func("ABS", above), max(shift, 0), a.digits)
        size_below: Sql = exp.func("ABS", below)
        if have_below > WIDE:
            # So large a divisor gives the unit next to zero, or zero; how large does not matter.
            edge = self.power(WIDE - 1 + shift, b.digits)
            size_below, have_below = exp.func("LEAST", size_below, edge), WIDE
            size_below = self.scaled(size_below, -shift, WIDE + shift)
        else:
            size_below = self.scaled(size_below, max(-shift, 0), b.digits)
        width = max(have_above, have_below)
        n = self.bind(self.as_width(size_above, have_above, width))
        wide_below = self.as_width(size_below, have_below, width)
        d = self.bind(exp.Nullif(this=wide_below, expression=number(0)))
        rest = binary(exp.Mod, n, d)
        negative = binary(exp.NEQ, _below_zero(above), _below_zero(below))
        further = binary(exp.GTE, rest, binary(exp.Sub, d, rest))
        if down:
            further = both(negative, binary(exp.GT, rest, number(0)))
        one = case((further, number(1)), default=number(0))
        whole = self.divided(n, d, width)
        size = binary(exp.Add, whole, self.as_width(one, 1, width))
        return self.as_width(self._signed(size, negative), width, result.digits)

    def _signed(self, size: Sql, negative: Sql) -> Sql:
        if negative == FALSE:
            return size
        size = self.bind(size)
        return case((negative, exp.Neg(this=safe(size))), default=size)


def _below_zero(value: Sql) -> Sql:
    return binary(exp.LT, value, number(0))
