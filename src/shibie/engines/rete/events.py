"""What can become known of a household, one event at a time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from shibie.errors import InputError, Problem, Words, did_you_mean
from shibie.household import Adjudication, Record, StepRecord
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.ruleset.model import RuleSet
from shibie.ruleset.verdicts import reason_code, refusal, unknown_reason
from shibie.vocabulary import FieldSpec, annotation


class Event(Record):
    """Something that became known of a household.

    Attributes:
        order: of two events about the same thing the higher order counts, whichever
            arrives first.
    """

    model_config = ConfigDict(str_min_length=0)

    household_id: str = Field(min_length=1)
    order: int = 0


class FactDeclared(Event):
    """A field of the household, or of a member, was declared; None takes it back."""

    kind: Literal["declared"] = "declared"
    field: str
    value: Any = None
    member_id: str = ""


class RegisterCompared(Event):
    """The comparison with a register is done: every row it has was told."""

    kind: Literal["compared"] = "compared"
    register_name: str


class RowFound(Event):
    """A register has a row of a member; `row` numbers it within its register."""

    kind: Literal["row"] = "row"
    register_name: str
    member_id: str
    row: int
    values: dict[str, Any]


class Adjudicated(Event):
    """An officer's verdict."""

    kind: Literal["adjudicated"] = "adjudicated"
    adjudication: Adjudication


class StepDone(Event):
    """A step of the procedure was recorded."""

    kind: Literal["step"] = "step"
    record: StepRecord


AnyEvent = Annotated[
    FactDeclared | RegisterCompared | RowFound | Adjudicated | StepDone, Field(discriminator="kind")
]
_EVENT: TypeAdapter[Any] = TypeAdapter(AnyEvent)


def event_from(data: object) -> Event:
    """An event from its plain form, as an event log holds it."""
    found = _EVENT.validate_python(data)
    assert isinstance(found, Event)
    return found


def check(event: Event, ruleset: RuleSet) -> None:
    """Refuse an event that speaks of what the rule set does not have.

    Raises:
        InputError: with what it has instead, where that is close.
    """
    match event:
        case FactDeclared(field=field, member_id=member_id):
            known = ruleset.field_specs(MEMBER if member_id else HOUSEHOLD)
            _must_be("field", field, known)
            typed_value(known[field], event.value)
        case RegisterCompared(register_name=register):
            _must_be("register", register, ruleset.registers)
        case RowFound(register_name=register, values=values):
            _must_be("register", register, ruleset.registers)
            columns = ruleset.field_specs(register)
            for name, value in values.items():
                _must_be("column", name, columns)
                typed_value(columns[name], value)
        case Adjudicated(adjudication=given):
            rules = {rule.id: rule for rule in (*ruleset.exclusions, *ruleset.reviews)}
            _must_be("rule", given.rule_id, rules)
            refused = refusal(rules[given.rule_id], given.verdict)
            if refused is not None:
                raise InputError(Problem(given.rule_id, refused))
            if given.reason is not None and reason_code(ruleset, given.reason) is None:
                raise InputError(Problem("reason", unknown_reason(ruleset, given.reason)))
        case StepDone(record=record):
            _must_be("step", record.step, {step.id: step for step in ruleset.procedure})


def about(event: Event) -> tuple[str, ...]:
    """The key of an event: a later event with the same key replaces it."""
    match event:
        case FactDeclared(field=field, member_id=member_id):
            return ("declared", member_id, field)
        case RegisterCompared(register_name=register):
            return ("compared", register)
        case RowFound(register_name=register, member_id=member_id, row=row):
            return ("row", register, member_id, f"{row:012d}")
        case Adjudicated(adjudication=given):
            return ("adjudicated", given.rule_id)
        case StepDone(record=record):
            return ("step", record.step)
        case _:
            raise TypeError(type(event))


def rank(event: Event) -> tuple[int, str]:
    """Sorts events with the same key by `order`, then by content, so arrival does not matter."""
    return event.order, event.model_dump_json()


def typed_value(spec: FieldSpec, value: object) -> Any:
    """A value as its field has it.

    Raises:
        InputError: when the field cannot have it.
    """
    if spec.type == "codes" and isinstance(value, list | tuple | set):
        value = frozenset(value)
    try:
        return _adapter(spec).validate_python(value)
    except ValueError:
        raise InputError(
            Problem(spec.name, Words(f"不是 {spec.type}：{value!r}", f"not {spec.type}: {value!r}"))
        ) from None


@lru_cache(maxsize=1_000)
def _adapter(spec: FieldSpec) -> TypeAdapter[Any]:
    """What validates the values of a field; to make one takes longer than to use it often."""
    return TypeAdapter(annotation(spec))


def _must_be(what: str, name: str, known: Iterable[str]) -> None:
    if name not in set(known):
        raise InputError(
            Problem(
                what,
                Words(f"没有“{name}”", f"there is no '{name}'"),
                suggestion=did_you_mean(name, known),
            )
        )
