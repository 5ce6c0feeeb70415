"""What officers are given in Chinese: no English word, and punctuated as Chinese is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import docx
import openpyxl
import pytest
from typer.testing import CliRunner

from shibie.cli.app import app
from support import books
from test_cli import PACK, ROOT

VILLAGE = ROOT / "fixtures" / "village-60.xlsx"
ENGLISH = re.compile(r"[A-Za-z_]{3,}")
HALF = re.compile(r"[\u4e00-\u9fff”][,;:()?]|[,;:()?][\u4e00-\u9fff“]")
# Names, plates and sums of files; the ids in one column, under a header that says so, by which
# tables are joined; what officers wrote themselves.
NAMES = re.compile(
    r"shibie( procedure)?|SHA-256|=cmd.{10}|SUM\(1,1\)|bazhong-2015|village-60|[0-9a-f]{64}|a-[0-9a-f]{12}|川[A-Z0-9]+|\S+\.xlsx"
)
WRITTEN = ("派出所证明", "派出所与邻里核实", "above_local")


@pytest.fixture(scope="module")
def given(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Every text of what the commands print and write, by what wrote it."""
    folder = tmp_path_factory.mktemp("chinese")
    runner = CliRunner()
    texts: dict[str, list[str]] = {}

    def run(*arguments: str | Path) -> None:
        done = runner.invoke(app, [*map(str, arguments), *PACK])
        texts[str(arguments[0])] = done.output.replace(str(folder), "").splitlines()

    book = folder / "结果.xlsx"
    run("check", VILLAGE, "--out", book, "--annotate", folder / "退还.xlsx")
    households = [f"--household=04010{number:02}" for number in (7, 11, 31, 34, 39)]
    run("explain", VILLAGE, *households, "--html", folder / "说明.html")
    run("notice", VILLAGE, "--out", folder / "告知书", "--format", "docx")
    run("plan", VILLAGE, "--out", folder / "规划.xlsx")
    stepped = books.write_xlsx(folder / "程序.xlsx", {**books.book(), "程序": STEPS})
    run("procedure", stepped)
    helped = books.write_xlsx(folder / "帮扶名册.xlsx", {**books.book(), **HELPING})
    run("helpers", helped, "--out", folder / "帮扶.xlsx", "--visit-days", "90")
    for path in (book, folder / "规划.xlsx", folder / "帮扶.xlsx"):
        texts[path.name] = list(cells(path))
    letters = sorted((folder / "告知书").rglob("*.docx"))
    assert len(letters) > 15
    texts["letters"] = [text for letter in letters for text in paragraphs(letter)]
    return texts


STEPS: list[list[str | None]] = [
    ["户编号", "步骤", "办理日期", "办理人", "签字人"],
    ["001", "农户申请", "2015-09-15", "农户", "户主"],
    ["001", "入户调查", "2015-09-14", "工作队", None],
]


HELPING: books.Book = {
    "帮扶": [
        ["户编号", "帮扶责任人", "帮扶单位", "身份", "联系电话", "结对时间"],
        ["001", "王强", "县农业局", "帮扶干部", "13800001234", "2014-06-01"],
        ["002", "王强", "县水务局", "帮扶干部", "13800001235", "2014-06-01"],
        ["009", "王强", "县农业局", "书记", "13800001234", "2014年6月"],
    ],
    "走访": [
        ["户编号", "走访人", "走访日期", "走访内容"],
        ["001", "赵丽", "2015-12-01", "宣传政策"],
        ["001", "王强", "2016-01-01", "宣传政策"],
    ],
    "规划": [
        ["户编号", "人编号", "措施", "责任人", "完成时限", "资金"],
        ["001", "", "实用技术培训", "王强", "2015-11-30", 800],
        ["001", "", "没有的措施", "王强", "2015-11-30", 800],
    ],
}


def cells(path: Path) -> Iterator[str]:
    """The cells of a workbook, but for columns of ids."""
    for sheet in openpyxl.load_workbook(path):
        for column in sheet.iter_cols(values_only=True):
            if column[0] not in ("规则编号", "编号"):
                yield from (text for text in column if isinstance(text, str))


def paragraphs(path: Path) -> Iterator[str]:
    letter = docx.Document(str(path))
    yield from (paragraph.text for paragraph in letter.paragraphs)
    for table in letter.tables:
        yield from (cell.text for row in table.rows for cell in row.cells)


WAYS = ["check", "explain", "notice", "plan", "procedure", "结果.xlsx", "规划.xlsx", "letters", "helpers",
        "帮扶.xlsx"]  # fmt: skip


@pytest.mark.parametrize("way", WAYS)
def test_no_english(given: dict[str, list[str]], way: str) -> None:
    assert any(re.search("[\u4e00-\u9fff]{2}", text) for text in given[way])
    found = {text for text in given[way] if ENGLISH.search(NAMES.sub("", text))}
    assert {text for text in found if not any(own in text for own in WRITTEN)} == set()


@pytest.mark.parametrize("way", WAYS)
def test_punctuated_as_chinese(given: dict[str, list[str]], way: str) -> None:
    found = {text for text in given[way] if HALF.search(text)}
    assert {text for text in found if not any(own in text for own in WRITTEN)} == set()
