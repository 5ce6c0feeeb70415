"""A household that shows something: valid, as small as it can be, confirmed by the interpreter."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from shibie.case import Case
from shibie.decision import Decision
from shibie.engines.decide import decide
from shibie.errors import InputError
from shibie.language.names import ELSEWHERE, MEMBERS
from shibie.rosters.household_input import ADJUDICATIONS, case_from
from shibie.ruleset.model import RuleSet
from shibie.vocabulary import unused

Given = dict[str, Any]
# What a witness is to show, of one household or of one before and after.
Claim = Callable[[tuple[Case, ...]], bool]


class UnconfirmedError(AssertionError):
    """The interpreter does not confirm what the solver found: a fault in shibie itself."""


@dataclass(frozen=True)
class Witness:
    """One household, or one before and after a change, as `given` takes it."""

    as_of: date
    states: tuple[Given, ...]

    def cases(self, ruleset: RuleSet) -> tuple[Case, ...]:
        """The cases of its states."""
        return tuple(case_from(ruleset, state, self.as_of) for state in self.states)

    def decisions(self, ruleset: RuleSet) -> tuple[Decision, ...]:
        """What the interpreter decides on its states."""
        return tuple(decide(ruleset, case) for case in self.cases(ruleset))


def confirmed(ruleset: RuleSet, witness: Witness, claim: Claim) -> bool:
    """Whether it is a valid household of which the claim holds."""
    try:
        cases = witness.cases(ruleset)
    except InputError:
        return False
    return all(is_valid(ruleset, state) for state in witness.states) and claim(cases)


def record_of(ruleset: RuleSet, given: Given, household_id: str = "1") -> Given:
    """The household alone, as its model takes it: no registers, nothing unknown."""
    registers, elsewhere = ruleset.registers, unused(ELSEWHERE, ruleset.vocabulary.member)
    members = [
        {"member_id": str(index + 1)}
        | {
            key: value
            for key, value in member.items()
            if value is not None and key not in registers and key != elsewhere
        }
        for index, member in enumerate(given[MEMBERS])
    ]
    other = {*registers, MEMBERS, ADJUDICATIONS}
    facts = {key: value for key, value in given.items() if value is not None and key not in other}
    return {**facts, "household_id": household_id, MEMBERS: members}


def is_valid(ruleset: RuleSet, given: Given) -> bool:
    """Whether a roster could hold such a household."""
    try:
        ruleset.vocabulary.household_model.model_validate(record_of(ruleset, given))
    except ValidationError:
        return False
    return True


def smallest(ruleset: RuleSet, witness: Witness, claim: Claim) -> Witness:
    """The witness without whatever the claim does not need, and with plain numbers.

    Members, rows, facts and whole registers are left out one at a time, in every state, and
    numbers made round, as long as the interpreter still confirms the claim.
    """
    progress = True
    while progress:
        progress = False
        for path in list(_parts(witness.states[0])):
            states = tuple(_without(state, path) for state in witness.states)
            smaller = Witness(witness.as_of, states)
            if states != witness.states and confirmed(ruleset, smaller, claim):
                witness, progress = smaller, True
    return _plain_numbers(ruleset, witness, claim)


Path = tuple[str | int, ...]


def _parts(given: Given) -> Iterator[Path]:
    """What can be left out, the largest first."""
    members = given[MEMBERS]
    if len(members) > 1:
        yield from ((MEMBERS, index) for index in reversed(range(len(members))))
    for index, member in enumerate(members):
        for key, value in member.items():
            if isinstance(value, list):
                yield from ((MEMBERS, index, key, row) for row in reversed(range(len(value))))
            elif key != "id_number":
                yield (MEMBERS, index, key)
    for key, value in given.items():
        if key == ADJUDICATIONS:
            yield from ((key, rule) for rule in value)
        elif key != MEMBERS and not any(key in member for member in members):
            yield (key,)
    for index, member in enumerate(members):
        for key, value in member.items():
            if isinstance(value, list):
                for row, cells in enumerate(value):
                    yield from ((MEMBERS, index, key, row, column) for column in cells)


def _plain_numbers(ruleset: RuleSet, witness: Witness, claim: Claim) -> Witness:
    for path, value in list(_numbers(witness.states[0])):
        if any(_at(state, path) != value for state in witness.states):
            continue
        for plain in (0, 1, 1000, 10_000, round(value, -3), round(value, -2), round(value)):
            if plain == value:
                break
            states = tuple(_with(state, path, type(value)(plain)) for state in witness.states)
            plainer = Witness(witness.as_of, states)
            if confirmed(ruleset, plainer, claim):
                witness = plainer
                break
    return witness


def _numbers(given: Given, at: Path = ()) -> Iterator[tuple[Path, Any]]:
    found = _at(given, at)
    if isinstance(found, dict | list):
        keys = list(found) if isinstance(found, dict) else range(len(found))
        for key in keys:
            yield from _numbers(given, (*at, key))
    elif isinstance(found, int | Decimal) and not isinstance(found, bool):
        yield at, found


def _at(given: Given, path: Path) -> Any:
    found: Any = given
    for step in path:
        try:
            found = found[step]
        except (KeyError, IndexError):
            return None
    return found


def _with(given: Given, path: Path, value: Any) -> Given:
    found = copy.deepcopy(given)
    _at(found, path[:-1])[path[-1]] = value
    return found


def _without(given: Given, path: Path) -> Given:
    found = copy.deepcopy(given)
    at: Any = found
    try:
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]
    except (KeyError, IndexError):
        return given
    for member in found[MEMBERS]:
        for key in [key for key, value in member.items() if value == []]:
            del member[key]
    if found.get(ADJUDICATIONS) == {}:
        del found[ADJUDICATIONS]
    return found
