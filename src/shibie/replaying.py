"""Deciding again what a `summary.json` says was decided, from the files that it names.

The same files, rules and options give the same digest, whichever engine decides. What differs
is said: which file is another now, whether the rules are, and how many households came out
otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from shibie import __version__
from shibie.actlog import acts_table
from shibie.checking import check
from shibie.decision import ELIGIBILITIES
from shibie.errors import InputError, Problem, Words, bad_argument, listed
from shibie.eventlog import FIRST, open_log
from shibie.forms.reading import form_of_text
from shibie.results.made_from import MADE_FROM, hash_of
from shibie.rosters.given_roster import GivenRoster
from shibie.rosters.sheets import Sheet, read_sheets, table_of
from shibie.ruleset import packs
from shibie.ruleset.loader import load


class _Recorded(BaseModel):
    """What is read of a summary; there may be more in it."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class RecordedSheet(_Recorded):
    """A table as it went into the roster; `sheet`: its name in a workbook."""

    name: str
    shown: str
    sheet: str = ""
    goes_on: bool = False


class RecordedFile(_Recorded):
    """A file that the roster was read from; of a log, `sha256` is the hash of its last entry."""

    file: str
    sha256: str
    sheets: list[RecordedSheet]
    log: bool = False


class RecordedPack(_Recorded):
    """The pack that decided."""

    id: str
    rules: str
    sha256: str


class RecordedOptions(_Recorded):
    """The options that decide."""

    as_of: date
    trust_declarations: bool = False
    set_aside: list[str] = []


class RecordedOrigin(_Recorded):
    """What a result was made from."""

    shibie: str
    pack: RecordedPack
    inputs: list[RecordedFile]
    options: RecordedOptions
    form: str = ""


class RecordedSummary(_Recorded):
    """A summary, as far as it is needed to decide again and compare."""

    digest: str
    by_eligibility: dict[str, dict[str, int]]
    made_from: RecordedOrigin = Field(alias=MADE_FROM)


@dataclass(frozen=True)
class Replayed:
    """A result that was made again.

    Attributes:
        before: what the summary says.
        digest: of the decisions as they come out now.
        counts: by eligibility, households before and now.
        changed: the files that are others now, as the summary names them.
        rules_changed: whether the pack is another now.
        version: of shibie now.
    """

    before: RecordedSummary
    digest: str
    counts: Mapping[str, tuple[int, int]]
    changed: tuple[str, ...]
    rules_changed: bool
    version: str = __version__

    @property
    def same(self) -> bool:
        """Whether every decision came out as it did."""
        return self.digest == self.before.digest


def replay(
    summary: str | Path, inputs: str | Path | None = None, rules: str | Path | None = None
) -> Replayed:
    """Decide again what a summary says was decided.

    Args:
        summary: the `summary.json`, or the folder that holds it.
        inputs: where the files are now, by their names or by their SHA-256; where the summary
            says, by default.
        rules: the pack, where it is no longer where the summary says.

    Raises:
        InputError: when the summary does not say what it was made from, or a file is gone.
        RulesetError: when the pack is gone or does not load.
    """
    path = Path(summary)
    path = path / "summary.json" if path.is_dir() else path
    before = _read(path)
    origin = before.made_from
    if not origin.inputs:
        what = Words("名册不是从文件读的，不能重算", "the roster was not read from files")
        raise InputError(Problem(str(path), what))
    ruleset = load(rules or _rules(origin.pack, path.parent))
    places = _found(origin.inputs, path.parent, None if inputs is None else Path(inputs))
    sheets = tuple(
        sheet for file, place in zip(origin.inputs, places, strict=True)
        for sheet in _sheets(file, place)
    )  # fmt: skip
    options = origin.options
    form = form_of_text(origin.form) if origin.form else None
    given = GivenRoster(ruleset, options.as_of, sheets, form=form)
    changed = tuple(
        file.file for file, place in zip(origin.inputs, places, strict=True)
        if not _is_as_it_was(file, place)
    )  # fmt: skip
    aside = [name for name in options.set_aside if name in ruleset.registers]
    with check(
        ruleset, given, options.as_of,
        trust_declarations=options.trust_declarations, set_aside=aside,
    ) as result:  # fmt: skip
        now = result.summary
        counts: dict[str, tuple[int, int]] = {
            name: (
                before.by_eligibility.get(name, {}).get("households", 0),
                now["by_eligibility"][name]["households"],
            )
            for name in ELIGIBILITIES
        }
        return Replayed(
            before, now["digest"], counts, changed, ruleset.sha256 != origin.pack.sha256
        )


def _read(path: Path) -> RecordedSummary:
    """A summary, or the `InputError` that says why it is none."""
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or str(error)
        what = Words(f"读不了（{reason}）", f"cannot be read ({reason})")
        raise InputError(Problem(str(path), what, code="file_failure")) from None
    except ValueError:
        what = Words("不是 summary.json", "is no summary.json")
        raise InputError(Problem(str(path), what, code="bad_json")) from None
    if not isinstance(data, dict) or MADE_FROM not in data:
        raise InputError(
            Problem(
                str(path),
                Words("没有写明由什么得出（made_from）", "does not say what it was made from"),
                suggestion=Words("用这一版再认定一次", "decide once more with this version"),
            )
        )
    try:
        return RecordedSummary.model_validate(data)
    except ValidationError as error:
        at = ".".join(str(part) for part in error.errors()[0]["loc"])
        what = Words(f"“{at}”缺少或写法不对", f"'{at}' is missing or not as it is written")
        raise InputError(Problem(str(path), what)) from None


def _rules(pack: RecordedPack, folder: Path) -> str | Path:
    """The pack that decided: one that is shipped, or a folder told from that of the summary."""
    if pack.rules in packs.shipped():
        return pack.rules
    if pack.rules and (folder / pack.rules).is_dir():
        return folder / pack.rules
    raise InputError(
        bad_argument(
            "rules",
            Words(f"找不到规则包 {pack.id}（{pack.rules or '只有文字'}）",
                  f"there is no pack {pack.id} ({pack.rules or 'it was text'})"),
            Words("用 `rules` 给出它在哪里", "say where it is with `rules`"),
            code="unknown_pack",
        )
    )  # fmt: skip


def _found(
    files: list[RecordedFile], folder: Path, inputs: Path | None
) -> tuple[Path, ...]:  # fmt: skip
    """Where each file is now.

    Raises:
        InputError: with every file that is nowhere.
    """
    places, missing = [], []
    for file in files:
        place = next((each for each in _places(file, folder, inputs) if each.is_file()), None)
        if place is None:
            missing.append(file.file)
        else:
            places.append(place)
    if missing:
        raise InputError(
            bad_argument(
                "inputs",
                Words(f"找不到 {len(missing)} 个文件：{listed(missing, lang='zh')}",
                      f"{len(missing)} files are not there: {listed(missing)}"),
                Words("用 `inputs` 给出它们现在所在的文件夹",
                      "say with `inputs` in which folder they are now"),
                code="file_failure",
            )
        )  # fmt: skip
    return tuple(places)


def _places(file: RecordedFile, folder: Path, inputs: Path | None) -> Iterator[Path]:
    """Where a file may be: in the folder given, by its hash or the end of its path."""
    if inputs is None:
        yield folder / file.file
        return
    parts = [part for part in Path(file.file).parts if part not in ("..", "/")]
    yield inputs / f"{file.sha256}{Path(file.file).suffix.lower()}"
    for start in range(len(parts)):
        yield inputs.joinpath(*parts[start:])
    if file.log:
        # No copy is kept of a log: it only grows, and is read as far as it was then.
        yield folder / file.file


def _is_as_it_was(file: RecordedFile, place: Path) -> bool:
    """Whether a file is the one that was read; a log may have grown since."""
    if not file.log:
        return hash_of(place) == file.sha256
    if file.sha256 == FIRST:
        return True  # it was empty
    with open_log(place, read_only=True) as log:
        return any(entry.hash == file.sha256 for entry in log.entries())


def _sheets(file: RecordedFile, place: Path) -> Iterator[Sheet]:
    """The tables of a file, under the names by which they went into the roster."""
    if file.log:
        with open_log(place, read_only=True) as log:
            whole = acts_table(log, until=file.sha256)
        for each in file.sheets:
            yield replace(whole, name=each.name, shown=each.shown)
        return
    if not any(each.sheet for each in file.sheets):
        for each in file.sheets:
            yield replace(table_of(place, each.shown), name=each.name)
        return
    there = {each.read_from.sheet: each for each in read_sheets(place) if each.read_from}
    for each in file.sheets:
        # A sheet that is gone makes the file another, which is said; the rest is decided.
        if each.sheet in there:
            sheet = there[each.sheet]
            yield replace(sheet, name=each.name, shown=each.shown, goes_on=each.goes_on)
