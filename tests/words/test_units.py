"""Units of what is worked out: an amount stays one, and no number has a unit that is not its own."""

from __future__ import annotations

from typing import Any

import pytest

from shibie.engines.place import Place
from shibie.engines.trace import trace
from shibie.language import tree
from shibie.language.parse import parse
from shibie.rosters.household_input import case_from
from shibie.words.prose import state
from shibie.words.units import unit_of
from support.expressions import AS_OF
from support.probe import probe

PROBE = probe()


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("wage_income", "元/年"),
        ("wage_income * 1.5", "元/年"),
        ("100 * wage_income", "元/年"),
        ("(100 - rooms) * wage_income", "元/年"),
        ("round(wage_income / members.count(), 2)", "元/年"),
        ("ceil(line / 12)", "元/人·年"),
        ("max(wage_income - spending, 0) * 0.3", "元/年"),
        ("wage_income if flag else 0", "元/年"),
        # By the year and by the person are both yuan.
        ("wage_income + line", "元/人·年"),
        ("-abs(spending)", "元/年"),
        ("area - 1", "亩"),
        # A share is no amount, nor is anything that is made with the square of one.
        ("round(wage_income / spending, 2)", ""),
        ("wage_income * spending", ""),
        ("line * line * 2", ""),
        # Twelve times a number of years is no number of years; nor is yuan times an area yuan.
        ("area * 12", ""),
        ("round(area / 12, 2)", ""),
        ("line * area", ""),
        ("line * (area * 2)", ""),
        ("wage_income + area", ""),
        ("wage_income + area * 12", ""),
        ("rooms * 2", ""),
        ("members.count()", ""),
    ],
)  # fmt: skip
def test_the_unit_of_a_number(text: str, unit: str) -> None:
    node = parse(f"({text}) > 0", PROBE.names)
    assert isinstance(node, tree.Compare)
    assert unit_of(node.left, PROBE) == unit


@pytest.mark.parametrize(
    ("text", "facts", "chinese", "english"),
    [
        ("wage_income < spending * 1.5", {"wage_income": 11000, "spending": 8000},
         "工资性收入 11,000.00 元，低于自付支出 × 1.5 = 12,000.00 元",
         "wage income 11,000.00 元 is below spending × 1.5 = 12,000.00 元"),
        ("wage_income > 1.5 * spending", {"wage_income": 12001, "spending": 8000},
         "工资性收入 12,001.00 元，高于1.5 × 自付支出 12,000.00 元",
         "wage income 12,001.00 元 is above 1.5 × spending 12,000.00 元"),
        # The half of a cent goes up.
        ("wage_income > 0.5 * spending", {"wage_income": 2, "spending": "0.01"},
         "工资性收入 2.00 元，高于0.5 × 自付支出 0.01 元",
         "wage income 2.00 元 is above 0.5 × spending 0.01 元"),
        # What two decimals would make alike is said whole.
        ("wage_income > 0.5 * spending", {"wage_income": "0.01", "spending": "0.01"},
         "工资性收入 0.01 元，高于0.5 × 自付支出 0.005 元",
         "wage income 0.01 元 is above 0.5 × spending 0.005 元"),
        ("rooms * 12 >= 720", {"rooms": 60}, "房间数 × 12 = 720，不低于720", "rooms × 12 = 720 is at least 720"),
    ],
)  # fmt: skip
def test_what_was_worked_out(text: str, facts: dict[str, Any], chinese: str, english: str) -> None:
    case = case_from(PROBE, facts, AS_OF)
    said = trace(parse(text, PROBE.names), Place.top(PROBE, case))
    assert state(said, PROBE, AS_OF) == chinese
    assert state(said, PROBE, AS_OF, "en") == english


def test_what_several_parts_found_alike_is_said_once() -> None:
    node = parse('"因病" not in risks and "因灾" not in risks and flag', PROBE.names)
    case = case_from(PROBE, {"risks": [], "flag": True}, AS_OF)
    assert state(trace(node, Place.top(PROBE, case)), PROBE, AS_OF) == "风险：无；标记：是"
