"""One sheet of a workbook patched: its cells, and around them what the new cells need.

What a sheet holds has an order that programs insist on; a new element is put where it belongs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from shibie.annotating.additions import (
    AddedColumn,
    SheetAdditions,
)
from shibie.annotating.cells import EMPTY, RowEdits, Write, edited
from shibie.annotating.markup import (
    Element,
    appended,
    attributes,
    child,
    children,
    escaped,
    inserted,
    replaced,
    root_of,
    with_attributes,
)
from shibie.annotating.styles import MARKED, Styles
from shibie.results.questions import Choice
from shibie.rosters.column_letters import column_of, letters

# What a worksheet holds, in the order of its schema.
ORDER: Final = (
    "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr",
    "sheetProtection", "protectedRanges", "scenarios", "autoFilter", "sortState",
    "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting",
    "dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter",
    "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors", "smartTags",
    "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects",
    "controls", "webPublishItems", "tableParts", "extLst",
)  # fmt: skip
# The last column of a sheet, from 1.
_LAST: Final = 16_384
# Of drawings: which cells they lie over.
_ANCHOR: Final = re.compile(
    rb"<(?:\w+:)?from>.*?<(?:\w+:)?col>\s*(\d+).*?<(?:\w+:)?row>\s*(\d+).*?</(?:\w+:)?from>\s*"
    rb"<(?:\w+:)?to>.*?<(?:\w+:)?col>\s*(\d+).*?<(?:\w+:)?row>\s*(\d+).*?</(?:\w+:)?to>",
    re.DOTALL,
)


class PatchedSheet:
    """A sheet that is patched.

    Args:
        data: the part as it is.
        additions: what is added to it.
        styles: the looks of the workbook.
        drawings: what is drawn over it.
        lists: the sheet of lists, by whose name drop-downs are known that were added before.

    Attributes:
        placed: the column of each added one, by title.
        filter: the cells that are filtered, where they were extended: before and now.
        lost_formula: whether a formula stood where something was written.
    """

    def __init__(
        self, data: bytes, additions: SheetAdditions, styles: Styles, drawings: Iterable[bytes],
        lists: str,
    ) -> None:  # fmt: skip
        self.additions, self.styles, self.lists = additions, styles, lists
        root = root_of(data)
        self.prefix = root.prefix
        opened = re.compile(rb"<" + self.prefix.encode() + rb"sheetData(?=[\s/>])[^>]*?(/?)>")
        found = opened.search(data, root.inner)
        if found is None:
            raise ValueError("no cells")
        closing = b"</" + self.prefix.encode() + b"sheetData"
        self.inner = b""
        end = found.end()
        if not found[1]:
            stop = data.rindex(closing)
            self.inner = data[end:stop]
            end = data.index(b">", stop) + 1
        # The sheet without its rows: small, and held as one text while it is worked on.
        self.frame = data[: found.start()] + self._data() + data[end:]
        self.placed = self._places(tuple(drawings))
        self.filter: tuple[str, str] | None = None
        self.lost_formula = False

    def _data(self) -> bytes:
        return f"<{self.prefix}sheetData/>".encode()

    # --- where columns go -----------------------------------------------------------------

    def _places(self, drawings: Sequence[bytes]) -> dict[str, int]:
        own = self.additions.own
        new = [each for each in self.additions.columns if each.title not in own]
        at = max(self.additions.width, self.additions.last_title + 1)
        rows = [self.additions.header_row, *(row for each in new for row in each.cells)]
        at = _beside_drawings(at, len(new), (min(rows), max(rows)), drawings) if new else at
        found = {
            each.title: own[each.title] for each in self.additions.columns if each.title in own
        }
        return found | {each.title: at + place for place, each in enumerate(new)}

    # --- the cells ------------------------------------------------------------------------

    def whole(self) -> list[bytes]:
        """The patched part, in pieces."""
        edits = self._edits()
        pieces = list(edited(self.inner, self.prefix, edits))
        self.lost_formula = edits.lost_formula
        self._widths()
        self._filter()
        self._dimension(edits)
        self._choices()
        before, _, after = self.frame.partition(self._data())
        p = self.prefix.encode()
        return [before, b"<%ssheetData>" % p, *pieces, b"</%ssheetData>" % p, after]

    def _edits(self) -> RowEdits:
        additions, styles = self.additions, self.styles
        edits = RowEdits(
            emptied=frozenset(additions.own.values()),
            emptied_from=additions.header_row,
            restored=styles.marked,
        )
        for row, texts in additions.rows.items():
            for column, text in texts.items():
                look = styles.original
                edits.add(row, column, EMPTY if text is None else Write(text, look))
        for added in additions.columns:
            self._column(edits, added)
        for mark in additions.marks:
            if mark.column not in edits.writes.get(mark.row, {}):
                edits.add(
                    mark.row, mark.column, Write(None, lambda look: styles.filled(look, MARKED))
                )
        return edits

    def _column(self, edits: RowEdits, column: AddedColumn) -> None:
        at, like = self.placed[column.title], self.additions.last_title
        look = self.styles.original
        edits.add(self.additions.header_row, at, Write(column.title, look, like))
        for row, text in column.cells.items():
            color = column.colors.get(text)
            edits.add(row, at, Write(text, _on(self.styles, color) if color else look, like))

    # --- around them ----------------------------------------------------------------------

    def relate(self, relation: str, office: str) -> None:
        """Name the drawing of the comments, in the name space of relations."""
        p = self.prefix
        tag = f'<{p}legacyDrawing xmlns:r="{office}" r:id="{relation}"/>'
        self.frame = inserted(self.frame, tag.encode(), "legacyDrawing", ORDER)

    @property
    def legacy(self) -> str | None:
        """The relation of the drawing of comments and controls, if there is one."""
        found = child(self.frame, root_of(self.frame), "legacyDrawing")
        if found is None:
            return None
        said = attributes(self.frame, found)
        return next((value for name, value in said.items() if name.endswith(":id")), None)

    def _widths(self) -> None:
        """Give the added columns a width; one that stood there, or hid them, goes."""
        mine = {self.placed[each.title] + 1: each.width for each in self.additions.columns}
        if not mine:
            return
        p = self.prefix
        cols = child(self.frame, root_of(self.frame), "cols")
        kept: list[tuple[int, bytes]] = []
        for each in children(self.frame, cols) if cols else ():
            tag = self.frame[each.start : each.inner]
            said = attributes(self.frame, each)
            first, last = int(said.get("min", "1")), min(int(said.get("max", "1")), _LAST)
            kept += [
                (start, with_attributes(tag, {"min": str(start), "max": str(stop)}))
                for start, stop in _spans(first, last, set(mine))
            ]
        kept += [
            (at, f'<{p}col min="{at}" max="{at}" width="{width}" customWidth="1"/>'.encode())
            for at, width in mine.items()
        ]
        inside = b"".join(tag for _, tag in sorted(kept))
        whole = f"<{p}cols>".encode() + inside + f"</{p}cols>".encode()
        if cols is None:
            self.frame = inserted(self.frame, whole, "cols", ORDER)
        else:
            self.frame = replaced(self.frame, cols, whole)

    def _filter(self) -> None:
        """Let the filter of the table reach over the columns that are added beside it."""
        found = child(self.frame, root_of(self.frame), "autoFilter")
        if found is None or not self.placed:
            return
        reference = attributes(self.frame, found).get("ref", "")
        start, colon, end = reference.partition(":")
        mine = set(self.placed.values())
        last = column_of(end)
        while last + 1 in mine:
            last += 1
        if not colon or last == column_of(end):
            return
        now = f"{start}:{letters(last)}{re.sub(r'[^0-9]', '', end)}"
        self.filter = (reference, now)
        tag = with_attributes(self.frame[found.start : found.inner], {"ref": now})
        self.frame = self.frame[: found.start] + tag + self.frame[found.inner :]

    def _dimension(self, edits: RowEdits) -> None:
        found = child(self.frame, root_of(self.frame), "dimension")
        if found is None or not edits.writes:
            return
        start, _, end = attributes(self.frame, found).get("ref", "A1").partition(":")
        ends = [start, end or start]
        rows = [*edits.writes, *(int(re.sub(r"[^0-9]", "", each) or 1) for each in ends)]
        columns = [column for texts in edits.writes.values() for column in texts]
        columns += map(column_of, ends)
        first, last, first_row, last_row = min(columns), max(columns), min(rows), max(rows)
        now = f"{letters(first)}{first_row}:{letters(last)}{last_row}"
        tag = with_attributes(self.frame[found.start : found.inner], {"ref": now})
        self.frame = self.frame[: found.start] + tag + self.frame[found.inner :]

    def _choices(self) -> None:
        """Put the drop-down lists of the product anew."""
        listing = child(self.frame, root_of(self.frame), "dataValidations")
        kept: list[bytes] = []
        if listing is not None:
            kept = [self.frame[each.start : each.end] for each in self._others(listing)]
        new = [choice_xml(each, self.prefix) for each in self.additions.choices]
        if listing is None and not new:
            return
        p = self.prefix
        inside = b"".join((*kept, *new))
        if listing is None:
            whole = f'<{p}dataValidations count="{len(new)}">'.encode() + inside
            whole += f"</{p}dataValidations>".encode()
            self.frame = inserted(self.frame, whole, "dataValidations", ORDER)
            return
        if not kept and not new:
            self.frame = replaced(self.frame, listing, b"")
            return
        if not new and len(kept) == len(children(self.frame, listing)):
            return
        emptied = self.frame[: listing.inner] + self.frame[listing.outer :]
        tag = self.frame[listing.start : listing.inner]
        counted = with_attributes(tag, {"count": str(len(kept) + len(new))})
        emptied = emptied[: listing.start] + counted + emptied[listing.inner :]
        again = child(emptied, root_of(emptied), "dataValidations")
        assert again is not None
        self.frame = appended(emptied, again, inside)

    def _others(self, listing: Element) -> Iterable[Element]:
        name = escaped(self.lists).encode()
        for each in children(self.frame, listing):
            if name not in self.frame[each.start : each.end]:
                yield each


def choice_xml(choice: Choice, p: str = "") -> bytes:
    """A drop-down list as a sheet holds it."""
    strict = ' showErrorMessage="1"' if choice.strict else ""
    return (
        f'<{p}dataValidation type="list" allowBlank="1"{strict} sqref="{" ".join(choice.ranges)}">'
        f"<{p}formula1>{escaped(choice.items)}</{p}formula1></{p}dataValidation>"
    ).encode()


def _on(styles: Styles, color: str) -> Callable[[int], int]:
    return lambda look: styles.filled(look, color)


def _spans(first: int, last: int, without: set[int]) -> Iterable[tuple[int, int]]:
    """The columns from first to last, without some, as spans."""
    start = first
    for gone in sorted(at for at in without if first <= at <= last):
        if start < gone:
            yield start, gone - 1
        start = gone + 1
    if start <= last:
        yield start, last


def _beside_drawings(
    at: int, columns: int, rows: tuple[int, int], drawings: Sequence[bytes]
) -> int:
    """The first column from one on where some columns lie under no picture, chart or text box."""
    first, last = rows
    anchors = [
        tuple(map(int, found)) for data in drawings for found in _ANCHOR.findall(data)
    ]  # fmt: skip
    moved = True
    while moved:
        moved = False
        for left, top, right, bottom in anchors:
            beside = left < at + columns and right >= at
            if beside and top < last and bottom >= first - 1:
                at, moved = right + 1, True
    return at
