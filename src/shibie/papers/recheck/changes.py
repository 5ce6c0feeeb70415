"""What became of every household and every person between two rosters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from shibie import citizen_id
from shibie.checking_in_python import Checked
from shibie.decision import Decision
from shibie.household import BareHousehold
from shibie.papers.recheck.match import Matched, match
from shibie.results.python_counts import has_left, stands
from shibie.words.lists import joined

# Of a household of before: what its successor is; or its people live in others' households
# (dissolved), or none of them is on the roster (gone), or nobody has a usable number.
Before = Literal[
    "retained", "removed", "pending", "exited", "rejected", "dissolved", "gone", "unmatched"
]
# Of a household of now that is, or may be, on the new roster.
Now = Literal["retained", "new", "exited", "pending"]
Moved = Literal["moved", "gone", "born", "joined", "unmatched", "unmatched_now"]
BEFORE: tuple[Before, ...] = (
    "retained", "removed", "pending", "exited", "rejected", "dissolved", "gone", "unmatched",
)  # fmt: skip
NOW: tuple[Now, ...] = ("retained", "new", "exited", "pending")
MOVED: tuple[Moved, ...] = ("moved", "gone", "born", "joined", "unmatched", "unmatched_now")


@dataclass(frozen=True)
class HouseholdThen:
    """A household of the roster before.

    Attributes:
        status: what became of it.
        successors: the households of now in which it continues, the main one first.
        grounds: why it was removed: the grounds of the main successor.
        persons: how many persons it had then.
        persons_now: how many its successors have together, each counted at its main origin.
    """

    household_id: str
    village: str
    persons: int
    status: Before
    successors: tuple[str, ...] = ()
    grounds: tuple[str, ...] = ()
    persons_now: int = 0


@dataclass(frozen=True)
class HouseholdNow:
    """A household that is eligible, or pending, now.

    Attributes:
        status: where it stands against the roster before.
        origins: the households of before that continue in it, the main one first.
        criteria: the criteria that it meets.
        declared: what the form says of the roster before, where that is not so.
    """

    household_id: str
    village: str
    persons: int
    status: Now
    origins: tuple[str, ...] = ()
    criteria: tuple[str, ...] = ()
    declared: bool | None = None


@dataclass(frozen=True)
class Person:
    """One person who is not simply where he was.

    Attributes:
        kind: moved to another household; gone from the roster; born since; joined from
            outside; or without a number, so that nothing is known (then, or now).
        before: household of before, or empty.
        now: household of now, or empty.
        why: for who is gone, what the civil registry says; empty if it says nothing.
    """

    name: str
    kind: Moved
    before: str
    now: str
    village: str
    why: str = ""


@dataclass(frozen=True)
class Recheck:
    """The whole comparison.

    Attributes:
        split: (household of before, households of now).
        merged: (household of now, households of before).
        relocated: (household of before, household of now) in another village.
        misdeclared: households of now whose form is wrong about the roster before, with
            what it says.
    """

    checked: Checked
    matched: Matched
    since: date
    was: tuple[HouseholdThen, ...]
    now: tuple[HouseholdNow, ...]
    persons: tuple[Person, ...]
    split: tuple[tuple[str, tuple[str, ...]], ...]
    merged: tuple[tuple[str, tuple[str, ...]], ...]
    relocated: tuple[tuple[str, str], ...]
    misdeclared: tuple[tuple[str, bool], ...]


def recheck(
    before: Sequence[BareHousehold], checked: Checked, since: date, registry: str = "civil_registry"
) -> Recheck:
    """What became of the roster before.

    Args:
        before: its households.
        checked: the roster of now, decided.
        since: the day of the roster before; who was born after it is new-born.
        registry: the register that says who has died or moved away, where the pack has it.
    """
    now = [case.household for case in checked.cases]
    matched = match(before, now, checked.as_of, since)
    decisions = {decision.household_id: decision for decision in checked.decisions}
    was = tuple(_was(each, matched, decisions, checked) for each in before)
    split = {link.before: matched.successors(link.before) for link in matched.links}
    merged = {link.now: matched.origins(link.now) for link in matched.links}
    return Recheck(
        checked, matched, since, was,
        tuple(_now(matched, decisions, now)),
        tuple(_persons(matched, checked, since, registry)),
        tuple(pair for pair in split.items() if len(pair[1]) > 1),
        tuple(pair for pair in merged.items() if len(pair[1]) > 1),
        tuple(_relocated(matched)),
        tuple(_misdeclared(matched, now)),
    )  # fmt: skip


def _was(
    each: BareHousehold, matched: Matched, decisions: Mapping[str, Decision], checked: Checked
) -> HouseholdThen:
    successors = matched.successors(each.household_id)
    size, village = len(each.members), each.village or ""
    if not successors:
        numbers = [number for number in map(matched.number, each.members) if number]
        status: Before = "unmatched"
        if any(number in matched.places_now for number in numbers):
            status = "dissolved"
        elif numbers:
            status = "gone"
        if each.household_id in checked.roster.rejected_households:
            status = "rejected"
        return HouseholdThen(each.household_id, village, size, status)
    main = decisions[successors[0]]
    left = has_left(matched.now[successors[0]])
    status = cast("Before", stands(main.eligibility, before=True, left=left))
    mine = [one for one in successors if matched.origins(one)[0] == each.household_id]
    return HouseholdThen(
        each.household_id, village, size, status, successors,
        main.grounds if status == "removed" else (),
        sum(len(matched.now[one].members) for one in mine),
    )  # fmt: skip


def _now(
    matched: Matched, decisions: Mapping[str, Decision], now: Sequence[BareHousehold]
) -> Iterator[HouseholdNow]:
    for household in now:
        decision = decisions[household.household_id]
        if decision.eligibility == "ineligible":
            continue
        origins, left = matched.origins(household.household_id), has_left(household)
        status: Now = "pending"
        if decision.eligibility == "eligible":
            # Who has left poverty was on a roster before, be it not the one that is given.
            before = bool(origins) or left
            status = cast("Now", stands(decision.eligibility, before, left))
        criteria = tuple(
            finding.rule_id
            for finding in decision.findings
            if finding.kind == "criterion" and finding.outcome == "true"
        )
        yield HouseholdNow(
            household.household_id, household.village or "", len(household.members), status,
            origins, criteria, getattr(household, "on_previous_roster", None),
        )  # fmt: skip


def _persons(matched: Matched, checked: Checked, since: date, registry: str) -> Iterator[Person]:
    """Persons who left, moved or could not be matched, and those new in continuing households."""
    for household in matched.before.values():
        successors = set(matched.successors(household.household_id))
        for member in household.members:
            number = matched.number(member)
            name = getattr(member, "name", None) or member.member_id
            there = matched.places_now.get(number, ()) if number else ()
            village = household.village or ""
            if number is None:
                yield Person(name, "unmatched", household.household_id, "", village)
            elif not there:
                why = _registry(checked, registry, number)
                yield Person(name, "gone", household.household_id, "", village, why)
            elif not successors & set(there):
                yield Person(name, "moved", household.household_id, there[0], village)
    for household_id in dict.fromkeys(link.now for link in matched.links):
        household = matched.now[household_id]
        for member in household.members:
            number = matched.number(member)
            name = getattr(member, "name", None) or member.member_id
            if number is None:
                yield Person(name, "unmatched_now", "", household_id, household.village or "")
            elif number not in matched.places_before:
                born = citizen_id.birth_date(number) > since
                kind: Moved = "born" if born else "joined"
                yield Person(name, kind, "", household_id, household.village or "")


def _registry(checked: Checked, registry: str, number: str) -> str:
    """The codes that a register's first code column gives for a person, e.g. 死亡."""
    if registry not in checked.registers.supplied:
        return ""
    columns = checked.ruleset.registers[registry].columns
    coded = next((column.name for column in columns if column.type == "code"), None)
    rows = checked.registers.rows[registry].get(number, ())
    words = dict.fromkeys(str(row.values.get(coded) or "") for row in rows) if coded else {}
    return joined(words)


def _relocated(matched: Matched) -> Iterator[tuple[str, str]]:
    for link in matched.links:
        main = matched.successors(link.before)[0]
        then, now = matched.before[link.before].village, matched.now[link.now].village
        if link.now == main and then and now and then != now:
            yield link.before, link.now


def _misdeclared(matched: Matched, now: Sequence[BareHousehold]) -> Iterator[tuple[str, bool]]:
    """Households whose declaration about the previous roster disagrees with the matched persons."""
    for household in now:
        said = cast("bool | None", getattr(household, "on_previous_roster", None))
        if has_left(household):
            continue
        if said is not None and said is not bool(matched.origins(household.household_id)):
            yield household.household_id, said
