"""Plans as tables: what is given, what does not fit, what is open, by measure."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shibie import wording
from shibie.check import Checked
from shibie.errors import Lang, Words
from shibie.plan.draft import Plan
from shibie.plan.review import Review
from shibie.results.files import write_csv
from shibie.results.table import Table
from shibie.tables.progress import add_sheet
from shibie.tables.results import aside

FITS: Mapping[str, Words] = {
    "fits": Words("合适", "fits"), "misfit": Words("不合适", "does not fit"),
    "open": Words("未知", "open"), "unfounded": Words("没有理由", "no reason for it"),
}  # fmt: skip
TITLES: Mapping[str, Words] = {
    "plans": Words("规划", "plans"), "measures": Words("措施", "measures"),
    "household_id": Words("户编号", "household_id"), "village": Words("村", "village"),
    "member_id": Words("人编号", "member_id"), "name": Words("姓名", "name"),
    "measure": Words("措施", "measure"), "fit": Words("是否合适", "fit"),
    "why": Words("说明", "why"), "basis": Words("依据", "basis"), "id": Words("编号", "id"),
    "households": Words("户", "households"), "given": Words("项", "given"),
    "misfits": Words("不合适", "do not fit"), "open": Words("未知", "open"),
    "review": Words("核查", "review"), "row": Words("行", "row"),
}  # fmt: skip


def plan_tables(checked: Checked, plans: Sequence[Plan], lang: Lang = "zh") -> tuple[Table, ...]:
    """Plans (a row a proposed measure) and measures (a row a measure)."""
    households = {case.household.household_id: case.household for case in checked.cases}
    titles = {measure.id: measure.title for measure in checked.ruleset.measures}
    rows = tuple(
        (
            each.household_id, plan.village, each.member_id,
            wording.person(households[each.household_id], each.member_id) if each.member_id else "",
            titles[each.measure], FITS[each.fit].say(lang), each.why,
        )
        for plan in plans
        for each in plan.proposed
    )  # fmt: skip
    return (
        Table("plans", ("household_id", "village", "member_id", "name", "measure", "fit", "why"), rows),
        Table("measures", ("id", "measure", "households", "given", "misfits", "open", "basis"),
              tuple(measure_rows(checked, plans, lang))),
    )  # fmt: skip


def measure_rows(
    checked: Checked, plans: Sequence[Plan], lang: Lang = "zh"
) -> list[tuple[str, str, int, int, int, int, str]]:
    """Of each measure: households, times given, misfits, open, and its basis."""
    proposed = [each for plan in plans for each in plan.proposed]
    found = []
    for measure in checked.ruleset.measures:
        mine = [each for each in proposed if each.measure == measure.id]
        given = [each for each in mine if each.fit == "fits"]
        sure = wording.PROVENANCES[measure.basis.provenance].say(lang)
        parts = [part for part in (measure.basis.text, measure.basis.source) if part]
        found.append(
            (
                measure.id, measure.title, len({each.household_id for each in given}), len(given),
                sum(each.fit == "misfit" for each in mine), sum(each.fit == "open" for each in mine),
                f"{' — '.join(parts)} [{sure}]",
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
    if out.suffix.lower() != ".xlsx":
        with aside(out) as folder:
            for table in tables:
                write_csv(folder / f"{table.name}.csv", table)
        return
    import xlsxwriter

    out.parent.mkdir(parents=True, exist_ok=True)
    scratch = out.with_name(f".{out.name}.tmp")
    try:
        with xlsxwriter.Workbook(str(scratch), {"strings_to_formulas": False}) as book:
            for table in tables:
                _sheet(book, table, lang)
        os.replace(scratch, out)  # noqa: PTH105  (atomic, over an older file)
    finally:
        scratch.unlink(missing_ok=True)


def _sheet(book: Any, table: Table, lang: Lang) -> None:
    add_sheet(book, table, lang, TITLES)
