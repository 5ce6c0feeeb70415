"""Households of which some facts are blank, and what every way to fill them in comes to.

A household stays pending for nothing where each completion of its blanks would give one and the same
result. That there is such a household is a question with an "each" inside a "there is", which the
solver does not take as it stands. It is asked in turns: for a pending household, then for a completion
that is not of the result; of the next household, that one (with its own known facts) must be, too. What
is learned from each is a copy of the decision's term in which the blanks are filled in.

A blank number is any number: that the form takes none below 0 does not make it bounded, in no
reading. Only facts are filled in. Registers are compared, numbers known, rows surely somebody's: what these
lack is for the promise that more facts never turn a decision, and for `explain` to ask.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from shibie.engines.solver.household import Bound, Slot
from shibie.engines.solver.logic import BoolTerm, TruthTerm, both, either, implies, inverse
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.values import CodeSet, Dated, NumberTerm, ValueTerm
from shibie.engines.solver.z3lib import z3
from shibie.language.tree import MEMBER, Known, Node, Parameter
from shibie.proofs.prover import Prover, Reply
from shibie.proofs.witness import UnconfirmedError, Witness
from shibie.ruleset.model import RuleSet

# So many households are looked at before it is left open whether there is one.
MOST_TURNS = 15
# So many times what a form takes is more than any sum of as many numbers as there are in a pack.
_FAR = 10**6
# Of a person who has both, the form takes one only.
_ONE_OF = ("education", "school_status")


@dataclass(frozen=True)
class SameResult:
    """A pending household of which each completion has one result; or that there is none.

    Attributes:
        reply: whether one was found.
        witness: the household.
    """

    reply: Reply
    witness: Witness | None = None


class _AnyNumbers(Symbolic):
    """A household whose numbers may be any, also those that a form does not take."""

    def limits(self, slot: Slot) -> tuple[int, int]:
        """Limits that no sum of what a form takes comes near to."""
        least, most = super().limits(slot)
        return -_FAR * max(-least, most), _FAR * most

    def taken(self, slot: Slot, value: NumberTerm) -> BoolTerm:
        """That a number, where it is known, is one that the form takes."""
        least, most = super().limits(slot)
        return implies(value.known, both(value.units >= least, value.units <= most))


class Completions:
    """Asks about the completions of the households of a rule set.

    Args:
        ruleset: the pack.
        bound: how many members and rows are looked at.
        seconds: time for each single question.
    """

    def __init__(self, ruleset: RuleSet, bound: Bound, seconds: float) -> None:
        self.household = _AnyNumbers(ruleset, bound)
        self.prover = Prover(ruleset, bound, seconds, household=self.household)

    @cached_property
    def blanks(self) -> dict[Slot, ValueTerm]:
        """The facts that may be blank and be filled in: all but those that a register settles.

        Who has declared nothing, and has no hit, is known not to have it; a "yes" after that would
        be another declaration.
        """
        ruleset, found = self.prover.ruleset, {}
        for slot, value in self.household.slots.items():
            hits = ruleset.comparison_of(slot.owner, slot.name)
            settled = hits is not None and ruleset.registers[hits.collection.name].absence == "no"
            if not settled and slot.name != "id_number" and not slot.owner.startswith("step:"):
                found[slot] = value
        return found

    @cached_property
    def pending(self) -> list[BoolTerm]:
        """That a household is pending, and that all but its facts is known."""
        household, prover = self.household, self.prover
        ruleset, people = prover.ruleset, range(prover.bound.members)
        # A value that places are yet to state is none that the household could supply.
        stated = [
            Known(Parameter(each.name, each.key, type=each.type))
            for each in ruleset.parameters.values()
            if each.open
        ]
        rules = (*ruleset.exclusions, *ruleset.reviews)
        return [
            prover.outcome.pending,
            *map(prover.yes, stated),
            *(household.supplied(register) for register in ruleset.registers),
            *map(household.numbered, people),
            # Whether somebody is a person of the household is settled first, by rules of its own.
            *(prover.outcome.reading.counts(member).known for member in people),
            *(household.sure(register, member, row) for register in ruleset.registers
              for member in people for row in range(prover.bound.rows)),
            *(inverse(household.verdict(rule.id, word)) for rule in rules for word in rule.verdicts),
            *(household.taken(slot, value) for slot, value in list(household.slots.items())
              if isinstance(value, NumberTerm)),
        ]  # fmt: skip

    @cached_property
    def filled(self) -> list[BoolTerm]:
        """That nothing of it is blank any more."""
        found = []
        for slot in self.blanks:
            known = _known(slot)
            if slot.owner == MEMBER and slot.name in _ONE_OF:
                known = either(*(_known(Slot(MEMBER, name, slot.member)) for name in _ONE_OF))
            found.append(known)
        return found

    def of_one_truth(self, condition: Node, value: bool, terms: list[BoolTerm]) -> SameResult:
        """A pending household of which a condition is unknown, and one truth in each completion.

        Args:
            condition: the condition.
            value: that truth.
            terms: what else is to hold of the household.

        Raises:
            UnconfirmedError: when the interpreter does not see it pending.
        """
        prover, truth = self.prover, self.prover.outcome.reading.truth(condition)
        term = truth.yes if value else truth.no
        asked = [*self.pending, truth.unknown, *terms]
        plain = False
        for _ in range(MOST_TURNS):
            reply, model = prover.ask(asked, plain)
            if reply != "found":
                return SameResult(reply)
            fixed = tuple(self.known_facts(model))
            reply, completion = self.completed(fixed, inverse(term))
            if reply == "undecided":
                return SameResult(reply)
            if reply == "found":
                asked.append(self.as_filled(term, completion))
            elif not plain:
                plain = True  # There is one; now one that is easy to read.
            elif self.completed(fixed, term)[0] == "found":
                return SameResult("found", self.confirmed(model))
            else:
                break  # Nobody can fill it in, as the form goes: that says nothing.
        return SameResult("undecided")

    def confirmed(self, model: Any) -> Witness:
        """The household of a model, which the interpreter sees pending."""
        witness = self.prover.witness(model)
        (decision,) = witness.decisions(self.prover.ruleset)
        if decision.eligibility != "pending":
            raise UnconfirmedError(f"not confirmed by the interpreter: {witness}")
        return witness

    def completed(self, fixed: Iterable[BoolTerm], claim: BoolTerm) -> tuple[Reply, Any]:
        """A completion of a household of which a claim is true."""
        return self.prover.ask([*fixed, *self.filled, claim])

    def known_facts(self, model: Any) -> Iterator[BoolTerm]:
        """What a household of the solver's is, as far as it is known."""
        household = self.household

        def same(term: Any) -> BoolTerm:
            return term == model.eval(term, model_completion=True)

        days = (household.as_of, *household.days.values())
        parts = [part for day in days for part in (day.year, day.month, day.day)]
        yield from map(same, household.bits.values())
        yield from (same(part) for part in parts if z3.is_expr(part))
        for slot, value in household.slots.items():
            known = z3.is_true(model.eval(_known(slot), model_completion=True))
            if known or slot not in self.blanks:
                yield from map(same, (_known(slot), *_variables(slot, value)))

    def as_filled(self, term: BoolTerm, model: Any) -> BoolTerm:
        """That a household with its blanks filled in as in a model has the term hold.

        Where the form allows no such household, nothing is said.
        """
        pairs = []
        for slot, value in self.blanks.items():
            known = _known(slot)
            if not z3.is_true(model.eval(known, model_completion=True)):
                continue
            pairs.append((known, z3.BoolVal(True)))
            for variable in _variables(slot, value):
                filled = model.eval(variable, model_completion=True)
                pairs.append((variable, z3.If(known, variable, filled)))
        form = both(*self.household.structure, *self.household.form)
        claim = implies(form, term)
        return z3.substitute(claim, *pairs) if z3.is_expr(claim) else claim


def _known(slot: Slot) -> BoolTerm:
    """The solver's variable for whether a fact is known."""
    return z3.Bool(f"known {slot.label}")


def _variables(slot: Slot, value: ValueTerm) -> list[Any]:
    """The solver's variables for what a fact is."""
    match value:
        case TruthTerm():
            return [z3.Bool(slot.label)]
        case Dated():
            return [value.day.year, value.day.month, value.day.day]
        case CodeSet():
            return list(value.has.values())
        case _:
            return [z3.Int(slot.label)]
