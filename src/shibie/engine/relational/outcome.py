"""Rules → outcomes of every rule, eligibility, tracks, discrepancies: as flag words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlglot import exp

from shibie.engine.relational.expressions import Asked, Compiler
from shibie.engine.relational.plan import HOUSEHOLDS, MEMBERS, Plan, Step
from shibie.engine.relational.procedure import Procedure
from shibie.engine.relational.sql import (
    FALSE,
    TRUE,
    WORD,
    Dialect,
    Sql,
    binary,
    bit,
    both,
    case,
    concatenated,
    either,
    is_null,
    is_true,
    negated,
    no_texts,
    number,
    typed,
    words,
)  # fmt: skip
from shibie.engine.relational.unknown import Unknowns
from shibie.language import tree
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.ruleset.model import Rule, RuleSet

ELIGIBILITIES: Final = ("eligible", "ineligible", "pending")
ELIGIBLE, INELIGIBLE, PENDING = 1, 2, 3


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

    steps: tuple[Step, ...]
    sources: dict[str, tuple[str, ...]]


class Judge:
    """Compiles a rule set's decision."""

    def __init__(
        self,
        ruleset: RuleSet,
        asked: Asked,
        dialect: Dialect,
        prefix: str = "",
        procedure: bool = False,
    ) -> None:
        self.ruleset, self.plan = ruleset, Plan(dialect, prefix)
        self.compiler = Compiler(ruleset, self.plan, asked)
        self.household: list[tuple[str, Sql]] = []
        self._judged()
        # The households that the procedure leaves eligible: they are given tracks.
        self.cleared = self._equals(ELIGIBLE)
        if procedure:
            self._procedure()

    def outcomes(self, also: Sequence[str] = ()) -> Outcomes:
        """Every rule's outcome, the eligibility, tracks and discrepancies.

        Args:
            also: source columns of the household to be passed through.
        """
        self._tracks()
        self.household += [(name, self.plan.source(HOUSEHOLDS, name)) for name in also]
        if also:
            self.household.append(("size_", self.plan.fold(MEMBERS, "count", TRUE)))
        return self._finish()

    def unknowns(self) -> Outcomes:
        """The facts still needed, for the households in the sources."""
        unknowns = Unknowns(self.compiler)
        open_ = is_null(self.qualified)
        waiting = both(is_true(self.qualified), negated(self.waiting[0]), self.waiting[1])
        lists = [self._when(open_, unknowns.of_rule(self.ruleset.poor))]
        for index, rule in enumerate(self.ruleset.exclusions):
            stands = both(open_, negated(self._flag("rx", index)))
            lists.append(self._when(stands, unknowns.of_rule(rule)))
        for index, rule in enumerate(self.ruleset.reviews):
            upheld, refuted = self._flag("uv", index), self._flag("rv", index)
            asked = either(both(open_, upheld), both(waiting, negated(upheld), negated(refuted)))
            lists.append(self._when(asked, unknowns.of_rule(rule)))
        found = [each for each in lists if each != no_texts()]
        distinct = exp.func("LIST_DISTINCT" if self.plan.dialect == "duckdb" else "ARRAY_DISTINCT",
                            concatenated(found))  # fmt: skip
        order = "LIST_SORT" if self.plan.dialect == "duckdb" else "ARRAY_SORT"
        self.household = [("unknown", exp.Anonymous(this=order, expressions=[distinct]))]
        return self._finish()

    def _when(self, condition: Sql, found: Sql) -> Sql:
        if found == no_texts():
            return found
        return case((condition, found), default=no_texts())

    def _finish(self) -> Outcomes:
        members = getattr(self, "members", [])
        steps = self.plan.steps(members, self.household, getattr(self, "member_filter", None))
        sources: dict[str, list[str]] = {}
        for column in self.plan.columns.values():
            if column.source is not None:
                sources.setdefault(column.relation, []).append(column.source)
        return Outcomes(tuple(steps), {name: tuple(cols) for name, cols in sources.items()})

    # --- the judgement ------------------------------------------------------------------

    def _flag(self, name: str, index: int) -> Sql:
        return bit(self.plan.source(HOUSEHOLDS, f"{name}{index // WORD}"), index % WORD)

    def _outcome_words(self, name: str, rules: Sequence[Rule]) -> tuple[list[Sql], list[Sql]]:
        """The true and the unknown of several household rules, as named outputs."""
        values = [self.compiler.bound(rule.node, HOUSEHOLDS) for rule in rules]
        true = [self.plan.derive(HOUSEHOLDS, each) for each in words(values)]
        unknown = [
            self.plan.derive(HOUSEHOLDS, each) for each in words([is_null(v) for v in values])
        ]
        self.household += [(f"{name}t{at}", each) for at, each in enumerate(true)]
        self.household += [(f"{name}u{at}", each) for at, each in enumerate(unknown)]
        return true, unknown

    def _verdict(self, name: str, rules: Sequence[Rule]) -> list[Sql]:
        found: list[Sql] = [
            self.plan.source(HOUSEHOLDS, f"{name}{at}") for at in range(count_words(len(rules)))
        ]
        self.household += [(f"{name}{at}", each) for at, each in enumerate(found)]
        return found

    def _judged(self) -> None:
        """As `decision.judge`, on whole words at a time."""
        ruleset = self.ruleset
        self._outcome_words("c", ruleset.criteria)
        true_x, unknown_x = self._outcome_words("x", ruleset.exclusions)
        true_v, unknown_v = self._outcome_words("v", ruleset.reviews)
        refuted_x = self._verdict("rx", ruleset.exclusions)
        upheld_v = self._verdict("uv", ruleset.reviews)
        refuted_v = self._verdict("rv", ruleset.reviews)
        adjudicated = [
            binary(exp.BitwiseOr, a, b) for a, b in zip(upheld_v, refuted_v, strict=True)
        ]

        def standing(of_x: list[Sql], of_v: list[Sql]) -> Sql:
            found = [_without(a, b) for a, b in zip(of_x, refuted_x, strict=True)]
            found += [binary(exp.BitwiseAnd, a, b) for a, b in zip(of_v, upheld_v, strict=True)]
            return _any_set(found)

        def waiting(of_v: list[Sql]) -> Sql:
            return _any_set([_without(a, b) for a, b in zip(of_v, adjudicated, strict=True)])

        poor = self.compiler.bound(ruleset.poor.node, HOUSEHOLDS)
        boolean = typed(exp.null(), "BOOLEAN")
        derive = self.plan.derive
        not_excluded = derive(HOUSEHOLDS, case(
            (standing(true_x, true_v), FALSE), (standing(unknown_x, unknown_v), boolean),
            default=TRUE,
        ))  # fmt: skip
        self.qualified = derive(HOUSEHOLDS, both(poor, not_excluded))
        self.waiting = (
            derive(HOUSEHOLDS, waiting(true_v)), derive(HOUSEHOLDS, waiting(unknown_v))
        )  # fmt: skip
        ready = both(negated(self.waiting[0]), negated(self.waiting[1]))
        self.eligibility = derive(HOUSEHOLDS, case(
            (negated(self.qualified), number(INELIGIBLE)),
            (both(self.qualified, ready), number(ELIGIBLE)),
            default=number(PENDING),
        ))  # fmt: skip
        not_poor = case((negated(poor), TRUE), default=FALSE)
        self.household += [
            ("eligibility", self.eligibility), ("not_poor", not_poor), ("kind", self._kind())
        ]  # fmt: skip

    def _kind(self) -> Sql:
        """The number of the first true kind, from 1; 0 for none, or while one is open."""
        arms = [(binary(exp.EQ, self.eligibility, number(INELIGIBLE)), number(0))]
        for index, rule in enumerate(self.ruleset.kinds, start=1):
            value = self.compiler.bound(rule.node, HOUSEHOLDS)
            arms += [(is_null(value), number(0)), (value, number(index))]
        return case(*arms, default=number(0))

    def _equals(self, eligibility: int) -> Sql:
        return binary(exp.EQ, self.eligibility, number(eligibility))

    def _procedure(self) -> None:
        """Violations as words pt and pu; blocking ones leave an eligible household pending."""
        numbers = zip(ELIGIBILITIES, (ELIGIBLE, INELIGIBLE, PENDING), strict=True)
        decided = [(word, self._equals(each)) for word, each in numbers]
        checks = Procedure(self.compiler, decided).checks()
        for name, flags in (("pt", [c.wrong for c in checks]), ("pu", [c.open for c in checks])):
            derived = [self.plan.derive(HOUSEHOLDS, each) for each in words(flags)]
            self.household += [(f"{name}{at}", each) for at, each in enumerate(derived)]
        blocked = either(*(either(c.wrong, c.open) for c in checks if c.blocking))
        self.cleared = self.plan.derive(HOUSEHOLDS, both(self.cleared, negated(blocked)))
        final = case(
            (both(self._equals(ELIGIBLE), negated(self.cleared)), number(PENDING)),
            default=self.eligibility,
        )
        self.household = [each for each in self.household if each[0] != "eligibility"]
        self.household += [("eligibility", final), ("judged", self.eligibility)]

    # --- tracks, discrepancies, tallies -------------------------------------------------

    def _tracks(self) -> None:
        eligible, judged = self.cleared, self._equals(ELIGIBLE)
        tracks = self.ruleset.tracks
        true: list[tuple[str, Sql]] = []
        shown: list[Sql] = []
        for owner, place in ((HOUSEHOLD, HOUSEHOLDS), (MEMBER, MEMBERS)):
            flags = {
                index: self.compiler.bound(rule.node, place)
                for index, rule in enumerate(tracks)
                if rule.owner == owner
            }
            outputs = [
                *self._given("tt", [flags.get(index, FALSE) for index in range(len(tracks))], eligible),
                *self._given(
                    "tu",
                    [is_null(flags[i]) if i in flags else FALSE for i in range(len(tracks))],
                    judged,
                ),
                *self._tallies(owner, place, eligible),
            ]  # fmt: skip
            if place == HOUSEHOLDS:
                self.household += outputs
            else:
                true = outputs
        shown = [value for _, value in true]
        found = [(f"dt{at}", each) for at, each in enumerate(words(self._discrepancies()))]
        self.members = [*true, *found]
        some = [value for value in (*shown, *(value for _, value in found)) if value != number(0)]
        self.member_filter = (
            either(*(binary(exp.NEQ, value, number(0)) for value in some)) if some else FALSE
        )

    def _given(self, name: str, flags: Sequence[Sql], eligible: Sql) -> list[tuple[str, Sql]]:
        return [
            (f"{name}{at}", each if each == number(0) else case((eligible, each), default=number(0)))
            for at, each in enumerate(words(flags))
        ]  # fmt: skip

    def _tallies(self, owner: str, place: str, eligible: Sql) -> list[tuple[str, Sql]]:
        flags = [
            self.compiler.bound(rule.node, place) if rule.owner == owner else FALSE
            for rule in self.ruleset.tallies
        ]
        return self._given("tl", flags, eligible)

    def _discrepancies(self) -> list[Sql]:
        """For each register: a declared "no" against this member's rows."""
        found: list[Sql] = []
        for register in self.ruleset.registers.values():
            if register.checks is None:
                found.append(FALSE)
                continue
            owner, name = register.checks
            said = self.compiler.declared(tree.Field(owner, name))
            hits = tree.Quantifier(
                "any", tree.Collection(register.name, MEMBER), register.hit or tree.Literal(True)
            )
            found.append(both(negated(said), self.compiler.bound(hits, MEMBERS)))
        return found


def _without(value: Sql, gone: Sql) -> Sql:
    return binary(exp.BitwiseAnd, value, exp.BitwiseNot(this=exp.Paren(this=gone)))


def _any_set(values: Sequence[Sql]) -> Sql:
    return either(*(binary(exp.NEQ, value, number(0)) for value in values))
