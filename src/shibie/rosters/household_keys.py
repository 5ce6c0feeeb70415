"""Which household a person's row is of, where households have no numbers.

People number the families of a list by 序号 and write it beside the head alone, or merge the cells.
Such numbers hold in their own file only: they are made of the village and the serial number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from shibie.errors import Words
from shibie.rosters.cells import Cell, FaultyCell, as_written, is_blank
from shibie.rosters.header_labels import Label
from shibie.vocabulary import FieldSpec

SERIALS: Final = ("序号", "编号", "户序号", "户序", "序列号", "no", "no.", "顺序号", "户数")
HEADS: Final = ("户主姓名", "户主", "户主名字", "家庭户主", "户主名称", "申请人姓名", "申请人")


IsHead = Callable[[Cell], bool]
Table = Sequence[tuple[int, Sequence[Cell]]]


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
        row number → number. A number that two families would share is a fault in both, and
        families are in doubt about whom what tells them apart does not agree.
    """
    table = [(number, row) for number, row in rows if not all(map(is_blank, row))]

    def cell(row: Sequence[Cell], at: int | None) -> str:
        return "" if at is None or at >= len(row) else as_written(row[at])

    begins = _beginnings(table, keys, cell, is_head)
    family, at = {}, 0
    for number, _ in table:
        at += number in begins
        family[number] = at
    doubtful = _doubtful(table, keys, cell, begins, family)
    numbers: dict[int, str] = {}
    current, place = "", ""
    made: Counter[str] = Counter()
    for number, row in table:
        if number in begins:
            place = cell(row, keys.village) or village
            serial = cell(row, keys.serial) or str(family[number])
            current = "-".join(filter(None, (place, serial)))
            made[current] += 1
        if current:
            numbers[number] = current
    return {
        number: _unclear(numbers.get(number, ""))
        if of in doubtful
        else _unique(numbers[number], made)
        for number, of in family.items()
        if of in doubtful or number in numbers
    }


def _beginnings(
    table: Table,
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
        by_row = _numbers_rows(serials)
        if by_row and not any(named):
            return frozenset()  # each person has a number, but for some: no family is told by it
        if not by_row:
            return _filled(table, serials)
        return _runs(table, named)
    # Cells that were merged and then filled: a household is a run of the same.
    several = len(set(serials)) < len(serials)
    told_by = list(zip(serials if several else named, named, strict=True))
    before = [None, *told_by][: len(told_by)]
    return frozenset(
        n for (n, _), own, last in zip(table, told_by, before, strict=True)
        if own != last and any(own)
    )  # fmt: skip


def _doubtful(
    table: Table, keys: KeyColumns, cell: Callable[[Sequence[Cell], int | None], str],
    begins: frozenset[int], family: Mapping[int, int],
) -> frozenset[int]:  # fmt: skip
    """The families of whom it is not certain which rows are theirs.

    Args:
        table: the rows.
        keys: the columns that tell households apart.
        cell: one cell as text.
        begins: the rows with which households begin.
        family: which family each row is of, counted from 1; 0 before the first.
    """
    # Whoever stands above the first head may be of his family.
    found = {0, 1} if begins and 0 in family.values() else set[int]()
    serials = [cell(row, keys.serial) for _, row in table]
    named = [cell(row, keys.head) for _, row in table]
    names = _runs(table, named)
    differ = set(names - begins)
    if keys.relation is not None:
        # Whose relation is not written may be the head of the next family.
        found |= {family[number] for number, row in table if not cell(row, keys.relation)}
        if not all(serials) and any(serials) and not _numbers_rows(serials):
            differ |= _filled(table, serials) ^ begins
        elif all(serials) and 1 < len(set(serials)) < len(serials):
            differ |= _runs(table, serials) ^ begins
    elif all(named):
        differ |= begins - names if not all(serials) and any(serials) else set()
    for row in differ:
        found |= {family[row], family[row] - 1} if row in begins else {family[row]}
    return frozenset(found)


def _filled(table: Table, texts: Sequence[str]) -> frozenset[int]:
    """The rows that have a text."""
    return frozenset(number for (number, _), text in zip(table, texts, strict=True) if text)


def _runs(table: Table, texts: Sequence[str]) -> frozenset[int]:
    """The rows with which another text begins; one without a text goes on with the last."""
    found, last = set(), ""
    for (number, _), text in zip(table, texts, strict=True):
        if text and text != last:
            found.add(number)
            last = text
    return frozenset(found)


def _numbers_rows(serials: Sequence[str]) -> bool:
    """Whether serial numbers count rows, of which some have none, and not families.

    >>> _numbers_rows(["1", "2", "", "4", "5"]), _numbers_rows(["1", "", "2", "", "3"])
    (True, False)
    """
    counted = [(at, int(text)) for at, text in enumerate(serials) if text.isdecimal()]
    steps = [after[1] - first[1] == after[0] - first[0] for first, after in pairwise(counted)]
    return bool(steps) and 5 * sum(steps) >= 4 * len(steps)


def _unclear(key: str) -> Cell:
    return FaultyCell(
        key,
        Words(
            "没有户编号，而户主、序号、户主姓名分出的户不一致，分不清是哪一户的人；请加户编号一栏",
            "no household numbers, and heads, serial numbers and names of heads do not agree on whose"
            " family this is: add a column 户编号",
        ),
        "number_shared",
    )


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
