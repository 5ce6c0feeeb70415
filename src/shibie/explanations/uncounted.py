"""Who of a household does not count, for its explanation: with the facts behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from shibie.case import Case
from shibie.engines.persons import uncounted
from shibie.engines.place import Place
from shibie.engines.trace import trace
from shibie.errors import Lang, Words
from shibie.explanations.reasons import ReasonFact, facts_behind
from shibie.results.why_uncounted import COUNTS, WORDS, Counts, why
from shibie.ruleset.basis import Basis
from shibie.ruleset.model import RuleSet
from shibie.words.lists import joined
from shibie.words.speaker import Speaker

MOST_NAMES = 3


@dataclass(frozen=True)
class NotCounted:
    """A person of the form who does not count, or of whom it is unknown, in words.

    Attributes:
        member_id: who.
        name: his name, or his number on a form without names.
        counted: no, or unknown; who is unknown is one of the persons in every figure.
        reason: what decides it, or what is not known.
        facts: the facts behind it, with their sources.
        basis: where the pack's definition of a person comes from.
    """

    member_id: str
    name: str
    counted: Counts
    reason: str
    facts: tuple[ReasonFact, ...]
    basis: Basis

    def said(self, lang: Lang) -> str:
        """He in a sentence: 王五不计入人口(申报已外嫁)."""
        word = WORDS[self.counted]
        return Words(
            f"{self.name}{word.zh}（{self.reason}）", f"{self.name}: {word.en} ({self.reason})"
        ).say(lang)


def said_together(several: Iterable[NotCounted], lang: Lang) -> Iterator[str]:
    """As each says it, those of one reason in one sentence: 甲、乙、丙等 12 人是否计入人口不明(…)."""
    alike: dict[tuple[Counts, str], list[NotCounted]] = {}
    for each in several:
        alike.setdefault((each.counted, each.reason), []).append(each)
    for these in alike.values():
        names = [each.name for each in these]
        who = joined(names[:MOST_NAMES], lang)
        if len(names) > MOST_NAMES:
            who = Words(
                f"{who}等 {len(names)} 人", f"{who} and {len(names) - MOST_NAMES} more"
            ).say(lang)
        yield replace(these[0], name=who).said(lang)


def not_counted(ruleset: RuleSet, case: Case, lang: Lang = "zh") -> tuple[NotCounted, ...]:
    """Who of a household does not surely count, in the order of the form."""
    return tuple(_told(ruleset, case, lang))


def _told(ruleset: RuleSet, case: Case, lang: Lang) -> Iterator[NotCounted]:
    persons = ruleset.persons
    for each in uncounted(ruleset, case):
        assert persons is not None
        member = case.household.members[each.index]
        top = Place.top(ruleset, case)
        found = trace(persons.counted, top.at_member(each.index))
        top.leave()
        yield NotCounted(
            member.member_id,
            Speaker.person(case.household, member.member_id),
            COUNTS[each.counts],
            why(ruleset, each.truths, lang),
            facts_behind(found, ruleset, case, lang),
            persons.basis,
        )
