"""What `shibie recheck` prints: the figures as tables."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from shibie.cli.terminal import marked
from shibie.errors import Words

if TYPE_CHECKING:
    from collections.abc import Iterable

    from shibie.errors import Lang
    from shibie.ruleset.model import RuleSet
    from shibie.words.speaker import Speaker


def print_recheck(ruleset: RuleSet, data: dict[str, Any], lang: Lang) -> None:
    """Print the figures of a re-check as tables."""
    from rich.console import Console

    from shibie.words.speaker import Speaker

    speaker = Speaker(ruleset, lang)
    console = Console(width=None if sys.stdout.isatty() else 100, highlight=False)
    console.print(f"[bold]{speaker.say('回头看：', 're-check: ')}{marked(speaker.pack())}[/bold]")
    for caveat in data["caveats"]:
        console.print(marked(caveat))
    _totals(console, data, lang)
    if "sample" in data:
        _rates(console, data["sample"], lang)
    _statuses(console, data, speaker)
    _reasons(console, data, speaker)
    _moves(console, data, lang)
    _villages(console, data["by_village"], speaker)
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


def _rates(console: Any, rates: dict[str, Any], lang: Lang) -> None:
    """What a sample says of the roster on record."""
    from rich.table import Table

    from shibie.papers.recheck.sample import RATES
    from shibie.words import terms

    title = Words(
        "抽查（户/人；待定的算在抽查数内）",
        "the sample (households/persons; open ones are among those asked)",
    )
    table = Table(title=title.say(lang), title_justify="left")
    table.add_column(terms.COLUMNS["item"].say(lang), min_width=30)
    for words in (
        Words("抽查", "asked"), Words("查出", "found"), Words("待定", "open"),
        Words("按户", "by households"), Words("按人", "by persons"),
    ):  # fmt: skip
        table.add_column(words.say(lang), justify="right")
    for name, each in rates.items():
        counts = [f"{each[k]['households']}/{each[k]['persons']}" for k in ("of", "found", "open")]
        percents = [each["percent"][by] for by in ("households", "persons")]
        shown = [f"{percent}%" if percent else "—" for percent in percents]
        table.add_row(RATES[name].say(lang), *counts, *shown)
    console.print(table)


def _statuses(console: Any, data: dict[str, Any], speaker: Speaker) -> None:
    """What became of the roster before, and where that of now comes from."""
    from shibie.papers.recheck.tables import status

    lang = speaker.lang
    for key, title in (
        ("before_by_status", Words("原名册的去向（人：当时 / 现在）",
                                   "what became of it (persons: then / now)")),
        ("now_by_status", Words("现名册的来历", "where the new one comes from")),
        ("left_by_status", Words("此前已脱贫、不在原名册的户", "exited before, not on the roster before")),
    ):  # fmt: skip
        rows = [
            (status(speaker, name), each["households"], each["persons"], each.get("persons_now"))
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

    table = Table(title=marked(title), title_justify="left")
    table.add_column(terms.COLUMNS["item"].say(lang), min_width=36)
    table.add_column(terms.COLUMNS["households"].say(lang), justify="right")
    table.add_column(terms.COLUMNS["people"].say(lang), justify="right")
    for text, households, persons, then in rows:
        people = "" if persons is None else f"{persons:,}"
        table.add_row(
            marked(text),
            "" if households is None else f"{households:,}",
            people if then is None else f"{people} / {then:,}",
        )
    if table.row_count:
        console.print(table)


def _villages(console: Any, villages: dict[str, Any], speaker: Speaker) -> None:
    from rich.table import Table

    from shibie.papers.recheck.tables import village_item
    from shibie.words import terms

    lang = speaker.lang
    names = list(dict.fromkeys(name for items in villages.values() for name in items))
    table = Table(
        title=Words("分村（户/人）", "by village (households/persons)").say(lang),
        title_justify="left",
    )
    table.add_column(terms.COLUMNS["village"].say(lang))
    for name in names:
        table.add_column(marked(village_item(speaker, name)), justify="right")
    for village, items in villages.items():
        cells = [items.get(name, {"households": 0, "persons": 0}) for name in names]
        table.add_row(marked(village or "—"), *(f"{c['households']}/{c['persons']}" for c in cells))
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
