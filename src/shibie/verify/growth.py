"""The pack's own properties: conditions that always hold, and which way facts work."""

from __future__ import annotations

from collections.abc import Iterator

from shibie.engine.case import Case
from shibie.engine.decide import decide
from shibie.engine.solver.logic import Bool
from shibie.engine.solver.reading import Reading
from shibie.errors import Words
from shibie.language.connectives import every
from shibie.language.tree import HOUSEHOLD, Collection, Field, Not
from shibie.ruleset.model import Property
from shibie.verify.asking import as_unwanted, unwanted
from shibie.verify.claims import truth
from shibie.verify.findings import Finding
from shibie.verify.pairs import Grown
from shibie.verify.prover import Found, Prover


def properties(prover: Prover) -> Iterator[Finding]:
    """Everything that the pack promises."""
    for promise in prover.ruleset.properties:
        if promise.then is not None:
            parts = [*([promise.when] if promise.when else []), Not(promise.then)]
            yield unwanted(
                prover, f"property.{promise.id}", every(parts),
                Words(f"不成立:{promise.title}", f"does not hold: {promise.title}"),
            )  # fmt: skip
        growing = [(each, True) for each in promise.more] + [(each, False) for each in promise.less]
        left = [
            (of, up) for of, up in growing if f"property.{promise.id}.{of.name}" not in prover.skip
        ]
        together = {(of.owner, of.name): up for of, up in left if isinstance(of, Field)}
        if prover.reads is not Reading and _none_together(prover, promise, together):
            # Loosened, a question is dear; what holds of all at once holds of each alone.
            for _, name in together:
                yield as_unwanted(f"property.{promise.id}.{name}", Found("none"), Words("", ""))
            left = [(of, up) for of, up in left if isinstance(of, Collection)]
        for of, up in left:
            yield grows(prover, promise, of, up)


def _none_together(prover: Prover, promise: Property, fields: dict[tuple[str, str], bool]) -> bool:
    """Whether nothing is turned even when all of the facts may change at once."""
    grown = Grown(prover.household, fields)
    return bool(fields) and prover.ask(_turned(prover, promise, grown))[0] == "none"


def _turned(prover: Prover, promise: Property, grown: Grown) -> list[Bool]:
    after = prover.outcome_of(grown)
    terms = [prover.outcome.ineligible, after.eligible, *grown.changes]
    return [*terms, prover.yes(promise.when)] if promise.when is not None else terms


def grows(prover: Prover, promise: Property, of: Field | Collection, up: bool) -> Finding:
    """That more (or less) of something turns no ineligible household into an eligible one."""
    if isinstance(of, Collection):
        grown = Grown(prover.household, register=of.name, up=up)
    else:
        grown = Grown(prover.household, {(of.owner, of.name): up})

    def turns(cases: tuple[Case, ...]) -> bool:
        first, second = cases
        if promise.when is not None and truth(promise.when, prover.ruleset, first) is not True:
            return False
        found = [decide(prover.ruleset, case).eligibility for case in cases]
        return found == ["ineligible", "eligible"] and _is_more(of, first, second, up)

    title, outcome = title_of(prover, of), prover.ruleset.outcome
    word = Words("增加", "more") if up else Words("减少", "less")
    return as_unwanted(
        f"property.{promise.id}.{of.name}",
        prover.find(_turned(prover, promise, grown), turns, grown, plain=True),
        Words(
            f"{title}{word.zh},由{outcome.ineligible}变为{outcome.eligible}(性质“{promise.title}”)",
            f"{word.en} of {of.name} turns {outcome.ineligible} into {outcome.eligible} ({promise.id})",
        ),
    )


def _is_more(of: Field | Collection, first: Case, second: Case, up: bool) -> bool:
    """Whether the two cases still differ in what grew, and the right way."""
    before, after = (first, second) if up else (second, first)
    if isinstance(of, Collection):
        return len(after.rows_of(of.name).items) == len(before.rows_of(of.name).items) + 1

    def values(case: Case) -> list[object]:
        if of.owner == HOUSEHOLD:
            return [getattr(case.household, of.name)]
        return [getattr(member, of.name) for member in case.household.members]

    pairs = list(zip(values(before), values(after), strict=True))
    return all((a is None) == (b is None) and (a is None or a <= b) for a, b in pairs)  # type: ignore[operator]


def title_of(prover: Prover, of: Field | Collection) -> str:
    """What grows, for people."""
    if isinstance(of, Collection):
        return f"{prover.ruleset.registers[of.name].title}的记录"
    return prover.ruleset.field_specs(of.owner)[of.name].title
