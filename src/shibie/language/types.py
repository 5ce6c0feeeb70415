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
    """Text: only == != in.

    Attributes:
        codes: all that it can be, where it is chosen from written texts only: then these are a code
            list, and no other text is ever equal to it. Empty where it may be any text.
    """

    codes: tuple[str, ...] = ()

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
    >>> common(Text(("一档",)), Text(("二档", "一档"))).codes, common(Text(("一档",)), TEXT).codes
    (('一档', '二档'), ())
    """
    match a, b:
        case Text(codes), Text(more):
            return Text(tuple(dict.fromkeys((*codes, *more)))) if codes and more else TEXT
        case Number(), Number():
            return Number(max(a.scale, b.scale), max(a.limit, b.limit))
        case Code(), Text():
            return None
        case _:
            return a if a == b else None


def codes_of(of: Type) -> tuple[str, ...]:
    """The code list that a text or a code is of; empty where it is of none.

    One written text alone is no choice but a setting, which another pack may replace.

    >>> codes_of(SEX), codes_of(Text(("一档", "二档"))), codes_of(Text(("云南",))), codes_of(MONEY)
    (('男', '女'), ('一档', '二档'), (), ())
    """
    match of:
        case Text(codes) if len(codes) > 1:
            return codes
        case Code(codes):
            return codes
        case _:
            return ()
