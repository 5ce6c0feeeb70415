"""Where a household is between two rosters, and who is helped and on the roster by it, as trees."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from shibie.decision import Decision
from shibie.language.connectives import UNKNOWN, every, some
from shibie.language.tree import Field, Node, Not, Sure
from shibie.lower.named import DECISION, of_decision
from shibie.ruleset.checking.standings import UNDECIDED
from shibie.ruleset.model import RosterStanding, RuleSet

ELIGIBLE, INELIGIBLE = of_decision("eligible"), of_decision("ineligible")
CLEARED, POOR = of_decision("cleared"), of_decision("poor")
# Who is given tracks, and who is on the roster: by standing; while that is open, by eligibility.
HELPED, ON_ROSTER = of_decision("helped"), of_decision("on_roster")
# Eligibility as standings see it: true, false, and unknown while the household is pending.
STANDING_ELIGIBLE = of_decision("standing_eligible")


def standing_names(ruleset: RuleSet) -> tuple[str, ...]:
    """The ids of the standings in the pack's order, then that of what stays open.

    >>> from shibie.ruleset.loader import load
    >>> standing_names(load("low-income-2024"))
    ('exited', 'retained', 'removed', 'new', 'pending')
    """
    return (*(each.id for each in ruleset.standings), UNDECIDED)


def first_standing(standing: RosterStanding) -> Field:
    """True of a standing when it holds and all before it are known not to."""
    return of_decision(f"standing:{standing.id}")


def _holds(standing: RosterStanding) -> Field:
    """The standing's own condition."""
    return of_decision(f"standing_holds:{standing.id}")


def standing_definitions(ruleset: RuleSet) -> Mapping[tuple[str, str], Node]:
    """What the trees of standings refer to, by (owner, name), all at the household."""
    found: dict[tuple[str, str], Node] = {
        (DECISION, "standing_eligible"): some((CLEARED, every((Not(INELIGIBLE), UNKNOWN)))),
        (DECISION, "standing_ineligible"): Not(STANDING_ELIGIBLE),
    }
    before: list[Node] = []
    for each in ruleset.standings:
        found[DECISION, _holds(each).name] = each.when
        found[DECISION, first_standing(each).name] = every((*before, _holds(each)))
        before.append(Not(_holds(each)))
    # Who is helped is the pack's to say: what is implied changes no track.
    written = [each for each in ruleset.standings if not each.implied]
    found[DECISION, "helped"] = _by_standing(written, lambda each: each.tracks)
    found[DECISION, "on_roster"] = _by_standing(ruleset.standings, lambda each: each.on_roster)
    return found


def is_on_roster(ruleset: RuleSet, decision: Decision) -> bool:
    """Whether a household is on the roster: as its standing says, else if it is eligible.

    >>> from shibie.ruleset.loader import load
    >>> is_on_roster(load("bazhong-2015"), Decision("H1", "ineligible", standing="exited"))
    True
    """
    standing = ruleset.standing(decision.standing)
    return decision.eligibility == "eligible" if standing is None else standing.on_roster


def is_helped(ruleset: RuleSet, decision: Decision) -> bool:
    """Whether a household is given tracks: as its standing says, else if it is eligible."""
    standing = ruleset.standing(decision.standing)
    if standing is None or standing.implied:
        return decision.eligibility == "eligible"
    return standing.tracks


def _by_standing(standings: Sequence[RosterStanding], wanted: Callable[[RosterStanding], bool]) -> Node:  # fmt: skip
    """That a household has a wanted standing; where it has none, that it is eligible."""
    if not standings:
        return CLEARED
    settled = some(Sure(first_standing(each)) for each in standings)
    has = some(Sure(first_standing(each)) for each in standings if wanted(each))
    return some((has, every((CLEARED, Not(settled)))))
