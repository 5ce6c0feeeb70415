"""The days of a notice, in which a review may be asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from shibie.checking_in_python import Checked
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.errors import InputError, Words, bad_argument
from shibie.ruleset.model import Step


@dataclass(frozen=True)
class Period:
    """First and last day of a notice, and whether the first is counted."""

    first: date
    last: date
    days: int
    inclusive: bool = True


def period(checked: Checked, posted: date, days: int | None = None) -> Period:
    """The notice that begins on a day, as long as asked for or as the pack's procedure wants.

    Args:
        checked: the roster with its rule set.
        posted: the day on which it is put up.
        days: how many days; by default those of the first notice in the procedure.

    Raises:
        InputError: when the pack wants more days, or neither says how many.
    """
    step = next((step for step in checked.ruleset.procedure if step.min_days is not None), None)
    least = _least(checked, step)
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
                Words(f"{days} 日太短:{title}不少于 {least or 1} 日",
                      f"{days} is too short: {title or 'a notice'} takes at least {least or 1}"),
            )
        )  # fmt: skip
    length = days or least or 1
    inclusive = step is None or step.counting == "inclusive"
    return Period(posted, posted + timedelta(days=length - inclusive), length, inclusive)


def _least(checked: Checked, step: Step | None) -> int | None:
    if step is None or step.min_days is None or not checked.cases:
        return None
    value = evaluate(step.min_days, Place.top(checked.ruleset, checked.cases[0]))
    return None if value is None else int(str(value))
