"""The days of a notice, in which a review may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shibie.bounds import is_known
from shibie.case import Case
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.errors import InputError, Words, bad_argument
from shibie.ruleset.model import RuleSet, Step


@dataclass(frozen=True)
class Period:
    """First and last day of a notice, and whether the first is counted."""

    first: date
    last: date
    days: int
    inclusive: bool = True


def period(ruleset: RuleSet, case: Case | None, posted: date, days: int | None = None) -> Period:
    """The notice that begins on a day, as long as asked for or as the pack's procedure wants.

    Args:
        ruleset: the rules.
        case: any household of the roster; None where there is none.
        posted: the day on which it is put up.
        days: how many days; by default those of the first notice in the procedure.

    Raises:
        InputError: when the pack wants more days, or neither says how many.
    """
    step = next((step for step in ruleset.procedure if step.min_days is not None), None)
    least = _least(ruleset, case, step)
    if days is None and least is None:
        raise InputError(
            bad_argument(
                "days",
                Words("规则包没有规定公示天数", "the pack does not say how long a notice is"),
                Words("用 `days` 指定", "say it with `days`"),
            )
        )
    if days is not None and days < (least or 1):
        title = step.title if step else ""
        raise InputError(
            bad_argument(
                "days",
                Words(f"{days} 日太短：{title}不少于 {least or 1} 日",
                      f"{days} is too short: {title or 'a notice'} takes at least {least or 1}"),
            )
        )  # fmt: skip
    length = days or least or 1
    inclusive = step is None or step.counting == "inclusive"
    return Period(posted, posted + timedelta(days=length - inclusive), length, inclusive)


def _least(ruleset: RuleSet, case: Case | None, step: Step | None) -> int | None:
    if step is None or step.min_days is None or case is None:
        return None
    value = evaluate(step.min_days, Place.top(ruleset, case))
    return int(str(value)) if is_known(value) else None
