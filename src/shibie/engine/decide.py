"""One household's decision by the reference interpreter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import localcontext

from shibie.decision import (
    Decision,
    Finding,
    FindingKind,
    FindingOutcome,
    GivenTrack,
    Judgement,
    Verdicts,
    judge,
)  # fmt: skip
from shibie.engine.case import Case
from shibie.engine.exact import EXACT
from shibie.engine.interpreter import Place, evaluate
from shibie.engine.kleene import Truth
from shibie.engine.trace import trace, unknown_facts
from shibie.language import tree
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.ruleset.model import Register, Rule, RuleSet

# The tracks that are given, and those that missing facts leave open.
Tracks = tuple[tuple[GivenTrack, ...], tuple[Finding, ...]]
NO_TRACKS: Tracks = ((), ())


def decide(ruleset: RuleSet, case: Case) -> Decision:
    """The decision on one household, with all grounds, findings and tracks.

    The result depends only on what is known of the household: not on the order of rules,
    members or rows.
    """
    with localcontext(EXACT):
        return _decide(ruleset, case)


def verdicts_of(case: Case) -> Verdicts:
    """The adjudications of a case by verdict."""
    by = {"upheld": set[str](), "refuted": set[str]()}
    for rule_id, adjudication in case.adjudications.items():
        by[adjudication.verdict].add(rule_id)
    return Verdicts(frozenset(by["upheld"]), frozenset(by["refuted"]))


def _decide(ruleset: RuleSet, case: Case) -> Decision:
    place = Place.top(ruleset, case)
    criteria = _outcomes(ruleset.criteria, place)
    exclusions = _outcomes(ruleset.exclusions, place)
    reviews = _outcomes(ruleset.reviews, place)
    poor = _truth(ruleset.poor, place)
    verdicts = verdicts_of(case)
    judgement = judge(poor, exclusions, reviews, verdicts)
    return explained(
        ruleset,
        place,
        judgement,
        verdicts,
        criteria,
        exclusions,
        reviews,
        _kind(ruleset.kinds, place),
        tracks_of(ruleset, place) if judgement.eligibility == "eligible" else NO_TRACKS,
    )


def explained(
    ruleset: RuleSet,
    place: Place,
    judgement: Judgement,
    verdicts: Verdicts,
    criteria: Mapping[str, Truth],
    exclusions: Mapping[str, Truth],
    reviews: Mapping[str, Truth],
    kind: str,
    tracks: Tracks,
) -> Decision:
    """The whole decision around a judgement: findings, and what is still needed."""
    given, undecided = tracks
    household_id = place.case.household.household_id
    findings = (
        *_findings(household_id, "criterion", criteria.items()),
        *_findings(household_id, "exclusion", exclusions.items(), verdicts.refuted),
        *_findings(household_id, "review", reviews.items(), verdicts.refuted),
        *discrepancies(ruleset, place),
        *undecided,
    )
    return Decision(
        household_id=household_id,
        eligibility=judgement.eligibility,
        kind="" if judgement.eligibility == "ineligible" else kind,
        grounds=judgement.grounds,
        reviews=judgement.reviews,
        unknown=_needed(ruleset, place, judgement, verdicts),
        tracks=given,
        findings=findings,
    )


def _truth(rule: Rule, place: Place) -> Truth:
    value = evaluate(rule.node, place)
    assert value is None or isinstance(value, bool)
    return value


def _outcomes(rules: Iterable[Rule], place: Place) -> dict[str, Truth]:
    return {rule.id: _truth(rule, place) for rule in rules}


def _kind(kinds: Sequence[Rule], place: Place) -> str:
    """The first kind that is true; none while an earlier one is undecided."""
    for rule in kinds:
        value = _truth(rule, place)
        if value is None:
            return ""
        if value:
            return rule.id
    return ""


def _findings(
    household_id: str,
    kind: FindingKind,
    outcomes: Iterable[tuple[str, Truth]],
    refuted: frozenset[str] = frozenset(),
) -> Iterator[Finding]:
    for rule_id, value in outcomes:
        if value is False:
            continue
        outcome: FindingOutcome = "unknown" if value is None else "true"
        if rule_id in refuted:
            outcome = "refuted"
        yield Finding(household_id, "", rule_id, kind, outcome)


def tracks_of(ruleset: RuleSet, place: Place) -> tuple[tuple[GivenTrack, ...], tuple[Finding, ...]]:
    """The tracks of an eligible household, and those that missing facts leave open."""
    given: list[GivenTrack] = []
    undecided: list[Finding] = []
    household = place.case.household
    for rule in ruleset.tracks:
        if rule.owner == HOUSEHOLD:
            places = [("", place)]
        else:
            places = [
                (member.member_id, place.at_member(index))
                for index, member in enumerate(household.members)
            ]
        for member_id, at in places:
            value = _truth(rule, at)
            if value:
                given.append(GivenTrack(household.household_id, member_id, rule.id))
            elif value is None:
                undecided.append(
                    Finding(household.household_id, member_id, rule.id, "track", "unknown")
                )
    return tuple(given), tuple(undecided)


def discrepancies(ruleset: RuleSet, place: Place) -> Iterator[Finding]:
    """Declared "no" against a register hit, one finding for each member whose rows hit."""
    household = place.case.household
    for register in ruleset.registers.values():
        if register.checks is None:
            continue
        owner, name = register.checks
        for index, member in enumerate(household.members):
            declarer = household if owner == HOUSEHOLD else member
            if getattr(declarer, name) is not False:
                continue
            if not place.case.rows_of(register.name, index).items:
                continue
            if _member_hits(register, place.at_member(index)):
                yield Finding(
                    household.household_id, member.member_id, register.id, "discrepancy", "true"
                )


def _member_hits(register: Register, place: Place) -> bool:
    rows = tree.Collection(register.name, MEMBER)
    predicate = register.hit or tree.Literal(True)
    return evaluate(tree.Quantifier("any", rows, predicate), place) is True


def _needed(
    ruleset: RuleSet, place: Place, judgement: Judgement, verdicts: Verdicts
) -> tuple[str, ...]:
    """The facts still needed to settle a pending household, sorted."""
    if judgement.eligibility != "pending":
        return ()
    if judgement.qualified is None:
        standing = [rule for rule in ruleset.exclusions if rule.id not in verdicts.refuted]
        standing += [rule for rule in ruleset.reviews if rule.id in verdicts.upheld]
        undecided = [ruleset.poor, *standing]
    elif judgement.open_reviews is None:
        undecided = [
            rule
            for rule in ruleset.reviews
            if rule.id not in verdicts.upheld and rule.id not in verdicts.refuted
        ]
    else:
        return ()
    needed: set[str] = set()
    for rule in undecided:
        needed |= unknown_facts(trace(rule.node, place), rule.id)
    return tuple(sorted(needed))
