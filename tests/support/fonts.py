"""A Chinese font for tests: a box for every character, each with its own code.

A fresh machine has no Chinese font, and one as a package is tens of megabytes. What is
tested is the text of the PDF, and for that a glyph needs no shape of its own.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen

FAMILY = "Shibie Test Boxes"
CHINESE = [*range(0x20, 0x7F), *range(0xA0, 0x100), *range(0x2000, 0x2040), 0x2192, 0x2212,
           *range(0x3000, 0x3020), *range(0x4E00, 0xA000), *range(0xFF00, 0xFF5F)]  # fmt: skip
LATIN = list(range(0x20, 0x7F))


def write_font(folder: Path, characters: list[int], name: str = FAMILY) -> Path:
    """A TrueType font with these characters, in a folder of its own."""
    pen = TTGlyphPen(None)
    for move, *points in [[(100, 0), (100, 700), (900, 700), (900, 0)]]:
        pen.moveTo(move)
        for point in points:
            pen.lineTo(point)
        pen.closePath()
    box = pen.glyph()
    glyphs = [".notdef", *(f"u{code:04X}" for code in characters)]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(glyphs)
    builder.setupCharacterMap({code: f"u{code:04X}" for code in characters})
    builder.setupGlyf(dict.fromkeys(glyphs, box))
    builder.setupHorizontalMetrics(dict.fromkeys(glyphs, (1000, 100)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    plain = name.replace(" ", "")
    builder.setupNameTable(
        {"familyName": name, "styleName": "Regular", "fullName": name, "psName": plain}
    )
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200, usWinAscent=800, usWinDescent=200)
    builder.setupPost(keepGlyphNames=False)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "boxes.ttf"
    builder.save(str(path))
    return path
