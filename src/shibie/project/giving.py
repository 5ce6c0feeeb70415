"""The roster of a project: with its registers, its acts and its control totals."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from shibie.actlog import has_acts, open_acts, with_acts
from shibie.errors import InputError, Problem, Words
from shibie.forms.form import TableForm
from shibie.project.registers import with_registers
from shibie.project.totals import must_come_to
from shibie.project.written import RegisterFile, Total
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.sheets import read_sheets, unread_notes
from shibie.ruleset.model import RuleSet


def given_roster(
    path: Path,
    ruleset: RuleSet,
    as_of: date,
    *,
    registers: Iterable[RegisterFile] = (),
    form: TableForm | None = None,
    acts: Path | None = None,
    totals: Iterable[Total] = (),
) -> GivenRoster:
    """A roster with what lies beside it; not yet read through.

    Args:
        path: the roster: a folder or a file.
        ruleset: says which fields and registers there are.
        as_of: the day of judgement.
        registers: further files that are registers.
        form: how its tables are read.
        acts: the log of acts, into which the roster's own tables of acts are taken.
        totals: how many rows its tables must have.

    Raises:
        InputError: when it cannot be used, or a table has not as many rows as it must have.
    """
    sheets, notes = read_sheets(path), unread_notes(path)
    own = {sheet.shown for sheet in sheets}
    sheets = with_registers(sheets, registers, ruleset)
    if acts is not None:
        _must_hold_something(acts)
        if acts.exists() or has_acts(sheets):
            with open_acts(acts) as log:
                sheets, more = with_acts(sheets, log, ruleset)
                notes = (*notes, *log.notes, *more)
    beside = frozenset(sheet.shown for sheet in sheets) - own
    given = GivenRoster(ruleset, as_of, sheets, notes, path, form, beside)
    _ = given.layout
    must_come_to(given, totals)
    return given


def _must_hold_something(acts: Path) -> None:
    """Refuse a log that is an empty file: what it held is lost, and would be passed over."""
    if acts.is_file() and acts.stat().st_size == 0:
        raise InputError(
            Problem(
                str(acts),
                Words("空文件：日志里的办理丢了", "an empty file: the acts of the log are lost"),
                suggestion=Words(
                    "从备份恢复；还没有办理过的，删去这个文件",
                    "restore it from a backup, or delete it if nothing was recorded yet",
                ),
            )
        )
