"""What a reading asks of a household: its people, rows and facts as terms, up to a bound."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from shibie.engines.solver.days import Day
from shibie.engines.solver.logic import BoolTerm
from shibie.engines.solver.texts import Texts
from shibie.engines.solver.values import ValueTerm
from shibie.household import Verdict
from shibie.ruleset.model import RuleSet


@dataclass(frozen=True)
class Bound:
    """How many members, and rows of a register for each member, are looked at.

    Attributes:
        members: how many members there may be.
        rows: how many rows of a register each may have, at most.
        holders: the first so many members may have more rows than the others.
        each: (register, rows of a holder, rows of another); of a register that is not named, each
            member may have `rows`.
    """

    members: int = 4
    rows: int = 2
    holders: int = 0
    each: tuple[tuple[str, int, int], ...] = ()

    def rows_of(self, register: str, member: int) -> int:
        """How many rows of a register a member may have.

        >>> Bound(3, 5, holders=1, each=(("payroll", 3, 1),)).rows_of("payroll", 2)
        1
        """
        for name, held, other in self.each:
            if name == register:
                return held if member < self.holders else other
        return self.rows


class Slot(NamedTuple):
    """One fact of one case: whose (household, member, a register or a step), and which."""

    owner: str
    name: str
    member: int | None = None
    row: int | None = None

    @property
    def label(self) -> str:
        """A name for the solver's variables."""
        places = "".join(f"[{each}]" for each in (self.member, self.row) if each is not None)
        return f"{self.owner}{places}.{self.name}"


@dataclass(frozen=True)
class SymbolicPlace:
    """Where a node stands: the member and the register row at hand (member, number)."""

    member: int | None = None
    register: str = ""
    row: tuple[int, int] | None = None


TOP = SymbolicPlace()


class HouseholdTerms:
    """The terms that a reading needs of a household; `Symbolic` makes fresh variables for them."""

    ruleset: RuleSet
    bound: Bound
    as_of: Day
    texts: Texts
    trusting: BoolTerm = False

    def present(self, member: int) -> BoolTerm:
        """Whether there is such a member."""
        raise NotImplementedError

    def numbered(self, member: int) -> BoolTerm:
        """Whether the member has a usable citizen number."""
        raise NotImplementedError

    def born(self, member: int) -> Day:
        """The birth date in the number."""
        raise NotImplementedError

    def male(self, member: int) -> BoolTerm:
        """The sex in the number."""
        raise NotImplementedError

    def elsewhere(self, member: int) -> BoolTerm:
        """Whether the member was found in another household, too."""
        raise NotImplementedError

    def supplied(self, register: str) -> BoolTerm:
        """Whether a register was compared at all."""
        raise NotImplementedError

    def complete(self, register: str, member: int) -> BoolTerm:
        """Whether all of a member's rows are known."""
        raise NotImplementedError

    def row(self, register: str, member: int, row: int) -> BoolTerm:
        """Whether a member has such a row."""
        raise NotImplementedError

    def sure(self, register: str, member: int, row: int) -> BoolTerm:
        """Whether such a row, if there is one, surely is about the member."""
        raise NotImplementedError

    def fact(self, slot: Slot) -> ValueTerm:
        """A declared field or a column of a row."""
        raise NotImplementedError

    def verdict(self, rule: str, verdict: Verdict) -> BoolTerm:
        """Whether an officer gave this verdict on the rule."""
        raise NotImplementedError
