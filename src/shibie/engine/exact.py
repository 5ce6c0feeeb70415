"""Exact decimal arithmetic, rounding half away from zero."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal, DivisionByZero, Inexact, InvalidOperation
from fractions import Fraction

# The loader proves that 28 digits are enough; should that proof ever be wrong, this context
# raises instead of rounding silently.
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, DivisionByZero])
_ROUNDING = Context(prec=60, rounding=ROUND_HALF_UP, traps=[InvalidOperation])


def rounded(value: Decimal | int, places: int) -> Decimal:
    """`value` to `places`, half away from zero.

    >>> rounded(Decimal("-2.345"), 2), rounded(Decimal("2.344"), 2)
    (Decimal('-2.35'), Decimal('2.34'))
    """
    unit = Decimal(1).scaleb(-places)
    return _ROUNDING.quantize(Decimal(value), unit) + 0  # + 0 turns -0.00 into 0.00


def quotient(numerator: Decimal | int, denominator: Decimal | int, places: int) -> Decimal | None:
    """The exact quotient rounded once; None (unknown) for division by zero.

    >>> quotient(Decimal(2), Decimal(3), 2), quotient(1, 0, 2)
    (Decimal('0.67'), None)
    """
    if denominator == 0:
        return None
    scaled = Fraction(numerator) / Fraction(denominator) * 10**places
    magnitude = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    units = -magnitude if scaled < 0 else magnitude
    return Decimal(units).scaleb(-places, context=EXACT)
