"""Numbers and dates: the exact value at which a comparison turns over.

A lever is tried at its ends and at the constants of the comparison; between its present
value and one that will do, the smallest step is guessed along a straight line and found by
halving. The result is exact
where the comparison turns once in between, and is a real turning point in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

from shibie.bounds import is_known
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.explanations.changeable_facts import (
    below,
    constants,
    in_steps,
    is_relevant,
    span_of,
    spec_of,
    step_of,
)
from shibie.explanations.changed_cases import (
    DOUBTFUL,
    BoundWord,
    ChangeSet,
    FactChange,
    Lever,
    Who,
    moved,
)
from shibie.explanations.differing_rows import said_differently
from shibie.explanations.possible_answers import answers
from shibie.explanations.trials import Trials
from shibie.language.tree import Compare

_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)


def numeric_ways(
    node: Compare, place: Place, want: bool, who: Who, trials: Trials
) -> Iterator[ChangeSet]:
    """Changes after which a comparison of numbers or dates is `want`.

    First each lever alone; where none suffices, as few as do, those with the largest
    effect first and the last of them only as far as is needed.
    """
    trial = _Trial(node, place, want, who, trials)
    alone = list(trial.alone())
    yield from alone
    if not alone:
        yield from trial.several()


def crossing(near: Any, far: Any) -> Fraction | None:
    """Where on the way from one end to the other a straight line crosses zero, from 0 to 1.

    None where the ends are no numbers on two sides of zero.

    >>> crossing(Decimal(3), Decimal(-1)), crossing(None, 4), crossing(Decimal(1), 2)
    (Fraction(3, 4), None, None)
    """
    numbers = all(isinstance(each, int | Decimal) for each in (near, far))
    if not numbers or near == far or (near > 0) == (far > 0):
        return None
    return Fraction(near) / (Fraction(near) - Fraction(far))


def first_that_will_do(
    will_do: Callable[[int], bool], last: int, share: Fraction | None = None
) -> int:
    """The first step that will do, where 0 will not and `last` will, from a guess or by halving.

    Away from the guess it goes in steps twice as long each time, so a good guess takes few
    tries, and a bad one not many more than twice as many as halving.

    Args:
        will_do: whether a step will do.
        last: the last step.
        share: the guess, as a share of the way; None for halving from the start.

    >>> tried = []
    >>> first_that_will_do(lambda n: tried.append(n) or n > 70, 1000, Fraction(7, 100)), tried
    (71, [70, 71])
    """
    near, far = 0, last
    guess, reach = (last // 2, last) if share is None else (int(last * share), 1)
    guess = min(max(guess, 1), last - 1)
    while near < guess < far:
        forward = not will_do(guess)
        near, far = (guess, far) if forward else (near, guess)
        nearby = near + reach if forward else far - reach
        # Once both ends are close to each other the middle is the better guess.
        guess = nearby if far - near > 2 * reach else (near + far) // 2
        reach *= 2
    return far


class _Trial:
    """One comparison at one place, tried with changes."""

    def __init__(self, node: Compare, place: Place, want: bool, who: Who, trials: Trials) -> None:
        self.node, self.place, self.want, self.who = node, place, want, who
        self.trials = trials
        self.levers: dict[Lever, Any] = {}
        self.open: list[Lever] = []
        self.doubtful: list[Lever] = []
        for lever, before in dict(below(node, place)).items():
            if lever.kind == "rows":
                self.open.append(lever)
            elif lever.kind in DOUBTFUL:
                self.doubtful.append(lever)
            elif not is_relevant(lever, place):
                continue
            elif (lever.kind == "parameter") is (who == "rule") and self._scale(lever):
                self.levers[lever] = before

    def _scale(self, lever: Lever) -> bool:
        """Whether the lever has an order to move along; codes and rows have none."""
        if lever.kind == "parameter":
            return True
        spec = spec_of(self.place.ruleset, lever)
        return spec is not None and spec.type in ("money", "decimal", "integer", "date")

    def holds(self, changes: Sequence[FactChange]) -> bool:
        self.trials.comparisons += 1
        return evaluate(self.node, moved(self.place, changes)) is self.want

    def gap(self, changes: Sequence[FactChange]) -> Any:
        """The left side minus the right side; None when unknown."""
        self.trials.comparisons += 1
        place = moved(self.place, changes)
        left: Any = evaluate(self.node.left, place)
        right: Any = evaluate(self.node.right, place)
        return left - right if is_known(left) and is_known(right) else None

    def change(self, lever: Lever, value: Any, bound: BoundWord = "") -> FactChange:
        who: Who = "officer" if lever.kind in ("column", "rows") else self.who
        before = self.levers.get(lever)
        return FactChange(lever, value, before, bound, (), who)

    def alone(self) -> Iterator[ChangeSet]:
        """Plans that move one lever (and fill in what is unknown beside it)."""
        unknown = [lever for lever, before in self.levers.items() if before is None]
        rows = [self.change(lever, ()) for lever in self.open] if self.who != "rule" else []
        if self.open and self.who == "rule":
            return
        if rows and self.holds(rows):
            yield frozenset(rows)
        yield from self.found_out(rows)
        for lever in self.levers:
            others = [each for each in unknown if each != lever]
            if len(others) > 2:
                continue
            if self.trials.enough():
                return
            plans = []
            for values in product(*(self.probes(each)[:2] for each in others)):
                beside = [
                    self.change(each, value) for each, value in zip(others, values, strict=True)
                ]
                found = self.nearest(lever, [*rows, *map(self._bounded, beside)])
                if found is not None:
                    plans.append(frozenset([*rows, *map(self._bounded, beside), found]))
            yield from plans[:1]

    def found_out(self, rows: Sequence[FactChange]) -> Iterator[ChangeSet]:
        """Plans by which it is found out of rows that may count whether they do."""
        if self.who == "rule" or not self.doubtful:
            return
        ruleset, case = self.trials.ruleset, self.trials.case
        choices = [answers(ruleset, case, lever, self.trials) for lever in self.doubtful]
        alone = [
            found
            for several in choices
            if (found := next((each for each in several if self.holds([*rows, each])), None))
        ]
        yield from (frozenset([*rows, each]) for each in alone)
        if not alone:
            plans = ([several[at] for several in choices if several] for at in (0, -1))
            yield from (frozenset([*rows, *p]) for p in plans if self.holds([*rows, *p]))

    def _bounded(self, change: FactChange) -> FactChange:
        if self._said(change.lever):
            return change
        low, _ = self.probes(change.lever)[:2]
        bound: BoundWord = "most" if change.value == low else "least"
        return FactChange(change.lever, change.value, change.before, bound, (), change.who)

    def probes(self, lever: Lever) -> list[Any]:
        """The two ends of a lever, then the constants that it may be compared with."""
        if said := self._said(lever):
            return sorted(said)
        found = constants(self.node, self.place)
        if self._is_date(lever):
            return [_FIRST_DAY, _LAST_DAY, *(each for each in found if isinstance(each, date))]
        low, high = span_of(self.place.ruleset, lever)
        if (self.levers.get(lever) or 0) >= 0:
            low = max(low, Decimal(0))  # a balance that is no debt is not turned into one
        step = step_of(self.place.ruleset, lever)
        assert step is not None
        numbers = [self._on_grid(each, step) for each in found if not isinstance(each, date)]
        return [low, high, *(each for each in numbers if low <= each <= high)]

    def _said(self, lever: Lever) -> tuple[Any, ...]:
        return said_differently(self.place.case, lever.register, lever.row, lever.name)

    def _on_grid(self, value: Any, step: Decimal) -> Any:
        return in_steps(int(Decimal(value) / step), step)

    def _is_date(self, lever: Lever) -> bool:
        spec = spec_of(self.place.ruleset, lever)
        return spec is not None and spec.type == "date"

    def nearest(self, lever: Lever, beside: Sequence[FactChange]) -> FactChange | None:
        """The change of one lever nearest to its present value that will do, or None."""
        if said := self._said(lever):
            tried = (self.change(lever, value) for value in said)
            return next((each for each in tried if self.holds([*beside, each])), None)
        start = self.levers[lever]
        found = []
        for probe in dict.fromkeys(self.probes(lever)):
            if not self.holds([*beside, self.change(lever, probe)]):
                continue
            origin = start if start is not None else self._other_end(lever, probe)
            if start is None and self.holds([*beside, self.change(lever, origin)]):
                found.append(self.change(lever, probe))
                continue
            value = self.turn(lever, origin, probe, beside)
            bound: BoundWord = "most" if value < origin else "least"
            found.append(self.change(lever, value, bound))
        if not found:
            return None
        if start is None:
            return found[0]
        return min(found, key=lambda change: abs(change.value - start))

    def _other_end(self, lever: Lever, probe: Any) -> Any:
        low, high = self.probes(lever)[:2]
        return low if probe == high else high

    def turn(self, lever: Lever, bad: Any, good: Any, beside: Sequence[FactChange]) -> Any:
        """The value nearest to `bad` that will do, on the way from `good`."""
        if isinstance(good, date):
            unit: Any = timedelta(days=1)
            steps = (good - bad).days
        else:
            step = step_of(self.place.ruleset, lever)
            assert step is not None
            unit = int(step) if step == 1 else step
            steps = int((Decimal(good) - Decimal(bad)) / step)
        sign = 1 if steps > 0 else -1

        def will_do(units: int) -> bool:
            return self.holds([*beside, self.change(lever, bad + unit * (sign * units))])

        ends = (self.gap([*beside, self.change(lever, value)]) for value in (bad, good))
        return bad + unit * (sign * first_that_will_do(will_do, abs(steps), crossing(*ends)))

    def several(self) -> Iterator[ChangeSet]:
        """Moves facts to their better ends, the largest effect first, until the condition holds."""
        rows = [self.change(lever, ()) for lever in self.open]
        if self.who == "rule" or any(self._is_date(lever) for lever in self.levers):
            return
        now = self.gap(rows)
        if now is None:
            return
        below_wanted = (self.node.op in ("<", "<=")) is self.want
        best: list[tuple[Any, FactChange]] = []
        for lever in self.levers:
            if self.trials.enough():
                return
            for probe in self.probes(lever)[:2]:
                moved_to = self.change(lever, probe)
                gap = self.gap([*rows, moved_to])
                gain = None if gap is None else (now - gap if below_wanted else gap - now)
                if gain is not None and gain > 0:
                    best.append((gain, moved_to))
        best.sort(key=lambda pair: -pair[0])
        beside: list[FactChange] = list(rows)
        for _, change in best:
            if any(change.lever == each.lever for each in beside):
                continue
            if self.trials.enough():
                return
            found = self.nearest(change.lever, beside)
            if found is not None:
                yield frozenset([*beside, found])
                return
            beside.append(self._bounded(change))
