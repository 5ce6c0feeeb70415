"""The main job: a roster and a rule set go in, decisions come out.

Nothing is lost on the way: every household of the input is decided or rejected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, Protocol

from shibie.case import Case
from shibie.decision import Decision
from shibie.errors import InputError, Lang, Words, bad_argument
from shibie.household import Adjudication
from shibie.procedure import standings, with_procedure
from shibie.registers.duplicates import found_elsewhere
from shibie.registers.matching import Matched, Registers, index, matched
from shibie.registers.set_aside import caveats
from shibie.registers.unmatched import matches, people_of
from shibie.rosters.roster import Roster
from shibie.ruleset.model import RuleSet

EngineName = Literal["interpreter", "duckdb", "rete"]
Decide = Callable[[RuleSet, Sequence[Case]], Iterable[Decision]]


class CheckedBy(Protocol):
    """By what a roster is judged, as of when, and how: what is true of each part of it."""

    @property
    def ruleset(self) -> RuleSet:
        """The rules."""
        ...

    @property
    def as_of(self) -> date:
        """The day of judgement."""
        ...

    @property
    def trust_declarations(self) -> bool:
        """Whether declared values stand in for registers not supplied."""
        ...

    @property
    def set_aside(self) -> Set[str]:
        """The registers of which rows that cannot be matched concern nobody."""
        ...


def caveats_of(checked_by: CheckedBy, lang: Lang) -> list[str]:
    """What every output of a check says of how it was judged (`registers.set_aside.caveats`)."""
    by = checked_by
    return caveats(by.ruleset, by.trust_declarations, by.set_aside, lang)


@dataclass(frozen=True)
class Checked:
    """A checked roster.

    Attributes:
        ruleset: what it was checked by.
        roster: what was read, with what was rejected.
        registers: the indexed registers.
        cases: one for each decided household, in the roster's order.
        decisions: in the same order.
        as_of: the day of judgement.
        trust_declarations: whether declared values stood in for registers not supplied.
        set_aside: the registers of which rows that cannot be matched concerned nobody.
    """

    ruleset: RuleSet
    roster: Roster
    registers: Registers
    cases: tuple[Case, ...]
    decisions: tuple[Decision, ...]
    as_of: date
    trust_declarations: bool
    set_aside: Set[str] = frozenset()

    def matches(self) -> dict[str, tuple[int, int]]:
        """Of each supplied register, how many rows it has and how many surely are about persons."""
        people = people_of((case.household for case in self.cases), self.as_of)
        return {name: matches(each, people) for name, each in self.registers.of.items()}


def check(
    ruleset: RuleSet,
    roster: Roster,
    as_of: date,
    engine: EngineName = "interpreter",
    trust_declarations: bool = False,
    set_aside: Set[str] = frozenset(),
) -> Checked:
    """Decide every household of a roster.

    Args:
        ruleset: the rules.
        roster: the validated roster.
        as_of: the day as of which it is judged; it must lie in the rule set's effect.
        engine: which reading decides; all of them agree.
        trust_declarations: take declared values where a register was not supplied.
        set_aside: names of registers of which rows that cannot be matched concern nobody.

    Raises:
        InputError: when the rule set is not in force on that day.
    """
    must_be_in_force(ruleset, as_of)
    registers = index(ruleset, roster.registers, as_of, set_aside, roster.links)
    verdicts = _by_household(roster.adjudications)
    found = [
        matched(
            ruleset,
            household,
            registers,
            as_of,
            verdicts.get(household.household_id),
            trust_declarations,
        )
        for household in roster.households
    ]
    cases = tuple(found_elsewhere((each.case for each in found), roster.same_persons))
    decisions = tuple(_with_rows_twice(engine_of(engine)(ruleset, cases), found))
    if ruleset.procedure and roster.steps:
        stands = standings(ruleset, cases, decisions, roster.steps)
        decisions = tuple(with_procedure(ruleset, decisions, stands))
    checked = Checked(
        ruleset, roster, registers, cases, decisions, as_of, trust_declarations, set_aside
    )
    assert roster.given == len(checked.decisions) + len(roster.rejected_households)
    return checked


def must_be_in_force(ruleset: RuleSet, as_of: date) -> None:
    """Refuse a day outside the rule set's effect."""
    if not ruleset.in_force(as_of):
        span = f"{ruleset.effective_from} – {ruleset.effective_to}"
        raise InputError(
            bad_argument(
                "as_of",
                Words(
                    f"{as_of} 不在规则 {ruleset.id} 的有效期 {span} 内",
                    f"{as_of} is outside the effect of {ruleset.id}, {span}",
                ),
                code="not_in_force",
            )
        )


def engine_of(name: EngineName) -> Decide:
    """The deciding function of an engine, imported only when it is asked for."""
    if name == "duckdb":
        from shibie.engines.sql import decide_all as decide_by_duckdb

        return decide_by_duckdb
    if name == "rete":
        from shibie.engines.rete import decide_all as decide_by_rete

        return decide_by_rete
    from shibie.engines.decide import decide

    return lambda ruleset, cases: (decide(ruleset, case) for case in cases)


def _by_household(
    adjudications: Iterable[Adjudication],
) -> Mapping[str, Mapping[str, Adjudication]]:
    found: defaultdict[str, dict[str, Adjudication]] = defaultdict(dict)
    for adjudication in adjudications:
        found[adjudication.household_id][adjudication.rule_id] = adjudication
    return found


def _with_rows_twice(decisions: Iterable[Decision], found: Iterable[Matched]) -> Iterable[Decision]:
    """The decisions with the rows of registers that came twice."""
    for decision, each in zip(decisions, found, strict=True):
        twice = each.findings
        yield replace(decision, findings=(*decision.findings, *twice)) if twice else decision
