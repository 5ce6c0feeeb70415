"""Rows of a register as they were read, before anybody is looked up in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from shibie.case import Value


@dataclass(frozen=True)
class RegisterRow:
    """A row of a register.

    Attributes:
        number: its row number in the source.
        values: by column name; the match column holds a usable number or nothing.
        written: what stands in the match column where that is no usable number; else empty.
        readable: whether every other cell could be read; those that could not are unknown.
    """

    number: int
    values: Mapping[str, Value]
    written: str = ""
    readable: bool = True
