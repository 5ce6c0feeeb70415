"""Verdicts of officers and records of steps as source columns of the SQL engine."""

from __future__ import annotations

from sqlglot import exp

from shibie.engines.sql.building import FALSE, WORD, Sql, binary, bit, number, text
from shibie.engines.sql.plan import HOUSEHOLDS, QueryPlan
from shibie.lower.procedure import NAMES, PRESENT
from shibie.ruleset.model import Rule, RuleSet


def adjudicable(ruleset: RuleSet) -> tuple[Rule, ...]:
    """The rules on which there may be verdicts, in the order of their flags."""
    return (*ruleset.exclusions, *ruleset.reviews)


class RecordColumns:
    """The SQL of a record by (owner, name).

    Verdicts are the flag words `upheld0`, `refuted0`, `exempt0`, …; a step's record is the columns
    `step3_done_on`, …, and `step3_present`.
    """

    def __init__(self, plan: QueryPlan, ruleset: RuleSet) -> None:
        self.plan = plan
        self.places = {rule.id: place for place, rule in enumerate(adjudicable(ruleset))}
        self.steps = {step.id: f"step{step.number}_" for step in ruleset.procedure}

    def __call__(self, owner: str, name: str) -> Sql:
        """The value of a record."""
        kind, _, which = owner.partition(":")
        if kind == "rule":
            place = self.places[which]
            return bit(self.plan.source(HOUSEHOLDS, f"{name}{place // WORD}"), place % WORD)
        prefix = self.steps[which]
        if name.startswith(NAMES):
            return self._names(prefix, name.removeprefix(NAMES))
        found = self.plan.source(HOUSEHOLDS, f"{prefix}{name}")
        if name == PRESENT:  # no record at all is NULL
            return exp.Coalesce(this=found, expressions=[FALSE])
        return found

    def _names(self, prefix: str, document: str) -> Sql:
        """Whether the record names a document; never NULL."""
        written = exp.Coalesce(
            this=self.plan.source(HOUSEHOLDS, f"{prefix}document"), expressions=[text("")]
        )
        bars = exp.Anonymous(this="REPLACE", expressions=[written, text("、"), text("|")])
        barred = exp.Anonymous(this="CONCAT", expressions=[text("|"), bars, text("|")])
        place = exp.Anonymous(this="INSTR", expressions=[barred, text(f"|{document}|")])
        return binary(exp.GT, place, number(0))
