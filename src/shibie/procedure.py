"""The procedure 程序: where each household stands, what was done wrongly, what comes next.

Everything about the steps comes from the pack: their order, actors, documents, days of
notice, and conditions. Like everything else it is three-valued: what a missing date leaves
open is unknown, not a violation. A missing signature or document is a violation.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import localcontext
from typing import Any

from shibie.bounds import is_known
from shibie.case import Case, Value
from shibie.decision import ELIGIBILITIES, Decision, Eligibility, Finding, GivenTrack
from shibie.engines.decide import NO_TRACKS, place_of, saying, standing_of, tracks_of
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.errors import Words
from shibie.household import StepOfPlace, StepRecord
from shibie.lower import Lowered, lowered
from shibie.lower.named import DECISION
from shibie.lower.procedure import NAMES, PRESENT, StepCheck, ends, notice_days
from shibie.lower.standings import CLEARED, HELPED
from shibie.ruleset.model import Condition, RuleSet, Step

StepRecords = Mapping[str, StepRecord]


@dataclass(frozen=True)
class Violation:
    """One thing that is wrong with a step, or may be.

    Attributes:
        step: id of the step.
        id: what is wrong: the name of one of the checks below, or of the pack's condition.
        title: the same for people.
        certain: False where a missing fact leaves it open.
        blocking: whether it keeps the household from being eligible.
        record_of: the village, group or township that the step is recorded once for; empty where
            the household has a record of its own.
    """

    step: str
    id: str
    title: Words
    certain: bool
    blocking: bool = False
    record_of: str = ""

    @property
    def rule_id(self) -> str:
        """Its name in findings."""
        return f"{self.step}.{self.id}"


@dataclass(frozen=True)
class BlockedDecision:
    """What is decided of a household that a step keeps from being eligible."""

    eligibility: Eligibility
    tracks: tuple[GivenTrack, ...]
    standing: str


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
        blocked: where a step keeps an eligible household from being it: its decision then.
    """

    household_id: str
    village: str
    done: tuple[str, ...]
    next: Step | None
    earliest: date | None
    earliest_end: date | None
    violations: tuple[Violation, ...]
    blocked: BlockedDecision | None = None

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


def standing(ruleset: RuleSet, case: Case, decision: Decision, records: StepRecords) -> Standing:
    """Where one household stands."""
    program = lowered(ruleset, with_procedure=True)
    place = replace(place_of(program, case), records=_readable(ruleset, records, decision))
    done = tuple(step.id for step in ruleset.procedure if step.id in records)
    following = next((step for step in ruleset.procedure if step.id not in records), None)
    with localcontext(EXACT):
        violations = tuple(_violations(program, records, place))
        blocked = None
        if decision.eligibility == "eligible" and evaluate(CLEARED, place) is not True:
            blocked = _blocked(program, place)
        days = _min_days(following, place) if following else None
        earliest = _earliest(ruleset, following, place) if following else None
    last = None
    if earliest is not None and days is not None and following is not None:
        last = earliest + timedelta(days=days - (following.counting == "inclusive"))
    household = case.household
    return Standing(
        household.household_id, household.village or "", done, following, earliest, last,
        violations, blocked,
    )  # fmt: skip


def _blocked(program: Lowered, place: Place) -> BlockedDecision:
    told = {**place.records[DECISION], "cleared": False}
    place = replace(place, records={**place.records, DECISION: told}, memo={})
    given, _ = tracks_of(program, place) if evaluate(HELPED, place) else NO_TRACKS
    standing = standing_of(program, saying(place))
    return BlockedDecision("pending", given, standing)


def _readable(
    ruleset: RuleSet, records: StepRecords, decision: Decision
) -> dict[str, dict[str, Value]]:
    """The records as conditions see them, and the decision that was come to."""
    seen: dict[str, dict[str, Value]] = {
        DECISION: {word: decision.eligibility == word for word in ELIGIBILITIES}
    }
    for step in ruleset.procedure:
        record = records.get(step.id)
        told: dict[str, Value] = {PRESENT: record is not None}
        if record is not None:
            told |= {name: getattr(record, name) for name in type(record).model_fields}
            told |= {NAMES + each: each in documents(record) for each in step.requires}
        seen[f"step:{step.id}"] = told
    return seen


def documents(record: StepRecord) -> frozenset[str]:
    """The documents that a record names.

    >>> sorted(documents(StepRecord(household_id="1", step="n", document="照片、会议记录|名单")))
    ['会议记录', '名单', '照片']
    """
    return frozenset((record.document or "").replace("、", "|").split("|"))


def _violations(program: Lowered, records: StepRecords, place: Place) -> Iterator[Violation]:
    for check in program.checks:
        value = evaluate(check.field, place)
        if value is not False:
            step, said = check.step, _words(check, value is True, records, place)
            title = Words(f"{step.title}：{said.zh}", f"{step.id}: {said.en}")
            of = recorded_of(records[step.id])
            yield Violation(step.id, check.name, title, value is True, step.blocking, of)


def recorded_of(record: StepRecord) -> str:
    """The place that a step is recorded once for; empty where it is the household's own record."""
    return record.record_of if isinstance(record, StepOfPlace) else ""


def _words(check: StepCheck, certain: bool, records: StepRecords, place: Place) -> Words:
    """What is wrong with a step, or may be, in words."""
    step, record = check.step, records[check.step.id]
    match check.about:
        case Step(id=before, title=title):
            if not certain:
                return Words(f"与“{title}”的先后未知", f"order with {before} unknown")
            if before not in records:
                return Words(f"没有“{title}”的记录", f"no record of {before}")
            return Words(f"早于“{title}”结束", f"begun before {before} ended")
        case Condition(title=title):
            if not certain:
                return Words(f"无从判断“{title}”", f"cannot be told: {title}")
            return Words(f"未做到“{title}”", f"not met: {title}")
        case str(document):
            return Words(f"缺少{document}", f"{document} is missing")
    if check.name == "after_as_of":
        as_of = place.case.as_of
        return Words(f"日期晚于 {as_of}", f"dated after {as_of}")
    if check.name == "unsigned":
        return Words("没有签字", "not signed")
    if check.name == "notice":
        if not certain:
            return Words("公示天数未知", "days of notice unknown")
        days, least = evaluate(notice_days(step), place), _min_days(step, place)
        return Words(f"公示 {days} 日，不足 {least} 日", f"notice of {days} days, not {least}")
    if not certain:
        return Words("办理主体未知", "actor unknown")
    actor = record.actor
    return Words(f"应由{step.actor}办理，实为{actor}", f"by {actor}, not by {step.actor}")


def _min_days(step: Step, place: Place) -> int | None:
    if step.min_days is None:
        return None
    value = evaluate(step.min_days, place)
    return int(value) if is_known(value) else None  # type: ignore[arg-type]


def _earliest(ruleset: RuleSet, step: Step, place: Place) -> date | None:
    """The day on which all steps before it have ended."""
    by_id = {each.id: each for each in ruleset.procedure}
    days = [evaluate(ends(by_id[before]), place) for before in step.after]
    known = [day for day in days if isinstance(day, date)]
    return max(known) if known and len(known) == len(days) else None


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
    ruleset: RuleSet, case: Case | None, documented: Callable[[str, str], tuple[int, int]]
) -> tuple[ShareResult, ...]:
    """The pack's rules over the whole roster.

    Args:
        ruleset: the pack.
        case: any household of the roster; None where there is none.
        documented: of a step and a document, how many records there are of the step, and how
            many of them name the document.
    """
    results = []
    for share in ruleset.shares:
        of, having = documented(share.step, share.document)
        least: Any = evaluate(share.at_least, Place.top(ruleset, case)) if case else None
        holds = None if not of or not is_known(least) else having * 100 >= least * of
        results.append(ShareResult(share.id, share.title, of, having, least, holds))
    return tuple(results)


def documented(records: Iterable[StepRecord], step: str, document: str) -> tuple[int, int]:
    """How many records of a step there are, and how many of them name a document."""
    of_step = [record for record in records if record.step == step]
    return len(of_step), sum(document in documents(record) for record in of_step)


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
        blocked = each.blocked
        if blocked is not None:
            decision = replace(
                decision, eligibility=blocked.eligibility, tracks=blocked.tracks,
                standing=blocked.standing,
            )  # fmt: skip
        yield decision
