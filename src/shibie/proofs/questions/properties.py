"""The pack's own properties: conditions that always hold, and which way facts work."""

from __future__ import annotations

from collections.abc import Iterator

from shibie.case import Case
from shibie.engines.decide import decide
from shibie.engines.solver.logic import BoolTerm
from shibie.engines.solver.reading import SolverReading
from shibie.errors import Words
from shibie.language.connectives import TRUE
from shibie.language.tree import HOUSEHOLD, Collection, Field, Not
from shibie.proofs.decision_conditions import truth
from shibie.proofs.derived_households import Grown
from shibie.proofs.findings import ProofFinding
from shibie.proofs.prover import Prover, SolverReply
from shibie.proofs.questions.existence import as_unwanted, unwanted
from shibie.ruleset.model import Property


def properties(prover: Prover) -> Iterator[ProofFinding]:
    """Checks every property that the pack states about itself."""
    for promise in prover.ruleset.properties:
        if promise.then is not None:
            yield from unwanted(
                prover, f"property.{promise.id}", Not(promise.then),
                Words(f"不成立：{promise.title}", f"does not hold: {promise.title}"),
                within=promise.when or TRUE,
            )  # fmt: skip
        growing = [(each, True) for each in promise.more] + [(each, False) for each in promise.less]
        left = [(of, up) for of, up in growing if prover.wants(f"property.{promise.id}.{of.name}")]
        together = {(of.owner, of.name): up for of, up in left if isinstance(of, Field)}
        if prover.reads is not SolverReading and _none_together(prover, promise, together):
            # Loosened, a question is dear; what holds of all at once holds of each alone.
            for _, name in together:
                yield as_unwanted(
                    f"property.{promise.id}.{name}", SolverReply("none"), Words("", "")
                )
            left = [(of, up) for of, up in left if isinstance(of, Collection)]
        for of, up in left:
            yield grows(prover, promise, of, up)


def _none_together(prover: Prover, promise: Property, fields: dict[tuple[str, str], bool]) -> bool:
    """Whether no household is turned even when all of the facts change at once."""
    grown = Grown(prover.household, fields)
    return bool(fields) and prover.ask(_turned(prover, promise, grown))[0] == "none"


def _turned(prover: Prover, promise: Property, grown: Grown) -> list[BoolTerm]:
    after = prover.outcome_of(grown)
    terms = [prover.outcome.ineligible, after.eligible, *grown.changes]
    return [*terms, prover.yes(promise.when)] if promise.when is not None else terms


def grows(prover: Prover, promise: Property, of: Field | Collection, up: bool) -> ProofFinding:
    """Checks that more (or less) of a fact never turns an ineligible household eligible."""
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
            f"{title}{word.zh}，由{outcome.ineligible}变为{outcome.eligible}（性质“{promise.title}”）",
            f"{word.en} of {of.name} turns {outcome.ineligible} into {outcome.eligible} ({promise.id})",
        ),
    )


def _is_more(of: Field | Collection, first: Case, second: Case, up: bool) -> bool:
    """Whether the two cases still differ in the changed fact, and in the right direction."""
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
    """The title of the fact or register that grows, as people read it."""
    if isinstance(of, Collection):
        return f"{prover.ruleset.registers[of.name].title}的记录"
    return prover.ruleset.field_specs(of.owner)[of.name].title
