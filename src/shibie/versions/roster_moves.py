"""What a new version of a rule set does to a roster: who moves, from where to where, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from shibie.checking_in_python import Checked, check
from shibie.decision import Decision
from shibie.errors import Lang, Words
from shibie.registers.set_aside import registers_named_by_either
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.roster import Roster, read_roster
from shibie.ruleset.model import RuleSet
from shibie.words.speaker import Speaker

# A household that one of the rule sets could not read.
REJECTED = "rejected"


@dataclass(frozen=True)
class Move:
    """One household under both rule sets; `why` is empty for one that stays."""

    household_id: str
    village: str
    before: str
    after: str
    why: Words

    @property
    def moved(self) -> bool:
        """Whether it is decided differently."""
        return self.before != self.after


def decided_by_both(
    old: RuleSet,
    new: RuleSet,
    roster: Path | GivenRoster,
    as_of: date,
    as_of_new: date | None = None,
    set_aside: Iterable[str] = (),
) -> tuple[Checked, Checked]:
    """A roster, decided by the rule set before and by the new one.

    Args:
        old: the rule set it was decided by.
        new: the rule set to come.
        roster: the folder or workbook, or what was found there.
        as_of: the day of judgement.
        as_of_new: that of the new rule set, where it is another.
        set_aside: registers of either, of which rows that cannot be matched concern nobody.

    Raises:
        InputError: when the roster cannot be used, neither has such a register, or a rule set is
            not in force.
    """
    apart, apart_new = registers_named_by_either(old, new, set_aside)
    later = as_of_new or as_of
    return (
        check(old, _read(roster, old, as_of), as_of, set_aside=apart),
        check(new, _read(roster, new, later), later, set_aside=apart_new),
    )


def _read(roster: Path | GivenRoster, ruleset: RuleSet, as_of: date) -> Roster:
    """A roster as a rule set reads it."""
    if isinstance(roster, Path):
        return read_roster(roster, ruleset, as_of)
    return replace(roster, ruleset=ruleset, as_of=as_of).roster


def moves(old: Checked, new: Checked) -> tuple[Move, ...]:
    """Every household of a roster that both rule sets decided, and where it goes."""
    before, after = ({each.household_id: each for each in side.decisions} for side in (old, new))
    places, others = _villages(old), _villages(new)
    refused = (*old.roster.rejected_households, *new.roster.rejected_households)
    found = []
    for household_id in dict.fromkeys((*before, *after, *refused)):
        one, other = before.get(household_id), after.get(household_id)
        village = places.get(household_id) or others.get(household_id, "")
        was, becomes = (each.eligibility if each else REJECTED for each in (one, other))
        why = Words("", "") if was == becomes else _why(old.ruleset, new.ruleset, one, other)
        found.append(Move(household_id, village, was, becomes, why))
    return tuple(found)


def _villages(checked: Checked) -> dict[str, str]:
    return {case.household.household_id: case.household.village or "" for case in checked.cases}


def _why(old: RuleSet, new: RuleSet, one: Decision | None, other: Decision | None) -> Words:
    """What the decision rests on now and did not before; else what it no longer rests on."""
    if one is None or other is None:
        return Words("只有一版规则能读入", "only one of the rule sets could read it")
    came = [each for each in _rests(other) if each not in _rests(one)]
    went = [each for each in _rests(one) if each not in _rests(other)]
    unknown = other.unknown if other.eligibility == "pending" else ()

    def told(lang: Lang) -> str:
        now, then = Speaker(new, lang), Speaker(old, lang)
        parts = (
            (now.say("新有：", "now: "), now.rules(came)),
            (now.say("不再有：", "no more: "), then.rules(went)),
            (now.say("待查：", "to find out: "), now.joined(unknown)),
        )
        return now.clauses(word + names for word, names in parts if names)

    return Words(told("zh"), told("en"))


def _rests(decision: Decision) -> tuple[str, ...]:
    """The grounds and reviews of a decision, and the criteria that include."""
    criteria = (
        each.rule_id
        for each in decision.findings
        if each.kind == "criterion" and each.outcome == "true"
    )
    return (*decision.grounds, *decision.reviews, *criteria)


def by_village(found: tuple[Move, ...]) -> dict[str, Counter[tuple[str, str]]]:
    """For each village how many households went from where to where, those that stay too."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    for each in found:
        counts.setdefault(each.village, Counter())[each.before, each.after] += 1
    return dict(sorted(counts.items()))
