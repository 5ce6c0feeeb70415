"""The township: households a second, and xlsx → xlsx against the same cells bare.

    python bench/township.py

Every ratio is from one run on one machine. The bare run reads the same workbook with the
same reader and writes as many cells of the same text with the same writer; it decides nothing.
"""

from __future__ import annotations

import csv
import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import python_calamine
import xlsxwriter

from shibie.checking_in_python import check
from shibie.engines.decide import decide
from shibie.results.python_counts import summarise
from shibie.results.tables import rejected_table
from shibie.results.workbook import Annotated, write_workbook
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load

ROOT = Path(__file__).resolve().parents[1]
AS_OF = date(2015, 12, 20)
ROUNDS = 5


def timed(work: Callable[[], object]) -> float:
    """Median seconds of several rounds."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def as_workbook(folder: Path, path: Path) -> None:
    """The CSV township as one workbook."""
    names = {"households": "农户", "members": "成员", "adjudications": "核实", "steps": "程序"}
    with xlsxwriter.Workbook(str(path)) as book:
        for file in [*sorted(folder.glob("*.csv")), *sorted((folder / "registers").glob("*.csv"))]:
            name = names.get(file.stem, f"比对-{file.stem}")
            sheet = book.add_worksheet(name)
            with file.open(encoding="utf-8", newline="") as rows:
                for number, row in enumerate(csv.reader(rows)):
                    for column, cell in enumerate(row):
                        sheet.write_string(number, column, cell)


def read_cells(path: Path) -> list[list[list[Any]]]:
    """Every sheet's cells."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def bare(source: Path, result: Path, out: Path) -> None:
    """Read the roster's cells and write the result's cells, nothing else."""
    read_cells(source)
    sheets = _RESULT.setdefault(result, read_cells(result))
    with xlsxwriter.Workbook(str(out)) as book:
        for rows in sheets:
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(number, column, cell)


_RESULT: dict[Path, list[list[list[Any]]]] = {}


def main() -> None:
    """Measure and print; without the cyclic garbage collector, as `shibie check` runs."""
    gc.disable()
    ruleset = load("bazhong-2015")
    with tempfile.TemporaryDirectory() as scratch:
        source, result, other = (Path(scratch) / name for name in ("in.xlsx", "out.xlsx", "b.xlsx"))
        as_workbook(ROOT / "fixtures" / "township-2015", source)

        def whole() -> None:
            checked = check(ruleset, read_roster(source, ruleset, AS_OF), AS_OF)
            rejected = rejected_table(checked.roster.rejected, "zh")
            write_workbook(result, Annotated(ruleset, [checked], rejected, summarise(checked)))

        whole()
        bare(source, result, other)
        product, peer = timed(whole), timed(lambda: bare(source, result, other))
        cases = check(ruleset, read_roster(source, ruleset, AS_OF), AS_OF).cases
        deciding = timed(lambda: [decide(ruleset, case) for case in cases])
    rules = len(ruleset.rules)
    print(
        f"interpreter: {len(cases) / deciding:,.0f} households/s ({rules} rules, {len(cases)} households)"
    )
    print(
        f"township xlsx -> xlsx: {product:.2f} s; the same cells bare: {peer:.2f} s; ratio {product / peer:.2f}"
    )


if __name__ == "__main__":
    main()
