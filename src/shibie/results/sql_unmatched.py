"""What of the registers matches nobody, by SQL: as `registers.unmatched` says it of a small roster."""

from __future__ import annotations

from collections.abc import Iterable

from shibie.citizen_id import CHECK_CHARACTERS, WEIGHTS
from shibie.engines.sql.plan import KEY
from shibie.registers.unmatched import NOBODY
from shibie.results.sql_counts import HELD_UP
from shibie.results.tables import COLUMNS, lists_of
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, Host, Output
from shibie.rosters.sql_matches import PEOPLE, numbered, supplied_of
from shibie.rosters.sql_register_rows import UNUSABLE
from shibie.ruleset.model import RuleSet


def unmatched(ruleset: RuleSet, supplied: Iterable[str]) -> Output:
    """The table of rows that are not surely about anybody."""
    parts = [
        f"SELECT {index} AS place, {quoted(name)} AS register, {ROW} AS row,"
        f" {_masked()} AS number, {quoted(NOBODY)} AS reason FROM ({numbered(index)})"
        f" WHERE {KEY} NOT IN {PEOPLE}"
        for index, name in supplied_of(ruleset, supplied)
    ]
    if ruleset.registers:
        parts.append(
            f"SELECT register AS place, CASE register {_names(ruleset)} END AS register, {ROW} AS row,"
            f" number, reason FROM {UNUSABLE}"
        )
    nothing = "SELECT 0 AS place, '' AS register, 0 AS row, '' AS number, '' AS reason WHERE FALSE"
    query = " UNION ALL ".join(parts) or nothing
    return Output("unmatched", COLUMNS["unmatched"], lists_of("unmatched"), query, "place, row")


def held_up_twice(host: Host, ruleset: RuleSet) -> dict[str, int]:
    """By register, how many rows hold up households though their number is known: perhaps twice."""
    if not ruleset.registers:
        return {}
    unusable = (
        f"(SELECT CASE register {_names(ruleset)} END AS register, CAST({ROW} AS VARCHAR) AS number"
        f" FROM {UNUSABLE})"
    )
    query = (
        f"SELECT r.register, count(DISTINCT r.number) FROM {HELD_UP} AS r ANTI JOIN {unusable} AS u"
        " ON r.register = u.register AND r.number = u.number WHERE r.number <> '*'"
        " GROUP BY r.register"
    )
    return {name: int(count) for name, count in host.rows(query)}


def _names(ruleset: RuleSet) -> str:
    """The names of registers by their places, as arms of a CASE."""
    names = enumerate(ruleset.registers)
    return " ".join(f"WHEN {index} THEN {quoted(name)}" for index, name in names)


def _masked() -> str:
    """A number as it may be shown: the first three characters and the last two."""
    text = f"CAST({KEY} AS VARCHAR)"
    total = " + ".join(
        f"CAST(substr({text}, {place}, 1) AS INTEGER) * {weight}"
        for place, weight in enumerate(WEIGHTS, start=1)
    )
    check = f"substr({quoted(CHECK_CHARACTERS)}, ({total}) % 11 + 1, 1)"
    return f"concat(substr({text}, 1, 3), repeat('*', 13), substr({text}, 17, 1), {check})"
