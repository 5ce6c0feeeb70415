"""The parts of a workbook file (.xlsx): which there are, what each is, and which belong together."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from shibie.annotating.markup import (
    appended,
    as_utf8,
    attributes,
    elements,
    escaped,
    root_of,
)

CONTENT_TYPES: Final = "[Content_Types].xml"
_SHEET_MAIN: Final = ("spreadsheetml.sheet.main+xml", "ms-excel.sheet.macroEnabled.main+xml")
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_NONE: Final = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<Relationships xmlns="{_RELATIONS}"></Relationships>'
).encode()
# Kinds of relations end in these.
OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
# The stricter of the two forms of such files has names of its own for the same.
_STRICT: Final = "http://purl.oclc.org/ooxml/"
_STRICTLY: Final = {
    OFFICE: f"{_STRICT}officeDocument/relationships",
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": f"{_STRICT}spreadsheetml/main",
}
Chunks = Iterable[bytes]


class Package:
    """A workbook file, of which some parts are changed and others added.

    Args:
        path: of the file.
    """

    def __init__(self, path: Path) -> None:
        self.zip = zipfile.ZipFile(path)
        self.names = {each.filename for each in self.zip.infolist()}
        self.changed: dict[str, bytes | list[bytes]] = {}
        self.dropped: set[str] = set()
        # Names of parts are the same whatever the case of their letters.
        self._real = {name.lower(): name for name in self.names}
        self.is_strict = f'"{_STRICT}'.encode() in self.read(relations_of("")).replace(b"'", b'"')
        self.workbook = self._workbook()

    def close(self) -> None:
        """Close the file."""
        self.zip.close()

    def _workbook(self) -> str:
        for each in self.related("", "officeDocument"):
            return each
        raise ValueError("no workbook")

    def real(self, name: str) -> str:
        """The name of a part as the file has it."""
        return self._real.get(name.lower(), name)

    def in_kind(self, text: str) -> str:
        """A text with the names of its name spaces as this file has them."""
        for usual, strict in _STRICTLY.items() if self.is_strict else ():
            text = text.replace(usual, strict)
        return text

    def has(self, name: str) -> bool:
        """Whether there is such a part."""
        name = self.real(name)
        return (name in self.names or name in self.changed) and name not in self.dropped

    def read(self, name: str) -> bytes:
        """A part as it now is, in UTF-8."""
        name = self.real(name)
        now = self.changed.get(name)
        if now is None:
            return as_utf8(self.zip.read(name))
        return now if isinstance(now, bytes) else b"".join(now)

    def write(self, name: str, data: bytes | list[bytes]) -> None:
        """Change a part, or add one."""
        self._real.setdefault(name.lower(), name)
        self.changed[self.real(name)] = data

    def write_made(self, name: str, data: bytes) -> None:
        """Write a part that was made as a whole here, in the names of this kind of file."""
        self.write(name, self.in_kind(data.decode()).encode())

    # --- relations ------------------------------------------------------------------------

    def relations(self, part: str) -> Iterator[tuple[str, str, str]]:
        """Of each relation of a part its id, the end of its kind, and the part that it leads to."""
        name = relations_of(part)
        if not self.has(name):
            return
        data = self.read(name)
        for each in elements(data, "Relationship"):
            said = attributes(data, each)
            if said.get("TargetMode") != "External":
                kind = said.get("Type", "").rpartition("/")[2]
                to = resolved(part, said.get("Target", ""))
                yield said.get("Id", ""), kind, self.real(to)

    def related(self, part: str, kind: str) -> list[str]:
        """The parts that a part leads to, of one kind."""
        return [to for _, each, to in self.relations(part) if each == kind and self.has(to)]

    def relate(self, part: str, kind: str, to: str) -> str:
        """Let a part lead to another; returns the id of the relation."""
        name = relations_of(part)
        data = self.read(name) if self.has(name) else _NONE
        taken = {identity for identity, *_ in self._ids(data)}
        number = len(taken) + 1
        while f"rId{number}" in taken:
            number += 1
        root = root_of(data)
        target = posixpath.relpath(to, posixpath.dirname(part) or ".")
        new = (
            f'<{root.prefix}Relationship Id="rId{number}" Type="{self.in_kind(kind)}"'
            f' Target="{escaped(target, quote=True)}"/>'
        )
        self.write(name, appended(data, root, new.encode()))
        return f"rId{number}"

    def _ids(self, data: bytes) -> Iterator[tuple[str]]:
        for each in elements(data, "Relationship"):
            yield (attributes(data, each).get("Id", ""),)

    def drop(self, part: str, leading: str) -> None:
        """Take out a part that another leads to."""
        self.dropped.add(self.real(part))
        name = relations_of(leading)
        self.write(name, self._without(self.read(name), "Relationship", "Target", part, leading))
        types = self.read(CONTENT_TYPES)
        self.write(CONTENT_TYPES, self._without(types, "Override", "PartName", part, ""))

    def _without(self, data: bytes, local: str, key: str, part: str, leading: str) -> bytes:
        for each in elements(data, local):
            if self.real(resolved(leading, attributes(data, each).get(key, ""))) == self.real(part):
                return data[: each.start] + data[each.end :]
        return data

    # --- kinds of parts -------------------------------------------------------------------

    def declare(self, part: str, kind: str) -> None:
        """Say of what kind a part is."""
        self._declare(f'Override PartName="/{escaped(part, quote=True)}" ContentType="{kind}"')

    def declare_ending(self, ending: str, kind: str) -> None:
        """Say of what kind all parts of an ending are, where it is not said."""
        data = self.read(CONTENT_TYPES)
        said = {
            attributes(data, each).get("Extension", "").lower()
            for each in elements(data, "Default")
        }
        if ending not in said:
            self._declare(f'Default Extension="{ending}" ContentType="{kind}"')

    def _declare(self, said: str) -> None:
        data = self.read(CONTENT_TYPES)
        root = root_of(data)
        self.write(CONTENT_TYPES, appended(data, root, f"<{root.prefix}{said}/>".encode()))

    def new_name(self, pattern: str) -> str:
        """A name that no part has, from one with `{}` for a number."""
        number = 1
        taken = {name.lower() for name in (*self.names, *self.changed)}
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    # --- writing --------------------------------------------------------------------------

    def save(self, out: Path) -> None:
        """Write the file; parts that were not changed are as they were, byte for byte."""
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as to:
            for each in self.zip.infolist():
                if each.filename in self.dropped:
                    continue
                said = zipfile.ZipInfo(each.filename, each.date_time)
                said.compress_type, said.external_attr = zipfile.ZIP_DEFLATED, each.external_attr
                data = self.changed.get(each.filename)
                with to.open(said, "w", force_zip64=each.file_size > 1 << 30) as part:
                    if data is None:
                        with self.zip.open(each) as before:
                            while chunk := before.read(1 << 20):
                                part.write(chunk)
                    else:
                        part.writelines([data] if isinstance(data, bytes) else data)
            for name, data in self.changed.items():
                if name not in self.names:
                    said = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                    said.compress_type = zipfile.ZIP_DEFLATED
                    to.writestr(said, data if isinstance(data, bytes) else b"".join(data))


def relations_of(part: str) -> str:
    """The part that holds the relations of another; of the whole file for nothing.

    >>> relations_of("xl/workbook.xml"), relations_of("")
    ('xl/_rels/workbook.xml.rels', '_rels/.rels')
    """
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def resolved(part: str, target: str) -> str:
    """The part that a relation of another leads to.

    >>> resolved("xl/worksheets/sheet1.xml", "../comments1.xml"), resolved("xl/a.xml", "/xl/b.xml")
    ('xl/comments1.xml', 'xl/b.xml')
    """
    return posixpath.normpath(posixpath.join("/", posixpath.dirname(part), target)).lstrip("/")


def types_of(parts: zipfile.ZipFile) -> str:
    """The part that says of what kind the others are, by its name in the file."""
    names = (each for each in parts.namelist() if each.lower() == CONTENT_TYPES.lower())
    return next(names, CONTENT_TYPES)


def is_patchable(path: Path) -> bool:
    """Whether a file is a workbook of the kind that is patched: its sheets are XML."""
    try:
        with zipfile.ZipFile(path) as parts:
            types = parts.read(types_of(parts))
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, RuntimeError, ValueError):
        return False
    text = as_utf8(types).decode("utf-8", "replace")
    return any(re.search(re.escape(kind), text) for kind in _SHEET_MAIN)
