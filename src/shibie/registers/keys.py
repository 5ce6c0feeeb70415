"""What tells the rows of a register apart: its key, in whatever spelling, or else all that they say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from shibie.case import Row, Value
from shibie.registers.said_texts import said_as_shown
from shibie.registers.same_values import SaidValue, one_value, said_value
from shibie.ruleset.model import Register

# Whether a row of a member surely is an earlier one again, or whether that is to be found out.
Twice = Literal["true", "unknown"]
PersonRows = tuple[Row, ...]
# What a row says in some columns.
Said = tuple[SaidValue, ...]


def said_in(register: Register, column: str) -> Callable[[Value], SaidValue | None]:
    """How what rows say in a column is compared: a text of `or_match` as far as it is shown."""
    return said_as_shown if column in register.owners else said_value


def key_of_row(register: Register, row: Row) -> Said | None:
    """What tells a row from the others of its person; None where any of it is blank."""
    said = [said_in(register, column)(row.values.get(column)) for column in register.key]
    key = tuple(value for value in said if value is not None)
    return key if key and len(key) == len(said) else None


def same(one: Said, other: Said) -> bool | None:
    """Whether two keys are one; None if nobody can tell."""
    found = [mine.same_as(yours) for mine, yours in zip(one, other, strict=True)]
    return False if False in found else None if None in found else True


def agree(register: Register, one: Row, other: Row, column: str) -> bool | None:
    """Whether two rows agree in a column, as far as both say anything; None if nobody can tell."""
    mine, yours = one.values.get(column), other.values.get(column)
    if mine is None or yours is None:
        return True
    return one_value(mine, yours, said_in(register, column))


def may_be_equal(register: Register, one: Row, other: Row, owners: bool = True) -> bool:
    """Whether two rows may say the same: they surely differ in no column.

    Args:
        register: its columns; whose number a row has is not compared.
        one: a row.
        other: another one.
        owners: whether what else tells of whom it is (`or_match`) is compared.
    """
    left_out = {register.match, *(() if owners else dict(register.or_match).values())}
    return all(
        agree(register, one, other, spec.name) is not False
        for spec in register.columns
        if spec.name not in left_out
    )
