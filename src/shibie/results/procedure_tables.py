"""The procedure as tables: standings, violations, the calendar; as sheets or CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shibie.errors import Lang, Words
from shibie.procedure import ShareResult, Standing
from shibie.results.procedure_flow import mermaid, svg
from shibie.results.table import Table
from shibie.results.workbook_sheets import write_tables
from shibie.ruleset.model import RuleSet
from shibie.words import terms

TITLES: Mapping[str, Words] = {
    **terms.COLUMNS,
    "standings": Words("程序", "procedure"), "violations": Words("程序问题", "violations"),
    "calendar": Words("日程", "calendar"), "shares": Words("抽查比例", "shares"),
    "at": Words("停在", "stands at"), "next": Words("下一步", "next step"),
    "actor": Words("由谁办理", "by whom"), "earliest": Words("最早可开始", "earliest begin"),
    "earliest_end": Words("公示最早结束", "notice ends at the earliest"),
    "violations_count": Words("问题数", "violations"), "open_count": Words("无从判断数", "open"),
    "rule_id": Words("编号", "rule_id"), "outcome": Words("结果", "outcome"),
    "title": Words("问题", "what"), "begin": Words("最早开始", "begin"), "end": Words("最早结束", "end"),
    "households": Words("户数", "households"), "of": Words("户数", "of"),
    "having": Words("已抽查", "having"), "percent": Words("比例(%)", "percent"),
    "least": Words("应达(%)", "at least"), "holds": Words("是否达到", "holds"),
}  # fmt: skip
_OUTCOMES = {True: terms.HOLDS, False: terms.UNKNOWN}


def progress_tables(
    ruleset: RuleSet, found: Sequence[Standing], results: Sequence[ShareResult], lang: Lang = "zh"
) -> tuple[Table, ...]:
    """standings, violations, calendar and shares."""
    titles = {step.id: step.title for step in ruleset.procedure}
    standing_rows = tuple(
        (
            each.household_id, each.village, titles.get(each.at, ""),
            each.next.title if each.next else "", each.next.actor if each.next else "",
            _day(each.earliest), _day(each.earliest_end),
            sum(violation.certain for violation in each.violations),
            sum(not violation.certain for violation in each.violations),
        )
        for each in found
    )  # fmt: skip
    violation_rows = tuple(
        (each.household_id, each.village, violation.rule_id, _OUTCOMES[violation.certain].say(lang),
         violation.title.say(lang))
        for each in found
        for violation in each.violations
    )  # fmt: skip
    groups = Counter(
        (
            _day(each.earliest),
            _day(each.earliest_end),
            each.village,
            each.next.title,
            each.next.actor,
        )
        for each in found
        if each.next
    )
    calendar_rows = tuple((*key, count) for key, count in sorted(groups.items()))
    share_rows = tuple(
        (each.id, each.title, each.of, each.having,
         f"{100 * each.having / each.of:.1f}" if each.of else "", f"{each.least}", _holds(each, lang))
        for each in results
    )  # fmt: skip
    return (
        Table("standings", ("household_id", "village", "at", "next", "actor", "earliest", "earliest_end",
                            "violations_count", "open_count"), standing_rows),
        Table("violations", ("household_id", "village", "rule_id", "outcome", "title"), violation_rows),
        Table("calendar", ("begin", "end", "village", "next", "actor", "households"), calendar_rows),
        Table("shares", ("id", "title", "of", "having", "percent", "least", "holds"), share_rows),
    )  # fmt: skip


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def _holds(result: ShareResult, lang: Lang) -> str:
    words = {True: Words("达到", "yes"), False: Words("不足", "no"), None: terms.UNKNOWN}
    return words[result.holds].say(lang)


def write_progress(
    out: Path,
    ruleset: RuleSet,
    found: Sequence[Standing],
    tables: Sequence[Table],
    lang: Lang = "zh",
) -> None:
    """Write a workbook (.xlsx), or a folder of CSV with the flow as Mermaid and SVG."""
    flow = {"flow.mmd": mermaid(ruleset, found, lang), "flow.svg": svg(ruleset, found, lang)}
    write_tables(out, tables, TITLES, lang, flow)
