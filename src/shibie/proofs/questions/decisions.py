"""Questions about the decision: exactly one for each household, and new facts never reverse it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shibie.case import Case
from shibie.engines.decide import decide
from shibie.engines.solver.logic import both, either, inverse
from shibie.errors import Words
from shibie.language.connectives import every, negated, some
from shibie.language.tree import And, Known, Node, Not, Or, Parameter
from shibie.lower.decision import PENDING, adjudicated, holds
from shibie.lower.standings import ELIGIBLE, INELIGIBLE
from shibie.proofs.derived_households import Forgotten
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover, SolverReply
from shibie.proofs.questions.existence import as_unwanted, unwanted


def one(prover: Prover) -> Iterator[ProofFinding]:
    """Exactly one eligibility for every household."""
    words = (ELIGIBLE, INELIGIBLE, PENDING)
    twice: list[Node] = [And((a, b)) for a in words for b in words if a.name < b.name]
    claim = some([*twice, Not(Or(words))])
    yield from unwanted(
        prover, "one", claim, Words("有户不是恰得一个结论", "a household has no one eligibility")
    )


def complete(prover: Prover) -> Iterator[ProofFinding]:
    """With everything known, only a review leaves a household pending."""
    reviewed = some(
        every([holds(rule), negated(adjudicated(rule))]) for rule in prover.ruleset.reviews
    )
    # A value that places are yet to state is none that the household could supply.
    stated = [
        Known(Parameter(each.name, each.key, type=each.type))
        for each in prover.ruleset.parameters.values()
        if each.open
    ]
    claim = every([PENDING, Not(reviewed), *stated])
    yield from unwanted(
        prover, "complete", claim,
        Words("资料齐全而仍待核实", "everything is known, and the household is still pending"),
        complete=True,
    )  # fmt: skip


def knowledge(prover: Prover) -> Iterator[ProofFinding]:
    """Checks that learning more facts never reverses a decision."""
    if not prover.wants("knowledge"):
        return
    less = Forgotten(prover.household)
    before, after = prover.outcome_of(less), prover.outcome
    turned = either(
        both(before.eligible, inverse(after.eligible)),
        both(before.ineligible, inverse(after.ineligible)),
    )

    def turns(cases: tuple[Case, ...]) -> bool:
        now, then = (decide(prover.ruleset, case).eligibility for case in cases)
        return then != "pending" and now != then

    faithful = less.faithful(before.reading, after.reading)
    found = prover.find([turned, *faithful], turns, less, plain=True)
    yield as_unwanted("knowledge", _reversed(found), Words(
        "补充一项资料，已有的结论就变了", "one more fact turns a decided household round",
    ))  # fmt: skip


def _reversed(found: SolverReply) -> SolverReply:
    """The pair in the order of time: first what was known, then what became known."""
    if found.witness is None:
        return found
    states = tuple(reversed(found.witness.states))
    return replace(found, witness=replace(found.witness, states=states))
