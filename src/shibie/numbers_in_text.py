"""Personal numbers in texts that people wrote: found, and masked."""

from __future__ import annotations

import re
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


# What people put between the digits of a number. `\d` is a digit of any script.
_BETWEEN: Final = rf"[\s{UNSEEN_CLASS}\-‐-―−－]*"
_GAP: Final = rf"[\s{UNSEEN_CLASS}\-‐-―−－._·•*/]?"
# The sign for ten, and the letters that nobody tells from it.
_LAST: Final = r"[\dxXｘＸхХχΧ×]"


def _spaced(digits: int) -> str:
    """So many digits, with what may stand between them."""
    return rf"\d(?:{_BETWEEN}\d){{{digits - 1}}}"


# A hash is no number, whatever digits it has: of a file, or the key of a row, a clue or an act.
_DIGEST: Final = r"(?<![0-9A-Za-z])(?:(?=[0-9]*[a-f])[0-9a-f]{32,}|[rc]-[0-9a-f]{16}|a-[0-9a-f]{12})(?![0-9A-Za-z])"
_CITIZEN: Final = (
    # A birth date inside tells a number from the digits of a fraction.
    rf"(?<!\d)[1-9]\d{{5}}(?:18|19|20)\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{{3}}{_LAST}(?:\d{{2}}(?:\d{{2}})?)?(?!\d)",
    r"(?<!\d)[1-9]\d{7}(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])\d{3}(?!\d)",
    # The same in its parts: region, birth date, the rest.
    rf"(?<!\d)[1-9]\d{{5}}{_GAP}(?:18|19|20)\d\d{_GAP}[01]\d{_GAP}[0-3]\d{_GAP}\d{{3}}{_GAP}{_LAST}(?!\d)",
    # As a spreadsheet writes a number of which it has lost digits.
    r"(?<!\d)\d\.\d{7,}[eE]\+?(?:1[1-9]|2[01])(?!\d)",
    # Fifteen digits and more in a row, or an old number, a number, or a disability card's, written
    # in groups. So many digits of a day and the like are no number: a group is never cut.
    rf"(?<!\d)(?<!\d\.)(?:\d{{15,}}[xXｘＸ]?"
    rf"|(?:{_spaced(22)}|{_spaced(20)}|{_spaced(17)}{_BETWEEN}{_LAST}|{_spaced(15)})(?!\d))",
    # A bank card in groups of four; no year begins one.
    r"(?<!\d)(?<!\d[ -])[3-9]\d{3}([\s\-－])\d{4}\1\d{4}\1\d{4}(?:\1\d{1,4})?(?!\d)",
)
# A mobile phone, alone, after the country's number or in groups; and a bank account. Money is
# written with separators and never has so many digits in a row.
_PHONE: Final = (
    rf"(?<!\d)(?<!0\.)(?:\+?86{_GAP})?1[3-9]\d(?:[\s\-－]?\d{{4}}[\s\-－]?\d{{4}}|{_GAP}\d{{3}}{_GAP}\d{{5}}"
    rf"|\d[\s\-－]\d{{3}}[\s\-－]\d{{4}}|\d[\s\-－]\d{{4}}[\s\-－]\d{{3}})(?!\d)"
)
# A limit, as it is said, is no account.
_ACCOUNT: Final = r"(?<!\d)(?<!\d\.)(?!10{11,}(?!\d))(?:\d{14,17}[\dXx]|\d{12,})(?!\d)"
_MAIL: Final = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
_IDENTITIES: Final = re.compile(f"({_DIGEST})|" + "|".join(_CITIZEN).replace(r"\1", r"\2"))
_NUMBERS: Final = re.compile(f"{_ACCOUNT}|{_PHONE}")
_MAILS: Final = re.compile(_MAIL)
# Most texts have too few digits for any of these.
_ENOUGH: Final = re.compile(r"(?:\d\D*){11}")


def _masked(found: re.Match[str]) -> str:
    return found[0] if found.lastindex and found[1] else mask(found[0])


def without_citizen_numbers(text: str) -> str:
    """A text with each citizen number and bank card in it as it may be shown; all else stays.

    >>> without_citizen_numbers("车主是11010519491231002X,又 1101 0519-4912-3100 2X")
    '车主是110*************2X,又 110*****************2X'
    >>> without_citizen_numbers("110105491231002, 2015-07-01 2015-12-01, 0.30000000000000004")
    '110**********02, 2015-07-01 2015-12-01, 0.30000000000000004'
    >>> without_citizen_numbers("6222 0212 3456 7890 123, 1.10105194912310E+17")
    '622******************23, 1.1***************17'
    """
    return _IDENTITIES.sub(_masked, text) if _ENOUGH.search(text) else text


def numbers_in(text: str) -> list[str]:
    """Whatever in a text looks like a citizen number, a phone or an account.

    >>> numbers_in("一社 13800138000"), numbers_in("人均 2,855.00 元")
    (['13800138000'], [])
    >>> numbers_in("电话 138 0013 8000、11010519491231002X")
    ['11010519491231002X', '138 0013 8000']
    """
    if not _ENOUGH.search(text):
        return []
    text = _DIGESTS.sub("", text)
    identities = [each[0] for each in _IDENTITIES.finditer(text)]
    return [*identities, *(each[0] for each in _NUMBERS.finditer(without_citizen_numbers(text)))]


def without_numbers(text: str) -> str:
    """A text with such numbers, and addresses of mail, masked.

    >>> without_numbers("王明 11010519491231002X, H01-03-023, 13800.00 元")
    '王明 110*************2X, H01-03-023, 13800.00 元'
    >>> without_numbers("+86 138-0013-8000, wang.ming@example.com")
    '+86************00, wan******@example.com'
    """
    if "@" in text:
        text = _MAILS.sub(_mail, text)
    return _unphoned(without_citizen_numbers(text)) if _ENOUGH.search(text) else text


def _mail(found: re.Match[str]) -> str:
    name, _, place = found[0].partition("@")
    return f"{name[:3]}{'*' * max(3, len(name) - 3)}@{place}"


_DIGESTS: Final = re.compile(f"({_DIGEST})")


def _unphoned(text: str) -> str:
    """Phones and accounts masked, outside of digests."""
    parts = _DIGESTS.split(text)
    return "".join(
        part if number % 2 else _NUMBERS.sub(lambda found: mask(found[0]), part)
        for number, part in enumerate(parts)
    )
