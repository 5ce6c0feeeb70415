"""The result tables: which there are, their columns, and their rows from decisions."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from shibie.acts import COLUMNS as ACT_COLUMNS
from shibie.acts import Act
from shibie.checking_in_python import Checked
from shibie.decision import Decision
from shibie.errors import Lang
from shibie.results.table import Table
from shibie.rosters.records import Rejection

# Columns are only ever added at the end.
COLUMNS: Final = {
    "decisions": (
        "household_id", "eligibility", "kind", "grounds", "reviews", "unknown", "tracks",
    ),
    "findings": ("household_id", "member_id", "rule_id", "kind", "outcome"),
    "tracks": ("household_id", "member_id", "track"),
    "rejected": ("source", "row", "field", "value", "reason", "code"),
    "acts": ACT_COLUMNS,
}  # fmt: skip
LISTS: Final = frozenset(("grounds", "reviews", "unknown", "tracks"))


def lists_of(name: str) -> frozenset[str]:
    """The columns of a result table whose cells are lists."""
    return LISTS if name == "decisions" else frozenset()


def result_tables(checked: Checked, lang: Lang = "zh") -> tuple[Table, ...]:
    """decisions, findings, tracks, rejected and acts, in the roster's order."""
    decisions = checked.decisions
    rows: dict[str, tuple[tuple[Any, ...], ...]] = {
        "decisions": tuple(_decision_row(checked, decision) for decision in decisions),
        "findings": tuple(
            (each.household_id, each.member_id, each.rule_id, each.kind, each.outcome)
            for decision in decisions
            for each in decision.findings
        ),
        "tracks": tuple(
            (each.household_id, each.member_id, each.track)
            for decision in decisions
            for each in decision.tracks
        ),
    }
    return (
        *(Table(name, COLUMNS[name], rows[name], lists_of(name)) for name in rows),
        rejected_table(checked.roster.rejected, lang),
        acts_table(checked.roster.acts),
    )


def acts_table(acts: Iterable[Act]) -> Table:
    """What was decided and corrected, as far as it counts: to be read again as it is."""
    return Table("acts", COLUMNS["acts"], tuple(act.row() for act in acts))


def rejected_table(rejected: Iterable[Rejection], lang: Lang) -> Table:
    """The rejected rows with their reasons."""
    rows = tuple(
        (each.source, each.row, each.field, each.value, each.reason.say(lang), each.code)
        for each in rejected
    )
    return Table("rejected", COLUMNS["rejected"], rows)


def _decision_row(checked: Checked, decision: Decision) -> tuple[Any, ...]:
    given = {track.track for track in decision.tracks}
    tracks = tuple(rule.id for rule in checked.ruleset.tracks if rule.id in given)
    return (
        decision.household_id,
        decision.eligibility,
        decision.kind,
        decision.grounds,
        decision.reviews,
        decision.unknown,
        tracks,
    )
