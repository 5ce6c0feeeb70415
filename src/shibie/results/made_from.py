"""What a result was made from, as `summary.json` says it: enough to make it again and compare.

Who decided, and how long it took, is said apart (`run`): it changes nothing of the result.
"""

from __future__ import annotations

import hashlib
import os
import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final

from shibie import __version__
from shibie.errors import Lang
from shibie.rosters.layout import Layout
from shibie.rosters.sheets import Sheet
from shibie.ruleset.model import RuleSet
from shibie.ruleset.packs import shipped

MADE_FROM: Final = "made_from"
_CHUNK: Final = 1 << 20


@dataclass(frozen=True)
class InputFile:
    """A file that a roster was read from.

    Attributes:
        path: of the file.
        sha256: of its bytes; empty where it lies where only Spark reads. Of a log, the hash of
            the last entry that was read: the file grows, its entries stay.
        size: in bytes; None likewise, and of a log.
        sheets: its tables, read or not.
        is_log: whether it is a log.
    """

    path: str
    sha256: str
    size: int | None
    sheets: tuple[Sheet, ...]
    is_log: bool = False


def files_of(sheets: Iterable[Sheet]) -> tuple[InputFile, ...]:
    """The files of some tables, each with its fingerprint as of now."""
    found: dict[str, list[Sheet]] = {}
    for sheet in sheets:
        if sheet.read_from is not None:
            found.setdefault(sheet.read_from.path, []).append(sheet)
    files = []
    for name, of_file in found.items():
        path = Path(name.removeprefix("file:"))
        head = of_file[0].read_from.head if of_file[0].read_from else ""
        if head:
            files.append(InputFile(str(path.absolute()), head, None, tuple(of_file), is_log=True))
            continue
        size = path.stat().st_size if path.is_file() else None
        sha256 = "" if size is None else hash_of(path)
        shown = name if size is None else str(path.absolute())
        files.append(InputFile(shown, sha256, size, tuple(of_file)))
    return tuple(files)


def hash_of(path: Path) -> str:
    """The SHA-256 of a file."""
    whole = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            whole.update(chunk)
    return whole.hexdigest()


@dataclass(frozen=True)
class MadeFrom:
    """What a result was made from.

    Attributes:
        ruleset: by what it was decided.
        as_of: the day of judgement.
        options: the others that decide, by name.
        files: that the roster was read from; none where a program held it.
        layout: which of their tables is which; None where a program held the roster.
        rows: of each table, how many rows are not blank throughout.
        engine: which reading decided.
        started: when the run began, in seconds since 1970.
    """

    ruleset: RuleSet
    as_of: date
    options: Mapping[str, Any]
    files: tuple[InputFile, ...]
    layout: Layout | None
    rows: Mapping[str, int]
    engine: str
    started: float
    seconds: float = field(default=0)

    def beside(self, out: str | Path, registers: Mapping[str, Any], twice: Mapping[str, int]) -> dict[str, Any]:  # fmt: skip
        """What stands beside the counts in a result that is written to a place.

        Args:
            out: the folder of the result, from which paths are told where there is a way.
            registers: of each, what the summary counts.
            twice: of registers, how many rows may be earlier ones again.
        """
        started = datetime.fromtimestamp(self.started, UTC)
        return {
            MADE_FROM: {
                "shibie": __version__,
                "pack": {
                    "id": self.ruleset.id,
                    "rules": rules_of(self.ruleset, out),
                    "sha256": self.ruleset.sha256,
                },
                "inputs": [self._input(file, out, registers, twice) for file in self.files],
                "forms": [dict(each) for each in self.layout.forms] if self.layout else [],
                **({"form": self.layout.form_text} if self.layout and self.layout.form_text else {}),
                "options": {"as_of": self.as_of.isoformat(), **self.options},
            },
            "run": {
                "engine": self.engine,
                "started": started.isoformat(timespec="seconds").replace("+00:00", "Z"),
                "seconds": round(self.seconds, 1),
                "python": platform.python_version(),
            },
        }  # fmt: skip

    def _input(
        self, file: InputFile, out: str | Path, registers: Mapping[str, Any], twice: Mapping[str, int]
    ) -> dict[str, Any]:  # fmt: skip
        tables = self.layout.tables if self.layout else {}
        names = {shown: name for name, each in tables.items() for shown in each.sheet.names}
        first = {each.sheet.names[0] for each in tables.values()}
        sheets = []
        for sheet in file.sheets:
            said: dict[str, Any] = {"name": sheet.name, "shown": sheet.shown}
            if sheet.read_from is not None and sheet.read_from.sheet:
                said["sheet"] = sheet.read_from.sheet
            if sheet.goes_on:
                said["goes_on"] = True
            name = names.get(sheet.shown)
            if name is not None:
                said["table"] = name
            if name is not None and sheet.shown in first:
                # Of several sheets that are one table the first tells of all.
                said["rows"] = self.rows.get(name, 0)
                if name in registers and registers[name]["supplied"]:
                    matched = registers[name]["matched"]
                    unmatched = registers[name]["rows"] - matched
                    said |= {
                        "matched": matched, "unmatched": unmatched, "twice": twice.get(name, 0),
                    }  # fmt: skip
            sheets.append(said)
        return {
            "file": told_from(file.path, out), "sha256": file.sha256, "bytes": file.size,
            "sheets": sheets, **({"log": True} if file.is_log else {}),
        }  # fmt: skip


def options_of(
    trust_declarations: bool, set_aside: Iterable[str], lang: Lang, clues: bool
) -> dict[str, Any]:
    """The options of a check, as plain data."""
    return {
        "trust_declarations": trust_declarations, "set_aside": list(set_aside), "lang": lang,
        "clues": clues,
    }  # fmt: skip


def rules_of(ruleset: RuleSet, out: str | Path) -> str:
    """The name of a shipped pack, or the folder of another; empty of one that is text."""
    if ruleset.folder is None:
        return ""
    names = {folder.resolve(): name for name, folder in shipped().items()}
    name = names.get(ruleset.folder.resolve())
    return name or told_from(str(ruleset.folder.absolute()), out)


def told_from(path: str, out: str | Path) -> str:
    """A path as it is told from a folder: the two may then be moved together.

    >>> told_from("/county/2015/roster.xlsx", "/county/2015/out")
    '../roster.xlsx'
    >>> told_from("hdfs://cluster/roster/members.parquet", "/out")
    'hdfs://cluster/roster/members.parquet'
    """
    if not Path(path).is_absolute() or "://" in str(out):
        return path
    try:
        return Path(os.path.relpath(path, Path(out).absolute())).as_posix()
    except ValueError:
        return path  # on another drive there is no way


def clock() -> float:
    """When a run begins."""
    return time.time()
