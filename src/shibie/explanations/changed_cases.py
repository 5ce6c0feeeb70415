"""Facts that could change, changes of them, and the case with the changes applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, Literal, cast

from shibie.case import Case, Row, Rows, Value
from shibie.engines.interpreter import counted_key
from shibie.engines.place import Place
from shibie.explanations.differing_rows import is_settled
from shibie.explanations.doubtful_rows import with_owner, with_owners
from shibie.household import Adjudication
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.ruleset.conditions import collections_used, fields_used
from shibie.ruleset.model import RuleSet

LeverKind = Literal[
    "field", "number", "column", "row", "whose", "crowd", "rows", "verdict", "parameter", "rule"
]
Who = Literal["household", "officer", "rule"]
BoundWord = Literal["", "most", "least"]

# Of rows that only may count.
DOUBTFUL: tuple[LeverKind, ...] = ("whose", "crowd")


@dataclass(frozen=True)
class Lever:
    """One fact, verdict or rule that could be different.

    Attributes:
        kind: `field` of the household or a member; a member's citizen `number`; `column` of
            a register row; a `row` that may not count; of a row that only may count, whether
            it does and `whose` it is; the same of a `crowd` of rows that tell nobody apart; the
            `rows` of a member (or of everybody) that are not known; an officer's `verdict` on a
            rule; a `parameter`; a `rule` that may be dropped.
        name: of the field, column, register, rule or parameter.
        member: index of the member, or None for the household.
        register: for `column`, `row`, `whose` and `crowd`.
        row: the row's number, for `column`, `row` and `whose`.
        key: of a parameter that has keys.
    """

    kind: LeverKind
    name: str
    member: int | None = None
    register: str = ""
    row: int = 0
    key: str | None = None


@dataclass(frozen=True)
class FactChange:
    """A fact changed to another value.

    Attributes:
        lever: what is moved.
        value: what it becomes; for `rows` the rows themselves; for `whose` a member's id, or
            nothing where the row does not count; for `crowd` the row and the member of each
            that does.
        before: what it is now; None is unknown.
        bound: for numbers and dates, whether `value` is the most or the least that will do.
        span: for numbers, the least and the most that will do, where both are bounds.
        also: other values that would do as well.
        who: whether the household can report it, an officer must verify it, or only a
            change of the rules would bring it about.
    """

    lever: Lever
    value: Value | tuple[tuple[tuple[str, Value], ...], ...]
    before: Value = None
    bound: BoundWord = ""
    also: tuple[Value, ...] = ()
    who: Who = "household"
    span: tuple[Value, Value] | None = None


ChangeSet = frozenset[FactChange]


def made(ruleset: RuleSet, case: Case, changes: Iterable[FactChange]) -> tuple[RuleSet, Case]:
    """The rule set and the case with the changes made; nothing is validated anew.

    Of rows in doubt first: what a row says may hang on whether it is one with another.
    """
    for change in sorted(changes, key=lambda each: each.lever.kind not in DOUBTFUL):
        lever = change.lever
        match lever.kind:
            case "field":
                case = _with_field(case, lever, change.value)
            case "number":
                numbers = list(case.numbers)
                numbers[lever.member or 0] = str(change.value)
                case = replace(case, numbers=tuple(numbers))
            case "whose":
                register = ruleset.registers[lever.register]
                case = with_owner(register, case, lever.row, str(change.value))
            case "crowd":
                case = with_owners(lever.register, case, owners_in(change))
            case "column" | "row":
                case = _with_row(case, lever, change.value)
            case "rows":
                case = _with_rows(case, lever, change.value)
            case "verdict":
                case = _with_verdict(case, lever.name, change.value)
            case "parameter":
                ruleset = _with_parameter(ruleset, case.as_of, lever, change.value)
            case "rule":
                ruleset = replace(
                    ruleset,
                    exclusions=tuple(r for r in ruleset.exclusions if r.id != lever.name),
                    reviews=tuple(r for r in ruleset.reviews if r.id != lever.name),
                )
    return ruleset, case


def crowd_change(
    register: str, owners: Iterable[tuple[int, str]], who: Who = "household"
) -> FactChange:
    """Which rows of a register that tell nobody apart are found to be whose: row and member's id."""
    value = tuple((("row", row), ("member", member)) for row, member in owners)
    return FactChange(Lever("crowd", register, None, register), value, who=who)


def owners_in(change: FactChange) -> Iterator[tuple[int, str]]:
    """The row and the member's id of each row of a crowd that counts by a change.

    >>> [*owners_in(crowd_change("vehicles", [(2, "1")]))]
    [(2, '1')]
    """
    for row in cast("tuple[tuple[tuple[str, Value], ...], ...]", change.value):
        said = dict(row)
        yield cast("int", said["row"]), str(said["member"])


def owner_of(lever: Lever) -> str:
    """Whose field it is: a register's, the household's or a member's."""
    return lever.register or (HOUSEHOLD if lever.member is None else MEMBER)


def may_change_who_counts(ruleset: RuleSet, lever: Lever) -> bool:
    """Whether who counts as a person of the household may hang on a lever."""
    if ruleset.persons is None or lever.kind in ("verdict", "rule"):
        return False
    if lever.kind in ("number", "parameter"):
        return True
    register = lever.name if lever.kind == "rows" else lever.register
    asked = (register, "") if register else (owner_of(lever), lever.name)
    return asked in _who_counts(ruleset)


def _who_counts(ruleset: RuleSet) -> frozenset[tuple[str, str]]:
    """What who counts is own of: (owner, field), and (register, "")."""
    own: dict[str, Any] = ruleset.__dict__
    if "_who_counts" not in own:
        assert ruleset.persons is not None
        counted = [ruleset.persons.counted]
        registers = {(name, "") for name in collections_used(ruleset, counted)}
        own["_who_counts"] = frozenset(fields_used(ruleset, counted) | registers)
    return cast("frozenset[tuple[str, str]]", own["_who_counts"])


def moved(place: Place, changes: Sequence[FactChange]) -> Place:
    """The corresponding place in the case to which changes are applied."""
    ruleset, case = made(place.ruleset, place.case, changes)
    row = place.row
    if row is not None:
        of_members = case.rows.get(place.register, ())
        found = [item for rows in of_members for item in rows.items if item.number == row.number]
        row = found[0] if found else row
    known: dict[tuple[str, str, int | None], Value] = {}
    if not any(may_change_who_counts(ruleset, each.lever) for each in changes):
        keys = map(counted_key, range(len(case.household.members)))
        known = {key: place.memo[key] for key in keys if key in place.memo}
    return Place(ruleset, case, known, place.member, row, place.register)


def _with_field(case: Case, lever: Lever, value: Any) -> Case:
    household = case.household
    if lever.member is None:
        return replace(case, household=household.model_copy(update={lever.name: value}))
    members = list(household.members)
    members[lever.member] = members[lever.member].model_copy(update={lever.name: value})
    return replace(case, household=household.model_copy(update={"members": tuple(members)}))


def _with_row(case: Case, lever: Lever, value: Any) -> Case:
    """A column of one row changed, or (`row`) the row left out."""

    def items(rows: Rows) -> Rows:
        if all(item.number != lever.row for item in rows.items):
            return rows
        if lever.kind == "row":
            return Rows(tuple(i for i in rows.items if i.number != lever.row), rows.complete)
        return Rows(
            tuple(
                replace(item, values={**item.values, lever.name: value})
                if item.number == lever.row and not is_settled(item, lever.name)
                else item
                for item in rows.items
            ),
            rows.complete,
        )

    of_members = tuple(items(rows) for rows in case.rows[lever.register])
    return replace(case, rows={**case.rows, lever.register: of_members})


def _with_rows(case: Case, lever: Lever, value: Any) -> Case:
    """A member's rows known at last: those seen before, and these; then there are no more."""
    people = len(case.household.members)
    before = case.rows.get(lever.name) or tuple(Rows((), False) for _ in range(people))
    added = [Row(-number, dict(cells)) for number, cells in enumerate(value, start=1)]
    after = list(before)
    whose = range(people) if lever.member is None else [lever.member]
    for index in whose:
        mine = added if lever.member is not None or index == 0 else []
        after[index] = Rows((*before[index].items, *mine), True)
    supplied = case.supplied | ({lever.name} if lever.member is None else set())
    return replace(case, rows={**case.rows, lever.name: tuple(after)}, supplied=supplied)


def _with_verdict(case: Case, rule_id: str, verdict: Any) -> Case:
    household_id = case.household.household_id
    supposed = Adjudication(
        household_id=household_id, rule_id=rule_id, verdict=verdict,
        evidence="假定", officer="假定", date=case.as_of,
    )  # fmt: skip
    return replace(case, adjudications={**case.adjudications, rule_id: supposed})


def _with_parameter(ruleset: RuleSet, as_of: date, lever: Lever, value: Any) -> RuleSet:
    parameter = ruleset.parameters[lever.name]
    series = (*(step for step in parameter.series.get(lever.key, ()) if step[0] < as_of),
              (as_of, Decimal(value)))  # fmt: skip
    changed = replace(parameter, series={**parameter.series, lever.key: series})
    parameters: Mapping[str, Any] = {**ruleset.parameters, lever.name: changed}
    return replace(ruleset, parameters=parameters)
