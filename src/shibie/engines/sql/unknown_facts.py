"""The unknown facts that matter, as lists of labels: `trace.unknown_facts` in SQL.

Each node gives the labels of the facts below that leave it undecided, and whether it is
undecided by itself although its operands are known (a division by zero, a minimum over
nothing): such a node goes by the name of the fact or rule that it stands in.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from shibie.engines.sql.building import (
    FALSE,
    Sql,
    both,
    case,
    concatenated,
    either,
    is_null,
    is_true,
    negated,
    no_texts,
    not_null,
    one_text,
    text,
    typed,
)
from shibie.engines.sql.expressions import Compiler
from shibie.engines.sql.plan import HOUSEHOLDS, MEMBERS
from shibie.language import tree
from shibie.language.names import MEMBERS as ALL_MEMBERS
from shibie.language.tree import MEMBER, Node
from shibie.language.walks import children


@dataclass(frozen=True)
class Labels:
    """Labels of the unknown facts below a node, and whether one goes by its rule's name."""

    names: Sql
    unnamed: Sql


NONE = Labels(no_texts(), FALSE)


class Unknowns:
    """Compiles lists of unknown facts beside a compiler's values."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler, self.plan = compiler, compiler.plan
        self.titles = {row: name for name, row in compiler.rows.items()}
        self.facts: dict[tuple[str, str], Labels] = {}

    def of_condition(self, node: Node, name: str) -> Sql:
        """The labels of a household condition, and the name of its rule."""
        return self._named(self.labels(node, HOUSEHOLDS), text(name))

    def _named(self, found: Labels, name: Sql) -> Sql:
        if found.unnamed == FALSE:
            return found.names
        own = case((found.unnamed, one_text(name)), default=no_texts())
        return concatenated([found.names, own])

    def label(self, place: str, name: str) -> Sql:
        """A fact's label as seen from a place."""
        if place == HOUSEHOLDS:
            return text(name)
        if place == MEMBERS:
            before, key = "members[", self.plan.source(MEMBERS, "member_id")
        else:
            before, key = f"{self.titles[place]}[", self.plan.source(place, "row_")
        shown = typed(key, "TEXT")
        return exp.func("CONCAT", text(before), shown, text(f"].{name}"))

    def labels(self, node: Node, place: str) -> Labels:
        """The labels of a node at a place; empty where its value is known."""
        match node:
            case tree.Literal() | tree.AsOf() | tree.Known() | tree.Sure():
                return NONE
            case tree.Field():
                return self._field(node, place)
            case tree.Parameter():
                return self._parameter(node, place)
            case tree.Given():
                return self._leaf(node, place, "id_number")
            case tree.Fact():
                return self._fact(node, place)
            case tree.Collection():
                return self._collection(node, place)
            case tree.Choose():
                return self._choose(node, place)
            case tree.Quantifier() | tree.Aggregate():
                return self._items(node, place)
            case _:
                below = [self.labels(child, place) for child in children(node)]
                own: Sql = FALSE
                if isinstance(node, tree.RoundQuotient):
                    own = both(*(self._known(child, place) for child in children(node)))
                return self._guarded(node, place, below, own)

    def _value(self, node: Node, place: str) -> Sql:
        return self.compiler.bound(node, place)

    def _known(self, node: Node, place: str) -> Sql:
        return not_null(self._value(node, place))

    def _guarded(self, node: Node, place: str, below: list[Labels], own: Sql = FALSE) -> Labels:
        """Labels that count only where the node itself is unknown."""
        undecided = is_null(self._value(node, place))
        names = [each.names for each in below if each.names != NONE.names]
        unnamed = [each.unnamed for each in below if each.unnamed != FALSE]
        unnamed += [own] if own != FALSE else []
        return Labels(
            case((undecided, concatenated(names)), default=no_texts()) if names else NONE.names,
            self.plan.derive(place, is_true(both(undecided, either(*unnamed))))
            if unnamed
            else FALSE,
        )

    def _leaf(self, node: Node, place: str, name: str) -> Labels:
        unknown = is_null(self._value(node, place))
        return Labels(case((unknown, one_text(self.label(place, name))), default=no_texts()), FALSE)

    # --- leaves -------------------------------------------------------------------------

    def _field(self, node: tree.Field, place: str) -> Labels:
        hits = self.compiler.compared(node)
        if hits is None:
            return self._leaf(node, place, node.name)
        # What the declaration did not settle, the register did not either. A household's
        # comparison is made at the household, a member's wherever it is asked about.
        return self._guarded(
            node, place, [self.labels(hits, place if node.owner == MEMBER else HOUSEHOLDS)]
        )

    def _parameter(self, node: tree.Parameter, place: str) -> Labels:
        parameter = self.compiler.ruleset.parameters[node.name]
        leaf = self._leaf(node, place, node.name)
        if parameter.key is None and node.key is None:
            return leaf
        assert node.key is not None
        key_known = self._known(node.key, HOUSEHOLDS)
        below = self._guarded(node, place, [self.labels(node.key, HOUSEHOLDS)])
        return Labels(case((key_known, leaf.names), default=below.names), below.unnamed)

    def _fact(self, node: tree.Fact, place: str) -> Labels:
        owner = MEMBERS if node.owner == MEMBER else HOUSEHOLDS
        key = (owner, node.name)
        if key not in self.facts:
            below = self.labels(self.compiler.ruleset.facts[node.owner, node.name].node, owner)  # type: ignore[index]
            self.facts[key] = Labels(
                self.plan.derive(owner, below.names) if below.names != NONE.names else NONE.names,
                below.unnamed,
            )
        return Labels(self._named(self.facts[key], self.label(place, node.name)), FALSE)

    def _collection(self, node: tree.Collection, place: str) -> Labels:
        if node.name == ALL_MEMBERS:
            return NONE
        missing = negated(self.compiler.complete(node))
        row = self.compiler.rows[node.name]
        supplied = self.plan.source(HOUSEHOLDS, f"supplied_{row}")
        here = one_text(self.label(place, node.name))
        if node.owner == MEMBER:
            names = case((supplied, here), default=one_text(text(node.name)))
        else:
            # Each person who could not be matched, or the register as a whole.
            gone = negated(self.plan.source(MEMBERS, f"complete_{row}"))
            whom = one_text(self.label(MEMBERS, node.name))
            persons = self.plan.fold(MEMBERS, "list", case((gone, whom), default=no_texts()))
            names = case((supplied, persons), default=here)
        return Labels(case((missing, names), default=no_texts()), FALSE)

    # --- nodes that do not look at all of their operands --------------------------------

    def _choose(self, node: tree.Choose, place: str) -> Labels:
        condition = self._value(node.condition, place)
        open_, yes = is_null(condition), is_true(condition)
        guards = {
            0: None,
            1: either(open_, yes),
            2: either(open_, is_true(negated(condition))),
        }
        below = []
        for number, operand in enumerate((node.condition, node.then, node.otherwise)):
            found, guard = self.labels(operand, place), guards[number]
            if guard is not None:
                names = found.names
                if names != NONE.names:
                    names = case((guard, names), default=no_texts())
                unnamed = FALSE if found.unnamed == FALSE else both(guard, found.unnamed)
                found = Labels(names, unnamed)
            below.append(found)
        return self._guarded(node, place, below)

    def _items(self, node: tree.Quantifier | tree.Aggregate, place: str) -> Labels:
        of, compiler = node.collection, self.compiler
        below = [self._collection(of, place)]
        operand = node.predicate if isinstance(node, tree.Quantifier) else node.operand
        own: Sql = FALSE
        inside = compiler.items(of)
        if operand is not None:
            found = self.labels(operand, inside)
            if found.names != NONE.names:
                names = compiler.folded(of, "list", self.plan.derive(inside, found.names))
                below.append(Labels(names, FALSE))
            if found.unnamed != FALSE:
                below.append(Labels(NONE.names, compiler.folded(of, "or", found.unnamed)))
        # Any other aggregate but a sum or a count may have no value over nothing.
        if isinstance(node, tree.Aggregate) and node.kind not in ("sum", "count"):
            assert operand is not None
            unknown = compiler.folded(of, "or", is_null(self._value(operand, inside)))
            own = both(compiler.complete(of), negated(is_true(unknown)))
        return self._guarded(node, place, below, own)
