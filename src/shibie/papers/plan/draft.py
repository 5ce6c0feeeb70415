"""Drafts of plans: which measures are proposed for a household, and which of them fit it.

A measure is given where the reason for it holds and what it takes is there. One that is
proposed and does not fit is named with what is missing, and one that cannot be judged
with the facts that are needed: neither is given, and neither is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Literal, cast

from shibie.case import Case
from shibie.checking_in_python import Checked
from shibie.decision import Decision
from shibie.engines.kleene import Truth, conjunction
from shibie.engines.persons import heads, who_counts
from shibie.engines.place import Place
from shibie.engines.trace import trace, unknown_facts
from shibie.errors import Lang, Words
from shibie.language.tree import HOUSEHOLD, Node
from shibie.lower.standings import is_helped
from shibie.ruleset.model import Measure, RuleSet
from shibie.words.prose import describe
from shibie.words.speaker import Speaker

Fit = Literal["fits", "misfit", "open"]
FIT_VALUES: Final[tuple[Fit, ...]] = ("fits", "misfit", "open")


@dataclass(frozen=True)
class Proposed:
    """A measure proposed for a household (member_id empty) or for one of its members.

    Attributes:
        fit: whether it fits, does not, or cannot be judged yet.
        why: for a misfit what it takes; for an open one the facts that are needed.
        name: of the member.
    """

    household_id: str
    member_id: str
    measure: str
    fit: Fit
    why: str = ""
    name: str = ""


@dataclass(frozen=True)
class HouseholdPlan:
    """The draft of one household that is helped."""

    household_id: str
    village: str
    persons: int
    proposed: tuple[Proposed, ...]

    def of(self, fit: Fit) -> tuple[Proposed, ...]:
        """The measures that fit, or do not, or are open."""
        return tuple(each for each in self.proposed if each.fit == fit)


def drafts(checked: Checked, lang: Lang = "zh") -> tuple[HouseholdPlan, ...]:
    """A draft for each household that is helped, in the roster's order."""
    pairs = zip(checked.cases, checked.decisions, strict=True)
    return tuple(
        HouseholdPlan(
            decision.household_id, case.household.village or "", heads(checked.ruleset, case),
            tuple(_proposed(checked.ruleset, case, decision, lang)),
        )
        for case, decision in pairs
        if is_helped(checked.ruleset, decision)
    )  # fmt: skip


def given(plans: Iterable[HouseholdPlan]) -> tuple[tuple[str, str, str], ...]:
    """(household, member, measure) of every measure that fits."""
    return tuple(
        (each.household_id, each.member_id, each.measure)
        for plan in plans
        for each in plan.of("fits")
    )


def _proposed(ruleset: RuleSet, case: Case, decision: Decision, lang: Lang) -> Iterable[Proposed]:
    top = Place.top(ruleset, case)
    members = [
        (member.member_id, top.at_member(index))
        for (index, member), counts in zip(
            enumerate(case.household.members), who_counts(ruleset, case), strict=True
        )
        if counts is not False
    ]
    for measure in ruleset.measures:
        for member_id, place in [("", top)] if measure.owner == HOUSEHOLD else members:
            wanted = conjunction(
                [on_track(measure, ruleset, decision, member_id), _truth(measure.when, place)]
            )
            if wanted is False:
                continue
            fit, why = judged(measure, ruleset, case, place, wanted, lang)
            if wanted is None and fit == "misfit":
                continue  # whether it is proposed or not, it is not given
            name = Speaker.person(case.household, member_id) if member_id else ""
            yield Proposed(decision.household_id, member_id, measure.id, fit, why, name)
    top.leave()


def on_track(measure: Measure, ruleset: RuleSet, decision: Decision, member_id: str) -> Truth:
    """Whether the measure's track was given to the household, or to this member."""
    if not measure.track:
        return True
    rule = ruleset.rule(measure.track)
    mine = [track for track in decision.tracks if track.track == measure.track]
    mine_alone = measure.owner != HOUSEHOLD and rule is not None and rule.owner != HOUSEHOLD
    if any(track.member_id == member_id for track in mine) if mine_alone else mine:
        return True
    open_tracks = [f for f in decision.findings if f.kind == "track" and f.rule_id == measure.track]
    undecided = any(not mine_alone or f.member_id == member_id for f in open_tracks)
    return None if undecided else False


def judged(
    measure: Measure, ruleset: RuleSet, case: Case, place: Place, wanted: Truth = True,
    lang: Lang = "zh",
) -> tuple[Fit, str]:  # fmt: skip
    """Whether a proposed measure fits, and why not."""
    fits = True if measure.fits is None else _truth(measure.fits, place)
    if fits is False:
        assert measure.fits is not None
        text = describe(measure.fits, ruleset, lang)
        return "misfit", Words(f"需要：{text}", f"it takes: {text}").say(lang)
    if wanted is True and fits is True:
        return "fits", ""
    nodes = [node for node in (measure.when, measure.fits) if node is not None]
    paths = sorted({path for node in nodes for path in _unknown(node, place, measure.id)})
    speaker = Speaker(ruleset, lang)
    names = (speaker.unknown(case.household, path) for path in paths)
    listed = speaker.joined(names) or speaker.rule(measure.track)
    return "open", Words(f"未知：{listed}", f"unknown: {listed}").say(lang)


def _truth(node: Node, place: Place) -> Truth:
    return cast("Truth", trace(node, place).value)


def _unknown(node: Node, place: Place, name: str) -> frozenset[str]:
    found = trace(node, place)
    return unknown_facts(found, name) if found.value is None else frozenset()
