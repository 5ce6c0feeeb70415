"""Whatever a roster comes as, Python and SQL decide it alike."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from rosters.test_folder import AS_OF, PACK, TOWNSHIP, same
from shibie.checking import check
from shibie.checking_in_sql import Run
from shibie.rosters.duckdb_host import duck_host
from shibie.rosters.given_roster import roster_of_path
from shibie.rosters.python_rows import SUSPECT
from support import books
from support.books import Book, book

VILLAGE = TOWNSHIP.parent / "village-60.xlsx"


def suspects(roster: Path) -> int:
    """How many households SQL left to Python."""
    with duck_host() as host:
        Run(host, roster_of_path(roster, PACK, AS_OF).layout, PACK, AS_OF)
        return int(host.rows(f"SELECT count(*) FROM {SUSPECT}")[0][0])


def test_a_workbook(tmp_path: Path) -> None:
    assert same(VILLAGE, tmp_path)["in"] == 60
    # It is written as carelessly as people do; most of the odd cells are identity numbers.
    assert 0 < suspects(VILLAGE) < 45


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_one_row_a_person(tmp_path: Path, form: str, merged: bool) -> None:
    sheets = books.as_export(book(), merged)
    roster = {
        "csv": lambda: books.write_folder(tmp_path / "roster", sheets),
        "xlsx": lambda: books.write_xlsx(tmp_path / "roster.xlsx", sheets),
        "parquet": lambda: books.write_parquet(tmp_path / "roster", sheets),
    }[form]()
    summary = same(roster, tmp_path / "out")
    assert (summary["in"], summary["rejected"]) == (3, 0)
    assert suspects(roster) == 0


def rows(*changes: tuple[int, str, object]) -> Book:
    """An export with merged cells in which some cells are changed: (row, column, cell)."""
    sheets = books.as_export(book(), merged=True)
    table = sheets["一人一行"]
    for row, column, cell in changes:
        table[row][table[0].index(column)] = cell
    return sheets


# A workbook with merged cells is among the tests above.
@pytest.mark.parametrize(
    "write", [books.write_folder, pytest.param(books.write_xlsx, marks=pytest.mark.slow)]
)
@pytest.mark.parametrize(
    ("changes", "given", "rejected"),
    [
        # Rows 1 and 2 are of household 001, row 3 of 002, rows 4 and 5 of 003.
        ([(2, "村", "乙村")], 3, 1),  # two rows contradict each other
        ([(2, "村", "甲村")], 3, 0),
        ([(4, "户编号", None)], 3, 1),  # a head without a number is a household that is lost
        ([(2, "与户主关系", None)], 3, 1),  # nobody says whose row it is
        ([(2, "户编号", "\u3000")], 3, 0),
        ([(2, "户编号", " 001")], 3, 0),
        ([(2, "户编号", "\v\v\v\v")], 3, 0),  # white space that few know
        ([(5, "户编号", "004")], 4, 1),  # a fourth household, without a head
        ([(2, "工资性收入", "两千五")], 3, 1),
    ],
    ids=str,
)  # fmt: skip
def test_merged_cells(
    tmp_path: Path,
    write: Callable[[Path, Book], Path],
    changes: list[tuple[int, str, object]],
    given: int,
    rejected: int,
) -> None:
    summary = same(write(tmp_path / "roster.xlsx", rows(*changes)), tmp_path / "out")
    assert (summary["in"], summary["rejected"]) == (given, rejected)


@pytest.mark.parametrize("column", ["号牌", "坐落", "单位"])
def test_a_text_that_lost_its_last_digits_damages_its_row(tmp_path: Path, column: str) -> None:
    """Whether a rule reads it or not: it tells rows apart, and may be anything."""
    sheets = book()
    for rows in sheets.values():
        if column in rows[0]:
            number = {rows[0][0]: books.PEOPLE[0], column: 6222021234560017}
            rows.append([number.get(name) for name in rows[0]])
    roster = books.write_xlsx(tmp_path / "roster.xlsx", sheets)
    assert same(roster, tmp_path / "out")["rejected"] == 0
    with check(PACK, roster, AS_OF, engine="duckdb") as result:
        assert [(dict(row)["field"], dict(row)["code"]) for row in result.rejected] == [
            ({"号牌": "plate", "坐落": "address", "单位": "employer"}[column], "lost_digits")
        ]


def test_what_people_write_stays_in_sql(tmp_path: Path) -> None:
    sheets = book()
    header, *households = sheets["农户"]
    for household, cell in zip(households, ["1,234.50", "12.50元", "¥3,000"], strict=True):
        household[header.index("工资性收入")] = cell
    households[0][header.index("住房等级")] = "02 B"
    roster = books.write_folder(tmp_path / "roster", sheets)
    assert same(roster, tmp_path / "out")["rejected"] == 0
    assert suspects(roster) == 0


def test_a_cell_over_several_lines(tmp_path: Path) -> None:
    sheets = book()
    sheets["农户"][1][1] = "甲\n村"
    sheets["农户"][2][1] = '甲 "旧" 村, 二组'
    assert same(books.write_folder(tmp_path / "roster", sheets), tmp_path / "out")["rejected"] == 0


def test_a_table_that_nobody_asks_for_may_be_damaged(tmp_path: Path) -> None:
    roster = books.write_folder(tmp_path / "roster", book())
    (roster / "笔记.csv").write_text("随便写写\n" * 30 + '"没有写完', encoding="utf-8")
    assert same(roster, tmp_path / "out")["in"] == 3


def test_steps_of_blanks_alone_are_no_steps(tmp_path: Path) -> None:
    """Rows that a program has filled with blanks: nothing was done, and nothing is rejected."""
    sheets = book()
    sheets["程序"] = [["户编号", "步骤", "完成日期"], ["", "", ""], [" ", "\u3000", ""]]
    roster = books.write_folder(tmp_path / "roster", sheets)
    summary = same(roster, tmp_path / "out")
    assert (summary["in"], summary["decided"], summary["rejected"]) == (3, 3, 0)
    assert "procedure" not in (tmp_path / "out" / "set" / "findings.csv").read_text("utf-8-sig")
