"""Names for files, folders and sheets: safe on any system, and each given once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from shibie.shown_text import shown_household

# Systems take 255 bytes, or 260 letters with all folders above: room is left for an ending, for
# a number, and for the name of the folder that a file is written in until it is whole.
MOST_LETTERS: Final = 80
MOST_BYTES: Final = 180
# What some system has no place for: signs of paths, controls, halves of letters, and what turns
# the letters after it round, so that a name is read as another.
_UNSAFE: Final = re.compile(
    '[\\\\/:*?"<>|\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufffd\ufffe\uffff\ud800-\udfff]'
)
# Windows takes these for devices, whatever ending follows them.
_DEVICE: Final = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³])(\s*\..*)?", re.IGNORECASE
)


def file_stem(name: str) -> str:
    """A name that is safe as a file name on any system, not too long, and nobody's number.

    >>> file_stem("石磨/青杨"), file_stem(".."), file_stem("con.1"), file_stem("a. ")
    ('石磨_青杨', '_', '_con.1', 'a')
    """
    text = _UNSAFE.sub("_", shown_household(unicodedata.normalize("NFC", name))).strip(". ")
    if _DEVICE.fullmatch(text):
        text = f"_{text}"
    return shortened(text, MOST_LETTERS) or "_"


def shortened(name: str, letters: int | None = None, most: int = MOST_BYTES) -> str:
    """A name without what is too much of it; no letter is cut in half.

    >>> shortened("户" * 100) == "户" * 60, shortened("村. 甲", 3)
    (True, '村')
    """
    cut = name[:letters].encode(errors="replace")[:most].decode(errors="ignore")
    return cut if cut == name else cut.rstrip(". ")


class UniqueNames:
    """Names, each given once: two may differ only in what a name cannot hold, or in case.

    Args:
        taken: names that are taken already.
        most: so many letters a name may have; None: as many as a file's name may have bytes.

    >>> names = UniqueNames(["Notes"], most=6)
    >>> [names.new(each) for each in ("notes", "王强", "王强", "王小强（县农业局）", "王小强（县农机局）")]
    ['note-2', '王强', '王强-2', '王小强（县农', '王小强（-2']
    """

    def __init__(self, taken: Iterable[str] = (), most: int | None = None) -> None:
        self.taken, self.most = {_key(name) for name in taken}, most
        self._last: dict[str, int] = {}

    def new(self, name: str) -> str:
        """The name, or the name with the first number that makes it a new one."""
        first = found = shortened(name, self.most)
        number = self._last.get(first, 1)
        while _key(found) in self.taken:
            number += 1
            end = f"-{number}"
            letters = None if self.most is None else self.most - len(end)
            found = shortened(name, letters, MOST_BYTES - len(end)) + end
        self._last[first] = number
        self.taken.add(_key(found))
        return found


def _key(name: str) -> str:
    """What is the same of two names that some system takes for one."""
    return unicodedata.normalize("NFC", name).casefold()
