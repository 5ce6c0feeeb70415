"""Keys that come to be known turn no decision: all that blanks and hidden signs may stand for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from random import Random
from typing import Any

import pytest

from registers.test_matching import LI, ZHANG, look_up, pack, written
from shibie.engines.decide import decide
from shibie.registers.rows import RegisterRow

PEOPLE = [{"name": "张三", "id_number": ZHANG}, {"name": "李四", "id_number": LI}]
# What an account may be that is written so.
ACCOUNTS: dict[Any, tuple[str, ...]] = {
    "62220123": ("62220123",), "62229923": ("62229923",), "6222 0123": ("62220123",),
    "6222**23": ("62220123", "62229923"), None: ("62220123", "62229923", "70000000"),
    "6222-0123": ("62220123", "6222-0123"), "6.222E+7": ("62220123", "62215001"),
}  # fmt: skip
BALANCES = (2000, 3000, 6000, None)
NUMBERS = (ZHANG, LI, ZHANG, "511902********0010")


def drawn(random: Random) -> list[RegisterRow]:
    """Two to four rows of a household, as they may be delivered."""
    rows = []
    for at in range(2, random.randint(4, 6)):
        whose = random.choice(NUMBERS)
        said = {"bank": random.choice([*ACCOUNTS]), "balance": random.choice(BALANCES)}
        rows.append(written(at, whose, owner="李四" if whose == LI else "张三", **said))
    return rows


def completed(rows: Sequence[RegisterRow]) -> Iterator[list[RegisterRow]]:
    """The rows with all that their keys may be, but where one account has two balances."""
    for accounts in product(*(ACCOUNTS[row.values["bank"]] for row in rows)):
        said: defaultdict[str, set[Any]] = defaultdict(set)
        for account, row in zip(accounts, rows, strict=True):
            said[account].add(row.values["balance"])
        if all(len(balances - {None}) < 2 for balances in said.values()):
            yield [
                replace(row, values={**row.values, "bank": account})
                for account, row in zip(accounts, rows, strict=True)
            ]


@pytest.mark.parametrize("first", range(0, 4000, 1000))
def test_no_completion_turns_a_decision(first: int) -> None:
    ruleset = pack("key: [bank]", "or_match: {name: owner}")
    seen: Counter[tuple[str, str]] = Counter()
    for seed in range(first, first + 1000):
        rows = drawn(Random(seed))
        before = decide(ruleset, look_up(ruleset, *rows, members=PEOPLE).case).eligibility
        for after in completed(rows):
            found = decide(ruleset, look_up(ruleset, *after, members=PEOPLE).case).eligibility
            seen[before, found] += 1
            assert {before, found} != {"eligible", "ineligible"}, (seed, rows, after)
    # What was open is settled either way, and much is decided from the first.
    assert all(seen["pending", now] > 20 for now in ("eligible", "ineligible", "pending"))
    assert min(seen["eligible", "eligible"], seen["ineligible", "ineligible"]) > 20
