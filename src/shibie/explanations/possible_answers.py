"""The answers to one unknown fact that are worth telling apart.

They are mined from the rules; for a number the exact value at which the result turns is
found by the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice, pairwise, product
from typing import Any

from shibie import citizen_id
from shibie.case import Case
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.explanations.changeable_facts import (
    NUMERIC,
    below,
    in_steps,
    mined,
    span_of,
    spec_of,
    step_of,
)
from shibie.explanations.changed_cases import (
    FactChange,
    Lever,
    crowd_change,
    made,
)
from shibie.explanations.differing_rows import said_differently
from shibie.explanations.doubtful_rows import crowd_rows, doubtful_row
from shibie.explanations.trials import Trials
from shibie.lower.uncounted_hits import reviewed_hits
from shibie.ruleset.conditions import deciding_conditions
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import proposed

# Of the rows that tell nobody apart there may be thousands; so many are tried one by one, and so
# many together.
MOST_OF_CROWD, MOST_TOGETHER = 24, 200
# Within so many years, before and after the day of judgement, a day is tried; and every so many,
# since a result may turn and turn back between two.
_LIFE, _SPAN = (-110, 30), 10


def answers(
    ruleset: RuleSet, case: Case, lever: Lever, trials: Trials | None = None
) -> list[FactChange]:
    """The answers to one unknown fact that are worth telling apart."""
    trials = trials or Trials(ruleset, case)
    match lever.kind:
        case "verdict":
            rule = ruleset.rule(lever.name)
            verdicts = proposed(rule) if rule is not None else ()
            return [FactChange(lever, word, who="officer") for word in verdicts]
        case "rows":
            return [
                FactChange(lever, rows, who="officer") for rows in _possible_rows(trials, lever)
            ]
        case "whose":
            return [FactChange(lever, owner, who="officer") for owner in _owners(trials, lever)]
        case "crowd":
            return [
                crowd_change(lever.register, owners, "officer")
                for owners in _crowd_owners(trials, lever)
            ]
        case "number":
            return [FactChange(lever, number) for number in _possible_numbers(ruleset, case)]
    if said := said_differently(case, lever.register, lever.row, lever.name):
        return [FactChange(lever, value, who="officer") for value in said]
    spec = spec_of(ruleset, lever)
    if spec is not None and spec.type in NUMERIC:
        return _numbers(trials, lever)
    values = mined(ruleset).values(lever, case.as_of)
    if spec is not None and spec.type == "date":
        values = sorted({*values, *_turning_days(trials, lever, values)})
    return [FactChange(lever, value) for value in values]


def unlike(trials: Trials, lever: Lever, choices: Sequence[FactChange]) -> list[FactChange]:
    """Of answers that settle the same rules in the same way, one.

    Only where no rule that stays open looks at the fact too: then nothing else can tell the
    answers apart.
    """
    if lever.kind == "verdict":
        return [*choices]
    ruleset = trials.ruleset
    conditions = (*deciding_conditions(ruleset), *reviewed_hits(ruleset).values())
    place = Place.top(ruleset, trials.case)
    reading = [lever in dict(below(node, place)) for node in conditions]
    first: dict[object, FactChange] = {}
    for change in choices:
        trials.comparisons += 1
        there = Place.top(*made(ruleset, trials.case, [change]))
        found = tuple(evaluate(node, there) for node in conditions)
        open_ = any(value is None and reads for value, reads in zip(found, reading, strict=True))
        first.setdefault(change if open_ else found, change)
    return [*first.values()]


def _numbers(trials: Trials, lever: Lever) -> list[FactChange]:
    """The two ends of a number, and the values on both sides of each turn of the result."""
    ruleset = trials.ruleset
    low, high = span_of(ruleset, lever)
    step = step_of(ruleset, lever)
    assert step is not None

    def result(units: int) -> object:
        return _result(trials, FactChange(lever, in_steps(units, step)))

    first, last = int(low / step), int(high / step)
    turns = all_turns(result, first, last, _stops(ruleset, step, first, last))
    edges = [first, *(unit for turn in turns for unit in (turn - 1, turn)), last]
    if len(edges) == 2:
        return [
            FactChange(lever, in_steps(first, step), None, "least"),
            FactChange(lever, in_steps(last, step), None, "most"),
        ]
    marks: list[FactChange] = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        # What lies between two turns has two bounds, and is tried at both.
        ends = in_steps(start, step), in_steps(end, step)
        span = ends if start != first and end != last else None
        if start != first:
            marks.append(FactChange(lever, ends[0], None, "least", span=span))
        if end != last:
            marks.append(FactChange(lever, ends[1], None, "most", span=span))
    return marks


def _turning_days(trials: Trials, lever: Lever, mentioned: Iterable[date]) -> Iterator[date]:
    """The days on both sides of each turn of the result, such as that on which one comes of age."""
    as_of = trials.case.as_of
    first, last = (date(as_of.year + years, 1, 1).toordinal() for years in _LIFE)

    def result(day: int) -> object:
        return _result(trials, FactChange(lever, date.fromordinal(day)))

    stops = {day.toordinal() for day in mentioned}
    stops |= {date(as_of.year + years, 1, 1).toordinal() for years in range(*_LIFE, _SPAN)}
    inside = sorted(day for day in stops if first < day < last)
    for turn in all_turns(result, first, last, inside):
        yield from (date.fromordinal(turn - 1), date.fromordinal(turn))


def _result(trials: Trials, change: FactChange) -> object:
    """All of a decision that an answer may change."""
    found = trials.judgement([change])
    return (found.eligibility, found.grounds, found.reviews, found.qualified)


def _stops(ruleset: RuleSet, step: Decimal, first: int, last: int) -> list[int]:
    """The numbers that the rules mention, in units; the result may change on both sides of one."""
    units = {int(number / step) for number in mined(ruleset).numbers}
    return sorted(unit for unit in units if first < unit < last)


def all_turns(result: Any, first: int, last: int, stops: Sequence[int] = ()) -> list[int]:
    """Every step at which a result differs from the one before, between stops that differ.

    >>> all_turns(lambda n: (n > 3) + (n > 5), 0, 10), all_turns(lambda n: n == 4, 0, 9, [4])
    ([4, 6], [4, 5])
    """
    turns: list[int] = []
    ends = [first, *stops, last]
    for low, high in pairwise(ends):
        _turns(result, low, high, turns)
    return turns


def _turns(result: Any, low: int, high: int, turns: list[int]) -> None:
    """Finds the point between two ends at which the result changes, by halving."""
    if result(low) == result(high) or high - low < 1:
        return
    near, far, start = low, high, result(low)
    while far - near > 1:
        middle = (near + far) // 2
        if result(middle) == start:
            near = middle
        else:
            far = middle
    turns.append(far)
    _turns(result, far, high, turns)


def _possible_rows(trials: Trials, lever: Lever) -> list[Any]:
    """No row, and one row of each kind that the rules tell apart."""
    ruleset, case = trials.ruleset, trials.case
    register, known = ruleset.registers[lever.name], mined(ruleset)
    codes: list[list[tuple[str, Any]]] = []
    numbers = []
    for column in register.columns:
        if column.name == register.match or (lever.name, column.name) not in known.read:
            continue
        here = Lever("column", column.name, None, lever.name, -1)
        if column.type in NUMERIC:
            numbers.append(here)
        else:
            codes.append([(column.name, value) for value in known.values(here, case.as_of)[:8]])
    rows: list[Any] = []
    for cells in islice(product(*codes), 32):
        rows += _with_numbers(trials, lever, cells, numbers)
    return [(), *((row,) for row in rows)]


def _owners(trials: Trials, lever: Lever) -> list[str]:
    """Nobody of the household, and each whose a row may be."""
    ruleset, case = trials.ruleset, trials.case
    doubt = doubtful_row(ruleset.registers[lever.register], case, lever.row)
    members = doubt.members if doubt else ()
    return ["", *(case.household.members[index].member_id for index in members)]


def _crowd_owners(trials: Trials, lever: Lever) -> list[Sequence[tuple[int, str]]]:
    """No row of a crowd, each that the rules tell from the others as each member's, and all."""
    case, read = trials.case, mined(trials.ruleset).read
    name = lever.register
    rows = {row.number: row for rows in case.rows[name] for row in rows.crowd.rows}
    alike: dict[object, list[tuple[int, str]]] = {}
    every: list[tuple[int, str]] = []
    for number, members in crowd_rows(name, case).items():
        cells = frozenset(each for each in rows[number].values.items() if (name, each[0]) in read)
        whose = [(number, case.household.members[index].member_id) for index in members]
        alike.setdefault(cells, whose)
        every += whose[:1]
    single = [[owner] for whose in alike.values() for owner in whose][:MOST_OF_CROWD]
    together = [every[:MOST_TOGETHER]] if len(every) > 1 else []
    return [(), *single, *together]


def _with_numbers(trials: Trials, lever: Lever, cells: Any, numbers: Sequence[Lever]) -> list[Any]:
    """A row's codes, with each number at zero, at its turns, or at its end."""
    ruleset = trials.ruleset
    rows = [tuple(cells)]
    for here in numbers:
        step = step_of(ruleset, here)
        assert step is not None
        last = int(span_of(ruleset, here)[1] / step)
        more = []
        for row in rows:

            def result(units: int, row: Any = row, here: Lever = here, step: Any = step) -> object:
                filled = (*row, (here.name, in_steps(units, step)))
                return _result(trials, FactChange(lever, (filled,)))

            turns = all_turns(result, 0, last, _stops(ruleset, step, 0, last))
            units = [0, *turns] if turns else [0, last]
            more += [(*row, (here.name, in_steps(unit, step))) for unit in units]
        rows = more
    return rows


def _possible_numbers(ruleset: RuleSet, case: Case) -> list[str]:
    """A citizen number of either sex on both sides of each age that a rule names."""
    ages = {0, 40, 100}
    for number in mined(ruleset).numbers:
        if 0 < number <= 120 and number == int(number):
            ages |= {int(number) - 1, int(number), int(number) + 1}
    year = case.as_of.year
    days = [date(year - age, 1, 1) for age in sorted(ages)]
    born = [day if day <= case.as_of else case.as_of - timedelta(days=1) for day in days]
    return [citizen_id.make("000000", day, sequence) for day in born for sequence in (1, 2)]
