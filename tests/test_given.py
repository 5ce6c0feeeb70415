"""A household as plain data: exact numbers, yes and no, faults at their paths, the form's rules."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from shibie.checking_in_python import check
from shibie.engines.decide import decide
from shibie.errors import InputError, Problem
from shibie.rosters.form_rules import found_words
from shibie.rosters.household_input import case_from
from shibie.rosters.roster import Roster, read_roster
from shibie.ruleset.loader import load
from support.books import PEOPLE, write_folder

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
Given = dict[str, Any]


def problems(given: Any, strict: bool = False) -> tuple[Problem, ...]:
    with pytest.raises(InputError) as caught:
        case_from(PACK, given, AS_OF, strict=strict)
    return caught.value.problems


def said(given: Any, strict: bool = False) -> list[tuple[str, str]]:
    return [(each.where, each.what.en) for each in problems(given, strict)]


# --- numbers ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (1000.1, "1000.1"), (1000.0, "1000"), ("1000.10", "1000.1"), (1000, "1000"),
        (Decimal("0.29"), "0.29"), (0.29, "0.29"), (1e9, "1000000000"), (12345678901.23, "12345678901.23"),
    ],
)  # fmt: skip
def test_numbers_are_taken_as_they_are_written(written: Any, expected: str) -> None:
    found: Any = case_from(PACK, {"wage_income": written}, AS_OF).household
    assert type(found.wage_income) is Decimal
    assert found.wage_income == Decimal(expected)


@pytest.mark.parametrize(
    ("field", "written", "code", "message"),
    [
        ("wage_income", 0.1 + 0.2, "too_many_decimals",
         "at most 2 decimal places, found '0.30000000000000004'"),
        ("wage_income", Decimal("1.005"), "too_many_decimals",
         "at most 2 decimal places, found '1.005'"),
        ("wage_income", float("nan"), "not_a_number", "expected a number, found 'nan'"),
        ("wage_income", Decimal("sNaN"), "not_a_number", "expected a number, found 'sNaN'"),
        ("wage_income", float("inf"), "not_a_number", "expected a number, found 'inf'"),
        ("wage_income", True, "not_a_number", "expected a number, found 'True'"),
        ("wage_income", [1], "invalid", "expected a single value, found '[1]'"),
        ("wage_income", 10**12, "too_large",
         "too large (must be below 1000000000000), found '1000000000000'"),
        ("wage_income", -0.01, "too_small", "must be at least 0, found '-0.01'"),
        ("wage_income", "两千五", "not_a_number", "expected a number, found '两千五'"),
        ("housing_grade", "E", "not_a_code", "not one of: A, B, C, D, found 'E'"),
        ("food_secure", "maybe", "not_yes_no", "expected 是/否 (yes/no), found 'maybe'"),
        ("food_secure", 2, "not_yes_no", "expected 是/否 (yes/no), found '2'"),
        ("exited_on", "2015-02-30", "not_a_date", "there is no such day, found '2015-02-30'"),
        ("village", True, "not_text", "expected text, found 'True'"),
        ("village", 1e17, "lost_digits", "the cell is a number and has lost digits; enter it again"
         " as text, found '100*************00'"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(field: str, written: Any, code: str, message: str) -> None:
    (problem,) = problems({field: written})
    assert (problem.where, problem.code, problem.what.en) == (field, code, message)
    assert problem.data["field"] == field
    json.dumps(problem.to_dict())


def test_a_problem_carries_its_parts() -> None:
    (problem,) = problems({"members": [{"work_months": 13}]})
    assert problem.to_dict() == {
        "code": "too_large",
        "where": "members[1].work_months",
        "what": {
            "zh": "不能大于 12，实为“13”",
            "en": "must be at most 12, found '13'",
        },
        "excerpt": "",
        "suggestion": None,
        "data": {
            "field": "work_months",
            "value": "13",
            "expected": {"type": "integer", "minimum": 0, "maximum": 12},
        },
    }


@pytest.mark.parametrize(
    ("given", "hidden"),
    [({"id_number": 110105194912310021}, "19491231"), ({"health": ["健康", "癌症"]}, "癌症")],
)
def test_what_is_sensitive_is_masked(given: Given, hidden: str) -> None:
    (problem,) = problems({"members": [given]})
    assert hidden not in str(problem.to_dict()) + problem.render("zh") + problem.render("en")


def test_every_fault_is_found_at_its_path() -> None:
    given = {
        "wage_incom": 1,
        "vehicles": "none",
        "members": [{"labor": "强"}, {"vehicles": [{}, {"value": "x"}]}],
        "adjudications": {"vehicl": "refuted", "vehicle": "perhaps", "above_local": "refuted"},
        "trust_declarations": "perhaps",
    }
    assert [(each.where, each.code) for each in problems(given)] == [
        ("wage_incom", "unknown_field"),
        ("members[1].labor", "not_a_code"),
        ("vehicles", "not_a_table"),
        ("members[2].vehicles[2].value", "not_a_number"),
        ("adjudications.vehicl", "unknown_rule"),
        ("adjudications.vehicle", "bad_verdict"),
        ("adjudications.above_local", "verdict_not_allowed"),
        ("trust_declarations", "not_yes_no"),
    ]


@pytest.mark.parametrize("given", [None, [], "household", 1])
def test_what_is_no_household_at_all(given: Any) -> None:
    (problem,) = problems(given)
    assert problem.code == "not_a_table"


# --- yes and no -------------------------------------------------------------------------


@pytest.mark.parametrize("word", [False, "否", "no", "No", "false", "无", 0])
def test_no_means_no(word: Any) -> None:
    given = {"members": [{}], "trust_declarations": word, "food_secure": word}
    case = case_from(PACK, given, AS_OF, trust_declarations=True)
    assert case.trust_declarations is False
    assert getattr(case.household, "food_secure") is False  # noqa: B009


@pytest.mark.parametrize("word", [True, "是", "yes", "true", "√", 1])
def test_yes_means_yes(word: Any) -> None:
    given = {"members": [{}], "trust_declarations": word, "food_secure": word}
    case = case_from(PACK, given, AS_OF)
    assert case.trust_declarations is True
    assert getattr(case.household, "food_secure") is True  # noqa: B009


@pytest.mark.parametrize("default", [True, False])
@pytest.mark.parametrize("given", [{}, {"trust_declarations": None}])
def test_trust_that_is_not_said_is_the_callers(given: Given, default: bool) -> None:
    assert case_from(PACK, given, AS_OF, default).trust_declarations is default


def test_blank_text_is_unknown() -> None:
    case = case_from(PACK, {"village": " ", "housing_grade": "不详"}, AS_OF)
    assert case.household.village is None
    assert getattr(case.household, "housing_grade") is None  # noqa: B009


# --- held to the form -------------------------------------------------------------------


def household(**changes: Any) -> Given:
    """A household without fault, of two people and a motorcycle."""
    head = {
        "name": "甲", "id_number": PEOPLE[0], "relation": "户主", "education": "小学",
        "labor": "普通劳动力", "health": ["健康"],
    }  # fmt: skip
    child = {
        "name": "乙", "id_number": PEOPLE[1], "relation": "之子", "school_status": "小学",
        "labor": "无劳动力", "health": ["残疾", "患有大病"],
    }  # fmt: skip
    sources = ("wage", "business", "property", "transfer")
    money = {f"{source}_income": 100.5 for source in sources} | {"production_cost": 0}
    return {
        "household_id": "H1", "village": "甲村", "food_secure": "否", "housing_grade": "C", **money,
        "members": [head, child],
        "vehicles": [{"id_number": PEOPLE[1], "kind": "摩托车"}],
        **changes,
    }  # fmt: skip


def on_a_roster(folder: Path, given: Given) -> Roster:
    """The same household, written as the tables of a roster and read again."""

    def sheet(rows: list[Given]) -> list[list[Any]]:
        names = list(dict.fromkeys(name for row in rows for name in row))
        cells = [[row.get(name) for name in names] for row in rows]
        joined = [["|".join(c) if isinstance(c, list) else c for c in row] for row in cells]
        return [names, *joined]

    tables = {"vehicles", "members", "adjudications"}
    own = {name: value for name, value in given.items() if name not in tables}
    number = given.get("household_id")
    members = [{"household_id": number, **member} for member in given["members"]]
    book = {"农户": sheet([own]), "成员": sheet(members)}
    if given.get("vehicles"):
        book["比对-车辆登记比对"] = sheet(given["vehicles"])
    return read_roster(write_folder(folder, book), PACK, AS_OF)


def test_a_household_without_fault_is_decided_as_on_a_roster(tmp_path: Path) -> None:
    roster = on_a_roster(tmp_path / "r", household())
    assert roster.rejected == ()
    (expected,) = check(PACK, roster, AS_OF).decisions
    case = case_from(PACK, household(), AS_OF, strict=True)
    assert decide(PACK, case) == expected
    assert case.household == roster.households[0]
    assert case.rows["vehicles"][1].items[0].values["kind"] == "摩托车"


def people(*members: Given) -> list[Given]:
    return [
        {**whole, **change}
        for whole, change in zip(household()["members"], [*members, {}], strict=False)
    ]


FAULTS: dict[str, tuple[Given, list[tuple[str, str]]]] = {
    "a cell": (
        {"wage_income": "两千五"}, [("wage_income", "expected a number, found '两千五'")],
    ),
    "no number": ({"household_id": None}, [("household_id", "the household number is missing")]),
    "two heads": (
        {"members": people({}, {"relation": "户主"})},
        [("members", "exactly one 户主 expected, found 2")],
    ),
    "no head": (
        {"members": people({"relation": None})},
        [("members", "exactly one 户主 expected, found 0")],
    ),
    "education and school": (
        {"members": people({}, {"education": "初中"})},
        [("members[2].education", "exactly one of education and school_status must be filled")],
    ),
    "neither": (
        {"members": people({"education": None})},
        [("members[1].education", "exactly one of education and school_status must be filled")],
    ),
    "a check digit": (
        {"members": people({}, {"id_number": PEOPLE[1][:-1] + ("1" if PEOPLE[1][-1] != "1" else "2")})},
        [("members[2].id_number", "")],
    ),
    "one person twice": (
        {"members": people({}, {"id_number": PEOPLE[0]})},
        [("members[1].id_number", ""), ("members[2].id_number", "")],
    ),
    "one member_id twice": (
        {"members": people({"member_id": "7"}, {"member_id": "7"})},
        [("members", "member ids occur twice: 7")],
    ),
    "causes": (
        {"main_cause": "因病", "other_causes": ["因病", "因学"]},
        [("other_causes", "other_causes repeats main_cause")],
    ),
    "several": (
        {"housing_grade": "E", "members": people({"labor": "强"}, {"id_number": "123"})},
        [("housing_grade", ""), ("members[1].labor", ""), ("members[2].id_number", "")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_the_same_as_on_a_roster(name: str, tmp_path: Path) -> None:
    changes, expected = FAULTS[name]
    given = household(**changes)
    found = said(given, strict=True)
    assert [(where, text if wanted else "") for (where, text), (_, wanted) in zip(
        found, expected, strict=True)] == expected  # fmt: skip
    roster = on_a_roster(tmp_path / "r", given)
    # On a roster, the household's own row says besides that its members' rows are at fault.
    of_rows = [each for each in roster.rejected if each.field and each.source != "vehicles.csv"]
    assert roster.households == ()
    if name != "no number":  # whose members are without a household there
        assert sorted(text for _, text in found) == sorted(
            found_words(each.reason, each.value).en for each in of_rows
        )
        codes = {each.code for each in problems(given, strict=True)}
        assert codes == {each.code for each in of_rows}
        assert "invalid" not in codes


def test_what_one_member_is_asked_all_are() -> None:
    given = household()
    del given["members"][1]["school_status"]
    assert said(given, strict=True) == [
        ("members[2].education", "exactly one of education and school_status must be filled")
    ]
    del given["members"][0]["education"]
    case_from(PACK, given, AS_OF, strict=True)


def test_what_cannot_be_read_causes_no_further_faults() -> None:
    given = household(members=people({"relation": "主人翁", "education": "私塾"}))
    assert [where for where, _ in said(given, strict=True)] == [
        "members[1].relation",
        "members[1].education",
    ]


def test_a_household_without_members() -> None:
    assert said(household(members=[], vehicles=[]), strict=True) == [
        ("members", "the household has no members")
    ]


def test_numbers_are_not_shown() -> None:
    twice = household(members=people({}, {"id_number": PEOPLE[0]}))
    for problem in problems(twice, strict=True):
        assert PEOPLE[0] not in str(problem.to_dict())


def test_lenient_takes_what_strict_refuses() -> None:
    for changes, _ in FAULTS.values():
        if not {"wage_income", "housing_grade"} & set(changes):
            case_from(PACK, household(**changes), AS_OF)


def test_a_register_row_must_name_its_person() -> None:
    given = household(vehicles=[{"kind": "摩托车"}])
    assert said(given, strict=True) == [
        ("vehicles[1].id_number", "without a citizen number it matches nobody")
    ]
    bad = household(vehicles=[{"id_number": "123", "kind": "摩托车"}])
    assert [where for where, _ in said(bad, strict=True)] == ["vehicles[1].id_number"]
    inside = household()
    del inside["vehicles"]
    inside["members"][1]["vehicles"] = [{"kind": "摩托车"}]
    assert case_from(PACK, inside, AS_OF, strict=True).rows["vehicles"][1].complete


def test_whoever_has_no_number_was_compared_with_nothing() -> None:
    given = household()
    for member in given["members"]:
        del member["id_number"]
    given["members"][1]["vehicles"] = [{"kind": "小型轿车"}]
    strict = case_from(PACK, given, AS_OF, strict=True).rows["vehicles"]
    assert [(len(rows.items), rows.complete) for rows in strict] == [(0, False), (1, False)]
    lenient = case_from(PACK, given, AS_OF).rows["vehicles"]
    assert [(len(rows.items), rows.complete) for rows in lenient] == [(0, True), (1, True)]


def test_a_verdict_is_signed() -> None:
    signed = {"verdict": "不属实", "evidence": "照片", "officer": "王", "date": "2015-12-01"}
    case = case_from(PACK, household(adjudications={"vehicle": signed}), AS_OF, strict=True)
    (found,) = case.adjudications.values()
    assert (found.rule_id, found.verdict, found.officer) == ("vehicle", "refuted", "王")
    assert found.date == date(2015, 12, 1)
    for verdict in ("upheld", "refuted", "exempt"):
        bare = problems(household(adjudications={"vehicle": verdict}), strict=True)
        assert [(each.where, each.code) for each in bare] == [
            ("adjudications.vehicle", "unsigned_verdict")
        ]
    late = {**signed, "date": date(2015, 12, 21)}
    assert said(household(adjudications={"vehicle": late}), strict=True)[0][0] == (
        "adjudications.vehicle.date"
    )
    # A rule test supposes a verdict; nobody signs for it.
    supposed = case_from(PACK, {"adjudications": {"vehicle": "refuted"}}, AS_OF)
    assert supposed.adjudications["vehicle"].verdict == "refuted"


def test_a_field_under_two_names_is_refused() -> None:
    given = household(工资性收入=7)
    assert said(given, strict=True) == [("工资性收入", "wage_income is given twice")]
    assert getattr(case_from(PACK, given, AS_OF).household, "wage_income") == 7  # noqa: B009
