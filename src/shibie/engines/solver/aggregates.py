"""Quantifiers and aggregates: what is asked of the items that there may be of a collection."""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from shibie.engines.solver import logic
from shibie.engines.solver.household import SymbolicPlace
from shibie.engines.solver.logic import (
    BoolTerm,
    Int,
    TruthTerm,
    both,
    either,
    implies,
    inverse,
    number_true,
    pick,
)
from shibie.engines.solver.operands import Operands
from shibie.engines.solver.values import (
    NumberTerm,
    Ordering,
    ValueTerm,
    chosen,
    limited,
    not_after,
    not_before,
    same,
    truth,
)
from shibie.language import tree, types
from shibie.language.names import MEMBERS
from shibie.language.tree import MEMBER, Node


class SymbolicAggregates(Operands):
    """Reads collections: whether they are complete, and what their items come to."""

    def _collection(self, node: tree.Collection, place: SymbolicPlace) -> ValueTerm:
        return TruthTerm(self._complete(node, place), False)

    def _complete(self, node: tree.Collection, place: SymbolicPlace) -> BoolTerm:
        """Whether there can be no further items."""
        facts = self.facts
        if node.name == MEMBERS:
            return True
        if node.owner == MEMBER:
            return facts.complete(node.name, cast("int", place.member))
        everybody = (
            implies(facts.present(member), facts.complete(node.name, member))
            for member in range(facts.bound.members)
        )
        return both(facts.supplied(node.name), *everybody)

    def _items(
        self, node: tree.Collection, place: SymbolicPlace
    ) -> Iterator[tuple[BoolTerm, SymbolicPlace]]:
        """The items there may be, each with whether it is there."""
        facts = self.facts
        if node.name == MEMBERS:
            for member in range(facts.bound.members):
                yield facts.present(member), SymbolicPlace(member)
            return
        owners = [cast("int", place.member)] if node.owner == MEMBER else range(facts.bound.members)
        for owner in owners:
            for row in range(facts.bound.rows):
                at = SymbolicPlace(
                    place.member if node.owner == MEMBER else None, node.name, (owner, row)
                )
                yield facts.row(node.name, owner, row), at

    def _any(self, node: tree.Quantifier, place: SymbolicPlace) -> ValueTerm:
        complete = self._complete(node.collection, place)
        found = []
        for there, at in self._items(node.collection, place):
            holds = self.truth(node.predicate, at)
            found.append(TruthTerm(both(there, holds.yes), either(inverse(there), holds.no)))
        return logic.disjunction([*found, TruthTerm(False, complete)])

    def _count(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        if node.operand is None:
            there = [there for there, _ in self._items(node.collection, place)]
            return _number_of(self._complete(node.collection, place), there)
        known, values = self._values(node, place)
        return _number_of(known, [both(there, truth(value).yes) for there, value in values])

    def _sum(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        known, values = self._values(node, place)
        scale = cast("types.Number", cast("Node", node.operand).type).scale
        units: Int = 0
        for there, value in values:
            units = units + pick(there, cast("NumberTerm", value).at(scale), 0)
        return NumberTerm(known, units, scale)

    def _min(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        return self._first(node, place, not_after)

    def _max(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        return self._first(node, place, not_before)

    def _first(self, node: tree.Aggregate, place: SymbolicPlace, before: Ordering) -> ValueTerm:
        """The least or greatest of the items that are there; unknown where none is."""
        known, values = self._values(node, place)
        (there, best), *others = values
        for here, value in others:
            first = chosen(before(value, best), value, best)
            better = either(inverse(there), both(here, same(first, value)))
            best = chosen(both(here, better), value, best)
            there = either(there, here)
        return limited(best, both(known, there))

    def _values(
        self, node: tree.Aggregate, place: SymbolicPlace
    ) -> tuple[BoolTerm, list[tuple[BoolTerm, ValueTerm]]]:
        """Whether all items and values are known, and for each item (is it there, its value)."""
        operand = cast("Node", node.operand)
        items = self._items(node.collection, place)
        values = [(there, self.value(operand, at)) for there, at in items]
        complete = self._complete(node.collection, place)
        return both(complete, *(implies(there, value.known) for there, value in values)), values


def _number_of(known: BoolTerm, there: list[BoolTerm]) -> NumberTerm:
    return NumberTerm(known, number_true(there), 0, frozenset(range(len(there) + 1)))
