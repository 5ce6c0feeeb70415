"""Who counts as a person of a household, how many they are, and who does not count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import localcontext
from typing import cast

from shibie.case import Case
from shibie.engines.exact import EXACT
from shibie.engines.interpreter import counted_key, evaluate
from shibie.engines.kleene import Truth
from shibie.engines.place import Memo, Place
from shibie.household import BareMember
from shibie.lower.membership import parts
from shibie.lower.uncounted_hits import COUNTED
from shibie.ruleset.model import Rule, RuleSet
from shibie.vocabulary import SPOUSE, head_of, shared


@dataclass(frozen=True)
class Uncounted:
    """A person of the form who does not count, or of whom it is unknown.

    Attributes:
        index: his place in the household.
        counts: false, or None where it is not known.
        truths: of each part of the condition (`lower.membership.parts`) what it is of him.
    """

    index: int
    counts: Truth
    truths: tuple[Truth, ...]


def who_counts(ruleset: RuleSet, case: Case) -> tuple[Truth, ...]:
    """Of each person of the form, whether he counts; None where it is not known."""
    people = range(len(case.household.members))
    if ruleset.persons is None:
        return tuple(True for _ in people)
    with localcontext(EXACT):
        top = Place.top(ruleset, case)
        found = tuple(cast("Truth", evaluate(COUNTED, top.at_member(index))) for index in people)
        top.leave()
    return found


def who_counts_memo(ruleset: RuleSet, case: Case) -> Memo:
    """The same as a place remembers it, for decisions of cases in which nothing of it is other."""
    if ruleset.persons is None:
        return {}
    return {counted_key(index): counts for index, counts in enumerate(who_counts(ruleset, case))}


def persons_of(ruleset: RuleSet, case: Case) -> tuple[BareMember, ...]:
    """The persons of a household in figures: all but those who surely do not count."""
    members = case.household.members
    if ruleset.persons is None:
        return members
    counts = zip(members, who_counts(ruleset, case), strict=True)
    return tuple(member for member, truth in counts if truth is not False)


def as_if_counting(ruleset: RuleSet, case: Case, also: Iterable[int]) -> Place:
    """The household, as if these persons of its form counted, too."""
    known = {counted_key(index): True for index in also}
    return Place.top(ruleset, case, known={**who_counts_memo(ruleset, case), **known})


def who_would_be_hit(ruleset: RuleSet, case: Case, rule: Rule) -> tuple[int, ...]:
    """Of whom that do not surely count a rule would hold if he did; all of them where it is of none alone."""
    apart = [index for index, counts in enumerate(who_counts(ruleset, case)) if counts is not True]
    alone = []
    with localcontext(EXACT):
        for index in apart:
            place = as_if_counting(ruleset, case, [index])
            if evaluate(rule.node, place) is True:
                alone.append(index)
            place.leave()
    return tuple(alone or apart)


def heads(ruleset: RuleSet, case: Case) -> int:
    """How many persons a household is in figures."""
    return len(persons_of(ruleset, case))


def spokesman(ruleset: RuleSet, case: Case) -> BareMember | None:
    """To whom of a household one speaks; None where surely nobody counts.

    The head by the form, unless he surely does not count; then who surely counts before those
    of whom it is not known, of these the head's spouse first, then in the order of the form.
    """
    head = head_of(case.household)
    ranks = {True: 0, None: 1}
    told = [
        (ranks[counts], shared(member, "relation") != SPOUSE, index, member)
        for index, (member, counts) in enumerate(
            zip(case.household.members, who_counts(ruleset, case), strict=True)
        )
        if counts is not False
    ]
    if any(member is head for *_, member in told):
        return head
    return min(told)[-1] if told else None


def uncounted(ruleset: RuleSet, case: Case) -> Iterator[Uncounted]:
    """Who of a household does not surely count, in the order of the form."""
    asked = parts(ruleset)
    for index, counts in enumerate(who_counts(ruleset, case)):
        if counts is True:
            continue
        with localcontext(EXACT):
            top = Place.top(ruleset, case)
            at = top.at_member(index)
            truths = tuple(cast("Truth", evaluate(each, at)) for each in asked)
            top.leave()
        yield Uncounted(index, counts, truths)
