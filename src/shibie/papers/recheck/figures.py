"""The figures of a re-check: by status, reason, criterion and village, and how they balance."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from shibie.papers.recheck.changes import BEFORE, MOVED, NOW, HouseholdNow, HouseholdThen, Recheck
from shibie.results.counts import Count
from shibie.results.python_counts import tally_of

Listed = TypeVar("Listed", HouseholdThen, HouseholdNow)


def count(sizes: Iterable[int]) -> Count:
    """Households and their persons.

    >>> count([3, 2])
    {'households': 2, 'persons': 5}
    """
    listed = list(sizes)
    return {"households": len(listed), "persons": sum(listed)}


def figures(found: Recheck) -> dict[str, Any]:
    """Every figure as plain data; households with a status that nobody has are left out.

    What is a count of the check of the roster of now is taken from there.
    """
    tally = tally_of(found.checked)
    return {
        "ruleset": found.checked.ruleset.id,
        "as_of": found.checked.as_of.isoformat(),
        "since": found.since.isoformat(),
        "before": count(each.persons for each in found.was),
        "before_by_status": _statuses(found.was, BEFORE),
        "now": tally.of("eligibility", "eligible"),
        "now_by_status": _statuses(found.now, NOW),
        "removed_by_ground": _several(found.was, "removed", lambda each: each.grounds),
        "new_by_criterion": _several(found.now, "new", lambda each: each.criteria),
        "persons": {kind: sum(each.kind == kind for each in found.persons) for kind in MOVED},
        "gone_by_registry": dict(
            sorted(Counter(each.why for each in found.persons if each.kind == "gone").items())
        ),
        "split": {old: list(new) for old, new in found.split},
        "merged": {new: list(old) for new, old in found.merged},
        "relocated": dict(found.relocated),
        "misdeclared": dict(found.misdeclared),
        "by_village": _villages(found),
        "balance": balance(found),
    }


def _statuses(rows: Iterable[Any], names: Iterable[str]) -> dict[str, Count]:
    listed = list(rows)
    found = {}
    for name in names:
        of_name = [each for each in listed if each.status == name]
        if not of_name:
            continue
        found[name] = count(each.persons for each in of_name)
        if isinstance(of_name[0], HouseholdThen):
            found[name]["persons_now"] = sum(each.persons_now for each in of_name)
    return found


def _several(
    rows: Iterable[Any], status: str, names: Callable[[Any], Iterable[str]]
) -> dict[str, Count]:
    """By name, where a household has several."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for each in rows:
        if each.status == status:
            for name in names(each):
                found[name].append(each.persons)
    return {name: count(found[name]) for name in sorted(found, key=lambda n: -len(found[n]))}


def _villages(found: Recheck) -> dict[str, dict[str, Count]]:
    """By village: of then for what became of the old, of now for what is on the new."""
    was, now = _by_village(found.was), _by_village(found.now)
    return {
        village: {
            "before": count(each.persons for each in was.get(village, ())),
            **{f"{name}_then": value for name, value in _of(was.get(village, ()), BEFORE).items()},
            **_of(now.get(village, ()), NOW),
        }
        for village in {**was, **now}
    }


def _by_village(rows: Iterable[Listed]) -> dict[str, list[Listed]]:
    found: defaultdict[str, list[Listed]] = defaultdict(list)
    for each in rows:
        found[each.village].append(each)
    return found


def _of(
    rows: Iterable[HouseholdThen] | Iterable[HouseholdNow], names: Iterable[str]
) -> dict[str, Count]:
    sizes: defaultdict[str, list[int]] = defaultdict(list)
    for each in rows:
        sizes[each.status].append(each.persons)
    return {name: count(sizes[name]) for name in names if name in sizes}


def balance(found: Recheck) -> dict[str, int]:
    """How the persons of the retained households of then come to those of now.

    `difference` is what the parts do not explain; it is 0 unless somebody is on the roster
    twice.
    """
    then = {each.household_id for each in found.was if each.status == "retained"}
    now = {each.household_id for each in found.now if each.status == "retained"}
    parts = {
        "then": sum(each.persons for each in found.was if each.household_id in then),
        "gone": -_people(found, "gone", then, now),
        "moved": -_people(found, "moved", then, now),
        "unmatched": -_people(found, "unmatched", then, now),
        "born": _people(found, "born", then, now),
        "joined": _people(found, "joined", then, now),
        "unmatched_now": _people(found, "unmatched_now", then, now),
        "arrived": _arrived(found, now),
    }
    result = sum(each.persons for each in found.now if each.household_id in now)
    return {**parts, "now": result, "difference": result - sum(parts.values())}


def _people(found: Recheck, kind: str, then: set[str], now: set[str]) -> int:
    return sum(
        each.kind == kind and (each.before in then or each.now in now) for each in found.persons
    )


def _arrived(found: Recheck, now: set[str]) -> int:
    """People of other households of then who live in a retained household now."""
    matched = found.matched
    arrived = 0
    for household_id in now:
        origins = set(matched.origins(household_id))
        for member in matched.now[household_id].members:
            number = matched.number(member)
            places = set(matched.places_before.get(number, ())) if number else set[str]()
            arrived += bool(places) and not places & origins
    return arrived
