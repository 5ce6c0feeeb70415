"""Rules and verdicts → the decision, as trees.

E is the or of the exclusions that hold or were upheld, unless they were refuted or are exempt,
and of the reviews upheld; P the `poor` expression; R the or of the reviews not yet adjudicated. P and not E qualifies; a household
that qualifies and of which R is false is eligible, one that does not qualify is
ineligible, and everything else is pending.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shibie.decision import NOT_POOR, UNCOUNTED_HIT
from shibie.household import Verdict
from shibie.language.connectives import (
    FALSE,
    TRUE,
    every,
    negated,
    not_false,
    not_true,
    some,
    unknown,
)
from shibie.language.names import MEMBERS
from shibie.language.tree import (
    HOUSEHOLD,
    MEMBER,
    And,
    Collection,
    Declared,
    Field,
    Node,
    Not,
    Quantifier,
    Sure,
)  # fmt: skip
from shibie.lower.named import (
    DECISION,
    Awaited,
    Definitions,
    Discrepancy,
    Named,
    Reported,
    Track,
    of_decision,
    of_rule,
)  # fmt: skip
from shibie.lower.procedure import StepCheck, checks_of
from shibie.lower.standings import (
    CLEARED,
    ELIGIBLE,
    HELPED,
    INELIGIBLE,
    ON_ROSTER,
    POOR,
    first_standing,
    standing_definitions,
)
from shibie.lower.uncounted_hits import COUNTED, SOMEBODY_IS_LEFT_OUT, hits_over_everyone
from shibie.ruleset.conditions import counts_matter
from shibie.ruleset.model import Among, Register, Rule, RuleSet

PENDING, QUALIFIED = of_decision("pending"), of_decision("qualified")
EXCLUDED = of_decision("excluded")
# So many sets of verdicts are kept, as folded into the trees.
MOST_KEPT = 256
UNDER_REVIEW, ADMITTED = of_decision("under_review"), of_decision("admitted")
LEFT_OUT = of_decision("left_out")


# Among which households a tally is counted.
_AMONG: Mapping[Among, tuple[Node, ...]] = {
    "eligible": (CLEARED,),
    "roster": (ON_ROSTER,),
    "all": (),
}


def holds(rule: Rule) -> Node:
    """A rule's truth of a household; a member's rule holds of it when it does of any member."""
    return of_rule(rule.id, "holds")


def first(kind: Rule) -> Node:
    """True of a kind when it holds and all kinds before it are known to be false."""
    return of_rule(kind.id, "first")


def upheld(rule: Rule) -> Node:
    """That an officer found the rule's ground to be true."""
    return of_rule(rule.id, "upheld")


def lifted(rule: Rule) -> Node:
    """That an officer found it to be untrue, or true and not to apply."""
    return _said_of(rule, "refuted", "exempt")


def adjudicated(rule: Rule) -> Node:
    """That an officer gave a verdict on the rule."""
    return _said_of(rule, *rule.verdicts)


def _said_of(rule: Rule, *words: Verdict) -> Node:
    """That the verdict on a rule is one of these; a verdict that it does not allow never is."""
    return some(of_rule(rule.id, word) for word in words if word in rule.verdicts)


@dataclass(frozen=True)
class RuleVerdicts:
    """What officers found of a household: (rule, verdict)."""

    given: frozenset[tuple[str, Verdict]] = frozenset()


@dataclass(frozen=True)
class Lowered:
    """What a rule set decides, as trees.

    Attributes:
        ruleset: the pack.
        with_procedure: whether the procedure's checks are part of the decision.
        verdicts: those of the household, where the trees are made for one; they are then
            folded in, which changes no value and leaves less to evaluate.
    """

    ruleset: RuleSet
    with_procedure: bool = False
    verdicts: RuleVerdicts | None = None

    @cached_property
    def definitions(self) -> Mapping[tuple[str, str], Node]:
        """What the trees refer to by (owner, name), all at the household."""
        ruleset = self.ruleset
        found: Definitions = {}
        before: list[Node] = []
        for rule in ruleset.rules:
            found[f"rule:{rule.id}", "holds"] = of_household(rule)
        for rule in ruleset.kinds:
            found[f"rule:{rule.id}", "first"] = every((*before, holds(rule)))
            before.append(Not(holds(rule)))
        parts = {
            "poor": ruleset.poor.node,
            "excluded": some(map(self._stands, (*ruleset.exclusions, *ruleset.reviews))),
            "qualified": And((POOR, Not(EXCLUDED))),
            "under_review": some(each.node for each in self.reviews),
            "admitted": And((QUALIFIED, Not(UNDER_REVIEW))),
            "eligible": Sure(ADMITTED),
            "ineligible": Sure(Not(QUALIFIED)),
            "pending": Not(some((ELIGIBLE, INELIGIBLE))),
            "cleared": ELIGIBLE,
        }
        if ruleset.persons is not None:
            parts["left_out"] = SOMEBODY_IS_LEFT_OUT
        found |= standing_definitions(ruleset)
        if self.with_procedure:
            for check in self.checks:
                found[check.key] = check.node
            # What may be wrong with a blocking step is enough to wait for.
            parts["blocked"] = some(
                not_false(check.field) for check in self.checks if check.blocking
            )
            parts["cleared"] = And((ELIGIBLE, Not(of_decision("blocked"))))
        found |= {(DECISION, name): node for name, node in parts.items()}
        return found

    def _said(self, rule: Rule, *words: Verdict) -> Node:
        """That the verdict on a rule is one of these."""
        if self.verdicts is None:
            return _said_of(rule, *words)
        allowed = [word for word in words if word in rule.verdicts]
        given = any((rule.id, word) in self.verdicts.given for word in allowed)
        return TRUE if given else FALSE

    def _stands(self, rule: Rule) -> Node:
        """That a rule excludes, after the verdicts: whatever is known, what was upheld does."""
        upheld = self._said(rule, "upheld")
        if rule.kind == "review":
            return upheld
        lifted = self._said(rule, "refuted", "exempt")
        return some((upheld, every((negated(lifted), holds(rule)))))

    def _waits(self, rule: Rule) -> Node:
        """That a review holds and nobody has adjudicated it."""
        return every((negated(self._said(rule, *rule.verdicts)), holds(rule)))

    @cached_property
    def _uncounted(self) -> tuple[tuple[Rule, Node], ...]:
        """Exclusions, and that they hold over everyone and not over who counts."""
        return tuple(
            (rule, every((LEFT_OUT, not_true(holds(rule)), hit)))
            for rule, hit in hits_over_everyone(self.ruleset)
        )

    @cached_property
    def uncounted_hits(self) -> tuple[Named, ...]:
        """Exclusions that hold over everyone and not over who counts, and that nobody adjudicated."""
        return tuple(
            Named(rule.id, every((negated(self._said(rule, *rule.verdicts)), hit)))
            for rule, hit in self._uncounted
        )

    def _reported_hit(self, rule: Rule, hit: Node) -> Reported:
        """Such a hit as a finding, with the verdict on it; one that was upheld is the exclusion's."""
        verdicts = tuple(
            (word, self._said(rule, word)) for word in rule.verdicts if word != "upheld"
        )
        told = every((negated(self._said(rule, "upheld")), Sure(hit)))
        return Reported(rule.id, UNCOUNTED_HIT, told, verdicts)

    def _reported(self, rule: Rule) -> Reported:
        """An exclusion or review as a finding: where its condition or a verdict says so."""
        verdicts = tuple((word, self._said(rule, word)) for word in rule.verdicts)
        told = some((self._said(rule, "upheld"), holds(rule)))
        return Reported(rule.id, rule.kind, told, verdicts)  # type: ignore[arg-type]

    def definition(self, node: Field) -> Node | None:
        """The tree behind a reference."""
        return self.definitions.get((node.owner, node.name))

    @cached_property
    def grounds(self) -> tuple[Named, ...]:
        """Every known ground of ineligibility."""
        rules = (*self.ruleset.exclusions, *self.ruleset.reviews)
        found = [Named(rule.id, self._stands(rule)) for rule in rules]
        return (*found, Named(NOT_POOR, Not(POOR)))

    @cached_property
    def reviews(self) -> tuple[Named, ...]:
        """Reviews that hold and are not yet adjudicated; with `uncounted: review` such hits, too."""
        persons = self.ruleset.persons
        hits = self.uncounted_hits if persons is not None and persons.review else ()
        return (*(Named(rule.id, self._waits(rule)) for rule in self.ruleset.reviews), *hits)

    @cached_property
    def kinds(self) -> tuple[Named, ...]:
        """The first kind that holds, if all kinds before it are known to be false; at most one."""
        return tuple(
            Named(rule.id, And((Not(INELIGIBLE), first(rule)))) for rule in self.ruleset.kinds
        )

    @cached_property
    def findings(self) -> tuple[Reported, ...]:
        """The rules that are listed where they are not false."""
        ruleset = self.ruleset
        return (
            *(Reported(rule.id, "criterion", holds(rule)) for rule in ruleset.criteria),
            *map(self._reported, (*ruleset.exclusions, *ruleset.reviews)),
            *(self._reported_hit(rule, hit) for rule, hit in self._uncounted),
            *self._exits(),
        )

    def _exits(self) -> Iterator[Reported]:
        """What is not so, or not known, of a household that has left poverty."""
        if self.ruleset.exits is not None:
            left = self.ruleset.exits.when
            for rule in self.ruleset.exits.criteria:
                yield Reported(rule.id, "exit", every((left, Not(holds(rule)))))

    @cached_property
    def standings(self) -> tuple[Named, ...]:
        """The first standing that holds, if all before it are known not to; at most one."""
        return tuple(Named(each.id, first_standing(each)) for each in self.ruleset.standings)

    @cached_property
    def undecided_standing(self) -> Node:
        """That no standing holds, and of one it is not known whether it does."""
        return every((Not(some(Sure(each.node) for each in self.standings)),
                      some(unknown(each.node) for each in self.standings)))  # fmt: skip

    @cached_property
    def tracks(self) -> tuple[Track, ...]:
        """The tracks; a step that blocks an eligible household takes them, not the open ones."""
        return tuple(
            Track(
                rule.id,
                rule.owner,
                asked,
                And((HELPED, asked)),
                And((some((ELIGIBLE, Sure(HELPED))), unknown(asked))),
            )
            for rule in self.ruleset.tracks
            for asked in (self.of_counted(rule),)
        )

    def of_counted(self, rule: Rule) -> Node:
        """A rule's condition; that of members asks only of those who count."""
        if self.ruleset.persons is None or rule.owner == HOUSEHOLD:
            return rule.node
        return And((COUNTED, rule.node))

    @cached_property
    def tallies(self) -> tuple[Named, ...]:
        """What is counted, among the eligible or among all."""
        return tuple(
            Named(rule.id, every((*_AMONG[rule.among], asked)), rule.owner)
            for rule in self.ruleset.tallies
            for asked in (self.of_counted(rule),)
        )

    @cached_property
    def discrepancies(self) -> tuple[Discrepancy, ...]:
        """Declared "no" against a register: of each member whose rows are looked at and hit."""
        return tuple(
            Discrepancy(
                register.id,
                register.name,
                self._denied(register),
            )
            for register in self.ruleset.registers.values()
            if register.checks
        )

    def _denied(self, register: Register) -> Node:
        """That a member's row in a register speaks against a declared "no", if it is looked at."""
        denied = some(
            And((
                Sure(Not(Declared(*checked.field))),
                Quantifier("any", Collection(register.name, MEMBER), checked.hit or TRUE),
            ))
            for checked in register.checks
        )  # fmt: skip
        if counts_matter(self.ruleset, Collection(register.name, HOUSEHOLD)):
            return And((denied, COUNTED))
        return denied

    @cached_property
    def awaited(self) -> tuple[Awaited, ...]:
        """The rules whose unknown facts a pending household still needs.

        While it is open whether it qualifies: whatever that rests on. Once it does: the
        reviews that are undecided, unless one is known to hold, which facts do not settle.
        """
        ruleset = self.ruleset
        open_ = unknown(QUALIFIED)
        reviewing = And((Sure(QUALIFIED), unknown(UNDER_REVIEW)))
        found = [Awaited("poor", ruleset.poor.node, open_)]
        for rule in ruleset.exclusions:
            when = every((open_, negated(self._said(rule, *rule.verdicts))))
            found.append(Awaited(rule.id, rule.node, when))
        for rule in ruleset.reviews:
            when = every((reviewing, negated(self._said(rule, *rule.verdicts))))
            found.append(Awaited(rule.id, rule.node, when))
        if ruleset.persons is not None and ruleset.persons.review:
            found += [Awaited(each.name, each.node, reviewing) for each in self.uncounted_hits]
        return tuple(found)

    @cached_property
    def checks(self) -> tuple[StepCheck, ...]:
        """What can be wrong with the steps, in the order of findings."""
        return tuple(checks_of(self.ruleset))


def of_household(rule: Rule) -> Node:
    """Any rule as a condition of the household: a member's holds when it does of any member."""
    if rule.owner == HOUSEHOLD:
        return rule.node
    return Quantifier("any", Collection(MEMBERS, HOUSEHOLD), rule.node)


def lowered(
    ruleset: RuleSet, with_procedure: bool = False, verdicts: RuleVerdicts | None = None
) -> Lowered:
    """What a rule set decides, as trees; made once for each rule set (and set of verdicts).

    >>> from shibie.ruleset.loader import load
    >>> [each.name for each in lowered(load("bazhong-2015")).grounds][-1]
    'not_poor'
    """
    # On the object itself: it holds mappings, so it is no key, and lives as long as needed.
    made: dict[Any, Lowered] = ruleset.__dict__.setdefault("_lowered", {})
    key = (with_procedure, verdicts)
    # Threads share it: what one has found must not be looked up again after another cleared it.
    found = made.get(key)
    if found is None:
        if len(made) > MOST_KEPT:
            made.clear()
        found = made.setdefault(key, Lowered(ruleset, with_procedure, verdicts))
    return found
