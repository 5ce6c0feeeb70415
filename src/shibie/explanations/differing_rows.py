"""What rows that are one item, or may be, say differently: it is one of what was said.

Of rows that only may be one it hangs on that: of one item it is what either row says, of two each
row says what it says itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from shibie.case import Case, Row, Value
from shibie.registers.keys import key_of_row, same
from shibie.registers.same_values import one_value
from shibie.ruleset.model import Register


def said_differently(case: Case, register: str, number: int, column: str) -> tuple[Value, ...]:
    """What was said in an unknown column of a row, in the order of the rows.

    Nothing where it is known, or where not two rows say something of it: it may be anything then.
    """
    for rows in case.rows.get(register, ()):
        for row in rows.own:
            if row.number == number and row.values.get(column) is None:
                said = row.differing.get(column, ())
                return said if len(said) > 1 else ()
    return ()


def is_settled(row: Row, column: str) -> bool:
    """Whether it was found out of a row what it says in a column, by what rows are one item."""
    return column in row.own and column not in row.differing


def told_apart(register: Register, case: Case) -> Mapping[int, Row]:
    """The rows that are found to be one with no other: each says what it says itself.

    Args:
        register: says what tells rows apart.
        case: in which it is found out of a row that it is another.
    """
    items = _items(register.name, case)
    found: dict[int, Row] = {}
    for number, row in items.items():
        settled = {
            column: value
            for column, value in row.own.items()
            if column in row.differing
            and not any(_may_be_one(register, row, each, column) for each in items.values())
        }
        if settled:
            still = {name: said for name, said in row.differing.items() if name not in settled}
            found[number] = replace(row, values={**row.values, **settled}, differing=still)
    return found


def one_item(row: Row, others: Iterable[Row], surely_one: bool) -> Mapping[int, Row]:
    """What the rows that a row may be again say, when it falls away.

    Args:
        row: that falls away.
        others: which it may be again.
        surely_one: whether it does because it is one of them; else it may be nobody's here.
    """
    others = [*others]
    found: dict[int, Row] = {}
    for other in others:
        own = {name: value for name, value in other.own.items() if name not in row.differing}
        blank: dict[str, Value] = {}
        if surely_one and len(others) == 1:
            blank = {
                name: value
                for name, value in row.values.items()
                if value is not None and other.values.get(name) is None
                and name not in other.differing
            }  # fmt: skip
        # A row that is several already, which differ, leaves open what the other says too.
        either = {
            name: tuple(dict.fromkeys((other.values[name], *said)))
            for name, said in row.differing.items()
            if name not in row.own and other.values.get(name) is not None
        }
        if blank or either or own != other.own:
            found[other.number] = replace(
                other,
                values={**other.values, **blank, **dict.fromkeys(either)},
                differing={**other.differing, **either},
                own={**own, **blank},
            )
    return found


def _items(register: str, case: Case) -> Mapping[int, Row]:
    """The rows of the household that tell somebody apart, by number."""
    return {
        number: next((row for _, row in owners if row.sure), owners[0][1])
        for number, owners in case.owners_of(register).items()
    }


def _may_be_one(register: Register, row: Row, other: Row, column: str) -> bool:
    """Whether it still is to be found out if two rows are one that differ in a column."""
    if row.number == other.number or (row.sure and other.sure):
        return False
    mine, yours = row.own[column], other.own.get(column)
    if yours is None and column not in other.differing:
        return False
    if mine is not None and yours is not None and one_value(mine, yours) is True:
        return False
    keys = key_of_row(register, row), key_of_row(register, other)
    return keys[0] is not None and keys[1] is not None and same(keys[0], keys[1]) is None
