"""Both rosters of a re-check as tables: their households and persons, and who is whose successor.

Households are matched by their persons, never by their numbers: a household of before
continues in one of now with which it shares more than half of the persons of the smaller of
the two. Children born in between make nobody a stranger.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from shibie import citizen_id
from shibie.case import Case
from shibie.checking_in_parts import CheckedParts
from shibie.checking_in_python import Checked
from shibie.engines.persons import Uncounted, heads, uncounted
from shibie.errors import LANGS
from shibie.papers.recheck.standings import standings_by_past
from shibie.registers.matching import index, key_of, matched, usable_number
from shibie.results.counts import Tally
from shibie.results.growing_table import GrowingTable
from shibie.results.python_counts import count_part
from shibie.results.why_uncounted import why
from shibie.rosters.parts import RosterParts
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import shared

if TYPE_CHECKING:
    import duckdb

# `nth` is a household's place in its roster; `key` a citizen number without its last digit,
# which follows from the others; NULL where there is none that can be used.
_HOUSEHOLD: Final = {
    "nth": "BIGINT", "household_id": "VARCHAR", "village": "VARCHAR", "persons": "BIGINT",
    "exited_on": "DATE", "declared": "BOOLEAN",
}  # fmt: skip
# Whether a person is one in figures (`counts`), what is known of it (`membership`), and of who
# does not count the reason in both languages.
_PERSON: Final = {
    "nth": "BIGINT", "place": "BIGINT", "name": "VARCHAR", "key": "BIGINT", "born": "DATE",
    "counts": "BOOLEAN", "membership": "VARCHAR", "zh": "VARCHAR", "en": "VARCHAR",
}  # fmt: skip
_KEY: Final = list(_PERSON).index("key")
_DECIDED: Final = {
    "eligibility": "VARCHAR", "grounds": "VARCHAR[]", "criteria": "VARCHAR[]",
}  # fmt: skip
# Where a household of now stands, by whether it was on the roster before and when it left poverty.
_STANDING: Final = {
    "nth": "BIGINT", "was": "BOOLEAN", "exited_on": "DATE", "status": "VARCHAR", "on_roster": "BOOLEAN",
    "unmet": "VARCHAR[]", "unknown": "VARCHAR[]",
}  # fmt: skip
# How two rosters are matched, table by table. `then_at` and `now_at` are places.
_MATCHING: Final = {
    "then_people": "SELECT DISTINCT nth, key FROM then_persons WHERE key IS NOT NULL",
    "now_people": "SELECT DISTINCT nth, key FROM now_persons WHERE key IS NOT NULL AND born <= $since",
    # Households are matched by all persons of the form; only who counts stays, leaves or comes.
    "then_counted": "SELECT DISTINCT nth, key FROM then_persons WHERE key IS NOT NULL AND counts",
    "now_counted": "SELECT DISTINCT nth, key FROM now_persons"
    " WHERE key IS NOT NULL AND born <= $since AND counts",
    "shared": """
        SELECT t.nth AS then_at, n.nth AS now_at, count(*) AS shared,
          any_value(t.many) AS then_many, any_value(n.many) AS now_many
        FROM (SELECT *, count(*) OVER (PARTITION BY nth) AS many FROM then_people) AS t
        JOIN (SELECT *, count(*) OVER (PARTITION BY nth) AS many FROM now_people) AS n USING (key)
        GROUP BY then_at, now_at""",
    "most": "SELECT * FROM shared WHERE shared * 2 > least(then_many, now_many)",
    # Of a widow with a new-born child half of the persons are shared: it is her household
    # still, unless either side continues elsewhere by more than half.
    "half": """
        SELECT * FROM shared WHERE shared * 2 = then_many AND then_many = now_many
          AND then_at NOT IN (SELECT then_at FROM most) AND now_at NOT IN (SELECT now_at FROM most)""",
    "links": """
        SELECT l.then_at, l.now_at, l.shared, t.household_id AS then_id, n.household_id AS now_id
        FROM (SELECT * FROM most UNION ALL SELECT * FROM half) AS l
        JOIN then_households AS t ON l.then_at = t.nth JOIN now_households AS n ON l.now_at = n.nth""",
    # The largest share first.
    "successors": """
        SELECT then_at AS nth, list(now_id ORDER BY shared DESC, now_id) AS ids,
          list(now_at ORDER BY shared DESC, now_id) AS places FROM links GROUP BY then_at""",
    "origins": """
        SELECT now_at AS nth, list(then_id ORDER BY shared DESC, then_id) AS ids,
          list(then_at ORDER BY shared DESC, then_id) AS places FROM links GROUP BY now_at""",
}  # fmt: skip


def load_before(
    connection: duckdb.DuckDBPyConnection, before: RosterParts, now: CheckedParts, since: date
) -> None:
    """Make then_households and then_persons.

    Who counts there is told by what the roster of before says, registers with it, as of its day.
    Of whom it cannot tell is one of its persons, as everywhere.
    """
    ruleset = now.ruleset
    households = GrowingTable(connection, "then_households", _HOUSEHOLD)
    persons = GrowingTable(connection, "then_persons", _PERSON)
    places = count()
    for part in before.parts():
        rows = part.roster.registers if ruleset.persons is not None else {}
        registers = index(ruleset, rows, since, now.set_aside)
        mine = [each for each in part.roster.households if each.household_id in part.own]
        placed = [
            (nth, matched(ruleset, each, registers, since, None, now.trust_declarations).case)
            for nth, each in zip(places, mine, strict=False)
        ]
        households.add(_household(ruleset, nth, case) for nth, case in placed)
        persons.add(row for nth, case in placed for row in _persons(ruleset, nth, case, now.as_of))


def load_now(connection: duckdb.DuckDBPyConnection, parts: Iterable[Checked], tally: Tally) -> None:
    """Make now_households, now_persons and now_standings, and count as a check counts.

    A form that does not say when its household left poverty has that from the roster before: so
    its standing is told for each day on which any of its persons did, by that roster.
    """
    households = GrowingTable(connection, "now_households", _HOUSEHOLD | _DECIDED)
    persons = GrowingTable(connection, "now_persons", _PERSON)
    standings = GrowingTable(connection, "now_standings", _STANDING)
    exits = _exits_before(connection)
    places = count()
    for part in parts:
        count_part(tally, part)
        placed = [
            (next(places), case, decision)
            for case, decision in zip(part.cases, part.decisions, strict=True)
        ]
        households.add(
            (
                *_household(part.ruleset, nth, case), decision.eligibility, list(decision.grounds),
                [each.rule_id for each in decision.findings if each.kind == "criterion" and each.outcome == "true"],
            )
            for nth, case, decision in placed
        )  # fmt: skip
        rows = {nth: list(_persons(part.ruleset, nth, case, part.as_of)) for nth, case, _ in placed}
        persons.add(row for several in rows.values() for row in several)
        standings.add(
            (
                nth,
                each.was,
                each.left,
                each.standing,
                each.on_roster,
                list(each.unmet),
                list(each.unknown),
            )
            for nth, case, decision in placed
            for each in standings_by_past(
                part.ruleset, case, decision, _exits_of(case, rows[nth], exits)
            )
        )


def _exits_before(connection: duckdb.DuckDBPyConnection) -> dict[int, set[date]]:
    """By person, when his household left poverty by the roster before."""
    found: dict[int, set[date]] = {}
    for key, day in connection.execute(
        "SELECT DISTINCT key, exited_on FROM then_persons JOIN then_households USING (nth)"
        " WHERE key IS NOT NULL AND exited_on IS NOT NULL"
    ).fetchall():
        found.setdefault(key, set()).add(day)
    return found


def _exits_of(
    case: Case, persons: Iterable[tuple[Any, ...]], before: Mapping[int, set[date]]
) -> list[date | None]:
    """The days on which a household may have left poverty: its own, or those of its persons before."""
    own = getattr(case.household, "exited_on", None)
    if own is not None:
        return [own]
    keys = (person[_KEY] for person in persons)
    return [None, *sorted({day for key in keys for day in before.get(key, ())})]


def load_registry(connection: duckdb.DuckDBPyConnection, rows: Iterable[tuple[int, str]]) -> None:
    """Make registry: of a person's key, what a register says of him."""
    table = GrowingTable(connection, "registry_rows", {"key": "BIGINT", "said": "VARCHAR"})
    table.add(rows)
    connection.execute(
        "CREATE TABLE registry AS SELECT key, list(said ORDER BY first) AS said FROM ("
        "SELECT key, said, min(rowid) AS first FROM registry_rows GROUP BY key, said) GROUP BY key"
    )


def load_rejected(connection: duckdb.DuckDBPyConnection, households: Iterable[str]) -> None:
    """Make rejected_now: the numbers of the households of now that are not decided."""
    table = GrowingTable(connection, "rejected_now", {"household_id": "VARCHAR"})
    table.add((each,) for each in households)


def match(connection: duckdb.DuckDBPyConnection, since: date) -> None:
    """Make `links`, `successors` and `origins` of the loaded rosters.

    Args:
        connection: the database.
        since: the day of the roster before.
    """
    make_tables(connection, _MATCHING, since)


def leave_out_unsampled(connection: duckdb.DuckDBPyConnection) -> None:
    """Take the households of before of which nobody is on the roster of now out of the comparison."""
    connection.execute(
        "CREATE TABLE unsampled AS SELECT t.* FROM then_households AS t"
        " ANTI JOIN (SELECT p.nth FROM then_people AS p SEMI JOIN now_people USING (key)) AS s"
        " ON t.nth = s.nth"
    )
    for table in ("then_households", "then_persons", "then_people", "then_counted"):
        connection.execute(f"DELETE FROM {table} WHERE nth IN (SELECT nth FROM unsampled)")


def make_tables(
    connection: duckdb.DuckDBPyConnection, queries: Mapping[str, str], since: date
) -> None:
    """Make tables of queries, by name and in order; `$since` stands for the day in them."""
    for name, query in queries.items():
        made = query.replace("$since", f"DATE '{since}'")
        connection.execute(f"CREATE TABLE {name} AS {made}")


def _household(ruleset: RuleSet, nth: int, case: Case) -> tuple[Any, ...]:
    household = case.household
    past = (getattr(household, name, None) for name in ("exited_on", "on_previous_roster"))
    return nth, household.household_id, household.village or "", heads(ruleset, case), *past


def _persons(ruleset: RuleSet, nth: int, case: Case, as_of: date) -> Iterator[tuple[Any, ...]]:
    apart = {each.index: each for each in uncounted(ruleset, case)}
    for place, member in enumerate(case.household.members):
        number = usable_number(getattr(member, "id_number", None), as_of)
        name = shared(member, "name") or member.member_id
        key, born = (key_of(number), citizen_id.birth_date(number)) if number else (None, None)
        yield nth, place, name, key, born, *_counts(ruleset, apart.get(place))


def _counts(ruleset: RuleSet, apart: Uncounted | None) -> tuple[bool, str, str | None, str | None]:
    """Whether a person is one in figures, what is known of it, and why not, in both languages."""
    if apart is None or apart.counts is None:
        return True, "counted" if apart is None else "unknown", None, None
    zh, en = (why(ruleset, apart.truths, lang) for lang in LANGS)
    return False, "not_counted", zh, en
