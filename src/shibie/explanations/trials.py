"""What supposed changes of one household lead to: each decided once, and only so many of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import localcontext
from typing import Any, TypeVar

from shibie.case import Case
from shibie.decision import Eligibility
from shibie.engines.decide import (
    Judgement,
    eligibility_of,
    judgement,
    place_of,
    saying,
    verdicts_of,
)
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.persons import who_counts_memo
from shibie.engines.place import Memo, Place
from shibie.explanations.changed_cases import (
    DOUBTFUL,
    FactChange,
    made,
    may_change_who_counts,
)  # fmt: skip
from shibie.lower import lowered
from shibie.lower.uncounted_hits import to_be_verified
from shibie.ruleset.model import RuleSet

# How many decisions, and how many values of single comparisons, one search may try. A
# household of which most is known takes some hundreds; one of which hardly anything is known
# would take millions, and whoever waits for an answer is told that not all was tried.
MOST_DECISIONS, MOST_COMPARISONS = 2500, 5000
# So many rows in doubt that are somebody's in a trial take as long as a decision.
_ROWS_OF_A_DECISION = 8

_Found = TypeVar("_Found")


class Trials:
    """The decisions that one search tries, counted.

    A search asks `enough` between its steps, and what it leaves untried then is `cut_short`.

    Attributes:
        decisions: how many different decisions were made.
        comparisons: how many times a single comparison was tried with other values.
        cut_short: whether something was left untried.

    >>> from datetime import date
    >>> from shibie.rosters.household_input import case_from
    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> trials = Trials(ruleset, case_from(ruleset, {"members": [{}]}, date(2015, 12, 20)))
    >>> trials.eligibility([]), trials.eligibility([]), trials.decisions, trials.enough()
    ('pending', 'pending', 1, False)
    """

    def __init__(self, ruleset: RuleSet, case: Case, most: int = MOST_DECISIONS) -> None:
        self.ruleset, self.case, self.most = ruleset, case, most
        self.decisions = self.comparisons = 0
        self._rows = 0
        self.cut_short = False
        self._known: dict[object, Any] = {}
        self._counts = who_counts_memo(ruleset, case)

    def judgement(self, changes: Iterable[FactChange]) -> Judgement:
        """The judgement that the changes lead to."""
        return self._once("whole", judgement, changes)

    def eligibility(self, changes: Iterable[FactChange]) -> Eligibility:
        """The eligibility alone, for which less is asked of the rules."""
        return self._once("eligibility", _eligibility, changes)

    def _once(
        self,
        what: str,
        decided: Callable[[RuleSet, Case, Memo | None], _Found],
        changes: Iterable[FactChange],
    ) -> _Found:
        changes = list(changes)
        key = (what, frozenset((change.lever, change.value) for change in changes))
        if key not in self._known:
            self.decisions += 1
            self._rows += sum(change.lever.kind in DOUBTFUL for change in changes)
            sensible = self._sensible(changes)
            # Who counts stays the same in most trials.
            moved = any(may_change_who_counts(self.ruleset, each.lever) for each in sensible)
            ruleset, case = made(self.ruleset, self.case, sensible)
            self._known[key] = decided(ruleset, case, None if moved else self._counts)
        found: _Found = self._known[key]
        return found

    def _sensible(self, changes: list[FactChange]) -> list[FactChange]:
        """The changes without verdicts on what is not known to be so.

        An officer may sign before a register was compared; but nobody is to be told to do so
        instead of comparing it.
        """
        given = self.case.adjudications
        verdicts = [c for c in changes if c.lever.kind == "verdict" and c.lever.name not in given]
        if not verdicts:
            return changes
        others = [change for change in changes if change not in verdicts]
        place = Place.top(*made(self.ruleset, self.case, others))

        def holds(change: FactChange) -> bool:
            rule = self.ruleset.rule(change.lever.name)
            return rule is not None and evaluate(to_be_verified(self.ruleset, rule), place) is True

        with localcontext(EXACT):
            signed = [change for change in verdicts if holds(change)]
        place.leave()
        return [*others, *signed]

    def enough(self) -> bool:
        """Whether nothing more may be tried; asking it where there is more says so."""
        taken = self.decisions + self._rows // _ROWS_OF_A_DECISION
        enough = taken >= self.most or self.comparisons >= MOST_COMPARISONS
        self.cut_short = self.cut_short or enough
        return enough


def _eligibility(ruleset: RuleSet, case: Case, known: Memo | None) -> Eligibility:
    program = lowered(ruleset, verdicts=verdicts_of(case))
    with localcontext(EXACT):
        place = place_of(program, case, known)
        found = eligibility_of(saying(place))
        place.leave()
        return found
