"""Numbers that are known only between two bounds.

A number is exact, or bounded (`Bounds`), or unknown (None). Bounds arise from collections of
which not every item is sure, and from undecided conditions; a blank field has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

INFINITE: Final = Decimal("Infinity")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of a number: it is at least `least` and at most `most`.

    Either may be infinite, where there is no bound on that side, but not both; and they
    differ, or else the number would be known.
    """

    least: Decimal | int
    most: Decimal | int

    def __str__(self) -> str:
        least = "" if self.least == -INFINITE else f"{self.least:f}"
        most = "" if self.most == INFINITE else f"{self.most:f}"
        return f"[{least}..{most}]"


Numeric = Decimal | int | Bounds | None


def bounded(least: Decimal | int, most: Decimal | int) -> Numeric:
    """A number by its bounds: exact where they meet, unknown where there are none.

    >>> bounded(2, 2), bounded(2, INFINITE), bounded(-INFINITE, INFINITE)
    (2, Bounds(least=2, most=Decimal('Infinity')), None)
    """
    if least == most:
        return least
    return None if least == -INFINITE and most == INFINITE else Bounds(least, most)


def least_of(value: Any) -> Any:
    """The least that a number can be; an exact one is its own bound."""
    return value.least if type(value) is Bounds else -INFINITE if value is None else value


def most_of(value: Any) -> Any:
    """The most that a number can be."""
    return value.most if type(value) is Bounds else INFINITE if value is None else value


def is_known(value: Any) -> bool:
    """Whether a value of any type is known; a bounded number is not.

    >>> is_known(0), is_known(None), is_known(Bounds(0, 1))
    (True, False, False)
    """
    return value is not None and type(value) is not Bounds
