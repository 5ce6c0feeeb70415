"""Which household a person's row is of, where households have no numbers.

People number the families of a list by 序号 and write it beside the head alone, or merge the cells.
Such numbers hold in their own file only: they are made of the village and the serial number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shibie.errors import Words
from shibie.rosters.cells import Cell, FaultyCell, as_written, is_blank
from shibie.rosters.header_labels import Label
from shibie.vocabulary import FieldSpec

SERIALS: Final = ("序号", "编号", "户序号", "户序", "序列号", "no", "no.", "顺序号", "户数")
HEADS: Final = ("户主姓名", "户主", "户主名字", "家庭户主", "户主名称")


IsHead = Callable[[Cell], bool]


@dataclass(frozen=True)
class KeyColumns:
    """The columns that tell households apart; None where there is no such column.

    Attributes:
        serial: of serial numbers, of households or of rows.
        head: of the head's name, beside each person.
        relation: to the head.
        village: of the household.
        name: of the person.
    """

    serial: int | None
    head: int | None
    relation: int | None
    village: int | None
    name: int | None

    @property
    def enough(self) -> bool:
        """Whether households can be told apart by them."""
        return self.relation is not None or (self.name is not None and not (
            self.serial is None and self.head is None
        ))  # fmt: skip


def key_columns(
    labels: Mapping[int, Label], columns: Mapping[int, FieldSpec], serial: str = "", head: str = ""
) -> KeyColumns:
    """The columns by which households are told apart.

    Args:
        labels: of the columns.
        columns: the fields that they hold.
        serial: the header of serial numbers, where a form names it.
        head: the header of the head's name, where a form names it.
    """

    def labelled(names: Sequence[str]) -> int | None:
        found = (at for at, each in labels.items() if not set(each.spellings).isdisjoint(names))
        return next(found, None)

    of = {spec.name: index for index, spec in columns.items()}
    return KeyColumns(
        labelled((serial,) if serial else SERIALS),
        labelled((head,) if head else HEADS),
        of.get("relation"), of.get("village"), of.get("name"),
    )  # fmt: skip


def household_numbers(
    rows: Iterable[tuple[int, Sequence[Cell]]], keys: KeyColumns, village: str, is_head: IsHead
) -> dict[int, Cell]:
    """The household number of each row of a person.

    Args:
        rows: the rows of the table with their numbers, without those that are left out.
        keys: the columns that tell households apart.
        village: of a sheet that is one village's.
        is_head: whether a cell says that this is the head.

    Returns:
        row number → number. A number that two families would share is a fault in both.
    """
    table = [(number, row) for number, row in rows if not all(map(is_blank, row))]

    def cell(row: Sequence[Cell], at: int | None) -> str:
        return "" if at is None or at >= len(row) else as_written(row[at])

    begins = _beginnings(table, keys, cell, is_head)
    numbers: dict[int, str] = {}
    current, place, count = "", "", 0
    made: Counter[str] = Counter()
    for number, row in table:
        if number in begins:
            count += 1
            place = cell(row, keys.village) or village
            current = "-".join(filter(None, (place, cell(row, keys.serial) or str(count))))
            made[current] += 1
        if current:
            numbers[number] = current
    return {number: _unique(key, made) for number, key in numbers.items()}


def _beginnings(
    table: Sequence[tuple[int, Sequence[Cell]]],
    keys: KeyColumns,
    cell: Callable[[Sequence[Cell], int | None], str],
    is_head: IsHead,
) -> frozenset[int]:
    """The rows with which households begin."""
    if keys.relation is not None:
        at = keys.relation
        return frozenset(n for n, row in table if at < len(row) and is_head(row[at]))
    serials = [cell(row, keys.serial) for _, row in table]
    named = [cell(row, keys.head) for _, row in table]
    if not all(serials) and any(serials):
        return frozenset(n for (n, _), serial in zip(table, serials, strict=True) if serial)
    # Cells that were merged and then filled: a household is a run of the same.
    several = len(set(serials)) < len(serials)
    told_by = list(zip(serials if several else named, named, strict=True))
    before = [None, *told_by][: len(told_by)]
    return frozenset(
        n for (n, _), own, last in zip(table, told_by, before, strict=True)
        if own != last and any(own)
    )  # fmt: skip


def _unique(key: str, made: Counter[str]) -> Cell:
    if made[key] < 2:
        return key
    return FaultyCell(
        key,
        Words(
            f"没有户编号，而“{key}”有 {made[key]} 户，分不开；请加户编号一栏",
            f"no household numbers, and {made[key]} households are '{key}': add a column 户编号",
        ),
        "number_shared",
    )
