"""What decides whether a person counts, part by part: few trees, of which the reason is made.

The condition is taken apart down to what is no longer and, or, not, nor a fact of the person.
Of each part only the truth is asked, so that whoever decides, Python or a database, comes to
the same few combinations; each is put into words once.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from shibie.language.tree import MEMBER, And, Declared, Fact, Field, Node, Not, Or
from shibie.ruleset.model import RuleSet


def operands(ruleset: RuleSet, node: Node) -> tuple[Node, ...]:
    """What a part of the condition is made of; nothing where it is asked as a whole."""
    match node:
        case And(operands=several) | Or(operands=several):
            return several
        case Not(operand=operand):
            return (operand,)
        case Fact(owner=owner, name=name) if owner == MEMBER:
            return (ruleset.facts["member", name].node,)
    return ()


def declared(ruleset: RuleSet, node: Node) -> Declared | None:
    """Of a part that a register is compared for, what the form says before."""
    if isinstance(node, Field) and ruleset.comparison_of(node.owner, node.name) is not None:
        return Declared(node.owner, node.name, type=node.type)
    return None


def parts(ruleset: RuleSet) -> tuple[Node, ...]:
    """The trees to be asked of each person: who counts, and each part of that; none without `persons:`."""
    return ruleset.kept("membership_parts", partial(_parts, ruleset))


def _parts(ruleset: RuleSet) -> tuple[Node, ...]:
    if ruleset.persons is None:
        return ()
    leaves = tuple(_leaves(ruleset, ruleset.persons.counted))
    said = (declared(ruleset, each) for each in leaves)
    every = (ruleset.persons.counted, *leaves, *(each for each in said if each is not None))
    return tuple(dict.fromkeys(every))


def _leaves(ruleset: RuleSet, node: Node) -> Iterator[Node]:
    below = operands(ruleset, node)
    for each in below:
        yield from _leaves(ruleset, each)
    if not below:
        yield node
