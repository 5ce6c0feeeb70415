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
from shibie.ruleset.conditions import drawn_on, fields_used
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
    versions = _BothVersions(old, new, bound, seconds)
    before = rules_of(old)
    for rule_id, rule in rules_of(new).items():
        then = before.get(rule_id)
        if then is not None and _is_condition(rule) and _is_condition(then):
            yield versions.rule(rule_id, then, rule)
    yield versions.decision()


@dataclass(frozen=True)
class _Compared:
    """One condition in both versions: as terms, and as the interpreter reads it of a case."""

    id: str
    title: str
    before: TruthTerm
    after: TruthTerm
    was: Callable[[Case], Plain]
    became: Callable[[Case], Plain]

    def differs(self, cases: tuple[Case, ...]) -> bool:
        """Whether the versions say two things of a household."""
        (case,) = cases
        return self.was(case) is not self.became(case)

    def goes(self, cases: tuple[Case, ...], holds: tuple[bool, bool]) -> bool:
        """Whether it holds of a household before, and after, as is said."""
        (case,) = cases
        return (self.was(case) is True, self.became(case) is True) == holds


class _BothVersions:
    """One symbolic household under two rule sets, on a day of each."""

    def __init__(self, old: RuleSet, new: RuleSet, bound: Bound | None, seconds: float) -> None:
        self.old, self.new, self.days = old, new, days_of(old, new)
        self.prover = Prover(_merged(old, new), bound, seconds)
        household = self.prover.household
        day = self._later_day()
        self.before = SymbolicOutcome(UnderLaterRules(household, old, household.as_of))
        self.after = SymbolicOutcome(UnderLaterRules(household, new, day))
        self.changed = _changed_fields(old, new)

    def _later_day(self) -> Day:
        """The day under the new rule set, once the household's own is one of the old one's."""
        household, days = self.prover.household, self.days
        if days.old is None:
            first = max(self.old.effective_from, self.new.effective_from)
            last = min(self.old.effective_to, self.new.effective_to)
            household.structure += [
                household.as_of.key >= Day.of(first).key,
                household.as_of.key <= Day.of(last).key,
            ]
            return household.as_of
        assert days.new is not None
        household.structure.append(household.as_of.key == Day.of(days.old).key)
        return Day.of(days.new)

    def _later(self, case: Case) -> Case:
        return case if self.days.new is None else replace(case, as_of=self.days.new)

    def rule(self, rule_id: str, then: Rule, now: Rule) -> MeaningChange:
        """How a rule has changed."""
        used = fields_used(self.old, [then.node]) | fields_used(self.new, [now.node])
        if used & self.changed or then.owner != now.owner:
            return MeaningChange(rule_id, now.title, "incomparable")
        return self._meaning(_Compared(
            rule_id, now.title, self.before.holds(then), self.after.holds(now),
            lambda case: rule_truth(then, Place.top(self.old, case)),
            lambda case: rule_truth(now, Place.top(self.new, self._later(case))),
        ))  # fmt: skip

    def decision(self) -> MeaningChange:
        """How the decision itself has changed."""
        old, new = self.old, self.new
        used = fields_used(old, drawn_on(old))
        used |= fields_used(new, drawn_on(new))
        title = new.outcome.eligible
        if used & self.changed:
            return MeaningChange(ELIGIBLE, title, "incomparable")
        return self._meaning(_Compared(
            ELIGIBLE, title, decided(True, self.before.eligible), decided(True, self.after.eligible),
            lambda case: decide(old, case).eligibility == ELIGIBLE,
            lambda case: decide(new, self._later(case)).eligibility == ELIGIBLE,
        ))  # fmt: skip

    def _meaning(self, compared: _Compared) -> MeaningChange:
        """Looks for a household of each kind that would show a change."""
        before, after = compared.before, compared.after
        lost = self._found(compared, both(before.yes, inverse(after.yes)), (True, False))
        gained = self._found(compared, both(after.yes, inverse(before.yes)), (False, True))
        replies = (lost.reply, gained.reply)
        meaning: Meaning
        if replies == ("none", "none"):
            differ = either(both(before.no, inverse(after.no)), both(after.no, inverse(before.no)))
            rest = self.prover.find([differ], compared.differs, plain=True)
            meanings: dict[str, Meaning] = {"none": "equivalent", "found": "unknowns"}
            meaning = meanings.get(rest.reply, "undecided")
            return MeaningChange(compared.id, compared.title, meaning, gained=rest.witness)
        if "undecided" in replies:
            meaning = "undecided"
        elif replies == ("found", "found"):
            meaning = "both"
        else:
            meaning = "stricter" if lost.reply == "found" else "looser"
        return MeaningChange(compared.id, compared.title, meaning, lost.witness, gained.witness)

    def _found(self, compared: _Compared, terms: BoolTerm, holds: tuple[bool, bool]) -> SolverReply:
        return self.prover.find([terms], lambda cases: compared.goes(cases, holds), plain=True)


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
