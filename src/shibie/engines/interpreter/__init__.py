"""The reference reading: one household at a time, exact, three-valued, with a trace.

A number of which only the least and the most is known is a value, too (`Bounds`).

Each operator has one function that asks for its operands through `visit`. Evaluating
and tracing differ only in what `visit` does, so a trace can never disagree with the value.

`leaves.py`, `operations.py` and `aggregates.py` hold these functions, `membership.py` which
items a collection has, `cases.py` the table of all.
"""

from __future__ import annotations

from decimal import localcontext
from typing import cast

from shibie.case import Case, Value
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import cases as cases  # fills the table
from shibie.engines.interpreter.leaves import counted_key
from shibie.engines.interpreter.membership import (
    crowd_of,
    items,
    may_count_in,
    values_of_crowd,
)
from shibie.engines.interpreter.visiting import CASES, silently
from shibie.engines.kleene import Truth
from shibie.engines.place import Place
from shibie.language.tree import Node
from shibie.ruleset.model import RuleSet

__all__ = [
    "CASES", "Place", "counted_key", "crowd_of", "evaluate", "items", "may_count_in", "truth",
    "values_of_crowd",
]  # fmt: skip


def evaluate(node: Node, place: Place) -> Value:
    """The value of a node: None where it is unknown.

    >>> from shibie.language import tree
    >>> evaluate(tree.Not(tree.Literal(True)), cast("Place", None))
    False
    """
    value: Value = CASES[node.operator](node, place, silently)
    return value


def truth(node: Node, ruleset: RuleSet, case: Case) -> Truth:
    """The truth of a household condition."""
    with localcontext(EXACT):
        return cast("Truth", evaluate(node, Place.top(ruleset, case)))
