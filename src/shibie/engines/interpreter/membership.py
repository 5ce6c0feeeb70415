"""Who and which rows belong to a collection: surely, perhaps, or as one of a crowd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, cast

from shibie.case import NO_CROWD, Crowd, Row
from shibie.engines.interpreter.visiting import Visit, silently
from shibie.engines.kleene import Truth, conjunction, disjunction
from shibie.engines.place import Place
from shibie.language import tree
from shibie.language.names import PEOPLE
from shibie.language.tree import CROWD, HOUSEHOLD, MEMBER, ROW, Node
from shibie.ruleset.conditions import counts_matter, reads_row_only


def completeness(node: tree.Collection, place: Place, visit: Visit) -> Truth:
    """Whether the collection is completely known: True, or None.

    Where it is not, a trace goes on to whoever's rows are not: the register as a whole
    when it was not supplied, else each person who could not be matched. Of one row: whether
    it surely belongs to it.
    """
    case, member = place.case, place.member if node.owner == MEMBER else None
    if node.owner in (ROW, CROWD):
        return True if place.row is not None and place.row.sure else None
    if node.name in PEOPLE or case.complete(node.name, member):
        return True
    if node.name not in case.supplied:
        if node.owner == MEMBER:
            visit(tree.Collection(node.name, HOUSEHOLD, node.whole), place.at_household())
        return None
    if node.owner == MEMBER:
        return None
    result: Truth = True
    for index, rows in enumerate(case.rows[node.name]):
        at = place.at_member(index)
        # The rows of who does not count are not looked at.
        if rows.complete or (counts := whether_counted(node, at, silently)) is False:
            continue
        result = None
        visit(tree.Collection(node.name, MEMBER), at)
        if counts is None:
            whether_counted(node, at, visit)
    return result


COUNTED = tree.Given("counted")


def whether_counted(node: tree.Collection, place: Place, visit: Visit) -> Truth:
    """Whether a member's rows are looked at in a collection of the household."""
    if not counts_matter(place.ruleset, node):
        return True
    return cast("Truth", visit(COUNTED, place))


def may_count_in(node: tree.Collection, owner: Place) -> bool:
    """Whether a person's rows may have a part in a collection of the household."""
    return whether_counted(node, owner, silently) is not False


Item = tuple[Truth, Place]


def items(node: tree.Collection, place: Place) -> tuple[Place, ...]:
    """The places of a collection's known items, those that may belong too."""
    return tuple(at for _, at in memberships(node, place))


def memberships(node: tree.Collection, place: Place) -> Iterable[Item]:
    """The known items of a collection: whether each is in it (True or None), and its place.

    Rows that tell nobody apart are not among them: they are looked at together.
    """
    case = place.case
    if node.name in PEOPLE:
        matters = counts_matter(place.ruleset, node)
        for index in range(len(case.household.members)):
            at = place.at_member(index)
            counts = silently(COUNTED, at) if matters else True
            if counts is not False:
                yield counts, at
        return
    if node.owner == MEMBER:
        for row in case.rows_of(node.name, place.member).own:
            yield row.sure or None, place.at_row(node.name, row, place.member)
        return
    if not counts_matter(place.ruleset, node):
        for row in case.rows_of(node.name).own:
            yield row.sure or None, place.at_row(node.name, row, None)
        return
    for owners in case.owners_of(node.name).values():
        found = [(_through(place.at_member(index), row), row) for index, row in owners]
        belongs = disjunction(through for through, _ in found)
        if belongs is not False:
            # As it is about an owner who counts or may: whether it is his surely or perhaps.
            row = max((row for through, row in found if through is not False), key=_is_sure)
            yield belongs, place.at_row(node.name, row, None)


def _through(owner: Place, row: Row) -> Truth:
    """Whether a row belongs to the household through one of its owners."""
    return conjunction((row.sure or None, silently(COUNTED, owner)))


def _is_sure(row: Row) -> bool:
    return row.sure


def note_perhaps(node: tree.Collection, at: Place, visit: Visit) -> None:
    """Let a trace go on to why it is not sure that an item is in its collection."""
    if visit is silently:
        return
    if node.name in PEOPLE:
        visit(COUNTED, at)
        return
    row = cast("Row", at.row)
    if not row.sure:
        visit(tree.Collection(node.name, ROW), at)
        return
    for index, _ in at.case.owners_of(node.name)[row.number]:
        whether_counted(node, at.at_member(index), visit)


def value_of_item(
    node: tree.Quantifier | tree.Aggregate, operand: Node, item: Item, visit: Visit
) -> Any:
    """The value of what is asked of an item.

    A trace names a row that may belong as a whole, not its columns.
    """
    sure, at = item
    return silently(operand, at) if sure is None and at.row is not None else visit(operand, at)


def crowd_of(node: tree.Collection, place: Place) -> Crowd:
    """The rows of a collection that tell nobody apart: each may belong to it."""
    rows = place.case.rows.get(node.name, ())
    if node.owner == MEMBER:
        return rows[cast("int", place.member)].crowd if rows else NO_CROWD
    some = [index for index, each in enumerate(rows) if each.crowd.rows]
    if not some:
        return NO_CROWD
    return place.case.crowd_of(
        node.name, (index for index in some if may_count_in(node, place.at_member(index)))
    )


def values_of_crowd(
    node: tree.Quantifier | tree.Aggregate, operand: Node, place: Place
) -> Mapping[Any, int]:
    """The values of what is asked of the rows that tell nobody apart, and how often there is each.

    Nothing but their own columns is asked of them; so the answer is the same for everybody.
    """
    crowd = crowd_of(node.collection, place)
    if not crowd.rows:
        return {}
    register, as_of = node.collection.name, place.case.as_of
    key = (id(operand), as_of)
    if key not in crowd.said:
        values = Counter({None: len(crowd.rows)})
        if reads_row_only(operand, register):
            values = Counter(
                silently(operand, place.at_row(register, row, None)) for row in crowd.rows
            )
        # The operand is kept: an identity is told apart only as long as it is there.
        crowd.said[key] = operand, values
    found: Mapping[Any, int] = crowd.said[key][1]
    return found


def note_crowd(node: tree.Collection, place: Place, visit: Visit) -> None:
    """Let a trace name the rows that tell nobody apart, all in one."""
    if visit is not silently:
        visit(tree.Collection(node.name, CROWD), place)
