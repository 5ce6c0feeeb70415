"""What a household that waits is asked for: what is missing, and who can clear it up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import localcontext
from typing import Any

from shibie.case import Case
from shibie.engines.exact import EXACT
from shibie.explanations.changed_cases import Lever
from shibie.explanations.collect import unknown_levers
from shibie.explanations.explanation import Explanation
from shibie.explanations.words import Phrases
from shibie.words.speaker import Speaker


def asked_for(told: Explanation, speaker: Speaker, case: Case) -> list[dict[str, Any]]:
    """The missing facts in words, by who can bring or clear them up: `who` and its `items`.

    Of several sets of facts that would settle it only the cheapest; where none does, all that the
    undecided rules may still ask for. What each answer leads to is not told: a household is asked
    what is so, not what would help it.
    """
    phrases = Phrases(speaker, case)
    levers = _levers(told, speaker, case)
    groups = (
        (
            speaker.say("请您户提供：", "Please bring or tell us:"),
            [*_from_household(levers, phrases)],
        ),
        (
            speaker.say(
                "由工作人员核实，您可以带证据来说明：",
                "Officers will verify this; you may bring evidence:",
            ),
            [_verdict(told, each, phrases) for each in levers if each.kind == "verdict"],
        ),
        (
            speaker.say(
                "由工作人员向登记单位查对，您可以带有关证明来说明：",
                "Officers will ask the registers; you may bring papers that show how it is:",
            ),
            _from_registers(levers, phrases),
        ),
    )
    return [{"who": who, "items": list(dict.fromkeys(items))} for who, items in groups if items]


def _levers(told: Explanation, speaker: Speaker, case: Case) -> Sequence[Lever]:
    settling = next((each for each in told.collect if each.settles), None)
    if settling is not None:
        return settling.found.levers
    with localcontext(EXACT):
        return [*unknown_levers(speaker.ruleset, case)]


def _from_household(levers: Iterable[Lever], phrases: Phrases) -> Iterable[str]:
    """Fields of its form, and the number of whoever was compared with no register for want of it."""
    for each in levers:
        nameless = each.kind == "rows" and each.member is not None
        if each.kind == "number" or (nameless and not phrases.case.numbers[each.member or 0]):
            number = phrases.say(
                "有效证件号码（请带身份证或户口簿）",
                "valid citizen number (please bring the identity card)",
            )
            yield phrases.speaker.of_person(phrases.person(each.member or 0), number)
        elif each.kind == "field":
            yield phrases.name(each)


def _verdict(told: Explanation, lever: Lever, phrases: Phrases) -> str:
    """What is to be verified, with what was found."""
    found = next((each for each in told.why if each.rule_id == lever.name), None)
    if found is None or found.outcome != "true":
        return phrases.name(lever)
    return phrases.name(lever) + phrases.say(f"（查到：{found.said}）", f" (found: {found.said})")


def _from_registers(levers: Iterable[Lever], phrases: Phrases) -> list[str]:
    """Comparisons that were not done, persons whom they did not find, and rows in doubt."""
    told: list[str] = []
    rest: list[Lever] = []
    for each in levers:
        if each.kind != "rows":
            rest += [each] * (each.kind in ("whose", "crowd", "column"))
        elif each.member is None:
            told.append(phrases.name(each) + phrases.say("（还没有做）", " (not done yet)"))
        else:
            told.append(phrases.name(each) + phrases.say("（还没有查清）", " (not clear yet)"))
    return told + phrases.names(rest)
