"""Where the smallest step decides: for each threshold, two neighbours with opposite decisions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from shibie.case import Case
from shibie.engines.decide import decide
from shibie.engines.solver.household import TOP, Slot, SymbolicPlace
from shibie.engines.solver.logic import both, either
from shibie.engines.solver.values import NumberTerm
from shibie.errors import LANGS, Words
from shibie.language.names import MEMBERS, PEOPLE
from shibie.language.tree import HOUSEHOLD, MEMBER, Collection, Compare, Fact, Field, Node
from shibie.proofs.derived_households import Stepped
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover
from shibie.proofs.witness import Given, Witness
from shibie.ruleset.compared_values import compares_numbers
from shibie.ruleset.conditions import (
    deciding_conditions,
    definition,
    fields_used,
    opened_at,
    who_counts_conditions,
)
from shibie.ruleset.model import RuleSet
from shibie.words.prose import describe
from shibie.words.speaker import Speaker
from shibie.words.values import amount


def thresholds(ruleset: RuleSet) -> tuple[tuple[Compare, SymbolicPlace], ...]:
    """Every comparison of numbers that eligibility rests on, and where it stands.

    >>> from shibie.ruleset.loader import load
    >>> len(thresholds(load("bazhong-2015")))
    5
    """

    def behind(node: Node, place: SymbolicPlace) -> tuple[Node, SymbolicPlace] | None:
        found = definition(ruleset, node)
        if not isinstance(node, Fact | Field) or found is None:
            return None
        return found, SymbolicPlace(place.member) if node.owner == MEMBER else TOP

    read = (
        *opened_at(deciding_conditions(ruleset), TOP, behind, _inside),
        *opened_at(who_counts_conditions(ruleset), SymbolicPlace(0), behind, _inside),
    )
    found = ((node, place) for node, place in read if compares_numbers(node))
    return tuple(dict.fromkeys(found))


def _inside(collection: Collection, place: SymbolicPlace) -> SymbolicPlace:
    if collection.name in PEOPLE:
        return SymbolicPlace(0)
    member = place.member if collection.owner == MEMBER else None
    return SymbolicPlace(member, collection.name, (0, 0))


def cliffs(prover: Prover) -> Iterator[ProofFinding]:
    """At each threshold, two households one smallest step apart and decided differently."""
    ruleset = prover.ruleset
    number = 0
    for compare, place in thresholds(ruleset):
        words = Words(describe(compare, ruleset, "zh"), describe(compare, ruleset, "en"))
        for owner, field in sorted(fields_used(ruleset, [compare]), key=_income_first):
            slot = _slot(owner, field, place)
            if not isinstance(prover.household.fact(slot), NumberTerm):
                continue
            found = _cliff(prover, compare, place, slot)
            if found is not None:
                number += 1
                said = _said(ruleset, slot, found)
                yield ProofFinding(
                    f"cliff.{number}",
                    "noted",
                    Words(f"{words.zh}：{said.zh}", f"{words.en}: {said.en}"),
                    found,
                )
                break


def _income_first(used: tuple[str, str]) -> tuple[bool, str, str]:
    owner, name = used
    return (owner != HOUSEHOLD or "income" not in name, owner, name)


def _slot(owner: str, field: str, place: SymbolicPlace) -> Slot:
    if owner == HOUSEHOLD:
        return Slot(owner, field)
    member = place.row[0] if place.row else place.member or 0
    return Slot(owner, field, member) if owner == MEMBER else Slot(owner, field, member, 0)


def _cliff(prover: Prover, compare: Compare, place: SymbolicPlace, slot: Slot) -> Witness | None:
    stepped = Stepped(prover.household, slot)
    now, then = prover.outcome, prover.outcome_of(stepped)
    a, b = now.reading.truth(compare, place), then.reading.truth(compare, place)
    terms = [
        either(both(a.yes, b.no), both(a.no, b.yes)),
        either(both(now.eligible, then.ineligible), both(now.ineligible, then.eligible)),
        *stepped.changes,
    ]

    def flips(cases: tuple[Case, ...]) -> bool:
        found = {decide(prover.ruleset, case).eligibility for case in cases}
        return found == {"eligible", "ineligible"}

    return prover.find(terms, flips, stepped, plain=True).witness


def _said(ruleset: RuleSet, slot: Slot, witness: Witness) -> Words:
    """The two values and the two decisions."""
    before, after = (_value(state, slot) for state in witness.states)
    spec = ruleset.field_specs(slot.owner)[slot.name]
    decisions = witness.decisions(ruleset)
    zh, en = (
        " → ".join(Speaker(ruleset, lang).eligibility(each.eligibility) for each in decisions)
        for lang in LANGS
    )
    return Words(
        f"{spec.title} {amount(before)} → {amount(after, unit=spec.unit)}，{zh}",
        f"{slot.name} {amount(before, 'en')} → {amount(after, 'en')}, {en}",
    )


def _value(state: Given, slot: Slot) -> Any:
    if slot.owner == HOUSEHOLD:
        return state[slot.name]
    member = state[MEMBERS][slot.member]
    return member[slot.name] if slot.owner == MEMBER else member[slot.owner][slot.row][slot.name]
