"""What a case of the interpreter is given: a node, its place, and how to ask for operands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shibie.engines.place import Place
from shibie.language.operators import Key
from shibie.language.tree import Node

Visit = Callable[[Node, Place], Any]
Reads = Callable[[Any, Place, Visit], Any]

# One for each operator; `cases` puts them in, as they ask for each other through it.
CASES: dict[Key, Reads] = {}


def silently(node: Node, place: Place) -> Any:
    """The value of a node and nothing else: the way to ask for operands where nobody traces."""
    return CASES[node.operator](node, place, silently)
