"""The tables of a roster folder, made readable for DuckDB without loading them in Python."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

import duckdb

from shibie.bulk.canonical import quoted
from shibie.errors import InputError, Problem, Words, listed
from shibie.household import StepRecord
from shibie.ruleset.model import Register, RuleSet
from shibie.tables.export import HOUSEHOLD_ID
from shibie.tables.headers import HEADER_DEPTH, Header, find_header, ignored_note
from shibie.tables.layout import SHEET_NAMES
from shibie.tables.source import TABLES, Sheet, delimiter_of, unread_notes
from shibie.vocabulary import FieldSpec, folded, specs_of

ROW = "row_"


@dataclass(frozen=True)
class Column:
    """A matched column: its place in the file's table and its type there."""

    spec: FieldSpec
    name: str
    sql_type: str

    @property
    def sql(self) -> str:
        """The quoted column."""
        return '"' + self.name.replace('"', '""') + '"'


@dataclass(frozen=True)
class Source:
    """One file as a DuckDB relation.

    Attributes:
        shown: how messages name it.
        relation: name of the DuckDB table or view; it has a column `row_`.
        columns: the matched columns by field name.
    """

    shown: str
    relation: str
    columns: Mapping[str, Column]


@dataclass(frozen=True)
class Folder:
    """The tables of a roster."""

    households: Source
    members: Source
    registers: Mapping[str, Source]
    adjudications: Path | None
    steps: Source | None
    notes: tuple[Words, ...]


def open_folder(
    connection: duckdb.DuckDBPyConnection, folder: Path, ruleset: RuleSet, scratch: Path
) -> Folder:
    """Find the tables of a folder and make them DuckDB relations.

    Raises:
        InputError: when the folder cannot be used at all.
    """
    return _Opener(connection, folder, ruleset, scratch).open()


class _Opener:
    def __init__(
        self, connection: duckdb.DuckDBPyConnection, folder: Path, ruleset: RuleSet, scratch: Path
    ) -> None:
        self.connection, self.folder, self.ruleset = connection, folder, ruleset
        self.scratch = scratch
        self.notes: list[Words] = []
        self.problems: list[Problem] = []
        self.texts: dict[Path, Path] = {}
        self.delimiter = ","
        self.names = (f"raw{number}" for number in itertools.count())
        files = [*sorted(folder.iterdir()), *sorted((folder / "registers").glob("*"))]
        self.left: dict[str, Path] = {}
        for file in files:
            if file.is_file() and file.suffix.lower() in TABLES:
                name = folded(file.relative_to(folder).as_posix().rsplit(".", 1)[0])
                first = self.left.setdefault(name, file)
                if first is not file:
                    self.given_twice([first, file])

    def open(self) -> Folder:
        vocabulary = self.ruleset.vocabulary
        id_spec = next(spec for spec in vocabulary.household if spec.name == HOUSEHOLD_ID)
        found = {name: self.take(SHEET_NAMES[name]) for name in ("households", "members")}
        missing = [name for name, file in found.items() if file is None]
        if missing:
            there = listed(self.left) or "-"
            raise InputError(
                Problem(
                    str(self.folder),
                    Words(
                        f"文件夹里缺少 {', '.join(missing)} 表;有的表:{there}",
                        f"the folder lacks the tables {', '.join(missing)}; there are: {there}",
                    ),
                )
            )
        households = self.source(found["households"], vocabulary.household, [HOUSEHOLD_ID])
        members = self.source(found["members"], (id_spec, *vocabulary.member), [HOUSEHOLD_ID])
        registers = {}
        for name, register in self.ruleset.registers.items():
            file = self.take(
                f"{prefix}{text}"
                for prefix in ("比对-", "比对_", "registers/")
                for text in (register.name, register.title, register.id)
            )
            if file is not None:
                source = self.source(file, self.register_specs(register), [register.match])
                if source is not None:
                    registers[name] = source
        adjudications = self.take(SHEET_NAMES["adjudications"])
        steps_file = self.take(SHEET_NAMES["steps"])
        steps = None
        if steps_file is not None and not self.empty(steps_file):
            steps = self.source(steps_file, specs_of(StepRecord), [HOUSEHOLD_ID, "step"])
        if self.problems or households is None or members is None:
            raise InputError(self.problems)
        for file in self.left.values():
            shown = file.relative_to(self.folder).as_posix()
            self.notes.append(Words(f"未使用的表:{shown}", f"table not used: {shown}"))
        self.notes += unread_notes(self.folder)
        return Folder(households, members, registers, adjudications, steps, tuple(self.notes))

    def take(self, names: Iterable[str]) -> Path | None:
        keys = dict.fromkeys(folded(name) for name in names)
        found = [self.left.pop(key) for key in keys if key in self.left]
        found = [file for file in found if not self.empty(file)] or found[:1]
        if len(found) > 1:
            self.given_twice(found)
        return found[0] if found else None

    def empty(self, file: Path) -> bool:
        return file.suffix.lower() != ".parquet" and file.stat().st_size == 0

    def given_twice(self, files: Sequence[Path]) -> None:
        # Half of a register would pass for the whole, and clear people of what it lists.
        names = listed(file.relative_to(self.folder).as_posix() for file in files)
        self.problems.append(
            Problem(
                names,
                Words("同一张表给了不止一次", "these are the same table, given more than once"),
                suggestion=Words("合并为一张,或只留一张", "join them into one, or keep only one"),
            )
        )

    def register_specs(self, register: Register) -> tuple[FieldSpec, ...]:
        """The register's columns; the matching one answers to the usual headers too."""
        ids = [spec for spec in self.ruleset.vocabulary.member if spec.name == "id_number"]
        usual = (*ids[0].aliases, ids[0].title) if ids else ()
        return tuple(
            replace(spec, aliases=(*spec.aliases, *usual)) if spec.name == register.match else spec
            for spec in register.columns
        )

    def source(
        self, file: Path | None, specs: Sequence[FieldSpec], required: Sequence[str]
    ) -> Source | None:
        assert file is not None
        shown = file.relative_to(self.folder).as_posix()
        parquet = file.suffix.lower() == ".parquet"
        try:
            rows = self.parquet_names(file) if parquet else self.first_rows(file)
            sheet = Sheet(shown.rsplit(".", 1)[0], shown, tuple(rows))
            header = find_header(sheet, specs, required)
        except InputError as error:
            self.problems += error.problems
            return None
        note = ignored_note(sheet, header, specs)
        if note:
            self.notes.append(note)
        return self.relation(file, sheet, header, parquet)

    # --- files --------------------------------------------------------------------------

    def parquet_names(self, file: Path) -> list[tuple[str, ...]]:
        query = f"DESCRIBE SELECT * FROM read_parquet({quoted(str(file))})"
        return [tuple(row[0] for row in self.run(file, query).fetchall())]

    def first_rows(self, file: Path) -> list[tuple[str, ...]]:
        text = self.text(file)
        with text.open(encoding="utf-8-sig", newline="") as lines:
            self.delimiter = delimiter_of(lines)
            lines.seek(0)
            try:
                reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
                return [tuple(row) for row in itertools.islice(reader, HEADER_DEPTH)]
            except csv.Error as error:
                self.unusable(file, f"不是合法的 CSV({error})", f"not valid CSV ({error})")

    def text(self, file: Path) -> Path:
        """The file itself when DuckDB can read it as it is, else a tidy copy."""
        if file not in self.texts:
            self.texts[file] = file if _plain(file) else self.tidied(file)
        return self.texts[file]

    def tidied(self, file: Path) -> Path:
        """A copy in UTF-8 whose rows all have as many cells; blank lines stay rows."""
        with file.open("rb") as data:
            utf_16 = data.read(2) in (b"\xff\xfe", b"\xfe\xff")
        for encoding in ["utf-16"] if utf_16 else ["utf-8-sig", "gb18030"]:
            copy = self.scratch / f"tidy{len(self.texts)}.csv"
            try:
                with (
                    file.open(encoding=encoding, newline="") as lines,
                    copy.open("w", encoding="utf-8", newline="") as out,
                ):
                    delimiter = delimiter_of(lines)
                    lines.seek(0)
                    rows = csv.reader(lines, delimiter=delimiter, strict=True)
                    head = list(itertools.islice(rows, HEADER_DEPTH))
                    width = max(map(len, head), default=1)
                    writer = csv.writer(out, delimiter=delimiter, quoting=csv.QUOTE_ALL)
                    for row in itertools.chain(head, rows):
                        writer.writerow([*row, *[""] * (width - len(row))][:width])
                return copy
            except UnicodeError:
                continue
            except csv.Error as error:
                self.unusable(file, f"不是合法的 CSV({error})", f"not valid CSV ({error})")
        self.unusable(file, "编码既不是 UTF-8 也不是 GB18030", "neither UTF-8 nor GB18030 text")

    def unusable(self, file: Path, zh: str, en: str) -> NoReturn:
        raise InputError(Problem(str(file), Words(zh, en)))

    def relation(self, file: Path, sheet: Sheet, header: Header, parquet: bool) -> Source:
        name = next(self.names)
        if parquet:
            path = quoted(str(file))
            types = {
                row[0]: row[1]
                for row in self.run(file, f"DESCRIBE SELECT * FROM read_parquet({path})").fetchall()
            }
            names = [str(cell) for cell in sheet.rows[0]]
            columns = {
                spec.name: Column(spec, names[index], types[names[index]])
                for index, spec in header.columns.items()
            }
            self.run(
                file,
                f"CREATE VIEW {name} AS SELECT *, file_row_number + 2 AS {ROW}"
                f" FROM read_parquet({path}, file_row_number = true)",
            )
            return Source(sheet.shown, name, columns)
        width = max(len(row) for row in sheet.rows)
        try:
            self.land(name, file, header, width)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            # Ragged or oddly quoted: Python's reader says what is wrong, or makes it even.
            self.texts[file] = self.tidied(file)
            self.run(file, f"DROP TABLE IF EXISTS {name}")
            try:
                self.land(name, file, header, width)
            except duckdb.Error as error:
                self.unreadable(file, error)
        columns = {
            spec.name: Column(spec, f"c{index}", "VARCHAR")
            for index, spec in header.columns.items()
        }
        return Source(sheet.shown, name, columns)

    def land(self, name: str, file: Path, header: Header, width: int) -> None:
        """Load the text of the used columns, with row numbers."""
        every = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(width))
        used = ", ".join(f"c{index}" for index in header.columns)
        self.connection.execute(
            f"CREATE TABLE {name} AS SELECT row_number() OVER () + {header.row} AS {ROW}, {used}"
            f" FROM read_csv({quoted(str(self.text(file)))}, header = false, skip = {header.row},"
            f" delim = {quoted(self.delimiter)}, quote = '\"', escape = '\"',"
            f" null_padding = true, auto_detect = false, columns = {{{every}}})"
        )

    def run(self, file: Path, query: str) -> duckdb.DuckDBPyConnection:
        try:
            return self.connection.execute(query)
        except duckdb.Error as error:
            self.unreadable(file, error)

    def unreadable(self, file: Path, error: duckdb.Error) -> NoReturn:
        if isinstance(error, duckdb.OutOfMemoryException):
            raise error
        text = str(error).split("\n", 1)[0]
        self.unusable(file, f"不可读:{text}", f"cannot be read: {text}")


def _plain(file: Path) -> bool:
    """Whether a file is UTF-8 without blank lines: those DuckDB would not count."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    last = b"\n"
    with file.open("rb") as data:
        while chunk := data.read(1 << 22):
            joined = last + chunk
            if b"\n\n" in joined or b"\n\r" in joined or b"\r\r" in joined:
                return False
            last = chunk[-1:]
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                return False
    return True
