"""What to collect: the smallest sets of unknown facts that settle a pending household.

A set settles it when every combination of answers, of those worth telling apart
(`possible_answers`), leaves it decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import localcontext
from typing import Any

from shibie.case import Case
from shibie.decision import Eligibility
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.explanations.changeable_facts import below
from shibie.explanations.changed_cases import FactChange, Lever
from shibie.explanations.possible_answers import answers
from shibie.explanations.settling import Settling
from shibie.explanations.trials import Trials
from shibie.language import tree
from shibie.lower.decision import adjudicated
from shibie.ruleset.conditions import definition
from shibie.ruleset.model import RuleSet

# What it takes to find a fact out, in the order in which an officer would go about it.
COSTS = {"field": 1, "number": 1, "verdict": 2, "column": 3, "rows": 4}
WHOLE_REGISTER = 8
MOST_SETS = 4
# Of the decisions that are tried, so many for sets; the rest for what one fact alone may settle.
MOST_FOR_SETS = 500


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


@dataclass(frozen=True)
class Found:
    """What was found of the unknown facts of a pending household.

    Attributes:
        sets: the sets to collect, the cheapest first.
        needed: the facts without which no set settles it, whatever else is known.
        cut_short: whether not every set was tried.
    """

    sets: tuple[ToCollect, ...] = ()
    needed: tuple[Lever, ...] = ()
    cut_short: bool = False


def to_collect(ruleset: RuleSet, case: Case, trials: Trials | None = None) -> tuple[ToCollect, ...]:
    """The smallest sets of unknown facts that settle a pending household, cheapest first.

    Where no set within reach settles it whatever the answers are, the single facts that
    may settle it are given instead, with `settles` false.
    """
    return to_find_out(ruleset, case, trials).sets


def to_find_out(ruleset: RuleSet, case: Case, trials: Trials | None = None) -> Found:
    """As `to_collect`, with what every set needs and whether all sets were tried."""
    trials = trials or Trials(ruleset, case)
    with localcontext(EXACT):
        if trials.eligibility(()) != "pending":
            return Found()
        unknown = sorted(unknown_levers(ruleset, case), key=_cost)
        known = {lever: answers(ruleset, case, lever, trials) for lever in unknown}
        settling = Settling(Trials(ruleset, case, MOST_FOR_SETS), known)
        sets, needed = settling.found()
        found = [
            _set(levers, True, [_answer(trials, each) for each in tried])
            for levers, tried in sets.items()
        ]
        for lever in () if found else unknown:
            if trials.enough():
                break
            tried = [_answer(trials, (change,)) for change in known[lever]]
            if any(answer.leads_to != "pending" for answer in tried):
                found.append(_set((lever,), False, tried))
        cheapest = sorted(found, key=lambda each: each.cost)[:MOST_SETS]
        cut_short = trials.cut_short or settling.trials.cut_short
        return Found(tuple(cheapest), needed, cut_short)


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


def _answer(trials: Trials, changes: tuple[FactChange, ...]) -> Answer:
    found = trials.judgement(changes)
    return Answer(changes, found.eligibility, found.grounds, found.reviews)


def _grouped(tried: Sequence[Answer]) -> tuple[Answer, ...]:
    """Keeps one answer for each distinct result: the first that leads to it."""
    first: dict[object, Answer] = {}
    for answer in tried:
        first.setdefault((answer.leads_to, answer.grounds, answer.reviews), answer)
    return tuple(first.values())
