"""The rows of a register without a usable number, and whom each of them fits.

A row fits a person unless something that is known of both differs: a visible place of a masked
number, or a column that `or_match` holds against a field of the person or the household, as far
as the register shows it. Of a row that tells nobody apart only the places of the number count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from shibie.case import NO_ROWS, Row, Rows, Value
from shibie.household import BareHousehold, BareMember
from shibie.registers.masked_numbers import visible
from shibie.registers.rows import RegisterRow
from shibie.registers.said_texts import (
    NAME,
    NOTHING,
    WHOLE,
    said_by_person,
    said_by_register,
    tells_nobody_apart,
)
from shibie.ruleset.model import Register

# What a row or a person says for each pair of `or_match`; None is unknown.
Said = tuple[Value, ...]
_Key = tuple[Value, ...]
# Which places of a number a row shows, and how much of each pair (`said_texts.known`).
_Places = tuple[int, ...]
_Known = tuple[int, ...]
# The rows of each such group: what they show of a number, what they say, and what is given out.
_Groups = Mapping[tuple[_Places, _Known], Sequence[tuple[str, Said, Row]]]


def said_by(register: Register, household: BareHousehold, member: BareMember) -> Said:
    """What a person, or else his household, says for each pair of `or_match`."""
    return tuple(
        said_by_person(
            getattr(member if hasattr(member, field) else household, field), field == NAME
        )
        for field, _ in register.or_match
    )


@dataclass(frozen=True)
class PerhapsRows:
    """Rows without a usable number, found by what they show.

    Attributes:
        register: what they are rows of.
        rows: in the order of the register.
    """

    register: Register
    rows: tuple[RegisterRow, ...]

    @cached_property
    def _groups(self) -> _Groups:
        """The rows by the places of a number that they show and the pairs that they know."""
        groups: defaultdict[tuple[_Places, _Known], list[tuple[str, Said, Row]]] = defaultdict(list)
        for each in self.rows:
            texts = said_by_register(self.register, each.values, each.written).values()
            said = tuple(text.text for text in texts)
            shown = visible(each.written)
            known = tuple(text.known for text in texts)
            places = tuple(place for place, char in enumerate(shown) if char != "*")
            crowd = tells_nobody_apart(shown, texts)
            if crowd:
                known = tuple(NOTHING for _ in known)
            row = Row(each.number, each.values, sure=False, crowd=crowd)
            groups[places, known].append((shown, said, row))
        return groups

    @cached_property
    def _indexes(self) -> dict[tuple[_Places, _Known, _Known], Mapping[_Key, tuple[Row, ...]]]:
        """Of a group, and of the pairs asked, the rows by what they must agree in; as asked for."""
        return {}

    @cached_property
    def _joined(self) -> dict[tuple[int, ...], Rows]:
        """What was found, by the parts that it was put together from."""
        return {}

    @property
    def crowds(self) -> int:
        """How many of them tell nobody apart."""
        return sum(row.crowd for group in self._groups.values() for _, _, row in group)

    def fitting(self, number: str, said: Said) -> Rows:
        """The rows that may be about a person, in the order of the register.

        What fits many persons is one object for all of them.

        Args:
            number: his citizen number.
            said: what he says for each pair of `or_match`.
        """
        found = (self._found(places, known, number, said) for places, known in self._groups)
        parts = [part for part in found if part]
        if not parts:
            return NO_ROWS
        key = tuple(map(id, parts))
        if key not in self._joined:
            rows = (row for part in parts for row in part)
            self._joined[key] = Rows(tuple(sorted(rows, key=lambda row: row.number)))
        return self._joined[key]

    def _found(self, places: _Places, known: _Known, number: str, said: Said) -> tuple[Row, ...]:
        """The rows of a group that agree with a person in all that is known of both."""
        asked = tuple(
            NOTHING if mine is None else its for its, mine in zip(known, said, strict=True)
        )
        index = self._indexes.get((places, known, asked))
        if index is None:
            by_key: defaultdict[_Key, list[Row]] = defaultdict(list)
            for shown, of_row, row in self._groups[places, known]:
                by_key[_key(places, asked, shown, of_row)].append(row)
            index = {key: tuple(rows) for key, rows in by_key.items()}
            self._indexes[places, known, asked] = index
        return index.get(_key(places, asked, number, said), ())


def _key(places: _Places, asked: _Known, number: str, said: Said) -> _Key:
    """What a row and a person must agree in."""
    agreed = (
        value if known == WHOLE else str(value)[:known]
        for value, known in zip(said, asked, strict=True)
        if known != NOTHING
    )
    return (*(number[place] for place in places), *agreed)
