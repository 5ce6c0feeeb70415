"""Results as a folder of CSV or Parquet.

Everything is written aside and renamed at the end, so an interrupted run leaves no
half-written result.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

from shibie.atomic import new_files
from shibie.results.table import Table
from shibie.rosters.parquet import LIST_SEPARATOR, write_columns

Format = Literal["csv", "parquet"]


def write_folder(
    out: Path, tables: Iterable[Table], summary: dict[str, Any], form: Format = "csv"
) -> None:
    """Write the tables and `summary.json` into a folder, replacing what was there of them."""
    with new_files(out) as folder:
        for table in tables:
            write_table(folder, table, form)
        (folder / "summary.json").write_text(json_text(summary), encoding="utf-8")


def json_text(data: Mapping[str, Any]) -> str:
    """Plain data as the text of a file."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def write_table(folder: Path, table: Table, form: Format) -> None:
    """Write a table as a file of its name."""
    path = folder / f"{table.name}.{form}"
    if form == "csv":
        write_csv(path, table)
    else:
        write_columns(path, table.as_columns())


def write_csv(path: Path, table: Table) -> None:
    """UTF-8 without a byte order mark, for programs; people are given the workbook."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(
            [LIST_SEPARATOR.join(cell) if isinstance(cell, tuple) else cell for cell in row]
            for row in table.rows
        )
