"""The decision on a symbolic household: every rule's truth, the eligibility, the tracks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from shibie.engines.solver.household import HouseholdTerms, SymbolicPlace
from shibie.engines.solver.logic import BoolTerm, TruthTerm
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.values import ValueTerm
from shibie.lower import lowered
from shibie.lower.decision import PENDING, of_household
from shibie.lower.standings import ELIGIBLE, INELIGIBLE
from shibie.ruleset.model import Rule


@dataclass(frozen=True)
class SymbolicOutcome:
    """What a rule set makes of one symbolic household.

    Attributes:
        facts: the household.
        settled: values that stand in for facts of the rule set.
        reads: the reading to use.
    """

    facts: HouseholdTerms
    settled: Mapping[tuple[str, str], ValueTerm] | None = None
    reads: type[SolverReading] = SolverReading

    @cached_property
    def reading(self) -> SolverReading:
        """The reading of its conditions; it knows what the decision is made of."""
        return self.reads(self.facts, self.settled, lowered(self.facts.ruleset).definitions)

    def holds(self, rule: Rule) -> TruthTerm:
        """A rule's truth; a member's rule is true of a household when it is of any member."""
        return self.reading.truth(of_household(rule))

    def of_members(self, rule: Rule) -> list[tuple[BoolTerm, TruthTerm]]:
        """For each member there may be: whether it is there, and the rule's truth."""
        return [
            (self.facts.present(member), self.reading.truth(rule.node, SymbolicPlace(member)))
            for member in range(self.facts.bound.members)
        ]

    @cached_property
    def eligible(self) -> BoolTerm:
        """Whether it is included."""
        return self.reading.truth(ELIGIBLE).yes

    @cached_property
    def ineligible(self) -> BoolTerm:
        """Whether it is not included."""
        return self.reading.truth(INELIGIBLE).yes

    @cached_property
    def pending(self) -> BoolTerm:
        """Whether something is still to be found out, or to be reviewed."""
        return self.reading.truth(PENDING).yes
