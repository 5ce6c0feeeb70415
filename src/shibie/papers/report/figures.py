"""The figures of a report, each made by the query that stands beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from shibie.checking_in_python import Checked
from shibie.engines.exact import quotient
from shibie.errors import Lang, Words
from shibie.language.tree import HOUSEHOLD
from shibie.papers.recheck.changes import Recheck
from shibie.papers.report.data import Book
from shibie.papers.report.published import BYS, TITLES, Part, Published, PublishedCount, Rate
from shibie.ruleset.model import Rule
from shibie.words.speaker import Speaker

_HOUSEHOLDS = (
    "SELECT count(*), coalesce(sum(persons), 0) FROM households JOIN decisions USING (household_id)"
)
_ELIGIBLE = f"{_HOUSEHOLDS} WHERE eligibility = 'eligible'"
_OF = "SELECT {label}, count(*), coalesce(sum(persons), 0) FROM households JOIN decisions USING (household_id)"


@dataclass(frozen=True)
class Figure:
    """One figure: what it counts, what it came to, and the query that gave it."""

    id: str
    title: str
    count: PublishedCount
    query: str


@dataclass(frozen=True)
class Breakdown:
    """A figure by something: rows of a label and its count, and the query that gave them."""

    id: str
    title: str
    rows: tuple[tuple[str, PublishedCount], ...]
    query: str


@dataclass(frozen=True)
class Figures:
    """All figures of a report.

    Attributes:
        single: by id.
        by: breakdowns by id.
        numbers: single numbers (villages, groups), with their query.
        tracks: the ids of the tracks' figures, in the pack's order.
        tallies: the same for tallies.
    """

    single: Mapping[str, Figure]
    by: Mapping[str, Breakdown]
    numbers: Mapping[str, tuple[int, str]]
    tracks: tuple[str, ...]
    tallies: tuple[str, ...]
    rejected: int = 0
    since: str = ""


def figures_of(
    checked: Checked, recheck: Recheck | None = None, lang: Lang = "zh",
    measures: tuple[tuple[str, str, str], ...] = (),
) -> Figures:  # fmt: skip
    """Ask every query of a checked roster."""
    book = Book(checked, recheck, measures)
    try:
        return _Asking(book, checked, recheck, lang).all()
    finally:
        book.close()


class _Asking:
    """Asks the queries, one after the other."""

    def __init__(self, book: Book, checked: Checked, recheck: Recheck | None, lang: Lang) -> None:
        self.book, self.checked, self.recheck, self.lang = book, checked, recheck, lang
        self.speaker = Speaker(checked.ruleset, lang)
        self.say, self.rule = self.speaker.say, self.speaker.rule
        self.single: dict[str, Figure] = {}
        self.by: dict[str, Breakdown] = {}
        self.numbers: dict[str, tuple[int, str]] = {}

    def one(self, name: str, title: str, query: str) -> None:
        self.single[name] = Figure(name, title, self.book.count(query), query)

    def several(
        self, name: str, title: str, query: str, label: Callable[[str], str] = lambda text: text
    ) -> None:
        rows = tuple((label(text), count) for text, count in self.book.rows(query))
        self.by[name] = Breakdown(name, title, rows, query)

    def all(self) -> Figures:
        self.base()
        self.previous()
        self.now()
        tracks, tallies = self.tracks(), self.tallies()
        self.causes()
        self.measures()
        return Figures(
            self.single, self.by, self.numbers, tracks, tallies,
            len(self.checked.roster.rejected_households),
            self.recheck.since.isoformat() if self.recheck else "",
        )  # fmt: skip

    def has(self, name: str) -> bool:
        """Whether the form has a household field at all."""
        return self.checked.ruleset.field_spec(HOUSEHOLD, name) is not None

    def base(self) -> None:
        self.one("base", TITLES["base"].say(self.lang),
                 "SELECT count(*), coalesce(sum(persons), 0) FROM households")  # fmt: skip
        query = "SELECT count(DISTINCT village) FROM households"
        self.numbers["villages"] = (self.book.number(query), query)
        if self.has("group"):
            query = 'SELECT count(*) FROM (SELECT DISTINCT village, "group" FROM households WHERE "group" IS NOT NULL)'
            self.numbers["groups"] = (self.book.number(query), query)

    def previous(self) -> None:
        """Against the roster before: matched by persons if it was given, else as declared."""
        if self.recheck is not None:
            count = "SELECT count(*), coalesce(sum(persons), 0) FROM"
            queries = {
                "before": f"{count} before",
                "removed": f"{count} before WHERE status = 'removed'",
                "unsettled": f"{count} before WHERE status NOT IN ('removed', 'retained')",
                "retained": f"{count} now WHERE status = 'retained'",
                "new": f"{count} now WHERE status = 'new'",
                "exited": f"{count} now WHERE status = 'exited'",
                "change": "SELECT n.h - b.h, n.p - b.p FROM"
                " (SELECT count(*) AS h, coalesce(sum(persons), 0) AS p FROM now WHERE status = 'retained') AS n,"
                " (SELECT count(*) AS h, coalesce(sum(persons), 0) AS p FROM before WHERE status = 'retained') AS b",
            }
        elif (
            self.has("on_previous_roster")
            and self.has("exited_on")
            and self.book.number("SELECT count(*) FROM households WHERE on_previous_roster")
        ):
            was = "on_previous_roster AND exited_on IS NULL"
            queries = {
                "before": f"{_HOUSEHOLDS} WHERE {was}",
                "removed": f"{_HOUSEHOLDS} WHERE {was} AND eligibility = 'ineligible'",
                "unsettled": f"{_HOUSEHOLDS} WHERE {was} AND eligibility = 'pending'",
                "retained": f"{_HOUSEHOLDS} WHERE {was} AND eligibility = 'eligible'",
                "new": f"{_HOUSEHOLDS} WHERE NOT on_previous_roster AND eligibility = 'eligible'",
                "exited": f"{_HOUSEHOLDS} WHERE on_previous_roster AND exited_on IS NOT NULL"
                " AND eligibility = 'eligible'",
            }
        else:
            return
        for name, query in queries.items():
            self.one(name, TITLES[name].say(self.lang), query)
        removed = (
            "SELECT ground, count(*), coalesce(sum(persons), 0) FROM (SELECT unnest(grounds) AS ground,"
            " persons FROM before WHERE status = 'removed') GROUP BY ground ORDER BY 2 DESC, 1"
            if self.recheck is not None
            else f"{_OF.format(label='ground')} JOIN grounds USING (household_id)"
            " WHERE on_previous_roster AND exited_on IS NULL GROUP BY ground ORDER BY 2 DESC, 1"
        )
        self.several("removed_by_ground", self.say("清退原因", "why removed"), removed, self.rule)

    def now(self) -> None:
        word = self.speaker.eligibility
        self.one("now", TITLES["now"].say(self.lang), _ELIGIBLE)
        for name in ("ineligible", "pending"):
            query = f"{_HOUSEHOLDS} WHERE eligibility = '{name}'"
            self.one(name, word(name), query)
        for name in ("eligible", "ineligible", "pending"):
            query = f"{_OF.format(label='village')} WHERE eligibility = '{name}' GROUP BY village ORDER BY min(households.rowid)"
            self.several(f"{name}_by_village", word(name), query)
        query = (
            f"{_OF.format(label='village').split(' JOIN')[0]} GROUP BY village ORDER BY min(rowid)"
        )
        self.several("base_by_village", TITLES["base"].say(self.lang), query)
        query = (
            f"{_OF.format(label='rule_id')} JOIN findings USING (household_id) WHERE eligibility ="
            " 'eligible' AND findings.kind = 'criterion' AND outcome = 'true'"
            " GROUP BY rule_id ORDER BY 2 DESC, 1"
        )
        self.several("criteria", self.say("符合的标准", "criteria met"), query, self.rule)
        query = (f"{_OF.format(label='ground')} JOIN grounds USING (household_id)"
                 " GROUP BY ground ORDER BY 2 DESC, 1")  # fmt: skip
        self.several("grounds", self.say("不纳入原因", "reasons"), query, self.rule)

    def of_rule(self, table: str, column: str, rule: Rule) -> str:
        if rule.owner == HOUSEHOLD:
            return (f"SELECT count(*), coalesce(sum(persons), 0) FROM {table} JOIN households"
                    f" USING (household_id) WHERE {column} = '{rule.id}'")  # fmt: skip
        return (f"SELECT count(DISTINCT household_id), count(*) FROM {table}"
                f" WHERE {column} = '{rule.id}'")  # fmt: skip

    def tracks(self) -> tuple[str, ...]:
        for rule in self.checked.ruleset.tracks:
            self.one(f"track:{rule.id}", rule.title, self.of_rule("tracks", "track", rule))
        return tuple(f"track:{rule.id}" for rule in self.checked.ruleset.tracks)

    def tallies(self) -> tuple[str, ...]:
        for rule in self.checked.ruleset.tallies:
            self.one(f"tally:{rule.id}", rule.title, self.of_rule("tallies", "tally", rule))
        return tuple(f"tally:{rule.id}" for rule in self.checked.ruleset.tallies)

    def causes(self) -> None:
        if not self.has("main_cause"):
            return
        unsaid = self.say("(未填)", "(not stated)")
        query = (f"{_OF.format(label='main_cause')} WHERE eligibility = 'eligible'"
                 " GROUP BY main_cause ORDER BY 2 DESC, 1")  # fmt: skip
        title = self.say("主要致贫原因", "main cause")
        self.several("main_causes", title, query, lambda text: text or unsaid)
        query = (
            "SELECT cause, count(*), coalesce(sum(persons), 0) FROM (SELECT unnest(other_causes) AS cause,"
            " persons FROM households JOIN decisions USING (household_id) WHERE eligibility = 'eligible')"
            " GROUP BY cause ORDER BY 2 DESC, 1"
        )
        self.several("other_causes", self.say("其他致贫原因", "other causes"), query)

    def measures(self) -> None:
        if not self.book.number("SELECT count(*) FROM measures"):
            return
        query = ("SELECT count(*), coalesce(sum(persons), 0) FROM households WHERE household_id IN"
                 " (SELECT household_id FROM measures)")  # fmt: skip
        self.one("plans", self.say("发展规划", "plans"), query)
        titles = {measure.id: measure.title for measure in self.checked.ruleset.measures}
        query = ("SELECT measure, count(DISTINCT household_id), count(*) FROM measures"
                 " GROUP BY measure ORDER BY 2 DESC, 1")  # fmt: skip
        self.several("measures", self.say("规划的措施(户、项)", "measures (households, times)"),
                     query, lambda text: titles.get(text, text))  # fmt: skip


def published(figures: Figures, title: str, lang: Lang = "zh") -> Published:
    """The figures in the form in which they are reconciled."""
    named = {name: each.count for name, each in figures.single.items() if name in TITLES}

    def part(name: str, whole: bool = False) -> Part:
        figure = figures.single[name]
        return Part(figure.title, "now", figure.count, whole)

    villages: dict[str, dict[str, PublishedCount]] = {}
    for breakdown, name in (("base_by_village", "base"), ("eligible_by_village", "now")):
        for village, count in figures.by[breakdown].rows:
            villages.setdefault(village, {})[name] = count
    for of_village in villages.values():
        of_village.setdefault("now", PublishedCount(0, 0))
    whole = [part("plans", whole=True)] if "plans" in figures.single else []
    causes = figures.by.get("main_causes")
    sums = ((causes.title, tuple(count for _, count in causes.rows)),) if causes else ()
    return Published(
        title, "", named, (*(part(name) for name in figures.tallies), *whole),
        tuple(part(name) for name in figures.tracks), tuple(rates(figures, lang)), villages, sums,
    )  # fmt: skip


def rates(figures: Figures, lang: Lang = "zh") -> list[Rate]:
    """The rates of a report, by persons and by households, to a tenth of a percent."""
    found = []
    for title, of, to in (
        (Words("贫困率", "poverty rate"), "now", "base"),
        (Words("清退率", "removal rate"), "removed", "before"),
    ):
        if of not in figures.single or to not in figures.single:
            continue
        for by in BYS:
            part, whole = figures.single[of].count.of(by), figures.single[to].count.of(by)
            percent = quotient(100 * (part or 0), whole or 0, 1)
            if percent is not None:
                found.append(Rate(title.say(lang), of, to, percent, by))
    return found
