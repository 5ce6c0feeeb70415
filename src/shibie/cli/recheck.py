"""`shibie recheck` 回头看: what became of the roster before, and who is new."""

from __future__ import annotations

import gc
import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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
    warned,
    xlsx_or_folder,
)  # fmt: skip
from shibie.cli.inputs_kept import keep_inputs
from shibie.cli.task import task_of
from shibie.errors import InputError, Problem, Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shibie.errors import Lang
    from shibie.ruleset.model import RuleSet
    from shibie.words.speaker import Speaker


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
    lang: LangOption = None,
) -> None:
    """回头看：两份名册按人比对 Match two rosters by their persons."""
    from shibie.checking_in_parts import checked_parts, roster_parts
    from shibie.checking_in_python import caveats_of
    from shibie.papers.recheck.comparing import recheck as compared
    from shibie.papers.recheck.figures import figures
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
        found = compared(kept, before, now, begun)
        rejected = {
            "before": before.rejected_households,
            "now": now.roster.rejected_households,
        }
        said = caveats_of(now, language)
        data = {**figures(found), "rejected": rejected, "caveats": said}
        for path in targets:
            write(path, found, data, language)
        if as_json:
            print(json.dumps(data, ensure_ascii=False, indent=1))
        else:
            _print(ruleset, data, language)
            for path in targets:
                print(Words(f"结果在 {path}", f"results in {path}").say(language))
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


def _print(ruleset: RuleSet, data: dict[str, Any], lang: Lang) -> None:
    from rich.console import Console
    from rich.markup import escape

    from shibie.words.speaker import Speaker

    speaker = Speaker(ruleset, lang)
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    console.print(f"[bold]{speaker.say('回头看：', 're-check: ')}{escape(speaker.pack())}[/bold]")
    for caveat in data["caveats"]:
        console.print(escape(caveat))
    _totals(console, data, lang)
    _statuses(console, data, lang)
    _reasons(console, data, speaker)
    _moves(console, data, lang)
    _villages(console, data["by_village"], lang)
    _balance(console, data["balance"], lang)


def _totals(console: Any, data: dict[str, Any], lang: Lang) -> None:
    from shibie.papers.recheck.tables import TITLES
    from shibie.results.overview import said_of_people

    before, now, rejected = data["before"], data["now"], data["rejected"]
    console.print(
        Words(
            f"原名册 {before['households']} 户 {before['persons']} 人（{data['since']}）；"
            f"现名册 {now['households']} 户 {now['persons']} 人（{data['as_of']}）",
            f"before: {before['households']} households, {before['persons']} persons"
            f" ({data['since']}); now: {now['households']} households, {now['persons']} persons"
            f" ({data['as_of']})",
        ).say(lang)
    )
    for roster, people in data.get("people", {}).items():
        said = said_of_people(people, lang)
        which = TITLES[roster].say(lang)
        console.print(Words(f"{which}{said}", f"{which}: {said}").say(lang), soft_wrap=True)
    if any(rejected.values()):
        console.print(
            Words(
                f"退回：原名册 {rejected['before']} 户，现名册 {rejected['now']} 户",
                f"rejected: {rejected['before']} households before, {rejected['now']} now",
            ).say(lang)
        )


def _statuses(console: Any, data: dict[str, Any], lang: Lang) -> None:
    """What became of the roster before, and where that of now comes from."""
    from shibie.papers.recheck.tables import STATUSES

    for key, title in (
        ("before_by_status", Words("原名册的去向（人：当时 / 现在）",
                                   "what became of it (persons: then / now)")),
        ("now_by_status", Words("现名册的来历", "where the new one comes from")),
    ):  # fmt: skip
        rows = [
            (STATUSES[name].say(lang), each["households"], each["persons"], each.get("persons_now"))
            for name, each in data[key].items()
        ]
        _table(console, title.say(lang), rows, lang)


def _reasons(console: Any, data: dict[str, Any], speaker: Speaker) -> None:
    """Why households were removed, and by what new ones came."""
    for key, title in (
        ("removed_by_ground", Words("清退原因（一户可有多个）", "why removed (several a household)")),
        ("new_by_criterion", Words("新进户符合的标准（一户可有多个）", "criteria of the new (several)")),
    ):  # fmt: skip
        rows = [
            (speaker.rule(rule), each["households"], each["persons"], None)
            for rule, each in data[key].items()
        ]
        _table(console, title.say(speaker.lang), rows, speaker.lang)


def _moves(console: Any, data: dict[str, Any], lang: Lang) -> None:
    """What became of persons, and of households as wholes."""
    from shibie.papers.recheck.tables import KINDS

    people = [(KINDS[kind], number) for kind, number in data["persons"].items() if number]
    people += [
        (
            Words(f"不在名册：户籍记载{why or '无'}", f"gone: registry says {why or 'nothing'}"),
            number,
        )
        for why, number in data["gone_by_registry"].items()
    ]
    rows = [(words.say(lang), None, number, None) for words, number in people]
    _table(console, Words("人员变动", "persons").say(lang), rows, lang)
    households = [
        (Words("一户分成几户", "split"), "split"),
        (Words("几户并成一户", "merged"), "merged"),
        (Words("换村", "in another village"), "relocated"),
        (Words("申报的“原建档立卡户”与原名册不符", "form wrong about the roster before"),
         "misdeclared"),
    ]  # fmt: skip
    wholes = [(words.say(lang), len(data[key]), None, None) for words, key in households]
    _table(console, Words("户的变动", "households").say(lang), wholes, lang)


def _table(
    console: Any, title: str, rows: Iterable[tuple[str, int | None, int | None, int | None]], lang: Lang
) -> None:  # fmt: skip
    from rich.table import Table

    from shibie.words import terms

    table = Table(title=title, title_justify="left")
    table.add_column(terms.COLUMNS["item"].say(lang), min_width=36)
    table.add_column(terms.COLUMNS["households"].say(lang), justify="right")
    table.add_column(terms.COLUMNS["people"].say(lang), justify="right")
    for text, households, persons, then in rows:
        people = "" if persons is None else f"{persons:,}"
        table.add_row(
            text,
            "" if households is None else f"{households:,}",
            people if then is None else f"{people} / {then:,}",
        )
    if table.row_count:
        console.print(table)


def _villages(console: Any, villages: dict[str, Any], lang: Lang) -> None:
    from rich.table import Table

    from shibie.papers.recheck.tables import village_item
    from shibie.words import terms

    names = list(dict.fromkeys(name for items in villages.values() for name in items))
    table = Table(
        title=Words("分村（户/人）", "by village (households/persons)").say(lang),
        title_justify="left",
    )
    table.add_column(terms.COLUMNS["village"].say(lang))
    for name in names:
        table.add_column(village_item(name, lang), justify="right")
    for village, items in villages.items():
        cells = [items.get(name, {"households": 0, "persons": 0}) for name in names]
        table.add_row(village or "—", *(f"{c['households']}/{c['persons']}" for c in cells))
    console.print(table)


def _balance(console: Any, parts: dict[str, int], lang: Lang) -> None:
    from shibie.papers.recheck.tables import KINDS
    from shibie.words.lists import bracketed

    arrived = Words("从他户转入", "from another household")
    terms = [
        f"{'-' if value < 0 else '+'} {abs(value)}"
        + bracketed(KINDS.get(name, arrived).say(lang), lang)
        for name, value in parts.items()
        if name not in ("then", "now", "difference") and value
    ]
    text = " ".join([str(parts["then"]), *terms])
    total = parts["now"] - parts["difference"]
    console.print(
        Words(f"保留户人数：{text} = {total}", f"persons of households kept: {text} = {total}").say(lang),
        soft_wrap=True,
    )  # fmt: skip
    if parts["difference"]:
        console.print(
            Words(
                f"  现为 {parts['now']}，相差 {parts['difference']:+d}（有人同时在两户）",
                f"  now {parts['now']}, a difference of {parts['difference']:+d}"
                " (somebody is in two households)",
            ).say(lang)
        )
