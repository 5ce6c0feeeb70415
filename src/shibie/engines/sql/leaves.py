"""The leaves of conditions: constants, parameters, declared fields, verdicts and derived facts."""

from __future__ import annotations

from decimal import Decimal

from sqlglot import exp

from shibie.engines.sql import dates
from shibie.engines.sql.building import FALSE, TRUE, Sql, binary, case, is_true, typed
from shibie.engines.sql.ends import Ends, Intervals
from shibie.engines.sql.plan import FOUND_ELSEWHERE, HOUSEHOLDS, MEMBERS
from shibie.language import tree
from shibie.language.tree import HOUSEHOLD, MEMBER
from shibie.language.types import DATE, Number


class Leaves(Intervals):
    """Reads what a condition draws on; most of it stands in a column of a source."""

    def _literal(self, node: tree.Literal, _place: str) -> Sql:
        return self.constant(node.value, node.type)

    def _as_of(self, node: tree.AsOf, _place: str) -> Sql:
        return self.constant(self.asked.as_of, node.type)

    def _parameter(self, node: tree.Parameter, _place: str) -> Sql:
        parameter = self.ruleset.parameters[node.name]
        of = parameter.type
        exact = self.exact(HOUSEHOLDS)
        if node.key is None:
            found = parameter.value(self.asked.as_of)
            return exact.null(of) if found is None else exact.literal(found, of)
        key = self.bound(node.key, HOUSEHOLDS)
        by = node.key.type
        arms = [
            (
                binary(
                    exp.EQ,
                    key,
                    self.constant(Decimal(name) if isinstance(by, Number) else name, by),
                ),
                exact.literal(found, of),
            )
            for name in map(str, parameter.series)
            if (found := parameter.value(self.asked.as_of, name)) is not None
        ]
        found_value = case(*arms, default=exact.null(of)) if arms else exact.null(of)
        return self.plan.derive(HOUSEHOLDS, found_value)

    def _declared(self, node: tree.Field | tree.Declared, _place: str) -> Sql:
        """What the form says, before any comparison."""
        return self.plan.source(HOUSEHOLDS if node.owner == HOUSEHOLD else MEMBERS, node.name)

    def _record(self, node: tree.Field) -> Sql:
        """The SQL of a step's record, of a verdict, or of a tree that is defined from these."""
        key = (node.owner, node.name)
        if key in self.definitions:
            return self.bound(self.definitions[key], HOUSEHOLDS)
        return self.records(*key)

    def trusts(self, node: tree.Field) -> bool:
        """Whether a compared fact is taken as declared."""
        hits = self.ruleset.comparison_of(node.owner, node.name)
        return hits is not None and hits.collection.name in self.asked.trusted

    def compared(self, node: tree.Field) -> tree.Quantifier | None:
        """The comparison that a declared value must stand, unless it is trusted."""
        hits = self.ruleset.comparison_of(node.owner, node.name)
        if hits is None or hits.collection.name in self.asked.trusted:
            return None
        return hits

    def _field(self, node: tree.Field, place: str) -> Sql:
        if node.owner in self.rows:
            return self.plan.source(self.rows[node.owner], node.name)
        if node.owner not in (HOUSEHOLD, MEMBER):
            return self._record(node)
        said, hits = self._declared(node, place), self.compared(node)
        if hits is None:
            if (node.owner, node.name) in self.ruleset.absences and self.trusts(node):
                # Who is on the form is said to be there, unless he is said to be absent.
                return exp.Coalesce(this=said, expressions=[FALSE])
            return said
        owner = MEMBERS if node.owner == MEMBER else HOUSEHOLDS
        found = self.value(hits, owner)
        if self.ruleset.registers[hits.collection.name].absence == "unknown":
            found = case((found, TRUE), default=typed(exp.null(), "BOOLEAN"))
        settled = case((is_true(said), TRUE), default=found)
        return self.plan.derive(owner, settled)

    def _sex(self, _node: tree.Given, _place: str) -> Sql:
        return self.plan.source(MEMBERS, "sex_")

    def _age(self, _node: tree.Given, _place: str) -> Sql:
        born = self.plan.source(MEMBERS, "born_")
        as_of = self.constant(self.asked.as_of, DATE)
        return self.plan.derive(MEMBERS, dates.years(born, as_of, self.dialect))

    def _counted(self, _node: tree.Given, _place: str) -> Sql:
        persons = self.ruleset.persons
        return TRUE if persons is None else self.bound(persons.counted, MEMBERS)

    def _found_elsewhere(self, _node: tree.FoundElsewhere, _place: str) -> Sql:
        return self.plan.source(MEMBERS, FOUND_ELSEWHERE)

    def _fact(self, node: tree.Fact, _place: str) -> Sql | Ends:
        owner = MEMBERS if node.owner == MEMBER else HOUSEHOLDS
        found = self.read(self.ruleset.facts[node.owner, node.name].node, owner)  # type: ignore[index]
        return found if isinstance(found, Ends) else self.plan.derive(owner, found)
