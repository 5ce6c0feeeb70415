"""The parts of a condition with where they stand, and how values are compared between readings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shibie.bounds import INFINITE, Bounds
from shibie.language import tree, types, walks
from shibie.language.names import PEOPLE, Context
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.ruleset.model import RuleSet


@dataclass(frozen=True)
class Where:
    """Where a part stands: at the household, at a member, or at a row of a register.

    Attributes:
        at: `household`, `member` or the name of a register.
        of: whose rows they are, all of the household's or those of the member at hand.
    """

    at: str = HOUSEHOLD
    of: str = HOUSEHOLD

    @property
    def in_rows(self) -> bool:
        """Whether it is inside rows."""
        return self.at not in (HOUSEHOLD, MEMBER)

    @property
    def context(self) -> Context:
        """What a condition sees here."""
        if self.in_rows:
            return Context.member().row(self.at, self.of)
        return Context.member() if self.at == MEMBER else Context.household()


TOP, PERSON = Where(), Where(MEMBER)


@dataclass(frozen=True)
class Part:
    """A part of a condition, and where it stands."""

    node: Node
    where: Where = TOP


def parts_of(ruleset: RuleSet, nodes: Iterable[Part]) -> tuple[Part, ...]:
    """All parts of some conditions, each once.

    A fact is opened, and of what the form declares there are the declaration and the comparison.
    """
    found: dict[Part, None] = {}
    pending = list(nodes)[::-1]
    while pending:
        part = pending.pop()
        if part not in found:
            found[part] = None
            pending += list(_inside(ruleset, part))[::-1]
    return tuple(found)


def _inside(ruleset: RuleSet, part: Part) -> Iterator[Part]:
    node, where = part.node, part.where
    match node:
        case tree.Quantifier() | tree.Aggregate():
            yield Part(node.collection, where)
            inside = where_of(node.collection)
            for child in walks.children(node):
                if child is not node.collection:
                    yield Part(child, inside)
            return
        case tree.Parameter():
            where = TOP
        case tree.Fact():
            own = TOP if node.owner == HOUSEHOLD else PERSON
            yield Part(ruleset.facts[node.owner, node.name].node, own)  # type: ignore[index]
        case tree.Field() if hits := ruleset.comparison_of(node.owner, node.name):
            own = TOP if node.owner == HOUSEHOLD else PERSON
            yield Part(tree.Declared(node.owner, node.name, type=node.type), own)
            yield Part(hits, own)
    for child in walks.children(node):
        yield Part(child, where)


def where_of(collection: tree.Collection) -> Where:
    """Where that stands which is asked of the items of a collection."""
    if collection.name in PEOPLE:
        return PERSON
    return Where(collection.name, collection.owner)


# A value as it is compared: numbers as units of the last place of their type, sets sorted; a number
# between bounds as `("bounds", least, most)`, without a bound None.
Plain = bool | int | str | tuple[str, ...] | tuple[str, int | None, int | None] | None


def between(least: Any, most: Any) -> Plain:
    """A number by its ends, in units; None where there is no bound."""
    if least is None and most is None:
        return None
    return int(least) if least == most else ("bounds", least, most)


def plain(value: Any, of: types.Type) -> Plain:
    """A value of a static type, as any reading gives it, for comparing.

    Raises:
        AssertionError: for one that the type does not hold.
    """
    if value is None:
        return None
    match of:
        case types.Bool():
            assert isinstance(value, bool), f"{value!r} is no truth"
            return value
        case types.Number() if isinstance(value, Bounds):
            return between(
                *(
                    None if abs(end) == INFINITE else plain(end, of)
                    for end in (value.least, value.most)
                )
            )
        case types.Number():
            units = Decimal(value).scaleb(of.scale)
            assert units == int(units), f"{value} has more than {of.scale} places"
            assert len(str(abs(int(units)))) <= of.digits, (
                f"{value} has more than {of.digits} digits"
            )
            return int(units)
        case types.Codes():
            return tuple(sorted(value))
        case types.Date():
            return str(value.isoformat())
        case _:
            assert isinstance(value, str), f"{value!r} is no text"
            return value
