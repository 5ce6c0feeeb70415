"""Control totals: how many rows each table must have, so that no half of one passes for the whole.

Half a register moves households without a trace: whoever is only in the other half has no
house and no car.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from shibie.errors import InputError, Problem, Words, did_you_mean, listed
from shibie.project.registers import named_register
from shibie.project.written import Total
from shibie.rosters.duckdb_host import duck_host
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.layout import SHEET_NAMES
from shibie.rosters.row_counts import rows_by_sql
from shibie.rosters.sheets import HELD_BELOW, size_of
from shibie.rosters.sql_tables import open_tables
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import folded


def must_come_to(given: GivenRoster, totals: Iterable[Total], held_below: int = HELD_BELOW) -> None:
    """Refuse a roster of which a table has not as many rows as it must have.

    Args:
        given: the roster.
        totals: what its tables must come to.
        held_below: so many bytes of a roster are read in Python.

    Raises:
        InputError: with every table that comes to something else.
    """
    wanted = tuple(totals)
    if not wanted:
        return
    problems = []
    rows = _rows(given, held_below)
    for total in wanted:
        name = _table(total.table, given.ruleset)
        if name is None or (name == "households" and name not in rows and "members" in rows):
            problems.append(_no_such(total, given.ruleset, rows))
        elif rows.get(name) != total.rows:
            problems.append(_differs(total, rows.get(name), name in given.ruleset.registers))
    if problems:
        raise InputError(problems)


def _rows(given: GivenRoster, held_below: int) -> Mapping[str, int]:
    """The rows of each table that are not blank throughout."""
    if size_of(given.sheets) <= held_below:
        return given.roster.rows
    with duck_host(keep=False) as host:
        tables = open_tables(host, given.layout, given.ruleset, given.as_of)
        return rows_by_sql(host, tables, given.layout, given.ruleset, given.as_of)


def _table(name: str, ruleset: RuleSet) -> str | None:
    """The table of that name or title; `roster` is the one of a row a person."""
    for table, names in SHEET_NAMES.items():
        if folded(name) in map(folded, names):
            return table
    if folded(name) in ("roster", "名册"):
        return "members"
    return named_register(name, ruleset)


def _no_such(total: Total, ruleset: RuleSet, rows: Mapping[str, int]) -> Problem:
    if "households" not in rows and _table(total.table, ruleset) == "households":
        return Problem(
            total.where,
            Words("名册一人一行，没有农户表", "a row is a person: there is no table of households"),
            suggestion=Words("写 roster: {rows: …}", "write roster: {rows: …}"),
        )
    known = [*SHEET_NAMES, "roster", *ruleset.registers]
    return Problem(
        total.where,
        Words(f"没有叫“{total.table}”的表", f"there is no table '{total.table}'"),
        suggestion=did_you_mean(total.table, known)
        or Words(f"可写：{listed(known, 20, lang='zh')}", f"one of: {listed(known, 20)}"),
    )


def _differs(total: Total, found: int | None, is_register: bool) -> Problem:
    name = total.table
    if found is None:
        what = Words(
            f"“{name}”应有 {total.rows} 行，没有这张表",
            f"'{name}' must have {total.rows} rows, and is not there",
        )
    else:
        what = Words(
            f"“{name}”应有 {total.rows} 行，实有 {found} 行",
            f"'{name}' must have {total.rows} rows, and has {found}",
        )
    hint = Words("文件给全了吗？数目变了就改控制总数", "is the file whole? else mend the total")
    if is_register and (found or 0) < total.rows:
        hint = Words(
            "可能只给了一部分：少了的行里的人会被当作没有登记；给全，或数目真变了就改控制总数",
            "perhaps only a part was given, and whoever is in the rest would pass for not"
            " registered: give the whole, or mend the total if it is another now",
        )
    elif found is not None and found > total.rows:
        hint = Words(
            "可能交了两次，或混进了别处的行；核对后再认定，数目真变了就改控制总数",
            "perhaps it was given twice, or rows of elsewhere are in it: look, or mend the total"
            " if it is another now",
        )
    return Problem(total.where, what, suggestion=hint)
