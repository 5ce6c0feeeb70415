"""Places in a text: lines and columns, excerpts, and where a scalar's characters came from."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from shibie.errors import Problem, Words

#: Characters that no rule file may hold: they are invisible or change how a line reads.
FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_BREAK = re.compile(r"\r\n?|\n")
_BLANK = " \t\r\n"
_WIDEST = 160
_BEFORE = 60


class Span(NamedTuple):
    """A stretch of a text.

    Attributes:
        start: offset of the first character in the text, from 0.
        end: offset after the last character.
        line: line of the first character, from 1.
        column: column of the first character, from 1, in characters.
    """

    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True)
class SourceText:
    """A named text that knows its lines.

    Attributes:
        name: the file name as shown to people.
        text: the whole text, without a byte order mark.
    """

    name: str
    text: str

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(found.end() for found in _BREAK.finditer(self.text))]

    def span(self, start: int, end: int | None = None) -> Span:
        r"""The span between two offsets (one character when `end` is missing).

        >>> SourceText("a.yaml", "a: 1\nb: 2\n").span(8, 9)
        Span(start=8, end=9, line=2, column=4)
        """
        start = max(0, min(start, len(self.text)))
        end = start + 1 if end is None else end
        line = bisect.bisect_right(self._starts, start)
        stop = max(start, min(end, len(self.text)))
        return Span(start, stop, line, start - self._starts[line - 1] + 1)

    def line_start(self, line: int) -> int:
        """The offset of the first character of a line, which counts from 1."""
        return self._starts[line - 1]

    def line_text(self, line: int) -> str:
        r"""A line, which counts from 1, without its end.

        >>> SourceText("a.yaml", "a: 1\r\nb: 2").line_text(1)
        'a: 1'
        """
        end = self._starts[line] if line < len(self._starts) else len(self.text)
        return self.text[self._starts[line - 1] : end].rstrip("\r\n")

    def excerpt(self, span: Span) -> str:
        """The first line of the span with the span underlined; long lines are cut.

        >>> page = SourceText("a.yaml", "poor: 低收入 or x")
        >>> print(page.excerpt(page.span(6, 9)))
        poor: 低收入 or x
              ^^^^^^
        """
        line = FORBIDDEN.sub("\ufffd", self.line_text(span.line))
        if not line.strip():
            return ""
        first = span.column - 1
        last = max(first, min(first + span.end - span.start, len(line)))
        cut = first - _BEFORE if len(line) > _WIDEST and first > _BEFORE else 0
        shown, lead = line[cut : cut + _WIDEST], "…" if cut else ""
        tail = "…" if cut + _WIDEST < len(line) else ""
        indent = "".join("\t" if c == "\t" else " " * _columns(c) for c in lead + line[cut:first])
        marked = line[first : min(last, cut + _WIDEST)]
        return f"{lead}{shown}{tail}\n{indent}{'^' * max(1, sum(map(_columns, marked)))}"

    def problem(self, span: Span, what: Words, suggestion: Words | None = None) -> Problem:
        """A problem at a span, with its place and excerpt.

        >>> page = SourceText("a.yaml", "id: x")
        >>> print(page.problem(page.span(4), Words("不好", "bad")).render("en"))
        a.yaml:1:5: bad
        id: x
            ^
        """
        where = f"{self.name}:{span.line}:{span.column}"
        return Problem(where, what, self.excerpt(span), suggestion)


def _columns(char: str) -> int:
    """How many columns a terminal gives a character."""
    if unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class _Unit(NamedTuple):
    """The raw text of one character of a value; an unescaped blank may also stand for none."""

    start: int
    end: int
    blank: bool


def trace(raw: str, value: str) -> list[tuple[int, int]]:
    r"""Where each character of a scalar's value stands in its raw YAML text.

    Characters other than blanks are exact; a folded line end stands at its line break.

    Args:
        raw: the scalar as written, with its quotes or block header.
        value: what it means.

    Returns:
        For each character of `value` the start and end offsets in `raw`.

    >>> trace("'it''s'", "it's")
    [(1, 2), (2, 3), (3, 5), (5, 6)]
    >>> trace(r'"\u4e2d\n!"', "中\n!")
    [(1, 7), (7, 9), (9, 10)]
    """
    solid, gaps = _split(list(_units(raw)))
    result: list[tuple[int, int]] = []
    at = 0
    for blank, chars in groupby(value, _BLANK.__contains__):
        run = "".join(chars)
        if blank:
            result += _align(run, gaps[at] if at < len(gaps) else (), len(raw))
        else:
            result += [(unit.start, unit.end) for unit in solid[at : at + len(run)]]
            at += len(run)
    return result


def _split(units: list[_Unit]) -> tuple[list[_Unit], list[list[_Unit]]]:
    """The units that are not blank, and the blank ones before each of them and at the end."""
    solid: list[_Unit] = []
    gaps: list[list[_Unit]] = [[]]
    for unit in units:
        if unit.blank:
            gaps[-1].append(unit)
        else:
            solid.append(unit)
            gaps.append([])
    return solid, gaps


def _align(run: str, gap: Sequence[_Unit], end: int) -> Iterator[tuple[int, int]]:
    """Places for a run of blanks: line ends from the left, the indentation from the right."""
    head = run.rfind("\n") + 1
    for index in range(len(run)):
        from_right = 0 < head <= index
        place = len(gap) - len(run) + index if from_right else index
        if gap:
            unit = gap[max(0, min(place, len(gap) - 1))]
            yield unit.start, unit.end
        else:
            yield end, end


def _units(raw: str) -> Iterator[_Unit]:
    """The characters of a raw scalar, with escapes taken together."""
    style = raw[:1]
    at, end = 0, len(raw)
    if style in ("'", '"'):
        at, end = 1, len(raw) - 1
    elif style in ("|", ">"):
        header = _BREAK.search(raw)
        at = header.end() if header else end
    while at < end:
        char, width = raw[at], 1
        blank = char in _BLANK
        if style == "'" and char == "'":
            width = 2
        elif style == '"' and char == "\\":
            escaped = raw[at + 1]
            if escaped in "\r\n":  # an escaped line end and the indentation mean nothing
                at = len(raw) - len(raw[at + 1 :].lstrip(_BLANK))
                continue
            width = {"x": 4, "u": 6, "U": 10}.get(escaped, 2)
            blank = _escaped_blank(raw[at + 1 : at + width])
        yield _Unit(at, at + width, blank)
        at += width


def _escaped_blank(escape: str) -> bool:
    """Whether an escape, given without its backslash, means a blank."""
    if escape[0] in "xuU":
        return chr(int(escape[1:], 16)) in _BLANK
    return escape in "tnr \t"
