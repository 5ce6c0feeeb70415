"""The unit in which a value is."""

from __future__ import annotations

from typing import Any, cast

from shibie.language import tree
from shibie.language.tree import Node
from shibie.ruleset.model import RuleSet
from shibie.words.values import currencies

# The units of numbers that an amount is multiplied with, or divided by.
_FACTORS = frozenset(("", "%", "倍", "人", "times", "percent", "persons", "people"))


def unit_of(node: Node, ruleset: RuleSet) -> str:
    """The unit of a value; nothing where it has none, or none that could be said.

    >>> from shibie.ruleset.loader import load
    >>> rules = load("low-income-2024")
    >>> margin = rules.facts["household", "per_capita_income"].node
    >>> unit_of(margin, rules)
    '元/年'
    """
    return _sayable(node, ruleset) or ""


def _sayable(node: Node, ruleset: RuleSet) -> str | None:
    """The unit of a value, empty of a number as such; None where it cannot be said."""
    match node:
        case tree.Field(owner=owner, name=name):
            spec = ruleset.field_spec(owner, name)
            return spec.unit if spec else ""
        case tree.Fact(owner=owner, name=name):
            return ruleset.facts[cast("Any", owner), name].unit
        case tree.Parameter(name=name):
            return ruleset.parameters[name].unit
        case tree.Negate(operand=of) | tree.Absolute(operand=of) | tree.Round(operand=of):
            return _sayable(of, ruleset)
        case tree.Aggregate(kind=kind, operand=of) if of is not None and kind != "count":
            return _sayable(of, ruleset)
        case tree.RoundQuotient(numerator=numerator, denominator=denominator):
            return _scaled(numerator, denominator, ruleset)
        case tree.Arithmetic(op="*", left=left, right=right):
            first = _scaled(left, right, ruleset)
            return _scaled(right, left, ruleset) if first is None else first
        case tree.Arithmetic(left=left, right=right):
            return _common((left, right), ruleset)
        case tree.Extremum(operands=operands):
            return _common(operands, ruleset)
        case tree.Choose(then=then, otherwise=otherwise):
            return _common((then, otherwise), ruleset)
        case _:
            return ""


def _scaled(node: Node, factor: Node, ruleset: RuleSet) -> str | None:
    """The unit of so many times, or of a share of, an amount of money or a number as such.

    Of nothing else: twelve times a number of years is no number of years.
    """
    unit = _sayable(node, ruleset)
    if unit is None or _sayable(factor, ruleset) not in _FACTORS:
        return None
    if unit in _FACTORS:
        return ""
    return unit if unit.split("/")[0] in currencies(ruleset) else None


def _common(nodes: tuple[Node, ...], ruleset: RuleSet) -> str | None:
    """The unit in which all are, whether by the month or by the year; constants aside."""
    units = {_sayable(each, ruleset) for each in nodes if not isinstance(each, tree.Literal)}
    said = {unit for unit in units if unit is not None}
    if len(said) < len(units) or len({unit.split("/")[0] for unit in said}) > 1:
        return None
    return min(said, default="")
