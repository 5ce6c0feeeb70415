"""Tables of acts taken into the log, each once, by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from shibie.actlog.recorded import (
    FaultyRow,
    Recorded,
    act_event,
    acts_table,
    must_not_clash,
    read_log,
)
from shibie.acts import TABLE_NAMES, Act, act_specs
from shibie.errors import InputError, Problem, Words, listed
from shibie.eventlog import AppendOnlyLog, LogMovedError
from shibie.rosters.acts import acts_to_record
from shibie.rosters.headers import Header, find_header, ignored_note
from shibie.rosters.records import Rejection, read_table
from shibie.rosters.sheets import Sheet, table_of
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import folded


@dataclass(frozen=True)
class TakenIn:
    """What became of a table of acts.

    Attributes:
        shown: how messages name the table.
        sha256: of the file, or of the rows of a sheet.
        before: whether this very table was taken in before; then nothing was read.
        acts: those that were recorded now.
        again: how many of its rows were recorded before.
        rejected: rows that cannot be used; they are not recorded, and said each time.
        left: the numbers of acts in force that stood in the table of that name before, and do
            not any more.
        faulty: the rejected rows as they were written.
        notes: what people are told of it.
    """

    shown: str
    sha256: str
    before: bool = False
    acts: tuple[Act, ...] = ()
    again: int = 0
    rejected: tuple[Rejection, ...] = ()
    left: tuple[str, ...] = ()
    faulty: tuple[FaultyRow, ...] = ()
    notes: tuple[Words, ...] = ()


def take_in(
    log: AppendOnlyLog, table: Sheet | str | Path, ruleset: RuleSet | None = None
) -> TakenIn:
    """Take a table of acts into a log, unless this very table was taken in before.

    Rows that were recorded before, from whichever table, are not recorded again. A table some
    of whose rows cannot be used is gone through anew each time, until they are mended.

    Args:
        log: of acts.
        table: a file (CSV or Parquet), or a sheet of a roster.
        ruleset: knows registers and steps by all of their names; without it they are recorded
            as they are named.

    Raises:
        InputError: when the table has no usable header, or a row bears the number of another
            act that is recorded; then nothing was recorded.
    """
    sheet = table if isinstance(table, Sheet) else table_of(Path(table), Path(table).name)
    digest = digest_of(sheet)
    while True:
        before = read_log(log)
        if digest in before.tables:
            return TakenIn(sheet.shown, digest, before=True)
        found, events = _read(sheet, digest, before, ruleset)
        try:
            log.extend(events, expected=before.count)
        except LogMovedError:
            continue
        return found


def with_acts(
    sheets: Sequence[Sheet], log: AppendOnlyLog, ruleset: RuleSet
) -> tuple[tuple[Sheet, ...], tuple[Words, ...]]:
    """The sheets of a roster with the log's acts; its own tables of acts are taken into the log.

    Rows that cannot be used stand below the log's acts, so that they are rejected, and said,
    as those of any table of acts.

    Args:
        sheets: of the roster.
        log: of acts.
        ruleset: of the check.

    Returns:
        the other sheets as they are, and the table of all acts; and notes.

    Raises:
        InputError: as `take_in` does.
    """
    others = tuple(sheet for sheet in sheets if not _is_of_acts(sheet))
    tables = [sheet for sheet in sheets if _is_of_acts(sheet) and sheet.rows]
    taken = [take_in(log, sheet, ruleset) for sheet in tables]
    whole = acts_table(log, [row for each in taken for row in each.faulty])
    notes = tuple(note for each in taken for note in each.notes)
    return (*others, *((whole,) if len(whole.rows) > 1 else ())), notes


def has_acts(sheets: Iterable[Sheet]) -> bool:
    """Whether there is anything to be taken into a log among the sheets of a roster."""
    return any(_is_of_acts(sheet) and sheet.rows for sheet in sheets)


def _is_of_acts(sheet: Sheet) -> bool:
    return folded(sheet.name) in set(map(folded, TABLE_NAMES))


def digest_of(sheet: Sheet) -> str:
    """The SHA-256 of a sheet's file, or of its rows where it has no file of its own."""
    if sheet.file is not None:
        with Path(sheet.file.path).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    rows = [[None if cell is None else [type(cell).__name__, str(cell)] for cell in row]
            for row in sheet.rows]  # fmt: skip
    return hashlib.sha256(json.dumps(rows, ensure_ascii=False).encode()).hexdigest()


def _read(
    sheet: Sheet, digest: str, before: Recorded, ruleset: RuleSet | None
) -> tuple[TakenIn, list[dict[str, Any]]]:
    """What is to be recorded of a table, and the events."""
    specs = act_specs()
    header = find_header(sheet, specs, [spec.name for spec in specs if spec.required])
    table = read_table(sheet, header, date.max)
    if digest_of(sheet) != digest:
        what = Words("读的时候文件变了", "the file changed while it was read")
        raise InputError(Problem(sheet.shown, what, code="file_failure"))
    written = acts_to_record(table, ruleset, tuple(before.acts.values()))
    acts = [each.act for each in written.given]
    must_not_clash(acts, before, sheet.shown)
    fresh = [each for each in written.given if str(each.act.act_id) not in before.acts]
    events = [
        act_event(each.act, {"name": sheet.shown, "sha256": digest, "row": each.record.number})
        for each in fresh
    ]
    numbers = [str(act.act_id) for act in acts]
    left = tuple(
        number
        for number in before.named.get(sheet.shown, ())
        if number not in {*numbers, *before.undone, *_undone(acts)}
        and before.acts[number].kind != "undo"
    )
    if not written.rejected:
        events.append({"table": {"name": sheet.shown, "sha256": digest, "acts": numbers}})
    found = TakenIn(
        sheet.shown,
        digest,
        acts=tuple(each.act for each in fresh),
        again=len(acts) - len(fresh),
        rejected=written.rejected,
        left=left,
        faulty=_faulty(sheet, header, written.rejected),
        notes=(*_notes(sheet, header, written.rejected, left), *written.notes),
    )
    return found, events


def _undone(acts: Iterable[Act]) -> frozenset[str]:
    return frozenset(str(act.value) for act in acts if act.kind == "undo")


def _faulty(sheet: Sheet, header: Header, rejected: Iterable[Rejection]) -> tuple[FaultyRow, ...]:
    """The rejected rows with their cells in the order of the columns of acts."""
    at = {spec.name: index for index, spec in header.columns.items()}
    found = []
    for number in sorted({each.row for each in rejected}):
        row = sheet.rows[number - 1]
        places = (at.get(spec.name, len(row)) for spec in act_specs())
        cells = tuple(row[place] if place < len(row) else None for place in places)
        found.append(FaultyRow(sheet.shown, number, cells))
    return tuple(found)


def _notes(
    sheet: Sheet, header: Header, rejected: Sequence[Rejection], left: Sequence[str]
) -> Iterable[Words]:
    """What people are told of a table."""
    ignored = ignored_note(sheet, header, act_specs())
    if ignored:
        yield ignored
    if rejected:
        rows = [str(number) for number in sorted({each.row for each in rejected})]
        yield Words(
            f"{sheet.shown}：第 {listed(rows, lang='zh')} 行有错，没有记入办理日志，改好再用",
            f"{sheet.shown}: rows {listed(rows)} are at fault and were not recorded; mend them",
        )
    if left:
        yield Words(
            f"{sheet.shown}：原有的办理 {listed(left, lang='zh')} 不在表中了，仍然有效；不要的请写一行 撤销",
            f"{sheet.shown}: the acts {listed(left)} are no longer in the table, but stay in force;"
            " undo them by a row of their own",
        )
