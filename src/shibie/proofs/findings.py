"""The results of `verify`: for each question its findings, and the worst verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from shibie.errors import Words
from shibie.proofs.witness import Witness

# What came of one thing that should hold; `noted` is told, and neither good nor bad.
ProofVerdict = Literal["proved", "refuted", "undecided", "noted"]
# How far it reaches: a household that was found needs no bound, a proof may.
Reach = Literal["bound", "any"]


NOWHERE = Words("", "")


@dataclass(frozen=True)
class ProofFinding:
    """One thing that was asked.

    Attributes:
        name: its name, as `accepted:` in a pack spells it.
        what: what was found, in words.
        witness: the household that shows it.
        reach: whether it holds of every household, or up to the bound only.
        accepted: why the pack lives with it; empty where it does not.
        where: of an accepted one, the households of which it is; empty where none is spoken of.
    """

    name: str
    verdict: ProofVerdict
    what: Words
    witness: Witness | None = None
    reach: Reach = "any"
    accepted: str = ""
    where: Words = NOWHERE


@dataclass(frozen=True)
class QuestionResult:
    """One row of the table: a kind of question, and all of its findings."""

    name: str
    title: Words
    findings: tuple[ProofFinding, ...]
    seconds: float = 0

    @property
    def verdict(self) -> ProofVerdict:
        """The worst of its findings; what is accepted does not count."""
        return worst(each.verdict for each in self.findings if not each.accepted)

    @property
    def reach(self) -> Reach:
        """Whether any of its proofs rests on the bound."""
        return "bound" if any(each.reach == "bound" for each in self.findings) else "any"


_ORDER: tuple[ProofVerdict, ...] = ("refuted", "undecided", "proved", "noted")


def worst(verdicts: Iterable[ProofVerdict]) -> ProofVerdict:
    """The worst verdict; of none at all: proved.

    >>> worst(["proved", "undecided"]), worst([])
    ('undecided', 'proved')
    """
    found = set(verdicts)
    return next((verdict for verdict in _ORDER if verdict in found), "proved")
