"""What a YAML syntax error means to the person who wrote the file."""

from __future__ import annotations

import re

import yaml

from shibie.errors import Words
from shibie.ruleset.positions import SourceText, Span

SyntaxFault = tuple[Span, Words, Words | None]

#: The full-width colon, which looks like a colon and is none.
WIDE_COLON = "\uff1a"
_SLIP = re.compile(r"[ ]*(?:- +)*([^\W\d][\w-]*) ?(\uff1a|:(?=[^\s/]))")
_DEEPEST = 400  # columns; keeps one endless line from costing its square
_ODD_INDENT = re.compile(r" *(?:(\t+)|([\u3000\xa0]+))")
_QUOTE = Words("如果是文字，请加引号", "if this is text, put it in quotes")
_ALIGN = Words("请核对缩进与上文是否对齐", "check that the indentation fits the lines above")
_CLOSE = Words("请核对引号是否成对", "check that the quotes come in pairs")
_SPACES = Words("请用空格缩进", "indent with spaces")

#: A part of PyYAML's message, what we say instead, and what to do.
_MEANINGS: tuple[tuple[str, Words, Words | None], ...] = (
    ("could not find expected ':'", Words("应为“键: 值”", "expected 'key: value'"), None),
    (
        "mapping values are not allowed",
        Words("此处不能再有“键: 值”", "a 'key: value' is not allowed here"),
        Words(
            "含冒号的文字请加引号；或核对缩进",
            "put text that holds ': ' in quotes, or mend the indent",
        ),
    ),
    (
        "sequence entries are not",
        Words("此处不能有列表项“- ”", "a '- ' is not allowed here"),
        _ALIGN,
    ),
    ("mapping keys are not", Words("此处不能有“? ”", "a '? ' is not allowed here"), _QUOTE),
    ("unexpected end of stream", Words("引号没有闭合", "the quote is never closed"), _CLOSE),
    ("unexpected document separator", Words("引号没有闭合", "the quote is never closed"), _CLOSE),
    (
        "escape character",
        Words("双引号中的转义无效", "unknown escape in double quotes"),
        Words("写作“\\\\”或改用单引号", "write '\\\\' or use single quotes"),
    ),
    ("hexadecimal numbers", Words("转义的十六进制位数不足", "too few hexadecimal digits"), None),
    ("character '\\t'", Words("此处不能用制表符（Tab）", "a tab is not allowed here"), _SPACES),
    (
        "cannot start any token",
        Words("文字不能以此字符开头", "a value cannot begin with this character"),
        _QUOTE,
    ),
    ("<block end>", Words("与上文的结构不一致", "this does not fit the structure above"), _ALIGN),
    ("',' or ']'", Words("列表中缺少“,”或“]”", "expected ',' or ']' in the list"), None),
    ("',' or '}'", Words("映射中缺少“,”或“}”", "expected ',' or '}' in the mapping"), None),
    ("expected the node content", Words("此处缺少内容", "a value is missing here"), _QUOTE),
    (
        "alphabetic or numeric",
        Words("不允许使用锚点或别名（& *）", "anchors and aliases ('&' '*') are not allowed"),
        _QUOTE,
    ),
    (
        "indentation indicator",
        Words("“|”或“>”之后只能是“-”或“+”", "only '-' or '+' may follow '|' or '>'"),
        _QUOTE,
    ),
    ("tag handle", Words("不允许使用标签（!…）", "tags ('!…') are not allowed"), _QUOTE),
    (
        "<document start>",
        Words("一个文件只能有一份文档", "text after the end of the document"),
        None,
    ),
)


def explain(page: SourceText, error: yaml.MarkedYAMLError) -> SyntaxFault:
    r"""The place and meaning of a syntax error, with the likely slip behind it.

    >>> page = SourceText("a.yaml", "名称\uff1a低保\n编号: 1\n")
    >>> mark = yaml.Mark("", 0, 0, 0, None, None)
    >>> error = yaml.MarkedYAMLError("", mark, "could not find expected ':'", mark)
    >>> explain(page, error)[2].en
    "did you mean '名称: …'? If this is text, put it in quotes"
    """
    span = _place(page, error)
    problem = error.problem or str(error)
    what, hint = Words(f"YAML 语法错误：{problem}", f"YAML syntax error: {problem}"), None
    for part, meaning, advice in _MEANINGS:
        if part in problem:
            what, hint = meaning, advice
            break
    lines = [span.line, *_line_of(page, error)]
    for line in lines:
        odd = _ODD_INDENT.match(page.line_text(line))
        if odd:
            return (_within(page, line, odd.span(odd.lastindex or 0)), *_odd_indent(odd))
    lines += _line_above(page, span.line)
    for line in lines:
        slip = _SLIP.match(page.line_text(line))
        if slip:
            return _colon(page, _within(page, line, slip.span(2)), slip[1], what)
    return span, what, hint


def slip_in_text(page: SourceText, span: Span) -> SyntaxFault | None:
    r"""A plain text that is really a mapping written with full-width colons.

    Only a text that begins a line of its own, all of whose lines look like `键\uff1a值`, and that
    is not a single list item: prose can look like that.
    """
    text = page.text[span.start : span.end]
    if WIDE_COLON not in text or span.column > _DEEPEST:
        return None
    lines = text.splitlines()
    before = page.text[page.line_start(span.line) : span.start]
    if before.strip(" -") or ("-" in before and len(lines) == 1):
        return None
    slips = [_SLIP.match(line.strip()) for line in lines]
    first = slips[0] if slips else None
    if first is None or not all(slip and slip[2] == WIDE_COLON for slip in slips):
        return None
    at = page.span(span.start + first.start(2), span.start + first.end(2))
    return _colon(page, at, first[1], None)


def slip_in_key(page: SourceText, span: Span) -> SyntaxFault | None:
    """A key without a value, such as `{a:1}`, that is really a key and its value."""
    slip = _SLIP.match(page.text[span.start : span.end])
    if slip is None:
        return None
    at = page.span(span.start + slip.start(2), span.start + slip.end(2))
    return _colon(page, at, slip[1], None)


def _place(page: SourceText, error: yaml.MarkedYAMLError) -> Span:
    """The offending place: where the fault begins rather than where it was noticed."""
    last = len(page.text.rstrip())
    mark, context = error.problem_mark, error.context_mark
    at = mark.index if mark else last
    if context and (at >= last or "simple key" in (error.context or "")):
        at = context.index
    return page.span(max(0, min(at, last - 1)))


def _line_of(page: SourceText, error: yaml.MarkedYAMLError) -> list[int]:
    mark = error.problem_mark
    return [page.span(mark.index).line] if mark else []


def _line_above(page: SourceText, line: int) -> list[int]:
    """The nearest line above that is not blank."""
    for above in range(line - 1, 0, -1):
        if page.line_text(above).strip():
            return [above]
    return []


def _within(page: SourceText, line: int, columns: tuple[int, int]) -> Span:
    start = page.line_start(line)
    return page.span(start + columns[0], start + columns[1])


def _odd_indent(odd: re.Match[str]) -> tuple[Words, Words]:
    if odd[1]:
        return Words("缩进用了制表符（Tab）", "a tab is used for indentation"), _SPACES
    return Words("缩进用了全角空格", "a full-width space is used for indentation"), _SPACES


def _colon(page: SourceText, span: Span, key: str, noticed: Words | None) -> SyntaxFault:
    """A colon that is full-width or lacks its space."""
    if page.text[span.start : span.end] == WIDE_COLON:
        zh = f"全角冒号“{WIDE_COLON}”应为半角冒号加空格“: ”"
        en = f"a full-width colon '{WIDE_COLON}' stands where ': ' should"
    else:
        zh, en = "冒号之后缺少空格", "a space is missing after ':'"
    if noticed:
        zh, en = f"{zh}({noticed.zh})", f"{en} ({noticed.en})"
    advice = Words(
        f"是否想写“{key}: …”？如果是文字，请加引号",
        f"did you mean '{key}: …'? If this is text, put it in quotes",
    )
    return span, Words(zh, en), advice
