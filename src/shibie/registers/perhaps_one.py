"""Items of a household that may be one, for nobody can tell from their keys that they are two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shibie.case import Row, Value
from shibie.registers.keys import PersonRows, Said, Twice, agree, key_of_row, may_be_equal, same
from shibie.ruleset.model import Register


@dataclass
class _Item:
    """An item of a household.

    Attributes:
        row: what it says; sure where it surely is anybody's.
        key: its key; None where any of it is blank.
        members: whose it is or may be.
    """

    row: Row
    key: Said | None
    members: set[int]


def perhaps_of_one_key(
    register: Register, found: Sequence[PersonRows], twice: dict[int, Twice]
) -> Sequence[PersonRows]:
    """The items of a household: of two that may be one, the later is perhaps not there.

    If they are one, what they say differently is unknown of it, as of rows of one key.
    """
    doubted: set[int] = set()
    differing: defaultdict[int, defaultdict[str, list[Value]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for earlier, later in _pairs(_items(register, found)):
        if earlier.key is None or later.key is None:
            # Those of one person are gone through as where there is no key.
            may_be = not earlier.members & later.members and may_be_equal(
                register, earlier.row, later.row, owners=False
            )
        else:
            may_be = same(earlier.key, later.key) is None
            for column in _apart(register, earlier.row, later.row) if may_be else ():
                for row in (earlier.row, later.row):
                    differing[row.number][column] += (
                        earlier.row.values[column], later.row.values[column],
                    )  # fmt: skip
        if may_be and earlier.row.sure:
            doubted.add(later.row.number)
    if not doubted and not differing:
        return found
    twice |= {
        index: "unknown" for index, rows in enumerate(found)
        if index not in twice and any(row.number in doubted for row in rows)
    }  # fmt: skip
    return [
        tuple(_doubted(row, row.number in doubted, differing.get(row.number, {})) for row in rows)
        for rows in found
    ]


def _items(register: Register, found: Sequence[PersonRows]) -> list[_Item]:
    """The items of a household in the order of the register."""
    items: dict[int, _Item] = {}
    for index, rows in enumerate(found):
        for row in rows:
            item = items.get(row.number)
            if item is None:
                item = items[row.number] = _Item(row, key_of_row(register, row), set())
            item.members.add(index)
            if row.sure:
                item.row = row
    return [items[number] for number in sorted(items)]


def _pairs(items: Sequence[_Item]) -> Iterator[tuple[_Item, _Item]]:
    """The items that may be one, each with those before it: of whole keys only equal letters."""
    before: list[_Item] = []
    opened: list[_Item] = []
    alike: defaultdict[tuple[Value, ...], list[_Item]] = defaultdict(list)
    for item in items:
        whole = item.key is not None and all(each.whole for each in item.key)
        letters = tuple(each.letters for each in item.key or ())
        for other in [*opened, *alike[letters]] if whole else before:
            yield other, item
        before.append(item)
        if whole:
            alike[letters].append(item)
        else:
            opened.append(item)


def _doubted(row: Row, again: bool, differing: Mapping[str, Sequence[Value]]) -> Row:
    """A row that may be another one again, without what they say differently."""
    if not again and not differing:
        return row
    return replace(
        row,
        sure=row.sure and not again,
        again=row.again or (row.sure and again),
        values={name: value for name, value in row.values.items() if name not in differing},
        differing={
            **row.differing,
            **{name: tuple(dict.fromkeys(values)) for name, values in differing.items()},
        },
        own={name: row.values.get(name) for name in differing},
    )


def _apart(register: Register, one: Row, other: Row) -> list[str]:
    """The columns beside the key in which two rows say what is not the same."""
    return [
        spec.name for spec in register.columns
        if spec.name not in register.key and agree(register, one, other, spec.name) is not True
    ]  # fmt: skip
