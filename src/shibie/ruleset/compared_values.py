"""What conditions hold values against: the numbers, days, texts and codes written in a pack.

Whoever looks for the values at which a rule set changes its mind begins here: explanations,
the households that tests draw, and the search for thresholds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from shibie.language.tree import Compare, Constant, HasCode, In, Literal, Node, Parameter
from shibie.language.types import Number
from shibie.ruleset.model import RuleSet


@dataclass(frozen=True)
class ComparedValue:
    """A value that a condition asks for, and what it is held against.

    Attributes:
        condition: the comparison of two values, the list or the code asked for.
        asked: the operand whose value is asked for.
        against: the other side of a comparison; None for a list or a code.
        values: what is written there: literals, and a parameter's values while in force.
    """

    condition: Compare | In | HasCode
    asked: Node
    against: Node | None
    values: tuple[Constant, ...]


def compared_values(ruleset: RuleSet, node: Node) -> Iterator[ComparedValue]:
    """What the node itself compares; each side of a comparison is held against the other.

    >>> from shibie.language.tree import Field
    >>> from shibie.ruleset.loader import load
    >>> kind, car = Field("vehicles", "kind"), Literal("小型汽车")
    >>> [each.values for each in compared_values(load("bazhong-2015"), Compare("==", kind, car))]
    [('小型汽车',), ()]
    """
    match node:
        case In(operand=operand, values=values):
            yield ComparedValue(node, operand, None, values)
        case HasCode(operand=operand, code=code):
            yield ComparedValue(node, operand, None, (code,))
        case Compare(left=left, right=right):
            for asked, against in ((left, right), (right, left)):
                yield ComparedValue(node, asked, against, tuple(_written(ruleset, against)))


def compares_numbers(node: Node) -> TypeGuard[Compare]:
    """Whether a node compares two numbers.

    >>> from shibie.language.tree import Field
    >>> income, name = Field("household", "income", type=Number(2, 9)), Field("household", "name")
    >>> compares_numbers(Compare("<", income, income)), compares_numbers(Compare("==", name, name))
    (True, False)
    """
    return isinstance(node, Compare) and isinstance(node.left.type, Number)


def _written(ruleset: RuleSet, node: Node) -> Iterator[Constant]:
    """A literal, or the values of a parameter, of any key, on some day of the rule set's."""
    match node:
        case Literal(value=value):
            yield value
        case Parameter(name=name):
            for series in ruleset.parameters[name].series.values():
                for index, (day, value) in enumerate(series):
                    replaced = series[index + 1][0] if index + 1 < len(series) else None
                    ended = replaced is not None and replaced <= ruleset.effective_from
                    if day <= ruleset.effective_to and not ended:
                        yield value
