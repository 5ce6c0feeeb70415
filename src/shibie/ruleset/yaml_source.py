"""YAML text read safely, with the place of every key and value.

A rule file is a tree of mappings, lists and scalars, nothing else: no tags, no anchors or
aliases, one document. Scalars mean what an official would take them to mean: `no`, `否`,
`2015-07-01` and `007` stay text. The tree is built from the parser's events, without
recursion and without any constructor, so nothing in a file can run or blow up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from shibie.errors import Problem, RulesetError, Words, first_of
from shibie.limits import FAULTS_SHOWN, YAML_BYTES
from shibie.ruleset.positions import SourceText, Span, trace
from shibie.ruleset.yaml_nodes import Nodes, YamlPath


@dataclass(frozen=True)
class YamlSource:
    """A rule file: its text, its data, and where each piece of data stands.

    Attributes:
        page: the name and text of the file.
        data: plain dict, list, str, bool, int, Decimal or None; keys are always text.
        positions: the span of each value by its path of keys and list indexes.
        keys: the span of each mapping key by the path of its value.
    """

    page: SourceText
    data: object = field(repr=False)
    positions: Mapping[YamlPath, Span] = field(repr=False)
    keys: Mapping[YamlPath, Span] = field(repr=False)

    @property
    def name(self) -> str:
        """The file name as shown to people."""
        return self.page.name

    @property
    def text(self) -> str:
        """The whole text, without a byte order mark."""
        return self.page.text

    def value_span(self, path: YamlPath) -> Span:
        """The span of the value at `path`, or of its nearest ancestor that exists."""
        while path not in self.positions:
            path = path[:-1]
        return self.positions[path]

    def key_span(self, path: YamlPath) -> Span:
        r"""The span of the key of `path`, or of the nearest thing above that exists.

        >>> source = read("a.yaml", "fields:\n  - {name: x}\n")
        >>> source.key_span(("fields", 0, "name")).column
        6
        >>> source.key_span(("fields", "missing")).line
        1
        """
        while path not in self.keys and path not in self.positions:
            path = path[:-1]
        return self.keys.get(path) or self.positions[path]

    def locate(self, path: YamlPath, offset: int, length: int = 1) -> Span:
        """The span in the file of some characters of a scalar's value.

        Args:
            path: where the scalar stands.
            offset: offset in the value, from 0; past the end means just after the value.
            length: how many characters of the value.

        >>> read("a.yaml", "poor: 'a == ''b'' or x'").locate(("poor",), 12).column
        22
        """
        span = self.value_span(path)
        raw = self.text[span.start : span.end]
        value: object = self.data
        for step in path if path in self.positions else ():
            value = value[step]  # type: ignore[index]
        if isinstance(value, dict | list) or path not in self.positions:
            return span
        places = trace(raw, value if isinstance(value, str) else raw)
        wanted = places[max(0, offset) : max(0, offset) + max(1, length)]
        if wanted:
            return self.page.span(span.start + wanted[0][0], span.start + wanted[-1][1])
        end = span.start + (places[-1][1] if places else len(raw))
        return self.page.span(end, end)

    def problem(self, span: Span, what: Words, suggestion: Words | None = None) -> Problem:
        """A problem at a span of this file, with its place and excerpt."""
        return self.page.problem(span, what, suggestion)


def read(name: str, text: str) -> YamlSource:
    r"""Reads YAML text.

    Args:
        name: the file name as shown to people.
        text: the text of the file.

    Raises:
        RulesetError: with every problem found; a syntax error ends the search.

    >>> read("a.yaml", "from: 2015-07-01\nage: 16\nrate: 0.10\npaid: no\n").data
    {'from': '2015-07-01', 'age': 16, 'rate': Decimal('0.10'), 'paid': 'no'}
    """
    page = SourceText(name, text.removeprefix("\ufeff"))
    if len(text.encode(errors="surrogatepass")) > YAML_BYTES:
        _refuse(name, _TOO_LARGE)
    nodes = Nodes(page)
    nodes.build()
    if nodes.found:
        found = sorted(nodes.found, key=lambda item: item[0].start)
        problems = [page.problem(*item) for item in found[:FAULTS_SHOWN]]
        raise RulesetError(first_of(problems, name, len(found) - len(problems)))
    return YamlSource(page, nodes.data, nodes.positions, nodes.keys)


def read_file(path: Path, shown: str | None = None) -> YamlSource:
    """Reads a YAML file in UTF-8.

    Args:
        path: the file.
        shown: its name as shown to people; by default the path.

    Raises:
        RulesetError: when it cannot be read, with every problem found.
    """
    name = path.as_posix() if shown is None else shown
    try:
        with path.open("rb") as file:
            content = file.read(YAML_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        _refuse(name, Words(f"无法读取文件：{reason}", f"the file cannot be read: {reason}"))
    if len(content) > YAML_BYTES:
        _refuse(name, _TOO_LARGE)
    try:
        return read(name, content.decode("utf-8"))
    except UnicodeDecodeError as error:
        start = len(content[: error.start].decode("utf-8").removeprefix("\ufeff"))
        page = SourceText(name, content.decode("utf-8", "replace").removeprefix("\ufeff"))
        byte = content[error.start]
        what = Words(
            f"文件不是 UTF-8 编码：字节 0x{byte:02x}", f"the file is not UTF-8: byte 0x{byte:02x}"
        )
        hint = Words("请用 UTF-8 编码另存", "save the file as UTF-8")
        raise RulesetError(page.problem(page.span(start), what, hint)) from None


_TOO_LARGE = Words("文件超过 4 MiB", "the file is larger than 4 MiB")


def _refuse(name: str, what: Words) -> NoReturn:
    raise RulesetError(Problem(name, what))
