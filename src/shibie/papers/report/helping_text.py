"""The words of the report's section 二 (帮扶责任) and of section 三, as far as figures say anything.

What was not supplied is said to be unknown; no figure stands in for it.
"""

from __future__ import annotations

from collections.abc import Callable

from shibie.engines.exact import quotient
from shibie.errors import Words
from shibie.papers.helping.figures import HelpingFigures, MoneyBy
from shibie.papers.helping.said import counted, not_supplied, remarks
from shibie.papers.report.pieces import Mark, Paragraphs, Piece
from shibie.words.lists import clauses, joined
from shibie.words.values import amount

# So many helpers are named with their load.
_NAMED = 3


def told_of_helping(figures: HelpingFigures, mark: Callable[[str, str], Mark]) -> Paragraphs:
    """Section 二: who helps whom, visits, and plans.

    Args:
        figures: as far as the tables were supplied.
        mark: the mark of a query, by its title and text.
    """
    writer = _HelpingWriter(figures, mark)
    told = [writer.helpers(), writer.visits(), writer.plans(), writer.money()]
    # What was not supplied is said where it is wanted; what is left is said of rejected rows.
    told.append([each for each in remarks(figures.tables) if each not in writer.unsaid])
    return tuple(tuple(each) for each in told if each)


def told_of_problems(figures: HelpingFigures, mark: Callable[[str, str], Mark]) -> Paragraphs:
    """Section 三: what is wanting, as far as figures show it."""
    return tuple(map(tuple, _HelpingWriter(figures, mark).problems()))


class _HelpingWriter:
    """Writes the paragraphs."""

    def __init__(self, figures: HelpingFigures, mark: Callable[[str, str], Mark]) -> None:
        self.figures, self.mark, self.tables = figures, mark, figures.tables
        self.say, self.lang = figures.tables.say, figures.tables.lang
        self.unsaid: list[str] = []

    def of(self, name: str) -> list[Piece]:
        """Households and persons, with the mark of their query."""
        figure = self.figures.single[name]
        return [counted(figure.count, self.tables), self.mark(figure.title, figure.query)]

    def number(self, name: str, unit: str) -> list[Piece]:
        """A number with its Chinese unit and its mark."""
        number = self.figures.numbers[name]
        return [f"{number.value}{self.say(f' {unit}', '')}", self.mark(number.title, number.query)]

    def missing(self, name: str) -> list[Piece]:
        """That a table was not supplied."""
        said = not_supplied(self.tables, name)
        self.unsaid.append(said)
        return [said]

    def helpers(self) -> list[Piece]:
        """Who is to be helped, by how many, and by whom most."""
        pieces: list[Piece] = [
            self.say("应帮扶的农户 ", "To be helped: "),
            *self.of("helped"),
            self.say("。", ". "),
        ]
        if not self.tables.book.has("helpers"):
            return [*pieces, *self.missing("helpers")]
        share = self.share("with_helper")
        pieces += [
            self.say("落实帮扶责任人 ", "Helpers: "), *self.number("helpers", "人"),
            self.say("，有帮扶责任人的 ", "; with a helper: "), *self.of("with_helper"),
            self.say(f"，占 {share}%；没有的 ", f" ({share} %); without: "), *self.of("without_helper"),
            self.say("。驻村的 ", ". Stationed in villages: "), *self.number("stationed", "人"),
            self.say("。", "."),
        ]  # fmt: skip
        load = self.figures.by["load"]
        if load.rows:
            named = joined(
                (self.say(f"{helper} {count.households} 户", f"{helper} {count.households}")
                 for helper, count in load.rows[:_NAMED]), self.lang,
            )  # fmt: skip
            pieces += [
                self.say("帮扶户数最多的：", " Most households: "), named,
                self.mark(load.title, load.query),
                self.say(f"；最少的 {load.rows[-1][1].households} 户。",
                         f"; fewest: {load.rows[-1][1].households}."),
            ]  # fmt: skip
        most = self.tables.limits.most_households
        if most is not None:
            pieces += [
                self.say(f"一人至多 {most} 户，超过的 ", f" More than {most} households: "),
                *self.number("too_many", "人"), self.say("。", " helpers."),
            ]  # fmt: skip
        return pieces

    def share(self, name: str) -> str:
        """What part of those to be helped a figure is, in percent."""
        whole = self.figures.households("helped")
        return str(quotient(100 * self.figures.households(name), whole, 1) or 0)

    def visits(self) -> list[Piece]:
        if not self.tables.book.has("visits"):
            return self.missing("visits")
        pieces: list[Piece] = [self.say("入户走访 ", "Visits: "), *self.number("visits", "次")]
        if "by_others" in self.figures.numbers:
            pieces += [self.say("，其中不是该户帮扶责任人的 ", ", of these by others than the helper: "),
                       *self.number("by_others", "次")]  # fmt: skip
        pieces += [self.say("。从未走访的 ", ". Never visited: "), *self.of("never")]
        days = self.tables.limits.visit_days
        if days is None:
            return [*pieces, self.say("；没有规定多少天走访一次，不判断是否按期。",
                                      "; no number of days between visits is set: lateness is not judged.")]  # fmt: skip
        return [
            *pieces,
            self.say(f"；最近一次走访已超过 {days} 天的 ", f"; last visited more than {days} days ago: "),
            *self.of("long_ago"), self.say("。", "."),
        ]  # fmt: skip

    def plans(self) -> list[Piece]:
        if not self.tables.book.has("plans"):
            return self.missing("plans")
        share = self.share("planned")
        pieces: list[Piece] = [
            self.say("已有规划的 ", "With a plan: "), *self.of("planned"),
            self.say(f"，占 {share}%，没有规划的 ", f" ({share} %), without: "), *self.of("unplanned"),
            self.say("。规划措施 ", ". Measures: "), *self.number("plans", "项"),
            self.say("：没有责任人的 ", ": without a person: "), *self.number("unassigned", "项"),
            self.say("，没有完成时限的 ", ", without a deadline: "), *self.number("no_deadline", "项"),
            self.say("，逾期未完成的 ", ", past their deadline: "), *self.number("late", "项"),
            self.say("。", "."),
        ]  # fmt: skip
        if self.figures.households("cooperatives"):
            pieces += [self.say("规划加入专业合作社的 ", " Planned to join a co-operative: "),
                       *self.of("cooperatives"), self.say("。", ".")]  # fmt: skip
        return pieces

    def money(self) -> list[Piece]:
        """What is planned to be spent, by track and by person."""
        if not self.tables.book.has("plans"):
            return []
        total = self.figures.numbers["money"]
        return [
            self.say("规划资金 ", "Money: "), amount(total.value, self.lang, "元"),
            self.mark(total.title, total.query),
            self.say("。按批次：", ". By track: "), *self._spent(self.figures.money["track"]),
            self.say("。责任人中资金最多的：", ". Most money by person: "),
            *self._spent(self.figures.money["person"], _NAMED), self.say("。", "."),
        ]  # fmt: skip

    def _spent(self, by: MoneyBy, most: int | None = None) -> list[Piece]:
        texts = (
            self.say(f"{label} {measures} 项 {amount(money, self.lang, '元')}",
                     f"{label} {measures}, {amount(money, self.lang, '元')}")
            for label, measures, money in by.rows[:most]
        )  # fmt: skip
        return [clauses(texts, self.lang), self.mark(by.title, by.query)]

    def problems(self) -> list[list[Piece]]:
        """What is wanting; that nothing is, where tables were supplied; else that nothing is known."""
        figures, found = self.figures, list[list[Piece]]()
        for name, title in (
            ("without_helper", Words("没有帮扶责任人的 ", "Without a helper: ")),
            ("never", Words("从未走访的 ", "Never visited: ")),
            ("long_ago", Words(f"最近一次走访已超过 {self.tables.limits.visit_days} 天的 ",
                               f"Last visited more than {self.tables.limits.visit_days} days ago: ")),
            ("unplanned", Words("没有规划的 ", "Without a plan: ")),
        ):  # fmt: skip
            if figures.households(name):
                found.append([title.say(self.lang), *self.of(name), self.say("。", ".")])
        if figures.households("misfit"):
            found.append([
                self.say("规划的措施与农户不合（不合适或没有理由）的 ", "Measures that do not fit, or have no reason: "),
                *self.number("misfits", "项"), self.say("，涉及 ", ", of "), *self.of("misfit"),
                self.say("。", "."),
            ])  # fmt: skip
        if not found and figures.tables.book.taken:
            found.append(
                [
                    self.say(
                        "所提供的表里没有发现问题。",
                        "Nothing is wanting in the tables that were supplied.",
                    )
                ]
            )
        if not figures.tables.book.taken:
            found.append([
                self.say("没有帮扶责任人、走访和规划的数据，无从说明。",
                         "There is nothing to tell it by: helpers, visits and plans were not supplied.")
            ])  # fmt: skip
        return found
