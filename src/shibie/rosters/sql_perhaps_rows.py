"""Register rows without a usable number in SQL: whom each of them fits.

Python reads these rows, and says of each what it shows of a number and what it says for
`or_match`; SQL finds the persons, by an equi-join for each kind of row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, Final

from shibie.case import Value
from shibie.citizen_id import CHECK_CHARACTERS, WEIGHTS
from shibie.duckdb_tables import Column, integer_column, text_column
from shibie.engines.sql.plan import HID, KEY, MID
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.registers.masked_numbers import HIDDEN, visible
from shibie.registers.said_texts import (
    ADDRESSED,
    NAME,
    WHOLE,
    said_by_person,
    said_by_register,
    tells_nobody_apart,
)
from shibie.rosters.act_rows import Whose
from shibie.rosters.cells import is_blank
from shibie.rosters.records import TypedRow
from shibie.rosters.sql_host import ROW, Host
from shibie.rosters.sql_tables import SqlTable, SqlTables
from shibie.rosters.sql_validation import Typed
from shibie.ruleset.model import Register, RuleSet

# Which row may be about which member: register, row_, hid, mid, k.
FITS: Final = "fits"
# Which part of a number, as rows that tell nobody apart show it, fits whom: k, place_.
CROWD_FITS: Final = "crowd_fits"
_ROWS, _CROWDS, _PEOPLE, _SAID = "perhaps_rows", "crowd_places", "fit_people", "said_texts"
# Texts of such characters alone are compared as they are, but for capitals: no sign of hidden
# letters is among them (x, and U+67D0), and nothing that may stand before how many others (U+7B49).
_LETTERS: Final = r"A-WYZa-wyz\x{4E00}-\x{67CF}\x{67D1}-\x{7B48}\x{7B4A}-\x{9FFF}"
_PLAIN: Final = f"[0-9{_LETTERS}]+"
# Of a name these are not all of it: digits, a single letter, how somebody is addressed.
_PLAIN_NAME: Final = f"[{_LETTERS}]{{2,}}"

# What corrections make of the fields of a household or member.
Patches = Mapping[Whose, Mapping[str, Value]]
# The places of a number that are shown, and of which fields how much is said.
_Kind = tuple[tuple[int, ...], tuple[tuple[str, int], ...]]


class SqlPerhapsRows:
    """Collects such rows of all registers, and finds whom they fit.

    Attributes:
        registers: those with rows that tell people apart.
        crowds: those with rows that do not.
        divided: whether a part that rows show of a number may go by a longer name: what it shows,
            a `#`, and what tells these rows from others that show the same.
    """

    def __init__(self, host: Host, tables: SqlTables, ruleset: RuleSet, typed: Typed) -> None:
        self.host, self.tables, self.ruleset, self.typed = host, tables, ruleset, typed
        self.kinds: dict[_Kind, int] = {}
        self.places: set[tuple[int, ...]] = set()
        self.registers: set[int] = set()
        self.crowds: set[int] = set()
        self.divided = False
        self._folded: set[tuple[bool, str]] = set()
        every = (field for each in ruleset.registers.values() for field, _ in each.or_match)
        self.fields = sorted(set(every))

    def add(self, index: int, register: Register, records: Sequence[TypedRow]) -> list[str | None]:
        """Note rows; returns of each that tells nobody apart what it shows, None of the others."""
        table: dict[str, list[Any]] = {"register": [], ROW: [], "shown": [], "kind": []}
        said: dict[str, list[str | None]] = {field: [] for field in self.fields}
        crowds: list[str | None] = []
        for record in records:
            shown = visible(record.unusable)
            its = said_by_register(register, record.values, record.unusable)
            known = tuple((field, each.known) for field, each in its.items() if each.known)
            crowd = tells_nobody_apart(shown, its.values())
            places = tuple(at for at, char in enumerate(shown) if char != HIDDEN)
            crowds.append((shown if places else "") if crowd else None)
            if crowd:
                self.places.add(places)
                self.crowds.add(index)
                continue
            self.registers.add(index)
            table["register"].append(index)
            table[ROW].append(record.number)
            table["shown"].append(shown)
            table["kind"].append(self.kinds.setdefault((places, known), len(self.kinds)))
            for field in self.fields:
                said[field].append(_text(its[field].text) if field in its else None)
        self.host.append(
            _ROWS,
            {
                name: text_column(values) if name == "shown" else integer_column(values)
                for name, values in table.items()
            }
            | {f"said_{field}": text_column(values) for field, values in said.items()},
        )
        return crowds

    # --- whom they fit ------------------------------------------------------------------

    def find(self, patches: Patches) -> None:
        """Make `fits` of the rows that tell people apart, and `crowd_fits` of the others.

        Args:
            patches: what corrections make of fields.
        """
        if self.kinds or self.crowds:
            self._people(patches)
        self.host.append(
            FITS,
            {name: integer_column([]) for name in ("register", ROW)}
            | {HID: text_column([]), MID: integer_column([]), KEY: integer_column([])},
        )
        if self.kinds:
            self.host.run(f"CREATE OR REPLACE TABLE {FITS} AS {' UNION ALL '.join(self._arms())}")
        if self.crowds:
            self._crowds()

    def _arms(self) -> Iterator[str]:
        """For each kind of row, and for what else is known of a person, a query of the pairs."""
        for (places, known), kind in self.kinds.items():
            for asked in product((True, False), repeat=len(known)):
                holds = [_same_places(places, "p.shown")] if places else []
                for (field, letters), both in zip(known, asked, strict=True):
                    mine = f"m.said_{field}"
                    agreed = mine if letters == WHOLE else f"left({mine}, {letters})"
                    holds.append(f"p.said_{field} = {agreed}" if both else f"{mine} IS NULL")
                yield (
                    f"SELECT p.register, p.{ROW}, m.{HID}, m.{MID}, m.{KEY} FROM {_ROWS} AS p"
                    f" JOIN {_PEOPLE} AS m ON {' AND '.join(holds)} WHERE p.kind = {kind}"
                )

    def _crowds(self) -> None:
        """Whom rows fit that tell nobody apart, by the part of the number that they show."""
        parts = []
        for index in sorted(self.crowds):
            parts.append(f"SELECT DISTINCT place_ FROM r{index}_crowd")
        self.host.run(f"CREATE TABLE {_CROWDS} AS {' UNION '.join(parts)}")
        arms = []
        for places in sorted(self.places):
            shape = "".join("_" if at in places else HIDDEN for at in range(18)) if places else ""
            pattern = "".join("[^*]" if char == "_" else r"\*" for char in shape)
            pattern += "(#.*)?" if self.divided else ""
            same = _same_places(places, "p.place_") if places else "TRUE"
            arms.append(
                f"SELECT DISTINCT m.{KEY}, p.place_ FROM {_CROWDS} AS p JOIN {_PEOPLE} AS m"
                f" ON {same} WHERE regexp_full_match(p.place_, '{pattern}')"
            )
        self.host.run(f"CREATE TABLE {CROWD_FITS} AS {' UNION ALL '.join(arms)}")

    # --- persons ------------------------------------------------------------------------

    def _people(self, patches: Patches) -> None:
        """Every person with a number (no key below 0), written out, and what he says for `or_match`."""
        said, joins = [], []
        for at, field in enumerate(self.fields):
            value, raw = "CAST(NULL AS VARCHAR)", self._raw(field)
            if raw is not None:
                relation, on = raw
                of_name = field == NAME
                self._odd_texts(relation, of_name)
                joins.append(
                    f" LEFT JOIN {relation} AS s{at} ON {on.format(f's{at}')}"
                    f" LEFT JOIN {_SAID} AS t{at}"
                    f" ON s{at}.said = t{at}.written AND t{at}.of_name = {of_name}"
                )
                plain = f"CASE WHEN {_is_plain(f's{at}.said', of_name)} THEN lower(s{at}.said)"
                value = f"{plain} ELSE t{at}.said END"
            if corrected := self._corrected(field, patches):
                joins.append(f" LEFT JOIN {corrected} AS c{at} ON m.{MID} = c{at}.{MID}")
                value = f"CASE WHEN c{at}.{MID} IS NULL THEN {value} ELSE c{at}.said END"
            said.append(f"{value} AS said_{field}")
        others = "".join(f", {each}" for each in said)
        digits = f"lpad(CAST(m.{KEY} AS VARCHAR), 17, '0')"
        self.host.run(
            f"CREATE TABLE {_PEOPLE} AS SELECT m.{HID}, m.{MID}, m.{KEY},"
            f" {digits} || {_check(digits)} AS number{others}"
            f" FROM m_plain AS m{''.join(joins)} WHERE m.{KEY} >= 0"
        )

    def _raw(self, field: str) -> tuple[str, str] | None:
        """What persons or households say in a field: a relation, and how it is joined."""
        of_member = field in self.ruleset.field_specs(MEMBER)
        source = self.tables.members if of_member else self.tables.households
        if field not in source.columns:
            return None
        value = self._value(source, field)
        if of_member:
            relation = (
                f"(SELECT CAST({ROW} AS BIGINT) AS at, {value} AS said FROM {source.relation})"
            )
            return relation, f"{{}}.at = m.{MID}"
        rows = "h_typed" if self.tables.persons is None else "m_typed"
        row = "ord_" if self.tables.persons is None else MID
        relation = (
            f"(SELECT h.{HID} AS at, max(s.said) AS said FROM {rows} AS h JOIN"
            f" (SELECT CAST({ROW} AS BIGINT) AS at, {value} AS said FROM {source.relation}) AS s"
            f" ON h.{row} = s.at GROUP BY h.{HID})"
        )
        return relation, f"{{}}.at = m.{HID}"

    def _corrected(self, field: str, patches: Patches) -> str:
        """A relation of the members of whom corrections make what is said in a field; or empty."""
        said = {
            whose: _text(said_by_person(patch[field], field == NAME))
            for whose, patch in patches.items()
            if field in patch
        }
        if not said:
            return ""
        name = f"corrected_{field}"
        columns = {HID: [hid for hid, _ in said], "member_id": [own for _, own in said]}
        texts = {each: text_column(values) for each, values in columns.items()}
        self.host.keep(f"{name}_texts", {**texts, "said": text_column(list(said.values()))})
        # What a household says has no member.
        self.host.run(
            f"CREATE TABLE {name} AS SELECT m.{MID}, c.said FROM m_plain AS m JOIN {name}_texts AS c"
            f" ON m.{HID} = c.{HID} AND c.member_id IN ('', m.member_id)"
        )
        return name

    def _value(self, source: SqlTable, field: str) -> str:
        owner = MEMBER if field in self.ruleset.field_specs(MEMBER) else HOUSEHOLD
        spec = self.ruleset.field_specs(owner)[field]
        return f"CAST({self.typed.value(source, spec)} AS VARCHAR)"

    def _odd_texts(self, relation: str, of_name: bool) -> None:
        """Fold in Python the texts that SQL does not."""
        query = f"SELECT DISTINCT said FROM {relation} AS s WHERE NOT {_is_plain('said', of_name)}"
        found = {(of_name, str(text)) for (text,) in self.host.rows(query)} - self._folded
        self._folded |= found
        written = sorted(text for _, text in found)
        said = [
            None if is_blank(text) else _text(said_by_person(text, of_name)) for text in written
        ]
        columns = {"written": text_column(written), "said": text_column(said)}
        columns["of_name"] = Column("BOOLEAN", [of_name] * len(written))
        self.host.append(_SAID, columns)


def _text(value: Any) -> str | None:
    """A value that `or_match` compares, as text."""
    return None if value is None else str(value)


def _is_plain(text: str, of_name: bool) -> str:
    if not of_name:
        return f"regexp_full_match({text}, '{_PLAIN}')"
    whole = f"regexp_full_match({text}, '{_PLAIN_NAME}')"
    return f"({whole} AND NOT regexp_matches({text}, '{ADDRESSED}'))"


def _runs(places: Iterable[int]) -> list[tuple[int, int]]:
    """Places that lie side by side, as (first, how many).

    >>> _runs([0, 1, 5, 6, 7])
    [(0, 2), (5, 3)]
    """
    found: list[tuple[int, int]] = []
    for at in places:
        if found and sum(found[-1]) == at:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((at, 1))
    return found


def _same_places(places: Iterable[int], shown: str) -> str:
    """Whether a number has in some places what is shown."""
    runs = _runs(places)

    def of(text: str) -> str:
        return " || ".join(f"substr({text}, {first + 1}, {size})" for first, size in runs)

    return f"{of(shown)} = {of('m.number')}"


def _check(digits: str) -> str:
    """SQL: the check character behind 17 digits."""
    total = " + ".join(
        f"{weight} * CAST(substr({digits}, {at}, 1) AS INTEGER)"
        for at, weight in enumerate(WEIGHTS, 1)
    )
    return f"substr('{CHECK_CHARACTERS}', ({total}) % 11 + 1, 1)"
