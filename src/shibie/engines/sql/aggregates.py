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
    binary,
    binary_is,
    both,
    case,
    either,
    is_null,
    is_true,
    negated,
    no_texts,
    number,
    or_zero,
    typed,
)
from shibie.engines.sql.ends import Ends, Intervals, unknown
from shibie.engines.sql.plan import HID, HOUSEHOLDS, MEMBERS, MID
from shibie.language import names, tree
from shibie.language.tree import MEMBER, Node
from shibie.language.types import Date, Number
from shibie.ruleset.conditions import counts_matter, reads_row_only
from shibie.ruleset.number_ranges import at_least_zero, may_lack_value

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
        if self.counts_matter(node):
            # Also where nobody counts a register that was not supplied is not complete.
            return both(supplied, negated(is_true(missing)))
        # A household without members has no rows, as far as the register was supplied.
        return negated(exp.Coalesce(this=missing, expressions=[negated(supplied)]))

    # --- who and what belongs -----------------------------------------------------------

    @property
    def counted(self) -> Sql:
        """Whether a member counts, at the member."""
        return self.bound(tree.Given("counted"), MEMBERS)

    def counts_matter(self, node: tree.Collection) -> bool:
        """Whether it matters to a collection of the household which members count."""
        return counts_matter(self.ruleset, node)

    def row_is_sure(self, node: tree.Collection) -> Sql:
        """Whether a row surely is about its person; never NULL."""
        if node.name in self.asked.perhaps:
            return self.plan.source(self.rows[node.name], "sure_")
        return TRUE

    def all_sure(self, node: tree.Collection) -> bool:
        """Whether every item that is there surely belongs, so that numbers of them are exact."""
        return not self.counts_matter(node) and node.name not in self.asked.perhaps

    def folded(
        self,
        node: tree.Collection,
        how: str,
        sure: Sql,
        perhaps: Sql = NOTHING,
        empty: Sql = NOTHING,
    ) -> Sql:
        """What the items add, folded to the collection's owner.

        Args:
            node: the collection.
            how: the kind of fold.
            sure: what an item adds that is in the collection.
            perhaps: what one adds that may be in it.
            empty: what adds nothing, of lists.
        """
        plan, kind = self.plan, cast("Any", how)
        if node.name in names.PEOPLE:
            return plan.fold(MEMBERS, kind, self._by(node, how, sure, perhaps, empty))
        relation, is_sure = self.rows[node.name], self.row_is_sure(node)
        if is_sure != TRUE:
            sure = case((is_sure, sure), default=empty if perhaps == NOTHING else perhaps)
        of_member = plan.fold(relation, kind, sure)
        if node.owner == MEMBER:
            return of_member
        again: Any = "sum" if how == "count" else kind
        if self.counts_matter(node):
            of_perhaps: Sql = NOTHING
            if perhaps != NOTHING:
                of_perhaps = plan.fold(relation, kind, perhaps)
            of_member = self._by(node, again, of_member, of_perhaps, empty)
        return plan.fold(MEMBERS, again, of_member)

    def folded_once(
        self, node: tree.Collection, how: str, sure: Sql, perhaps: Sql = NOTHING,
        apart: bool = False,
    ) -> Sql:  # fmt: skip
        """As `folded`, of a sum or a count: a row of several members of a household counts once.

        Without the crowd rows where these are reckoned apart.
        """
        asked, plan, kind = self.asked, self.plan, cast("Any", how)
        several = node.name in asked.shared or node.name in asked.crowds
        if node.name in names.PEOPLE or node.owner == MEMBER or not several:
            return self.folded(node, how, sure, perhaps)
        relation = self.rows[node.name]
        if node.name in asked.shared:
            whole = self._of_items(node, how, sure, perhaps)
        else:
            own = negated(plan.source(relation, "crowd_"))
            whole = self.folded(
                node,
                how,
                case((own, sure)),
                NOTHING if perhaps == NOTHING else case((own, perhaps)),
            )
        if node.name not in asked.crowds or perhaps == NOTHING or apart:
            return whole
        among = negated(binary_is(self.counted, FALSE)) if self.counts_matter(node) else None
        crowd = plan.fold_crowd(relation, kind, perhaps, among)
        return binary(exp.Add, or_zero(whole), or_zero(crowd))

    def _of_items(self, node: tree.Collection, how: str, sure: Sql, perhaps: Sql) -> Sql:
        """What the rows of a household add, each once, by the owner who counts most surely."""
        plan, relation = self.plan, self.rows[node.name]
        best = self._best(node)
        order = exp.Order(expressions=[exp.Ordered(this=plan.source(MEMBERS, MID))])
        first = plan.derive(
            relation,
            exp.Window(this=exp.RowNumber(), partition_by=self._item(node), order=order),
        )
        here = binary(exp.EQ, first, number(1))
        arms = [(both(here, binary(exp.EQ, best, number(2))), sure)]
        if perhaps != NOTHING:
            arms.append((both(here, binary(exp.EQ, best, number(1))), perhaps))
        kind: Any = how
        again: Any = "sum" if how == "count" else how
        return plan.fold(MEMBERS, again, plan.fold(relation, kind, case(*arms)))

    def _item(self, node: tree.Collection) -> list[Sql]:
        """What tells the rows of households apart: the household and the row."""
        return [self.plan.source(MEMBERS, HID), self.plan.source(self.rows[node.name], "row_")]

    def _any_sure(self, node: tree.Collection) -> Sql:
        """Whether a row surely is about a member of the household who counts or may; never NULL."""
        is_sure = self.row_is_sure(node)
        if self.counts_matter(node):
            is_sure = both(is_sure, negated(binary_is(self.counted, FALSE)))
        if is_sure == TRUE:
            return TRUE
        flag = self.plan.derive(self.rows[node.name], case((is_sure, number(1)), default=number(0)))
        window = exp.Window(this=exp.Max(this=flag), partition_by=self._item(node))
        most = self.plan.derive(self.rows[node.name], window)
        return binary(exp.EQ, most, number(1))

    def _best(self, node: tree.Collection) -> Sql:
        """Whether a row of a household is in the collection (2), perhaps (1) or not (0)."""
        plan, relation = self.plan, self.rows[node.name]
        is_sure = self.row_is_sure(node)
        rank: Sql = case((is_sure, number(2)), default=number(1))
        if self.counts_matter(node):
            counted = self.counted
            rank = case(
                (both(is_true(counted), is_sure), number(2)),
                (negated(binary_is(counted, FALSE)), number(1)),
                default=number(0),
            )
        most = exp.Max(this=plan.derive(relation, rank))
        return plan.derive(relation, exp.Window(this=most, partition_by=self._item(node)))

    def crowd_apart(self, node: tree.Collection, operand: Node | None) -> bool:
        """Whether crowd rows are asked something that does not stand in their own columns."""
        if node.name not in self.asked.crowds or operand is None:
            return False
        return not reads_row_only(operand, node.name)

    def crowd_there(self, node: tree.Collection) -> Sql:
        """Whether there are crowd rows that may be about somebody."""
        is_crowd = self.plan.source(self.rows[node.name], "crowd_")
        return self.folded(node, "or", is_crowd, is_crowd)

    def _by(
        self, node: tree.Collection, how: str, sure: Sql, perhaps: Sql, empty: Sql = NOTHING
    ) -> Sql:
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
        return case(*arms, default=empty)

    def listed_once(self, node: tree.Collection, names: Sql) -> Sql:
        """Lists of the rows of a household that surely are there, put together."""
        best = self._best(node)
        here = case((binary(exp.EQ, best, number(2)), names), default=no_texts())
        plan = self.plan
        return plan.fold(MEMBERS, "list", plan.fold(self.rows[node.name], "list", here))

    def unsure_rows(self, node: tree.Collection, names: Sql) -> Sql:
        """Lists of the rows that may be about somebody, put together."""
        plan, relation = self.plan, self.rows[node.name]
        wanted: Sql = negated(self.row_is_sure(node))
        if node.name in self.asked.crowds:
            wanted = both(wanted, negated(plan.source(relation, "crowd_")))
        counts = self.counts_matter(node)
        if node.owner != MEMBER and (node.name in self.asked.shared or counts):
            # One of whose owners it surely is about goes by them.
            wanted = both(
                binary(exp.EQ, self._best(node), number(1)), negated(self._any_sure(node))
            )
        listed = plan.fold(relation, "list", case((wanted, names), default=no_texts()))
        return listed if node.owner == MEMBER else plan.fold(MEMBERS, "list", listed)

    def rows_of_maybe_counted(self, node: tree.Collection, value: Sql, how: str = "list") -> Sql:
        """What stands with the owners of rows that surely are somebody's, who may not count."""
        plan, kind = self.plan, cast("Any", how)
        wanted = both(
            binary(exp.EQ, self._best(node), number(1)), self._any_sure(node),
            is_null(self.counted),
        )  # fmt: skip
        adds = both(wanted, value) if how == "or" else case((wanted, value), default=no_texts())
        return plan.fold(MEMBERS, kind, plan.fold(self.rows[node.name], kind, adds))

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
