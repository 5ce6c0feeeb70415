"""Rows of a register that may have come twice: found by SQL, settled in Python.

SQL only says of which households any row may be another one again; `registers.twice` decides,
as it does for a small roster. Of most rosters these are few.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Final

from shibie.case import Row, Value
from shibie.duckdb_tables import Column, integer_column, text_column
from shibie.engines.sql.cases_in_memory import typed
from shibie.engines.sql.plan import HID, KEY, MID
from shibie.registers.links import NO_DENIALS, Denials
from shibie.registers.twice import settle
from shibie.rosters.python_rows import PythonReader
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_perhaps_rows import FITS
from shibie.rosters.sql_same_rows import HIDDEN, SAME
from shibie.rosters.sql_tables import SqlTable
from shibie.ruleset.model import Register

# Of which members a row came twice: hid, mid, register, outcome.
CAME_TWICE: Final = "came_twice"
# So many households are settled at a time.
_PAGE: Final = 5_000

# A row that is or may be a member's: hid, mid, key, row_, whether it surely is his; and the key
# of the person that he is, which he may have in two households.
_Pair = tuple[str, int, int, int, bool, int]


class SqlTwice:
    """Settles the households of one register.

    Args:
        index: of the register.
        source: its table.
        perhaps: whether any of its rows may be about somebody.
        denials: which rows are said not to be about somebody: his household is settled here.
        rows: the table of those that surely are about somebody.
    """

    def __init__(
        self, host: Host, reader: PythonReader, index: int, register: Register, source: SqlTable,
        perhaps: bool, denials: Denials = NO_DENIALS, rows: str = "",
    ) -> None:  # fmt: skip
        self.host, self.reader, self.index = host, reader, index
        self.register, self.source, self.perhaps = register, source, perhaps
        self.rows, self.found = rows or f"r{index}_rows", f"r{index}_twice"
        self.denials = denials

    def households(self) -> bool:
        """Note the households of which any row may be another again; whether there are any."""
        arms = [*self._equal(), *self._open(), *(self._fitting() if self.perhaps else ())]
        if self.denials.rows:
            arms.append(f"SELECT {HID} FROM m_plain WHERE {concerned(self.denials)}")
        if not arms:
            return False
        self.host.run(
            f"CREATE TABLE {self.found} AS SELECT {HID}, CAST(floor((row_number() OVER"
            f" (ORDER BY {HID}) - 1) / {_PAGE}) AS BIGINT) AS page"
            f" FROM (SELECT DISTINCT {HID} FROM ({' UNION ALL '.join(arms)}))"
        )
        return bool(self.host.rows(f"SELECT 1 FROM {self.found} LIMIT 1"))

    def _any(self, name: str, query: str) -> bool:
        """Keep what a query finds, if it finds anything."""
        table = f"r{self.index}_{name}"
        self.host.run(f"CREATE TABLE {table} AS {query}")
        return bool(self.host.rows(f"SELECT 1 FROM {table} LIMIT 1"))

    def _equal(self) -> Iterator[str]:
        """Households with rows that say the same."""
        by = SAME if self.register.key else f"{KEY}, {SAME}"
        shown = f"{SAME} IS NOT NULL AND {SAME} <> '{HIDDEN}'"
        said = f"SELECT {by} FROM {self.rows} WHERE {shown} GROUP BY {by}"
        if not self._any("equal", f"{said} HAVING count(*) > 1"):
            return
        if not self.register.key:
            yield f"SELECT {HID} FROM m_plain WHERE {KEY} IN (SELECT {KEY} FROM r{self.index}_equal)"
            return
        yield (
            f"SELECT m.{HID} FROM m_plain AS m JOIN (SELECT * FROM {self.rows}"
            f" WHERE {SAME} IN (SELECT {SAME} FROM r{self.index}_equal)) AS r ON m.{KEY} = r.{KEY}"
            f" GROUP BY m.{HID}, r.{SAME} HAVING count(DISTINCT r.{ROW}) > 1"
        )

    def _open(self) -> Iterator[str]:
        """Where there are several rows, not all of which say everything or show all of it.

        Of one person; or of a household, where what rows share makes them one item of it.
        """
        unsaid = f"SELECT {KEY} FROM {self.rows} WHERE {SAME} IS NULL OR {SAME} = '{HIDDEN}'"
        if not self._any("open", unsaid):
            return
        opened = f"{KEY} IN (SELECT {KEY} FROM r{self.index}_open)"
        if not self.register.key:
            several = f"SELECT {KEY} FROM {self.rows} WHERE {opened} GROUP BY {KEY}"
            yield f"SELECT {HID} FROM m_plain WHERE {KEY} IN ({several} HAVING count(*) > 1)"
            return
        yield (
            f"SELECT m.{HID} FROM m_plain AS m JOIN {self.rows} AS r ON m.{KEY} = r.{KEY}"
            f" WHERE m.{HID} IN (SELECT {HID} FROM m_plain WHERE {opened})"
            f" GROUP BY m.{HID} HAVING count(DISTINCT r.{ROW}) > 1"
        )

    def _fitting(self) -> Iterator[str]:
        """The same, with the rows that may be somebody's."""
        touched = f"SELECT {HID} FROM {FITS} WHERE register = {self.index}"
        every = f"({self._pairs(f'm.{HID} IN ({touched})')})"
        unsaid = f"bool_or({SAME} IS NULL OR {SAME} = '{HIDDEN}')"
        if not self.register.key:
            yield (
                f"SELECT {HID} FROM {every} GROUP BY {HID}, {MID}"
                f" HAVING count(*) > 1 AND bool_or(sure_) AND {unsaid}"
            )
            return
        yield (
            f"SELECT {HID} FROM {every} GROUP BY {HID} HAVING count(DISTINCT {ROW}) > 1 AND {unsaid}"
        )
        yield (
            f"SELECT {HID} FROM {every} WHERE {SAME} IS NOT NULL GROUP BY {HID}, {SAME}"
            f" HAVING count(DISTINCT {ROW}) > 1"
        )

    def _pairs(self, where: str) -> str:
        """The rows that are or may be some members'."""
        parts = [
            f"SELECT m.{HID}, m.{MID}, m.{KEY}, r.{ROW}, TRUE AS sure_, r.{SAME} FROM m_plain AS m"
            f" JOIN {self.rows} AS r ON m.{KEY} = r.{KEY} WHERE {where}"
        ]
        if self.perhaps:
            parts.append(
                f"SELECT m.{HID}, m.{MID}, m.{KEY}, r.{ROW}, FALSE AS sure_, r.{SAME} FROM {FITS} AS m"
                f" JOIN r{self.index}_perhaps AS r ON m.{ROW} = r.{ROW}"
                f" WHERE m.register = {self.index} AND {where}"
            )
        return " UNION ALL ".join(parts)

    # --- in Python ----------------------------------------------------------------------

    def settle(self, columns: Sequence[str]) -> None:
        """Make r<index>_settled of the rows of these households; note what came twice.

        Args:
            columns: that the rules read.
        """
        self._keep(columns, [])
        ((last,),) = self.host.rows(f"SELECT max(page) FROM {self.found}")
        for page in range(int(last) + 1):
            here = f"SELECT {HID} FROM {self.found} WHERE page = {page}"
            pairs = self.host.rows(
                f"SELECT p.{HID}, p.{MID}, k.{KEY}, p.{ROW}, p.sure_, p.{KEY} AS person"
                f" FROM ({self._pairs(f'm.{HID} IN ({here})')}) AS p"
                f" JOIN keyed AS k ON p.{MID} = k.{MID} ORDER BY p.{HID}, p.{MID}, p.{ROW}"
            )
            self.host.keep("asked_rows", {ROW: integer_column(sorted({row[3] for row in pairs}))})
            wanted = f"SELECT {ROW} FROM asked_rows"
            records = self.reader.records(self.source, wanted, self.register.match)
            values = {record.number: record.values for record in records}
            settled: list[tuple[int, Row]] = []
            twice: list[tuple[str, int, str]] = []
            for _, own in groupby(pairs, key=lambda pair: pair[0]):
                rows, members = self._household(list(own), values)
                settled += rows
                twice += members
            self._keep(columns, settled)
            note(self.host, self.index, twice)

    def _household(
        self, pairs: Sequence[_Pair], values: Mapping[int, Mapping[str, Value]]
    ) -> tuple[list[tuple[int, Row]], list[tuple[str, int, str]]]:
        """The items of a household by the key of their owner, and whose rows came twice."""
        members, keys, found = [], [], []
        hid = pairs[0][0]
        for mid, own in groupby(pairs, key=lambda pair: pair[1]):
            mine = list(own)
            members.append(mid)
            keys.append(mine[0][2])
            rows = (Row(row, values[row], sure) for *_, row, sure, _ in mine)
            found.append(self.denials.kept(rows, mine[0][5], hid))
        items, twice = settle(self.register, found)
        return (
            [(key, row) for key, rows in zip(keys, items, strict=True) for row in rows],
            [(hid, members[at], twice[at]) for at in sorted(twice)],
        )

    def _keep(self, columns: Sequence[str], settled: Sequence[tuple[int, Row]]) -> None:
        specs = {spec.name: spec for spec in self.register.columns}
        table = {
            KEY: integer_column([key for key, _ in settled]),
            ROW: integer_column([row.number for _, row in settled]),
            "sure_": Column("BOOLEAN", [row.sure for _, row in settled]),
        }
        for name in columns:
            values = [row.values.get(name) for _, row in settled]
            table[name] = typed(specs[name], values)
        self.host.append(f"r{self.index}_settled", table)


def concerned(denials: Denials) -> str:
    """SQL: whether a member, or his household, is not meant by any of some rows."""
    persons = ", ".join(map(str, sorted(denials.persons))) or "NULL"
    households = ", ".join(map(quoted, sorted(denials.households))) or "NULL"
    return f"({KEY} IN ({persons}) OR {HID} IN ({households}))"


def note(host: Host, index: int, twice: Sequence[tuple[str, int, str]]) -> None:
    """Note the members of whom a row of a register came twice."""
    columns = {
        HID: text_column([hid for hid, _, _ in twice]),
        MID: integer_column([mid for _, mid, _ in twice]),
        "register": integer_column([index] * len(twice)),
        "outcome": text_column([outcome for _, _, outcome in twice]),
    }
    host.append(CAME_TWICE, columns)
