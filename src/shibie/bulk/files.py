"""The tables of a roster folder, found by their names and matched by their headers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shibie.bulk.host import File, Host
from shibie.errors import InputError, Problem, Words, listed
from shibie.household import StepRecord
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.ruleset.model import Register, RuleSet
from shibie.tables.export import HOUSEHOLD_ID
from shibie.tables.headers import find_header, ignored_note
from shibie.tables.layout import SHEET_NAMES
from shibie.tables.source import Sheet
from shibie.vocabulary import FieldSpec, folded, specs_of


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
    adjudications: File | None
    steps: Source | None
    notes: tuple[Words, ...]


def open_folder(host: Host, shown: str, ruleset: RuleSet) -> Folder:
    """Find the tables of a folder and make them relations.

    Args:
        host: reads the folder.
        shown: how messages name the folder.
        ruleset: says which tables and columns are asked for.

    Raises:
        InputError: when the folder cannot be used at all.
    """
    return _Opener(host, shown, ruleset).open()


class _Opener:
    def __init__(self, host: Host, shown: str, ruleset: RuleSet) -> None:
        self.host, self.shown, self.ruleset = host, shown, ruleset
        self.notes: list[Words] = []
        self.problems: list[Problem] = []
        self.left: dict[str, File] = {}
        for file in host.files():
            first = self.left.setdefault(folded(file.name), file)
            if first is not file:
                self.given_twice([first, file])

    def open(self) -> Folder:
        vocabulary = self.ruleset.vocabulary
        id_spec = self.ruleset.field_specs(HOUSEHOLD)[HOUSEHOLD_ID]
        found = {name: self.take(SHEET_NAMES[name]) for name in ("households", "members")}
        missing = [name for name, file in found.items() if file is None]
        if missing:
            there = listed(self.left) or "-"
            raise InputError(
                Problem(
                    self.shown,
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
        if steps_file is not None and not steps_file.empty:
            steps = self.source(steps_file, specs_of(StepRecord), [HOUSEHOLD_ID, "step"])
        if self.problems or households is None or members is None:
            raise InputError(self.problems)
        for file in self.left.values():
            self.notes.append(Words(f"未使用的表:{file.shown}", f"table not used: {file.shown}"))
        self.notes += self.host.notes
        return Folder(households, members, registers, adjudications, steps, tuple(self.notes))

    def take(self, names: Iterable[str]) -> File | None:
        keys = dict.fromkeys(folded(name) for name in names)
        found = [self.left.pop(key) for key in keys if key in self.left]
        found = [file for file in found if not file.empty] or found[:1]
        if len(found) > 1:
            self.given_twice(found)
        return found[0] if found else None

    def given_twice(self, files: Sequence[File]) -> None:
        # Half of a register would pass for the whole, and clear people of what it lists.
        names = listed(file.shown for file in files)
        self.problems.append(
            Problem(
                names,
                Words("同一张表给了不止一次", "these are the same table, given more than once"),
                suggestion=Words("合并为一张,或只留一张", "join them into one, or keep only one"),
            )
        )

    def register_specs(self, register: Register) -> tuple[FieldSpec, ...]:
        """The register's columns; the matching one answers to the usual headers too."""
        number = self.ruleset.field_spec(MEMBER, "id_number")
        usual = (*number.aliases, number.title) if number else ()
        return tuple(
            replace(spec, aliases=(*spec.aliases, *usual)) if spec.name == register.match else spec
            for spec in register.columns
        )

    def source(
        self, file: File | None, specs: Sequence[FieldSpec], required: Sequence[str]
    ) -> Source | None:
        assert file is not None
        try:
            rows = tuple(self.host.head(file))
            sheet = Sheet(file.name, file.shown, rows)
            header = find_header(sheet, specs, required)
            relation = self.host.relation(file, header, max(len(row) for row in rows))
        except InputError as error:
            self.problems += error.problems
            return None
        note = ignored_note(sheet, header, specs)
        if note:
            self.notes.append(note)
        columns = {
            spec.name: Column(spec, *relation.columns[index])
            for index, spec in header.columns.items()
        }
        return Source(file.shown, relation.name, columns)
