"""Quantifiers and aggregates: what is asked of the items that there may be of a collection."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import cast

from shibie.engines.solver import logic, numbers
from shibie.engines.solver.household import SymbolicPlace
from shibie.engines.solver.logic import (
    BoolTerm,
    Int,
    TruthTerm,
    both,
    either,
    inverse,
    number_true,
    pick,
)
from shibie.engines.solver.operands import Operands
from shibie.engines.solver.values import (
    End,
    NumberTerm,
    Ordering,
    ValueTerm,
    chosen,
    join,
    limited,
    not_after,
    not_before,
    same,
)
from shibie.language import tree, types
from shibie.language.names import PEOPLE
from shibie.language.tree import MEMBER, Node
from shibie.ruleset.conditions import counts_matter
from shibie.ruleset.number_ranges import at_least_zero, may_lack_value


class SymbolicAggregates(Operands):
    """Reads collections: whether they are complete, and what their items come to."""

    def _collection(self, node: tree.Collection, place: SymbolicPlace) -> ValueTerm:
        return TruthTerm(self._complete(node, place), False)

    def _complete(self, node: tree.Collection, place: SymbolicPlace) -> BoolTerm:
        """Whether there can be no further items."""
        facts = self.facts
        if node.name in PEOPLE:
            return True
        if node.owner == MEMBER:
            return facts.complete(node.name, cast("int", place.member))
        # The rows of who does not count are not looked at.
        everybody = (
            either(
                inverse(facts.present(member)), self._looked_at(node, member).no,
                facts.complete(node.name, member),
            )
            for member in range(facts.bound.members)
        )  # fmt: skip
        return both(facts.supplied(node.name), *everybody)

    def _looked_at(self, node: tree.Collection, member: int, _row: int | None = None) -> TruthTerm:
        """Whether a member is looked at in a collection of the household, or a row of his.

        It is the same for each of his rows; a reading that loosens may let it differ.
        """
        return self.counts(member) if counts_matter(self.ruleset, node) else logic.TRUE

    def _items(
        self, node: tree.Collection, place: SymbolicPlace
    ) -> Iterator[tuple[TruthTerm, SymbolicPlace]]:
        """The items there may be, each with whether it belongs: surely, surely not, or perhaps."""
        facts = self.facts
        if node.name in PEOPLE:
            for member in range(facts.bound.members):
                there = logic.decided(True, facts.present(member))
                belongs = logic.conjunction((there, self._looked_at(node, member)))
                yield belongs, SymbolicPlace(member)
            return
        owners = [cast("int", place.member)] if node.owner == MEMBER else range(facts.bound.members)
        for owner in owners:
            for row in range(facts.bound.rows):
                at = SymbolicPlace(
                    place.member if node.owner == MEMBER else None, node.name, (owner, row)
                )
                there = facts.row(node.name, owner, row)
                if there is False:
                    continue
                about = TruthTerm(both(there, facts.sure(node.name, owner, row)), inverse(there))
                mine = node.owner == MEMBER
                looked_at = logic.TRUE if mine else self._looked_at(node, owner, row)
                yield logic.conjunction((about, looked_at)), at

    def _any(self, node: tree.Quantifier, place: SymbolicPlace) -> ValueTerm:
        complete = self._complete(node.collection, place)
        found = [
            logic.conjunction((belongs, self.truth(node.predicate, at)))
            for belongs, at in self._items(node.collection, place)
        ]
        return logic.disjunction([*found, TruthTerm(False, complete)])

    def _count(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        counted = [
            belongs if node.operand is None
            else logic.conjunction((belongs, self.truth(node.operand, at)))
            for belongs, at in self._items(node.collection, place)
        ]  # fmt: skip
        few = frozenset(range(len(counted) + 1))
        complete = self._complete(node.collection, place)
        if complete is True and all(each.is_settled for each in counted):
            return NumberTerm.exact(True, number_true(each.yes for each in counted), 0, few)
        least = number_true(each.yes for each in counted)
        most = number_true(inverse(each.no) for each in counted)
        return NumberTerm(End(True, least, few), End(complete, most, few), 0)

    def _sum(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        operand, complete = cast("Node", node.operand), self._complete(node.collection, place)
        scale = cast("types.Number", operand.type).scale
        items = self._numbers(node, place)
        has_floor = at_least_zero(self.ruleset, operand)
        if has_floor:
            items = [(belongs, _not_below_zero(value)) for belongs, value in items]
        known = both(*(either(belongs.no, value.some) for belongs, value in items))
        if complete is True and _are_exact(items):
            units = _added(pick(belongs.yes, value.at(scale), 0) for belongs, value in items)
            return NumberTerm.exact(known, units, scale)
        bounded = True if has_floor else complete
        ends = []
        for least, has in ((True, bounded), (False, complete)):
            found = [(belongs, _end(value, least, scale)) for belongs, value in items]
            units = _added(_part(belongs, end.units, least) for belongs, end in found)
            ends.append(End(both(known, has, *(either(b.no, end.has) for b, end in found)), units))
        return NumberTerm(ends[0], ends[1], scale)

    def _min(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        return self._first(node, place, not_after)

    def _max(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        return self._first(node, place, not_before)

    def _first(self, node: tree.Aggregate, place: SymbolicPlace, before: Ordering) -> ValueTerm:
        """The least or greatest item; nothing is known where it is not sure that there is one."""
        operand = cast("Node", node.operand)
        if not isinstance(operand.type, types.Number):
            return self._first_day(node, place, before)
        complete, least = self._complete(node.collection, place), before is not_after
        items = self._numbers(node, place)
        some: BoolTerm = either(*(belongs.yes for belongs, _ in items))
        if may_lack_value(self.ruleset, operand):
            each_known = (either(belongs.no, value.some) for belongs, value in items)
            some = both(some, complete, *each_known)
        scale = operand.type.scale
        # The far end is that of any item, the near one that of the items which surely are there.
        far = [(belongs, _end(value, least, scale)) for belongs, value in items]
        near = [(belongs, _end(value, not least, scale)) for belongs, value in items]
        furthest = numbers.nearest(
            (replace(end, has=inverse(belongs.no)) for belongs, end in far), least
        )
        nearest = numbers.nearest(
            (replace(end, has=both(belongs.yes, end.has)) for belongs, end in near), least
        )
        bounded = both(complete, *(either(belongs.no, end.has) for belongs, end in far))
        ends = (
            replace(furthest, has=both(some, bounded)), replace(nearest, has=both(some, nearest.has))
        )  # fmt: skip
        return NumberTerm(*(ends if least else ends[::-1]), scale)

    def _first_day(self, node: tree.Aggregate, place: SymbolicPlace, before: Ordering) -> ValueTerm:
        """The first or last day; of days there are no bounds."""
        operand = cast("Node", node.operand)
        items = [
            (each, self.value(operand, at)) for each, at in self._items(node.collection, place)
        ]
        known = both(
            self._complete(node.collection, place),
            *(either(belongs.no, both(belongs.yes, value.known)) for belongs, value in items),
        )
        (belongs, best), *others = items
        there = belongs.yes
        for belongs, value in others:
            first = chosen(before(value, best), value, best)
            better = either(inverse(there), both(belongs.yes, same(first, value)))
            best = chosen(both(belongs.yes, better), value, best)
            there = either(there, belongs.yes)
        return limited(best, both(known, there))

    def _numbers(
        self, node: tree.Aggregate, place: SymbolicPlace
    ) -> list[tuple[TruthTerm, NumberTerm]]:
        """For each item whether it belongs, and its number."""
        operand, items = cast("Node", node.operand), self._items(node.collection, place)
        return [(belongs, self.number(operand, at)) for belongs, at in items]


def _are_exact(items: list[tuple[TruthTerm, NumberTerm]]) -> bool:
    return all(belongs.is_settled and value.is_exact for belongs, value in items)


def _not_below_zero(value: NumberTerm) -> NumberTerm:
    """A number that is at least 0 where nothing is known of it."""
    least = value.least
    if least.has is True:
        return value
    nothing = inverse(value.some)
    values = join(least.values, frozenset([0]))
    at_least = End(either(least.has, nothing), pick(nothing, 0, least.units), values)
    return NumberTerm(at_least, value.most, value.scale)


def _end(value: NumberTerm, least: bool, scale: int) -> End:
    return (value.least if least else value.most).widened(scale - value.scale)


def _part(belongs: TruthTerm, units: Int, least: bool) -> Int:
    """What an item adds to an end: one that may not be there only what takes it further out."""
    if belongs.is_settled:
        return pick(belongs.yes, units, 0)
    further = either(units < 0) if least else either(units > 0)
    counts = either(belongs.yes, both(inverse(belongs.no), further))
    return pick(counts, units, 0)


def _added(parts: Iterable[Int]) -> Int:
    total: Int = 0
    for part in parts:
        total = total + part
    return total
