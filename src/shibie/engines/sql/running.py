"""Runs a plan's steps on DuckDB: a table where several steps read it, else a view."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from shibie.engines.sql.plan import QueryStep

if TYPE_CHECKING:
    import duckdb


def read_again(steps: Iterable[QueryStep]) -> frozenset[str]:
    """The steps that several others read: computed once, as tables."""
    uses = Counter(name for step in steps for name in step.reads)
    return frozenset(name for name, count in uses.items() if count > 1)


def run_steps(
    connection: duckdb.DuckDBPyConnection,
    steps: Iterable[QueryStep],
    progress: Callable[[str], None] | None = None,
) -> None:
    """Execute steps in order; the outputs can then be selected from."""
    several = list(steps)
    tables = read_again(several)
    for step in several:
        kind = "TABLE" if step.name in tables else "VIEW"
        if kind == "TABLE" and progress:
            progress(step.name)
        connection.execute(f'CREATE TEMP {kind} "{step.name}" AS {step.query}')
