"""The four result tables and the summary, written as a folder of CSV or Parquet.

Everything is written aside and renamed at the end, so an interrupted run leaves no
half-written result.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from shibie.atomic import new_files
from shibie.check import Checked
from shibie.decision import Decision
from shibie.errors import Lang

LIST_SEPARATOR = "|"
Format = Literal["csv", "parquet"]
# The name by which the bulk reading knows it.
aside = new_files


@dataclass(frozen=True)
class Table:
    """A named table; `lists` are the columns whose cells are lists of text."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    lists: frozenset[str] = frozenset()


def result_tables(checked: Checked, lang: Lang = "zh") -> tuple[Table, ...]:
    """decisions, findings, tracks and rejected, in the roster's order."""
    lists = frozenset(("grounds", "reviews", "unknown", "tracks"))
    return (
        Table(
            "decisions",
            ("household_id", "eligibility", "kind", "grounds", "reviews", "unknown", "tracks"),
            tuple(_decision_row(checked, decision) for decision in checked.decisions),
            lists,
        ),
        Table(
            "findings",
            ("household_id", "member_id", "rule_id", "kind", "outcome"),
            tuple(
                (each.household_id, each.member_id, each.rule_id, each.kind, each.outcome)
                for decision in checked.decisions
                for each in decision.findings
            ),
        ),
        Table(
            "tracks",
            ("household_id", "member_id", "track"),
            tuple(
                (each.household_id, each.member_id, each.track)
                for decision in checked.decisions
                for each in decision.tracks
            ),
        ),
        Table(
            "rejected",
            ("source", "row", "field", "value", "reason"),
            tuple(
                (each.source, each.row, each.field, each.value, each.reason.say(lang))
                for each in checked.roster.rejected
            ),
        ),
    )


def _decision_row(checked: Checked, decision: Decision) -> tuple[Any, ...]:
    given = {track.track for track in decision.tracks}
    tracks = tuple(rule.id for rule in checked.ruleset.tracks if rule.id in given)
    return (
        decision.household_id,
        decision.eligibility,
        decision.kind,
        decision.grounds,
        decision.reviews,
        decision.unknown,
        tracks,
    )


def write_folder(
    out: Path, tables: Iterable[Table], summary: dict[str, Any], form: Format = "csv"
) -> None:
    """Write the tables and `summary.json` into a folder, replacing what was there of them."""
    with new_files(out) as folder:
        for table in tables:
            if form == "csv":
                write_csv(folder / f"{table.name}.csv", table)
            else:
                write_parquet(folder / f"{table.name}.parquet", table)
        text = json.dumps(summary, ensure_ascii=False, indent=1)
        (folder / "summary.json").write_text(text + "\n", encoding="utf-8")


def write_csv(path: Path, table: Table) -> None:
    """UTF-8 without a byte order mark, for programs; people are given the workbook."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(
            [LIST_SEPARATOR.join(cell) if isinstance(cell, tuple) else cell for cell in row]
            for row in table.rows
        )


def write_parquet(path: Path, table: Table) -> None:
    """Text columns, and lists of text for the list columns."""
    import pyarrow as pa
    from pyarrow import parquet

    columns = list(zip(*table.rows, strict=True)) or [()] * len(table.columns)
    kinds = {
        name: pa.list_(pa.string()) if name in table.lists else pa.string()
        for name in table.columns
    }
    if "row" in kinds:
        kinds["row"] = pa.int64()
    arrays = [
        pa.array([list(cell) if isinstance(cell, tuple) else cell for cell in column], kinds[name])
        for name, column in zip(table.columns, columns, strict=True)
    ]
    parquet.write_table(pa.table(arrays, names=list(table.columns)), path)
