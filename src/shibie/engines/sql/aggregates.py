"""Quantifiers and aggregates: what is asked of a collection's items, folded for its owner."""

from __future__ import annotations

from typing import cast

from sqlglot import exp

from shibie.engines.sql.building import (
    FALSE,
    TRUE,
    Sql,
    binary,
    binary_is,
    both,
    case,
    either,
    is_null,
    negated,
    number,
    or_zero,
    typed,
)
from shibie.engines.sql.ends import Ends, unknown
from shibie.engines.sql.membership import Membership
from shibie.language import tree
from shibie.language.tree import MEMBER, Node
from shibie.language.types import Date, Number
from shibie.ruleset.number_ranges import at_least_zero, may_lack_value


class Aggregates(Membership):
    """Reads what the items of a collection come to."""

    def _any(self, node: tree.Quantifier, _place: str) -> Sql:
        of = node.collection
        predicate = self.bound(node.predicate, self.items(of))
        found = self.folded(of, "or", predicate)
        not_false = either(is_null(predicate), predicate)
        open_ = self.folded(of, "or", is_null(predicate), not_false)
        unsure = either(open_, negated(self.complete(of)))
        if self.crowd_apart(of, node.predicate):
            unsure = either(unsure, self.crowd_there(of))
        value = case((found, TRUE), (unsure, typed(exp.null(), "BOOLEAN")), default=FALSE)
        return self.plan.derive(self.owner(of), value)

    def _count(self, node: tree.Aggregate, _place: str) -> Sql | Ends:
        of, place = node.collection, self.owner(node.collection)
        kind = cast("Number", node.type)
        if node.operand is None:
            least = or_zero(self.folded_once(of, "count", TRUE))
            most = least
            if not self.all_sure(of):
                most = or_zero(self.folded_once(of, "count", TRUE, TRUE))
        else:
            operand = self.bound(node.operand, self.items(of))
            not_false = either(is_null(operand), operand)
            least = or_zero(self.folded_once(of, "count", operand))
            apart = self.crowd_apart(of, node.operand)
            most = or_zero(self.folded_once(of, "count", not_false, not_false, apart))
            if apart:
                most = binary(exp.Add, most, self._crowd_rows(of))
        complete = self.complete(of)
        if complete == TRUE and most is least:
            return self.plan.derive(place, typed(least, self.sql_type(kind)))
        return self.made(place, kind, least, case((complete, most)))

    def _crowd_rows(self, node: tree.Collection) -> Sql:
        """How many crowd rows may be about somebody."""
        relation = self.rows[node.name]
        if node.owner == MEMBER:
            return or_zero(self.plan.fold(relation, "count", self.plan.source(relation, "crowd_")))
        among = negated(binary_is(self.counted, FALSE)) if self.counts_matter(node) else None
        return or_zero(self.plan.fold_crowd(relation, "count", TRUE, among))

    def _sum(self, node: tree.Aggregate, _place: str) -> Sql | Ends:
        of, place = node.collection, self.owner(node.collection)
        item, inside = cast("Node", node.operand), self.items(node.collection)
        want, complete = cast("Number", node.type), self.complete(node.collection)
        operand, apart = self.ends_as(item, want, inside), self.crowd_apart(of, item)
        # An amount of which nothing is known is still not negative.
        has_floor = at_least_zero(self.ruleset, item)
        if has_floor:
            at_least = case((unknown(operand), number(0)), default=operand.least)
            operand = Ends(at_least, operand.most)
        no_least = self.folded(of, "or", is_null(operand.least), is_null(operand.least))
        zero = number(0)
        least = or_zero(
            self.folded_once(
                of, "sum", operand.least, exp.func("LEAST", operand.least, zero), apart
            )
        )
        if complete == TRUE and operand.exact and self.all_sure(of):
            null = typed(exp.null(), self.sql_type(want))
            value = case((no_least, null), default=typed(least, self.sql_type(want)))
            return self.plan.derive(place, value)
        no_most, most = no_least, least
        if not (operand.exact and self.all_sure(of)):
            most = or_zero(
                self.folded_once(
                    of, "sum", operand.most, exp.func("GREATEST", operand.most, zero), apart
                )
            )
            if not operand.exact:
                no_most = self.folded(of, "or", is_null(operand.most), is_null(operand.most))
        if complete != TRUE:
            no_most = either(no_most, negated(complete))
            if not has_floor:
                no_least = no_most if operand.exact else either(no_least, negated(complete))
        if not operand.exact:
            # One item of which nothing is known leaves nothing known of the sum.
            nothing = self.folded(of, "or", unknown(operand), unknown(operand))
            no_least, no_most = either(no_least, nothing), either(no_most, nothing)
        if apart:
            there = self.crowd_there(of)
            no_least = no_least if has_floor else either(no_least, there)
            no_most = either(no_most, there)
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
        apart = self.crowd_there(of) if self.crowd_apart(of, item) else FALSE
        open_ = either(open_, apart)
        sound = there
        if may_lack_value(self.ruleset, item):
            lacking = self.folded(of, "or", unknown(operand), unknown(operand))
            sound = both(there, negated(either(lacking, apart)), self.complete(of))
        closed = both(sound, negated(open_), self.complete(of))
        at_far, at_near = case((closed, far)), case((sound, near))
        ends = (at_far, at_near) if how == "min" else (at_near, at_far)
        return self.made(place, want, *ends)

    def _first_day(self, node: tree.Aggregate, how: str) -> Sql:
        """The first or last day; unknown where an item may be missing or more."""
        of = node.collection
        operand = self.bound(cast("Node", node.operand), self.items(of))
        # A row of several members surely is there if it is through one of them.
        once = of.owner != MEMBER and of.name in self.asked.shared
        open_ = (self._of_items if once else self.folded)(of, "or", is_null(operand), TRUE)
        missing = either(negated(self.complete(of)), open_)
        if of.name in self.asked.crowds:
            missing = either(missing, self.crowd_there(of))
        null = typed(exp.null(), self.sql_type(node.type))
        found = self.folded(of, how, operand)
        value = case((missing, null), default=typed(found, self.sql_type(node.type)))
        return self.plan.derive(self.owner(of), value)
