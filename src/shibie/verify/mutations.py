"""Small wrong changes to a rule set: one operator, one threshold, one clause at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, cast

from shibie.language import tree
from shibie.language.operators import OPPOSITE
from shibie.language.tree import Node
from shibie.language.types import Bool, Number
from shibie.ruleset.model import Condition, Register, Rule, RuleSet

_EDGE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_SUM = {"+": "-", "-": "+"}
# An expression in a rule set: how to read it, and how to put another in its place.
Put = Callable[[Node], RuleSet]


@dataclass(frozen=True)
class Mutant:
    """A rule set with one thing wrong.

    Attributes:
        name: `rule.number`.
        rule: id of the rule, fact or comparison that was changed.
        before: the part that was changed.
        after: what it was changed to.
    """

    name: str
    rule: str
    before: Node
    after: Node
    ruleset: RuleSet


def mutants(ruleset: RuleSet) -> Iterator[Mutant]:
    """Every mutant of a pack, rule by rule.

    >>> from shibie.ruleset.loader import load
    >>> found = [each for each in mutants(load("bazhong-2015")) if each.rule == "low_income"]
    >>> found[0].name, found[0].before.op, found[0].after.op, len(found)
    ('low_income.1', '<', '<=', 6)
    """
    counts: dict[str, int] = {}
    for rule, root, put in expressions(ruleset):
        constants = (
            [] if not isinstance(root.type, Bool) else [tree.Literal(True), tree.Literal(False)]
        )
        for before, after, changed in (
            *_changes(root),
            *((root, each, each) for each in constants),
        ):
            counts[rule] = counts.get(rule, 0) + 1
            yield Mutant(f"{rule}.{counts[rule]}", rule, before, after, put(changed))


# --- the expressions of a rule set ------------------------------------------------------


def expressions(ruleset: RuleSet) -> Iterator[tuple[str, Node, Put]]:
    """Every expression that decides something: its rule, the tree, and how to replace it."""
    for key, fact in ruleset.facts.items():
        yield fact.id, fact.node, lambda node, key=key: _with_fact(ruleset, key, node)  # type: ignore[misc]
    yield "poor", ruleset.poor.node, lambda node: replace(ruleset, poor=replace(ruleset.poor, node=node))  # fmt: skip
    for rule in (*ruleset.exclusions, *ruleset.reviews):
        assert rule.when is not None
        yield rule.id, rule.when, lambda node, rule=rule: _with_rule(ruleset, rule, _whole(rule, when=node))  # type: ignore[misc]  # fmt: skip
        for each in rule.unless:

            def other(node: Node, rule: Rule = rule, each: Condition = each) -> RuleSet:
                unless = tuple(
                    replace(item, node=node) if item is each else item for item in rule.unless
                )
                return _with_rule(ruleset, rule, _whole(rule, unless=unless))

            yield each.id, each.node, other
    for rule in (*ruleset.tracks, *ruleset.kinds, *ruleset.tallies):
        yield rule.id, rule.node, lambda node, rule=rule: _with_rule(ruleset, rule, replace(rule, node=node))  # type: ignore[misc]  # fmt: skip
    for register in ruleset.registers.values():
        if register.checks and register.hit is not None:
            yield register.id, register.hit, lambda node, register=register: _with_hit(ruleset, register, node)  # type: ignore[misc]  # fmt: skip


def _with_fact(ruleset: RuleSet, key: Any, node: Node) -> RuleSet:
    rule = replace(ruleset.facts[key], node=node)
    criteria = tuple(
        rule if each.id == rule.id and rule.kind == "criterion" else each
        for each in ruleset.criteria
    )
    return replace(ruleset, facts={**ruleset.facts, key: rule}, criteria=criteria)


def _whole(
    rule: Rule, when: Node | None = None, unless: tuple[Condition, ...] | None = None
) -> Rule:
    """An exclusion put together again: its condition, and none of its exceptions."""
    condition = rule.when if when is None else when
    exceptions = rule.unless if unless is None else unless
    assert condition is not None
    parts = tuple(each.node for each in exceptions)
    node = condition
    if parts:
        node = tree.And((condition, tree.Not(parts[0] if len(parts) == 1 else tree.Or(parts))))
    return replace(rule, when=condition, unless=exceptions, node=node)


def _with_rule(ruleset: RuleSet, rule: Rule, changed: Rule) -> RuleSet:
    places = ("exclusions", "reviews", "tracks", "kinds", "tallies")
    rules: dict[str, Any] = {
        place: tuple(changed if each is rule else each for each in getattr(ruleset, place))
        for place in places
    }
    return replace(ruleset, **rules)


def _with_hit(ruleset: RuleSet, register: Register, node: Node) -> RuleSet:
    assert register.checks is not None
    registers = {**ruleset.registers, register.name: replace(register, hit=node)}
    hits = replace(ruleset.comparisons[register.checks], predicate=node)
    comparisons: Mapping[tuple[str, str], tree.Quantifier] = {
        **ruleset.comparisons, register.checks: hits,
    }  # fmt: skip
    return replace(ruleset, registers=registers, comparisons=comparisons)


# --- the changes of a tree --------------------------------------------------------------


def _changes(node: Node) -> Iterator[tuple[Node, Node, Node]]:
    """(part, changed part, whole tree with it) for every change of a tree or a part of it."""
    for after in _of(node):
        yield node, after, after
    for item in fields(node):
        value = getattr(node, item.name)
        if isinstance(value, Node) and not isinstance(value, tree.Collection):
            for before, after, whole in _changes(value):
                yield before, after, _with(node, item.name, whole)
        elif isinstance(value, tuple):
            for index, entry in enumerate(value):
                if isinstance(entry, Node):
                    for before, after, whole in _changes(entry):
                        changed = (*value[:index], whole, *value[index + 1 :])
                        yield before, after, _with(node, item.name, changed)


def _with(node: Node, name: str, value: object) -> Node:
    changed: dict[str, Any] = {name: value}
    return replace(node, **changed)


def _of(node: Node) -> Iterator[Node]:
    """The changes of the node itself."""
    match node:
        case tree.Compare():
            yield from _of_comparison(node)
        case tree.And(operands) | tree.Or(operands):
            other = tree.Or if isinstance(node, tree.And) else tree.And
            yield other(operands)
            for index in range(len(operands)):
                rest = (*operands[:index], *operands[index + 1 :])
                yield rest[0] if len(rest) == 1 else type(node)(rest)
        case tree.Not(operand):
            yield operand
        case tree.In(operand, values):
            for index in range(len(values)):
                yield replace(node, values=(*values[:index], *values[index + 1 :]))
        case tree.Quantifier(kind, _, predicate):
            if not isinstance(predicate, tree.Literal):
                kinds = {"any": "all", "all": "any", "none": "all"}
                yield replace(node, kind=cast("Any", kinds[kind]))
        case tree.Arithmetic(op) if op in _SUM:
            yield replace(node, op=cast("Any", _SUM[op]))
        case tree.Extremum(kind):
            yield replace(node, kind="max" if kind == "min" else "min")
        case tree.RoundQuotient(places=places) | tree.Round(places=places) if places:
            yield replace(node, places=places - 1)
        case tree.Field() | tree.Fact() | tree.HasCode() | tree.Known() if isinstance(
            node.type, Bool
        ):
            yield tree.Not(node)


def _of_comparison(node: tree.Compare) -> Iterator[Node]:
    if node.op in _EDGE:
        yield replace(node, op=cast("Any", _EDGE[node.op]))
    yield replace(node, op=cast("Any", OPPOSITE[node.op]))
    for side in ("left", "right"):
        of = getattr(node, side)
        if isinstance(of, tree.Parameter | tree.Literal) and isinstance(of.type, Number):
            for step in _steps(node):
                moved = tree.Arithmetic(
                    "+", of, tree.Literal(step, type=of.type), type=_wider(node)
                )
                yield _with(node, side, moved)


def _wider(node: tree.Compare) -> Number:
    types = [cast("Number", side.type) for side in (node.left, node.right)]
    return Number(max(each.scale for each in types), max(each.limit for each in types) + 1)


def _steps(node: tree.Compare) -> tuple[Decimal, Decimal]:
    """One smallest unit of the finer side, up and down."""
    unit = Decimal(1).scaleb(-_wider(node).scale)
    return unit, -unit
