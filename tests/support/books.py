"""Small rosters for tests: a workbook as lists of rows, written as .xlsx or as a folder."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import xlsxwriter

from shibie.citizen_id import make
from shibie.duckdb_tables import Column
from shibie.rosters.parquet import write_columns

Book = dict[str, list[list[Any]]]
PEOPLE = [make("511921", date(1950 + index, 3, 4), 10 + index) for index in range(12)]
REGISTERS = {
    "户籍比对": ["证件号码", "户籍状态", "变动日期"],
    "车辆登记比对": ["证件号码", "号牌", "车辆类型", "购置价", "登记日期"],
    "房产登记比对": ["证件号码", "房产类型", "坐落", "建筑面积"],
    "工商登记比对": ["证件号码", "名称", "经营中", "登记日期"],
    "财政供养比对": ["证件号码", "单位", "岗位"],
    "社保公积金比对": ["证件号码", "险种", "年缴费额"],
    "存款比对": ["证件号码", "余额"],
    "民政残联比对": ["证件号码", "类别", "起始日期"],
}
HOUSEHOLD = [
    "户编号", "村", "工资性收入", "生产经营性收入", "财产性收入", "转移性收入", "生产经营性支出", "不愁吃",
    "不愁穿", "义务教育有保障", "基本医疗有保障", "住房等级", "有车辆", "家庭生活明显高于当地平均水平",
]  # fmt: skip
MEMBER = ["户编号", "人编号", "姓名", "证件号码", "与户主关系", "劳动技能", "健康状况"]


def book() -> Book:
    """Three households: poor, not poor, and poor with a car in the register."""

    def household(number: str, wage: Any) -> list[Any]:
        return [number, "甲村", wage, 0, 0, 0, 0, "是", "是", "是", "是", "B", "否", "否"]

    def person(of: str, index: int, who: int, relation: str) -> list[Any]:
        return [of, str(index), f"人{who}", PEOPLE[who], relation, "普通劳动力", "健康"]

    sheets: Book = {
        "农户": [[*HOUSEHOLD], household("001", 2000), household("002", 90000), household("003", 1000)],
        "成员": [
            [*MEMBER],
            person("001", 1, 0, "户主"), person("001", 2, 1, "配偶"),
            person("002", 1, 2, "户主"),
            person("003", 1, 3, "户主"), person("003", 2, 4, "之子"),
        ],
        "核实": [["户编号", "规则编号", "核实结论", "证据", "核实人", "核实日期"]],
    }  # fmt: skip
    for title, header in REGISTERS.items():
        sheets[f"比对-{title}"] = [[*header]]
    sheets["比对-车辆登记比对"].append([PEOPLE[4], "川Y0001", "小型轿车", 50000, "2014-01-01"])
    return sheets


def write_xlsx(path: Path, sheets: Book) -> Path:
    with xlsxwriter.Workbook(str(path), {"strings_to_formulas": False}) as out:
        for name, rows in sheets.items():
            sheet = out.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    if isinstance(cell, str):
                        sheet.write_string(number, column, cell)
                    elif cell is not None:
                        sheet.write(number, column, cell)
    return path


NAMES = {
    "农户": "households", "成员": "members", "核实": "adjudications",
    "比对-户籍比对": "registers/civil_registry", "比对-车辆登记比对": "registers/vehicles",
    "比对-房产登记比对": "registers/real_estate", "比对-工商登记比对": "registers/business",
    "比对-财政供养比对": "registers/payroll", "比对-社保公积金比对": "registers/social_insurance",
    "比对-存款比对": "registers/deposits", "比对-民政残联比对": "registers/civil_affairs",
}  # fmt: skip


def write_folder(path: Path, sheets: Book, encoding: str = "utf-8") -> Path:
    (path / "registers").mkdir(parents=True)
    for name, rows in sheets.items():
        file = path / f"{NAMES.get(name, name)}.csv"
        with file.open("w", encoding=encoding, newline="", errors="replace") as out:
            csv.writer(out).writerows(rows)
    return path


def as_export(sheets: Book, merged: bool = False) -> Book:
    """The households and members of a book as one sheet, a row a person.

    Args:
        sheets: with the sheets 农户 and 成员.
        merged: a household's own cells stand in its first row alone, as merged cells do.
    """
    (own, *households), (person, *members) = sheets["农户"], sheets["成员"]
    by_number = {row[0]: row for row in households if row}
    rows: list[list[Any]] = [[*own, *person[1:]]]
    seen: set[Any] = set()
    for member in members:
        number = member[0] if member else None
        of_household = [*by_number.get(number, [number]), *[None] * len(own)][: len(own)]
        if merged and number in seen:
            of_household = [None] * len(own)
        seen.add(number)
        rows.append([*of_household, *member[1:]])
    rest = {name: table for name, table in sheets.items() if name not in ("农户", "成员")}
    return {"一人一行": rows, **rest}


def write_parquet(path: Path, sheets: Book) -> Path:
    """A folder of Parquet: text where a column is mixed, numbers where all of it is."""
    (path / "registers").mkdir(parents=True)
    for name, rows in sheets.items():
        width = max(map(len, rows), default=0)
        if not width or not rows:
            continue
        header = [
            str(cell or f"栏{at}") for at, cell in enumerate([*rows[0], *[None] * width][:width])
        ]
        columns: dict[str, Column] = {}
        for at, title in enumerate(header):
            cells = [row[at] if at < len(row) else None for row in rows[1:]]
            if any(isinstance(cell, float) for cell in cells) and all(
                cell is None or type(cell) in (int, float) for cell in cells
            ):
                columns.setdefault(title, Column("DOUBLE", cells))
            else:
                texts = [None if cell is None else str(cell) for cell in cells]
                columns.setdefault(title, Column("VARCHAR", texts))
        write_columns(path / f"{NAMES.get(name, name)}.parquet", columns)
    return path
