"""The conditions of a rule set, and what they draw on through its facts and registers.

A condition may name a fact, which has a condition of its own, or a declared field that a
register can contradict, behind which stands the comparison with that register. `definition`
is what stands behind a node; `opened` walks on into it.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar, cast, overload

from shibie.language.names import EVERYONE, MEMBERS
from shibie.language.tree import (
    HOUSEHOLD,
    Aggregate,
    Collection,
    Declared,
    Fact,
    Field,
    FoundElsewhere,
    Given,
    Node,
    Quantifier,
)
from shibie.language.walks import children, walk
from shibie.ruleset.model import Condition, Rule, RuleSet
from shibie.vocabulary import Owner

Where = TypeVar("Where", bound=Hashable)
# What a node draws on, and whose values that reads, given whose the node reads.
Behind = Callable[[Node, Where], tuple[Node, Where] | None]
Inside = Callable[[Collection, Where], Where]


# --- the conditions of a rule set -------------------------------------------------------


def rule_conditions(ruleset: RuleSet) -> Iterator[Node]:
    """What the facts and rules say: facts (criteria are among them), rules, `poor`, who counts, standings.

    A criterion comes twice, as a fact and as a rule.
    """
    yield from (rule.node for rule in (*ruleset.facts.values(), *ruleset.rules, ruleset.poor))
    yield from who_counts_conditions(ruleset)
    yield from (each.when for each in ruleset.standings if not each.implied)
    if ruleset.exits is not None:
        yield ruleset.exits.when


def household_conditions(ruleset: RuleSet) -> Iterator[Node]:
    """What says something of a household: as `rule_conditions`, and every comparison."""
    yield from rule_conditions(ruleset)
    yield from ruleset.comparisons.values()


def all_conditions(ruleset: RuleSet) -> Iterator[Node]:
    """As `rule_conditions`, and what counts as a hit, what steps demand, days of notice."""
    yield from rule_conditions(ruleset)
    for register in ruleset.registers.values():
        yield from (checked.hit for checked in register.checks if checked.hit)
    for step in ruleset.procedure:
        yield from (condition.node for condition in step.must)
        if step.min_days is not None:
            yield step.min_days


def deciding_conditions(ruleset: RuleSet) -> tuple[Node, ...]:
    """The conditions that eligibility rests on: `poor`, exclusions and reviews.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> len(deciding_conditions(ruleset)) == 1 + len(ruleset.exclusions) + len(ruleset.reviews)
    True
    """
    rules = (ruleset.poor, *ruleset.exclusions, *ruleset.reviews)
    return tuple(rule.node for rule in rules)


def who_counts_conditions(ruleset: RuleSet) -> tuple[Node, ...]:
    """The condition on a member that says who counts, where the pack has one.

    >>> from shibie.ruleset.loader import load
    >>> [len(who_counts_conditions(load(name))) for name in ("bazhong-2015", "us-snap-2024")]
    [1, 0]
    """
    return () if ruleset.persons is None else (ruleset.persons.counted,)


def drawn_on(ruleset: RuleSet) -> tuple[Node, ...]:
    """Whatever eligibility draws on: the deciding conditions, and who counts as a person.

    The last is a condition on a member, the others are on the household.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("us-snap-2024")
    >>> drawn_on(ruleset) == deciding_conditions(ruleset)  # it has no `persons:`
    True
    """
    return (*deciding_conditions(ruleset), *who_counts_conditions(ruleset))


@dataclass(frozen=True)
class WrittenCondition:
    """A condition or formula as its author wrote it, of a fact, a rule or an exception.

    Attributes:
        id: of the fact, rule or exception.
        node: the tree; of an exclusion or review, without its exceptions.
        rule: whose it is.
        exception: the exception, where it is one.
    """

    id: str
    node: Node
    rule: Rule
    exception: Condition | None = None


def written_conditions(ruleset: RuleSet) -> Iterator[WrittenCondition]:
    """Every condition of facts and rules once, each exception by itself; not what is implied.

    >>> from shibie.ruleset.loader import load
    >>> [each.id for each in written_conditions(load("bazhong-2015"))][-3:]
    ['exit_water', 'exit_power', 'exit_broadcast']
    """
    rules = (*ruleset.facts.values(), ruleset.poor, *ruleset.exclusions, *ruleset.reviews)
    for rule in (each for each in rules if not each.implied):
        yield WrittenCondition(rule.id, rule.when or rule.node, rule)
        yield from (WrittenCondition(each.id, each.node, rule, each) for each in rule.unless)
    exits = ruleset.exits.criteria if ruleset.exits else ()
    for rule in (*ruleset.tracks, *ruleset.kinds, *ruleset.tallies, *exits):
        yield WrittenCondition(rule.id, rule.node, rule)


# --- what conditions draw on ------------------------------------------------------------


@overload
def definition(ruleset: RuleSet, node: Fact) -> Node: ...
@overload
def definition(ruleset: RuleSet, node: Node) -> Node | None: ...
def definition(ruleset: RuleSet, node: Node) -> Node | None:
    """What stands behind a fact, or behind a field that a register can contradict.

    >>> from shibie.ruleset.loader import load
    >>> type(definition(load("bazhong-2015"), Field("household", "owns_vehicle"))).__name__
    'Quantifier'
    """
    match node:
        case Fact(owner=owner, name=name):
            return ruleset.facts[cast("Owner", owner), name].node
        case Field(owner=owner, name=name):
            return ruleset.comparison_of(owner, name)
    return None


def opened(ruleset: RuleSet, *roots: Node, comparisons: bool = True) -> Iterator[Node]:
    """The nodes of conditions, and after each fact or compared field those behind it.

    Each definition is gone into once, where it is first met.

    Args:
        ruleset: the rule set that defines the facts.
        roots: the conditions.
        comparisons: whether to go on into the comparisons behind declared fields too.
    """

    def behind(node: Node, _: None) -> tuple[Node, None] | None:
        found = definition(ruleset, node) if comparisons or isinstance(node, Fact) else None
        return None if found is None else (found, None)

    for node, _ in opened_at(roots, None, behind, lambda *_: None):
        yield node


def opened_at(
    roots: Iterable[Node], place: Where, behind: Behind[Where], inside: Inside[Where]
) -> Iterator[tuple[Node, Where]]:
    """As `opened`, each node with the place at which it is read: whose values it means.

    Args:
        roots: the conditions.
        place: where they are read.
        behind: the definition behind a node and where that is read; each is gone into once
            for each place.
        inside: where the condition on the items of a collection is read.
    """
    seen: set[tuple[Node, Where]] = set()

    def read(node: Node, place: Where) -> Iterator[tuple[Node, Where]]:
        yield node, place
        found = behind(node, place)
        if found is not None and (node, found[1]) not in seen:
            seen.add((node, found[1]))
            yield from read(*found)
        if isinstance(node, Quantifier | Aggregate):
            place = inside(node.collection, place)
        for child in children(node):
            yield from read(child, place)

    for root in roots:
        yield from read(root, place)


def fields_used(ruleset: RuleSet, nodes: Iterable[Node]) -> set[tuple[str, str]]:
    """Every (owner, field) that conditions draw on, through facts and comparisons too.

    What a claim asks of the decision or of a rule is no field.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> sorted(fields_used(ruleset, [ruleset.rule("vehicle").node]))
    [('household', 'owns_vehicle'), ('vehicles', 'kind')]
    """
    return {
        (node.owner, node.name)
        for node in opened(ruleset, *nodes)
        if isinstance(node, Field) and not node.owner.startswith(("rule:", "decision"))
    }


def is_sensitive(ruleset: RuleSet, field: Field) -> bool:
    """Whether a field is masked wherever it is shown.

    >>> from shibie.ruleset.loader import load
    >>> is_sensitive(load("bazhong-2015"), Field("member", "health"))
    True
    """
    spec = ruleset.field_spec(field.owner, field.name)
    return spec is not None and spec.sensitive


def counts_matter(ruleset: RuleSet, collection: Collection) -> bool:
    """Whether a collection has only items of who counts: the members, or a register's rows of them.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> cars, payroll = Collection("vehicles", "household"), Collection("payroll", "household")
    >>> counts_matter(ruleset, cars), counts_matter(ruleset, payroll)
    (True, False)
    """
    name = collection.name
    if ruleset.persons is None or name == EVERYONE or collection.owner != HOUSEHOLD:
        return False
    return name == MEMBERS or (not collection.whole and ruleset.registers[name].of != EVERYONE)


def reads_row_only(node: Node, register: str) -> bool:
    """Whether a condition on a row reads nothing but its columns, parameters and the day."""
    for part in walk(node):
        match part:
            case Field(owner=owner) if owner == register:
                continue
            case Field() | Declared() | Given() | FoundElsewhere() | Fact() | Collection():
                return False
    return True


def collections_used(ruleset: RuleSet, nodes: Iterable[Node], comparisons: bool = True) -> set[str]:
    """The names of the collections that conditions draw on: registers, and the members.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> owns = Field("household", "owns_vehicle")
    >>> collections_used(ruleset, [owns]), collections_used(ruleset, [owns], comparisons=False)
    ({'vehicles'}, set())
    """
    found = opened(ruleset, *nodes, comparisons=comparisons)
    return {node.name for node in found if isinstance(node, Collection)}


def registers_read(ruleset: RuleSet, rule: Rule) -> tuple[str, ...]:
    """The registers whose rows may be clues of a rule, its exceptions apart, in the pack's order.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> registers_read(ruleset, ruleset.rule("vehicle"))
    ('vehicles',)
    """
    used = collections_used(ruleset, [rule.when or rule.node])
    return tuple(name for name in ruleset.registers if name in used)
