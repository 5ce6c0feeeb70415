"""Acts as what other tables hold: rows of verdicts and steps, changed cells, the table of acts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from shibie.acts import ROW_NAMES, Act, content_id, households_of
from shibie.case import Value
from shibie.errors import Words
from shibie.household import Adjudication, StepRecord
from shibie.rosters.cells import read_cell
from shibie.rosters.national_export import HOUSEHOLD_ID
from shibie.rosters.records import Rejection, RowTable, TypedRow
from shibie.vocabulary import specs_of

MEMBER_ID: Final = "member_id"
# What reaches beyond a household: whose a row is says that it is nobody else's.
LINKING: Final = ("link", "same_person")
# A household, and one of its members or nobody.
Whose = tuple[str, str]
# The kinds of acts of which rows are given out to be answered, and what somebody writes there.
_ASKED: Final = ("link", "same_person", "correction")
_ANSWER: Final = (
    "was", "value", "verdict", "reason", "evidence", "officer", "date", "recorded_at",
)  # fmt: skip


def only_asks(record: TypedRow, kind: str) -> bool:
    """Whether a row names what is to be decided, and nobody has yet decided it."""
    blank = all(record.values.get(name) is None for name in _ANSWER)
    return kind in _ASKED and blank


@dataclass(frozen=True)
class GivenAct:
    """An act with the row that it is written in."""

    record: TypedRow
    act: Act

    @property
    def household(self) -> str:
        """The household it is about, or empty."""
        return self.act.household_id or ""

    @property
    def households(self) -> frozenset[str]:
        """The same, and of one person in two households the other, too."""
        return households_of(self.act)


@dataclass(frozen=True)
class WrittenActs:
    """The acts of a table, as far as they can be judged by themselves.

    Attributes:
        given: in the order in which they were recorded; without what was taken back.
        rejected: what cannot be used, with its reason.
        notes: how many rows of it only ask.
    """

    given: tuple[GivenAct, ...] = ()
    rejected: tuple[Rejection, ...] = ()
    notes: tuple[Words, ...] = ()

    @property
    def has_steps(self) -> bool:
        """Whether a step is among them."""
        return any(each.act.kind == "step" for each in self.given)

    @property
    def households(self) -> frozenset[str]:
        """The households that they name."""
        return frozenset[str]().union(*(each.households for each in self.given)) - {""}

    @property
    def linked_households(self) -> frozenset[str]:
        """The households that links and pairs of one person name; empty for a link that names none."""
        linking = (each.households for each in self.given if each.act.kind in LINKING)
        return frozenset[str]().union(*linking)

    def about(self, households: Set[str]) -> WrittenActs:
        """Those about some households; none of them is rejected."""
        return WrittenActs(tuple(each for each in self.given if each.households & households))


def verdicts_as_acts(table: RowTable) -> RowTable:
    """The rows of the verdicts' own table that name a row of a register, as rows of acts."""
    rows = tuple(
        replace(record, values={**record.values, "kind": "verdict"})
        for record in table.records
        if _names_row(record)
    )
    return replace(table, records=rows)


def all_verdicts(table: RowTable | None, acts: Iterable[GivenAct]) -> RowTable | None:
    """The verdicts of their own table and those among the acts; None where there is neither.

    Args:
        table: of it the rows that name no row of a register; the others are among the acts.
        acts: those of kind verdict.
    """
    if table is not None:
        own = tuple(record for record in table.records if not _names_row(record))
        table = replace(table, records=own)
    return joined(table, map(_verdict_row, acts))


def _names_row(record: TypedRow) -> bool:
    return any(record.values.get(name) is not None for name in ROW_NAMES)


def _verdict_row(given: GivenAct) -> TypedRow:
    """An act of kind verdict as a row of the verdicts' table."""
    fields = set(Adjudication.model_fields)
    values = {name: value for name, value in given.act if name in fields}
    if given.act.row_key is not None:
        values |= {"register": given.act.register_, "row_key": given.act.row_key}
    return replace(given.record, values=values)


def act_of(adjudication: Adjudication) -> Act:
    """A verdict of the verdicts' own table as an act."""
    act = Act.model_validate({"kind": "verdict", **adjudication.model_dump()})
    return act.model_copy(update={"act_id": content_id(act)})


def step_rows(given: Iterable[GivenAct], as_of: date) -> tuple[TypedRow, ...]:
    """Acts of kind step as rows of the steps' table: a row a household and step.

    The rows of one step say one thing more of it each, by `field` and `value`.
    """
    specs = {spec.name: spec for spec in specs_of(StepRecord)}
    found: dict[tuple[str, str], TypedRow] = {}
    for each in given:
        act = each.act
        values: dict[str, Any] = {
            HOUSEHOLD_ID: act.household_id, "step": act.rule_id, "done_on": act.date,
            "actor": act.officer, "document": act.evidence,
        }  # fmt: skip
        if act.field is not None:
            values[act.field] = read_cell(act.value, specs[act.field], as_of)
        key = (each.household, str(act.rule_id))
        before = found.get(key)
        known = {name: value for name, value in values.items() if value is not None}
        found[key] = replace(each.record, values={**(before.values if before else {}), **known})
    return tuple(found.values())


def patched(
    table: RowTable, patches: Mapping[Whose, Mapping[str, Value]], of_members: bool
) -> RowTable:
    """A table of households or members as corrections make it."""
    if not patches:
        return table
    numbers = member_numbers(table.records) if of_members else ("",) * len(table.records)
    records = tuple(
        replace(record, values={**record.values, **patch})
        if (patch := patches.get((household_of(record), number)))
        else record
        for record, number in zip(table.records, numbers, strict=True)
    )
    return replace(table, records=records)


def joined(table: RowTable | None, more: Iterable[TypedRow]) -> RowTable | None:
    """A table, which may be missing, with further rows."""
    rows = tuple(more)
    if not rows:
        return table
    if table is None:
        return RowTable(rows[0].source, frozenset(rows[0].values), rows)
    return replace(table, records=(*table.records, *rows))


def household_of(record: TypedRow) -> str:
    """The household number of a record, or empty."""
    return str(record.values.get(HOUSEHOLD_ID) or "")


def member_numbers(records: Iterable[TypedRow]) -> tuple[str, ...]:
    """The number of each member: his own, or his place in the household."""
    seen: dict[str, int] = {}
    found = []
    for record in records:
        household = household_of(record)
        seen[household] = seen.get(household, 0) + 1
        found.append(str(record.values.get(MEMBER_ID) or seen[household]))
    return tuple(found)


def in_force(
    given: Iterable[GivenAct], signed: Iterable[tuple[TypedRow, Adjudication]]
) -> tuple[Act, ...]:
    """The acts that count, for the table of them.

    Args:
        given: the acts of the roster.
        signed: the verdicts that count with their rows, whichever table they are in.
    """
    acts = tuple(given)
    own = {(each.record.source, each.record.number): each.act for each in acts}
    verdicts = tuple(
        own.get((row.source, row.number)) or act_of(adjudication) for row, adjudication in signed
    )
    others = tuple(each.act for each in acts if each.act.kind != "verdict")
    return (*verdicts, *others)
