"""The verdicts of officers: their words, and what a rule set allows of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from shibie.errors import Words, did_you_mean
from shibie.household import Verdict
from shibie.ruleset.model import Rule, RuleSet
from shibie.vocabulary import meant

ALL_VERDICTS: tuple[Verdict, ...] = get_args(Verdict)
VERDICT_WORDS: Mapping[Verdict, Words] = {
    "upheld": Words("属实", "upheld"),
    "refuted": Words("不属实", "refuted"),
    "exempt": Words("属实但例外", "exempt"),
}


def listed(verdicts: tuple[Verdict, ...]) -> Words:
    """Several verdicts in words.

    >>> listed(("upheld", "exempt")).en
    'upheld or exempt'
    """
    words = [VERDICT_WORDS[verdict] for verdict in verdicts]
    return Words(
        " 或 ".join(each.zh for each in words), " or ".join(each.en for each in words)
    )  # fmt: skip


def refusal(rule: Rule, verdict: Verdict) -> Words | None:
    """Why a rule cannot have a verdict; None where it can.

    >>> from shibie.ruleset.loader import load
    >>> refusal(load("bazhong-2015").rule("above_local"), "exempt").en
    'this rule cannot be exempt; it allows only: upheld'
    """
    if verdict in rule.verdicts:
        return None
    said = VERDICT_WORDS[verdict]
    if not rule.verdicts:
        return Words("这条规则不可核实", "this rule allows no verdict")
    allowed = listed(rule.verdicts)
    return Words(
        f"这条规则不可核实为{said.zh}，只可为：{allowed.zh}",
        f"this rule cannot be {said.en}; it allows only: {allowed.en}",
    )


def lifting(rule: Rule) -> Verdict | None:
    """The verdict by which a rule would not apply; None where there is none."""
    words: tuple[Verdict, ...] = ("refuted", "exempt")
    return next((word for word in words if word in rule.verdicts), None)


def proposed(rule: Rule) -> tuple[Verdict, ...]:
    """The verdicts that are worth telling apart: one by which a rule would not apply, and one by which it does.

    >>> from shibie.ruleset.loader import load
    >>> ruleset = load("bazhong-2015")
    >>> proposed(ruleset.rule("vehicle")), proposed(ruleset.rule("above_local"))
    (('refuted', 'upheld'), ('upheld',))
    """
    words: tuple[Verdict | None, ...] = (
        lifting(rule),
        "upheld" if "upheld" in rule.verdicts else None,
    )
    return tuple(word for word in words if word is not None)


def reason_code(ruleset: RuleSet, written: str) -> str | None:
    """The code of a verdict's reason, by its code or title; None where there is none.

    A pack without `reasons:` takes any text.
    """
    if not ruleset.reasons:
        return written
    codes = {title: code for code, title in ruleset.reasons.items()}
    return meant(codes | {code: code for code in ruleset.reasons}, written)


def unknown_reason(ruleset: RuleSet, written: str) -> Words:
    """The complaint about a reason that the pack does not have, with what is close."""
    known = [*ruleset.reasons, *ruleset.reasons.values()]
    near = did_you_mean(written, known)
    if near is None:
        titles = [f"{code} {title}" for code, title in ruleset.reasons.items()]
        near = Words(f"有：{'、'.join(titles)}", f"there are: {', '.join(titles)}")
    return Words(f"没有原因“{written}”；{near.zh}", f"there is no reason '{written}'; {near.en}")
