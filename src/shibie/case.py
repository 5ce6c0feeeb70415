"""One household with everything that is known of it: what an engine decides on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from shibie.household import Adjudication, BareHousehold

Value = bool | int | Decimal | str | date | frozenset[str] | None


@dataclass(frozen=True)
class Row:
    """One register row.

    Attributes:
        number: its row number in the source, for provenance.
        values: by column name; a column that is absent or blank is unknown (None).
    """

    number: int
    values: Mapping[str, Value]


@dataclass(frozen=True)
class Rows:
    """The register rows of one member, as far as they are known.

    `complete` is false when there may be more rows than are seen: the register was not
    supplied, the person has no usable citizen number, or one of the rows was unreadable.
    """

    items: tuple[Row, ...] = ()
    complete: bool = True


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
    """

    household: BareHousehold
    as_of: date
    numbers: tuple[str | None, ...]
    rows: Mapping[str, tuple[Rows, ...]] = field(default_factory=dict)
    supplied: frozenset[str] = frozenset()
    adjudications: Mapping[str, Adjudication] = field(default_factory=dict)
    trust_declarations: bool = False

    def rows_of(self, register: str, member: int | None = None) -> Rows:
        """The rows of one member, or of all members together.

        The whole household's rows are complete only when every member's are.
        """
        of_members = self.rows.get(register)
        if of_members is None or not (of_members or register in self.supplied):
            return UNKNOWN_ROWS
        if member is not None:
            return of_members[member]
        if all(rows is NO_ROWS for rows in of_members):
            return NO_ROWS
        items = tuple(item for rows in of_members for item in rows.items)
        return Rows(items, all(rows.complete for rows in of_members))
