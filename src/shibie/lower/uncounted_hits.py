"""Rules that hold over everyone on the form, and not over those who count.

Leaving somebody out of a household lifts whatever is his: his car excludes nobody. Where
a rule would hold if he counted, that is to be seen: a condition is asked once more with
everyone for the members, and everyone's rows for theirs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

from shibie.language.connectives import TRUE, every, not_true, some
from shibie.language.names import EVERYONE, MEMBERS
from shibie.language.tree import (
    HOUSEHOLD,
    Collection,
    Declared,
    Fact,
    Field,
    Given,
    Node,
    Not,
    Quantifier,
    Sure,
)
from shibie.language.types import BOOL
from shibie.language.walks import mapped
from shibie.ruleset.conditions import counts_matter, definition
from shibie.ruleset.model import Rule, RuleSet

COUNTED = Given("counted", type=BOOL)
SOMEBODY_IS_LEFT_OUT = Quantifier("any", Collection(EVERYONE, HOUSEHOLD), Not(COUNTED))


def over_everyone(ruleset: RuleSet, node: Node) -> Node:
    """A condition, as it would be if everyone on the form counted; the same one if that is all one.

    A fact that a register is compared for stays as it is where no hit does not settle it
    (`absence: unknown`).

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> changed = {rule.id: over_everyone(ruleset, rule.node) != rule.node for rule in ruleset.exclusions}
    >>> changed["vehicle"], changed["payroll"]
    (True, False)
    """
    again = partial(over_everyone, ruleset)
    match node:
        case Collection() if counts_matter(ruleset, node):
            if node.name == MEMBERS:
                return replace(node, name=EVERYONE)
            return replace(node, whole=True)
        case Given(name="counted"):
            return TRUE
        case Fact():
            found = definition(ruleset, node)
            changed = again(found)
            return node if changed == found else changed
        case Field(owner=owner, name=name) if hits := ruleset.comparison_of(owner, name):
            changed = again(hits)
            if changed == hits or ruleset.registers[hits.collection.name].absence != "no":
                return node
            return some((Sure(Declared(owner, name, type=node.type)), changed))
    return mapped(node, again)


def held_by_everyone(ruleset: RuleSet, rule: Rule) -> Node | None:
    """That a rule would hold if everyone counted; None where it is all one who counts.

    Whether somebody is left out, and whether the rule holds as it is, is left to who asks.
    """
    if ruleset.persons is None or rule.implied:
        return None
    changed = over_everyone(ruleset, rule.node)
    return None if changed == rule.node else changed


def hits_over_everyone(ruleset: RuleSet) -> tuple[tuple[Rule, Node], ...]:
    """The exclusions for which it matters who counts, each with that it would hold if everyone did."""

    def made() -> tuple[tuple[Rule, Node], ...]:
        found = ((rule, held_by_everyone(ruleset, rule)) for rule in ruleset.exclusions)
        return tuple((rule, hit) for rule, hit in found if hit is not None)

    return ruleset.kept("hits_over_everyone", made)


def reviewed_hits(ruleset: RuleSet) -> Mapping[str, Node]:
    """Of each exclusion that it would hold if everyone counted and does not, where that waits for a verdict.

    By the rule's id, and nothing without `uncounted: review`. For whoever looks at conditions by
    themselves: a decision asks the same of its own parts.
    """

    def made() -> Mapping[str, Node]:
        if ruleset.persons is None or not ruleset.persons.review:
            return {}
        return {
            rule.id: every((SOMEBODY_IS_LEFT_OUT, not_true(rule.node), hit))
            for rule, hit in hits_over_everyone(ruleset)
        }

    return ruleset.kept("reviewed_hits", made)


def to_be_verified(ruleset: RuleSet, rule: Rule) -> Node:
    """That a verdict on a rule is about something: it holds, or would and waits for one."""
    hit = reviewed_hits(ruleset).get(rule.id)
    return rule.node if hit is None else some((rule.node, hit))
