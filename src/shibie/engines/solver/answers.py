"""Between symbolic and concrete: a case pinned onto a household, a model read as one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, cast

from shibie import citizen_id
from shibie.bounds import INFINITE, bounded
from shibie.case import Case
from shibie.case import Value as Plain
from shibie.engines.solver.days import Day
from shibie.engines.solver.household import HouseholdTerms, Slot
from shibie.engines.solver.logic import BoolTerm, TruthTerm, agree, both, certain, inverse
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.values import CodeSet, Dated, End, NumberTerm, ValueTerm, Word
from shibie.engines.solver.z3lib import z3
from shibie.language.names import ELSEWHERE, PERHAPS
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import Code, type_of
from shibie.vocabulary import unused

Given = dict[str, Any]
REGION = "511921"
# Of a person whose age no condition asks for.
ANY_BIRTH = date(1980, 1, 1)


# --- a case onto a household ------------------------------------------------------------


def pins(household: Symbolic, case: Case) -> Iterator[BoolTerm]:
    """Constraints that make the symbolic household the case, as far as it was asked about.

    What is unknown in the case is only said to be unknown: its value stays open, so that a
    term which depends on the value of an unknown fact would be seen to.

    Raises:
        ValueError: for a case with more members or rows than the bound, or with rows that a
            symbolic household does not have: of several members at once, or of a crowd.
    """
    members = len(case.household.members)
    most = max((len(rows.items) for table in case.rows.values() for rows in table), default=0)
    if members > household.bound.members or most > household.bound.rows:
        raise ValueError(f"{members} members, {most} rows: beyond the bound {household.bound}")
    for register in household.ruleset.registers:
        if any(len(owners) > 1 for owners in case.owners_of(register).values()):
            raise ValueError(f"a row of {register} is, or may be, about several members")
        if any(row.crowd for rows in case.rows.get(register, ()) for row in rows.items):
            raise ValueError(f"a row of {register} tells nobody apart")
    yield household.as_of.key == Day.of(case.as_of).key
    for register in household.ruleset.registers:
        yield agree(household.supplied(register), register in case.supplied)
    for member in range(household.bound.members):
        here = member < members
        yield agree(household.present(member), here)
        number = case.numbers[member] if here else None
        yield agree(household.numbered(member), number is not None)
        if number is not None:
            yield household.born(member).key == Day.of(citizen_id.birth_date(number)).key
            yield agree(household.male(member), citizen_id.sex(number) == "男")
        yield agree(household.elsewhere(member), here and member in case.elsewhere)
        for register in household.ruleset.registers:
            rows = case.rows_of(register, member) if here else None
            complete = rows is not None and rows.complete
            yield agree(household.complete(register, member), complete)
            for row in range(household.bound.rows):
                there = rows is not None and row < len(rows.items)
                yield agree(household.row(register, member, row), there)
                if rows is not None and there:
                    yield agree(household.sure(register, member, row), rows.items[row].sure)
    for rule in (*household.ruleset.exclusions, *household.ruleset.reviews):
        said = case.adjudications[rule.id].verdict if rule.id in case.adjudications else ""
        for word in rule.verdicts:
            yield agree(household.verdict(rule.id, word), word == said)
    for slot, value in list(household.slots.items()):
        yield _pinned(household, slot, value, _plain(case, slot))


def _plain(case: Case, slot: Slot) -> Plain:
    """The value of a fact in a case; None where there is no such member or row."""
    if slot.owner == HOUSEHOLD:
        return cast("Plain", getattr(case.household, slot.name))
    if slot.member is None or slot.member >= len(case.household.members):
        return None
    if slot.owner == MEMBER:
        return cast("Plain", getattr(case.household.members[slot.member], slot.name))
    rows = case.rows_of(slot.owner, slot.member).items
    assert slot.row is not None
    return rows[slot.row].values.get(slot.name) if slot.row < len(rows) else None


def _pinned(household: Symbolic, slot: Slot, value: ValueTerm, plain: Plain) -> BoolTerm:
    if plain is None:
        return inverse(value.known)
    match value:
        case TruthTerm():
            said = certain(cast("bool", plain))
            return both(agree(value.yes, said.yes), agree(value.no, said.no))
        case NumberTerm():
            units = NumberTerm.of(cast("Decimal", plain), value.scale).units
            return both(value.known, value.units == units)
        case Dated():
            return both(value.known, value.day.key == Day.of(cast("date", plain)).key)
        case Word():
            of = type_of(household.ruleset.field_specs(slot.owner)[slot.name])
            text = cast("str", plain)
            place = of.codes.index(text) if isinstance(of, Code) else household.texts.place(text)
            return both(value.known, value.place == place)
        case CodeSet():
            chosen = cast("frozenset[str]", plain)
            return both(value.known, *(agree(has, code in chosen) for code, has in value.has.items()))  # fmt: skip


# --- a model read -----------------------------------------------------------------------


class SolverModel:
    """Reads plain values from a model of the solver; values that it leaves open are invented."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def bool(self, term: BoolTerm) -> bool:
        """A truth."""
        if isinstance(term, bool):
            return term
        return bool(z3.is_true(self.model.eval(term, model_completion=True)))

    def whole(self, term: Any) -> int:
        """A whole number."""
        if isinstance(term, int):
            return term
        return int(self.model.eval(term, model_completion=True).as_long())

    def day(self, day: Day) -> date:
        """A day."""
        return date(self.whole(day.year), self.whole(day.month), self.whole(day.day))

    def _end(self, end: End, scale: int) -> Decimal | None:
        if not self.bool(end.has):
            return None
        return Decimal(self.whole(end.units)).scaleb(-scale)

    def value(
        self, facts: HouseholdTerms, value: ValueTerm, codes: tuple[str, ...] | None = None
    ) -> Plain:
        """A value; None where it is unknown. `codes` are the list that a code is from."""
        match value:
            case TruthTerm():
                return True if self.bool(value.yes) else False if self.bool(value.no) else None
            case NumberTerm():
                least, most = (self._end(end, value.scale) for end in (value.least, value.most))
                found = bounded(
                    -INFINITE if least is None else least, INFINITE if most is None else most
                )
                exact = isinstance(found, Decimal) and value.scale == 0
                return int(cast("Decimal", found)) if exact else found
            case _ if not self.bool(value.known):
                return None
            case Dated():
                return self.day(value.day)
            case Word():
                place = self.whole(value.place)
                return codes[place] if codes is not None else facts.texts.text(place)
            case CodeSet():
                return frozenset(code for code, has in value.has.items() if self.bool(has))


def given_of(facts: HouseholdTerms, symbolic: Symbolic, model: Any) -> tuple[Given, date]:
    """The household of a model as `given` takes it, with every fact that was asked about.

    Args:
        facts: the household to read, maybe a changed one.
        symbolic: what it was made from; it knows which facts were asked about.
        model: the solver's model.

    Returns:
        The plain data, and the day of judgement.
    """
    answer = SolverModel(model)
    ruleset = facts.ruleset

    def plain(slot: Slot) -> Plain:
        of = type_of(ruleset.field_specs(slot.owner)[slot.name])
        codes = of.codes if isinstance(of, Code) else None
        return answer.value(facts, facts.fact(slot), codes)

    slots = [slot for slot in symbolic.slots if not slot.owner.startswith("step:")]
    given: Given = {slot.name: plain(slot) for slot in slots if slot.owner == HOUSEHOLD}
    as_of = answer.day(facts.as_of)
    members: list[Given] = []
    supplied = [name for name in ruleset.registers if answer.bool(facts.supplied(name))]
    for member in range(facts.bound.members):
        if not answer.bool(facts.present(member)):
            continue
        numbered = ruleset.field_spec(MEMBER, "id_number") is not None
        person: Given = {"id_number": _number(answer, facts, symbolic, member)} if numbered else {}
        person |= {
            slot.name: plain(slot)
            for slot in slots
            if slot.owner == MEMBER and slot.member == member and slot.name != "id_number"
        }
        if answer.bool(facts.elsewhere(member)):
            person[unused(ELSEWHERE, ruleset.vocabulary.member)] = True
        for register in supplied:
            rows = [
                {slot.name: plain(slot) for slot in slots if slot[:1] + slot[2:] == (register, member, row)}
                | ({} if answer.bool(facts.sure(register, member, row)) else {unused(PERHAPS, ruleset.registers[register].columns): True})
                for row in range(facts.bound.rows)
                if answer.bool(facts.row(register, member, row))
            ]  # fmt: skip
            if rows:
                person[register] = rows
        members.append(person)
    given["members"] = members
    given |= {register: [] for register in supplied}
    verdicts = {
        rule.id: word
        for rule in (*ruleset.exclusions, *ruleset.reviews)
        for word in rule.verdicts
        if answer.bool(facts.verdict(rule.id, word))
    }
    return given | ({"adjudications": verdicts} if verdicts else {}), as_of


def _number(
    answer: SolverModel, facts: HouseholdTerms, symbolic: Symbolic, member: int
) -> str | None:
    """A valid synthetic number with the birth date and sex of the model."""
    if not answer.bool(facts.numbered(member)):
        return None
    sequence = 2 * member + 100 + answer.bool(facts.male(member))
    if member in symbolic.days:
        born = answer.day(facts.born(member))
    else:
        # Grown up on the day of judgement, also where that is long ago.
        today = answer.day(facts.as_of)
        born = (
            ANY_BIRTH if today.year > ANY_BIRTH.year + 20 else date(max(1, today.year - 30), 1, 1)
        )
    return citizen_id.make(REGION, born, sequence)
