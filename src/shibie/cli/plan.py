"""`shibie plan` 一户一规划: draft measures, and check that they fit."""

from __future__ import annotations

import gc
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    FormOption,
    JsonOption,
    LangOption,
    MaybeTrustOption,
    RegisterOption,
    RosterArgument,
    RulesOption,
    SetAsideOption,
    TablesOption,
    app,
    tell_written,
    warned,
    xlsx_or_folder,
)  # fmt: skip
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.task import task_of
from shibie.cli.terminal import marked, tell_data
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb

    from shibie.checking_in_parts import CheckedParts
    from shibie.errors import Lang
    from shibie.papers.plan.review import Review
    from shibie.papers.plan.tables import DraftedPlans
    from shibie.results.table import Table as ResultTable

MISFITS = 1


@app.command()
def plan(
    roster: RosterArgument = None,
    rules: RulesOption = "",
    as_of: AsOfOption = "",
    out: TablesOption = None,
    check_file: Annotated[
        Path | None,
        typer.Option(
            "--check",
            metavar="PLANS",
            help="核查已有的规划（CSV：户编号、人编号、措施，可有责任人、完成时限、资金）Check plans.",
        ),
    ] = None,
    as_json: JsonOption = False,
    trust_declarations: MaybeTrustOption = None,
    set_aside: SetAsideOption = None,
    register: RegisterOption = None,
    form: FormOption = None,
    lang: LangOption = None,
) -> None:
    """一户一规划：拟定措施并核查是否合适 Draft a plan for each household; check that measures fit."""
    from shibie.checking_in_parts import checked_parts
    from shibie.papers.plan.tables import write_plans
    from shibie.results.tables import caveats_tables
    from shibie.scratch_database import scratch_database

    gc.disable()
    task = task_of(roster, rules, as_of, trust_declarations, set_aside, lang, register, form=form)
    language = task.lang
    targets = [xlsx_or_folder(path) for path in map(Path, task.outs("plan", out))]
    keep_inputs(targets, task.inputs)
    given = task.given()
    if not given.ruleset.measures:
        name = given.ruleset.id
        raise InputError(
            Problem(
                "--rules", Words(f"规则包 {name} 没有措施（measures）", f"{name} has no measures")
            )
        )
    with (
        checked_parts(given, task.trust_declarations, set_aside=task.set_aside) as checked,
        scratch_database() as (kept, _),
    ):
        request = PlanRequest(checked, kept, as_json, language)
        tables, status = request.drafts() if check_file is None else request.review(check_file)
        for path in targets:
            write_plans(path, (*tables, *caveats_tables(request.caveats)), language)
        if not as_json:
            tell_written(targets, language)
        doubtful = warned(given.ruleset, checked.roster.matches(), language)
    raise typer.Exit(REJECTED if doubtful and not status else status)


@dataclass(frozen=True)
class PlanRequest:
    """What was asked for; each way prints what it finds, and gives its tables and exit code."""

    checked: CheckedParts
    kept: duckdb.DuckDBPyConnection
    as_json: bool
    lang: Lang

    @property
    def caveats(self) -> list[str]:
        """What is said of how the roster was judged."""
        from shibie.checking_in_python import caveats_of

        return caveats_of(self.checked, self.lang)

    def drafts(self) -> tuple[Sequence[ResultTable], int]:
        """Plans for the eligible households, however many there are."""
        from shibie.papers.plan.draft import drafts
        from shibie.papers.plan.tables import DraftedPlans

        plans = DraftedPlans(self.checked.ruleset, self.kept, self.lang)
        for part in self.checked.parts():
            plans.add(drafts(part, self.lang))
        _print_drafts(plans, self.caveats, self.as_json)
        return plans.tables(), REJECTED if self.checked.roster.rejected_rows else 0

    def review(self, file: Path) -> tuple[Sequence[ResultTable], int]:
        """Somebody else's plans, held against the whole roster."""
        from shibie.papers.plan.review import review
        from shibie.papers.plan.tables import review_table

        found = review(self.checked, self.checked.parts(), file, self.lang)
        table = review_table(self.checked.ruleset, found, self.lang)
        _print_review(table, found, self.caveats, self.as_json, self.lang)
        failed = any(each.verdict in ("misfit", "unfounded") for each in found.rows)
        rejected = found.rejected or self.checked.roster.rejected_rows
        return (table,), MISFITS if failed else REJECTED if rejected else 0


def _print_drafts(plans: DraftedPlans, caveats: Sequence[str], as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    from shibie.papers.plan.tables import TITLES

    rows, lang = plans.measures().rows, plans.lang
    covered = plans.eligible - len(plans.without)
    if as_json:
        data = {
            "eligible": plans.eligible, "covered": covered, "without": plans.without,
            "measures": {
                row[0]: {"title": row[1], "households": row[2], "given": row[3], "misfits": row[4],
                         "open": row[5]}
                for row in rows
            },
            "caveats": caveats,
        }  # fmt: skip
        tell_data(data)
        return
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    for caveat in caveats:
        console.print(marked(caveat))
    console.print(marked(coverage(covered, plans.eligible, plans.without, lang)))
    table = Table(title=TITLES["measures"].say(lang), title_justify="left")
    table.add_column(TITLES["measure"].say(lang), min_width=30)
    for name in ("households", "given", "misfits", "open"):
        table.add_column(TITLES[name].say(lang), justify="right")
    for row in rows:
        table.add_row(marked(row[1]), *(f"{number:,}" for number in row[2:6]))
    console.print(table)


def coverage(covered: int, eligible: int, without: list[str], lang: Lang) -> str:
    """How many households have a plan, and which have none."""
    from shibie.engines.exact import quotient
    from shibie.errors import listed
    from shibie.words.lists import bracketed

    share = quotient(100 * covered, eligible, 1)
    text = Words(
        f"{covered}/{eligible} 户有规划", f"{covered} of {eligible} households have a plan "
    ).say(lang)
    if share is not None:
        text += bracketed(f"{share}%", lang)
    if without:
        text += Words(
            f"；还没有的：{listed(without, lang='zh')}", f"; none yet: {listed(without)}"
        ).say(lang)
    return text


def _print_review(
    reviewed: ResultTable, found: Review, caveats: Sequence[str], as_json: bool, lang: Lang
) -> None:
    from rich.console import Console
    from rich.table import Table

    from shibie.papers.plan.tables import FITS, TITLES
    from shibie.words import terms
    from shibie.words.lists import joined

    if as_json:
        data = {
            "eligible": found.eligible, "covered": found.planned, "without": list(found.without),
            "rows": [
                {"row": r.row, "household_id": r.household_id, "member_id": r.member_id,
                 "measure": r.measure, "verdict": r.verdict, "why": r.why,
                 "responsible": r.responsible, "deadline": r.deadline and r.deadline.isoformat(),
                 "money": None if r.money is None else f"{r.money:f}",
                 "done_on": r.done_on and r.done_on.isoformat()}
                for r in found.rows
            ],
            "rejected": [
                {"row": r.row, "field": r.field, "value": r.value, "reason": r.reason.say(lang)}
                for r in found.rejected
            ],
            "caveats": caveats,
        }  # fmt: skip
        tell_data(data)
        return
    console = Console(width=None if sys.stdout.isatty() else 130, highlight=False)
    for caveat in caveats:
        console.print(marked(caveat))
    console.print(marked(coverage(found.planned, found.eligible, list(found.without), lang)))
    counts = [
        f"{word.say(lang)} {sum(each.verdict == name for each in found.rows)}"
        for name, word in FITS.items()
    ]
    rejected = f"{terms.REJECTED.say(lang)} {len(found.rejected)}"
    total = len(found.rows) + len({each.row for each in found.rejected})
    console.print(
        Words(f"{total} 行：", f"{total} rows: ").say(lang) + joined([*counts, rejected], lang)
    )
    table = Table(show_header=True)
    shown = reviewed.columns[: reviewed.columns.index("why") + 1]
    for name in shown:
        table.add_column(TITLES[name].say(lang), overflow="fold")
    for row, each in zip(reviewed.rows, found.rows, strict=True):
        if each.verdict != "fits":
            table.add_row(*map(marked, row[: len(shown)]))
    for fault in found.rejected:
        cells = (fault.row, "", "", fault.value, terms.REJECTED.say(lang), fault.reason.say(lang))
        table.add_row(*map(marked, cells))
    if table.row_count:
        console.print(table)
