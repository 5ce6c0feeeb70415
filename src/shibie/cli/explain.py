"""`shibie explain`: why one household is decided as it is."""

from __future__ import annotations

import gc
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from shibie.cli.app import (
    REJECTED,
    AsOfOption,
    JsonOption,
    LangOption,
    RosterArgument,
    RulesOption,
    SetAsideOption,
    TrustOption,
    app,
    asked,
    spoken,
    warned_of_chosen,
)  # fmt: skip


@app.command()
def explain(
    roster: RosterArgument,
    rules: RulesOption,
    as_of: AsOfOption,
    household: Annotated[
        list[str], typer.Option("--household", "-h", help="户编号;可多次 Household; repeatable.")
    ],
    full: Annotated[bool, typer.Option("--full", help="完整推导 The whole derivation.")] = False,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None, typer.Option("--html", help="另存为网页 Write a page as well.")
    ] = None,
    trust_declarations: TrustOption = False,
    set_aside: SetAsideOption = None,
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

    gc.disable()
    language = spoken(lang, rules)
    given = asked(roster, rules, as_of)
    ruleset, judged = given.ruleset, given.as_of
    read = read_chosen(given.sheets, ruleset, judged, household, given.form)
    checked = check(
        ruleset, read, judged, trust_declarations=trust_declarations,
        set_aside=registers_named(ruleset, set_aside or ()),
    )  # fmt: skip
    told = [explained(checked, each, language) for each in household]
    doubtful = warned_of_chosen(ruleset, read, language)
    if html is not None:
        write_text(html, page(told, ruleset, judged, language))
    if as_json:
        data = [as_data(each) for each in told]
        print(json.dumps(data[0] if len(data) == 1 else data, ensure_ascii=False, indent=1))
    elif full:
        from rich.console import Console

        console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
        for each in told:
            console.print(tree(each, language))
    else:
        for each in told:
            for line in short(each, language):
                print(line)
    raise typer.Exit(REJECTED if doubtful else 0)
