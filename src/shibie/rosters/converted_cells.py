"""Numbers in one unit as numbers in another, exactly or not at all."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Final

from shibie.errors import Words
from shibie.rosters.cells import Cell, FaultyCell, as_written, is_blank
from shibie.vocabulary import folded

_NUMBER: Final = re.compile(r"[+-]?(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?")


def converted(cell: Cell, unit: str, times: Fraction) -> Cell:
    """A number of a stated unit in the field's own, exactly; a blank cell stays blank.

    >>> converted(0.3, "万元", Fraction(10000)), converted("1,200.5", "千元", Fraction(1000))
    (Decimal('3000'), Decimal('1200500'))
    """
    if is_blank(cell) or isinstance(cell, FaultyCell):
        return cell
    number = _number(cell)
    if number is None:
        return FaultyCell(
            as_written(cell),
            Words(
                f"栏目的单位是{unit}，应为不带单位的数字",
                f"the column is in {unit}: expected a number without a unit",
            ),
            "not_a_number",
        )
    product = Fraction(number) * times
    found = Decimal(product.numerator) / Decimal(product.denominator)
    if Fraction(found) != product:
        return FaultyCell(
            as_written(cell),
            Words(f"按{unit}换算除不尽", f"{unit} does not convert to a whole part"),
            "not_a_number",
        )
    return found


def _number(cell: Cell) -> Decimal | None:
    match cell:
        case bool():
            return None
        case int() | Decimal():
            return Decimal(cell)
        case float():
            exact = Decimal(repr(cell))
            if not exact.is_finite() or abs(exact) >= Decimal(10) ** 15:
                return None
            # A spreadsheet's own noise lies far beyond what anybody writes.
            near = round(exact, 8)
            return near if abs(near - exact) < Decimal("1e-10") else exact
        case str():
            text = "".join(folded(cell).split())
            return Decimal(text.replace(",", "")) if _NUMBER.fullmatch(text) else None
        case _:
            return None
