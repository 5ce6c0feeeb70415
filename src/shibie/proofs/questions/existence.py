"""Two forms of question: what must exist, and what must not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shibie.errors import Words
from shibie.language.connectives import TRUE, every
from shibie.language.tree import Node, Not
from shibie.lower.decision import holds
from shibie.lower.standings import ELIGIBLE
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Claimed, Prover, SolverReply
from shibie.ruleset.model import Rule


def wanted(prover: Prover, name: str, claim: Node, absent: Words) -> Iterator[ProofFinding]:
    """That there is a household of which a claim is true.

    Args:
        prover: whom to ask.
        name: of the finding.
        claim: what there should be.
        absent: what to say when there is none.
    """
    if prover.wants(name):
        prover.wanted[name] = claim
        yield as_wanted(name, prover.claim(claim), absent)


def as_wanted(name: str, found: SolverReply, absent: Words) -> ProofFinding:
    """The reply to something that should exist.

    That none was found up to the bound leaves it undecided, with the reach `bound`: a larger
    household may be one.
    """
    if found.reply == "found":
        return ProofFinding(name, "proved", Words("有这样的户", "there is one"), found.witness)
    return ProofFinding(
        name, "undecided", absent, reach="bound" if found.reply == "none" else "any"
    )


def unwanted(
    prover: Prover,
    name: str,
    wrong: Node,
    present: Words,
    complete: bool = False,
    within: Node = TRUE,
) -> Iterator[ProofFinding]:
    """That there is no household of which a claim is true.

    Args:
        prover: whom to ask.
        name: of the finding.
        wrong: what there should not be.
        present: what to say of one.
        complete: look only where everything is known.
        within: the households that are looked at; all by default.
    """
    if prover.wants(name):
        prover.claims[name] = Claimed(within, wrong, complete)
        reply = prover.claim(every([within, wrong]), complete, plain=True)
        yield as_unwanted(name, reply, present)


def as_unwanted(name: str, found: SolverReply, present: Words) -> ProofFinding:
    """The reply to something that should not exist."""
    match found.reply:
        case "found":
            return ProofFinding(name, "refuted", present, found.witness)
        case "none":
            return ProofFinding(
                name, "proved", Words("没有反例", "no counterexample"), reach="bound"
            )
        case "undecided":
            return ProofFinding(name, "undecided", present)


def with_none(
    prover: Prover, name: str, rules: Sequence[Rule], present: Words
) -> Iterator[ProofFinding]:
    """That no eligible household of which enough is known is without all of some rules.

    Args:
        prover: whom to ask.
        name: of the finding.
        rules: of which it should have one; where a pack has none, nothing is asked.
        present: what to say of one that has none.
    """
    if rules:
        none = every(Not(holds(rule)) for rule in rules)
        yield from unwanted(prover, name, none, present, within=ELIGIBLE)
