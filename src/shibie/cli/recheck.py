"""`shibie recheck` 回头看: what became of the roster before, and who is new."""

from __future__ import annotations

import gc
from datetime import date
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
    RulesOption,
    SetAsideOption,
    TablesOption,
    app,
    day,
    must_exist,
    tell_written,
    warned,
    xlsx_or_folder,
)  # fmt: skip
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.recheck_printed import print_recheck
from shibie.cli.task import task_of
from shibie.cli.terminal import tell_data
from shibie.errors import InputError, Problem, Words


@app.command()
def recheck(
    old: Annotated[
        Path | None, typer.Argument(help="原名册：文件夹或 .xlsx The roster before.")
    ] = None,
    new: Annotated[
        Path | None,
        typer.Argument(help="现名册：文件夹或 .xlsx，默认按 shibie.yaml The roster of now."),
    ] = None,
    rules: RulesOption = "",
    as_of: AsOfOption = "",
    since: Annotated[
        str,
        typer.Option(
            metavar="DATE", help="原名册日期，默认一年前 Day of the roster before; a year before."
        ),
    ] = "",
    out: TablesOption = None,
    as_json: JsonOption = False,
    trust_declarations: MaybeTrustOption = None,
    set_aside: SetAsideOption = None,
    register: RegisterOption = None,
    form: FormOption = None,
    sample: Annotated[
        bool,
        typer.Option(
            "--sample",
            help="现名册只是抽查的户：算错评率、漏评率、错退率 The new roster is a sample: give its rates.",
        ),
    ] = False,
    lang: LangOption = None,
) -> None:
    """回头看：两份名册按人比对 Match two rosters by their persons."""
    from shibie.checking_in_parts import checked_parts, roster_parts
    from shibie.checking_in_python import caveats_of
    from shibie.papers.recheck.comparing import recheck as compared
    from shibie.papers.recheck.figures import figures
    from shibie.papers.recheck.sample import sample_rates
    from shibie.papers.recheck.tables import write
    from shibie.project.written import project_file
    from shibie.rosters.given_roster import roster_of_path
    from shibie.scratch_database import scratch_database

    gc.disable()
    if new is None and old is not None and project_file(old):
        old, new = None, old
    task = task_of(new, rules, as_of, trust_declarations, set_aside, lang, register, form=form)
    language, project = task.lang, task.project
    old = old or (project.before if project else None)
    if old is None:
        raise InputError(
            Problem(
                "recheck",
                Words("缺少：原名册", "missing: the roster before"),
                suggestion=Words("写 shibie recheck 原名册 现名册，或在 shibie.yaml 里写 before: 2014.xlsx",
                                 "write shibie recheck OLD NEW, or before: 2014.xlsx into shibie.yaml"),
            )
        )  # fmt: skip
    since = since or (str(project.since) if project and project.since else "")
    targets = [xlsx_or_folder(Path(path)) for path in task.outs("recheck", out)]
    given = task.given()
    ruleset, judged = given.ruleset, given.as_of
    must_exist(old)
    keep_inputs(targets, [old, *task.inputs])
    begun = since_of(since, judged)
    with (
        checked_parts(given, task.trust_declarations, set_aside=task.set_aside) as now,
        roster_parts(roster_of_path(old, ruleset, judged)) as before,
        scratch_database() as (kept, _),
    ):
        found = compared(kept, before, now, begun, sample=sample)
        rejected = {
            "before": before.rejected_households,
            "now": now.roster.rejected_households,
        }
        said = caveats_of(now, language)
        data = {**figures(found), "rejected": rejected, "caveats": said}
        if sample:
            data["sample"] = sample_rates(found)
        for path in targets:
            write(path, found, data, language)
        if as_json:
            tell_data(data)
        else:
            print_recheck(ruleset, data, language)
            tell_written(targets, language)
        doubtful = warned(ruleset, now.roster.matches(), language, before.matches())
        rejected_rows = before.rejected_rows or now.roster.rejected_rows
        status = REJECTED if doubtful or rejected_rows else 0
    raise typer.Exit(status)


def since_of(text: str, judged: date) -> date:
    """The day of the roster before: as given, or a year before the day of judgement."""
    if not text:
        last = 28 if (judged.month, judged.day) == (2, 29) else judged.day
        return judged.replace(year=judged.year - 1, day=last)
    since = day(text, "--since")
    if since >= judged:
        raise InputError(
            Problem(
                "--since",
                Words(f"{since} 不早于认定日期 {judged}", f"{since} is not before {judged}"),
            )
        )
    return since
