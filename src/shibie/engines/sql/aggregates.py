"""Quantifiers and aggregates: what is asked of a collection's items, folded for its owner."""

from __future__ import annotations

from typing import Any, cast

from sqlglot import exp

from shibie.engines.sql.building import (
    FALSE,
    TRUE,
    Sql,
    case,
    either,
    is_null,
    negated,
    or_zero,
    typed,
)
from shibie.engines.sql.compiling import Compiling
from shibie.engines.sql.plan import HOUSEHOLDS, MEMBERS
from shibie.language import names, tree
from shibie.language.tree import MEMBER, Node
from shibie.language.types import Number


class Aggregates(Compiling):
    """Reads collections: whether they are complete, and what their items come to."""

    def _collection(self, node: tree.Collection, _place: str) -> Sql:
        complete = self.complete(node)
        return case((complete, TRUE), default=typed(exp.null(), "BOOLEAN"))

    def complete(self, node: tree.Collection) -> Sql:
        """Whether there can be no further items: true or false, never NULL."""
        if node.name == names.MEMBERS:
            return TRUE
        complete = self.plan.source(MEMBERS, f"complete_{self.rows[node.name]}")
        if node.owner == MEMBER:
            return complete
        missing = self.plan.fold(MEMBERS, "or", negated(complete))
        supplied = self.plan.source(HOUSEHOLDS, f"supplied_{self.rows[node.name]}")
        # A household without members has no rows, as far as the register was supplied.
        return negated(exp.Coalesce(this=missing, expressions=[negated(supplied)]))

    def folded(self, node: tree.Collection, how: str, value: Sql) -> Sql:
        """A value of each item folded to the collection's owner."""
        plan, kind = self.plan, cast("Any", how)
        if node.name == names.MEMBERS:
            return plan.fold(MEMBERS, kind, value)
        of_member = plan.fold(self.rows[node.name], kind, value)
        if node.owner == MEMBER:
            return of_member
        again: Any = "sum" if how == "count" else kind
        return plan.fold(MEMBERS, again, of_member)

    def items(self, node: tree.Collection) -> str:
        """The relation of a collection's items."""
        return MEMBERS if node.name == names.MEMBERS else self.rows[node.name]

    def owner(self, node: tree.Collection) -> str:
        """The relation that owns a collection."""
        return MEMBERS if node.owner == MEMBER else HOUSEHOLDS

    def _any(self, node: tree.Quantifier, _place: str) -> Sql:
        of = node.collection
        predicate = self.bound(node.predicate, self.items(of))
        found = self.folded(of, "or", predicate)
        unknown = either(self.folded(of, "or", is_null(predicate)), negated(self.complete(of)))
        value = case((found, TRUE), (unknown, typed(exp.null(), "BOOLEAN")), default=FALSE)
        return self.plan.derive(self.owner(of), value)

    def _count(self, node: tree.Aggregate, _place: str) -> Sql:
        if node.operand is None:
            return self._aggregated(node, or_zero(self.folded(node.collection, "count", TRUE)))
        operand = self.bound(node.operand, self.items(node.collection))
        return self._aggregated(node, or_zero(self.folded(node.collection, "count", operand)))

    def _sum(self, node: tree.Aggregate, _place: str) -> Sql:
        item, inside = cast("Node", node.operand), self.items(node.collection)
        operand = self.bound(item, inside)
        have, want = cast("Number", item.type), cast("Number", node.type)
        wide = self.exact(inside).as_width(operand, have.digits, want.digits)
        return self._aggregated(node, or_zero(self.folded(node.collection, "sum", wide)))

    def _min(self, node: tree.Aggregate, _place: str) -> Sql:
        return self._of_items(node, "min")

    def _max(self, node: tree.Aggregate, _place: str) -> Sql:
        return self._of_items(node, "max")

    def _of_items(self, node: tree.Aggregate, how: str) -> Sql:
        """The least or greatest of the items; NULL over nothing."""
        operand = self.bound(cast("Node", node.operand), self.items(node.collection))
        return self._aggregated(node, self.folded(node.collection, how, operand))

    def _aggregated(self, node: tree.Aggregate, total: Sql) -> Sql:
        """The aggregate of the items; NULL when items may be missing or one of them is unknown."""
        of = node.collection
        missing = negated(self.complete(of))
        if node.operand is not None:
            operand = self.bound(node.operand, self.items(of))
            missing = either(missing, self.folded(of, "or", is_null(operand)))
        null = typed(exp.null(), self.sql_type(node.type))
        value = case((missing, null), default=typed(total, self.sql_type(node.type)))
        return self.plan.derive(self.owner(of), value)
