"""Which of the changes that would turn a decision a letter speaks of to the household."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from shibie.case import Case, Value
from shibie.engines.persons import who_counts
from shibie.explanations.changed_cases import DOUBTFUL, FactChange, made, may_change_who_counts
from shibie.explanations.explanation import WouldChange
from shibie.ruleset.model import RuleSet


def _leaves_out(change: FactChange) -> bool:
    """Whether a row does not count by a change, wrong or another's."""
    return change.lever.kind == "row" or (change.lever.kind in DOUBTFUL and not change.value)


def offer(ruleset: RuleSet, case: Case, each: WouldChange) -> str:
    """What a household is told of a change; nothing where it is none for a household to bring about.

    That is a change of the rules, and one by which other persons count: nobody is told what would
    come of his death. That a row of a register is wrong is told, whoever counts without it.
    """
    if each.found.who == "rule":
        return ""
    counts = who_counts(ruleset, case)
    told: list[FactChange] = []
    for change in each.found.changes:
        if not _leaves_out(change) and may_change_who_counts(ruleset, change.lever):
            values = [
                value
                for value in (change.value, *change.also)
                if who_counts(*made(ruleset, case, [replace(change, value=value)])) == counts
            ]
            if not values:
                return ""
            change = replace(change, value=values[0], also=tuple(cast("list[Value]", values[1:])))
        told.append(change)
    return each.text if told == list(each.found.changes) else each.phrases.changes(told)
