"""Booleans that fold: Python's where they are certain, Z3's where they are not.

A term that is certain stays a Python `bool` or `int`, so that everything the rule set or the
day already settles never reaches the solver.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shibie.engines.solver.z3lib import z3

# A Python bool (int) or a Z3 term of that sort.
BoolTerm = Any
Int = Any


def both(*parts: BoolTerm) -> BoolTerm:
    """And.

    >>> both(True, True), both(False, z3.Bool("x")), both()
    (True, False, True)
    """
    open_ = [part for part in parts if part is not True]
    if any(part is False for part in open_):
        return False
    return True if not open_ else open_[0] if len(open_) == 1 else z3.And(*open_)


def either(*parts: BoolTerm) -> BoolTerm:
    """Or.

    >>> either(False, True), either()
    (True, False)
    """
    open_ = [part for part in parts if part is not False]
    if any(part is True for part in open_):
        return True
    return False if not open_ else open_[0] if len(open_) == 1 else z3.Or(*open_)


def inverse(part: BoolTerm) -> BoolTerm:
    """Not.

    >>> inverse(False), inverse(z3.Bool("x"))
    (True, Not(x))
    """
    if isinstance(part, bool):
        return not part
    return part.arg(0) if z3.is_not(part) else z3.Not(part)


def implies(condition: BoolTerm, then: BoolTerm) -> BoolTerm:
    """`then` wherever `condition`."""
    return either(inverse(condition), then)


def agree(left: BoolTerm, right: BoolTerm) -> BoolTerm:
    """Both or neither.

    >>> agree(True, False), agree(z3.Bool("x"), True)
    (False, x)
    """
    if isinstance(left, bool):
        left, right = right, left
    if isinstance(right, bool):
        return left if right is True else inverse(left)
    return left == right


def choice(condition: BoolTerm, then: BoolTerm, otherwise: BoolTerm) -> BoolTerm:
    """One of two truths."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    return both(implies(condition, then), either(condition, otherwise))


def pick(condition: BoolTerm, then: Int, otherwise: Int) -> Int:
    """One of two whole numbers.

    >>> pick(True, 1, 2), pick(z3.Bool("x"), 3, 3)
    (1, 3)
    """
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then is otherwise or (
        isinstance(then, int) and isinstance(otherwise, int) and then == otherwise
    ):
        return then
    return z3.If(condition, then, otherwise)


def number_true(parts: Iterable[BoolTerm]) -> Int:
    """How many are true."""
    total: Int = 0
    for part in parts:
        total = total + pick(part, 1, 0)
    return total


@dataclass(frozen=True)
class TruthTerm:
    """A Kleene truth on two rails: known to be true, known to be false; never both."""

    yes: BoolTerm
    no: BoolTerm

    @property
    def known(self) -> BoolTerm:
        """Whether it is true or false."""
        return either(self.yes, self.no)

    @property
    def unknown(self) -> BoolTerm:
        """Whether it is neither."""
        return both(inverse(self.yes), inverse(self.no))

    @property
    def is_settled(self) -> bool:
        """Whether it is true or false by what it is made of, and never unknown."""
        yes, no = self.yes, self.no
        if isinstance(yes, bool) or isinstance(no, bool):
            return isinstance(yes, bool) and isinstance(no, bool) and yes is not no
        return bool(z3.eq(inverse(yes), no) or z3.eq(yes, inverse(no)))


TRUE, FALSE, UNKNOWN = TruthTerm(True, False), TruthTerm(False, True), TruthTerm(False, False)


def certain(value: bool) -> TruthTerm:
    """A truth that is known."""
    return TRUE if value else FALSE


def decided(known: BoolTerm, value: BoolTerm) -> TruthTerm:
    """A truth with its known-bit."""
    return TruthTerm(both(known, value), both(known, inverse(value)))


def negation(value: TruthTerm) -> TruthTerm:
    """Kleene negation.

    >>> negation(UNKNOWN), negation(TRUE)
    (TruthTerm(yes=False, no=False), TruthTerm(yes=False, no=True))
    """
    return TruthTerm(value.no, value.yes)


def conjunction(values: Iterable[TruthTerm]) -> TruthTerm:
    """Kleene and.

    >>> conjunction([UNKNOWN, FALSE]), conjunction([TRUE, UNKNOWN])
    (TruthTerm(yes=False, no=True), TruthTerm(yes=False, no=False))
    """
    parts = list(values)
    return TruthTerm(both(*(part.yes for part in parts)), either(*(part.no for part in parts)))


def disjunction(values: Iterable[TruthTerm]) -> TruthTerm:
    """Kleene or."""
    parts = list(values)
    return TruthTerm(either(*(part.yes for part in parts)), both(*(part.no for part in parts)))
