"""Where a household is between two rosters, and what its exit from poverty lacks, in words."""

from __future__ import annotations

from collections.abc import Iterator

from shibie.decision import Decision
from shibie.lower.standings import is_on_roster
from shibie.ruleset.model import RuleSet
from shibie.words.speaker import Speaker


def said_of_standing(speaker: Speaker, decision: Decision) -> tuple[str, ...]:
    """The standing with what it means for a household, and what exits ask and is not met or not known.

    Nothing where the pack says nothing of standings.

    >>> from shibie.ruleset.loader import load
    >>> exited = Decision("H1", "ineligible", standing="exited")
    >>> said_of_standing(Speaker(load("bazhong-2015")), exited)
    ('脱贫，仍在册，帮扶继续',)
    """
    return (*_standing(speaker, decision), *_exit(speaker, decision))


def stands_apart(ruleset: RuleSet, decision: Decision) -> bool:
    """Whether its standing says more of a household than that it is eligible or not."""
    exits = any(each.kind == "exit" for each in decision.findings)
    return exits or is_on_roster(ruleset, decision) is not (decision.eligibility == "eligible")


def _standing(speaker: Speaker, decision: Decision) -> Iterator[str]:
    standing = speaker.ruleset.standing(decision.standing)
    if standing is None or standing.implied:
        return
    name = speaker.standing(standing.id)
    if not standing.on_roster:
        yield speaker.say(f"{name}，不在册", f"{name}: not on the roster")
    elif decision.eligibility == "eligible":
        yield speaker.say(f"{name}，在册", f"{name}: on the roster")
    elif standing.tracks:
        yield speaker.say(f"{name}，仍在册，帮扶继续", f"{name}: still on the roster, help goes on")
    else:
        yield speaker.say(f"{name}，仍在册，不再帮扶", f"{name}: still on the roster, without help")


def _exit(speaker: Speaker, decision: Decision) -> Iterator[str]:
    found = [each for each in decision.findings if each.kind == "exit"]
    for outcome, zh, en in (
        ("true", "没有达到的脱贫退出标准：", "not met of what an exit asks: "),
        ("unknown", "还没有查清的脱贫退出标准：", "not known of what an exit asks: "),
    ):
        titles = [speaker.rule(each.rule_id) for each in found if each.outcome == outcome]
        if titles:
            yield speaker.say(zh, en) + speaker.joined(titles)
