"""Random damage: never a traceback, and every household is decided or rejected."""

from __future__ import annotations

import copy
import random
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from shibie.checking_in_python import check
from shibie.errors import InputError
from shibie.results.python_counts import summarise
from shibie.rosters.roster import read_roster
from shibie.ruleset.loader import load
from support.books import PEOPLE, Book, book, write_folder, write_xlsx

AS_OF = date(2015, 12, 20)
PACK = load("bazhong-2015")
# How many mutated inputs of each kind; five kinds, so some 800 in all. A third of them every day.
ROUNDS = 180
of_each_kind = pytest.mark.parametrize(
    "rounds", [ROUNDS // 3, pytest.param(ROUNDS, marks=pytest.mark.slow)]
)
ODD: list[Any] = [
    None, "", " ", "是", "否", "√", "户主", "配偶", "001", "002", "003", "009", 0, -1, 1.5, 1e300, 10**15,
    "=1+1", "+cmd|' /C calc'!A0", "@x", "-5", "\u0000x", "长" * 3000, "😀", "三千", "1,000", "1,00", "3000元",
    "2015-02-30", "2015年1月1日", datetime(2015, 1, 1), True, False, "残疾|患有大病", "无", "E", "A", "因病",
    PEOPLE[0], PEOPLE[0][:-1] + "0", int(PEOPLE[0][:17]), PEOPLE[5], "户编号", "人编号", "nan", "inf",
]  # fmt: skip


def damaged(chance: random.Random) -> Book:
    """A workbook with cells, rows, columns and sheets changed at random."""
    sheets = copy.deepcopy(book())
    for _ in range(chance.randint(1, 6)):
        name = chance.choice(list(sheets))
        rows = sheets[name]
        if not rows:
            continue
        row = chance.choice(rows)
        match chance.randrange(9):
            case 0 | 1 | 2 | 3 if row:
                row[chance.randrange(len(row))] = chance.choice(ODD)
            case 4:
                rows.insert(
                    chance.randrange(len(rows) + 1),
                    [chance.choice(ODD) for _ in range(chance.randrange(5))],
                )
            case 5:
                rows.remove(row)
            case 6:
                rows.append(list(row))
            case 7:
                at = chance.randrange(max(1, len(rows[0])))
                sheets[name] = [each[:at] + each[at + 1 :] for each in rows]
            case 8 if len(sheets) > 1:
                del sheets[name]
    return sheets


def must_hold(path: Path) -> bool:
    """Read, decide and count; True when the input could be used."""
    try:
        roster = read_roster(path, PACK, AS_OF)
    except InputError as error:
        problems = error.problems
    else:
        problems = ()
        checked = check(PACK, roster, AS_OF)
    if problems:
        assert all(problem.where and problem.what.zh for problem in problems)
        return False
    summary = summarise(checked)
    assert summary["in"] == summary["decided"] + summary["rejected"]
    assert (
        sum(each["households"] for each in summary["by_eligibility"].values()) == summary["decided"]
    )
    decided = {decision.household_id for decision in checked.decisions}
    assert len(decided) == summary["decided"]
    for rejection in roster.rejected:
        assert rejection.reason.zh
        assert rejection.row >= 1
        assert not any(number in rejection.value for number in PEOPLE)
    return True


def households_in(sheets: Book) -> set[str]:
    """Household numbers that stand in the first column of the sheet of households."""
    rows = sheets.get("农户") or [[]]
    return {row[0] for row in rows[1:] if row and row[0] in ("001", "002", "003", "009")}


@of_each_kind
def test_damaged_workbooks(tmp_path: Path, rounds: int) -> None:
    used = 0
    for seed in range(rounds):
        sheets = damaged(random.Random(seed))
        path = tmp_path / f"{seed}.xlsx"
        used += must_hold(write_xlsx(path, writable(sheets)))
    # Most damage is to single cells, which must not make the whole book unusable.
    assert used > rounds / 3


def writable(sheets: Book) -> Book:
    """What xlsx has a place for."""
    return {
        name: [[_writable(cell) for cell in row] for row in rows] for name, rows in sheets.items()
    }


def _writable(cell: Any) -> Any:
    if isinstance(cell, str):
        return cell.replace("\x00", "")[:2000]
    return cell.isoformat() if isinstance(cell, datetime) else cell


@of_each_kind
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_damaged_folders(tmp_path: Path, encoding: str, rounds: int) -> None:
    used = 0
    for seed in range(rounds // 2):
        folder = tmp_path / str(seed)
        used += must_hold(write_folder(folder, damaged(random.Random(1000 + seed)), encoding))
    assert used > rounds / 6


@of_each_kind
def test_damaged_bytes(tmp_path: Path, rounds: int) -> None:
    good = write_xlsx(tmp_path / "good.xlsx", book()).read_bytes()
    for seed in range(rounds):
        chance = random.Random(5000 + seed)
        data = bytearray(good)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.3:
            data = data[: chance.randrange(len(data))]
        path = tmp_path / "damaged.xlsx"
        path.write_bytes(bytes(data))
        must_hold(path)
    folder = write_folder(tmp_path / "f", book())
    for seed in range(rounds):
        chance = random.Random(9000 + seed)
        file = chance.choice([folder / "households.csv", folder / "members.csv"])
        before = file.read_bytes()
        changed = bytearray(before)
        for _ in range(chance.randint(1, 5)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        file.write_bytes(bytes(changed))
        must_hold(folder)
        file.write_bytes(before)


@of_each_kind
def test_damaged_parquet(tmp_path: Path, rounds: int) -> None:
    """Its names and cells are decoded late, after the file was opened."""
    import pyarrow as pa
    from pyarrow import parquet

    folder = write_folder(tmp_path / "f", book())
    (folder / "households.csv").unlink()
    header, *rows = book()["农户"]
    columns = {name: [str(row[at]) for row in rows] for at, name in enumerate(header)}
    file = folder / "households.parquet"
    parquet.write_table(pa.table(columns), file)
    good = file.read_bytes()
    for seed in range(rounds):
        chance = random.Random(13000 + seed)
        data = bytearray(good)
        for _ in range(chance.randint(1, 8)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        file.write_bytes(bytes(data))
        must_hold(folder)


@of_each_kind
def test_damaged_exports(tmp_path: Path, rounds: int) -> None:
    """One row a person, with merged cells: no person is lost from a household decided."""
    chance = random.Random(17000)
    for seed in range(rounds):
        rows: list[list[Any]] = [["户编号", "村", "姓名", "证件号码", "与户主关系"]]
        for index, person in enumerate(PEOPLE[:8]):
            household, head = divmod(index, 2)
            number = f"{household:03}" if not head or chance.random() < 0.5 else None
            rows.append([number, "甲村", f"人{index}", person, "配偶" if head else "户主"])
        for _ in range(chance.randint(0, 2)):
            row = chance.choice(rows[1:])
            # A second 户主 would begin a household of its own, so that is not tried here.
            column, value = chance.choice(
                [(0, None), (0, "-"), (1, None), (1, "乙村"), (4, None), (4, "-"), (4, "配偶")]
            )
            row[column] = value
        path = write_xlsx(tmp_path / f"{seed}.xlsx", {"导出": rows})
        must_hold(path)
        # Two persons a household went in, so no decided one may have fewer.
        found = read_roster(path, PACK, AS_OF)
        assert all(len(household.members) >= 2 for household in found.households)


@of_each_kind
def test_every_household_number_in_the_sheet_comes_out(tmp_path: Path, rounds: int) -> None:
    for seed in range(rounds // 2):
        sheets = damaged(random.Random(20000 + seed))
        if not sheets.get("农户") or (sheets["农户"][0] or [None])[0] != "户编号":
            continue
        folder = tmp_path / str(seed)
        write_folder(folder, sheets)
        try:
            roster = read_roster(folder, PACK, AS_OF)
        except InputError:
            continue
        out = {household.household_id for household in roster.households} | set(
            roster.rejected_households
        )
        assert households_in(sheets) <= out
