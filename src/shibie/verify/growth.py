"""The pack's own properties: conditions that always hold, and which way facts work."""

from __future__ import annotations

from collections.abc import Iterator

from shibie.engine.case import Case
from shibie.engine.decide import decide
from shibie.errors import Words
from shibie.ruleset.model import Property
from shibie.ruleset.tree import HOUSEHOLD, Collection, Field, Not
from shibie.verify.asking import as_unwanted, unwanted
from shibie.verify.claims import every, truth
from shibie.verify.findings import Finding
from shibie.verify.pairs import Grown
from shibie.verify.prover import Prover


def properties(prover: Prover) -> Iterator[Finding]:
    """Everything that the pack promises."""
    for promise in prover.ruleset.properties:
        if promise.then is not None:
            parts = [*([promise.when] if promise.when else []), Not(promise.then)]
            yield unwanted(
                prover, f"property.{promise.id}", every(parts),
                Words(f"不成立:{promise.title}", f"does not hold: {promise.title}"),
            )  # fmt: skip
        for up, growing in ((True, promise.more), (False, promise.less)):
            for each in growing:
                if f"property.{promise.id}.{each.name}" in prover.skip:
                    continue
                yield grows(prover, promise, each, up)


def grows(prover: Prover, promise: Property, of: Field | Collection, up: bool) -> Finding:
    """That more (or less) of something turns no ineligible household into an eligible one."""
    grown = Grown(prover.household, of, up)
    after = prover.outcome_of(grown)
    terms = [prover.outcome.ineligible, after.eligible, *grown.changes]
    if promise.when is not None:
        terms.append(prover.yes(promise.when))

    def turns(cases: tuple[Case, ...]) -> bool:
        first, second = cases
        if promise.when is not None and truth(promise.when, prover.ruleset, first) is not True:
            return False
        found = [decide(prover.ruleset, case).eligibility for case in cases]
        return found == ["ineligible", "eligible"] and _is_more(of, first, second, up)

    title = title_of(prover, of)
    word = Words("增加", "more") if up else Words("减少", "less")
    return as_unwanted(
        f"property.{promise.id}.{of.name}",
        prover.find(terms, turns, grown, plain=True),
        Words(
            f"{title}{word.zh},由不纳入变为纳入(性质“{promise.title}”)",
            f"{word.en} of {of.name} turns ineligible into eligible ({promise.id})",
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
    specs = (*prover.ruleset.vocabulary.household, *prover.ruleset.vocabulary.member)
    return next(spec.title for spec in specs if spec.name == of.name)
