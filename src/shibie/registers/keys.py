"""What tells the rows of a register apart: its key, in whatever spelling, or else all that they say."""

from __future__ import annotations

from typing import Literal

from shibie.case import Row
from shibie.registers.same_values import SaidValue, one_value, said_value
from shibie.ruleset.model import Register

# Whether a row of a member surely is an earlier one again, or whether that is to be found out.
Twice = Literal["true", "unknown"]
PersonRows = tuple[Row, ...]
# What a row says in some columns.
Said = tuple[SaidValue, ...]


def key_of_row(register: Register, row: Row) -> Said | None:
    """What tells a row from the others of its person; None where any of it is blank."""
    said = [said_value(row.values.get(column)) for column in register.key]
    key = tuple(value for value in said if value is not None)
    return key if key and len(key) == len(said) else None


def same(one: Said, other: Said) -> bool | None:
    """Whether two keys are one; None if nobody can tell."""
    found = [mine.same_as(yours) for mine, yours in zip(one, other, strict=True)]
    return False if False in found else None if None in found else True


def agree(one: Row, other: Row, column: str) -> bool | None:
    """Whether two rows agree in a column, as far as both say anything; None if nobody can tell."""
    mine, yours = one.values.get(column), other.values.get(column)
    return True if mine is None or yours is None else one_value(mine, yours)


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
        agree(one, other, spec.name) is not False
        for spec in register.columns
        if spec.name not in left_out
    )
