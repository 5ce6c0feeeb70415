"""XML of workbooks as bytes: found where it stands and changed there, all else as it was.

A parser that builds a tree and writes it again loses prefixes, declared but unused name spaces
(`mc:Ignorable` names them) and the order of attributes: programs then call the file damaged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Final

_ATTRIBUTES: Final = rb"(?:[^>\"']|\"[^\"]*\"|'[^']*')*?"
_TOKEN: Final = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<!(?!--|\[)[^>]*>"
    rb"|<(?P<close>/?)(?P<name>[^\s<>/!?]+)(?P<attributes>" + _ATTRIBUTES + rb")(?P<empty>/?)>",
    re.DOTALL,
)
_ATTRIBUTE: Final = re.compile(rb"([^\s=\"'/]+)\s*=\s*(\"[^\"]*\"|'[^']*')")
# What XML 1.0 has no place for.
_NO_TEXT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Element:
    """An element as it stands in the text.

    Attributes:
        name: with its prefix.
        start: where its opening tag begins.
        inner: where that ends.
        outer: where its closing tag begins; `inner` where it has none.
        end: where it ends.
    """

    name: str
    start: int
    inner: int
    outer: int
    end: int

    @property
    def local(self) -> str:
        """The name without its prefix."""
        return self.name.rpartition(":")[2]

    @property
    def prefix(self) -> str:
        """The prefix with its colon, or nothing."""
        before, colon, _ = self.name.rpartition(":")
        return before + colon

    @property
    def is_empty(self) -> bool:
        """Whether it is one tag."""
        return self.outer == self.end


def as_utf8(data: bytes) -> bytes:
    """XML in UTF-8 whatever it was in, as its declaration then says."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16")
        declared = re.sub(
            r"(<\?xml[^>]*encoding=)(\"[^\"]*\"|'[^']*')", r'\1"UTF-8"', text, count=1
        )
        return declared.encode()
    return data


def root_of(data: bytes) -> Element:
    """The outermost element."""
    for token in _TOKEN.finditer(data):
        if token["name"] and not token["close"]:
            name = token["name"].decode()
            if token["empty"]:
                return Element(name, token.start(), token.end(), token.end(), token.end())
            closing = data.rindex(b"</")
            return Element(name, token.start(), token.end(), closing, len(data))
    raise ValueError("no element")


def children(data: bytes, parent: Element) -> list[Element]:
    """The elements directly within another."""
    found, depth = [], 0
    start = inner = 0
    name = ""
    for token in _TOKEN.finditer(data, parent.inner, parent.outer):
        if not token["name"]:
            continue
        if token["close"]:
            depth -= 1
            if depth == 0:
                found.append(Element(name, start, inner, token.start(), token.end()))
            continue
        if depth == 0:
            name, start, inner = token["name"].decode(), token.start(), token.end()
            if token["empty"]:
                found.append(Element(name, start, inner, inner, inner))
        if not token["empty"]:
            depth += 1
    return found


def child(data: bytes, parent: Element, local: str) -> Element | None:
    """The first element of a name directly within another."""
    return next((each for each in children(data, parent) if each.local == local), None)


def elements(data: bytes, local: str) -> Iterator[Element]:
    """All elements of a name that hold none of the same name, in their order."""
    opened: re.Match[bytes] | None = None
    for token in _TOKEN.finditer(data):
        if not token["name"] or token["name"].rpartition(b":")[2] != local.encode():
            continue
        name = token["name"].decode()
        if token["close"]:
            if opened is not None:
                yield Element(name, opened.start(), opened.end(), token.start(), token.end())
            opened = None
        elif token["empty"]:
            yield Element(name, token.start(), token.end(), token.end(), token.end())
        else:
            opened = token


def attributes(data: bytes, element: Element) -> dict[str, str]:
    """The attributes of an element, by their names with prefixes."""
    return attributes_in(data[element.start : element.inner])


def attributes_in(tag: bytes) -> dict[str, str]:
    r"""The attributes of an opening tag.

    >>> attributes_in(b'<c r="A1" t=\'s\'>')
    {'r': 'A1', 't': 's'}
    """
    return {
        name.decode(): unescape(value[1:-1].decode()) for name, value in _ATTRIBUTE.findall(tag)
    }


def with_attributes(tag: bytes, changed: Mapping[str, str | None]) -> bytes:
    """An opening tag with some attributes changed, added, or (None) taken out.

    >>> with_attributes(b'<c r="A1" s="3"/>', {"s": "4", "t": "s", "r": None})
    b'<c s="4" t="s"/>'
    """
    for name, value in changed.items():
        said = re.compile(rb"\s+" + re.escape(name.encode()) + rb"\s*=\s*(\"[^\"]*\"|'[^']*')")
        written = b"" if value is None else f' {name}="{escaped(value, quote=True)}"'.encode()
        found = said.search(tag)
        if found is not None:
            tag = tag[: found.start()] + written + tag[found.end() :]
        elif written:
            end = len(tag) - (2 if tag.endswith(b"/>") else 1)
            tag = tag[:end].rstrip() + written + tag[end:]
    return tag


def escaped(text: str, quote: bool = False) -> str:
    r"""Text as XML has it, without what XML cannot hold.

    >>> escaped('a<b & "c"\x00'), escaped('"', quote=True)
    ('a&lt;b &amp; "c"', '&quot;')
    """
    text = _NO_TEXT.sub("", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return text.replace('"', "&quot;") if quote else text


def replaced(data: bytes, element: Element, new: bytes) -> bytes:
    """The text with something in the place of an element."""
    return data[: element.start] + new + data[element.end :]


def appended(data: bytes, parent: Element, new: bytes) -> bytes:
    """The text with something at the end of what an element holds."""
    if not parent.is_empty:
        return data[: parent.outer] + new + data[parent.outer :]
    tag = data[parent.start : parent.inner].removesuffix(b"/>").rstrip() + b">"
    whole = tag + new + f"</{parent.name}>".encode()
    return data[: parent.start] + whole + data[parent.end :]


def inserted(data: bytes, new: bytes, local: str, order: Sequence[str]) -> bytes:
    """The text with a new element in the outermost one, where its kind has it.

    Args:
        data: the text.
        new: the element.
        local: its name without prefix.
        order: the names of what the outermost element may hold, in their order.
    """
    ranks = {name: at for at, name in enumerate(order)}
    parent = root_of(data)
    for each in children(data, parent):
        # What is wrapped for newer programs stands where the wrapped would.
        inside = [
            found.decode()
            for found in re.findall(rb"<(?:[\w.-]+:)?([\w.-]+)", data[each.start : each.end])
        ]
        known = [ranks[name] for name in (each.local, *inside) if name in ranks]
        if known and known[0] > ranks[local]:
            return data[: each.start] + new + data[each.start :]
    return appended(data, parent, new)
