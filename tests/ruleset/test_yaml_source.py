from __future__ import annotations

import itertools
import pickle
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shibie.errors import RulesetError, Words
from shibie.limits import YAML_BYTES
from shibie.ruleset.positions import FORBIDDEN, trace
from shibie.ruleset.yaml_source import YamlSource, read, read_file
from support.profiles import examples

WIDE = "\uff1a"  # the full-width colon


def refused(text: str, lang: str = "en") -> str:
    with pytest.raises(RulesetError) as caught:
        read("a.yaml", text)
    return caught.value.render("zh" if lang == "zh" else "en")


def scalar(text: str) -> object:
    data = read("a.yaml", f"k: {text}\n").data
    assert isinstance(data, dict)
    return data["k"]


# --- what a scalar means ---


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("false", False),
        ("0", 0),
        ("-0", 0),
        ("+17", 17),
        ("-3", -3),
        ("123456789012345678901234567890", 123456789012345678901234567890),
        ("0.10", Decimal("0.10")),
        ("-2855.00", Decimal("-2855.00")),
        ("99999999999999999999.01", Decimal("99999999999999999999.01")),
    ],
)
def test_resolved(text: str, value: object) -> None:
    found = scalar(text)
    assert (type(found), str(found)) == (type(value), str(value))


@pytest.mark.parametrize(
    "text",
    "no yes on off y n No True FALSE Null 否 是 2015-07-01 12:30 1e3 007 -07 1_000 0x1F 0o7 .5 5. "
    "1.2.3 .inf .nan 1,000 + - = ١٢ 190:20:30 2001-12-14t21:59:43.10-05:00".replace(
        " - ", " "
    ).split(),
)
def test_everything_else_stays_text(text: str) -> None:
    assert scalar(text) == text


@pytest.mark.parametrize("quote", ["'", '"'])
@pytest.mark.parametrize("text", ["", "1", "1.5", "true", "null", "~"])
def test_quoted_is_text(quote: str, text: str) -> None:
    assert scalar(quote + text + quote) == text


def test_block_scalars_are_text() -> None:
    assert read("a", "a: |-\n  12\nb: >-\n  true\n").data == {"a": "12", "b": "true"}


def test_keys_are_text() -> None:
    source = read("a", "1: a\ntrue: b\n~: c\n2014-01-01: d\n1.50: e\n'': f\n")
    assert source.data == {"1": "a", "true": "b", "~": "c", "2014-01-01": "d", "1.50": "e", "": "f"}
    assert source.key_span(("1.50",)).line == 5


def test_empty_and_comment_only() -> None:
    for text in ("", "\n", "# nothing\n", "---\n...\n", "\ufeff"):
        source = read("a", text)
        assert source.data is None
        assert source.value_span(("x", 0)).line >= 1


# --- places ---

DOCUMENT = """\
# 头
ruleset:
  id: bazhong
  范围: {from: 2015-07-01, to: }
list:
- a
- {name: 'x', n: 3}
-
  - deep
last: done  # 尾
"""


def shown(source: YamlSource, path: tuple[str | int, ...]) -> str:
    span = source.value_span(path)
    return f"{span.line}:{span.column} {source.text[span.start : span.end]}"


def test_value_and_key_spans() -> None:
    source = read("a", DOCUMENT)
    assert shown(source, ("ruleset", "id")) == "3:7 bazhong"
    assert shown(source, ("ruleset", "范围", "from")) == "4:14 2015-07-01"
    assert shown(source, ("ruleset", "范围", "to")) == "4:29 "
    assert shown(source, ("ruleset", "范围")) == "4:7 {from: 2015-07-01, to: }"
    assert shown(source, ("ruleset",)) == "3:3 id: bazhong\n  范围: {from: 2015-07-01, to: }"
    assert shown(source, ("list", 0)) == "6:3 a"
    assert shown(source, ("list", 1, "n")) == "7:18 3"
    assert shown(source, ("list", 2)) == "9:3 - deep"
    assert shown(source, ()).endswith("done")
    assert source.key_span(("ruleset", "范围"))[2:] == (4, 3)
    assert source.key_span(("last",))[2:] == (10, 1)


def test_block_scalar_span_ends_with_its_text() -> None:
    source = read("a", "a:\n  b: |\n    x\n    y\u3000\n\n\nc: 1\n")
    assert shown(source, ("a", "b")) == "2:6 |\n    x\n    y\u3000"
    assert shown(source, ("a",)) == "2:3 b: |\n    x\n    y\u3000"


def test_unknown_path_falls_back_to_the_nearest_ancestor() -> None:
    source = read("a", DOCUMENT)
    assert source.value_span(("list", 1, "absent", 3)) == source.value_span(("list", 1))
    assert source.key_span(("ruleset", "absent")) == source.key_span(("ruleset",))
    assert source.key_span(("list", 1, "absent")) == source.value_span(("list", 1))
    assert source.key_span(("absent",)) == source.value_span(())


STYLES = {
    "plain": ("a: x < yy\n", "yy", (1, 8, "yy")),
    "plain over lines": ("a: x <\n   yy\n  and zz\n", "zz", (3, 7, "zz")),
    "plain with blank line": ("a: x\n\n  zz\n", "zz", (3, 3, "zz")),
    "single": ("a: 'it''s yy'\n", "yy", (1, 11, "yy")),
    "doubled quote": ("a: 'it''s yy'\n", "'", (1, 7, "''")),
    "single over lines": ("a: 'it''s\n   yy'\n", "yy", (2, 4, "yy")),
    "double": ('a: "x in [\\"yy\\"]"\n', "yy", (1, 13, "yy")),
    "escaped quote": ('a: "x \\"yy"\n', '"', (1, 7, '\\"')),
    "escape x": ('a: "\\x41\\x41 yy"\n', "yy", (1, 14, "yy")),
    "escape u": ('a: "\\u4e2d yy"\n', "中", (1, 5, "\\u4e2d")),
    "escape U": ('a: "x\\U0001F600yy"\n', "yy", (1, 16, "yy")),
    "escaped newline": ('a: "x\\nyy"\n', "\n", (1, 6, "\\n")),
    "after escaped newline": ('a: "x\\n\\tyy"\n', "yy", (1, 10, "yy")),
    "escaped line end": ('a: "x \\\n    yy"\n', "yy", (2, 5, "yy")),
    "escaped line end inside a word": ('a: "xz\\\n    yy"\n', "zyy", (1, 6, "z\\\n    yy")),
    "blank after escaped line end": ('a: "x\\\n    \\tyy"\n', "\t", (2, 5, "\\t")),
    "double over lines": ('a: "x\n\n  yy"\n', "yy", (3, 3, "yy")),
    "folded": ("a: >\n  x and\n  yy\n\n  zz\nb: 1\n", "zz", (5, 3, "zz")),
    "folded with header": ("a: >2-  # note yy\n   x\n  yy\n", "yy", (3, 3, "yy")),
    "literal": ("a: |\n  x\n    yy\n  zz\n", "yy", (3, 5, "yy")),
    "literal indentation": ("a: |\n  x\n   yy\n", " yy", (3, 3, " yy")),
    "literal after blank lines": ("a: |-\n\n\n  x\n  yy\n", "yy", (5, 3, "yy")),
    "in a list": ("- - 'x'\n  - q + yy\n", "yy", (2, 9, "yy")),
    "crlf": ("a: 1\r\nb: x\r\n  yy\r\n", "yy", (3, 3, "yy")),
    "bom and wide": ("\ufeff名: 低保 or yy\n", "yy", (1, 10, "yy")),
}


@pytest.mark.parametrize("style", STYLES)
def test_locate(style: str) -> None:
    text, wanted, expected = STYLES[style]
    source = read("a.yaml", text)
    hits = []
    for path in source.positions:
        value = source.data
        for step in path:
            value = value[step]  # type: ignore[index]
        if isinstance(value, str) and wanted in value:
            span = source.locate(path, value.index(wanted), len(wanted))
            hits.append((span.line, span.column, source.text[span.start : span.end]))
    assert hits == [expected]


def test_locate_past_the_end_and_elsewhere() -> None:
    source = read("a", "a: 'x y'\nb: true\nc: [1]\nd: >\n  q\n\ne:\n")
    assert source.locate(("a",), 3)[:] == (7, 7, 1, 8)
    assert source.locate(("a",), 99, 5)[2:] == (1, 8)
    assert source.locate(("b",), 2, 2)[2:] == (2, 6)
    assert source.locate(("c",), 0) == source.value_span(("c",))
    assert source.locate(("d",), 1)[2:] == (5, 4)
    assert source.locate(("e",), 0)[2:] == (7, 3)
    assert source.locate(("a", "z"), 0) == source.value_span(("a",))


ORDINARY = st.characters(codec="utf-8").filter(lambda c: not FORBIDDEN.match(c))
WORDY = st.text(st.one_of(st.sampled_from(" \n\t'\"\\:#-ab贫"), ORDINARY), max_size=60)


@example("\xa0", "|", True)
@given(WORDY, st.sampled_from(["'", '"', "|", ">", None]), st.booleans())
def test_locate_finds_every_character(value: str, style: str | None, unicode: bool) -> None:
    text = yaml.safe_dump(
        {"k": [value]}, default_style=style, allow_unicode=unicode, width=20, indent=4
    )
    source = read("a", text)
    found = source.data["k"][0]  # type: ignore[index]
    if not isinstance(found, str):
        return
    before = 0
    for offset, char in enumerate(found):
        span = source.locate(("k", 0), offset)
        piece = source.text[span.start : span.end]
        if char not in " \t\r\n":
            assert meaning(piece) == char
            assert span.start >= before
            before = span.end


def meaning(piece: str) -> object:
    """The character that a piece of a scalar stands for."""
    if piece == "''":
        return "'"
    return yaml.safe_load(f'"{piece}"') if len(piece) > 1 else piece


def test_trace_is_total() -> None:
    for raw, value in itertools.product(["", "''", '""', "|", ">\n", "x"], ["", " ", "\n", "  "]):
        assert len(trace(raw, value)) == len(value)


# --- excerpts ---


def rendered(text: str, path: tuple[str | int, ...], offset: int, length: int) -> str:
    source = read("r.yaml", text)
    span = source.locate(path, offset, length)
    return source.problem(span, Words("甲", "no"), Words("乙", "try")).render("en")


def test_problem_with_wide_characters() -> None:
    assert rendered("poor: 低收入 or 无业x\n", ("poor",), 7, 2) == (
        "r.yaml:1:14: no\npoor: 低收入 or 无业x\n                ^^^^\n  → try"
    )


def test_problem_keeps_tabs_and_ignores_combining_marks() -> None:
    assert rendered('a: "e\u0301\tyy"', ("a",), 3, 2) == (
        'r.yaml:1:8: no\na: "e\u0301\tyy"\n     \t^^\n  → try'
    )


def test_problem_over_lines_underlines_the_first() -> None:
    assert rendered("a: b cc\n  dd\n", ("a",), 2, 5) == "r.yaml:1:6: no\na: b cc\n     ^^\n  → try"


def test_problem_in_a_long_line_is_cut() -> None:
    source = read("r", "a: " + "x" * 500 + "yy" + "z" * 500)
    line, marks = source.page.excerpt(source.locate(("a",), 500, 2)).splitlines()
    assert len(line) == 162
    assert line[marks.index("^") : len(marks)] == "yy"
    assert marks.count("^") == 2


# --- what is refused ---


def test_all_problems_at_once() -> None:
    text = (
        "id: 1\n"
        "标题: 甲\n"
        "id: &x 2\n"
        "more: [*x, !!python/object/apply:os.system [ls], {a: 1, a: 2}]\n"
        "<<: {b: 1}\n"
        "标题: 乙\n"
    )
    assert refused(text) == (
        "a.yaml:3:1: duplicate key 'id', first given in line 1\n"
        "id: &x 2\n"
        "^^\n"
        "a.yaml:3:5: anchors ('&…') are not allowed\n"
        "id: &x 2\n"
        "    ^^\n"
        "  → if this is text, put it in quotes\n"
        "a.yaml:4:8: aliases ('*…') are not allowed\n"
        "more: [*x, !!python/object/apply:os.system [ls], {a: 1, a: 2}]\n"
        "       ^^\n"
        "  → if this is text, put it in quotes\n"
        "a.yaml:4:12: tags ('!…') are not allowed\n"
        "more: [*x, !!python/object/apply:os.system [ls], {a: 1, a: 2}]\n"
        "           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "  → if this is text, put it in quotes\n"
        "a.yaml:4:57: duplicate key 'a', first given in line 4\n"
        "more: [*x, !!python/object/apply:os.system [ls], {a: 1, a: 2}]\n"
        "                                                        ^\n"
        "a.yaml:5:1: merge keys ('<<') are not allowed\n"
        "<<: {b: 1}\n"
        "^^\n"
        "a.yaml:6:1: duplicate key '标题', first given in line 2\n"
        "标题: 乙\n"
        "^^^^"
    )


def test_problems_before_a_syntax_error_are_kept() -> None:
    assert refused("a: 1\na: 2\nb: 'x\n") == (
        "a.yaml:2:1: duplicate key 'a', first given in line 1\n"
        "a: 2\n"
        "^\n"
        "a.yaml:3:4: the quote is never closed\n"
        "b: 'x\n"
        "   ^\n"
        "  → check that the quotes come in pairs"
    )


def test_every_duplicate_names_the_first() -> None:
    lines = refused("a: 1\na: 2\na: 3\n").splitlines()
    assert lines[::3] == [
        "a.yaml:2:1: duplicate key 'a', first given in line 1",
        "a.yaml:3:1: duplicate key 'a', first given in line 1",
    ]


def test_chinese_text() -> None:
    assert refused("a: 1\na: 2\n", "zh") == ("a.yaml:2:1: 键“a”重复，首次出现在第 1 行\na: 2\n^")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("a: !!str 1", "1:4", "tags"),
        ("a: ! 1", "1:4", "tags"),
        ("a: !x!y 1", "1:4", "tags"),
        ("a: &b [!t 1]", "1:4", "anchors"),
        ("!t\na: 1", "1:1", "tags"),
        ("a: *b", "1:4", "aliases"),
        ("a: **bold**", "1:5", "aliases"),
        ("a: &b", "1:4", "anchors"),
        ("1: a\n'1': b", "2:1", "duplicate key '1', first given in line 1"),
        ("a: 1\n---\nb: 1", "2:1", "second document"),
        ("? [a]\n: 1", "1:3", "a key must be a piece of text"),
        ("a: {{ x }}", "1:5", "a key must be a piece of text"),
        ("?\n: 1", "1:2", "a key is missing"),
        ("\u3000a: 1", "1:1", "full-width space"),
        ("a:\n\tb: 1\n", "2:1", "a tab is used for indentation"),
        ("a:\n  b: 1\n  \tc: 1\n", "3:3", "a tab is used for indentation"),
        ("a: @x", "1:4", "cannot begin"),
        ("a: b: c", "1:5", "'key: value' is not allowed here"),
        ('a: "\\q"', "1:6", "unknown escape"),
        ('a: "\\UFFFFFFFF"', "1:7", "out of range"),
        ('a: "\\ud800"', "1:4", "control character U+D800"),
        ('a: "x\\0"', "1:4", "control character U+0000"),
        ("a\x00: 1", "1:2", "control character U+0000"),
        ("a: \x1b[31m", "1:4", "control character U+001B"),
        ("a: x\u2028y", "1:5", "control character U+2028"),
        ("a: x\u202ey", "1:5", "control character U+202E"),
        ("a: \ud800", "1:4", "control character U+D800"),
        ("a: \ufeff", "1:4", "control character U+FEFF"),
        ("a: " + "9" * 5000, "1:4", "number of more than 100"),
        ("%YAML 1." + "9" * 5000 + "\n---\na", "1:9", "out of range"),
        ("- " * 65 + "x", "1:129", "deeper than 64"),
        ("[" * 200_000, "1:65", "deeper than 64"),
        ("{a: " * 100_000, "1:257", "deeper than 64"),
        ("? " * 100_000, "1:129", "deeper than 64"),
    ],
)
def test_refused(text: str, place: str, words: str) -> None:
    first = refused(text).splitlines()[0]
    assert first.startswith(f"a.yaml:{place}: ")
    assert words in first


def test_depth_64_is_accepted() -> None:
    assert read("a", "[" * 64 + "]" * 64).data is not None


def test_alias_bomb() -> None:
    lines = ["a0: &a0 [x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 10)]
    message = refused("\n".join(lines))
    assert "anchors" in message
    assert message.splitlines()[-1] == "a.yaml: 41 more problems"


def test_tag_after_an_anchor() -> None:
    lines = refused("a: &b !t [1]").splitlines()
    assert lines[:3] == ["a.yaml:1:4: anchors ('&…') are not allowed", "a: &b !t [1]", "   ^^"]
    assert lines[4:7] == ["a.yaml:1:7: tags ('!…') are not allowed", "a: &b !t [1]", "      ^^"]


def test_control_characters_are_not_printed() -> None:
    assert "\x1b" not in refused('"\\e": 1\n"\\e": 2\n')
    assert refused("a: \x1bx\n") == (
        "a.yaml:1:4: control character U+001B is not allowed\na: \ufffdx\n   ^"
    )


@pytest.mark.parametrize(
    ("text", "place", "key"),
    [
        (f"a: 1\n标题{WIDE}贫困\nb: 2\n", "2:3", "标题"),
        (f"标题{WIDE}\n  a: 1\n", "1:3", "标题"),
        (f"a:\n  id{WIDE}x\n  title: y\n", "2:5", "id"),
        (f"a:\n  id{WIDE}x\n  title{WIDE}y\n", "2:5", "id"),
        (f"- id{WIDE}x\n  b: 1\n", "1:5", "id"),
        (f"a: {{from{WIDE}1, to: 2}}\n", "1:9", "from"),
        (f"标题{WIDE}贫困\n", "1:3", "标题"),
    ],
)
def test_full_width_colon(text: str, place: str, key: str) -> None:
    lines = refused(text).splitlines()
    assert lines[0].startswith(f"a.yaml:{place}: a full-width colon '{WIDE}' stands where ': '")
    assert lines[-2].strip() == "^^"
    assert lines[-1].startswith(f"  → did you mean '{key}: …'?")


@pytest.mark.parametrize(("text", "place"), [("a: 1\nid:x\nb: 2\n", "2:3"), ("a: {b:1}", "1:6")])
def test_missing_space_after_colon(text: str, place: str) -> None:
    assert refused(text).startswith(f"a.yaml:{place}: a space is missing after ':'")


@pytest.mark.parametrize(
    "value",
    [
        f"说明{WIDE}这是",
        f"'a{WIDE}b'",
        f"[x{WIDE}y]",
        f"\n  - 注意{WIDE}不得",
        f"|\n  a{WIDE}b",
        "12:30",
        "http://x.cn",
        "\n  http://x.cn",
        "{http://x: 1}",
    ],
)
def test_colons_in_prose_are_accepted(value: str) -> None:
    assert isinstance(read("a", f"k: {value}\n").data, dict)


# --- files ---


def test_file(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes("\ufeff名: 巴中\r\n".encode())
    source = read_file(path)
    assert (source.name, source.data) == (path.as_posix(), {"名": "巴中"})
    assert source.value_span(("名",))[2:] == (1, 4)
    assert read_file(path, "shown.yaml").name == "shown.yaml"


def file_error(path: Path) -> str:
    with pytest.raises(RulesetError) as caught:
        read_file(path, "r.yaml")
    return caught.value.render("en")


def test_file_in_another_encoding(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes("a: 1\n标题: x\n".encode("gb18030"))
    message = file_error(path).splitlines()
    assert message[0] == "r.yaml:2:1: the file is not UTF-8: byte 0xb1"
    assert message[-1] == "  → save the file as UTF-8"


def test_file_too_large_missing_or_a_directory(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_bytes(b"#" * (YAML_BYTES + 1))
    assert file_error(path) == "r.yaml: the file is larger than 4 MiB"
    path.write_bytes(b"#" * YAML_BYTES)
    assert read_file(path).data is None
    assert file_error(tmp_path / "absent").startswith("r.yaml: the file cannot be read: No such")
    assert file_error(tmp_path).startswith("r.yaml: the file cannot be read: ")
    assert refused("贫" * (YAML_BYTES // 3 + 1)) == "a.yaml: the file is larger than 4 MiB"


# --- any text at all ---

PIECES = [
    *"abc01.~-?:,[]{}#&*!|>'\"%@`\\\n\t 贫", "\n", "\n  ", "\n    ", ": ", "- ", "\n- ", "a: ",
    "---\n", "...", "<<: ", "\r\n", "\ufeff", "\u2028", "\x85", "\x00", WIDE, "\u3000", "!!int ",
    "&a ", "*a ", "%YAML 1.1\n", "%TAG ! x\n", "\\x4", "\\u12", "true", "|2-\n",
]  # fmt: skip


def agrees(ours: object, theirs: object) -> bool:
    """Whether our data is what PyYAML reads when it leaves every scalar as text."""
    if isinstance(ours, dict):
        return (
            isinstance(theirs, dict)
            and ours.keys() == theirs.keys()
            and all(agrees(ours[key], theirs[key]) for key in ours)
        )
    if isinstance(ours, list):
        return isinstance(theirs, list) and [*map(agrees, ours, theirs)] == [True] * len(theirs)
    if ours is None:
        return theirs in (None, "", "~", "null")
    if isinstance(ours, bool):
        return str(ours).lower() == theirs
    if isinstance(ours, int | Decimal):
        return isinstance(theirs, str) and ours == Decimal(theirs)
    return ours == theirs


def check(error: RulesetError) -> None:
    assert error.problems
    assert not FORBIDDEN.search(error.render("zh").replace("\n", ""))
    assert not FORBIDDEN.search(error.render("en").replace("\n", ""))


@settings(max_examples=examples(quick=1000, ci=1500, deep=30_000))
@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.text()))
@example("a: 1\n---")
@example("%YAML 2.0\n---\n")
@example('"\\U00110000"')
@example("? ")
@example("[? a]")
@example("a: |\n\n\n")
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        source = read("a", text)
    except RulesetError as error:
        check(error)
        return
    assert agrees(source.data, yaml.load(text, yaml.BaseLoader))
    for path, span in source.positions.items():
        assert 0 <= span.start <= span.end <= len(source.text)
        for offset in (0, 1, 50):
            place = source.locate(path, offset)
            assert span.start <= place.start <= place.end <= span.end
            assert source.problem(place, Words("甲", "a")).render()


@given(st.binary())
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, b: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "fuzz.yaml"
    path.write_bytes(b)
    try:
        read_file(path)
    except RulesetError as error:
        check(error)


def test_source_is_frozen_and_pickles() -> None:
    source = read("a", DOCUMENT)
    with pytest.raises(AttributeError):
        source.data = None  # type: ignore[misc]
    assert pickle.loads(pickle.dumps(source)) == source


def test_pyyaml_is_left_alone() -> None:
    read("a", "a: no\n")
    assert yaml.safe_load("a: no\nb: 1_000") == {"a": False, "b": 1000}
