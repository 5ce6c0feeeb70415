"""Plans as tables: what is given, what does not fit, what is open, by measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from shibie.errors import Lang, Words
from shibie.papers.plan.draft import FIT_VALUES, Fit, HouseholdPlan
from shibie.papers.plan.review import Review
from shibie.results.growing_table import GrowingTable
from shibie.results.table import Table
from shibie.results.tables import CAVEAT_TITLES
from shibie.results.workbook_sheets import write_tables
from shibie.ruleset.model import RuleSet
from shibie.words import terms
from shibie.words.speaker import Speaker

if TYPE_CHECKING:
    import duckdb

FITS: Mapping[str, Words] = {
    "fits": Words("合适", "fits"), "misfit": Words("不合适", "does not fit"),
    "open": terms.UNKNOWN, "unfounded": Words("没有理由", "no reason for it"),
}  # fmt: skip
TITLES: Mapping[str, Words] = {
    **terms.COLUMNS, **CAVEAT_TITLES,
    "plans": Words("规划", "plans"), "measures": Words("措施", "measures"),
    "fit": Words("是否合适", "fit"), "why": Words("说明", "why"), "basis": terms.SOURCE,
    "given": Words("项", "given"), "misfits": Words("不合适", "do not fit"), "open": terms.UNKNOWN,
    "review": Words("核查", "review"),
    "responsible": Words("责任人", "responsible"), "deadline": Words("完成时限", "deadline"),
    "money": Words("资金（元）", "money (yuan)"), "done_on": Words("完成日期", "done on"),
}  # fmt: skip


_PLANS = dict.fromkeys(
    ("household_id", "village", "member_id", "name", "measure", "fit", "why",
     # To be filled in, and read again with the rest.
     "responsible", "deadline", "money"), "VARCHAR"
)  # fmt: skip
_MEASURES = ("id", "measure", "households", "given", "misfits", "open", "basis")


class DraftedPlans:
    """What is said of plans, as they are drafted.

    Args:
        ruleset: the pack.
        connection: keeps the plans; it must stay open as long as they are read.
        lang: the language of the tables.

    Attributes:
        eligible: how many households there are plans for.
        without: those of them for which no measure fits.
    """

    def __init__(
        self, ruleset: RuleSet, connection: duckdb.DuckDBPyConnection, lang: Lang = "zh"
    ) -> None:
        self.ruleset, self.lang = ruleset, lang
        self.eligible, self.without = 0, list[str]()
        self._plans = GrowingTable(connection, "plans", _PLANS)
        self._titles = {measure.id: measure.title for measure in ruleset.measures}
        self._proposed: Counter[tuple[str, Fit]] = Counter()
        self._households: Counter[str] = Counter()

    def add(self, plans: Sequence[HouseholdPlan]) -> None:
        """Take in the drafts of some households."""
        self.eligible += len(plans)
        self.without += [each.household_id for each in plans if not each.of("fits")]
        self._plans.add(
            (each.household_id, plan.village, each.member_id, each.name,
             self._titles[each.measure], FITS[each.fit].say(self.lang), each.why, "", "", "")
            for plan in plans
            for each in plan.proposed
        )  # fmt: skip
        for plan in plans:
            self._proposed.update((each.measure, each.fit) for each in plan.proposed)
            self._households.update({each.measure for each in plan.of("fits")})

    def measures(self) -> Table:
        """Of each measure: households, times given, misfits, open, and its basis."""
        speaker, proposed = Speaker(self.ruleset, self.lang), self._proposed
        rows = [
            (each.id, each.title, self._households[each.id],
             *(proposed[each.id, fit] for fit in FIT_VALUES), speaker.source(each.basis))
            for each in self.ruleset.measures
        ]  # fmt: skip
        return Table("measures", _MEASURES, rows)

    def tables(self) -> tuple[Table, ...]:
        """Plans (a row a proposed measure) and measures (a row a measure)."""
        return self._plans.table(), self.measures()


def review_table(ruleset: RuleSet, found: Review, lang: Lang = "zh") -> Table:
    """Somebody else's plans with the verdict on each row."""
    titles = {measure.id: measure.title for measure in ruleset.measures}
    return Table(
        "review",
        ("row", "household_id", "member_id", "measure", "fit", "why", "responsible", "deadline",
         "money", "done_on"),
        tuple(
            (each.row, each.household_id, each.member_id, titles[each.measure],
             FITS[each.verdict].say(lang), each.why, each.responsible, written_day(each.deadline),
             "" if each.money is None else each.money, written_day(each.done_on))
            for each in found.rows
        ),
    )  # fmt: skip


def written_day(day: date | None) -> str:
    """A day as tables have it; empty where there is none."""
    return "" if day is None else day.isoformat()


def write_plans(out: Path, tables: Sequence[Table], lang: Lang = "zh") -> None:
    """Write a workbook (.xlsx) or a folder of CSV."""
    write_tables(out, tables, TITLES, lang)
