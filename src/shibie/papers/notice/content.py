"""What stands in a letter, a request and on a public list, as plain data for any template."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from shibie.acts import Act
from shibie.case import Case
from shibie.checking_in_python import Checked, CheckedBy
from shibie.decision import NOT_POOR, Decision
from shibie.engines.persons import heads, spokesman
from shibie.errors import InputError, Lang, Problem, Words, bad_argument
from shibie.explanations.account import account, head_names
from shibie.explanations.acts_said import said_of_acts
from shibie.explanations.explanation import Explanation
from shibie.explanations.reasons import Reason
from shibie.explanations.text import CUT_SHORT, waits_for
from shibie.household import Household
from shibie.numbers_in_text import numbers_in, without_numbers
from shibie.papers.notice.offers import offer
from shibie.papers.notice.period import Period
from shibie.papers.notice.privacy import public_name, tells_of_sensitive_things
from shibie.papers.notice.request import asked_for
from shibie.registers.set_aside import said_of_set_aside
from shibie.ruleset.model import RuleSet
from shibie.shown_text import shown_data, shown_household
from shibie.vocabulary import shared
from shibie.words.speaker import Speaker
from shibie.words.values import amount

MOST_CHANGES = 3


@dataclass(frozen=True)
class Setting:
    """What all papers of one run share.

    Attributes:
        checked_by: by what the roster was judged.
        period: the days of the notice.
        office: who signs and takes requests for review; may be empty.
        lang: the language.
        ways_to_lose: whether an eligible household is told what would end that.
        reply_by: until when a pending household is to bring what is missing, if there is a day.
        digest: of the decisions of the whole roster, by which the run is known again that a letter
            is of; empty: not told.
    """

    checked_by: CheckedBy
    period: Period
    office: str = ""
    lang: Lang = "zh"
    ways_to_lose: bool = False
    reply_by: date | None = None
    digest: str = ""

    @property
    def speaker(self) -> Speaker:
        """Who speaks of the rule set to households, in the one language."""
        return Speaker(self.checked_by.ruleset, self.lang, to_household=True)

    def say(self, zh: str, en: str) -> str:
        """The words of the one language."""
        return Words(zh, en).say(self.lang)

    def day(self, day: date) -> str:
        """A day as people write it."""
        return amount(day, self.lang)

    def counted(self) -> str:
        """How long the notice is, and how its days are counted."""
        days = self.period.days
        if self.period.inclusive:
            return self.say(f"{days} 日，首尾两日计入", f"{days} days, both included")
        return self.say(f"{days} 日，首日不计", f"{days} days, the first not counted")

    def shared(self) -> dict[str, Any]:
        """The fields that every template has."""
        ruleset = self.checked_by.ruleset
        return {
            "lang": self.lang,
            "ruleset": ruleset.title,
            "as_of": self.day(self.checked_by.as_of),
            "first": self.day(self.period.first),
            "last": self.day(self.period.last),
            "days": self.period.days,
            "counted": self.counted(),
            "office": self.office,
            "screening": self.checked_by.trust_declarations,
            "set_aside": said_of_set_aside(ruleset, self.checked_by.set_aside, self.lang),
        }


def anybody_counts(ruleset: RuleSet, case: Case) -> bool:
    """Whether a household may have anybody to whom a paper could speak."""
    return spokesman(ruleset, case) is not None


# --- letters ------------------------------------------------------------------------------


def letter(
    setting: Setting, case: Case, decision: Decision, acts: Iterable[Act] = ()
) -> dict[str, Any]:
    """The fields of one household's letter: its result, or what it is asked for where it waits.

    Args:
        setting: what all papers share.
        case: the household.
        decision: what was decided of it.
        acts: those that count, of the household at least.
    """
    ruleset, lang = setting.checked_by.ruleset, setting.lang
    tell_changes = decision.eligibility == "ineligible" or (
        decision.eligibility == "eligible" and setting.ways_to_lose
    )
    told = account(ruleset, case, decision, lang, to_household=True, with_change=tell_changes)
    of_kind = (
        _request(setting, told, case)
        if decision.eligibility == "pending"
        else _result(setting, told, case, tell_changes)
    )
    fields = {
        **setting.shared(),
        "household": told.household_id,
        # A form without names has a number for each member, which is nobody's name.
        "head": told.head
        if isinstance(case.household, Household)
        else setting.say("本户", "To the household"),
        "head_title": "" if told.former_head else setting.say("（户主）", ""),
        "place": place_of(case) or setting.say("未填地址", "no address given"),
        "persons": told.persons,
        "uncounted": [each.said(lang) for each in told.uncounted or ()],
        "uncounted_basis": setting.speaker.source(told.uncounted[0].basis)
        if told.uncounted
        else "",
        "standing": list(told.standing),
        "moved": [*told.moved, *said_of_acts(ruleset, case, acts, lang, to_household=True)],
        **of_kind,
    }
    # The digest is no text of a clerk's: its digits may look like a number that is to be masked.
    return {**shown_data(fields, shown_household), "digest": setting.digest}


def _result(setting: Setting, told: Explanation, case: Case, tell_changes: bool) -> dict[str, Any]:
    """What only a letter about a result has."""
    ruleset = setting.checked_by.ruleset
    other = "ineligible" if told.eligibility == "eligible" else "eligible"
    offered = [(offer(ruleset, case, each), each) for each in told.change]
    changes = dict.fromkeys(
        f"{text}{_effect(each.effects, setting)}" + setting.say(f"（{each.who}）", f" ({each.who})")
        for text, each in offered
        if text
    )
    untried = [CUT_SHORT.say(setting.lang)] if told.cut_short else []
    return {
        "kind": "result",
        "eligibility": told.eligibility,
        "result": told.outcome,
        "other_result": setting.speaker.eligibility(other),
        "reasons": reasons(told, setting),
        "tell_changes": tell_changes,
        "changes": [*[*changes][:MOST_CHANGES], *untried],
        "tracks": list(told.tracks),
    }


def _request(setting: Setting, told: Explanation, case: Case) -> dict[str, Any]:
    """What only a request has: a household that waits is told no result."""
    return {
        "kind": "request",
        "wanted": asked_for(told, setting.speaker, case),
        "reply_by": setting.day(setting.reply_by) if setting.reply_by else "",
    }


def reasons(told: Explanation, setting: Setting) -> list[dict[str, str]]:
    """Every reason, its words and its source; criteria that do not hold are one reason."""
    speaker = setting.speaker
    shown = [
        each for each in told.why if each.kind != "criterion" or each.outcome in ("true", "unknown")
    ]
    found = _undone(told, setting)
    found += [_reason(each, told, setting) for each in shown if waits_for(each, told)]
    unmet = [each for each in told.why if each not in shown]
    if unmet:
        bases = dict.fromkeys(speaker.source(each.basis) for each in unmet)
        found.append(
            {
                "title": speaker.rule(NOT_POOR),
                "said": speaker.clauses(each.said for each in unmet),
                "basis": speaker.clauses(bases),
            }
        )
    return found


def _undone(told: Explanation, setting: Setting) -> list[dict[str, str]]:
    """Several comparisons that were not done, as one reason with the sources of what waits."""
    if not told.undone:
        return []
    bases = dict.fromkeys(
        setting.speaker.source(each.basis) for each in told.why if not waits_for(each, told)
    )
    return [
        {
            "title": setting.say("还没有比对", "Comparisons"),
            "said": told.undone,
            "basis": setting.speaker.clauses(bases),
        }
    ]


def _reason(each: Reason, told: Explanation, setting: Setting) -> dict[str, str]:
    places = [f.where for f in each.facts if f.where and f.where not in each.said]
    said = waits_for(each, told)
    if places:
        shown = setting.speaker.joined(dict.fromkeys(places))
        said += setting.say(f"（资料来源：{shown}）", f" (from: {shown})")
    return {"title": each.title, "said": said, "basis": setting.speaker.source(each.basis)}


def _effect(effects: str, setting: Setting) -> str:
    """The last of the derived numbers that change: the one that the others lead to."""
    last = effects.replace("; ", "；").split("；")[-1]
    return setting.say(f"，即{last}", f", that is {last}") if last else ""


def place_of(case: Case) -> str:
    """County, township, village and group, as far as the form has them."""
    names = ("county", "township", "village", "group")
    return "".join(str(shared(case.household, name) or "") for name in names)


# --- public lists ---------------------------------------------------------------------------


def public_lists(setting: Setting, checked: Checked) -> dict[str, dict[str, Any]]:
    """The fields of each village's list of eligible households, by village."""
    ruleset = checked.ruleset
    withheld = {r.id for r in ruleset.tracks if tells_of_sensitive_things(r, ruleset)}
    pairs = zip(checked.cases, checked.decisions, strict=True)
    villages: defaultdict[str, list[tuple[Case, Decision]]] = defaultdict(list)
    for case, decision in pairs:
        of_village = villages[case.household.village or ""]
        if decision.eligibility == "eligible" and anybody_counts(ruleset, case):
            of_village.append((case, decision))
    return {
        village: _list(setting, village, of_village, ruleset, withheld)
        for village, of_village in villages.items()
    }


def _list(
    setting: Setting, village: str, pairs: Sequence[tuple[Case, Decision]], ruleset: RuleSet,
    withheld: set[str],
) -> dict[str, Any]:  # fmt: skip
    first = pairs[0][0] if pairs else None
    rows = [
        _row(setting, number, case, decision, ruleset, withheld)
        for number, (case, decision) in enumerate(pairs, start=1)
    ]
    place = {
        "village": village or "—",
        "township": str(shared(first.household, "township") or "") if first else "",
        "office": setting.office,
    }
    _must_be_public(place, "")
    return {
        **setting.shared(),
        **shown_data(place, shown_household),
        "result": setting.speaker.eligibility("eligible"),
        "households": len(rows),
        "persons": sum(row["persons"] for row in rows),
        "rows": rows,
        "withheld": bool(withheld),
    }


def _row(
    setting: Setting, number: int, case: Case, decision: Decision, ruleset: RuleSet,
    withheld: set[str],
) -> dict[str, Any]:  # fmt: skip
    given = {track.track for track in decision.tracks} - withheld
    row = {
        "number": number,
        "name": public_name(head_names(ruleset, case)[0]),
        "group": str(shared(case.household, "group") or "—"),
        "persons": heads(ruleset, case),
        "tracks": setting.speaker.joined(r.title for r in ruleset.tracks if r.id in given) or "—",
    }
    _must_be_public(row, decision.household_id)
    shown: dict[str, Any] = shown_data(row, shown_household)
    return shown


def _must_be_public(row: Mapping[str, Any], household_id: str) -> None:
    for name, value in row.items():
        if numbers_in(str(value)):
            raise InputError(
                bad_argument(name, _NOT_PUBLIC)
                if name == "office"
                else Problem(
                    without_numbers(f"{household_id or value}: {name}"),
                    _NOT_PUBLIC,
                    suggestion=Words("在名册中改正这一栏", "mend the cell in the roster"),
                )
            )


_NOT_PUBLIC: Final = Words(
    "这一栏里有证件号、电话或账号，不能公示",
    "there is an identity, phone or account number in it; it may not be published",
)
