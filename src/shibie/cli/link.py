"""`shibie link`: whom rows without a usable number may be about, and who may be one person."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    FormOption,
    LangOption,
    RegisterOption,
    RosterArgument,
    RulesOption,
    TablesOption,
    app,
    tell_written,
    warned,
    xlsx_or_folder,
)  # fmt: skip
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.task import task_of
from shibie.cli.terminal import marked, tell
from shibie.errors import Words

if TYPE_CHECKING:
    from shibie.linkage.result import Candidates

# So many of each kind are shown on the terminal.
_SHOWN = 5


@app.command()
def link(
    roster: RosterArgument = None,
    rules: RulesOption = "",
    as_of: AsOfOption = "",
    out: TablesOption = None,
    least: Annotated[
        float | None,
        typer.Option(
            metavar="WEIGHT", help="权重低于此的不列，默认 -5 Least match weight that is listed."
        ),
    ] = None,
    most: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="每条记录、每个人最多列几个，默认 5 Most candidates of a row or person.",
        ),
    ] = None,
    register: RegisterOption = None,
    form: FormOption = None,
    lang: LangOption = None,
) -> None:
    """没有证件号码的记录和人可能是谁 Candidates for rows and persons without a number."""
    from shibie.checking_in_parts import roster_parts
    from shibie.linkage.candidates import LEAST, MOST
    from shibie.linkage.result import candidates_among, must_be_usable

    gc.disable()
    task = task_of(roster, rules, as_of, False, None, lang, register, form=form)
    outs = [xlsx_or_folder(Path(each)) for each in task.outs("link", out)]
    keep_inputs(outs, task.inputs)
    least, most = LEAST if least is None else least, MOST if most is None else most
    must_be_usable(most)
    given = task.given()
    with roster_parts(given) as parts:
        found = candidates_among(parts, given.ruleset, task.day, task.lang, least, most)
        found.write(*outs)
        _report(found)
        tell_written(outs, task.lang)
        doubtful = warned(given.ruleset, parts.matches(), task.lang)
        status = REJECTED if doubtful or parts.rejected_rows else 0
    raise typer.Exit(status)


def _report(found: Candidates) -> None:
    """Print what there was to look for, what was found, and the first of it."""
    from rich.console import Console
    from rich.table import Table

    from shibie.linkage.written import KINDS, likely

    lang, summary = found.lang, found.summary

    def say(zh: str, en: str) -> str:
        return Words(zh, en).say(lang)

    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    for name, each in summary["registers"].items():
        title = found.ruleset.registers[name].title
        console.print(marked(say(
            f"{title}：{each['rows']} 行没有可用的证件号码，{each['with_candidates']} 行有候选",
            f"{title}: rows without a usable number: {each['rows']}, with candidates:"
            f" {each['with_candidates']}",
        )))  # fmt: skip
    counts = summary["candidates"]
    console.print(marked(say(
        f"名册 {summary['persons']} 人，其中 {summary['without_number']} 人没有可用的证件号码；"
        f"可能是同一人的 {counts['person']} 对，可能是同一户的 {counts['household']} 对",
        f"persons on the roster: {summary['persons']}, without a usable number:"
        f" {summary['without_number']}; pairs that may be one person: {counts['person']},"
        f" one household: {counts['household']}",
    )))  # fmt: skip
    titles = [
        say("可能程度", "how likely"), say("种类", "kind"), say("户", "household"), say("姓名", "name"),
        say("对方", "the other"), say("相同", "agrees"), say("不同", "differs"),
    ]  # fmt: skip
    table = Table(*titles)
    shown = 0
    for kind in KINDS:
        for each in [one for one in found.found if one.kind == kind][:_SHOWN]:
            shown += 1
            register = found.ruleset.registers.get(each.register)
            other = f"{register.title} {each.row}" if register else each.other_household_id
            cells = (
                likely(each).say(lang), KINDS[kind].say(lang), each.household_id, each.name,
                f"{other} {each.other_name}", each.agrees, each.differs,
            )  # fmt: skip
            table.add_row(*map(marked, cells))
    if shown:
        console.print(table)
    for note in found.notes:
        tell(note.say(lang), error=True)
