"""The procedure 程序: where each household stands, what was done wrongly, what comes next.

Everything about the steps comes from the pack: their order, actors, documents, days of
notice, and conditions. Like everything else it is three-valued: what a missing date leaves
open is unknown, not a violation. A missing signature or document is a violation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import localcontext
from typing import Any

from shibie.decision import Decision, Finding
from shibie.engine.case import Case, Value
from shibie.engine.exact import EXACT
from shibie.engine.interpreter import Place, evaluate
from shibie.errors import Words
from shibie.household import StepRecord
from shibie.ruleset.model import RuleSet, Step

Records = Mapping[str, StepRecord]


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong with a step, or may be.

    Attributes:
        step: id of the step.
        id: what is wrong: the name of one of the checks below, or of the pack's condition.
        title: the same for people.
        certain: False where a missing fact leaves it open.
        blocking: whether it keeps the household from being eligible.
    """

    step: str
    id: str
    title: Words
    certain: bool
    blocking: bool = False

    @property
    def rule_id(self) -> str:
        """Its name in findings."""
        return f"{self.step}.{self.id}"


@dataclass(frozen=True)
class Standing:
    """Where a household stands.

    Attributes:
        done: ids of the recorded steps, in the pack's order.
        next: the first step that is not recorded; None when all are.
        earliest: the first day on which the next step may lawfully begin; None where the
            dates before it are not all known.
        earliest_end: for a notice, the first day on which it may end.
        violations: certain ones and open ones.
    """

    household_id: str
    village: str
    done: tuple[str, ...]
    next: Step | None
    earliest: date | None
    earliest_end: date | None
    violations: tuple[Violation, ...]

    @property
    def at(self) -> str:
        """The last recorded step, or empty."""
        return self.done[-1] if self.done else ""


def standings(
    ruleset: RuleSet,
    cases: Sequence[Case],
    decisions: Sequence[Decision],
    steps: Iterable[StepRecord],
) -> tuple[Standing, ...]:
    """Where every household stands that has at least one recorded step.

    Args:
        ruleset: the pack, with its procedure.
        cases: the households.
        decisions: their decisions, in the same order; conditions may ask for them.
        steps: all step records; of two on one step the last counts.
    """
    by_household: defaultdict[str, dict[str, StepRecord]] = defaultdict(dict)
    for record in steps:
        by_household[record.household_id][record.step] = record
    return tuple(
        standing(ruleset, case, decision, by_household[case.household.household_id])
        for case, decision in zip(cases, decisions, strict=True)
        if case.household.household_id in by_household
    )


def standing(ruleset: RuleSet, case: Case, decision: Decision, records: Records) -> Standing:
    """Where one household stands."""
    place = replace(Place.top(ruleset, case), records=_readable(records, decision))
    done = tuple(step.id for step in ruleset.procedure if step.id in records)
    following = next((step for step in ruleset.procedure if step.id not in records), None)
    with localcontext(EXACT):
        violations = tuple(
            violation
            for step in ruleset.procedure
            if step.id in records
            for violation in _violations(step, records, place, case.as_of)
        )
        days = _min_days(following, place) if following else None
    earliest = _earliest(following, records) if following else None
    ends = None
    if earliest is not None and days is not None and following is not None:
        ends = earliest + timedelta(days=days - (following.counting == "inclusive"))
    household = case.household
    return Standing(
        household.household_id, household.village or "", done, following, earliest, ends, violations
    )


def _readable(records: Records, decision: Decision) -> dict[str, dict[str, Value]]:
    """The records as conditions see them, and the decision."""
    words = ("eligible", "ineligible", "pending")
    seen: dict[str, dict[str, Value]] = {
        "decision": {word: decision.eligibility == word for word in words}
    }
    for step, record in records.items():
        seen[f"step:{step}"] = {name: getattr(record, name) for name in type(record).model_fields}
    return seen


def begins(record: StepRecord) -> date | None:
    """The first day of a step: of its notice, or the day it was done."""
    return record.notice_from or record.done_on


def ends(record: StepRecord) -> date | None:
    """The last day of a step: of its notice, or the day it was done; the later one."""
    known = [day for day in (record.notice_to, record.done_on) if day is not None]
    return max(known, default=None)


def notice_days(record: StepRecord, counting: str) -> int | None:
    """Days of notice, by the pack's convention.

    >>> notice = StepRecord(household_id="1", step="n", notice_from=date(2015, 10, 1),
    ...                     notice_to=date(2015, 10, 7))
    >>> notice_days(notice, "inclusive"), notice_days(notice, "exclusive")
    (7, 6)
    """
    if record.notice_from is None or record.notice_to is None:
        return None
    return (record.notice_to - record.notice_from).days + (counting == "inclusive")


def _violations(step: Step, records: Records, place: Place, as_of: date) -> Iterator[Violation]:
    record = records[step.id]

    def found(name: str, zh: str, en: str, certain: bool = True) -> Violation:
        return Violation(
            step.id, name, Words(f"{step.title}:{zh}", f"{step.id}: {en}"), certain, step.blocking
        )

    yield from _order(step, records, place.ruleset, found)
    for day in (record.done_on, record.notice_from, record.notice_to):
        if day is not None and day > as_of:
            yield found("after_as_of", f"日期晚于 {as_of}", f"dated after {as_of}")
            break
    if record.actor is None:
        yield found("actor", "办理主体未知", "actor unknown", certain=False)
    elif record.actor != step.actor:
        yield found(
            "actor",
            f"应由{step.actor}办理,实为{record.actor}",
            f"by {record.actor}, not by {step.actor}",
        )
    if step.signed and record.signed_by is None:
        yield found("unsigned", "没有签字", "not signed")
    documents = set((record.document or "").replace("、", "|").split("|"))
    for document in step.requires:
        if document not in documents:
            yield found("document", f"缺少{document}", f"{document} is missing")
    least = _min_days(step, place)
    if least is not None:
        days = notice_days(record, step.counting)
        if days is None:
            yield found("notice", "公示天数未知", "days of notice unknown", certain=False)
        elif days < least:
            yield found(
                "notice", f"公示 {days} 日,不足 {least} 日", f"notice of {days} days, not {least}"
            )
    for condition in step.must:
        holds = evaluate(condition.node, place)
        if holds is not True:
            words = Words(f"未做到“{condition.title}”", f"not met: {condition.title}")
            if holds is None:
                words = Words(f"无从判断“{condition.title}”", f"cannot be told: {condition.title}")
            yield found(condition.id, words.zh, words.en, certain=holds is False)


def _order(step: Step, records: Records, ruleset: RuleSet, found: Any) -> Iterator[Violation]:
    """Each step after those that must come before it; the same day will do."""
    begun = begins(records[step.id])
    for before in step.after:
        earlier = records.get(before)
        ended = ends(earlier) if earlier is not None else None
        if begun is not None and ended is not None and begun >= ended:
            continue
        title = next(each.title for each in ruleset.procedure if each.id == before)
        if earlier is None:
            yield found(f"before_{before}", f"没有“{title}”的记录", f"no record of {before}")
        elif begun is None or ended is None:
            yield found(
                f"before_{before}",
                f"与“{title}”的先后未知",
                f"order with {before} unknown",
                False,
            )
        else:
            yield found(f"before_{before}", f"早于“{title}”结束", f"begun before {before} ended")


def _min_days(step: Step, place: Place) -> int | None:
    if step.min_days is None:
        return None
    value = evaluate(step.min_days, place)
    return None if value is None else int(value)  # type: ignore[arg-type]


def _earliest(step: Step, records: Records) -> date | None:
    """The day on which all steps before it have ended."""
    days = [ends(records[before]) if before in records else None for before in step.after]
    if not days or any(day is None for day in days):
        return None
    return max(day for day in days if day is not None)


@dataclass(frozen=True)
class ShareResult:
    """A share of the roster against what it must be.

    Attributes:
        of: how many households have the step recorded.
        having: how many of them have the document.
        least: percent that must have it.
        holds: whether that is met; None where no household has come to the step.
    """

    id: str
    title: str
    of: int
    having: int
    least: Any
    holds: bool | None


def shares(
    ruleset: RuleSet, cases: Sequence[Case], steps: Iterable[StepRecord]
) -> tuple[ShareResult, ...]:
    """The pack's rules over the whole roster."""
    records = list(steps)
    results = []
    for share in ruleset.shares:
        of_step = [record for record in records if record.step == share.step]
        having = sum(
            share.document in (record.document or "").replace("、", "|").split("|")
            for record in of_step
        )
        least: Any = evaluate(share.at_least, Place.top(ruleset, cases[0])) if cases else None
        holds = None if not of_step or least is None else having * 100 >= least * len(of_step)
        results.append(ShareResult(share.id, share.title, len(of_step), having, least, holds))
    return tuple(results)


def with_procedure(
    ruleset: RuleSet, decisions: Sequence[Decision], found: Iterable[Standing]
) -> Iterator[Decision]:
    """The decisions with the procedure's findings; blocking ones leave a household pending."""
    by_household = {each.household_id: each for each in found}
    for decision in decisions:
        each = by_household.get(decision.household_id)
        if each is None or not each.violations:
            yield decision
            continue
        findings = (
            Finding(decision.household_id, "", violation.rule_id, "procedure",
                    "true" if violation.certain else "unknown")
            for violation in each.violations
        )  # fmt: skip
        decision = replace(decision, findings=(*decision.findings, *findings))
        blocked = any(violation.blocking for violation in each.violations)
        if blocked and decision.eligibility == "eligible":
            decision = replace(decision, eligibility="pending", tracks=())
        yield decision
