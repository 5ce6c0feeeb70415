"""Two rosters compared: matched by their persons, and what became of each household and person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Final

from shibie.checking_in_parts import CheckedParts
from shibie.checking_in_python import Checked
from shibie.papers.recheck.both_rosters import (
    leave_out_unsampled,
    load_before,
    load_now,
    load_registry,
    load_rejected,
    make_tables,
    match,
)
from shibie.papers.recheck.changes import Recheck
from shibie.results.counts import Tally
from shibie.rosters.parts import RosterParts

if TYPE_CHECKING:
    import duckdb

# The results, table by table, from those that both rosters and their matching are in.
_RESULTS: Final = {
    # Every household of now with its past: what the roster before says of it, or else its own form.
    # Who has left poverty was on a roster before, be it not the one that is given.
    "placed": """
        SELECT n.*, o.ids AS origins, w.status, w.on_roster, w.unmet, w.unknown, coalesce(n.exited_on, t.exited_on) AS left_on
        FROM now_households AS n LEFT JOIN origins AS o ON o.nth = n.nth
        LEFT JOIN then_households AS t ON t.nth = o.places[1]
        JOIN now_standings AS w ON w.nth = n.nth
          AND w.was = (o.nth IS NOT NULL OR n.exited_on IS NOT NULL)
          AND w.exited_on IS NOT DISTINCT FROM coalesce(n.exited_on, t.exited_on)""",
    "before": """
        SELECT t.nth, t.household_id, t.village, t.persons, s.status,
          coalesce(s.ids, []) AS successors,
          CASE WHEN s.status = 'removed' THEN s.grounds ELSE [] END AS grounds,
          CAST(coalesce(p.persons, 0) AS BIGINT) AS persons_now
        FROM then_households AS t
        LEFT JOIN (
          SELECT s.nth, s.ids, n.grounds, n.status FROM successors AS s
          JOIN placed AS n ON s.places[1] = n.nth
          UNION ALL
          SELECT t.nth, NULL, NULL, CASE
            WHEN t.household_id IN (SELECT household_id FROM rejected_now) THEN 'rejected'
            WHEN t.nth IN (SELECT t.nth FROM then_people AS t SEMI JOIN now_people USING (key))
              THEN 'dissolved'
            WHEN t.nth IN (SELECT nth FROM then_people) THEN 'gone' ELSE 'unmatched' END
          FROM then_households AS t ANTI JOIN successors USING (nth)
        ) AS s ON s.nth = t.nth
        LEFT JOIN (
          SELECT o.places[1] AS nth, sum(n.persons) AS persons FROM origins AS o
          JOIN now_households AS n ON o.nth = n.nth GROUP BY 1
        ) AS p ON p.nth = t.nth""",
    # Who is, or may be, on the roster.
    "now": """
        SELECT nth, household_id, village, persons, status, coalesce(origins, []) AS origins,
          criteria, declared, on_roster FROM placed WHERE on_roster OR status = 'pending'""",
    # Who had left poverty before and is not on the roster that is given.
    "left_before": """
        SELECT nth, household_id, village, persons, status, grounds, unmet FROM placed
        WHERE origins IS NULL AND left_on IS NOT NULL""",
    # Who counts somewhere now has moved there; who is on a form and does not count is not gone.
    "changed": """
        SELECT row_number() OVER (ORDER BY side, first, nth, place) AS nth, * EXCLUDE (nth, first, place)
        FROM (
          SELECT 1 AS side, p.nth AS first, p.nth, p.place, p.name,
            CASE WHEN p.key IS NULL THEN 'unmatched' WHEN f.key IS NOT NULL THEN 'moved'
              WHEN u.key IS NOT NULL THEN 'uncounted' ELSE 'gone' END AS kind,
            t.household_id AS before, coalesce(f.household_id, u.household_id, '') AS now, t.village,
            CASE WHEN f.key IS NULL AND u.key IS NULL THEN coalesce(r.said, []) ELSE [] END AS said,
            CASE WHEN f.key IS NULL THEN u.zh END AS zh, CASE WHEN f.key IS NULL THEN u.en END AS en
          FROM then_persons AS p JOIN then_households AS t ON p.nth = t.nth
          LEFT JOIN (
            SELECT key, arg_min(h.household_id, h.nth) AS household_id
            FROM now_counted JOIN now_households AS h USING (nth) GROUP BY key
          ) AS f ON p.key = f.key
          LEFT JOIN (
            SELECT key, arg_min(h.household_id, h.nth) AS household_id, arg_min(n.zh, h.nth) AS zh,
              arg_min(n.en, h.nth) AS en
            FROM now_persons AS n JOIN now_households AS h USING (nth)
            WHERE NOT n.counts AND key IS NOT NULL GROUP BY key
          ) AS u ON p.key = u.key
          LEFT JOIN registry AS r ON p.key = r.key
          ANTI JOIN (
            SELECT l.then_at AS nth, n.key FROM links AS l JOIN now_counted AS n ON l.now_at = n.nth
          ) AS stayed ON p.nth = stayed.nth AND p.key = stayed.key
          WHERE p.counts
          UNION ALL
          SELECT 2, o.places[1], p.nth, p.place, p.name,
            CASE WHEN p.key IS NULL THEN 'unmatched_now' WHEN p.born > $since THEN 'born'
              WHEN w.key IS NOT NULL THEN 'counted' ELSE 'joined' END,
            coalesce(w.household_id, ''), n.household_id, n.village, [], NULL, NULL
          FROM now_persons AS p JOIN now_households AS n ON p.nth = n.nth
          JOIN (SELECT nth, list_sort(places) AS places FROM origins) AS o ON p.nth = o.nth
          LEFT JOIN (
            SELECT key, arg_min(h.household_id, h.nth) AS household_id
            FROM then_persons AS t JOIN then_households AS h USING (nth)
            WHERE NOT t.counts AND key IS NOT NULL GROUP BY key
          ) AS w ON p.key = w.key
          ANTI JOIN then_counted AS t ON p.key = t.key
          WHERE p.counts
        )""",
}  # fmt: skip


def recheck(
    connection: duckdb.DuckDBPyConnection, before: RosterParts, now: CheckedParts, since: date,
    parts: Iterable[Checked] | None = None, registry: str = "civil_registry", sample: bool = False,
) -> Recheck:  # fmt: skip
    """What became of the roster before.

    Args:
        connection: a database without tables, which keeps the comparison.
        before: the roster before.
        now: the roster of now, to be decided.
        since: the day of the roster before; who was born after it is new-born.
        parts: those of the roster of now, where they are gone through for something else, too.
        registry: the register that says who has died or moved away, where the pack has it: by
            its first column of codes, e.g. 死亡.
        sample: whether that of now holds only a sample: who of before is not in it is left out.
    """
    tally = Tally()
    load_before(connection, before, now, since)
    load_now(connection, now.parts() if parts is None else parts, tally)
    load_rejected(connection, now.roster.rejected_numbers())
    load_registry(connection, _registry(now, registry))
    match(connection, since)
    if sample:
        leave_out_unsampled(connection)
    make_tables(connection, _RESULTS, since)
    return Recheck(now.ruleset, now.as_of, since, tally, connection)


def _registry(now: CheckedParts, registry: str) -> Iterator[tuple[int, str]]:
    register = now.ruleset.registers.get(registry)
    columns = register.columns if register else ()
    coded = next((column.name for column in columns if column.type == "code"), None)
    return now.roster.codes(registry, coded) if coded else iter(())
