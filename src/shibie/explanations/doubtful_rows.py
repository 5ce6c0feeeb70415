"""Register rows of which it is not sure whether they count: whose they may be, or an earlier one again.

Whoever finds that out changes the case: a row becomes somebody's, or falls away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from shibie.case import NO_CROWD, Case, Row, Rows
from shibie.explanations.differing_rows import one_item, told_apart
from shibie.registers.keys import key_of_row, may_be_equal, same
from shibie.ruleset.model import Register


@dataclass(frozen=True)
class DoubtfulRow:
    """A row that may count.

    Attributes:
        row: what it says.
        members: the members of the household of whom it may be.
        others: the earlier or other rows of the household that it may be again; none where it says
            something else than all of them.
    """

    row: Row
    members: tuple[int, ...]
    others: tuple[Row, ...] = ()

    @property
    def earlier(self) -> Row | None:
        """The first of the rows that it may be again."""
        return self.others[0] if self.others else None

    @property
    def surely_his(self) -> bool:
        """Whether only that is in doubt, whether it is a further thing or the same again."""
        return self.row.again and bool(self.others)


def doubtful_row(register: Register, case: Case, number: int) -> DoubtfulRow | None:
    """What is in doubt of a row that tells somebody apart; None where nothing is."""
    of_members = case.rows.get(register.name, ())
    found = {
        index: row
        for index, rows in enumerate(of_members)
        for row in rows.own
        if row.number == number and not row.sure
    }
    if not found:
        return None
    row = next((row for row in found.values() if row.again), next(iter(found.values())))
    others: dict[int, Row] = {}
    for other, his in _others(register, case, number):
        if _may_be_same(register, other, row, not his.isdisjoint(found)):
            others[other.number] = other
    # Of one that surely is somebody's, only a row that surely is there makes that uncertain.
    first = sorted(others.values(), key=lambda each: (not (each.sure or each.again), each.number))
    return DoubtfulRow(row, tuple(found), tuple(first))


def _others(register: Register, case: Case, number: int) -> Iterator[tuple[Row, set[int]]]:
    """The other rows of the household that tell somebody apart, each with whose it is or may be."""
    for other, owners in case.owners_of(register.name).items():
        if other != number:
            row = next((row for _, row in owners if row.sure or row.again), owners[0][1])
            yield row, {index for index, _ in owners}


def crowd_rows(register: str, case: Case) -> Mapping[int, tuple[int, ...]]:
    """The rows that tell nobody apart, by number: the members whom each fits."""
    found: dict[int, list[int]] = {}
    for index, rows in enumerate(case.rows.get(register, ())):
        for row in rows.crowd.rows:
            found.setdefault(row.number, []).append(index)
    return {number: tuple(found[number]) for number in sorted(found)}


def with_owner(register: Register, case: Case, number: int, owner: str) -> Case:
    """The case with a doubtful row that is a member's, and counts; or nobody's of the household.

    Args:
        register: the row's.
        case: of the household.
        number: the row's.
        owner: the member's id; empty where the row falls away.
    """

    def settled(rows: Rows, member_id: str) -> Rows:
        kept: list[Row] = []
        for row in rows.own:
            if row.number != number or row.sure:
                kept.append(row)
            elif (member_id == owner or (owner and row.again)) and not _counts_once(
                register, rows.own, row
            ):
                kept.append(replace(row, sure=True, again=False))
        return _parted(rows, kept)

    doubt = doubtful_row(register, case, number)
    after = _with_rows(register.name, case, settled)
    if doubt is None or not doubt.others:
        return after
    if owner:
        return with_items(register.name, after, told_apart(register, after))
    return with_items(register.name, after, one_item(doubt.row, doubt.others, doubt.surely_his))


def with_items(register: str, case: Case, items: Mapping[int, Row]) -> Case:
    """The case with what some rows say, by their numbers, said anew wherever they are seen."""
    if not items:
        return case

    def settled(rows: Rows, member_id: str) -> Rows:
        return _parted(rows, [_saying(row, items.get(row.number, row)) for row in rows.own])

    return _with_rows(register, case, settled)


def _saying(row: Row, other: Row) -> Row:
    if row is other:
        return row
    return replace(row, values=other.values, differing=other.differing, own=other.own)


def with_owners(register: str, case: Case, owners: Iterable[tuple[int, str]]) -> Case:
    """The case with some of the rows that tell nobody apart as members', the others nobody's.

    Args:
        register: the rows'.
        case: of the household.
        owners: numbers of rows, each with a member's id.
    """
    whose = dict(owners)

    def settled(rows: Rows, member_id: str) -> Rows:
        if not rows.crowd.rows:
            return rows
        his = [
            replace(row, sure=True, crowd=False)
            for row in rows.crowd.rows
            if whose and whose.get(row.number) == member_id
        ]
        own = sorted((*rows.own, *his), key=lambda row: row.number)
        return Rows.parted(tuple(own), NO_CROWD, rows.complete)

    return _with_rows(register, case, settled)


def _with_rows(register: str, case: Case, settled: Callable[[Rows, str], Rows]) -> Case:
    members = case.household.members
    of_members = tuple(
        settled(rows, members[index].member_id)
        for index, rows in enumerate(case.rows.get(register, ()))
    )
    return replace(case, rows={**case.rows, register: of_members})


def _parted(rows: Rows, own: list[Row]) -> Rows:
    """The rows with others that tell somebody apart; the same where these are the same."""
    if len(own) == len(rows.own) and all(a is b for a, b in zip(own, rows.own, strict=True)):
        return rows
    return Rows.parted(tuple(own), rows.crowd, rows.complete)


def _may_be_same(register: Register, other: Row, row: Row, of_one: bool) -> bool:
    """Whether another row, of those that count or came before, may be the same thing.

    Args:
        register: says what tells rows apart; without a key, only rows of one person may be one.
        other: the other row.
        row: the row in doubt.
        of_one: whether both may be one person's; else nothing of whose they are is compared.
    """
    earlier = other.number < row.number
    if not (earlier or (other.sure and not row.again)) or not (of_one or register.key):
        return False
    keys = key_of_row(register, other), key_of_row(register, row)
    if keys[0] is not None and keys[1] is not None:
        return same(keys[0], keys[1]) is not False
    return may_be_equal(register, other, row, owners=of_one)


def _counts_once(register: Register, rows: Iterable[Row], row: Row) -> bool:
    """Whether a row that is his is no further item, since the register says what it says once."""
    columns = [each.name for each in register.columns if each.name != register.match]
    if not register.distinct or any(row.values.get(column) is None for column in columns):
        return False
    return any(
        each.sure and all(each.values.get(name) == row.values.get(name) for name in columns)
        for each in rows
    )
