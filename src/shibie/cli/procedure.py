"""`shibie procedure`: where each household stands, and what was done wrongly."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    FormOption,
    JsonOption,
    LangOption,
    RegisterOption,
    RosterArgument,
    RulesOption,
    SetAsideOption,
    TablesOption,
    app,
    tell_written,
    warned,
)  # fmt: skip
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.task import task_of
from shibie.cli.terminal import marked, tell_data
from shibie.errors import LANGS, InputError, Lang, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shibie.checking_in_parts import CheckedParts
    from shibie.procedure import ShareResult
    from shibie.results.procedure_tables import Progress, ViolationCount
    from shibie.rosters.step_counts import StepCounts


@app.command()
def procedure(
    roster: RosterArgument = None,
    rules: RulesOption = "",
    as_of: AsOfOption = "",
    out: TablesOption = None,
    as_json: JsonOption = False,
    set_aside: SetAsideOption = None,
    register: RegisterOption = None,
    form: FormOption = None,
    lang: LangOption = None,
) -> None:
    """程序进度与问题 Where each household stands in the procedure, and every violation."""
    from shibie.checking_in_parts import checked_parts
    from shibie.checking_in_python import caveats_of
    from shibie.results.procedure_tables import Progress, write_progress
    from shibie.results.tables import caveats_tables
    from shibie.scratch_database import scratch_database

    gc.disable()
    task = task_of(roster, rules, as_of, False, set_aside, lang, register, form=form)
    language, outs = task.lang, [Path(each) for each in task.outs("procedure", out)]
    keep_inputs(outs, task.inputs)
    given = task.given()
    with (
        checked_parts(given, set_aside=task.set_aside) as checked,
        scratch_database() as (connection, _),
    ):
        if not checked.roster.has_steps:
            raise InputError(_nothing_recorded(checked, str(task.roster)))
        progress = Progress(given.ruleset, connection, language)
        shares = _gone_through(checked, progress)
        tables, caveats = progress.tables(shares), caveats_of(checked, language)
        counts = checked.roster.step_counts
        for path in outs:
            write_progress(path, progress, (*tables, *caveats_tables(caveats)))
        if as_json:
            rows = {table.name: list(table) for table in tables}
            records = {
                "records": counts.records,
                "of_places": counts.of_places,
                "households": counts.households,
            }
            given_back = {"caveats": caveats, **rows, "records": records}
            tell_data(given_back)
        else:
            report(progress, shares, caveats, counts)
            tell_written(outs, language)
        doubtful = warned(given.ruleset, checked.roster.matches(), language)
        status = REJECTED if doubtful or checked.roster.rejected_rows else 0
    raise typer.Exit(status)


def _nothing_recorded(checked: CheckedParts, roster: str) -> Problem:
    """Why there is nothing to say of the procedure."""
    from shibie.results.said_of_rejected import said_of_faults

    counts = checked.roster.step_counts
    if not (counts.rejected or counts.of_places):
        return Problem(
            roster,
            Words(
                "名册没有程序表，或规则包没有程序", "no steps table, or the pack has no procedure"
            ),
        )
    zh, en = ("\n".join(said_of_faults(checked.ruleset, counts, lang)) for lang in LANGS)
    found = Words("程序表没有一行算到名册上的户", "no row of the steps table holds for a household")
    return Problem(roster, found, suggestion=Words(zh, en) if counts.rejected else None)


def _gone_through(checked: CheckedParts, progress: Progress) -> tuple[ShareResult, ...]:
    """Take in every household; returns the pack's shares over all of them."""
    from shibie.procedure import shares, standings

    ruleset, first = checked.ruleset, None
    for part in checked.parts():
        first = first or next(iter(part.cases), None)
        progress.add(standings(ruleset, part.cases, part.decisions, part.roster.steps))
    return shares(ruleset, first, checked.roster.documented)


# So many places are named; the others are counted.
_NAMED = 4


def _of_places(kind: ViolationCount, lang: Lang) -> str:
    """The places whose records are at fault, each with how many households it is."""
    named = [
        Words(f"{marked(place)} {households} 户", f"{marked(place)}: {households}").say(lang)
        for place, households in kind.of_places[:_NAMED]
    ]
    more = len(kind.of_places) - len(named)
    named += [Words(f"另 {more} 处", f"{more} more").say(lang)] if more else []
    return "\n".join(named)


def report(
    progress: Progress, shares: Sequence[ShareResult], caveats: Sequence[str], counts: StepCounts
) -> None:
    """Print how the roster was judged, households at each step and violations by kind."""
    from rich.console import Console
    from rich.table import Table

    from shibie.results.said_of_rejected import said_of_faults
    from shibie.words import terms
    from shibie.words.lists import labelled
    from shibie.words.speaker import Speaker

    lang = progress.lang

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    count = progress.households
    console.print(f"[bold]{marked(Speaker(progress.ruleset, lang).pack())}[/bold]")
    for caveat in caveats:
        console.print(marked(caveat))
    console.print(say(f"有程序记录的 {count} 户", f"{count} households with recorded steps"))
    said = [words.say(lang) for words in (counts.said, *counts.notes)]
    for line in (*said, *said_of_faults(progress.ruleset, counts, lang)):
        console.print(marked(line))
    table = Table(title=say("各步骤户数", "households at each step"), title_justify="left")
    for title in (
        say("步骤", "step"),
        say("办理", "by"),
        say("停在此步", "stand here"),
        say("已记录", "recorded"),
    ):
        table.add_column(title)
    for each in progress.steps:
        name = f"{each.step.number} {each.step.title}"
        table.add_row(marked(name), marked(each.step.actor), str(each.standing), str(each.recorded))
    console.print(table)
    table = Table(title=say("程序问题", "violations"), title_justify="left")
    titles = [say("例如", "for example"), terms.HOLDS.say(lang), terms.UNKNOWN.say(lang)]
    whole = any(kind.of_places for kind in progress.violations)
    titles += [say("其中整村、整组、全乡镇的", "of whole places")] if whole else []
    # A Chinese reader has the example, which names its step, in the place of the English id.
    for title in titles if lang == "zh" else ["rule_id", *titles]:
        table.add_column(title)
    for kind in progress.violations:
        cells = [marked(kind.example.say(lang)), str(kind.certain), str(kind.unknown)]
        cells += [_of_places(kind, lang)] if whole else []
        table.add_row(*cells if lang == "zh" else [marked(kind.rule_id), *cells])
    console.print(table)
    for share in shares:
        percent = f"{100 * share.having / share.of:.1f}%" if share.of else "—"
        verdict = {
            True: say("达到", "met"),
            False: say("不足", "not met"),
            None: terms.UNKNOWN.say(lang),
        }[share.holds]
        console.print(
            marked(
                labelled(
                    f"{labelled(share.title, f'{share.having}/{share.of}', lang)} = {percent}"
                    f"{say('，应达', ',at least')} {share.least}%",
                    verdict,
                    lang,
                )
            )
        )
