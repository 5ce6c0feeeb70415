"""A roster of any size, decided in Python a part at a time: for whatever wants whole households.

A small roster is held, and is one part; of a larger one a part is held at a time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from shibie.checking_in_python import Checked, check, must_be_in_force
from shibie.registers.set_aside import registers_named
from shibie.rosters.duckdb_host import duck_host
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.landed_parts import PART, LandedParts, landed
from shibie.rosters.parts import HeldParts, RosterPart, RosterParts
from shibie.rosters.sheets import HELD_BELOW, size_of
from shibie.ruleset.model import RuleSet


@dataclass(frozen=True)
class CheckedParts:
    """A checked roster, of which a part is held at a time.

    Attributes:
        ruleset: what it is checked by.
        as_of: the day of judgement.
        trust_declarations: whether declared values stand in for registers not supplied.
        roster: the validated roster.
        set_aside: the registers of which rows that cannot be matched concern nobody.
    """

    ruleset: RuleSet
    as_of: date
    trust_declarations: bool
    roster: RosterParts
    set_aside: Set[str] = frozenset()

    def parts(self) -> Iterator[Checked]:
        """All decided households, each in one part, in the roster's order."""
        return map(self._checked, self.roster.parts())

    def villages(self) -> Iterator[Checked]:
        """The same, where no village is in two parts."""
        return map(self._checked, self.roster.villages())

    def _checked(self, part: RosterPart) -> Checked:
        """A part decided, without the households that only share a person with one of it."""
        checked = check(
            self.ruleset, part.roster, self.as_of,
            trust_declarations=self.trust_declarations, set_aside=self.set_aside,
        )  # fmt: skip
        pairs = [
            (case, decision)
            for case, decision in zip(checked.cases, checked.decisions, strict=True)
            if decision.household_id in part.own
        ]
        return replace(
            checked,
            cases=tuple(case for case, _ in pairs),
            decisions=tuple(decision for _, decision in pairs),
        )


@contextmanager
def checked_parts(
    given: GivenRoster,
    trust_declarations: bool = False,
    held_below: int = HELD_BELOW,
    size: int = PART,
    set_aside: Iterable[str] = (),
) -> Iterator[CheckedParts]:
    """A roster to be decided in parts.

    Args:
        given: the roster, with the rules and the day.
        trust_declarations: take declared values where a register was not supplied.
        held_below: so many bytes of a roster are held at once.
        size: how many households a part of a larger roster has.
        set_aside: registers of which rows that cannot be matched concern nobody.

    Raises:
        InputError: when the roster cannot be used, there is no such register, or the rule set is not in force on the day.
    """
    must_be_in_force(given.ruleset, given.as_of)
    apart = registers_named(given.ruleset, set_aside)
    with roster_parts(given, held_below, size) as roster:
        yield CheckedParts(given.ruleset, given.as_of, trust_declarations, roster, apart)


@contextmanager
def roster_parts(
    given: GivenRoster, held_below: int = HELD_BELOW, size: int = PART
) -> Iterator[RosterParts]:
    """A roster validated, to be gone through in parts.

    Raises:
        InputError: when the roster cannot be used at all.
    """
    if size_of(given.sheets) <= held_below:
        yield HeldParts(given.roster, given.ruleset, given.as_of)
        return
    with duck_host() as host:
        yield LandedParts(landed(host, given.layout, given.ruleset, given.as_of), size)
