"""The decision on a symbolic household: every rule's truth, the eligibility, the tracks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from shibie.engine.solver.household import Facts
from shibie.engine.solver.logic import (
    Bool,
    Truth,
    both,
    conjunction,
    decided,
    disjunction,
    either,
    inverse,
    negation,
)  # fmt: skip
from shibie.engine.solver.reading import Place, Reading
from shibie.engine.solver.values import Value
from shibie.language.tree import HOUSEHOLD
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
        """The reading of its conditions; it knows the decision as a record."""
        return self.reads(self.facts, self.settled, self.record)

    def holds(self, rule: Rule) -> Truth:
        """A rule's truth; a member's rule is true of a household when it is of any member."""
        if rule.owner == HOUSEHOLD:
            return self.reading.truth(rule.node)
        return disjunction(
            Truth(both(there, of_member.yes), either(inverse(there), of_member.no))
            for there, of_member in self.of_members(rule)
        )

    def of_members(self, rule: Rule) -> list[tuple[Bool, Truth]]:
        """For each member there may be: whether it is there, and the rule's truth."""
        return [
            (self.facts.present(member), self.reading.truth(rule.node, Place(member)))
            for member in range(self.facts.bound.members)
        ]

    @cached_property
    def poor(self) -> Truth:
        """The inclusion expression."""
        return self.reading.truth(self.facts.ruleset.poor.node)

    @cached_property
    def grounds(self) -> dict[str, Truth]:
        """Every exclusion, and every review, as it stands after the adjudications."""
        facts, ruleset = self.facts, self.facts.ruleset
        standing = {}
        for rule in ruleset.exclusions:
            holds, refuted = self.holds(rule), facts.refuted(rule.id)
            standing[rule.id] = Truth(both(holds.yes, inverse(refuted)), either(holds.no, refuted))
        for rule in ruleset.reviews:
            holds, upheld = self.holds(rule), facts.upheld(rule.id)
            standing[rule.id] = Truth(both(holds.yes, upheld), either(holds.no, inverse(upheld)))
        return standing

    @cached_property
    def waiting(self) -> dict[str, Truth]:
        """Every review that nobody has adjudicated."""
        found = {}
        for rule in self.facts.ruleset.reviews:
            holds = self.holds(rule)
            judged = either(self.facts.upheld(rule.id), self.facts.refuted(rule.id))
            found[rule.id] = Truth(both(holds.yes, inverse(judged)), either(holds.no, judged))
        return found

    @cached_property
    def qualified(self) -> Truth:
        """Poor, and no ground against it."""
        return conjunction([self.poor, negation(disjunction(self.grounds.values()))])

    @cached_property
    def open_reviews(self) -> Truth:
        """Whether a review is still open."""
        return disjunction(self.waiting.values())

    @cached_property
    def eligible(self) -> Bool:
        """Whether it is included."""
        return both(self.qualified.yes, self.open_reviews.no)

    @cached_property
    def ineligible(self) -> Bool:
        """Whether it is not included."""
        return self.qualified.no

    @cached_property
    def pending(self) -> Bool:
        """Whether something is still to be found out, or to be reviewed."""
        return either(self.qualified.unknown, both(self.qualified.yes, inverse(self.open_reviews.no)))  # fmt: skip

    def record(self, owner: str, name: str) -> Value:
        """`eligible` and its like, and `payroll.refuted`, in a property's expressions."""
        if owner == "decision":
            return decided(True, getattr(self, name))
        rule_id = owner.removeprefix("rule:")
        if name in ("upheld", "refuted"):
            return decided(True, getattr(self.facts, name)(rule_id))
        rule = self.facts.ruleset.rule(rule_id)
        assert rule is not None
        return self.holds(rule)
