"""What is counted of decisions that Python holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from shibie.case import Case
from shibie.checking_in_python import Checked
from shibie.decision import UNCOUNTED_HIT, Decision, Finding
from shibie.engines.interpreter import evaluate
from shibie.engines.kleene import Truth
from shibie.engines.persons import who_counts
from shibie.engines.place import Place
from shibie.household import BareHousehold
from shibie.language.tree import HOUSEHOLD
from shibie.lower import lowered
from shibie.lower.standings import is_on_roster
from shibie.registers.matching import Registers
from shibie.results.counts import NO_VILLAGE, Counted, Tally, summary
from shibie.results.digest import digest
from shibie.results.tables import result_tables
from shibie.ruleset.checking.standings import UNDECIDED
from shibie.ruleset.model import Rule, RuleSet

# Of a person of the form whether he counts, as the summary names it.
_PEOPLE: Final[Mapping[Truth, str]] = {True: "counted", False: "not_counted", None: "unknown"}


def summarise(checked: Checked) -> dict[str, Any]:
    """The summary of a check as plain data, ready for `summary.json`."""
    roster = checked.roster
    tally = tally_of(checked)
    return summary(
        Counted(
            checked.ruleset, checked.as_of, checked.trust_declarations, tally,
            len(roster.rejected_households), len(roster.rejected),
            checked.matches(),
            held_up_twice(tally, checked.registers),
            {name: each.perhaps.crowds for name, each in checked.registers.of.items()},
            digest(result_tables(checked)), checked.set_aside,
        )
    )  # fmt: skip


def held_up_twice(tally: Tally, registers: Registers) -> dict[str, int]:
    """By register, how many rows hold up households though their number is known: perhaps twice."""
    found: Counter[str] = Counter()
    for register, row in tally.names("held_up"):
        found[register] += row != "*" and int(row) in registers.of[register].numbers
    return found


def tally_of(checked: Checked) -> Tally:
    """The counts of all decided households."""
    tally = Tally()
    count_part(tally, checked)
    return tally


def count_part(tally: Tally, checked: Checked) -> None:
    """Count the decided households of one part of a roster."""
    for case, decision in zip(checked.cases, checked.decisions, strict=True):
        _add(tally, checked, case, decision)


def _add(tally: Tally, checked: Checked, case: Case, decision: Decision) -> None:
    """Count one household."""
    counts, eligibility = who_counts(checked.ruleset, case), decision.eligibility
    size = sum(each is not False for each in counts)
    if checked.ruleset.persons is not None:
        count_people(tally, counts)
    tally.add(("eligibility", eligibility), 1, size)
    if eligibility == "eligible" and decision.kind:
        tally.add(("kind", decision.kind), 1, size)
    for ground in decision.grounds:
        tally.add(("ground", ground), 1, size)
    tally.add(("grounds", str(len(decision.grounds))), 1, size)
    # Where a pack makes a review of it, a person found twice is counted as that.
    apart = ("track", "duplicate") if checked.ruleset.reviews_duplicates else ("track",)
    outcomes = dict.fromkeys(
        (finding.rule_id, outcome_of(finding))
        for finding in decision.findings
        if finding.kind not in apart
    )
    for rule_id, outcome in outcomes:
        tally.add(("rule", rule_id, outcome), 1, size)
    for rule in checked.ruleset.tracks:
        given = sum(track.track == rule.id for track in decision.tracks)
        if given:
            tally.add(("track", rule.id), 1, size if rule.owner == HOUSEHOLD else given)
    held = {tuple(name[:-1].split("[")) for name in decision.unknown if name.endswith("]")}
    for register, row in held:
        tally.add(("held_up", register, row), 1, size)
    for register in {register for register, _ in held}:
        tally.add(("held_up_by", register), 1, size)
    tally.add(("village", case.household.village or NO_VILLAGE, eligibility), 1, size)
    _add_standing(tally, checked, case, decision, size)
    for rule in counted(checked.ruleset, decision):
        hits = holders(checked.ruleset, rule, case)
        if hits:
            tally.add(("tally", rule.id), 1, size if rule.owner == HOUSEHOLD else len(hits))


def _add_standing(
    tally: Tally, checked: Checked, case: Case, decision: Decision, size: int
) -> None:
    """Count where a household is between two rosters, and what its form says of the one before."""
    if decision.standing:
        tally.add(("standing", decision.standing), 1, size)
    if is_on_roster(checked.ruleset, decision):
        tally.add(("on_roster",), 1, size)
        tally.add(("village_on_roster", case.household.village or NO_VILLAGE), 1, size)
    before = getattr(case.household, "on_previous_roster", None)
    if before is None:
        return
    left = has_left(case.household, checked.as_of)
    tally.add(("was", ("left" if left else "before") if before else "not"), 1, size)
    if before and decision.standing == UNDECIDED:
        tally.add(("was", "unsettled"), 1, size)


def count_people(tally: Tally, counts: Sequence[Truth]) -> None:
    """Count the persons of one household's form by whether they count."""
    tally.add(("people", "on_form"), 1, len(counts))
    for truth, name in _PEOPLE.items():
        if several := sum(each is truth for each in counts):
            tally.add(("people", name), 1, several)


def outcome_of(finding: Finding) -> str:
    """As what a finding is counted.

    A rule that only holds of who does not count is told apart, until there is a verdict on it.
    """
    apart = finding.kind == UNCOUNTED_HIT and finding.outcome == "true"
    return UNCOUNTED_HIT if apart else finding.outcome


def counted(ruleset: RuleSet, decision: Decision) -> tuple[Rule, ...]:
    """The tallies that a household of such a decision is counted in."""
    among = {
        "all": True, "eligible": decision.eligibility == "eligible",
        "roster": is_on_roster(ruleset, decision),
    }  # fmt: skip
    return tuple(rule for rule in ruleset.tallies if among[rule.among])


def holders(ruleset: RuleSet, rule: Rule, case: Case) -> tuple[str, ...]:
    """Of whom a rule holds: ids of members, or an empty id where it is of the household."""
    top = Place.top(ruleset, case)
    if rule.owner == HOUSEHOLD:
        found = [""] if evaluate(rule.node, top) is True else []
    else:
        asked = lowered(ruleset).of_counted(rule)
        found = [
            member.member_id
            for number, member in enumerate(case.household.members)
            if evaluate(asked, top.at_member(number)) is True
        ]
    top.leave()
    return tuple(found)


def has_left(household: BareHousehold, as_of: date) -> bool:
    """Whether a household has left poverty by a day, as its form says."""
    left = getattr(household, "exited_on", None)
    return left is not None and left <= as_of
