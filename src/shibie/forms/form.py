"""A form: which headers, words, sheets and rows of a real table mean what."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Stated = Literal["household_size", "sex", "birth_date", "age"]
Day = Literal["first", "last"]


@dataclass(frozen=True)
class ColumnUse:
    """What a column is for.

    Attributes:
        field: the field that it holds; empty where the form knows the column and does not use it.
        states: or what it states that can be checked.
        unit: of its numbers, where the header does not say it.
        words: what its words mean, before they are read as the field's own.
    """

    field: str = ""
    states: Stated | None = None
    unit: str = ""
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class TableForm:
    """How a table that people hold is read.

    Attributes:
        id: its name.
        title: what people call it.
        recognised_by: headers, folded, that together are on no other table.
        columns: by folded header.
        sheets: by folded name, what a sheet is: `roster`, a register, `helpers`, `visits`,
            `plans`, or `none`.
        header_rows: how many rows the header has; 0 where it is found out.
        household: the headers that tell one household from another, where there is no number:
            of the serial number, and of the head's name.
        heads_only: whether it lists heads of households alone.
        unasked: sets of fields; a person of whom all of a set are blank was not asked them.
        leave_out: what rows begin with that are no part of the table.
        day: which day of its month or year a date without a day is.
        shipped: whether it comes with the product.
        text: how it is written, so that a result can say by what it was read.
    """

    id: str
    title: str
    recognised_by: frozenset[str] = frozenset()
    columns: Mapping[str, ColumnUse] = dataclasses.field(default_factory=dict)
    sheets: Mapping[str, str] = dataclasses.field(default_factory=dict)
    header_rows: int = 0
    serial: str = ""
    head: str = ""
    heads_only: bool = False
    unasked: tuple[tuple[str, ...], ...] = ()
    leave_out: tuple[str, ...] = ()
    day: Day | None = None
    shipped: bool = False
    text: str = ""
