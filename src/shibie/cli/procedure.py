"""`shibie procedure`: where each household stands, and what was done wrongly."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    JsonOption,
    LangOption,
    RosterArgument,
    RulesOption,
    TablesOption,
    app,
    opened,
    spoken,
)  # fmt: skip
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from shibie.errors import Lang
    from shibie.procedure import ShareResult, Standing
    from shibie.ruleset.model import RuleSet


@app.command()
def procedure(
    roster: RosterArgument,
    rules: RulesOption,
    as_of: AsOfOption,
    out: TablesOption = None,
    as_json: JsonOption = False,
    lang: LangOption = None,
) -> None:
    """程序进度与问题 Where each household stands in the procedure, and every violation."""
    from shibie import procedure as steps
    from shibie.checking_in_python import check
    from shibie.results.procedure_tables import progress_tables, write_progress

    language = spoken(lang, rules)
    ruleset, judged, read = opened(roster, rules, as_of)
    if not ruleset.procedure or not read.steps:
        raise InputError(
            Problem(
                str(roster),
                Words(
                    "名册没有程序表,或规则包没有程序",
                    "no steps table, or the pack has no procedure",
                ),
            )
        )
    checked = check(ruleset, read, judged)
    found = steps.standings(ruleset, checked.cases, checked.decisions, read.steps)
    shares = steps.shares(ruleset, checked.cases, read.steps)
    tables = progress_tables(ruleset, found, shares, language)
    for path in out or []:
        write_progress(path, ruleset, found, tables, language)
    if as_json:
        print(json.dumps({table.name: [dict(zip(table.columns, row, strict=True)) for row in table.rows]
                          for table in tables}, ensure_ascii=False, indent=1))  # fmt: skip
    else:
        report(ruleset, found, shares, language)
        for path in out or []:
            print(Words(f"结果在 {path}", f"results in {path}").say(language))
    raise typer.Exit(REJECTED if read.rejected else 0)


def report(
    ruleset: RuleSet, found: Sequence[Standing], shares: Sequence[ShareResult], lang: Lang
) -> None:
    """Print households at each step and violations by kind."""
    from rich.console import Console
    from rich.table import Table

    from shibie.results.procedure_flow import counts
    from shibie.words import terms

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    console = Console(width=None if sys.stdout.isatty() else 110, highlight=False)
    console.print(f"[bold]{ruleset.title}[/bold]")
    console.print(
        say(f"有程序记录的 {len(found)} 户", f"{len(found)} households with recorded steps")
    )
    table = Table(title=say("各步骤户数", "households at each step"), title_justify="left")
    for title in (
        say("步骤", "step"),
        say("办理", "by"),
        say("停在此步", "stand here"),
        say("已记录", "recorded"),
    ):
        table.add_column(title)
    for step, at, recorded in counts(ruleset, found):
        table.add_row(f"{step.number} {step.title}", step.actor, str(at), str(recorded))
    console.print(table)
    kinds = Counter(
        (each.rule_id, each.certain) for standing in found for each in standing.violations
    )
    titles = {each.rule_id: each.title for standing in found for each in standing.violations}
    table = Table(title=say("程序问题", "violations"), title_justify="left")
    for title in (
        say("编号", "rule_id"),
        say("例如", "for example"),
        terms.HOLDS.say(lang),
        terms.UNKNOWN.say(lang),
    ):
        table.add_column(title)
    for rule_id in dict.fromkeys(rule_id for rule_id, _ in kinds):
        table.add_row(
            rule_id,
            titles[rule_id].say(lang),
            str(kinds[rule_id, True]),
            str(kinds[rule_id, False]),
        )
    console.print(table)
    for share in shares:
        percent = f"{100 * share.having / share.of:.1f}%" if share.of else "—"
        verdict = {
            True: say("达到", "met"),
            False: say("不足", "not met"),
            None: terms.UNKNOWN.say(lang),
        }[share.holds]
        console.print(
            f"{share.title}: {share.having}/{share.of} = {percent},{say('应达', 'at least')} {share.least}%: {verdict}"
        )
