"""The symbolic household: every fact an unknown of its own, members and rows up to a bound.

Facts are made when a condition first asks for them, so a query carries only what its rules
use. `structure` is what holds of every case whatsoever; `form` is what the registration form
and the comparisons add: there is a member, rows are found by a usable citizen number, there
is one head of the household.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from shibie import citizen_id
from shibie.engines.solver.days import Day, valid
from shibie.engines.solver.household import Bound, HouseholdTerms, Slot
from shibie.engines.solver.logic import (
    BoolTerm,
    Int,
    agree,
    both,
    decided,
    either,
    implies,
    inverse,
)
from shibie.engines.solver.texts import Texts
from shibie.engines.solver.values import CodeSet, Dated, NumberTerm, ValueTerm, Word
from shibie.engines.solver.z3lib import z3
from shibie.household import Verdict
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import Bool as BoolType
from shibie.language.types import Code, Codes, Date, type_of
from shibie.language.types import Number as NumberType
from shibie.registers.matching import usable_number
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec

# Nobody is older than this in a witness; a proof speaks of people up to this age.
OLDEST = 130


@dataclass
class Symbolic(HouseholdTerms):
    """A household of which nothing is known but the form it has.

    Attributes:
        structure: constraints that hold of every case.
        form: constraints that hold of every case a valid roster can give.
        slots: the facts asked for so far.
        bits: the yes-or-no circumstances asked for so far, by name.
        days: the birth dates asked for so far, by member.
    """

    ruleset: RuleSet
    bound: Bound = field(default_factory=Bound)
    as_of: Day = None  # type: ignore[assignment]
    texts: Texts = None  # type: ignore[assignment]
    trusting: BoolTerm = False
    structure: list[BoolTerm] = field(default_factory=list)
    form: list[BoolTerm] = field(default_factory=list)
    slots: dict[Slot, ValueTerm] = field(default_factory=dict)
    bits: dict[str, BoolTerm] = field(default_factory=dict)
    days: dict[int, Day] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.texts is None:
            self.texts = Texts.of(self.ruleset)
        if self.as_of is None:
            self.as_of = self.day("as_of")
            span = self.ruleset.effective_from, self.ruleset.effective_to
            first, last = (Day.of(each).key for each in span)
            self.structure += [self.as_of.key >= first, self.as_of.key <= last]
        for member in range(self.bound.members):
            if member:
                self.structure.append(implies(self.present(member), self.present(member - 1)))
            else:
                self.form.append(self.present(0))

    # --- variables ----------------------------------------------------------------------

    def bit(self, name: str) -> BoolTerm:
        """A named Boolean variable of the household."""
        if name not in self.bits:
            self.bits[name] = z3.Bool(name)
        return self.bits[name]

    def day(self, name: str) -> Day:
        """A calendar day of its own."""
        day = Day(*(z3.Int(f"{name}.{part}") for part in ("year", "month", "day")))
        self.structure.append(valid(day))
        return day

    # --- circumstances ------------------------------------------------------------------

    def present(self, member: int) -> BoolTerm:
        """Whether there is such a member."""
        return self.bit(f"present[{member}]")

    def numbered(self, member: int) -> BoolTerm:
        """Whether the member has a usable citizen number."""
        return self.bit(f"numbered[{member}]")

    def born(self, member: int) -> Day:
        """The birth date in the number."""
        if member not in self.days:
            day = self.days[member] = self.day(f"born[{member}]")
            numbered = self.numbered(member)
            self.structure.append(implies(numbered, day.key <= self.as_of.key))
            self.form.append(implies(numbered, day.year >= self.as_of.year - OLDEST))
        return self.days[member]

    def male(self, member: int) -> BoolTerm:
        """The sex in the number."""
        return self.bit(f"male[{member}]")

    def elsewhere(self, member: int) -> BoolTerm:
        """Whether the member was found in another household, too: by his number, or by an act."""
        return self.bit(f"elsewhere[{member}]")

    def supplied(self, register: str) -> BoolTerm:
        """Whether a register was compared at all."""
        return self.bit(f"supplied[{register}]")

    def complete(self, register: str, member: int) -> BoolTerm:
        """Whether all of a member's rows are known."""
        name = f"complete[{register}][{member}]"
        if name not in self.bits:
            bit, supplied = self.bit(name), self.supplied(register)
            self.structure.append(implies(bit, supplied))
            self.form.append(implies(self.present(member), bit == both(supplied, self.numbered(member))))  # fmt: skip
        return self.bits[name]

    def row(self, register: str, member: int, row: int) -> BoolTerm:
        """Whether a member has such a row."""
        if row >= self.bound.rows_of(register, member):
            return False
        name = f"row[{register}][{member}][{row}]"
        if name not in self.bits:
            bit = self.bit(name)
            self.structure.append(implies(bit, both(self.present(member), self.supplied(register))))
            self.form.append(implies(bit, self.numbered(member)))
            if row:
                self.structure.append(implies(bit, self.row(register, member, row - 1)))
        return self.bits[name]

    def sure(self, register: str, member: int, row: int) -> BoolTerm:
        """Whether such a row, if there is one, surely is about the member."""
        return self.bit(f"sure[{register}][{member}][{row}]")

    def verdict(self, rule: str, verdict: Verdict) -> BoolTerm:
        """Whether an officer gave this verdict on the rule: at most one, of those it allows."""
        adjudicable = self.ruleset.rule(rule)
        allowed = adjudicable.verdicts if adjudicable is not None else ()
        if verdict not in allowed:
            return False
        if f"{verdict}[{rule}]" not in self.bits:
            bits = [self.bit(f"{each}[{rule}]") for each in allowed]
            if len(bits) > 1:
                self.structure.append(z3.AtMost(*bits, 1))
        return self.bits[f"{verdict}[{rule}]"]

    # --- facts --------------------------------------------------------------------------

    def fact(self, slot: Slot) -> ValueTerm:
        """A declared field or a column of a row."""
        if slot not in self.slots:
            spec = self.ruleset.field_specs(slot.owner)[slot.name]
            self.slots[slot] = self._made(slot, spec)
            self._form_of(slot)
        return self.slots[slot]

    def limits(self, slot: Slot) -> tuple[int, int]:
        """The least and the most units that a number may have."""
        spec = self.ruleset.field_specs(slot.owner)[slot.name]
        of = type_of(spec)
        assert isinstance(of, NumberType)
        factor = 10**of.scale
        limit = of.limit * factor + factor - 1
        least = -limit if spec.minimum is None else spec.minimum * factor
        return least, limit if spec.maximum is None else spec.maximum * factor

    def _made(self, slot: Slot, spec: FieldSpec) -> ValueTerm:
        known, label = z3.Bool(f"known {slot.label}"), slot.label
        match type_of(spec):
            case BoolType():
                return decided(known, z3.Bool(label))
            case NumberType() as of:
                units = z3.Int(label)
                least, most = self.limits(slot)
                self.structure += [units >= least, units <= most]
                return NumberTerm.exact(known, units, of.scale)
            case Date():
                return Dated(known, self.day(label))
            case Code(codes=codes):
                return Word(known, self._place(label, len(codes)))
            case Codes(codes=codes):
                return CodeSet(known, {code: z3.Bool(f"{label}.{code}") for code in codes})
            case _:
                return Word(known, self._place(label, None))

    def _place(self, label: str, most: int | None) -> Int:
        place = z3.Int(label)
        self.structure.append(place >= 0)
        if most is not None:
            self.structure.append(place < most)
        return place

    # --- the form -----------------------------------------------------------------------

    def _form_of(self, slot: Slot) -> None:
        """The rules of the 2014 form that a fact takes part in."""
        match slot:
            case Slot(owner="member", name="id_number", member=int(member)):
                self._written_number(slot, member)
            case Slot(owner="household", name="main_cause" | "other_causes"):
                main = self.fact(Slot(HOUSEHOLD, "main_cause"))
                others = self.fact(Slot(HOUSEHOLD, "other_causes"))
                assert isinstance(main, Word)
                assert isinstance(others, CodeSet)
                chosen = list(others.has.values())
                self.form.append(implies(others.known, z3.AtMost(*chosen, 2)))
                self.form += [
                    implies(both(main.known, others.known, main.place == place), inverse(has))
                    for place, has in enumerate(chosen)
                ]
            case Slot(owner="member", name="education" | "school_status", member=member):
                one = self.fact(Slot(MEMBER, "education", member)).known
                other = self.fact(Slot(MEMBER, "school_status", member)).known
                self.form.append(inverse(both(one, other)))
            case Slot(owner="member", name="relation", member=0):
                self._one_head()

    def _written_number(self, slot: Slot, member: int) -> None:
        """Adds what follows from a citizen number that a rule names or that two members share."""
        number, numbered = self.fact(slot), self.numbered(member)
        assert isinstance(number, Word)
        born, male = self.born(member), self.male(member)
        self.form.append(implies(numbered, number.known))
        for text, place in self.texts.places.items():
            here = both(number.known, number.place == place)
            usable = usable_number(text, self.ruleset.effective_to)
            if usable is None:
                self.form.append(implies(here, inverse(numbered)))
                continue
            day = Day.of(citizen_id.birth_date(usable))
            entailed = both(
                numbered == (day.key <= self.as_of.key), born.key == day.key,
                agree(male, citizen_id.sex(usable) == "男"),
            )  # fmt: skip
            self.form.append(implies(here, entailed))
        for other in range(member):
            theirs = self.fact(Slot(MEMBER, slot.name, other))
            assert isinstance(theirs, Word)
            alike = both(number.known, theirs.known, number.place == theirs.place)
            entailed = both(
                numbered == self.numbered(other), born.key == self.born(other).key,
                agree(male, self.male(other)),
            )  # fmt: skip
            self.form.append(implies(alike, entailed))

    def _one_head(self) -> None:
        """One member is the head, unless the form has no relations at all."""
        heads, asked = [], []
        for member in range(self.bound.members):
            relation = self.fact(Slot(MEMBER, "relation", member))
            assert isinstance(relation, Word)
            here = both(self.present(member), relation.known)
            asked.append(here)
            heads.append(both(here, relation.place == 0))
        self.form.append(either(inverse(either(*asked)), z3.PbEq([(head, 1) for head in heads], 1)))
