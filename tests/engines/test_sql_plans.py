"""A plan is compiled once for a rule set and what is asked of it, and for nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from shibie.engines.sql.compiling import RunSettings
from shibie.engines.sql.outcome import MOST_PLANS, planned_outcomes, planned_unknowns
from support.packs import sound

DAY = date(2015, 12, 20)


def test_a_plan_is_made_once_for_what_is_asked() -> None:
    ruleset, asked = sound(), RunSettings(DAY)
    first = planned_outcomes(ruleset, asked, "duckdb")
    assert planned_outcomes(ruleset, RunSettings(DAY), "duckdb") is first
    others = [
        planned_outcomes(ruleset, RunSettings(date(2015, 5, 31)), "duckdb"),
        planned_outcomes(ruleset, RunSettings(DAY, frozenset(["vehicles"])), "duckdb"),
        planned_outcomes(ruleset, asked, "spark"),
        planned_outcomes(ruleset, asked, "duckdb", ["village"]),
        planned_outcomes(ruleset, asked, "duckdb", procedure=True),
        planned_unknowns(ruleset, asked, "duckdb"),
    ]
    assert all(other != first for other in others)


def test_a_changed_rule_set_has_plans_of_its_own() -> None:
    ruleset, asked = sound(), RunSettings(DAY)
    changed = replace(ruleset, exclusions=ruleset.exclusions[1:])
    assert planned_outcomes(ruleset, asked, "duckdb") != planned_outcomes(changed, asked, "duckdb")


def test_a_rule_set_does_not_keep_plans_for_ever() -> None:
    ruleset = sound()
    for day in range(1, MOST_PLANS + 3):
        planned_outcomes(ruleset, RunSettings(date(2015, 7, day)), "duckdb")
    assert 0 < len(ruleset.kept("sql plans", dict)) <= MOST_PLANS
