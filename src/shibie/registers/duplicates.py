"""People who are found in two households."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from shibie.case import Case
from shibie.decision import Finding
from shibie.registers.same_persons import NO_SAME_PERSONS, SamePersons

DUPLICATE_PERSON = "duplicate_person"


def duplicates(
    cases: Iterable[Case], same: SamePersons = NO_SAME_PERSONS
) -> dict[str, tuple[Finding, ...]]:
    """The same person in two households: a finding on each of them, by household id.

    Args:
        cases: the decided households.
        same: who is one person by acts; all others are by their number.
    """
    seen: defaultdict[int | str, list[tuple[str, str]]] = defaultdict(list)
    for case in cases:
        for number, member in zip(case.numbers, case.household.members, strict=True):
            place = case.household.household_id, member.member_id
            person = same.person(*place, number)
            if person is not None:
                seen[person].append(place)
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    for places in seen.values():
        if len({household_id for household_id, _ in places}) > 1:
            for household_id, member_id in places:
                findings[household_id].append(
                    Finding(household_id, member_id, DUPLICATE_PERSON, "duplicate", "true")
                )
    return {household_id: tuple(found) for household_id, found in findings.items()}
