"""What to collect: the smallest sets of unknown facts that settle a pending household.

A set settles it when every combination of answers, of those worth telling apart
(`possible_answers`), leaves it decided.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import localcontext
from typing import Any

from shibie.case import Case
from shibie.decision import Eligibility
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import evaluate
from shibie.engines.place import Place
from shibie.explanations.changeable_facts import below, who_counts_levers
from shibie.explanations.changed_cases import DOUBTFUL, FactChange, Lever
from shibie.explanations.differing_rows import said_differently
from shibie.explanations.ends_of_types import within_reach
from shibie.explanations.possible_answers import answers
from shibie.explanations.settling import Settling
from shibie.explanations.trials import Trials
from shibie.language import tree
from shibie.lower.decision import adjudicated
from shibie.lower.uncounted_hits import reviewed_hits
from shibie.ruleset.conditions import counts_matter, definition, opened
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import proposed

# What it takes to find a fact out, in the order in which an officer would go about it.
COSTS = {"field": 1, "number": 1, "verdict": 2, "whose": 2, "column": 3, "rows": 4, "crowd": 5}
WHOLE_REGISTER = 8
MOST_SETS = 4
# Of the decisions that are tried, so many for sets; the rest for what one fact alone may settle.
MOST_FOR_SETS = 600


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
        found: list[_Tried] = [
            (levers, True, [_answer(trials, each) for each in tried])
            for levers, tried in sets.items()
        ]
        if not found:
            found = [*_all_or_none(trials, known)]
        for lever in () if found else unknown:
            if trials.enough():
                break
            alone = [_answer(trials, (change,)) for change in known[lever]]
            if any(answer.leads_to != "pending" for answer in alone):
                found.append(((lever,), False, alone))
        found.sort(key=lambda each: sum(map(_cost, each[0])))
        cheapest = tuple(_set(trials, *each) for each in found[:MOST_SETS])
        cut_short = trials.cut_short or settling.trials.cut_short
        return Found(cheapest, needed, cut_short)


def _all_or_none(trials: Trials, known: Mapping[Lever, Sequence[FactChange]]) -> Iterator[_Tried]:
    """Many rows that may count, of which too many sets would have to be tried: none, or all of them."""
    rows = [answers for lever, answers in known.items() if lever.kind in DOUBTFUL]
    if len(rows) > 1:
        tried = [_answer(trials, tuple(each[at] for each in rows)) for at in (0, -1)]
        if any(answer.leads_to != "pending" for answer in tried):
            yield [lever for lever in known if lever.kind in DOUBTFUL], False, tried


# Facts, whether they settle it, and the answers that were tried.
_Tried = tuple[Sequence[Lever], bool, list[Answer]]


def _set(
    trials: Trials, levers: Sequence[Lever], settles: bool, tried: Sequence[Answer]
) -> ToCollect:
    if settles:
        tried = [_without_idle_parts(trials, each) for each in tried]
    answers = _grouped(tried)
    reached = tuple(_within_reach(trials, each) for each in answers)
    rules = [trials.ruleset.rule(each.name) for each in levers if each.kind == "verdict"]
    # Of a rule that allows but one verdict the officer may find what he cannot say.
    settles = settles and all(rule is not None and len(proposed(rule)) > 1 for rule in rules)
    return ToCollect(tuple(levers), sum(map(_cost, levers)), settles, reached)


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
    hits = reviewed_hits(ruleset)
    # What a household waits for until there is a verdict.
    waiting = [(rule, rule.node) for rule in open_rules if rule.kind == "review"]
    waiting += [(rule, hits[rule.id]) for rule in open_rules if rule.id in hits]
    roots += [rule.node for rule in open_rules if rule.kind == "exclusion"]
    roots += [condition for _, condition in waiting]
    seen = set()
    for root in roots:
        if evaluate(root, place) is None:
            for lever, value in _undecided(root, place):
                if value is None and lever.kind != "parameter" and lever not in seen:
                    seen.add(lever)
                    yield lever
    for rule, condition in waiting:
        if rule.verdicts and evaluate(condition, place) is not False:
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
        collections = (
            each for each in opened(place.ruleset, node) if isinstance(each, tree.Collection)
        )
        if any(counts_matter(place.ruleset, each) for each in collections):
            yield from who_counts_levers(place)


def _answer(trials: Trials, changes: tuple[FactChange, ...]) -> Answer:
    found = trials.judgement(changes)
    return Answer(changes, found.eligibility, found.grounds, found.reviews)


def _without_idle_parts(trials: Trials, answer: Answer) -> Answer:
    """The answer without what it does not hang on: whether a row counts, what it says, a verdict.

    What one of several rows says only matters where they are one item.
    A verdict is for where its rule holds; a row that is another's may be why it does not.
    """
    changes = answer.changes
    for each in answer.changes:
        fewer = tuple(other for other in changes if other != each)
        idle = each.lever.kind in (*DOUBTFUL, "verdict") or _hangs_on_rows(trials, each, changes)
        if idle and _leads_to(trials, answer)(fewer):
            changes = fewer
    return replace(answer, changes=changes)


def _hangs_on_rows(trials: Trials, change: FactChange, changes: Iterable[FactChange]) -> bool:
    """Whether what a row says may not matter, for the row falls away, or is one with another."""
    lever = change.lever
    doubted = {each.lever.register for each in changes if each.lever.kind == "whose"}
    return lever.kind == "column" and (
        lever.register in doubted
        or bool(said_differently(trials.case, lever.register, lever.row, lever.name))
    )


def _within_reach(trials: Trials, answer: Answer) -> Answer:
    """The answer with numbers at an end of their type moved to where the result turns."""
    changes = within_reach(trials.ruleset, answer.changes, _leads_to(trials, answer))
    return replace(answer, changes=changes)


def _leads_to(trials: Trials, answer: Answer) -> Callable[[Sequence[FactChange]], bool]:
    """Whether other changes lead to what those of an answer do."""

    def same(changes: Sequence[FactChange]) -> bool:
        other = _answer(trials, tuple(changes))
        return replace(other, changes=answer.changes) == answer

    return same


def _grouped(tried: Iterable[Answer]) -> tuple[Answer, ...]:
    """Of answers to the same facts, one for each distinct result: the first that leads to it."""
    first: dict[object, Answer] = {}
    for answer in tried:
        levers = frozenset(change.lever for change in answer.changes)
        first.setdefault((answer.leads_to, answer.grounds, answer.reviews, levers), answer)
    return tuple(first.values())
