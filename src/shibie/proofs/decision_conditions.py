"""Conditions about rules and the decision, which the solver and the interpreter both read.

A claim is a household condition that also sees the decision and the rules, as a pack's
`properties:` do. So whatever the solver finds, the interpreter can be asked about in the
very same words.
"""

from __future__ import annotations

from decimal import localcontext

from shibie.case import Case, Value
from shibie.decision import Eligibility
from shibie.engines.decide import eligibility_of, place_of, saying
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.kleene import Truth
from shibie.engines.place import Place
from shibie.language import tree
from shibie.language.tree import HOUSEHOLD, Node
from shibie.lower import lowered
from shibie.lower.decision import of_household
from shibie.ruleset.conditions import drawn_on, fields_used
from shibie.ruleset.model import Rule, RuleSet


def truth(claim: Node, ruleset: RuleSet, case: Case) -> Truth:
    """What the interpreter says of a claim."""
    with localcontext(EXACT):
        return _truth(evaluate(claim, place_of(lowered(ruleset), case)))


def rule_truth(rule: Rule, place: Place) -> Truth:
    """A rule's truth of the whole household."""
    return _truth(evaluate(of_household(rule), place))


def _truth(value: Value) -> Truth:
    assert value is None or isinstance(value, bool)
    return value


def eligibility_without(ruleset: RuleSet, case: Case, criterion: Rule) -> Eligibility:
    """What would be decided if a criterion were never met."""
    with localcontext(EXACT):
        place = place_of(lowered(ruleset), case)
        place.memo[HOUSEHOLD, criterion.id, None] = False
        return eligibility_of(saying(place))


def is_complete(ruleset: RuleSet, case: Case) -> bool:
    """Whether everything that eligibility rests on is known of a case."""
    used = fields_used(ruleset, drawn_on(ruleset))
    if set(ruleset.registers) - case.supplied or None in case.numbers:
        return False
    for owner, name in used:
        if owner == HOUSEHOLD:
            values = [getattr(case.household, name)]
        elif owner == tree.MEMBER:
            values = [getattr(member, name) for member in case.household.members]
        else:
            rows = case.rows_of(owner).items
            values = [row.values.get(name) if row.sure else None for row in rows]
        if None in values:
            return False
    return True
