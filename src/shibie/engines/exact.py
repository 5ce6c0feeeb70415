"""Exact decimal arithmetic, rounding once: half away from zero, or down."""

from __future__ import annotations

from decimal import (
    ROUND_FLOOR,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    Inexact,
    InvalidOperation,
)
from fractions import Fraction

# The loader proves that 28 digits are enough; should that proof ever be wrong, this context
# raises instead of rounding silently.
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation, DivisionByZero])
_NEAREST = Context(prec=60, rounding=ROUND_HALF_UP, traps=[InvalidOperation])
_DOWN = Context(prec=60, rounding=ROUND_FLOOR, traps=[InvalidOperation])


def rounded(value: Decimal | int, places: int) -> Decimal:
    """`value` to `places`, half away from zero.

    >>> rounded(Decimal("-2.345"), 2), rounded(Decimal("2.344"), 2)
    (Decimal('-2.35'), Decimal('2.34'))
    """
    return _quantized(value, places, _NEAREST)


def floor(value: Decimal | int, places: int) -> Decimal:
    """`value` to `places`, the next one below.

    >>> floor(Decimal("-2.341"), 2), floor(Decimal("2.349"), 2)
    (Decimal('-2.35'), Decimal('2.34'))
    """
    return _quantized(value, places, _DOWN)


def _quantized(value: Decimal | int, places: int, context: Context) -> Decimal:
    # + 0 turns -0.00 into 0.00
    return context.quantize(Decimal(value), Decimal(1).scaleb(-places)) + 0


def quotient(numerator: Decimal | int, denominator: Decimal | int, places: int) -> Decimal | None:
    """The exact quotient rounded once; None (unknown) for division by zero.

    >>> quotient(Decimal(2), Decimal(3), 2), quotient(1, 0, 2)
    (Decimal('0.67'), None)
    """
    if denominator == 0:
        return None
    scaled = _scaled(numerator, denominator, places)
    magnitude = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    units = -magnitude if scaled < 0 else magnitude
    return Decimal(units).scaleb(-places, context=EXACT)


def floor_quotient(
    numerator: Decimal | int, denominator: Decimal | int, places: int
) -> Decimal | None:
    """The exact quotient, the next one below with so many places; None for division by zero.

    >>> floor_quotient(Decimal(2), Decimal(3), 2), floor_quotient(-2, 3, 2), floor_quotient(1, 0, 2)
    (Decimal('0.66'), Decimal('-0.67'), None)
    """
    if denominator == 0:
        return None
    scaled = _scaled(numerator, denominator, places)
    return Decimal(scaled.numerator // scaled.denominator).scaleb(-places, context=EXACT)


def _scaled(numerator: Decimal | int, denominator: Decimal | int, places: int) -> Fraction:
    """The exact quotient in units of its last place."""
    return Fraction(numerator) / Fraction(denominator) * Fraction(10**places)
