"""What a rule set says beforehand of a number: that it is never negative, that it may have no value.

Both only matter where items may be missing: a sum of what is never negative has a least value all
the same, and a least item of which some are unknown has bounds if each has a value at all.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from shibie.language import tree
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.walks import children
from shibie.ruleset.conditions import definition
from shibie.ruleset.model import RuleSet


def never_negative(ruleset: RuleSet, node: Node) -> bool:
    """Whether a number cannot be below zero, by what it is made of.

    >>> from shibie.ruleset.loader import load
    >>> never_negative(load("bazhong-2015"), tree.Field("household", "wage_income"))
    True
    """
    return _kept(ruleset, "never_negative", node, _never_negative)


def may_lack_value(ruleset: RuleSet, node: Node) -> bool:
    """Whether a number or date may have no value although all it is made of is known.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> may_lack_value(ruleset, ruleset.facts["household", "per_capita_net_income"].node)
    True
    """
    return _kept(ruleset, "may_lack_value", node, _may_lack_value)


def at_least_zero(ruleset: RuleSet, node: Node) -> bool:
    """Whether a number of which nothing is known is at least 0 all the same.

    >>> from shibie.ruleset.loader import load
    >>> at_least_zero(load("bazhong-2015"), tree.Field("household", "wage_income"))
    True
    """
    return never_negative(ruleset, node) and not may_lack_value(ruleset, node)


def _kept(ruleset: RuleSet, name: str, node: Node, ask: Callable[[RuleSet, Node], bool]) -> bool:
    made: dict[Any, bool] = ruleset.__dict__.setdefault(f"_{name}", {})
    if node not in made:
        made[node] = ask(ruleset, node)
    return made[node]


def _never_negative(ruleset: RuleSet, node: Node) -> bool:
    def sure(part: Node) -> bool:
        return never_negative(ruleset, part)

    match node:
        case tree.Literal(value=value):
            return isinstance(value, Decimal) and value >= 0
        case tree.Field(owner=owner, name=name) | tree.Declared(owner=owner, name=name):
            spec = ruleset.field_spec(owner, name)
            return spec is not None and spec.minimum is not None and spec.minimum >= 0
        case tree.Fact():
            return sure(definition(ruleset, node))
        case tree.Parameter(name=name):
            return all(value >= 0 for value in ruleset.parameters[name].every_value())
        case tree.Given() | tree.Absolute() | tree.DatePart():
            return True
        case tree.Choose(then=then, otherwise=otherwise):
            return sure(then) and sure(otherwise)
        case tree.Arithmetic(op="+" | "*", left=left, right=right):
            return sure(left) and sure(right)
        case tree.Round(operand=operand):
            return sure(operand)
        case tree.RoundQuotient(numerator=numerator, denominator=denominator):
            return sure(numerator) and sure(denominator)
        case tree.Extremum(kind=kind, operands=operands):
            return any(map(sure, operands)) if kind == "max" else all(map(sure, operands))
        case tree.Aggregate(kind="count"):
            return True
        case tree.Aggregate(operand=Node() as operand):
            return sure(operand)
    return False


def _may_lack_value(ruleset: RuleSet, node: Node) -> bool:
    match node:
        case tree.RoundQuotient() | tree.Parameter():
            return True
        case tree.Aggregate(kind="min" | "max"):
            return True
        case tree.Aggregate() | tree.Quantifier():
            return False
        case tree.Fact():
            return may_lack_value(ruleset, definition(ruleset, node))
        case tree.Field(owner=owner):
            # What is told of steps or of the decision is no number of the form.
            return owner not in (HOUSEHOLD, MEMBER, *ruleset.registers)
    return any(may_lack_value(ruleset, child) for child in children(node))
