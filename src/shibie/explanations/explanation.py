"""The explanation of one household's decision, as data: what pages and papers are made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shibie.decision import Eligibility
from shibie.explanations.changed_cases import FactChange
from shibie.explanations.collect import ToCollect
from shibie.explanations.reasons import Reason
from shibie.explanations.search import Counterfactual
from shibie.explanations.uncounted import NotCounted
from shibie.explanations.words import Phrases


@dataclass(frozen=True)
class Collect:
    """A set of facts to find out, in words, what each answer leads to, and how to find it out."""

    facts: tuple[str, ...]
    settles: bool
    answers: tuple[tuple[str, str], ...]
    found: ToCollect
    how: tuple[str, ...] = ()


@dataclass(frozen=True)
class WouldChange:
    """A smallest change in words: what, its effect on derived numbers, who, and what comes of it."""

    text: str
    effects: str
    who: str
    leads_to: str
    found: Counterfactual
    phrases: Phrases

    def part(self, changes: Iterable[FactChange]) -> str:
        """Some of the changes in words."""
        wanted = set(changes)
        return self.phrases.changes(each for each in self.found.changes if each in wanted)


@dataclass(frozen=True)
class Obstacle:
    """Why not another outcome: what stands in its way."""

    outcome: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class Explanation:
    """Everything that is known about why one household is decided as it is.

    Attributes:
        head: by whose name it goes: its head, or where he does not count who speaks for it; empty
            where nobody counts.
        why: the rules that the result rests on, every one.
        others: the other rules that were asked, with what they found.
        why_not: for each other outcome, what stands in the way.
        collect: for a pending household, what to find out.
        change: what would change it, by facts and then by rules.
        moved: adjudications, discrepancies and acts, in words.
        procedure: faults of procedure, in words.
        tracks: the help given, in words.
        needed: for a pending household of which no set is found that settles it: what every
            such set needs, in words.
        undone: the comparisons that were not done and that undecided rules wait for, in one
            sentence; empty where it is fewer than two.
        uncounted: who of the form does not count, or of whom it is unknown, with the reason; None
            where the pack does not say who counts.
        former_head: the form's head, where he does not count and `head` is somebody else.
        standing: where it is between two rosters, and what its exit lacks, in words.
        stands_apart: whether that is more than eligibility says: it left, or stays without being eligible.
        caveats: what is said of how the roster was judged: a first screening, registers set aside.
        cut_short: whether the search for what to find out or for what would change it left
            something untried.
    """

    household_id: str
    head: str
    village: str
    persons: int
    eligibility: Eligibility
    outcome: str
    why: tuple[Reason, ...]
    others: tuple[Reason, ...]
    why_not: tuple[Obstacle, ...]
    collect: tuple[Collect, ...]
    change: tuple[WouldChange, ...]
    moved: tuple[str, ...]
    procedure: tuple[str, ...]
    tracks: tuple[str, ...]
    needed: tuple[str, ...] = ()
    cut_short: bool = False
    undone: str = ""
    uncounted: tuple[NotCounted, ...] | None = None
    former_head: str = ""
    caveats: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    stands_apart: bool = False
