"""Live use: events come one by one, and conclusions follow by forward chaining.

After any order of the same events the decision equals the interpreter's on the household
that they describe. New knowledge is asserted on top of what was known; an event that
changes a known test (a correction, a further register row) starts the household's state
anew, since a chained conclusion is not taken back.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import localcontext
from typing import Any, cast

from shibie.case import Case, Row, Rows
from shibie.decision import Decision
from shibie.engines.decide import place_of
from shibie.engines.exact import EXACT
from shibie.engines.rete.decide import compiled, concluded, due_tracks, leaf_facts
from shibie.engines.rete.events import (
    Adjudicated,
    Event,
    FactDeclared,
    RegisterCompared,
    RowFound,
    StepDone,
    about,
    check,
    event_from,
    rank,
    typed_value,
)
from shibie.engines.rete.host import Session
from shibie.household import StepRecord
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.registers.matching import usable_number
from shibie.ruleset.model import RuleSet

# Who uses live households makes events, too.
__all__ = [
    "Adjudicated",
    "Event",
    "FactDeclared",
    "LiveHousehold",
    "LiveRoster",
    "RegisterCompared",
    "RowFound",
    "StepDone",
    "event_from",
]

OPEN_AT_MOST = 256


class LiveHousehold:
    """What is known of one household so far, and the decision that follows.

    Attributes:
        elsewhere: by their ids, the members who are in other households, too, and in which.
    """

    def __init__(self, ruleset: RuleSet, household_id: str, as_of: date) -> None:
        self.ruleset, self.household_id, self.as_of = ruleset, household_id, as_of
        self.latest: dict[tuple[str, ...], Event] = {}
        self.session: Session | None = None
        self.told: frozenset[str] = frozenset()
        self.due: frozenset[tuple[str, str]] = frozenset()
        self.elsewhere: Mapping[str, tuple[str, ...]] = {}

    def tell(self, event: Event) -> Decision:
        """Take an event in; the decision that follows from all events so far.

        Raises:
            InputError: when the event speaks of what the rule set does not have.
        """
        self.take(event)
        return self.decision()

    def take(self, event: Event) -> None:
        """Take an event in without deciding.

        Raises:
            InputError: when the event speaks of what the rule set does not have.
        """
        check(event, self.ruleset)
        key = about(event)
        before = self.latest.get(key)
        if before is None or rank(event) >= rank(before):
            self.latest[key] = event

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

    def members(self) -> set[str]:
        """The ids of the members of whom anything was told."""
        return {
            event.member_id
            for event in self.latest.values()
            if isinstance(event, FactDeclared | RowFound) and event.member_id
        }

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
                fields.setdefault(event.member_id, {})[event.field] = typed_value(spec, event.value)
        people = sorted(self.members())
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
        elsewhere = {
            at: self.elsewhere[each] for at, each in enumerate(people) if each in self.elsewhere
        }
        return Case(household, self.as_of, numbers, rows, supplied, verdicts, elsewhere=elsewhere)

    def rows_of(self, register: str, member_id: str) -> tuple[Row, ...]:
        """The rows told so far of one member, by row number."""
        columns = self.ruleset.field_specs(register)
        return tuple(
            Row(
                event.row,
                {name: typed_value(columns[name], each) for name, each in event.values.items()},
            )
            for event in self.events()
            if isinstance(event, RowFound)
            and (event.register_name, event.member_id) == (register, member_id)
        )


class LiveRoster:
    """Many live households; keeps the chained state of the most recently used ones only."""

    def __init__(self, ruleset: RuleSet, as_of: date) -> None:
        self.ruleset, self.as_of = ruleset, as_of
        self.households: dict[str, LiveHousehold] = {}
        # Those with a chained state, the longest without a question first.
        self.open: OrderedDict[str, LiveHousehold] = OrderedDict()
        # By number, where there is a person of it: (household, member).
        self.places: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
        self.numbers: dict[tuple[str, str], str] = {}

    def tell(self, event: Event) -> Decision:
        """Take an event in; the decision on its household.

        Of a household that shares a person with it the decision may be another one now, too.
        """
        household = self.households.get(event.household_id)
        if household is None:
            household = LiveHousehold(self.ruleset, event.household_id, self.as_of)
            check(event, self.ruleset)
            self.households[event.household_id] = household
        household.take(event)
        self._numbered(household, event)
        return self.decision(event.household_id)

    def replay(self, events: Iterable[Event]) -> None:
        """Take in a whole log; decisions are then made on demand."""
        for event in events:
            household = self.households.setdefault(
                event.household_id, LiveHousehold(self.ruleset, event.household_id, self.as_of)
            )
            household.take(event)
            self._numbered(household, event)

    def decision(self, household_id: str) -> Decision:
        """The decision on one household.

        Raises:
            KeyError: when nothing was told of it.
        """
        household = self.households[household_id]
        self.open[household_id] = household
        self.open.move_to_end(household_id)
        self.let_go()
        household.elsewhere = dict(self._elsewhere(household))
        return household.decision()

    def _numbered(self, household: LiveHousehold, event: Event) -> None:
        """Note the number of a person, if an event told it."""
        if not isinstance(event, FactDeclared) or event.field != "id_number":
            return
        place = household.household_id, event.member_id
        before = self.numbers.pop(place, None)
        if before is not None:
            self.places[before].discard(place)
        # Of several events on it the last one need not be this.
        latest = cast("FactDeclared", household.latest[about(event)])
        number = usable_number(latest.value, self.as_of)
        if number is not None:
            self.numbers[place] = number
            self.places[number].add(place)

    def _elsewhere(self, household: LiveHousehold) -> Iterator[tuple[str, tuple[str, ...]]]:
        """The members of a household who are in others, too, and in which."""
        own = household.household_id
        for member_id in household.members():
            number = self.numbers.get((own, member_id))
            others = {other for other, _ in self.places[number]} - {own} if number else set()
            if others:
                yield member_id, tuple(sorted(others))

    def let_go(self) -> None:
        """Close the states of the households that were longest without a question."""
        while len(self.open) > OPEN_AT_MOST:
            _, household = self.open.popitem(last=False)
            household.close()

    def close(self) -> None:
        """Delete every chained state."""
        for household in self.households.values():
            household.close()
