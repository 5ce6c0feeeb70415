"""Values at the end of what a type holds: tried to see what comes of a number, and never proposed.

What is proposed instead is the value at which the result turns beside the other changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

from shibie.explanations.changeable_facts import in_steps, span_of, step_of
from shibie.explanations.changed_cases import BoundWord, FactChange, Lever
from shibie.explanations.thresholds import first_that_will_do
from shibie.ruleset.model import RuleSet

Same = Callable[[Sequence[FactChange]], bool]


def within_reach(
    ruleset: RuleSet, changes: Sequence[FactChange], same: Same
) -> tuple[FactChange, ...]:
    """The changes, of which numbers at an end of their type are moved to where the result turns.

    Args:
        ruleset: knows the types.
        changes: what is changed.
        same: whether changes lead to what these lead to.
    """
    found = [*changes]
    for index, change in enumerate(found):

        def so(other: FactChange, index: int = index) -> bool:
            return same([*found[:index], other, *found[index + 1 :]])

        found[index] = _field(ruleset, change, so) or _cells(ruleset, change, so) or change
    return tuple(found)


def _field(
    ruleset: RuleSet, change: FactChange, same: Callable[[FactChange], bool]
) -> FactChange | None:
    """A number of the household, a member or a row; None where it is at no end."""
    end = _end(ruleset, change.lever, change.value)
    if end is None or not change.bound or (end < 0 and change.before is not None):
        return None
    step = cast("Decimal", step_of(ruleset, change.lever))

    def at(units: int, bound: BoundWord) -> FactChange:
        return replace(change, value=in_steps(units, step), bound=bound)

    last = int(span_of(ruleset, change.lever)[1] / step)
    if end > 0:
        if same(at(0, "least")):
            return at(0, "least")
        return at(first_that_will_do(lambda n: same(at(n, "least")), last), "least")
    if same(at(last, "most")):
        return at(0, "least")
    first = int(Decimal(cast("Any", change.value)) / step)
    steps = first_that_will_do(lambda n: not same(at(first + n, "most")), last - first)
    return at(first + steps - 1, "most")


def _cells(
    ruleset: RuleSet, change: FactChange, same: Callable[[FactChange], bool]
) -> FactChange | None:
    """The greatest numbers in a supposed row of a register; None where there are none."""
    if change.lever.kind != "rows":
        return None
    for row, column, value in _numbers(change):
        lever = Lever("column", column, None, change.lever.name)
        if (_end(ruleset, lever, value) or 0) > 0:
            change = _cell(ruleset, change, row, lever, same)
    return change


def _cell(
    ruleset: RuleSet, change: FactChange, row: int, lever: Lever,
    same: Callable[[FactChange], bool],
) -> FactChange:  # fmt: skip
    """A number in a supposed row, at the least that will do."""
    step = cast("Decimal", step_of(ruleset, lever))

    def at(units: int) -> FactChange:
        return _with_cell(change, row, lever.name, in_steps(units, step))

    last = int(span_of(ruleset, lever)[1] / step)
    return at(0 if same(at(0)) else first_that_will_do(lambda n: same(at(n)), last))


def _numbers(change: FactChange) -> Iterator[tuple[int, str, Any]]:
    for index, row in enumerate(cast("tuple[Any, ...]", change.value)):
        yield from ((index, column, value) for column, value in row)


def _with_cell(change: FactChange, row: int, column: str, value: Any) -> FactChange:
    rows = [
        tuple((name, value if (at, name) == (row, column) else cell) for name, cell in cells)
        for at, cells in enumerate(cast("tuple[Any, ...]", change.value))
    ]
    return replace(change, value=tuple(rows))


def _end(ruleset: RuleSet, lever: Lever, value: Any) -> int | None:
    """At which end of its type a number is: 1 or -1; None where at none, or it is no number.

    An end that the pack gives a field, twelve months say, means something.
    """
    if lever.kind not in ("field", "column") or step_of(ruleset, lever) is None or value is None:
        return None
    low, high = span_of(ruleset, lever)
    if value == high:
        return 1
    return -1 if value in (low, 0) else None
