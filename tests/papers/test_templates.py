"""Word templates that are broken or hostile, and names that a file system has no place for."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tools.word_templates.page import Page
from typer.testing import CliRunner

from shibie.cli.app import app
from shibie.errors import InputError
from shibie.papers.notice.write import FOLDER, _Press
from shibie.papers.printing import template_faults, template_sandbox
from shibie.papers.printing.file_names import UniqueNames, file_stem
from shibie.papers.printing.word import filled

ROOT = Path(__file__).parents[2]
PICTURE = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)
DATA: dict[str, Any] = {"head": "王强", "rows": [{"money": 1}, {"money": 2}], "n": 5}
# What a template says, and what it is told.
WRONG = {
    "{{ heed }}": "no such field: heed",
    "{{ head.phone }}": "no such field: phone",
    "{{ rows[7].money }}": "no element 7",
    "{% if %}": "the template is wrong: Expected an expression",
    "{{": "the template is wrong",
    "{% endfor %}": "unknown tag 'endfor'",
    "{{ n + head }}": "unsupported operand",
    "{{ 1 / 0 }}": "division by zero",
    "{% for x in n %}{% endfor %}": "not iterable",
    "{% include 'letter.docx' %}": "no loader",
    "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}": "RecursionError",
    "{{ head|tojson }}": "No filter named 'tojson'",
}
REFUSED = {
    "{{ ''.__class__.__mro__ }}": "'__class__' of 'str'",
    "{{ head['__class__'] }}": "'__class__' of 'str'",
    "{{ self.__init__.__globals__ }}": "'__init__' of 'TemplateReference'",
    "{{ pictures[0].tpl.save('stolen.docx') }}": "'tpl' of 'InlineImage'",
    "{{ pictures.append(1) }}": "'append' of 'list'",
    "{{ 'x'.center(1000000000) }}": "'center' of 'str'",
    "{% for i in range(999999999) %}{% endfor %}": "a range of more than 100,000",
    "{% for i in range(9999) %}{% for j in range(9999) %}{% endfor %}{% endfor %}": "never ends",
    "{% macro f(n) %}{{ f(n - 1) if n }}{{ f(n - 1) if n }}{% endmacro %}{{ f(60) }}": "never ends",
    "{% set x = namespace(y='ab') %}{% for i in range(60) %}{% set x.y = x.y ~ x.y %}{% endfor %}": "100,000",
    "{% set x = namespace(y=[1]) %}{% for i in range(60) %}{% set x.y = x.y + x.y %}{% endfor %}": "100,000",
    "{{ 'ab'.replace('', 'x' * 1) }}": "'*' is for numbers",
    "{{ (range(99999)|join(head))|length }}{{ (range(99999)|join('xxxxx'))|length }}": "100,000",
    "{{ 9 ** 9 ** 9 }}": "too large",
    "{{ n|round(999999999, 'ceil') }}": "too large for a filter",
    "{{ '%999999999d' % n }}": "too wide",
    "{{ '%*d'|format(999, n) }}": "too wide",
    "{{ '{:{}}'.format(n, 999999999) }}": "too wide",
}  # fmt: skip


def template(path: Path, *lines: str) -> Path:
    page = Page("zh", "t")
    for line in lines:
        page.text(line)
    path.write_bytes(page.file())
    return path


def words_of(document: bytes) -> str:
    text = zipfile.ZipFile(io.BytesIO(document)).read("word/document.xml").decode()
    return re.sub("<[^>]+>", "", text)


def test_a_template_that_is_wrong_or_would_do_more_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(template_sandbox, "MOST_WORK", 5_000_000)
    for line, said in (WRONG | REFUSED).items():
        file = template(tmp_path / "letter.docx", "上一段", f"金额：{line}")
        with pytest.raises(InputError) as caught:
            filled(file, DATA, [PICTURE])
        (problem,) = caught.value.problems
        shown = problem.render("en")
        assert shown.startswith(f"{file}: "), line
        assert said in shown, (line, shown)
        assert ("no template may do this" in shown) == (line in REFUSED), line
        # The place is the paragraph, as it was written.
        assert problem.excerpt.startswith(f"金额：{line}"[:100]), (line, problem.excerpt)
    assert not Path("stolen.docx").exists()


def test_what_counties_use_still_works(tmp_path: Path) -> None:
    lines = (
        "{{ head|upper }}，{{ rows|length }} 行，{{ '%.2f'|format(n) }}，{{ '{:,}'.format(2855) }}",
        "{{ rows|map(attribute='money')|join('、') }}{{ '是' if n > 3 else '否' }}{{ n * 3 }}",
        "{% for row in rows %}{{ loop.index }}/{{ loop.length }}:{{ row.money }};{% endfor %}",
        "{% set t = namespace(sum=0) %}{% for r in rows %}{% set t.sum = t.sum + r['money'] %}{% endfor %}{{ t.sum }}",
        "{{ head.replace('王', 'W').split('强')|first }}{{ rows.index({'money': 2}) }}{{ 'a' ~ n }}",
    )  # fmt: skip
    said = words_of(filled(template(tmp_path / "t.docx", *lines), DATA))
    for part in ("王强，2 行，5.00，2,855", "1、2是15", "1/2:1;2/2:2;", "3", "W1a5"):
        assert part in said, part


def test_characters_that_xml_has_no_place_for_do_not_end_the_text(tmp_path: Path) -> None:
    odd = {"head": "王\x01强\ud800\uffff", "note": "{{ head }}{_{ <b>&\x0b"}
    said = words_of(filled(template(tmp_path / "t.docx", "{{ head }}，{{ note }}，完"), odd))
    assert "王\ufffd强\ufffd\ufffd，" in said
    assert "&lt;b&gt;&amp;" in said
    assert "，完" in said


def rezipped(change: Callable[[str, bytes], bytes | None]) -> bytes:
    """The shipped letter with its parts changed, each with its right checksum; None leaves it out."""
    into = io.BytesIO()
    with zipfile.ZipFile(FOLDER / "letter.docx") as old, zipfile.ZipFile(into, "w") as new:
        for name in old.namelist():
            data = change(name, old.read(name))
            if data is not None:
                new.writestr(name, data, zipfile.ZIP_DEFLATED)
    return into.getvalue()


def test_a_template_that_is_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = (FOLDER / "letter.docx").read_bytes()
    document, types = "word/document.xml", "[Content_Types].xml"
    files = {
        "nothing": b"",
        "text": b"{{ head }}",
        "half": whole[: len(whole) // 2],
        "wrong checksum": whole.replace(b"PK\x01\x02", b"PK\x01\x03", 1),
        "no document": rezipped(lambda name, data: None if name == document else data),
        "no types": rezipped(lambda name, data: None if name == types else data),
        "broken types": rezipped(lambda name, data: data[:50] if name == types else data),
        "broken document": rezipped(lambda name, data: data[:-90] if name == document else data),
        "no text": rezipped(lambda name, data: b"\xff\xfe\x00" if name == document else data),
        "other xml": rezipped(lambda name, data: b"<a/>" if name == document else data),
        "workbook": (ROOT / "fixtures" / "village-60.xlsx").read_bytes(),
    }
    file = tmp_path / "letter.docx"
    for what, data in files.items():
        file.write_bytes(data)
        with pytest.raises(InputError) as caught:
            filled(file, DATA)
        (problem,) = caught.value.problems
        assert problem.where == str(file), what
        assert "Word" in problem.what.en or "damaged" in problem.what.en, (what, problem.what.en)
    file.write_bytes(whole)
    monkeypatch.setattr(template_faults, "TEMPLATE_PART", 5_000)
    with pytest.raises(InputError, match="too large"):
        filled(file, DATA)
    file.unlink()
    with pytest.raises(InputError, match="cannot be read"):
        filled(file, DATA)
    file.mkdir()
    with pytest.raises(InputError, match="cannot be read"):
        filled(file, DATA)


def test_a_hostile_template_given_to_the_command(tmp_path: Path) -> None:
    template(tmp_path / "list.docx", "{{ village.__class__.__mro__ }}")
    arguments = [
        "notice", str(ROOT / "fixtures" / "village-60.xlsx"), "--rules", "bazhong-2015",
        "--as-of", "2015-12-20", "--format", "docx", "--out", str(tmp_path / "out"),
        "--templates", str(tmp_path), "--kind", "lists",
    ]  # fmt: skip
    done = CliRunner().invoke(app, arguments)
    assert isinstance(done.exception, InputError), done.output
    assert "模板不允许这样做：读取 str 的 __class__" in done.exception.render()
    assert not list((tmp_path / "out").rglob("*.docx"))


def test_data_is_no_markup_of_typst() -> None:
    """It reaches a template as JSON, and no template has text evaluated."""
    sources = [path.read_text(encoding="utf-8") for path in ROOT.glob("src/**/*.typ")]
    assert len(sources) == 5
    for source in sources:
        assert "json(bytes(sys.inputs.data))" in source
        assert not re.search(r"\beval\b|\binclude\b|\bimport\b|\bread\(|\bplugin\b", source)


def test_names_of_files() -> None:
    names = {
        "CON": "_CON", "nul": "_nul", "com1.石磨": "_com1.石磨", "LPT9 .x": "_LPT9 .x",
        "CONG": "CONG", "com0x": "com0x", "石磨.": "石磨", " 石磨. . ": "石磨",
        '<>:"/\\|?*': "_" * 9, "a\x07b\x85": "a_b", "\u202etxt.exe": "txt.exe", "\ud83d": "_",
        "": "_", "..": "_", "户" * 300: "户" * 60, "x" * 300: "x" * 80,
        "e\u0301": "\u00e9", "😀" * 100: "😀" * 45,
    }  # fmt: skip
    assert {name: file_stem(name) for name in names} == names
    given = UniqueNames(["目录"])
    asked = ["目录", "A", "a", "ß", "SS", "\u00e9", "e\u0301", *["户" * 60] * 3]
    got = [given.new(file_stem(each)) for each in asked]
    assert got == [
        "目录-2", "A", "a-2", "ß", "SS-2", "\u00e9", "\u00e9-2", "户" * 60, "户" * 59 + "-2",
        "户" * 59 + "-3",
    ]  # fmt: skip
    assert max(len(each.encode()) for each in got) <= 180


def test_a_household_named_as_the_list_does_not_overwrite_it() -> None:
    press = _Press.__new__(_Press)
    press.setting = type("Said", (), {"lang": "zh", "say": lambda self, zh, en: zh})()
    assert press.own_names() == ["目录", "公示名单", "告知书", "核实通知书"]
