"""Which wrong changes to a pack its rule tests and properties notice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Literal

from shibie.case import Case
from shibie.engines.decide import decide
from shibie.engines.place import Place
from shibie.engines.solver.logic import BoolTerm, TruthTerm, both, either, inverse
from shibie.engines.solver.outcome import SymbolicOutcome
from shibie.engines.solver.symbolic import Symbolic
from shibie.errors import InputError, Problem, Words
from shibie.language.tree import Node
from shibie.lower import Lowered, lowered
from shibie.mutation.mutants import Mutant, mutants
from shibie.proofs.acceptances import StaleAcceptance, gone
from shibie.proofs.decision_conditions import rule_truth
from shibie.proofs.derived_households import DerivedHousehold
from shibie.proofs.prover import Prover
from shibie.proofs.questions.properties import properties
from shibie.proofs.witness import Witness
from shibie.ruleset.checking.properties import MUTANT
from shibie.ruleset.model import Rule, RuleSet
from shibie.ruletests import RuleTest, all_rules, load_tests, run_test

# Killed by a rule test, by a property; proved to change nothing; or not noticed.
Fate = Literal["test", "property", "equivalent", "survived"]
ENOUGH = 95


@dataclass(frozen=True)
class Trial:
    """What became of one mutant.

    Attributes:
        by: the test or property that killed it.
        witness: of a survivor, a household on which it differs.
        accepted: of a survivor, why the pack lives with it.
    """

    mutant: Mutant
    fate: Fate
    by: str = ""
    witness: Witness | None = None
    accepted: str = ""


@dataclass(frozen=True)
class Score:
    """What became of all mutants.

    Attributes:
        stale: acceptances of survivors that do not survive.
    """

    ruleset: RuleSet
    trials: tuple[Trial, ...]
    stale: tuple[StaleAcceptance, ...] = ()

    def count(self, fate: Fate) -> int:
        """How many met that fate."""
        return sum(trial.fate == fate for trial in self.trials)

    @property
    def percent(self) -> float:
        """Share killed of those that change anything; never rounded up to 100."""
        alive = self.count("survived")
        counted = len(self.trials) - self.count("equivalent")
        if not counted:
            return 100.0
        return min(round(100 * (counted - alive) / counted, 1), 100.0 if not alive else 99.9)

    @property
    def good(self) -> bool:
        """Whether enough are killed, and nothing accepted that is not there."""
        return self.percent >= ENOUGH and not self.stale


class UnderOtherRules(DerivedHousehold):
    """The same household under another rule set."""

    def __init__(self, base: Symbolic, ruleset: RuleSet) -> None:
        super().__init__(base)
        self.ruleset = ruleset


def score(
    ruleset: RuleSet, seconds: float = 10, progress: Callable[[Words], None] = lambda _: None
) -> Score:
    """Try every mutant of a pack.

    Args:
        ruleset: the pack.
        seconds: time for each single question to the solver.
        progress: told about each mutant before it is tried.

    Raises:
        InputError: when a rule test fails of the pack itself: it would kill every mutant.
    """
    tests, prover = _passing(ruleset), Prover(ruleset, seconds=seconds)
    reasons = {each.finding: each.reason for each in ruleset.accepted}
    refuted = {
        each.name for each in properties(prover) if each.verdict == "refuted"
    }  # what holds of the pack itself can kill
    trials = []
    for mutant in mutants(ruleset):
        progress(Words(f"变异 {mutant.name}", f"mutant {mutant.name}"))
        trial = tried(prover, mutant, tests, refuted, seconds)
        if trial.fate == "survived":
            trial = replace(trial, accepted=reasons.get(MUTANT + mutant.name, ""))
        trials.append(trial)
    alive = {MUTANT + trial.mutant.name for trial in trials if trial.fate == "survived"}
    stale = tuple(
        gone(each)
        for each in ruleset.accepted
        if each.finding.startswith(MUTANT) and each.finding not in alive
    )
    return Score(ruleset, tuple(trials), stale)


def _passing(ruleset: RuleSet) -> tuple[RuleTest, ...]:
    """The pack's rule tests, all of which hold."""
    tests = tuple(load_tests(ruleset))
    failing = [test for test in tests if run_test(ruleset, test).differences]
    if failing:
        raise InputError(
            Problem(
                test.where,
                Words(
                    f"规则测试“{test.name}”不通过，会把每个变异都算作已发现",
                    f"the rule test '{test.name}' fails: it would seem to notice every mutant",
                ),
                suggestion=Words("先用 shibie test 改好", "mend it first: shibie test"),
            )
            for test in failing
        )
    return tests


def tried(
    prover: Prover, mutant: Mutant, tests: Iterable[RuleTest], skip: set[str], seconds: float
) -> Trial:
    """What becomes of one mutant.

    Args:
        prover: of the pack itself.
        mutant: the changed pack.
        tests: the pack's rule tests.
        skip: properties that do not hold of the pack itself, and so kill nothing.
        seconds: time for each single question.
    """
    for test in tests:
        if run_test(mutant.ruleset, test).differences:
            return Trial(mutant, "test", test.where)
    other = prover.outcome_of(UnderOtherRules(prover.household, mutant.ruleset))

    def differ(cases: tuple[Case, ...]) -> bool:
        (case,) = cases
        return _seen(prover.ruleset, case) != _seen(mutant.ruleset, case)

    found = prover.find([_differ(prover.outcome, other)], differ, plain=True)
    if found.reply == "none":
        return Trial(mutant, "equivalent")
    theirs = Prover(mutant.ruleset, prover.bound, seconds, skip=skip)
    for finding in properties(theirs):
        if finding.verdict == "refuted":
            return Trial(mutant, "property", finding.name)
    return Trial(mutant, "survived", witness=found.witness)


def _differ(one: SymbolicOutcome, other: SymbolicOutcome) -> BoolTerm:
    """A condition that two rule sets differ on a household, in any rule, its standing or the result."""
    pairs = list(zip(_rules(one.facts.ruleset), _rules(other.facts.ruleset), strict=True))
    parts = [
        both(there, _unequal(truth, theirs))
        for mine, yours in pairs
        for (there, truth), (_, theirs) in zip(
            _truths(one, mine), _truths(other, yours), strict=True
        )
    ]
    mine, yours = lowered(one.facts.ruleset), lowered(other.facts.ruleset)
    parts += [
        _unequal(one.reading.truth(this), other.reading.truth(that))
        for this, that in zip(_exits(mine), _exits(yours), strict=True)
    ]
    # Only a standing that is settled is told, and that none is.
    for this, that in zip(_standings(mine), _standings(yours), strict=True):
        has, had = one.reading.truth(this).yes, other.reading.truth(that).yes
        parts += [both(has, inverse(had)), both(had, inverse(has))]
    return either(
        *parts, both(one.eligible, inverse(other.eligible)), both(one.ineligible, inverse(other.ineligible)),
        both(other.eligible, inverse(one.eligible)), both(other.ineligible, inverse(one.ineligible)),
    )  # fmt: skip


def _exits(program: Lowered) -> list[Node]:
    """What of an exit may be a finding."""
    return [each.holds for each in program.findings if each.kind == "exit"]


def _standings(program: Lowered) -> list[Node]:
    """Which standing a household has, and that it is open."""
    return [*(each.node for each in program.standings), program.undecided_standing]


def _rules(ruleset: RuleSet) -> tuple[Rule, ...]:
    return all_rules(ruleset)


def _truths(outcome: SymbolicOutcome, rule: Rule) -> list[tuple[BoolTerm, TruthTerm]]:
    if rule.owner == "household":
        return [(True, outcome.reading.truth(rule.node))]
    return outcome.of_members(rule)


def _unequal(a: TruthTerm, b: TruthTerm) -> BoolTerm:
    return either(
        both(a.yes, inverse(b.yes)), both(b.yes, inverse(a.yes)),
        both(a.no, inverse(b.no)), both(b.no, inverse(a.no)),
    )  # fmt: skip


def _seen(ruleset: RuleSet, case: Case) -> tuple[object, ...]:
    """Everything that a rule test could see of a household, but the values of facts."""
    decision = decide(ruleset, case)
    place = Place.top(ruleset, case)
    people = range(len(case.household.members))
    truths = tuple(
        rule_truth(rule, place)
        if rule.owner == "household"
        else tuple(
            rule_truth(replace(rule, owner="household"), place.at_member(each)) for each in people
        )
        for rule in _rules(ruleset)
    )
    exits = tuple(each for each in decision.findings if each.kind == "exit")
    return decision.eligibility, decision.standing, exits, decision.tracks, truths
