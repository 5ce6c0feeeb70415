"""Type rules: what an operator gives, from the static types of its operands.

Each takes the types of the operands and the attributes of the node (`places`, `value`), and
gives None where the operands do not go together. That every operand is of a kind that the
operator takes is known before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, cast

from shibie.language.tree import Constant
from shibie.language.types import BOOL, DATE, MAX_ITEMS, Number, Text, Type, common

Attributes = Mapping[str, Any]
TypeRule = Callable[[Sequence[Type], Attributes], Type | None]


# Between any two dates.
YEARS, MONTHS, DAYS = Number(0, 10_000), Number(0, 120_000), Number(0, 4_000_000)
# The year and the month of a date are never that large; these are what their rewritings give.
YEARS_AND_ONE = Number(0, YEARS.limit + 1)
MONTHS_LESS_YEARS = Number(0, MONTHS.limit + 12 * YEARS.limit + 1)


def always(result: Type) -> TypeRule:
    """The same type, whatever the operands."""

    def rule(of: Sequence[Type], attributes: Attributes) -> Type | None:
        return result

    return rule


def declared(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """The type that the rule set declares, given as the attribute `type`."""
    return cast("Type", attributes["type"])


def constant(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """The type of a constant by its value, unless it is said to be one of a code list."""
    return attributes.get("type") or type_of_constant(attributes["value"])


def type_of_constant(value: Constant) -> Type:
    """The type of a constant by its value.

    >>> type_of_constant(Decimal("0.5")), type_of_constant("甲")
    (Number(scale=1, limit=1), Text(codes=('甲',)))
    """
    match value:
        case bool():
            return BOOL
        case Decimal():
            exponent = cast("int", value.as_tuple().exponent)
            return Number(max(0, -exponent), int(abs(value)) + (exponent < 0))
        case date():
            return DATE
        case str():
            return Text((value,))


def same(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """The type of the one operand."""
    return of[0]


def alike(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """One type that holds the values of all operands."""
    result: Type | None = of[0]
    for each in of[1:]:
        result = common(result, each) if result else None
    return result


def comparison(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """A truth, of two values that can be compared."""
    return BOOL if alike(of, attributes) else None


def choice(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """One type that holds the values of both branches."""
    return alike(of[1:], attributes)


def total(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """A sum or a difference of two numbers.

    >>> total([Number(2, 100), Number(0, 5)], {})
    Number(scale=2, limit=105)
    """
    a, b = _numbers(of)
    return Number(max(a.scale, b.scale), a.limit + b.limit)


def product(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """A product of two numbers."""
    a, b = _numbers(of)
    return Number(a.scale + b.scale, a.limit * b.limit)


def rounded(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """A number rounded to `places`, which may carry over: 99.9 becomes 100."""
    (number,), places = _numbers(of), attributes["places"]
    return Number(places, number.limit + 1 if places < number.scale else number.limit)


def rounded_quotient(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """A quotient rounded to `places`."""
    above, below = _numbers(of)
    # The least non-zero divisor is one unit of its last place.
    return Number(attributes["places"], above.limit * 10**below.scale + 1)


def total_of_items(of: Sequence[Type], attributes: Attributes) -> Type | None:
    """A sum over as many items as there may be."""
    (item,) = _numbers(of)
    return Number(item.scale, item.limit * MAX_ITEMS)


def _numbers(of: Sequence[Type]) -> list[Number]:
    return [cast("Number", each) for each in of]
