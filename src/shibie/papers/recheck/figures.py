"""The figures of a re-check: by status, reason, criterion and village, and how they balance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from shibie.papers.recheck.changes import COUNTED, MOVED, Moved, Recheck, statuses
from shibie.results.counts import PEOPLE, Count

# What a person's change adds to the persons of the households that stay.
_SIGNS: Final[Mapping[Moved, int]] = {
    "gone": -1, "moved": -1, "unmatched": -1, "born": 1, "joined": 1, "unmatched_now": 1,
    "uncounted": -1, "counted": 1,
}  # fmt: skip


def figures(found: Recheck) -> dict[str, Any]:
    """Every figure as plain data; households with a status that nobody has are left out.

    What is a count of the check of the roster of now is taken from there.
    """
    ask = _Asker(found)
    return {
        "ruleset": found.ruleset.id,
        "as_of": found.as_of.isoformat(),
        "since": found.since.isoformat(),
        "before": ask.count("before"),
        "before_by_status": ask.statuses("before", persons_now=True),
        "now": ask.on_roster(),
        "eligible": found.tally.of("eligibility", "eligible"),
        "now_by_status": ask.statuses("now"),
        "left_by_status": ask.statuses("left_before"),
        "removed_by_ground": ask.several("before", "removed", "grounds"),
        "new_by_criterion": ask.several("now", "new", "criteria"),
        "persons": ask.persons(),
        "gone_by_registry": ask.registry(),
        "split": {old: list(new) for old, new in found.split},
        "merged": {new: list(old) for new, old in found.merged},
        "relocated": dict(found.relocated),
        "misdeclared": dict(found.misdeclared),
        "by_village": ask.villages(),
        "balance": balance(found),
        **({"people": ask.people()} if found.ruleset.persons is not None else {}),
    }


def kinds(found: Recheck) -> tuple[Moved, ...]:
    """The kinds of changes that there can be of persons."""
    return MOVED if found.ruleset.persons is None else (*MOVED, *COUNTED)


class _Asker:
    """Counts in the tables of a re-check."""

    def __init__(self, found: Recheck) -> None:
        self.connection, self.kinds = found.connection, kinds(found)
        self.order = statuses(found.ruleset)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def number(self, query: str) -> int:
        return int(self.rows(query)[0][0])

    def count(self, table: str) -> Count:
        """All households of a table and their persons."""
        ((households, persons),) = self.rows(
            f"SELECT count(*), coalesce(sum(persons), 0) FROM {table}"
        )
        return _count(households, persons)

    def on_roster(self) -> Count:
        """Who is on the roster now, whatever he is; not who may be."""
        ((households, persons),) = self.rows(
            "SELECT count(*), coalesce(sum(persons), 0) FROM placed WHERE on_roster"
        )
        return _count(households, persons)

    def statuses(self, table: str, persons_now: bool = False) -> dict[str, Count]:
        more = ", sum(persons_now)" if persons_now else ""
        rows = self.rows(
            f"SELECT status, count(*), sum(persons){more} FROM {table} GROUP BY status"
        )
        found = {}
        for status, households, persons, *now in sorted(
            rows, key=lambda row: self.order.index(row[0])
        ):
            found[status] = _count(households, persons)
            if persons_now:
                found[status]["persons_now"] = int(now[0])
        return found

    def several(self, table: str, status: str, column: str) -> dict[str, Count]:
        """By name, where a household has several; the most frequent first."""
        rows = self.rows(
            f"SELECT name, count(*), sum(persons) FROM (SELECT unnest({column}) AS name, persons,"
            f" nth * 1000 + generate_subscripts({column}, 1) AS place FROM {table}"
            f" WHERE status = '{status}') GROUP BY name ORDER BY count(*) DESC, min(place)"
        )
        return {name: _count(households, persons) for name, households, persons in rows}

    def persons(self) -> dict[str, int]:
        found = dict(self.rows("SELECT kind, count(*) FROM changed GROUP BY kind"))
        return {kind: found.get(kind, 0) for kind in self.kinds}

    def people(self) -> dict[str, dict[str, Count]]:
        """The persons on the forms of both rosters, by whether they count."""
        found = {}
        for roster, table in (("before", "then_persons"), ("now", "now_persons")):
            rows = self.rows(
                "SELECT coalesce(membership, 'on_form'), count(DISTINCT nth), count(*)"
                f" FROM {table} GROUP BY ROLLUP (membership)"
            )
            counts = {name: _count(households, persons) for name, households, persons in rows}
            found[roster] = {name: counts.get(name, _count(0, 0)) for name in PEOPLE}
        return found

    def registry(self) -> dict[str, int]:
        """Of who is gone, how many there are of whom the registry says what."""
        rows = self.rows(
            "SELECT array_to_string(list_filter(said, lambda word: word <> ''), '、') AS words,"
            " count(*) FROM changed WHERE kind = 'gone' GROUP BY words"
        )
        return dict(sorted(rows))

    def villages(self) -> dict[str, dict[str, Count]]:
        """By village: of then for what became of the old, of now for what is on the new."""
        found: dict[str, dict[str, Count]] = {}
        for village, households, persons in self.rows(
            "SELECT village, count(*), sum(persons) FROM before GROUP BY village ORDER BY min(nth)"
        ):
            found[village] = {"before": _count(households, persons)}
        for table, suffix in (("before", "_then"), ("now", "")):
            rows = self.rows(
                "SELECT village, status, count(*), sum(persons) FROM (SELECT *, min(nth)"
                f" OVER (PARTITION BY village) AS first FROM {table}) GROUP BY village, status, first"
                f" ORDER BY first, list_position({list(self.order)}, status)"
            )
            for village, status, households, persons in rows:
                of_village = found.setdefault(village, {"before": _count(0, 0)})
                of_village[f"{status}{suffix}"] = _count(households, persons)
        return found


def balance(found: Recheck) -> dict[str, int]:
    """How the persons of the retained households of then come to those of now.

    `difference` is what the parts do not explain; it is 0 unless somebody is on the roster
    twice.
    """
    ask = _Asker(found)
    retained = "SELECT {of} FROM {table} WHERE status = 'retained'"
    # Who left did so from a household of then, who came is in one of now.
    changed = dict(
        ask.rows(
            "SELECT kind, count(*) FROM changed WHERE CASE side"
            f" WHEN 1 THEN before IN ({retained.format(of='household_id', table='before')})"
            f" ELSE now IN ({retained.format(of='household_id', table='now')}) END GROUP BY kind"
        )
    )
    then, now = (
        ask.number(retained.format(of="coalesce(sum(persons), 0)", table=table))
        for table in ("before", "now")
    )
    ordered = [kind for kind in _SIGNS if kind in kinds(found)]
    parts: dict[str, int] = {
        "then": then,
        **{kind: _SIGNS[kind] * changed.get(kind, 0) for kind in ordered},
        "arrived": ask.number(_ARRIVED),
    }
    return {**parts, "now": now, "difference": now - sum(parts.values())}


# People of other households of then who live in a retained household now.
_ARRIVED: Final = """
SELECT count(*) FROM now_persons AS p
SEMI JOIN (SELECT nth FROM now WHERE status = 'retained') AS r ON p.nth = r.nth
SEMI JOIN then_counted AS t ON p.key = t.key
ANTI JOIN (
  SELECT l.now_at AS nth, t.key FROM links AS l JOIN then_counted AS t ON l.then_at = t.nth
) AS own ON p.nth = own.nth AND p.key = own.key
WHERE p.counts
"""


def _count(households: int, persons: int) -> Count:
    return {"households": int(households), "persons": int(persons)}
