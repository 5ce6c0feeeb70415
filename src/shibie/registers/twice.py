"""The same thing twice in a register: which rows are one item, and which may be.

Rows of one `key` in a household are one item; wholly equal rows of a person count once where the
pack says `rows: distinct`. Of any other row that is equal, as far as is known, to an earlier one
of the same person nobody can tell whether it is a further thing or the same again: it is perhaps
there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from shibie.case import Row, Value
from shibie.ruleset.model import Register

# Whether a row of a member surely is an earlier one again, or whether that is to be found out.
Twice = Literal["true", "unknown"]
PersonRows = tuple[Row, ...]


def settle(
    register: Register, found: Sequence[PersonRows]
) -> tuple[list[PersonRows], Mapping[int, Twice]]:
    """The items of a household, and of which members a row came twice.

    Args:
        register: says what tells the rows of one person apart.
        found: for each member his rows, in the order of the register, without those that tell
            nobody apart.
    """
    twice: dict[int, Twice] = {}
    of_members = _by_key(register, found, twice) if register.key else found
    settled = []
    for index, rows in enumerate(of_members):
        if len(rows) > 1 and any(row.sure for row in rows):
            person = _Person(register)
            rows = tuple(kept for row in rows for kept in person.kept(row))
            if person.twice is not None:
                twice[index] = person.twice
        settled.append(rows)
    return settled, twice


def key_of_row(register: Register, row: Row) -> tuple[Value, ...] | None:
    """What tells a row from the others of its person; None where any of it is blank."""
    key = tuple(row.values.get(column) for column in register.key)
    return None if not key or None in key else key


# --- by key -----------------------------------------------------------------------------


def _by_key(
    register: Register, found: Sequence[PersonRows], twice: dict[int, Twice]
) -> Sequence[PersonRows]:
    """The rows with those of one key merged."""
    groups: defaultdict[tuple[Value, ...], dict[int, Row]] = defaultdict(dict)
    for rows in found:
        for row in rows:
            key = key_of_row(register, row)
            if key is not None:
                before = groups[key].get(row.number)
                groups[key][row.number] = row if before is None or row.sure else before
    merged: dict[int, Row] = {}
    for group in groups.values():
        if len(group) > 1:
            one = _merged(register, [group[number] for number in sorted(group)])
            merged |= dict.fromkeys(group, one)
    if not merged:
        return found
    for index, rows in enumerate(found):
        again = [row.sure for row in rows if merged.get(row.number, row).number != row.number]
        if again:
            # A masked row of the same key may be his: if it is, it came twice.
            twice[index] = "true" if any(again) else "unknown"
    return [_once(rows, merged) for rows in found]


def _once(rows: PersonRows, merged: Mapping[int, Row]) -> PersonRows:
    """A member's rows, of which those that are one item come once."""
    done: dict[int, Row] = {}
    for row in rows:
        one = merged.get(row.number)
        if one is not None:
            before = done.get(one.number)
            row = replace(one, sure=row.sure or (before is not None and before.sure))
        done[row.number] = row
    return tuple(sorted(done.values(), key=lambda row: row.number))


def _merged(register: Register, group: Sequence[Row]) -> Row:
    """What is known of an item from all of its rows: columns that differ are unknown.

    A blank is taken from another row, unless that only may be a row of the item.
    """
    sure = [row for row in group if row.sure]
    values: dict[str, Value] = {}
    for spec in register.columns:
        said = [row.values.get(spec.name) for row in group]
        known = set(said) - {None}
        backed = any(row.values.get(spec.name) is not None for row in sure)
        if len(known) == 1 and (backed or (not sure and None not in said)):
            values[spec.name] = known.pop()
    return Row((sure or group)[0].number, values)


# --- without a key ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Earlier:
    """An earlier row of the person: what it says, and whether it has a key and is surely his."""

    said: tuple[Value, ...]
    keyed: bool
    sure: bool

    def may_be(self, said: tuple[Value, ...], keyed: bool) -> bool:
        """Whether a later row that surely is his may be this one again.

        An earlier row that only may be his is no reason to doubt a later one that says no more:
        if it is his, whatever the later one says holds of an item that surely is there.
        """
        if keyed and self.keyed:
            return False
        pairs = tuple(zip(self.said, said, strict=True))
        if any(a is not None and b is not None and a != b for a, b in pairs):
            return False
        return self.sure or any(a is None and b is not None for a, b in pairs)


class _Person:
    """The rows of one person as they are gone through, in the order of the register.

    Attributes:
        twice: whether any of them was an earlier one again; None where none was.
    """

    def __init__(self, register: Register) -> None:
        self.register = register
        self.columns = [each.name for each in register.columns if each.name != register.match]
        self.twice: Twice | None = None
        # Nearly all rows have no blanks, and of these equal ones are found at once.
        self.whole: set[tuple[Value, ...]] = set()
        self.blank: list[_Earlier] = []
        self.every: list[_Earlier] = []

    def kept(self, row: Row) -> Iterable[Row]:
        """The row as an item of the person; nothing where it counts once with an earlier one."""
        said = tuple(row.values.get(column) for column in self.columns)
        keyed = key_of_row(self.register, row) is not None
        complete = None not in said
        again = row.sure and complete and said in self.whole
        if again and self.register.distinct:
            self.twice = self.twice or "true"
            return ()
        earlier = self.blank if complete else self.every
        doubted = again or (row.sure and any(each.may_be(said, keyed) for each in earlier))
        met = _Earlier(said, keyed, row.sure)
        self.every.append(met)
        if not complete:
            self.blank.append(met)
        elif row.sure:
            self.whole.add(said)
        if doubted:
            self.twice = "unknown"
        return (replace(row, sure=False, again=True),) if doubted else (row,)
