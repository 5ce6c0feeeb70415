"""Papers for villagers are punctuated as Chinese is."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import docx
import pytest

from shibie.papers.notice.write import FOLDER

ROOT = Path(__file__).parents[2]
# A half-width mark beside a Chinese character or a closing quote. Numbers such as 1,234 and times
# have none beside them.
HALF = re.compile(r"[\u4e00-\u9fff”][,;:()?]|[,;:()?][\u4e00-\u9fff“]")
SOURCES = [
    *sorted((ROOT / "src/shibie/papers/notice").glob("*.py")),
    ROOT / "tools/word_templates/notices.py",
]


def said(source: str) -> list[str]:
    """The Chinese of every pair of texts, placeholders left out."""
    found = []
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and len(call.args) == 2:
            name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
            if name in ("Words", "say"):
                found += [
                    each.value
                    for each in ast.walk(call.args[0])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                ]
    return found


def test_the_scan_finds_one() -> None:
    assert [text for text in said('Words("有,无", "a, b")') if HALF.search(text)] == ["有,无"]
    assert [text for text in said('say(f"{x}户:{y}", "a")') if HALF.search(text)] == ["户:"]
    assert not HALF.search("人均 1,234.00 元，8:30")


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_what_letters_say(source: Path) -> None:
    texts = said(source.read_text(encoding="utf-8"))
    assert [text for text in texts if HALF.search(text)] == []


@pytest.mark.parametrize("name", ["letter", "request", "list"])
def test_templates(name: str) -> None:
    page = docx.Document(str(FOLDER / f"{name}.docx"))
    lines = [paragraph.text for paragraph in page.paragraphs]
    typeset = (FOLDER / f"{name}.typ").read_text(encoding="utf-8")
    # Comments are for who edits the template; a text that is shown stands in quotes or brackets.
    lines += [line for line in typeset.splitlines() if not line.startswith("//")]
    half = [line for line in lines if HALF.search(re.sub(r"#[^#\u4e00-\u9fff]*", "", line))]
    assert half == []
