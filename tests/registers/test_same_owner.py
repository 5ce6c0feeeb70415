"""One row delivered with its owner written in two ways: compared as far as both are shown."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

import shibie
from registers.test_matching import LI, ZHANG, look_up, pack, written
from shibie.engines.decide import decide
from shibie.explanations.text import short
from shibie.registers.said_texts import said_as_shown
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet

DAY = date(2016, 1, 1)
ENGINES = ("interpreter", "duckdb")
PACK = """
ruleset: {{id: p, title: 试, effective: {{from: 2015-01-01, to: 2030-12-31}}}}
comparisons:
  - id: compare_deposits
    title: 存款比对
    register: deposits
    columns: {{id_number: citizen_id, balance: money, bank: text, account: text, owner: text}}
    match: id_number
    or_match: {{name: owner}}
    {more}
criteria: [{{id: low, title: 低, when: wage_income < 3000}}]
poor: low
exclusions: [{{id: rich, title: 存款多, when: deposits.sum(balance) > 5000}}]
"""
# Registers in which nothing tells the rows of an account without a number apart.
KEYLESS, DISTINCT, BLANK = "basis: {}", "rows: distinct", "key: [bank, account]"
ONE, PERHAPS, TWO = ("eligible", ()), ("pending", ("deposits[3]",)), ("ineligible", ())
Found = tuple[tuple[str, tuple[str, ...]], list[str]]


def register(more: str) -> RuleSet:
    return loads(PACK.format(more=more).replace("    basis: {}\n", ""))


def checked(folder: Path, ruleset: RuleSet, account: str, owners: Any, engine: Any) -> Found:
    """What is decided of 张三, and what is found of rows that came twice."""
    (folder / "registers").mkdir(parents=True)
    for name, text in {
        "households": "household_id,village,wage_income\nA1,甲村,2000\n",
        "members": f"household_id,member_id,name,id_number,relation\nA1,1,张三,{ZHANG},户主\n",
        "registers/deposits": "id_number,balance,bank,account,owner\n"
        + "".join(f'{ZHANG},3000,农行,{account},"{owner}"\n' for owner in owners),
    }.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    with shibie.check(ruleset, folder, DAY, engine=engine) as found:
        (decision,) = found.decisions
        twice = [row["outcome"] for row in found.findings if row["kind"] == "duplicate_row"]
        return (decision["eligibility"], tuple(decision["unknown"])), twice


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("more", "account"), [(KEYLESS, "6222"), (BLANK, ""), (DISTINCT, "6222"), (DISTINCT, "")]
)
@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        (("张三", "张三等2人"), (PERHAPS, ["unknown"])),
        (("张三等2人", "张三"), (PERHAPS, ["unknown"])),
        (("张三", "张三(户主)"), (PERHAPS, ["unknown"])),
        (("张三【户主】", "张三（已迁出）"), (PERHAPS, ["unknown"])),
        (("张三", "张三、李四"), (PERHAPS, ["unknown"])),
        (("张三", "张三\n李四"), (PERHAPS, ["unknown"])),
        (("张三", "张三等户"), (PERHAPS, ["unknown"])),
        (("张三", "张X"), (PERHAPS, ["unknown"])),
        (("张*", "张三等2人"), (PERHAPS, ["unknown"])),
        (("张三", "李四"), (TWO, [])),
        (("张三", "李四等2人"), (TWO, [])),
        (("张三(户主)", "李四"), (TWO, [])),
        (("*三", "李四"), (TWO, [])),
        (("张*强", "张国明"), (TWO, [])),
    ],
)  # fmt: skip
def test_owners_are_compared_by_what_they_show(
    tmp_path: Path, more: str, account: str, owners: tuple[str, str], expected: Found, engine: Any
) -> None:
    assert checked(tmp_path, register(more), account, owners, engine) == expected


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("owner", ["张三", "张三等2人", "张三、李四", "张三(户主)"])
def test_owners_that_are_written_alike_are_one(tmp_path: Path, owner: str, engine: Any) -> None:
    for more, account, expected in (
        (DISTINCT, "6222", (ONE, ["true"])),
        (BLANK, "6222", (ONE, ["true"])),
        (BLANK, "", (PERHAPS, ["unknown"])),
        (KEYLESS, "6222", (PERHAPS, ["unknown"])),
    ):
        folder = tmp_path / f"{more.split(':')[0]}-{account}"
        assert checked(folder, register(more), account, (owner, owner), engine) == expected


@pytest.mark.parametrize("engine", ENGINES)
def test_an_owner_in_the_key_is_no_other_key_as_long_as_he_may_be_the_same(
    tmp_path: Path, engine: Any
) -> None:
    ruleset = register("key: [bank, owner]")
    for at, (owners, expected) in enumerate(
        [
            (("张三", "张三等2人"), (PERHAPS, ["unknown"])),
            (("张三等2人", "张三等2人"), (ONE, ["true"])),
            (("张三", "李四等2人"), (TWO, [])),
        ]
    ):
        assert checked(tmp_path / str(at), ruleset, "6222", owners, engine) == expected


def test_an_explanation_asks_whether_both_are_one(tmp_path: Path) -> None:
    ruleset = register(BLANK)
    checked(tmp_path, ruleset, "", ("张三", "张三等2人"), "interpreter")
    said = "\n".join(short(shibie.explain(ruleset, tmp_path, DAY, "A1")))
    assert "存款比对第 3 行与第 2 行是一件（重复报送） → 纳入" in said
    assert "存款比对第 3 行与第 2 行是两件 → 不纳入（存款多）" in said


@pytest.mark.parametrize("engine", ENGINES)
def test_texts_beside_or_match_are_compared_as_they_are_written(
    tmp_path: Path, engine: Any
) -> None:
    ruleset = loads(PACK.format(more="rows: distinct").replace("    or_match: {name: owner}\n", ""))
    assert checked(tmp_path, ruleset, "6222", ("张三", "张三等2人"), engine) == (TWO, [])


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("张三", "张 三", True), ("张三等2人", "张三等２人", True), ("张三、李四", "张三、李四", True),
        ("张三", "张三等2人", None), ("张三", "张三丰等2人", False), ("张三等2人", "张三丰", None),
        ("李四、张三", "张三", None), ("张三×2", "张三", False), ("张三", "张三丰*", False),
        ("-", "张三", None), ("★", "张三", None), ("张三、李四", "王五", None), ("赵*国强", "国强", False),
        ("赵*强(户主)", "赵国强", None),
        ("*强X", "李国强生", None), ("赵*强", "赵国强等2人", None), ("阿依○", "阿依古丽", None),
        ("张三", "张三丰", False), ("张三", None, None),
    ],
)  # fmt: skip
def test_what_two_owners_say(one: str, other: str | None, expected: bool | None) -> None:
    mine, yours = said_as_shown(one), said_as_shown(other)
    found = mine and yours and (mine.same_as(yours), yours.same_as(mine))
    assert found == (None if other is None else (expected, expected))


# --- more is shown ----------------------------------------------------------------------

# Whom an owner that is written so may be, where two of one row are one.
OWNERS = {
    "张三": ("张三",), "张三等2人": ("张三", "张三等2人"), "张三(户主)": ("张三", "张三(户主)"),
    "张*": ("张三", "张三等2人", "张伟"), "李四、张三": ("张三", "李四"), "*三": ("张三", "李三"),
    "张x": ("张三", "张伟"), "李四": ("李四",), "张*强": ("张国强", "张强强(户主)"),
}  # fmt: skip


@pytest.mark.parametrize("more", ["of: members", "key: [place, bank]", "rows: distinct"])
def test_no_owner_that_comes_to_be_known_turns_a_decision(more: str) -> None:
    ruleset = pack(*([] if more == "of: members" else [more]), "or_match: {name: owner}")
    people = [{"name": "张三", "id_number": ZHANG}, {"name": "李四", "id_number": LI}]
    seen: Counter[tuple[str, str]] = Counter()

    def decided(rows: list[tuple[str, str, int]]) -> str:
        found = [
            written(at, whose, owner=owner, bank="农行", place=None, balance=balance)
            for at, (whose, owner, balance) in enumerate(rows, start=2)
        ]
        return decide(ruleset, look_up(ruleset, *found, members=people).case).eligibility

    for seed in range(400):
        random = Random(seed)
        rows = [
            (
                random.choice((ZHANG, ZHANG, LI)),
                random.choice([*OWNERS]),
                random.choice((2000, 3000)),
            )
            for _ in range(random.randint(2, 3))
        ]
        before = decided(rows)
        for _ in range(4):
            after = [(whose, random.choice(OWNERS[owner]), much) for whose, owner, much in rows]
            found = decided(after)
            seen[before, found] += 1
            assert {before, found} != {"eligible", "ineligible"}, (seed, rows, after)
    assert min(seen["pending", "ineligible"], seen["pending", "pending"]) > 20
    assert min(seen["eligible", "eligible"], seen["ineligible", "ineligible"]) > 20
