"""The reading in which a proof for a bounded number of members and rows holds for every size.

What is loosened, and why nothing is lost by it, is in the manual (docs/verify.md); how many members and
rows are enough for it, `unbounded` counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any, cast

from shibie.engines.solver import logic, numbers
from shibie.engines.solver.household import TOP, Bound, Slot, SymbolicPlace
from shibie.engines.solver.logic import BoolTerm, Int, TruthTerm, both, either, implies, inverse
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.values import End, NumberTerm, ValueTerm, limited, truth
from shibie.engines.solver.z3lib import z3
from shibie.language import tree
from shibie.language.operators import OPERATORS, Key, RegistryError, label_of, variants_of
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.language.types import Number as NumberType
from shibie.proofs.derived_households import DerivedHousehold, Forgotten, Grown, Stepped
from shibie.proofs.unbounded import read_of_who_counts
from shibie.ruleset.conditions import collections_used, definition, fields_used, opened, opened_at

# What the names of a household's numbers end with of which less is known.
_FORGOTTEN = " with less known"


class LoosenedReading(SolverReading):
    """The reading in which sums, counts and quotients may be any number."""

    def value(self, node: Node, place: SymbolicPlace = SymbolicPlace()) -> ValueTerm:
        """The value of a node, loosened."""
        loosened = _LOOSENED.get(node.operator)
        return loosened(self, node, place) if loosened else super().value(node, place)

    @property
    def base(self) -> Symbolic:
        """The household from which all others are made."""
        facts = self.facts
        return facts.base if isinstance(facts, DerivedHousehold) else cast("Symbolic", facts)

    def _label(self, node: Node, place: SymbolicPlace) -> str:
        """The variable's name, the same in all households whose items are the same."""
        facts, changed = self.facts, ""
        if isinstance(facts, Grown):
            # Through facts and comparisons too: what grows may stand far below.
            collections = collections_used(self.ruleset, [node])
            used = fields_used(self.ruleset, [node])
            if facts.register in collections or used & facts.fields.keys():
                changed = f" after {facts.name}"
        elif isinstance(facts, Forgotten):
            changed = _FORGOTTEN
        else:
            assert not isinstance(facts, Stepped)
        return f"any {node!r} at {place}{changed}"

    def _any_number(
        self, node: tree.Aggregate, place: SymbolicPlace
    ) -> tuple[NumberTerm, BoolTerm, BoolTerm]:
        """Any number; that all items and their values are known; that there may be an item.

        Where not everything is known, it is between any bounds, or unknown.
        """
        items = list(self._items(node.collection, place))
        known: BoolTerm = self._complete(node.collection, place)
        for belongs, at in items:
            known = both(known, belongs.known)
            if node.operand is not None:
                known = both(known, either(belongs.no, self.value(node.operand, at).known))
        scale = node.type.scale if isinstance(node.type, NumberType) else 0
        label = self._label(node, place)
        some = either(*(inverse(belongs.no) for belongs, _ in items))
        if known is True:
            return NumberTerm.exact(True, z3.Int(label), scale), True, some
        least, most = (
            End(either(known, z3.Bool(f"{way} of {label}")), z3.Int(f"{way} {label}"))
            for way in ("least", "most")
        )
        self.base.structure += [
            implies(both(least.has, most.has), least.units <= most.units),
            implies(known, least.units == most.units),
        ]
        found = NumberTerm(least, most, scale)
        self._no_less_known(node, found, label)
        return found, known, some

    def _no_less_known(self, node: tree.Aggregate, found: NumberTerm, label: str) -> None:
        """Of a household of which less is known, the bounds are no narrower.

        Which is so of all conditions but those that ask what is known.
        """
        before: dict[str, NumberTerm] = self.base.__dict__.setdefault("loosened", {})
        if not isinstance(self.facts, Forgotten):
            before[label] = found
            return
        more = before.get(label.removesuffix(_FORGOTTEN))
        if more is None or self._asks_what_is_known(node) or not self._keeps_who_counts:
            return
        self.base.structure += [
            implies(found.least.has, both(more.least.has, found.least.units <= more.least.units)),
            implies(found.most.has, both(more.most.has, found.most.units >= more.most.units)),
        ]

    def counts(self, member: int) -> TruthTerm:
        """Whether somebody counts: as it may be, in each household."""
        if self.ruleset.persons is None:
            return logic.TRUE
        return self._any_truth(str(member))

    def _looked_at(self, node: tree.Collection, member: int, row: int | None = None) -> TruthTerm:
        """Of rows, too, whether their owners count is as it may be, of each row by itself."""
        counts = super()._looked_at(node, member, row)
        if row is None or counts is logic.TRUE:
            return counts
        found = self._any_truth(f"{node.name}[{member}][{row}]")
        # Somebody's rows are missed by nobody where he does not count: then they do not, either.
        missed = both(counts.no, inverse(self.facts.complete(node.name, member)))
        self.base.structure.append(implies(missed, found.no))
        return found

    def _any_truth(self, of: str) -> TruthTerm:
        """Whether somebody counts, as it may be: known where all is that says who counts."""
        assert self.ruleset.persons is not None
        key = ("\0counted", of, None)
        if key in self.memo:
            return truth(self.memo[key])
        counted = self.ruleset.persons.counted
        label = f"{of} counts by {self._label(counted, TOP)}"
        found = TruthTerm(z3.Bool(f"yes {label}"), z3.Bool(f"no {label}"))
        self.memo[key] = found
        said, earlier = self.base.structure, self.base.__dict__.setdefault("may count", {})
        said.append(inverse(both(found.yes, found.no)))
        if not isinstance(self.facts, DerivedHousehold):
            earlier[of] = found
            said.append(implies(self._known_who_counts, found.known))
        elif isinstance(self.facts, Forgotten) and self._keeps_who_counts:
            more = earlier[of]
            said += [implies(found.yes, more.yes), implies(found.no, more.no)]
        return found

    @property
    def _keeps_who_counts(self) -> bool:
        """Whether more that is known never turns who counts: so for all but what asks `known(…)`.

        What asks it of nothing but the person's own fields is asked of one person by himself.
        """
        made: dict[str, bool] = self.base.__dict__
        if "keeps who counts" not in made:
            made["keeps who counts"] = self._kept_of_one()
        return made["keeps who counts"]

    def _kept_of_one(self) -> bool:
        persons = self.ruleset.persons
        if persons is None or not self._asks_what_is_known(persons.counted):
            return True
        if any(isinstance(each, tree.Collection) for each in opened(self.ruleset, persons.counted)):
            return False
        # Of two, for the first one may have to be the head.
        household = Symbolic(self.ruleset, Bound(members=2, rows=0))
        less = Forgotten(household)
        before, after = SolverReading(less), SolverReading(household)
        was, now = before.counts(1), after.counts(1)
        turned = either(both(was.yes, inverse(now.yes)), both(was.no, inverse(now.no)))
        solver = z3.Solver()
        solver.add(*less.faithful(before, after), household.present(1), turned)
        solver.add(*household.structure, *household.form)
        return bool(solver.check() == z3.unsat)

    @cached_property
    def _known_who_counts(self) -> BoolTerm:
        """That all is known of which is made who counts, of everybody on the form."""
        used = read_of_who_counts(self.ruleset)
        if used is None:
            return False
        facts, people = self.facts, range(self.facts.bound.members)
        known: list[BoolTerm] = [
            implies(facts.present(each), facts.numbered(each)) for each in people
        ]
        for owner, name in sorted(used):
            if owner == HOUSEHOLD:
                known.append(facts.fact(Slot(owner, name)).known)
                continue
            for member in people:
                if owner == MEMBER:
                    value = facts.fact(Slot(owner, name, member))
                    known.append(implies(facts.present(member), value.known))
                    continue
                for row in range(facts.bound.rows_of(owner, member)):
                    value = facts.fact(Slot(owner, name, member, row))
                    told = both(facts.sure(owner, member, row), value.known)
                    known.append(implies(facts.row(owner, member, row), told))
        registers = {owner for owner, _ in used} & self.ruleset.registers.keys()
        return both(*known, *(facts.supplied(register) for register in sorted(registers)))

    def _asks_what_is_known(self, node: Node) -> bool:
        def behind(part: Node, _: str) -> tuple[Node, str] | None:
            found = definition(self.ruleset, part)
            return None if found is None else (found, "")

        opened = opened_at([node], "", behind, lambda _, at: at)
        return any(isinstance(part, tree.Known | tree.Sure) for part, _ in opened)

    def _any_of_items(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        if not isinstance(node.type, NumberType):
            return super().value(node, place)
        found, _, some = self._any_number(node, place)
        return limited(found, some)

    def _any_sum(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        found, known, some = self._any_number(node, place)
        self.base.structure.append(implies(both(known, inverse(some)), found.units == 0))
        return found

    def _any_count(self, node: tree.Aggregate, place: SymbolicPlace) -> ValueTerm:
        found, known, some = self._any_number(node, place)
        said = self.base.structure
        said.append(implies(both(known, inverse(some)), found.units == 0))
        # Whatever is not known of it, a count is at least nothing.
        said += [end.units >= 0 for end in (found.least, found.most)]
        if not found.is_exact:
            said.append(found.least.has)
        if node.operand is None:
            said.append(implies(both(known, some), found.units >= 1))
        return found

    def _any_quotient(self, node: tree.RoundQuotient, place: SymbolicPlace) -> ValueTerm:
        above, below = self.number(node.numerator, place), self.number(node.denominator, place)
        if isinstance(below.units, int) and below.is_exact:
            return super().value(node, place)
        # One function for each way of rounding: the nearest is not the next below.
        name = f"quotient {above.scale} {below.scale} {node.places} {node.way}"
        function = z3.Function(name, z3.IntSort(), z3.IntSort(), z3.IntSort())

        def over(x: End, y: End) -> Int:
            terms = [z3.IntVal(end.units) if isinstance(end.units, int) else end.units
                     for end in (x, y)]  # fmt: skip
            found = function(*terms)
            self._as_a_quotient_is(name, x.units, y.units, found)
            self.base.structure.append(
                implies(
                    both(terms[1] > 0, terms[0] < 0),
                    found < 0 if node.way == "down" else found <= 0,
                )
            )
            return found

        return numbers.quotient_by(above, below, node.places, over, floors=node.way == "down")

    def _as_a_quotient_is(self, name: str, above: Int, below: Int, quotient: Int) -> None:
        """Adds the laws of quotients over divisors above zero.

        Over the same divisor more is not less, nor over a lesser one; and of what is not
        negative the quotient is not, either.
        """
        earlier: list[tuple[Any, Any, Any]] = self.base.__dict__.setdefault(name, [])
        ways = [(each, (above, below, quotient)) for each in earlier]
        for (a, b, q), (c, d, r) in [*ways, *((two, one) for one, two in ways)]:
            nearer = either(b == d, both(c >= 0, d <= b), both(a <= 0, b <= d))
            self.base.structure.append(implies(both(b > 0, d > 0, a <= c, nearer), q <= r))
        self.base.structure.append(implies(both(below > 0, above >= 0), quotient >= 0))
        earlier.append((above, below, quotient))


_LOOSENED: Mapping[Key, Callable[[LoosenedReading, Any, SymbolicPlace], ValueTerm]] = {
    (tree.Aggregate, "count"): LoosenedReading._any_count,
    (tree.Aggregate, "sum"): LoosenedReading._any_sum,
    (tree.Aggregate, "min"): LoosenedReading._any_of_items,
    (tree.Aggregate, "max"): LoosenedReading._any_of_items,
    **{
        (tree.RoundQuotient, way): LoosenedReading._any_quotient
        for way in variants_of(tree.RoundQuotient)
    },
}
for _key in OPERATORS:
    # What is said of how many items are enough holds of aggregates that are loosened here.
    if _key[0] is tree.Aggregate and _key not in _LOOSENED:
        raise RegistryError(f"proofs of any size do not know how to loosen {label_of(_key)}")
