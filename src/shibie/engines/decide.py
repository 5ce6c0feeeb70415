"""One household's decision: what the lowered trees say, put under their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import localcontext
from functools import partial

from shibie.case import Case, Value
from shibie.decision import Decision, Eligibility, Finding, FindingOutcome, GivenTrack
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.kleene import Truth
from shibie.engines.place import Memo, Place
from shibie.engines.trace import trace, unknown_facts
from shibie.language.tree import HOUSEHOLD, Node
from shibie.lower import Lowered, lowered
from shibie.lower.decision import QUALIFIED, RuleVerdicts
from shibie.lower.named import DECISION
from shibie.lower.standings import ELIGIBLE, HELPED, INELIGIBLE
from shibie.registers.duplicates import duplicates
from shibie.ruleset.checking.standings import UNDECIDED
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import Owner

# What an engine says of a tree at the household.
Says = Callable[[Node], Value]
# The tracks that are given, and those that missing facts leave open.
Tracks = tuple[tuple[GivenTrack, ...], tuple[Finding, ...]]
NO_TRACKS: Tracks = ((), ())
NO_VERDICTS = RuleVerdicts()


@dataclass(frozen=True)
class Judgement:
    """The eligibility and what it rests on, without findings and tracks.

    Attributes:
        qualified: whether the household is poor and nothing excludes it.
    """

    eligibility: Eligibility
    qualified: Truth
    grounds: tuple[str, ...]
    reviews: tuple[str, ...]


def decide(ruleset: RuleSet, case: Case) -> Decision:
    """The decision on one household, with all grounds, findings and tracks.

    The result depends only on what is known of the household: not on the order of rules,
    members or rows.
    """
    program = lowered(ruleset, verdicts=verdicts_of(case))
    with localcontext(EXACT):
        place = place_of(program, case)
        says = saying(place)
        found = decision_of(
            program, place, says, tracks_by(program, place), standing_of(program, says)
        )
        place.leave()
        return found


def place_of(program: Lowered, case: Case, known: Memo | None = None) -> Place:
    """The household as the place of evaluation, with the trees that the decision refers to."""
    return Place.top(program.ruleset, case, program.definitions, known)


def decided_place(place: Place, eligibility: Eligibility) -> Place:
    """The same place where the eligibility is settled: trees are told it, and do not come to it."""
    eligible = eligibility == "eligible"
    told = {"eligible": eligible, "cleared": eligible, "ineligible": eligibility == "ineligible"}
    return replace(place, records={DECISION: told})


def saying(place: Place) -> Says:
    """A function that evaluates trees at this place with the interpreter."""
    return partial(evaluate, place=place)


def verdicts_of(case: Case) -> RuleVerdicts:
    """The adjudications of a case by verdict."""
    if not case.adjudications:
        return NO_VERDICTS
    return RuleVerdicts(
        frozenset((rule_id, each.verdict) for rule_id, each in case.adjudications.items())
    )


def judgement(ruleset: RuleSet, case: Case, known: Memo | None = None) -> Judgement:
    """The judgement on one household, without findings and tracks; fast, for searches."""
    program = lowered(ruleset, verdicts=verdicts_of(case))
    with localcontext(EXACT):
        place = place_of(program, case, known)
        found = judgement_of(program, saying(place))
        place.leave()
        return found


def judgement_of(program: Lowered, says: Says) -> Judgement:
    """The judgement that an engine came to."""
    return Judgement(
        eligibility_of(says),
        _truth(says(QUALIFIED)),
        tuple(each.name for each in program.grounds if says(each.node) is True),
        tuple(each.name for each in program.reviews if says(each.node) is True),
    )


def eligibility_of(says: Says) -> Eligibility:
    """The eligibility that an engine came to."""
    if says(ELIGIBLE):
        return "eligible"
    return "ineligible" if says(INELIGIBLE) else "pending"


def standing_of(program: Lowered, says: Says) -> str:
    """The standing that an engine came to; `UNDECIDED` where that is open, empty where it has none."""
    found = [(each.name, says(each.node)) for each in program.standings]
    settled = next((name for name, value in found if value is True), "")
    return settled or (UNDECIDED if any(value is None for _, value in found) else "")


def decision_of(
    program: Lowered, place: Place, says: Says, tracks: Tracks, standing: str
) -> Decision:
    """The whole decision of an engine.

    Args:
        program: what decides.
        place: the household, to trace what is still needed.
        says: what the engine says of each tree.
        tracks: of a household that is helped.
        standing: where it is between two rosters.
    """
    found, household_id = judgement_of(program, says), place.case.household.household_id
    given, undecided = tracks
    needed: set[str] = set()
    if found.eligibility == "pending":
        for each in program.awaited:
            if says(each.when):
                needed |= unknown_facts(trace(each.node, place), each.name)
    return Decision(
        household_id=household_id,
        eligibility=found.eligibility,
        kind=next((each.name for each in program.kinds if says(each.node) is True), ""),
        grounds=found.grounds,
        reviews=found.reviews,
        unknown=tuple(sorted(needed)),
        tracks=given,
        findings=(
            *_findings(program, household_id, says),
            *discrepancies(program, place),
            *undecided,
            *duplicates(place.case),
        ),
        standing=standing,
    )


def _truth(value: Value) -> Truth:
    assert value is None or isinstance(value, bool)
    return value


def _findings(program: Lowered, household_id: str, says: Says) -> Iterator[Finding]:
    for each in program.findings:
        value = says(each.holds)
        if value is False:
            continue
        outcome: FindingOutcome = "unknown" if value is None else "true"
        for verdict, given in each.verdicts:
            if says(given):
                outcome = verdict
        yield Finding(household_id, "", each.name, each.kind, outcome)


def whom(owner: Owner, place: Place) -> Iterator[tuple[str, Place]]:
    """The places to look at: the household itself (named ""), or each member by its id."""
    if owner == HOUSEHOLD:
        yield "", place
        return
    for index, member in enumerate(place.case.household.members):
        yield member.member_id, place.at_member(index)


def tracks_by(program: Lowered, place: Place) -> Tracks:
    """The tracks of a household, none of one that is neither eligible nor helped all the same."""
    if evaluate(ELIGIBLE, place) or evaluate(HELPED, place):
        return tracks_of(program, place)
    return NO_TRACKS


def tracks_of(program: Lowered, place: Place) -> Tracks:
    """The tracks that are given, and those that missing facts leave open."""
    household_id = place.case.household.household_id
    given: list[GivenTrack] = []
    undecided: list[Finding] = []
    for track in program.tracks:
        for member_id, at in whom(track.owner, place):
            # Most conditions are false of most people: the rest is asked only where they are not.
            value = evaluate(track.condition, at)
            if value is False:
                continue
            if evaluate(track.given, at) is True:
                given.append(GivenTrack(household_id, member_id, track.name))
            elif evaluate(track.open, at):
                undecided.append(Finding(household_id, member_id, track.name, "track", "unknown"))
    return tuple(given), tuple(undecided)


def discrepancies(program: Lowered, place: Place) -> Iterator[Finding]:
    """Declared "no" against a register hit, one finding for each member whose rows hit."""
    household = place.case.household
    for each in program.discrepancies:
        for index, rows in enumerate(place.case.rows.get(each.register, ())):
            # Most people have no row in most registers; what may be another's row denies nothing.
            if not rows.items or not any(row.sure for row in rows.items):
                continue
            if evaluate(each.node, place.at_member(index)) is True:
                yield Finding(
                    household.household_id, household.members[index].member_id, each.name,
                    "discrepancy", "true",
                )  # fmt: skip
