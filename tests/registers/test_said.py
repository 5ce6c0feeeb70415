"""What is said of register rows that are about nobody, or not surely about anybody."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import shibie
from registers.test_delivered import HEADER, HOUSEHOLDS, MEMBERS, PACK
from shibie.cli.app import app
from shibie.cli.options import in_options
from shibie.errors import InputError

DAY = date(2016, 1, 1)
ROWS = """511902195502280010,农行,3000,2014-01-01
511902195503010020,x,很多,2014-01-01
5119021955****0010,x,90000,2014-01-01
,x,90000,2014-01-01
51190219550301002,x,1,2014-01-01
110105194912310029,x,1,2014-01-01
"""
ENGINES = ("interpreter", "duckdb")


def roster(folder: Path, rows: str) -> Path:
    (folder / "registers").mkdir()
    (folder / "households.csv").write_text(HOUSEHOLDS, encoding="utf-8")
    (folder / "members.csv").write_text(MEMBERS, encoding="utf-8")
    (folder / "registers" / "deposits.csv").write_text(HEADER + rows, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("pack")
    text = PACK.format(more="basis: {}").replace("    basis: {}\n", "")
    (folder / "ruleset.yaml").write_text(text, encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_rows_that_are_not_surely_about_anybody(tmp_path: Path, pack: str, engine: Any) -> None:
    valid = "110105194912310029"[:17] + "X"
    rows = ROWS.replace("110105194912310029", "11010519491231002X")
    with shibie.check(pack, roster(tmp_path, rows), DAY, engine=engine) as found:
        assert [tuple(row.values()) for row in found.unmatched] == [
            ("deposits", 4, "5119021955****0010", "masked"),
            ("deposits", 5, "", "no_number"),
            ("deposits", 6, "511************02", "no_number"),
            ("deposits", 7, "110*************2X", "nobody"),
        ]
        found.write(tmp_path / "out")
    with (tmp_path / "out" / "unmatched.csv").open(encoding="utf-8-sig") as file:
        table = list(csv.reader(file))
    assert table[0] == ["register", "row", "number", "reason"]
    assert len(table) == 5
    assert valid not in (tmp_path / "out" / "unmatched.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("engine", ENGINES)
def test_the_rows_that_hold_up_households_worst_first(
    tmp_path: Path, pack: str, engine: Any
) -> None:
    with shibie.check(pack, roster(tmp_path, ROWS), DAY, engine=engine) as found:
        summary = found.summary
    assert summary["registers"]["deposits"] == {"supplied": True, "rows": 6, "matched": 2}
    assert summary["unmatched_register_rows"] == {"deposits": 4}
    assert summary["held_up"] == [
        {
            "register": "deposits", "rows": 4, "twice": 0, "households": 2, "persons": 2,
            "by_row": [
                {"row": "*", "households": 2, "persons": 2},
                {"row": "4", "households": 1, "persons": 1},
            ],
        }
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_set_aside_concern_nobody_and_it_is_said(
    tmp_path: Path, pack: str, engine: Any
) -> None:
    rows = ROWS.replace("很多", "100")
    folder = roster(tmp_path, rows)
    with shibie.check(pack, folder, DAY, engine=engine, set_aside=["存款比对"]) as found:
        assert [row["eligibility"] for row in found.decisions] == ["eligible", "eligible"]
        assert found.summary["set_aside"] == ["deposits"]
        assert found.summary["held_up"] == []
        # They are listed all the same.
        assert len(found.unmatched) == 4
    with pytest.raises(InputError, match="no register 'depo'"):
        shibie.check(pack, folder, DAY, engine=engine, set_aside=["depo"])


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(app, list(arguments))
    return done.exit_code, done.output


def test_the_command_says_it(tmp_path: Path, pack: str) -> None:
    folder = roster(tmp_path, ROWS.replace("51190219550301002,x,1,2014-01-01\n", ""))
    command = ["check", str(folder), "--rules", pack, "--as-of", "2016-01-01"]
    _, said = run(*command)
    assert "存款比对：3 行对不上人，使 2 户待核实（最多的是认不出人的行，2 户）" in said.replace(
        "\n", ""
    )
    _, said = run(*command, "--set-aside", "deposits", "--out", str(tmp_path / "out"))
    assert "搁置：存款比对中对不上人的记录" in said
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["set_aside"] == ["deposits"]
    with pytest.raises(InputError) as error:
        app([*command, "--set-aside", "depo"], standalone_mode=False)
    assert "--set-aside" in in_options(error.value).render("zh")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_register_that_matches_nobody_is_a_loud_warning(
    tmp_path: Path, pack: str, engine: str
) -> None:
    folder = roster(tmp_path, "11010519491231002X,x,1,2014-01-01\n")
    code, said = run(
        "check", str(folder), "--rules", pack, "--as-of", "2016-01-01", "--engine", engine
    )
    assert code == 3
    assert "注意：存款比对的 1 行没有一行对得上名册上的人" in said
    assert "现按“都没有记录”认定" in said.replace("\n", "")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_register_that_matches_nobody_but_holds_up_households_says_so(
    tmp_path: Path, pack: str, engine: str
) -> None:
    folder = roster(tmp_path, "5119021955****0010,x,90000,2014-01-01\n")
    code, said = run(
        "check", str(folder), "--rules", pack, "--as-of", "2016-01-01", "--engine", engine
    )
    assert code == 3
    flat = said.replace("\n", "")
    assert (
        "注意：存款比对的 1 行没有一行确实对得上名册上的人，请核对是不是给错了表；"
        "可能对得上的 1 户待核实，其余的户按“没有记录”认定"
    ) in flat
    assert "都没有记录" not in flat
    assert "存款比对：1 行对不上人，使 1 户待核实（最多的是第 2 行，1 户）" in flat


@pytest.mark.parametrize("engine", ENGINES)
def test_rows_that_may_be_twice_are_told_from_those_of_nobody(
    tmp_path: Path, pack: str, engine: str
) -> None:
    one = "511902195502280010,农行,3000,2014-01-01\n"
    folder = roster(tmp_path, one * 3 + "5119021955****0020,x,90000,2014-01-01\n")
    command = ["check", str(folder), "--rules", pack, "--as-of", "2016-01-01", "--engine", engine]
    _, said = run(*command, "--out", str(tmp_path / "out"))
    line = "存款比对：1 行对不上人、2 行疑似重复，使 2 户待核实（最多的是第 3 行，1 户）"
    assert line in said.replace("\n", "")
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert [(each["rows"], each["twice"]) for each in summary["held_up"]] == [(3, 2)]
    _, said = run(*command, "--set-aside", "deposits")
    assert "存款比对：2 行疑似重复，使 1 户待核实" in said.replace("\n", "")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("511902195502280010", "511902195502280010"), [("A1", "1", "true")]),
        (("511902195502280010", "5119021955****0010"), [("A1", "1", "unknown")]),
        (("5119021955****0010", "511902195502280010"), [("A1", "1", "unknown")]),
        (("5119021955****0010", "5119021955****0010"), [("A1", "1", "unknown")]),
        (("511902195502280010", "5119021955****0020"), []),
    ],
)
def test_a_masked_row_of_the_same_key_is_a_finding(
    tmp_path: Path, engine: Any, rows: tuple[str, str], expected: list[tuple[str, str, str]]
) -> None:
    keyed = tmp_path / "pack"
    keyed.mkdir()
    text = PACK.format(more="key: [bank, opened_on]")
    (keyed / "ruleset.yaml").write_text(text, encoding="utf-8")
    folder = tmp_path / "roster"
    folder.mkdir()
    lines = "".join(f"{number},农行,3000,2014-01-01\n" for number in rows)
    with shibie.check(str(keyed), roster(folder, lines), DAY, engine=engine) as found:
        twice = [row for row in found.findings if row["kind"] == "duplicate_row"]
        kept = [row["eligibility"] for row in found.decisions]
    assert [(row["household_id"], row["member_id"], row["outcome"]) for row in twice] == expected
    assert kept == ["eligible", "eligible"]
