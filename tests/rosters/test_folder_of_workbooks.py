"""A folder as people keep it: a workbook for each village, and the lists of other offices."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import shibie
from shibie.checking import Engine
from shibie.replaying import replay
from support import books
from support.old_workbooks import write_xls

AS_OF = date(2015, 12, 20)
WAYS: tuple[Engine, ...] = ("interpreter", "duckdb")
NONE: dict[str, list[list[Any]]] = {
    f"{title}.xlsx": [[*header]] for title, header in books.REGISTERS.items() if title[0] != "车"
}


def village(first: int, wage: int) -> list[list[Any]]:
    """Two households of a person each, a row a person, numbered anew in every village."""
    return [
        [*books.HOUSEHOLD[:1], *books.HOUSEHOLD[2:], *books.MEMBER[1:]],
        *(
            [f"00{at}", wage, 0, 0, 0, 0, "是", "是", "是", "是", "B", "否", "否",
             "1", f"人{first + at}", books.PEOPLE[first + at], "户主", "普通劳动力", "健康"]
            for at in (1, 2)
        ),
    ]  # fmt: skip


def folder(path: Path) -> Path:
    """石磨村 (its second household has a car) and 青杨村 (not poor); all registers, cars as .xls."""
    (path / "registers").mkdir(parents=True)
    books.write_xlsx(path / "石磨村花名册.xlsx", {"Sheet1": village(0, 2000), "Sheet2": []})
    write_xls(path / "青杨村.et", {"人员": village(2, 90000)})
    for name, rows in NONE.items():
        books.write_xlsx(path / "registers" / name, {"Sheet1": rows})
    cars: list[list[Any]] = [
        books.REGISTERS["车辆登记比对"],
        [books.PEOPLE[2], "川Y1", "小型轿车", 50000, "2014-01-01"],
    ]
    write_xls(path / "registers" / "车管所.xls", {"Sheet1": cars, "Sheet2": []})
    (path / "~$青杨村.xlsx").write_text("")
    (path / ".隐藏.xlsx").write_text("")
    books.write_xlsx(
        path / "上次结果.xlsx", {"认定结果": [["户编号"], ["001"]], "依据": [["户编号"]]}
    )
    return path


@pytest.mark.parametrize("engine", WAYS)
def test_a_workbook_a_village_and_one_of_cars(tmp_path: Path, engine: Engine) -> None:
    with shibie.check("bazhong-2015", folder(tmp_path / "in"), AS_OF, engine=engine) as result:
        assert {row["household_id"]: row["eligibility"] for row in result.decisions} == {
            "石磨村-001": "eligible", "石磨村-002": "ineligible",
            "青杨村-001": "ineligible", "青杨村-002": "ineligible",
        }  # fmt: skip
        assert set(result.summary["by_village"]) == {"石磨村", "青杨村"}
        assert list(result.rejected) == []
        notes = list(result.notes)
    assert "2 张工作表合为一份名册：石磨村花名册.xlsx、青杨村.et" in notes
    assert "未读取：上次结果.xlsx（是认定结果，不是名册）" in notes
    assert not [note for note in notes if "隐藏" in note or "~$" in note]


@pytest.mark.parametrize("engine", WAYS)
def test_faults_are_told_by_file_and_sheet(tmp_path: Path, engine: Engine) -> None:
    path = folder(tmp_path / "in")
    rows = village(0, 2000)
    rows[1][1] = "很多"
    cars: list[list[Any]] = [
        books.REGISTERS["车辆登记比对"],
        ["不是号码", "川Y1", "小型轿车", 50000, "2014-01-01"],
    ]
    books.write_xlsx(path / "石磨村花名册.xlsx", {"名册": rows, "说明": [["填表人"]]})
    write_xls(path / "registers" / "车管所.xls", {"Sheet1": cars})
    with shibie.check("bazhong-2015", path, AS_OF, engine=engine) as result:
        found = [(row["source"], row["row"], row["field"]) for row in result.rejected]
        assert found == [
            ("石磨村花名册.xlsx!名册", 2, "wage_income"), ("registers/车管所.xls", 2, "id_number")
        ]  # fmt: skip
        assert "未使用的表：石磨村花名册.xlsx!说明" in list(result.notes)


def test_what_it_was_made_from_is_found_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with shibie.check("bazhong-2015", folder(tmp_path / "in"), AS_OF) as result:
        result.write(out)
    inputs = json.loads((out / "summary.json").read_text(encoding="utf-8"))["made_from"]["inputs"]
    assert [Path(each["file"]).name for each in inputs][:2] == ["石磨村花名册.xlsx", "青杨村.et"]
    (cars,) = (each for each in inputs if each["file"].endswith("车管所.xls"))
    assert cars["sheets"][0] | {"rows": 1} == {
        "name": "registers/车管所", "shown": "registers/车管所.xls", "sheet": "Sheet1",
        "table": "vehicles", "rows": 1, "matched": 1, "unmatched": 0, "twice": 0,
    }  # fmt: skip
    again = replay(out / "summary.json")
    assert again.digest == again.before.digest
    assert again.changed == ()


def test_of_a_table_of_households_there_is_one(tmp_path: Path) -> None:
    for name in ("石磨村", "青杨村"):
        books.write_xlsx(tmp_path / f"{name}.xlsx", books.book())
    with pytest.raises(shibie.ShibieError) as caught:
        shibie.check("bazhong-2015", tmp_path, AS_OF)
    first = caught.value.problems[0]
    assert (first.where, first.what.zh) == (
        "石磨村.xlsx!农户 + 青杨村.xlsx!农户", "同一张表给了不止一次"
    )  # fmt: skip


def test_sheets_of_one_name_in_two_workbooks(tmp_path: Path) -> None:
    path = folder(tmp_path / "in")
    for name, first, wage in (("石磨村花名册.xlsx", 0, 2000), ("青杨村.xlsx", 2, 90000)):
        books.write_xlsx(path / name, {"人员": village(first, wage), "说明": [["填表人"]]})
    (path / "青杨村.et").unlink()
    with shibie.check("bazhong-2015", path, AS_OF) as result:
        assert [row["household_id"] for row in result.decisions] == [
            "石磨村-001", "石磨村-002", "青杨村-001", "青杨村-002",
        ]  # fmt: skip


@pytest.mark.parametrize("name", ["车管所.xlsx", "车管所.xls"])
def test_a_damaged_workbook_is_not_left_out(tmp_path: Path, name: str) -> None:
    path = folder(tmp_path / "in")
    (path / "registers" / "车管所.xls").unlink()
    (path / "registers" / name).write_bytes(b"")
    with pytest.raises(shibie.ShibieError, match="does not open"):
        shibie.check("bazhong-2015", path, AS_OF)
