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
    TRUE,
    Sql,
    binary,
    binary_is,
    both,
    case,
    concatenated,
    either,
    is_null,
    is_true,
    negated,
    no_texts,
    not_null,
    number,
    one_text,
    text,
    typed,
)
from shibie.engines.sql.expressions import Compiler
from shibie.engines.sql.plan import HOUSEHOLDS, MEMBERS
from shibie.language import tree
from shibie.language.names import PEOPLE
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
            case tree.Literal() | tree.AsOf() | tree.FoundElsewhere() | tree.Known() | tree.Sure():
                return NONE
            case tree.Field():
                return self._field(node, place)
            case tree.Parameter():
                return self._parameter(node, place)
            case tree.Given(name="counted"):
                return self._counted()
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
        at = place if node.owner == MEMBER else HOUSEHOLDS
        below = [self.labels(hits, at)]
        if self.compiler.ruleset.registers[hits.collection.name].absence == "unknown":
            here = one_text(self.label(place, node.name))
            none = binary_is(self._value(hits, at), FALSE)
            below.append(Labels(case((none, here), default=no_texts()), FALSE))
        return self._guarded(node, place, below)

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
        definition = self.compiler.ruleset.facts[node.owner, node.name].node  # type: ignore[index]
        below = self._once(owner, node.name, definition)
        return Labels(self._named(below, self.label(place, node.name)), FALSE)

    def _counted(self) -> Labels:
        """What leaves it open whether a member counts, at the member."""
        persons = self.compiler.ruleset.persons
        return NONE if persons is None else self._once(MEMBERS, "", persons.counted)

    def _once(self, owner: str, name: str, node: Node) -> Labels:
        """The labels of what has a name of its own, as columns of its owner."""
        key = (owner, name)
        if key not in self.facts:
            below = self.labels(node, owner)
            names = below.names
            if names != NONE.names:
                names = self.plan.derive(owner, names)
            self.facts[key] = Labels(names, below.unnamed)
        return self.facts[key]

    def _collection(self, node: tree.Collection, place: str) -> Labels:
        if node.name in PEOPLE:
            return NONE
        missing = negated(self.compiler.complete(node))
        row = self.compiler.rows[node.name]
        unnamed: Sql = FALSE
        supplied = self.plan.source(HOUSEHOLDS, f"supplied_{row}")
        here = one_text(self.label(place, node.name))
        if node.owner == MEMBER:
            names = case((supplied, here), default=one_text(text(node.name)))
        else:
            # Each person who could not be matched, or the register as a whole.
            gone: Sql = negated(self.plan.source(MEMBERS, f"complete_{row}"))
            whom = one_text(self.label(MEMBERS, node.name))
            if self.compiler.counts_matter(node):
                counted = self.compiler.counted
                who = self._counted()
                whom = case(
                    (binary_is(counted, FALSE), no_texts()), default=concatenated([whom, who.names])
                )
                if who.unnamed != FALSE:
                    flagged = self.plan.fold(MEMBERS, "or", both(gone, who.unnamed))
                    unnamed = both(missing, supplied, flagged)
            persons = self.plan.fold(MEMBERS, "list", case((gone, whom), default=no_texts()))
            names = case((supplied, persons), default=here)
        return Labels(case((missing, names), default=no_texts()), unnamed)

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
        for place_of, operand in enumerate((node.condition, node.then, node.otherwise)):
            found, guard = self.labels(operand, place), guards[place_of]
            if guard is not None:
                names = found.names
                if names != NONE.names:
                    names = case((guard, names), default=no_texts())
                unnamed = FALSE if found.unnamed == FALSE else both(guard, found.unnamed)
                found = Labels(names, unnamed)
            below.append(found)
        return self._guarded(node, place, below)

    def _items(self, node: tree.Quantifier | tree.Aggregate, place: str) -> Labels:
        of = node.collection
        operand = node.predicate if isinstance(node, tree.Quantifier) else node.operand
        inside = self.compiler.items(of)
        found = NONE if operand is None else self.labels(operand, inside)
        below = [self._collection(of, place), *self._of_items(of, found)]
        below += self._of_perhaps(node, operand)
        own: Sql = FALSE
        # Any other aggregate but a sum or a count may have no value over nothing.
        if isinstance(node, tree.Aggregate) and node.kind not in ("sum", "count"):
            assert operand is not None
            missing = is_null(self._value(operand, inside))
            open_ = self.compiler.folded(of, "or", missing, TRUE)
            own = both(self.compiler.complete(of), negated(is_true(open_)))
            if of.name in self.compiler.asked.crowds:
                own = both(own, negated(is_true(self.compiler.crowd_there(of))))
        return self._guarded(node, place, below, own)

    def _of_items(self, of: tree.Collection, found: Labels) -> list[Labels]:
        """What is unknown of the items that are there, and of persons who may count."""
        compiler, inside, below = self.compiler, self.compiler.items(of), []
        people = of.name in PEOPLE
        if found.names != NONE.names:
            names = self.plan.derive(inside, found.names)
            below.append(Labels(self._listed(of, names, names if people else None), FALSE))
        if found.unnamed != FALSE:
            unnamed = found.unnamed
            own = compiler.folded(of, "or", unnamed, unnamed if people else exp.null())
            below.append(Labels(NONE.names, own))
        return below

    def _listed(self, of: tree.Collection, sure: Sql, perhaps: Sql | None) -> Sql:
        """Lists of items put together; a row of several members by the owner who counts most."""
        compiler = self.compiler
        if of.name not in compiler.asked.shared or of.owner == MEMBER or of.name in PEOPLE:
            return compiler.folded(
                of, "list", sure, exp.null() if perhaps is None else perhaps, empty=no_texts()
            )
        return compiler.listed_once(of, sure)

    def _of_perhaps(
        self, node: tree.Quantifier | tree.Aggregate, operand: Node | None
    ) -> list[Labels]:
        """Why it is not sure of items that they are there, where it matters."""
        of, compiler = node.collection, self.compiler
        if compiler.all_sure(of):
            return []
        matters = self._matters(node, operand)
        inside, below = compiler.items(of), []
        who = NONE
        if compiler.counts_matter(of):
            who = self._counted()
        if of.name in PEOPLE:
            return [self._where(of, matters, who)]
        if of.name in compiler.asked.perhaps:
            row = self._row_label(inside)
            below.append(
                Labels(compiler.unsure_rows(of, case((matters, row), default=no_texts())), FALSE)
            )
        if compiler.counts_matter(of) and who != NONE:
            names = case((matters, who.names), default=no_texts())
            below.append(Labels(compiler.rows_of_maybe_counted(of, names), FALSE))
            if who.unnamed != FALSE:
                flagged = both(matters, who.unnamed)
                below.append(Labels(NONE.names, compiler.rows_of_maybe_counted(of, flagged, "or")))
        if of.name in compiler.asked.crowds:
            there = compiler.crowd_there(of)
            if not compiler.crowd_apart(of, operand):
                is_crowd = both(self.plan.source(inside, "crowd_"), matters)
                there = compiler.folded(of, "or", FALSE, is_crowd)
            names = case((is_true(there), one_text(text(f"{of.name}[*]"))), default=no_texts())
            below.append(Labels(names, FALSE))
        return below

    def _matters(self, node: tree.Quantifier | tree.Aggregate, operand: Node | None) -> Sql:
        """Whether it matters to a node that an item is there; never NULL."""
        if operand is None or (isinstance(node, tree.Aggregate) and node.kind in ("min", "max")):
            return TRUE
        value = self._value(operand, self.compiler.items(node.collection))
        if isinstance(node, tree.Aggregate) and node.kind == "sum":
            return negated(is_true(binary(exp.EQ, value, number(0))))
        settled = TRUE if isinstance(node, tree.Quantifier) and node.kind == "all" else FALSE
        return negated(binary_is(value, settled))

    def _where(self, of: tree.Collection, matters: Sql, who: Labels) -> Labels:
        """What is missing of persons of whom it is unknown whether they count."""
        compiler = self.compiler
        names = NONE.names
        if who.names != NONE.names:
            wanted = case((matters, who.names), default=no_texts())
            names = compiler.folded(of, "list", no_texts(), wanted, empty=no_texts())
        unnamed: Sql = FALSE
        if who.unnamed != FALSE:
            unnamed = compiler.folded(of, "or", FALSE, both(matters, who.unnamed))
        return Labels(names, unnamed)

    def _row_label(self, relation: str) -> Sql:
        """A row's own name: `vehicles[7]`."""
        shown = typed(self.plan.source(relation, "row_"), "TEXT")
        name = exp.func("CONCAT", text(f"{self.titles[relation]}["), shown, text("]"))
        return one_text(name)
