"""Small rosters of bazhong-2015 as folders: poor by income, all registers compared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from shibie.citizen_id import make

_HOUSEHOLD = {
    "county": "示例县", "township": "示例乡", "village": "甲村", "group": "一社",
    "attribute": "一般农户", "on_previous_roster": "否", "wage_income": "1000",
    "business_income": "0", "property_income": "0", "transfer_income": "0",
    "production_cost": "0", "food_secure": "是", "clothing_secure": "是", "safe_water": "是",
    "education_secured": "是", "medical_secured": "是", "housing_grade": "B",
    "living_above_local": "否", "owns_vehicle": "否", "owns_commercial_housing": "否",
    "runs_business": "否", "registered_elsewhere": "否", "buys_pension": "否",
    "has_deposits": "否", "main_cause": "缺技术",
}  # fmt: skip
_MEMBER = {
    "education": "初中", "health": "健康", "labor": "普通劳动力", "work_months": "0",
    "receives_dibao": "否", "on_payroll": "否",
}  # fmt: skip
_REGISTERS: Mapping[str, Sequence[str]] = {
    "vehicles": ("plate", "kind", "value", "registered_on"), "real_estate": ("kind",),
    "business": ("name", "operating", "registered_on"), "payroll": ("employer", "position"),
    "civil_affairs": ("kind", "since"), "social_insurance": ("scheme", "paid_in"),
    "deposits": ("balance", "bank", "account"), "civil_registry": ("status", "moved_on"),
}  # fmt: skip
Row = Mapping[str, str]


def number(serial: int) -> str:
    """The citizen number of somebody born in 1970."""
    return make("511921", date(1970, 1, 1), serial)


def masked(serial: int) -> str:
    """The same, with the day of birth hidden."""
    full = number(serial)
    return f"{full[:6]}********{full[14:]}"


def folder(
    to: Path,
    households: Mapping[str, Sequence[tuple[str, str, int]]],
    facts: Mapping[str, Row] = {},
    registers: Mapping[str, Iterable[Row]] = {},
    acts: Sequence[Row] = (),
) -> Path:
    """A roster in a folder.

    Args:
        to: the folder.
        households: of each the persons: name, relation and serial of the citizen number.
        facts: fields of a household that are otherwise.
        registers: rows of registers; the others are compared and empty.
        acts: rows of the table of acts.
    """
    _write(to / "households.csv", [
        {"household_id": name, **_HOUSEHOLD, **facts.get(name, {})} for name in households
    ])  # fmt: skip
    _write(to / "members.csv", [
        {"household_id": household, "member_id": str(at), "name": name,
         "id_number": number(serial), "relation": relation, **_MEMBER}
        for household, persons in households.items()
        for at, (name, relation, serial) in enumerate(persons, start=1)
    ])  # fmt: skip
    for name, columns in _REGISTERS.items():
        rows = list(registers.get(name, ()))
        _write(to / "registers" / f"{name}.csv", rows, ("id_number", "person_name", *columns))
    if acts:
        _write(to / "acts.csv", acts)
    return to


def _write(path: Path, rows: Sequence[Row], columns: Sequence[str] = ()) -> None:
    columns = columns or list(dict.fromkeys(name for row in rows for name in row))
    lines = [columns, *([row.get(name, "") for name in columns] for row in rows)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(",".join(line) + "\n" for line in lines), encoding="utf-8")
