"""People who are found in two households."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from shibie.case import Case
from shibie.decision import DUPLICATE_PERSON, Finding
from shibie.registers.same_persons import NO_SAME_PERSONS, SamePersons


def found_elsewhere(cases: Iterable[Case], same: SamePersons = NO_SAME_PERSONS) -> Iterator[Case]:
    """The cases, told who of each household was found in others of them, too, and in which.

    Args:
        cases: the households that are decided.
        same: who is one person by acts; all others are by their number.
    """
    held = list(cases)
    households: defaultdict[int | str, dict[str, None]] = defaultdict(dict)
    persons = [list(_persons(case, same)) for case in held]
    for case, of_case in zip(held, persons, strict=True):
        for person in of_case:
            if person is not None:
                households[person][case.household.household_id] = None
    for case, of_case in zip(held, persons, strict=True):
        yield _told(case, of_case, households)


def _persons(case: Case, same: SamePersons) -> Iterator[int | str | None]:
    """Of each member what is the same for every entry of him; None of one who has no number."""
    for number, member in zip(case.numbers, case.household.members, strict=True):
        yield same.person(case.household.household_id, member.member_id, number)


def _told(
    case: Case, persons: list[int | str | None],
    households: Mapping[int | str, Mapping[str, None]],
) -> Case:  # fmt: skip
    own = case.household.household_id
    elsewhere = {
        at: tuple(household for household in households[person] if household != own)
        for at, person in enumerate(persons)
        if person is not None and len(households[person]) > 1
    }
    return replace(case, elsewhere=elsewhere) if elsewhere else case


def duplicates(case: Case) -> tuple[Finding, ...]:
    """A finding on each person of a household who was found in another one, too."""
    household = case.household
    return tuple(
        Finding(
            household.household_id, household.members[at].member_id, DUPLICATE_PERSON,
            "duplicate", "true",
        )
        for at in case.elsewhere
    )  # fmt: skip
