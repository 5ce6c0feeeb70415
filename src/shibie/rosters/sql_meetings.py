"""Steps that are recorded once for a whole place, held against each household by SQL (see `meetings`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shibie.duckdb_tables import Column, integer_column, text_column
from shibie.engines.sql.cases_in_memory import typed
from shibie.rosters.localities import LEVELS, Locality
from shibie.rosters.meetings import COUNTS, DAYS, SAID, Meeting, Meetings
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_validation import HOME, STEP_SPECS
from shibie.rosters.step_counts import (
    NAMED,
    StepCounts,
    entry_of,
    said_of_unentered,
    said_of_unplaced,
)
from shibie.ruleset.model import RuleSet

# What is recorded of each household: a row a household and step.
HELD: Final = "steps_held"
# The last own record of each household and step; the households of each record of a place.
_OWN, _MET = "steps_own", "steps_met"
_HOME: Final = ", ".join(HOME)


def taken_in(columns: str) -> str:
    """A query of the records of single households that are valid."""
    odd = f"SELECT {columns} FROM steps_odd"
    return f"SELECT {columns} FROM steps_typed WHERE fine UNION ALL {odd}"


def hold(host: Host, ruleset: RuleSet, meetings: Meetings, homes: str) -> StepCounts:
    """Make what is recorded of each household.

    Args:
        host: has the records of single households, read by whomever.
        ruleset: has the order of the steps.
        meetings: the records of places.
        homes: a query of the decided households, with where they live; run only where there are
            records of places.
    """
    names = ", ".join(spec.name for spec in STEP_SPECS)
    host.run(
        f"CREATE VIEW {_OWN} AS SELECT {names} FROM (SELECT *, row_number() OVER"
        f" (PARTITION BY household_id, step ORDER BY {ROW} DESC) AS back"
        f" FROM ({taken_in(f'{ROW}, {names}')})) WHERE back = 1"
    )
    own = int(host.rows(f"SELECT count(*) FROM ({taken_in('step')})")[0][0])
    if not meetings.given:
        said = ", ".join(("household_id", "step", *SAID))
        host.run(
            f"CREATE VIEW {HELD} AS SELECT {said}, CAST(NULL AS VARCHAR) AS record_of"
            f" FROM {_OWN} WHERE coalesce(included, TRUE)"
        )
        return StepCounts(own, notes=meetings.notes)
    _keep(host, meetings, homes)
    _meet(host, homes)
    _fill(host)
    return _counts(host, ruleset, meetings, own, homes)


def _keep(host: Host, meetings: Meetings, homes: str) -> None:
    """Keep the records of places, and which of them are of the places where households live."""
    numbers = {id(each): at for at, each in enumerate(meetings.given)}
    records = [each.record for each in meetings.given]
    host.keep(
        "meetings",
        {
            "meeting": integer_column(list(numbers.values())),
            "level": integer_column([LEVELS.index(m.place.level) for m in meetings.given]),
            "record_of": text_column([each.place.title for each in meetings.given]),
            "among": text_column([each.among for each in records]),
            **{
                spec.name: typed(spec, [getattr(each, spec.name) for each in records])
                for spec in STEP_SPECS
                if spec.name != "household_id"
            },
        },
    )
    pairs: list[tuple[Locality, Meeting]] = []
    unsure: list[Locality] = []
    for home in _localities(host, homes):
        pairs += [(home, each) for those in meetings.of(home).values() for each in those]
        unsure += [home] if meetings.unsure_of(home) else []
    columns = _home_columns([home for home, _ in pairs])
    numbered = integer_column([numbers[id(each)] for _, each in pairs])
    host.keep("meetings_at", {**columns, "meeting": numbered})
    host.keep("unsure_homes", _home_columns(unsure))


def _localities(host: Host, homes: str) -> list[Locality]:
    rows = host.rows(f"SELECT DISTINCT {_HOME} FROM ({homes})")
    return [Locality(*(None if name is None else str(name) for name in row)) for row in rows]


def _home_columns(homes: list[Locality]) -> Mapping[str, Column]:
    return {
        alias: text_column([getattr(home, name) for home in homes]) for alias, name in HOME.items()
    }


def _at_home(other: str) -> str:
    """SQL: whether a household h lives at a place of another table."""
    return " AND ".join(f"coalesce(h.{each}, '') = coalesce({other}.{each}, '')" for each in HOME)


def _meet(host: Host, homes: str) -> None:
    """Find the record of a place that holds for each household and step: the narrowest place's."""
    host.run(
        f"CREATE TABLE {_MET} AS SELECT hid, meeting FROM ("
        "SELECT h.hid, m.meeting, m.included, row_number() OVER"
        " (PARTITION BY h.hid, m.step ORDER BY m.level, m.meeting) AS back"
        f" FROM ({homes}) AS h JOIN meetings_at AS o ON {_at_home('o')}"
        " JOIN meetings AS m ON o.meeting = m.meeting"
        f" LEFT JOIN (SELECT household_id, step FROM {_OWN} WHERE coalesce(included, TRUE)) AS a"
        " ON a.household_id = h.hid AND a.step = m.among"
        " WHERE m.among IS NULL OR a.household_id IS NOT NULL"
        ") WHERE back = 1 AND coalesce(included, TRUE)"
    )


def _fill(host: Host) -> None:
    """Put own records and those of places together, as `meetings.held_steps` does."""
    apart = "o.attendance IS NOT NULL OR o.eligible_voters IS NOT NULL"
    same = " AND ".join(f"(o.{day} IS NULL OR coalesce(o.{day} = m.{day}, FALSE))" for day in DAYS)
    values = []
    for name in SAID:
        filled = f"coalesce(o.{name}, m.{name})"
        if name in COUNTS:
            filled = f"CASE WHEN {apart} THEN o.{name} ELSE {filled} END"
        values.append(
            f"CASE WHEN o.household_id IS NULL OR ({same}) THEN {filled} ELSE o.{name} END AS {name}"
        )
    host.run(
        f"CREATE TABLE {HELD} AS SELECT coalesce(o.household_id, m.hid) AS household_id,"
        f" coalesce(o.step, m.step) AS step, {', '.join(values)},"
        f" CASE WHEN o.household_id IS NULL OR ({same}) THEN m.record_of END AS record_of"
        f" FROM {_OWN} AS o FULL JOIN"
        f" (SELECT t.hid, p.* FROM {_MET} AS t JOIN meetings AS p ON t.meeting = p.meeting) AS m"
        " ON o.household_id = m.hid AND o.step = m.step"
        " WHERE o.household_id IS NULL OR coalesce(o.included, TRUE)"
    )


def _counts(host: Host, ruleset: RuleSet, meetings: Meetings, own: int, homes: str) -> StepCounts:
    """What the table of steps holds (see `step_counts.counts_of`)."""
    notes = list(meetings.notes)
    unsure = f"FROM ({homes}) AS h JOIN unsure_homes AS u ON {_at_home('u')}"
    ((unplaced,),) = host.rows(f"SELECT count(*) {unsure}")
    if unplaced:
        some = host.rows(f"SELECT h.hid, h.ord_ {unsure} ORDER BY h.ord_ LIMIT {NAMED}")
        notes.append(said_of_unplaced(int(unplaced), [str(hid) for hid, _ in some]))
    by_place = f"SELECT household_id, step FROM {HELD} WHERE record_of IS NOT NULL"
    ((households,),) = host.rows(f"SELECT count(DISTINCT household_id) FROM ({by_place})")
    entry = entry_of(ruleset)
    if entry is not None:
        later = ", ".join(quoted(s.id) for s in ruleset.procedure if s.number > entry.number)
        entered = f"SELECT household_id FROM {HELD} WHERE step = {quoted(entry.id)}"
        ((some_entered,),) = host.rows(f"SELECT count(*) FROM ({entered})")
        ((without,),) = host.rows(
            f"SELECT count(DISTINCT household_id) FROM ({by_place})"
            f" WHERE step IN ({later}) AND household_id NOT IN ({entered})"
        ) if later else ((0,),)  # fmt: skip
        if some_entered and without:
            notes.append(said_of_unentered(int(without), entry))
    given = len(meetings.given)
    return StepCounts(own + given, given, int(households), tuple(notes))
