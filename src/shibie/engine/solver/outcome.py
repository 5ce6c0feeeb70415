"""The decision on a symbolic household: every rule's truth, the eligibility, the tracks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from shibie.engine.solver.household import Facts
from shibie.engine.solver.logic import Bool, Truth
from shibie.engine.solver.reading import Place, Reading
from shibie.engine.solver.values import Value
from shibie.lower import lowered
from shibie.lower.decision import ELIGIBLE, INELIGIBLE, PENDING, of_household
from shibie.ruleset.model import Rule


@dataclass(frozen=True)
class Outcome:
    """What a rule set makes of one symbolic household.

    Attributes:
        facts: the household.
        settled: values that stand in for facts of the rule set.
        reads: the reading to use.
    """

    facts: Facts
    settled: Mapping[tuple[str, str], Value] | None = None
    reads: type[Reading] = Reading

    @cached_property
    def reading(self) -> Reading:
        """The reading of its conditions; it knows what the decision is made of."""
        return self.reads(self.facts, self.settled, lowered(self.facts.ruleset).definitions)

    def holds(self, rule: Rule) -> Truth:
        """A rule's truth; a member's rule is true of a household when it is of any member."""
        return self.reading.truth(of_household(rule))

    def of_members(self, rule: Rule) -> list[tuple[Bool, Truth]]:
        """For each member there may be: whether it is there, and the rule's truth."""
        return [
            (self.facts.present(member), self.reading.truth(rule.node, Place(member)))
            for member in range(self.facts.bound.members)
        ]

    @cached_property
    def eligible(self) -> Bool:
        """Whether it is included."""
        return self.reading.truth(ELIGIBLE).yes

    @cached_property
    def ineligible(self) -> Bool:
        """Whether it is not included."""
        return self.reading.truth(INELIGIBLE).yes

    @cached_property
    def pending(self) -> Bool:
        """Whether something is still to be found out, or to be reviewed."""
        return self.reading.truth(PENDING).yes
