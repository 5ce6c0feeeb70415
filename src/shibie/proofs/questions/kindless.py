"""A question about kinds: where a pack has them, every eligible household has one."""

from __future__ import annotations

from collections.abc import Iterator

from shibie.errors import Words
from shibie.language.connectives import every
from shibie.language.tree import Not
from shibie.lower.decision import holds
from shibie.lower.standings import ELIGIBLE
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover
from shibie.proofs.questions.existence import unwanted


def kindless(prover: Prover) -> Iterator[ProofFinding]:
    """Every eligible household of which enough is known is of some kind."""
    kinds = prover.ruleset.kinds
    if kinds:
        none = every(Not(holds(rule)) for rule in kinds)
        yield from unwanted(
            prover, "kindless", none,
            Words("纳入而不属于任何类别的户", "an eligible household of no kind"),
            within=ELIGIBLE,
        )  # fmt: skip
