"""Comes to the figures of a report.

What is a count of the check is taken from there, so that no two outputs can differ, and its
query gives the same; everything else is what its query is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from shibie.decision import ELIGIBILITIES
from shibie.errors import Lang
from shibie.language.tree import HOUSEHOLD
from shibie.papers.recheck.changes import FATES, Recheck
from shibie.papers.report.data import Book
from shibie.papers.report.figures import Breakdown, Figure, Figures
from shibie.papers.report.published import TITLES, PublishedCount
from shibie.results.counts import NO_VILLAGE, by_village, previous_roster, total
from shibie.ruleset.checking.standings import UNDECIDED
from shibie.ruleset.model import Rule
from shibie.words.speaker import Speaker

_HOUSEHOLDS = (
    "SELECT count(*), coalesce(sum(persons), 0) FROM households JOIN decisions USING (household_id)"
)
_ELIGIBLE = f"{_HOUSEHOLDS} WHERE eligibility = 'eligible'"
_OF = "SELECT {label}, count(*), coalesce(sum(persons), 0) FROM households JOIN decisions USING (household_id)"


def figures_of(
    book: Book, recheck: Recheck | None = None, lang: Lang = "zh", rejected: int = 0
) -> Figures:
    """All figures of a checked roster.

    Args:
        book: the roster.
        recheck: what became of the roster before, in the same database.
        lang: the language of titles.
        rejected: how many households were not decided.
    """
    return _Asking(book, recheck, lang).all(rejected)


class _Asking:
    """Comes to the figures, one after the other."""

    def __init__(self, book: Book, recheck: Recheck | None, lang: Lang) -> None:
        self.book, self.recheck, self.lang = book, recheck, lang
        self.ruleset, self.tally = book.ruleset, book.tally
        self.speaker = Speaker(book.ruleset, lang)
        self.say, self.rule = self.speaker.say, self.speaker.rule
        # By a re-check, a household's standing is what the roster before makes of it.
        self.on_roster = (
            "on_roster" if recheck is None
            else "household_id IN (SELECT household_id FROM now WHERE on_roster)"
        )  # fmt: skip
        self.single: dict[str, Figure] = {}
        self.by: dict[str, Breakdown] = {}
        self.numbers: dict[str, tuple[int, str]] = {}

    def one(self, name: str, title: str, query: str, count: PublishedCount | None = None) -> None:
        """A figure: a count of the check, or else what its query is answered."""
        self.single[name] = Figure(
            name, title, self.book.count(query) if count is None else count, query
        )

    def several(
        self, name: str, title: str, query: str, label: Callable[[str], str] = lambda text: text,
        rows: Iterable[tuple[str, PublishedCount]] | None = None,
    ) -> None:  # fmt: skip
        """The same by something."""
        found = self.book.rows(query) if rows is None else rows
        self.by[name] = Breakdown(
            name, title, tuple((label(text), count) for text, count in found), query
        )

    def of(self, *key: str) -> PublishedCount:
        """A count of the check."""
        return PublishedCount(**self.tally.of(*key))

    def all(self, rejected: int) -> Figures:
        self.base()
        self.previous()
        self.now()
        self.exits()
        tracks, tallies = self.tracks(), self.tallies()
        self.causes()
        self.measures()
        return Figures(
            self.single, self.by, self.numbers, tracks, tallies, rejected,
            self.recheck.since.isoformat() if self.recheck else "", self.place(),
        )  # fmt: skip

    def has(self, name: str) -> bool:
        """Whether the form has a household field at all."""
        return self.ruleset.field_spec(HOUSEHOLD, name) is not None

    def place(self) -> str:
        """The township, where all households are of one."""
        if not self.has("township"):
            return ""
        names = self.book.texts("SELECT DISTINCT coalesce(township, '') FROM households LIMIT 2")
        return names[0] if len(names) == 1 else ""

    def base(self) -> None:
        decided = total(self.tally.of("eligibility", name) for name in ELIGIBILITIES)
        self.one("base", TITLES["base"].say(self.lang),
                 "SELECT count(*), coalesce(sum(persons), 0) FROM households",
                 PublishedCount(**decided))  # fmt: skip
        query = "SELECT count(DISTINCT village) FROM households"
        villages = by_village(self.tally).keys() - {NO_VILLAGE}
        self.numbers["villages"] = (len(villages), query)
        if self.has("group"):
            query = 'SELECT count(*) FROM (SELECT DISTINCT village, "group" FROM households WHERE "group" IS NOT NULL)'
            self.numbers["groups"] = (self.book.number(query), query)

    def previous(self) -> None:
        """Against the roster before: matched by persons if it was given, else as declared."""
        if self.recheck is not None:
            self.matched()
        elif self.has("on_previous_roster") and self.has("exited_on"):
            self.declared()

    def standings(self, on_roster: bool) -> list[str]:
        """The ids of the pack's standings that keep on the roster, or do not."""
        if not self.ruleset.standings:
            return ["retained", "new", "exited"] if on_roster else ["removed"]
        return [each.id for each in self.ruleset.standings if each.on_roster is on_roster]

    def matched(self) -> None:
        """What the re-check came to."""
        count = "SELECT count(*), coalesce(sum(persons), 0) FROM"
        on = ", ".join(f"'{name}'" for name in self.standings(True))
        # Of who had left poverty before, and is on no roster that is given, only the form says it.
        of_all = (
            "(SELECT status, persons FROM before UNION ALL SELECT status, persons FROM left_before)"
        )
        open_ = ", ".join(f"'{name}'" for name in (UNDECIDED, *FATES))
        kept = (
            f"SELECT count(*) AS h, coalesce(sum(persons), 0) AS p FROM {{}} WHERE status IN ({on})"
        )
        queries = {
            "before": f"{count} before",
            "removed": f"{count} {of_all} WHERE status = 'removed'",
            "unsettled": f"{count} {of_all} WHERE status IN ({open_})",
            **{name: f"{count} now WHERE status = '{name}'" for name in self.standings(True)},
            "left": f"{count} left_before",
            "change": f"SELECT n.h - b.h, n.p - b.p FROM ({kept.format('now')} AND len(origins) > 0) AS n,"
            f" ({kept.format('before')}) AS b",
        }
        for name, query in queries.items():
            if name in TITLES:
                self.one(name, TITLES[name].say(self.lang), query)
        self.removed(
            "SELECT ground, count(*), coalesce(sum(persons), 0) FROM (SELECT unnest(grounds) AS ground,"
            " status, persons FROM before UNION ALL SELECT unnest(grounds), status, persons FROM"
            " left_before) WHERE status = 'removed' GROUP BY ground ORDER BY 2 DESC, 1"
        )

    def declared(self) -> None:
        """What the forms say of the roster before, if any says that it was on it."""
        counts = previous_roster(self.ruleset, self.tally).get("previous_roster", {})
        if not any(counts[name]["households"] for name in ("before", "left") if counts):
            return
        queries = {
            "before": f"{_HOUSEHOLDS} WHERE on_previous_roster AND NOT had_left",
            "left": f"{_HOUSEHOLDS} WHERE on_previous_roster AND had_left",
            "unsettled": f"{_HOUSEHOLDS} WHERE on_previous_roster AND standing = '{UNDECIDED}'",
            **{
                each.id: f"{_HOUSEHOLDS} WHERE standing = '{each.id}'"
                for each in self.ruleset.standings
            },
        }
        for name, query in queries.items():
            if name in TITLES:
                count = PublishedCount(**counts[name])
                self.one(name, TITLES[name].say(self.lang), query, count)
        self.removed(
            f"{_OF.format(label='ground')} JOIN grounds USING (household_id)"
            " WHERE standing = 'removed' GROUP BY ground ORDER BY 2 DESC, 1"
        )

    def removed(self, query: str) -> None:
        self.several("removed_by_ground", self.say("清退原因", "why removed"), query, self.rule)

    def exits(self) -> None:
        """What exits ask and is not met, or not known, of who has left poverty."""
        if self.ruleset.exits is None:
            return
        if self.recheck is None:
            listed = (
                "(SELECT household_id, persons, list(rule_id) FILTER (outcome = 'true') AS unmet,"
                " list(rule_id) FILTER (outcome = 'unknown') AS unknown FROM findings"
                " JOIN households USING (household_id) WHERE kind = 'exit' GROUP BY household_id, persons)"
            )
        else:
            listed = "placed"
        count = f"SELECT count(*), coalesce(sum(persons), 0) FROM {listed} WHERE"
        title = self.say("没有达到退出标准", "exit criteria not met")
        self.one("unmet", title, f"{count} len(unmet) > 0")
        title = self.say("退出标准没有查清", "exit criteria not known")
        query = f"{count} len(unknown) > 0 AND coalesce(len(unmet), 0) = 0"
        self.one("unmet_unknown", title, query)
        query = (
            "SELECT rule_id, count(*), coalesce(sum(persons), 0) FROM (SELECT unnest(unmet) AS rule_id,"
            f" persons FROM {listed}) GROUP BY rule_id ORDER BY 2 DESC, 1"
        )
        title = self.say("没有达到的退出标准", "exit criteria that are not met")
        self.several("unmet_criteria", title, query, self.rule)

    def now(self) -> None:
        word = self.speaker.eligibility
        self.one("eligible", word("eligible"), _ELIGIBLE, self.of("eligibility", "eligible"))
        title = TITLES["now"].say(self.lang)
        if self.recheck is None:
            self.one("now", title, f"{_HOUSEHOLDS} WHERE on_roster", self.of("on_roster"))
        else:
            query = "SELECT count(*), coalesce(sum(persons), 0) FROM now WHERE on_roster"
            self.one("now", title, query)
        for name in ("ineligible", "pending"):
            query = f"{_HOUSEHOLDS} WHERE eligibility = '{name}'"
            self.one(name, word(name), query, self.of("eligibility", name))
        self.villages()
        query = (
            f"{_OF.format(label='rule_id')} JOIN findings USING (household_id) WHERE eligibility ="
            " 'eligible' AND findings.kind = 'criterion' AND outcome = 'true'"
            " GROUP BY rule_id ORDER BY 2 DESC, 1"
        )
        self.several("criteria", self.say("符合的标准", "criteria met"), query, self.rule)
        query = (f"{_OF.format(label='ground')} JOIN grounds USING (household_id)"
                 " GROUP BY ground ORDER BY 2 DESC, 1")  # fmt: skip
        counts = {ground: self.of("ground", ground) for (ground,) in self.tally.names("ground")}
        rows = sorted(counts.items(), key=lambda row: (-(row[1].households or 0), row[0]))
        self.several("grounds", self.say("不纳入原因", "reasons"), query, self.rule, rows)

    def villages(self) -> None:
        """By village: each eligibility, and all of them."""
        word, of_all = self.speaker.eligibility, _OF.format(label="village")
        for name in ELIGIBILITIES:
            query = f"{of_all} WHERE eligibility = '{name}' GROUP BY village ORDER BY min(households.rowid)"
            places = [place for place, of in self.tally.names("village") if of == name]
            rows = [(place, self.of("village", place, name)) for place in places]
            self.several(f"{name}_by_village", word(name), query, rows=rows)
        query = f"{of_all} WHERE on_roster GROUP BY village ORDER BY min(households.rowid)"
        on_roster: list[tuple[str, PublishedCount]] | None = None
        if self.recheck is None:
            places = [place for (place,) in self.tally.names("village_on_roster")]
            on_roster = [(place, self.of("village_on_roster", place)) for place in places]
        else:
            query = "SELECT village, count(*), coalesce(sum(persons), 0) FROM now WHERE on_roster GROUP BY village ORDER BY min(nth)"
        self.several("now_by_village", TITLES["now"].say(self.lang), query, rows=on_roster)
        query = f"{of_all.split(' JOIN')[0]} GROUP BY village ORDER BY min(rowid)"
        rows = [
            (place, PublishedCount(**of["all"])) for place, of in by_village(self.tally).items()
        ]
        self.several("base_by_village", TITLES["base"].say(self.lang), query, rows=rows)

    def of_rule(self, table: str, column: str, rule: Rule) -> str:
        if rule.owner == HOUSEHOLD:
            return (f"SELECT count(*), coalesce(sum(persons), 0) FROM {table} JOIN households"
                    f" USING (household_id) WHERE {column} = '{rule.id}'")  # fmt: skip
        return (f"SELECT count(DISTINCT household_id), count(*) FROM {table}"
                f" WHERE {column} = '{rule.id}'")  # fmt: skip

    def tracks(self) -> tuple[str, ...]:
        for rule in self.ruleset.tracks:
            query = self.of_rule("tracks", "track", rule)
            self.one(f"track:{rule.id}", rule.title, query, self.of("track", rule.id))
        return tuple(f"track:{rule.id}" for rule in self.ruleset.tracks)

    def tallies(self) -> tuple[str, ...]:
        for rule in self.ruleset.tallies:
            query = self.of_rule("tallies", "tally", rule)
            self.one(f"tally:{rule.id}", rule.title, query, self.of("tally", rule.id))
        of_eligible = (rule for rule in self.ruleset.tallies if rule.among != "all")
        return tuple(f"tally:{rule.id}" for rule in of_eligible)

    def causes(self) -> None:
        if not self.has("main_cause"):
            return
        unsaid = self.say("（未填）", "(not stated)")
        query = (f"{_OF.format(label='main_cause')} WHERE {self.on_roster}"
                 " GROUP BY main_cause ORDER BY 2 DESC, 1")  # fmt: skip
        title = self.say("主要致贫原因", "main cause")
        self.several("main_causes", title, query, lambda text: text or unsaid)
        query = (
            "SELECT cause, count(*), coalesce(sum(persons), 0) FROM (SELECT unnest(other_causes) AS cause,"
            f" persons FROM households JOIN decisions USING (household_id) WHERE {self.on_roster})"
            " GROUP BY cause ORDER BY 2 DESC, 1"
        )
        self.several("other_causes", self.say("其他致贫原因", "other causes"), query)

    def measures(self) -> None:
        if not self.book.number("SELECT count(*) FROM measures"):
            return
        query = ("SELECT count(*), coalesce(sum(persons), 0) FROM households WHERE household_id IN"
                 " (SELECT household_id FROM measures)")  # fmt: skip
        self.one("plans", self.say("发展规划", "plans"), query)
        titles = {measure.id: measure.title for measure in self.ruleset.measures}
        query = ("SELECT measure, count(DISTINCT household_id), count(*) FROM measures"
                 " GROUP BY measure ORDER BY 2 DESC, 1")  # fmt: skip
        self.several("measures", self.say("规划的措施（户、项）", "measures (households, times)"),
                     query, lambda text: titles.get(text, text))  # fmt: skip
