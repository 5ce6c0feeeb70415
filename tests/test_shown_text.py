"""What people typed is shown as text: nobody's number, no order to a terminal, no line of its own."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console
from typer.testing import CliRunner

import shibie
from shibie.cli.app import app
from shibie.cli.terminal import marked
from shibie.errors import Problem, Words
from shibie.numbers_in_text import numbers_in, without_numbers
from shibie.papers.report.write import as_text
from shibie.rosters.records import Rejection
from shibie.shown_text import inert, one_line, shown_data
from support.books import book, write_folder, write_xlsx
from support.folders import folder

DAY = date(2015, 12, 20)
NUMBER, MASKED = "511921196606067779", "511*************79"
COMMAND = ["--rules", "bazhong-2015", "--as-of", "2015-12-20", "--trust-declarations"]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("51192119650303531X", "511*************1X"),
        ("51192119650303531Х", "511*************1Х"),
        ("１１０１０５１９４９１２３１００２Ｘ", "１１０*************２Ｘ"),
        ("511921.19660606.7779", "511***************79"),
        ("1.511921196606067779", "1.511*************79"),
        ("5.1192119660606778E+17", "5.1*****************17"),
        ("110105491231002", "110**********02"),
        ("51192119660606777943", "511***************43"),
        ("6222-0212-3456-7890", "622**************90"),
        ("6222 0212 3456 7890 123", "622******************23"),
        ("电话13812345678。", "电话138******78。"),
        ("138 1234 5678X", "138********78X"),
        ("+8613812345678", "+86*********78"),
        ("账号 100200300400", "账号 100*******00"),
        ("１３８００１３８０００", "１３８******００"),
        ("①③⑧00138000", "①③⑧******00"),
        ("138.0013.8000 138–0013–8000", "138********00 138********00"),
        (
            "138  0013  8000、(138)00138000、138 00138 000",
            "138**********00、(138*******00、138********00",
        ),
        ("511921(19700101)0076", "511***************76"),
        ("511921,19650303,5312 511921|19650303|531X", "511***************12 511***************1X"),
        ("6222.0212.3456.7890 62220212 34567890", "622**************90 622************90"),
        ("1.6222021234567890123", "1.622**************23"),
        ("wang.ming@example.com", "wan******@example.com"),
    ],
)
def test_numbers_are_masked(written: str, shown: str) -> None:
    assert without_numbers(written) == shown
    assert numbers_in(written) or "@" in written


@pytest.mark.parametrize(
    "written",
    [
        "H01-03-023", "13800", "13,812,345,678.00", "2015-07-01 2015-12-01", "2014 2015 2016 2017",
        "应小于 1000000000000", "存款 30000 30000 30000元", "买价 3200 4500 5600 7800", "会议20151220-153000-1",
        "2015-07-01 2014-12-31", "138.00 元 1380 元", "r-9488360807605872", "a-123456789012", "0.30000000000000004",
        "12345678901234567890123456789012345678901234567890123456789012ab", "0827-5221234",
    ],
)  # fmt: skip
def test_other_numbers_stay(written: str) -> None:
    assert without_numbers(written) == written
    assert numbers_in(written) == []


def test_text_is_text_and_one_line() -> None:
    assert inert("a\x1b]0;b\x07\u202ec\u2028d\ud800") == "a\ufffd]0;b\ufffdc\nd\ufffd"
    assert one_line("退回 0 行 \r\n 伪造\x85x\ty") == "退回 0 行 伪造 x y"
    two = {"511921196606067779": 1, "511921196606068779": 2, "n": 13812345678}
    assert shown_data(two) == {MASKED: 1, f"{MASKED} (2)": 2, "n": 13812345678}
    assert as_text("<b>[a](x)|*_c_") == "&lt;b&gt;\\[a\\](x)\\|\\*\\_c\\_"
    out = io.StringIO()
    Console(file=out, width=80).print(marked("[red]a[/red][/] [link=x]b\nc"))
    assert out.getvalue() == "[red]a[/red][/] [link=x]b c\n"


def test_a_problem_shows_no_number_and_forges_no_line() -> None:
    problem = Problem(f"{NUMBER}.csv", Words(f"有 {NUMBER}\nb.csv: 好", "x"), f"a: {NUMBER}\n   ^",
                      data={"value": NUMBER, "row": 2})  # fmt: skip
    assert problem.render() == f"{MASKED}.csv: 有 {MASKED} b.csv: 好\na: {MASKED}\n   ^"
    assert problem.to_dict()["data"] == {"value": MASKED, "row": 2}


def test_a_rejection_keeps_a_village_number_and_what_was_written() -> None:
    one = Rejection("农户", 2, "wage_income", "电话 13812345678\n", Words("不对", "wrong"))
    assert (one.value, one.written) == ("电话 138******78 ", "电话 13812345678 ")
    kept = Rejection("农户", 2, "", "511921001201", Words("不对", "wrong"))
    assert kept.value == "511921001201"


def hostile() -> dict[str, list[list[object]]]:
    """Numbers and markup as villages, headers, sheets and words; a phone that is rejected."""
    sheets = book()
    sheets["农户"][0] += ["患有大病", "13812345678", "患病类型"]
    for row in sheets["农户"][1:]:
        row += ["", "", "x"]
    sheets["农户"][1][1] = "[red]甲[/red]"
    sheets["农户"][2][1] = NUMBER
    sheets["农户"][3][2] = "电话 138 1234 5678"
    sheets["成员"][1][2] = sheets["成员"][2][2] = "<b>\x1b[31m王\n退回 0 行"
    sheets[NUMBER] = [["a", "b"], ["1", "2"]]
    return sheets


@pytest.mark.parametrize("engine", ["interpreter", "duckdb"])
def test_every_output_of_check(tmp_path: Path, engine: str) -> None:
    given = write_folder(tmp_path / NUMBER, {k: v for k, v in hostile().items() if k != NUMBER})
    out, bare, whole = tmp_path / "out", tmp_path / "bare.xlsx", tmp_path / "whole.xlsx"
    command = ["check", str(given), *COMMAND, "--engine", engine]
    done = CliRunner().invoke(app, [*command, "--out", str(out), "--out", str(bare)])
    shown = CliRunner().invoke(app, [*command, "--out", str(whole), "--show-ids"])
    assert (done.exit_code, shown.exit_code) == (3, 3)
    assert "[red]甲[/red]" in done.stdout
    assert f"{MASKED} · 不纳入" in done.stdout
    assert "households.csv 第 4 行 工资性收入 “电话 138********78”：应为数字" in done.stderr
    tables = [path.read_text(encoding="utf-8-sig") for path in out.glob("*.csv")]
    counts = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert MASKED in counts["by_village"]
    del counts["made_from"]
    for text in (done.output, shown.output, *tables, json.dumps(counts, ensure_ascii=False)):
        assert NUMBER not in text
        assert "138 1234 5678" not in text
        assert "13812345678" not in text
        assert "\x1b" not in text
        assert "\n退回 0 行" not in text
    with (out / "unrecognised.csv").open(encoding="utf-8-sig") as file:
        headers = [row["text"] for row in csv.DictReader(file)]
    assert headers[:3] == ["（健康状况，不显示）", "138******78", "患病类型"]
    assert {"电话 138 1234 5678", NUMBER} <= cells(whole)
    assert not {"电话 138 1234 5678", NUMBER} & cells(bare)


def test_what_is_to_be_verified_shows_no_number_in_a_name(tmp_path: Path) -> None:
    """Nor in a village: the household is pending, so it stands on the sheet to be filled in."""
    facts = {"village": "１３９１２３４５６７８村", "living_above_local": ""}
    roster = folder(tmp_path / "r", {"H1": [(f"张三 {NUMBER}", "户主", 1)]}, {"H1": facts})
    result = shibie.check("bazhong-2015", roster, DAY)
    result.write(tmp_path / "x.xlsx")
    told = openpyxl.load_workbook(tmp_path / "x.xlsx")["核实"]
    assert [cell.value for cell in told["B"]][1] == "张三 511*************79"
    found = cells(tmp_path / "x.xlsx")
    assert not [cell for cell in found if NUMBER in str(cell) or "3912345678" in str(cell)]


def cells(path: Path) -> set[object]:
    book_ = openpyxl.load_workbook(path, read_only=True)
    return {cell for sheet in book_ for row in sheet.values for cell in row}


def test_messages_of_tables_and_arguments(tmp_path: Path) -> None:
    given = write_xlsx(tmp_path / "r.xlsx", hostile())
    said = CliRunner().invoke(app, ["check", str(given), *COMMAND]).stderr
    assert f"未使用的表：{MASKED}" in said
    assert "未使用的栏目：（健康状况，不显示）、138******78、患病类型" in said
    no_header = [["H0", "1", "甲", NUMBER, "户主", "小学", "", "患有大病"]]
    bare = write_xlsx(tmp_path / "bare.xlsx", {"农户": book()["农户"], "成员": no_header})
    with pytest.raises(shibie.ShibieError) as caught:
        shibie.read(bare, "bazhong-2015", DAY)
    assert f"甲, {MASKED}, 户主, 小学, (health, not shown)" in str(caught.value)
    with pytest.raises(shibie.ShibieError) as caught:
        shibie.evaluate("vilage == 1", {NUMBER: 1})
    assert NUMBER not in str(caught.value)
    explained = CliRunner().invoke(app, ["explain", str(given), *COMMAND, "-h", "001"])
    assert "<b>[31m王 退回 0 行" in explained.stdout
    assert "\n退回" not in explained.stdout
