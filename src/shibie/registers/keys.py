"""What tells the rows of a register apart: its key, in whatever spelling."""

from __future__ import annotations

from typing import Literal

from shibie.case import Row
from shibie.registers.same_values import SaidValue, said_value
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
