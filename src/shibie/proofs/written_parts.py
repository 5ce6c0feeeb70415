"""The conditions of a pack as they are written, level by level, and claims about one of them.

A level is a condition of a household, of a member, or of the items of a collection inside
another one. What is said of a level, `somewhere` says of a household: that there is a member, or an
item, of which it is so. So it is asked, and confirmed by the interpreter, as any other claim is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shibie.errors import LANGS, Words
from shibie.language.names import EVERYONE
from shibie.language.tree import HOUSEHOLD, MEMBER, Aggregate, Collection, Literal, Node, Quantifier
from shibie.language.walks import walk_outside_items
from shibie.ruleset.conditions import written_conditions
from shibie.ruleset.model import RuleSet
from shibie.words.prose import describe


@dataclass(frozen=True)
class ConditionLevel:
    """A condition or formula as it is written, or what it asks of the items of a collection.

    Attributes:
        id: of the fact, rule, register or standing; of an exception, after its rule's.
        node: the tree.
        owner: whose condition the outermost one is.
        text: of the outermost condition; empty where only a part of it is written.
        inside: the collections from the outermost condition down to this one.
    """

    id: str
    node: Node
    owner: str
    text: str
    inside: tuple[Collection, ...] = ()

    def somewhere(self, condition: Node) -> Node:
        """That a condition at this level is true of some member or item, said of the household."""
        collections = self.inside
        if self.owner == MEMBER:
            collections = (Collection(EVERYONE, HOUSEHOLD), *collections)
        for collection in reversed(collections):
            condition = Quantifier("any", collection, condition)
        return condition

    def words(self, ruleset: RuleSet, part: Node) -> Words:
        """A part of it as it is written, else as it is read."""
        start, length = part.at
        written = " ".join(self.text[start : start + length].split())
        if written:
            return Words(written, written)
        return Words(*(describe(part, ruleset, lang) for lang in LANGS))


def levels(ruleset: RuleSet) -> Iterator[ConditionLevel]:
    """Every condition and formula of a pack that is written, each followed by those inside it.

    >>> from shibie.ruleset.loader import load
    >>> [len(each.inside) for each in levels(load("bazhong-2015")) if each.id == "vehicle"]
    [0]
    """
    for outermost in _outermost(ruleset):
        yield from _within(outermost)


def _outermost(ruleset: RuleSet) -> Iterator[ConditionLevel]:
    for each in written_conditions(ruleset):
        owner = each.rule.owner
        if each.exception is None:
            yield ConditionLevel(each.id, each.node, owner, each.rule.text)
        else:
            yield ConditionLevel(f"{each.rule.id}.{each.id}", each.node, owner, each.exception.text)
    if ruleset.persons is not None:
        yield ConditionLevel("persons", ruleset.persons.counted, MEMBER, "")
    for register in ruleset.registers.values():
        for checked in register.checks:
            yield ConditionLevel(
                f"{register.id}.{checked.field[1]}",
                ruleset.comparisons[checked.field],
                checked.owner,
                "",
            )
    for standing in ruleset.standings:
        if not standing.implied:
            yield ConditionLevel(standing.id, standing.when, HOUSEHOLD, "")


def _within(level: ConditionLevel) -> Iterator[ConditionLevel]:
    yield level
    for part in walk_outside_items(level.node):
        match part:
            case Quantifier(collection=collection, predicate=inner):
                pass
            case Aggregate(collection=collection, operand=Node() as inner):
                pass
            case _:
                continue
        if not isinstance(inner, Literal):
            inside = (*level.inside, collection)
            yield from _within(ConditionLevel(level.id, inner, level.owner, level.text, inside))
