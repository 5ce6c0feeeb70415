"""Who helps whom, as result tables: each household, each helper, and what is wanting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any, Final

from shibie.errors import Words
from shibie.papers.helping.book import ONLY_OF_NAME, HelpingBook
from shibie.papers.helping.found import FOUND, findings
from shibie.papers.helping.limits import Limits
from shibie.papers.plan.tables import FITS
from shibie.papers.plan.tables import TITLES as OF_PLANS
from shibie.results.table import Cells, Table
from shibie.results.tables import rejected_table
from shibie.rosters.records import Rejection
from shibie.words import terms

NEVER: Final = Words("从未走访", "never visited")
LONG_AGO: Final = Words("超过天数", "too long ago")
NO_TRACK: Final = Words("（不属于任何批次）", "(of no track)")
NOBODY: Final = Words("（没有责任人）", "(nobody responsible)")
# Who answers for which household now, each pair once.
RESPONSIBLE_NOW: Final = (
    "(SELECT DISTINCT household_id, helper FROM care WHERE now AND responsible)"
)
# Of the households now: its helpers, in the order of their names.
OF_NOW: Final = (
    "SELECT household_id, string_agg(helper, '、' ORDER BY helper) AS helpers, count(*) AS number"
    f" FROM {RESPONSIBLE_NOW} GROUP BY household_id"
)
UNHELPED: Final = "household_id NOT IN (SELECT household_id FROM care WHERE now AND responsible)"
TITLES: Final[Mapping[str, Words]] = {
    **OF_PLANS,
    "help": Words("各户帮扶", "households"), "helpers": Words("帮扶责任人", "helpers"),
    "without_helper": Words("没有帮扶责任人", "without a helper"),
    "not_visited": Words("未走访", "not visited"), "plans": Words("规划", "plans"),
    "money": Words("资金", "money"), "findings": Words("疑点", "findings"),
    "rejected": terms.REJECTED,
    "group": Words("组", "group"), "cause": Words("主要致贫原因", "main cause"),
    "tracks": terms.TRACKS, "number": Words("人数", "number of helpers"),
    "last_visit": Words("最近走访", "last visit"), "days": Words("距今天数", "days since"),
    "visits": Words("走访次数", "visits"),
    "last_by_others": Words("最近他人走访", "last visit by others"),
    "planned": Words("措施项数", "measures"), "late": Words("逾期", "late"),
    "unassigned": Words("没有责任人的措施", "measures without a person"),
    "helper": Words("帮扶责任人", "helper"), "employer": Words("帮扶单位", "employer"),
    "position": Words("职务", "position"), "role": Words("帮扶身份", "role"),
    "phone": Words("联系电话", "phone"), "villages": Words("涉及村数", "villages"),
    "stationed": Words("驻村", "stationed in"), "too_many": Words("超过上限", "above the limit"),
    "not_seen": Words("未走访或超期户数", "households not visited in time"),
    "reason": Words("原因", "reason"), "days_late": Words("逾期天数", "days late"),
    "track": Words("帮扶批次", "track"), "by": Words("按", "by"), "unpriced": Words("未写资金项数", "without money"),
    "kind": Words("种类", "kind"), "source": Words("来源", "source"), "text": Words("说明", "what"),
    "field": Words("栏目", "field"), "value": Words("内容", "value"), "code": Words("代码", "code"),
}  # fmt: skip


class HelpingTables:
    """Makes the tables of a book.

    Args:
        book: with everything joined.
        limits: what is too long and too much.
        rejected: of helpers, visits and plans, as far as they were supplied, what was wrong.
    """

    def __init__(
        self, book: HelpingBook, limits: Limits, rejected: Mapping[str, Sequence[Rejection]]
    ) -> None:
        self.book, self.limits, self.rejected = book, limits, rejected
        self.given = frozenset(rejected)
        self.say, self.lang = book.speaker.say, book.lang

    def lost(self, table: str) -> set[str]:
        """The households of which a row of a table is rejected: of these it is not known whether nobody is there."""
        return {each.household_id for each in self.rejected.get(table, ()) if each.household_id}

    def rows_of(self, table: str) -> tuple[int, int]:
        """How many rows of a table were taken in, and how many rejected."""
        lost = {(each.source, each.row) for each in self.rejected.get(table, ())}
        return self.book.taken.get(table, 0), len(lost)

    def all(self) -> tuple[Table, ...]:
        """All tables."""
        return (
            self.households(), self.helpers, self.without_helper(), self.not_visited(),
            self.plans(), self.money(), self.findings(),
            self.rejected_rows(),
        )  # fmt: skip

    def households(self) -> Table:
        """A row for each household that is to be helped."""
        columns = (
            "household_id", "village", "group", "head", "persons", "cause", "tracks", "helpers",
            "number", "last_visit", "days", "visits", "last_by_others", "planned", "unassigned",
            "late", "money",
        )  # fmt: skip
        query = (
            'SELECT h.household_id, h.village, h."group", h.head, h.persons, h.cause, h.tracks,'
            f" n.helpers, {self._known('helpers', 'coalesce(n.number, 0)')},"
            " s.last_visit, s.days, s.visits, s.last_by_others,"
            f" {self._known('plans', 'coalesce(p.planned, 0)')},"
            f" {self._known('plans', 'coalesce(p.unassigned, 0)')},"
            f" {self._known('plans', 'coalesce(p.late, 0)')}, p.money"
            f" FROM helped AS h LEFT JOIN ({OF_NOW}) AS n USING (household_id)"
            " LEFT JOIN seen AS s USING (household_id)"
            f" LEFT JOIN ({self._of_plans('household_id')}) AS p USING (household_id)"
            " ORDER BY h.rowid"
        )
        return self._table("help", columns, query)

    @cached_property
    def helpers(self) -> Table:
        """A row for each helper, those with most households first."""
        columns = (
            "helper", "employer", "position", "role", "phone", "households", "persons", "villages",
            "stationed", "too_many", "visits", "not_seen", "planned", "late", "money",
        )  # fmt: skip
        most = self.limits.most_households
        above = "NULL" if most is None else f"coalesce(l.households, 0) > {most}"
        query = (
            "SELECT o.helper, o.employer, o.position, o.role, o.phone, coalesce(l.households, 0),"
            f" coalesce(l.persons, 0), coalesce(l.villages, 0), o.stationed, {above},"
            f" {self._known('visits', 'coalesce(v.visits, 0)')},"
            f" {self._known('visits', 'coalesce(l.not_seen, 0)')},"
            f" {self._known('plans', 'coalesce(p.planned, 0)')},"
            f" {self._known('plans', 'coalesce(p.late, 0)')}, p.money"
            f" FROM ({_ONES}) AS o LEFT JOIN ({self._load()}) AS l USING (helper)"
            " LEFT JOIN (SELECT helper, count(*) AS visits FROM visits GROUP BY helper) AS v USING (helper)"
            f" LEFT JOIN ({self._of_plans('helper', RESPONSIBLE)}) AS p USING (helper)"
            " ORDER BY 6 DESC, 7 DESC, o.helper"
        )
        yes, at = self.say("是", "yes"), columns.index("too_many")
        rows = (
            (*row[:at], yes if row[at] is True else "", *row[at + 1 :]) for row in self._rows(query)
        )
        return Table("helpers", columns, tuple(rows))

    def _load(self) -> str:
        """A query of what each helper answers for now."""
        return (
            "SELECT helper, count(*) AS households, sum(persons) AS persons,"
            " count(DISTINCT village) AS villages,"
            f" count(*) FILTER (WHERE {self.unseen()}) AS not_seen FROM {RESPONSIBLE_NOW}"
            " JOIN helped USING (household_id) JOIN seen USING (household_id) GROUP BY helper"
        )

    def unseen(self) -> str:
        """SQL: whether a household of `seen` was never visited, or longer ago than is allowed."""
        days = self.limits.visit_days
        return "last_visit IS NULL" + ("" if days is None else f" OR days > {days}")

    def without_helper(self) -> Table:
        """A row for each household that has no helper on the day of judgement."""
        columns = ("household_id", "village", "group", "head", "persons", "tracks", "reason")
        if not self.book.has("helpers"):
            return Table("without_helper", columns, ())
        query = (
            'SELECT h.household_id, h.village, h."group", h.head, h.persons, h.tracks,'
            " max(c.to_date) FILTER (WHERE c.responsible),"
            " min(c.from_date) FILTER (WHERE c.responsible),"
            " string_agg(DISTINCT c.helper, '、' ORDER BY c.helper) FILTER (WHERE c.now)"
            f" FROM helped AS h LEFT JOIN care AS c USING (household_id) WHERE h.{UNHELPED}"
            ' GROUP BY h.rowid, h.household_id, h.village, h."group", h.head, h.persons, h.tracks'
            " ORDER BY h.rowid"
        )
        lost = self.lost("helpers")
        rows = (
            (*row[:6], self._why_without(row[0] in lost, *row[6:])) for row in self.book.rows(query)
        )
        return Table("without_helper", columns, tuple(rows))

    def _why_without(
        self, lost: bool, ended: date | None, begins: date | None, stationed: str | None
    ) -> str:
        """Why a household has no helper: nobody was named, he went, he is yet to come, or his row is rejected."""
        if lost:
            said = self.say("登记的行被退回", "the row that names one is rejected")
        elif begins is not None and begins > self.book.as_of:
            said = self.say(f"{begins} 起才有", f"only from {begins}")
        elif ended is not None:
            said = self.say(f"帮扶到 {ended} 为止", f"helped until {ended}")
        else:
            said = self.say("没有登记", "nobody is named")
        if stationed:
            said += self.say(f"；驻村的有 {stationed}", f"; stationed in the village: {stationed}")
        return said

    def not_visited(self) -> Table:
        """A row for each household that nobody visited, or longer ago than is allowed."""
        columns = (
            "household_id", "village", "group", "head", "persons", "helpers", "last_visit", "days",
            "last_by_others", "reason",
        )  # fmt: skip
        if not self.book.has("visits"):
            return Table("not_visited", columns, ())
        query = (
            'SELECT h.household_id, h.village, h."group", h.head, h.persons, n.helpers,'
            " s.last_visit, s.days, s.last_by_others, s.last_visit IS NULL"
            f" FROM helped AS h JOIN seen AS s USING (household_id)"
            f" LEFT JOIN ({OF_NOW}) AS n USING (household_id) WHERE {self.unseen()}"
            " ORDER BY s.last_visit IS NOT NULL, s.days DESC, h.rowid"
        )
        lost = self.lost("visits")
        unread = self.say("；有走访的行被退回", "; a row of a visit is rejected")
        rows = (
            (*row[:-1],
             (NEVER if row[-1] else LONG_AGO).say(self.lang) + (unread if row[0] in lost else ""))
            for row in self._rows(query)
        )  # fmt: skip
        return Table("not_visited", columns, tuple(rows))

    def plans(self) -> Table:
        """A row for each planned measure."""
        columns = (
            "household_id", "member_id", "measure", "fit", "why", "track", "responsible", "deadline",
            "days_late", "money", "done_on",
        )  # fmt: skip
        query = (
            "SELECT household_id, member_id, measure, fit, why, track, responsible, deadline,"
            f" CASE WHEN {late(self.book.day)} THEN date_diff('day', deadline, {self.book.day}) END,"
            " money, done_on FROM planned ORDER BY rowid"
        )
        measures = {each.id: each.title for each in self.book.ruleset.measures}
        rows = (
            (row[0], row[1], measures[row[2]], FITS[row[3]].say(self.lang), row[4],
             self.track(row[5], ""), *row[6:])
            for row in self._rows(query)
        )  # fmt: skip
        return Table("plans", columns, tuple(rows))

    def track(self, track: str, none: str) -> str:
        """The title of a track."""
        return self.book.speaker.rule(track) if track else none

    def money(self) -> Table:
        """What is planned to be spent, by track and by the person responsible."""
        columns = ("by", "name", "households", "planned", "money", "unpriced")
        counts = "count(DISTINCT household_id), count(*), sum(money), count(*) FILTER (WHERE money IS NULL)"
        by_track = (
            f"SELECT track, {counts} FROM planned GROUP BY track ORDER BY 4 DESC NULLS LAST, 1"
        )
        by_person = f"SELECT helper, {counts} FROM ({RESPONSIBLE}) GROUP BY helper ORDER BY 4 DESC NULLS LAST, 1"
        rows = [
            (TITLES["track"].say(self.lang), self.track(track, NO_TRACK.say(self.lang)), *rest)
            for track, *rest in self._rows(by_track)
        ]
        rows += [
            (TITLES["responsible"].say(self.lang), name or NOBODY.say(self.lang), *rest)
            for name, *rest in self._rows(by_person)
        ]
        return Table("money", columns, tuple(rows))

    def findings(self) -> Table:
        """What does not fit together in the tables, a row each."""
        columns = ("kind", "source", "row", "household_id", "helper", "text")
        rows = [
            (FOUND[each.kind].say(self.lang), each.source, each.row, each.household_id, each.helper,
             each.said.say(self.lang))
            for each in findings(self.book)
        ]  # fmt: skip
        return Table("findings", columns, tuple(rows))

    def rejected_rows(self) -> Table:
        """A row for each fault of a row that was not taken in."""
        every = [each for several in self.rejected.values() for each in several]
        return rejected_table(every, self.lang)

    def _known(self, table: str, sql: str) -> str:
        """A count, where the table that it is of was supplied: nothing is known of another."""
        return sql if self.book.has(table) else "NULL"

    def _of_plans(self, by: str, planned: str = "SELECT * FROM planned") -> str:
        return (
            f"SELECT {by}, count(*) AS planned, count(*) FILTER (WHERE responsible = '') AS unassigned,"
            f" count(*) FILTER (WHERE {late(self.book.day)}) AS late, sum(money) AS money"
            f" FROM ({planned}) GROUP BY {by}"
        )

    def _rows(self, query: str) -> Iterator[Cells]:
        """The rows of a query as tables have them: days as text, nothing where nothing is known."""
        for row in self.book.rows(query):
            yield tuple(map(_cell, row))

    def _table(self, name: str, columns: Sequence[str], query: str) -> Table:
        return Table(name, tuple(columns), tuple(self._rows(query)))


# Whoever is responsible for a measure, by the name by which helpers are called.
RESPONSIBLE: Final = (
    "SELECT p.*, coalesce(c.helper, o.helper, nullif(p.responsible, '')) AS helper FROM planned AS p"
    " LEFT JOIN (SELECT household_id, name_key, min(helper) AS helper FROM care WHERE now"
    " GROUP BY household_id, name_key HAVING count(DISTINCT helper) = 1) AS c"
    " ON c.household_id = p.household_id AND c.name_key = p.responsible_key"
    f" LEFT JOIN {ONLY_OF_NAME} AS o ON o.name_key = p.responsible_key"
)
# Each helper once, as he was written last.
_ONES: Final = (
    "SELECT p.helper, p.employer,"
    ' last(h.position ORDER BY h."row") FILTER (WHERE h.position IS NOT NULL) AS position,'
    " string_agg(DISTINCT h.role, '、' ORDER BY h.role) AS role,"
    ' last(h.phone ORDER BY h."row") FILTER (WHERE h.phone IS NOT NULL) AS phone,'
    " string_agg(DISTINCT h.village, '、' ORDER BY h.village)"
    " FILTER (WHERE h.household_id IS NULL) AS stationed"
    " FROM persons_helping AS p JOIN helpers AS h USING (helper) GROUP BY p.helper, p.employer"
)


def late(day: str) -> str:
    """SQL: whether a planned measure is past its deadline and not said to be done."""
    return f"deadline < {day} AND done_on IS NULL"


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else value
