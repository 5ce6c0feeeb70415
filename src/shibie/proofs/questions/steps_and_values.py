"""Questions that need no solver: the order of the steps, and values that never occur."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import cache

from shibie.case import Case
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.errors import Words
from shibie.language import tree
from shibie.language.connectives import every
from shibie.language.types import Code
from shibie.language.walks import walk
from shibie.proofs.findings import ProofFinding
from shibie.ruleset.conditions import rule_conditions
from shibie.ruleset.dated_parameter import DatedParameter
from shibie.ruleset.model import RuleSet, Step


def steps(ruleset: RuleSet) -> Iterator[ProofFinding]:
    """The procedure can be walked from its first step to its last, and how long it takes."""
    if not ruleset.procedure:
        return
    wrong = tuple(_order(ruleset))
    yield from wrong or [_proved("steps")]
    if not any(each.name.endswith(".order") for each in wrong):
        yield from _days_of_notice(ruleset)


def values(ruleset: RuleSet) -> Iterator[ProofFinding]:
    """No parameter is for a code that is not on the list, or lacks one; no date is never met."""
    wrong = tuple(_unmet(ruleset))
    yield from wrong or [_proved("values")]


def _order(ruleset: RuleSet) -> Iterator[ProofFinding]:
    procedure = {step.id: step for step in ruleset.procedure}
    first, last = ruleset.procedure[0], ruleset.procedure[-1]
    followed = {before for step in ruleset.procedure for before in step.after}
    for step in ruleset.procedure:
        at = {procedure[before].number for before in step.after if before in procedure}
        if any(number >= step.number for number in at):
            yield _refuted(
                f"steps.{step.id}.order", f"“{step.title}”要等比它晚的步骤",
                f"{step.id} waits for a later step",
            )  # fmt: skip
        if not step.after and step is not first:
            yield _refuted(
                f"steps.{step.id}.start", f"“{step.title}”不在任何步骤之后，随时可办",
                f"{step.id} follows no step",
            )  # fmt: skip
        if step.id not in followed and step is not last:
            yield _refuted(
                f"steps.{step.id}.end", f"“{step.title}”之后没有步骤等它，办不办都一样",
                f"no step waits for {step.id}",
            )  # fmt: skip


def _days_of_notice(ruleset: RuleSet) -> Iterator[ProofFinding]:
    for day in _days(ruleset):
        days = {step.id: _least(ruleset, step, day) for step in ruleset.procedure}
        unknown = [step.title for step in ruleset.procedure if days[step.id] is None]
        if unknown:
            yield _refuted(
                f"steps.days.{day}", f"{day} 起公示天数未知：{'、'.join(unknown)}",
                f"days of notice unknown from {day}: {', '.join(unknown)}",
            )  # fmt: skip
            continue
        total = _longest(ruleset, {step: found or 0 for step, found in days.items()})
        yield ProofFinding(f"steps.days.{day}", "noted", Words(
            f"{len(days)} 步，{day} 起公示共至少 {total} 日",
            f"{len(days)} steps, at least {total} days of notice from {day}",
        ))  # fmt: skip


def _proved(name: str) -> ProofFinding:
    return ProofFinding(name, "proved", Words("没有不妥", "nothing wrong"))


def _refuted(name: str, zh: str, en: str) -> ProofFinding:
    return ProofFinding(name, "refuted", Words(zh, en))


def _days(ruleset: RuleSet) -> list[date]:
    """The first day in force, and each on which the days of notice change."""
    names = {
        node.name
        for step in ruleset.procedure
        if step.min_days is not None
        for node in walk(step.min_days)
        if isinstance(node, tree.Parameter)
    }
    changes = {
        day
        for name in names
        for series in ruleset.parameters[name].series.values()
        for day, _ in series
        if ruleset.in_force(day)
    }
    return sorted({ruleset.effective_from, *changes})


def _least(ruleset: RuleSet, step: Step, day: date) -> int | None:
    if step.min_days is None:
        return 0
    blank = ruleset.vocabulary.household_model.model_construct(household_id="1", members=())
    value = evaluate(step.min_days, Place.top(ruleset, Case(blank, day, ())))
    return None if value is None else int(value)  # type: ignore[arg-type]


def _longest(ruleset: RuleSet, days: dict[str, int]) -> int:
    """The days of the longest way through the steps."""
    after = {step.id: step.after for step in ruleset.procedure}

    @cache
    def until(step: str) -> int:
        return days[step] + max((until(before) for before in after[step]), default=0)

    return max(map(until, after))


def _unmet(ruleset: RuleSet) -> Iterator[ProofFinding]:
    for parameter in ruleset.parameters.values():
        yield from _keys(parameter)
    for node in walk(every(rule_conditions(ruleset))):
        match node:
            case tree.Compare(left=tree.AsOf(), right=tree.Literal(value=date() as day)):
                pass
            case tree.Compare(left=tree.Literal(value=date() as day), right=tree.AsOf()):
                pass
            case _:
                continue
        if not ruleset.in_force(day):
            yield _refuted(
                f"values.{day}", f"{day} 不在规则有效期内，与认定日期比较恒真或恒假",
                f"{day} is never a day of judgement: the comparison is constant",
            )  # fmt: skip


def _keys(parameter: DatedParameter) -> Iterator[ProofFinding]:
    if parameter.key is None or not isinstance(parameter.key.type, Code):
        return
    codes, keys = parameter.key.type.codes, list(parameter.series)
    for key in keys:
        if key not in codes:
            yield _refuted(
                f"values.{parameter.name}.{key}", f"参数{parameter.title}的“{key}”不在代码表中",
                f"'{key}' of {parameter.name} is not on its code list",
            )  # fmt: skip
    for code in () if parameter.open else codes:
        if code not in keys:
            yield _refuted(
                f"values.{parameter.name}.{code}", f"参数{parameter.title}没有“{code}”的值，只能是未知",
                f"{parameter.name} has no value for '{code}': it stays unknown",
            )  # fmt: skip
