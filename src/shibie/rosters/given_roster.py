"""A roster as it was given, not yet read through: for a check of any size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from shibie.errors import InputError, Problem, Words
from shibie.forms.form import TableForm
from shibie.household import BareHousehold
from shibie.results.table import Table
from shibie.results.tables import rejected_table
from shibie.rosters.finding import lay_out
from shibie.rosters.frames import sheets_of
from shibie.rosters.layout import SHEET_NAMES, Layout
from shibie.rosters.roster import Roster, read_laid_out
from shibie.rosters.sheets import Sheet, read_sheets, unread_notes
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import folded


@dataclass(frozen=True)
class GivenRoster:
    """The tables of a roster, found by their names and headers.

    Attributes:
        ruleset: says which fields and registers there are.
        as_of: the day of judgement.
        sheets: as they were given.
        unread: what of a folder is not read.
        path: the file or the folder, where it was one.
        form: how the tables are read, if they are none that shibie knows.
        beside: the sheets that came in another file, as messages name them.
    """

    ruleset: RuleSet
    as_of: date
    sheets: tuple[Sheet, ...]
    unread: tuple[Words, ...] = ()
    path: Path | None = None
    form: TableForm | None = None
    beside: frozenset[str] = frozenset()

    def with_verdicts(self, path: str | Path) -> GivenRoster:
        """The roster with the verdicts and acts of another workbook, as a result with answers has them.

        They count beside the roster's own; an act that is in both is one.

        Raises:
            InputError: when it cannot be read, or has no such sheet.
        """
        names = {folded(each) for name in ("adjudications", "acts") for each in SHEET_NAMES[name]}
        place = Path(path)
        found = tuple(
            replace(sheet, shown=f"{place.name}/{sheet.shown}", goes_on=True)
            for sheet in read_sheets(place)
            if folded(sheet.name) in names
        )
        if not found:
            what = Words("没有“核实”或“办理”工作表", "there is no sheet 核实 or 办理")
            raise InputError(Problem(str(place), what))
        beside = self.beside | {sheet.shown for sheet in found}
        return replace(self, sheets=(*self.sheets, *found), beside=beside)

    @cached_property
    def layout(self) -> Layout:
        """Which sheet is which table."""
        return lay_out(self.sheets, self.ruleset, self.as_of, self.form)

    @cached_property
    def roster(self) -> Roster:
        """The roster, read and validated in Python: for one that memory holds."""
        return read_laid_out(self.layout, self.ruleset, self.as_of, self.unread)

    @property
    def households(self) -> tuple[BareHousehold, ...]:
        """The valid households."""
        return self.roster.households

    @property
    def rejected(self) -> Table:
        """A row for each fault that kept a row or a household out."""
        return rejected_table(self.roster.rejected, self.ruleset.lang)

    def __len__(self) -> int:
        """How many households came in, rejected ones as well."""
        return self.roster.given


def roster_of_path(
    path: str | Path, ruleset: RuleSet, as_of: date, form: TableForm | None = None
) -> GivenRoster:
    """A folder of CSV or Parquet, or one workbook.

    Args:
        path: the folder or file.
        ruleset: says which fields and registers there are.
        as_of: the day of judgement.
        form: how its tables are read, if they are none that shibie knows.

    Raises:
        InputError: when it cannot be used at all.
    """
    place = Path(path)
    given = GivenRoster(ruleset, as_of, read_sheets(place), unread_notes(place), place, form)
    _ = given.layout
    return given


def roster_of_tables(ruleset: RuleSet, as_of: date, tables: Mapping[str, Any]) -> GivenRoster:
    """Tables that a program holds, by name.

    Raises:
        InputError: when they cannot be used at all.
    """
    given = GivenRoster(ruleset, as_of, sheets_of(ruleset, tables))
    _ = given.layout
    return given
