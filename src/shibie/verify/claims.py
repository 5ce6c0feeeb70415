"""What is asked about, as a condition: one tree that the solver and the interpreter both read.

A claim is a household condition that also sees the decision and the rules, as a pack's
`properties:` do. So whatever the solver finds, the interpreter can be asked about in the
very same words.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from decimal import localcontext

from shibie.decision import Eligibility, judge
from shibie.engine.case import Case, Value
from shibie.engine.decide import decide, verdicts_of
from shibie.engine.exact import EXACT
from shibie.engine.interpreter import Place, evaluate
from shibie.engine.kleene import Truth, disjunction
from shibie.language import tree
from shibie.language.tree import HOUSEHOLD, And, Field, Known, Literal, Node, Not, Or
from shibie.ruleset.model import Rule, RuleSet

ELIGIBLE, INELIGIBLE, PENDING = (
    Field("decision", word) for word in ("eligible", "ineligible", "pending")
)


def holds(rule: Rule) -> Node:
    """A rule's truth; a member's rule holds of a household when it holds of any member."""
    return Field(f"rule:{rule.id}", "holds")


def upheld(rule: Rule) -> Node:
    """Whether an officer found the rule's ground to be true."""
    return Field(f"rule:{rule.id}", "upheld")


def refuted(rule: Rule) -> Node:
    """Whether an officer found it to be untrue."""
    return Field(f"rule:{rule.id}", "refuted")


def every(conditions: Iterable[Node]) -> Node:
    """All of them."""
    parts = tuple(conditions)
    return parts[0] if len(parts) == 1 else And(parts) if parts else Literal(True)


def some(conditions: Iterable[Node]) -> Node:
    """At least one of them."""
    parts = tuple(conditions)
    return parts[0] if len(parts) == 1 else Or(parts) if parts else Literal(False)


def unknown(condition: Node) -> Node:
    """That it is not decided."""
    return Not(Known(condition))


def not_true(condition: Node) -> Node:
    """That it is false or unknown."""
    return Not(And((Known(condition), condition)))


def truth(claim: Node, ruleset: RuleSet, case: Case) -> Truth:
    """What the interpreter says of a claim."""
    with localcontext(EXACT):
        place = Place.top(ruleset, case)
        value = evaluate(claim, replace(place, records=_records(ruleset, case, place)))
    assert value is None or isinstance(value, bool)
    return value


def _records(ruleset: RuleSet, case: Case, place: Place) -> dict[str, dict[str, Value]]:
    decision, verdicts = decide(ruleset, case), verdicts_of(case)
    found: dict[str, dict[str, Value]] = {
        "decision": {
            word: decision.eligibility == word for word in ("eligible", "ineligible", "pending")
        }
    }
    for rule in ruleset.rules:
        found[f"rule:{rule.id}"] = {
            "holds": rule_truth(rule, place),
            "upheld": rule.id in verdicts.upheld,
            "refuted": rule.id in verdicts.refuted,
        }
    return found


def rule_truth(rule: Rule, place: Place) -> Truth:
    """A rule's truth of the whole household."""
    if rule.owner == HOUSEHOLD:
        return _truth(rule.node, place)
    members = range(len(place.case.household.members))
    return disjunction([_truth(rule.node, place.at_member(member)) for member in members])


def _truth(node: Node, place: Place) -> Truth:
    value = evaluate(node, place)
    assert value is None or isinstance(value, bool)
    return value


def eligibility_without(ruleset: RuleSet, case: Case, criterion: Rule) -> Eligibility:
    """What would be decided if a criterion were never met."""
    with localcontext(EXACT):
        place = Place(ruleset, case, {(HOUSEHOLD, criterion.id, None): False})
        return judge(
            _truth(ruleset.poor.node, place),
            {rule.id: _truth(rule.node, place) for rule in ruleset.exclusions},
            {rule.id: _truth(rule.node, place) for rule in ruleset.reviews},
            verdicts_of(case),
        ).eligibility


def fields_used(ruleset: RuleSet, nodes: Iterable[Node]) -> set[tuple[str, str]]:
    """Every (owner, field) that conditions draw on, through facts and comparisons too.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> sorted(fields_used(ruleset, [ruleset.rule("vehicle").node]))
    [('household', 'owns_vehicle'), ('vehicles', 'kind')]
    """
    found: set[tuple[str, str]] = set()
    pending, seen = list(nodes), set[Node]()
    while pending:
        for node in tree.walk(pending.pop()):
            if isinstance(node, tree.Field) and not node.owner.startswith(("rule:", "decision")):
                found.add((node.owner, node.name))
                compared = ruleset.comparison_of(node.owner, node.name)
                if compared is not None and compared not in seen:
                    seen.add(compared)
                    pending.append(compared)
            elif isinstance(node, tree.Fact) and node not in seen:
                seen.add(node)
                pending.append(ruleset.facts[node.owner, node.name].node)  # type: ignore[index]
    return found


def decisive(ruleset: RuleSet) -> tuple[Node, ...]:
    """The conditions that eligibility rests on."""
    rules = (ruleset.poor, *ruleset.exclusions, *ruleset.reviews)
    return tuple(rule.node for rule in rules)


def is_complete(ruleset: RuleSet, case: Case) -> bool:
    """Whether everything that eligibility rests on is known of a case."""
    used = fields_used(ruleset, decisive(ruleset))
    if set(ruleset.registers) - case.supplied or None in case.numbers:
        return False
    for owner, name in used:
        if owner == HOUSEHOLD:
            values = [getattr(case.household, name)]
        elif owner == tree.MEMBER:
            values = [getattr(member, name) for member in case.household.members]
        else:
            values = [row.values.get(name) for row in case.rows_of(owner).items]
        if None in values:
            return False
    return True
