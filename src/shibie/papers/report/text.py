"""The words of the report, with a mark at each figure that leads to its query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from shibie.checking_in_python import CheckedBy
from shibie.decision import ELIGIBILITIES
from shibie.engines.exact import quotient
from shibie.errors import Lang, Words
from shibie.papers.helping.figures import HelpingFigures
from shibie.papers.report.figures import Figures, rates
from shibie.papers.report.helping_text import told_of_helping, told_of_problems
from shibie.papers.report.identities import UNITS
from shibie.papers.report.pieces import Mark, Paragraphs, Piece
from shibie.papers.report.published import ALSO_ON_ROSTER, TITLES, PublishedCount
from shibie.words import terms
from shibie.words.speaker import Speaker
from shibie.words.values import amount


@dataclass(frozen=True)
class Query:
    """A query with its number in the report."""

    number: int
    title: str
    sql: str


@dataclass(frozen=True)
class ReportText:
    """A report's text.

    Attributes:
        title: its title.
        paragraphs: of section 一, in pieces.
        queries: in the order in which the text uses them.
        helping: of section 二: who helps whom.
        problems: of section 三.
    """

    title: str
    paragraphs: Paragraphs
    queries: tuple[Query, ...]
    helping: Paragraphs = ()
    problems: Paragraphs = ()


def told(
    checked_by: CheckedBy, figures: Figures, lang: Lang = "zh",
    helping: HelpingFigures | None = None,
) -> ReportText:  # fmt: skip
    """The report in words.

    Args:
        checked_by: by what the roster was judged.
        figures: of section 一.
        lang: the language.
        helping: the figures of sections 二 and 三; without them the report has no such sections.
    """
    return _ReportWriter(checked_by, figures, lang).report(helping)


class _ReportWriter:
    """Writes the paragraphs and numbers the queries."""

    def __init__(self, checked_by: CheckedBy, figures: Figures, lang: Lang) -> None:
        self.checked_by, self.figures, self.lang = checked_by, figures, lang
        self.queries: list[Query] = []
        self.speaker = Speaker(checked_by.ruleset, lang)
        self.say = self.speaker.say
        self.words = {value: self.speaker.eligibility(value) for value in ELIGIBILITIES}

    def report(self, helping: HelpingFigures | None) -> ReportText:
        paragraphs = [
            self.base(),
            self.recheck(),
            self.exits(),
            self.now(),
            self.tracks(),
            self.causes(),
            self.plans(),
        ]
        for name in ("removed_by_ground", "grounds", "criteria", "eligible_by_village",
                     "ineligible_by_village", "pending_by_village", "now_by_village", "other_causes"):  # fmt: skip
            if name in self.figures.by:
                each = self.figures.by[name]
                by_village = self.say("（分村）", " by village") if "village" in name else ""
                self.mark(f"{each.title}{by_village}", each.query)
        title = self.say(
            f"{self.figures.place}精准识别情况", f"{self.figures.place}: identification"
        )
        helped = told_of_helping(helping, self.mark) if helping else ()
        problems = told_of_problems(helping, self.mark) if helping else ()
        return ReportText(
            title, tuple(tuple(p) for p in paragraphs if p), tuple(self.queries), helped, problems
        )

    def mark(self, title: str, sql: str) -> Mark:
        known = next((query for query in self.queries if query.sql == sql), None)
        if known is None:
            known = Query(len(self.queries) + 1, title, sql)
            self.queries.append(known)
        return Mark(known.number)

    def count(self, count: PublishedCount) -> str:
        units = UNITS
        return self.say(
            f"{count.households} {units['households'].zh} {count.persons} {units['persons'].zh}",
            f"{count.households} households, {count.persons} persons",
        )

    def figure(self, name: str) -> list[Piece]:
        figure = self.figures.single[name]
        return [self.count(figure.count), self.mark(figure.title, figure.query)]

    def rate(self, of: str, to: str) -> str:
        """Both rates: by persons and by households."""
        found = {r.by: r.percent for r in rates(self.figures) if (r.of, r.to) == (of, to)}
        parts: Sequence[tuple[str, Decimal | None]] = (
            (self.say("按人", "by persons"), found.get("persons")),
            (self.say("按户", "by households"), found.get("households")),
        )
        shown = [f"{word} {percent}%" for word, percent in parts if percent is not None]
        return self.speaker.joined(shown)

    @property
    def all_eligible(self) -> bool:
        """Whether those on the roster are just the eligible."""
        return self.figures.single["now"].count == self.figures.single["eligible"].count

    def base(self) -> list[Piece]:
        """How large the place is, and its poverty rate."""
        villages, query = self.figures.numbers["villages"]
        pieces: list[Piece] = [
            self.say(
                f"{self.figures.place}辖 {villages} 个行政村",
                f"{self.figures.place} has {villages} villages",
            ),
            self.mark(self.say("行政村", "villages"), query),
        ]
        if "groups" in self.figures.numbers:
            groups, query = self.figures.numbers["groups"]
            pieces += [self.say(f"，{groups} 个村民小组", f", {groups} groups"),
                       self.mark(self.say("村民小组", "groups"), query)]  # fmt: skip
        pieces += [self.say("，", ", "), *self.figure("base")]
        of = Words(f"“{self.words['eligible']}”", f"'{self.words['eligible']}'")
        if not self.all_eligible:
            of = terms.ON_ROSTER
        pieces.append(
            self.say(
                f"。以 {amount(self.checked_by.as_of)} 为认定日期，贫困率（{of.zh}占全部农户）{self.rate('now', 'base')}。",
                f". As of {self.checked_by.as_of}, the poverty rate ({of.en} of all) is"
                f" {self.rate('now', 'base')}.",
            )
        )
        if self.figures.rejected:
            pieces.append(
                self.say(f"另有 {self.figures.rejected} 户数据被退回，未认定，不在以上数字内。",
                         f" {self.figures.rejected} more households were rejected, not decided, and"
                         " are not in these figures.")
            )  # fmt: skip
        return pieces

    def part(self, title: Words) -> str:
        """The words before a figure that is one of several."""
        return self.say(f"；{title.zh} ", f"; {title.en}: ")

    def recheck(self) -> list[Piece]:
        """回头看: what was, what went and why, what came."""
        if "before" not in self.figures.single:
            return []
        since = self.figures.since[:4]
        of = self.say(f" {since} 年" if since else "原", f"of {since} " if since else "")
        rate = self.rate("removed", "before")
        pieces: list[Piece] = [
            self.say(f"在精准识别“回头看”工作中，在{of}名册 ", f"Of the roster {of}with "),
            *self.figure("before"),
            self.say(" 的基础上，共清退 ", ", removed: "), *self.figure("removed"),
            self.say(f"，清退率{rate}", f" ({rate})") if rate else "",
            self.part(terms.KEPT), *self.figure("retained"),
            self.part(terms.NEW), *self.figure("new"),
        ]  # fmt: skip
        for name, title in (
            *((name, TITLES[name]) for name in ALSO_ON_ROSTER),
            ("unsettled", Words("原名册其他去向（待定、不在名册等）", "others of it")),
        ):
            if name in self.figures.single and self.figures.single[name].count.households:
                pieces += [self.part(title), *self.figure(name)]
        grounds = self.figures.by["removed_by_ground"]
        shown = [f"{title} {count.households} {UNITS['households'].say(self.lang)}"
                 for title, count in grounds.rows]  # fmt: skip
        if shown:
            pieces += [
                self.say("。清退的原因（一户可有多个）：", ". Why removed (several a household): "),
                self.speaker.joined(shown), self.mark(grounds.title, grounds.query),
            ]  # fmt: skip
        return [*pieces, self.say("。", ".")]

    def exits(self) -> list[Piece]:
        """Whether those that left poverty meet what an exit asks, where any does not or may not."""
        found = {name: self.figures.single.get(name) for name in ("unmet", "unmet_unknown")}
        if not any(each is not None and each.count.households for each in found.values()):
            return []
        criteria = self.figures.by["unmet_criteria"]
        unit = UNITS["households"].say(self.lang)
        shown = [f"{title} {count.households} {unit}" for title, count in criteria.rows]
        pieces: list[Piece] = [
            self.say("已脱贫退出的户中，没有达到退出标准的 ", "Of those that exited, not meeting what is asked: "),
            *self.figure("unmet"),
        ]  # fmt: skip
        if shown:
            pieces += [
                self.say("（一户可有多项）：", " (several a household): "),
                self.speaker.joined(shown), self.mark(criteria.title, criteria.query),
            ]  # fmt: skip
        return [
            *pieces, self.say("；还有没有查清的 ", "; not known yet: "), *self.figure("unmet_unknown"),
            self.say("。", "."),
        ]  # fmt: skip

    def now(self) -> list[Piece]:
        pieces: list[Piece] = [
            self.say("现认定为“", "Decided '") + self.words["eligible"]
            + self.say("”的共 ", "': "),
            *self.figure("eligible"),
        ]  # fmt: skip
        if not self.all_eligible:
            pieces += [
                self.say("；连同脱贫等仍在册的，在册共 ", "; with those that left and stay, on the roster: "),
                *self.figure("now"),
            ]  # fmt: skip
        for number, name in enumerate(self.figures.tallies):
            pieces.append(
                self.say("，其中" if number == 0 else "；", ", of whom " if number == 0 else "; ")
            )
            pieces += [
                self.figures.single[name].title,
                self.say(" ", ": "),
                *self.figure(name),
                self.say("（人数为其本人）", " (the persons themselves)"),
            ]
        pieces += [self.say("。认定为“", f". '{self.words['ineligible']}': ")]
        if self.lang == "zh":
            pieces += [f"{self.words['ineligible']}”的 "]
        pieces += self.figure("ineligible")
        if self.figures.single["pending"].count.households:
            pieces += [self.say(f"，“{self.words['pending']}”的 ",
                                f", '{self.words['pending']}': "),
                       *self.figure("pending")]  # fmt: skip
        return [*pieces, self.say("。", "."), *self.among_all()]

    def among_all(self) -> list[Piece]:
        """What the pack counts among all households."""
        names = [name for name in self.figures.single if name.startswith("tally:")]
        counted = [name for name in names if name not in self.figures.tallies]
        pieces: list[Piece] = []
        for number, name in enumerate(counted):
            title = self.figures.single[name].title
            lead = (
                self.say("全部农户中，", " Of all households, ")
                if number == 0
                else self.say("；", "; ")
            )
            pieces += [lead, title, self.say(" ", ": "), *self.figure(name)]
        return [*pieces, self.say("。", ".")] if counted else []

    def tracks(self) -> list[Piece]:
        if not self.figures.tracks:
            return []
        pieces: list[Piece] = [
            self.say("按帮扶批次分（一户可有多批）：", "By track (several a household): ")
        ]
        for number, name in enumerate(self.figures.tracks):
            pieces += [self.say("；", "; ") if number else "", self.figures.single[name].title,
                       self.say(" ", ": "), *self.figure(name)]  # fmt: skip
        return [*pieces, self.say("。", ".")]

    def causes(self) -> list[Piece]:
        causes = self.figures.by.get("main_causes")
        if causes is None or not causes.rows:
            return []
        shown = self.speaker.clauses(f"{title} {self.count(count)}" for title, count in causes.rows)
        return [
            self.say("主要致贫原因（每户一项）：", "Main causes (one a household): "), shown,
            self.mark(causes.title, causes.query), self.say("。", "."),
        ]  # fmt: skip

    def plans(self) -> list[Piece]:
        """一户一规划: how many have a plan, and by which measures."""
        measures = self.figures.by.get("measures")
        if measures is None:
            return []
        plans, now = self.figures.single["plans"].count, self.figures.single["now"].count
        percent = quotient(100 * (plans.households or 0), now.households or 0, 1)
        shown = self.speaker.joined(
            self.say(f"{title} {count.households} 户", f"{title} {count.households} households")
            for title, count in measures.rows
        )
        return [
            self.say("一户一规划：已拟定措施的 ", "A plan for each household: measures are drafted for "),
            *self.figure("plans"),
            self.say(f"，占 {percent}%。措施（一户可有多项）：", f" ({percent} %). By measure: "),
            shown, self.mark(measures.title, measures.query), self.say("。", "."),
        ]  # fmt: skip
