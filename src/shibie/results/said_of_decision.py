"""What a row about a household says of its decision: why, what is still to be found out, what it gets."""

from __future__ import annotations

from shibie.decision import Decision
from shibie.household import BareHousehold
from shibie.ruleset.checking.standings import UNDECIDED
from shibie.vocabulary import shared
from shibie.words.speaker import Speaker


def reasons(speaker: Speaker, decision: Decision) -> list[str]:
    """Why it came out so: grounds, or the criteria that it meets."""
    if decision.eligibility == "ineligible":
        return [speaker.rule(rule_id) for rule_id in decision.grounds]
    return [
        speaker.rule(finding.rule_id)
        for finding in decision.findings
        if finding.kind == "criterion" and finding.outcome == "true"
    ]


def still_open(speaker: Speaker, household: BareHousehold, decision: Decision) -> list[str]:
    """The reviews that wait for a verdict, and the facts that are not known."""
    reviews = [speaker.rule(rule_id) for rule_id in decision.reviews]
    return [*reviews, *(speaker.unknown(household, path) for path in decision.unknown)]


def tracks(speaker: Speaker, decision: Decision) -> list[str]:
    """The tracks that it is given, in the pack's order."""
    given = {track.track for track in decision.tracks}
    return [rule.title for rule in speaker.ruleset.tracks if rule.id in given]


def standing(speaker: Speaker, household: BareHousehold, decision: Decision) -> str:
    """The household's standing; nothing where it is open as the form does not say what was before."""
    unsaid = shared(household, "on_previous_roster") is None
    if decision.standing == UNDECIDED and unsaid:
        return ""
    return speaker.standing(decision.standing)
