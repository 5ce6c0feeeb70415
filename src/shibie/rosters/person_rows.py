"""A table of one row a person, whose household numbers stand in the first row alone.

The SQL side of `rosters.national_export.filled_down`: merged cells, as exports and people write them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shibie.rosters.cells import is_blank, reads_as
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.python_rows import PythonReader
from shibie.rosters.sql_cells import WHITE_SPACE, in_brackets, quoted, texts
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_tables import MatchedColumn, SqlTable, SqlTables
from shibie.ruleset.model import RuleSet
from shibie.traditional import traditional
from shibie.vocabulary import HEAD

# Longer than any text that means a blank, as far as it is not white space.
_SHORT = 3
# What `cells.is_blank` leaves out at both ends.
_OUTER = WHITE_SPACE + in_brackets("\u200b\ufeff")
_PLAIN = r"[0-9A-Za-z\x{4E00}-\x{9FFF}]+"


def filled(host: Host, tables: SqlTables, ruleset: RuleSet, as_of: date) -> SqlTables:
    """The tables, with household numbers carried into the rows of merged cells.

    Only into rows that hold a person who is not the head: a head begins a household, so a
    missing number there is a fault, not a merged cell.
    """
    persons = tables.persons
    if persons is None or "relation" not in persons.columns:
        return tables
    number, relation = persons.columns[HOUSEHOLD_ID], persons.columns["relation"]
    reader = PythonReader(host, tables, ruleset, as_of)
    no_number, no_relation = (says_nothing(reader, persons, each) for each in (number, relation))
    head = _head(reader, persons, relation)
    carried = f"{no_number} AND NOT {no_relation} AND NOT {head}"
    if not host.rows(f"SELECT 1 FROM {persons.relation} WHERE {carried} LIMIT 1"):
        return tables
    # The row that a number is carried from; none where a head without a number came between.
    above = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
    carrying, name = host.new_name(), host.new_name()
    host.run(
        f"CREATE TABLE {carrying} AS SELECT {ROW}, above FROM ("
        f"SELECT {ROW}, {carried} AS carried,"
        f" max(CASE WHEN NOT {no_number} THEN {ROW} END) OVER (ORDER BY {ROW} {above}) AS above,"
        f" max(CASE WHEN {no_number} AND {head} THEN {ROW} END)"
        f" OVER (ORDER BY {ROW} {above}) AS lost"
        f" FROM {persons.relation}) WHERE carried AND above > coalesce(lost, 0)"
    )
    others = ", ".join(f"r.{column.sql}" for column in persons.columns.values() if column != number)
    host.run(
        f"CREATE TABLE {name} AS SELECT r.{ROW}, {others},"
        f" CASE WHEN c.above IS NULL THEN r.{number.sql} ELSE f.{number.sql} END AS {number.sql}"
        f" FROM {persons.relation} AS r LEFT JOIN {carrying} AS c ON r.{ROW} = c.{ROW}"
        f" LEFT JOIN {persons.relation} AS f ON c.above = f.{ROW}"
    )
    households, members, persons = (
        replace(source, relation=name) for source in (tables.households, tables.members, persons)
    )
    return replace(tables, households=households, members=members, persons=persons)


def says_nothing(reader: PythonReader, source: SqlTable, column: MatchedColumn) -> str:
    """Whether a cell says nothing, whatever it says nothing with."""
    if column.sql_type.upper() != "VARCHAR":
        return f"({column.sql} IS NULL)"
    trimmed = f"regexp_replace({column.sql}, '^[{_OUTER}]+|[{_OUTER}]+$', '', 'g')"
    found = reader.distinct(source, column, f"length({trimmed}) <= {_SHORT}", is_blank)
    return f"({column.sql} IS NULL OR {column.sql} IN ({texts(['', *found])}))"


def _head(reader: PythonReader, source: SqlTable, column: MatchedColumn) -> str:
    """Whether a cell says that this is the head of a household."""
    if column.sql_type.upper() != "VARCHAR":
        return "FALSE"
    read_as = column.spec.read_as
    letters = {word[0] for word, code in read_as.items() if code == HEAD}
    first = sorted(letters.union(*map(traditional, letters)))
    heads = " OR ".join(f"contains({column.sql}, {quoted(letter)})" for letter in first)
    where = f"{heads} OR NOT regexp_full_match({column.sql}, '{_PLAIN}')"
    found = reader.distinct(source, column, where, lambda cell: reads_as(cell, column.spec, HEAD))
    return f"coalesce({column.sql} IN ({texts([HEAD, *found])}), FALSE)"
