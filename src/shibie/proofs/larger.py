"""What holds up to the bound, asked again of larger households: of every size, or of a few more.

That a household was not found among those that were looked at proves little: five members may
do what four cannot. So it is asked of the loosened rule set, of which a "none" holds of every size
(`unbounded` says why), and then of the rule set itself over a larger bound.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property

from shibie.engines.solver.household import Bound
from shibie.errors import Words
from shibie.language.tree import Field, Node
from shibie.language.walks import walk
from shibie.lower.named import DECISION
from shibie.proofs.findings import ProofFinding
from shibie.proofs.loosened import LoosenedReading
from shibie.proofs.prover import Prover
from shibie.proofs.unbounded import enough
from shibie.ruleset.conditions import deciding_conditions
from shibie.ruleset.model import RuleSet

Asking = Callable[[Prover], Iterator[ProofFinding]]
# How much larger the second bound is; what takes more people or rows than that stays undecided.
MORE_MEMBERS, MORE_ROWS = 3, 2


def asked_again(
    ask: Asking, prover: Prover, names: Container[str], among: Node | None = None
) -> tuple[ProofFinding, ...]:
    """Some findings of a question.

    Args:
        ask: the question.
        prover: whom to ask.
        names: of the findings.
        among: the households to look at; None: all.
    """
    prover.only, prover.among = names, among
    try:
        return tuple(ask(prover))
    finally:
        prover.only = prover.among = None


def is_absent(finding: ProofFinding) -> bool:
    """Whether it is of something that should exist, and was not found up to the bound."""
    return finding.verdict == "undecided" and finding.reach == "bound"


@dataclass
class Larger:
    """One rule set over larger households; each is encoded once, when it is first needed."""

    ruleset: RuleSet
    bound: Bound
    seconds: float
    loosened: dict[tuple[Node, ...], Prover] = field(default_factory=dict)

    def settled(
        self, ask: Asking, prover: Prover, findings: tuple[ProofFinding, ...]
    ) -> tuple[ProofFinding, ...]:
        """The findings, each that was absent up to the bound settled as far as it can be.

        Args:
            ask: the question.
            prover: who was asked it.
            findings: what came of it.
        """
        absent = [each.name for each in findings if is_absent(each)]
        never = {name for name in absent if self._never(ask, name, prover.wanted[name])}
        left = [name for name in absent if name not in never]
        shown = {e.name: e for e in asked_again(ask, self.wider, left)} if left else {}
        return tuple(
            self._as_settled(each, each.name in never, shown.get(each.name))
            if is_absent(each)
            else each
            for each in findings
        )

    def marked(
        self, ask: Asking, findings: tuple[ProofFinding, ...], among: Node | None = None
    ) -> tuple[ProofFinding, ...]:
        """The findings, with the proofs that hold for households of every size marked.

        Args:
            ask: a question about eligibility alone.
            findings: what came of it.
            among: the households of which it was asked.
        """
        proved = {e.name for e in findings if e.verdict == "proved" and e.reach == "bound"}
        if not proved:
            return findings
        prover = self._loosened((*self._promised(), *([among] if among is not None else [])))
        again = asked_again(ask, prover, proved, among)
        proved = {each.name for each in again if each.verdict == "proved"}
        return tuple(
            replace(each, reach="any") if each.name in proved else each for each in findings
        )

    @cached_property
    def wider(self) -> Prover:
        """The rule set itself, over households larger than those that were looked at."""
        bound = Bound(MORE_MEMBERS * self.bound.members, MORE_ROWS * self.bound.rows)
        return Prover(self.ruleset, bound, self.seconds)

    def _loosened(self, roots: tuple[Node, ...]) -> Prover:
        if roots not in self.loosened:
            bound = enough(self.ruleset, roots)
            self.loosened[roots] = Prover(self.ruleset, bound, self.seconds, LoosenedReading)
        return self.loosened[roots]

    def _promised(self) -> Iterator[Node]:
        """What questions about eligibility speak of."""
        yield from deciding_conditions(self.ruleset)
        for promise in self.ruleset.properties:
            yield from (node for node in (promise.when, promise.then) if node is not None)

    def _never(self, ask: Asking, name: str, claim: Node) -> bool:
        """Whether there is no household of any size of which a claim is true."""
        prover = self._loosened((claim, *self._behind_the_decision(walk(claim))))
        return all(map(is_absent, asked_again(ask, prover, {name})))

    def _behind_the_decision(self, parts: Iterable[Node]) -> Iterator[Node]:
        """What stands behind the decision and the standings, where a claim asks about them."""
        owners = {part.owner for part in parts if isinstance(part, Field)}
        if any(owner.startswith(DECISION) for owner in owners):
            yield from deciding_conditions(self.ruleset)
            yield from (each.when for each in self.ruleset.standings)
            if self.ruleset.exits is not None:
                yield self.ruleset.exits.when
                yield from (each.node for each in self.ruleset.exits.criteria)

    def _as_settled(
        self, finding: ProofFinding, never: bool, shown: ProofFinding | None
    ) -> ProofFinding:
        if never:
            return replace(finding, verdict="refuted", reach="any")
        if shown is not None and shown.verdict == "proved":
            return shown
        # What takes the wider household too long is no better known than before.
        bound = self.wider.bound if shown is not None and is_absent(shown) else self.bound
        what = finding.what
        return replace(finding, what=Words(
            f"至多 {bound.members} 人、每人每表至多 {bound.rows} 行的户里没有找到，更大的户未定：{what.zh}",
            f"not found among households of up to {bound.members} members and {bound.rows} rows each, "
            f"and larger ones are undecided: {what.en}",
        ))  # fmt: skip
