"""All checks of a pack, put beside what it accepts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from shibie.engines.solver.household import Bound
from shibie.errors import Words
from shibie.proofs.findings import ProofFinding, ProofVerdict, QuestionResult, worst
from shibie.proofs.loosened import LoosenedReading
from shibie.proofs.prover import Prover
from shibie.proofs.questions import (
    decisions,
    properties,
    rules,
    steps_and_values,
    thresholds,
    tracks,
)
from shibie.proofs.unbounded import enough
from shibie.ruleset.conditions import deciding_conditions
from shibie.ruleset.model import Accepted, RuleSet

# Acceptances of mutants are no business of the checks.
MUTANT = "mutant."
Asking = Callable[[Prover], Iterator[ProofFinding]]


@dataclass(frozen=True)
class Question:
    """A row of the table. `decision`: it asks about eligibility alone, not about tracks."""

    name: str
    title: Words
    ask: Asking
    decision: bool = False


QUESTIONS = (
    Question("alive", Words("每条规则可成立、可不成立、可未知", "every rule can be true, false, unknown"), rules.alive),
    Question("needed", Words("每条识别标准都不可少", "every criterion is needed"), rules.needed),
    Question("alone", Words("每条不纳入可以是唯一的理由", "every exclusion can be the only ground"), rules.alone),
    Question("contradiction", Words("标准与不纳入不互相抵消", "no exclusion undoes a criterion"), rules.contradictions),
    Question("exception", Words("例外不吞没规则，也不落空", "exceptions neither swallow nor idle"), rules.exceptions),
    Question("kind", Words("每个类别都有户", "every kind is some household's"), rules.kinds),
    Question("standing", Words("每种状态都有户", "every standing is some household's"), rules.standings),
    Question("one", Words("每户恰得一个结论", "exactly one eligibility"), decisions.one, True),
    Question("complete", Words("资料齐全必有结论（除严格审查）", "complete data decides (reviews apart)"), decisions.complete, True),
    Question("knowledge", Words("补充资料不翻转已有结论", "more facts never turn a decision"), decisions.knowledge, True),
    Question("property", Words("规则包自己的性质", "the pack's own properties"), properties.properties, True),
    Question("gap", Words("纳入的户至少得一个批次", "every eligible household has a track"), tracks.gap),
    Question("tracks", Words("哪些批次可以并有", "which tracks go together"), tracks.together),
    Question("cliff", Words("一分之差的门槛", "where the smallest step decides"), thresholds.cliffs),
    Question("steps", Words("程序走得通", "the procedure can be walked"), lambda prover: steps_and_values.steps(prover.ruleset)),
    Question("values", Words("代码和日期都用得上", "codes and dates can be met"), lambda prover: steps_and_values.values(prover.ruleset)),
)  # fmt: skip


@dataclass(frozen=True)
class PackReport:
    """Everything that was asked of a pack.

    Attributes:
        stale: acceptances of findings that do not exist (any more).
    """

    ruleset: RuleSet
    bound: Bound
    checks: tuple[QuestionResult, ...]
    stale: tuple[Accepted, ...]
    seconds: float

    @property
    def findings(self) -> tuple[ProofFinding, ...]:
        """The findings of all checks."""
        return tuple(finding for check in self.checks for finding in check.findings)

    @property
    def verdict(self) -> ProofVerdict:
        """Refuted when anything is that is not accepted, or an acceptance is stale."""
        return "refuted" if self.stale else worst(check.verdict for check in self.checks)


def verify(
    ruleset: RuleSet,
    bound: Bound | None = None,
    seconds: float = 10,
    questions: Iterable[Question] = QUESTIONS,
    progress: Callable[[Words], None] = lambda _: None,
) -> PackReport:
    """Ask everything.

    Args:
        ruleset: the pack.
        bound: how many members, and rows of a register for each, are looked at.
        seconds: time for each single question to the solver.
        questions: what to ask; everything by default.
        progress: told the title of each question before it is asked.
    """
    begun = time.perf_counter()
    prover = Prover(ruleset, bound, seconds)
    reasons = {each.finding: each.reason for each in ruleset.accepted}
    unbounded = _Unbounded(ruleset, seconds)
    checks = []
    for question in questions:
        progress(question.title)
        started = time.perf_counter()
        findings = tuple(question.ask(prover))
        if question.decision:
            findings = unbounded.marked(question, findings)
        findings = tuple(
            replace(each, accepted=reasons.get(each.name, "") if each.verdict == "refuted" else "")
            for each in findings
        )
        if findings:
            spent = time.perf_counter() - started
            checks.append(QuestionResult(question.name, question.title, findings, spent))
    accepted = {each.name for check in checks for each in check.findings if each.accepted}
    stale = tuple(
        each
        for each in ruleset.accepted
        if each.finding not in accepted and not each.finding.startswith(MUTANT)
    )
    return PackReport(ruleset, prover.bound, tuple(checks), stale, time.perf_counter() - begun)


class _Unbounded:
    """Asks again, loosened, whatever was proved up to the bound; encoded once."""

    def __init__(self, ruleset: RuleSet, seconds: float) -> None:
        self.ruleset, self.seconds = ruleset, seconds

    @cached_property
    def prover(self) -> Prover:
        """The loosened rule set, with as many members and rows as are enough."""
        roots = [*deciding_conditions(self.ruleset)]
        for promise in self.ruleset.properties:
            roots += [node for node in (promise.when, promise.then) if node is not None]
        return Prover(self.ruleset, enough(self.ruleset, roots), self.seconds, LoosenedReading)

    def marked(
        self, question: Question, findings: tuple[ProofFinding, ...]
    ) -> tuple[ProofFinding, ...]:
        """The findings, with the proofs that hold for households of every size marked."""
        if not any(each.verdict == "proved" and each.reach == "bound" for each in findings):
            return findings
        self.prover.skip = {each.name for each in findings if each.verdict != "proved"}
        proved = {each.name for each in question.ask(self.prover) if each.verdict == "proved"}
        return tuple(
            replace(each, reach="any") if each.name in proved else each for each in findings
        )
