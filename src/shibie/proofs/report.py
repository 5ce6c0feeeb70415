"""All checks of a pack, put beside what it accepts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from shibie.engines.solver.household import Bound
from shibie.errors import Words
from shibie.language.tree import Node
from shibie.proofs.acceptances import Acceptances, StaleAcceptance
from shibie.proofs.findings import ProofFinding, ProofVerdict, QuestionResult, worst
from shibie.proofs.larger import Asking, Larger, asked_again
from shibie.proofs.prover import Prover
from shibie.proofs.questions import (
    branches,
    clauses,
    decisions,
    kindless,
    needless,
    properties,
    rules,
    steps_and_values,
    thresholds,
    tracks,
)
from shibie.ruleset.model import RuleSet


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
    Question("kindless", Words("纳入的户都有类别", "every eligible household has a kind"), kindless.kindless),
    Question("standing", Words("每种状态都有户", "every standing is some household's"), rules.standings),
    Question("one", Words("每户恰得一个结论", "exactly one eligibility"), decisions.one, True),
    Question("complete", Words("资料齐全必有结论（除严格审查）", "complete data decides (reviews apart)"), decisions.complete, True),
    Question("knowledge", Words("补充资料不翻转已有结论", "more facts never turn a decision"), decisions.knowledge, True),
    Question("needless", Words("怎样填都一个结论的户不待核实", "no household is pending for nothing"), needless.needless),
    Question("property", Words("规则包自己的性质", "the pack's own properties"), properties.properties, True),
    Question("gap", Words("纳入的户至少得一个批次", "every eligible household has a track"), tracks.gap),
    Question("tracks", Words("哪些批次可以并有", "which tracks go together"), tracks.together),
    Question("cliff", Words("一分之差的门槛", "where the smallest step decides"), thresholds.cliffs),
    # Last, for what they ask about everything would weigh on all that is asked later.
    Question("branch", Words("每个分支都走得到", "every branch is reached"), branches.branches),
    Question("clause", Words("每个条件分句都用得上", "every clause is needed"), clauses.clauses),
    Question("steps", Words("程序走得通", "the procedure can be walked"), lambda prover: steps_and_values.steps(prover.ruleset)),
    Question("values", Words("代码和日期都用得上", "codes and dates can be met"), lambda prover: steps_and_values.values(prover.ruleset)),
)  # fmt: skip


@dataclass(frozen=True)
class PackReport:
    """Everything that was asked of a pack.

    Attributes:
        stale: acceptances that excuse nothing (any more).
    """

    ruleset: RuleSet
    bound: Bound
    checks: tuple[QuestionResult, ...]
    stale: tuple[StaleAcceptance, ...]
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
    larger = Larger(ruleset, prover.bound, seconds)
    accepting = Acceptances(ruleset, prover, larger)
    checks = []
    for question in questions:
        progress(question.title)
        started = time.perf_counter()
        findings = larger.settled(question.ask, prover, tuple(question.ask(prover)))
        if question.decision:
            findings = larger.marked(question.ask, findings)

        def again(
            name: str, among: Node, wider: bool = False, question: Question = question
        ) -> ProofFinding:
            whom = larger.wider if wider else prover
            found = asked_again(question.ask, whom, {name}, among)
            (one,) = larger.marked(question.ask, found, among) if question.decision else found
            return one

        findings = tuple(accepting.applied(each, again) for each in findings)
        if findings:
            spent = time.perf_counter() - started
            checks.append(QuestionResult(question.name, question.title, findings, spent))
    spent = time.perf_counter() - begun
    return PackReport(ruleset, prover.bound, tuple(checks), accepting.unmet(), spent)
