"""Which sheet is which table, whoever reads its cells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shibie.errors import Words
from shibie.rosters.placing import Placed
from shibie.rosters.table_names import HELPING, SHEET_NAMES

__all__ = ["HELPING", "SHEET_NAMES", "Layout", "Placed"]


@dataclass(frozen=True)
class Layout:
    """The tables of a roster; None where one was not supplied.

    Attributes:
        households: with the members in the same sheet where a row is a person.
        members: the members' own sheet, or None where a row is a person.
        adjudications: verdicts.
        steps: records of the procedure.
        registers: by name.
        notes: what was ignored.
        acts: whatever was decided or corrected, a row each.
        helping: who helps whom, visits and plans, by name, as far as they were supplied.
        form_text: the form by which it was asked to be read, as it is written.
        forms: how sheets that are not in the product's own form were read.
    """

    households: Placed
    members: Placed | None
    adjudications: Placed | None
    steps: Placed | None
    registers: Mapping[str, Placed]
    notes: tuple[Words, ...]
    acts: Placed | None = None
    forms: tuple[Mapping[str, Any], ...] = ()
    form_text: str = ""
    helping: Mapping[str, Placed] = field(default_factory=dict)

    @property
    def own_tables(self) -> tuple[str, ...]:
        """The tables of the households and their members, as messages name them."""
        pair = (self.households, self.members)
        return tuple(name for placed in pair if placed is not None for name in placed.sheet.names)

    @property
    def tables(self) -> dict[str, Placed]:
        """The tables that were found, by name; where a row is a person it is one of `members`."""
        households, members = self.households, self.members
        pair = {"members": households} if members is None else {
            "households": households, "members": members,
        }  # fmt: skip
        beside = {
            "adjudications": self.adjudications, "steps": self.steps, "acts": self.acts,
        }  # fmt: skip
        there = {name: placed for name, placed in beside.items() if placed is not None}
        return {**pair, **there, **self.registers, **self.helping}

    @property
    def places(self) -> dict[str, int]:
        """The place of each table, as messages name it, in the order of rejected rows."""
        shown = dict.fromkeys(
            name for placed in self.tables.values() for name in placed.sheet.names
        )
        return {name: at for at, name in enumerate(shown)}
