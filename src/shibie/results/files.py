"""Results as a folder of CSV or Parquet.

Everything is written aside and renamed at the end, so an interrupted run leaves no
half-written result.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from shibie.atomic import new_files
from shibie.formula_cells import defused
from shibie.results.table import Table
from shibie.rosters.parquet import LIST_SEPARATOR, write_columns
from shibie.shown_text import shown_data

Format = Literal["csv", "parquet"]
# By this sign before its text Excel knows a file of CSV for UTF-8.
MARK: Final = "\ufeff"


@dataclass(frozen=True)
class CsvStyle:
    """How CSV is written.

    Attributes:
        mark: whether the mark of UTF-8 comes first, for Excel.
        titles: by table what stands above its columns in the place of their names.
    """

    mark: bool = False
    titles: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def header(self, table: str, columns: Iterable[str]) -> list[str]:
        """What stands above the columns of a table, the mark before the first of them."""
        titles = self.titles.get(table, {})
        shown = [titles.get(name, name) for name in columns]
        return [MARK + shown[0], *shown[1:]] if self.mark else shown


PLAIN: Final = CsvStyle()


def _nothing(out: str) -> dict[str, Any]:
    return {}


@dataclass(frozen=True)
class Writing:
    """How folders of results are written.

    Attributes:
        style: of CSV.
        beside: what `summary.json` in a folder holds beside the counts.
        others: the names of tables that the result does not have: files of an older result
            would be taken for part of it.
    """

    style: CsvStyle = PLAIN
    beside: Callable[[str], dict[str, Any]] = _nothing
    others: tuple[str, ...] = ()

    def gone(self, form: Format) -> tuple[str, ...]:
        """The files of tables that the result does not have."""
        return tuple(f"{name}.{form}" for name in self.others)

    def summary(self, out: str, summary: Mapping[str, Any]) -> str:
        """The text of `summary.json` in a folder."""
        return json_text({**shown_data(summary), **self.beside(out)})


def write_folder(
    out: Path,
    tables: Iterable[Table],
    summary: dict[str, Any],
    form: Format = "csv",
    writing: Writing = Writing(),
) -> None:
    """Write the tables and `summary.json` into a folder, replacing what was there of them."""
    with new_files(out, writing.gone(form)) as folder:
        for table in tables:
            write_table(folder, table, form, writing.style)
        text = writing.summary(str(out), summary)
        (folder / "summary.json").write_text(text, encoding="utf-8")


def json_text(data: Mapping[str, Any]) -> str:
    """Plain data as the text of a file."""
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


def write_table(folder: Path, table: Table, form: Format, style: CsvStyle = PLAIN) -> None:
    """Write a table as a file of its name."""
    path, table = folder / f"{table.name}.{form}", table.as_shown()
    if form == "csv":
        write_csv(path, table, style)
    else:
        write_columns(path, table.as_columns())


def write_csv(path: Path, table: Table, style: CsvStyle = PLAIN) -> None:
    """Write UTF-8; no text is a formula to whatever opens it."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(style.header(table.name, table.columns))
        writer.writerows([_written(cell) for cell in row] for row in table.rows)


def _written(cell: Any) -> Any:
    text = LIST_SEPARATOR.join(cell) if isinstance(cell, tuple) else cell
    return defused(text) if isinstance(text, str) else text
