"""Counts of a check: households and persons, by whatever an officer asks.

Whoever decides counts what belongs together (`Tally`); how the counts are arranged, named and
completed with zeros is said once, here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, cast

from shibie.decision import ELIGIBILITIES
from shibie.lower import lowered
from shibie.lower.standings import standing_names
from shibie.ruleset.model import RuleSet

SCHEMA: Final = 2
NO_VILLAGE: Final = ""
# So many rows that hold up households are listed by themselves.
WORST: Final = 10
# The persons of the form: all, who counts, who does not, of whom it is unknown.
PEOPLE: Final = ("on_form", "counted", "not_counted", "unknown")
Count = dict[str, int]
# What is counted: its kind (`eligibility`, `ground`, …), then its names.
Key = tuple[str, ...]


@dataclass
class Tally:
    """Households and persons by key, in the order in which keys came up.

    Keys: `("eligibility", e)`, `("kind", k)`, `("ground", g)`, `("grounds", number)`,
    `("rule", id, outcome)`, `("track", id)`, `("tally", id)`, `("village", v, e)`,
    `("standing", s)`, `("on_roster",)`, `("was", before | left | not | unsettled)` by what the
    form says of the roster before, `("held_up", register, row)`, `("held_up_by", register)`, and where a pack
    says who counts `("people", p)`.

    >>> tally = Tally()
    >>> tally.add(("eligibility", "eligible"), 1, 3)
    >>> tally.of("eligibility", "eligible")
    {'households': 1, 'persons': 3}
    """

    counts: dict[Key, Count] = field(default_factory=dict)

    def add(self, key: Key, households: int, persons: int) -> None:
        """Count more of a key."""
        count = self.counts.setdefault(key, {"households": 0, "persons": 0})
        count["households"] += households
        count["persons"] += persons

    def of(self, *key: str) -> Count:
        """The count of a key; zeros where nothing was counted."""
        return dict(self.counts.get(key, {"households": 0, "persons": 0}))

    def names(self, kind: str) -> list[Key]:
        """The names counted under a kind, in the order in which they came up."""
        return [key[1:] for key in self.counts if key[0] == kind]


@dataclass(frozen=True)
class Counted:
    """What a summary is made from.

    Attributes:
        tally: of the decided households.
        rejected_households: how many were not decided.
        rejected_rows: how many faults there were.
        matches: of each register that was there, how many rows it has, and how many of them are
            surely about persons.
        twice: of registers, how many rows hold up households that have a usable number: each may
            be an earlier one again.
        crowds: of each, how many rows tell nobody apart.
        digest: of the decisions.
    """

    ruleset: RuleSet
    as_of: date
    trust_declarations: bool
    tally: Tally
    rejected_households: int
    rejected_rows: int
    matches: Mapping[str, tuple[int, int]]
    twice: Mapping[str, int]
    crowds: Mapping[str, int]
    digest: str
    set_aside: Set[str] = frozenset()


def summary(counted: Counted) -> dict[str, Any]:
    """The counts as plain data, ready for `summary.json`.

    Every count is `{"households": …, "persons": …}`; persons are all the members of those
    households but for those who surely do not count, except under `by_track` and `tallies` for members, where they are the
    members concerned.
    """
    ruleset, tally = counted.ruleset, counted.tally
    by_eligibility = {name: tally.of("eligibility", name) for name in ELIGIBILITIES}
    decided = total(by_eligibility.values())
    return {
        "schema": SCHEMA,
        "ruleset": ruleset.id,
        "as_of": counted.as_of.isoformat(),
        "trust_declarations": counted.trust_declarations,
        "set_aside": [name for name in ruleset.registers if name in counted.set_aside],
        "in": decided["households"] + counted.rejected_households,
        "decided": decided["households"],
        "rejected": counted.rejected_households,
        "rejected_rows": counted.rejected_rows,
        "persons": decided["persons"],
        **people(ruleset, tally),
        "by_eligibility": by_eligibility,
        "by_kind": {rule.id: tally.of("kind", rule.id) for rule in ruleset.kinds},
        "by_ground": {
            each.name: tally.of("ground", each.name) for each in lowered(ruleset).grounds
        },
        "by_number_of_grounds": {
            number: tally.of("grounds", number)
            for (number,) in sorted(tally.names("grounds"))
        },
        "by_rule": _by_rule(ruleset, tally),
        "by_track": {rule.id: tally.of("track", rule.id) for rule in ruleset.tracks},
        "by_village": by_village(tally),
        "tallies": {rule.id: tally.of("tally", rule.id) for rule in ruleset.tallies},
        **standings(ruleset, tally),
        **previous_roster(ruleset, tally),
        "registers": {name: _register(counted, name) for name in ruleset.registers},
        "held_up": held_up(tally, counted.crowds, counted.twice),
        "unmatched_register_rows": {
            name: rows - matched for name, (rows, matched) in counted.matches.items()
        },
        "digest": counted.digest,
    }  # fmt: skip


def people(ruleset: RuleSet, tally: Tally) -> dict[str, dict[str, Count]]:
    """Under `people`, how many persons are on the form and who of them counts, where a pack says it."""
    if ruleset.persons is None:
        return {}
    return {"people": {name: tally.of("people", name) for name in PEOPLE}}


def _register(counted: Counted, name: str) -> dict[str, Any]:
    """Whether a register was supplied, and how many of its rows are surely about persons."""
    if name not in counted.matches:
        return {"supplied": False}
    rows, matched = counted.matches[name]
    return {"supplied": True, "rows": rows, "matched": matched}


def held_up(
    tally: Tally, crowds: Mapping[str, int], twice: Mapping[str, int]
) -> list[dict[str, Any]]:
    """By register, the rows that may be about somebody and leave households open; worst first.

    Under `twice` is how many of them are surely somebody's, but may be an earlier row again.

    Under `by_row` are those that hold up most households; the row `*` stands for all those that
    tell nobody apart.

    >>> tally = Tally()
    >>> for key in (("held_up", "cars", "7"), ("held_up", "cars", "*"), ("held_up_by", "cars")):
    ...     tally.add(key, 2, 5)
    >>> held_up(tally, {"cars": 3}, {"cars": 1})  # doctest: +NORMALIZE_WHITESPACE
    [{'register': 'cars', 'rows': 4, 'twice': 1, 'households': 2, 'persons': 5,
      'by_row': [{'row': '*', 'households': 2, 'persons': 5}, {'row': '7', 'households': 2, 'persons': 5}]}]
    """
    found = []
    for (register,) in tally.names("held_up_by"):
        rows = [row for name, row in tally.names("held_up") if name == register]
        counts = [{"row": row, **tally.of("held_up", register, row)} for row in rows]
        counts.sort(key=lambda each: (-cast("int", each["households"]), str(each["row"])))
        several = sum(crowds.get(register, 0) if row == "*" else 1 for row in rows)
        found.append(
            {
                "register": register,
                "rows": several,
                "twice": twice.get(register, 0),
                **tally.of("held_up_by", register),
                "by_row": counts[:WORST],
            }
        )
    return sorted(found, key=lambda each: (-cast("int", each["households"]), each["register"]))


def total(counts: Iterable[Count]) -> Count:
    """Households and persons of several counts together."""
    listed = list(counts)
    return {
        "households": sum(each["households"] for each in listed),
        "persons": sum(each["persons"] for each in listed),
    }


def _by_rule(ruleset: RuleSet, tally: Tally) -> dict[str, dict[str, Count]]:
    """Every rule and register in the pack's order, then what else was found, by name."""
    found: dict[str, dict[str, Count]] = {}
    for rule_id, outcome in tally.names("rule"):
        found.setdefault(rule_id, {})[outcome] = tally.of("rule", rule_id, outcome)
    names = [rule.id for rule in ruleset.rules if rule.kind in ("criterion", "exclusion", "review")]
    names += [register.id for register in ruleset.registers.values()]
    names += sorted(found.keys() - set(names))
    return {name: dict(sorted(found.get(name, {}).items())) for name in names}


def by_village(tally: Tally) -> dict[str, dict[str, Count]]:
    """Of each village all its households, and those of each eligibility."""
    villages = dict.fromkeys(village for village, _ in tally.names("village"))
    found = {}
    for village in villages:
        counts: dict[str, Count] = {
            name: tally.of("village", village, name) for name in ELIGIBILITIES
        }
        found[village] = {"all": total(counts.values()), **counts}
    return found


def standings(ruleset: RuleSet, tally: Tally) -> dict[str, Any]:
    """Under `by_standing` the counts of each standing, and `on_roster`, where the pack has standings."""
    if not ruleset.standings:
        return {}
    return {"by_standing": by_standing(ruleset, tally), "on_roster": tally.of("on_roster")}


def by_standing(ruleset: RuleSet, tally: Tally) -> dict[str, Count]:
    """The counts of each standing, in the pack's order, those that are open last."""
    return {name: tally.of("standing", name) for name in standing_names(ruleset)}


def previous_roster(ruleset: RuleSet, tally: Tally) -> dict[str, dict[str, Count]]:
    """Under `previous_roster`, the counts against it, where the form says whether it was on it.

    `before` was on it, `left` had left poverty by then, as the form says; then each standing. With
    `unsettled`, which were on it and are open, before + left - removed - unsettled + new is the
    roster of now.
    """
    if not tally.names("was"):
        return {}
    found = {name: tally.of("was", name) for name in ("before", "left")}
    found |= by_standing(ruleset, tally)
    return {"previous_roster": {**found, "unsettled": tally.of("was", "unsettled")}}
