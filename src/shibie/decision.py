"""What comes out: eligibility, its grounds, findings and tracks of one household."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from shibie.engine.kleene import Truth, conjunction, disjunction, negation

Eligibility = Literal["eligible", "ineligible", "pending"]
FindingKind = Literal[
    "criterion", "exclusion", "review", "discrepancy", "duplicate", "procedure", "track"
]
FindingOutcome = Literal["true", "unknown", "refuted"]
NOT_POOR = "not_poor"


@dataclass(frozen=True)
class Finding:
    """One thing that was found about a household; what is false is not listed."""

    household_id: str
    member_id: str
    rule_id: str
    kind: FindingKind
    outcome: FindingOutcome


@dataclass(frozen=True)
class GivenTrack:
    """A help track given to a household (member_id empty) or to one of its members."""

    household_id: str
    member_id: str
    track: str


@dataclass(frozen=True)
class Decision:
    """The decision on one household.

    Attributes:
        eligibility: eligible 纳入, ineligible 不纳入 or pending 待核实.
        kind: the household's kind, in programmes that have kinds; else empty.
        grounds: every known ground of ineligibility.
        reviews: reviews that fired and are not yet adjudicated.
        unknown: the facts that are still needed.
        tracks: tracks of an eligible household.
        findings: criteria, exclusions, reviews, discrepancies that are true or unknown.
    """

    household_id: str
    eligibility: Eligibility
    kind: str = ""
    grounds: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    tracks: tuple[GivenTrack, ...] = ()
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Verdicts:
    """What the adjudications say, by rule id."""

    upheld: frozenset[str] = frozenset()
    refuted: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Judgement:
    """The eligibility and what it rests on, before facts and tracks are named."""

    eligibility: Eligibility
    qualified: Truth
    grounds: tuple[str, ...]
    reviews: tuple[str, ...]
    open_reviews: Truth


def judge(
    poor: Truth,
    exclusions: Mapping[str, Truth],
    reviews: Mapping[str, Truth],
    verdicts: Verdicts = Verdicts(),
) -> Judgement:
    """Put the outcomes of the rules together.

    E is the or of the exclusions and the upheld reviews, R the or of the reviews not yet
    adjudicated; a refuted rule does not fire. A household qualifies when it is poor and
    not E; if it does but R is true or unknown, it is pending.

    Args:
        poor: the inclusion expression.
        exclusions: outcome of each exclusion's condition, in the pack's order.
        reviews: outcome of each review's condition, in the pack's order.
        verdicts: the adjudications.

    >>> judge(True, {"vehicle": None}, {}).eligibility
    'pending'
    >>> judge(False, {"vehicle": True}, {}).grounds
    ('vehicle', 'not_poor')
    """
    standing = {
        **{rule: value for rule, value in exclusions.items() if rule not in verdicts.refuted},
        **{rule: value for rule, value in reviews.items() if rule in verdicts.upheld},
    }
    waiting = {
        rule: value
        for rule, value in reviews.items()
        if rule not in verdicts.upheld and rule not in verdicts.refuted
    }
    excluded, open_reviews = disjunction(standing.values()), disjunction(waiting.values())
    qualified = conjunction([poor, negation(excluded)])
    grounds = [rule for rule, value in standing.items() if value is True]
    if poor is False:
        grounds.append(NOT_POOR)
    eligibility: Eligibility = "pending"
    if qualified is False:
        eligibility = "ineligible"
    elif qualified is True and open_reviews is False:
        eligibility = "eligible"
    return Judgement(
        eligibility,
        qualified,
        tuple(grounds),
        tuple(rule for rule, value in waiting.items() if value is True),
        open_reviews,
    )
