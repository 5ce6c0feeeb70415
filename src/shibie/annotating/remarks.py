"""Comments of a sheet: the product's own added, those of others kept.

Comments stand in two parts: their texts, and the drawing (VML) by which programs show them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from shibie.annotating.markup import (
    Element,
    appended,
    attributes,
    child,
    children,
    elements,
    escaped,
    root_of,
)
from shibie.rosters.column_letters import column_of, letters

AUTHOR: Final = "shibie 识别"
# What is added to the text of somebody else's comment begins with this.
_BEGINS: Final = "【识别】"
_EMPTY: Final = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    b'<comments xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    b"<authors></authors><commentList></commentList></comments>"
)
_SPACES: Final = (
    ("v", "urn:schemas-microsoft-com:vml"), ("o", "urn:schemas-microsoft-com:office:office"),
    ("x", "urn:schemas-microsoft-com:office:excel"),
)  # fmt: skip
_SHAPE: Final = re.compile(rb"<v:shape\b(?![a-z]).*?</v:shape>\s*", re.DOTALL)
_NOTE: Final = re.compile(rb"<x:Row>\s*(\d+)\s*</x:Row>\s*<x:Column>\s*(\d+)\s*</x:Column>")
_IDENTITY: Final = re.compile(rb"_x0000_s(\d+)")
_BLOCKS: Final = re.compile(rb"<o:idmap\b[^>]*\bdata=[\"']([\d,\s]+)[\"']")
# So many shapes share a block of identities.
_BLOCK: Final = 1024
Place = tuple[int, int]


def with_remarks(
    data: bytes | None, remarks: Mapping[Place, str]
) -> tuple[bytes, set[Place], set[Place]]:
    """The texts of the comments of a sheet with the product's own put anew.

    Args:
        data: the part as it is; None where the sheet has no comments.
        remarks: by row and column, from 0.

    Returns:
        the part, the places of comments that are gone, and of those that are new.
    """
    data = data or _EMPTY
    author, data = _author(data)
    data, gone = _without_own(data, author)
    new: set[Place] = set()
    added: list[bytes] = []
    p = root_of(data).prefix
    for (row, column), text in sorted(remarks.items()):
        reference = f"{letters(column)}{row + 1}"
        theirs = _comment_at(data, reference)
        if theirs is not None:
            data = _beside(data, theirs, p, text)
            continue
        new.add((row, column))
        added.append(
            f'<{p}comment ref="{reference}" authorId="{author}"><{p}text>'
            f'<{p}t xml:space="preserve">{escaped(text)}</{p}t></{p}text></{p}comment>'.encode()
        )
    listing = child(data, root_of(data), "commentList")
    assert listing is not None
    return appended(data, listing, b"".join(added)), gone - new, new - gone


def _author(data: bytes) -> tuple[str, bytes]:
    """The number of the product among the authors, who is added where need be."""
    root = root_of(data)
    authors = child(data, root, "authors")
    assert authors is not None
    names = [data[each.inner : each.outer].decode() for each in children(data, authors)]
    if AUTHOR in names:
        return str(names.index(AUTHOR)), data
    p = root.prefix
    said = f"<{p}author>{AUTHOR}</{p}author>".encode()
    return str(len(names)), appended(data, authors, said)


def _without_own(data: bytes, author: str) -> tuple[bytes, set[Place]]:
    out, at, gone = [], 0, set()
    for each in elements(data, "comment"):
        said = attributes(data, each)
        whole = data[each.start : each.end]
        out.append(data[at : each.start])
        at = each.end
        if said.get("authorId") == author:
            gone.add(_place(said.get("ref", "A1")))
        elif _BEGINS.encode() in whole:
            out.append(_without_beside(whole))
        else:
            out.append(whole)
    return b"".join((*out, data[at:])), gone


def _without_beside(comment: bytes) -> bytes:
    for run in reversed(list(elements(comment, "r"))):
        if _BEGINS.encode() in comment[run.start : run.end]:
            comment = comment[: run.start] + comment[run.end :]
    return comment


def _comment_at(data: bytes, reference: str) -> Element | None:
    said = re.compile(rb"\sref\s*=\s*[\"']" + reference.encode() + rb"[\"']")
    if not said.search(data):
        return None
    for each in elements(data, "comment"):
        if attributes(data, each).get("ref") == reference:
            return each
    return None


def _beside(data: bytes, comment: Element, p: str, text: str) -> bytes:
    """Somebody's comment, with a text added to it."""
    run = f'<{p}r><{p}t xml:space="preserve">\n{_BEGINS}{escaped(text)}</{p}t></{p}r>'.encode()
    holder = child(data, comment, "text")
    if holder is None:
        return data
    last = [each for each in children(data, holder) if each.local in ("t", "r")]
    if not last:
        return appended(data, holder, run)
    return data[: last[-1].end] + run + data[last[-1].end :]


def _place(reference: str) -> Place:
    return int(re.sub(r"\D", "", reference)) - 1, column_of(reference)


def with_shapes(data: bytes | None, gone: set[Place], new: set[Place], taken: set[int]) -> bytes:
    """The drawing of the comments, without those that are gone and with those that are new.

    It is not well-formed XML in all files: it is only cut and added to.

    Args:
        data: the part as it is; None where the sheet has none.
        gone: places whose shapes are taken out.
        new: places that get one.
        taken: blocks of identities that the drawings of the workbook have; what is taken is added.
    """
    if data is None:
        spaces = "".join(f' xmlns:{name}="{to}"' for name, to in _SPACES)
        data = (
            f'<xml{spaces}><o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data=""/>'
            "</o:shapelayout></xml>"
        ).encode()
    data = _SHAPE.sub(lambda found: b"" if _of(found[0]) in gone else found[0], data)
    shapes = []
    if new and b'id="_x0000_t202"' not in data:
        shapes.append(
            b'<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202"'
            b' path="m,l,21600r21600,l21600,xe"><v:stroke joinstyle="miter"/>'
            b'<v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
        )
    blocks: list[int] = []
    for at, (row, column) in enumerate(sorted(new)):
        if at % (_BLOCK - 1) == 0:
            blocks.append(max(taken, default=0) + 1)
            taken.add(blocks[-1])
        identity = blocks[-1] * _BLOCK + at % (_BLOCK - 1) + 1
        shapes.append(_shape(identity, row, column))
    data = _with_blocks(data, blocks)
    for name, to in _SPACES:
        if f"xmlns:{name}=".encode() not in data:
            data = re.sub(rb"<xml\b", f'<xml xmlns:{name}="{to}"'.encode(), data, count=1)
    end = data.rindex(b"</xml")
    return data[:end] + b"".join(shapes) + data[end:]


def blocks_of(data: bytes) -> set[int]:
    """The blocks of identities that a drawing has."""
    said = {
        int(number)
        for each in _BLOCKS.findall(data)
        for number in each.split(b",")
        if number.strip()
    }
    return said | {int(number) // _BLOCK for number in _IDENTITY.findall(data)}


def _of(shape: bytes) -> Place | None:
    found = _NOTE.search(shape) if b'"Note"' in shape else None
    return (int(found[1]), int(found[2])) if found else None


def _with_blocks(data: bytes, blocks: list[int]) -> bytes:
    if not blocks:
        return data
    more = ",".join(map(str, blocks)).encode()
    found = re.search(rb"(<o:idmap\b[^>]*\bdata=[\"'])([^\"']*)", data)
    if found is None:
        layout = b'<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="%s"/></o:shapelayout>'
        return re.sub(rb"(<xml\b[^>]*>)", lambda root: root[1] + layout % more, data, count=1)
    both = b",".join(filter(None, (found[2].strip(), more)))
    return data[: found.start(2)] + both + data[found.end(2) :]


def _shape(identity: int, row: int, column: int) -> bytes:
    anchor = f"{column + 1},15,{max(0, row - 1)},2,{column + 4},31,{row + 4},1"
    return (
        f'<v:shape id="_x0000_s{identity}" type="#_x0000_t202" style="position:absolute;'
        'margin-left:80pt;margin-top:2pt;width:190pt;height:80pt;z-index:1;visibility:hidden"'
        ' fillcolor="#ffffe1" o:insetmode="auto"><v:fill color2="#ffffe1"/>'
        '<v:shadow on="t" color="black" obscured="t"/><v:path o:connecttype="none"/>'
        '<v:textbox style="mso-direction-alt:auto"><div style="text-align:left"></div></v:textbox>'
        '<x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{anchor}</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    ).encode()
