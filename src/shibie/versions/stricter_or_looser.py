"""How the meaning of each rule changed: the same, stricter, looser or both, as proved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from shibie.case import Case
from shibie.engines.decide import decide
from shibie.engines.kleene import Truth as Plain
from shibie.engines.place import Place
from shibie.engines.solver.days import Day
from shibie.engines.solver.household import Bound
from shibie.engines.solver.logic import BoolTerm, TruthTerm, both, decided, either, inverse
from shibie.engines.solver.outcome import SymbolicOutcome
from shibie.engines.solver.symbolic import Symbolic
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import Bool as BoolType
from shibie.language.types import type_of
from shibie.proofs.decision_conditions import rule_truth
from shibie.proofs.derived_households import DerivedHousehold
from shibie.proofs.prover import Prover, SolverReply
from shibie.proofs.witness import Witness
from shibie.ruleset.conditions import deciding_conditions, fields_used
from shibie.ruleset.model import Register, Rule, RuleSet
from shibie.versions.written_changes import rules_of
from shibie.vocabulary import FieldSpec, Vocabulary

Meaning = Literal[
    "equivalent", "stricter", "looser", "both", "unknowns", "undecided", "incomparable"
]
ELIGIBLE = "eligible"


@dataclass(frozen=True)
class MeaningChange:
    """How the households of which a rule is true have changed.

    Attributes:
        id: of the rule; `eligible` for the decision itself.
        meaning: stricter: fewer; looser: more; unknowns: only where facts are missing.
        lost: a household of which it was true and is no more.
        gained: one of which it is true and was not.
    """

    id: str
    title: str
    meaning: Meaning
    lost: Witness | None = None
    gained: Witness | None = None


class UnderLaterRules(DerivedHousehold):
    """The same household under the other rule set, on the day of that one's judgement."""

    def __init__(self, base: Symbolic, ruleset: RuleSet, as_of: Day) -> None:
        super().__init__(base)
        self.ruleset, self.as_of = ruleset, as_of


@dataclass(frozen=True)
class ComparedDays:
    """When the two rule sets are compared: any common day, or the last and the first."""

    old: date | None = None
    new: date | None = None


def days_of(old: RuleSet, new: RuleSet) -> ComparedDays:
    """The days on which to compare.

    >>> from shibie.ruleset.loader import load
    >>> pack = load("bazhong-2015")
    >>> days_of(pack, pack)
    ComparedDays(old=None, new=None)
    """
    first = max(old.effective_from, new.effective_from)
    last = min(old.effective_to, new.effective_to)
    if first <= last:
        return ComparedDays()
    return ComparedDays(old.effective_to, new.effective_from)


def relations(
    old: RuleSet, new: RuleSet, bound: Bound | None = None, seconds: float = 10
) -> Iterator[MeaningChange]:
    """How each rule that both have, and the decision itself, has changed in meaning."""
    days = days_of(old, new)
    merged = _merged(old, new)
    prover = Prover(merged, bound, seconds)
    household = prover.household
    if days.old is None:
        common = (
            max(old.effective_from, new.effective_from), min(old.effective_to, new.effective_to),
        )  # fmt: skip
        household.structure += [
            household.as_of.key >= Day.of(common[0]).key,
            household.as_of.key <= Day.of(common[1]).key,
        ]
        day = household.as_of
    else:
        assert days.new is not None
        household.structure.append(household.as_of.key == Day.of(days.old).key)
        day = Day.of(days.new)
    before = SymbolicOutcome(UnderLaterRules(household, old, household.as_of))
    after = SymbolicOutcome(UnderLaterRules(household, new, day))
    changed = _changed_fields(old, new)

    def later(case: Case) -> Case:
        return case if days.new is None else replace(case, as_of=days.new)

    def related(
        rule_id: str, title: str, one: TruthTerm, other: TruthTerm,
        was: Callable[[Case], Plain], became: Callable[[Case], Plain],
    ) -> MeaningChange:  # fmt: skip
        def found(terms: BoolTerm, a: bool, b: bool) -> SolverReply:
            def shows(cases: tuple[Case, ...]) -> bool:
                (case,) = cases
                return (was(case) is True, became(later(case)) is True) == (a, b)

            return prover.find([terms], shows, plain=True)

        def unlike(cases: tuple[Case, ...]) -> bool:
            (case,) = cases
            return was(case) is not became(later(case))

        lost = found(both(one.yes, inverse(other.yes)), True, False)
        gained = found(both(other.yes, inverse(one.yes)), False, True)
        replies = (lost.reply, gained.reply)
        if "undecided" in replies:
            return MeaningChange(rule_id, title, "undecided", lost.witness, gained.witness)
        if replies == ("none", "none"):
            differ = either(both(one.no, inverse(other.no)), both(other.no, inverse(one.no)))
            rest = prover.find([differ], unlike, plain=True)
            names: dict[str, Meaning] = {"none": "equivalent", "found": "unknowns", "undecided": "undecided"}  # fmt: skip
            return MeaningChange(rule_id, title, names[rest.reply], gained=rest.witness)
        meaning: Meaning = "both" if replies == ("found", "found") else "stricter" if lost.reply == "found" else "looser"  # fmt: skip
        return MeaningChange(rule_id, title, meaning, lost.witness, gained.witness)

    ours, theirs = rules_of(old), rules_of(new)
    for rule_id, rule in theirs.items():
        then = ours.get(rule_id)
        if then is None or not _is_condition(rule) or not _is_condition(then):
            continue
        used = fields_used(old, [then.node]) | fields_used(new, [rule.node])
        if used & changed or then.owner != rule.owner:
            yield MeaningChange(rule_id, rule.title, "incomparable")
            continue
        yield related(
            rule_id, rule.title, before.holds(then), after.holds(rule),
            lambda case, then=then: rule_truth(then, Place.top(old, case)),  # type: ignore[misc]
            lambda case, rule=rule: rule_truth(rule, Place.top(new, case)),  # type: ignore[misc]
        )  # fmt: skip
    used = fields_used(old, deciding_conditions(old)) | fields_used(new, deciding_conditions(new))
    if used & changed:
        yield MeaningChange(ELIGIBLE, new.outcome.eligible, "incomparable")
        return
    yield related(
        ELIGIBLE, new.outcome.eligible, decided(True, before.eligible), decided(True, after.eligible),
        lambda case: decide(old, case).eligibility == ELIGIBLE,
        lambda case: decide(new, case).eligibility == ELIGIBLE,
    )  # fmt: skip


def _is_condition(rule: Rule) -> bool:
    return isinstance(rule.node.type, BoolType)


# --- one household for both -------------------------------------------------------------


def _merged(old: RuleSet, new: RuleSet) -> RuleSet:
    """The old rule set, with every field and register of the new one as well."""
    registers = dict(old.registers)
    for name, register in new.registers.items():
        registers[name] = _with_columns(old.registers.get(name), register)
    first, last = (
        min(old.effective_from, new.effective_from),
        max(old.effective_to, new.effective_to),
    )
    return replace(
        old, vocabulary=_both_vocabularies(old, new), registers=registers,
        effective_from=first, effective_to=last,
    )  # fmt: skip


def _with_columns(old: Register | None, new: Register) -> Register:
    if old is None:
        return new
    names = {column.name for column in old.columns}
    more = tuple(column for column in new.columns if column.name not in names)
    return replace(old, columns=(*old.columns, *more))


def _both_vocabularies(old: RuleSet, new: RuleSet) -> Vocabulary:
    household = {spec.name: spec for spec in (*new.vocabulary.household, *old.vocabulary.household)}
    member = {spec.name: spec for spec in (*new.vocabulary.member, *old.vocabulary.member)}
    plain = Vocabulary.build()
    national = {spec.name for spec in plain.household} <= set(household)
    core = plain if national else Vocabulary.build(core="bare")
    return Vocabulary.build(
        [spec for name, spec in household.items() if name not in _names(core.household)],
        [spec for name, spec in member.items() if name not in _names(core.member)],
        "national" if national else "bare",
    )


def _names(specs: tuple[FieldSpec, ...]) -> set[str]:
    return {spec.name for spec in specs}


def _changed_fields(old: RuleSet, new: RuleSet) -> set[tuple[str, str]]:
    """Fields that both have, but not with the same values."""

    def typed(ruleset: RuleSet) -> dict[tuple[str, str], object]:
        return {
            (owner, name): (type_of(spec), spec.minimum, spec.maximum)
            for owner in (HOUSEHOLD, MEMBER, *ruleset.registers)
            for name, spec in ruleset.field_specs(owner).items()
        }

    before, after = typed(old), typed(new)
    return {key for key in before.keys() & after.keys() if before[key] != after[key]}
