"""Typed registers → the sources of the plan (r0_src on): whose each row is, or may be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shibie.engines.sql.compiling import RunSettings
from shibie.engines.sql.plan import HID, KEY, MID
from shibie.registers.links import Denials
from shibie.rosters.sql_cells import quoted
from shibie.rosters.sql_host import ROW
from shibie.rosters.sql_perhaps_rows import CROWD_FITS, FITS
from shibie.rosters.sql_register_rows import RegisterRows
from shibie.rosters.sql_twice import SqlTwice, concerned, note


class RegisterSources:
    """Makes the sources of loaded registers, once the members are there.

    Attributes:
        rows: of the registers; what acts say of rows was gone through after `match`.
        unsure: the registers of which a row may be about somebody.
        shared: those of which an item may be of several members of one household.
    """

    def __init__(self, rows: RegisterRows) -> None:
        self.rows, self.host, self.ruleset = rows, rows.host, rows.ruleset
        self.perhaps, self.denied_crowds = rows.perhaps, rows.denied_crowds
        self.unsure: set[int] = set()
        self.shared: set[int] = set()
        self.apart = False

    def settings(self, asked: RunSettings) -> RunSettings:
        """What a run asks, with what is not sure of the registers."""
        names = list(self.ruleset.registers)

        def named(indexes: Iterable[int]) -> frozenset[str]:
            return frozenset(names[index] for index in indexes)

        return replace(
            asked, perhaps=named(self.unsure), shared=named(self.shared),
            crowds=named(self.perhaps.crowds),
        )  # fmt: skip

    def match(self) -> None:
        """Make the sources."""
        self.perhaps.find(self.rows.reader.acts.patches)
        note(self.host, 0, [])
        settling = {}
        for index, register in enumerate(self.ruleset.registers.values()):
            source = self.rows.tables.registers.get(register.name)
            if source is not None:
                perhaps = index in self.perhaps.registers
                self.rows.settle_links(index, register, source)
                twice = SqlTwice(
                    self.host, self.rows.reader, index, register, source, perhaps,
                    self.rows.denials(register.name), self.rows.theirs(index),
                )  # fmt: skip
                if twice.households():
                    settling[index] = twice
        self._keys(settling)
        for index, twice in settling.items():
            twice.settle(self.rows.columns(index))
        for index, register in enumerate(self.ruleset.registers.values()):
            if register.name in self.rows.tables.registers:
                self._source(index, index in settling)

    def _keys(self, settling: Iterable[int]) -> None:
        """Make `keyed`: who in two households has rows of his own in each has a key for each."""
        touched = [f"SELECT {KEY} FROM {FITS}"]
        touched += [
            f"SELECT m.{KEY} FROM m_plain AS m JOIN r{index}_twice AS t ON m.{HID} = t.{HID}"
            for index in settling
        ]
        touched += [
            f"SELECT {KEY} FROM m_plain WHERE {concerned(Denials({0: link}))}"
            for places in self.denied_crowds.values()
            for link in places.values()
        ]
        if settling or self.perhaps.registers or self.denied_crowds:
            self.host.run(
                f"CREATE TABLE apart AS SELECT {MID}, {KEY} AS number, -{MID} AS {KEY} FROM m_plain"
                f" WHERE {KEY} IN ({' UNION '.join(touched)}) AND {KEY} IN (SELECT {KEY}"
                f" FROM m_plain WHERE {KEY} IS NOT NULL GROUP BY {KEY} HAVING count(*) > 1)"
            )
            self.apart = bool(self.host.rows("SELECT 1 FROM apart LIMIT 1"))
        if self.apart:
            self.host.run(
                f"CREATE VIEW keyed AS SELECT m.{HID}, m.{MID}, coalesce(a.{KEY}, m.{KEY}) AS {KEY}"
                f" FROM m_plain AS m LEFT JOIN apart AS a ON m.{MID} = a.{MID}"
            )
        else:
            self.host.run(f"CREATE VIEW keyed AS SELECT {HID}, {MID}, {KEY} FROM m_plain")

    def _source(self, index: int, settled: bool) -> None:
        """Make r<index>_src: a line for each row and whom it is, or may be, about."""
        columns = "".join(f', r."{name}"' for name in self.rows.columns(index))
        perhaps = index in self.perhaps.registers or index in self.perhaps.crowds
        if settled:
            unsure = f"SELECT 1 FROM r{index}_settled WHERE NOT sure_ LIMIT 1"
            perhaps = perhaps or bool(self.host.rows(unsure))
        sure = ", TRUE AS sure_" if perhaps else ""
        of_settled = f"SELECT k.{KEY} FROM keyed AS k JOIN r{index}_twice AS t ON k.{HID} = t.{HID}"
        of_settled += f" WHERE k.{KEY} IS NOT NULL"

        def elsewhere(key: str) -> str:
            return f" WHERE {key} NOT IN ({of_settled})" if settled else ""

        rows = f"{self.rows.theirs(index)} AS r"
        arms = [f"SELECT r.{KEY}, r.{ROW}{sure}{columns} FROM {rows}{elsewhere(f'r.{KEY}')}"]
        if self.apart:
            arms.append(
                f"SELECT a.{KEY}, r.{ROW}{sure}{columns} FROM {rows}"
                f" JOIN apart AS a ON r.{KEY} = a.number{elsewhere(f'a.{KEY}')}"
            )
        if index in self.perhaps.registers:
            arms.append(
                f"SELECT k.{KEY}, r.{ROW}, FALSE AS sure_{columns} FROM {FITS} AS f"
                f" JOIN r{index}_perhaps AS r ON f.{ROW} = r.{ROW} AND f.register = {index}"
                f" JOIN keyed AS k ON f.{MID} = k.{MID}{elsewhere(f'k.{KEY}')}"
            )
        if settled:
            which = ", r.sure_" if perhaps else ""
            arms.append(f"SELECT r.{KEY}, r.{ROW}{which}{columns} FROM r{index}_settled AS r")
        if perhaps:
            self.unsure.add(index)
        self.host.run(f"CREATE VIEW r{index}_src AS {' UNION ALL '.join(arms)}")
        if index in self.perhaps.crowds:
            self._crowd_fits(index)
        if (settled or perhaps) and self._is_shared(index, settled):
            self.shared.add(index)

    def _crowd_fits(self, index: int) -> None:
        """Make r<index>_fits: whom the rows fit that tell nobody apart."""
        places = f"SELECT place_ FROM r{index}_crowd"
        arms = [f"SELECT {KEY}, place_ FROM {CROWD_FITS} WHERE place_ IN ({places})"]
        if self.apart:
            arms.append(
                f"SELECT a.{KEY}, c.place_ FROM {CROWD_FITS} AS c"
                f" JOIN apart AS a ON c.{KEY} = a.number WHERE c.place_ IN ({places})"
            )
        every = " UNION ALL ".join(arms)
        denied = [
            f"SELECT k.{KEY}, {quoted(place)} AS place_ FROM keyed AS k JOIN (SELECT {MID} FROM m_plain"
            f" WHERE {concerned(Denials({0: link}))}) AS m ON k.{MID} = m.{MID}"
            for place, link in self.denied_crowds.get(index, {}).items()
        ]
        if denied:
            every = (
                f"SELECT f.{KEY}, f.place_ FROM ({every}) AS f ANTI JOIN"
                f" ({' UNION ALL '.join(denied)}) AS d ON f.{KEY} = d.{KEY} AND f.place_ = d.place_"
            )
        self.host.run(f"CREATE VIEW r{index}_fits AS {every}")

    def _is_shared(self, index: int, settled: bool) -> bool:
        """Whether any item may be of several members of one household."""
        pairs = [f"SELECT {MID}, {ROW} FROM {FITS} WHERE register = {index}"]
        if settled:
            pairs.append(
                f"SELECT k.{MID}, s.{ROW} FROM r{index}_settled AS s JOIN keyed AS k"
                f" ON s.{KEY} = k.{KEY}"
            )
        return bool(
            self.host.rows(
                f"SELECT 1 FROM ({' UNION ALL '.join(pairs)}) AS p JOIN m_plain AS m"
                f" ON p.{MID} = m.{MID} GROUP BY m.{HID}, p.{ROW}"
                f" HAVING count(DISTINCT m.{MID}) > 1 LIMIT 1"
            )
        )
