"""The leaves of conditions: constants, parameters, declared fields, verdicts and derived facts."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import cast

from shibie.engines.solver import days, logic
from shibie.engines.solver.days import Day
from shibie.engines.solver.household import TOP, Slot, SymbolicPlace
from shibie.engines.solver.logic import TruthTerm, both, either, inverse, pick
from shibie.engines.solver.operands import Operands
from shibie.engines.solver.values import Dated, NumberTerm, ValueTerm, Word, chosen, limited, truth
from shibie.household import Verdict
from shibie.language import tree, types
from shibie.language.tree import HOUSEHOLD, MEMBER


class SymbolicLeaves(Operands):
    """Reads what a condition draws on from the terms of the household."""

    def _literal(self, node: tree.Literal, _place: SymbolicPlace) -> ValueTerm:
        return self.constant(node.value, node.type)

    def _as_of(self, _node: tree.AsOf, _place: SymbolicPlace) -> ValueTerm:
        return Dated(True, self.facts.as_of)

    def _parameter(self, node: tree.Parameter, _place: SymbolicPlace) -> ValueTerm:
        parameter = self.ruleset.parameters[node.name]
        scale = parameter.type.scale
        if node.key is None:
            return self._in_force(parameter.series.get(None, ()), scale)
        key = self.value(node.key, TOP)
        assert isinstance(key, Word | NumberTerm)
        by = node.key.type
        found = NumberTerm.exact(False, 0, scale, frozenset([0]))
        for name, series in parameter.series.items():
            if isinstance(by, types.Code) and name not in by.codes:
                continue
            if isinstance(key, NumberTerm):
                same = key.units == int(str(name))
            else:
                here = self.constant(str(name), by)
                assert isinstance(here, Word)
                same = key.place == here.place
            value = chosen(either(same), self._in_force(series, scale), found)
            found = cast("NumberTerm", value)
        return limited(found, key.known)

    def _in_force(self, series: tuple[tuple[date, Decimal], ...], scale: int) -> NumberTerm:
        """The value in force on the day of judgement."""
        found = NumberTerm.exact(False, 0, scale, frozenset([0]))
        for day, value in series:
            begun = either(self.facts.as_of.key >= Day.of(day).key)
            found = cast("NumberTerm", chosen(begun, NumberTerm.of(value, scale), found))
        return found

    def _field(self, node: tree.Field, place: SymbolicPlace) -> ValueTerm:
        if node.owner in self.ruleset.registers:
            member, row = cast("tuple[int, int]", place.row)
            return self.facts.fact(Slot(node.owner, node.name, member, row))
        if node.owner not in (HOUSEHOLD, MEMBER):
            return self._record(node)
        said = self._declared(node, place)
        hits = self.ruleset.comparison_of(node.owner, node.name)
        if hits is None:
            return said
        return truth(self._compared(node, hits, truth(said), place))

    def _declared(self, node: tree.Field | tree.Declared, place: SymbolicPlace) -> ValueTerm:
        """What the form says, before any comparison."""
        if node.owner == HOUSEHOLD:
            return self.facts.fact(Slot(HOUSEHOLD, node.name))
        return self.facts.fact(Slot(MEMBER, node.name, place.member))

    def _record(self, node: tree.Field) -> ValueTerm:
        """A verdict, or what is defined beside the form."""
        key = (node.owner, node.name, None)
        definition = self.definitions.get(key[:2])
        if definition is not None:
            if key not in self.memo:
                self.memo[key] = self.value(definition, TOP)
            return self.memo[key]
        rule_id = node.owner.removeprefix("rule:")
        return logic.decided(True, self.facts.verdict(rule_id, cast("Verdict", node.name)))

    def _compared(
        self, node: tree.Field, hits: tree.Quantifier, said: TruthTerm, place: SymbolicPlace
    ) -> ValueTerm:
        """A declared "no" counts only once it is compared, or where declarations are trusted."""
        key = (node.owner, f"\0{node.name}", place.member if node.owner == MEMBER else None)
        if key not in self.memo:
            at = SymbolicPlace(place.member) if node.owner == MEMBER else TOP
            register = hits.collection.name
            found = self.truth(hits, at)
            no = found.no if self.ruleset.registers[register].absence == "no" else False
            trusted = both(self.facts.trusting, inverse(self.facts.supplied(register)))
            # Who is on the form is said to be there, unless he is said to be absent.
            absence = (node.owner, node.name) in self.ruleset.absences
            self.memo[key] = TruthTerm(
                either(said.yes, both(inverse(trusted), found.yes)),
                both(inverse(said.yes), logic.choice(trusted, True if absence else said.no, no)),
            )
        return self.memo[key]

    def _sex(self, _node: tree.Given, place: SymbolicPlace) -> ValueTerm:
        member, codes = cast("int", place.member), types.SEX.codes
        sex = pick(self.facts.male(member), codes.index("男"), codes.index("女"))
        return Word(self.facts.numbered(member), sex)

    def _counted(self, _node: tree.Given, place: SymbolicPlace) -> ValueTerm:
        return self.counts(cast("int", place.member))

    def counts(self, member: int) -> TruthTerm:
        """Whether somebody who is on the form counts as a person of the household."""
        persons = self.ruleset.persons
        if persons is None:
            return logic.TRUE
        key = (MEMBER, "\0counted", member)
        if key not in self.memo:
            self.memo[key] = self.truth(persons.counted, SymbolicPlace(member))
        return truth(self.memo[key])

    def _found_elsewhere(self, _node: tree.FoundElsewhere, place: SymbolicPlace) -> ValueTerm:
        return logic.decided(True, self.facts.elsewhere(cast("int", place.member)))

    def _age(self, _node: tree.Given, place: SymbolicPlace) -> ValueTerm:
        member = cast("int", place.member)
        years = days.years_between(self.facts.born(member), self.facts.as_of)
        return NumberTerm.exact(self.facts.numbered(member), years, 0)

    def _fact(self, node: tree.Fact, place: SymbolicPlace) -> ValueTerm:
        member = place.member if node.owner == MEMBER else None
        key = (node.owner, node.name, member)
        if key not in self.memo:
            stands_in = self.settled.get((node.owner, node.name))
            at = SymbolicPlace(member)
            rule = self.ruleset.facts[node.owner, node.name]  # type: ignore[index]
            self.memo[key] = stands_in or self.value(rule.node, at)
        return self.memo[key]
