"""When a proof for a bounded number of members and rows holds for households of every size.

The argument, step by step, is in the manual (docs/verify.md). In short: let every sum and
count be any number at all, and a quotient any number that grows with its numerator. What
still cannot happen then cannot happen at all. A condition so loosened speaks of members and
rows only by saying that there is one of some sort, or none. A household that refutes it can
lose everybody but one for each such statement, and still refutes it. `enough` counts the
statements; `loosened` has the loosened reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from shibie.engines.solver.household import Bound
from shibie.language import tree
from shibie.language.names import PEOPLE
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.ruleset.conditions import counts_matter, definition, fields_used, opened, opened_at
from shibie.ruleset.model import Rule, RuleSet

# A household, and the same one changed.
READINGS = 2
# Each quantifier says at most two things: there is an item for which it is true, and one
# for which it is not false. An aggregate: there is an item, and one of which something is unknown,
# maybe that it belongs.
STATEMENTS = 2


class _Statements:
    """Counts what conditions say about members and rows."""

    def __init__(self, ruleset: RuleSet) -> None:
        self.ruleset = ruleset
        self.members = 0
        self.rows = dict.fromkeys(ruleset.registers, 0)
        self.of_household: set[tree.Quantifier | tree.Aggregate] = set()
        self.personal: set[str] = set()

    def read(self, roots: Iterable[Node]) -> None:
        """Count what conditions say, each part once for households, members and rows."""
        for node, _ in dict.fromkeys(opened_at(roots, HOUSEHOLD, self.behind, _inside)):
            if isinstance(node, tree.Quantifier | tree.Aggregate):
                self.over(node)
            elif (rule := self.asked(node)) and rule.owner == MEMBER:
                self.members += STATEMENTS

    def asked(self, node: Node) -> Rule | None:
        """The rule of which a claim asks whether it holds."""
        if isinstance(node, tree.Field) and node.owner.startswith("rule:") and node.name == "holds":
            return self.ruleset.rule(node.owner.removeprefix("rule:"))
        return None

    def behind(self, node: Node, _: str) -> tuple[Node, str] | None:
        """The definition behind a node; for a claim about a rule, that rule's condition."""
        rule = self.asked(node)
        if rule is not None:
            return rule.node, rule.owner
        found = definition(self.ruleset, node)
        if not isinstance(node, tree.Fact | tree.Field) or found is None:
            return None
        return found, node.owner

    def over(self, node: tree.Quantifier | tree.Aggregate) -> None:
        """Count one quantifier or aggregate."""
        name, said = node.collection.name, statements(self.ruleset, node)
        if name in PEOPLE:
            self.members += said
            return
        self.rows[name] += said
        if node.collection.owner == MEMBER:
            self.personal.add(name)
        else:
            self.of_household.add(node)

    def of_people(self) -> int:
        """Counts statements about the household's rows that conditions also make for one person."""
        return sum(
            statements(self.ruleset, node)
            for node in self.of_household
            if node.collection.name in self.personal
        )


def _inside(collection: tree.Collection, _: str) -> str:
    """A condition on items speaks of a member, or of a row."""
    return MEMBER if collection.name in PEOPLE else "row"


def counted_behind(ruleset: RuleSet, node: Node) -> Node | None:
    """Who counts, where that is asked: by name, of the members, and of whose rows are looked at."""
    persons = ruleset.persons
    match node:
        case tree.Given(name="counted"):
            return persons.counted if persons else None
        case tree.Collection() if persons and counts_matter(ruleset, node):
            return persons.counted
    return None


def statements(ruleset: RuleSet, node: tree.Quantifier | tree.Aggregate) -> int:
    """How many things a quantifier or aggregate says about items.

    A mere count of the people on the form says nothing: that there is one is never in question.
    """
    if isinstance(node, tree.Quantifier) or node.operand is not None:
        return STATEMENTS
    everyone = node.collection.name in PEOPLE and not counted_behind(ruleset, node.collection)
    return 0 if everyone else STATEMENTS


def enough(ruleset: RuleSet, roots: Iterable[Node]) -> Bound:
    """How many members and rows are enough for loosened conditions.

    Args:
        ruleset: the pack.
        roots: the conditions that are asked about.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> enough(ruleset, [ruleset.rule("above_local").node]).members  # it speaks of no member
    7
    """
    said = _Statements(ruleset)
    asked = list(roots)
    said.read(asked)
    people = said.members + said.of_people()
    # The first member, the one who gets one more row, the head of the household, and one of whom
    # it is not known whether he counts; then in each reading one without a number, and one who has
    # the rows that are nobody's in particular.
    who_counts = read_of_who_counts(ruleset) or frozenset()
    head = (MEMBER, "relation") in fields_used(ruleset, asked) | who_counts
    members = 2 + head + bool(who_counts) + READINGS * (1 + people + 1)
    read = {owner for owner, _ in who_counts}
    rows = {name: 1 + READINGS * count + (name in read) for name, count in said.rows.items()}
    # Who is no holder has but the rows of which something is asked of him; who gets one more is
    # as a holder.
    each = tuple(
        (name, count, count if name in said.personal else int(name in read))
        for name, count in rows.items()
    )
    return Bound(members, max(rows.values(), default=1), READINGS + 1, each)


def read_of_who_counts(ruleset: RuleSet) -> frozenset[tuple[str, str]] | None:
    """What says who counts as a person, as (owner, field).

    None where nobody says it, and where it may stay unknown although all of that is known.
    """
    if ruleset.persons is None:
        return None
    counted = ruleset.persons.counted
    if any(map(partial(_may_lack, ruleset), opened(ruleset, counted))):
        return None
    return frozenset(fields_used(ruleset, [counted]))


def _may_lack(ruleset: RuleSet, node: Node) -> bool:
    match node:
        case tree.RoundQuotient() | tree.Parameter() | tree.Aggregate(kind="min" | "max"):
            return True
        case tree.Field(owner=owner, name=name):
            hits = ruleset.comparison_of(owner, name)
            if hits is not None and ruleset.registers[hits.collection.name].absence != "no":
                return True  # without a hit it stays unknown
            return owner not in (HOUSEHOLD, MEMBER, *ruleset.registers)
    return False
