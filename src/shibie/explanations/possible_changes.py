"""Small sets of changes after which a condition would have another value.

The condition's tree is walked from the wanted result down: an `or` needs one operand, an
`and` all of them, a comparison one fact moved just across its threshold. Every way is a
proposal; whoever uses it asks the interpreter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Any

from shibie.engines.interpreter import evaluate, items
from shibie.engines.place import Place
from shibie.explanations.changeable_facts import (
    NUMERIC,
    below,
    doubtful_levers,
    is_relevant,
    lever_of,
    mined,
    spec_of,
    unknown_rows,
    whose_lever,
)
from shibie.explanations.changed_cases import (
    ChangeSet,
    FactChange,
    Lever,
    Who,
    crowd_change,
    moved,
)
from shibie.explanations.differing_rows import said_differently
from shibie.explanations.doubtful_rows import doubtful_row
from shibie.explanations.thresholds import numeric_ways
from shibie.explanations.trials import Trials
from shibie.language import tree
from shibie.language.names import PEOPLE
from shibie.language.tree import MEMBER, Node
from shibie.language.types import Date, Number
from shibie.ruleset.conditions import definition

NOTHING: ChangeSet = frozenset()
# The most alternatives that are carried up from one node. A pack's conditions have a
# handful; the bound keeps a pathological one from growing without end.
MOST = 40


def ways(node: Node, place: Place, want: bool, who: Who, trials: Trials) -> list[ChangeSet]:
    """Sets of changes after which `node` should be `want`, the smallest first.

    Args:
        node: a condition.
        place: where it stands.
        want: the wanted truth.
        who: `household` or `officer`, as whose matter the changes are marked; `rule` to
            move the rule set's own numbers instead of the household's facts.
        trials: what may be tried for it.
    """
    if evaluate(node, place) is want:
        return [NOTHING]
    return smallest(_ways(node, place, want, who, trials))


def smallest(plans: Iterable[ChangeSet]) -> list[ChangeSet]:
    """The plans without those that contain another, smallest first, at most `MOST`."""
    kept: list[ChangeSet] = []
    for plan in sorted(dict.fromkeys(plans), key=len):
        if not any(other <= plan for other in kept):
            kept.append(plan)
        if len(kept) == MOST:
            break
    return kept


def together(parts: Iterable[list[ChangeSet]]) -> list[ChangeSet]:
    """One plan of each part, joined; plans that move one lever in two ways are left out."""
    joined = [NOTHING]
    for part in parts:
        both = (one | other for one, other in product(joined, part))
        joined = smallest(plan for plan in both if _consistent(plan))
    return joined


def _consistent(plan: ChangeSet) -> bool:
    return len({change.lever for change in plan}) == len(plan)


def _ways(node: Node, place: Place, want: bool, who: Who, trials: Trials) -> Iterable[ChangeSet]:
    match node:
        case tree.Not(operand=operand):
            return ways(operand, place, not want, who, trials)
        case tree.And(operands=operands) | tree.Or(operands=operands):
            parts = [ways(each, place, want, who, trials) for each in operands]
            every = isinstance(node, tree.And) is want
            return together(parts) if every else (plan for part in parts for plan in part)
        case tree.Fact(owner=owner):
            inside = place if owner == MEMBER else place.at_household()
            return ways(definition(place.ruleset, node), inside, want, who, trials)
        case tree.Given(name="counted") if (persons := place.ruleset.persons) is not None:
            return ways(persons.counted, place, want, who, trials)
        case tree.Choose(condition=condition, then=then, otherwise=otherwise):
            return [
                plan
                for chosen, branch in ((True, then), (False, otherwise))
                for plan in together(
                    ways(each, place, wanted, who, trials)
                    for each, wanted in ((condition, chosen), (branch, want))
                )
            ]
        case tree.Quantifier():
            return _quantifier(node, place, want, who, trials)
        case tree.Field():
            return _field(node, place, want, who, trials)
        case tree.Compare(left=left, right=right) if _is_numeric(left) or _is_numeric(right):
            return numeric_ways(node, place, want, who, trials)
        case _:
            return _single(node, place, want, who, trials)


def _is_numeric(node: Node) -> bool:
    return isinstance(node.type, Number | Date)


def _quantifier(
    node: tree.Quantifier, place: Place, want: bool, who: Who, trials: Trials
) -> Iterable[ChangeSet]:
    """One item must satisfy the predicate, or every item must (not) and no more may come."""
    some = want if node.kind == "any" else not want
    holds = node.kind != "all"
    inside = items(node.collection, place)
    register = node.collection.name not in PEOPLE
    if some:
        return [
            plan
            for item in inside
            for plan in _counting(item, ways(node.predicate, item, holds, who, trials), who)
        ]
    if who == "rule":
        # The rule's own numbers settle nothing while rows are missing, or may be anybody's.
        crowd = any(lever.kind == "crowd" for lever, _ in doubtful_levers(node, place))
        if crowd or any(True for _ in unknown_rows(node.collection, place)):
            return []
        return together([ways(node.predicate, item, not holds, who, trials) for item in inside])
    parts = []
    for item in inside:
        others = ways(node.predicate, item, not holds, who, trials)
        if register and NOTHING not in others:
            others = [frozenset([_without(item)]), *others]
        parts.append(others)
    parts += [
        [frozenset([FactChange(lever, (), who="officer")])]
        for lever, _ in unknown_rows(node.collection, place)
    ]
    parts += [
        [frozenset([crowd_change(lever.register, (), "officer")])]
        for lever, _ in doubtful_levers(node, place)
        if lever.kind == "crowd"
    ]
    return together(parts)


def _counting(item: Place, plans: list[ChangeSet], who: Who) -> list[ChangeSet]:
    """Plans for an item, which has to count besides where that is not sure."""
    lever = whose_lever(item)
    if lever is None:
        return plans
    if who == "rule":
        return []
    doubt = doubtful_row(item.ruleset.registers[item.register], item.case, lever.row)
    members = doubt.members if doubt else ()
    owners: list[ChangeSet] = [
        frozenset([FactChange(lever, item.case.household.members[each].member_id, who="officer")])
        for each in members
    ]
    return together([plans, owners])


def _without(place: Place) -> FactChange:
    """Plans in which a register row turns out not to count."""
    row = place.row
    assert row is not None
    if (whose := whose_lever(place)) is not None:
        return FactChange(whose, "", who="officer")
    lever = Lever("row", place.register, _holder(place), place.register, row.number)
    return FactChange(lever, False, True, who="officer")


def _holder(place: Place) -> int | None:
    """The member whose row is at hand."""
    of_members = place.case.rows.get(place.register, ())
    for index, rows in enumerate(of_members):
        if any(row is place.row for row in rows.items):
            return index
    return place.member


def _field(
    node: tree.Field, place: Place, want: bool, who: Who, trials: Trials
) -> Iterable[ChangeSet]:
    """A yes/no field; where a register checks it, that register must agree with a no."""
    if who == "rule":
        return []
    lever, said = lever_of(node, place)
    if not is_relevant(lever, place):
        return []
    hits = place.ruleset.comparison_of(node.owner, node.name)
    marked: Who = "officer" if hits is not None or lever.kind == "column" else who
    change = frozenset([FactChange(lever, want, said, who=marked)])
    if hits is None or want:
        return [change]
    clean = ways(hits, place if node.owner == MEMBER else place.at_household(), False, who, trials)
    return together([[change] if said is True else [NOTHING], clean])


def _single(node: Node, place: Place, want: bool, who: Who, trials: Trials) -> Iterator[ChangeSet]:
    """For any other condition: one fact below it changed to each value the rules distinguish."""
    if who == "rule":
        return
    known = mined(place.ruleset)
    for lever, before in dict(below(node, place)).items():
        spec = spec_of(place.ruleset, lever)
        if spec is None or spec.type in NUMERIC or lever.kind not in ("field", "column"):
            continue
        if not is_relevant(lever, place):
            continue
        if trials.enough():
            return
        will_do = [
            value
            for value in said_differently(place.case, lever.register, lever.row, lever.name)
            or _variants(before, known.values(lever, place.case.as_of), spec.type)
            if value != before
            and _value(node, place, FactChange(lever, value, before), trials) is want
        ]  # fmt: skip
        if will_do:
            marked: Who = "officer" if lever.kind == "column" else who
            yield frozenset([FactChange(lever, will_do[0], before, "", tuple(will_do[1:]), marked)])


def _variants(before: Any, values: list[Any], kind: str) -> list[Any]:
    """For a set of codes: the present set with one of the rules' codes added or removed."""
    if kind != "codes" or before is None:
        return values
    codes = sorted({code for value in values for code in value})
    return [before ^ {code} for code in codes]


def _value(node: Node, place: Place, change: FactChange, trials: Trials) -> Any:
    trials.comparisons += 1
    return evaluate(node, moved(place, [change]))
