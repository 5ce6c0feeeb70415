"""The same thing twice in a register: which rows are one item, and which may be.

Rows of one `key` in a household are one item; wholly equal rows of a person count once where the
pack says `rows: distinct`. Of any other row that is equal, as far as is known, to an earlier one
of the same person nobody can tell whether it is a further thing or the same again: it is perhaps
there. So is one of a key that may be that of an earlier row of the household.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from shibie.case import Row, Value
from shibie.registers.keys import PersonRows, Twice, key_of_row, said_in
from shibie.registers.perhaps_one import perhaps_of_one_key
from shibie.registers.same_values import SaidValue, one_value
from shibie.ruleset.model import Register


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
    of_members = found
    if register.key:
        of_members = perhaps_of_one_key(register, _by_key(register, found, twice), twice)
    settled = []
    for index, rows in enumerate(of_members):
        if len(rows) > 1 and any(row.sure for row in rows):
            person = _Person(register)
            rows = tuple(kept for row in rows for kept in person.kept(row))
            if person.twice is not None:
                twice[index] = person.twice
        settled.append(rows)
    return settled, twice


# --- by key -----------------------------------------------------------------------------


def _by_key(
    register: Register, found: Sequence[PersonRows], twice: dict[int, Twice]
) -> Sequence[PersonRows]:
    """The rows with those of one key merged."""
    groups: defaultdict[tuple[Value, ...], dict[int, Row]] = defaultdict(dict)
    for rows in found:
        for row in rows:
            key = tuple(each.exact for each in key_of_row(register, row) or ())
            if key and None not in key:
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
    differing: dict[str, tuple[Value, ...]] = {}
    for spec in register.columns:
        said = [row.values.get(spec.name) for row in group]
        known = [value for value in said if value is not None]
        backed = any(row.values.get(spec.name) is not None for row in sure)
        alike = bool(known) and all(one_value(known[0], value) is True for value in known)
        if alike and (backed or (not sure and None not in said)):
            values[spec.name] = known[0]
        elif known:
            differing[spec.name] = tuple(dict.fromkeys(known))
    return Row((sure or group)[0].number, values, differing=differing)


# --- without a key ----------------------------------------------------------------------


@dataclass(frozen=True)
class _Earlier:
    """An earlier row of the person: what it says, and whether it has a key and is surely his."""

    said: tuple[SaidValue | None, ...]
    keyed: bool
    sure: bool

    def may_be(self, said: tuple[SaidValue | None, ...], keyed: bool) -> bool:
        """Whether a later row that surely is his may be this one again.

        An earlier row that only may be his is no reason to doubt a later one that says no more:
        if it is his, whatever the later one says holds of an item that surely is there.
        """
        if keyed and self.keyed:
            return False
        pairs = tuple(zip(self.said, said, strict=True))
        if any(a and b and a.same_as(b) is False for a, b in pairs):
            return False
        return self.sure or any(a is None and b is not None for a, b in pairs)


class _Person:
    """The rows of one person as they are gone through, in the order of the register.

    Attributes:
        twice: whether any of them was an earlier one again; None where none was.
    """

    def __init__(self, register: Register) -> None:
        self.register = register
        self.columns = [
            (each.name, said_in(register, each.name))
            for each in register.columns if each.name != register.match
        ]  # fmt: skip
        self.twice: Twice | None = None
        # Nearly all rows say all, and of these the equal ones are found at once: by what they
        # say exactly, and by its letters, with which they only may be equal.
        self.exact: set[tuple[Value, ...]] = set()
        self.letters: set[tuple[Value, ...]] = set()
        self.open: list[_Earlier] = []
        self.every: list[_Earlier] = []

    def kept(self, row: Row) -> Iterable[Row]:
        """The row as an item of the person; nothing where it counts once with an earlier one."""
        said = tuple(read(row.values.get(column)) for column, read in self.columns)
        keyed = key_of_row(self.register, row) is not None
        whole = tuple(each for each in said if each is not None and each.whole)
        complete = len(whole) == len(said)
        exact = tuple(each.exact if each else None for each in said)
        letters = tuple(each.letters for each in whole)
        if row.sure and self.register.distinct and exact in self.exact:
            self.twice = self.twice or "true"
            return ()
        again = complete and not keyed and letters in self.letters
        earlier = self.open if complete else self.every
        doubted = row.sure and (again or any(each.may_be(said, keyed) for each in earlier))
        met = _Earlier(said, keyed, row.sure)
        self.every.append(met)
        if not complete:
            self.open.append(met)
        elif row.sure:
            self.letters.add(letters)
        if row.sure and None not in exact:
            self.exact.add(exact)
        if doubted:
            self.twice = "unknown"
        return (replace(row, sure=False, again=True),) if doubted else (row,)
