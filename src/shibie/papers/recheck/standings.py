"""Where a household of now would stand, by whether it was on the roster before and when it left poverty."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import localcontext
from typing import Any, Final

from shibie.case import Case
from shibie.decision import Decision, Eligibility
from shibie.engines.decide import place_of, saying, standing_of
from shibie.engines.exact import EXACT
from shibie.lower import lowered
from shibie.lower.named import DECISION
from shibie.lower.standings import is_on_roster
from shibie.ruleset.checking.standings import UNDECIDED
from shibie.ruleset.model import RuleSet

_OF_BEFORE: Final[dict[Eligibility, str]] = {
    "eligible": "retained", "ineligible": "removed", "pending": UNDECIDED,
}  # fmt: skip


def standings_by_past(
    ruleset: RuleSet, case: Case, decision: Decision, exits: Iterable[date | None]
) -> Iterator[tuple[bool, date | None, str, bool]]:
    """Where a decided household stands, for every past that it may turn out to have.

    Args:
        ruleset: the pack.
        case: the household.
        decision: what was decided of it; that stays as it is.
        exits: the days on which it may have left poverty; None: it has not.

    Yields:
        Whether it was on the roster before, the day, the standing, and whether that is on the roster.
    """
    for was in (True, False):
        for left in exits:
            standing = _standing(ruleset, case, decision, was, left)
            there = replace(decision, standing=standing)
            on_roster = is_on_roster(ruleset, there)
            if not standing:
                has_left = left is not None and left <= case.as_of
                standing = stands(decision.eligibility, was, has_left)
                on_roster = on_roster or standing == "exited"
            yield was, left, standing, on_roster


def _standing(
    ruleset: RuleSet, case: Case, decision: Decision, was: bool, left: date | None
) -> str:
    """The pack's standing of a household with another past."""
    if not ruleset.standings:
        return ""
    past: dict[str, Any] = {"on_previous_roster": was, "exited_on": left}
    known = type(case.household).model_fields
    changed = {name: value for name, value in past.items() if name in known}
    case = replace(case, household=case.household.model_copy(update=changed))
    eligibility = decision.eligibility
    told = {"cleared": eligibility == "eligible", "eligible": eligibility == "eligible",
            "ineligible": eligibility == "ineligible"}  # fmt: skip
    program = lowered(ruleset)
    place = replace(place_of(program, case), records={DECISION: told})
    with localcontext(EXACT):
        found = standing_of(program, saying(place))
    place.leave()
    return found


def stands(eligibility: Eligibility, before: bool, left: bool) -> str:
    """Where a household stands of which the pack says nothing.

    >>> stands("ineligible", before=True, left=False), stands("eligible", False, False)
    ('removed', 'new')
    """
    if before:
        return "exited" if left else _OF_BEFORE[eligibility]
    return {"eligible": "new", "ineligible": "", "pending": UNDECIDED}[eligibility]
