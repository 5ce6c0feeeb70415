"""What to collect: the smallest sets of unknown facts that settle a pending household.

A set settles it when every combination of answers, of those worth telling apart, leaves
it decided. Answers are mined from the rules; for a number the exact value at which the
result turns is found by the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal, localcontext
from itertools import combinations, islice, pairwise, product
from math import prod
from typing import Any

from shibie import citizen_id
from shibie.case import Case
from shibie.decision import Eligibility
from shibie.engines.decide import judgement
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.explanations.changeable_facts import NUMERIC, below, mined, span_of, spec_of, step_of
from shibie.explanations.changed_cases import BoundWord, FactChange, Lever, made
from shibie.language import tree
from shibie.lower.decision import refuted, upheld
from shibie.ruleset.conditions import definition
from shibie.ruleset.model import RuleSet

# What it takes to find a fact out, in the order in which an officer would go about it.
COSTS = {"field": 1, "number": 1, "verdict": 2, "column": 3, "rows": 4}
WHOLE_REGISTER = 8
MOST_FACTS, MOST_ANSWERS, MOST_SETS = 12, 400, 4


@dataclass(frozen=True)
class Answer:
    """One combination of answers, and what it leads to."""

    changes: tuple[FactChange, ...]
    leads_to: Eligibility
    grounds: tuple[str, ...]
    reviews: tuple[str, ...]


@dataclass(frozen=True)
class ToCollect:
    """A set of unknown facts.

    Attributes:
        levers: the facts.
        cost: what it takes to find them out; only their order means something.
        settles: whether every answer decides the household; else only some do.
        answers: what each answer leads to; answers with one result are given once.
    """

    levers: tuple[Lever, ...]
    cost: int
    settles: bool
    answers: tuple[Answer, ...]


def to_collect(ruleset: RuleSet, case: Case) -> tuple[ToCollect, ...]:
    """The smallest sets of unknown facts that settle a pending household, cheapest first.

    Where no set within reach settles it whatever the answers are, the single facts that
    may settle it are given instead, with `settles` false.
    """
    with localcontext(EXACT):
        if judgement(ruleset, case).eligibility != "pending":
            return ()
        return _to_collect(ruleset, case)


def _to_collect(ruleset: RuleSet, case: Case) -> tuple[ToCollect, ...]:
    unknown = sorted(unknown_levers(ruleset, case), key=_cost)[:MOST_FACTS]
    known_answers = {lever: answers(ruleset, case, lever) for lever in unknown}
    found: list[ToCollect] = []
    doubts: dict[Lever, FactChange] = {}
    for size in range(1, len(unknown) + 1):
        for levers in combinations(unknown, size):
            if any(set(each.levers) <= set(levers) for each in found):
                continue
            choices = [known_answers[lever] for lever in levers]
            if tried := _settling(ruleset, case, choices, doubts):
                found.append(_set(levers, True, tried))
        if found and size >= 2:
            break
    if not found:
        for lever in unknown:
            tried = _tried(ruleset, case, [known_answers[lever]])
            if any(answer.leads_to != "pending" for answer in tried):
                found.append(_set((lever,), False, tried))
    return tuple(sorted(found, key=lambda each: each.cost)[:MOST_SETS])


def _set(levers: Sequence[Lever], settles: bool, tried: Sequence[Answer]) -> ToCollect:
    return ToCollect(tuple(levers), sum(map(_cost, levers)), settles, _grouped(tried))


def _cost(lever: Lever) -> int:
    if lever.kind == "rows" and lever.member is None:
        return WHOLE_REGISTER
    return COSTS[lever.kind]


def unknown_levers(ruleset: RuleSet, case: Case) -> Iterator[Lever]:
    """The facts that are not known and that the undecided rules may still ask for."""
    place = Place.top(ruleset, case)
    roots = [ruleset.poor.node]
    roots += [rule.node for rule in ruleset.exclusions if not evaluate(refuted(rule), place)]
    roots += [rule.node for rule in ruleset.reviews if not evaluate(refuted(rule), place)]
    seen = set()
    for root in roots:
        if evaluate(root, place) is None:
            for lever, value in _undecided(root, place):
                if value is None and lever.kind != "parameter" and lever not in seen:
                    seen.add(lever)
                    yield lever
    for rule in ruleset.reviews:
        open_review = not evaluate(refuted(rule), place) and not evaluate(upheld(rule), place)
        if open_review and evaluate(rule.node, place) is not False:
            yield Lever("verdict", rule.id)


def _undecided(node: tree.Node, place: Place) -> Iterator[tuple[Lever, Any]]:
    """The levers below the undecided operands of a condition."""
    if isinstance(node, tree.And | tree.Or):
        for operand in node.operands:
            if evaluate(operand, place) is None:
                yield from _undecided(operand, place)
    elif isinstance(node, tree.Not):
        yield from _undecided(node.operand, place)
    elif isinstance(node, tree.Fact | tree.Field) and (behind := definition(place.ruleset, node)):
        # A compared "no" is settled by the register, whatever was declared.
        yield from _undecided(behind, place if node.owner == tree.MEMBER else place.at_household())
    else:
        yield from below(node, place)


def answers(ruleset: RuleSet, case: Case, lever: Lever) -> list[FactChange]:
    """The answers to one unknown fact that are worth telling apart."""
    match lever.kind:
        case "verdict":
            return [FactChange(lever, word, who="officer") for word in ("refuted", "upheld")]
        case "rows":
            return [
                FactChange(lever, rows, who="officer")
                for rows in _possible_rows(ruleset, case, lever)
            ]
        case "number":
            return [FactChange(lever, number) for number in _possible_numbers(ruleset, case)]
    spec = spec_of(ruleset, lever)
    if spec is not None and spec.type in NUMERIC:
        return _numbers(ruleset, case, lever)
    return [FactChange(lever, value) for value in mined(ruleset).values(lever, case.as_of)]


def _numbers(ruleset: RuleSet, case: Case, lever: Lever) -> list[FactChange]:
    """The two ends of a number, and the values on both sides of each turn of the result."""
    low, high = span_of(ruleset, lever)
    step = step_of(ruleset, lever)
    assert step is not None

    def result(units: int) -> object:
        change = FactChange(lever, _value(units, step))
        found = judgement(*made(ruleset, case, [change]))
        return (found.eligibility, found.grounds, found.reviews, found.qualified)

    first, last = int(low / step), int(high / step)
    turns = all_turns(result, first, last, _stops(ruleset, step, first, last))
    edges = [first, *(unit for turn in turns for unit in (turn - 1, turn)), last]
    if len(edges) == 2:
        return [
            FactChange(lever, _value(first, step), None, "least"),
            FactChange(lever, _value(last, step), None, "most"),
        ]
    marks: list[FactChange] = []
    for number, unit in enumerate(edges):
        bound: BoundWord = "most" if number % 2 else "least"
        if unit not in (first, last):
            marks.append(FactChange(lever, _value(unit, step), None, bound))
    return marks


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


def _value(units: int, step: Decimal) -> Any:
    return units if step == 1 else units * step


def _possible_rows(ruleset: RuleSet, case: Case, lever: Lever) -> list[Any]:
    """No row, and one row of each kind that the rules tell apart."""
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
        rows += _with_numbers(ruleset, case, lever, cells, numbers)
    return [(), *((row,) for row in rows)]


def _with_numbers(
    ruleset: RuleSet, case: Case, lever: Lever, cells: Any, numbers: Sequence[Lever]
) -> list[Any]:
    """A row's codes, with each number at zero, at its turns, or at its end."""
    rows = [tuple(cells)]
    for here in numbers:
        step = step_of(ruleset, here)
        assert step is not None
        last = int(span_of(ruleset, here)[1] / step)
        more = []
        for row in rows:

            def result(units: int, row: Any = row, here: Lever = here, step: Any = step) -> object:
                filled = (*row, (here.name, _value(units, step)))
                found = judgement(*made(ruleset, case, [FactChange(lever, (filled,))]))
                return (found.eligibility, found.grounds, found.reviews, found.qualified)

            turns = all_turns(result, 0, last, _stops(ruleset, step, 0, last))
            units = [0, *turns] if turns else [0, last]
            more += [(*row, (here.name, _value(unit, step))) for unit in units]
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


def _settling(
    ruleset: RuleSet, case: Case, choices: Sequence[Sequence[FactChange]],
    doubts: dict[Lever, FactChange],
) -> list[Answer]:  # fmt: skip
    """Decides every combination of answers; empty when one of them leaves the household open.

    Args:
        ruleset: the rules.
        case: the household.
        choices: for each fact, its answers.
        doubts: the answer to each fact with which the household was last left open. Most sets
            do not settle it, and with these that shows at once; new ones are noted.
    """
    if not _few(choices):
        return []
    likely = [doubts.get(choice[0].lever, choice[0]) for choice in choices]
    if judgement(*made(ruleset, case, likely)).eligibility == "pending":
        return []
    tried = []
    for changes in product(*choices):
        answer = _answer(ruleset, case, changes)
        if answer.leads_to == "pending":
            doubts.update({change.lever: change for change in changes})
            return []
        tried.append(answer)
    return tried


def _tried(ruleset: RuleSet, case: Case, choices: Sequence[Sequence[FactChange]]) -> list[Answer]:
    """Decides every combination of answers; empty when there are too many."""
    if not _few(choices):
        return []
    return [_answer(ruleset, case, changes) for changes in product(*choices)]


def _few(choices: Sequence[Sequence[FactChange]]) -> bool:
    """Whether there are combinations, and not too many to decide each."""
    return 0 < prod(map(len, choices)) <= MOST_ANSWERS


def _answer(ruleset: RuleSet, case: Case, changes: tuple[FactChange, ...]) -> Answer:
    found = judgement(*made(ruleset, case, changes))
    return Answer(changes, found.eligibility, found.grounds, found.reviews)


def _grouped(tried: Sequence[Answer]) -> tuple[Answer, ...]:
    """Keeps one answer for each distinct result: the first that leads to it."""
    first: dict[object, Answer] = {}
    for answer in tried:
        first.setdefault((answer.leads_to, answer.grounds, answer.reviews), answer)
    return tuple(first.values())
