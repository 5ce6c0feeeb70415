"""Counts of a checked roster: households and persons, by whatever an officer asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, cast

from shibie.check import Checked
from shibie.compare import unmatched
from shibie.decision import Decision
from shibie.engine.case import Case
from shibie.engine.interpreter import evaluate
from shibie.engine.place import Place
from shibie.language.tree import HOUSEHOLD
from shibie.lower import lowered
from shibie.ruleset.model import Rule, RuleSet

ByRule = dict[str, dict[str, dict[str, int]]]
Pair = tuple[Case, Decision]
NO_VILLAGE = ""
ELIGIBILITIES = ("eligible", "ineligible", "pending")


def summarise(checked: Checked) -> dict[str, Any]:
    """The summary of a check as plain data, ready for `summary.json`.

    Every count is `{"households": …, "persons": …}`; persons are all the members of those
    households, except under `by_track` and `tallies` for members, where they are the
    members concerned.
    """
    pairs = list(zip(checked.cases, checked.decisions, strict=True))
    ruleset, roster = checked.ruleset, checked.roster
    return {
        "ruleset": ruleset.id,
        "as_of": checked.as_of.isoformat(),
        "trust_declarations": checked.trust_declarations,
        "in": roster.given,
        "decided": len(pairs),
        "rejected": len(roster.rejected_households),
        "rejected_rows": len(roster.rejected),
        "persons": sum(_size(pair) for pair in pairs),
        "by_eligibility": _each(pairs, ELIGIBILITIES, _is),
        "by_kind": _each(
            pairs,
            [rule.id for rule in ruleset.kinds],
            lambda pair, kind: pair[1].eligibility == "eligible" and pair[1].kind == kind,
        ),
        "by_ground": _each(
            pairs,
            [each.name for each in lowered(ruleset).grounds],
            lambda pair, ground: ground in pair[1].grounds,
        ),
        "by_number_of_grounds": _by(pairs, lambda pair: str(len(pair[1].grounds))),
        "by_rule": _by_rule(checked, pairs),
        "by_track": {rule.id: _track(rule, pairs) for rule in ruleset.tracks},
        "by_village": _by_village(pairs),
        "tallies": {rule.id: _tally(checked, rule, pairs) for rule in ruleset.tallies},
        **_previous_roster(pairs),
        "registers": {
            name: {"supplied": name in checked.registers.supplied} for name in ruleset.registers
        },
        "unmatched_register_rows": unmatched(checked.registers, checked.cases),
    }


def _size(pair: Pair) -> int:
    return len(pair[0].household.members)


def _count(pairs: Iterable[Pair], keep: Callable[[Pair], bool]) -> dict[str, int]:
    sizes = [_size(pair) for pair in pairs if keep(pair)]
    return {"households": len(sizes), "persons": sum(sizes)}


def _each(
    pairs: Sequence[Pair], names: Iterable[str], keep: Callable[[Pair, str], bool]
) -> dict[str, dict[str, int]]:
    """The count of the pairs that belong to each name."""
    return {name: _count(pairs, partial(_keeps, keep, name)) for name in names}


def _keeps(keep: Callable[[Pair, str], bool], name: str, pair: Pair) -> bool:
    return keep(pair, name)


def _is(pair: Pair, eligibility: str) -> bool:
    return pair[1].eligibility == eligibility


def _by(pairs: Iterable[Pair], key: Callable[[Pair], str]) -> dict[str, dict[str, int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for pair in pairs:
        groups[key(pair)].append(_size(pair))
    return {
        name: {"households": len(groups[name]), "persons": sum(groups[name])}
        for name in sorted(groups)
    }


def _by_rule(checked: Checked, pairs: list[Pair]) -> ByRule:
    found: ByRule = {}
    for pair in pairs:
        outcomes = {
            (finding.rule_id, finding.outcome)
            for finding in pair[1].findings
            if finding.kind != "track"
        }
        for rule_id, outcome in outcomes:
            counts = found.setdefault(rule_id, {}).setdefault(
                outcome, {"households": 0, "persons": 0}
            )
            counts["households"] += 1
            counts["persons"] += _size(pair)
    return in_rule_order(checked.ruleset, found)


def in_rule_order(ruleset: RuleSet, found: ByRule) -> ByRule:
    """Every rule and register in the pack's order, then what else was found, by name."""
    names = [rule.id for rule in ruleset.rules if rule.kind in ("criterion", "exclusion", "review")]
    names += [register.id for register in ruleset.registers.values()]
    names += sorted(found.keys() - set(names))
    return {name: dict(sorted(found.get(name, {}).items())) for name in names}


def _track(rule: Rule, pairs: Iterable[Pair]) -> dict[str, int]:
    households = persons = 0
    for pair in pairs:
        given = [track for track in pair[1].tracks if track.track == rule.id]
        households += bool(given)
        persons += _size(pair) * bool(given) if rule.owner == HOUSEHOLD else len(given)
    return {"households": households, "persons": persons}


def _tally(checked: Checked, rule: Rule, pairs: Iterable[Pair]) -> dict[str, int]:
    households = persons = 0
    for case, decision in pairs:
        if decision.eligibility != "eligible":
            continue
        hits = sum(_holds(checked, rule, case))
        households += bool(hits)
        persons += len(case.household.members) * hits if rule.owner == HOUSEHOLD else hits
    return {"households": households, "persons": persons}


def _holds(checked: Checked, rule: Rule, case: Case) -> Iterator[bool]:
    top = Place.top(checked.ruleset, case)
    if rule.owner == HOUSEHOLD:
        yield evaluate(rule.node, top) is True
        return
    for number in range(len(case.household.members)):
        yield evaluate(rule.node, top.at_member(number)) is True


def _by_village(pairs: list[Pair]) -> dict[str, dict[str, dict[str, int]]]:
    villages: defaultdict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        villages[pair[0].household.village or NO_VILLAGE].append(pair)
    return {
        village: {"all": _count(villages[village], lambda _: True)}
        | _each(villages[village], ELIGIBILITIES, _is)
        for village in villages
    }


def standing(case: Case, decision: Decision) -> str:
    """Where a household stands against the previous roster.

    One of `retained`, `removed`, `pending` (was on it), `new`, `exited` (left poverty
    before and stays on the books), or empty (never on it, or it is not known).
    """
    household = cast("Any", case.household)
    if getattr(household, "on_previous_roster", None):
        if getattr(household, "exited_on", None) is not None:
            return "exited"
        return {"eligible": "retained", "ineligible": "removed", "pending": "pending"}[
            decision.eligibility
        ]
    if (
        decision.eligibility == "eligible"
        and getattr(household, "on_previous_roster", None) is False
    ):
        return "new"
    return ""


def _previous_roster(pairs: list[Pair]) -> dict[str, Any]:
    """Against the previous roster, where the form asks for it."""
    if not any(
        getattr(case.household, "on_previous_roster", None) is not None for case, _ in pairs
    ):
        return {}
    names = ("retained", "removed", "pending", "new", "exited")
    groups = _each(pairs, names, lambda pair, name: standing(*pair) == name)
    before = _count(pairs, lambda pair: standing(*pair) in ("retained", "removed", "pending"))
    return {"previous_roster": {"before": before, **groups}}
