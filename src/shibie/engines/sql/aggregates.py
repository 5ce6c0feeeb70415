"""Quantifiers and aggregates: what is asked of a collection's items, folded for its owner.

An item is in the collection, or perhaps: a person of whom it is unknown whether he counts, a
row that may be about somebody. What each item adds is said for both; a run without perhaps-rows
compiles only the first.
"""

from __future__ import annotations

from typing import Any, Final, cast

from sqlglot import exp

from shibie.engines.sql.building import (
    FALSE,
    TRUE,
    Sql,
    binary_is,
    both,
    case,
    either,
    is_null,
    is_true,
    negated,
    number,
    or_zero,
    typed,
)
from shibie.engines.sql.ends import Ends, Intervals, unknown
from shibie.engines.sql.plan import HOUSEHOLDS, MEMBERS
from shibie.language import names, tree
from shibie.language.tree import MEMBER, Node
from shibie.language.types import Date, Number
from shibie.ruleset.number_ranges import may_lack_value, never_negative

# Adds nothing to a fold.
NOTHING: Final[Sql] = exp.null()


class Aggregates(Intervals):
    """Reads collections: whether they are complete, and what their items come to."""

    def _collection(self, node: tree.Collection, _place: str) -> Sql:
        complete = self.complete(node)
        return case((complete, TRUE), default=typed(exp.null(), "BOOLEAN"))

    def complete(self, node: tree.Collection) -> Sql:
        """Whether there can be no further items: true or false, never NULL."""
        if node.name in names.PEOPLE:
            return TRUE
        complete = self.plan.source(MEMBERS, f"complete_{self.rows[node.name]}")
        if node.owner == MEMBER:
            return complete
        missing: Sql = negated(complete)
        if self.counts_matter(node):
            # The rows of who does not count are not looked at.
            missing = both(missing, negated(binary_is(self.counted, FALSE)))
        missing = self.plan.fold(MEMBERS, "or", missing)
        supplied = self.plan.source(HOUSEHOLDS, f"supplied_{self.rows[node.name]}")
        # A household without members has no rows, as far as the register was supplied.
        return negated(exp.Coalesce(this=missing, expressions=[negated(supplied)]))

    # --- who and what belongs -----------------------------------------------------------

    @property
    def counted(self) -> Sql:
        """Whether a member counts, at the member."""
        return self.bound(tree.Given("counted"), MEMBERS)

    def counts_matter(self, node: tree.Collection) -> bool:
        """Whether it matters to a collection of the household which members count."""
        if self.ruleset.persons is None or node.name == names.EVERYONE or node.owner == MEMBER:
            return False
        return node.name == names.MEMBERS or self.ruleset.registers[node.name].of != names.EVERYONE

    def row_is_sure(self, node: tree.Collection) -> Sql:
        """Whether a row surely is about its person; never NULL."""
        if node.name in self.asked.perhaps:
            return self.plan.source(self.rows[node.name], "sure_")
        return TRUE

    def all_sure(self, node: tree.Collection) -> bool:
        """Whether every item that is there surely belongs, so that numbers of them are exact."""
        return not self.counts_matter(node) and node.name not in self.asked.perhaps

    def folded(self, node: tree.Collection, how: str, sure: Sql, perhaps: Sql = NOTHING) -> Sql:
        """What the items add, folded to the collection's owner.

        Args:
            node: the collection.
            how: the kind of fold.
            sure: what an item adds that is in the collection.
            perhaps: what one adds that may be in it.
        """
        plan, kind = self.plan, cast("Any", how)
        if node.name in names.PEOPLE:
            return plan.fold(MEMBERS, kind, self._by(node, how, sure, perhaps))
        relation, is_sure = self.rows[node.name], self.row_is_sure(node)
        if is_sure != TRUE:
            sure = case((is_sure, sure), default=perhaps)
        of_member = plan.fold(relation, kind, sure)
        if node.owner == MEMBER:
            return of_member
        again: Any = "sum" if how == "count" else kind
        if self.counts_matter(node):
            of_perhaps: Sql = NOTHING
            if perhaps != NOTHING:
                of_perhaps = plan.fold(relation, kind, perhaps)
            of_member = self._by(node, again, of_member, of_perhaps)
        return plan.fold(MEMBERS, again, of_member)

    def _by(self, node: tree.Collection, how: str, sure: Sql, perhaps: Sql) -> Sql:
        """What a member adds, by whether he counts."""
        if not self.counts_matter(node):
            return sure
        counted = self.counted
        if how == "or":
            adds = both(is_true(counted), sure)
            return adds if perhaps == NOTHING else either(adds, both(is_null(counted), perhaps))
        arms = [(counted, sure)]
        if perhaps != NOTHING:
            arms.append((is_null(counted), perhaps))
        return case(*arms)

    def items(self, node: tree.Collection) -> str:
        """The relation of a collection's items."""
        return MEMBERS if node.name in names.PEOPLE else self.rows[node.name]

    def owner(self, node: tree.Collection) -> str:
        """The relation that owns a collection."""
        return MEMBERS if node.owner == MEMBER else HOUSEHOLDS

    # --- quantifiers and numbers --------------------------------------------------------

    def _any(self, node: tree.Quantifier, _place: str) -> Sql:
        of = node.collection
        predicate = self.bound(node.predicate, self.items(of))
        found = self.folded(of, "or", predicate)
        not_false = either(is_null(predicate), predicate)
        open_ = self.folded(of, "or", is_null(predicate), not_false)
        unsure = either(open_, negated(self.complete(of)))
        value = case((found, TRUE), (unsure, typed(exp.null(), "BOOLEAN")), default=FALSE)
        return self.plan.derive(self.owner(of), value)

    def _count(self, node: tree.Aggregate, _place: str) -> Sql | Ends:
        of, place = node.collection, self.owner(node.collection)
        kind = cast("Number", node.type)
        if node.operand is None:
            least = or_zero(self.folded(of, "count", TRUE))
            most = least if self.all_sure(of) else or_zero(self.folded(of, "count", TRUE, TRUE))
        else:
            operand = self.bound(node.operand, self.items(of))
            not_false = either(is_null(operand), operand)
            least = or_zero(self.folded(of, "count", operand))
            most = or_zero(self.folded(of, "count", not_false, not_false))
        complete = self.complete(of)
        if complete == TRUE and most is least:
            return self.plan.derive(place, typed(least, self.sql_type(kind)))
        return self.made(place, kind, least, case((complete, most)))

    def _sum(self, node: tree.Aggregate, _place: str) -> Sql | Ends:
        of, place = node.collection, self.owner(node.collection)
        item, inside = cast("Node", node.operand), self.items(node.collection)
        want, complete = cast("Number", node.type), self.complete(node.collection)
        operand = self.ends_as(item, want, inside)
        no_least = self.folded(of, "or", is_null(operand.least), is_null(operand.least))
        zero = number(0)
        least = or_zero(
            self.folded(of, "sum", operand.least, exp.func("LEAST", operand.least, zero))
        )
        if complete == TRUE and operand.exact and self.all_sure(of):
            null = typed(exp.null(), self.sql_type(want))
            value = case((no_least, null), default=typed(least, self.sql_type(want)))
            return self.plan.derive(place, value)
        no_most, most = no_least, least
        if not (operand.exact and self.all_sure(of)):
            most = or_zero(
                self.folded(of, "sum", operand.most, exp.func("GREATEST", operand.most, zero))
            )
            if not operand.exact:
                no_most = self.folded(of, "or", is_null(operand.most), is_null(operand.most))
        if complete != TRUE:
            no_most = either(no_most, negated(complete))
            if not never_negative(self.ruleset, item):
                no_least = no_most if operand.exact else either(no_least, negated(complete))
        if not operand.exact:
            # One item of which nothing is known leaves nothing known of the sum.
            nothing = self.folded(of, "or", unknown(operand), unknown(operand))
            no_least, no_most = either(no_least, nothing), either(no_most, nothing)
        # Over no items at all the flags are NULL, and nothing is missing.
        null = typed(exp.null(), self.sql_type(want))
        at_least, at_most = (
            case((no_least, null), default=least),
            case((no_most, null), default=most),
        )
        return self.made(place, want, at_least, at_most)

    def _min(self, node: tree.Aggregate, _place: str) -> Sql | Ends:
        return self._first(node, "min")

    def _max(self, node: tree.Aggregate, _place: str) -> Sql | Ends:
        return self._first(node, "max")

    def _first(self, node: tree.Aggregate, how: str) -> Sql | Ends:
        """The least or greatest of the items; nothing where it is not sure that there is one."""
        of, place = node.collection, self.owner(node.collection)
        if isinstance(node.type, Date):
            return self._first_day(node, how)
        item, inside = cast("Node", node.operand), self.items(of)
        want = cast("Number", node.type)
        operand = self.ends_as(item, want, inside)
        first, last = (operand.least, operand.most)
        if how == "max":
            first, last = last, first
        there = self.folded(of, "or", TRUE)
        # The far end is that of any item, the near one that of the items that surely are there.
        far = self.folded(of, how, first, first)
        near = self.folded(of, how, last)
        open_ = self.folded(of, "or", is_null(first), is_null(first))
        sound = there
        if may_lack_value(self.ruleset, item):
            lacking = self.folded(of, "or", unknown(operand), unknown(operand))
            sound = both(there, negated(lacking))
        closed = both(sound, negated(open_), self.complete(of))
        at_far, at_near = case((closed, far)), case((sound, near))
        ends = (at_far, at_near) if how == "min" else (at_near, at_far)
        return self.made(place, want, *ends)

    def _first_day(self, node: tree.Aggregate, how: str) -> Sql:
        """The first or last day; unknown where an item may be missing or more."""
        of = node.collection
        operand = self.bound(cast("Node", node.operand), self.items(of))
        missing = either(negated(self.complete(of)), self.folded(of, "or", is_null(operand), TRUE))
        null = typed(exp.null(), self.sql_type(node.type))
        found = self.folded(of, how, operand)
        value = case((missing, null), default=typed(found, self.sql_type(node.type)))
        return self.plan.derive(self.owner(of), value)
