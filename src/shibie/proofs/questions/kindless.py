"""A question about kinds: where a pack has them, every eligible household has one."""

from __future__ import annotations

from collections.abc import Iterator

from shibie.errors import Words
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover
from shibie.proofs.questions.existence import with_none


def kindless(prover: Prover) -> Iterator[ProofFinding]:
    """Every eligible household of which enough is known is of some kind."""
    what = Words("纳入而不属于任何类别的户", "an eligible household of no kind")
    yield from with_none(prover, "kindless", prover.ruleset.kinds, what)
