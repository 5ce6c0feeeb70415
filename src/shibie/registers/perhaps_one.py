"""Items of a household that may be one, for nobody can tell from their keys that they are two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from shibie.case import Row, Value
from shibie.registers.keys import PersonRows, Twice, key_of_row, same
from shibie.registers.same_values import said_value
from shibie.ruleset.model import Register

UNSAID: Final = "unsaid"


@dataclass
class _Item:
    """An item of a household, and the members whose it is or may be."""

    row: Row
    members: set[int]

    @property
    def sure(self) -> bool:
        """Whether it surely is somebody's."""
        return self.row.sure


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
    for earlier, later in _pairs(register, _items(found)):
        keys = key_of_row(register, earlier.row), key_of_row(register, later.row)
        if keys[0] is None or keys[1] is None:
            # Those of one person are gone through as where there is no key.
            may_be = not earlier.members & later.members and _may_be_joint(
                register, earlier.row, later.row
            )
        else:
            may_be = same(keys[0], keys[1]) is None
            for column in _apart(register, earlier.row, later.row) if may_be else ():
                for row in (earlier.row, later.row):
                    differing[row.number][column] += (
                        earlier.row.values[column], later.row.values[column],
                    )  # fmt: skip
        if may_be and earlier.sure:
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


def _items(found: Sequence[PersonRows]) -> list[_Item]:
    """The items of a household in the order of the register."""
    items: dict[int, _Item] = {}
    for index, rows in enumerate(found):
        for row in rows:
            item = items.setdefault(row.number, _Item(row, set()))
            item.members.add(index)
            if row.sure:
                item.row = row
    return [items[number] for number in sorted(items)]


def _pairs(register: Register, items: Sequence[_Item]) -> Iterator[tuple[_Item, _Item]]:
    """The items that may be one, each with those before it: of whole keys only equal letters."""
    before: list[_Item] = []
    opened: list[_Item] = []
    alike: defaultdict[tuple[Value, ...], list[_Item]] = defaultdict(list)
    for item in items:
        key = key_of_row(register, item.row)
        whole = key is not None and all(each.whole for each in key)
        letters = tuple(each.letters for each in key or ())
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
        if spec.name not in register.key and _same(one, other, spec.name) not in (True, UNSAID)
    ]  # fmt: skip


def _may_be_joint(register: Register, one: Row, other: Row) -> bool:
    """Whether two persons' rows may be one item: nothing differs but who they are."""
    whose = {register.match, *dict(register.or_match).values()}
    return all(
        _same(one, other, spec.name) is not False
        for spec in register.columns
        if spec.name not in whose
    )


def _same(one: Row, other: Row, column: str) -> bool | Literal["unsaid"] | None:
    """Whether two rows say the same in a column; `unsaid` where one of them says nothing."""
    mine, yours = said_value(one.values.get(column)), said_value(other.values.get(column))
    return UNSAID if mine is None or yours is None else mine.same_as(yours)
