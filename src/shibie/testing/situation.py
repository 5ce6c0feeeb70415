"""One household that a property test looks at, and what the rules make of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from shibie.case import Case
from shibie.decision import Decision
from shibie.engines.decide import decide
from shibie.engines.kleene import Truth
from shibie.errors import InputError
from shibie.language.names import Context
from shibie.language.parse import ExpressionError, parse
from shibie.language.tree import HOUSEHOLD
from shibie.language.types import Bool
from shibie.proofs.decision_conditions import truth
from shibie.rosters.household_input import case_from
from shibie.ruleset.checking.properties import PROPERTY
from shibie.ruleset.model import RuleSet
from shibie.ruleset.positions import SourceText


@dataclass(frozen=True, repr=False)
class Situation:
    """A household as of a day.

    Attributes:
        as_of: the day of judgement.
        given: its facts, as rule tests write them.
        ruleset: what decides on it.
    """

    as_of: date
    given: dict[str, Any]
    ruleset: RuleSet

    def __repr__(self) -> str:
        """What a failing test shows: the facts, as a rule test would have them."""
        from shibie.proofs.witness_text import dumped, readable

        given = readable(self.ruleset, self.given)
        return dumped({"as_of": self.as_of, "given": given}).strip()

    def _repr_pretty_(self, printer: Any, _cycle: bool) -> None:
        """The same, for Hypothesis."""
        printer.text(repr(self))

    @cached_property
    def case(self) -> Case:
        """What an engine decides on."""
        return case_from(self.ruleset, self.given, self.as_of)

    @cached_property
    def decision(self) -> Decision:
        """What the rule set decides."""
        return decide(self.ruleset, self.case)

    def truth(self, condition: str) -> Truth:
        """The truth of a condition: None where it is unknown.

        Args:
            condition: as in a pack's `properties:`; it sees the household's facts, the
                decision (`eligible`), and the rules (`payroll.holds`, `payroll.refuted`).

        Raises:
            InputError: for a condition that is not in the language, with its fault.
        """
        try:
            node = parse(condition, self.ruleset.names, _context(self.ruleset), Bool)
        except ExpressionError as error:
            page = SourceText("condition", condition)
            raise InputError(
                page.problem(page.span(each.at[0], sum(each.at)), each.what, each.suggestion)
                for each in error.refusals
            ) from None
        return truth(node, self.ruleset, self.case)

    def holds(self, condition: str) -> bool:
        """Whether a condition is known to be true."""
        return self.truth(condition) is True


def _context(ruleset: RuleSet) -> Context:
    rules = {rule.id: f"rule:{rule.id}" for rule in ruleset.rules}
    return Context(PROPERTY, {"household": HOUSEHOLD, "户": HOUSEHOLD, **rules}, HOUSEHOLD)
