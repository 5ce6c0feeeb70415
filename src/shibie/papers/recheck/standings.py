"""Where a household of now would stand, by whether it was on the roster before and when it left poverty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import localcontext
from typing import Any, Final

from shibie.case import Case
from shibie.decision import Decision, Eligibility
from shibie.engines.decide import decided_place, place_of, saying, standing_of
from shibie.engines.exact import EXACT
from shibie.lower import lowered
from shibie.lower.standings import is_on_roster
from shibie.ruleset.checking.standings import UNDECIDED
from shibie.ruleset.model import RuleSet

_OF_BEFORE: Final[dict[Eligibility, str]] = {
    "eligible": "retained", "ineligible": "removed", "pending": UNDECIDED,
}  # fmt: skip


@dataclass(frozen=True)
class PastStanding:
    """Where a household stands by one past that it may have.

    Attributes:
        was: whether it was on the roster before.
        left: when it left poverty; None: it has not.
        standing: by that.
        on_roster: whether that is on the roster.
        unmet: what exits ask and it does not meet.
        unknown: what exits ask and is not known of it.
    """

    was: bool
    left: date | None
    standing: str
    on_roster: bool
    unmet: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def standings_by_past(
    ruleset: RuleSet, case: Case, decision: Decision, exits: Iterable[date | None]
) -> Iterator[PastStanding]:
    """Where a decided household stands, for every past that it may turn out to have.

    Args:
        ruleset: the pack.
        case: the household.
        decision: what was decided of it; that stays as it is.
        exits: the days on which it may have left poverty; None: it has not.
    """
    for was in (True, False):
        for left in exits:
            found = _by(ruleset, case, decision, was, left)
            if not found.standing:
                has_left = left is not None and left <= case.as_of
                standing = stands(decision.eligibility, was, has_left)
                on_roster = found.on_roster or standing == "exited"
                found = replace(found, standing=standing, on_roster=on_roster)
            yield found


def _by(
    ruleset: RuleSet, case: Case, decision: Decision, was: bool, left: date | None
) -> PastStanding:
    """What the pack says of a household with such a past; no standing where it has none."""
    if not ruleset.standings:
        return PastStanding(was, left, "", decision.eligibility == "eligible")
    past: dict[str, Any] = {"on_previous_roster": was, "exited_on": left}
    known = type(case.household).model_fields
    changed = {name: value for name, value in past.items() if name in known}
    case = replace(case, household=case.household.model_copy(update=changed))
    program = lowered(ruleset)
    place = decided_place(place_of(program, case), decision.eligibility)
    with localcontext(EXACT):
        says = saying(place)
        standing = standing_of(program, says)
        exits = [(each.name, says(each.holds)) for each in program.findings if each.kind == "exit"]
    place.leave()
    return PastStanding(
        was, left, standing, is_on_roster(ruleset, replace(decision, standing=standing)),
        tuple(name for name, value in exits if value is True),
        tuple(name for name, value in exits if value is None),
    )  # fmt: skip


def stands(eligibility: Eligibility, before: bool, left: bool) -> str:
    """Where a household stands of which the pack says nothing.

    >>> stands("ineligible", before=True, left=False), stands("eligible", False, False)
    ('removed', 'new')
    """
    if before:
        return "exited" if left else _OF_BEFORE[eligibility]
    return {"eligible": "new", "ineligible": "", "pending": UNDECIDED}[eligibility]
