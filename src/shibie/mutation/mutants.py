"""Small wrong changes to a rule set: one operator, one threshold, one clause at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from typing import Any, cast

from shibie.language import tree
from shibie.language.operators import OPPOSITE
from shibie.language.tree import Node
from shibie.language.types import Bool, Number
from shibie.language.walks import parts
from shibie.ruleset.conditions import WrittenCondition, written_conditions
from shibie.ruleset.model import (
    CheckedFact,
    Condition,
    Exits,
    Persons,
    Register,
    RosterStanding,
    Rule,
    RuleSet,
)

_EDGE = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
_SUM = {"+": "-", "-": "+"}
# As what mutants of who counts, and of who has left poverty, are named.
PERSONS, EXITS = "persons", "exits"
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
    for each in written_conditions(ruleset):
        yield each.id, each.node, partial(_with_written, ruleset, each)
    for standing in ruleset.standings:
        if not standing.implied:
            name = f"standing.{standing.id}"
            yield name, standing.when, partial(_with_standing, ruleset, standing)
    if ruleset.exits is not None:
        yield EXITS, ruleset.exits.when, partial(_with_exits, ruleset, ruleset.exits)
    if ruleset.persons is not None:
        yield PERSONS, ruleset.persons.counted, partial(_with_counted, ruleset, ruleset.persons)
    for register in ruleset.registers.values():
        for checked in register.checks:
            if checked.hit is not None:
                yield register.id, checked.hit, partial(_with_hit, ruleset, register, checked)


def _with_written(ruleset: RuleSet, written: WrittenCondition, node: Node) -> RuleSet:
    """The rule set with another condition of a fact, a rule or an exception."""
    rule = written.rule
    if rule.when is None:
        return _with_rule(ruleset, rule, replace(rule, node=node))
    if written.exception is None:
        return _with_rule(ruleset, rule, _whole(rule, node, rule.unless))
    unless = tuple(
        replace(each, node=node) if each is written.exception else each for each in rule.unless
    )
    return _with_rule(ruleset, rule, _whole(rule, rule.when, unless))


def _whole(rule: Rule, when: Node, unless: tuple[Condition, ...]) -> Rule:
    """Rebuilds an exclusion from its condition and its exceptions."""
    exceptions = tuple(each.node for each in unless)
    node = when
    if exceptions:
        excepted = exceptions[0] if len(exceptions) == 1 else tree.Or(exceptions)
        node = tree.And((when, tree.Not(excepted)))
    return replace(rule, when=when, unless=unless, node=node)


def _with_rule(ruleset: RuleSet, rule: Rule, changed: Rule) -> RuleSet:
    """The rule set with a rule changed wherever it stands; a criterion is a fact too."""
    places = ("criteria", "exclusions", "reviews", "tracks", "kinds", "tallies")
    rules: dict[str, Any] = {
        place: tuple(changed if each is rule else each for each in getattr(ruleset, place))
        for place in places
    }
    rules["facts"] = {key: changed if each is rule else each for key, each in ruleset.facts.items()}
    rules["poor"] = changed if ruleset.poor is rule else ruleset.poor
    if ruleset.exits is not None:
        asked = tuple(changed if each is rule else each for each in ruleset.exits.criteria)
        rules["exits"] = replace(ruleset.exits, criteria=asked)
    return replace(ruleset, **rules)


def _with_standing(ruleset: RuleSet, standing: RosterStanding, node: Node) -> RuleSet:
    changed = replace(standing, when=node)
    others = (changed if each is standing else each for each in ruleset.standings)
    return replace(ruleset, standings=tuple(others))


def _with_exits(ruleset: RuleSet, exits: Exits, node: Node) -> RuleSet:
    return replace(ruleset, exits=replace(exits, when=node))


def _with_counted(ruleset: RuleSet, persons: Persons, node: Node) -> RuleSet:
    return replace(ruleset, persons=replace(persons, counted=node))


def _with_hit(ruleset: RuleSet, register: Register, checked: CheckedFact, node: Node) -> RuleSet:
    checks = tuple(replace(each, hit=node) if each is checked else each for each in register.checks)
    registers = {**ruleset.registers, register.name: replace(register, checks=checks)}
    hits = replace(ruleset.comparisons[checked.field], predicate=node)
    comparisons: Mapping[tuple[str, str], tree.Quantifier] = {
        **ruleset.comparisons, checked.field: hits,
    }  # fmt: skip
    return replace(ruleset, registers=registers, comparisons=comparisons)


# --- the changes of a tree --------------------------------------------------------------


def _changes(node: Node) -> Iterator[tuple[Node, Node, Node]]:
    """(part, changed part, whole tree with it) for every change of a tree or a part of it."""
    for part, put_back in parts(node):
        for after in _of(part):
            yield part, after, put_back(after)


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
    for name in ("left", "right"):
        side = getattr(node, name)
        if isinstance(side, tree.Parameter | tree.Literal) and isinstance(side.type, Number):
            for step in _steps(node):
                unit = tree.Literal(step, type=side.type)
                moved = tree.Arithmetic("+", side, unit, type=_wider(node))
                yield replace(node, **cast("Any", {name: moved}))


def _wider(node: tree.Compare) -> Number:
    types = [cast("Number", side.type) for side in (node.left, node.right)]
    return Number(max(each.scale for each in types), max(each.limit for each in types) + 1)


def _steps(node: tree.Compare) -> tuple[Decimal, Decimal]:
    """The smallest unit of the side with more decimal places, up and down."""
    unit = Decimal(1).scaleb(-_wider(node).scale)
    return unit, -unit
