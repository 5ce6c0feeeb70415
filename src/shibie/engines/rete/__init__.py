"""The forward-chaining reading, on durable-rules (extra `rete`).

Leaf tests are evaluated by the interpreter's own cases into known-true, known-false or
unknown; the chaining from leaf to rule to conclusion to eligibility to tracks is
durable-rules'. It decides as the interpreter does, household by household or, in
`live.py`, event by event.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from shibie.case import Case
from shibie.decision import Decision
from shibie.engines.rete.decide import decide_by_chaining
from shibie.ruleset.model import RuleSet

__all__ = ["decide_all", "decide_by_chaining"]


def decide_all(ruleset: RuleSet, cases: Sequence[Case]) -> Iterator[Decision]:
    """Every case's decision, in order."""
    return (decide_by_chaining(ruleset, case) for case in cases)
