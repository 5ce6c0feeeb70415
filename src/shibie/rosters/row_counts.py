"""How many rows the tables of a roster have that are not blank throughout, whoever reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shibie.rosters.layout import Layout
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.person_rows import says_nothing
from shibie.rosters.python_rows import PythonReader
from shibie.rosters.roster import few_rows
from shibie.rosters.sql_host import Host
from shibie.rosters.sql_tables import SqlTable, SqlTables
from shibie.ruleset.model import RuleSet


def rows_by_sql(
    host: Host, tables: SqlTables, layout: Layout, ruleset: RuleSet, as_of: date
) -> dict[str, int]:
    """The rows of each table, counted by SQL; verdicts and acts, which are few, by Python."""
    reader = PythonReader(host, tables, ruleset, as_of)
    sources = {"households": tables.households, "members": tables.members}
    if tables.persons is not None:
        sources = {"members": tables.persons}
    keys = dict.fromkeys(sources, HOUSEHOLD_ID)
    if tables.steps is not None:
        sources["steps"], keys["steps"] = tables.steps, HOUSEHOLD_ID
    sources |= {**tables.helping, **tables.registers}
    keys |= dict.fromkeys(tables.helping, HOUSEHOLD_ID)
    keys |= {name: ruleset.registers[name].match for name in tables.registers}
    found = {name: _rows(reader, source, keys[name]) for name, source in sources.items()}
    return found | few_rows(layout, as_of)


def _rows(reader: PythonReader, source: SqlTable, key: str) -> int:
    """Rows with a key, and of the others those that say anything else."""
    host, column = reader.host, source.columns.get(key)
    without, keyed = source, 0
    if column is not None:
        nothing = says_nothing(reader, source, column)
        query = f"SELECT count(*) FROM {source.relation} WHERE"
        keyed = int(host.rows(f"{query} NOT {nothing}")[0][0])
        if not host.rows(f"SELECT 1 FROM {source.relation} WHERE {nothing} LIMIT 1"):
            return keyed
        name = host.new_name()
        host.run(f"CREATE TABLE {name} AS SELECT * FROM {source.relation} WHERE {nothing}")
        without = replace(source, relation=name)
    others = [each for each in source.columns.values() if each is not column]
    nothing = " AND ".join(says_nothing(reader, without, each) for each in others) or "TRUE"
    rest = host.rows(f"SELECT count(*) FROM {without.relation} WHERE NOT ({nothing})")
    return keyed + int(rest[0][0])
