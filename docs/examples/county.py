"""A county's evening job, in a hundred lines: `python docs/examples/county.py 100000`.

Made-up households stand in for what its own database would give: a data frame of households, one
of members, and one of each register. They are decided, counted by village, and the families that
wait are told apart by what they wait for.
"""

from __future__ import annotations

import random
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import polars as pl

import shibie

AS_OF = date(2015, 12, 20)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
VILLAGES = ("石磨村", "青杨村", "学堂山村", "大坪村")


@dataclass
class Database:
    """What the county holds, as rows."""

    households: list[dict[str, Any]] = field(default_factory=list)
    members: list[dict[str, Any]] = field(default_factory=list)
    vehicles: list[dict[str, Any]] = field(default_factory=list)
    deposits: list[dict[str, Any]] = field(default_factory=list)


def number(serial: int) -> str:
    """A made-up citizen number whose check digit is right."""
    born = f"{1950 + serial % 50}0{1 + serial % 9}{10 + serial % 18}"
    digits = f"5119{serial // 900 % 80 + 10}{born}{serial % 900 + 100}"
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]


def made_up(households: int, chance: random.Random) -> Database:
    """Households of one to five persons; of a few the income is not known."""
    found = Database()
    serial = 0
    for at in range(households):
        household_id = f"H{at:07}"
        income = None if chance.random() < 0.03 else round(chance.uniform(0, 20_000), 2)
        found.households.append(
            {"household_id": household_id, "village": chance.choice(VILLAGES), "wage_income": income}
            | dict.fromkeys(("business_income", "property_income", "transfer_income", "production_cost"), 0.0)
            | dict.fromkeys(("food_secure", "clothing_secure", "education_secured", "medical_secured"), True)
            | dict.fromkeys(("living_above_local", "owns_vehicle", "owns_commercial_housing"), False)
            | {"runs_business": False, "housing_grade": chance.choice("AABC")}
        )  # fmt: skip
        for place in range(chance.randint(1, 5)):
            serial += 1
            person = number(serial)
            relation = "其他" if place else "户主"
            found.members.append(
                {"household_id": household_id, "id_number": person, "relation": relation}
                | {"health": ["健康"], "labor": "普通劳动力", "on_payroll": False}
            )
            if chance.random() < 0.02:
                found.vehicles.append({"id_number": person, "kind": "小型轿车", "value": 50_000.0})
            if chance.random() < 0.05:
                found.deposits.append(
                    {"id_number": person, "balance": round(chance.uniform(0, 90_000), 2)}
                )
    return found


def waiting_for(result: shibie.Result) -> Iterator[str]:
    """For each pending household, the kinds of facts that it waits for."""
    for row in result.decisions:
        if row["eligibility"] == "pending":
            yield ", ".join(sorted({str(fact).rpartition(".")[2] for fact in row["unknown"]}))


def main(households: int) -> None:
    """Decide, and say what an officer would ask."""
    rules = shibie.load("bazhong-2015")
    held = made_up(households, random.Random(1))
    tables = {name: pl.DataFrame(rows) for name, rows in vars(held).items()}
    empty: dict[str, list[dict[str, Any]]] = {
        name: [] for name in rules.registers if name not in tables
    }
    given = shibie.roster(rules, AS_OF, **tables, **empty)
    with shibie.check(rules, given, AS_OF) as result, TemporaryDirectory() as folder:
        summary = result.summary
        assert summary["in"] == households == summary["decided"] + summary["rejected"]
        print({name: each["households"] for name, each in summary["by_eligibility"].items()})
        decisions = pl.DataFrame(result.decisions)
        by_village = decisions.join(tables["households"], on="household_id").group_by(
            "village", "eligibility"
        )
        print(by_village.len().sort("village", "eligibility"))
        print(Counter(waiting_for(result)).most_common(3))
        result.write(Path(folder, "result"))
        print(sorted(path.name for path in Path(folder, "result").iterdir()))
    poorest = held.households[0] | {"members": [{"relation": "户主", "health": ["健康"]}]}
    try:
        print(shibie.decide(rules, poorest | {"housing_grade": "差"}, AS_OF))
    except shibie.InputError as error:
        print(*(problem.render("en") for problem in error.problems), sep="\n")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 2_000)
