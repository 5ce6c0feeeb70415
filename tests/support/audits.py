"""Rosters made so that they have what an audit published: every person is made up."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from shibie.citizen_id import make
from shibie.ruleset.model import RuleSet

HOUSEHOLD = {
    "village": "某村", "on_previous_roster": "是", "exited_on": "", "wage_income": "0",
    "business_income": "1000", "property_income": "0", "transfer_income": "0", "production_cost": "0",
    "food_secure": "是", "clothing_secure": "是", "education_secured": "是", "medical_secured": "是",
    "housing_grade": "B", "safe_water": "是", "has_power": "是", "has_broadcast": "是",
    "living_above_local": "否",
}  # fmt: skip
MEMBER = {"education": "初中", "health": "健康", "labor": "普通劳动力"}


@dataclass
class AuditedRoster:
    """Households of so many persons, poor unless said otherwise, and the rows of registers."""

    households: list[dict[str, str]] = field(default_factory=list)
    members: list[dict[str, str]] = field(default_factory=list)
    registers: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    verdicts: list[dict[str, str]] = field(default_factory=list)

    def household(self, persons: int = 1, **fields: str) -> list[str]:
        """One more household; gives the citizen numbers of its persons, the head's first."""
        household_id = f"H{len(self.households) + 1:05d}"
        self.households.append({"household_id": household_id, **HOUSEHOLD, **fields})
        numbers = []
        for at in range(1, persons + 1):
            serial = len(self.members)
            number = make(
                "511921",
                date(1950 + serial // 900 % 40, 1 + serial // 31 % 12, 1 + serial % 28),
                serial % 900,
            )
            numbers.append(number)
            self.members.append(
                {
                    "household_id": household_id, "member_id": str(at), "name": f"某{serial}",
                    "id_number": number, "relation": "户主" if at == 1 else "其他", **MEMBER,
                }
            )  # fmt: skip
        return numbers

    def row(self, register: str, number: str, **columns: str) -> None:
        """One more row of a register about somebody."""
        self.registers.setdefault(register, []).append({"id_number": number, **columns})

    def verdict(self, rule_id: str, verdict: str, reason: str = "") -> None:
        """What an officer found of the last household."""
        self.verdicts.append(
            {
                "household_id": self.households[-1]["household_id"], "rule_id": rule_id,
                "verdict": verdict, "reason": reason, "evidence": "入户", "officer": "王某",
                "date": "2015-12-01",
            }
        )  # fmt: skip

    def write(self, folder: Path, ruleset: RuleSet) -> Path:
        """The roster as a folder, with every register of the pack compared."""
        (folder / "registers").mkdir(parents=True)
        _write(folder / "households.csv", self.households)
        _write(folder / "members.csv", self.members)
        if self.verdicts:
            _write(folder / "adjudications.csv", self.verdicts)
        for register in ruleset.registers.values():
            columns = [spec.name for spec in register.columns]
            rows = self.registers.get(register.name, [])
            _write(folder / "registers" / f"{register.name}.csv", rows, columns)
        return folder


def spread(persons: int, households: int) -> list[int]:
    """So many persons over so many households, as evenly as can be.

    >>> spread(8, 3)
    [3, 3, 2]
    """
    least, more = divmod(persons, households)
    return [least + (at < more) for at in range(households)]


def _write(
    path: Path, rows: Iterable[Mapping[str, str]], columns: Iterable[str] | None = None
) -> None:
    listed = list(rows)
    names = list(columns or dict.fromkeys(name for row in listed for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names, restval="")
        writer.writeheader()
        writer.writerows(listed)
