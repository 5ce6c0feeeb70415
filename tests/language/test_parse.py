"""Conditions: what is the same tree, what type it has, and every refusal at its place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shibie.language import tree
from shibie.language.parse import ExpressionError, parse
from shibie.language.types import BOOL, Bool, Number
from support.expressions import conditions
from support.probe import probe

NAMES = probe().names


def refusals(text: str) -> list[tuple[str, str, str | None]]:
    """(underlined text, what, suggestion) of every refusal, in English."""
    with pytest.raises(ExpressionError) as caught:
        parse(text, NAMES, expect=Bool)
    return [
        (text[each.at[0] : sum(each.at)], each.what.en, each.suggestion and each.suggestion.en)
        for each in caught.value.refusals
    ]


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("人均 < 线", "per_head < line"),
        ("成员.any(健康状况 == 健康状况 or 年龄 > 60)", None),
        ("成员.any(个人工资 > 户.自付支出)", "members.any(wage > household.spending)"),
        ("车辆比对.any(车价 >= 30000)", "vehicles.any(value >= 30000)"),
        ("低收入 and 标记", "low and flag"),
        ('级别 == "甲"', "level == '甲'"),
        ("认定日期 > 入户日期", "as_of > visited_on"),
        ("地方线 < 线", "regional < line"),
        ("( 人均\n  < 线 )  # 说明", "per_head<line"),
        ("人均 > 1 and (标记)", "per_head > 1.0 and flag"),
    ],
)
def test_chinese_and_english_are_the_same_tree(chinese: str, english: str | None) -> None:
    if english is not None:
        assert parse(chinese, NAMES) == parse(english, NAMES)
    else:
        # A set of codes is only ever asked for a code.
        assert refusals(chinese)[0][1] == "cannot compare set of codes with set of codes"


def test_trees() -> None:
    income = tree.Field("household", "wage_income", type=parse("wage_income", NAMES).type)
    five = tree.Literal(parse("5", NAMES).value, type=Number(0, 5))  # type: ignore[attr-defined]
    assert parse("wage_income < 5", NAMES) == tree.Compare("<", income, five, type=BOOL)
    chained = parse("1 < wage_income <= 5", NAMES)
    assert isinstance(chained, tree.And)
    assert [part.op for part in chained.operands if isinstance(part, tree.Compare)] == ["<", "<="]
    negated = parse('"因病" not in risks', NAMES)
    assert isinstance(negated, tree.Not)
    assert isinstance(negated.operand, tree.HasCode)
    assert parse("-5", NAMES) != parse("5", NAMES)
    assert parse("true", NAMES) == parse("True", NAMES) == tree.Literal(True)


@pytest.mark.parametrize(
    ("text", "scale", "limit"),
    [
        ("wage_income", 2, 10**12 - 1),
        ("wage_income + spending", 2, 2 * (10**12 - 1)),
        ("wage_income * 0.5", 3, 10**12 - 1),
        ("round(wage_income / 3, 2)", 2, 10**12),
        ("members.count()", 0, 10_000),
        ("accounts.sum(balance)", 2, (10**12 - 1) * 10_000),
        ("round(area, 1)", 1, 10**12),
        ("members.min(age)", 0, 200),
    ],
)
def test_how_large_numbers_can_be(text: str, scale: int, limit: int) -> None:
    assert parse(text, NAMES).type == Number(scale, limit)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("wage_incme > 1", [("wage_incme", "unknown name 'wage_incme'", "did you mean 'wage_income'?")]),
        ("wage_incme > 1 and flg", [("wage_incme", "unknown name 'wage_incme'", "did you mean 'wage_income'?"),
                                    ("flg", "unknown name 'flg'", "did you mean 'flag'?")]),
        ("wage > 1", [("wage", "'wage' is a fact of each member", "members.any(wage …)")]),
        ("members.any(flag)", [("flag", "there is no 'flag' here", "write household.flag")]),
        ("vehicles.any(age > 1)", [("age", "unknown name 'age'", None)]),
        ("members.any(vehicles.any(wage > 1))", [("wage", "there is no 'wage' here", "write member.wage")]),
        ("vehicles.any(kind == '轿车' and member.age >= 40)",
         [("member.age", "unknown prefix 'member'", "members.any(vehicles.any(…)), where a row is one member's")]),
        ("members.any(household.vehicles.any(本人.age >= 40))",
         [("本人.age", "unknown prefix '本人'", "members.any(vehicles.any(…)), where a row is one member's")]),
        ("wage > 1 or member.age >= 40", [("wage", "'wage' is a fact of each member", "members.any(wage …)"),
                                          ("member.age", "unknown prefix 'member'", None)]),
        ("members", [("members", "'members' is a collection, not a value", "members.any(…) or members.count()")]),
        ("vehicles.anny(value > 1)", [("anny", "there is no method 'anny'", "did you mean 'any'?")]),
        ("vehicle.any(value > 1)", [("vehicle", "'vehicle' is neither members nor a register", "did you mean 'vehicles'?")]),
        ("members.any(members.any(flag))", [("members", "a member has no members", "write household.members")]),
        ("members.any(member.everyone.any(flag))", [("member.everyone", "a member has no members", "write household.everyone")]),
        ("vehicles.any(everyone.any(wage > 1))", [("everyone", "a row does not see 'everyone' bare", "write household.everyone")]),
        ("vehicles.any(accounts.any(active))", [("accounts", "a row does not see 'accounts' bare", "write household.accounts")]),
        ("wage_income / 3 < 1", [("wage_income / 3", "a division must say how it is rounded", "round(x / y, 2)")]),
        ("wage_income % 3 < 1", [("wage_income % 3", "unsupported operator; there are + - * /", None)]),
        ("wage_income", [("wage_income", "expected a yes/no condition, found decimal(2)", None)]),
        ("flag and wage_income", [("wage_income", "expected a yes/no condition, found decimal(2)", None)]),
        ("flag < True", [("flag < True", "bool knows only == and !=", None)]),
        ('wage_income > "5"', [('wage_income > "5"', "cannot compare decimal(2) with text", "numbers take no quotes")]),
        ('visited_on > "2015-01-01"', [('visited_on > "2015-01-01"', "cannot compare date with text", 'write dates as date("2015-07-01")')]),
        ('level == "丁"', [('"丁"', "'丁' is not in the code list: 甲, 乙, 丙", None)]),
        ('level in ["甲", "丁"]', [('"丁"', "'丁' is not in the code list: 甲, 乙, 丙", None)]),
        ('"因贫" in risks', [('"因贫"', "'因贫' is not in the code list: 因病, 因灾, 因学", "did you mean '因病'?")]),
        ('level == "甲" if flag else 3', [('level == "甲" if flag else 3', "the branches differ: bool, integer", None)]),
        ('date("2015-02-30") < as_of', [('"2015-02-30"', "not a valid date", 'write date("2015-07-01")')]),
        ("wage_income > 10000000000000000000000000000",
         [("10000000000000000000000000000", "may need over 28 digits", "shorten it first with round(…, 2)")]),
        ("wage_income > 12.3456789012345678901234567891",
         [("12.3456789012345678901234567891", "may need over 28 digits", "shorten it first with round(…, 2)")]),
        ("round(wage_income, 9) > 1", [("9", "places must be a whole number from 0 to 6", None)]),
        ("len(members) > 1", [("len", "there is no function 'len'", "at_least, round, floor, ceil, min, max, abs, known, years_between, months_between, days_between, year, month, date")]),
        ("__import__('os').system('x')", [("__import__('os')", "'__import__('os')' is neither members nor a register", None)]),
        ("[x for x in members]", [("[x for x in members]", "this is not part of the rule language", None)]),
        ("(lambda: 1)()", [("(lambda: 1)()", "this cannot be called", None)]),
        ("wage_income == None", [("None", "there is no value None", "ask known(…) instead")]),
        ("wage_income > 1e3", [("1e3", "unsupported constant", "write numbers as 2855 or 0.5")]),
        ("wage_income > 1_000", [("1_000", "unsupported constant", "write numbers as 2855 or 0.5")]),
        ("flag is True", [("flag is True", "'is' is not supported", "==")]),
        ("flag == ", [(" ", "not a valid expression", None)]),
        ("wage_income = 5", [("=", "not a valid expression", "equality is written ==")]),
        ("", [("", "the expression is empty", None)]),
        ("members.any(flag for flag in x)", [("(flag for flag in x)", "this is not part of the rule language", None)]),
        ("accounts.sum(balance) * wage_income * wage_income > 1",
         [("accounts.sum(balance) * wage_income", "may need over 28 digits", "shorten it first with round(…, 2)")]),
        ("level in []", [("[]", "the list is empty", None)]),
        ("rooms in [1, 1]", [("[1, 1]", "the list repeats a value", None)]),
        ("round(1, 2, 3) > 1", [("round(1, 2, 3)", "round takes 1 to 2 arguments", None)]),
    ],
)  # fmt: skip
def test_refused_at_its_place(text: str, expected: list[tuple[str, str, str | None]]) -> None:
    found = refusals(text)
    assert found == expected


@pytest.mark.parametrize(
    ("bare", "written"),
    [
        ("members.any(everyone.any(wage > 1))", "members.any(household.everyone.any(wage > 1))"),
        ("everyone.all(known(everyone))", "everyone.all(known(household.everyone))"),
        ("members.sum(everyone.count()) > 1", "members.sum(household.everyone.count()) > 1"),
    ],
)
def test_of_a_member_everyone_is_the_households(bare: str, written: str) -> None:
    assert parse(bare, NAMES) == parse(written, NAMES)


def test_full_width_signs_are_named() -> None:
    ((found, what, suggestion),) = refusals("wage_income \uff1c 5")
    assert (found, what, suggestion) == (
        "\uff1c",
        "not a valid expression",
        "write < instead of '\uff1c'",
    )
    ((found, _, suggestion),) = refusals("members.any\uff08flag\uff09")
    assert suggestion == "write ( instead of '\uff08'"
    assert found == "\uff08"


def test_deep_and_long_texts_are_refused_not_crashed() -> None:
    assert refusals("(" * 5000 + "flag" + ")" * 5000)
    assert refusals("not " * 3000 + "flag")[0][1] == "nested deeper than 60"
    assert refusals("flag or " * 3000 + "flag")[0][1] == "longer than 20000 characters"
    assert refusals("flag\x00")


@given(st.text(max_size=60))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        parse(text, NAMES)
    except ExpressionError as error:
        places = [each.at for each in error.refusals]
    else:
        places = []
    assert all(0 <= start <= len(text) and length > 0 for start, length in places)


@given(conditions(partial=True, known=True))
def test_random_conditions_are_conditions(both: object) -> None:
    assert parse(both.text, NAMES).type == BOOL  # type: ignore[attr-defined]
