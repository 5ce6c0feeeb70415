"""One household's output rows → its decision: flag words get their names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from shibie.case import Case
from shibie.decision import ELIGIBILITIES, Decision, Finding, FindingOutcome, GivenTrack
from shibie.engines.sql.building import WORD
from shibie.engines.sql.outcome import VERDICT_FLAGS
from shibie.engines.sql.plan import MID
from shibie.language.tree import HOUSEHOLD
from shibie.lower import Named, lowered
from shibie.lower.standings import standing_names
from shibie.registers.duplicates import duplicates
from shibie.ruleset.model import RuleSet

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
        self.program, self.row, self.members = lowered(ruleset), row, members
        self.case, self.household_id = case, case.household.household_id
        self.ids = {
            first + position: member.member_id
            for position, member in enumerate(case.household.members)
        }

    def decision(self, unknown: tuple[str, ...]) -> Decision:
        program, row = self.program, self.row
        kind = row["kind"]
        return Decision(
            household_id=self.household_id,
            eligibility=ELIGIBILITIES[row["eligibility"] - 1],
            kind=program.kinds[kind - 1].name if kind else "",
            grounds=self.names("g", program.grounds),
            reviews=self.names("w", program.reviews),
            unknown=unknown,
            tracks=tuple(
                GivenTrack(self.household_id, member, track) for member, track in self.tracks("tt")
            ),
            findings=(
                *self.findings(),
                *self.discrepancies(),
                *(
                    Finding(self.household_id, member, track, "track", "unknown")
                    for member, track in self.tracks("tu")
                ),
                *duplicates(self.case),
            ),
            standing=self.standing(),
        )

    def standing(self) -> str:
        """The name of the standing's number."""
        at: int = self.row.get("standing", 0)
        return standing_names(self.program.ruleset)[at - 1] if at else ""

    def names(self, name: str, several: Sequence[Named]) -> tuple[str, ...]:
        """The names whose flags are set."""
        flags = self.flags(name, self.row)
        return tuple(each.name for at, each in enumerate(several) if at in flags)

    def flags(self, name: str, row: Mapping[str, Any]) -> set[int]:
        """The set flags of a row's words of that name."""
        found, at = set(), 0
        while (value := row.get(f"{name}{at}")) is not None:
            found |= {at * WORD + index for index in range(WORD) if value >> index & 1}
            at += 1
        assert at
        return found

    def findings(self) -> Iterator[Finding]:
        true, unknown = (self.flags(name, self.row) for name in ("ft", "fu"))
        said = {word: self.flags(name, self.row) for word, name in VERDICT_FLAGS.items()}
        for at, each in enumerate(self.program.findings):
            if at in true or at in unknown:
                outcome: FindingOutcome = "true" if at in true else "unknown"
                outcome = next((word for word, flags in said.items() if at in flags), outcome)
                yield Finding(self.household_id, "", each.name, each.kind, outcome)

    def discrepancies(self) -> Iterator[Finding]:
        for at, each in enumerate(self.program.discrepancies):
            for member in self.members:
                if at in self.flags("dt", member):
                    who = self.ids[member[MID]]
                    yield Finding(self.household_id, who, each.name, "discrepancy", "true")

    def tracks(self, name: str) -> Iterator[tuple[str, str]]:
        own = self.flags(name, self.row)
        of_members = [(self.ids[row[MID]], self.flags(name, row)) for row in self.members]
        for at, track in enumerate(self.program.tracks):
            if track.owner == HOUSEHOLD:
                if at in own:
                    yield "", track.name
                continue
            for member, flags in of_members:
                if at in flags:
                    yield member, track.name
