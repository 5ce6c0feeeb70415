"""What reading any operator takes: the values of its operands, and constants, as terms."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import cast

from shibie.engines.solver import logic
from shibie.engines.solver.days import Day
from shibie.engines.solver.household import TOP, HouseholdTerms, SymbolicPlace
from shibie.engines.solver.logic import TruthTerm
from shibie.engines.solver.values import Dated, NumberTerm, ValueTerm, Word, truth
from shibie.language import tree, types
from shibie.language.tree import Node


class Operands:
    """What all operators read with; `SolverReading` adds what each of them is to the solver.

    Args:
        facts: the household.
        settled: values that stand in for facts of the rule set, by (owner, name).
        definitions: trees behind further (owner, name), all at the household.
    """

    def __init__(
        self,
        facts: HouseholdTerms,
        settled: Mapping[tuple[str, str], ValueTerm] | None = None,
        definitions: Mapping[tuple[str, str], Node] | None = None,
    ) -> None:
        self.facts, self.ruleset = facts, facts.ruleset
        self.settled, self.definitions = dict(settled or {}), definitions or {}
        self.memo: dict[tuple[str, str, int | None], ValueTerm] = {}

    def value(self, node: Node, place: SymbolicPlace = TOP) -> ValueTerm:
        """The value of a node at a place."""
        raise NotImplementedError

    def truth(self, node: Node, place: SymbolicPlace = TOP) -> TruthTerm:
        """The truth of a condition at a place."""
        return truth(self.value(node, place))

    def number(self, node: Node, place: SymbolicPlace) -> NumberTerm:
        """The number at a place."""
        value = self.value(node, place)
        assert isinstance(value, NumberTerm)
        return value

    def counts(self, member: int) -> TruthTerm:
        """Whether somebody who is on the form counts as a person of the household."""
        raise NotImplementedError

    def constant(self, value: tree.Constant, of: types.Type) -> ValueTerm:
        """A constant of a type."""
        match value:
            case bool():
                return logic.certain(value)
            case Decimal():
                return NumberTerm.of(value, max(0, -cast("int", value.as_tuple().exponent)))
            case date():
                return Dated(True, Day.of(value))
            case str() if isinstance(of, types.Code):
                return Word(True, of.codes.index(value))
            case _:
                return Word(True, self.facts.texts.place(value))
