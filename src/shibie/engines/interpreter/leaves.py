"""Leaves: what is written, what the form, its comparisons and the records say, and facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from shibie import citizen_id
from shibie.bounds import is_known
from shibie.case import Value
from shibie.engines.interpreter.visiting import Reads, Visit, silently
from shibie.engines.kleene import Truth
from shibie.engines.place import Place
from shibie.language import tree
from shibie.language.names import EVERYONE
from shibie.language.operators import Key
from shibie.language.tree import HOUSEHOLD, MEMBER


def _literal(node: tree.Literal, place: Place, visit: Visit) -> Value:
    return node.value


def _as_of(node: tree.AsOf, place: Place, visit: Visit) -> Value:
    return place.case.as_of


def _parameter(node: tree.Parameter, place: Place, visit: Visit) -> Value:
    parameter = place.ruleset.parameters[node.name]
    if node.key is None:
        return parameter.value(place.case.as_of)
    key = visit(node.key, place.at_household())
    return parameter.value(place.case.as_of, key) if is_known(key) else None


_OF_THE_FORM = frozenset((HOUSEHOLD, MEMBER))


def _declared(node: tree.Field | tree.Declared, place: Place, visit: Visit) -> Value:
    """What the form says, before any comparison."""
    household = place.case.household
    whose = (
        household
        if place.member is None or node.owner == HOUSEHOLD
        else household.members[place.member]
    )
    value: Value = getattr(whose, node.name)
    return value


def _record(node: tree.Field, place: Place, visit: Visit) -> Value:
    """The value of a step's record, of a verdict, or of a tree that is defined from these."""
    key = (node.owner, node.name, None)
    if key in place.memo and visit is silently:
        return place.memo[key]
    told = place.records.get(node.owner)
    if told is not None and node.name in told:
        return told[node.name]
    definition = place.definitions.get(key[:2])
    if definition is not None:
        place.memo[key] = value = visit(definition, place.at_household())
        return cast("Value", value)
    kind, _, rule_id = node.owner.partition(":")
    if kind != "rule":
        return None
    verdict = place.case.adjudications.get(rule_id)
    return verdict is not None and verdict.verdict == node.name


def _field(node: tree.Field, place: Place, visit: Visit) -> Value:
    if place.row is not None and node.owner == place.register:
        return place.row.values.get(node.name)
    if node.owner not in _OF_THE_FORM:
        return _record(node, place, visit)
    said = _declared(node, place, visit)
    hits = place.ruleset.comparison_of(node.owner, node.name)
    if hits is None or said is True:
        return said
    register = hits.collection.name
    if place.case.trust_declarations and register not in place.case.supplied:
        absence = said is None and (node.owner, node.name) in place.ruleset.absences
        # Who is on the form is said to be there, unless he is said to be absent.
        return False if absence else said
    # A declared "no" counts only once it is compared, so it adds nothing here.
    value: Value = visit(hits, place if node.owner == MEMBER else place.at_household())
    if value is False and place.ruleset.registers[register].absence == "unknown":
        return None
    return value


def _age(node: tree.Given, place: Place, visit: Visit) -> Value:
    number = place.case.numbers[cast("int", place.member)]
    return None if number is None else citizen_id.age(number, place.case.as_of)


def _sex(node: tree.Given, place: Place, visit: Visit) -> Value:
    number = place.case.numbers[cast("int", place.member)]
    return None if number is None else citizen_id.sex(number)


def counted_key(member: int | None) -> tuple[str, str, int | None]:
    """Under what a place remembers whether somebody counts.

    Not under MEMBER: a pack may have a fact of its own of this name.
    """
    return EVERYONE, "counted", member


def _counted(node: tree.Given, place: Place, visit: Visit) -> Truth:
    persons = place.ruleset.persons
    if persons is None:
        return True
    key = counted_key(place.member)
    if key in place.memo and visit is silently:
        return cast("Truth", place.memo[key])
    place.memo[key] = value = visit(persons.counted, place.at_member(place.member))
    return cast("Truth", value)


def _found_elsewhere(node: tree.FoundElsewhere, place: Place, visit: Visit) -> bool:
    return place.member in place.case.elsewhere


def _fact(node: tree.Fact, place: Place, visit: Visit) -> Value:
    member = place.member if node.owner == MEMBER else None
    key = (node.owner, node.name, member)
    if key in place.memo and visit is silently:  # a trace wants the whole derivation, each time
        return place.memo[key]
    inside = place.at_household() if member is None else place.at_member(member)
    place.memo[key] = value = visit(place.ruleset.facts[key[:2]].node, inside)  # type: ignore[index]
    return cast("Value", value)


# By operator.
LEAVES: Mapping[Key, Reads] = {
    (tree.Literal, ""): _literal,
    (tree.AsOf, ""): _as_of,
    (tree.Parameter, ""): _parameter,
    (tree.Field, ""): _field,
    (tree.Declared, ""): _declared,
    (tree.Given, "age"): _age,
    (tree.Given, "sex"): _sex,
    (tree.Given, "counted"): _counted,
    (tree.FoundElsewhere, ""): _found_elsewhere,
    (tree.Fact, ""): _fact,
}
