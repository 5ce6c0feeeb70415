"""What makes a household of the solver's one that could live: ages, kin, dates and amounts.

None of it limits a proof: these are wishes, each granted where the question leaves it open.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from typing import Any, Final

from shibie.engines.solver.household import Slot
from shibie.engines.solver.logic import BoolTerm, both, implies, inverse
from shibie.engines.solver.symbolic import Symbolic
from shibie.engines.solver.values import Dated, NumberTerm, Word
from shibie.engines.solver.z3lib import z3
from shibie.language.tree import MEMBER
from shibie.language.types import Code, type_of

# Wishes that are asked for together; where they cannot all be, each by itself.
Wishes = list[BoolTerm]

_OLDEST: Final = 90
_GROWN_UP: Final = 18
_GENERATION: Final = 16
_HEAD: Final = "户主"
_SPOUSE: Final = "配偶"
_YOUNGER: Final = ("之子", "之女", "之儿媳", "之女婿", "之孙子", "之孙女", "之外孙子", "之外孙女")
_OLDER: Final = (
    "之父", "之母", "之岳父", "之岳母", "之公公", "之婆婆", "之祖父", "之祖母", "之外祖父", "之外祖母",
)  # fmt: skip
_FEMALE: Final = frozenset(
    ("之女", "之儿媳", "之孙女", "之外孙女", "之母", "之岳母", "之婆婆", "之祖母", "之外祖母")
)
_MALE: Final = frozenset((*_YOUNGER, *_OLDER)) - _FEMALE
# The ages at which people are in each class; in none, they are children or at most young.
_PUPILS: Final = {"学龄前儿童": (0, 6), "学前教育": (3, 7), "小学": (6, 14)}
_OTHER_PUPILS: Final = (11, 30)
_AMOUNTS: Final = (100, 10_000, 1_000_000)


def dates_before_judgement(household: Symbolic) -> Wishes:
    """Every date is one of the last hundred years before the day of judgement."""
    found = []
    today = household.as_of
    for value in household.slots.values():
        if isinstance(value, Dated):
            likely = both(value.day.key <= today.key, value.day.year >= today.year - 100)
            found.append(implies(value.known, likely))
    return found


def ages(household: Symbolic) -> Wishes:
    """Nobody is older than most people become, and the first member is grown up."""
    today, found = household.as_of, []
    for member, born in household.days.items():
        found.append(born.year >= today.year - _OLDEST)
        if member == 0:
            found.append(born.year <= today.year - _GROWN_UP - 1)
    specs = household.ruleset.field_specs(MEMBER)
    for slot, value in household.slots.items():
        if slot.owner == MEMBER and slot.member == 0 and isinstance(value, Dated):
            spec = specs[slot.name]
            if "born" in spec.name or "birth" in spec.name or "出生" in spec.title:
                grown_up = value.day.year <= today.year - _GROWN_UP - 1
                found.append(implies(value.known, grown_up))
    return found


def kin(household: Symbolic) -> Wishes:
    """Children are younger than the head, parents older; daughters are women; pupils are young."""
    found: Wishes = []
    spouses = []
    for member in range(household.bound.members):
        relation = household.slots.get(Slot(MEMBER, "relation", member))
        if isinstance(relation, Word):
            codes = _codes(household, "relation")
            found += _related(household, member, relation, codes)
            if _SPOUSE in codes:
                spouses.append(both(relation.known, relation.place == codes.index(_SPOUSE)))
        status = household.slots.get(Slot(MEMBER, "school_status", member))
        if isinstance(status, Word) and member in household.days:
            born, today = household.days[member], household.as_of
            for place, code in enumerate(_codes(household, "school_status")):
                least, most = _PUPILS.get(code, _OTHER_PUPILS)
                young = both(born.year <= today.year - least, born.year >= today.year - most)
                found.append(implies(both(status.known, status.place == place), young))
    if len(spouses) > 1:
        found.append(z3.AtMost(*spouses, 1))
    return found


def _codes(household: Symbolic, name: str) -> tuple[str, ...]:
    of = type_of(household.ruleset.field_specs(MEMBER)[name])
    return of.codes if isinstance(of, Code) else ()


def _related(
    household: Symbolic, member: int, relation: Word, codes: tuple[str, ...]
) -> Iterator[BoolTerm]:
    if codes and codes[0] == _HEAD and member == 0:
        yield implies(relation.known, relation.place == 0)
        return
    born, head = household.days.get(member), household.days.get(0)
    for place, code in enumerate(codes):
        here = both(relation.known, relation.place == place)
        if code in _FEMALE or code in _MALE:
            male = household.male(member)
            yield implies(here, male if code in _MALE else inverse(male))
        if born is None or head is None:
            continue
        if code in _YOUNGER:
            yield implies(here, born.year >= head.year + _GENERATION)
        if code in _OLDER:
            yield implies(here, born.year <= head.year - _GENERATION)


def amounts(household: Symbolic, steps: Container[Slot]) -> Iterator[BoolTerm]:
    """Numbers are nothing, or as small as they can be of a few sizes."""
    for slot, value in list(household.slots.items()):
        if not isinstance(value, NumberTerm) or slot in steps:
            continue
        yield value.units == 0
        for most in reversed(_AMOUNTS):
            limit = most * 10**value.scale
            yield both(value.units <= limit, value.units >= -limit)


def granted(solver: Any, wish: BoolTerm | Wishes) -> Any:
    """The model where a wish holds with all before it; None where it cannot.

    Of several together, those that can be hold from now on.
    """
    if not isinstance(wish, list):
        wish = [wish]
    if not wish:
        return None
    solver.push()
    solver.add(*wish)
    if solver.check() == z3.sat:
        return solver.model()
    solver.pop()
    model = None
    for each in wish if len(wish) > 1 else ():
        model = granted(solver, each) or model
    return model
