"""The strategies reach what a rule set tells apart, stay valid, and shrink to little."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from decimal import Decimal
from random import Random

import pytest
from hypothesis import Phase, find, given, settings

from shibie import citizen_id
from shibie.checking_in_python import check
from shibie.errors import InputError
from shibie.proofs.decision_conditions import is_complete
from shibie.proofs.witness import is_valid
from shibie.rosters.roster import Roster
from shibie.ruleset.loader import load
from shibie.ruleset.model import RuleSet
from shibie.testing import Situation, households, rosters
from shibie.testing.thresholds import mined
from support.packs import sound
from support.probe import RULES as PROBE_RULES
from support.probe import probe
from support.profiles import examples

BAZHONG, SOUND = load("bazhong-2015"), sound()
PROBE = probe(
    PROBE_RULES.replace(
        "when: age >= 16 and earning", "when: age >= 16 and earning and since < as_of"
    )
)
FAMILY = sound(
    ("  id: sound", "  id: family"),
    ("when: living_above_local", "when: 'members.any(relation == \"配偶\")'"),
)
RULESETS = [BAZHONG, SOUND, PROBE, FAMILY]
DAY = date(2015, 12, 20)
EXAMPLES = examples(quick=40, ci=80, deep=1500)
# What these look for must be found within so many, so they draw the same in every profile.
QUICK = settings(max_examples=2000, database=None, phases=[Phase.generate], derandomize=True)
SHRUNK = settings(max_examples=2000, database=None)


@pytest.mark.hypothesis
@pytest.mark.parametrize("ruleset", RULESETS, ids=lambda each: each.id)
@pytest.mark.parametrize("complete", [False, True])
def test_every_household_is_valid(ruleset: RuleSet, complete: bool) -> None:
    @settings(max_examples=EXAMPLES)
    @given(households(ruleset, complete=complete))
    def valid(situation: Situation) -> None:
        assert is_valid(ruleset, situation.given)
        assert ruleset.in_force(situation.as_of)
        assert not complete or is_complete(ruleset, situation.case)
        for member in situation.given["members"]:
            number = member["id_number"]
            if number is not None:
                assert citizen_id.parse(number, situation.as_of).number == number

    valid()


REACHED = [
    "eligible", "ineligible", "pending", "known(eligible) and low_income",
    "per_capita_net_income == poverty_line", "per_capita_net_income == poverty_line - 0.01",
    "members.count() == 3", "vehicles.any(kind == \"货运车辆\")", "not known(vehicles)",
    "vehicle.holds and vehicle.refuted", "registry_doubt.upheld", "not known(wage_income)",
    "per_capita_deposits == deposit_limit",
]  # fmt: skip


@pytest.mark.parametrize("condition", REACHED)
def test_what_the_rules_tell_apart_is_reached(condition: str) -> None:
    found = find(households(BAZHONG), lambda each: each.holds(condition), settings=QUICK)
    assert found.truth(condition) is True


def test_ages_that_count_are_reached() -> None:
    old = find(households(PROBE), lambda each: each.holds("members.any(age == 16)"), settings=QUICK)
    young = find(
        households(PROBE), lambda each: each.holds("members.any(age == 15)"), settings=QUICK
    )
    assert (old.ruleset, young.ruleset) == (PROBE, PROBE)


def test_all_three_decisions_are_common() -> None:
    seen: list[str] = []

    @settings(QUICK, max_examples=150)
    @given(households(BAZHONG))
    def look(situation: Situation) -> None:
        seen.append(situation.decision.eligibility)

    look()
    assert (
        min(seen.count(word) for word in ("eligible", "ineligible", "pending")) >= len(seen) // 50
    )


@pytest.mark.parametrize("start", range(5))
def test_they_shrink_to_little_and_show_it_as_a_rule_test(start: int) -> None:
    found = find(
        households(SOUND),
        lambda each: "vehicle" in each.decision.grounds,
        settings=SHRUNK,
        random=Random(start),
    )
    # Wherever it starts from: either the household says that it has one, or a register does.
    assert repr(found).startswith(
        "as_of: 2015-12-31\ngiven:\n  wage_income: 0\n  housing_grade: A\n  living_above_local: false\n"
    )
    assert len(found.given["members"]) <= 2
    assert len(repr(found).splitlines()) <= 16
    assert "id_number" not in repr(found)


def test_thresholds_are_mined() -> None:
    aims = mined(PROBE)
    assert aims.numbers["vehicles", "value"] == (Decimal(30000),)
    assert set(aims.numbers["household", "wage_income"]) == {Decimal(2800), Decimal("2855.5")}
    assert aims.ages == (16,)
    assert aims.registers == {"vehicles", "accounts"}
    assert aims.texts["accounts", "bank"] == ("财政",)
    assert date(2015, 6, 1) in aims.days


@settings(max_examples=EXAMPLES)
@given(rosters(BAZHONG, DAY))
def test_rosters_are_checked_whole(roster: Roster) -> None:
    checked = check(BAZHONG, roster, DAY)
    assert len(checked.decisions) == len(roster.households) == roster.given
    numbers = [number for case in checked.cases for number in case.numbers if number]
    assert len(set(numbers)) == len(numbers)


def test_rosters_have_register_rows_that_are_found() -> None:
    def hit(roster: Roster) -> bool:
        checked = check(BAZHONG, roster, DAY)
        return len(roster.households) > 1 and any(
            "vehicle" in each.grounds for each in checked.decisions
        )

    found = find(rosters(BAZHONG, DAY), hit, settings=QUICK)
    assert len(found.households) > 1


def test_a_person_in_two_households_is_drawn_where_a_pack_asks_for_it() -> None:
    ruleset = sound(("poor:", "duplicates: review\npoor:"))

    def clear(situation: Situation) -> bool:
        return situation.holds("duplicate_person.refuted and eligible")

    def held(roster: Roster) -> bool:
        waits = [each.reviews for each in check(ruleset, roster, DAY).decisions]
        return waits.count(("duplicate_person",)) > 1

    assert find(households(ruleset, DAY), clear, settings=QUICK)
    assert len(find(rosters(ruleset, DAY), held, settings=QUICK).households) > 1


def test_a_bad_condition_is_an_error_with_its_place() -> None:
    situation = Situation(DAY, {"members": [{}]}, BAZHONG)
    with pytest.raises(InputError, match="did you mean 'eligible'"):
        situation.holds("eligibl")


def test_without_hypothesis_it_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['hypothesis'] = None\n"
        "from shibie.errors import MissingExtraError\n"
        "try:\n    import shibie.testing\n"
        "except MissingExtraError as error: print(error.render('zh'))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert 'pip install "shibie[test]"' in done.stdout
