"""Symbolic households derived from another: facts forgotten, amounts grown, one row more."""

from __future__ import annotations

from collections.abc import Mapping

from shibie.engines.solver.days import Day
from shibie.engines.solver.household import HouseholdTerms, Slot, SymbolicPlace
from shibie.engines.solver.logic import BoolTerm, TruthTerm, both, either, implies, inverse
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.values import NumberTerm, ValueTerm, limited
from shibie.engines.solver.z3lib import z3
from shibie.household import Verdict
from shibie.language.tree import MEMBER, Field


class DerivedHousehold(HouseholdTerms):
    """A household made from another; as it stands, the same one."""

    def __init__(self, base: Symbolic) -> None:
        self.base, self.ruleset, self.bound = base, base.ruleset, base.bound
        self.as_of, self.texts, self.trusting = base.as_of, base.texts, base.trusting

    def present(self, member: int) -> BoolTerm:
        """The same people."""
        return self.base.present(member)

    def numbered(self, member: int) -> BoolTerm:
        """The same numbers."""
        return self.base.numbered(member)

    def born(self, member: int) -> Day:
        """The same birth dates."""
        return self.base.born(member)

    def male(self, member: int) -> BoolTerm:
        """The same sexes."""
        return self.base.male(member)

    def elsewhere(self, member: int) -> BoolTerm:
        """Found in the same places."""
        return self.base.elsewhere(member)

    def supplied(self, register: str) -> BoolTerm:
        """The same comparisons."""
        return self.base.supplied(register)

    def complete(self, register: str, member: int) -> BoolTerm:
        """As far as they were known."""
        return self.base.complete(register, member)

    def row(self, register: str, member: int, row: int) -> BoolTerm:
        """The same rows."""
        return self.base.row(register, member, row)

    def sure(self, register: str, member: int, row: int) -> BoolTerm:
        """As sure."""
        return self.base.sure(register, member, row)

    def fact(self, slot: Slot) -> ValueTerm:
        """The same facts."""
        return self.base.fact(slot)

    def verdict(self, rule: str, verdict: Verdict) -> BoolTerm:
        """The same adjudications."""
        return self.base.verdict(rule, verdict)


class Forgotten(DerivedHousehold):
    """The same household with less information: facts, registers and numbers may be forgotten.

    A declared "yes" that is forgotten after its register said "no" would not leave the fact
    unknown but false; that is another declaration, so `faithful` rules it out.
    """

    def faithful(self, less: SolverReading, more: SolverReading) -> list[BoolTerm]:
        """That no compared fact is known in `less` to be other than it is in `more`."""
        found = []
        for owner, name in self.ruleset.comparisons:
            members = range(self.bound.members) if owner == MEMBER else [None]
            for member in members:
                field, at = Field(owner, name), SymbolicPlace(member)
                a, b = less.truth(field, at), more.truth(field, at)
                found += [implies(a.yes, b.yes), implies(a.no, b.no)]
        return found

    def _kept(self, name: str) -> BoolTerm:
        return z3.Bool(f"kept {name}")

    def numbered(self, member: int) -> BoolTerm:
        """A number may be forgotten."""
        return both(self.base.numbered(member), self._kept(f"number[{member}]"))

    def supplied(self, register: str) -> BoolTerm:
        """A comparison may not have been done yet."""
        return both(self.base.supplied(register), self._kept(f"register {register}"))

    def _reached(self, register: str, member: int) -> BoolTerm:
        return both(self._kept(f"register {register}"), self._kept(f"number[{member}]"))

    def complete(self, register: str, member: int) -> BoolTerm:
        """Rows are known where the register and the number are."""
        return both(self.base.complete(register, member), self._reached(register, member))

    def row(self, register: str, member: int, row: int) -> BoolTerm:
        """Rows are found by the number in the register."""
        return both(self.base.row(register, member, row), self._reached(register, member))

    def sure(self, register: str, member: int, row: int) -> BoolTerm:
        """That a row is about the member may be forgotten, as with its number masked."""
        return both(
            self.base.sure(register, member, row), self._kept(f"whose {register}[{member}][{row}]")
        )

    def fact(self, slot: Slot) -> ValueTerm:
        """A fact may be forgotten."""
        name = f"number[{slot.member}]" if slot.name == "id_number" else slot.label
        return limited(self.base.fact(slot), self._kept(name))


class Grown(DerivedHousehold):
    """The same household with more (or less) of some facts, or one more row of a register.

    Args:
        base: the household.
        fields: (owner, name) of the facts, each with whether it grows or shrinks.
        register: the register that gets one more row (or has one less).
        up: whether the register grows.

    `changes` are the conditions under which it is that.
    """

    def __init__(
        self,
        base: Symbolic,
        fields: Mapping[tuple[str, str], bool] | None = None,
        register: str = "",
        up: bool = True,
    ) -> None:
        super().__init__(base)
        self.fields, self.register, self.up = dict(fields or {}), register, up
        self.changes: list[BoolTerm] = []
        self.made: dict[Slot, ValueTerm] = {}
        self.more: list[BoolTerm] = []
        if register:
            self.more = [self._grows(member) for member in range(base.bound.members)]
            self.changes.append(z3.PbEq([(more, 1) for more in self.more], 1))

    @property
    def name(self) -> str:
        """What is changed, as part of the name of a variable."""
        return " ".join((*sorted(f"{owner}.{name}" for owner, name in self.fields), self.register))

    def _grows(self, member: int) -> BoolTerm:
        base, register = self.base, self.register
        more = z3.Bool(f"grows {register}[{member}]")
        most = base.bound.rows_of(register, member)
        full = base.row(register, member, most - 1) if most else True
        there = (base.present(member), base.supplied(register), base.numbered(member))
        if self.up:
            self.changes.append(implies(more, both(*there, inverse(full))))
        else:
            self.changes.append(implies(more, base.row(register, member, 0)))
            self.changes += [
                implies(both(more, self._is_last(member, row)), base.sure(register, member, row))
                for row in range(base.bound.rows)
            ]
        return more

    def row(self, register: str, member: int, row: int) -> BoolTerm:
        """One row more, after the others; or the last one less."""
        base = self.base
        here = base.row(register, member, row)
        if register != self.register or row >= base.bound.rows_of(register, member):
            return here
        if self.up:
            before = base.row(register, member, row - 1) if row else True
            return either(here, both(self.more[member], before))
        return both(here, inverse(both(self.more[member], self._is_last(member, row))))

    def _is_last(self, member: int, row: int) -> BoolTerm:
        """Whether it is the member's last row."""
        base, register = self.base, self.register
        here = base.row(register, member, row)
        return both(
            here,
            inverse(base.row(register, member, row + 1)) if row + 1 < self.bound.rows else True,
        )

    def sure(self, register: str, member: int, row: int) -> BoolTerm:
        """As sure; the row more surely is the member's."""
        sure = self.base.sure(register, member, row)
        if register != self.register or not self.up:
            return sure
        return either(inverse(self.base.row(register, member, row)), sure)

    def fact(self, slot: Slot) -> ValueTerm:
        """A fact that grows or shrinks, or any other."""
        value = self.base.fact(slot)
        up = self.fields.get((slot.owner, slot.name))
        if up is None:
            return value
        if slot not in self.made:
            self.made[slot] = self._changed(slot, value, up)
        return self.made[slot]

    def _changed(self, slot: Slot, value: ValueTerm, up: bool) -> ValueTerm:
        if isinstance(value, TruthTerm):
            turned = z3.Bool(f"turned {slot.label}")
            if up:
                return TruthTerm(
                    either(value.yes, both(value.no, turned)), both(value.no, inverse(turned))
                )
            return TruthTerm(
                both(value.yes, inverse(turned)), either(value.no, both(value.yes, turned))
            )
        assert isinstance(value, NumberTerm)
        step = z3.Int(f"step {slot.label}")
        self.changes.append(step >= 0)
        units = value.units + step if up else value.units - step
        self.changes += within(self.base, slot, units)
        return NumberTerm.exact(value.known, units, value.scale)


class Stepped(DerivedHousehold):
    """The same household with one number changed by the smallest step."""

    def __init__(self, base: Symbolic, slot: Slot) -> None:
        super().__init__(base)
        self.slot = slot
        value = base.fact(slot)
        assert isinstance(value, NumberTerm)
        self.value = NumberTerm.exact(value.known, value.units + 1, value.scale)
        self.changes = [value.known, *within(base, slot, self.value.units)]

    def fact(self, slot: Slot) -> ValueTerm:
        """The changed number, or any other fact."""
        return self.value if slot == self.slot else self.base.fact(slot)


def within(base: Symbolic, slot: Slot, units: object) -> list[BoolTerm]:
    """That a changed number is one that the form allows."""
    low, high = base.limits(slot)
    return [units >= low, units <= high]  # type: ignore[operator]
