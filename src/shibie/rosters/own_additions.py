"""What the product itself adds to a workbook that it gives back, and passes over when it reads it."""

from __future__ import annotations

from typing import Final

from shibie.errors import Words
from shibie.vocabulary import folded

# Before the title of every column, and the name of every sheet, that is added and not read.
PREFIX: Final = Words("识别·", "shibie·")
# Whether a comparison was made, above its empty table in a workbook to fill in.
COMPARED: Final = Words("比对是否已做", "compared")
DONE: Final = Words("已做", "done")
NOT_DONE: Final = Words("未做", "not done")
_STARTS: Final = tuple(map(folded, PREFIX))


def own(words: Words) -> Words:
    """The title of an added column.

    >>> own(Words("原因", "reasons"))
    Words(zh='识别·原因', en='shibie·reasons')
    """
    return Words(PREFIX.zh + words.zh, PREFIX.en + words.en)


def is_own(text: object) -> bool:
    """Whether a title, or the name of a sheet, is one that the product added.

    >>> is_own("识别·原因"), is_own("原因")
    (True, False)
    """
    return isinstance(text, str) and folded(text).startswith(_STARTS)
