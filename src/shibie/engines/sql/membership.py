"""What belongs to a collection, surely or perhaps, and how its items are folded for its owner.

A person of whom it is unknown whether he counts, and a row that may be about somebody, are in it
perhaps. What each item adds is said for both; a run without perhaps-rows compiles only the first.
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
from shibie.engines.sql.ends import Intervals
from shibie.engines.sql.plan import HID, HOUSEHOLDS, MEMBERS, MID
from shibie.language import names, tree
from shibie.language.tree import MEMBER, Node
from shibie.ruleset.conditions import counts_matter, reads_row_only

# Adds nothing to a fold.
NOTHING: Final[Sql] = exp.null()


class Membership(Intervals):
    """Reads collections: whether they are complete, and folds what their items add."""

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
