"""Perhaps-rows, rows of several members, crowd rows and persons who may not count, in SQL."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shibie.case import Case, Rows
from shibie.engines.decide import decide
from shibie.engines.sql.cases_in_memory import decide_all
from shibie.language.names import Context
from shibie.language.parse import ExpressionError, parse
from shibie.ruleset.loader import loads
from shibie.ruleset.model import RuleSet
from support import readings
from support.completion_texts import bool_text, number_text
from support.completions import PACK, case_of_home, drawn
from support.parts import Part, parts_of
from support.profiles import examples

# Of twenty households each: a hundred thousand in the deep profile.
EXAMPLES = examples(quick=20, ci=100, deep=5_000)
RULES = """
exclusions:
  - {id: car, title: 有车, when: cars.any(kind == '车')}
  - {id: rich, title: 车多, when: cars.sum(price) >= 3 and members.count() < 3}
  - {id: paid, title: 领工资, when: members.any(paid and cars.count() >= 1), effect: review}
tracks:
  - {id: poor_one, title: 低收入, for: member, when: wage < 2}
"""
PACKS = {
    whose: loads(PACK.format(whose=whose).replace('poor: "true"', 'poor: round(income / members.count(), 2) < 3') + RULES)
    for whose in ("members", "everyone")
}  # fmt: skip


def case_drawn(random: Random, whose: str) -> Case:
    """A household of which some rows that may be somebody's tell nobody apart."""
    case = case_of_home(PACKS[whose], drawn(random))
    crowd = random.random() < 0.5
    rows = tuple(
        Rows(
            tuple(row if row.sure else replace(row, crowd=crowd) for row in each.items),
            each.complete,
        )
        for each in case.rows["cars"]
    )
    return replace(case, rows={"cars": rows})


def outside_rows(ruleset: RuleSet, parts: list[Part]) -> list[Part]:
    """All parts but those at rows: SQL does not put crowd rows beside each person."""
    return [part for part in parts_of(ruleset, parts) if not part.where.in_rows]


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**40))
def test_sql_says_what_the_interpreter_says(seed: int) -> None:
    random = Random(seed)
    whose = random.choice(("members", "everyone"))
    ruleset, parts = PACKS[whose], []
    for _ in range(6):
        text = random.choice((bool_text, number_text))(random, "household", 3)
        try:
            parts.append(Part(parse(text, ruleset.names, Context.household(), None)))
        except ExpressionError:
            continue
    every = outside_rows(ruleset, parts)
    cases = [case_drawn(random, whose) for _ in range(20)]
    readings.agree(
        every,
        cases,
        readings.by_interpreter(ruleset, every, cases),
        readings.by_sql(ruleset, every, cases),
    )


@settings(max_examples=EXAMPLES)
@given(st.integers(0, 2**40))
def test_whole_decisions_and_what_is_unknown(seed: int) -> None:
    random = Random(seed)
    whose = random.choice(("members", "everyone"))
    cases = [case_drawn(random, whose) for _ in range(20)]
    found = decide_all(PACKS[whose], cases)
    for case, by_sql in zip(cases, found, strict=True):
        assert by_sql == decide(PACKS[whose], case)


@pytest.mark.parametrize("text", [
    "cars.count() >= 2", "cars.count(kind == '车') == 0", "cars.sum(price) > 3",
    "cars.sum(price if household.income > 2 else 1) > 3", "cars.max(price) < 1",
    "cars.count(household.members.count() > 1) < 2", "cars.min(price - 1) >= 0",
])  # fmt: skip
def test_a_row_of_several_members_counts_once(text: str) -> None:
    for whose, ruleset in PACKS.items():
        node = parse(text, ruleset.names, Context.household(), None)
        parts = outside_rows(ruleset, [Part(node)])
        cases = [case_drawn(Random(seed), whose) for seed in range(120)]
        readings.agree(
            parts, cases,
            readings.by_interpreter(ruleset, parts, cases), readings.by_sql(ruleset, parts, cases),
        )  # fmt: skip
