"""The procedure's violations, as `shibie.procedure` finds them, for all households at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from shibie.engine.relational.expressions import Compiler
from shibie.engine.relational.plan import HOUSEHOLDS
from shibie.engine.relational.sql import (
    FALSE,
    Sql,
    binary,
    both,
    case,
    either,
    is_null,
    is_true,
    negated,
    not_null,
    number,
    text,
    typed,
)  # fmt: skip
from shibie.language.types import DATE, Number
from shibie.ruleset.model import RuleSet, Step


@dataclass(frozen=True)
class Check:
    """One thing that can be wrong with a step.

    Attributes:
        rule_id: its name in findings; several checks may share one.
        wrong: whether it certainly is.
        open: whether a missing fact leaves it open.
        blocking: whether it keeps a household from being eligible.
    """

    rule_id: str
    wrong: Sql
    open: Sql
    blocking: bool


def rule_ids(ruleset: RuleSet) -> list[str]:
    """The names of all checks, in the order of findings."""
    found = []
    for step in ruleset.procedure:
        names = [f"before_{before}" for before in step.after]
        names += ["after_as_of", "actor"]
        names += ["unsigned"] if step.signed else []
        names += ["document"] * len(step.requires)
        names += ["notice"] if step.min_days is not None else []
        names += [condition.id for condition in step.must]
        found += [f"{step.id}.{name}" for name in names]
    return found


class Procedure:
    """Compiles a pack's procedure beside a judgement.

    Args:
        compiler: of the household's conditions.
        decided: for eligible, ineligible and pending, whether it is so.
    """

    def __init__(self, compiler: Compiler, decided: Sequence[tuple[str, Sql]]) -> None:
        self.compiler, self.ruleset = compiler, compiler.ruleset
        for word, value in decided:
            compiler.records["decision", word] = value
        for step in self.ruleset.procedure:
            for name in STEP_FIELDS:
                compiler.records[f"step:{step.id}", name] = self.field(step, name)

    def field(self, step: Step, name: str) -> Sql:
        """A field of a step's record; NULL where the household has none."""
        return self.compiler.plan.source(HOUSEHOLDS, f"step{step.number}_{name}")

    def checks(self) -> list[Check]:
        """All checks, in the order of findings."""
        found = []
        for step in self.ruleset.procedure:
            there = self.field(step, "present")
            for name, wrong, open_ in self._of(step):
                found.append(
                    Check(
                        f"{step.id}.{name}", is_true(both(there, wrong)),
                        is_true(both(there, open_)), step.blocking,
                    )
                )  # fmt: skip
        return found

    def _of(self, step: Step) -> Iterator[tuple[str, Sql, Sql]]:
        yield from self._order(step)
        as_of = self.compiler.constant(self.compiler.asked.as_of, DATE)
        days = [self.field(step, name) for name in ("done_on", "notice_from", "notice_to")]
        late = either(*(is_true(binary(exp.GT, day, as_of)) for day in days))
        yield "after_as_of", late, FALSE
        actor = self.field(step, "actor")
        yield "actor", binary(exp.NEQ, actor, text(step.actor)), is_null(actor)
        if step.signed:
            yield "unsigned", is_null(self.field(step, "signed_by")), FALSE
        for document in step.requires:
            yield "document", negated(self._has(step, document)), FALSE
        if step.min_days is not None:
            yield ("notice", *self._notice(step))
        for condition in step.must:
            holds = self.compiler.bound(condition.node, HOUSEHOLDS)
            yield condition.id, negated(holds), is_null(holds)

    def _order(self, step: Step) -> Iterator[tuple[str, Sql, Sql]]:
        """Each step after those that must come before it; the same day will do."""
        done, notice = self.field(step, "done_on"), self.field(step, "notice_from")
        begun = exp.Coalesce(this=notice, expressions=[done])
        by_id = {each.id: each for each in self.ruleset.procedure}
        for before in step.after:
            earlier = by_id[before]
            there = is_true(self.field(earlier, "present"))
            last, until = self.field(earlier, "done_on"), self.field(earlier, "notice_to")
            ended = case(
                (is_null(last), until), (is_null(until), last), default=exp.func("GREATEST", last, until)
            )  # fmt: skip
            undated = both(there, either(is_null(begun), is_null(ended)))
            early = both(there, binary(exp.LT, begun, ended))
            yield f"before_{before}", either(negated(there), early), undated

    def _has(self, step: Step, document: str) -> Sql:
        """Whether the record names a document; never NULL."""
        written = exp.Coalesce(this=self.field(step, "document"), expressions=[text("")])
        barred = exp.Anonymous(
            this="CONCAT",
            expressions=[
                text("|"),
                exp.Anonymous(this="REPLACE", expressions=[written, text("、"), text("|")]),
                text("|"),
            ],
        )
        place = exp.Anonymous(this="INSTR", expressions=[barred, text(f"|{document}|")])
        return binary(exp.GT, place, exp.Literal.number(0))

    def _notice(self, step: Step) -> tuple[Sql, Sql]:
        node = step.min_days
        assert node is not None
        assert isinstance(node.type, Number)
        least = self.compiler.bound(node, HOUSEHOLDS)
        if node.type.scale:
            unit = typed(exp.Literal.number(10**node.type.scale), "BIGINT")
            least = binary(exp.IntDiv, least, unit)
        first, last = self.field(step, "notice_from"), self.field(step, "notice_to")
        days = binary(
            exp.Add, self.compiler.days(first, last), number(int(step.counting == "inclusive"))
        )
        return binary(exp.LT, days, least), both(is_null(days), not_null(least))


STEP_FIELDS = (
    "done_on", "actor", "signed_by", "notice_from", "notice_to", "attendance",
    "eligible_voters", "votes_for", "objections", "document", "household_id", "step",
)  # fmt: skip
