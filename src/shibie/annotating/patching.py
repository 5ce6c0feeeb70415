"""A workbook file given back with additions: only the parts that they touch are written anew."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from shibie.annotating.additions import Additions, NewSheet, SheetAdditions
from shibie.annotating.markup import (
    appended,
    attributes,
    child,
    children,
    escaped,
    root_of,
)
from shibie.annotating.new_sheets import sheet_xml
from shibie.annotating.package import OFFICE, Package
from shibie.annotating.remarks import blocks_of, with_remarks, with_shapes
from shibie.annotating.sheet import PatchedSheet
from shibie.annotating.styles import Styles

_SHEET: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_COMMENTS: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_STYLES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_VML: Final = "application/vnd.openxmlformats-officedocument.vmlDrawing"


def patch(path: Path, additions: Additions, out: Path, lists: str) -> None:
    """Write a workbook with what is added to it.

    Args:
        path: the workbook: one whose sheets are XML (`package.is_patchable`).
        additions: what is added.
        out: where it is written.
        lists: the sheet of lists that drop-downs refer to.

    Raises:
        ValueError: when the file is not made as its kind is.
    """
    package = Package(path)
    try:
        _Patching(package, lists).add(additions)
        package.save(out)
    finally:
        package.close()


class _Patching:
    """Changes the parts of one workbook."""

    def __init__(self, package: Package, lists: str) -> None:
        self.package, self.lists = package, lists
        found = package.related(package.workbook, "styles")
        self.styles_part = found[0] if found else None
        self.styles = Styles(package.read(found[0]) if found else None)
        self.sheets = self._sheets()
        self.taken: set[int] = set()
        for name in package.names:
            if name.lower().endswith(".vml"):
                self.taken |= blocks_of(package.read(name))

    def _sheets(self) -> dict[str, str]:
        """The part of each sheet, by its name, in their order."""
        package = self.package
        parts = {identity: to for identity, _, to in package.relations(package.workbook)}
        data = package.read(package.workbook)
        listing = child(data, root_of(data), "sheets")
        if listing is None:
            raise ValueError("no sheets")
        found = {}
        for each in children(data, listing):
            said = attributes(data, each)
            identity = next((said[name] for name in said if name.endswith(":id")), "")
            found[said.get("name", "")] = parts.get(identity, "")
        return found

    def add(self, additions: Additions) -> None:
        """Change and add all that there is to."""
        lost = False
        for name, each in additions.sheets.items():
            lost |= self.patch_sheet(name, each)
        for sheet in additions.new:
            self.new_sheet(sheet)
        self._write_styles()
        chain = self.package.related(self.package.workbook, "calcChain") if lost else []
        for part in chain:
            # It names every formula; programs make it again.
            self.package.drop(part, self.package.workbook)

    def patch_sheet(self, name: str, additions: SheetAdditions) -> bool:
        """Change a sheet; returns whether a formula was lost."""
        package, part = self.package, self.sheets[name]
        drawings = [package.read(each) for each in package.related(part, "drawing")]
        sheet = PatchedSheet(package.read(part), additions, self.styles, drawings, self.lists)
        self._remark(sheet, part, additions)
        package.write(part, sheet.whole())
        if sheet.filter is not None:
            self._refilter(name, *sheet.filter)
        return sheet.lost_formula

    def _remark(self, sheet: PatchedSheet, part: str, additions: SheetAdditions) -> None:
        package = self.package
        remarks: dict[tuple[int, int], str] = {}
        for mark in additions.marks:
            place = (mark.row - 1, mark.column)
            before = remarks.get(place)
            remarks[place] = f"{before}\n{mark.text}" if before else mark.text
        comments = next(iter(package.related(part, "comments")), None)
        if not remarks and comments is None:
            return
        texts = package.read(comments) if comments else None
        whole, gone, new = with_remarks(texts, remarks)
        if comments is None:
            comments = package.new_name("xl/comments{}.xml")
            package.relate(part, f"{OFFICE}/comments", comments)
            package.declare(comments, _COMMENTS)
        (package.write if texts else package.write_made)(comments, whole)
        if gone or new:
            self._draw(sheet, part, gone, new)

    def _draw(
        self, sheet: PatchedSheet, part: str, gone: set[tuple[int, int]], new: set[tuple[int, int]]
    ) -> None:
        package = self.package
        relations = {identity: to for identity, _, to in package.relations(part)}
        legacy = relations.get(sheet.legacy or "")
        if legacy is None or not package.has(legacy):
            if not new:
                return
            legacy = package.new_name("xl/drawings/vmlDrawing{}.vml")
            package.declare_ending("vml", _VML)
            package.write(legacy, with_shapes(None, gone, new, self.taken))
            relation = package.relate(part, f"{OFFICE}/vmlDrawing", legacy)
            sheet.relate(relation, package.in_kind(OFFICE))
            return
        package.write(legacy, with_shapes(package.read(legacy), gone, new, self.taken))

    def _refilter(self, name: str, before: str, now: str) -> None:
        """The name by which a program knows the filtered cells goes with them."""
        package, number = self.package, list(self.sheets).index(name)
        data = package.read(package.workbook)
        listing = child(data, root_of(data), "definedNames")
        for each in children(data, listing) if listing else ():
            said = attributes(data, each)
            if said.get("name") != "_xlnm._FilterDatabase" or said.get("localSheetId") != str(
                number
            ):
                continue
            text = data[each.inner : each.outer].decode()
            changed = text.replace(_absolute(before), _absolute(now))
            data = data[: each.inner] + changed.encode() + data[each.outer :]
            package.write(package.workbook, data)
            return

    def new_sheet(self, sheet: NewSheet) -> None:
        """Add a sheet, or write that of its name anew."""
        package = self.package
        whole = sheet_xml(sheet, self.styles)
        if sheet.name in self.sheets:
            package.write_made(self.sheets[sheet.name], whole)
            return
        part = package.new_name("xl/worksheets/sheet{}.xml")
        package.write_made(part, whole)
        package.declare(part, _SHEET)
        relation = package.relate(package.workbook, f"{OFFICE}/worksheet", part)
        data = package.read(package.workbook)
        listing = child(data, root_of(data), "sheets")
        assert listing is not None
        numbers = [
            int(attributes(data, each).get("sheetId", "0")) for each in children(data, listing)
        ]
        hidden = ' state="hidden"' if sheet.hidden else ""
        tag = (
            f'<{root_of(data).prefix}sheet xmlns:r="{package.in_kind(OFFICE)}"'
            f' name="{escaped(sheet.name, quote=True)}"'
            f' sheetId="{max(numbers, default=0) + 1}"{hidden} r:id="{relation}"/>'
        )
        package.write(package.workbook, appended(data, listing, tag.encode()))
        self.sheets[sheet.name] = part

    def _write_styles(self) -> None:
        if not self.styles.is_changed:
            return
        package = self.package
        if self.styles_part is None:
            self.styles_part = package.new_name("xl/styles{}.xml").replace("styles1", "styles")
            package.relate(package.workbook, f"{OFFICE}/styles", self.styles_part)
            package.declare(self.styles_part, _STYLES)
            package.write_made(self.styles_part, self.styles.whole())
            return
        package.write(self.styles_part, self.styles.whole())


def _absolute(reference: str) -> str:
    return re.sub(r"([A-Z]+)([0-9]+)", r"$\1$\2", reference)
