"""Documents of people without a citizen number: permits, passports, certificates.

Who lives here on such a document is a person of his household like any other. Registers, which
know people by their citizen numbers, say nothing about him: not that he has nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from shibie import citizen_id
from shibie.errors import Words
from shibie.plain_text import unspaced


@dataclass(frozen=True, slots=True)
class OtherDocument:
    """A document that is no citizen's card.

    Attributes:
        number: in its plain spelling.
        kind: what it is.
    """

    number: str
    kind: Words


_KINDS: Final = tuple(
    (re.compile(pattern), Words(zh, en))
    for pattern, zh, en in (
        (r"[HM]\d{8}(\d{2})?", "港澳居民来往内地通行证", "a permit of Hong Kong or Macao"),
        (r"\d{8}|\d{10}[A-Z]", "台湾居民来往大陆通行证", "a permit of Taiwan"),
        (r"[A-Z]{3}\d{12}|9\d{16}[\dX]", "外国人永久居留身份证", "a foreigner's residence permit"),
        (r"[A-Z]\d{9}", "出生医学证明", "a certificate of birth"),
        (r"[A-Z]{1,2}\d{6,8}", "护照", "a passport"),
        (r"[\u4e00-\u9fff]{1,2}字第?\d{4,9}号?", "军人证件", "a soldier's card"),
    )
)
_DAY: Final = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])")


def other_document(text: str) -> OtherDocument | None:
    """The document behind a number, where it is none of a citizen's.

    >>> other_document("h12345678").kind.zh
    '港澳居民来往内地通行证'
    >>> other_document("19600304"), other_document("511921196003040112")
    (None, None)
    """
    # Citizen numbers, which are nearly all, are told at a glance: none begins with 9.
    if len(text) == 18 and text[0] != "9" and text.isascii() and text[:17].isdigit():
        return None
    number = unspaced(text).removeprefix("'").upper()
    for pattern, kind in _KINDS:
        if pattern.fullmatch(number) and _sound(number):
            return OtherDocument(number, kind)
    return None


def _sound(number: str) -> bool:
    """Whether a number may be what it looks like: no day of birth, and rightly checked."""
    if len(number) == 18:
        return number[17] == citizen_id.check_digit(number[:17])
    return not _DAY.fullmatch(number)
