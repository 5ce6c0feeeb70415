"""Who counts as a person of the household: what may be said of it, and what follows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from shibie.bounds import Bounds
from shibie.case import Case
from shibie.engines.decide import decide
from shibie.engines.interpreter import evaluate
from shibie.engines.persons import heads, who_counts
from shibie.engines.place import Place
from shibie.engines.sql.cases_in_memory import decide_all
from shibie.errors import RulesetError
from shibie.language.parse import parse
from shibie.rosters.household_input import case_from
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet

AS_OF = date(2015, 12, 20)
PACK = """
ruleset:
  id: persons
  title: 计入人口
  effective: {{from: 2015-01-01, to: 2015-12-31}}
fields:
  - {{of: member, name: deceased, title: 已死亡, type: bool}}
  - {{of: member, name: serving, title: 服役, type: bool}}
facts:
  - {{name: per_head, title: 人均, value: "round(wage_income / members.count(), 2)"}}
  - {{name: away, title: 不在, of: member, value: serving}}
comparisons:
  - id: compare_registry
    title: 户籍比对
    register: registry
    columns: {{id_number: citizen_id, status: {{type: code, codes: [在册, 死亡]}}}}
    match: id_number
    checks: deceased
    hit: status == "死亡"
  - id: compare_cars
    title: 车辆比对
    register: cars
    columns: {{id_number: citizen_id, kind: {{type: code, codes: [轿车, 摩托]}}}}
    match: id_number
    of: {whose}
persons: {{counted: "{counted}"}}
poor: per_head < 2855
exclusions:
  - {{id: car, title: 有轿车, when: cars.any(kind == "轿车")}}
tracks:
  - {{id: work, title: 就业, for: member, when: age >= 16}}
"""


def pack(counted: str = "not deceased and not away", whose: str = "members") -> RuleSet:
    return loads(PACK.format(counted=counted, whose=whose))


def person(number: int, **facts: Any) -> dict[str, Any]:
    made = f"51192119800101{number:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    check = "10X98765432"[sum(int(a) * b for a, b in zip(made, weights, strict=True)) % 11]
    return {"id_number": made + check, "serving": False, **facts}


def case(ruleset: RuleSet, *people: dict[str, Any], **options: Any) -> Case:
    supplied: dict[str, Any] = {"registry": [], "cars": []} if options.pop("supplied", True) else {}
    facts = {"wage_income": Decimal(9000), "members": list(people), **supplied}
    return case_from(ruleset, facts, AS_OF, **options)


def number(ruleset: RuleSet, one: Case, text: str) -> Any:
    return evaluate(parse(text, ruleset.names), Place.top(ruleset, one))


DEAD = [{"status": "死亡"}]


def test_the_dead_man_does_not_count() -> None:
    """9,000 yuan over three, not over four: 3,000 is above the line of 2,855; 2,250 is not."""
    ruleset = pack()
    four = [person(1), person(2), person(3), person(4, registry=DEAD)]
    one = case(ruleset, *four)
    assert number(ruleset, one, "per_head") == Decimal("3000.00")
    assert number(ruleset, one, "everyone.count()") == 4
    assert who_counts(ruleset, one) == (True, True, True, False)
    assert heads(ruleset, one) == 3
    for found in (decide(ruleset, one), *decide_all(ruleset, [one])):
        assert (found.eligibility, found.grounds) == ("ineligible", ("not_poor",))
    alive = case(ruleset, *four[:3], person(4))
    for found in (decide(ruleset, alive), *decide_all(ruleset, [alive])):
        assert found.eligibility == "eligible"
        assert [track.member_id for track in found.tracks] == ["1", "2", "3", "4"]


def test_a_declared_absence_counts_at_once_and_a_blank_only_when_compared() -> None:
    ruleset = pack()
    told = case(ruleset, person(1), person(2, deceased=True), supplied=False)
    assert who_counts(ruleset, told) == (None, False)
    assert number(ruleset, told, "members.count()") == Bounds(0, 1)
    compared = case(ruleset, person(1), person(2))
    assert who_counts(ruleset, compared) == (True, True)


def test_who_is_listed_counts_where_declarations_are_trusted() -> None:
    ruleset = pack()
    one = case(
        ruleset, person(1), person(2, deceased=True), supplied=False, trust_declarations=True
    )
    assert who_counts(ruleset, one) == (True, False)
    assert decide_all(ruleset, [one]) == [decide(ruleset, one)]


def test_nobody_counts() -> None:
    ruleset = pack()
    one = case(ruleset, person(1, deceased=True))
    for found in (decide(ruleset, one), *decide_all(ruleset, [one])):
        assert found.eligibility == "ineligible"
        assert "nobody" in found.grounds


@pytest.mark.parametrize(("whose", "excluded"), [("members", False), ("everyone", True)])
def test_whose_rows_a_register_holds(whose: str, excluded: bool) -> None:
    ruleset = pack(whose=whose)
    one = case(ruleset, person(1), person(2), person(3, deceased=True, cars=[{"kind": "轿车"}]),
               person(4), person(5))  # fmt: skip
    for found in (decide(ruleset, one), *decide_all(ruleset, [one])):
        assert ("car" in found.grounds) is excluded


def test_who_does_not_count_gets_no_track_and_holds_up_nothing() -> None:
    ruleset = pack()
    one = case(
        ruleset, person(1), person(2), person(3), person(4), person(5),
        {"id_number": None, "serving": True},
    )  # fmt: skip
    for found in (decide(ruleset, one), *decide_all(ruleset, [one])):
        assert found.eligibility == "eligible"
        assert found.unknown == ()
        assert [track.member_id for track in found.tracks] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("counted", "path"),
    [
        ("household.members.count() > 1", "members"),
        ("household.cars.any(true)", "cars"),
        ("household.owns_vehicle", "owns_vehicle"),
        ("household.per_head > 1", "per_head → members"),
        ("counted", "counted"),
        ("household.everyone.any(counted)", "counted"),
        ("everyone.any(counted)", "counted"),
        ("everyone.any(household.members.any(age > 60))", "members"),
        ("everyone.any(household.cars.any(true))", "cars"),
    ],
)
def test_what_it_may_not_read_is_refused_with_the_path(counted: str, path: str) -> None:
    checks = PACK.replace("    of: {whose}\n", "    checks: owns_vehicle\n")
    with pytest.raises(RulesetError) as refused:
        loads(checks.format(counted=counted))
    assert path in str(refused.value)
    assert "persons" not in path


@pytest.mark.parametrize(
    "counted",
    [
        "not deceased",
        "cars.none(kind == '轿车')",
        "household.everyone.any(age > 60)",
        "everyone.any(age > 60)",
    ],
)
def test_what_it_may_read(counted: str) -> None:
    assert pack(counted).persons is not None


def test_everyone_of_a_person_is_everyone_on_the_form() -> None:
    """Only of a household of at least two on the form does anybody count."""
    alone, two = (person(1),), (person(1), person(2, deceased=True))
    for written in ("everyone", "household.everyone"):
        ruleset = pack(f"not deceased and {written}.count() > 1")
        assert who_counts(ruleset, case(ruleset, *alone)) == (False,)
        assert who_counts(ruleset, one := case(ruleset, *two)) == (True, False)
        assert decide_all(ruleset, [one]) == [decide(ruleset, one)]
        assert decide(ruleset, one).eligibility == "ineligible"
