"""Who counts as a person of a household, and how many they are."""

from __future__ import annotations

from decimal import localcontext
from typing import cast

from shibie.case import Case
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.kleene import Truth
from shibie.engines.place import Place
from shibie.lower.decision import COUNTED
from shibie.ruleset.model import RuleSet


def who_counts(ruleset: RuleSet, case: Case) -> tuple[Truth, ...]:
    """Of each person of the form, whether he counts; None where it is not known."""
    people = range(len(case.household.members))
    if ruleset.persons is None:
        return tuple(True for _ in people)
    with localcontext(EXACT):
        top = Place.top(ruleset, case)
        found = tuple(cast("Truth", evaluate(COUNTED, top.at_member(index))) for index in people)
        top.leave()
    return found


def heads(ruleset: RuleSet, case: Case) -> int:
    """How many persons a household is in figures: all but those who surely do not count."""
    if ruleset.persons is None:
        return len(case.household.members)
    return sum(counts is not False for counts in who_counts(ruleset, case))
