"""People who are found in two households."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from shibie.case import Case
from shibie.decision import Finding

DUPLICATE_PERSON = "duplicate_person"


def duplicates(cases: Iterable[Case]) -> dict[str, tuple[Finding, ...]]:
    """The same person in two households: a finding on each of them, by household id."""
    seen: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for case in cases:
        for number, member in zip(case.numbers, case.household.members, strict=True):
            if number is not None:
                seen[number].append((case.household.household_id, member.member_id))
    findings: defaultdict[str, list[Finding]] = defaultdict(list)
    for places in seen.values():
        if len({household_id for household_id, _ in places}) > 1:
            for household_id, member_id in places:
                findings[household_id].append(
                    Finding(household_id, member_id, DUPLICATE_PERSON, "duplicate", "true")
                )
    return {household_id: tuple(found) for household_id, found in findings.items()}
