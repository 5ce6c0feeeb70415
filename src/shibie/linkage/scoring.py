"""Pairs weighed by splink, on a DuckDB of this process; the same whatever its threads."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from shibie.duckdb_tables import Column, make_table, text_column
from shibie.linkage.model import Model
from shibie.scratch_database import rows_of

if TYPE_CHECKING:
    import duckdb

# A weight as it is told; what lies behind it is noise of the last bit.
PLACES: Final = 2


@dataclass(frozen=True)
class Scored:
    """A pair of entries.

    Attributes:
        one: the id of the first.
        other: the id of the second.
        weight: the match weight: how many times the odds double.
        probability: the same as a probability.
        levels: which level holds in each aspect; an aspect of which nothing is known is not there.
    """

    one: str
    other: str
    weight: float
    probability: float
    levels: Mapping[str, str]


def scored(
    connection: duckdb.DuckDBPyConnection, table: str, model: Model, least: float
) -> Iterator[Scored]:
    """The pairs of a table whose weight is large enough, by the ids of both.

    Args:
        connection: the database.
        table: of entries: `unique_id`, and the columns that the model compares.
        model: what is compared.
        least: the least weight.
    """
    pairs = _weighed(connection, table, model, least)
    every = ", ".join(f"{each.case()} AS {each.name}" for each in model.aspects)
    columns = [row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()]
    both = ", ".join(
        f'{side}."{name}" AS "{name}_{side}"' for side in ("l", "r") for name in columns
    )
    query = (
        f"SELECT unique_id_l, unique_id_r, match_weight, match_probability, {every} FROM ("
        f"SELECT p.match_weight, p.match_probability, {both} FROM {pairs} AS p"
        f" JOIN {table} AS l ON p.unique_id_l = l.unique_id"
        f" JOIN {table} AS r ON p.unique_id_r = r.unique_id) ORDER BY unique_id_l, unique_id_r"
    )
    for one, other, weight, probability, *levels in rows_of(connection, query):
        found = {
            each.name: level for each, level in zip(model.aspects, levels, strict=True) if level
        }
        yield Scored(one, other, round(weight, PLACES), round(probability, 4), found)
    connection.execute(f"DROP TABLE IF EXISTS {pairs}")


def _weighed(connection: duckdb.DuckDBPyConnection, table: str, model: Model, least: float) -> str:
    """The table of the weighed pairs."""
    from shibie.linkage.libraries import CustomRule, splink

    settings = splink.SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=model.prior,
        comparisons=[each.comparison() for each in model.aspects],
        blocking_rules_to_generate_predictions=[
            CustomRule(rule, arrays_to_explode=[array] if array else None)
            for rule, array in model.blocking
        ],
        retain_matching_columns=False,
        # Names in the database, which are no part of what comes out.
        linker_uid=f"of_{table}",
    )
    with _quiet():
        api = splink.DuckDBAPI(connection)
        given = api.register(table, table_name=f"{table}_given")
        linker = splink.Linker(given, settings, log_level=None)
        for name, values in model.frequencies.items():
            place = f"{table}_{name}_frequency"
            columns = {
                name: text_column(list(values)),
                f"tf_{name}": Column("DOUBLE", list(values.values())),
            }
            make_table(connection, place, columns)
            lookup = api.register(place, table_name=f"{place}_given")
            linker.table_management.register_term_frequency_lookup(lookup, name)
        # The least is of what is told: a weight is rounded before it is held against it.
        found = linker.inference.predict(
            threshold_match_weight=least - 0.5 * 10**-PLACES, warning_mode="never"
        )
    return str(found.physical_name)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the log of splink, which would go to stderr."""
    log = logging.getLogger("splink")
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)


def write_table(
    connection: duckdb.DuckDBPyConnection, name: str, rows: Sequence[Mapping[str, Any]],
    columns: Mapping[str, str],
) -> None:  # fmt: skip
    """Make a table of entries; an empty text is unknown.

    Args:
        connection: the database.
        name: of the table.
        rows: the cells by column.
        columns: with their types.
    """
    made = {
        column: Column(kind, [row[column] if row[column] != "" else None for row in rows])
        for column, kind in columns.items()
    }
    make_table(connection, name, made)
