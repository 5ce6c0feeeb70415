"""Plans as tables: what is given, what does not fit, what is open, by measure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from shibie.checking_in_python import Checked
from shibie.errors import Lang, Words
from shibie.papers.plan.draft import HouseholdPlan
from shibie.papers.plan.review import Review
from shibie.results.table import Table
from shibie.results.workbook_sheets import write_tables
from shibie.ruleset.model import RuleSet
from shibie.words import terms
from shibie.words.speaker import Speaker

FITS: Mapping[str, Words] = {
    "fits": Words("合适", "fits"), "misfit": Words("不合适", "does not fit"),
    "open": terms.UNKNOWN, "unfounded": Words("没有理由", "no reason for it"),
}  # fmt: skip
TITLES: Mapping[str, Words] = {
    **terms.COLUMNS,
    "plans": Words("规划", "plans"), "measures": Words("措施", "measures"),
    "fit": Words("是否合适", "fit"), "why": Words("说明", "why"), "basis": terms.SOURCE,
    "given": Words("项", "given"), "misfits": Words("不合适", "do not fit"), "open": terms.UNKNOWN,
    "review": Words("核查", "review"),
}  # fmt: skip


def plan_tables(
    ruleset: RuleSet, plans: Sequence[HouseholdPlan], lang: Lang = "zh"
) -> tuple[Table, ...]:
    """Plans (a row a proposed measure) and measures (a row a measure)."""
    titles = {measure.id: measure.title for measure in ruleset.measures}
    rows = tuple(
        (
            each.household_id, plan.village, each.member_id, each.name,
            titles[each.measure], FITS[each.fit].say(lang), each.why,
        )
        for plan in plans
        for each in plan.proposed
    )  # fmt: skip
    return (
        Table("plans", ("household_id", "village", "member_id", "name", "measure", "fit", "why"), rows),
        Table("measures", ("id", "measure", "households", "given", "misfits", "open", "basis"),
              tuple(measure_rows(ruleset, plans, lang))),
    )  # fmt: skip


def measure_rows(
    ruleset: RuleSet, plans: Sequence[HouseholdPlan], lang: Lang = "zh"
) -> list[tuple[str, str, int, int, int, int, str]]:
    """Of each measure: households, times given, misfits, open, and its basis."""
    speaker = Speaker(ruleset, lang)
    proposed = [each for plan in plans for each in plan.proposed]
    found = []
    for measure in ruleset.measures:
        mine = [each for each in proposed if each.measure == measure.id]
        given = [each for each in mine if each.fit == "fits"]
        found.append(
            (
                measure.id, measure.title, len({each.household_id for each in given}), len(given),
                sum(each.fit == "misfit" for each in mine), sum(each.fit == "open" for each in mine),
                speaker.source(measure.basis),
            )
        )  # fmt: skip
    return found


def review_table(checked: Checked, found: Review, lang: Lang = "zh") -> Table:
    """Somebody else's plans with the verdict on each row."""
    titles = {measure.id: measure.title for measure in checked.ruleset.measures}
    return Table(
        "review", ("row", "household_id", "member_id", "measure", "fit", "why"),
        tuple(
            (each.row, each.household_id, each.member_id, titles[each.measure],
             FITS[each.verdict].say(lang), each.why)
            for each in found.rows
        ),
    )  # fmt: skip


def write_plans(out: Path, tables: Sequence[Table], lang: Lang = "zh") -> None:
    """Write a workbook (.xlsx) or a folder of CSV."""
    write_tables(out, tables, TITLES, lang)
