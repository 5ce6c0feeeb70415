"""A hand-made roster of seven households, with rows and persons without a number."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import shibie
from shibie.citizen_id import make

ROOT = Path(__file__).parents[2]
PACK = shibie.load(ROOT / "bench" / "known-truth")
AS_OF = date(2015, 12, 20)
ZHANG_YONG = make("511921", date(1970, 3, 15), 11)
LI_XIUYING = make("511921", date(1972, 8, 2), 22)
ZHANG_YONG_2 = make("511921", date(1985, 6, 1), 31)
NOBODY, STRANGER = make("511921", date(1950, 1, 9), 51), make("511921", date(1970, 3, 18), 13)
# Odd ones are men's.
OTHERS = [
    make("511921", date(1960 + 4 * at, 5, 6), sequence)
    for at, sequence in enumerate((101, 103, 104, 105, 0, 106, 107))
]
HOUSEHOLDS = [
    ("H1", "甲村", "1组", "2000"), ("H2", "乙村", "1组", "2000"), ("H3", "甲村", "2组", "2000"),
    ("H4", "乙村", "2组", "2000"), ("H5", "甲村", "3组", "2000"), ("H6", "甲村", "4组", "2000"),
    ("H7", "乙村", "4组", "2000"),
]  # fmt: skip
MEMBERS = [
    ("H1", "1", "张勇", ZHANG_YONG, "户主"), ("H1", "2", "李秀英", LI_XIUYING, "配偶"),
    ("H2", "1", "章永", ZHANG_YONG_2, "户主"),
    ("H3", "1", "鲜于德贵", "", "户主"),
    ("H4", "1", "王国强", OTHERS[0], "户主"), ("H4", "2", "刘芳", "", "配偶"),
    ("H5", "1", "刘文", OTHERS[1], "户主"), ("H5", "2", "刘芳", OTHERS[5], "之女"),
    ("H6", "1", "赵建国", OTHERS[3], "户主"), ("H6", "2", "钱秀英", OTHERS[2], "配偶"),
    ("H6", "3", "赵小明", OTHERS[6], "之子"),
    ("H7", "1", "钱秀英", "", "户主"), ("H7", "2", "赵建国", "", "配偶"), ("H7", "3", "赵小明", "", "之子"),
]  # fmt: skip
VEHICLES = [
    # Of Zhang Yong, written with letters of the same sound, which are those of another man.
    (ZHANG_YONG[:14] + "****", "章永", "甲村", "川Y1"),
    # Surely somebody's by its number, whatever the name.
    (OTHERS[1], "刘闻", "", "川Y2"),
    # Nobody's on the roster by its number; there is one of that name without a number.
    (NOBODY, "鲜于德贵", "甲村", "川Y3"),
    # Another man of his name: the numbers differ.
    (STRANGER, "张勇", "甲村", "川Y4"),
]
HOUSES = [("", "赵建国、钱秀英", "甲村12号", "150")]
HEADERS = {
    "households": ("household_id", "village", "group", "wage_income"),
    "members": ("household_id", "member_id", "name", "id_number", "relation"),
    "registers/vehicles": ("id_number", "owner", "village", "plate"),
    "registers/houses": ("id_number", "owner", "address", "area"),
}


def write(folder: Path) -> Path:
    """The roster as a folder."""
    tables: dict[str, Sequence[tuple[str, ...]]] = {
        "households": HOUSEHOLDS, "members": MEMBERS,
        "registers/vehicles": VEHICLES, "registers/houses": HOUSES,
    }  # fmt: skip
    for name, rows in tables.items():
        path = folder / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as out:
            csv.writer(out).writerows([HEADERS[name], *rows])
    return folder
