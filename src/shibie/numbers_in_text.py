"""Personal numbers in texts that people wrote: found, and masked."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from shibie.plain_text import UNSEEN_CLASS


def mask(number: str) -> str:
    """A number as it may be shown: the first three and the last two characters.

    >>> mask("11010519491231002X")
    '110*************2X'
    >>> mask("1101")
    '****'
    """
    if len(number) < 8:
        return "*" * len(number)
    return number[:3] + "*" * (len(number) - 5) + number[-2:]


# What people put between the digits of a number.
_BETWEEN: Final = rf"[\s{UNSEEN_CLASS}\-‐-―−－._·•*/,，:：|()（）]{{0,3}}"
# The same where digits of other things stand side by side, too.
_GAP: Final = rf"[\s{UNSEEN_CLASS}\-‐-―−－._()（）]{{0,2}}"
# The sign for ten, and the letters that nobody tells from it.
_LAST: Final = r"[\dxXｘＸхХχΧ×]"


def _in_turn(*signs: str) -> str:
    """Signs in turn, with what may stand between them."""
    return _BETWEEN.join(signs)


_REGION: Final = _in_turn("[1-9]", *[r"\d"] * 5)
_MONTH: Final = f"(?:0{_BETWEEN}[1-9]|1{_BETWEEN}[0-2])"
_DAY: Final = rf"(?:[0-2]{_BETWEEN}\d|3{_BETWEEN}[01])"
# Region, birth date and the rest, in a row or in groups: the date tells it from other digits.
_NEW: Final = _in_turn(
    _REGION, f"(?:1{_BETWEEN}[89]|2{_BETWEEN}0)", r"\d", r"\d", _MONTH, _DAY, *[r"\d"] * 3, _LAST
)
# The old one has too little in it to be told in any groups but these.
_OLD: Final = _in_turn(
    r"[1-9]\d{5}", r"\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])", r"\d{3}"
)  # fmt: skip
# A hash is no number, whatever digits it has: of a file, or the key of a row, a clue or an act.
_DIGEST: Final = r"(?<![0-9A-Za-z])(?:(?=[0-9]*[a-f])[0-9a-f]{32,}|[rc]-[0-9a-f]{16}|a-[0-9a-f]{12})(?![0-9A-Za-z])"
_CITIZEN: Final = (
    # With the two or four digits more that the card of a disabled person has.
    rf"(?<!\d){_NEW}(?:{_BETWEEN}\d{_BETWEEN}\d(?:{_BETWEEN}\d{_BETWEEN}\d)?)?(?!\d)",
    rf"(?<!\d){_NEW}(?!\d)",
    rf"(?<!\d){_OLD}(?!\d)",
    # As a spreadsheet writes a number of which it has lost digits.
    r"(?<!\d)\d\.\d{7,}[eE]\+?(?:1[1-9]|2[01])(?!\d)",
    # Fifteen digits and more in a row, but for those of a fraction.
    r"(?<!\d)(?<!\d\.)\d{15,}[xXｘＸ]?",
    # A bank card, after the number of a list or in groups; no year begins one.
    r"(?<=[1-9]\.)(?:6[02]|9558)\d{14,17}(?!\d)",
    r"(?<!\d)(?<!\d[ -])(?:6[02]\d\d|9558|4\d{3}|5[1-5]\d\d|35\d\d)([\s\-－._/–])\d{4}\1\d{4}\1\d{4}"
    r"(?:\1\d{1,4})?(?!\d)",
    r"(?<!\d)62\d{4}(?:\d\d)?[\s\-]\d{8,13}(?!\d)",
)
# A mobile phone, alone, after the country's number or in groups; and a bank account. Money is
# written with separators and never has so many digits in a row.
_GROUPS: Final = [(3, 4, 4), (3, 3, 5), (3, 5, 3), (4, 3, 4), (4, 4, 3)]
_PHONE: Final = rf"(?<!\d)(?<!0\.)(?:\+?86{_GAP})?(?=1[3-9])(?:" + "|".join(
    _GAP.join(rf"\d{{{size}}}" for size in sizes) for sizes in _GROUPS
) + r")(?!\d)"  # fmt: skip
# A limit, as it is said, is no account.
_ACCOUNT: Final = r"(?<!\d)(?<!\d\.)(?!10{11,}(?!\d))(?:\d{14,17}[\dXx]|\d{12,})(?!\d)"
# Bounded, so that a long cell does not take as long as it has letters for each of them.
_MAIL: Final = r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
_IDENTITIES: Final = re.compile(f"({_DIGEST})|" + "|".join(_CITIZEN).replace(r"\1", r"\2"))
_NUMBERS: Final = re.compile(f"{_ACCOUNT}|{_PHONE}")
_MAILS: Final = re.compile(_MAIL)
_BUILT: Final = re.compile(f"{_NEW}|{_OLD}")
# Most texts have too few digits for any of these.
_ENOUGH: Final = re.compile(r"(?:\d\D*){11}")


class _Digits(dict[int, str]):
    """Of each sign the digit that it is, in whatever script or circle; a sign for a sign."""

    def __missing__(self, code: int) -> str:
        digit = unicodedata.digit(chr(code), None)
        self[code] = chr(code) if digit is None else str(digit)
        return self[code]


_DIGITS: Final = _Digits()


def _in_digits(text: str) -> str:
    """The text with plain digits, each at its place."""
    return text if text.isascii() else text.translate(_DIGITS)


def _without(pattern: re.Pattern[str], text: str) -> str:
    """A text with what a pattern finds masked, but for hashes, which its first group is."""
    shown, last = [], 0
    for found in pattern.finditer(_in_digits(text)):
        if pattern.groups and found[1]:
            continue
        shown += [text[last : found.start()], mask(text[found.start() : found.end()])]
        last = found.end()
    return "".join([*shown, text[last:]])


def without_citizen_numbers(text: str) -> str:
    """A text with each citizen number and bank card in it as it may be shown; all else stays.

    >>> without_citizen_numbers("车主是11010519491231002X,又 1101 0519-4912-3100 2X")
    '车主是110*************2X,又 110*****************2X'
    >>> without_citizen_numbers("110105491231002, 2015-07-01 2015-12-01, 0.30000000000000004")
    '110**********02, 2015-07-01 2015-12-01, 0.30000000000000004'
    >>> without_citizen_numbers("6222 0212 3456 7890 123, 1.10105194912310E+17")
    '622******************23, 1.1***************17'
    """
    return _without(_IDENTITIES, text) if _has_enough(text) else text


def _has_enough(text: str) -> bool:
    """Whether a text has as many digits as the shortest number."""
    return _ENOUGH.search(_in_digits(text)) is not None


def has_birth_date(number: str) -> bool:
    """Whether a number is built as a citizen number is: region, birth date, the rest.

    >>> has_birth_date("511921650303531"), has_birth_date("5119210012010001")
    (True, False)
    """
    return _BUILT.fullmatch(_in_digits(number)) is not None


def numbers_in(text: str) -> list[str]:
    """Whatever in a text looks like a citizen number, a phone or an account.

    >>> numbers_in("一社 13800138000"), numbers_in("人均 2,855.00 元")
    (['13800138000'], [])
    >>> numbers_in("电话 138 0013 8000、11010519491231002X")
    ['11010519491231002X', '138 0013 8000']
    """
    if not _has_enough(text):
        return []
    text = _DIGESTS.sub("", text)
    rest = without_citizen_numbers(text)
    return [*_found(_IDENTITIES, text), *_found(_NUMBERS, rest)]


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    return [text[slice(*each.span())] for each in pattern.finditer(_in_digits(text))]


def without_numbers(text: str) -> str:
    """A text with such numbers, and addresses of mail, masked.

    >>> without_numbers("王明 11010519491231002X, H01-03-023, 13800.00 元")
    '王明 110*************2X, H01-03-023, 13800.00 元'
    >>> without_numbers("+86 138-0013-8000, wang.ming@example.com")
    '+86************00, wan******@example.com'
    """
    if "@" in text:
        text = _MAILS.sub(_mail, text)
    return _unphoned(without_citizen_numbers(text)) if _has_enough(text) else text


def _mail(found: re.Match[str]) -> str:
    name, _, place = found[0].partition("@")
    return f"{name[:3]}{'*' * max(3, len(name) - 3)}@{place}"


_DIGESTS: Final = re.compile(f"({_DIGEST})")


def _unphoned(text: str) -> str:
    """Phones and accounts masked, outside of digests."""
    parts = _DIGESTS.split(text)
    return "".join(
        part if number % 2 else _without(_NUMBERS, part) for number, part in enumerate(parts)
    )
