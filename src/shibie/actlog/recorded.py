"""Acts as events of a log, and the log as the table of acts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from shibie.acts import COLUMNS, Act, content_id
from shibie.errors import InputError, Problem, Words, did_you_mean
from shibie.eventlog import FIRST, AppendOnlyLog, LogMovedError, open_log
from shibie.rosters.origins import Origins
from shibie.rosters.sheets import Cells, ReadFrom, Sheet


def open_acts(path: str | Path, *, create: bool = True, read_only: bool = False) -> AppendOnlyLog:
    """Open the log of acts, its whole chain verified.

    Args:
        path: a folder, whose log is its `acts.db`; or the file: a database (`.db`), else JSON lines.
        create: make a new one where there is none.
        read_only: change nothing; there must be one.

    Raises:
        InputError: for a broken chain, with `file:entry`, or where it cannot be opened.

    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder, open_acts(folder) as log:
    ...     (act,) = record(log, Act(kind="verdict", household_id="H1", rule_id="vehicle",
    ...                              verdict="refuted"))
    ...     log.count, acts_table(log).rows[1][:3] == (act.act_id, "verdict", "H1")
    (1, True)
    """
    return open_log(path, create=create, read_only=read_only)


@dataclass
class Recorded:
    """What a log of acts holds.

    Attributes:
        count: how many entries it has.
        last: the hash of the last of them.
        acts: in the order of their recording, by number.
        tables: the tables that were taken in whole: the numbers of the acts of each, by its hash.
        named: the same of the latest table of each name.
    """

    count: int = 0
    last: str = FIRST
    acts: dict[str, Act] = field(default_factory=dict)
    tables: dict[str, tuple[str, ...]] = field(default_factory=dict)
    named: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def undone(self) -> frozenset[str]:
        """The numbers of the acts that others take back."""
        return frozenset(str(act.value) for act in self.acts.values() if act.kind == "undo")


def read_log(log: AppendOnlyLog, until: str = "") -> Recorded:
    """Everything that a log of acts holds.

    Args:
        log: of acts.
        until: the hash of the last entry that is read; all of them where there is none of it.

    Raises:
        InputError: for a broken chain, or an entry that is none of such a log, with `file:entry`.
    """
    found = Recorded()
    for entry in log.entries():
        if found.last == until:
            break
        found.count, found.last = entry.number, entry.hash
        match entry.event:
            case {"act": dict(said), **more} if more.keys() <= {"from"}:
                act = _act(said)
                if act is not None:
                    found.acts.setdefault(str(act.act_id), act)
                    continue
            case {"table": {"name": str(name), "sha256": str(digest), "acts": list(numbers)}}:
                found.tables[digest] = found.named[name] = tuple(map(str, numbers))
                continue
        what = Words(
            "不是办理：日志里有别的东西，或由更新的版本写成",
            "no act: a log of something else, or written by a newer version",
        )
        raise InputError(Problem(f"{log.path.name}:{entry.number}", what, code="bad_act"))
    return found


def recorded_acts(log: AppendOnlyLog) -> tuple[Act, ...]:
    """All acts of a log in the order of their recording; those that were taken back as well.

    Raises:
        InputError: for a broken chain, with `file:entry`.
    """
    return tuple(read_log(log).acts.values())


@dataclass(frozen=True)
class FaultyRow:
    """A row of acts that cannot be used.

    Attributes:
        source: how messages name its table.
        row: its number in it, from 1.
        cells: as they were written, in the order of `shibie.acts.COLUMNS`.
    """

    source: str
    row: int
    cells: Cells


def acts_table(log: AppendOnlyLog, faulty: Sequence[FaultyRow] = (), *, until: str = "") -> Sheet:
    """A log as the table of acts that a check reads, among the sheets of a roster.

    Its first row has the names of the columns (`shibie.acts.COLUMNS`), then every act has a
    row, also those that were taken back and what takes them back.

    Args:
        log: of acts.
        faulty: rows below them, which messages name by where they were written.
        until: the hash of the last entry that counts, for the log as it was then.

    Raises:
        InputError: for a broken chain, with `file:entry`.
    """
    found = read_log(log, until)
    rows = (COLUMNS, *(act.row() for act in found.acts.values()))
    name = log.path.name
    starts = (1, *range(len(rows) + 1, len(rows) + 1 + len(faulty)))
    origins = Origins(
        starts, (name, *(each.source for each in faulty)), (1, *(each.row for each in faulty))
    )
    return Sheet(
        "acts",
        name,
        (*rows, *(each.cells for each in faulty)),
        named=True,
        origins=origins if faulty else None,
        read_from=ReadFrom(str(log.path), head=found.last),
    )


def record(log: AppendOnlyLog, *acts: Act) -> tuple[Act, ...]:
    """Record acts, all or none; returns them with their numbers.

    One without a number gets one by its content. What is in force already is not recorded
    again; said again after it was taken back, it is an act of its own.

    Args:
        log: of acts.
        acts: in order. `recorded_at` is the caller's to say.

    Raises:
        InputError: when a number is that of another act, or they cannot be written.
    """
    while True:
        before = read_log(log)
        numbered = _numbered(acts, before, log.path.name)
        fresh = {str(act.act_id): act for act in numbered if act.act_id not in before.acts}
        try:
            log.extend(map(act_event, fresh.values()), expected=before.count)
        except LogMovedError:
            continue
        return numbered


def act_event(act: Act, place: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """An act as an event: its columns as text, without blank ones; `place`: where it was read."""
    said = {name: text for name, text in zip(COLUMNS, act.row(), strict=True) if text}
    return {"act": said, "from": dict(place)} if place else {"act": said}


def must_not_clash(acts: Iterable[Act], before: Recorded, name: str) -> None:
    """Refuse acts that bear the number of another one.

    Raises:
        InputError: with all of them.
    """
    problems = [
        Problem(
            name,
            Words(
                f"办理编号“{act.act_id}”已有内容不同的办理",
                f"'{act.act_id}' is the number of an act of other content",
            ),
            suggestion=Words(
                "记下的不再改：用另一个编号另写一行，原来的用 撤销 撤去",
                "what is recorded stays: write another row with a number of its own, and undo the first",
            ),
            code="bad_act",
        )
        for act in acts
        if (known := before.acts.get(str(act.act_id))) and content_id(known) != content_id(act)
    ]
    if problems:
        raise InputError(problems)


def _numbered(acts: Iterable[Act], before: Recorded, name: str) -> tuple[Act, ...]:
    """The acts with their numbers, none of which is that of another act."""
    found: list[Act] = []
    for act in acts:
        number = act.act_id or next(
            number for number in _numbers(content_id(act)) if number not in before.undone
        )
        found.append(act.model_copy(update={"act_id": number}))
    must_not_clash(found, before, name)
    _must_take_back(found, before, name)
    return tuple(found)


def _must_take_back(acts: Iterable[Act], before: Recorded, name: str) -> None:
    """Refuse what takes back nothing: it could not be taken back itself, and be told each time."""
    known = dict(before.acts)
    for act in acts:
        target = known.get(str(act.value))
        if act.kind == "undo" and (target is None or target.kind == "undo"):
            what = Words(f"没有可撤销的办理“{act.value}”", f"no act '{act.value}' to take back")
            raise InputError(
                Problem(name, what, suggestion=did_you_mean(str(act.value), known), code="bad_act")
            )
        known[str(act.act_id)] = act


def _numbers(first: str) -> Iterator[str]:
    """The number of an act by its content, and of the same act said again."""
    yield first
    for time in count(2):
        yield f"{first}-{time}"


def _act(said: dict[str, Any]) -> Act | None:
    """An act as it was recorded; None where it is none."""
    fields = {f"{name}_" if name == "register" else name: text for name, text in said.items()}
    try:
        act = Act.model_validate(fields)
    except ValidationError:
        return None
    return act if act.act_id else act.model_copy(update={"act_id": content_id(act)})
