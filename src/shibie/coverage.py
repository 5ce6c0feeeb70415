"""What the rule tests of a pack look at: every leaf test of every condition.

A leaf is a part of a condition that is not itself `and`, `or` or `not`. Of each leaf a pack
should test all three truths; and where a condition has several, one case in which the leaf
alone makes it true, and one in which it alone makes it false (MC/DC, with masking).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import localcontext
from math import floor
from typing import Literal

from shibie.case import Case
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate, items
from shibie.engines.kleene import Truth, conjunction, disjunction, negation
from shibie.engines.place import Place
from shibie.errors import Words
from shibie.language import tree
from shibie.language.tree import MEMBER, Collection, Node
from shibie.language.types import Bool
from shibie.language.walks import walk, walk_outside_items
from shibie.ruleset.conditions import written_conditions
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import Owner
from shibie.words import terms
from shibie.words.prose import describe

# A truth that a leaf takes, or a truth by which it alone decides its condition.
Way = Literal["true", "false", "unknown", "decides_true", "decides_false"]
WAYS: tuple[Way, ...] = ("true", "false", "unknown", "decides_true", "decides_false")
_WORDS: Mapping[Way, Words] = {
    "true": terms.HOLDS, "false": terms.DOES_NOT_HOLD, "unknown": Words("未知", "is unknown"),
    "decides_true": Words("成立，并由它一项决定", "holds and alone decides"),
    "decides_false": Words("不成立，并由它一项决定", "does not hold and alone decides"),
}  # fmt: skip


@dataclass(frozen=True)
class Examined:
    """A condition: a rule's own, or one on the items of a collection inside it.

    Attributes:
        rule: id of the rule, exception, fact or comparison.
        node: the condition.
        owner: whose condition the rule's is.
        inside: the collections from the rule's condition down to this one.
    """

    rule: str
    node: Node
    owner: str
    inside: tuple[Collection, ...] = ()

    @property
    def leaves(self) -> tuple[Node, ...]:
        """The parts that are not themselves logic."""
        return tuple(dict.fromkeys(_leaves(self.node)))

    def ways(self, leaf: Node) -> tuple[Way, ...]:
        """What is to be seen of a leaf; a leaf that is the condition decides it anyway.

        Whether something is known is never unknown itself. And where it guards what reads the same
        value, that is unknown while it is false, so that it turns the condition alone never.
        """
        ways = WAYS if len(self.leaves) > 1 else WAYS[:3]
        if not isinstance(leaf, tree.Known | tree.Sure):
            return ways
        guarded = any(leaf.operand in walk(each) for each in self.leaves if each != leaf)
        never = ("unknown", "decides_false") if guarded else ("unknown",)
        return tuple(way for way in ways if way not in never)


@dataclass(frozen=True)
class Missing:
    """Something about a leaf that no test shows."""

    tested: Examined
    leaf: Node
    way: Way


@dataclass(frozen=True)
class Coverage:
    """What the tests of a pack show of each rule, and what they do not.

    Attributes:
        wanted: for each rule, how many things there are to see.
        missing: what no test shows, rule by rule.
    """

    wanted: Mapping[str, int]
    missing: tuple[Missing, ...]

    def percent(self, rule: str | None = None) -> float:
        """Share seen, of one rule or of all; rounded down, so that 100 means everything."""
        wanted = sum(self.wanted.values()) if rule is None else self.wanted[rule]
        unseen = sum(rule in (None, each.tested.rule) for each in self.missing)
        return floor(1000 * (wanted - unseen) / wanted) / 10 if wanted else 100.0


def conditions(ruleset: RuleSet) -> Iterator[Examined]:
    """Every condition of a pack, with those inside it.

    >>> from shibie.ruleset.loader import load
    >>> [len(each.leaves) for each in conditions(load("bazhong-2015")) if each.rule == "poor"]
    [5]
    """
    roots: list[tuple[str, Node, Owner]] = [
        (each.id, each.node, each.rule.owner)
        for each in written_conditions(ruleset)
        if isinstance(each.node.type, Bool)
    ]
    for register in ruleset.registers.values():
        for checked in register.checks:
            roots.append((register.id, ruleset.comparisons[checked.field], checked.owner))
    for rule_id, node, owner in roots:
        yield from _within(Examined(rule_id, node, owner))


def _within(tested: Examined) -> Iterator[Examined]:
    yield tested
    for collection, predicate in _predicates(tested.node):
        inside = (*tested.inside, collection)
        yield from _within(Examined(tested.rule, predicate, tested.owner, inside))


def _predicates(node: Node) -> Iterator[tuple[Collection, Node]]:
    """The conditions on items that stand in a condition, not those inside them in turn."""
    for part in walk_outside_items(node):
        match part:
            case tree.Quantifier(collection=collection, predicate=predicate):
                if not isinstance(predicate, tree.Literal):
                    yield collection, predicate
            case tree.Aggregate(collection=collection, operand=operand):
                if operand is not None and isinstance(operand.type, Bool):
                    yield collection, operand


def _leaves(node: Node) -> Iterator[Node]:
    for part in walk(node, below=_is_logic):
        if not _is_logic(part) and not isinstance(part, tree.Literal):
            yield part


def _is_logic(node: Node) -> bool:
    return isinstance(node, tree.And | tree.Or | tree.Not)


def combined(node: Node, leaves: Mapping[Node, Truth]) -> Truth:
    """The truth of a condition whose leaves have these truths.

    >>> a, b = tree.Field("household", "a"), tree.Field("household", "b")
    >>> combined(tree.And((a, tree.Not(b))), {a: True, b: None}) is None
    True
    """
    match node:
        case tree.And(operands):
            return conjunction([combined(each, leaves) for each in operands])
        case tree.Or(operands):
            return disjunction([combined(each, leaves) for each in operands])
        case tree.Not(operand):
            return negation(combined(operand, leaves))
        case tree.Literal(value=bool() as value):
            return value
        case _:
            return leaves[node]


def measure(ruleset: RuleSet, cases: Iterable[Case]) -> Coverage:
    """What cases show of the conditions of a pack.

    Args:
        ruleset: the pack.
        cases: those of its tests.
    """
    every = list(dict.fromkeys(conditions(ruleset)))
    seen: dict[Examined, set[tuple[Node, Way]]] = {tested: set() for tested in every}
    with localcontext(EXACT):
        for case in cases:
            place = Place.top(ruleset, case)
            for tested in every:
                if tested.inside:
                    continue
                for at in _places(tested.owner, place):
                    _look(tested, at, seen)
    wanted: dict[str, int] = {}
    missing = []
    for tested in every:
        for leaf in tested.leaves:
            for way in tested.ways(leaf):
                wanted[tested.rule] = wanted.get(tested.rule, 0) + 1
                if (leaf, way) not in seen[tested]:
                    missing.append(Missing(tested, leaf, way))
    return Coverage(wanted, tuple(missing))


def _places(owner: str, place: Place) -> Iterator[Place]:
    if owner != MEMBER:
        yield place
        return
    for index in range(len(place.case.household.members)):
        yield place.at_member(index)


def _look(tested: Examined, place: Place, seen: dict[Examined, set[tuple[Node, Way]]]) -> None:
    """Note what one place shows of a condition and of those inside it."""
    values = {leaf: _truth(leaf, place) for leaf in tested.leaves}
    for leaf, value in values.items():
        seen[tested].add((leaf, "unknown" if value is None else "true" if value else "false"))
        if value is not None and _decides(tested.node, leaf, values):
            seen[tested].add((leaf, "decides_true" if value else "decides_false"))
    for collection, predicate in _predicates(tested.node):
        inner = Examined(tested.rule, predicate, tested.owner, (*tested.inside, collection))
        for item in items(collection, place):
            _look(inner, item, seen)


def _truth(node: Node, place: Place) -> Truth:
    value = evaluate(node, place)
    assert value is None or isinstance(value, bool)
    return value


def _decides(node: Node, leaf: Node, values: Mapping[Node, Truth]) -> bool:
    """Whether the condition turns with this leaf alone, from true to false."""
    ways = {combined(node, {**values, leaf: value}) for value in (True, False)}
    return ways == {True, False}


def unseen_words(ruleset: RuleSet, missing: Missing) -> Words:
    """What is not seen, for people."""
    rule, way = missing.tested.rule, _WORDS[missing.way]
    return Words(
        f"{rule} 的“{describe(missing.leaf, ruleset, 'zh')}”{way.zh}",
        f"{rule}: '{describe(missing.leaf, ruleset, 'en')}' {way.en}",
    )
