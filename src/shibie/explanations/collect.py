"""What to collect: the smallest sets of unknown facts that settle a pending household.

A set settles it when every combination of answers, of those worth telling apart
(`possible_answers`), leaves it decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import localcontext
from itertools import combinations, product
from math import prod
from typing import Any

from shibie.case import Case
from shibie.decision import Eligibility
from shibie.engines.decide import judgement
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.explanations.changeable_facts import below
from shibie.explanations.changed_cases import FactChange, Lever, made
from shibie.explanations.possible_answers import answers
from shibie.language import tree
from shibie.lower.decision import adjudicated
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
    open_rules = [
        rule
        for rule in (*ruleset.exclusions, *ruleset.reviews)
        if not evaluate(adjudicated(rule), place)
    ]
    roots += [rule.node for rule in open_rules]
    seen = set()
    for root in roots:
        if evaluate(root, place) is None:
            for lever, value in _undecided(root, place):
                if value is None and lever.kind != "parameter" and lever not in seen:
                    seen.add(lever)
                    yield lever
    for rule in open_rules:
        if rule.kind == "review" and evaluate(rule.node, place) is not False:
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
