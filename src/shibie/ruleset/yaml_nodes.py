"""The tree of a YAML text, built from the parser's events; what is not allowed is collected."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal

import yaml
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from shibie.errors import Words
from shibie.limits import YAML_DEPTH, YAML_VALUES
from shibie.ruleset.positions import FORBIDDEN, SourceText, Span
from shibie.ruleset.yaml_syntax import SyntaxFault, explain, slip_in_key, slip_in_text

YamlPath = tuple[str | int, ...]
_MAX_DIGITS = 100
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?[0-9]+\.[0-9]+")
_PLAIN: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
_SECOND_DOCUMENT = (
    Words("一个文件只能有一份文档", "a second document; a file holds one"),
    Words("请删去多余的“---”", "remove the extra '---'"),
)
_TOO_DEEP = Words(f"嵌套超过 {YAML_DEPTH} 层", f"nested deeper than {YAML_DEPTH} levels")
_TOO_MANY = Words(
    f"文件里超过 {YAML_VALUES} 个键和值", f"the file holds more than {YAML_VALUES} keys and values"
)
_TOO_LONG = Words(f"数字超过 {_MAX_DIGITS} 位", f"a number of more than {_MAX_DIGITS} characters")
_QUOTE = Words("如果是文字，请加引号", "if this is text, put it in quotes")
_REFUSED = {
    "!": Words("不允许使用标签（!…）", "tags ('!…') are not allowed"),
    "&": Words("不允许使用锚点（&…）", "anchors ('&…') are not allowed"),
    "*": Words("不允许使用别名（*…）", "aliases ('*…') are not allowed"),
}
_MERGE = Words("不允许使用合并键“<<”", "merge keys ('<<') are not allowed")
_KEY_SHAPE = Words("键必须是一段文字", "a key must be a piece of text")
_KEY_EMPTY = Words("“:”之前缺少键", "a key is missing before ':'")
_KEY_SPACE = Words("键的首尾有全角或不可见的空格", "the key begins or ends with a full-width space")


class _Events(Reader, Scanner, Parser):
    """PyYAML's parser alone: no resolver, composer or constructor."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)

    def take(self) -> yaml.Event | None:
        """The next event, or None at the end."""
        event: yaml.Event | None = self.get_event()  # type: ignore[no-untyped-call]
        return event


def _range(event: yaml.Event) -> tuple[int, int]:
    """The offsets at which an event starts and ends."""
    start, end = event.start_mark, event.end_mark
    assert start is not None  # the scanner always sets both
    assert end is not None
    return start.index, end.index


@dataclass
class _Frame:
    """A collection that is being read."""

    path: YamlPath
    value: dict[str, object] | list[object]
    start: int
    flow: bool
    key: str | None = None
    seen: dict[str, Span] = field(default_factory=dict)


class Nodes:
    """Builds the data of one page from the parser's events, and collects what is wrong."""

    def __init__(self, page: SourceText) -> None:
        self.page = page
        self.data: object = None
        self.positions: dict[YamlPath, Span] = {(): page.span(0, 0)}
        self.keys: dict[YamlPath, Span] = {}
        self.found: list[SyntaxFault] = []
        self._frames: list[_Frame] = []
        self._end = 0  # after the last scalar or bracket read
        self._values = 0  # keys, items and values read

    def build(self) -> None:
        """Reads the page to its end, or to the first fault that hides what follows."""
        self._forbidden(self.page.text, 0)
        events = _Events(FORBIDDEN.sub("\ufffd", self.page.text))
        documents = 0
        try:
            while (event := events.take()) is not None:
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        self._add(self._mark(event), *_SECOND_DOCUMENT)
                        return
                elif not self._take(event):
                    return
        except yaml.MarkedYAMLError as error:
            self.found.append(explain(self.page, error))
        except (ValueError, OverflowError):  # PyYAML on \UFFFFFFFF and on huge version numbers
            span = self.page.span(events.get_mark().index)
            self._add(
                span, Words("转义字符或数字超出范围", "an escape or a number is out of range")
            )

    def _add(self, span: Span, what: Words, suggestion: Words | None = None) -> None:
        self.found.append((span, what, suggestion))

    def _mark(self, event: yaml.Event) -> Span:
        start, end = _range(event)
        return self.page.span(start, max(start + 1, end))

    def _forbidden(self, text: str, start: int, span: Span | None = None) -> None:
        for found in FORBIDDEN.finditer(text):
            code = f"U+{ord(found[0]):04X}"
            what = Words(f"不允许的控制字符 {code}", f"control character {code} is not allowed")
            self._add(span or self.page.span(start + found.start()), what)

    def _take(self, event: yaml.Event) -> bool:
        """Takes one event; False when reading should stop."""
        if isinstance(event, yaml.NodeEvent):
            self._values += 1
            if self._values > YAML_VALUES:
                self._add(self.page.span(_range(event)[0]), _TOO_MANY)
                return False
            self._properties(event)
        if isinstance(event, yaml.AliasEvent):
            self._place(None, self._mark(event), "*", plain=False)
        elif isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            if len(self._frames) == YAML_DEPTH:
                self._add(self.page.span(_range(event)[0]), _TOO_DEEP)
                return False
            value: dict[str, object] | list[object]
            value = {} if isinstance(event, yaml.MappingStartEvent) else []
            flow, start = bool(event.flow_style), _range(event)[0]
            self._frames.append(_Frame(self._path(), value, start, flow))
        elif isinstance(event, yaml.CollectionEndEvent):
            frame = self._frames.pop()
            if frame.flow:
                self._end = _range(event)[1]
            span = self.page.span(frame.start, self._end)
            self._place(frame.value, span, None, plain=False)
        return True

    def _path(self) -> YamlPath:
        if not self._frames:
            return ()
        top = self._frames[-1]
        if isinstance(top.value, list):
            return (*top.path, len(top.value))
        return top.path if top.key is None else (*top.path, top.key)

    def _properties(self, event: yaml.NodeEvent) -> None:
        """Refuses tags, anchors and aliases."""
        alias = isinstance(event, yaml.AliasEvent)
        tag = None if alias else getattr(event, "tag", None)
        for given, sign in ((tag, "!"), (event.anchor, "*" if alias else "&")):
            if given is not None:
                self._add(self._property(_range(event)[0], sign), _REFUSED[sign], _QUOTE)

    def _property(self, start: int, sign: str) -> Span:
        """The span of a tag, anchor or alias of the node that starts at `start`."""
        pattern = re.compile(rf"(?:[&!]\S*\s+)?({re.escape(sign)}[^\s,\[\]{{}}]*)")
        found = pattern.match(self.page.text, start)
        return self.page.span(*found.span(1)) if found else self.page.span(start)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        start, end = _range(event)
        plain = event.style is None
        if event.style in ("|", ">"):
            end = start + len(self.page.text[start:end].rstrip(" \t\r\n"))
        span = self.page.span(start, end)
        self._end = end
        if event.style == '"':  # elsewhere the value holds what the page holds
            self._forbidden(event.value, start, span)
        self._place(
            self._resolve(event.value, span) if plain else event.value,
            span,
            event.value,
            plain=plain,
        )

    def _resolve(self, text: str, span: Span) -> object:
        """What a plain scalar means."""
        if text in _PLAIN:
            return _PLAIN[text]
        whole = _INT.fullmatch(text)
        if not whole and not _DECIMAL.fullmatch(text):
            return text
        if len(text) > _MAX_DIGITS:
            self._add(span, _TOO_LONG)
            return text
        return int(text) if whole else Decimal(text)

    def _place(self, value: object, span: Span, text: str | None, *, plain: bool) -> None:
        """Puts a node where it belongs: the root, a list, a key or a value.

        Args:
            value: what the node means.
            span: where it stands.
            text: its text when it is a scalar, else None.
            plain: whether it is a scalar without quotes.
        """
        top = self._frames[-1] if self._frames else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._key(top, span, text, plain=plain)
            return
        path = self._path()
        self.positions[path] = span
        if top is None:
            self.data = value
        elif isinstance(top.value, list):
            top.value.append(value)
        elif top.key is not None:
            top.value[top.key] = value
            if top.flow and plain and not text:
                self._slip(slip_in_key(self.page, self.keys[path]))
            top.key = None
        if plain and isinstance(value, str):
            self._slip(slip_in_text(self.page, span))

    def _slip(self, finding: SyntaxFault | None) -> None:
        if finding:
            self.found.append(finding)

    def _key(self, top: _Frame, span: Span, text: str | None, *, plain: bool) -> None:
        """Takes a node as the key of the value that follows."""
        top.key = "" if text is None else text
        self.keys[self._path()] = span
        if text is None:
            self._add(span, _KEY_SHAPE, _QUOTE)
        elif plain and not text:
            self._add(span, _KEY_EMPTY)
        elif plain and text == "<<":
            self._add(span, _MERGE)
        elif plain and text != text.strip():
            self._add(span, _KEY_SPACE, Words("请改用半角空格", "use ordinary spaces"))
        elif text in top.seen:
            line, shown = top.seen[text].line, FORBIDDEN.sub("\ufffd", text)
            self._add(
                span,
                Words(
                    f"键“{shown}”重复，首次出现在第 {line} 行",
                    f"duplicate key '{shown}', first given in line {line}",
                ),
            )
        if text is not None:
            top.seen.setdefault(text, span)
