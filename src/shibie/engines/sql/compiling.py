"""What compiling any operator takes: the rule set, the plan of columns, types and constants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, cast

from shibie.engines.sql.arithmetic import Exact
from shibie.engines.sql.building import FALSE, TRUE, Dialect, Sql, text, typed
from shibie.engines.sql.plan import HOUSEHOLDS, QueryPlan
from shibie.language import tree
from shibie.language.tree import Node
from shibie.language.types import Bool, Codes, Date, Number, Type
from shibie.ruleset.model import RuleSet


@dataclass(frozen=True)
class RunSettings:
    """What one run asks of the tables.

    Attributes:
        as_of: the day of judgement.
        trusted: registers that were not supplied while declarations are trusted.
        perhaps: registers with rows that may be about somebody.
        shared: those of which a row may be about several members of one household.
        crowds: those with rows that tell nobody apart.
    """

    as_of: date
    trusted: frozenset[str] = frozenset()
    perhaps: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()
    crowds: frozenset[str] = frozenset()


class Compiling:
    """What all operators compile with; `Compiler` adds what each of them is in SQL.

    Args:
        ruleset: the pack.
        plan: collects the columns.
        asked: what the run asks of the tables.
        definitions: trees behind further (owner, name), all at the household.
        records: the SQL of what is told of a household beside its form, by (owner, name).
    """

    def __init__(
        self,
        ruleset: RuleSet,
        plan: QueryPlan,
        asked: RunSettings,
        definitions: Mapping[tuple[str, str], Node] | None = None,
        records: Callable[[str, str], Sql] | None = None,
    ) -> None:
        self.ruleset, self.plan, self.asked = ruleset, plan, asked
        self.definitions = definitions or {}
        self.records: Callable[[str, str], Sql] = records or _no_record
        self.dialect: Dialect = plan.dialect
        self.memo: dict[tuple[Node, str], Any] = {}
        self.rows = {name: f"r{index}" for index, name in enumerate(ruleset.registers)}

    def exact(self, place: str) -> Exact:
        """Arithmetic that names its repeated values at a place."""
        return Exact(self.dialect, partial(self.plan.derive, place))

    def value(self, node: Node, place: str) -> Sql:
        """The SQL of a node at a place."""
        raise NotImplementedError

    def bound(self, node: Node, place: str) -> Sql:
        """The node's value as a column (or constant), computed once."""
        return self.plan.derive(place, self.value(node, place))

    def sql_type(self, of: Type) -> str:
        """The SQL type of values of a static type."""
        match of:
            case Bool():
                return "BOOLEAN"
            case Number():
                return self.exact(HOUSEHOLDS).sql_type(of.digits)
            case Date():
                return "DATE"
            case Codes():
                return "ARRAY<TEXT>"
            case _:
                return "TEXT"

    def constant(self, value: tree.Constant, of: Type) -> Sql:
        """A constant of a static type."""
        match value:
            case bool():
                return TRUE if value else FALSE
            case Decimal():
                return self.exact(HOUSEHOLDS).literal(value, cast("Number", of))
            case date():
                return typed(text(value.isoformat()), "DATE")
            case _:
                return text(value)


def _no_record(owner: str, name: str) -> Sql:
    raise KeyError(f"{owner}.{name}")
