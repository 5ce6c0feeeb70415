"""Decisions as plain data: all that they hold, ready for JSON."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest

from shibie.decision import Decision, Finding, GivenTrack
from shibie.engines.decide import decide
from shibie.ruleset import packs
from shibie.ruleset.loader import load
from shibie.ruletests import load_tests


def read_back(data: dict[str, Any]) -> Decision:
    number = data["household_id"]
    values: dict[str, Any] = {
        **{name: tuple(part) if isinstance(part, list) else part for name, part in data.items()},
        "tracks": tuple(GivenTrack(household_id=number, **each) for each in data["tracks"]),
        "findings": tuple(Finding(household_id=number, **each) for each in data["findings"]),
    }
    return Decision(**values)


@pytest.mark.parametrize("name", sorted(packs.shipped()))
def test_nothing_of_a_decision_is_lost_in_json(name: str) -> None:
    ruleset = load(name)
    decisions = [decide(ruleset, test.case) for test in load_tests(ruleset)]
    assert any(decision.findings for decision in decisions)
    for decision in decisions:
        data = decision.to_dict()
        assert list(data) == [each.name for each in fields(Decision)]
        assert read_back(json.loads(json.dumps(data))) == decision
