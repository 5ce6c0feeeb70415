"""Typed members and those that Python read → the source of members in the plan (m_src)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any, Final

from shibie import citizen_id
from shibie.duckdb_tables import Column, integer_column, text_column
from shibie.engines.sql.cases_in_memory import typed
from shibie.engines.sql.plan import FOUND_ELSEWHERE, HID, KEY, MID
from shibie.household import BareHousehold
from shibie.language.tree import MEMBER
from shibie.registers.matching import usable_number
from shibie.registers.same_persons import SamePersons
from shibie.rosters.sql_host import Host
from shibie.rosters.sql_register_rows import keys_of, names_of
from shibie.rosters.sql_registers import RegisterSources
from shibie.ruleset.model import RuleSet

FOUND_TWICE: Final = "found_twice"
# A household that Python read, with its row and its members' rows.
OddHousehold = tuple[int, BareHousehold, list[int]]


class MemberSources:
    """Loads the members.

    Args:
        asked: the columns of members that are asked for.
    """

    def __init__(self, host: Host, ruleset: RuleSet, as_of: date, asked: Set[str]) -> None:
        self.host, self.ruleset, self.as_of, self.asked = host, ruleset, as_of, asked

    def add_odd(self, households: Sequence[OddHousehold]) -> None:
        """Add the members of households that Python read to m_odd."""
        specs, fields = self.ruleset.field_specs(MEMBER), self._fields_of_members()
        odd = [
            (household, member, row)
            for _, household, rows in households
            for member, row in zip(household.members, rows, strict=True)
        ]
        numbers = [usable_number(getattr(m, "id_number", None), self.as_of) for _, m, _ in odd]
        table: dict[str, Any] = {
            HID: text_column([household.household_id for household, _, _ in odd]),
            MID: integer_column([row for _, _, row in odd]),
            KEY: keys_of(numbers),
        }
        table |= {n: typed(specs[n], [getattr(m, n) for _, m, _ in odd]) for n in fields}
        table |= {name: _of_numbers(name, numbers) for name in self._given()}
        self.host.append("m_odd", table)

    def _fields_of_members(self) -> list[str]:
        names = self.asked & set(self.ruleset.field_specs(MEMBER))
        return sorted(names | {"member_id"})

    def _given(self) -> list[str]:
        """What a number tells of a person, as far as it is asked for."""
        return sorted(self.asked & {"born_", "sex_"})

    def read(self, trusted: str) -> None:
        """Make m_read of both kinds of members."""
        own = "member_id"
        unnumbered = "SELECT count(*) FROM m_typed WHERE member_id IS NULL"
        if self.host.rows(unnumbered)[0][0]:
            # Who has no number of his own goes by his place in the household.
            place = f"row_number() OVER (PARTITION BY {HID} ORDER BY {MID})"
            own = f"coalesce(member_id, CAST({place} AS VARCHAR)) AS member_id"
        fields = [name for name in self._fields_of_members() if name != "member_id"]
        others = names_of([HID, MID, KEY, *fields, *self._given()])
        self.host.run(
            f"CREATE VIEW m_read AS SELECT {own}, {others} FROM m_typed"
            f" WHERE {HID} IS NOT NULL AND {trusted}"
            f" UNION ALL SELECT member_id, {others} FROM m_odd"
        )

    def make_plain(self, unnumbered: Set[int]) -> None:
        """Make m_plain: who has no number, but rows by acts, has a key of his own, below 0."""
        every, linked = "*", sorted(unnumbered)
        if linked:
            his = f"CASE WHEN {MID} IN ({', '.join(map(str, linked))}) THEN -{MID} END"
            every = f"* EXCLUDE ({KEY}), coalesce({KEY}, {his}) AS {KEY}"
        self.host.run(f"CREATE VIEW m_plain AS SELECT {every} FROM m_read")

    def make_persons(self, same: SamePersons) -> None:
        """Make m_person: of every member who he is, by his number unless acts say it."""
        if not same.places:
            self.host.run(
                f"CREATE VIEW m_person AS SELECT {HID}, {MID}, member_id, {KEY} AS person FROM m_read"
            )
            return
        places, numbers = list(same.places), list(same.numbers)
        # No key is below 0.
        self.host.keep("same_places", {
            HID: text_column([household for household, _ in places]),
            "member_id": text_column([member for _, member in places]),
            "person": integer_column([-1 - same.places[place] for place in places]),
        })  # fmt: skip
        self.host.keep("same_numbers", {
            KEY: keys_of(numbers),
            "person": integer_column([-1 - same.numbers[number] for number in numbers]),
        })  # fmt: skip
        self.host.run(
            f"CREATE VIEW m_person AS SELECT m.{HID}, m.{MID}, m.member_id,"
            f" coalesce(p.person, n.person, m.{KEY}) AS person FROM m_read AS m"
            f" LEFT JOIN same_places AS p ON m.{HID} = p.{HID} AND m.member_id = p.member_id"
            f" LEFT JOIN same_numbers AS n ON m.{KEY} = n.{KEY}"
        )

    def find_twice(self) -> None:
        """Make found_twice: the entries of persons who are in several decided households."""
        self.host.run(
            f"CREATE TABLE {FOUND_TWICE} AS SELECT * FROM m_person WHERE person IN ("
            "SELECT person FROM m_person WHERE person IS NOT NULL"
            f" GROUP BY person HAVING count(*) > 1 AND min({HID}) <> max({HID}))"
        )

    def make_source(self, registers: RegisterSources, damaged: Mapping[int, int]) -> None:
        """Make m_src of m_plain; `damaged` counts the registers' unreadable rows."""
        complete = []
        for index, name in enumerate(self.ruleset.registers):
            there = "FALSE"
            if name in registers.rows.tables.registers:
                there = f"m.{KEY} IS NOT NULL"
                if registers.rows.unnumbered:
                    there += f" AND m.{KEY} >= 0"
                if damaged[index]:
                    there += f" AND m.{KEY} NOT IN (SELECT {KEY} FROM damaged{index})"
            complete.append(f", ({there}) AS complete_r{index}")
        if FOUND_ELSEWHERE in self.asked:
            twice = f"SELECT {MID} FROM {FOUND_TWICE}"
            complete.append(f", (m.{MID} IN ({twice})) AS {FOUND_ELSEWHERE}")
        every = "m.*"
        rows = "m_plain AS m"
        if registers.apart:
            every = f"m.* EXCLUDE ({KEY}), k.{KEY}"
            rows += f" JOIN keyed AS k ON m.{MID} = k.{MID}"
        self.host.run(f"CREATE VIEW m_src AS SELECT {every}{''.join(complete)} FROM {rows}")


def _of_numbers(name: str, numbers: Sequence[str | None]) -> Column:
    if name == "born_":
        return Column("DATE", [citizen_id.birth_date(n) if n else None for n in numbers])
    return Column("VARCHAR", [citizen_id.sex(n) if n else None for n in numbers])
