"""One household with everything that is known of it: what an engine decides on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from shibie.bounds import Bounds
from shibie.household import Adjudication, BareHousehold

Value = bool | int | Decimal | str | date | frozenset[str] | Bounds | None


@dataclass(frozen=True)
class Row:
    """One register row.

    Attributes:
        number: its row number in the source, for provenance; rows that are one item of a
            household (of one key) share the number of the first.
        values: by column name; a column that is absent or blank is unknown (None).
        sure: whether it surely is about the person; else it may be.
        crowd: whether nothing in it tells one person from another, so that no more can be
            said of it than what stands in its own columns.
        again: whether it surely is about the person, and is not sure only because it may be an
            earlier row again, of his or, where rows have a key, of another one of the household.
        differing: what rows that are one item, or may be, say otherwise in a column, which is
            unknown therefore; in the order of the rows.
        own: what this row itself says in such a column, where it only may be one item with another.
    """

    number: int
    values: Mapping[str, Value]
    sure: bool = True
    crowd: bool = False
    again: bool = field(default=False, compare=False)
    differing: Mapping[str, tuple[Value, ...]] = field(default_factory=dict, compare=False)
    own: Mapping[str, Value] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Crowd:
    """Register rows that tell nobody apart: each may be about anyone whom they fit.

    Attributes:
        rows: in the order of the register.
        said: what was found out about them, for they are the same for many persons.
    """

    rows: tuple[Row, ...] = ()
    said: dict[Any, Any] = field(init=False, repr=False, compare=False, default_factory=dict)


NO_CROWD = Crowd()


@dataclass(frozen=True)
class Rows:
    """The register rows of one member, as far as they are known.

    `complete` is false when there may be more rows than are seen: the register was not
    supplied, the person has no usable citizen number, or one of the rows was unreadable.
    """

    items: tuple[Row, ...] = ()
    complete: bool = True

    @classmethod
    def parted(cls, own: tuple[Row, ...], crowd: Crowd, complete: bool = True) -> Rows:
        """Rows of both kinds; a crowd that is one object for many persons stays one."""
        items = own or crowd.rows
        if own and crowd.rows:
            items = tuple(sorted((*own, *crowd.rows), key=lambda row: row.number))
        found = cls(items, complete)
        found.__dict__.update(own=own, crowd=crowd)
        return found

    @cached_property
    def own(self) -> tuple[Row, ...]:
        """The rows that tell whom they may be about."""
        return tuple(row for row in self.items if not row.crowd)

    @cached_property
    def crowd(self) -> Crowd:
        """The rows that do not."""
        rows = tuple(row for row in self.items if row.crowd)
        return Crowd(rows) if rows else NO_CROWD


UNKNOWN_ROWS = Rows((), complete=False)
# Most people have no row in most registers: one object stands for all of them.
NO_ROWS = Rows()


@dataclass(frozen=True)
class Case:
    """A household, its register rows and its adjudications, as of a day.

    Attributes:
        household: the validated record.
        numbers: for each member the 18-character citizen number, or None.
        rows: for each register, the rows of each member, in the members' order.
        supplied: the registers that were supplied at all.
        adjudications: by rule id.
        trust_declarations: take a declared value where its register was not supplied.
        elsewhere: by place in the household, who was found in other households of the roster,
            too; and in which, as far as that is told.
    """

    household: BareHousehold
    as_of: date
    numbers: tuple[str | None, ...]
    rows: Mapping[str, tuple[Rows, ...]] = field(default_factory=dict)
    supplied: frozenset[str] = frozenset()
    adjudications: Mapping[str, Adjudication] = field(default_factory=dict)
    trust_declarations: bool = False
    elsewhere: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def rows_of(self, register: str, member: int | None = None) -> Rows:
        """The rows of one member, or of all members together.

        The whole household's rows are complete only when every member's are. A row that may be
        about several of them comes once.
        """
        of_members = self.rows.get(register)
        if of_members is None or not (of_members or register in self.supplied):
            return UNKNOWN_ROWS
        if member is not None:
            return of_members[member]
        if of_members and all(rows is of_members[0] for rows in of_members):
            return of_members[0]
        items: dict[int, Row] = {}
        for rows in of_members:
            for row in rows.items:
                before = items.get(row.number)
                if before is None or (row.sure and not before.sure):
                    items[row.number] = row
        return Rows(tuple(items.values()), self.complete(register))

    def complete(self, register: str, member: int | None = None) -> bool:
        """Whether all rows of one member, or of all members, are seen."""
        of_members = self.rows.get(register)
        if of_members is None or not (of_members or register in self.supplied):
            return False
        if member is not None:
            return of_members[member].complete
        return all(rows.complete for rows in of_members)

    def crowd_of(self, register: str, members: Iterable[int]) -> Crowd:
        """The rows that tell nobody apart and fit any of some members, each once."""
        of_members = self.rows.get(register, ())
        crowds = {id(crowd): crowd for each in members if (crowd := of_members[each].crowd).rows}
        if len(crowds) < 2:
            return next(iter(crowds.values()), NO_CROWD)
        rows = {row.number: row for crowd in crowds.values() for row in crowd.rows}
        return Crowd(tuple(rows.values()))

    def owners_of(self, register: str) -> Mapping[int, tuple[tuple[int, Row], ...]]:
        """For each row of the household, by its number, whom it is or may be about.

        A member's own view of the row says whether it surely is about him. Rows that tell
        nobody apart are left out.
        """
        found: dict[int, list[tuple[int, Row]]] = {}
        for index, rows in enumerate(self.rows.get(register, ())):
            if rows is not NO_ROWS:
                for row in rows.own:
                    found.setdefault(row.number, []).append((index, row))
        return {number: tuple(owners) for number, owners in found.items()}
