"""What the lowered trees say, as columns: eligibility, and flag words for everything listed.

The outputs of a household are numbers and words of flags; `assemble` (or, for a folder,
`results.name_results`) puts the names to them that the lowered decision gives.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from shibie.decision import ELIGIBILITIES
from shibie.engines.sql.building import (
    FALSE,
    TRUE,
    WORD,
    Dialect,
    Sql,
    binary,
    binary_is,
    case,
    concatenated,
    either,
    is_null,
    is_true,
    negated,
    no_texts,
    number,
    words,
)  # fmt: skip
from shibie.engines.sql.compiling import RunSettings
from shibie.engines.sql.expressions import Compiler
from shibie.engines.sql.plan import HID, HOUSEHOLDS, MEMBERS, MID, QueryPlan, QueryStep
from shibie.engines.sql.queries import queries
from shibie.engines.sql.unknown_facts import Unknowns
from shibie.engines.sql.verdicts_and_steps import RecordColumns
from shibie.household import Verdict
from shibie.language.tree import HOUSEHOLD, MEMBER, Node
from shibie.lower import lowered
from shibie.lower.membership import parts
from shibie.lower.named import Named
from shibie.lower.standings import CLEARED, ELIGIBLE, INELIGIBLE
from shibie.ruleset.model import RuleSet

# How the relations of what is not known begin; a rule set keeps so many plans.
UNKNOWNS: Final = "u_"
MOST_PLANS: Final = 16
# Eligibilities as numbers, in the order of `ELIGIBILITIES`.
NUMBER_OF: Final = {name: place for place, name in enumerate(ELIGIBILITIES, start=1)}
# The flags of a finding's verdicts; each set is a flag of the findings, as `ft` and `fu` are.
VERDICT_FLAGS: Final[Mapping[Verdict, str]] = {"upheld": "fh", "refuted": "fr", "exempt": "fx"}


def count_words(flags: int) -> int:
    """How many flag words hold so many flags; at least one.

    >>> count_words(0), count_words(62), count_words(63)
    (1, 1, 2)
    """
    return max(1, -(-flags // WORD))


@dataclass(frozen=True)
class Outcomes:
    """The outputs of one run's plan.

    Attributes:
        steps: the SELECTs, in order; `<prefix>h_out` and `<prefix>m_out` are the last.
        sources: for each relation (h, m, r0, …) the source columns that are read.
    """

    steps: tuple[QueryStep, ...]
    sources: dict[str, tuple[str, ...]]


def planned_outcomes(
    ruleset: RuleSet, asked: RunSettings, dialect: Dialect, also: Sequence[str] = (),
    procedure: bool = False,
) -> Outcomes:  # fmt: skip
    """What `Judge.outcomes` compiles, once for a rule set and what is asked of it.

    Args:
        ruleset: the pack.
        asked: what the run asks of the tables.
        dialect: of the SQL.
        also: source columns of the household to be passed through.
        procedure: whether the steps are looked at.
    """
    return _kept(
        ruleset,
        ("outcomes", asked, dialect, tuple(also), procedure),
        lambda: Judge(ruleset, asked, dialect, procedure=procedure).outcomes(also),
    )


def planned_unknowns(ruleset: RuleSet, asked: RunSettings, dialect: Dialect) -> Outcomes:
    """What `Judge.unknowns` compiles, once likewise; its relations begin with `u_`."""
    return _kept(
        ruleset,
        ("unknowns", asked, dialect),
        lambda: Judge(ruleset, asked, dialect, UNKNOWNS).unknowns(),
    )


def _kept(ruleset: RuleSet, key: Hashable, make: Callable[[], Outcomes]) -> Outcomes:
    """A plan made before, or a new one; compiling takes longer than deciding a village."""
    plans: dict[Hashable, Outcomes] = ruleset.kept("sql plans", dict)
    found = plans.get(key)
    if found is None:
        if len(plans) >= MOST_PLANS:
            plans.clear()
        found = plans[key] = make()
    return found


class Judge:
    """Compiles a rule set's decision.

    Flag words of a household: `g` grounds, `w` reviews that wait; of findings `ft` true,
    `fu` unknown, and of each verdict (`VERDICT_FLAGS`); of the procedure's checks `pt`, `pu`. Of a household or a
    member: `tt` tracks given, `tu` left open, `tl` tallies, `dt` discrepancies; of a member who
    does not surely count: `wt`, `wu` the parts of that condition that are true, or unknown.
    """

    def __init__(
        self,
        ruleset: RuleSet,
        asked: RunSettings,
        dialect: Dialect,
        prefix: str = "",
        procedure: bool = False,
    ) -> None:
        crowds = frozenset(
            f"r{index}" for index, name in enumerate(ruleset.registers) if name in asked.crowds
        )
        self.ruleset, self.plan = ruleset, QueryPlan(dialect, prefix, crowds)
        self.lowered = lowered(ruleset, procedure)
        self.compiler = Compiler(
            ruleset, self.plan, asked, self.lowered.definitions, RecordColumns(self.plan, ruleset)
        )
        self.household: list[tuple[str, Sql]] = []
        self.members: list[tuple[str, Sql]] = []
        self.member_filter: Sql | None = None

    def outcomes(self, also: Sequence[str] = ()) -> Outcomes:
        """Every rule's outcome, the eligibility, tracks and discrepancies.

        Args:
            also: source columns of the household to be passed through.
        """
        self._decision()
        self._findings()
        self._of_owners()
        if also:
            self._uncounted()
        self.household += [(name, self.plan.source(HOUSEHOLDS, name)) for name in also]
        if also:
            self.household.append(("size_", self.plan.fold(MEMBERS, "count", self._heads())))
        return self._finish()

    def _heads(self) -> Sql:
        """Whether a member is one of the persons in figures: unless he surely does not count."""
        if self.ruleset.persons is None:
            return TRUE
        return negated(binary_is(self.compiler.counted, FALSE))

    def _uncounted(self) -> None:
        """Of who does not surely count: what each part of that condition is of him."""
        asked = [self._value(each, MEMBERS) for each in parts(self.ruleset)]
        if not asked:
            return
        for name, flags in (("wt", asked), ("wu", [is_null(each) for each in asked])):
            self.members += [(f"{name}{at}", each) for at, each in enumerate(words(flags))]
        assert self.member_filter is not None
        open_or_not = negated(is_true(self.compiler.counted))
        self.member_filter = either(self.member_filter, open_or_not)

    def unknowns(self) -> Outcomes:
        """The facts still needed, for the households in the sources."""
        unknowns = Unknowns(self.compiler)
        lists = []
        for each in self.lowered.awaited:
            found = unknowns.of_condition(each.node, each.name)
            if found != no_texts():
                lists.append(case((self._value(each.when), found), default=no_texts()))
        distinct = exp.func("LIST_DISTINCT" if self.plan.dialect == "duckdb" else "ARRAY_DISTINCT",
                            concatenated(lists))  # fmt: skip
        order = "LIST_SORT" if self.plan.dialect == "duckdb" else "ARRAY_SORT"
        self.household = [("unknown", exp.Anonymous(this=order, expressions=[distinct]))]
        return self._finish()

    def _finish(self) -> Outcomes:
        steps = queries(self.plan, self.members, self.household, self.member_filter)
        sources: dict[str, list[str]] = {}
        for column in self.plan.columns.values():
            # Keys are there without being asked for.
            if column.source is not None and column.source not in (HID, MID):
                sources.setdefault(column.relation, []).append(column.source)
        return Outcomes(tuple(steps), {name: tuple(cols) for name, cols in sources.items()})

    def _value(self, node: Node, place: str = HOUSEHOLDS) -> Sql:
        return self.compiler.bound(node, place)

    def _flags(self, name: str, flags: Sequence[Sql]) -> None:
        """Conditions of the household as the words of that name; unknown sets no flag."""
        for at, each in enumerate(words(flags)):
            self.household.append((f"{name}{at}", self.plan.derive(HOUSEHOLDS, each)))

    def _where_true(self, name: str, several: Sequence[Named]) -> None:
        self._flags(name, [self._value(each.node) for each in several])

    def _decision(self) -> None:
        judged = self._eligibility(ELIGIBLE)
        kinds = [
            (self._value(each.node), number(place))
            for place, each in enumerate(self.lowered.kinds, start=1)
        ]
        self.household += [
            ("judged", judged),
            ("eligibility", self._eligibility(CLEARED)),
            ("kind", case(*kinds, default=number(0)) if kinds else number(0)),
        ]
        standings = [
            (self._value(each.node), number(place))
            for place, each in enumerate(self.lowered.standings, start=1)
        ]
        if standings:
            # The last number is that of a standing that is open.
            open_ = self._value(self.lowered.undecided_standing), number(len(standings) + 1)
            found = case(*standings, open_, default=number(0))
            self.household.append(("standing", self.plan.derive(HOUSEHOLDS, found)))
        self._where_true("g", self.lowered.grounds)
        self._where_true("w", self.lowered.reviews)

    def _eligibility(self, eligible: Node) -> Sql:
        """The number of the eligibility, before (ELIGIBLE) or after (CLEARED) the procedure."""
        return self.plan.derive(HOUSEHOLDS, case(
            (self._value(eligible), number(NUMBER_OF["eligible"])),
            (self._value(INELIGIBLE), number(NUMBER_OF["ineligible"])),
            default=number(NUMBER_OF["pending"]),
        ))  # fmt: skip

    def _findings(self) -> None:
        findings = self.lowered.findings
        holds = [self._value(each.holds) for each in findings]
        self._flags("ft", holds)
        self._flags("fu", [is_null(each) for each in holds])
        for verdict, name in VERDICT_FLAGS.items():
            said = [dict(each.verdicts).get(verdict) for each in findings]
            self._flags(name, [FALSE if each is None else self._value(each) for each in said])
        if self.lowered.with_procedure:
            checks = [self._value(each.field) for each in self.lowered.checks]
            self._flags("pt", checks)
            self._flags("pu", [is_null(each) for each in checks])

    def _of_owners(self) -> None:
        """Tracks, tallies and discrepancies, of the household and of its members."""
        for owner, place in ((HOUSEHOLD, HOUSEHOLDS), (MEMBER, MEMBERS)):
            lists: list[tuple[str, list[tuple[str, Node]]]] = [
                ("tt", [(each.owner, each.given) for each in self.lowered.tracks]),
                ("tu", [(each.owner, each.open) for each in self.lowered.tracks]),
                ("tl", [(each.owner, each.node) for each in self.lowered.tallies]),
            ]
            if place == MEMBERS:
                lists.append(("dt", [(e.owner, e.node) for e in self.lowered.discrepancies]))
            outputs = [
                (f"{name}{at}", each)
                for name, trees in lists
                for at, each in enumerate(
                    words([self._value(node, place) if of == owner else FALSE for of, node in trees])
                )
            ]  # fmt: skip
            if place == HOUSEHOLDS:
                self.household += outputs
            else:
                self.members = outputs
        some = [value for _, value in self.members if value != number(0)]
        self.member_filter = (
            either(*(binary(exp.NEQ, value, number(0)) for value in some)) if some else FALSE
        )
