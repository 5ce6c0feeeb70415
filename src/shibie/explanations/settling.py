"""The smallest sets of unknown facts that settle a household whatever the answers are.

A set that does not settle it has answers that leave the household open. These are filled up
with answers to as many of the other facts as leave it open still: then every set that does
settle it holds one of the facts that were left over. So most sets are ruled out without a
decision, and the smallest that hold one of each are tried. That is sound because a further
answer never undecides a household.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod

from shibie.explanations.changed_cases import FactChange, Lever, may_change_who_counts
from shibie.explanations.possible_answers import unlike
from shibie.explanations.trials import Trials

# The most combinations of answers to a set that are decided one by one. Of a set with more, the
# answers are given one after another, and whatever decides the household ends the row.
MOST_ANSWERS = 400

Levers = frozenset[Lever]
Answers = tuple[FactChange, ...]
Settled = dict[tuple[Lever, ...], list[Answers]]


class Settling:
    """A search for the smallest sets of facts that settle one household.

    Attributes:
        left_over: every set that settles it holds one fact of each of these.
        closed: sets of which no superset is of interest: they settle it, or could not be tried.
    """

    def __init__(self, trials: Trials, choices: Mapping[Lever, Sequence[FactChange]]) -> None:
        """Begins with nothing known but that the household is open.

        Args:
            trials: decides; it says afterwards whether every set was tried.
            choices: the unknown facts, the cheapest first, each with its answers.
        """
        self.trials, self.choices = trials, choices
        self.likely = {lever: answers[0] for lever, answers in choices.items() if answers}
        self.left_over: list[Levers] = []
        self.closed: list[Levers] = []

    def found(self) -> tuple[Settled, tuple[Lever, ...]]:
        """The smallest sets, each with the answers to it; and the facts that every set needs.

        All sets of one fact and of two are given; larger ones only where there are none of
        these, and then of one size only.
        """
        sets: Settled = {}
        for size in range(len(self.choices) + 1):
            while (levers := next(self._holding_one_of_each(size, frozenset()), None)) is not None:
                self._try(levers, sets)
            if self.trials.enough() or frozenset() in self.left_over or (sets and size >= 2):
                break
        alone = frozenset[Lever]().union(*(each for each in self.left_over if len(each) == 1))
        return sets, self._ordered(alone)

    def _ordered(self, levers: Levers) -> tuple[Lever, ...]:
        return tuple(lever for lever in self.choices if lever in levers)

    # --- which sets to try ---------------------------------------------------------------

    def _holding_one_of_each(self, size: int, chosen: Levers) -> Iterator[Levers]:
        """Sets of so many facts that may settle it, as far as is known."""
        self.trials.comparisons += 1
        if self.trials.enough() or any(each <= chosen for each in self.closed):
            return
        missing = [each for each in self.left_over if not each & chosen]
        if _apart(missing) > size - len(chosen):
            return
        if not missing:
            yield chosen
            return
        for lever in self._ordered(min(missing, key=len)):
            yield from self._holding_one_of_each(size, chosen | {lever})

    # --- whether a set settles it --------------------------------------------------------

    def _try(self, levers: Levers, sets: Settled) -> None:
        """Notes of a set that it settles the household, or what it lacks."""
        ordered = self._ordered(levers)
        answers, rest = self._filled((), ordered)
        if not rest:
            self._lacks(levers, answers)
            return
        if prod(len(self.choices[lever]) for lever in ordered) <= MOST_ANSWERS:
            tried: list[Answers] = list(product(*(self.choices[lever] for lever in ordered)))
            undecided = next((each for each in tried if self._open(each)), None)
        else:
            tried, undecided = self._in_turn(ordered)
        if undecided is not None:
            self._lacks(levers, undecided)
            return
        self.closed.append(levers)
        if tried:
            sets[ordered] = tried

    def _in_turn(self, levers: Sequence[Lever]) -> tuple[list[Answers], Answers | None]:
        """The shortest rows of answers that decide it, or answers to all that do not.

        Neither where there are too many.
        """
        # Whoever's rows are looked at has to count, so what says that comes first; a verdict is
        # asked for only where the review that it is about holds.
        ruleset = self.trials.ruleset
        levers = sorted(
            levers,
            key=lambda lever: (lever.kind == "verdict", not may_change_who_counts(ruleset, lever)),
        )
        choices = [unlike(self.trials, lever, self.choices[lever]) for lever in levers]
        rows: list[Answers] = [()]
        decided: list[Answers] = []
        while rows:
            row = rows.pop()
            if not self._open(row):
                decided.append(self._deciding(row))
            elif len(row) == len(levers):
                return [], row
            elif self.trials.enough():
                return [], None
            else:
                rows += [(*row, each) for each in reversed(choices[len(row)])]
        return decided, None

    def _deciding(self, row: Answers) -> Answers:
        """Of a row of answers those without which the result were another."""
        result = self.trials.judgement(row)
        for each in row:
            fewer = tuple(other for other in row if other != each)
            if self.trials.judgement(fewer) == result:
                row = fewer
        return row

    def _lacks(self, levers: Levers, answers: Answers) -> None:
        """Notes what is left over when further facts are known too and it still is open."""
        others = [lever for lever in self.choices if lever not in levers]
        _, left_over = self._filled(answers, others)
        self.left_over.append(frozenset(left_over))

    def _filled(self, answers: Answers, rest: Sequence[Lever]) -> tuple[Answers, list[Lever]]:
        """The answers with more that leave it open, and the facts of which every answer decides.

        All at once where that will do, else one half after the other.
        """
        if not rest:
            return answers, []
        if all(lever in self.likely for lever in rest):
            more = (*answers, *(self.likely[lever] for lever in rest))
            if self._open(more):
                return more, []
        if len(rest) == 1:
            for each in self.choices[rest[0]]:
                if self._open((*answers, each)):
                    self.likely[rest[0]] = each
                    return (*answers, each), []
            return answers, [*rest]
        middle = len(rest) // 2
        answers, first = self._filled(answers, rest[:middle])
        answers, second = self._filled(answers, rest[middle:])
        return answers, [*first, *second]

    def _open(self, answers: Answers) -> bool:
        return self.trials.eligibility(answers) == "pending"


def _apart(sets: Sequence[Levers]) -> int:
    """How many of the sets have nothing in common with each other: so many facts are needed."""
    seen: set[Lever] = set()
    count = 0
    for each in sorted(sets, key=len):
        if not each & seen:
            seen |= each
            count += 1
    return count
