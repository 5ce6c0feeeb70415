"""Cases of which it is not sure who and what belongs, made of others at random."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import Any

from shibie.case import Case, Row, Rows
from support import values
from support.probe import DECLARATIONS

# Who counts: by fields, by a fact that a register is compared for, by one's own rows, by everyone,
# and by a number that may have no value although all it is made of is known.
COUNTED = (
    "not receives_dibao",
    "not on_payroll",
    "vehicles.none(value > 10000) or age < 16",
    "household.flag or household.everyone.count(wage > 2800) < 2",
    "round(wage / work_months, 0) >= 0",
    'vehicles.count() < 2 and role == "甲"',
)


def declarations(counted: str, everyone: bool = False, unknown: bool = False) -> str:
    """The probe's, with persons; vehicles of everyone; no row in accounts leaving it open."""
    said = DECLARATIONS
    if everyone:
        said = said.replace(
            "    register: vehicles\n", "    register: vehicles\n    of: everyone\n"
        )
    if unknown:
        said = said.replace(
            "    register: accounts\n", "    register: accounts\n    absence: unknown\n"
        )
    return f"{said}persons: {{counted: '{counted}'}}\n" if counted else said


def unsure(case: Case, seed: int, share: float = 0.3) -> Case:
    """The case with rows that may be about somebody, or several, or anybody."""
    random = Random(seed)
    return replace(
        case, rows={name: _unsure(random, name, rows, share) for name, rows in case.rows.items()}
    )


def _unsure(
    random: Random, register: str, rows: tuple[Rows, ...], share: float
) -> tuple[Rows, ...]:
    of_members: list[dict[int, Row]] = [{} for _ in rows]
    most = 0
    for index, each in enumerate(rows):
        for row in each.items:
            most = max(most, row.number)
            for other in range(len(rows)):
                if other == index or random.random() < share:
                    sure = random.random() > share
                    of_members[other][row.number] = replace(row, sure=sure)
    for number in range(most + 1, most + 1 + random.choice((0, 0, 1, 2, 3))):
        values = _values(random, register)
        for index in range(len(rows)):
            if random.random() < 0.6:
                of_members[index][number] = Row(number, values, sure=False, crowd=True)
    return tuple(
        Rows(tuple(found.values()), each.complete and random.random() > share / 2)
        for found, each in zip(of_members, rows, strict=True)
    )


_COLUMNS: Mapping[str, Mapping[str, tuple[Any, ...]]] = {
    "vehicles": {
        "kind": ("轿车", "货车", "摩托"), "value": (Decimal(0), Decimal(2800), Decimal(30000)),
    },
    "accounts": {
        "balance": (Decimal(0), Decimal("0.01"), Decimal(10000)), "opened_on": values.DAYS,
        "active": (True, False), "bank": ("农行", "财政"),
    },
}  # fmt: skip


def _values(random: Random, register: str) -> Mapping[str, Any]:
    return {name: random.choice((None, *several)) for name, several in _COLUMNS[register].items()}
