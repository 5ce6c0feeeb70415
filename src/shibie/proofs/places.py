"""The place of a finding: the conditions that make the household of a witness one that refutes.

Of all that the conditions behind a claim say of the witness, as little is kept as makes every
household of which it is so refute the claim too. What is left is one place: a gap between two
rows, and not the one between two others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from shibie.errors import Words
from shibie.language.connectives import TRUE, every, not_true
from shibie.language.tree import And, Fact, Field, Literal, Node, Not, Or, Sure
from shibie.language.types import Bool
from shibie.lower import lowered
from shibie.proofs import decision_conditions
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover
from shibie.ruleset.conditions import definition
from shibie.ruleset.model import RuleSet
from shibie.words.lists import joined
from shibie.words.prose import describe


@dataclass(frozen=True)
class FindingPlace:
    """One place: a condition on households, and the same in words."""

    where: Node
    words: Words


def place_of_witness(prover: Prover, finding: ProofFinding) -> FindingPlace | None:
    """The place of the household that a finding shows; None where none can be made out.

    It can where the finding is about one household, not about one before and after a change.

    Args:
        prover: who asked.
        finding: refuted, with a witness.
    """
    claimed = prover.claims.get(finding.name)
    if claimed is None or finding.witness is None:
        return None
    ruleset = prover.ruleset
    (case,) = finding.witness.cases(ruleset)
    said: list[tuple[Node, bool]] = []
    for part in dict.fromkeys(_parts(ruleset, claimed.wrong)):
        truth = decision_conditions.truth(part, ruleset, case)
        if truth is not None:
            said.append((part, truth))

    def suffices(parts: list[tuple[Node, bool]]) -> bool:
        terms = [claimed.within, not_true(claimed.wrong), *map(_as_condition, parts)]
        return prover.claim(every(terms), claimed.complete).reply == "none"

    if not suffices(said):
        return None
    for each in list(said):
        fewer = [other for other in said if other is not each]
        if suffices(fewer):
            said = fewer
    where = every(_as_condition(each) for each in said)
    return None if where == TRUE else FindingPlace(where, _in_words(ruleset, said))


def _as_condition(said: tuple[Node, bool]) -> Node:
    part, truth = said
    return Sure(part) if truth else Sure(Not(part))


def _parts(ruleset: RuleSet, node: Node) -> Iterator[Node]:
    """The parts of a condition on a household that are not themselves logic, through its facts."""
    match node:
        case And(operands) | Or(operands):
            for each in operands:
                yield from _parts(ruleset, each)
        case Not(operand) | Sure(operand):
            yield from _parts(ruleset, operand)
        case Literal():
            return
        case Fact() if isinstance(node.type, Bool):
            yield from _parts(ruleset, definition(ruleset, node))
        case Field() if (behind := lowered(ruleset).definition(node)) is not None:
            yield from _parts(ruleset, behind)
        case _:
            yield node


def _in_words(ruleset: RuleSet, said: list[tuple[Node, bool]]) -> Words:
    zh = [f"“{describe(part, ruleset, 'zh')}”{'成立' if so else '不成立'}" for part, so in said]
    en = [f"'{describe(part, ruleset, 'en')}' {'holds' if so else 'does not'}" for part, so in said]
    return Words(joined(zh), joined(en, "en"))
