"""What a pack accepts, proved again: only where it says so, and only while there is something.

An acceptance speaks of households: those of which its `where:` is true. A household that
refutes the same claim and is none of them is a finding as if nothing had been accepted. One that
does not say where excuses a single place, which `places` makes out; of several, it has to.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Protocol

from shibie.errors import Words
from shibie.language.connectives import TRUE, not_true
from shibie.language.tree import Node
from shibie.proofs.findings import ProofFinding
from shibie.proofs.larger import Larger
from shibie.proofs.places import FindingPlace, place_of_witness
from shibie.proofs.prover import Prover
from shibie.ruleset.checking.properties import MUTANT
from shibie.ruleset.model import Accepted, RuleSet


class Asking(Protocol):
    """Asks one finding again, of some of the households only."""

    def __call__(self, name: str, among: Node, wider: bool = False) -> ProofFinding:
        """What is found when only the households are looked at of which `among` is true.

        Args:
            name: of the finding.
            among: the condition.
            wider: whether larger households than those of the bound are looked at, too.
        """


@dataclass(frozen=True)
class StaleAcceptance:
    """An acceptance that excuses nothing.

    Attributes:
        finding: what it accepts.
        at: `file:line:column` of it in the pack.
        why: what is wrong with it, and what to do.
    """

    finding: str
    at: str
    why: Words


def gone(accepted: Accepted) -> StaleAcceptance:
    """That an acceptance is of something that is not found (any more)."""
    return StaleAcceptance(accepted.finding, accepted.at, Words(
        f"接受的“{accepted.finding}”已不存在，请删去",
        f"the accepted '{accepted.finding}' does not exist any more; take it out",
    ))  # fmt: skip


@dataclass
class Acceptances:
    """The acceptances of a pack, each put beside the finding that it is about.

    Attributes:
        stale: those that excuse nothing, so far.
    """

    ruleset: RuleSet
    prover: Prover
    larger: Larger
    met: set[str] = field(default_factory=set)
    stale: list[StaleAcceptance] = field(default_factory=list)

    def applied(self, finding: ProofFinding, ask: Asking) -> ProofFinding:
        """The finding with the reason for which the pack lives with it, if it does.

        Args:
            finding: what was found.
            ask: asks it again.
        """
        accepted = next((a for a in self.ruleset.accepted if a.finding == finding.name), None)
        if accepted is None:
            return finding
        if finding.verdict == "proved" and finding.reach == "bound":
            # Larger households than those that were looked at may be what is meant.
            found = ask(finding.name, accepted.where or TRUE, wider=True)
            finding = found if found.verdict == "refuted" else finding
        if finding.verdict == "refuted" and finding.witness is not None:
            self.met.add(finding.name)
            return self._of_households(accepted, finding, ask)
        absent = finding.verdict == "undecided" and finding.reach == "bound"
        if finding.verdict != "refuted" and not absent:
            return finding
        self.met.add(finding.name)
        if accepted.where is None:
            return replace(finding, accepted=accepted.reason)
        self._excuses_nothing(accepted, Words(
            f"“{finding.name}”不是由哪一户看出来的，不能写 where",
            f"no household shows '{finding.name}', so `where` says nothing of it",
        ))  # fmt: skip
        return finding

    def unmet(self) -> tuple[StaleAcceptance, ...]:
        """All that are stale: also those of what is not found (any more)."""
        found = (
            gone(each)
            for each in self.ruleset.accepted
            if each.finding not in self.met and not each.finding.startswith(MUTANT)
        )
        return (*found, *self.stale)

    def _of_households(
        self, accepted: Accepted, finding: ProofFinding, ask: Asking
    ) -> ProofFinding:
        where, place = accepted.where, None
        if where is None:
            place = place_of_witness(self.prover, finding)
            if place is None:
                return self._says_not_where(finding)
            where = place.where
        elif self._is_everywhere(where):
            self._excuses_nothing(accepted, Words(
                f"接受“{finding.name}”的范围（where）对每一户都成立，等于没有说在哪里",
                f"the `where` of the accepted '{finding.name}' is true of every household; it says nothing",
            ))  # fmt: skip
            return finding
        inside = finding if place is not None else ask(finding.name, where)
        if inside.verdict == "proved":
            inside = ask(finding.name, where, wider=True)
        outside = ask(finding.name, not_true(where))
        if inside.verdict == "proved":
            self._excuses_nothing(accepted, Words(
                f"接受的“{finding.name}”在所写的范围（where）里已不存在，请删去或改写",
                f"the accepted '{finding.name}' does not exist any more where it says; "
                "take it out or rewrite `where`",
            ))  # fmt: skip
            return finding
        if outside.verdict == "proved":
            said = accepted.where_text
            return replace(
                finding,
                witness=inside.witness or finding.witness,
                accepted=accepted.reason,
                where=place.words if place is not None else Words(said, said),
                reach=outside.reach,
            )
        return _elsewhere(outside, place)

    def _is_everywhere(self, where: Node) -> bool:
        """Whether no household is anywhere else."""
        elsewhere = not_true(where)
        if self.prover.claim(elsewhere).reply != "none":
            return False
        return self.larger.wider.claim(elsewhere).reply == "none"

    def _says_not_where(self, finding: ProofFinding) -> ProofFinding:
        what = finding.what
        return replace(finding, what=Words(
            f"{what.zh}（已接受，但没有写 where 说明在哪些户上）",
            f"{what.en} (accepted, but without `where` to say of which households)",
        ))  # fmt: skip

    def _excuses_nothing(self, accepted: Accepted, why: Words) -> None:
        self.stale.append(StaleAcceptance(accepted.finding, accepted.at, why))


def _elsewhere(outside: ProofFinding, place: FindingPlace | None) -> ProofFinding:
    """What is still found, or not decided, of the households that are not accepted."""
    what = outside.what
    if place is None:
        words = Words(
            f"{what.zh}（在所接受的范围之外）", f"{what.en} (outside of what is accepted)"
        )
    else:
        words = Words(
            f"{what.zh}（不止一处，接受时要用 where 写明是哪一处；除了：{place.words.zh}）",
            f"{what.en} (in more than one place; say by `where` which is accepted; "
            f"apart from: {place.words.en})",
        )
    return replace(outside, what=words)
