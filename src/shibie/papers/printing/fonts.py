"""Chinese fonts: which family can print the text, or an error that says how to get one.

A PDF without such a font would be printed with empty boxes, so it is not made at all. A
Word file names its font and is printed with whatever the reader's machine has.
"""

from __future__ import annotations

import struct
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from shibie.errors import InputError, Words, bad_argument
from shibie.papers.printing.typst import typst_library

# The first of these that is there is taken; after them any family that has the characters.
PREFERRED = (
    "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", "SimSun", "FangSong",
    "Noto Sans CJK SC", "Source Han Sans SC", "PingFang SC", "Microsoft YaHei",
    "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
)  # fmt: skip
PROBE = "户籍贫困线纳入公示告知书邓瑶鑫,。“”:()元"


@dataclass(frozen=True)
class Fonts:
    """The fonts to print with.

    Attributes:
        found: the fonts as Typst knows them.
        family: the family for Chinese text.
    """

    found: Any
    family: str


# By the system, as Python names it; Chinese Windows and macOS have some.
_GETTING: Final[Mapping[str, Words]] = {
    "win32": Words(
        "设置 → 系统 → 可选功能 → 简体中文补充字体；字体都在 C:\\Windows\\Fonts",
        "Settings, System, Optional features, Chinese (Simplified) Supplemental Fonts; fonts lie in"
        " C:\\Windows\\Fonts",
    ),
    "darwin": Words(
        "用“字体册”添加；字体在 /System/Library/Fonts 和 ~/Library/Fonts",
        "add one with Font Book; fonts lie in /System/Library/Fonts and ~/Library/Fonts",
    ),
}
_ELSEWHERE: Final = Words(
    "如 apt-get install fonts-noto-cjk", "e.g. apt-get install fonts-noto-cjk"
)
WORD_ONLY = Words("只写 Word：`formats=docx`", "write Word only: `formats=docx`")


def chinese_fonts(folder: Path | None = None, instead: Words = WORD_ONLY) -> Fonts:
    """The fonts of this machine, or of one folder only, with the family for Chinese.

    Args:
        folder: a folder of font files; the machine's own fonts are then left aside.
        instead: what can be done without a font.

    Raises:
        InputError: when no family has the characters.
    """
    typst = typst_library()
    if folder is not None and not folder.is_dir():
        raise InputError(
            bad_argument("fonts", Words(f"没有这个文件夹：{folder}", f"no such folder: {folder}"))
        )
    found = typst.Fonts(
        include_system_fonts=folder is None,
        include_embedded_fonts=False,
        font_paths=[] if folder is None else [str(folder)],
    )
    family = _family(found.fonts())
    if family is None:
        get = _GETTING.get(sys.platform, _ELSEWHERE)
        raise InputError(
            bad_argument(
                "fonts",
                Words(
                    f"{folder or '本机'}没有中文字体，文字会印成空框，所以没有写",
                    "no font with Chinese characters was found"
                    f"{f' in {folder}' if folder else ''}; the text would be printed as empty boxes",
                ),
                Words(
                    f"安装一种（{get.zh}），或用 `fonts` 指明字体所在文件夹，或{instead.zh}",
                    f"install one ({get.en}), or name a folder of fonts with `fonts`, or {instead.en}",
                ),
            )
        )
    return Fonts(found, family)


def _family(fonts: Sequence[Any]) -> str | None:
    """The first family, preferred ones first, whose regular face has the characters."""
    rank = {name: number for number, name in enumerate(PREFERRED)}
    upright = [font for font in fonts if font.path and font.style == "normal"]
    ordered = sorted(
        upright, key=lambda f: (rank.get(f.family, len(rank)), abs(f.weight - 400), f.family)
    )
    return next((f.family for f in ordered if covers(Path(f.path), f.index, PROBE)), None)


def covers(path: Path, index: int, text: str) -> bool:
    """Whether a face of a font file maps every character; false for a file that is no font."""
    try:
        data = path.read_bytes()
        wanted = {ord(character) for character in text}
        return any(wanted <= set(_mapped(data, at, wanted)) for at in _subtables(data, index))
    except (OSError, struct.error, IndexError):
        return False


def _subtables(data: bytes, index: int) -> Iterator[int]:
    """Where the character maps of a face begin (OpenType `cmap`)."""
    face = struct.unpack_from(">I", data, 12 + 4 * index)[0] if data[:4] == b"ttcf" else 0
    (tables,) = struct.unpack_from(">H", data, face + 4)
    for number in range(tables):
        tag, _, offset, _ = struct.unpack_from(">4sIII", data, face + 12 + 16 * number)
        if tag == b"cmap":
            (count,) = struct.unpack_from(">H", data, offset + 2)
            for entry in range(count):
                (below,) = struct.unpack_from(">I", data, offset + 4 + 8 * entry + 4)
                yield offset + below


def _mapped(data: bytes, at: int, wanted: set[int]) -> Iterator[int]:
    """The wanted characters that a map of format 4 or 12 has."""
    (form,) = struct.unpack_from(">H", data, at)
    spans: list[tuple[int, int]] = []
    if form == 12:
        (groups,) = struct.unpack_from(">I", data, at + 12)
        spans = [struct.unpack_from(">II", data, at + 16 + 12 * n) for n in range(groups)]
    elif form == 4:
        (double,) = struct.unpack_from(">H", data, at + 6)
        count = double // 2
        ends = struct.unpack_from(f">{count}H", data, at + 14)
        starts = struct.unpack_from(f">{count}H", data, at + 16 + double)
        spans = list(zip(starts, ends, strict=True))
    for character in wanted:
        if any(first <= character <= last for first, last in spans):
            yield character
