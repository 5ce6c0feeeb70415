"""The eligible households of a roster of any size, decided in Python and held a part at a time.

The main job says who is eligible; what the households of a part rest on is then fetched from
the roster for them alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Final

from shibie.checking import HELD_BELOW
from shibie.checking import check as check_any
from shibie.checking_in_python import Checked, check
from shibie.rosters.chosen import read_chosen
from shibie.rosters.given_roster import GivenRoster, roster_of_path
from shibie.rosters.sheets import size_of
from shibie.ruleset.model import RuleSet

# Households of a part: some 20 MB, and few enough that fetching them is seconds.
PART: Final = 2_000


@dataclass(frozen=True)
class RosterParts:
    """A roster in parts.

    Attributes:
        rejected_rows: how many faults the whole roster has.
        parts: its eligible households, and others perhaps, in the roster's order; to be gone
            through once.
    """

    rejected_rows: int
    parts: Iterable[Checked]


def eligible_in_parts(
    ruleset: RuleSet,
    roster: Path,
    as_of: date,
    trust_declarations: bool = False,
    held_below: int = HELD_BELOW,
    size: int = PART,
) -> RosterParts:
    """The eligible households of a roster; a small roster is one part, with all households.

    Args:
        ruleset: the rules.
        roster: a folder or a file.
        as_of: the day of judgement.
        trust_declarations: take declared values where a register was not supplied.
        held_below: so many bytes of a roster are held at once.
        size: how many households a part of a larger roster has.

    Raises:
        InputError: when the roster cannot be used at all.
    """
    given = roster_of_path(roster, ruleset, as_of)
    if size_of(given.sheets) <= held_below:
        whole = check(ruleset, given.roster, as_of, trust_declarations=trust_declarations)
        return RosterParts(len(given.roster.rejected), (whole,))
    with check_any(
        ruleset, given, as_of, engine="duckdb", trust_declarations=trust_declarations
    ) as result:
        eligible = [row[0] for row in result.decisions.rows if row[1] == "eligible"]
        rejected_rows = result.summary["rejected_rows"]
    parts = _fetched(given, trust_declarations, eligible, size)
    return RosterParts(rejected_rows, parts)


def _fetched(
    given: GivenRoster, trust: bool, household_ids: Iterable[str], size: int
) -> Iterator[Checked]:
    ruleset, as_of, rest = given.ruleset, given.as_of, iter(household_ids)
    while part := tuple(islice(rest, size)):
        read = read_chosen(given.sheets, ruleset, as_of, part)
        yield _only(check(ruleset, read, as_of, trust_declarations=trust), frozenset(part))


def _only(checked: Checked, household_ids: Set[str]) -> Checked:
    """Without the households that were read because they share a person with one of these."""
    pairs = [
        (case, decision)
        for case, decision in zip(checked.cases, checked.decisions, strict=True)
        if decision.household_id in household_ids
    ]
    return replace(
        checked,
        cases=tuple(case for case, _ in pairs),
        decisions=tuple(decision for _, decision in pairs),
    )
