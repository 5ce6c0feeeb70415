"""The looks of a workbook's cells, with coloured ones added to them."""

from __future__ import annotations

import re
from typing import Final

from shibie.annotating.markup import (
    appended,
    as_utf8,
    attributes,
    attributes_in,
    child,
    children,
    inserted,
    root_of,
    with_attributes,
)

# The colour of a cell that is wrong; no program offers it, so that it is known again.
MARKED: Final = "FBD0D4"
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ORDER: Final = (
    "numFmts", "fonts", "fills", "borders", "cellStyleXfs", "cellXfs", "cellStyles", "dxfs",
    "tableStyles", "colors", "extLst",
)  # fmt: skip
# A workbook without looks has these.
_LEAST: Final = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{MAIN}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    "</styleSheet>"
).encode()
_TEXT: Final = "49"


class Styles:
    """The looks, by number as cells name them.

    Args:
        data: the part of the workbook that holds them, or None where it has none.
    """

    def __init__(self, data: bytes | None) -> None:
        self.data = as_utf8(data or _LEAST)
        self.prefix = root_of(self.data).prefix
        self._add_missing()
        self._looks = self._items("cellXfs")
        self._known = len(self._looks)
        self._known_fills = self._items("fills")
        self._new_fills: list[bytes] = []
        self._made: dict[tuple[int, str], int] = {}
        self._fill_of: dict[str, int] = {}
        color = f"FF{MARKED}".encode()
        marking = {str(at) for at, fill in enumerate(self._known_fills) if color in fill}
        self.marked = {
            at: self._unmarked(look, marking)
            for at, look in enumerate(self._looks)
            if attributes_in(look).get("fillId") in marking
        }

    def _add_missing(self) -> None:
        root = root_of(self.data)
        found = {each.local for each in children(self.data, root)}
        for name in ("fills", "cellXfs"):
            if name in found:
                continue
            least = child(_LEAST, root_of(_LEAST), name)
            assert least is not None
            said = _LEAST[least.start : least.end]
            said = re.sub(rb"<(/?)(?=\w)", rb"<\1" + self.prefix.encode(), said)
            self.data = inserted(self.data, said, name, _ORDER)

    def _items(self, name: str) -> list[bytes]:
        parent = child(self.data, root_of(self.data), name)
        assert parent is not None
        return [self.data[each.start : each.end] for each in children(self.data, parent)]

    def _unmarked(self, look: bytes, marking: set[str]) -> int:
        """The look that was coloured: what differs from it in nothing but the fill."""
        other = _without_fill(look)
        same = [
            at
            for at, each in enumerate(self._looks)
            if _without_fill(each) == other and attributes_in(each).get("fillId") not in marking
        ]
        plain = [at for at in same if attributes_in(self._looks[at]).get("fillId", "0") == "0"]
        return (plain or same or [0])[0]

    def original(self, look: int) -> int:
        """The look of a cell as it was before it was marked."""
        return self.marked.get(look, look)

    def filled(self, look: int, color: str) -> int:
        """The same look on a colour (`RRGGBB`)."""
        look = self.original(look)
        key = (look, color)
        if key not in self._made:
            fill = str(self._fill(color))
            self._made[key] = self._added(look, {"fillId": fill, "applyFill": "1"})
        return self._made[key]

    def text(self) -> int:
        """The look of what is text whatever is typed."""
        key = (0, _TEXT)
        if key not in self._made:
            self._made[key] = self._added(0, {"numFmtId": _TEXT, "applyNumberFormat": "1"})
        return self._made[key]

    def _added(self, look: int, changed: dict[str, str]) -> int:
        whole = self._looks[look] if look < len(self._looks) else self._looks[0]
        end = whole.index(b">") + 1
        made = with_attributes(whole[:end], dict(changed)) + whole[end:]
        # What was made when the workbook was given back before is used again: it would grow.
        if made not in self._looks:
            self._looks.append(made)
        return self._looks.index(made)

    def _fill(self, color: str) -> int:
        if color not in self._fill_of:
            p = self.prefix
            made = (
                f'<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="FF{color}"/>'
                f'<{p}bgColor indexed="64"/></{p}patternFill></{p}fill>'
            ).encode()
            if made in self._known_fills:
                self._fill_of[color] = self._known_fills.index(made)
            else:
                self._new_fills.append(made)
                self._fill_of[color] = len(self._known_fills) + len(self._new_fills) - 1
        return self._fill_of[color]

    @property
    def is_changed(self) -> bool:
        """Whether a look was added."""
        return len(self._looks) > self._known

    def whole(self) -> bytes:
        """The part with what was added."""
        data = self.data
        for name, new in (("fills", self._new_fills), ("cellXfs", self._looks[self._known :])):
            if not new:
                continue
            parent = child(data, root_of(data), name)
            assert parent is not None
            count = len(children(data, parent)) + len(new)
            data = appended(data, parent, b"".join(new))
            if "count" in attributes(data, parent):
                tag = data[parent.start : parent.inner]
                changed = with_attributes(tag, {"count": str(count)})
                data = data[: parent.start] + changed + data[parent.inner :]
        return data


def _without_fill(look: bytes) -> tuple[dict[str, str], bytes]:
    said = attributes_in(look[: look.index(b">") + 1])
    said = {name: value for name, value in said.items() if name not in ("fillId", "applyFill")}
    return said, look[look.index(b">") + 1 :]
