"""Who is to be helped, by whom, who was visited and what is planned, as tables that SQL asks.

Visits and helpers of any number are joined by the database; Python goes through each row once.

| table | a row is |
|---|---|
| `helped` | a household that is to be helped: its place, head, persons, cause and tracks |
| `not_helped` | a household that is decided and not to be helped |
| `helpers` | a row of the table of helpers, with how the helper is called |
| `care` | a household and a helper who answers for it, with his days; `now`: on the day of judgement |
| `visits` | a visit; `by_helper`: whether who came was the household's helper on that day |
| `seen` | a household with its last visit and the days since |
| `planned` | a measure that is planned, with its verdict |

`care` has the helpers of a household itself (`responsible`), those of its whole village as 帮扶责任人
(likewise), and whoever is stationed in the village in another capacity: they are nobody's helper, and
their visits are visits all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from shibie.case import Value
from shibie.checking_in_python import Checked
from shibie.citizen_id import mask
from shibie.engines.persons import heads
from shibie.errors import Lang
from shibie.lower.standings import is_helped
from shibie.papers.helping.names import HelperNames
from shibie.papers.helping.shown import Shown
from shibie.papers.plan.review import Review
from shibie.results.growing_table import GrowingTable
from shibie.rosters.helping_rows import HelpingRow, helping_specs
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import folded, shared
from shibie.words.speaker import Speaker

if TYPE_CHECKING:
    import duckdb

_TEXT: Final = "VARCHAR"
_PLACE: Final = {"source": _TEXT, "row": "BIGINT"}
_HELPED: Final = {
    **dict.fromkeys(("household_id", "village", "group", "head", "cause", "tracks"), _TEXT),
    "persons": "BIGINT",
}  # fmt: skip
_HELPERS: Final = {
    **_PLACE,
    **dict.fromkeys(
        ("household_id", "village", "name_key", "employer_key", "position", "role", "phone"), _TEXT
    ),
    "from_date": "DATE", "to_date": "DATE",
}  # fmt: skip
_VISITS: Final = {
    **_PLACE,
    **dict.fromkeys(("household_id", "name", "name_key", "employer_key"), _TEXT),
    "visited_on": "DATE",
}  # fmt: skip
_PLANNED: Final = {
    **_PLACE,
    **dict.fromkeys(
        ("household_id", "member_id", "measure", "track", "fit", "why", "responsible",
         "responsible_key"), _TEXT
    ),
    "deadline": "DATE", "money": "DECIMAL(18,2)", "done_on": "DATE",
}  # fmt: skip
# Names that one helper alone has, with how he is called.
ONLY_OF_NAME: Final = (
    "(SELECT name_key, any_value(helper) AS helper FROM persons_helping"
    " GROUP BY name_key HAVING count(*) = 1)"
)


class HelpingBook:
    """The tables, taken in part by part; `close` when every household went by.

    Args:
        connection: the database; it must stay open as long as it is asked.
        ruleset: the pack.
        as_of: the day of judgement.
        lang: the language of what is said.

    Attributes:
        taken: of each table that was supplied with any row, how many rows were taken in.
        names: who the helpers are.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, ruleset: RuleSet, as_of: date, lang: Lang = "zh"
    ) -> None:  # fmt: skip
        self.it, self.ruleset, self.as_of = connection, ruleset, as_of
        self.lang: Lang = lang
        self.speaker = Speaker(ruleset, lang)
        self.shown = Shown(self.speaker)
        self.names = HelperNames(lang)
        self.taken: dict[str, int] = {}
        self._helped = GrowingTable(connection, "helped", _HELPED)
        self._others = GrowingTable(
            connection, "not_helped", {"household_id": _TEXT, "eligibility": _TEXT}
        )
        self._helpers = GrowingTable(connection, "helpers_written", _HELPERS)
        self._visits = GrowingTable(connection, "visits_written", _VISITS)
        self._planned = GrowingTable(connection, "planned", _PLANNED)

    @property
    def day(self) -> str:
        """The day of judgement in SQL."""
        return f"DATE '{self.as_of}'"

    def has(self, table: str) -> bool:
        """Whether a table was supplied and has a row that could be taken in."""
        return table in self.taken

    # --- taking in ----------------------------------------------------------------------

    def add(self, part: Checked) -> None:
        """Take in the households of a part: those that are to be helped, and of the others what they are."""
        self._others.add(
            (decision.household_id, decision.eligibility)
            for decision in part.decisions
            if not is_helped(part.ruleset, decision)
        )
        self._helped.add(
            (case.household.household_id, case.household.village or "",
             str(shared(case.household, "group") or ""), self.shown.head(case),
             self.shown.cause(case), self.shown.tracks_of(decision), heads(self.ruleset, case))
            for case, decision in zip(part.cases, part.decisions, strict=True)
            if is_helped(part.ruleset, decision)
        )  # fmt: skip

    def close(
        self, helpers: Iterable[HelpingRow] | None, visits: Iterable[HelpingRow] | None,
        plans: Review | None,
    ) -> None:  # fmt: skip
        """Take in who helps, visits and plans, and join them.

        Args:
            helpers: the rows, None where the table was not supplied.
            visits: likewise.
            plans: the verdicts on what is planned, likewise.
        """
        for name, table, rows in (
            ("helpers", self._helpers, map(self._helper, _values("helpers", helpers))),
            ("visits", self._visits, map(self._visit, _values("visits", visits))),
            ("plans", self._planned, self._plans(plans)),
        ):
            table.add(rows)
            taken = self.number(f"SELECT count(*) FROM {table.name}")
            # A table without a row says nothing, as it lies in an empty workbook.
            if taken:
                self.taken[name] = taken
        self._join_helpers()
        self._join_visits()

    def _helper(self, values: dict[str, Any]) -> tuple[Any, ...]:
        name, employer = values["helper"], values["employer"] or ""
        self.names.add(name, employer)
        phone = values["phone"]
        return (
            values["source"], values["row"], values["household_id"], values["village"],
            folded(name), folded(employer), values["position"], values["role"],
            None if phone is None else mask(phone), values["from_date"], values["to_date"],
        )  # fmt: skip

    def _visit(self, values: dict[str, Any]) -> tuple[Any, ...]:
        name = values["helper"]
        return (
            values["source"], values["row"], values["household_id"], name.strip(), folded(name),
            folded(values["employer"] or ""), values["visited_on"],
        )  # fmt: skip

    def _plans(self, review: Review | None) -> Iterator[tuple[Any, ...]]:
        tracks = {measure.id: measure.track for measure in self.ruleset.measures}
        for each in review.rows if review else ():
            yield (
                each.source, each.row, each.household_id, each.member_id, each.measure,
                tracks[each.measure], each.verdict, each.why, each.responsible,
                folded(each.responsible), each.deadline, each.money, each.done_on,
            )  # fmt: skip

    # --- joining ------------------------------------------------------------------------

    def _join_helpers(self) -> None:
        text = dict.fromkeys(("name_key", "employer_key", "helper", "name", "employer"), _TEXT)
        GrowingTable(self.it, "persons_helping", text).add(self.names.helpers())
        keys = dict.fromkeys(("name_key", "employer_key", "meant"), _TEXT)
        GrowingTable(self.it, "ways_written", keys).add(self.names.meant())
        run = self.it.execute
        run(
            "CREATE TABLE helpers AS SELECT w.*, p.helper, p.name, p.employer, p.employer_key AS own_key"
            " FROM helpers_written AS w JOIN ways_written AS k USING (name_key, employer_key)"
            " JOIN persons_helping AS p ON p.name_key = k.name_key AND p.employer_key = k.meant"
        )
        run(
            f"CREATE TABLE care AS SELECT c.*, {within(self.day)} AS now FROM ("
            "SELECT household_id, helper, name_key, own_key, from_date, to_date, TRUE AS responsible"
            " FROM helpers WHERE household_id IS NOT NULL"
            " UNION ALL SELECT h.household_id, g.helper, g.name_key, g.own_key, g.from_date, g.to_date,"
            " coalesce(g.role = '帮扶责任人', FALSE) FROM helped AS h"
            " JOIN helpers AS g ON g.household_id IS NULL AND g.village = h.village) AS c"
        )

    def _join_visits(self) -> None:
        known = "count(c.helper) > 0" if self.has("helpers") else "CAST(NULL AS BOOLEAN)"
        run = self.it.execute
        run(
            f"CREATE TABLE visits AS SELECT w.source, w.row, w.household_id, w.visited_on,"
            # Of two helpers of the household who have one name it cannot be told which one came.
            " coalesce(CASE WHEN count(DISTINCT c.helper) = 1 THEN min(c.helper) END, min(p.helper),"
            " any_value(w.name)) AS helper,"
            f" {known} AS by_helper FROM visits_written AS w"
            " LEFT JOIN care AS c ON c.household_id = w.household_id AND c.name_key = w.name_key"
            " AND (w.employer_key = '' OR c.own_key = '' OR c.own_key = w.employer_key)"
            f" AND {within('w.visited_on')}"
            # Whoever comes to another's household is known where nobody else has his name.
            f" LEFT JOIN {ONLY_OF_NAME} AS p ON p.name_key = w.name_key"
            " GROUP BY w.source, w.row, w.household_id, w.visited_on"
        )
        last = "max(v.visited_on) FILTER (WHERE v.by_helper IS NOT FALSE)"
        run(
            f"CREATE TABLE seen AS SELECT h.household_id, {last} AS last_visit,"
            f" date_diff('day', {last}, {self.day}) AS days,"
            " count(v.visited_on) FILTER (WHERE v.by_helper IS NOT FALSE) AS visits,"
            " max(v.visited_on) FILTER (WHERE v.by_helper = FALSE) AS last_by_others"
            " FROM helped AS h LEFT JOIN visits AS v USING (household_id) GROUP BY h.household_id"
            if self.has("visits")
            else "CREATE TABLE seen AS SELECT household_id, CAST(NULL AS DATE) AS last_visit,"
            " CAST(NULL AS BIGINT) AS days, CAST(NULL AS BIGINT) AS visits,"
            " CAST(NULL AS DATE) AS last_by_others FROM helped"
        )

    # --- asking -------------------------------------------------------------------------

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.it.execute(query).fetchall()

    def number(self, query: str) -> int:
        """The one number of a query."""
        return int(self.rows(query)[0][0])


def within(day: str) -> str:
    """SQL: whether the help of a row c is given on a day."""
    begun, ended = f"c.from_date <= {day}", f"c.to_date >= {day}"
    return f"(c.from_date IS NULL OR {begun}) AND (c.to_date IS NULL OR {ended})"


def _values(table: str, rows: Iterable[HelpingRow] | None) -> Iterator[dict[str, Any]]:
    """The rows of a table with their values by name."""
    names = [spec.name for spec in helping_specs(table)]
    for each in rows or ():
        values: dict[str, Value | None] = dict(zip(names, each.values, strict=True))
        yield {**values, "source": each.source, "row": each.row}
