"""The result of a check: tables, counts and notes, however large, whoever decided."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path, PurePath
from typing import Any, Literal, Protocol

from shibie.closing import Closing
from shibie.errors import InputError, Lang, Words, bad_argument
from shibie.file_failures import files_said
from shibie.results.clues import CLUES
from shibie.results.clues import COLUMNS as CLUE_COLUMNS
from shibie.results.files import CsvStyle, Format, Writing
from shibie.results.made_from import MADE_FROM, MadeFrom
from shibie.results.table import Table
from shibie.results.tables import COLUMNS
from shibie.results.titles import TITLES
from shibie.ruleset.model import RuleSet
from shibie.shown_text import shown_line

Target = Literal["workbook", "csv", "parquet"]


class Decided(Protocol):
    """Who decided a roster, and can write it.

    Attributes:
        summary: as in `summary.json`.
        notes: what was normalised, ignored or not found.
    """

    summary: dict[str, Any]
    notes: list[Words]

    def tables(self, lang: Lang) -> Mapping[str, Table]:
        """The result tables by name."""
        ...

    def write(self, outs: Mapping[str, Format], lang: Lang, writing: Writing) -> None:
        """Write folders of results."""
        ...


class Result(Closing):
    """A decided roster.

    A context manager: a large result is held by a database until it is closed.

    Attributes:
        ruleset: what it was decided by.
        as_of: the day of judgement.
        lang: the language of reasons and notes.
    """

    def __init__(
        self, ruleset: RuleSet, as_of: date, decided: Decided, lang: Lang,
        workbook: Callable[[Path, bool, dict[str, Any]], None], made_from: MadeFrom,
        closing: ExitStack | None = None,
        annotated: Callable[[Path], tuple[Words, ...]] | None = None,
    ) -> None:  # fmt: skip
        self.ruleset, self.as_of, self.lang = ruleset, as_of, lang
        self._decided, self._workbook, self._annotated = decided, workbook, annotated
        self._made_from = made_from
        self.closing = closing or ExitStack()
        self._tables = dict(decided.tables(lang))

    @property
    def decisions(self) -> Table:
        """A row a decided household, in the roster's order."""
        return self._tables["decisions"]

    @property
    def findings(self) -> Table:
        """A row for each rule that is not false of a household or of one of its members."""
        return self._tables["findings"]

    @property
    def tracks(self) -> Table:
        """A row for each track that is given to a household or to one of its members."""
        return self._tables["tracks"]

    @property
    def rejected(self) -> Table:
        """A row for each fault that kept a row or a household out."""
        return self._tables["rejected"]

    @property
    def unmatched(self) -> Table:
        """A row for each register row that is not surely about anybody on the roster."""
        return self._tables["unmatched"]

    @property
    def unrecognised(self) -> Table:
        """A row for each column, and each word for a code, that was not read; with how many rows."""
        return self._tables["unrecognised"]

    @property
    def uncounted(self) -> Table:
        """A row for each person who does not count, or of whom it is unknown, with the reason."""
        return self._tables.get("uncounted") or Table("uncounted", COLUMNS["uncounted"], ())

    @property
    def acts(self) -> Table:
        """A row for each act that counts: verdicts, links, corrections; to be read again as it is."""
        return self._tables["acts"]

    @property
    def clues(self) -> Table:
        """A row for each clue against a household, where they were asked for."""
        return self._tables.get(CLUES) or Table(CLUES, CLUE_COLUMNS, ())

    @property
    def summary(self) -> dict[str, Any]:
        """The counts, as in `summary.json`; `digest` is a fingerprint of the decisions."""
        return self._decided.summary

    @property
    def notes(self) -> tuple[str, ...]:
        """What was normalised, ignored or not found."""
        return tuple(shown_line(note.say(self.lang)) for note in self._decided.notes)

    @property
    def made_from(self) -> dict[str, Any]:
        """The version, pack, files and options that it was made from, as in `summary.json`."""
        said: dict[str, Any] = self._beside("")[MADE_FROM]
        return said

    @property
    def run(self) -> dict[str, Any]:
        """Which engine decided, when, and for how long, as in `summary.json`."""
        said: dict[str, Any] = self._beside("")["run"]
        return said

    def _beside(self, out: str | Path) -> dict[str, Any]:
        """What stands beside the counts in a result at a place."""
        counts = self.summary
        twice = {each["register"]: each["twice"] for each in counts["held_up"]}
        return self._made_from.beside(out, counts["registers"], twice)

    def write(
        self, *paths: str | Path, show_ids: bool = False, headers: Literal["en", "zh"] = "en"
    ) -> None:
        """Write the result to a workbook (`.xlsx`) or a folder; several at once.

        CSV of a Chinese rule set begins with the mark by which Excel knows UTF-8, and text that
        a spreadsheet would take for a formula has an apostrophe before it.

        Args:
            paths: each a workbook, or a folder of CSV, or one of Parquet (`….parquet`).
            show_ids: write identity numbers in workbooks in full instead of masked.
            headers: the language of what stands above the columns of CSV.

        Raises:
            InputError: when a path names another kind of file.
        """
        with files_said():
            kinds = {str(path): target(path) for path in paths}
        folders: dict[str, Format] = {}
        for path, kind in kinds.items():
            if kind != "workbook":
                folders[path] = kind
        style = CsvStyle(self.ruleset.lang == "zh", TITLES if headers == "zh" else {})
        if folders:
            others = tuple({*COLUMNS, CLUES} - set(self._tables))
            self._decided.write(folders, self.lang, Writing(style, self._beside, others))
        for path, kind in kinds.items():
            if kind == "workbook":
                self._workbook(Path(path), show_ids, self._beside(Path(path).parent))

    def annotate(self, path: str | Path) -> tuple[str, ...]:
        """Give the roster's own workbook back, with what was found written into it.

        Cells that cannot be used are coloured, with a comment; decisions stand in columns beside
        the households; what verdicts can settle is asked on the sheet 核实. Everything else
        stays as it is. The file can be checked again as it is, or filled in.

        Args:
            path: the `.xlsx` file to write; never the roster itself.

        Returns:
            what is to be said of it: that a roster of another kind was written as a new workbook.

        Raises:
            InputError: when there is no file to give back, or the path cannot be used.
        """
        if self._annotated is None:
            what = Words(
                "这份名册没有可退还的工作簿", "this roster has no workbook to be given back"
            )
            raise InputError(bad_argument("annotate", what))
        return tuple(words.say(self.lang) for words in self._annotated(Path(path)))


def target(path: str | PurePath) -> Target:
    """What a place of results is: a workbook, or a folder of Parquet or CSV.

    >>> target("out/result.xlsx"), target("out/result"), target("out/result.parquet")
    ('workbook', 'csv', 'parquet')

    Raises:
        InputError: when it names another kind of file.
    """
    suffix = PurePath(path).suffix.lower()
    if suffix in (".csv", ".xls", ".json"):
        raise InputError(
            bad_argument(
                "out",
                Words(f"不能写成 {suffix} 文件", f"cannot write a {suffix} file"),
                suggestion=Words("用 .xlsx 文件或一个文件夹", "name an .xlsx file or a folder"),
            )
        )
    kinds: dict[str, Target] = {".xlsx": "workbook", ".parquet": "parquet"}
    kind = kinds.get(suffix, "csv")
    if kind != "workbook" and Path(path).is_file():
        raise InputError(
            bad_argument(
                "out", Words(f"{path} 是文件，不是文件夹", f"{path} is a file, not a folder")
            )
        )
    return kind
