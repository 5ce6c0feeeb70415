"""The national export, one row a person with the household repeated, taken apart into two."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Final

from shibie.case import Value
from shibie.citizen_id import mask
from shibie.errors import Words
from shibie.rosters.cells import Cell, is_blank, reads_as
from shibie.rosters.records import Rejection, RowTable, TypedRow, as_text
from shibie.rosters.sheets import Sheet
from shibie.vocabulary import HEAD, FieldSpec

HOUSEHOLD_ID: Final = "household_id"


def filled_down(sheet: Sheet, header_row: int, columns: Mapping[int, FieldSpec]) -> Sheet:
    """Household numbers carried into the continuation rows of merged cells.

    Only into rows that hold a person who is not the head: a head begins a household, so
    a missing number there is a fault, not a merged cell.
    """
    by_name = {spec.name: index for index, spec in columns.items()}
    at, relation = by_name[HOUSEHOLD_ID], by_name.get("relation")
    if relation is None:
        return sheet
    rows: list[tuple[Cell, ...]] = [*sheet.rows[:header_row]]
    last: Cell = None
    for row in sheet.rows[header_row:]:
        filled = row
        role = row[relation] if relation < len(row) else None
        if at < len(row) and not is_blank(row[at]):
            last = row[at]
        elif not is_blank(role):
            if reads_as(role, columns[relation], HEAD):
                last = None
            elif last is not None:
                filled = (*row[:at], *[None] * (at - len(row)), last, *row[at + 1 :])
        rows.append(filled)
    return replace(sheet, rows=tuple(rows))


def taken_apart(table: RowTable, of_household: Set[str]) -> tuple[RowTable, RowTable]:
    """The households, whose repeats must agree, and the persons.

    Args:
        table: one row a person.
        of_household: the names of the household's fields.
    """
    families: dict[str, _Family] = {}
    members = []
    above: _Family | None = None
    # What stands in place of the number of the household that was lost last.
    lost: str | None = None
    for record in table.records:
        own = {name: value for name, value in record.values.items() if name in of_household}
        rest = {name: value for name, value in record.values.items() if name not in of_household}
        household_id = own.get(HOUSEHOLD_ID)
        relation = rest.get("relation")
        if household_id is None and _begins(record, relation, lost, bool(families)):
            # A household without its number: lost as a household, so counted as one.
            families[f"\0{record.number}"] = _Family(replace(record, values=own))
            lost = _unreadable(record)
            above = None if relation == HEAD else above
        else:
            members.append(replace(record, values={HOUSEHOLD_ID: household_id, **rest}))
        if household_id is not None:
            key = str(household_id)
            if key not in families:
                families[key] = _Family(replace(record, values={}, faults=()))
            above, lost = families[key], None
            above.add(record, own)
        elif above is not None and any(value is not None for value in rest.values()):
            # Rejected as a row; and the household above may have lost a person by it.
            above.may_lack(record)
    fields = frozenset(of_household) & table.fields
    return (
        RowTable(table.shown, fields, tuple(family.record() for family in families.values())),
        RowTable(table.shown, (table.fields - fields) | {HOUSEHOLD_ID}, tuple(members)),
    )


def _begins(record: TypedRow, relation: Value, lost: str | None, begun: bool) -> bool:
    """Whether a row without a readable household number begins a household.

    Args:
        record: the row.
        relation: of its person.
        lost: the number, as far as it is seen, of the household that was lost just above.
        begun: whether any household began above.
    """
    if relation == HEAD:
        return True
    number = _unreadable(record)
    # Where no relation tells who begins a household, another number does. There is at least one.
    return number is not None and (not begun if relation is not None else number != lost)


def _unreadable(record: TypedRow) -> str | None:
    """What stands in place of a household number, where something does."""
    return next((each.value for each in record.faults if each.field == HOUSEHOLD_ID), None)


class _Family:
    """A household put together from the rows of its people."""

    def __init__(self, first: TypedRow) -> None:
        self.first = first
        self.values = dict(first.values)
        self.rows: dict[str, TypedRow] = {}
        self.faults = list(first.faults)

    def record(self) -> TypedRow:
        return replace(self.first, values=self.values, faults=tuple(self.faults))

    def add(self, record: TypedRow, values: Mapping[str, Value]) -> None:
        """Take over what another row says of the household, or note the contradiction."""
        for name, value in values.items():
            before = self.values.setdefault(name, None)
            if value is None or value == before:
                continue
            if before is None:
                self.values[name], self.rows[name] = value, record
                continue
            first, said = self.rows[name], as_text(before)
            sheet = "" if first.source == record.source else f"{first.source} "
            said = mask(said) if name in record.masked else said
            self.faults.append(
                record.rejection(
                    name,
                    as_text(value),
                    Words(
                        f"与{sheet}第 {first.row} 行的 {said} 矛盾",
                        f"contradicts {said} in {sheet}row {first.row}",
                    ),
                )
            )

    def may_lack(self, record: TypedRow) -> None:
        """Note that a row without a household number may be one of this household."""
        household_id = str(self.values[HOUSEHOLD_ID])
        self.faults.append(
            Rejection(
                self.first.source, self.first.row, "", household_id,
                Words(
                    f"第 {record.row} 行没有户编号，可能是这一户的成员，整户不予认定",
                    f"row {record.row} has no household number and may belong here,"
                    " so the household is not decided",
                ),
                household_id,
            )
        )  # fmt: skip
