"""What is said of who helps whom: in a few sentences, with what was not supplied."""

from __future__ import annotations

from typing import Any

from shibie.errors import Words
from shibie.papers.helping.figures import HelpingFigures
from shibie.papers.helping.tables import HelpingTables
from shibie.papers.report.published import PublishedCount
from shibie.rosters.table_names import HELPING
from shibie.words.values import amount

NAMES = {
    "helpers": Words("帮扶责任人表", "the table of helpers"),
    "visits": Words("走访表", "the table of visits"),
    "plans": Words("规划表", "the table of plans"),
}
_UNKNOWN = {
    "helpers": Words(
        "谁帮扶谁不知道，不等于没有人帮扶", "who helps whom is not known, which is not nobody"
    ),
    "visits": Words("走访情况不知道，不等于没有走访", "visits are not known, which is not none"),
    "plans": Words("规划情况不知道，不等于没有规划", "plans are not known, which is not none"),
}


def counted(count: PublishedCount, tables: HelpingTables) -> str:
    """Households and persons in words."""
    return tables.say(
        f"{count.households} 户 {count.persons} 人",
        f"{count.households} households, {count.persons} persons",
    )


def not_supplied(tables: HelpingTables, name: str) -> str:
    """That a table was not supplied, or is empty, and what follows; nothing where it has rows."""
    if tables.book.has(name):
        return ""
    table, follows = NAMES[name], _UNKNOWN[name]
    given = name in tables.given
    return tables.say(
        f"{table.zh}{'里没有可用的行' if given else '没有提供'}：{follows.zh}。",
        f"{table.en} {'has no row that can be used' if given else 'was not supplied'}: {follows.en}.",
    )


def sentences(figures: HelpingFigures) -> list[str]:
    """What a reader is told first."""
    tables = figures.tables
    say, single, numbers = tables.say, figures.single, figures.numbers

    def of(name: str) -> str:
        return counted(single[name].count, tables)

    said = [say(f"应帮扶 {of('helped')}。", f"To be helped: {of('helped')}.")]
    if tables.book.has("helpers"):
        said.append(
            say(
                f"帮扶责任人 {numbers['helpers'].value} 人；没有帮扶责任人的 {of('without_helper')}。",
                f"Helpers: {numbers['helpers'].value}; without a helper: {of('without_helper')}.",
            )
        )
        if load := figures.by["load"].rows:
            helper, most = load[0]
            said.append(
                say(
                    f"帮扶户数最多的是 {helper}，{most.households} 户。",
                    f"Most households: {helper}, {most.households}.",
                )
            )
    if tables.book.has("visits"):
        said.append(
            say(
                f"走访 {numbers['visits'].value} 次；从未走访的 {of('never')}。",
                f"Visits: {numbers['visits'].value}; never visited: {of('never')}.",
            )
        )
        said.append(_long_ago(figures))
    if tables.book.has("plans"):
        money = amount(numbers["money"].value, tables.lang, "元")
        said.append(
            say(
                f"有规划的 {of('planned')}，措施 {numbers['plans'].value} 项，资金 {money}；"
                f"没有责任人的 {numbers['unassigned'].value} 项，逾期的 {numbers['late'].value} 项，"
                f"不合适的 {numbers['misfits'].value} 项。",
                f"With a plan: {of('planned')}; measures: {numbers['plans'].value}, {money};"
                f" without a person: {numbers['unassigned'].value}, past their deadline:"
                f" {numbers['late'].value}, not fitting: {numbers['misfits'].value}.",
            )
        )
    return [*said, *remarks(tables)]


def _long_ago(figures: HelpingFigures) -> str:
    days = figures.tables.limits.visit_days
    say = figures.tables.say
    if days is None:
        return say(
            "没有给出多少天应走访一次，所以不判断是否按期，只列最近走访和距今天数。",
            "No number of days between visits was given: lateness is not judged, the last visit and"
            " the days since are listed.",
        )
    long_ago = counted(figures.single["long_ago"].count, figures.tables)
    return say(
        f"最近一次走访已超过 {days} 天的 {long_ago}。",
        f"Last visited more than {days} days ago: {long_ago}.",
    )


def remarks(tables: HelpingTables) -> list[str]:
    """What was not supplied, and how many rows of each table were taken in and rejected."""
    said = [each for each in (not_supplied(tables, name) for name in HELPING) if each]
    for name in HELPING:
        taken, lost = tables.rows_of(name)
        if lost:
            said.append(
                tables.say(
                    f"{NAMES[name].zh} {taken + lost} 行：采用 {taken} 行，退回 {lost} 行。",
                    f"{NAMES[name].en.capitalize()}, {taken + lost} rows: {taken} taken in, {lost}"
                    " rejected.",
                )
            )
    return said


def as_data(figures: HelpingFigures) -> dict[str, Any]:
    """The figures as plain data, ready for JSON; what is not known is not there."""
    tables = figures.tables
    return {
        "supplied": {name: tables.book.has(name) for name in HELPING},
        "rows": {
            name: dict(zip(("taken", "rejected"), tables.rows_of(name), strict=True))
            for name in HELPING
        },
        "visit_days": tables.limits.visit_days,
        "most_households": tables.limits.most_households,
        "figures": {
            name: {"title": each.title, "households": each.count.households,
                   "persons": each.count.persons, "query": each.query}
            for name, each in figures.single.items()
        },
        "numbers": {
            name: {"title": each.title, "value": each.value if isinstance(each.value, int)
                   else f"{each.value:f}", "query": each.query}
            for name, each in figures.numbers.items()
        },
        "load": {
            helper: {"households": count.households, "persons": count.persons}
            for helper, count in (figures.by["load"].rows if "load" in figures.by else ())
        },
        "money": {
            name: {label: {"measures": measures, "money": f"{money:f}"}
                   for label, measures, money in each.rows}
            for name, each in figures.money.items()
        },
    }  # fmt: skip
