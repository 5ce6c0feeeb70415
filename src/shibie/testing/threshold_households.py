"""Households exactly on a threshold: one number is changed so that both sides are equal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, localcontext
from typing import Any

from shibie.bounds import is_known
from shibie.engines.exact import EXACT, rounded
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.language.names import MEMBERS
from shibie.language.tree import HOUSEHOLD, MEMBER, Compare
from shibie.language.types import Number, type_of
from shibie.language.walks import walk_outside_items
from shibie.rosters.household_input import case_from
from shibie.ruleset.compared_values import compares_numbers
from shibie.ruleset.conditions import fields_used
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec

Given = dict[str, Any]
# Far enough apart for a slope that rounding to the cent does not bend.
FAR = Decimal(10_000_000)


@dataclass(frozen=True)
class Target:
    """A comparison of numbers, and a number that moves one of its sides."""

    compare: Compare
    owner: str
    spec: FieldSpec


def targets(ruleset: RuleSet) -> tuple[Target, ...]:
    """Every household comparison of numbers with each number that it draws on.

    >>> from shibie.ruleset.loader import load
    >>> {each.spec.name for each in targets(load("bazhong-2015"))} >= {"wage_income", "balance"}
    True
    """
    rules = (*ruleset.facts.values(), *ruleset.rules, ruleset.poor)
    # A comparison inside a quantifier or sum is about single members or rows.
    compares = {
        node: None
        for rule in rules
        if rule.owner == HOUSEHOLD
        for node in walk_outside_items(rule.node)
        if compares_numbers(node)
    }
    return tuple(
        Target(compare, owner, spec)
        for compare in compares
        for owner, name in sorted(fields_used(ruleset, [compare]))
        if (spec := ruleset.field_spec(owner, name)) and isinstance(type_of(spec), Number)
    )


def moved(ruleset: RuleSet, given: Given, as_of: date, target: Target, steps: int) -> Given:
    """The household with the target's number moved onto the threshold.

    Args:
        ruleset: the pack.
        given: the household; it is not changed.
        as_of: the day of judgement.
        target: what to meet.
        steps: how many smallest units to stay beside it.

    Returns:
        The changed household; the same one where no value of that number would do.
    """
    of = type_of(target.spec)
    assert isinstance(of, Number)

    def gap(value: Decimal) -> Any:
        changed = _with(given, target, value, of)
        if changed is None:
            return None
        sides = (target.compare.left, target.compare.right)
        place = Place.top(ruleset, case_from(ruleset, changed, as_of))
        with localcontext(EXACT):
            left, right = (evaluate(side, place) for side in sides)
        return left - right if is_known(left) and is_known(right) else None  # type: ignore[operator]

    far = FAR if target.spec.maximum is None else Decimal(target.spec.maximum)
    near = Decimal(target.spec.minimum or 0)
    at_near, at_far = gap(near), gap(far)
    if at_near is None or at_far is None or at_near == at_far:
        return given
    value = near - at_near * (far - near) / (at_far - at_near)
    unit = Decimal(1).scaleb(-of.scale)
    value = rounded(value, of.scale) + steps * unit
    if value < near or value > far:
        return given
    return _with(given, target, value, of) or given


def _with(given: Given, target: Target, value: Decimal, of: Number) -> Given | None:
    """The household with another number; None where it has no such record."""
    name, exact = target.spec.name, value if of.scale else int(value)
    if target.owner == HOUSEHOLD:
        return {**given, name: exact}
    people = list(given[MEMBERS])
    for index, person in enumerate(people):
        if target.owner == MEMBER:
            people[index] = {**person, name: exact}
            return {**given, MEMBERS: people}
        if person.get(target.owner):
            first, *rest = person[target.owner]
            people[index] = {**person, target.owner: [{**first, name: exact}, *rest]}
            return {**given, MEMBERS: people}
    return None
