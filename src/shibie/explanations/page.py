"""An explanation as plain data for JSON, and as one self-contained web page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape as escaped
from typing import Any

from shibie.errors import Lang, Words
from shibie.explanations.changed_cases import FactChange
from shibie.explanations.explanation import Explanation
from shibie.explanations.reasons import Reason, ReasonFact
from shibie.explanations.text import (
    CUT_SHORT,
    about,
    changed,
    every_set_needs,
    how_to_find_out,
    named,
)
from shibie.ruleset.basis import Basis
from shibie.ruleset.model import RuleSet
from shibie.shown_text import shown_data, shown_line
from shibie.words import terms
from shibie.words.lists import joined, labelled
from shibie.words.speaker import Speaker

_STYLE = """
body{font:16px/1.6 "Noto Sans CJK SC","Source Han Sans SC","Microsoft YaHei",sans-serif;
max-width:52em;margin:2em auto;padding:0 1em;color:#222}
h2{border-bottom:2px solid #dde6f0;padding-bottom:.2em}
h3{margin:1.2em 0 .3em;font-size:1.05em}
.eligible{color:#1c7a3e}.ineligible{color:#a83a2b}.pending{color:#8a6100}
small{color:#667}ul{margin:.2em 0;padding-left:1.3em}details{margin:.6em 0}
@media print{details{display:block}}
"""


def _text(text: str) -> str:
    """A text as a page shows it: none of it is markup."""
    return escaped(shown_line(text))


def as_data(told: Explanation) -> dict[str, Any]:
    """The explanation as plain data."""
    data: dict[str, Any] = {
        "household_id": told.household_id,
        "head": told.head,
        "former_head": told.former_head,
        "village": told.village,
        "persons": told.persons,
        "eligibility": told.eligibility,
        "why": [_reason(each) for each in told.why],
        "why_not": [{"outcome": o.outcome, "because": list(o.because)} for o in told.why_not],
        "to_collect": [
            {
                "facts": list(each.facts),
                "settles": each.settles,
                "cost": each.found.cost,
                "how": list(each.how),
                "answers": [
                    {"answer": answer, "leads_to": found.leads_to, "grounds": list(found.grounds)}
                    for (answer, _), found in zip(each.answers, each.found.answers, strict=True)
                ],
            }
            for each in told.collect
        ],
        "would_change": [
            {
                "text": each.text,
                "effects": each.effects,
                "who": each.found.who,
                "leads_to": each.found.leads_to,
                "changes": [
                    _change(change, each.phrases.sensitive(change.lever))
                    for change in each.found.changes
                ],
            }
            for each in told.change
        ],
        "moved_by": list(told.moved),
        "procedure": list(told.procedure),
        "tracks": list(told.tracks),
        "needed": list(told.needed),
        "cut_short": told.cut_short,
        "caveats": list(told.caveats),
        "standing": list(told.standing),
        "other_rules": [_reason(each) for each in told.others],
        **_persons(told),
    }
    shown: dict[str, Any] = shown_data(data)
    return shown


def _persons(told: Explanation) -> dict[str, Any]:
    """Who does not count, where the pack says who does."""
    if told.uncounted is None:
        return {}
    return {
        "uncounted": [
            {
                "member_id": each.member_id,
                "name": each.name,
                "counted": each.counted,
                "said": each.reason,
                "facts": _facts(each.facts),
                "basis": _basis(each.basis),
            }
            for each in told.uncounted
        ]
    }


def _facts(facts: Iterable[ReasonFact]) -> list[dict[str, str]]:
    return [
        {"title": f.title, "value": f.value, "source": f.source, "where": f.where} for f in facts
    ]


def _basis(basis: Basis) -> dict[str, str]:
    return {"text": basis.text, "source": basis.source, "provenance": basis.provenance}


def _reason(each: Reason) -> dict[str, Any]:
    return {
        "rule": each.rule_id,
        "title": each.title,
        "kind": each.kind,
        "outcome": each.outcome,
        "said": each.said,
        "facts": _facts(each.facts),
        "basis": _basis(each.basis),
    }


def _change(change: FactChange, sensitive: bool) -> dict[str, Any]:
    """A change as data, without the values of a sensitive fact."""
    lever = change.lever
    return {
        "kind": lever.kind,
        "name": lever.name,
        "member": lever.member,
        "register": lever.register,
        "row": lever.row or None,
        "to": [] if sensitive else [_plain(value) for value in (change.value, *change.also)],
        "bound": change.bound,
        "span": [_plain(end) for end in change.span] if change.span and not sensitive else None,
        "who": change.who,
    }


def _plain(value: object) -> object:
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return [{name: _plain(cell) for name, cell in row} for row in value]
    return str(value)


def page(told: Sequence[Explanation], ruleset: RuleSet, as_of: date, lang: Lang = "zh") -> str:
    """The explanations as one page that needs nothing else."""

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    body = "".join(_household(each, lang) for each in told)
    title = say("认定说明", "Explanation of decisions")
    return (
        f'<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style><h1>{title}</h1>"
        f"<p>{_text(Speaker(ruleset, lang).pack())}<br>{terms.DAY.say(lang)} {as_of}</p>{body}</html>\n"
    )


def _household(told: Explanation, lang: Lang) -> str:
    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    parts = [
        f"<h2>{_text(named(told))} <small>{_text(about(told, lang))}</small>{say('：', ': ')}"
        f'<span class="{told.eligibility}">{_text(told.outcome)}</span></h2>',
        *(f"<p><b>{_text(caveat)}</b></p>" for caveat in told.caveats),
        _section(say("状态", "Standing"), map(_text, told.standing)),
        _section(
            say("人口", "Persons"),
            (
                _text(each.said(lang)) + _behind(each.facts, each.basis, lang)
                for each in told.uncounted or ()
            ),
        ),
        _section(say("为什么", "Why"), (_told(each, lang) for each in told.why)),
    ]
    for obstacle in told.why_not:
        title = say(f"为什么不是“{obstacle.outcome}”", f"Why not '{obstacle.outcome}'")
        parts.append(_section(title, map(_text, obstacle.because)))
    for each in told.collect:
        facts = joined(each.facts, lang)
        lines = [_text(f"{answer} → {result}") for answer, result in each.answers]
        lines += [_text(line) for line in how_to_find_out(each, lang)]
        parts.append(_section(say("要查清：", "To find out: ") + facts, lines))
    changes = (_text(changed(each, lang)) for each in told.change)
    parts.append(_section(say("怎样会变", "What would change it"), changes))
    notes = [every_set_needs(told, lang), CUT_SHORT.say(lang) if told.cut_short else ""]
    parts.append(_section(say("说明", "Note"), map(_text, filter(None, notes))))
    parts.append(_section(say("经手", "Who moved it"), map(_text, (*told.moved, *told.procedure))))
    parts.append(_section(say("帮扶", "Tracks"), map(_text, told.tracks)))
    rest = _section("", (_told(each, lang) for each in told.others))
    summary = say("问过的其他规则", "The other rules that were asked")
    parts.append(f"<details><summary>{summary}</summary>{rest}</details>" if rest else "")
    return "".join(parts)


def _section(title: str, lines: Iterable[str]) -> str:
    items = "".join(f"<li>{line}</li>" for line in lines)
    heading = f"<h3>{_text(title)}</h3>" if title else ""
    return f"{heading}<ul>{items}</ul>" if items else ""


def _told(each: Reason, lang: Lang) -> str:
    outcome = terms.OUTCOMES[each.outcome].say(lang)
    text = labelled(f"{_text(each.title)} — {outcome}", _text(each.said), lang)
    return text + _behind(each.facts, each.basis, lang)


def _behind(facts: Iterable[ReasonFact], basis: Basis, lang: Lang) -> str:
    """Where something comes from, and the facts behind it."""
    listed = "".join(
        f"<li>{_text(f.title)} {_text(f.value)} <small>{_text(f.source)} {_text(f.where)}</small></li>"
        for f in facts
    )
    origin = ""
    if basis.source:
        sure = terms.PROVENANCES[basis.provenance].say(lang)
        origin = f"<br><small>{_text(basis.text)} — {_text(basis.source)} [{sure}]</small>"
    return f"{origin}<ul>{listed}</ul>" if listed else origin
