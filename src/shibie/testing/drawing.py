"""The facts of households, drawn near where a rule set decides."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from hypothesis import strategies as st

from shibie import citizen_id
from shibie.language.names import ELSEWHERE, MEMBERS
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import Number, type_of
from shibie.rosters.household_input import ADJUDICATIONS
from shibie.ruleset.model import RuleSet
from shibie.testing.threshold_households import Target, moved, targets
from shibie.testing.thresholds import Thresholds, around, birthdays, mined
from shibie.vocabulary import FieldSpec, unused

Given = dict[str, Any]
REGION = "511921"
MOST_MEMBERS, MOST_ROWS = 4, 2
Supplied = frozenset[str]
OLD = date(1950, 1, 1)


@dataclass(frozen=True)
class DrawingPlan:
    """What is known of a pack before anything is drawn, and the strategies made so far."""

    aims: Thresholds
    targets: tuple[Target, ...]
    strategies: dict[tuple[str, str, bool], st.SearchStrategy[Any]]

    @classmethod
    def of(cls, ruleset: RuleSet) -> DrawingPlan:
        """The plan of a pack."""
        return cls(mined(ruleset), targets(ruleset), {})


class Drawing:
    """Draws the facts of households of one pack."""

    def __init__(
        self, draw: st.DrawFn, ruleset: RuleSet, plan: DrawingPlan, as_of: date, complete: bool
    ) -> None:
        self.draw, self.ruleset, self.aims = draw, ruleset, plan.aims
        self.as_of, self.complete = as_of, complete
        self.strategies, self.targets = plan.strategies, plan.targets
        # Most households are quiet: few of their facts are out of the ordinary, so that one
        # rule at a time decides. In the others anything goes.
        self.quiet = draw(st.sampled_from([True, True, True, False]))
        # Numbers of the households before: where a pack asks for it, some are in two.
        self.reviewed = ruleset.reviews_duplicates
        self.others: list[str] = []

    def supplied(self) -> Supplied:
        """The registers that were compared: all of them, or some."""
        registers = sorted(self.aims.registers)
        if self.complete or not registers or self.draw(st.booleans()):
            return frozenset(registers)
        return frozenset(self.draw(st.sets(st.sampled_from(registers))))

    def household(self, supplied: Supplied, number: int = 0) -> Given:
        """One household; `number` keeps its people apart from other households'."""
        specs = self.ruleset.vocabulary
        given = self.record(HOUSEHOLD, specs.household)
        count = self.draw(st.integers(1, MOST_MEMBERS))
        given[MEMBERS] = [self.member(index, number, supplied) for index in range(count)]
        self.one_head(given[MEMBERS])
        if self.reviewed:
            self.shared_person(given[MEMBERS])
        given |= {register: [] for register in sorted(supplied)}
        verdicts = {
            rule.id: verdict
            for rule in (*self.ruleset.exclusions, *self.ruleset.reviews)
            if (verdict := self.draw(self.seldom("", *rule.verdicts)))
        }
        if verdicts:
            given[ADJUDICATIONS] = verdicts
        return self.aimed(given)

    def aimed(self, given: Given) -> Given:
        """Every other household is moved onto a threshold, or one unit beside it."""
        if not self.targets or not self.draw(st.booleans()):
            return given
        target = self.draw(st.sampled_from(self.targets))
        people = len(given[MEMBERS])
        registers = self.ruleset.registers
        if (
            target.owner in registers
            and target.owner in given
            and not any(target.owner in each for each in given[MEMBERS])
        ):
            columns = registers[target.owner].columns
            for member in given[MEMBERS]:
                if member["id_number"] is not None:
                    member[target.owner] = [self.record(target.owner, columns)]
                    break
        steps = self.draw(st.sampled_from([0, -1, 1, -people, people]))
        return moved(self.ruleset, given, self.as_of, target, steps)

    def member(self, index: int, number: int, supplied: Supplied) -> Given:
        """One person with a valid number (or none) and register rows."""
        usable = self.complete or self.draw(st.integers(0, 9)) < 9
        person: Given = {"id_number": self.number(index, number) if usable else None}
        person |= self.record(MEMBER, self.ruleset.vocabulary.member)
        if self.reviewed and self.draw(self.seldom(False, True)):
            person[unused(ELSEWHERE, self.ruleset.vocabulary.member)] = True
        if usable:
            for register in sorted(supplied):
                columns = self.ruleset.registers[register].columns
                many = self.draw(self.seldom(0, 1, MOST_ROWS))
                rows = [self.record(register, columns) for _ in range(many)]
                if rows:
                    person[register] = rows
        return person

    def number(self, index: int, number: int) -> str:
        """A valid citizen number of somebody born near an age that counts."""
        born = date(1980, 1, 1)
        if self.aims.aged:
            near = birthdays(self.aims.ages, self.as_of)
            long_ago = self.as_of - timedelta(days=365 * 100)
            anybody = st.dates(long_ago, self.as_of)
            born = self.draw(st.one_of(st.sampled_from(near), anybody) if near else anybody)
        male = self.draw(st.booleans()) if self.aims.aged else False
        sequence = (number * MOST_MEMBERS + index) * 2 + male
        return citizen_id.make(REGION, born, sequence % 1000)

    def shared_person(self, members: list[Given]) -> None:
        """Now and then the last member is somebody of a household that was drawn before."""
        numbers = [member["id_number"] for member in members if member["id_number"] is not None]
        if self.others and self.draw(self.seldom(False, True)):
            members[-1]["id_number"] = self.draw(st.sampled_from(self.others))
        self.others += numbers

    def one_head(self, members: list[Given]) -> None:
        """The form's rule: exactly one head, where relations are filled at all."""
        if "relation" in members[0]:
            members[0]["relation"] = "户主"
            for member in members[1:]:
                if member["relation"] in ("户主", None):
                    member["relation"] = "其他"

    def record(self, owner: str, specs: tuple[FieldSpec, ...]) -> Given:
        """The facts of one record that any rule asks for."""
        given: Given = {}
        for spec in specs:
            if (owner, spec.name) not in self.aims.used or spec.name == "id_number":
                continue
            # The value first: what is unknown is then drawn with no fewer choices, and
            # shrinks to what is known.
            value = self.draw(self.values(owner, spec))
            unknown = not self.complete and self.draw(self.seldom(False, True))
            given[spec.name] = None if unknown else value
        return given

    def seldom(self, usual: Any, *others: Any) -> st.SearchStrategy[Any]:
        """The usual value, rarely another one; less rarely when the household is not `quiet`."""
        return _seldom(28 if self.quiet else 3, usual, *others)

    def values(self, owner: str, spec: FieldSpec) -> st.SearchStrategy[Any]:
        """The values of a field, near its thresholds more often than not."""
        key = (owner, spec.name, self.quiet)
        if key not in self.strategies:
            self.strategies[key] = self.made(owner, spec)
        return self.strategies[key]

    def made(self, owner: str, spec: FieldSpec) -> st.SearchStrategy[Any]:
        """The strategy of a field, made when it is first asked for."""
        key = (owner, spec.name)
        match spec.type:
            case "bool":
                return self.seldom(False, True) if self.quiet else st.booleans()
            case "code":
                return st.sampled_from(spec.codes)
            case "codes":
                return st.lists(st.sampled_from(spec.codes), unique=True, max_size=2).map(sorted)
            case "date":
                days = (*self.aims.days, self.ruleset.effective_from)
                near = [day + timedelta(days=step) for day in days for step in (0, -1, 1)]
                return st.one_of(st.sampled_from(near), st.dates(OLD, self.ruleset.effective_from))
            case "text" | "citizen_id":
                return st.sampled_from([*self.aims.texts.get(key, ()), "其他"])
        return self.numbers(key, spec)

    def numbers(self, key: tuple[str, str], spec: FieldSpec) -> st.SearchStrategy[Any]:
        """Zero, the thresholds and their neighbours, and now and then anything."""
        of = type_of(spec)
        assert isinstance(of, Number)
        unit = Decimal(1).scaleb(-of.scale)
        low = Decimal(spec.minimum if spec.minimum is not None else -1000)
        high = Decimal(spec.maximum if spec.maximum is not None else 100_000)
        near = around(self.aims.numbers.get(key, ()), unit, heads=key[0] == HOUSEHOLD)
        aimed = [value for value in (Decimal(0), *near) if low <= value <= high] or [low]
        if of.scale == 0:
            whole = st.sampled_from([int(value) for value in aimed if value == int(value)] or [0])
            return st.one_of(whole, st.integers(int(low), int(high)))
        nothing = st.just(aimed[0])
        cents = st.integers(int(low) * 100, int(high) * 100)
        anything = cents.map(lambda units: Decimal(units).scaleb(-2))
        if self.quiet:
            return st.one_of(nothing, nothing, nothing, st.sampled_from(aimed), anything)
        return st.one_of(nothing, st.sampled_from(aimed), anything)


@cache
def _seldom(times: int, usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([*[usual] * times, *others])
