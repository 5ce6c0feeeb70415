"""What is not read is listed: columns and words, with counts and what to do; large as small."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from typer.testing import CliRunner

from shibie import check
from shibie.cli.app import app
from shibie.rosters.column_letters import letters
from support.books import Book, as_export, book, write_folder, write_parquet, write_xlsx

AS_OF = date(2015, 12, 20)
NEVER = "没有这一栏目，不参与认定"
IS_IT = "是否为“财政供养”？是的话，把标题改成“财政供养”"


def written() -> Book:
    """Two columns and four words that nobody knows; one of these is sensitive."""
    sheets = book()
    households, members, vehicles = sheets["农户"], sheets["成员"], sheets["比对-车辆登记比对"]
    households[0] += ["联系电话", "备注"]
    households[1] += ["13800000000", "\u3000"]
    households[2] += ["", " 外出"]
    households[3] += [None, None]
    households[1][11] = "安全"
    members[0] += ["财政供养人口"]
    for row in members[1:4]:
        row += ["否"]
    members[2][4] = "老婆子"
    members[4][4] = "婆婆"
    members[5][6] = "肺痨"
    vehicles += [
        [each, f"川Y{at}", "小型新能源汽车", 1, "2014-01-01"]
        for at, each in ((8, "511921196105140051"), (9, ""))
    ]
    return sheets


def found(path: Path, engine: Any) -> list[tuple[Any, ...]]:
    with check("bazhong-2015", path, AS_OF, engine=engine) as result:
        assert result.unrecognised.columns == (
            "kind", "source", "column", "field", "text", "rows", "suggestion",
        )  # fmt: skip
        return [tuple(row) for row in result.unrecognised.rows]


@pytest.mark.parametrize("write", [write_xlsx, write_folder, write_parquet])
def test_columns_and_words_are_listed(tmp_path: Path, write: Any) -> None:
    path = tmp_path / ("book.xlsx" if write is write_xlsx else "folder")
    small = found(write(path, written()) or path, "interpreter")
    households, members = (row[1] for row in small if row[2] in ("P", "H"))
    vehicles = next(row[1] for row in small if row[4] == "小型新能源汽车")
    assert small == [
        ("column", households, "O", "", "联系电话", 1, NEVER),
        ("column", households, "P", "", "备注", 1, NEVER),
        ("column", members, "H", "", "财政供养人口", 3, IS_IT),
        ("word", households, "", "housing_grade", "安全", 1, "意思不能确定，可能是 A、B；请写明"),
        ("word", members, "", "health", "**", 1,
         "不在代码表中（应为 健康、长期慢性病、患有大病、残疾）"),
        ("word", members, "", "relation", "婆婆", 1, "意思不能确定，可能是 之婆婆、之祖母；请写明"),
        ("word", members, "", "relation", "老婆子", 1, small[6][6]),
        ("word", vehicles, "", "kind", "小型新能源汽车", 2, small[7][6]),
    ]  # fmt: skip
    assert found(path, "duckdb") == small


def test_a_row_a_person_too(tmp_path: Path) -> None:
    path = write_folder(tmp_path / "folder", as_export(written())) or tmp_path / "folder"
    small = found(path, "interpreter")
    assert [row[4] for row in small if row[0] == "column"] == ["联系电话", "备注", "财政供养人口"]
    assert found(path, "duckdb") == small


def test_nothing_to_say(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "book.xlsx", book())
    assert found(path, "interpreter") == found(path, "duckdb") == []
    with check("bazhong-2015", path, AS_OF) as result:
        result.write(tmp_path / "out.xlsx")
    assert "未识别" not in load_workbook(tmp_path / "out.xlsx").sheetnames


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_in_the_workbook_the_folder_and_on_the_terminal(tmp_path: Path, engine: str) -> None:
    path = write_xlsx(tmp_path / "book.xlsx", written())
    ran = CliRunner().invoke(
        app,
        ["check", str(path), "--rules", "bazhong-2015", "--as-of", "2015-12-20", "--engine", engine,
         "--out", str(tmp_path / "out.xlsx"), "--out", str(tmp_path / "out")],
    )  # fmt: skip
    assert "未识别：栏目 3 个，词 5 个（6 行）；见 未识别 表" in ran.stderr
    rows = list(load_workbook(tmp_path / "out.xlsx")["未识别"].iter_rows(values_only=True))
    assert rows[0] == ("未识别", "来源", "列", "栏目", "内容", "行数", "建议")
    assert rows[1] == ("栏目", "农户", "O", None, "联系电话", 1, NEVER)
    assert rows[4] == (
        "词",
        "农户",
        None,
        "住房等级",
        "安全",
        1,
        "意思不能确定，可能是 A、B；请写明",
    )
    lines = (tmp_path / "out" / "unrecognised.csv").read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "kind,source,column,field,text,rows,suggestion"
    assert len(lines) == 9
    assert "肺痨" not in "".join(lines)


def test_letters_of_columns() -> None:
    assert [letters(at) for at in (0, 25, 26, 51, 52, 702)] == ["A", "Z", "AA", "AZ", "BA", "AAA"]
