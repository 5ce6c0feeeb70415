"""What is counted of decisions that Python holds."""

from __future__ import annotations

from typing import Any, cast

from shibie.case import Case
from shibie.checking_in_python import Checked
from shibie.decision import Decision
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.language.tree import HOUSEHOLD
from shibie.registers.matching import unmatched
from shibie.results.counts import NO_VILLAGE, Counted, Tally, summary
from shibie.results.digest import digest
from shibie.results.tables import result_tables
from shibie.ruleset.model import Rule


def summarise(checked: Checked) -> dict[str, Any]:
    """The summary of a check as plain data, ready for `summary.json`."""
    roster = checked.roster
    return summary(
        Counted(
            checked.ruleset, checked.as_of, checked.trust_declarations, tally_of(checked),
            len(roster.rejected_households), len(roster.rejected), checked.registers.supplied,
            unmatched(checked.registers, checked.cases), digest(result_tables(checked)),
        )
    )  # fmt: skip


def tally_of(checked: Checked) -> Tally:
    """The counts of all decided households."""
    tally = Tally()
    for case, decision in zip(checked.cases, checked.decisions, strict=True):
        _add(tally, checked, case, decision)
    return tally


def _add(tally: Tally, checked: Checked, case: Case, decision: Decision) -> None:
    """Count one household."""
    size, eligibility = len(case.household.members), decision.eligibility
    tally.add(("eligibility", eligibility), 1, size)
    if eligibility == "eligible" and decision.kind:
        tally.add(("kind", decision.kind), 1, size)
    for ground in decision.grounds:
        tally.add(("ground", ground), 1, size)
    tally.add(("grounds", str(len(decision.grounds))), 1, size)
    outcomes = dict.fromkeys(
        (finding.rule_id, finding.outcome)
        for finding in decision.findings
        if finding.kind != "track"
    )
    for rule_id, outcome in outcomes:
        tally.add(("rule", rule_id, outcome), 1, size)
    for rule in checked.ruleset.tracks:
        given = sum(track.track == rule.id for track in decision.tracks)
        if given:
            tally.add(("track", rule.id), 1, size if rule.owner == HOUSEHOLD else given)
    tally.add(("village", case.household.village or NO_VILLAGE, eligibility), 1, size)
    if getattr(case.household, "on_previous_roster", None) is not None:
        tally.add(("standing", standing(case, decision)), 1, size)
    if eligibility == "eligible":
        for rule in checked.ruleset.tallies:
            hits = holds_of(checked, rule, case)
            if hits:
                tally.add(("tally", rule.id), 1, size if rule.owner == HOUSEHOLD else hits)


def holds_of(checked: Checked, rule: Rule, case: Case) -> int:
    """Of how many a rule holds: of the household, or of its members."""
    top = Place.top(checked.ruleset, case)
    if rule.owner == HOUSEHOLD:
        return int(evaluate(rule.node, top) is True)
    members = range(len(case.household.members))
    return sum(evaluate(rule.node, top.at_member(number)) is True for number in members)


def standing(case: Case, decision: Decision) -> str:
    """Where a household stands against the previous roster.

    One of `retained`, `removed`, `pending` (was on it), `new`, `exited` (left poverty
    before and stays on the books), or empty (never on it, or it is not known).
    """
    household = cast("Any", case.household)
    if getattr(household, "on_previous_roster", None):
        if getattr(household, "exited_on", None) is not None:
            return "exited"
        return {"eligible": "retained", "ineligible": "removed", "pending": "pending"}[
            decision.eligibility
        ]
    if (
        decision.eligibility == "eligible"
        and getattr(household, "on_previous_roster", None) is False
    ):
        return "new"
    return ""
