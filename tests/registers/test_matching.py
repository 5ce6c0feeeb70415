"""Whom a row of a register is, or may be, about; and what is the same thing twice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from shibie.case import Rows
from shibie.decision import Finding
from shibie.engines.decide import decide
from shibie.registers.matching import Matched, index, matched
from shibie.registers.rows import RegisterRow
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet

AS_OF = date(2016, 1, 1)
ZHANG, LI = "511902195502280010", "511902195503010020"
PACK = """
ruleset: {{id: p, title: 试, effective: {{from: 2015-01-01, to: 2030-12-31}}}}
comparisons:
  - id: compare_accounts
    title: 存款比对
    register: accounts
    columns: {{id_number: citizen_id, owner: text, place: text, bank: text, balance: money}}
    match: id_number
{more}
criteria: [{{id: low, title: 低, when: wage_income < 3000}}]
poor: low
exclusions:
  - {{id: rich, title: 存款多, when: accounts.sum(balance) > 5000}}
  - {{id: many, title: 账户多, when: accounts.count() > 2}}
"""


def pack(*more: str) -> RuleSet:
    return loads(PACK.format(more="\n".join(f"    {line}" for line in more)))


def written(number: int, id_number: str | None, **columns: Any) -> RegisterRow:
    """A row as it stands in a file: a number that is 18 digits is usable, another is not."""
    usable = id_number is not None and "*" not in id_number and len(id_number) == 18
    unusable = "" if usable or id_number is None else id_number
    values = {"id_number": id_number if usable else None, **columns}
    return RegisterRow(number, values, unusable, readable=columns.get("balance") != "?")


def look_up(ruleset: RuleSet, *rows: RegisterRow, members: Any = None, **given: Any) -> Matched:
    people = members or [{"name": "张三", "id_number": ZHANG}]
    household = ruleset.vocabulary.household_model.model_validate(
        {
            "household_id": "A1", "village": "甲村", "wage_income": 2000,
            "members": [
                {"member_id": str(at), "relation": "配偶" if at > 1 else "户主",
                 "education": "小学", **each}
                for at, each in enumerate(people, start=1)
            ],
        }
    )  # fmt: skip
    registers = index(ruleset, {"accounts": rows}, AS_OF, **given)
    return matched(ruleset, household, registers, AS_OF)


def found(of: Matched, member: int = 0) -> list[tuple[int, bool]]:
    """The numbers of a member's rows, and whether each surely is about him."""
    return [(row.number, row.sure) for row in of.case.rows["accounts"][member].items]


# --- whom a row is about ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("id_number", "expected"),
    [
        (ZHANG, [(2, True)]),
        (LI, []),
        ("511902********0010", [(2, False)]),
        ("511902********0020", []),
        ("51190219550228****", [(2, False)]),
        ("51190219550301****", []),
        ("5119**************", [(2, False)]),
        ("5130**************", []),
        (None, [(2, False)]),
        ("5.11902E+17", [(2, False)]),
        ("无法识别", [(2, False)]),
    ],
)
def test_whom_a_number_fits(id_number: str | None, expected: list[tuple[int, bool]]) -> None:
    of = look_up(pack(), written(2, id_number, balance=90000))
    assert found(of) == expected
    assert of.case.rows["accounts"][0].complete


@pytest.mark.parametrize(
    ("id_number", "owner", "place", "fits"),
    [
        ("511902********0010", "张三", "甲村", True),
        ("511902********0010", " 张 三 ", None, True),
        ("511902********0010", "李四", None, False),
        ("511902********0020", "张三", "甲村", False),
        ("511902********0010", None, "乙村", False),
        (None, "张三", None, True),
        (None, "张三", "甲村", True),
        (None, "张三", "乙村", False),
        (None, "李四", None, False),
        (None, None, None, True),
    ],
)
def test_a_name_must_fit_besides(
    id_number: str | None, owner: str | None, place: str | None, fits: bool
) -> None:
    ruleset = pack("or_match: {name: owner, village: place}")
    of = look_up(ruleset, written(2, id_number, owner=owner, place=place, balance=90000))
    assert found(of) == ([(2, False)] if fits else [])


@pytest.mark.parametrize(
    ("owner", "fits"),
    [
        ("张*", True), ("张＊＊", True), ("张某某", True), ("张XX", True), ("*三", True), ("***", True),
        ("张○", True), ("张?", True), ("张三等2人", True), ("张三(户主)", True), ("李四、张三", True),
        ("李*", False), ("李某", False), ("李四等3户", False), ("李四(已迁出)", False), ("张四", False),
    ],
)  # fmt: skip
def test_a_name_that_is_not_shown_whole_fits_as_far_as_it_is(owner: str, fits: bool) -> None:
    ruleset = pack("or_match: {name: owner}")
    of = look_up(ruleset, written(2, "511902********0010", owner=owner, balance=90000))
    assert found(of) == ([(2, False)] if fits else [])


def test_a_hidden_name_alone_tells_nobody_apart() -> None:
    of = look_up(pack("or_match: {name: owner}"), written(2, None, owner="李*"))
    (row,) = of.case.rows["accounts"][0].items
    assert (row.sure, row.crowd) == (False, True)


@pytest.mark.parametrize(
    ("id_number", "place", "fits"),
    [
        (None, None, True),
        (None, "甲*", True),
        (None, "乙*", True),
        ("5119**************", None, True),
        ("5130**************", None, False),
        (None, "甲村", False),
        ("511902********0010", None, False),
        ("******19550228****", None, False),
    ],
)
def test_the_beginning_of_a_name_counts_in_a_row_that_tells_people_apart(
    id_number: str | None, place: str | None, fits: bool
) -> None:
    ruleset = pack("or_match: {name: owner, village: place}")
    of = look_up(ruleset, written(2, id_number, owner="李*", place=place))
    assert found(of) == ([(2, False)] if fits else [])


def test_who_is_not_named_whole_is_fitted_by_any_name() -> None:
    ruleset = pack("or_match: {name: owner}")
    people = [{"name": "张*", "id_number": ZHANG}]
    assert found(look_up(ruleset, written(2, None, owner="李四"), members=people)) == [(2, False)]


def test_a_person_without_a_name_is_fitted_by_any() -> None:
    ruleset = pack("or_match: {name: owner}")
    of = look_up(ruleset, written(2, None, owner="李四"), members=[{"id_number": ZHANG}])
    assert found(of) == [(2, False)]


@pytest.mark.parametrize(
    ("id_number", "owner", "crowd"),
    [
        (None, None, True),
        ("5119**************", None, True),
        ("5.11902E+17", None, True),
        (None, "张三", False),
        ("5119**************", "张三", False),
        ("511902********0010", None, False),
        ("******19550228****", None, False),
    ],
)
def test_what_tells_nobody_apart_is_about_a_crowd(
    id_number: str | None, owner: str | None, crowd: bool
) -> None:
    of = look_up(pack("or_match: {name: owner}"), written(2, id_number, owner=owner))
    (row,) = of.case.rows["accounts"][0].items
    assert (row.sure, row.crowd) == (False, crowd)


def test_a_row_that_fits_two_of_a_household_is_one_item() -> None:
    people = [{"name": "张三", "id_number": ZHANG}, {"name": "李四", "id_number": LI}]
    of = look_up(pack(), written(2, "511902195503010020"), written(3, None), members=people)
    assert (found(of, 0), found(of, 1)) == ([(3, False)], [(2, True), (3, False)])
    assert [row.number for row in of.case.rows_of("accounts").items] == [3, 2]


def test_who_has_no_usable_number_has_no_rows_and_may_have_any() -> None:
    for number in (None, "51190219550228001"):
        of = look_up(pack(), written(2, None, balance=1), members=[{"id_number": number}])
        assert of.case.rows["accounts"] == (Rows((), complete=False),)


def test_an_unreadable_row_of_a_person_leaves_his_rows_open() -> None:
    of = look_up(pack(), written(2, ZHANG, balance="?"), written(3, ZHANG, balance=1))
    assert found(of) == [(3, True)]
    assert not of.case.rows["accounts"][0].complete


def test_an_unreadable_row_of_nobody_may_be_anybodys() -> None:
    row = RegisterRow(2, {"id_number": None, "bank": "农行"}, "", readable=False)
    of = look_up(pack(), row)
    assert found(of) == [(2, False)]
    assert of.case.rows["accounts"][0].complete
    assert decide(pack(), of.case).unknown == ("accounts[*]",)


def test_rows_that_cannot_be_matched_may_be_set_aside() -> None:
    rows = written(2, None, balance=90000), written(3, ZHANG, balance=1)
    assert found(look_up(pack(), *rows, set_aside=["accounts"])) == [(3, True)]
    assert found(look_up(pack(), *rows, set_aside=[])) == [(2, False), (3, True)]


# --- twice ------------------------------------------------------------------------------


def twice(of: Matched) -> list[tuple[str, str, str]]:
    assert all(isinstance(each, Finding) and each.kind == "duplicate_row" for each in of.findings)
    return [(each.member_id, each.rule_id, each.outcome) for each in of.findings]


def test_a_row_delivered_twice_is_perhaps_another() -> None:
    same = {"owner": "张三", "place": "甲村", "bank": "农行", "balance": 3000}
    of = look_up(pack(), written(2, ZHANG, **same), written(3, ZHANG, **same))
    assert found(of) == [(2, True), (3, False)]
    assert twice(of) == [("1", "compare_accounts", "unknown")]
    decision = decide(pack(), of.case)
    assert (decision.eligibility, decision.unknown) == ("pending", ("accounts[3]",))


def test_rows_that_differ_in_anything_known_are_two() -> None:
    of = look_up(
        pack(),
        written(2, ZHANG, bank="农行", balance=3000),
        written(3, ZHANG, bank="邮储", balance=3000),
    )
    assert (found(of), twice(of)) == ([(2, True), (3, True)], [])


def test_a_blank_tells_no_rows_apart() -> None:
    of = look_up(
        pack(),
        written(2, ZHANG, bank=None, balance=3000),
        written(3, ZHANG, bank="农行", balance=3000),
    )
    assert found(of) == [(2, True), (3, False)]


def test_wholly_equal_rows_count_once_where_rows_are_distinct() -> None:
    ruleset = pack("rows: distinct")
    same = {"owner": "张三", "place": "甲村", "bank": "农行", "balance": 3000}
    of = look_up(ruleset, written(2, ZHANG, **same), written(3, ZHANG, **same))
    assert found(of) == [(2, True)]
    assert twice(of) == [("1", "compare_accounts", "true")]
    assert decide(ruleset, of.case).eligibility == "eligible"
    # With a blank it may be another row of which something is not known.
    of = look_up(ruleset, written(2, ZHANG, balance=3000), written(3, ZHANG, balance=3000))
    assert found(of) == [(2, True), (3, False)]
    assert twice(of) == [("1", "compare_accounts", "unknown")]


def test_rows_of_one_key_are_one_item() -> None:
    ruleset = pack("key: [bank]")
    of = look_up(
        ruleset,
        written(2, ZHANG, bank="农行", balance=3000, place="甲"),
        written(4, ZHANG, bank="农行", balance=4000, owner="张三"),
        written(5, ZHANG, bank="邮储", balance=1),
    )
    first, other = of.case.rows["accounts"][0].items
    assert (first.number, first.sure, other.number) == (2, True, 5)
    # What differs is unknown; a blank is taken from the other row.
    assert {name: first.values.get(name) for name in ("balance", "place", "owner", "bank")} == {
        "balance": None, "place": "甲", "owner": "张三", "bank": "农行",
    }  # fmt: skip
    assert twice(of) == [("1", "compare_accounts", "true")]


def test_a_house_of_husband_and_wife_is_one_item() -> None:
    people = [{"name": "张三", "id_number": ZHANG}, {"name": "李四", "id_number": LI}]
    of = look_up(
        pack("key: [bank]"),
        written(2, LI, bank="农行", balance=3000), written(3, ZHANG, bank="农行", balance=3000),
        members=people,
    )  # fmt: skip
    assert (found(of, 0), found(of, 1)) == ([(2, True)], [(2, True)])
    assert [row.number for row in of.case.rows_of("accounts").items] == [2]
    assert twice(of) == [("1", "compare_accounts", "true")]


def test_a_blank_key_leaves_it_open_whether_a_row_is_another() -> None:
    ruleset = pack("key: [bank, owner]")
    of = look_up(
        ruleset,
        written(2, ZHANG, bank="农行", balance=3000),
        written(3, ZHANG, bank="农行", owner="张三", balance=3000),
        written(4, ZHANG, bank="农行", owner="张老三", balance=3000),
    )
    assert found(of) == [(2, True), (3, False), (4, False)]


ACCOUNT = "6222021234560010123"


@pytest.mark.parametrize(
    "other",
    [
        "6222 0212 3456 0010 123", "６２２２０２１２３４５６００１０１２３", "'6222021234560010123",
        '="6222021234560010123"', "6222021234560010123\u200b", "\ufeff6222021234560010123",
        "6222021234560010123.0", " 6222021234560010123 ",
    ],
)  # fmt: skip
def test_a_key_in_another_spelling_is_the_same_key(other: str) -> None:
    of = look_up(
        pack("key: [bank]"),
        written(2, ZHANG, bank=ACCOUNT, balance=3000), written(3, ZHANG, bank=other, balance=3000),
    )  # fmt: skip
    assert (found(of), twice(of)) == ([(2, True)], [("1", "compare_accounts", "true")])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ACCOUNT, "6222-0212-3456-0010-123"), (ACCOUNT, "6222***********0123"),
        (ACCOUNT, "6222XXXXXXXXXXX0123"), (ACCOUNT, "6.22202E+18"),
        (ACCOUNT, "6222021234560010000"), (ACCOUNT, "***"), ("6222**0123", "6222**0123"),
        ("川Y*1234", "川YA1234"), ("东街1-2号", "东街12号"), ("赵某超市", "赵某超市"),
        (ACCOUNT, "6222·0212·3456·0010·123"), ("1·2", "12"), ("①2", "12"), (ACCOUNT, "尾号0123"),
        *((ACCOUNT, f"6222{sign}0123") for sign in (
            "••••", "····", "……", "....", "----", "∗∗∗", "◯◯", "〇〇〇〇", "★", "◆", "。。。", "x x x x",
            "# #", "_ _", "~~",
        )),
        ("6222••••0010", "6222••••0010"), ("6222021234560010000", "6222021234560010000"),
        ("6.22800E+18", "6227996123456789012"), ("6.2280E18", "6228012123456789012"),
        ("0062002222", "62002222"), ("6.2E +15", "6200000000000001"),
    ],
)  # fmt: skip
def test_a_key_that_may_be_another_one_leaves_it_open(one: str, other: str) -> None:
    ruleset = pack("key: [bank]")
    rows = [written(2, ZHANG, bank=one, balance=3000), written(3, ZHANG, bank=other, balance=3000)]
    of = look_up(ruleset, *rows)
    assert found(of) == [(2, True), (3, False)]
    assert twice(of) == [("1", "compare_accounts", "unknown")]
    assert decide(ruleset, of.case).eligibility == "pending"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ACCOUNT, "6222021234560010124"), (ACCOUNT, "6222****0124"), (ACCOUNT, "6.22302E+18"),
        (ACCOUNT, "6223021234560010000"), ("川YXX123", "川YAB123"), ("3#楼", "4#楼"),
        ("东街1号", "东街11号"), ("6.228E+18", "6227996123456789"), ("3#楼", "3#4楼"),
        ("6222021234560010000", "6222021234560020123"), ("6222021234567890", "6222021234567891"),
    ],
)  # fmt: skip
def test_a_key_that_is_another_one_tells_rows_apart(one: str, other: str) -> None:
    of = look_up(
        pack("key: [bank]"),
        written(2, ZHANG, bank=one, balance=3000), written(3, ZHANG, bank=other, balance=3000),
    )  # fmt: skip
    assert (found(of), twice(of)) == ([(2, True), (3, True)], [])


def test_what_two_rows_say_differently_that_may_be_one_is_unknown_of_both() -> None:
    of = look_up(
        pack("key: [bank]"),
        written(2, ZHANG, bank=ACCOUNT, balance=9000, place="甲 村"),
        written(3, ZHANG, bank="6222****0123", balance=3000, place="甲村"),
    )
    said = [
        (row.values.get("balance"), row.values["place"])
        for row in of.case.rows_of("accounts").items
    ]
    assert said == [(None, "甲 村"), (None, "甲村")]


def test_a_house_of_husband_and_wife_may_be_one_item() -> None:
    people = [{"name": "张三", "id_number": ZHANG}, {"name": "李四", "id_number": LI}]
    of = look_up(
        pack("key: [bank]"),
        written(2, LI, bank="东街1-2号", balance=3000),
        written(3, ZHANG, bank="东街12号", balance=3000),
        members=people,
    )
    assert (found(of, 0), found(of, 1)) == ([(3, False)], [(2, True)])
    assert twice(of) == [("1", "compare_accounts", "unknown")]


@pytest.mark.parametrize(
    ("hers", "sure"),
    [
        ({"bank": None, "balance": 3000}, False), ({"bank": None, "balance": 4000}, True),
        ({"bank": "邮储", "balance": 3000}, True), ({"bank": None, "balance": None}, False),
    ],
)  # fmt: skip
def test_a_row_without_a_key_may_be_the_spouses(hers: dict[str, Any], sure: bool) -> None:
    """Otherwise a blank that is filled would take an item away, and turn a decision round."""
    people = [{"name": "张三", "id_number": ZHANG}, {"name": "李四", "id_number": LI}]
    rows = (
        written(2, ZHANG, owner="张三", bank="农行", balance=3000),
        written(3, LI, owner="李四", **hers),
    )
    of = look_up(pack("or_match: {name: owner}", "key: [bank]"), *rows, members=people)
    assert (found(of, 0), found(of, 1)) == ([(2, True)], [(3, sure)])
    # Without a key rows of two persons are never one.
    of = look_up(pack("or_match: {name: owner}", "rows: distinct"), *rows, members=people)
    assert (found(of, 0), found(of, 1)) == ([(2, True)], [(3, True)])


@pytest.mark.parametrize(("one", "other"), [("6222", "6222 "), (ACCOUNT, "6222****0123")])
def test_what_is_hidden_alike_in_both_rows_is_no_difference(one: str, other: str) -> None:
    of = look_up(
        pack("key: [bank]"),
        written(2, ZHANG, bank=one, place="某村"), written(3, ZHANG, bank=other, place="某村"),
    )  # fmt: skip
    assert {row.values.get("place") for row in of.case.rows_of("accounts").items} == {"某村"}


def test_distinct_rows_are_equal_in_any_spelling() -> None:
    ruleset = pack("rows: distinct")
    same = {"owner": "张三", "place": "甲村", "balance": 3000}
    one = written(2, ZHANG, bank="农行(总行)", **same)
    of = look_up(ruleset, one, written(3, ZHANG, bank="农行（ 总行 ）", **same))
    assert (found(of), twice(of)) == ([(2, True)], [("1", "compare_accounts", "true")])
    of = look_up(ruleset, one, written(3, ZHANG, bank="农行总行", **same))
    assert (found(of), twice(of)) == (
        [(2, True), (3, False)],
        [("1", "compare_accounts", "unknown")],
    )


def test_a_row_that_may_be_of_an_item_fills_no_blank_and_denies_what_differs() -> None:
    ruleset = pack("key: [bank]")
    sure = written(3, ZHANG, bank="农行", balance=3000)
    of = look_up(
        ruleset, written(2, "511902********0010", bank="农行", balance=4000, place="甲"), sure
    )
    (row,) = of.case.rows["accounts"][0].items
    assert (row.number, row.sure, row.values.get("balance"), row.values.get("place")) == (
        3, True, None, None,
    )  # fmt: skip
    assert twice(of) == [("1", "compare_accounts", "unknown")]
    same = written(2, "511902********0010", bank="农行", balance=3000)
    (row,) = look_up(ruleset, same, sure).case.rows["accounts"][0].items
    assert row.values["balance"] == 3000


def test_an_earlier_row_that_may_be_his_and_says_less_leaves_a_later_one_open() -> None:
    mask = "511902********0010"
    less, more = written(2, mask, bank="农行"), written(3, ZHANG, bank="农行", balance=3000)
    assert found(look_up(pack(), less, more)) == [(2, False), (3, False)]
    as_much = written(2, mask, bank="农行", balance=3000)
    assert found(look_up(pack(), as_much, more)) == [(2, False), (3, True)]
