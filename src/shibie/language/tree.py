"""The typed tree of a condition: the one form that every reading reads.

Nodes are frozen and compare by meaning: where a node stood in its source text (`at`)
does not count, so 家庭人均纯收入 < 贫困线 and its English spelling are the same tree.

A new operator is one class here, or one variant of a class, and one record in `operators`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Any
from typing import Literal as Choice

from shibie.language.types import BOOL, DATE, Type
from shibie.language.variants import OperatorOfNode

# Whose value a name means: the household's, the member's or a register row's at hand.
HOUSEHOLD, MEMBER = "household", "member"
# Of a collection, no condition says it: whether the very row at hand belongs to it; and whether rows
# do that tell nobody apart.
ROW, CROWD = "row", "crowd"

Constant = bool | Decimal | str | date


@dataclass(frozen=True, kw_only=True)
class Node:
    """Base of all nodes.

    Attributes:
        type: static type of the value.
        at: (offset, length) of the node in its condition's text; no part of equality.
        operator: the key of its operator; no field.
    """

    type: Type = BOOL
    at: tuple[int, int] = field(default=(0, 0), compare=False, repr=False)

    operator = OperatorOfNode()

    def __getstate__(self) -> dict[str, Any]:
        return {item.name: getattr(self, item.name) for item in fields(self)}


# --- leaves -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Literal(Node):
    """A constant written in the condition; numbers are Decimal."""

    value: Constant


@dataclass(frozen=True)
class AsOf(Node):
    """The day as of which the roster is judged."""

    type: Type = field(default=DATE, kw_only=True)


@dataclass(frozen=True)
class Parameter(Node):
    """A dated value of the rule set, looked up at `as_of` (and by `key` where it has one)."""

    name: str
    key: Node | None = None


@dataclass(frozen=True)
class Field(Node):
    """A field. `owner` is household, member or the name of a register.

    Beside the form there are the records of steps (`step:ID`), the verdicts on rules
    (`rule:ID`) and, in what decides, what is made of them (`decision`).
    """

    owner: str
    name: str


@dataclass(frozen=True)
class Declared(Node):
    """What the form says of a fact, before any comparison; rules see it as a `Field`."""

    owner: str
    name: str


@dataclass(frozen=True)
class Given(Node):
    """`age` or `sex` of the member at hand, from the citizen number at `as_of`; or `counted`.

    `counted`: whether this person counts as one of the household, by the pack's `persons`.
    """

    name: Choice["age", "sex", "counted"]


@dataclass(frozen=True)
class FoundElsewhere(Node):
    """Whether the member at hand was found in another household of the roster, too.

    It is never unknown: who has no usable number was not found anywhere. No condition is written
    so; a pack that says `duplicates: review` has a rule of it.
    """

    type: Type = field(default=BOOL, kw_only=True)


@dataclass(frozen=True)
class Fact(Node):
    """A named derived value (a fact or a criterion), defined in the rule set."""

    owner: str
    name: str


@dataclass(frozen=True)
class Collection(Node):
    """Items to quantify over: the members (or everyone on the form), or the rows of a register.

    `owner` household: the rows of its persons, each once; `owner` member: the rows of the member
    at hand. `whole`: the rows of everyone on the form, also where the register's are only looked at
    of who counts; no condition is written so.
    """

    name: str
    owner: str
    whole: bool = False


# --- logic ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Not(Node):
    """Kleene negation."""

    operand: Node


@dataclass(frozen=True)
class And(Node):
    """Kleene conjunction."""

    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Or(Node):
    """Kleene disjunction."""

    operands: tuple[Node, ...]


@dataclass(frozen=True)
class AtLeast(Node):
    """Whether at least so many of several conditions hold: the number first, then the conditions."""

    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Compare(Node):
    """Two values of one type; order only for numbers and dates."""

    op: Choice["<", "<=", ">", ">=", "==", "!="]
    left: Node
    right: Node


@dataclass(frozen=True)
class In(Node):
    """Whether a value is one of the listed constants."""

    operand: Node
    values: tuple[Constant, ...]


@dataclass(frozen=True)
class HasCode(Node):
    """Whether a set-of-codes field contains a code."""

    operand: Node
    code: str


@dataclass(frozen=True)
class Known(Node):
    """Whether a value is known, or a collection was compared; never unknown itself."""

    operand: Node


@dataclass(frozen=True)
class Sure(Node):
    """Whether a condition is known to be true; never unknown itself."""

    operand: Node


@dataclass(frozen=True)
class Choose(Node):
    """`then if condition else otherwise`; unknown condition: unknown unless both agree."""

    condition: Node
    then: Node
    otherwise: Node


# --- numbers and dates ------------------------------------------------------------------


@dataclass(frozen=True)
class Arithmetic(Node):
    """Exact sum, difference or product."""

    op: Choice["+", "-", "*"]
    left: Node
    right: Node


@dataclass(frozen=True)
class Negate(Node):
    """The number with its sign changed."""

    operand: Node


@dataclass(frozen=True)
class Round(Node):
    """A number to so many `places`: the nearest (half away from zero), or next below or above."""

    operand: Node
    places: int
    way: Choice["nearest", "down", "up"] = "nearest"


@dataclass(frozen=True)
class RoundQuotient(Node):
    """`round(numerator / denominator, places)`, rounded once; division by zero is unknown."""

    numerator: Node
    denominator: Node
    places: int
    way: Choice["nearest", "down", "up"] = "nearest"


@dataclass(frozen=True)
class Extremum(Node):
    """The least or greatest of several numbers or dates; unknown if any is."""

    kind: Choice["min", "max"]
    operands: tuple[Node, ...]


@dataclass(frozen=True)
class Absolute(Node):
    """The magnitude of a number."""

    operand: Node


@dataclass(frozen=True)
class Between(Node):
    """Completed years or months, or days, from one date to another (negative when reversed)."""

    unit: Choice["years", "months", "days"]
    start: Node
    end: Node


@dataclass(frozen=True)
class DatePart(Node):
    """The year or the month of a date, as a number."""

    part: Choice["year", "month"]
    day: Node


# --- collections ------------------------------------------------------------------------


@dataclass(frozen=True)
class Quantifier(Node):
    """Whether any, all or none of the items satisfy a predicate."""

    kind: Choice["any", "all", "none"]
    collection: Collection
    predicate: Node


@dataclass(frozen=True)
class Aggregate(Node):
    """A count, sum, minimum or maximum over items.

    `count` without an operand counts the items; with one, the items where it is true.
    """

    kind: Choice["count", "sum", "min", "max"]
    collection: Collection
    operand: Node | None = None
