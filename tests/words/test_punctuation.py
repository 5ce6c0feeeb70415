"""What is said in Chinese is punctuated as Chinese is: `，：；（）？`, never `, : ; ( ) ?`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
# A half-width mark beside a Chinese character, a closing or opening quote, or a placeholder.
# Numbers such as 1,234, times and paths have none beside them.
HELD = "\N{OBJECT REPLACEMENT CHARACTER}"
HALF = re.compile(f"[\u4e00-\u9fff”{HELD}][,;:()?]|[,;:()?][\u4e00-\u9fff“{HELD}]")
HAN = re.compile("[\u4e00-\u9fff]")

# YAML or a command that a text quotes for someone to type, where the mark is half-width.
QUOTED = (
    "“:”",  # the mark of YAML itself
    "“键: 值”",
    f"“{HELD}: …”",
    "“,”",
    "“? ”",
    f"{{file: {HELD}, sheet: {HELD}}}",
    "replaces: [",
    f"members.any({HELD} …)",
    "out: {notice: 告知书}",
    f"{HELD}://",
)
# Keys of a pack whose texts are compared with what people write, or are expressions.
COMPARED = {
    "aliases", "codes", "words", "kinds", "when", "hit", "then", "unless", "value", "formula",
    "relevant", "counted", "match", "more", "less", "given", "expect", "property",
}  # fmt: skip


def text_of(node: ast.expr) -> Iterator[str]:
    """The texts that an argument may be, placeholders as one character each."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        parts = node.values
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else HELD for p in parts)
        for part in parts:
            if isinstance(part, ast.FormattedValue):
                yield from text_of(part.value)
    elif isinstance(node, ast.BinOp):
        yield from text_of(node.left)
        yield from text_of(node.right)
    elif isinstance(node, ast.IfExp):
        yield from text_of(node.body)
        yield from text_of(node.orelse)


def said(source: str) -> list[str]:
    """The Chinese of each pair of texts."""
    found: list[str] = []
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call):
            name = getattr(call.func, "id", "") or getattr(call.func, "attr", "")
            pair = name in ("Words", "say") and len(call.args) == 2
            # Faults of cells, of values and of rows: what is wrong in Chinese, then in English.
            texts = {"_fault": 1, "_faulty": 1, "_reject": 3}.get(name)
            if pair:
                found += text_of(call.args[0])
            elif texts is not None and len(call.args) > texts:
                found += text_of(call.args[texts])
    return found


def half(text: str) -> bool:
    for quoted in QUOTED:
        text = text.replace(quoted, "")
    return bool(HALF.search(text))


def titles(node: object, key: str = "") -> Iterator[str]:
    """The texts of a pack that are shown."""
    if isinstance(node, dict):
        for name, each in node.items():
            if name not in COMPARED:
                yield from titles(each, str(name))
    elif isinstance(node, list):
        for each in node:
            yield from titles(each, key)
    elif isinstance(node, str) and HAN.search(node):
        yield node


def test_the_scan_finds_one() -> None:
    pair = 'Words(f"{x}户:{y}" if z else "有,无" + "(空)", "a")'
    assert [text for text in said(pair) if half(text)] == [f"{HELD}户:{HELD}", "有,无", "(空)"]
    assert [text for text in said('self.say(f"见 {x}({y})", "a")') if half(text)]
    assert not half("人均 1,234.00 元，8:30")
    assert not half("“:”之前缺少键")
    pack = {"title": "汇报(2015 年)", "aliases": ["省(区、市)"], "rules": [{"title": "有,无"}]}
    assert [text for text in titles(pack) if half(text)] == ["汇报(2015 年)", "有,无"]


@pytest.mark.parametrize("folder", ["src/shibie", "tools"])
def test_what_is_said(folder: str) -> None:
    found = {
        path.relative_to(ROOT).as_posix(): texts
        for path in sorted((ROOT / folder).rglob("*.py"))
        if (texts := [text for text in said(path.read_text(encoding="utf-8")) if half(text)])
    }
    assert found == {}


def test_what_packs_say() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): texts
        for path in sorted((ROOT / "rules").glob("*/*.yaml"))
        if (texts := [text for text in titles(yaml.safe_load(path.read_bytes())) if half(text)])
    }
    assert found == {}
