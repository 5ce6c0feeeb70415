"""Of how many days without a visit, and of how many households a helper, it is said that it is too many.

No number is a place's own policy unless the place gives it: without one nothing is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from shibie.ruleset.model import RuleSet

# The parameters by which a pack says them.
VISIT_DAYS: Final = "visit_days"
MOST_HOUSEHOLDS: Final = "most_households"


@dataclass(frozen=True)
class Limits:
    """What is too long and too much; None where nothing says so.

    Attributes:
        visit_days: a household whose last visit is more days ago was not visited in time.
        most_households: a helper who has more has too many.
    """

    visit_days: int | None = None
    most_households: int | None = None


def limits_of(
    ruleset: RuleSet, as_of: date, visit_days: int | None = None, most_households: int | None = None
) -> Limits:
    """What was asked for, and for the rest what the pack's parameters say on a day.

    >>> from shibie.ruleset.loader import load
    >>> limits_of(load("bazhong-2015"), date(2015, 12, 20), visit_days=90)
    Limits(visit_days=90, most_households=None)
    """

    def said(name: str, asked: int | None) -> int | None:
        parameter = ruleset.parameters.get(name)
        if asked is not None or parameter is None or parameter.key is not None:
            return asked
        value = parameter.value(as_of)
        return None if value is None else int(value)

    return Limits(said(VISIT_DAYS, visit_days), said(MOST_HOUSEHOLDS, most_households))
