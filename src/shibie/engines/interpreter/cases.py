"""The table of cases: what each operator reads as."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shibie.engines.interpreter.aggregates import AGGREGATES
from shibie.engines.interpreter.leaves import LEAVES
from shibie.engines.interpreter.membership import completeness
from shibie.engines.interpreter.operations import OPERATIONS
from shibie.engines.interpreter.visiting import CASES, Reads, Visit
from shibie.engines.place import Place
from shibie.language import tree
from shibie.language.operators import Key, Rewrite, table
from shibie.language.tree import Node


def rewritten(rewrite: Rewrite) -> Reads:
    """A composite operator by its rewriting; a trace shows the operands of what it is made of."""

    def composite(node: Node, place: Place, visit: Visit) -> Any:
        simpler = rewrite(node)
        return CASES[simpler.operator](simpler, place, visit)

    return composite


# What each operator reads as, by itself: every composite operator too, because they are asked for
# each household, and because a trace must show the operands and items that the author wrote.
OWN: Mapping[Key, Reads] = {
    **LEAVES, **OPERATIONS, **AGGREGATES, (tree.Collection, ""): completeness,
}  # fmt: skip

CASES.update(table("interpreter", OWN, rewritten))
