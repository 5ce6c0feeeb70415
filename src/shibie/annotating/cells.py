"""The cells of a sheet, row by row: some written, coloured or emptied, all others as they stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from typing import Final

from shibie.annotating.markup import attributes_in, escaped, with_attributes
from shibie.rosters.column_letters import column_of, letters

# What a cell holds at most.
_MOST: Final = 32_767
_INSIDE: Final = rb"(?:[^>\"']|\"[^\"]*\"|'[^']*')*?"
_REFERENCE: Final = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]+)\d+[\"']")
_STYLE: Final = re.compile(rb"\ss\s*=\s*[\"'](\d+)[\"']")
_NUMBER: Final = re.compile(rb"\sr\s*=\s*[\"'](\d+)[\"']")
Look = Callable[[int], int]


@dataclass(frozen=True)
class Write:
    """What becomes of a cell.

    Attributes:
        text: what is written; None leaves what stands there, and empty text empties it.
        look: its look from the one that it has, or that of `like`.
        like: the column of the same row whose look it takes.
    """

    text: str | None
    look: Look
    like: int | None = None


EMPTY: Final = Write("", int)


@dataclass
class RowEdits:
    """What becomes of the rows of a sheet.

    Attributes:
        writes: by row (from 1) and column (from 0).
        emptied: columns whose cells are taken out from a row on.
        emptied_from: that row.
        restored: looks that are put back wherever they are met.
        lost_formula: whether a formula was taken out.
    """

    writes: dict[int, dict[int, Write]] = field(default_factory=dict)
    emptied: Set[int] = frozenset()
    emptied_from: int = 1
    restored: Mapping[int, int] = field(default_factory=dict)
    lost_formula: bool = False

    def add(self, row: int, column: int, write: Write) -> None:
        """Note what becomes of a cell."""
        self.writes.setdefault(row, {})[column] = write


def edited(rows: bytes, prefix: str, edits: RowEdits) -> Iterator[bytes]:
    """The content of `sheetData` with some cells changed; rows that are not there are added.

    Args:
        rows: the content.
        prefix: of the elements, with its colon.
        edits: the changes; it is noted there whether a formula was lost.
    """
    p = prefix.encode()
    one = re.compile(
        rb"<!--.*?-->|<(?P<name>" + p + rb"row)(?=[\s/>])" + _INSIDE + rb"(?P<empty>/?)>", re.DOTALL
    )
    closing = re.compile(rb"</" + p + rb"row\s*>")
    cells = _Cells(p, edits)
    waiting = sorted(edits.writes)
    restored = b"|".join(str(look).encode() for look in edits.restored)
    marked = re.compile(rb"\ss\s*=\s*[\"'](?:" + restored + rb")[\"']") if restored else None
    at = after = number = done = 0
    while (found := one.search(rows, after)) is not None:
        after = found.end()
        if not found["name"]:
            continue
        end = found.end()
        if not found["empty"]:
            closed = closing.search(rows, end)
            end = closed.end() if closed else len(rows)
        after = end
        said = _NUMBER.search(rows, found.start(), found.end())
        number = int(said[1]) if said else number + 1
        while done < len(waiting) and waiting[done] < number:
            yield rows[at : found.start()]
            at = found.start()
            yield cells.new_row(waiting[done])
            done += 1
        written = edits.writes.get(number, {}) if done < len(waiting) else {}
        if done < len(waiting) and waiting[done] == number:
            done += 1
        emptied = bool(edits.emptied) and number >= edits.emptied_from
        if written or emptied or (marked and marked.search(rows, found.start(), end)):
            yield rows[at : found.start()]
            yield cells.row(rows[found.start() : end], found.end() - found.start(), number, written)
        else:
            yield rows[at:end]
        at = end
    yield rows[at:]
    for missing in waiting[done:]:
        yield cells.new_row(missing)


class _Cells:
    """Changes the cells of a row."""

    def __init__(self, p: bytes, edits: RowEdits) -> None:
        self.p, self.edits = p, edits
        self.opened = re.compile(rb"<" + p + rb"c(?=[\s/>])" + _INSIDE + rb"(/?)>", re.DOTALL)
        self.closing = re.compile(rb"</" + p + rb"c\s*>")

    def new_row(self, number: int) -> bytes:
        """A row that was not there."""
        cells = b"".join(
            self.written(number, column, write, write.look(0))
            for column, write in sorted(self.edits.writes[number].items())
            if write.text != ""
        )
        tag = self.p + b"row"
        return b'<%s r="%d">%s</%s>' % (tag, number, cells, tag)

    def row(self, row: bytes, inner: int, number: int, writes: Mapping[int, Write]) -> bytes:
        """A row with its changes."""
        tag = row[:inner]
        row_look = attributes_in(tag)
        own = int(row_look.get("s", "0")) if row_look.get("customFormat") in ("1", "true") else 0
        if writes:
            tag = with_attributes(tag, {"spans": None})
        emptied = self.edits.emptied if number >= self.edits.emptied_from else frozenset()
        found = list(self.cells(row, inner))
        looks = {column: look for column, _, _, look, _ in found}
        sure = all(said for *_, said in found)
        done: set[int] = set()
        out: list[bytes] = []
        at = inner
        pending = sorted(writes)

        def new(column: int) -> bytes:
            write = writes[column]
            done.add(column)
            if write.text == "":
                return b""
            base = looks.get(write.like if write.like is not None else column, own)
            return self.written(number, column, write, write.look(base))

        for column, start, end, look, _ in found:
            out.append(row[at:start])
            for earlier in pending:
                if earlier < column and earlier not in done:
                    out.append(new(earlier))
            at = end
            cell = row[start:end]
            if column in writes:
                done.add(column)
                write = writes[column]
                base = looks.get(write.like, own) if write.like is not None else look
                if write.text is None:
                    out.append(_with_look(cell, write.look(base)))
                    continue
                self._note_lost(cell)
                if write.text == "" and sure:
                    continue
                out.append(self.written(number, column, write, write.look(base)))
            elif column in emptied:
                self._note_lost(cell)
                out.append(b"" if sure else self.blank(number, column))
            elif look in self.edits.restored:
                out.append(_with_look(cell, self.edits.restored[look]))
            else:
                out.append(cell)
        out += [new(column) for column in pending if column not in done]
        name = self.p + b"row"
        if inner == len(row):
            # It was one tag.
            tag = tag.removesuffix(b"/>").rstrip() + b">"
            return tag + b"".join(out) + b"</" + name + b">"
        return tag + b"".join(out) + row[at:]

    def cells(self, row: bytes, inner: int) -> Iterator[tuple[int, int, int, int, bool]]:
        """Of each cell its column, where it begins and ends, its look, and whether it says where it is."""
        at, column = inner, -1
        while (found := self.opened.search(row, at)) is not None:
            said = _REFERENCE.search(row, found.start(), found.end())
            column = column_of(said[1].decode()) if said else column + 1
            look = _STYLE.search(row, found.start(), found.end())
            at = found.end()
            if not found[1]:
                closed = self.closing.search(row, at)
                at = closed.end() if closed else len(row)
            yield column, found.start(), at, int(look[1]) if look else 0, said is not None

    def written(self, row: int, column: int, write: Write, look: int) -> bytes:
        """A cell with a text; where nothing is written, an empty one."""
        if not write.text:
            return self.blank(row, column, look)
        text = write.text
        if len(text) > _MOST:
            text = text[: _MOST - 1] + "…"
        p, styled = self.p, b' s="%d"' % look if look else b""
        return (
            b'<%sc r="%s%d"%s t="inlineStr"><%sis><%st xml:space="preserve">%s</%st></%sis></%sc>'
            % (p, letters(column).encode(), row, styled, p, p, escaped(text).encode(), p, p, p)
        )

    def blank(self, row: int, column: int, look: int = 0) -> bytes:
        """A cell that holds nothing."""
        styled = b' s="%d"' % look if look else b""
        return b'<%sc r="%s%d"%s/>' % (self.p, letters(column).encode(), row, styled)

    def _note_lost(self, cell: bytes) -> None:
        if b"<" + self.p + b"f" in cell:
            self.edits.lost_formula = True


def _with_look(cell: bytes, look: int) -> bytes:
    end = cell.index(b">") + 1
    return with_attributes(cell[:end], {"s": str(look)}) + cell[end:]
