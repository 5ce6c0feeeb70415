"""Questions about the decision itself: one for each household, and it only ever firms up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from shibie.engine.case import Case
from shibie.engine.decide import decide
from shibie.engine.solver.logic import both, either, inverse
from shibie.errors import Words
from shibie.language.connectives import every, some
from shibie.language.tree import And, Node, Not, Or
from shibie.lower.decision import ELIGIBLE, INELIGIBLE, PENDING, holds, refuted, upheld
from shibie.verify.asking import as_unwanted, unwanted
from shibie.verify.findings import Finding
from shibie.verify.pairs import Forgotten
from shibie.verify.prover import Found, Prover


def one(prover: Prover) -> Iterator[Finding]:
    """Exactly one eligibility for every household."""
    words = (ELIGIBLE, INELIGIBLE, PENDING)
    twice: list[Node] = [And((a, b)) for a in words for b in words if a.name < b.name]
    claim = some([*twice, Not(Or(words))])
    yield unwanted(
        prover, "one", claim, Words("有户不是恰得一个结论", "a household has no one eligibility")
    )


def complete(prover: Prover) -> Iterator[Finding]:
    """With everything known, only a review leaves a household pending."""
    reviewed = some(
        every([holds(rule), Not(upheld(rule)), Not(refuted(rule))])
        for rule in prover.ruleset.reviews
    )
    claim = every([PENDING, Not(reviewed)])
    yield unwanted(
        prover, "complete", claim,
        Words("资料齐全而仍待核实", "everything is known, and the household is still pending"),
        complete=True,
    )  # fmt: skip


def knowledge(prover: Prover) -> Iterator[Finding]:
    """More facts never turn a decided household round."""
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
        "补充一项资料,已有的结论就变了", "one more fact turns a decided household round",
    ))  # fmt: skip


def _reversed(found: Found) -> Found:
    """The pair in the order of time: first what was known, then what became known."""
    if found.witness is None:
        return found
    states = tuple(reversed(found.witness.states))
    return replace(found, witness=replace(found.witness, states=states))
