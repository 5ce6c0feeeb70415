"""One household's output rows → its decision: flag words get their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from shibie.decision import NOT_POOR, Decision, Finding, FindingKind, FindingOutcome, GivenTrack
from shibie.engine.case import Case
from shibie.engine.relational.outcome import ELIGIBILITIES
from shibie.engine.relational.plan import MID
from shibie.engine.relational.sql import WORD
from shibie.language.tree import HOUSEHOLD
from shibie.ruleset.model import Rule, RuleSet

Outputs = list[dict[str, Any]]


def assemble(
    ruleset: RuleSet, case: Case, row: Mapping[str, Any], members: Outputs, first: int,
    unknown: tuple[str, ...],
) -> Decision:  # fmt: skip
    """The decision that some output rows stand for.

    Args:
        ruleset: the rules.
        case: the household.
        row: its row of `h_out`.
        members: its members' rows of `m_out`.
        first: the number of its first member in `m_out`.
        unknown: the facts still needed.
    """
    return _Assembler(ruleset, case, row, members, first).decision(unknown)


class _Assembler:
    def __init__(
        self, ruleset: RuleSet, case: Case, row: Mapping[str, Any], members: Outputs,
        first: int,
    ) -> None:  # fmt: skip
        self.ruleset, self.row, self.members = ruleset, row, members
        self.household_id = case.household.household_id
        self.ids = {
            first + position: member.member_id
            for position, member in enumerate(case.household.members)
        }

    def decision(self, unknown: tuple[str, ...]) -> Decision:
        ruleset, row = self.ruleset, self.row
        upheld = self.flags("uv", row)
        adjudicated = upheld | self.flags("rv", row)
        excluding = self.flags("xt", row) - self.flags("rx", row)
        firing = self.flags("vt", row)
        grounds = [rule.id for at, rule in enumerate(ruleset.exclusions) if at in excluding]
        grounds += [rule.id for at, rule in enumerate(ruleset.reviews) if at in firing & upheld]
        if row["not_poor"]:
            grounds.append(NOT_POOR)
        open_ = firing - adjudicated
        kind = row["kind"]
        return Decision(
            household_id=self.household_id,
            eligibility=cast("Any", ELIGIBILITIES[row["eligibility"] - 1]),
            kind=ruleset.kinds[kind - 1].id if kind else "",
            grounds=tuple(grounds),
            reviews=tuple(rule.id for at, rule in enumerate(ruleset.reviews) if at in open_),
            unknown=unknown,
            tracks=tuple(
                GivenTrack(self.household_id, member, rule.id)
                for member, rule in self.by_track("tt")
            ),
            findings=(
                *self.findings("criterion", ruleset.criteria, "c", ""),
                *self.findings("exclusion", ruleset.exclusions, "x", "rx"),
                *self.findings("review", ruleset.reviews, "v", "rv"),
                *self.discrepancies(),
                *(
                    Finding(self.household_id, member, rule.id, "track", "unknown")
                    for member, rule in self.by_track("tu")
                ),
            ),
        )

    def flags(self, name: str, row: Mapping[str, Any]) -> set[int]:
        """The set flags of a row's words of that name."""
        found, at = set(), 0
        while (value := row.get(f"{name}{at}")) is not None:
            found |= {at * WORD + index for index in range(WORD) if value >> index & 1}
            at += 1
        assert at
        return found

    def findings(
        self, kind: FindingKind, rules: Sequence[Rule], name: str, refuting: str
    ) -> Iterator[Finding]:
        true, unknown = self.flags(f"{name}t", self.row), self.flags(f"{name}u", self.row)
        refuted = self.flags(refuting, self.row) if refuting else set()
        for at, rule in enumerate(rules):
            if at in true or at in unknown:
                outcome: FindingOutcome = "true" if at in true else "unknown"
                shown: FindingOutcome = "refuted" if at in refuted else outcome
                yield Finding(self.household_id, "", rule.id, kind, shown)

    def discrepancies(self) -> Iterator[Finding]:
        for at, register in enumerate(self.ruleset.registers.values()):
            for member in self.members:
                if at in self.flags("dt", member):
                    who = self.ids[member[MID]]
                    yield Finding(self.household_id, who, register.id, "discrepancy", "true")

    def by_track(self, name: str) -> Iterator[tuple[str, Rule]]:
        own = self.flags(name, self.row)
        of_members = [(self.ids[row[MID]], self.flags(name, row)) for row in self.members]
        for at, rule in enumerate(self.ruleset.tracks):
            if rule.owner == HOUSEHOLD:
                if at in own:
                    yield "", rule
                continue
            for member, flags in of_members:
                if at in flags:
                    yield member, rule
