"""`shibie explain`: why one household is decided as it is."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated

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
    app,
    warned_of_chosen,
)  # fmt: skip
from shibie.cli.task import task_of
from shibie.cli.terminal import tell, tell_data
from shibie.errors import InputError, Problem, Words
from shibie.limits import HOUSEHOLDS_EXPLAINED


@app.command()
def explain(
    roster: RosterArgument = None,
    rules: RulesOption = "",
    as_of: AsOfOption = "",
    household: Annotated[
        list[str] | None,
        typer.Option("--household", "-h", help="户编号；可多次 Household; repeatable."),
    ] = None,
    name: Annotated[
        list[str] | None,
        typer.Option(
            "--name", help="户主或家里任何人的姓名，同名的都列出；可多次 Anybody of it; repeatable."
        ),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="完整推导 The whole derivation.")] = False,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="另存为网页 Write a page as well.")
    ] = None,
    trust_declarations: MaybeTrustOption = None,
    set_aside: SetAsideOption = None,
    register: RegisterOption = None,
    form: FormOption = None,
    lang: LangOption = None,
) -> None:
    """解释一户的认定 Why, why not, what to find out, what would change it."""
    from shibie.atomic import write_text
    from shibie.checking_in_python import check
    from shibie.explanations.account import explain as explained
    from shibie.explanations.page import as_data, page
    from shibie.explanations.text import full as tree
    from shibie.explanations.text import short
    from shibie.registers.set_aside import registers_named
    from shibie.rosters.chosen import read_chosen
    from shibie.rosters.named import households_named

    gc.disable()
    task = task_of(roster, rules, as_of, trust_declarations, set_aside, lang, register, form=form)
    language = task.lang
    given = task.given()
    ruleset, judged = given.ruleset, given.as_of
    asked = list(household or ())
    if name:
        asked += households_named(given.sheets, ruleset, judged, name, given.form)
    asked = list(dict.fromkeys(asked))
    asked, left_out = asked[:HOUSEHOLDS_EXPLAINED], asked[HOUSEHOLDS_EXPLAINED:]
    if not asked:
        raise InputError(
            Problem(
                "--household",
                Words("缺少：哪一户", "missing: which household"),
                suggestion=Words("写 --household 户编号，或 --name 姓名",
                                 "write --household NUMBER, or --name NAME"),
            )
        )  # fmt: skip
    read = read_chosen(given.sheets, ruleset, judged, asked, given.form)
    checked = check(
        ruleset, read, judged, trust_declarations=task.trust_declarations,
        set_aside=registers_named(ruleset, task.set_aside),
    )  # fmt: skip
    told = [explained(checked, each, language) for each in asked]
    doubtful = warned_of_chosen(ruleset, read, language)
    if left_out:
        note = Words(
            f"一次只解释 {HOUSEHOLDS_EXPLAINED} 户，还有 {len(left_out)} 户没有解释，从 {left_out[0]} 起",
            f"{HOUSEHOLDS_EXPLAINED} households are explained at a time;"
            f" {len(left_out)} are not, from {left_out[0]} on",
        )
        print(note.say(language), file=sys.stderr)
    if html is not None:
        write_text(html, page(told, ruleset, judged, language))
    if as_json:
        data = [as_data(each) for each in told]
        tell_data(data[0] if len(data) == 1 else data)
    elif full:
        from rich.console import Console

        console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
        for each in told:
            console.print(tree(each, language))
    else:
        for each in told:
            for line in short(each, language):
                tell(line)
    raise typer.Exit(REJECTED if doubtful else 0)
