"""Asks the solver about households, and hands back what the interpreter confirms."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from shibie.case import Case
from shibie.engines.solver.answers import given_of
from shibie.engines.solver.days import Day
from shibie.engines.solver.household import Bound, HouseholdTerms, Slot
from shibie.engines.solver.logic import BoolTerm, both, implies, inverse
from shibie.engines.solver.outcome import SymbolicOutcome
from shibie.engines.solver.reading import SolverReading
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.values import ValueTerm
from shibie.engines.solver.z3lib import z3
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.proofs import decision_conditions, likely_people
from shibie.proofs.derived_households import Stepped
from shibie.proofs.likely_people import Wishes, granted
from shibie.proofs.witness import Claim, UnconfirmedError, Witness, confirmed, smallest
from shibie.ruleset.conditions import drawn_on, fields_used
from shibie.ruleset.model import RuleSet

Reply = Literal["found", "none", "undecided"]


@dataclass(frozen=True)
class SolverReply:
    """The solver's reply: a household, that there is none up to the bound, or neither."""

    reply: Reply
    witness: Witness | None = None


@dataclass(frozen=True)
class Claimed:
    """What one finding claims that no household should be.

    Attributes:
        within: the households that it speaks of.
        wrong: what is wrong with those that refute it.
        complete: whether it only speaks of households of which everything is known.
    """

    within: Node
    wrong: Node
    complete: bool = False


class Prover:
    """One rule set over one symbolic household, encoded once, asked many times.

    Args:
        ruleset: the pack.
        bound: how many members and rows are looked at.
        seconds: time for each single question.
        reads: the reading to use. With any but the exact one, a household that is found
            may be none at all, so it is not shown.
        only: names of the findings that are asked for; None: all of them.
        skip: names of findings that are not asked for.
        among: the households that are looked at, as a condition; None: all of them.
        household: the symbolic household, where it is not the usual one.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        bound: Bound | None = None,
        seconds: float = 10,
        reads: type[SolverReading] = SolverReading,
        only: Container[str] | None = None,
        skip: Container[str] = (),
        among: Node | None = None,
        household: Symbolic | None = None,
    ) -> None:
        self.only, self.skip, self.among, self.seconds = only, skip, among, seconds
        # What was asked, by the name of the finding: what should exist, and what should not.
        self.wanted: dict[str, Node] = {}
        self.claims: dict[str, Claimed] = {}
        self.ruleset, self.bound, self.reads = ruleset, bound or Bound(), reads
        self.household = household or Symbolic(ruleset, self.bound)
        self.outcome = self.outcome_of(self.household)
        self.solver = z3.Solver()
        self.solver.set("timeout", int(seconds * 1000))
        self.asserted = [0, 0]
        if reads is SolverReading:
            # Every fact that any rule asks for, so that a witness has them all.
            for rule in ruleset.rules:
                self.outcome.holds(rule)
            _ = self.outcome.eligible

    def wants(self, finding: str) -> bool:
        """Whether a finding is asked for."""
        return finding not in self.skip and (self.only is None or finding in self.only)

    # --- what can be said of a household ------------------------------------------------

    def outcome_of(
        self, facts: HouseholdTerms, settled: Mapping[tuple[str, str], ValueTerm] | None = None
    ) -> SymbolicOutcome:
        """What the rule set makes of this household, or of one made from it."""
        return SymbolicOutcome(facts, settled, self.reads)

    def yes(self, claim: Node) -> BoolTerm:
        """That a claim is true."""
        return self.outcome.reading.truth(claim).yes

    @cached_property
    def complete(self) -> BoolTerm:
        """That everything that eligibility rests on is known."""
        household, ruleset = self.household, self.ruleset
        used = fields_used(ruleset, drawn_on(ruleset))
        known = [
            implies(self._there(slot), value.known)
            for slot, value in list(household.slots.items())
            if (slot.owner, slot.name) in used
        ]
        people = range(self.bound.members)
        return both(
            *known,
            *(household.supplied(register) for register in ruleset.registers),
            *(implies(household.present(each), household.numbered(each)) for each in people),
            *self._sure_rows(),
        )

    def _sure_rows(self) -> Iterator[BoolTerm]:
        """That each row there is surely is about its member."""
        household, bound = self.household, self.bound
        for register in self.ruleset.registers:
            for member in range(bound.members):
                for row in range(bound.rows):
                    there = household.row(register, member, row)
                    yield implies(there, household.sure(register, member, row))

    def _there(self, slot: Slot) -> BoolTerm:
        if slot.owner == HOUSEHOLD:
            return True
        assert slot.member is not None
        if slot.owner == MEMBER:
            return self.household.present(slot.member)
        assert slot.row is not None
        return self.household.row(slot.owner, slot.member, slot.row)

    # --- questions ----------------------------------------------------------------------

    def claim(self, claim: Node, complete: bool = False, plain: bool = False) -> SolverReply:
        """A household of which a claim is true.

        Args:
            claim: the claim.
            complete: ask only about households of which everything is known.
            plain: make the household easy to read.
        """

        def shown(cases: tuple[Case, ...]) -> bool:
            (case,) = cases
            if complete and not decision_conditions.is_complete(self.ruleset, case):
                return False
            return decision_conditions.truth(claim, self.ruleset, case) is True

        terms = [self.yes(claim)]
        if complete:
            terms.append(self.complete)
        return self.find(terms, shown, plain=plain)

    def find(
        self, terms: Iterable[BoolTerm], claim: Claim, *others: HouseholdTerms, plain: bool = False
    ) -> SolverReply:
        """A household of which all terms hold, with the other households made from it.

        Args:
            terms: what is to hold, for the solver.
            claim: the same, for the interpreter.
            others: households made from the first one.
            plain: make it easy to read: few people and rows, nothing that is not needed.

        Raises:
            UnconfirmedError: when the interpreter does not see the claim hold.
        """
        wanted = list(terms)
        if any(term is False for term in wanted):
            return SolverReply("none")
        steps = {other.slot for other in others if isinstance(other, Stepped)}
        reply, model = self.ask(wanted, plain, steps)
        if reply != "found" or self.reads is not SolverReading:
            return SolverReply(reply)
        among, witness = self.among, self.witness(model, *others)

        def shown(cases: tuple[Case, ...]) -> bool:
            looked_at = among is None or decision_conditions.truth(among, self.ruleset, cases[0])
            return looked_at is True and claim(cases)

        if not confirmed(self.ruleset, witness, shown):
            raise UnconfirmedError(f"not confirmed by the interpreter: {witness}")
        return SolverReply("found", smallest(self.ruleset, witness, shown) if plain else witness)

    def ask(
        self, terms: list[BoolTerm], plain: bool = False, steps: Container[Slot] = ()
    ) -> tuple[Reply, Any]:
        """Whether the terms can hold together, and a model."""
        household, solver = self.household, self.solver
        if self.among is not None:
            terms = [*terms, self.yes(self.among)]
        for place, constraints in enumerate((household.structure, household.form)):
            solver.add(*constraints[self.asserted[place] :])
            self.asserted[place] = len(constraints)
        solver.push()
        try:
            solver.add(*terms)
            reply = solver.check()
            if reply != z3.sat:
                return "none" if reply == z3.unsat else "undecided", None
            model = solver.model()
            for wish in self._wishes(steps) if plain else ():
                model = granted(solver, wish) or model
            return "found", model
        finally:
            while solver.num_scopes():
                solver.pop()

    def _wishes(self, steps: Container[Slot]) -> Iterable[BoolTerm | Wishes]:
        """What makes a household easy to read, where the question leaves it open."""
        household, bound = self.household, self.bound
        yield household.as_of.key == Day.of(self.ruleset.effective_to).key
        yield from (inverse(household.present(member)) for member in range(1, bound.members))
        rules = (*self.ruleset.exclusions, *self.ruleset.reviews)
        yield both(
            *(inverse(household.verdict(rule.id, word)) for rule in rules for word in rule.verdicts)
        )
        people = range(bound.members)
        for row in reversed(range(bound.rows)):
            for register in self.ruleset.registers:
                yield both(*(inverse(household.row(register, member, row)) for member in people))
        yield both(*self._sure_rows())
        yield both(*(household.supplied(register) for register in self.ruleset.registers))
        yield both(*(implies(household.present(each), household.numbered(each)) for each in people))
        yield likely_people.dates_before_judgement(household)
        yield likely_people.ages(household)
        yield likely_people.kin(household)
        yield from likely_people.amounts(household, steps)

    def witness(self, model: Any, *others: HouseholdTerms) -> Witness:
        """The household of a model, and those made from it."""
        states = [given_of(facts, self.household, model) for facts in (self.household, *others)]
        return Witness(states[0][1], tuple(state for state, _ in states))
