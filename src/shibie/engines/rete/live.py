"""Live use: events come one by one, and conclusions follow by forward chaining.

After any order of the same events the decision equals the interpreter's on the household
that they describe. New knowledge is asserted on top of what was known; an event that
changes a known test (a correction, a further register row) starts the household's state
anew, since a chained conclusion is not taken back.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import localcontext
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from shibie.case import Case, Row, Rows
from shibie.decision import Decision
from shibie.engines.decide import place_of
from shibie.engines.exact import EXACT
from shibie.engines.rete.decide import compiled, concluded, due_tracks, leaf_facts
from shibie.engines.rete.host import Session
from shibie.errors import InputError, Problem, Words, did_you_mean
from shibie.household import Adjudication, Record, StepRecord
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.registers.matching import usable_number
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import FieldSpec, annotation

OPEN_AT_MOST = 256


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


class LiveHousehold:
    """What is known of one household so far, and the decision that follows."""

    def __init__(self, ruleset: RuleSet, household_id: str, as_of: date) -> None:
        self.ruleset, self.household_id, self.as_of = ruleset, household_id, as_of
        self.latest: dict[tuple[str, ...], Event] = {}
        self.session: Session | None = None
        self.told: frozenset[str] = frozenset()
        self.due: frozenset[tuple[str, str]] = frozenset()

    def tell(self, event: Event) -> Decision:
        """Take an event in; the decision that follows from all events so far.

        Raises:
            InputError: when the event speaks of what the rule set does not have.
        """
        self.check(event)
        key = _about(event)
        before = self.latest.get(key)
        if before is None or _rank(event) >= _rank(before):
            self.latest[key] = event
        return self.decision()

    def decision(self) -> Decision:
        """The decision on what is known now, by forward chaining."""
        engine, case = compiled(self.ruleset), self.case()
        with localcontext(EXACT):
            place = place_of(engine.program, case)
            facts = frozenset(leaf_facts(engine.network, place))
            due = frozenset(due_tracks(engine.program, place))
            if self.session is None or not (self.told <= facts and self.due <= due):
                self.close()
                self.session = engine.chaining.session(self.household_id)
            self.session.tell(sorted(facts - self.told), sorted(due - self.due))
            self.told, self.due = facts, due
            return concluded(engine, place, self.session)

    def close(self) -> None:
        """Delete the chained state; what is known stays, and can be chained again."""
        if self.session is not None:
            self.session.close()
        self.session, self.told, self.due = None, frozenset(), frozenset()

    def steps(self) -> tuple[StepRecord, ...]:
        """The recorded steps."""
        return tuple(event.record for event in self.events() if isinstance(event, StepDone))

    def events(self) -> Iterator[Event]:
        """The events that count, in an order that does not depend on their arrival."""
        for key in sorted(self.latest):
            yield self.latest[key]

    def case(self) -> Case:
        """The household that the events describe."""
        ruleset, events = self.ruleset, list(self.events())
        model: Any = ruleset.vocabulary.household_model
        (member_model, _) = model.model_fields["members"].annotation.__args__
        fields: dict[str, dict[str, Any]] = {"": {}}
        for event in events:
            if isinstance(event, RowFound):
                fields.setdefault(event.member_id, {})
            elif isinstance(event, FactDeclared):
                spec = ruleset.field_specs(MEMBER if event.member_id else HOUSEHOLD)[event.field]
                fields.setdefault(event.member_id, {})[event.field] = _value(spec, event.value)
        people = sorted(member_id for member_id in fields if member_id)
        blank = {name: None for name in model.model_fields if name != "members"}
        nobody = dict.fromkeys(member_model.model_fields)
        household = model.model_construct(
            **{**blank, **fields[""], "household_id": self.household_id},
            members=tuple(
                member_model.model_construct(**{**nobody, **fields[each], "member_id": each})
                for each in people
            ),
        )
        numbers = tuple(usable_number(fields[each].get("id_number"), self.as_of) for each in people)
        supplied = frozenset(e.register_name for e in events if isinstance(e, RegisterCompared))
        rows = {
            name: tuple(
                Rows(self.rows_of(name, each), name in supplied and number is not None)
                for each, number in zip(people, numbers, strict=True)
            )
            for name in ruleset.registers
        }
        verdicts = {
            e.adjudication.rule_id: e.adjudication for e in events if isinstance(e, Adjudicated)
        }
        return Case(household, self.as_of, numbers, rows, supplied, verdicts)

    def rows_of(self, register: str, member_id: str) -> tuple[Row, ...]:
        """The rows told so far of one member, by row number."""
        columns = self.ruleset.field_specs(register)
        return tuple(
            Row(
                event.row,
                {name: _value(columns[name], each) for name, each in event.values.items()},
            )
            for event in self.events()
            if isinstance(event, RowFound)
            and (event.register_name, event.member_id) == (register, member_id)
        )

    def check(self, event: Event) -> None:
        """Refuse an event that speaks of what the rule set does not have."""
        ruleset = self.ruleset
        match event:
            case FactDeclared(field=field, member_id=member_id):
                known = ruleset.field_specs(MEMBER if member_id else HOUSEHOLD)
                _must_be("field", field, known)
                _value(known[field], event.value)
            case RegisterCompared(register_name=register):
                _must_be("register", register, ruleset.registers)
            case RowFound(register_name=register, values=values):
                _must_be("register", register, ruleset.registers)
                columns = ruleset.field_specs(register)
                for name, value in values.items():
                    _must_be("column", name, columns)
                    _value(columns[name], value)
            case Adjudicated(adjudication=given):
                rules = {rule.id: rule for rule in (*ruleset.exclusions, *ruleset.reviews)}
                _must_be("rule", given.rule_id, rules)
                if given.verdict == "refuted" and not rules[given.rule_id].refutable:
                    raise InputError(
                        Problem(
                            given.rule_id, Words("这条规则不可推翻", "this rule cannot be refuted")
                        )
                    )
            case StepDone(record=record):
                _must_be("step", record.step, {step.id: step for step in ruleset.procedure})


class LiveRoster:
    """Many live households; keeps the chained state of the most recently used ones only."""

    def __init__(self, ruleset: RuleSet, as_of: date) -> None:
        self.ruleset, self.as_of = ruleset, as_of
        self.households: OrderedDict[str, LiveHousehold] = OrderedDict()

    def tell(self, event: Event) -> Decision:
        """Take an event in; the decision on its household."""
        household = self.households.get(event.household_id)
        if household is None:
            household = LiveHousehold(self.ruleset, event.household_id, self.as_of)
            household.check(event)
            self.households[event.household_id] = household
        self.households.move_to_end(event.household_id)
        self.let_go()
        return household.tell(event)

    def replay(self, events: Iterable[Event]) -> None:
        """Take in a whole log; decisions are then made on demand."""
        for event in events:
            household = self.households.setdefault(
                event.household_id, LiveHousehold(self.ruleset, event.household_id, self.as_of)
            )
            household.check(event)
            key = _about(event)
            before = household.latest.get(key)
            if before is None or _rank(event) >= _rank(before):
                household.latest[key] = event

    def decision(self, household_id: str) -> Decision:
        """The decision on one household.

        Raises:
            KeyError: when nothing was told of it.
        """
        self.households.move_to_end(household_id)
        self.let_go()
        return self.households[household_id].decision()

    def let_go(self) -> None:
        """Close the states of the households that were longest without an event."""
        open_ones = [each for each in self.households.values() if each.session is not None]
        for household in open_ones[: max(0, len(open_ones) - OPEN_AT_MOST + 1)]:
            household.close()

    def close(self) -> None:
        """Delete every chained state."""
        for household in self.households.values():
            household.close()


def _about(event: Event) -> tuple[str, ...]:
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


def _rank(event: Event) -> tuple[int, str]:
    """Sorts events with the same key by `order`, then by content, so arrival does not matter."""
    return event.order, event.model_dump_json()


def _value(spec: FieldSpec, value: object) -> Any:
    if spec.type == "codes" and isinstance(value, list | tuple | set):
        value = frozenset(value)
    try:
        return TypeAdapter(annotation(spec)).validate_python(value)
    except ValueError:
        raise InputError(
            Problem(spec.name, Words(f"不是 {spec.type}:{value!r}", f"not {spec.type}: {value!r}"))
        ) from None


def _must_be(what: str, name: str, known: Iterable[str]) -> None:
    if name not in set(known):
        raise InputError(
            Problem(
                what,
                Words(f"没有“{name}”", f"there is no '{name}'"),
                suggestion=did_you_mean(name, known),
            )
        )
