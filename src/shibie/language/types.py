"""Static types of the rule language.

A number carries how many decimal places it has and how large it can be, so that an
expression which could leave 28 digits is refused when the rule set is loaded, and every
reading can compute exactly.
"""

from __future__ import annotations

from dataclasses import dataclass

from shibie.household import AMOUNT_LIMIT, COUNT_LIMIT
from shibie.vocabulary import FieldSpec

MAX_DIGITS = 28
# The most rows a household may have in one collection; larger input is rejected. It bounds
# sums at load time.
MAX_ITEMS = 10_000


@dataclass(frozen=True)
class Bool:
    """True, false or unknown."""

    def __str__(self) -> str:
        return "bool"


@dataclass(frozen=True)
class Number:
    """An exact decimal with `scale` places and magnitude at most `limit`."""

    scale: int
    limit: int

    @property
    def digits(self) -> int:
        """Digits needed to hold every such value.

        >>> Number(2, 10**12 - 1).digits
        14
        """
        return len(str(self.limit)) + self.scale

    def __str__(self) -> str:
        return "integer" if self.scale == 0 else f"decimal({self.scale})"


@dataclass(frozen=True)
class Text:
    """Free text: only == != in."""

    def __str__(self) -> str:
        return "text"


@dataclass(frozen=True)
class Code:
    """One code of a closed list: only == != in."""

    codes: tuple[str, ...]

    def __str__(self) -> str:
        return "code"


@dataclass(frozen=True)
class Codes:
    """A set of codes of a closed list: only `"code" in field`."""

    codes: tuple[str, ...]

    def __str__(self) -> str:
        return "set of codes"


@dataclass(frozen=True)
class Date:
    """A calendar day."""

    def __str__(self) -> str:
        return "date"


Type = Bool | Number | Text | Code | Codes | Date

BOOL, TEXT, DATE = Bool(), Text(), Date()
COUNT = Number(0, COUNT_LIMIT - 1)
MONEY = Number(2, AMOUNT_LIMIT - 1)
AMOUNT = Number(4, AMOUNT_LIMIT - 1)
AGE = Number(0, 200)
SEX = Code(("男", "女"))


def type_of(spec: FieldSpec) -> Type:
    """The static type of a declared field."""
    match spec.type:
        case "bool":
            return BOOL
        case "integer":
            return COUNT
        case "decimal":
            return AMOUNT
        case "money":
            return MONEY
        case "code":
            return Code(spec.codes)
        case "codes":
            return Codes(spec.codes)
        case "date":
            return DATE
        case "text" | "citizen_id":
            return TEXT


def common(a: Type, b: Type) -> Type | None:
    """The type that values of both can be compared in, or None.

    >>> common(MONEY, COUNT) == MONEY, common(DATE, COUNT)
    (True, None)
    """
    match a, b:
        case Number(), Number():
            return Number(max(a.scale, b.scale), max(a.limit, b.limit))
        case Code(), Text():
            return None
        case _:
            return a if a == b else None
