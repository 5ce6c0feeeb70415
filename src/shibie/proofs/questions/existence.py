"""Two forms of question: what must exist, and what must not."""

from __future__ import annotations

from shibie.errors import Words
from shibie.language.tree import Node
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover, SolverReply


def wanted(
    prover: Prover, name: str, claim: Node, absent: Words, complete: bool = False
) -> ProofFinding:
    """That there is a household of which a claim is true.

    Args:
        prover: whom to ask.
        name: of the finding.
        claim: what there should be.
        absent: what to say when there is none.
        complete: look only where everything is known.
    """
    return as_wanted(name, prover.claim(claim, complete), absent)


def as_wanted(name: str, found: SolverReply, absent: Words) -> ProofFinding:
    """The reply to something that should exist."""
    match found.reply:
        case "found":
            return ProofFinding(name, "proved", Words("有这样的户", "there is one"), found.witness)
        case "none":
            return ProofFinding(name, "refuted", absent, reach="bound")
        case "undecided":
            return ProofFinding(name, "undecided", absent)


def unwanted(
    prover: Prover, name: str, claim: Node, present: Words, complete: bool = False
) -> ProofFinding:
    """That there is no household of which a claim is true.

    Args:
        prover: whom to ask.
        name: of the finding.
        claim: what there should not be.
        present: what to say of one.
        complete: look only where everything is known.
    """
    return as_unwanted(name, prover.claim(claim, complete, plain=True), present)


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
