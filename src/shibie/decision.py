"""What comes out: eligibility, its grounds, findings and tracks of one household."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

Eligibility = Literal["eligible", "ineligible", "pending"]
ELIGIBILITIES: tuple[Eligibility, ...] = ("eligible", "ineligible", "pending")
FindingKind = Literal[
    "criterion", "exclusion", "review", "discrepancy", "duplicate", "procedure", "track",
    "duplicate_row", "uncounted_hit", "exit",
]  # fmt: skip
FindingOutcome = Literal["true", "unknown", "upheld", "refuted", "exempt"]
NOT_POOR = "not_poor"
# That a person of the household was found in another one, too.
DUPLICATE_PERSON: Final = "duplicate_person"
# That a rule would hold if everyone on the form counted.
UNCOUNTED_HIT: Final = "uncounted_hit"


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
        standing: where it is between two rosters, e.g. `retained`; `pending` where that is open,
            empty where no standing of the pack is its own.
    """

    household_id: str
    eligibility: Eligibility
    kind: str = ""
    grounds: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    tracks: tuple[GivenTrack, ...] = ()
    findings: tuple[Finding, ...] = ()
    standing: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The decision as plain data, ready for JSON.

        Returns:
            `household_id`, `eligibility`, `kind`; `grounds`, `reviews` and `unknown` as lists of
            ids and names; `tracks` as `{track, member_id}` and `findings` as `{member_id, rule_id,
            kind, outcome}`, where `member_id` is empty for what concerns the whole household.

        >>> given = GivenTrack("H1", "2", "medical")
        >>> found = Finding("H1", "", "vehicle", "exclusion", "unknown")
        >>> Decision("H1", "eligible", tracks=(given,), findings=(found,)).to_dict()
        ... # doctest: +NORMALIZE_WHITESPACE
        {'household_id': 'H1', 'eligibility': 'eligible', 'kind': '',
         'grounds': [], 'reviews': [], 'unknown': [],
         'tracks': [{'track': 'medical', 'member_id': '2'}],
         'findings': [{'member_id': '', 'rule_id': 'vehicle', 'kind': 'exclusion',
                       'outcome': 'unknown'}], 'standing': ''}
        """
        return {
            "household_id": self.household_id,
            "eligibility": self.eligibility,
            "kind": self.kind,
            "grounds": list(self.grounds),
            "reviews": list(self.reviews),
            "unknown": list(self.unknown),
            "tracks": [{"track": each.track, "member_id": each.member_id} for each in self.tracks],
            "findings": [
                {
                    "member_id": each.member_id,
                    "rule_id": each.rule_id,
                    "kind": each.kind,
                    "outcome": each.outcome,
                }
                for each in self.findings
            ],
            "standing": self.standing,
        }
