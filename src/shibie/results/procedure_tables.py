"""The procedure as tables: standings, violations, the calendar; as sheets or CSV."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shibie.errors import Lang, Words
from shibie.procedure import ShareResult, Standing
from shibie.results.growing_table import GrowingTable
from shibie.results.procedure_flow import AtStep, mermaid, svg
from shibie.results.table import Table
from shibie.results.tables import CAVEAT_TITLES
from shibie.results.workbook_sheets import write_tables
from shibie.ruleset.model import RuleSet
from shibie.words import terms

if TYPE_CHECKING:
    import duckdb

TITLES: Mapping[str, Words] = {
    **terms.COLUMNS, **CAVEAT_TITLES,
    "standings": Words("程序", "procedure"), "violations": Words("程序问题", "violations"),
    "calendar": Words("日程", "calendar"), "shares": Words("抽查比例", "shares"),
    "at": Words("停在", "stands at"), "next": Words("下一步", "next step"),
    "actor": Words("由谁办理", "by whom"), "earliest": Words("最早可开始", "earliest begin"),
    "earliest_end": Words("公示最早结束", "notice ends at the earliest"),
    "violations_count": Words("问题数", "violations"), "open_count": Words("无从判断数", "open"),
    "record_of": Words("记录属于", "record of"), "rule_id": Words("编号", "rule_id"), "outcome": Words("结果", "outcome"),
    "title": Words("问题", "what"), "begin": Words("最早开始", "begin"), "end": Words("最早结束", "end"),
    "households": Words("户数", "households"), "of": Words("户数", "of"),
    "having": Words("已抽查", "having"), "percent": Words("比例（%）", "percent"),
    "least": Words("应达（%）", "at least"), "holds": Words("是否达到", "holds"),
}  # fmt: skip
_OUTCOMES = {True: terms.HOLDS, False: terms.UNKNOWN}


_STANDINGS = {
    **dict.fromkeys(("household_id", "village", "at", "next", "actor", "earliest", "earliest_end"), "VARCHAR"),
    **dict.fromkeys(("violations_count", "open_count"), "BIGINT"),
}  # fmt: skip
_VIOLATIONS = dict.fromkeys(
    ("household_id", "village", "rule_id", "outcome", "title", "record_of"), "VARCHAR"
)


@dataclass(frozen=True)
class ViolationCount:
    """How often one thing is wrong, or may be.

    Attributes:
        example: one of them in words.
        of_places: of the households where the step is recorded once for a whole place, how many
            there are, by place; the most first.
    """

    rule_id: str
    example: Words
    certain: int
    unknown: int
    of_places: tuple[tuple[str, int], ...] = ()


class Progress:
    """What is said of households in the procedure, as they go by.

    Args:
        ruleset: the pack.
        connection: keeps the tables; it must stay open as long as they are read.
        lang: the language of the tables.
    """

    def __init__(
        self, ruleset: RuleSet, connection: duckdb.DuckDBPyConnection, lang: Lang = "zh"
    ) -> None:
        self.ruleset, self.lang = ruleset, lang
        self.households = 0
        self._standings = GrowingTable(connection, "standings", _STANDINGS)
        self._violations = GrowingTable(connection, "violations", _VIOLATIONS)
        self._titles = {step.id: step.title for step in ruleset.procedure}
        self._at: Counter[str] = Counter()
        self._recorded: Counter[str] = Counter()
        self._calendar: Counter[tuple[str, ...]] = Counter()
        self._examples: dict[str, Words] = {}
        self._kinds: Counter[tuple[str, bool]] = Counter()
        self._of_places: defaultdict[str, Counter[str]] = defaultdict(Counter)

    def add(self, found: Sequence[Standing]) -> None:
        """Take in where some households stand."""
        self.households += len(found)
        self._standings.add(map(self._row, found))
        self._violations.add(
            (each.household_id, each.village, violation.rule_id,
             _OUTCOMES[violation.certain].say(self.lang), violation.title.say(self.lang),
             violation.record_of)
            for each in found
            for violation in each.violations
        )  # fmt: skip
        for each in found:
            self._at[each.at] += 1
            self._recorded.update(each.done)
            if each.next:
                days = _day(each.earliest), _day(each.earliest_end)
                self._calendar[(*days, each.village, each.next.title, each.next.actor)] += 1
            for violation in each.violations:
                self._kinds[violation.rule_id, violation.certain] += 1
                self._examples[violation.rule_id] = violation.title
                if violation.record_of:
                    self._of_places[violation.rule_id][violation.record_of] += 1

    def _row(self, each: Standing) -> tuple[Any, ...]:
        return (
            each.household_id, each.village, self._titles.get(each.at, ""),
            each.next.title if each.next else "", each.next.actor if each.next else "",
            _day(each.earliest), _day(each.earliest_end),
            sum(violation.certain for violation in each.violations),
            sum(not violation.certain for violation in each.violations),
        )  # fmt: skip

    @property
    def steps(self) -> tuple[AtStep, ...]:
        """Every step, with the households that stand at it and those that have it recorded."""
        return tuple(
            AtStep(step, self._at[step.id], self._recorded[step.id])
            for step in self.ruleset.procedure
        )

    @property
    def violations(self) -> tuple[ViolationCount, ...]:
        """What is wrong, each with how often."""
        return tuple(
            ViolationCount(
                rule_id, example, self._kinds[rule_id, True], self._kinds[rule_id, False],
                tuple(self._of_places[rule_id].most_common()),
            )
            for rule_id, example in self._examples.items()
        )  # fmt: skip

    def tables(self, results: Sequence[ShareResult]) -> tuple[Table, ...]:
        """standings, violations, calendar and shares."""
        calendar_rows = tuple((*key, count) for key, count in sorted(self._calendar.items()))
        share_rows = tuple(
            (each.id, each.title, each.of, each.having,
             f"{100 * each.having / each.of:.1f}" if each.of else "", f"{each.least}",
             _holds(each, self.lang))
            for each in results
        )  # fmt: skip
        return (
            self._standings.table(),
            self._violations.table(),
            Table("calendar", ("begin", "end", "village", "next", "actor", "households"), calendar_rows),
            Table("shares", ("id", "title", "of", "having", "percent", "least", "holds"), share_rows),
        )  # fmt: skip


def _day(day: Any) -> str:
    return day.isoformat() if day else ""


def _holds(result: ShareResult, lang: Lang) -> str:
    words = {True: Words("达到", "yes"), False: Words("不足", "no"), None: terms.UNKNOWN}
    return words[result.holds].say(lang)


def write_progress(out: Path, progress: Progress, tables: Sequence[Table]) -> None:
    """Write a workbook (.xlsx), or a folder of CSV with the flow as Mermaid and SVG."""
    ruleset, steps, lang = progress.ruleset, progress.steps, progress.lang
    flow = {"flow.mmd": mermaid(ruleset, steps, lang), "flow.svg": svg(ruleset, steps, lang)}
    write_tables(out, tables, TITLES, lang, flow)
