"""The figures of who helps whom, each with the query that gives it."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from shibie.errors import Words
from shibie.papers.helping.book import within
from shibie.papers.helping.tables import (
    NO_TRACK,
    NOBODY,
    RESPONSIBLE,
    RESPONSIBLE_NOW,
    UNHELPED,
    HelpingTables,
    late,
)
from shibie.papers.report.figures import Breakdown, Figure
from shibie.papers.report.published import PublishedCount

_HELPED: Final = "SELECT count(*), coalesce(sum(persons), 0) FROM helped"
_SEEN: Final = f"{_HELPED} JOIN seen USING (household_id)"
_WITH_PLAN: Final = "household_id IN (SELECT household_id FROM planned)"


@dataclass(frozen=True)
class HelpingNumber:
    """A number that is not of households and persons."""

    title: str
    value: int | Decimal
    query: str


@dataclass(frozen=True)
class MoneyBy:
    """Planned measures and money by something: rows of a label, measures and yuan."""

    title: str
    rows: tuple[tuple[str, int, Decimal], ...]
    query: str


@dataclass(frozen=True)
class HelpingFigures:
    """The figures, as far as the tables that they rest on were supplied.

    Attributes:
        single: of households and persons, by id.
        numbers: others, by id.
        by: breakdowns, by id.
        money: what is planned to be spent, by `track` and by `person`.
        tables: what they are counted from.
    """

    tables: HelpingTables
    single: dict[str, Figure] = field(default_factory=dict)
    numbers: dict[str, HelpingNumber] = field(default_factory=dict)
    by: dict[str, Breakdown] = field(default_factory=dict)
    money: dict[str, MoneyBy] = field(default_factory=dict)

    def households(self, name: str) -> int:
        """How many households a figure counts; 0 where there is none."""
        return (self.single[name].count.households or 0) if name in self.single else 0


def helping_figures(tables: HelpingTables) -> HelpingFigures:
    """All of them."""
    return _Counting(tables).all()


class _Counting:
    """Comes to the figures one after the other."""

    def __init__(self, tables: HelpingTables) -> None:
        self.tables, self.book, self.limits = tables, tables.book, tables.limits
        self.say = tables.say
        self.found = HelpingFigures(tables)

    def all(self) -> HelpingFigures:
        self.one("helped", Words("应帮扶的户", "to be helped"), _HELPED)
        if self.book.has("helpers"):
            self.helpers()
        if self.book.has("visits"):
            self.visits()
        if self.book.has("plans"):
            self.plans()
        return self.found

    def one(self, name: str, title: Words, query: str) -> None:
        households, persons = self.book.rows(query)[0]
        count = PublishedCount(int(households), int(persons))
        self.found.single[name] = Figure(name, title.say(self.book.lang), count, query)

    def number(self, name: str, title: Words, query: str) -> None:
        value = self.book.rows(query)[0][0]
        self.found.numbers[name] = HelpingNumber(title.say(self.book.lang), value, query)

    def helpers(self) -> None:
        self.one("with_helper", Words("有帮扶责任人的户", "with a helper"),
                 f"{_HELPED} WHERE NOT ({UNHELPED})")  # fmt: skip
        self.one("without_helper", Words("没有帮扶责任人的户", "without a helper"),
                 f"{_HELPED} WHERE {UNHELPED}")  # fmt: skip
        load = (
            f"SELECT helper, count(*), sum(persons) FROM {RESPONSIBLE_NOW}"
            " JOIN helped USING (household_id) GROUP BY helper"
        )
        by_load = f"{load} ORDER BY 2 DESC, 3 DESC, 1"
        self.number("helpers", Words("帮扶责任人", "helpers"), f"SELECT count(*) FROM ({load})")
        rows = tuple(
            (str(helper), PublishedCount(int(households), int(persons)))
            for helper, households, persons in self.book.rows(by_load)
        )
        title = self.say("每人帮扶的户", "households a helper")
        self.found.by["load"] = Breakdown("load", title, rows, by_load)
        most = self.limits.most_households
        if most is not None:
            self.number("too_many", Words("超过上限的帮扶责任人", "helpers above the limit"),
                        f"SELECT count(*) FROM ({load} HAVING count(*) > {most})")  # fmt: skip
        self.number("stationed", Words("驻村的人", "stationed in villages"),
                    "SELECT count(DISTINCT helper) FROM helpers AS c WHERE household_id IS NULL"
                    f" AND {within(self.book.day)}")  # fmt: skip

    def visits(self) -> None:
        self.number(
            "visits",
            Words("走访", "visits"),
            "SELECT count(*) FROM visits JOIN helped USING (household_id)",
        )
        self.one(
            "never", Words("从未走访的户", "never visited"), f"{_SEEN} WHERE last_visit IS NULL"
        )
        if self.book.has("helpers"):
            self.number("by_others", Words("他人走访", "visits by others"),
                        "SELECT count(*) FROM visits JOIN helped USING (household_id) WHERE by_helper = FALSE")  # fmt: skip
        days = self.limits.visit_days
        if days is not None:
            title = Words(f"超过 {days} 天没有走访的户", f"last visited more than {days} days ago")
            self.one("long_ago", title, f"{_SEEN} WHERE days > {days}")

    def plans(self) -> None:
        self.one("planned", Words("有规划的户", "with a plan"), f"{_HELPED} WHERE {_WITH_PLAN}")
        self.one(
            "unplanned",
            Words("没有规划的户", "without a plan"),
            f"{_HELPED} WHERE NOT ({_WITH_PLAN})",
        )
        count = "SELECT count(*) FROM planned"
        self.number("plans", Words("规划的措施", "planned measures"), count)
        self.number(
            "unassigned",
            Words("没有责任人的措施", "measures without a person"),
            f"{count} WHERE responsible = ''",
        )
        self.number(
            "late",
            Words("逾期的措施", "measures past their deadline"),
            f"{count} WHERE {late(self.book.day)}",
        )
        self.number(
            "no_deadline",
            Words("没有完成时限的措施", "measures without a deadline"),
            f"{count} WHERE deadline IS NULL",
        )
        self.number("money", Words("资金", "money"), "SELECT coalesce(sum(money), 0) FROM planned")
        self.number("misfits", Words("不合适的措施", "measures that do not fit"),
                    f"{count} WHERE fit IN ('misfit', 'unfounded')")  # fmt: skip
        self.one("misfit", Words("规划不合适的户", "with a plan that does not fit"),
                 f"{_HELPED} WHERE household_id IN (SELECT household_id FROM planned"
                 " WHERE fit IN ('misfit', 'unfounded'))")  # fmt: skip
        self._cooperatives()
        titles = {each.id: each.title for each in self.book.ruleset.tracks}
        titles |= {"": NO_TRACK.say(self.book.lang)}
        self.money(
            "track", Words("各批次的资金", "money by track"), "SELECT track", "planned", titles
        )
        nobody = {"": NOBODY.say(self.book.lang)}
        self.money("person", Words("各责任人的资金", "money by person"),
                   "SELECT coalesce(helper, '') AS helper", f"({RESPONSIBLE})", nobody)  # fmt: skip

    def money(
        self, name: str, title: Words, label: str, table: str, titles: dict[str, str]
    ) -> None:
        """Measures and money by something, most money first."""
        query = (
            f"{label}, count(*), coalesce(sum(money), 0) FROM {table} GROUP BY 1 ORDER BY 3 DESC, 1"
        )
        rows = tuple(
            (titles.get(text, text), int(measures), money)
            for text, measures, money in self.book.rows(query)
        )
        self.found.money[name] = MoneyBy(title.say(self.book.lang), rows, query)

    def _cooperatives(self) -> None:
        """Co-operatives: those who are planned to join one, where the pack has such a measure."""
        ids = [each.id for each in self.book.ruleset.measures if "合作社" in each.title]
        if ids:
            listed = ", ".join(f"'{each}'" for each in ids)
            self.one("cooperatives", Words("规划加入专业合作社的户", "planned to join a co-operative"),
                     f"{_HELPED} WHERE household_id IN (SELECT household_id FROM planned WHERE measure IN ({listed}))")  # fmt: skip
