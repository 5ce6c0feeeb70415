"""Questions about the tracks: nobody eligible goes without, and which go together."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from shibie.case import Case
from shibie.engines.decide import decide
from shibie.engines.solver.logic import both
from shibie.errors import Words
from shibie.language.connectives import every
from shibie.language.tree import Node, Not
from shibie.lower.decision import holds
from shibie.lower.standings import ELIGIBLE
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover
from shibie.proofs.questions.existence import with_none
from shibie.ruleset.model import Rule
from shibie.words.lists import joined

# More sets of tracks than this are not counted.
MOST_SETS = 64


def gap(prover: Prover) -> Iterator[ProofFinding]:
    """Every eligible household of which enough is known gets at least one track."""
    what = Words("纳入而没有任何帮扶批次的户", "an eligible household without any track")
    yield from with_none(prover, "gap", prover.ruleset.tracks, what)


def together(prover: Prover) -> Iterator[ProofFinding]:
    """Which sets of tracks one household can have."""
    tracks = prover.ruleset.tracks
    if not tracks:
        return
    sets, finished = _sets(prover, tracks)
    never = [
        (a.id, b.id)
        for a, b in combinations(tracks, 2)
        if not any({a.id, b.id} <= each for each in sets)
        and prover.claim(every([ELIGIBLE, holds(a), holds(b)])).reply == "none"
    ]
    most = 2 ** len(tracks)
    parts_zh = [f"{'' if finished else '至少 '}{len(sets)} 种组合（共 {most} 种）会出现"]
    parts_en = [f"{'' if finished else 'at least '}{len(sets)} of {most} sets of tracks occur"]
    if never:
        parts_zh.append("从不同时：" + joined(f"{a} 与 {b}" for a, b in never))
        parts_en.append("never together: " + joined((f"{a} and {b}" for a, b in never), "en"))
    yield ProofFinding(
        "tracks", "noted", Words(";".join(parts_zh), "; ".join(parts_en)), reach="bound"
    )
    for each in sorted(sets, key=lambda each: (len(each), sorted(each))):
        names = "+".join(sorted(each)) or "-"
        yield ProofFinding(f"tracks.{names}", "noted", Words(names, names))


def _sets(prover: Prover, tracks: tuple[Rule, ...]) -> tuple[list[frozenset[str]], bool]:
    """Every set of tracks that some eligible household has, found one after the other."""
    sets: list[frozenset[str]] = []
    left: list[Node] = []
    while len(sets) < MOST_SETS:
        taken: list[frozenset[str]] = []

        def new(cases: tuple[Case, ...], taken: list[frozenset[str]] = taken) -> bool:
            (case,) = cases
            decision = decide(prover.ruleset, case)
            taken.append(frozenset(track.track for track in decision.tracks))
            return decision.eligibility == "eligible" and taken[-1] not in sets

        known = both(*(prover.outcome.holds(rule).known for rule in tracks))
        terms = [prover.outcome.eligible, known, *(prover.yes(claim) for claim in left)]
        reply = prover.find(terms, new).reply
        if reply != "found":
            return sets, reply == "none"
        sets.append(taken[-1])
        left.append(Not(every(
            holds(rule) if rule.id in taken[-1] else Not(holds(rule)) for rule in tracks
        )))  # fmt: skip
    return sets, False
