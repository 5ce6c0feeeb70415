"""The rows of typed registers: which surely are a person's, which may be, and which are read by Python."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any, Final

from shibie.duckdb_tables import Column, integer_column, text_column
from shibie.engines.sql.cases_in_memory import typed
from shibie.engines.sql.plan import KEY, MID
from shibie.errors import Words
from shibie.registers.linked_rows import LinkedRows
from shibie.registers.links import NO_DENIALS, Denials, RowLink
from shibie.registers.matching import key_of
from shibie.registers.unmatched import unusable
from shibie.rosters.python_rows import PythonReader, unmatchable
from shibie.rosters.records import TypedRow
from shibie.rosters.roster import register_row
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_perhaps_rows import SqlPerhapsRows
from shibie.rosters.sql_rejected import RejectedTables
from shibie.rosters.sql_same_rows import SAME, same_as_text
from shibie.rosters.sql_tables import SqlTable, SqlTables
from shibie.rosters.sql_validation import Typed, sql_type
from shibie.ruleset.model import Register, RuleSet

# The rows of all registers without a usable number: register, row, number and reason.
UNUSABLE: Final = "unusable_rows"


class RegisterRows:
    """Loads the rows of the registers of one roster.

    Attributes:
        damaged: for each register, how many of its rows about a person cannot be read; they
            are in the table `damaged<index>`, where the register was supplied.
        perhaps: the rows without a usable number.
        links: what acts say of rows.
        denied_crowds: rows that tell nobody apart and are not about some, by what they go by in SQL.
        unnumbered: the rows of decided members without a number of whom acts say that a row is theirs.
        notes: how many rows name nobody.
    """

    def __init__(
        self, host: Host, tables: SqlTables, ruleset: RuleSet, typed: Typed, reader: PythonReader,
        rejected: RejectedTables, links: LinkedRows, set_aside: Set[str] = frozenset(),
    ) -> None:  # fmt: skip
        self.host, self.tables, self.ruleset = host, tables, ruleset
        self.typed, self.reader, self.rejected = typed, reader, rejected
        self.set_aside, self.links = set_aside, links
        self.denied_crowds: dict[int, dict[str, RowLink]] = {}
        # The views of rows with a number, without those that are not about the person of it.
        self._theirs: dict[int, str] = {}
        self.perhaps = SqlPerhapsRows(host, tables, ruleset, typed)
        self.damaged: dict[int, int] = {}
        self.unnumbered: set[int] = set()
        self.notes: list[Words] = []

    def load(self) -> None:
        """Read every register once."""
        nothing = {"register": integer_column([]), ROW: integer_column([])}
        self.host.append(UNUSABLE, nothing | {"number": text_column([]), "reason": text_column([])})
        for index, register in enumerate(self.ruleset.registers.values()):
            source = self.tables.registers.get(register.name)
            self.damaged[index] = 0
            if source is None:
                self._nothing(index, register)
            else:
                self._load(index, register, source)

    def _load(self, index: int, register: Register, source: SqlTable) -> None:
        """Read a register: the rows with a person's number, and those without."""
        self.typed.load_register(index, register, source)
        every = names_of(self._odd(index, register, []))
        self._damaged(index, register, [])
        typed, nobody = f"r{index}_typed", 0
        for page in self.reader.pages(typed):
            odd = self.reader.records(source, page, register.match)
            known = [record for record in odd if record.values.get(register.match)]
            self._odd(index, register, [record for record in known if not record.faults])
            self._damaged(index, register, [record for record in known if record.faults])
            nobody += self._unnumbered(index, register, odd)
            self.rejected.add([fault for record in odd for fault in record.faults])
        for page in self.reader.pages(typed, f"fine AND written_ AND {KEY} IS NULL"):
            records = self.reader.records(source, page, register.match)
            nobody += self._unnumbered(index, register, records)
        self.host.run(
            f"CREATE VIEW r{index}_rows AS SELECT {every} FROM {typed}"
            f" WHERE fine AND {KEY} IS NOT NULL"
            f" UNION ALL SELECT {every} FROM r{index}_odd"
        )
        self._note_unmatchable(source.shown, nobody)

    def _nothing(self, index: int, register: Register) -> None:
        """Make the source of a register that was not supplied."""
        specs = self.ruleset.field_specs(register.name)
        nothing = [f"CAST(NULL AS BIGINT) AS {KEY}", f"CAST(NULL AS BIGINT) AS {ROW}"]
        for name in self.columns(index):
            nothing.append(f'CAST(NULL AS {sql_type(specs[name])}) AS "{name}"')
        self.host.run(f"CREATE VIEW r{index}_src AS SELECT {', '.join(nothing)} WHERE FALSE")

    def _unnumbered(self, index: int, register: Register, records: Sequence[TypedRow]) -> int:
        """Note the rows without a person's number; returns how many of them name nobody."""
        rows = [each for each in records if not each.values.get(register.match)]
        if not rows:
            return 0
        rows = self._without_linked(index, register, rows)
        self._unusable(index, register, rows)
        links = self.links.found.get(register.name, {})
        # What is theirs who are not decided is nobody else's.
        rows = [row for row in rows if row.number not in links or not links[row.number].place]
        count = unmatchable(rows, register.match)
        if register.name in self.set_aside:
            return count
        rows = [row for row in rows if row.number not in links or not links[row.number].nobody]
        crowds = self.perhaps.add(index, register, rows)
        for at, row in enumerate(rows):
            if crowds[at] is not None and row.number in links:
                crowds[at] = f"{crowds[at]}#{index}.{row.number}"
                self.denied_crowds.setdefault(index, {})[str(crowds[at])] = links[row.number]
                self.perhaps.divided = True
        told = [row for row, crowd in zip(rows, crowds, strict=True) if crowd is None]
        if told:
            same = [same_as_text(register, row.values) for row in told]
            columns = {ROW: integer_column([row.number for row in told])}
            columns |= {SAME: text_column(same), **self._read(index, register, told)}
            self.host.append(f"r{index}_perhaps", columns)
        others = [
            (row, crowd) for row, crowd in zip(rows, crowds, strict=True) if crowd is not None
        ]
        if others:
            columns = {
                "place_": text_column([crowd for _, crowd in others]),
                ROW: integer_column([row.number for row, _ in others]),
            }
            columns |= self._read(index, register, [row for row, _ in others])
            self.host.append(f"r{index}_crowd", columns)
        return count

    def _without_linked(
        self, index: int, register: Register, rows: Sequence[TypedRow]
    ) -> list[TypedRow]:
        """Rows without a number but for those that are linked to a person: they surely are his."""
        left, own, owners = [], [], []
        for row in rows:
            link = self.links.add(register.name, register_row(row, register.match))
            key = None if link is None else self._owner(link)
            if key is None:
                left.append(row)
            else:
                own.append(row)
                owners.append(key)
        if own:
            self._odd(index, register, own, owners)
        return left

    def _owner(self, link: RowLink) -> int | None:
        """The key of the person whose a row surely is; None where it is not or he is not decided."""
        if link.owner:
            return key_of(link.owner)
        if link.place is None:
            return None
        row = self.links.people[link.place].row
        if not self.host.rows(f"SELECT 1 FROM m_read WHERE {MID} = {row}"):
            return None
        self.unnumbered.add(row)
        return -row

    def _unusable(self, index: int, register: Register, rows: Sequence[TypedRow]) -> None:
        """Note rows without a usable number, for the table of what matches nobody."""
        said = [unusable(register_row(row, register.match)) for row in rows]
        self.host.append(
            UNUSABLE,
            {
                "register": integer_column([index] * len(rows)),
                ROW: integer_column([row.number for row in rows]),
                "number": text_column([number for number, _ in said]),
                "reason": text_column([reason for _, reason in said]),
            },
        )

    def _odd(
        self, index: int, register: Register, good: Sequence[TypedRow],
        owners: Sequence[int] | None = None,
    ) -> list[str]:  # fmt: skip
        """Add rows that Python read to r<index>_odd; returns its columns.

        Args:
            index: of the register.
            register: its columns.
            good: the rows.
            owners: the keys of whose they are, where they do not say it.
        """
        specs = self.ruleset.field_specs(register.name)
        numbers = [record.values.get(register.match) for record in good]
        table = {
            KEY: integer_column(owners) if owners else keys_of(numbers),
            ROW: integer_column([record.number for record in good]),
        }
        for name in self.columns(index):
            table[name] = typed(specs[name], [record.values.get(name) for record in good])
        table[SAME] = text_column([same_as_text(register, record.values) for record in good])
        self.host.append(f"r{index}_odd", table)
        return list(table)

    def _damaged(self, index: int, register: Register, bad: Sequence[TypedRow]) -> None:
        """Add rows that cannot be read to damaged<index>, as far as they are about a person."""
        numbers = {
            record.number: record.values[register.match]
            for record in bad
            if record.values.get(register.match)
        }
        table = {KEY: keys_of(list(numbers.values())), ROW: integer_column(list(numbers))}
        self.host.append(f"damaged{index}", table)
        self.damaged[index] += len(numbers)

    def _read(self, index: int, register: Register, rows: Sequence[TypedRow]) -> dict[str, Column]:
        """What rows say in the columns that the rules read."""
        specs = self.ruleset.field_specs(register.name)
        return {
            name: typed(specs[name], [row.values.get(name) for row in rows])
            for name in self.columns(index)
        }

    def columns(self, index: int) -> list[str]:
        """The fields that the rules read."""
        return sorted(self.typed.columns.get(f"r{index}", set()) - {ROW})

    def _note_unmatchable(self, shown: str, count: int) -> None:
        if count:
            self.notes.append(
                Words(
                    f"{shown}：{count} 行没有证件号码，无法比对",
                    f"{shown}: rows without a citizen number, which match nobody: {count}",
                )
            )

    # --- what acts say of rows with a number ----------------------------------------------

    def settle_links(self, index: int, register: Register, source: SqlTable) -> None:
        """Go through the rows that acts may name: `theirs` then leaves out what is not theirs."""
        self._link_numbered(index, register, source)
        self._make_theirs(index)

    def theirs(self, index: int) -> str:
        """The table of the rows that surely are about somebody."""
        return self._theirs.get(index, f"r{index}_rows")

    def denials(self, register: str) -> Denials:
        """Of which of its rows somebody is said not to be meant."""
        links = self.links.found.get(register)
        return Denials.among(links) if links else NO_DENIALS

    def _link_numbered(self, index: int, register: Register, source: SqlTable) -> None:
        """Go through the rows with a number that links may name."""
        links = self.links.of(register.name)
        if not links:
            return
        where = "TRUE"
        if all(link.household_id for link in links):
            # Such a row is about one person: is anything said of him or of his household?
            keys = sorted({key_of(number) for number in self.links.numbers(register.name)})
            self.host.keep(f"r{index}_named", {KEY: integer_column(keys)})
            where = f"{KEY} IN (SELECT {KEY} FROM r{index}_named)"
        for page in self.reader.pages(f"r{index}_rows", where):
            for record in self.reader.records(source, page, register.match):
                self.links.add(register.name, register_row(record, register.match))

    def _gone(self, index: int) -> list[int]:
        """The rows with a number that are not about the person of that number."""
        name = list(self.ruleset.registers)[index]
        links = self.links.found.get(name, {})
        denying = sorted(row for row, link in links.items() if link.nobody or link.persons)
        if not denying:
            return []
        rows = self.host.rows(
            f"SELECT {ROW}, {KEY} FROM r{index}_rows WHERE {ROW} IN ({', '.join(map(str, denying))})"
        )
        return sorted(int(row) for row, key in rows if links[int(row)].denies_person(int(key)))

    def _make_theirs(self, index: int) -> None:
        gone = self._gone(index)
        if gone:
            self.host.run(
                f"CREATE VIEW r{index}_theirs AS SELECT * FROM r{index}_rows"
                f" WHERE {ROW} NOT IN ({', '.join(map(str, gone))})"
            )
            self._theirs[index] = f"r{index}_theirs"


def keys_of(numbers: Sequence[Any]) -> Column:
    """Citizen numbers without their last digit, which follows from the others."""
    return integer_column([key_of(str(number)) if number else None for number in numbers])


def names_of(columns: Iterable[str]) -> str:
    """Columns, quoted."""
    return ", ".join(f'"{name}"' for name in columns)
