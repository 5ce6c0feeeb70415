"""Hypothesis strategies: households and rosters aimed at where a rule set decides."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st

from shibie.household import Adjudication
from shibie.language.names import MEMBERS
from shibie.proofs.witness import is_valid, record_of
from shibie.registers.rows import RegisterRow
from shibie.rosters.household_input import ADJUDICATIONS
from shibie.rosters.roster import Roster
from shibie.ruleset.model import RuleSet
from shibie.testing.drawing import Drawing, DrawingPlan, Given
from shibie.testing.situation import Situation


def households(
    ruleset: RuleSet, as_of: date | None = None, complete: bool = False
) -> st.SearchStrategy[Situation]:
    """Households of every kind that the rule set tells apart, with facts missing.

    They shrink towards one member, nothing compared, zeros, and few facts; citizen numbers
    are always valid, and so is every household.

    Args:
        ruleset: the pack. Only what its rules ask for is drawn.
        as_of: the day of judgement; by default any day of its effect.
        complete: leave nothing unknown.
    """
    return _situations(ruleset, DrawingPlan.of(ruleset), as_of, complete)


def rosters(
    ruleset: RuleSet, as_of: date, complete: bool = False, most: int = 5
) -> st.SearchStrategy[Roster]:
    """Rosters as `check` takes them: households, register rows and adjudications.

    Args:
        ruleset: the pack.
        as_of: the day of judgement.
        complete: leave nothing unknown.
        most: how many households at most.
    """
    return _rosters(ruleset, DrawingPlan.of(ruleset), as_of, complete, most)


def _days(ruleset: RuleSet) -> st.SearchStrategy[date]:
    """Days of judgement: where a parameter changes, the ends of the effect, and any other."""
    changes = [
        day + timedelta(days=step)
        for parameter in ruleset.parameters.values()
        for series in parameter.series.values()
        for day, _ in series
        for step in (0, -1)
    ]
    ends = [ruleset.effective_to, ruleset.effective_from]
    near = [*dict.fromkeys(day for day in (*ends, *changes) if ruleset.in_force(day))]
    return st.one_of(st.sampled_from(near), st.dates(ruleset.effective_from, ruleset.effective_to))


@st.composite
def _situations(
    draw: st.DrawFn, ruleset: RuleSet, plan: DrawingPlan, as_of: date | None, complete: bool
) -> Situation:
    day = draw(_days(ruleset)) if as_of is None else as_of
    drawing = Drawing(draw, ruleset, plan, day, complete)
    given = drawing.household(drawing.supplied())
    assume(is_valid(ruleset, given))
    return Situation(day, given, ruleset)


@st.composite
def _rosters(
    draw: st.DrawFn, ruleset: RuleSet, plan: DrawingPlan, as_of: date, complete: bool, most: int
) -> Roster:
    drawing = Drawing(draw, ruleset, plan, as_of, complete)
    supplied = drawing.supplied()
    count = draw(st.integers(0, most))
    drawn = [drawing.household(supplied, number) for number in range(count)]
    model = ruleset.vocabulary.household_model
    found, rows, adjudications = [], {name: list[RegisterRow]() for name in supplied}, []
    for index, given in enumerate(drawn):
        assume(is_valid(ruleset, given))
        name = str(index + 1)
        found.append(model.model_validate(record_of(ruleset, given, name)))
        for member in given[MEMBERS]:
            # Nobody could say whose the rows of a person without a number are.
            for register in supplied if member.get("id_number") else ():
                for values in member.get(register, ()):
                    match = ruleset.registers[register].match
                    row: Mapping[str, Any] = {**_frozen(values), match: member["id_number"]}
                    rows[register].append(RegisterRow(len(rows[register]) + 2, row))
        adjudications += [
            Adjudication(
                household_id=name, rule_id=rule, verdict=verdict,
                evidence="假定", officer="假定", date=as_of,
            )
            for rule, verdict in given.get(ADJUDICATIONS, {}).items()
        ]  # fmt: skip
    return Roster(
        households=tuple(found),
        registers={
            name: tuple(rows[name]) if name in supplied else None for name in ruleset.registers
        },
        adjudications=tuple(adjudications),
        steps=(),
        rejected=(),
        rejected_households=(),
        given=len(found),
        notes=(),
    )


def _frozen(values: Given) -> Given:
    return {
        key: frozenset(value) if isinstance(value, list) else value for key, value in values.items()
    }
